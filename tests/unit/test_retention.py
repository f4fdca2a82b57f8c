"""Until when a closed case is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import People, Shell
from store.hands import sign_commit

from cdr.domain.process.retention import Kept, held, kept, kept_longer
from cdr.domain.rulebook.configuration import LegalHold
from cdr.errors import ConditionsNotMet


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


def test_a_hold_is_about_some_cases_or_all() -> None:
    holds = [LegalHold("a claim", "2026-01-01", ("B",)), LegalHold("an inquiry", "2026-01-01", ())]
    assert [held(one, holds[:1]) for one in "AB"] == ["", "a claim"]
    assert [held(one, holds) for one in "AB"] == ["an inquiry", "a claim"]


def test_a_case_that_is_kept_longer_comes_up_again_then() -> None:
    shut = case("2010-05-01")
    longer = kept_longer(shut, date(2030, 1, 1), "A claim", date(2026, 1, 1), "Robin")
    assert longer["keepings"] == [{"until": "2030-01-01", "because": "A claim", "on": "2026-01-01", "by": "Robin"}]
    assert kept([("A", longer)], 15)[0].until == date(2030, 1, 1)
    assert kept([("A", longer)], 25)[0].until == date(2035, 5, 1)  # never shorter than the area decided
    for until in (date(2026, 1, 1), date(2030, 1, 1)):
        with pytest.raises(ConditionsNotMet):
            kept_longer(longer, until, "Again", date(2026, 1, 1), "Robin")
    with pytest.raises(ConditionsNotMet):
        kept_longer({**shut, "status": "open"}, date(2030, 1, 1), "x", date(2026, 1, 1), "Robin")


def test_that_it_is_kept_longer_is_a_signed_decision_with_its_reason(cdr: Shell, sudi: str) -> None:
    words = ("retention", "--keep", sudi, "--until", "2060-01-01", "--from", "-")
    cdr(*words, stdin=b"The chair: a study.", as_of="2051-01-20", code=65)  # it is open
    cdr("void", sudi, "--by-mistake", as_of="2026-01-20")
    assert "due" in cdr("retention", as_of="2051-01-20").out
    said = cdr(*words, "--json", stdin=b"The chair: a study.", as_of="2051-01-20").json
    assert said["cases"][0]["kept_until"] == "2060-01-01" and said["cases"][0]["due"] is False
    assert sudi not in cdr("retention", as_of="2059-12-31").out and sudi in cdr("retention", as_of="2060-01-01").out
    shown = cdr("show", sudi).out
    assert "To be kept until 2060-01-01, decided on 2051-01-20" in shown and "The chair: a study." in shown
    assert f"cdr: retention {sudi}" in cdr("audit", sudi).out and "study" not in cdr("audit", "--json").out
    cdr(*words[:3], code=2)


def test_the_command(cdr: Shell, sudi: str, people: People) -> None:
    assert "No closed case" in cdr("retention", as_of="2090-01-01").out
    cdr("void", sudi, "--by-mistake", as_of="2026-01-20")
    assert cdr("retention", "--json", as_of="2050-01-01").json["cases"] == []
    [one] = cdr("retention", "--all", "--json", as_of="2050-01-01").json["cases"]
    assert one == {"case": sudi, "closed_on": "2026-01-20", "kept_until": "2051-01-20", "due": False, "held": None, "asked_on": None}  # fmt: skip
    assert sudi in cdr("retention", as_of="2051-01-20").out
    with (cdr.store / "cdr.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"legal_holds: [{{because: A public inquiry, since: 2026-02-01, cases: [{sudi}]}}]\n")
    sign_commit(cdr.store, people.home, people.member)
    assert "held: A public inquiry" in cdr("retention", as_of="2051-01-20").out
    assert "A public inquiry [ERASE-01]" in cdr("erase", sudi, as_of="2051-01-20", code=65).err
