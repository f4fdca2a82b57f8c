"""Who a letter says can help: by cause, age, who is written to, and when somebody rang the numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from letter_examples import AGES, ORGANISATIONS, changed, form_a, rules

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import wording
from cdr.domain.letters import organisations, support
from cdr.domain.rulebook.configuration import Configuration

SUDI, SUICIDE, NEONATAL = form_a("sudi"), form_a("suicide"), form_a("neonatal")
ASK_ON = rules("support-organisations")["ask_on"]
PLAIN = changed(SUICIDE, death__suspected_events=["none"], family__siblings=[])


def ids(body: dict[str, Any], **how: Any) -> list[str]:
    return [one.id for one in support.choose(body, ORGANISATIONS, AGES, **how)]


@pytest.mark.parametrize(
    ("body", "there", "not_there"),
    [
        (changed(PLAIN, death__suspected_events=["apparent_homicide"]), {"homicide-service", "samm"}, {"brake"}),
        (changed(PLAIN, death__suspected_events=["road_traffic"]), {"brake", "compassionate-friends"}, {"samm"}),
        (changed(PLAIN, death__suspected_events=["sudi_sudc"]), {"sudc-uk"}, {"lullaby-trust"}),
        (changed(PLAIN, death__suspected_category=4), {"young-lives-vs-cancer"}, {"together-for-short-lives"}),
        (changed(PLAIN, death__place="hospice"), {"together-for-short-lives"}, set()),
        (changed(PLAIN, death__suspected_category=6, death__expected="expected"), {"together-for-short-lives"}, set()),
        (PLAIN, {"compassionate-friends", "child-bereavement-uk", "child-death-helpline"}, {"sands", "winstons-wish"}),
        (
            changed(NEONATAL, child__multiple_birth="yes"),
            {"sands", "twins-trust"},
            {"lullaby-trust", "compassionate-friends"},
        ),
        (
            changed(NEONATAL, child__date_of_birth="2025-12-20", death__place="neonatal_unit"),
            {"sands", "bliss"},
            {"lullaby-trust"},
        ),
        (changed(SUDI, family__siblings=[]), {"lullaby-trust"}, {"sudc-uk", "winstons-wish"}),
    ],
)
def test_who_fits(body: dict[str, Any], there: set[str], not_there: set[str]) -> None:
    found = ids(body)
    assert there <= {*found} and not not_there & {*found}
    assert support.FEWEST <= len(found) <= support.MOST and {"child-bereavement-uk"} <= {*found}


def test_what_the_panel_found_counts_before_what_was_suspected() -> None:
    assert "young-lives-vs-cancer" in ids(PLAIN, analysis={"category": {"primary": 4}})
    assert "young-lives-vs-cancer" not in ids(
        changed(PLAIN, death__suspected_category=4), analysis={"category": {"primary": 3}}
    )


def test_an_inquest_only_while_it_is_open() -> None:
    assert "coroners-courts-support" in ids(PLAIN, inquest="open")
    assert all("coroners-courts-support" not in ids(PLAIN, inquest=one) for one in ("told", "over", "apart", ""))


def test_a_grandparent_is_told_of_those_who_are_for_grandparents_first() -> None:
    assert ids(SUICIDE, to={"relationship": "grandparent"})[0] == "compassionate-friends"
    assert ids(SUDI, to={"relationship": "grandparent"})[0] == "compassionate-friends"
    assert "compassionate-friends" not in ids(SUDI, to={"relationship": "mother"})


@pytest.mark.parametrize(
    ("sibling", "there"),
    [
        ({"has_died": "yes", "date_of_birth": "2021-01-01"}, False),
        ({"date_of_birth": "2021-01-01"}, True),
        ({"date_of_birth": "1999-01-01"}, False),
        ({"age": 30}, False),
        ({"age": 3}, True),
        ({"date_of_birth": "2008"}, True),
        ({}, True),
    ],
)
def test_brothers_and_sisters_who_are_alive_and_may_be_children(sibling: dict[str, Any], there: bool) -> None:
    body = changed(SUDI, family__siblings=[{"name": "A", "relationship": "twin", **sibling}])
    assert ("winstons-wish" in ids(body)) is there


def test_one_without_a_number_is_named_with_its_website() -> None:
    from letter_examples import letter_for

    body = changed(PLAIN, death__suspected_events=["sudi_sudc"])
    text = document.as_text(letter_for(body), wording("condolence"))
    assert "sudc.org.uk" in text and "Phone \n" not in text and "Phone  " not in text


class TestRinging:
    ONE = replace(ORGANISATIONS[0], checked_on=None)

    def asked(self, on: str, rung: str | None = None) -> str | None:
        one = replace(self.ONE, checked_on=date.fromisoformat(rung) if rung else None)
        found = organisations.to_ring([one], ASK_ON, date.fromisoformat(on))
        return found[0].isoformat() if found else None

    @pytest.mark.parametrize(
        ("on", "day"),
        [
            ("2026-01-01", "2026-04-01"),
            ("2026-04-01", "2026-04-01"),
            ("2026-04-29", "2026-04-01"),
            ("2026-04-30", "2026-10-01"),
            ("2026-12-01", "2027-04-01"),
        ],
    )
    def test_twice_a_year(self, on: str, day: str) -> None:
        assert self.asked(on) == day

    def test_not_where_it_was_done(self) -> None:
        assert self.asked("2026-04-01", "2026-03-10") is None
        assert self.asked("2026-04-29", "2026-04-02") is None
        assert self.asked("2026-04-01", "2025-10-01") == "2026-04-01"

    def test_what_the_area_notes_counts(self) -> None:
        from letter_examples import example

        noted = Configuration.from_document({**example("store"), "support_checked": {"sands": "2026-11-02"}})
        listed = {
            one.id: one for one in organisations.organisations(rules("support-organisations"), noted.support_checked)
        }
        assert listed["sands"].checked_on == date(2026, 11, 2) and listed["brake"].checked_on is None


def test_what_was_suspected_at_first_is_not_held_against_what_the_panel_found() -> None:
    suspected = changed(PLAIN, death__suspected_events=["apparent_suicide", "road_traffic"])
    assert {"suicide", "road"} <= support.needs(suspected, AGES)
    found = support.needs(suspected, AGES, {"category": {"primary": 3}})
    assert "suicide" not in found and "road" in found
    assert "suicide" in support.needs(suspected, AGES, {"category": {"primary": 2}})


def test_neglect_is_no_homicide() -> None:
    assert "homicide" not in support.needs(
        changed(PLAIN, death__suspected_category=1, death__expected="unexpected"), AGES
    )
    assert "homicide" in support.needs(changed(PLAIN, death__suspected_events=["apparent_homicide"]), AGES)
