"""Who opened what: a line for each run that opened a case, chained, recorded with a later change, and joined where copies meet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import People, Shell
from faults.verbs import MEMBERS
from store.hands import git, gpg, sign_commit

from cdr.app import extraction
from cdr.store import reads, reads_waiting
from cdr.store.crypto import Gnupg
from cdr.store.parts import READS
from cdr.store.store import Store

TOMORROW = SimpleNamespace(real_seconds=lambda: int(datetime.now(UTC).timestamp()) + 24 * 60 * 60)


def whats(cdr: Shell, *reference: str, code: int = 0) -> list[str]:
    return [read["what"] for read in cdr("audit", "--reads", *reference, "--json", code=code).json["reads"]]


def test_a_story_of_reads(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    assert whats(cdr) == []
    cdr("list"), cdr("today")  # they name nobody
    cdr("show", sudi), cdr("timeline", sudi), cdr("letter", sudi, code=65), cdr("show", "2026-ZZZZ", code=66)
    cdr("find", stdin=b"Somebody Else\n")
    assert whats(cdr, sudi) == ["find", "letter", "timeline", "show"]
    [first, *_] = cdr("audit", "--reads", "--json").json["reads"]
    assert first["cases"] == ["*"] and first["fingerprint"] == people.member
    before = git(cdr.store, "rev-parse", "HEAD")
    cdr("milestone", sudi, "ncmd_told")  # of the same day: nothing of it is recorded yet
    assert "reads/" not in git(cdr.store, "show", "--name-only", "--format=", "HEAD")
    monkeypatch.setattr(reads_waiting, "clock", TOMORROW)
    cdr("milestone", sudi, "family_views")
    [path] = [line for line in git(cdr.store, "show", "--name-only", "--format=", "HEAD").split() if "reads/" in line]
    assert git(cdr.store, "rev-parse", "HEAD~2") == before
    assert b"what: timeline" in gpg(people.home, "-d", data=(cdr.store / path).read_bytes())
    cdr("show", sudi)
    assert whats(cdr, sudi) == ["show", "find", "letter", "timeline", "show"]
    assert "reads/" not in cdr("audit", sudi).out
    assert cdr("verify", "--json").json["findings"] == []


def test_a_run_that_records_elsewhere_than_in_the_case_that_it_read_leaves_a_line(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    """What two members made of a case, and that it was opened, stands in the meeting alone."""
    config = cdr.store / "cdr.yaml"
    config.write_text(
        config.read_text("utf-8").replace("areas:", MEMBERS.replace("KEY", people.second) + "areas:", 1), "utf-8"
    )
    sign_commit(cdr.store, people.home, people.member)
    reading = tmp_path / "reading.yaml"
    reading.write_text("schema: reading/1\ncategory: 10\nmodifiability: 'yes'\n", "utf-8")
    day = "2026-04-01"
    cdr("panel", "new", "2026-04-14", as_of=day)
    cdr("panel", "assign", "P2026-04-14", sudi, "--override", "x", as_of=day)
    before = whats(cdr, sudi)
    for who in ("pat-keyed", "jo-open"):
        cdr("reading", "seal", "P2026-04-14", sudi, who, "--from", reading, as_of=day)
    assert whats(cdr, sudi) == before, "what is sealed was read by nobody"
    for times in (1, 2):  # opened, and looked at again
        cdr("reading", "open", "P2026-04-14", sudi, as_of=day)
        assert whats(cdr, sudi) == [*["reading"] * times, *before]
    cdr("milestone", sudi, "ncmd_told", as_of=day)
    assert whats(cdr, sudi) == ["reading", "reading", *before], "the history says who changed the case"


def test_a_line_that_is_taken_out_is_missed(cdr: Shell, sudi: str) -> None:
    cdr("show", sudi), cdr("gate", sudi), cdr("show", sudi)
    store = Store(cdr.store, extraction())
    kept = store.index.sealing.open(READS)
    assert kept is not None
    store.index.sealing.keep(READS, {**kept, "reads": [kept["reads"][0], kept["reads"][2]]})
    answer = cdr("audit", "--reads", code=1)
    assert "lines were taken out" in answer.err and answer.out.count("show") == 2
    assert len(cdr("audit", "--reads", "--json", code=1).json["cut"]) == 1


def test_copies_that_meet_have_both_and_nothing_twice(cdr: Shell, sudi: str) -> None:
    cdr("show", sudi)
    store = Store(cdr.store, extraction())
    with store.writing():
        assert reads.fold_now(store) and not reads.fold_now(store)
    store.index.sealing.keep(READS, {"head": "", "reads": []})  # a copy on a new machine begins its own
    cdr("gate", sudi)
    assert whats(cdr, sudi) == ["gate", "show"]
    assert git(cdr.store, "log", "-1", "--format=%s") == "cdr: reads"


def test_it_takes_no_private_key_operation_more(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str] = []
    decrypt, sign = Gnupg.decrypt, Gnupg.sign
    monkeypatch.setattr(Gnupg, "decrypt", lambda self, *given: used.append("open") or decrypt(self, *given))  # type: ignore[func-returns-value]
    monkeypatch.setattr(Gnupg, "sign", lambda self, *given: used.append("sign") or sign(self, *given))  # type: ignore[func-returns-value]
    cdr("show", sudi)
    used.clear()
    cdr("show", sudi)
    with_log = len(used)
    monkeypatch.setattr(reads_waiting, "note", lambda *_: None)
    used.clear()
    cdr("show", sudi)
    assert with_log == len(used) <= 1
