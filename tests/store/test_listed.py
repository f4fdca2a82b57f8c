"""A list of all cases reads those at rest as they were put in order before, and not each; stale, damaged or gone, that is made again."""

from __future__ import annotations

from pathlib import Path

from conftest import People, Shell
from store.test_namesakes import moved_at_once, watched  # noqa: F401
from store.test_parts import ON, Watched, with_closed

from cdr.columns import LISTED
from cdr.domain.case.case import STAGES
from cdr.domain.case.standing import VOID
from cdr.store.parts import NOT_AT_REST, SINCE, SUMMED

EACH = tuple(word for stage in STAGES if stage != VOID for word in ("--stage", stage))  # the same cases, each looked at


def listed(cdr: Shell) -> str:
    return cdr("list", as_of=ON).out


def test_the_cases_at_rest_are_put_in_order_once(
    cdr: Shell,
    sudi: str,
    people: People,
    tmp_path: Path,
    watched: Watched,  # noqa: F811
) -> None:
    with_closed(cdr.store, range(12))
    before = listed(cdr)
    with_closed(cdr.store, range(12, 24))
    right = listed(cdr)
    assert before != right == cdr("list", *EACH, as_of=ON).out and "Ratified although something was not met" in right
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    [path] = folder.glob(f"{SUMMED}{LISTED}-*")
    started, read = watched("list")
    assert started <= 3 and read == {NOT_AT_REST, SINCE, "key", path.name}  # and Python
    whole = path.read_bytes()
    for damaged in (whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], (folder / NOT_AT_REST).read_bytes(), None):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        assert listed(cdr) == right
        assert path.read_bytes() != damaged
    stale = path.read_bytes()
    one = min(line.split()[0] for line in right.splitlines() if " closed " in line)
    cdr("reopen", one, "--reason", "x", as_of=ON)
    opened = listed(cdr)
    path.write_bytes(stale)
    assert listed(cdr) == opened == cdr("list", *EACH, as_of=ON).out != right


def test_a_tally_takes_no_list_away(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> None:
    with_closed(cdr.store, range(3))
    listed(cdr)
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    for year in range(2000, 2012):
        cdr("tally", "--year", f"{year}/{(year + 1) % 100:02}", as_of=ON)
    assert len([*folder.glob(f"{SUMMED}{LISTED}-*")]) == 1
