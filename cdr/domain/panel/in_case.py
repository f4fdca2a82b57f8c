"""What a meeting says in its cases: the day on which the panel meets, and that the papers went out; letters and clocks read it there.

Each milestone that a meeting recorded names it (`panel`), so that it goes when the case is taken from the agenda.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.milestones import MEETS, Milestone, milestones_of, recorded, with_following
from cdr.domain.panel.meeting import Meeting
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.validation import date_at, items_at

PAPERS = "papers_sent"

Body = Mapping[str, Any]


def with_day(case: Body, form_a: Body, meeting: Meeting, on: date, by: str, policy: Policy) -> dict[str, Any]:
    """The case that was put on the agenda of a meeting on a day. Raises: ConditionsNotMet where the child died after the meeting."""
    if _has(case, MEETS, meeting):
        return dict(case)
    said = Milestone(MEETS, meeting.on, by=by, panel=meeting.id)
    return recorded(case, said, on, date_at(form_a, "death.date"), policy)


def with_papers(case: Body, form_a: Body, meeting: Meeting, on: date, by: str, policy: Policy) -> dict[str, Any]:
    """The case of which the meeting's papers were made on a day; the first time counts."""
    if _has(case, PAPERS, meeting):
        return dict(case)
    said = Milestone(PAPERS, on, by=by, panel=meeting.id)
    return recorded(case, said, on, date_at(form_a, "death.date"), policy)


def without(case: Body, meeting: Meeting, policy: Policy) -> dict[str, Any]:
    """The case that was taken from the agenda of a meeting."""
    listed = [dict(item) for _, item in items_at(case, "milestones")]
    left = [item for item in listed if item.get("panel") != meeting.id]
    return dict(case) if left == listed else with_following({**case, "milestones": left}, policy)


def _has(case: Body, kind: str, meeting: Meeting) -> bool:
    return any(one.kind == kind and one.panel == meeting.id for one in milestones_of(case))
