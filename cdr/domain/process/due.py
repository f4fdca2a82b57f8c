"""What is due and when: in one case, and in the area as a whole; by case reference and without any name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from cdr.domain.asking.overdue import overdue_since
from cdr.domain.asking.prompts_due import ESCALATION, chase_item, escalated_on
from cdr.domain.asking.requests import Request
from cdr.domain.case.at_rest import NOBODY, AtRest
from cdr.domain.case.deferrals import CLOCK as DEFERRAL_CLOCK
from cdr.domain.case.deferrals import standing_deferral
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.milestones import still_called_for, words_for
from cdr.domain.case.second_opinions import AWAITED, second_opinions_of
from cdr.domain.case.second_opinions import CLOCK as OPINION_CLOCK
from cdr.domain.letters.letter_holds import CLOCK as LETTERS_CLOCK
from cdr.domain.letters.letter_holds import to_ask_about
from cdr.domain.panel.actions import CLOCK as ACTION_CLOCK
from cdr.domain.panel.actions import Action
from cdr.domain.process.clocks import Closure, add_months
from cdr.domain.process.policy import ClockRule, Policy
from cdr.records import dataclass
from cdr.written import MONTHS

OVERDUE, TODAY, THIS_WEEK, LATER = "overdue", "today", "this week", "later"
WEEK = timedelta(days=7)
PROMPT_CLOCK, ESCALATION_CLOCK = "T06", "T07"
END_OF_YEAR_CLOCK, QUARTER_CLOCK, PANEL_CLOCK = "T29", "T30", "T31"
QUARTER_MONTHS = (3, 6, 9, 12)

Closed = Mapping[str, Sequence[Closure]]
OPEN_ALWAYS: Closed = {}
Calls = tuple[date, Sequence[str]] | None
CALLS_CLOCK = "support"
COORDINATOR = "coordinator"
NOBODY_CONFIRMED = "nobody has confirmed that what we send arrives there (cdr request --test {})"
# Whose steps are the team's own: also what "any professional" or nobody named is to do, of which the team makes sure.
OWN = frozenset({COORDINATOR, "child death review manager", "cdr", "any professional", ""})


@dataclass(frozen=True)
class Task:
    """One thing that is due: the case (empty for the area), what, the clock of the rules, the day, and who moves.

    `when` is `overdue`, `today`, `this week` or `later`; `agency` is there where it is about a return, `level` where a prompt is due.
    `words` are the milestones with which it is marked as done.
    """

    case: str
    what: str
    clock: str
    due: date
    when: str
    who: str
    agency: str = ""
    level: str = ""
    requested_on: date | None = None
    words: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the team itself moves: to ask again whether a letter may go, too."""
        return self.who in OWN or self.clock == LETTERS_CLOCK


def when_due(due: date, on: date) -> str:
    """How near a day is: `overdue`, `today`, `this week` (the seven days after today) or `later`."""
    if due <= on:
        return TODAY if due == on else OVERDUE
    return THIS_WEEK if due <= on + WEEK else LATER


def tasks_of(facts: Facts, on: date, policy: Policy, closed: Closed = OPEN_ALWAYS) -> list[Task]:
    """Everything with a date in one open case, however far off, in order of the days; `closed` is when agencies are, by id.

    Raises: UnknownHolidays.
    """
    found = [*_steps(facts, on, policy), *letter_tasks(facts, on), *action_tasks(facts.actions, on)]
    found += [*_opinions(facts, on, policy), *_deferral(facts, on, policy)]
    found += _prompts(facts, on, policy, closed)
    return sorted(found, key=lambda task: (task.due, task.clock, task.agency))


def _steps(facts: Facts, on: date, policy: Policy) -> Iterator[Task]:
    for step in still_called_for(facts.case, facts.requests, on, policy):
        if step.due is not None:
            words, when = words_for(step.clock), when_due(step.due, on)
            yield Task(facts.reference, step.what, step.clock, step.due, when, step.who, words=words)


def letter_tasks(facts: Facts, on: date) -> Iterator[Task]:
    """The letters on hold for which there is a day to ask again."""
    for hold in to_ask_about(facts.case, facts.letters_to):
        if hold.ask_again_on is not None:
            day = hold.ask_again_on
            yield Task(facts.reference, hold.what_to_do(), LETTERS_CLOCK, day, when_due(day, on), hold.whom)


def action_tasks(actions: Sequence[Action], on: date) -> Iterator[Task]:
    """The actions that are open, each on the day by which it should be done."""
    for one in actions:
        if one.is_open:
            yield Task(
                one.case,
                f"Action {one.id}: cdr action show {one.id}",
                ACTION_CLOCK,
                one.due,
                when_due(one.due, on),
                one.to,
            )


def _opinions(facts: Facts, on: date, policy: Policy) -> Iterator[Task]:
    """The second opinions that are awaited, each on the day by which it should have come."""
    for number, one in second_opinions_of(facts.case).items():
        rule = policy.clocks.get(OPINION_CLOCK)
        due = rule.due(one.asked_on, policy.working_days) if rule and one.status == AWAITED else None
        if rule and due:
            what = f"second opinion of {one.area} (question {number}): ask how it stands; cdr panel question answer {facts.reference} {number}"
            yield Task(facts.reference, what, OPINION_CLOCK, due, when_due(due, on), rule.who)


