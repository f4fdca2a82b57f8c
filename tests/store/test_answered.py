"""What was answered is kept for the same question, day and commit, and for nothing else; damaged or gone, it is answered anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import People, Shell
from store.test_parts import ON, Watched, with_closed

from cdr.store import layout
from cdr.store.parts import ANSWER, SUMMED

TALLY = ("tally", "--year", "2017/18", "--years", "10")
ANSWERS = f"{SUMMED}{ANSWER}"


@pytest.fixture
def watched(cdr: Shell, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(cdr, monkeypatch)


@pytest.fixture
def kept(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Path:
    """The folder of what is kept, of a store with some closed cases, after one tally."""
    with_closed(cdr.store, range(12))
    cdr(*TALLY, as_of=ON)
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    return folder


def answers(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{ANSWERS}*"))


def test_what_was_answered_is_read_and_nothing_else_and_says_the_same(cdr: Shell, kept: Path, watched: Watched) -> None:
    [path] = answers(kept)
    again = cdr(*TALLY, as_of=ON)
    started, read = watched(*TALLY)
    assert started <= 3 and read == {"key", path.name}  # and Python
    path.unlink()
    anew = cdr(*TALLY, as_of=ON)
    assert (again.out, again.err, again.code) == (anew.out, anew.err, anew.code) and "Nothing is known of" in anew.err
    assert path.exists()


def test_what_is_damaged_or_anothers_is_answered_anew(cdr: Shell, kept: Path) -> None:
    [path] = answers(kept)
    right, whole = cdr(*TALLY, as_of=ON).out, path.read_bytes()
    cdr(*TALLY, "--births", "24", as_of=ON)
    [other] = [one for one in answers(kept) if one != path]
    for wrong in (
        whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
        other.read_bytes(),
        (kept / "not-at-rest").read_bytes(),
        b"",
    ):
        path.write_bytes(wrong)
        assert cdr(*TALLY, as_of=ON).out == right
        assert path.read_bytes() != wrong


@pytest.mark.parametrize(
    "more",
    [
        ("--by", "quarter"),
        ("--format", "csv"),
        ("--json",),
        ("--percents", "whole"),
        ("--table", "reviews.category"),
        ("--all",),
    ],
)
def test_any_other_question_is_another(cdr: Shell, kept: Path, more: tuple[str, ...]) -> None:
    asked = cdr(*TALLY, *more, as_of=ON).out
    assert len(answers(kept)) == 2
    for path in answers(kept):
        path.unlink()
    assert cdr(*TALLY, *more, as_of=ON).out == asked != cdr(*TALLY, as_of=ON).out


def test_another_day_and_a_change_are_answered_anew(cdr: Shell, kept: Path, sudi: str) -> None:
    now = ("tally", "--year", "2025/26")
    first = cdr(*now, as_of="2026-01-10").out
    later = cdr(*now, as_of="2026-01-11").out
    assert first != later and "11 January 2026" in later
    cdr("contact", sudi, "--with", "mother", "--how", "telephone", "--from", "-", stdin=b"She rang.", as_of=ON)
    assert answers(kept) == []  # none is of any use, and none outlives a case that is erased
    with_closed(cdr.store, range(12, 24))
    assert cdr(*TALLY, as_of=ON).out != first and cdr(*now, as_of="2026-01-10").out == first


def test_that_the_settings_were_changed_is_said_all_the_same(cdr: Shell, kept: Path) -> None:
    cdr(*TALLY, as_of=ON)
    settings = cdr.store / layout.CONFIGURATION
    settings.write_text(settings.read_text() + "\n# changed\n")
    assert len(answers(kept)) == 1
    told = cdr(*TALLY, as_of=ON).err
    for path in answers(kept):
        path.unlink()
    assert told == cdr(*TALLY, as_of=ON).err and "git commit -S cdr.yaml" in told


def test_the_chaser_is_told_nothing_of_it(cdr: Shell, kept: Path, people: People) -> None:
    cdr("--as", people.chaser, *TALLY, as_of=ON, code=77)


def test_a_release_that_was_changed_in_the_folder_is_refused_all_the_same(cdr: Shell, kept: Path) -> None:
    cdr("tally", "--year", "2017/18", "--years", "2", "--public", as_of=ON)
    cdr(*TALLY, as_of=ON)
    assert len(answers(kept)) == 1 and cdr(*TALLY, as_of=ON).code == 0
    [release] = (cdr.store / "reports").rglob("*.gpg")
    release.write_bytes(release.read_bytes() + b"x")
    assert release.name in cdr(*TALLY, as_of=ON, code=76).err


@pytest.mark.parametrize(
    "words", [("delays",), ("delays", "--year", "2017/18", "--json"), ("planning",), ("planning", "--json")]
)
def test_other_questions_across_cases_are_answered_again_too(
    cdr: Shell, kept: Path, watched: Watched, words: tuple[str, ...]
) -> None:
    before = {*answers(kept)}
    first = cdr(*words, as_of=ON)
    [path] = {*answers(kept)} - before
    again = cdr(*words, as_of=ON)
    assert (first.out, first.err, first.code) == (again.out, again.err, again.code)
    assert watched(*words)[1] == {"key", path.name}


def test_what_opens_a_case_is_never_answered_from_what_was_kept(cdr: Shell, kept: Path, sudi: str) -> None:
    before = answers(kept)
    cdr("delays", sudi, as_of=ON)
    cdr("theme", "--life-limiting", "--year", "2017/18", as_of=ON)
    assert answers(kept) == before
