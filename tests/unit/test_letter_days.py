from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import holidays
import pytest
from dateutil.easter import EASTER_ORTHODOX, easter
from hypothesis import given
from hypothesis import strategies as st
from letter_examples import changed, form_a, rules

from cdr.domain.letters import letter_days
from cdr.domain.process.policy import Policy

RULES = letter_days.DayRules.from_rules(rules("letter-days"))
SUDI = form_a("sudi")
WORKING = Policy.from_rules(rules("england-2018"), rules("bank-holidays")).working_days


def near(sent_on: str, body: dict[str, Any] | None = None, *gates: dict[str, Any]) -> list[str]:
    day = date.fromisoformat(sent_on)
    return letter_days.calendar(body or SUDI, gates, day, RULES, WORKING).in_the_way(day)


def arrives(sent_on: str) -> list[str]:
    day = date.fromisoformat(sent_on)
    return [found.isoformat() for found in letter_days.calendar(form_a("sudi"), [], day, RULES, WORKING).arrives(day)]


@pytest.mark.parametrize(
    ("sent", "first", "last"),
    [
        ("2026-04-20", "2026-04-22", "2026-04-23"),  # a Monday
        ("2026-04-17", "2026-04-19", "2026-04-22"),  # a Friday: the weekend lies between
        ("2026-04-02", "2026-04-04", "2026-04-09"),  # before Good Friday and Easter Monday
    ],
)
def test_when_a_letter_arrives(sent: str, first: str, last: str) -> None:
    assert arrives(sent) == [first, last]


def test_an_ordinary_day_is_good() -> None:
    assert near("2026-04-17") == []


# Amara was born on 2 March 2025 and died on 9 January 2026.
@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("2027-02-22", []),  # arrives 24 and 25 February
        ("2027-02-23", []),
        ("2027-02-24", ["the child’s birthday"]),  # arrives from 26 February to 1 March
        ("2027-03-03", ["the child’s birthday", "Mother’s Day"]),
        ("2027-01-05", ["the day the child died"]),
        ("2026-12-29", ["Christmas and the New Year"]),
        ("2026-06-17", ["Father’s Day"]),
        ("2026-06-22", []),
        ("2026-03-31", ["Easter"]),
    ],
)
def test_days_of_the_child_and_of_the_year(sent: str, found: list[str]) -> None:
    assert near(sent) == found


def test_born_on_29_february() -> None:
    body = changed(SUDI, child__date_of_birth="2024-02-29")
    assert "the child’s birthday" in near("2027-02-24", body)
    assert "the child’s birthday" not in near("2027-03-02", body)


def test_the_day_on_which_a_baby_born_too_soon_was_due() -> None:
    body = form_a("neonatal")  # born on 10 February 2026 at 23 weeks and 5 days
    assert letter_days.due_date(body) == date(2026, 6, 4)
    assert near("2026-06-02", body) == ["the day the baby was due"]
    assert letter_days.due_date(form_a("sudi")) is None  # she lived past the day
    assert letter_days.due_date(form_a("suicide")) is None


def test_a_birthday_of_a_parent_whose_date_is_known_and_not_of_one_whose_year_is() -> None:
    body = changed(SUDI)
    body["family"]["parents"][0]["date_of_birth"] = "2010-09-15"
    body["family"]["parents"][1]["date_of_birth"] = "1999-10"
    assert near("2026-09-11", body) == ["the birthday of someone the letter goes to"]
    assert near("2026-09-29", body) == []


def test_the_funeral_the_inquest_and_what_the_family_asked_for() -> None:
    gate = {"funeral_on": "2026-05-15", "inquest_on": ["2026-07-14", "2026-07-15"], "avoid": ["2026-08-21"]}
    body = form_a("sudi")
    assert near("2026-05-13", body, gate) == ["the funeral"]
    assert near("2026-07-15", body, gate) == ["a day of the inquest"]
    assert near("2026-08-19", body, {}, gate) == ["a day that the family asked us to avoid"]
    assert near("2026-05-13", body) == near("2026-08-19", body) == []


