"""A run that sends what is due opens nothing on the days that are known to be quiet; where anything else is so, it looks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import sign_commit
from store.test_parts import Watched, with_closed

from cdr import programs, resources
from cdr.app import App, extraction
from cdr.store.parts import NOT_AT_REST, SINCE, WORDS
from cdr.store.quiet_days import is_quiet
from cdr.store.state import State
from cdr.store.store import NOTED, Store
from cdr.work import outstanding
from cdr.work.quiet_days import QUESTION, is_anything_to_send

ASKED_ON, BEFORE, DUE = "2026-01-09", "2026-01-22", "2026-01-23"  # the first prompt: two weeks after the request
LOADED = "import json, sys; from cdr.cli import run; code = run(sys.argv[1:]); print(json.dumps([code, *sys.modules]), file=sys.stderr)"
APART = frozenset({"key", WORDS, SINCE})  # what the first run after a commit opens, where all was kept
OPENING = 1  # one gpg for the secret and what is kept


def asks(cdr: Shell, *words: str, as_of: str = BEFORE, code: int = 0) -> int:
    """How often a run that had nothing to send started GnuPG."""
    programs.begin()
    answer = cdr("chase", "--overdue", *words, as_of=as_of, code=code)
    assert answer.out == ""
    return sum(count for name, count in programs.started.items() if name.endswith("gpg"))


def _is_anything_to_go(app: App, day: date, *references: str) -> bool:
    """By the ledgers themselves."""
    is_due = any(one.item.due for one in outstanding.outstanding(app, references, day))
    return is_due or any(outstanding.waiting_to_go(app, references))


def place_of(cdr: Shell, fingerprint: str) -> tuple[State, str]:
    return Store(cdr.store, extraction()).history.state, f"quiet/{fingerprint}-{QUESTION}"


@pytest.fixture
def quiet(cdr: Shell, asked: str) -> str:
    """The case, after a run that found nothing to send."""
    cdr("list", as_of=ASKED_ON)  # so that the index is there
    assert asks(cdr, as_of=ASKED_ON) == OPENING
    return asked


def test_a_quiet_day_opens_nothing_and_the_day_on_which_something_is_due_is_none(cdr: Shell, quiet: str) -> None:
    assert asks(cdr, as_of=ASKED_ON) == 0
    assert asks(cdr, as_of=BEFORE) == 0
    sent = cdr("chase", "--overdue", as_of=DUE)
    assert len([line for line in sent.lines if quiet in line]) == 2
    assert asks(cdr, as_of=DUE) == OPENING  # what was sent was recorded: looked at once more
    assert asks(cdr, as_of=DUE) == 0


def loaded(cdr: Shell, as_of: str = BEFORE) -> set[str]:
    """The modules that a run with nothing to send loads."""
    command = ["--store", str(cdr.store), "--as-of", as_of, "chase", "--overdue"]
    done = subprocess.run([sys.executable, "-c", LOADED, *command], capture_output=True, text=True, check=True)
    code, *names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return set(names)


def test_a_quiet_day_loads_no_rules_and_nothing_of_what_is_due(cdr: Shell, quiet: str) -> None:
    names = loaded(cdr)
    own = [name for name in names if name.startswith("cdr.")]
    assert "cdr.store.quiet_days" in own
    assert [name for name in own if name.startswith(("cdr.domain", "cdr.mail")) or name == outstanding.__name__] == []
    assert not {"subprocess", "selectors", "signal", "shutil", "tempfile", "random"} & names  # no program is started
    assert len(own) <= 59


def test_what_is_known_of_a_day_is_what_is_found_on_it(cdr: Shell, quiet: str) -> None:
    for agency in ("northshire-police", "northtown-general"):
        cdr("chase", "--hold", quiet, agency, "--until", "2026-02-03", "Its records are being moved", as_of=ASKED_ON)
    first = date.fromisoformat(ASKED_ON)
    days = [first + timedelta(days=ahead) for ahead in range(70)]
    assert asks(cdr, as_of=ASKED_ON) == OPENING
    app = App(store_option=str(cdr.store))
    known = [day for day in days if is_quiet(app.store, QUESTION, day)]
    found = [_is_anything_to_go(app, day) for day in days]
    assert known == days[: found.index(True)] and known


def test_before_the_day_on_which_it_was_found_nothing_is_known(cdr: Shell, asked: str) -> None:
    cdr("list", as_of=ASKED_ON)
    assert asks(cdr, as_of="2026-01-15") == OPENING
    assert asks(cdr, as_of="2026-01-14") == OPENING


def test_it_is_asked_anew_after_a_month(cdr: Shell, sudi: str) -> None:
    cdr("list", as_of=ASKED_ON)
    assert [asks(cdr, as_of=day) for day in (ASKED_ON, "2026-02-09", "2026-02-10", "2026-02-10")] == [
        OPENING,
        0,
        OPENING,
        0,
    ]


def test_what_is_recorded_is_looked_at(cdr: Shell, quiet: str) -> None:
    cdr("milestone", quiet, "ncmd_told", as_of="2026-01-10")
    assert asks(cdr) == OPENING
    cdr("request", quiet, "regional-ambulance", as_of="2026-01-10")
    assert asks(cdr, as_of=ASKED_ON) == OPENING


def test_a_recorded_configuration_that_says_otherwise_is_gone_by(cdr: Shell, quiet: str, people: People) -> None:
    path = cdr.store / "cdr.yaml"
    path.write_text(
        path.read_text() + "chasing: {prompt_weeks: [1, 3, 6], since: 2026-01-01, why: Agreed by the partners}\n"
    )
    told = cdr("chase", "--overdue", as_of=BEFORE)  # one that nobody recorded counts for nothing, and that is said
    assert told.out == "" and "cdr.yaml" in told.err
    sign_commit(cdr.store, people.home, people.member)
    assert quiet in cdr("chase", "--overdue", as_of=BEFORE).out


@pytest.mark.parametrize("wrong", [b"", b"no such thing", b"[]", b"{}", b'{"made_from": 1}'])
def test_what_is_damaged_or_gone_counts_as_not_there(cdr: Shell, quiet: str, people: People, wrong: bytes) -> None:
    state, name = place_of(cdr, people.member)
    if wrong.startswith((b"[", b"{")):
        state.seal(name, wrong)
    else:
        (state.folder / name).write_bytes(wrong)
    assert asks(cdr) == OPENING and asks(cdr) == 0
    state.forget(name)
    assert asks(cdr) == OPENING and asks(cdr) == 0


def later(raw: bytes) -> bytes:
    return raw.replace(BEFORE.encode("ascii"), b"2027-01-01")


def of_another_commit(raw: bytes) -> bytes:
    kept = json.loads(raw[32:])
    return raw[:32] + json.dumps({**kept, "made_from": "0" * 64}).encode()


@pytest.mark.parametrize("change", [later, of_another_commit])
def test_days_that_were_not_kept_here_are_not_believed(
    cdr: Shell, quiet: str, people: People, change: Callable[[bytes], bytes]
) -> None:
    state, name = place_of(cdr, people.member)
    path = Path(state.folder / name)
    raw = path.read_bytes()
    path.write_bytes(change(raw))
    assert path.read_bytes() != raw
    assert quiet in cdr("chase", "--overdue", as_of=DUE).out


def test_another_edition_of_the_program_looks_for_itself(
    cdr: Shell, quiet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "edition", lambda: b"another")
    cdr("list", as_of=BEFORE)
    assert asks(cdr) == OPENING


def test_the_chasers_key_looks_for_itself(
    cdr: Shell, quiet: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    asks(cdr)
    cdr("chase", as_of=BEFORE)
    assert asks(cdr) == 0
    assert quiet in cdr("chase", "--overdue", as_of=DUE).out


def test_without_the_secret_key_nothing_is_said_to_be_quiet(
    cdr: Shell, quiet: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    answer = cdr("--as", people.member, "chase", "--overdue", as_of=BEFORE, code=1)
    assert answer.out == "" and "cannot be opened with a key that is here" in answer.err


def test_a_note_of_what_a_killed_run_sent_is_seen_to_first(cdr: Shell, quiet: str) -> None:
    noted = Store(cdr.store, extraction()).git.repository.shared / NOTED
    noted.write_text("what it sent\n")
    assert asks(cdr) >= OPENING


def test_who_asks_for_one_case_or_for_json_is_answered_from_it(cdr: Shell, quiet: str) -> None:
    assert asks(cdr, quiet) == OPENING
    assert cdr("chase", "--overdue", "--json", as_of=BEFORE).json["items"] == []


@pytest.mark.hurt
def test_a_case_that_cannot_be_read_leaves_nothing_known(cdr: Shell, quiet: str, people: People) -> None:
    (cdr.store / "cases" / quiet / "requests.yaml.gpg").write_bytes(b"no document")
    sign_commit(cdr.store, people.home, people.member)
    for _ in range(2):
        answer = cdr("chase", "--overdue", as_of=BEFORE, code=1)
        assert quiet in answer.err


# ---- the first run after a commit ---------------------------------------------------------------------------------------


def forget_days(cdr: Shell, fingerprint: str) -> None:
    state, name = place_of(cdr, fingerprint)
    state.forget(name)


def test_the_first_run_after_a_commit_opens_what_is_kept_of_chasing_alone_however_many_cases_there_are(
    cdr: Shell, asked: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(cdr, monkeypatch)
    took = []
    for numbers, until in ((range(20), "2026-02-03"), (range(20, 60), "2026-02-04")):
        with_closed(cdr.store, numbers)
        cdr("list", as_of=ASKED_ON)
        cdr("chase", "--hold", asked, "northshire-police", "--until", until, "Its records are moved", as_of=ASKED_ON)
        took.append(watched("chase", "--overdue"))
        assert watched("chase", "--overdue") == (0, frozenset())
    assert took == [(OPENING, APART)] * 2


def test_a_chasers_first_run_opens_the_same(
    cdr: Shell, asked: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("chase", as_of=ASKED_ON)
    assert Watched(cdr, monkeypatch)("chase", "--overdue") == (OPENING, APART)


def test_the_first_run_after_a_commit_loads_of_the_rules_those_of_chasing(
    cdr: Shell, quiet: str, people: People
) -> None:
    forget_days(cdr, people.member)
    loaded(cdr)  # which keeps the rules of chasing
    forget_days(cdr, people.member)
    names = loaded(cdr)
    own = {name for name in names if name.startswith("cdr.")}
    assert "cdr.domain.asking.chased" in own
    of_the_domain = {name for name in own if name.startswith("cdr.domain.") and name.count(".") == 3}
    assert of_the_domain == {
        *(f"cdr.domain.asking.{name}" for name in ("arrival", "chased", "prompts_due", "requests")),
        *(f"cdr.domain.process.{name}" for name in ("chasing_rules", "clocks")),
        "cdr.domain.case.kept",
        "cdr.domain.rulebook.validation",
    }
    assert not {"gnupg", "logging", "socket", "email", "shutil", "tempfile", "random", outstanding.__name__} & names
    assert len(own) <= 76


def cut(raw: bytes) -> bytes:
    return raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:]


@pytest.mark.parametrize("how", ["gone", "damaged", "another", "as it was", "as all was"])
def test_what_is_kept_of_chasing_is_never_believed_where_it_is_not_what_the_store_says(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, how: str
) -> None:
    cdr("list", as_of=ASKED_ON)
    assert asks(cdr, as_of=ASKED_ON) == OPENING
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    paths = [folder / name for name in (WORDS, SINCE, NOT_AT_REST)]
    before = {path: path.read_bytes() for path in paths if path.is_file()}
    cdr("request", sudi, "northshire-police", "northtown-general", as_of=ASKED_ON)
    if how == "gone":
        (folder / WORDS).unlink()
    elif how == "damaged":
        (folder / WORDS).write_bytes(cut((folder / WORDS).read_bytes()))
    elif how == "another":
        (folder / WORDS).write_bytes((folder / NOT_AT_REST).read_bytes())
    else:  # put back, with a `since` that goes with it or with what was recorded since
        for path, raw in before.items():
            path.write_bytes(raw)
        if how == "as all was":
            for path in set(paths) - before.keys():
                path.unlink(missing_ok=True)
    assert asks(cdr, as_of=BEFORE) >= OPENING
    assert sudi in cdr("chase", "--overdue", as_of=DUE).out
    assert asks(cdr, as_of=DUE) == OPENING  # it was made again


def test_what_somebody_else_recorded_is_looked_at(cdr: Shell, quiet: str, people: People, tmp_path: Path) -> None:
    """The chaser's own state does not know of it: what is kept is of another commit, and counts as not there."""
    theirs = str(tmp_path / "other-state")
    with pytest.MonkeyPatch.context() as other:
        other.setenv("XDG_STATE_HOME", theirs)
        cdr("list", as_of=ASKED_ON)
        cdr(
            "chase",
            "--hold",
            quiet,
            "northshire-police",
            "--until",
            "2026-02-03",
            "Its records are moved",
            as_of=ASKED_ON,
        )
        assert asks(cdr, as_of=ASKED_ON) == OPENING
    out = cdr("chase", "--overdue", as_of=DUE).out
    assert "northtown-general" in out and "northshire-police" not in out
    with pytest.MonkeyPatch.context() as other:
        other.setenv("XDG_STATE_HOME", theirs)
        assert asks(cdr, as_of=DUE) >= OPENING
        assert asks(cdr, as_of=DUE) == 0
    assert "northshire-police" in cdr("chase", "--overdue", as_of="2026-02-03").out


