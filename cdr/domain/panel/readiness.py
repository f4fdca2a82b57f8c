"""Whether a case may go to the panel, and what became of it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from cdr.domain.case.deferrals import standing_deferral
from cdr.domain.case.facts import Facts
from cdr.domain.case.review import ratified_reviews, settled_on, unmet_for_panel
from cdr.domain.panel.meeting import Meeting
from cdr.errors import ConditionsNotMet

ANALYSIS_DAYS = 7


def refuse_settled(cases: Mapping[str, Facts]) -> None:
    """Stop where a case is closed or its review ratified: no reason puts it before the panel, only what is new. Raises: ConditionsNotMet."""
    over = [f"{reference}: {why}" for reference, facts in cases.items() if (why := settled(facts))]
    if over:
        hint = "Where there is something new: cdr close REF (if it is still open), then cdr reopen REF --reason REASON"
        raise ConditionsNotMet("What was reviewed goes to no meeting as it is; no case was assigned.", over, hint)


def settled(facts: Facts) -> str:
    """Why the panel has nothing to decide in a case any more, in a sentence; empty where it has."""
    if not facts.is_open:
        return "The case is closed."
    day = settled_on(facts.case)
    return f"Its review was ratified on {day}." if day else ""


def unmet_for_assigning(facts: Facts, meeting: Meeting, others: Iterable[Meeting]) -> list[str]:
    """What a case that is not settled lacks before the panel can discuss it, one sentence each; empty where it is ready.

    Protocol section 2: the panel reviews a death when every other process is complete.
    """
    elsewhere = [one.id for one in others if one.id != meeting.id and _has_still(one, facts)]
    asked = [] if facts.asked or facts.analysis else ["No agency has been asked for a return yet."]
    there = [
        f"It is on the agenda of {id_}; take it from there first: cdr panel unassign {id_} REF" for id_ in elsewhere
    ]
    return [*asked, *unmet_for_panel(facts.case, facts.requests), *there]


def _has_still(meeting: Meeting, facts: Facts) -> bool:
    return not meeting.is_over and has(meeting, facts) and facts.reference not in meeting.deferred


def to_be_told(facts: Facts, meeting: Meeting, on: date) -> list[str]:
    """What does not keep a case from the agenda and should be known: no analysis yet, a panel that waits for something, too little time to read."""
    put_off = standing_deferral(facts.case)
    waits = (
        [f"{put_off.panel} deferred it until {put_off.until}: {put_off.words}."]
        if put_off and meeting.on < put_off.until
        else []
    )
    drafted = [] if facts.analysis else ["There is no draft of the analysis (Form C) yet."]
    days = (meeting.on - on).days
    late = [f"The meeting is in {days} days; members should have {ANALYSIS_DAYS} days to read."]
    return [*waits, *drafted, *(late if 0 <= days < ANALYSIS_DAYS else [])]


def has(meeting: Meeting, facts: Facts) -> bool:
    """Whether a case is on the agenda of a meeting."""
    return facts.reference in meeting.references


def ratified_by(facts: Facts | None, meeting: Meeting) -> bool:
    """Whether the case was ratified with this meeting; a case that cannot be read was not."""
    return any(one.panel == meeting.id for one in ratified_reviews(facts.case)) if facts else False