@pytest.mark.parametrize(
    ("religion", "sent", "found"),
    [
        ("Muslim", "2026-03-18", ["Eid al-Fitr"]),
        ("Islam (Sunni)", "2026-05-26", ["Eid al-Adha"]),
        ("Hindu", "2026-11-05", ["Diwali or Bandi Chhor Divas"]),
        ("Sikh", "2026-04-10", ["Vaisakhi"]),
        ("Sikh", "2026-11-20", ["Guru Nanak’s birthday"]),
        ("Jewish", "2026-09-10", ["Rosh Hashanah"]),
        ("Orthodox Jewish", "2026-09-18", ["Yom Kippur"]),
        ("Orthodox Jewish", "2027-01-04", []),
        ("Russian Orthodox", "2027-01-04", ["Orthodox Christmas"]),
        ("Judaism", "2026-04-08", ["Passover"]),
        ("Greek Orthodox", "2026-04-08", ["Orthodox Easter"]),
        ("Buddhist", "2026-05-29", ["Vesak"]),
        ("none", "2026-11-05", []),
        ("Christian", "2026-11-05", []),
        ("", "2026-11-05", []),
    ],
)
def test_the_festivals_of_the_familys_faith_and_no_other(religion: str, sent: str, found: list[str]) -> None:
    body = changed(SUDI, family__religion=religion)
    others = {"the day the child died"}
    assert [name for name in near(sent, body) if name not in others] == found
    assert set(near(sent)) <= others


def test_years_whose_festivals_are_not_known() -> None:
    body = changed(SUDI, child__religion="Muslim")
    assert letter_days.festivals_not_known(body, date(2033, 5, 1), RULES)
    assert not letter_days.festivals_not_known(body, date(2032, 5, 1), RULES)
    assert not letter_days.festivals_not_known(form_a("sudi"), date(2033, 5, 1), RULES)


def test_each_festival_has_one_day_in_each_year() -> None:
    first, last = RULES.festival_years
    for festival in RULES.festivals:
        assert [day.year for day in festival.days] == list(range(first, last + 1)), festival.margin.name


def test_the_festivals_agree_with_another_calendar_to_a_day() -> None:
    years = range(2024, 2033)
    known: dict[str, list[date]] = {}
    eids = holidays.country_holidays("AE", years=years, language="en_US")
    india = holidays.country_holidays("IN", years=years, language="en_US", categories=("public", "optional"))
    for name, listed, word in (
        ("Eid al-Fitr", eids, "Eid al-Fitr"), ("Eid al-Adha", eids, "Eid al-Adha"), ("Holi", india, "Holi"),
        ("Diwali or Bandi Chhor Divas", india, "Diwali"), ("Guru Nanak’s birthday", india, "Guru Nanak"),
    ):  # fmt: skip
        known[name] = [
            day
            for day, said in sorted(listed.items())
            if word in said and "Holiday" not in said and "Holika" not in said
        ]
    known["Orthodox Easter"] = [easter(year, EASTER_ORTHODOX) for year in years]
    ours = {festival.margin.name: festival.days for festival in RULES.festivals}
    for name, days in known.items():
        assert len(days) == 9, (name, days)
        assert all(abs(a - b) <= timedelta(days=1) for a, b in zip(days, ours[name], strict=True)), name


@given(st.dates(date(2024, 1, 15), date(2031, 12, 1)), st.sampled_from(["", "Muslim", "Sikh", "Jewish", "Orthodox"]))
def test_the_next_good_day_is_a_working_day_to_come_that_is_good(sent_on: date, religion: str) -> None:
    body = changed(SUDI, family__religion=religion)
    found = letter_days.calendar(body, [{"funeral_on": sent_on.isoformat()}], sent_on, RULES, WORKING)
    good = found.next_good_day(sent_on)
    assert good is not None and good > sent_on
    assert WORKING.is_working(good) and found.in_the_way(good) == []
    between = (sent_on + timedelta(days=n) for n in range(1, (good - sent_on).days))
    assert all(found.in_the_way(day) or not WORKING.is_working(day) for day in between)


def test_where_no_day_is_good_none_is_named() -> None:
    every = [(date(2026, 4, 1) + timedelta(days=n)).isoformat() for n in range(0, 200, 3)]
    found = letter_days.calendar(form_a("sudi"), [{"avoid": every}], date(2026, 4, 17), RULES, WORKING)
    assert found.next_good_day(date(2026, 4, 17)) is None
