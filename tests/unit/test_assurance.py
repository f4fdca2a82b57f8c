"""What a chair assures the partners of: each number worked out by hand, on both sides of the quarter's ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import policy

from cdr.domain.case.facts import Facts, Notification
from cdr.domain.panel.actions import DONE, OPEN, Action
from cdr.domain.panel.meeting import Meeting
from cdr.errors import WrongUsage
from cdr.statistics.assurance import Assurance, assurance, last_quarter, parse_quarter
from cdr.statistics.panel_years import Overridden

AREA = ["Northshire"]
QUARTER = parse_quarter("2026/27 Q1")  # April to June 2026
ON = date(2026, 7, 10)
BEFORE, FIRST, LAST, AFTER = date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1)


def facts(
    n: int, notified: date, *, died: date | None = None, lived: str = "Northshire", counted: bool = True, **case: Any
) -> Facts:
    known = Notification(notified_on=notified, died=died or notified, local_authority=lived, counted=counted)
    requests = case.pop("requests", [])
    return Facts(
        f"2026-{n:04}", {"status": "open", **case}, {"schema": "requests/1", "requests": requests}, notification=known
    )


def reviewed(on: date, *unmet: str) -> dict[str, Any]:
    override = {"override": {"reason": "because", "unmet": list(unmet)}} if unmet else {}
    return {"status": "closed", "reviews": [{"on": on.isoformat(), "stage": "ratified_cdop", **override}]}


def told(*cases: Facts, meetings: tuple[Meeting, ...] = (), actions: tuple[Action, ...] = ()) -> Assurance:
    return assurance({one.reference: one for one in cases}, meetings, actions, AREA, QUARTER, ON, policy())


@pytest.mark.parametrize(
    ("text", "label", "first", "last"),
    [
        ("2026/27 Q1", "2026/27 Q1", date(2026, 4, 1), date(2026, 6, 30)), ("2026/27-q2", "2026/27 Q2", date(2026, 7, 1), date(2026, 9, 30)),
        (" 2026/27Q3 ", "2026/27 Q3", date(2026, 10, 1), date(2026, 12, 31)), ("2026/27 Q4", "2026/27 Q4", date(2027, 1, 1), date(2027, 3, 31)),
    ],
)  # fmt: skip
def test_a_quarter_has_its_first_and_its_last_day(text: str, label: str, first: date, last: date) -> None:
    found = parse_quarter(text)
    assert (found.label, found.first, found.last) == (label, first, last)


@pytest.mark.parametrize(
    "text", ["2026/27", "2026/27 Q0", "2026/27 Q5", "2026/28 Q1", "26/27 Q1", "2026/27  Q1", "Q1 2026/27"]
)
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_quarter(text)


@pytest.mark.parametrize(
    ("on", "label"),
    [
        (date(2026, 3, 31), "2025/26 Q3"), (date(2026, 4, 1), "2025/26 Q4"), (date(2026, 6, 30), "2025/26 Q4"), (date(2026, 7, 1), "2026/27 Q1"),
        (date(2026, 12, 31), "2026/27 Q2"), (date(2027, 1, 1), "2026/27 Q3"),
    ],
)  # fmt: skip
def test_the_last_quarter_is_the_last_that_is_over(on: date, label: str) -> None:
    assert last_quarter(on).label == label


def test_deaths_count_from_the_first_to_the_last_day_and_those_of_the_area_alone() -> None:
    found = told(
        facts(1, BEFORE), facts(2, FIRST), facts(3, LAST), facts(4, AFTER),
        facts(5, FIRST, lived="Elsewhere"), facts(6, FIRST, counted=False), facts(7, FIRST, lived="northshire"),
    )  # fmt: skip
    assert (found.notified, sum(found.stages.values())) == (3, 5)


def test_reviews_have_the_median_of_their_days() -> None:
    """100, 200 and 205 days; then 203 or 201 beside them, of which the middle is 201.5 or 200.5: halves go up."""
    cases = [
        facts(1, BEFORE, died=date(2025, 12, 22), **reviewed(FIRST)), facts(2, BEFORE, died=date(2025, 12, 12), **reviewed(LAST, "No panel yet.")),
        facts(3, BEFORE, died=date(2025, 12, 7), **reviewed(LAST)), facts(4, BEFORE, died=date(2020, 1, 1), **reviewed(BEFORE, "x")),
        facts(5, BEFORE, died=date(2020, 1, 1), **reviewed(AFTER)), facts(6, BEFORE, lived="Elsewhere", **reviewed(FIRST, "x")),
    ]  # fmt: skip
    found = told(*cases)
    assert (found.reviewed, found.days, found.passed_over) == (
        3,
        200,
        (Overridden("2026-0002", LAST, ("No panel yet.",)),),
    )
    assert told(*cases, facts(7, BEFORE, died=date(2025, 12, 9), **reviewed(LAST))).days == 202
    assert told(*cases, facts(7, BEFORE, died=date(2025, 12, 11), **reviewed(LAST))).days == 201
    assert told(facts(8, FIRST)).days is None and not found.stages


def test_late_returns_are_those_of_open_cases_that_are_overdue_today() -> None:
    def asked(agency: str, on: str, status: str = "outstanding") -> dict[str, Any]:
        return {
            "agency": agency,
            "requested_on": on,
            "status": status,
            "answered_on": None if status == "outstanding" else "2026-05-01",
        }

    requests = [asked("police", "2026-04-01"), asked("school", "2026-04-01", "returned"), asked("gp", "2026-07-09")]
    found = told(
        facts(1, FIRST, requests=requests), facts(2, FIRST, requests=requests[:1]), facts(3, FIRST, status="closed", requests=requests),
        facts(4, FIRST, lived="Elsewhere", requests=requests),
    )  # fmt: skip
    assert found.late_returns == {"police": 2}


def action(
    to: str, status: str = OPEN, *, due: date = AFTER, added: date = BEFORE, ended: date | None = None
) -> Action:
    return Action("A2026-7K3M", "2026-0001", "", to, due, status, added_on=added, ended_on=ended)


def test_actions_are_added_and_end_in_a_quarter_and_are_late_today() -> None:
    found = told(actions=(
        action("police", due=date(2026, 7, 9), added=FIRST), action("police", due=ON, added=LAST), action("gp", due=BEFORE, added=AFTER),
        action("gp", DONE, due=BEFORE, ended=FIRST), action("gp", DONE, ended=LAST), action("gp", DONE, ended=AFTER), action("gp", DONE, ended=BEFORE),
        action("school", "refused", ended=FIRST), action("school", "refused", ended=AFTER),
    ))  # fmt: skip
    assert (found.added, found.done, found.not_taken_up, found.late_actions) == (2, 2, 1, {"police": 1, "gp": 1})


def test_what_meetings_raised_and_what_other_panels_were_asked() -> None:
    raised = [
        {"what": "abuse", "on": "2026-04-01"},
        {"what": "abuse", "on": "2026-06-30"},
        {"what": "coroner", "on": "2026-07-01"},
    ]
    opinions = [
        {"area": "Eastbury", "asked_on": "2026-04-01", "status": "awaited"}, {"area": "Eastbury", "asked_on": "2026-03-31", "status": "awaited"},
        {"area": "Eastbury", "asked_on": "2026-06-30", "status": "answered", "answered_on": "2026-07-01"},
    ]  # fmt: skip
    found = told(facts(1, FIRST, raised=raised, second_opinions=opinions), facts(2, FIRST, raised=raised[:1]))
    assert (found.raised, found.asked, found.awaited) == ({"abuse": 3}, 2, 2)
    meetings = tuple(Meeting(f"P{on}", on, "cdop", BEFORE) for on in (BEFORE, FIRST, LAST, AFTER))
    assert [one.on for one in told(meetings=meetings).meetings] == [FIRST, LAST]
