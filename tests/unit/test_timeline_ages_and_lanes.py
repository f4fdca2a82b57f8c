"""How old the child was at each event, and where the events of each teller stand on the drawn line."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.timeline_cases import RETURNS, form_a, made, told

from cdr import moments
from cdr.documents.timeline import timeline_pdf
from cdr.documents.timeline.timeline import render
from cdr.documents.timeline.timeline_marks import BREADTHS, NARROWEST, marks, numbers_in_short
from cdr.domain.timeline.ages import age_at

GP = "high-street-surgery"
BORN = "2026-03-01T04:10"


@pytest.mark.parametrize(
    ("at", "born", "expected"),
    [
        ("2026-03-01T04:10", BORN, "at birth"),
        ("2026-03-01T04:11", BORN, "1 minute"),
        ("2026-03-01T04:52", BORN, "42 minutes"),
        ("2026-03-01T06:09", BORN, "119 minutes"),
        ("2026-03-01T06:10", BORN, "2 hours"),
        ("2026-03-02T03:10", BORN, "23 hours"),
        ("2026-03-04T04:09", BORN, "71 hours"),
        ("2026-03-04T04:10", BORN, "3 days"),
        ("2026-03-01T03:40", BORN, "before birth"),
        ("2026-02-28", BORN, "before birth"),
        ("2026-03-01", BORN, "on the day of birth"),
        ("2026-03-01T03:40", "2026-03-01", "on the day of birth"),
        ("2026-03-02", BORN, "1 day"),
        ("2026-12-31", BORN, "9 months"),
        ("2028-03-01", BORN, "2 years"),
        ("2030-10-01", BORN, "4 years and 7 months"),
        ("2031-04-01T09:00", BORN, "5 years and 1 month"),
    ],
)
def test_ages_are_in_minutes_and_hours_then_days_to_months_then_years_and_months(
    at: str, born: str, expected: str
) -> None:
    assert age_at(moments.of(at), moments.of(born)) == expected


def test_the_age_stands_before_the_days_in_every_table() -> None:
    timeline = made(identified=False)
    assert "No.    Age" in str(render(timeline, "text", 120))
    assert "| No. | Age | When |" in str(render(timeline, "md"))
    html = str(render(timeline, "html"))
    assert html.index(">Age<") < html.index(">When<")


def test_each_teller_has_a_lane_and_no_number_is_drawn_twice() -> None:
    life = timeline_pdf.axes(made())[0]
    assert life.lanes == ["Northshire Police", "Form A", "Northtown General Hospital", "Regional Ambulance Service"]
    by_lane: dict[str, list[str]] = {}
    for point in life.points:
        by_lane.setdefault(life.lanes[point["lane"]], []).append(point["number"])
    assert by_lane["Form A"] == ["2", "9, 12"] and by_lane["Northtown General Hospital"] == ["3", "4", "7, 10"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([4], "4"),
        ([4, 5], "4, 5"),
        ([4, 5, 6], "4–6"),
        ([3, 5, 6, 7, 9], "3, 5–7, 9"),
        ([3, 15, 26, 37, 48], "3…48"),
    ],
)
def test_numbers_that_share_a_mark(numbers: list[int], expected: str) -> None:
    assert numbers_in_short(numbers) == expected
    assert len(expected) <= BREADTHS[-1][0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=90))
def test_no_two_marks_of_a_lane_touch(places: list[float]) -> None:
    seen = [("2025-05-01", f"Seen {number}") for number in range(len(places))]
    timeline = made(None, [*RETURNS, told(GP, *seen)])
    own = [index for index, entry in enumerate(timeline.entries) if entry.source == GP]
    _, points = marks(timeline, list(zip(own, places, strict=True)))

    def edge(point: dict[str, Any], side: int) -> float:
        return float(point["at"] + side * NARROWEST * point["breadth"] / 2)

    ordered = sorted(points, key=lambda point: point["at"])
    assert all(edge(first, 1) <= edge(second, -1) + 1e-9 for first, second in pairwise(ordered))


def test_a_newborn_who_lived_for_minutes() -> None:
    form = form_a(
        "neonatal",
        child__date_of_birth="2026-03-01",
        child__time_of_birth="04:10",
        death__date="2026-03-01",
        death__time="04:52",
    )
    events = (("2025-12-02", "Booking"), ("2026-03-01T03:40", "Waters broke"), ("2026-03-01T04:15", "Intubated"))
    timeline = made(form, [told("northtown-maternity", *events)])
    ages = {entry.event.split(":")[0].split(" at ")[0]: entry.age for entry in timeline.entries}
    assert ages["Booking"] == ages["Waters broke"] == "before birth"
    assert (ages["Intubated"], ages["Died"]) == ("5 minutes", "42 minutes")