def test_both_ways_send_the_same_on_each_day_of_two_months(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("request", sudi, "northshire-police", "northtown-general", as_of=ASKED_ON)
    for ahead in range(0, 66, 3):
        day = date.fromisoformat(ASKED_ON) + timedelta(days=ahead)
        is_to_go = _is_anything_to_go(App(store_option=str(cdr.store)), day)
        assert bool(cdr("chase", "--overdue", as_of=day.isoformat()).out) == is_to_go, day


def test_of_named_cases_it_is_what_their_ledgers_say(cdr: Shell, sudi: str) -> None:
    """And one that nobody knows, or of which nobody is asked, is told as that on every day."""
    other = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x", as_of=ASKED_ON).out.strip()
    void = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x", as_of=ASKED_ON).out.strip()
    cdr("void", void, "--by-mistake", as_of=ASKED_ON)
    cdr("request", sudi, "northshire-police", as_of=ASKED_ON)
    cdr("request", other, "northtown-general", as_of="2026-01-12")
    for named in ((sudi,), (other,), (sudi, other)):
        for ahead in range(0, 66, 5):
            day = date.fromisoformat(ASKED_ON) + timedelta(days=ahead)
            app = App(store_option=str(cdr.store), as_of=day.isoformat())
            right = _is_anything_to_go(App(store_option=str(cdr.store)), day, *named)
            assert is_anything_to_send(app, named) == right, (named, day)
    assert "void" in cdr("chase", void, "--overdue", as_of=ASKED_ON, code=66).err
    assert "no such case" in cdr("chase", "2026-ZZZZ", "--overdue", as_of=ASKED_ON, code=66).err
