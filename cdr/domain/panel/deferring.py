"""A meeting that puts off what it decides of a case, and takes that back."""

from __future__ import annotations

from datetime import date

from cdr.domain.case.facts import Facts
from cdr.domain.panel.meeting import Meeting, refuse_without
from cdr.domain.panel.readiness import settled
from cdr.errors import ConditionsNotMet
from cdr.records import replace


def deferred(meeting: Meeting, facts: Facts, until: date | None, on: date) -> Meeting:
    """The meeting that put a case off until a day, or with None did not after all.

    Raises: NotFound where it does not have the case; ConditionsNotMet where the case was reviewed since, before the meeting's day, where it
    does not take place, or where the panel would look again no later.
    """
    case = facts.reference
    refuse_without(meeting, case)
    unmet = [why] if (why := settled(facts)) else []
    if meeting.not_held_on:
        unmet.append("It is recorded that the meeting did not take place.")
    elif meeting.on > on:
        unmet.append(f"The meeting is still to come: it is on {meeting.on}.")
    if until and until <= meeting.on:
        unmet.append(
            f"The panel looks again after the meeting, which was on {meeting.on}: give a later day with --until."
        )
    if until is None and case not in meeting.deferred:
        unmet.append("The meeting did not defer it.")
    if unmet:
        raise ConditionsNotMet("That cannot be said of this case; nothing was recorded.", unmet)
    cases = (replace(one, deferred_until=until) if one.case == case else one for one in meeting.cases)
    return replace(meeting, cases=tuple(cases))


def refuse_deferred(meeting: Meeting, case: str) -> None:
    """Stop where a case would leave a meeting that talked about it and put it off. Raises: ConditionsNotMet."""
    if case in meeting.deferred:
        raise ConditionsNotMet(
            "The case stays on this agenda; nothing was recorded.",
            [f"The meeting deferred it until {meeting.deferred[case]}, and that belongs to the meeting."],
            f"Another meeting may have it all the same: cdr panel assign ID {case}. "
            f"Where it was not deferred: cdr panel defer {meeting.id} {case} --undo",
        )
