"""What lies beside the cases is held to what a case is: meetings, statements, pass-phrases, reports, releases, who opened what, erasures.

A document is put there changed, cut, of another kind, an older one, under another's name, for too few readers, and by whoever has the public
keys alone: in a member's own signed commit, so that nothing but the document itself tells. And nobody but a member may put one there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Answer, Begun, People, run
from faults.verbs import POLICE, VERBS, World, begin, copy_of
from PIL import Image
from store.hands import encrypted, flip, git, gpg, packets, sign_commit, unsigned_commit

from cdr.app import extraction
from cdr.forms import codec
from cdr.store import layout, reads
from cdr.store.store import Store

LATER = "2026-04-22"
STEPS = (
    "panel minutes",
    "panel assign",
    "reading seal",
    "panel agreement",
    "agency passphrase",
    "review",
    "learning brief",
    "report pictures",
    "tally public",
    "erase asked",
)
# Each kind with what comes to it later, and what reads it; `verify` alone reads the numbers that a report was made of.
KINDS: dict[str, tuple[list[str], list[str]]] = {
    "panels/P2026-04-14.yaml.gpg": (["panel", "attend", "P2026-04-14", POLICE], ["panel", "show", "P2026-04-14"]),
    "panels/agreements.yaml.gpg": (["panel", "agreement", "jo-open", "--on", "2026-01-06"], ["panel", "agreement"]),
    "panels/learning.yaml.gpg": (["learning", "sent", "SHEET", "--to", "northshire-community"], ["learning", "list"]),
    "agencies/passphrases.yaml.gpg": (["agency", "passphrase", "northtown-general", "--new"], ["agency", "passphrase", POLICE]),
    "reports/2025-26.yaml.gpg": (["report", "--year", "2025/26", "--words", "WORDS"], ["report", "--year", "2025/26", "-o", "OUT/r.md"]),
    "reports/2025-26-pictures.yaml.gpg": (["report", "--year", "2025/26", "--words", "PICTURES"], ["report", "--year", "2025/26", "-o", "OUT/r.md"]),
    "reports/release-0001.yaml.gpg": (["release", "withdraw", "1", "--reason", "x"], ["release", "show", "1"]),
    "reports/2025-26-numbers.yaml.gpg": ([], []),
    "reads": ([], ["audit", "--reads"]),
}  # fmt: skip


@pytest.fixture(scope="session")
def begun_beside(begun: Begun, people: People, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A store in which there is a document of each kind that lies beside the cases, made once."""
    place = tmp_path_factory.mktemp("beside")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", people.home)
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        world = begin(begun, people, place)
        for name in STEPS:
            answer = run(world.command(VERBS[name]))
            assert answer.code == 0, f"{name}: {answer.err}"
        store = Store(world.store, extraction())
        with store.writing():
            assert reads.fold_now(store)
    return world


