"""In which row a case stands: both sides of each band's limits, and what is not known as that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.tally_cases import AUTHORITIES, BANDS, CASE, tallied

from cdr.statistics.facts import RequestFacts
from cdr.statistics.labels import EVERY, Labels

NAMES = {"police": "Police", "gp-a": "Surgery", "gp-b": "Surgery"}
LABELS = Labels(tuple(AUTHORITIES), NAMES, BANDS, hospitals=("Northtown General",))
BORN = date(2023, 3, 1)


def row(table: str, **change: Any) -> tuple[str, ...]:
    return LABELS.of(table, replace(CASE, **change))


@pytest.mark.parametrize(
    ("died", "band", "group", "infant"),
    [
        (date(2023, 2, 28), "Not known", "Not known", "Not known"),
        (date(2023, 3, 1), "0-27 days", "Under 1 year", "Under 1 year"),
        (date(2023, 3, 28), "0-27 days", "Under 1 year", "Under 1 year"),
        (date(2023, 3, 29), "28-364 days", "Under 1 year", "Under 1 year"),
        (date(2024, 2, 29), "28-364 days", "Under 1 year", "Under 1 year"),
        (date(2024, 3, 1), "1-4 years", "1-4 years", "1-17 years"),
        (date(2028, 2, 29), "1-4 years", "1-4 years", "1-17 years"),
        (date(2028, 3, 1), "5-9 years", "5-9 years", "1-17 years"),
        (date(2033, 3, 1), "10-14 years", "10-17 years", "1-17 years"),
        (date(2038, 3, 1), "15-17 years", "10-17 years", "1-17 years"),
        (date(2041, 2, 28), "15-17 years", "10-17 years", "1-17 years"),
        (None, "Not known", "Not known", "Not known"),
    ],
)
def test_ages(died: date | None, band: str, group: str, infant: str) -> None:
    """A child of 365 days who is not one yet, because of a leap day, is an infant in each of the three."""
    for table, label in (("age_band", band), ("age_group", group), ("infant", infant)):
        assert row(table, born=BORN, died=died) == (label,)
    assert row("infant_rate", born=BORN, died=died) == (("Northshire",) if infant == "Under 1 year" else ())
    assert row("age_band", born=None, died=died) == row("infant", born=None, died=died) == ("Not known",)


def test_the_gestation_of_those_who_died_as_newborns_or_infants_only() -> None:
    newborn, infant, older = (
        replace(CASE, born=BORN, died=died) for died in (date(2023, 3, 28), date(2024, 2, 28), date(2024, 3, 1))
    )
    for weeks, neonatal, of_infant in ((22, "Under 23 weeks", "Under 37 weeks"), (23, "23-36 weeks", "Under 37 weeks"),
                                       (36, "23-36 weeks", "Under 37 weeks"), (37, "37 weeks and over", "37 weeks and over"),
                                       (None, "Not known", "Not known")):  # fmt: skip
        known = [replace(one, gestation_weeks=weeks) for one in (newborn, infant, older)]
        assert [LABELS.of("neonatal_gestation", one) for one in known] == [(neonatal,), (), ()]
        assert [LABELS.of("infant_gestation", one) for one in known] == [(of_infant,), (of_infant,), ()]
    assert LABELS.of("neonatal_gestation", replace(newborn, born=None)) == ()


@pytest.mark.parametrize(
    ("reviewed", "label"),
    [
        (date(2023, 2, 27), "Not known"), (date(2023, 2, 28), "Under 6 months"), (date(2023, 8, 27), "Under 6 months"),
        (date(2023, 8, 28), "6-12 months"), (date(2024, 2, 28), "6-12 months"), (date(2024, 2, 29), "Over 12 months"), (None, "Not known"),
    ],
)  # fmt: skip
def test_how_long_a_review_took_by_whole_months(reviewed: date | None, label: str) -> None:
    assert row("duration", died=date(2023, 2, 28), reviewed_on=reviewed) == (label,)
    assert row("duration", died=None, reviewed_on=reviewed) == ("Not known",)
    assert LABELS.of("age", replace(CASE, notified_on=date(2023, 2, 28)), reviewed) == (label,)


def test_bands_of_weight_and_of_weeks() -> None:
    grams = {
        999: "Under 1000 g",
        1000: "1000-1499 g",
        1499: "1000-1499 g",
        1500: "1500-2499 g",
        2500: "2500-3999 g",
        4000: "4000 g and over",
    }
    assert {value: row("birth_weight", birth_weight_g=value) for value in grams} == {
        value: (label,) for value, label in grams.items()
    }
    weeks = {
        21: "Under 22 weeks",
        22: "22 weeks",
        23: "23 weeks",
        24: "24-27 weeks",
        27: "24-27 weeks",
        28: "28-31 weeks",
        32: "32-36 weeks",
        37: "37 weeks and over",
    }
    assert {value: row("gestation", gestation_weeks=value) for value in weeks} == {
        value: (label,) for value, label in weeks.items()
    }
    assert row("gestation", gestation_weeks=None) == row("birth_weight", birth_weight_g=None) == ("Not known",)
    both = ("Without births under 22 weeks", "Without births under 24 weeks")
    assert [row("without_early_births", gestation_weeks=one) for one in (21, 22, 23, 24, None)] == [
        (),
        both[:1],
        both[:1],
        both,
        both,
    ]


def test_hospitals_are_those_of_the_area_another_or_not_known() -> None:
    def at(hospital: str | None, place: str = "neonatal_unit") -> tuple[str, ...]:
        return row("hospital", hospital=hospital, place=place)

    assert [at(one) for one in ("northtown general", "Far Infirmary", None)] == [
        ("Northtown General",),
        ("Another hospital",),
        ("Not known",),
    ]
    assert at("Northtown General", "home") == row("hospital", hospital="Northtown General", place=None) == ()


def test_what_came_of_a_request_is_told_with_the_agency_s_name_and_its_id_where_two_share_it() -> None:
    assert LABELS.asked("result", "police", "returned") == ("Police: returned",)
    assert LABELS.asked("result", "gp-a", "outstanding")[0].startswith("Surgery (gp-a): ")
    assert (LABELS.asked("agency", "police", "nil"), LABELS.agency("gone")) == (("police",), "gone")


def test_what_a_case_waits_for_is_told_once_each() -> None:
    waiting = [RequestFacts(name, date(2023, 9, 20), "outstanding") for name in ("police", "gp-a")]
    done = RequestFacts("police", date(2023, 9, 20), "returned", date(2023, 9, 21))
    assert (
        row("waiting_for", requests=tuple(waiting), open_processes=("inquest", "inquest"))[0] == "Returns of agencies"
    )
    assert len(row("waiting_for", requests=tuple(waiting), open_processes=("inquest", "inquest"))) == 2
    assert row("waiting_for", requests=(done,), open_processes=()) == ("Nothing but the panel or the team",)


def test_of_each_domain_what_was_said_and_what_nobody_said() -> None:
    domains = {"A": 2, "B": 1, "C": 0}
    assert [one[:1] + one[-12:].partition(": ")[2] for one in row("relevance", domains=domains)] == [
        "A2",
        "B1",
        "C0",
        "Dnot known",
    ]
    assert [one[:1] for one in row("domains", domains={"A": 2, "B": 1, "D": 2})] == ["A", "D"]
    silent = replace(CASE, domains=domains)
    said = LABELS.unanswered("relevance", silent, ())
    assert {one[:1] for one in said} == {"D"} and [one.rpartition(": ")[2] for one in said] == [
        "0",
        "1",
        "2",
        "not known",
    ]
    assert [one[:1] for one in LABELS.unanswered("domains", silent, ())] == ["D"], (
        "A is known to have contributed, so that any has"
    )
    none = LABELS.unanswered("domains", replace(CASE, domains={"B": 1, "C": 0}), ())
    assert [one[:1] for one in none[:-1]] == ["A", "D"] and none[-1] == EVERY
    assert LABELS.unanswered("domains", replace(CASE, domains=dict.fromkeys("ABCD", 0)), ()) == ()


def test_of_which_lists_nobody_answered() -> None:
    untold = replace(CASE, unanswered_after=("modifiable_factors",))
    for table in ("modifiable_factors", "modifiable_groups"):
        assert (LABELS.unanswered(table, untold, ()), LABELS.unanswered(table, CASE, ())) == ((EVERY,), ())
    assert (
        LABELS.unanswered("contributory_factors", untold, ()) == LABELS.unanswered("learning_themes", untold, ()) == ()
    )
    assert (
        LABELS.unanswered("sex", CASE, ("Not known",)) == (EVERY,) and LABELS.unanswered("sex", CASE, ("Male",)) == ()
    )
    asked = replace(CASE, ethnicity="Z")
    assert LABELS.unanswered("ethnicity", asked, ("Not stated",)) == () and LABELS.unanswered(
        "ethnicity", replace(CASE, ethnicity=None), ("Not stated",)
    ) == (EVERY,)
    register = replace(CASE, imported=True, requests=(), open_processes=())
    assert [
        LABELS.unanswered("waiting_for", one, ())
        for one in (register, replace(register, open_processes=("inquest",)), replace(register, imported=False))
    ] == [(EVERY,), (), ()]


def test_a_death_that_was_notified_on_its_day_took_no_days_and_one_before_is_not_timed() -> None:
    day = date(2023, 9, 15)
    same, before = (
        replace(CASE, case=f"2023-000{n}", notified_on=day, died=died)
        for n, died in enumerate((day, date(2023, 9, 16)))
    )
    table = tallied(same, before).table("notifications.times")
    assert [(one.label, one.cells[0].n, one.cells[0].days) for one in table.rows] == [
        ("Death to notification", 1, (0.0, 0.0, 0.0))
    ]
    assert table.total[0].n == 1
