"""Which prompt or escalation of an outstanding request is due, and who gets it (protocol section 1).

Body of what was sent: `{schema: prompts/1, prompts: [{agency, level, due_on, sent_on, to, message_id}]}`; how far the sending
of one that has no `sent_on` yet is, `sending` knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.arrival import has_to_wait
from cdr.domain.asking.requests import OUTSTANDING, Request, prompt_dates
from cdr.domain.process.clocks import Closure, WorkingDays
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.forms import migrations
from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.domain.process.chasing_rules import ChasingRules
    from cdr.domain.rulebook.configuration import Configuration

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


def levels(policy: ChasingRules) -> tuple[str, ...]:
    """The levels in their order, the escalation last."""
    return (*(f"prompt-{n}" for n, _ in enumerate(policy.chasing.prompt_weeks, start=1)), ESCALATION)


@dataclass(frozen=True)
class ToCome:
    """The messages about one outstanding request, whichever day it is: the levels in their `order` up to the one that was `reached`, and the day on
    which each later one falls due. `waits`: its escalation is kept back until somebody confirmed that what is sent arrives.
    """

    request: Request
    order: tuple[str, ...]
    reached: int
    dates: Mapping[str, date]
    closed: tuple[Closure, ...]
    waits: bool

    def passed(self, as_of: date) -> Due | None:
        """The latest level whose day has come, and which did not go out."""
        passed = [
            level for level in self.order[self.reached + 1 :] if level in self.dates and self.dates[level] <= as_of
        ]
        return Due(passed[-1], self.dates[passed[-1]]) if passed else None

    def is_kept_back(self, due: Due, as_of: date) -> bool:
        """Whether a level whose day has come is not sent on a day."""
        is_away = any(closure.holds(as_of) for closure in self.closed)
        return is_away or self.request.is_held(as_of) or (self.waits and due.level == ESCALATION)

    def is_due(self, as_of: date) -> bool:
        """Whether a message is to be sent on a day."""
        due = self.passed(as_of)
        return due is not None and not self.is_kept_back(due, as_of)


def to_come(
    request: Request,
    sent: Mapping[str, date],
    rules: ChasingRules,
    working_days: WorkingDays,
    closed: Sequence[Closure] = (),
) -> ToCome:
    """The messages about an outstanding request of which these levels went out. Raises: UnknownHolidays."""
    order = levels(rules)
    reached = max((order.index(level) for level in sent if level in order), default=-1)
    dates = _dates(request, sent, rules, _without(working_days, closed))
    return ToCome(request, order, reached, dates, tuple(closed), has_to_wait(request.agency, rules))


def chase_item(
    request: Request,
    prompts: Mapping[str, Any],
    as_of: date,
    policy: ChasingRules,
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
    sent = sent_for(request, prompts)
    done = tuple(level for level in levels(policy) if level in sent)
    if request.status != OUTSTANDING:
        return ChaseItem(request.agency, request.requested_on, None, None, done)
    ahead = to_come(request, sent, policy, working_days, closed)
    due = ahead.passed(as_of)
    if due and ahead.is_kept_back(due, as_of):
        return ChaseItem(request.agency, request.requested_on, None, due, done)
    dates = {**ahead.dates}
    if due and due.level == ahead.order[-2]:
        # The escalation has no date yet: it is told as if the last prompt, which is due, went out on this day.
        dates[ESCALATION] = _escalation_on(as_of, policy, _without(working_days, closed))
    position = ahead.order.index(due.level) if due else ahead.reached
    return ChaseItem(request.agency, request.requested_on, due, _following(ahead.order, position, dates), done)


def is_escalated(request: Request, prompts: Mapping[str, Any]) -> bool:
    """Whether the escalation of this very request went out; one that is only queued did not, nor an earlier request's."""
    return escalated_on(request, prompts) is not None


def escalated_on(request: Request, prompts: Mapping[str, Any]) -> date | None:
    """The day on which it went out; None where it did not."""
    return sent_for(request, prompts).get(ESCALATION)


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


def _dates(
    request: Request, sent: Mapping[str, date], policy: ChasingRules, working_days: WorkingDays
) -> dict[str, date]:
    """When each level falls due; the escalation is not there until the last prompt was sent."""
    dates = dict(zip(levels(policy), prompt_dates(request.requested_on, policy), strict=False))
    last_prompt = levels(policy)[-2]
    if last_prompt in sent:
        dates[ESCALATION] = _escalation_on(sent[last_prompt], policy, working_days)
    return dates


def _escalation_on(last_prompt_sent: date, policy: ChasingRules, working_days: WorkingDays) -> date:
    return working_days.add(last_prompt_sent, policy.chasing_on(last_prompt_sent).escalation_working_days) + timedelta(
        days=1
    )


def sent_for(request: Request, prompts: Mapping[str, Any]) -> dict[str, date]:
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
