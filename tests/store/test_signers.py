"""Who signed each change is asked of GnuPG once, and told the same from then on; what is damaged or gone is asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import People, Shell

from cdr import programs
from cdr.app import extraction
from cdr.store import signers
from cdr.store.state import State
from cdr.store.store import Store


def told(cdr: Shell) -> tuple[str, int]:
    """What `audit` says, and how often it started GnuPG."""
    programs.begin()
    said = cdr("audit", "--json").out
    return said, sum(count for name, count in programs.started.items() if name.endswith("gpg"))


def state_of(cdr: Shell) -> State:
    return Store(cdr.store, extraction()).history.state


def test_who_signed_is_asked_once(cdr: Shell, sudi: str, people: People) -> None:
    cdr("milestone", sudi, "ncmd_told")
    first, asked = told(cdr)
    assert told(cdr) == (first, 0) and asked >= len(json.loads(first)["changes"]) > 1
    assert {*signers.kept(state_of(cdr)).values()} == {people.member}
    cdr("milestone", sudi, "family_views")
    again, asked = told(cdr)
    assert json.loads(again)["changes"][1:] == json.loads(first)["changes"] and asked == 1


@pytest.mark.parametrize("wrong", [b"", b"no such thing", b"[]", b'{"a": 1}'])
def test_what_is_damaged_or_written_elsewhere_tells_nothing(
    cdr: Shell, sudi: str, people: People, wrong: bytes
) -> None:
    first, asked = told(cdr)
    state = state_of(cdr)
    if wrong.startswith((b"[", b"{")):
        state.seal(signers.NAME, wrong)
    else:
        (state.folder / signers.NAME).write_bytes(wrong)
    assert told(cdr) == (first, asked)


def test_a_word_that_was_not_kept_here_names_nobody_else(cdr: Shell, sudi: str, people: People) -> None:
    first, asked = told(cdr)
    place = state_of(cdr).folder / signers.NAME
    raw = place.read_bytes()
    place.write_bytes(raw.replace(people.member.encode("ascii"), people.second.encode("ascii")))
    assert told(cdr) == (first, asked)
    signers.keep(state_of(cdr), dict.fromkeys(signers.kept(state_of(cdr)), "0" * 40))  # a key that no registry names
    assert told(cdr) == (first, asked)
    assert Path(place).read_bytes() == raw
