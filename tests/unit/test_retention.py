"""Until when a closed case is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from conftest import Shell

from cdr.domain.process.retention import Kept, kept


def case(*closed: str, **more: Any) -> dict[str, Any]:
    return {"status": "closed", "closures": [{"on": day} for day in closed], **more}


def test_it_counts_from_the_last_closing() -> None:
    [one] = kept([("A", case("2010-05-01", "2012-05-01"))], 15)
    assert one == Kept("A", date(2012, 5, 1), date(2027, 5, 1))
    assert not one.is_due(date(2027, 4, 30)) and one.is_due(date(2027, 5, 1))


def test_the_29th_of_february() -> None:
    assert kept([("A", case("2024-02-29"))], 25)[0].until == date(2049, 3, 1)
    assert kept([("A", case("2024-02-29"))], 24)[0].until == date(2048, 2, 29)


def test_a_void_case_counts_from_its_voiding_and_nothing_known_is_never_due() -> None:
    void = {"status": "open", "voidings": [{"on": "2011-01-01", "taken_back_on": "2011-02-01"}, {"on": "2012-01-01"}]}
    found = kept([("C", case()), ("B", void), ("A", case("2011-06-01"))], 10)
    assert [(one.case, one.until) for one in found] == [("A", date(2021, 6, 1)), ("B", date(2022, 1, 1)), ("C", None)]
    assert not found[2].is_due(date(9999, 1, 1))


def test_the_command(cdr: Shell, sudi: str) -> None:
    assert "No closed case" in cdr("retention", as_of="2090-01-01").out
    cdr("void", sudi, "--by-mistake", as_of="2026-01-20")
    assert cdr("retention", "--json", as_of="2050-01-01").json["cases"] == []
    [one] = cdr("retention", "--all", "--json", as_of="2050-01-01").json["cases"]
    assert one == {"case": sudi, "closed_on": "2026-01-20", "kept_until": "2051-01-20", "due": False}
    assert sudi in cdr("retention", as_of="2051-01-20").out
