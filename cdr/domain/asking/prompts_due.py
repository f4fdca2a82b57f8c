"""Which prompt or escalation of an outstanding request is due, and who gets it (protocol section 1).

Body of what was sent: `{schema: prompts/1, prompts: [{agency, level, due_on, sent_on, to, message_id}]}`; how far the sending
of one that has no `sent_on` yet is, `sending` knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr.domain.asking.arrival import has_to_wait
from cdr.domain.asking.requests import OUTSTANDING, Request, prompt_dates
from cdr.domain.process.clocks import WorkingDays
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.configuration import Closure, Configuration
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.forms import migrations
from cdr.records import dataclass

SCHEMA = migrations.current("prompts")
ESCALATION = "escalation"


@dataclass(frozen=True)
class Due:
    """A level (`prompt-1`, `prompt-2`, `prompt-3`, `escalation`) and the day on which the rule makes it due."""

    level: str
    on: date


@dataclass(frozen=True)
class ChaseItem:
    """How far the chasing of one request is; `sent` are the levels that went out, in order of level."""

    agency: str
    requested_on: date
    due: Due | None
    next: Due | None
    sent: tuple[str, ...]


def levels(policy: Policy) -> tuple[str, ...]:
    """The levels in their order, the escalation last."""
    return (*(f"prompt-{n}" for n, _ in enumerate(policy.chasing.prompt_weeks, start=1)), ESCALATION)


def chase_item(
    request: Request,
    prompts: Mapping[str, Any],
    as_of: date,
    policy: Policy,
    working_days: WorkingDays,
    closed: Sequence[Closure] = (),
) -> ChaseItem:
    """What is due up to `as_of` and not sent (the latest level only), and what comes after it.

    A level that was sent, or that a later one overtook, is never due again, whatever `as_of` is. On days on which the request
    is held or its agency is closed nothing is due: what has come meanwhile is `next`, on the rule's date, and due when they
    are over. Days of closure are no working days of the escalation. Where an area wants it, an escalation waits in the same way
    until somebody confirmed that what is sent to the agency arrives.
    Raises: UnknownHolidays.
    """
    working_days = _without(working_days, closed)
    sent = _sent(request, prompts)
    order = levels(policy)
    reached = max((order.index(level) for level in sent if level in order), default=-1)
    done = tuple(level for level in order if level in sent)
    if request.status != OUTSTANDING:
        return ChaseItem(request.agency, request.requested_on, None, None, done)
    dates = _dates(request, sent, policy, working_days)
    open_levels = [level for level in order[reached + 1 :] if level in dates]
    passed = [level for level in open_levels if dates[level] <= as_of]
    due = Due(passed[-1], dates[passed[-1]]) if passed else None
    waits = due is not None and due.level == ESCALATION and has_to_wait(request.agency, policy)
    if due and (waits or request.is_held(as_of) or any(closure.holds(as_of) for closure in closed)):
        return ChaseItem(request.agency, request.requested_on, None, due, done)
    if due and due.level == order[-2]:
        # The escalation has no date yet: it is told as if the last prompt, which is due, went out on this day.
        dates[ESCALATION] = _escalation_on(as_of, policy, working_days)
    position = order.index(due.level) if due else reached
    return ChaseItem(request.agency, request.requested_on, due, _following(order, position, dates), done)


def is_escalated(request: Request, prompts: Mapping[str, Any]) -> bool:
    """Whether the escalation of this very request went out; one that is only queued did not, nor an earlier request's."""
    return escalated_on(request, prompts) is not None


def escalated_on(request: Request, prompts: Mapping[str, Any]) -> date | None:
    """The day on which it went out; None where it did not."""
    return _sent(request, prompts).get(ESCALATION)


def _without(working_days: WorkingDays, closed: Sequence[Closure]) -> WorkingDays:
    """The working days less those on which an agency is closed."""
    if not closed:
        return working_days
    days = {one.first + timedelta(days=n) for one in closed for n in range((one.last - one.first).days + 1)}
    return WorkingDays(working_days.holidays | days, working_days.first_year, working_days.last_year)


def _following(order: Sequence[str], position: int, dates: Mapping[str, date]) -> Due | None:
    """The level after a position in the order, and its date."""
    following = order[position + 1 :]
    return Due(following[0], dates[following[0]]) if following else None


def _dates(request: Request, sent: Mapping[str, date], policy: Policy, working_days: WorkingDays) -> dict[str, date]:
    """When each level falls due; the escalation is not there until the last prompt was sent."""
    dates = dict(zip(levels(policy), prompt_dates(request.requested_on, policy), strict=False))
    last_prompt = levels(policy)[-2]
    if last_prompt in sent:
        dates[ESCALATION] = _escalation_on(sent[last_prompt], policy, working_days)
    return dates


def _escalation_on(last_prompt_sent: date, policy: Policy, working_days: WorkingDays) -> date:
    return working_days.add(last_prompt_sent, policy.chasing_on(last_prompt_sent).escalation_working_days) + timedelta(
        days=1
    )


def _sent(request: Request, prompts: Mapping[str, Any]) -> dict[str, date]:
    """The levels sent for this request and when.

    What was sent for an earlier request of the same agency, since waived, fell due before this one was made.
    """
    sent: dict[str, date] = {}
    for _, item in items_at(prompts, "prompts"):
        due_on, sent_on = date_at(item, "due_on"), date_at(item, "sent_on")
        ours = text_at(item, "agency") == request.agency and due_on is not None and due_on > request.requested_on
        if ours and sent_on is not None:
            sent.setdefault(text_at(item, "level"), sent_on)
    return sent


def mark_sent(
    prompts: Mapping[str, Any], agency: str, due: Due, on: date, to: Sequence[str], message_id: str
) -> dict[str, Any]:
    """What was sent, with one more message that left at once: to which addresses, on which day, under which message id."""
    item = {
        "agency": agency,
        "level": due.level,
        "due_on": due.on.isoformat(),
        "sent_on": on.isoformat(),
        "to": list(to),
        "message_id": message_id,
    }
    before = [dict(sent) for _, sent in items_at(prompts, "prompts")]
    return {**prompts, "schema": SCHEMA, "prompts": [*before, item]}


def recipients(level: str, agency_id: str, configuration: Configuration) -> tuple[str, ...]:
    """The addresses of a message: any but the escalation is the agency's; that goes to the chair and the designated doctor
    of the area where the agency sits.

    Raises: NotFound for an agency that the configuration does not have.
    """
    if level != ESCALATION:
        return (configuration.agency(agency_id).email,)
    area = configuration.area_of(agency_id)
    return tuple(dict.fromkeys((area.chair.email, area.designated_doctor.email)))