def _deferral(facts: Facts, on: date, policy: Policy) -> Iterator[Task]:
    """That the panel looks again at a case that it deferred, on the day by which it wanted to."""
    if one := standing_deferral(facts.case):
        what = f"deferred by {one.panel} ({one.words}): put it before the panel again; cdr panel assign ID {facts.reference}"
        who = who_moves(DEFERRAL_CLOCK, policy)
        yield Task(facts.reference, what, DEFERRAL_CLOCK, one.until, when_due(one.until, on), who)


def _prompts(facts: Facts, on: date, policy: Policy, closed: Closed) -> Iterator[Task]:
    for request in facts.outstanding:
        away = closed.get(request.agency, ())
        item = chase_item(request, facts.prompts, on, policy, policy.working_days, away)
        level = item.due or item.next
        if level:
            day = level.on if item.due else max(level.on, _resumes(request, on, away))
            if day <= on and not item.due:
                what = f"escalation for {request.agency} waits: {NOBODY_CONFIRMED.format(request.agency)}"
                yield Task(
                    facts.reference,
                    what,
                    ESCALATION_CLOCK,
                    level.on,
                    when_due(level.on, on),
                    COORDINATOR,
                    request.agency,
                )
                continue
            clock = ESCALATION_CLOCK if level.level == ESCALATION else PROMPT_CLOCK
            what = f"{level.level} for {request.agency}: cdr chase --overdue"
            who, when = who_moves(clock, policy), when_due(day, on)
            yield Task(facts.reference, what, clock, day, when, who, request.agency, level.level, request.requested_on)
        elif escalated := escalated_on(request, facts.prompts):
            yield _escalated(facts.reference, request, escalated, on, policy, away)


def _escalated(case: str, request: Request, escalated: date, on: date, policy: Policy, away: Sequence[Closure]) -> Task:
    """A return that nobody is written to about any more: overdue until it is in, not waited for, or held for a while."""
    since, resumes = overdue_since(request, policy), _resumes(request, on, away)
    day = resumes if resumes > on else since
    what = f"return from {request.agency}, escalated on {escalated}: ring them, or wait no more (cdr return --waive)"
    return Task(case, what, ESCALATION_CLOCK, day, when_due(day, on), COORDINATOR, request.agency)


def _resumes(request: Request, on: date, away: Sequence[Closure]) -> date:
    """The first day from `on` on which the request is chased again: when its hold, or the agency's closure, is over."""
    day = request.held_until if request.held_until and request.is_held(on) else on
    while over := [closure.last + timedelta(days=1) for closure in away if closure.holds(day)]:
        day = max(over)
    return day


def who_moves(clock: str, policy: Policy) -> str:
    """Whose step a clock is; empty for a clock that these rules do not have."""
    rule = policy.clocks.get(clock)
    return rule.who if rule else ""


def area_tasks(cases: Cases, on: date, policy: Policy, calls: Calls = None, others: AtRest = NOBODY) -> list[Task]:
    """The area's own next dates: the national database's day, the quarter's report, the panel's rhythm, the round of calls.

    None of them belongs to a case. Whether one is done is nowhere kept, so a day that is past is told no more; but `calls` (the
    day, and the organisations that letters name and nobody has rung for it) are told until they were made. `others` are cases at rest that
    are not among `cases`.
    """
    held = [day for day in (others.ratified_on, *(facts.ratified_on for facts in cases.values())) if day]
    found = []
    for clock, day_of in AREA_DAYS.items():
        rule = policy.clocks.get(clock)
        day = day_of(rule, held, on) if rule and rule.applies(on) else None
        if rule and day and day >= on:
            found.append(Task("", rule.what, clock, day, when_due(day, on), rule.who))
    if calls and (cases or others.count):
        what = f"Ring {len(calls[1])} organisations that letters name, and note the day in cdr.yaml (support_checked): cdr doctor"
        found.append(Task("", what, CALLS_CLOCK, calls[0], when_due(calls[0], on), who_moves("R07", policy)))
    return sorted(found, key=lambda task: (task.due, task.clock))


def _each_year(rule: ClockRule, held: Sequence[date], on: date) -> date:
    """The next day that the rule's trigger names (`31 March`)."""
    number, _, month = rule.trigger.partition(" ")
    days = (date(year, MONTHS.index(month.casefold()) + 1, int(number)) for year in (on.year, on.year + 1))
    return next(day for day in days if day >= on)


def _after_quarter(rule: ClockRule, held: Sequence[date], on: date) -> date | None:
    """When the report on the oldest quarter falls due that is not past yet; a quarter's end is its month's last day."""
    ends = [
        date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        for year in (on.year - 1, on.year)
        for month in QUARTER_MONTHS
    ]
    due = [add_months(end, rule.number or 0) for end in ends if end < on]
    return next((day for day in due if day >= on), None)


def _next_panel(rule: ClockRule, held: Sequence[date], on: date) -> date | None:
    """When the panel should next have met, from the latest review that it ratified."""
    return add_months(max(held), rule.number or 0) if held else None


AREA_DAYS: Mapping[str, Callable[[ClockRule, Sequence[date], date], date | None]] = {
    END_OF_YEAR_CLOCK: _each_year,
    QUARTER_CLOCK: _after_quarter,
    PANEL_CLOCK: _next_panel,
}