@pytest.fixture
def beside(begun_beside: World, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    place = tmp_path / "w"
    made = copy_of(begun_beside, place, monkeypatch)
    assert {str(path.relative_to(place / "store")) for path in (place / "store").glob("[apr]*/*.gpg")} == {
        str(file_of(place / "store", name).relative_to(place / "store")) for name in KINDS
    }, "a kind that no test here knows"
    known = {
        found.kind.name
        for name in KINDS
        if (found := layout.place(str(file_of(place / "store", name).relative_to(place / "store"))))
    }
    assert known == layout.KINDS.keys() - layout.OF_A_CASE.keys(), (
        "a kind that is of no case, and that no test here knows"
    )
    return made


def file_of(store: Path, name: str) -> Path:
    found = store / name
    return next(found.glob("*.gpg")) if found.is_dir() else found


def told(world: World, words: list[str]) -> Answer:
    given = world.folder / "in"
    if "PICTURES" in words:
        Image.new("RGB", (30, 20), "blue").save(given / "garden.png")
    for name, file in (("WORDS", "words.yaml"), ("PICTURES", "pictures.yaml")):
        words = [word.replace(name, str(given / file)) for word in words]
    return run(["--store", str(world.store), "--as-of", LATER, *world.words(words)])


def by_a_member(world: World) -> None:
    sign_commit(world.store, world.people.home, world.people.member)


def named_and_refused(world: World, name: str, path: Path, what: str) -> None:
    """What reads the document refuses it, and `verify` names it; the cases are read on."""
    shown, relative = KINDS[name][1], str(path.relative_to(world.store))
    if shown:
        answer = told(world, shown)
        assert answer.code in (1, 76) and relative in answer.err, f"{what}: {answer.code} {answer.out} {answer.err}"
    checked = run(["--store", str(world.store), "--as-of", LATER, "verify", "--json"])
    assert checked.code == 1 and relative in {one["path"] for one in checked.json["findings"]}, what
    assert told(world, ["list"]).code == 0, what


def _plain(world: World, raw: bytes) -> bytes:
    return gpg(world.people.home, "-d", data=raw)


def _another(world: World, path: Path) -> bytes:
    other = next(name for name in KINDS if not str(path).endswith(name) and name != "reads")
    return (world.store / other).read_bytes()


def _by_public_keys(world: World, path: Path, raw: bytes) -> bytes:
    """The same words for the same readers, without what binds them to what stood there."""
    readers = (world.people.member, world.people.second)
    return encrypted(world.people.home, _plain(world, raw).replace(b"revision: 1\n", b"revision: 7\n", 1), *readers)


DAMAGES: dict[str, Callable[[World, Path, bytes], bytes]] = {
    "a byte changed": lambda world, path, raw: flip(raw),
    "cut": lambda world, path, raw: raw[:-40],
    "cut after the readers": lambda world, path, raw: b"".join(packets(raw)[:-1]),
    "one more byte": lambda world, path, raw: raw + b"\0",
    "of another kind": lambda world, path, raw: _another(world, path),
    "of a case": lambda world, path, raw: (world.store / "cases" / world.case / "case.yaml.gpg").read_bytes(),
    "for too few": lambda world, path, raw: encrypted(world.people.home, _plain(world, raw), world.people.member),
    "a reader taken out": lambda world, path, raw: b"".join(packets(raw)[1:]),
    "made with public keys": _by_public_keys,
    "nothing": lambda world, path, raw: b"",
    "not encrypted": lambda world, path, raw: _plain(world, raw),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_document_that_is_not_what_was_recorded(beside: World, name: str) -> None:
    path = file_of(beside.store, name)
    honest, tip = path.read_bytes(), git(beside.store, "rev-parse", "HEAD")
    for what, damage in DAMAGES.items():
        path.write_bytes(damage(beside, path, honest))
        by_a_member(beside)
        named_and_refused(beside, name, path, what)
        git(beside.store, "reset", "-q", "--hard", tip)
        shutil.rmtree(beside.folder / "state")
        shutil.copytree(beside.folder / "state-before", beside.folder / "state")


@pytest.fixture(autouse=True)
def a_memory_to_go_back_to(beside: World) -> None:
    """What this machine remembers, before it has seen a commit that is taken back again."""
    shutil.copytree(beside.folder / "state", beside.folder / "state-before")


@pytest.mark.parametrize("name", [name for name, (later, _) in KINDS.items() if later])
def test_an_older_revision_or_none(beside: World, name: str) -> None:
    path = file_of(beside.store, name)
    first = path.read_bytes()
    (beside.folder / "in" / "words.yaml").write_text(
        "schema: report/1\nyear: 2025/26\nforeword: {text: Otherwise.}\n", "utf-8"
    )
    later = told(beside, KINDS[name][0])
    assert later.code == 0 and path.read_bytes() != first, later.err
    path.write_bytes(first)
    by_a_member(beside)
    named_and_refused(beside, name, path, "an older one")


@pytest.mark.parametrize("name", KINDS)
def test_one_that_a_member_took_out_is_missed_and_comes_back(beside: World, name: str) -> None:
    """No question is answered as if a meeting, a release or the log of who opened what had never been there."""
    path = file_of(beside.store, name)
    said = _said(beside, path)
    path.unlink()
    by_a_member(beside)
    named_and_refused(beside, name, path, "taken out")
    assert told(beside, ["verify", "--repair"]).code == 0
    assert _said(beside, path) == said
    if KINDS[name][1]:
        assert told(beside, KINDS[name][1]).code == 0


def _said(world: World, path: Path) -> dict[str, object]:
    """What a document says below its header."""
    found = codec.load(_plain(world, path.read_bytes()), codec.MAX_NODES)
    return {key: value for key, value in found.items() if key != "document"}


def test_a_meeting_under_another_name(beside: World) -> None:
    path = beside.store / "panels" / "P2026-05-12.yaml.gpg"
    shutil.copy(beside.store / "panels" / "P2026-04-14.yaml.gpg", path)
    by_a_member(beside)
    checked = run(["--store", str(beside.store), "verify", "--json"])
    assert checked.code == 1 and {one["path"] for one in checked.json["findings"]} == {"panels/P2026-05-12.yaml.gpg"}
    assert told(beside, ["panel", "show", "P2026-05-12"]).code == 76
    for words in (["panel", "list"], ["today"], ["panel", "list", "--json"]):  # it stops nobody who asks for the others
        answer = told(beside, words)
        assert answer.code == 1 and "the meeting P2026-05-12 is left out: " in answer.err
    assert answer.json["left_out"] == ["P2026-05-12"]
    assert "P2026-04-14" in {one["id"] for one in answer.json["panels"]}
    assert told(beside, ["panel", "show", "P2026-04-14"]).code == 1
    broken = path.read_bytes()
    for words in (
        ["panel", "new", "2026-05-12"],
        ["panel", "attend", "P2026-04-14", POLICE],
    ):  # a change must know every one
        assert told(beside, words).code == 76
    assert path.read_bytes() == broken


def test_a_meeting_whose_file_was_changed_in_the_folder_stops_itself_alone(beside: World) -> None:
    """The history holds the right one: it is asked about there, and only who asks for that meeting or changes it is refused."""
    path = beside.store / "panels" / "P2026-04-14.yaml.gpg"
    path.write_bytes(flip(path.read_bytes()))
    for words in (["panel", "show", "P2026-04-14"], ["panel", "attend", "p2026-04-14", POLICE]):
        assert "panels/P2026-04-14.yaml.gpg is not what was recorded" in told(beside, words).err
    for words in (
        ["panel", "list"],
        ["action", "list"],
        ["panel", "new", "2026-05-12"],
        ["panel", "attend", "P2026-05-12", POLICE],
        ["panel", "agreement", "jo-open", "--on", "2026-01-06"],
        ["learning", "list"],
    ):
        answer = told(beside, words)
        assert answer.code == 0, f"{words}: {answer.err}"
    assert told(beside, ["panel", "list", "--json"]).json["panels"][0]["id"] == "P2026-04-14"
    assert told(beside, ["verify", "--repair"]).code == 0
    assert told(beside, ["panel", "attend", "P2026-04-14", POLICE]).code == 0


def test_a_report_whose_file_was_changed_in_the_folder_stops_no_release(beside: World) -> None:
    path = beside.store / "reports" / "2025-26.yaml.gpg"
    path.write_bytes(flip(path.read_bytes()))
    assert told(beside, KINDS["reports/2025-26.yaml.gpg"][1]).code == 76
    assert told(beside, KINDS["reports/release-0001.yaml.gpg"][1]).code == 0


SIGNERS: dict[str, Callable[[World], object]] = {
    "nobody": lambda world: unsigned_commit(world.store),
    "a stranger of the same name": lambda world: sign_commit(
        world.store, world.people.stranger_home, world.people.stranger
    ),
    "the chaser": lambda world: sign_commit(world.store, world.people.chaser_home, world.people.chaser),
}


@pytest.mark.parametrize("signer", SIGNERS)
@pytest.mark.parametrize("name", [*KINDS, "erased"])
def test_a_commit_by_who_may_not(beside: World, name: str, signer: str) -> None:
    """The bytes are those of an earlier, honest document: it is the signature that tells."""
    path = next((beside.store / "erased").glob("*")) if name == "erased" else file_of(beside.store, name)
    path.unlink()
    SIGNERS[signer](beside)
    for words in (["list"], ["show", beside.case], ["milestone", beside.case, "family_views"], *filter(None, [KINDS.get(name, ([], []))[1]])):  # fmt: skip
        answer = told(beside, words)
        assert answer.code == 76, f"{words}: {answer.code} {answer.out}{answer.err}"
    assert told(beside, ["verify"]).code in (1, 76)


def test_an_erasure_that_one_member_confirms_alone(beside: World) -> None:
    path = next((beside.store / "erased").glob("*"))
    asked = path.read_text("utf-8")
    more = f"confirmed_by: {beside.people.member}\nconfirmed_on: 2026-04-22\n"
    path.write_text(asked + more, "utf-8")
    by_a_member(beside)
    assert told(beside, ["list"]).code == 76
    assert beside.ready in {one.name for one in (beside.store / "cases").iterdir()}


# ---- whoever signs: somebody who left, and a merge that drops or brings what it may not ---------------------------------


def back_to(world: World, tip: str) -> None:
    """The store and what this machine remembers of it, as they were."""
    git(world.store, "reset", "-q", "--hard", tip)
    shutil.rmtree(world.folder / "state")
    shutil.copytree(world.folder / "state-before", world.folder / "state")


def test_commits_by_a_member_who_left(beside: World) -> None:
    left = told(beside, ["keys", "remove", beside.people.second, "--reason", "Left"])
    assert left.code == 0, left.err
    tip = git(beside.store, "rev-parse", "HEAD")
    for name in [*KINDS, "erased"]:
        path = next((beside.store / "erased").glob("*")) if name == "erased" else file_of(beside.store, name)
        path.unlink()
        sign_commit(beside.store, beside.people.second_home, beside.people.second)
        for words in (["list"], *filter(None, [KINDS.get(name, ([], []))[1]])):
            answer = told(beside, words)
            assert answer.code == 76 and "not by anyone who may write" in answer.err, (
                f"{name}: {answer.code} {answer.err}"
            )
        back_to(beside, tip)
    assert told(beside, ["list"]).code == 0


def test_a_merge_that_drops_what_one_side_wrote(beside: World) -> None:
    """`git merge -s ours`, signed by a member: the other side's meeting, release or pass-phrase would be gone without a trace."""
    tip, key = git(beside.store, "rev-parse", "HEAD"), beside.people.member
    (beside.folder / "in" / "words.yaml").write_text(
        "schema: report/1\nyear: 2025/26\nforeword: {text: Otherwise.}\n", "utf-8"
    )
    assert told(beside, ["milestone", beside.case, "family_views"]).code == 0
    ours = git(beside.store, "rev-parse", "HEAD")
    for name, (later, _) in KINDS.items():
        if not later:
            continue
        back_to(beside, tip)
        answer = told(beside, later)
        assert answer.code == 0, answer.err
        theirs = git(beside.store, "rev-parse", "HEAD")
        back_to(beside, ours)
        signed = ("-c", f"user.signingKey={key}", "merge", "-q", f"-S{key}", "-s", "ours", "-m", "by hand", theirs)
        git(beside.store, *signed, home=beside.people.home)
        refused = told(beside, ["list"])
        assert refused.code == 76 and "drops a change" in refused.err, f"{name}: {refused.code} {refused.err}"


# ---- what a case keeps of those who were spoken to, asked and answered ---------------------------------------------------

OF_A_CASE = ("contact", "question add", "wish", "handover", "chase hold", "disclose", "gate open")


@pytest.mark.parametrize("verb", OF_A_CASE)
def test_an_older_revision_of_what_a_case_keeps(beside: World, verb: str) -> None:
    """Each lies in a document of its case: where an older one is put back, the case is left out, and the commit is named."""
    beside.prepare(VERBS[verb])
    done = run(beside.command(VERBS[verb]))
    assert done.code == VERBS[verb].code, done.err
    changed = git(beside.store, "diff", "--name-only", "--diff-filter=M", "HEAD~1", "HEAD").splitlines()
    of_case = [path for path in changed if path.startswith("cases/")]
    assert of_case, changed
    for path in of_case:
        git(beside.store, "checkout", "-q", "HEAD~1", "--", path)
    by_a_member(beside)
    case = of_case[0].split("/")[1]
    answer = told(beside, ["list"])
    assert answer.code == 1 and f"the case {case} is left out" in answer.err, answer.err
    checked = told(beside, ["verify", "--json"])
    assert {one["path"] for one in checked.json["findings"] if one["check"] == "revision"} == {*of_case}
