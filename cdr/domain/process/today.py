"""One day's screen over all open cases: what is due, what was sent, what is blocked, who moves, and what can wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from cdr.domain.asking.arrival import has_to_wait, waiting
from cdr.domain.asking.prompts_due import is_escalated
from cdr.domain.asking.sending import SENT, partly_refused, unsent
from cdr.domain.asking.telling import is_told
from cdr.domain.case import case as cases_
from cdr.domain.case.at_rest import NOBODY, AtRest
from cdr.domain.case.deferrals import standing_deferral
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.gates import OPEN, Gate
from cdr.domain.case.milestones import milestones_of
from cdr.domain.case.second_opinions import AWAITED, second_opinions_of
from cdr.domain.letters.letter_holds import to_ask_about
from cdr.domain.process.due import (
    COORDINATOR,
    LATER,
    NOBODY_CONFIRMED,
    OPEN_ALWAYS,
    OVERDUE,
    THIS_WEEK,
    TODAY,
    Calls,
    Closed,
    Task,
    action_tasks,
    area_tasks,
    letter_tasks,
    tasks_of,
    who_moves,
)
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.records import dataclass

PAPERS_CLOCK = "T18"
PARTLY = "partly refused"
GATE, HOLD, LETTER, QUESTION, ARRIVAL, HANDING = "gate", "hold", "letter", "question", "arrival", "handing"
OPINION, DEFERRED = "opinion", "deferred"
SINCE = timedelta(days=1)
NEAR = timedelta(weeks=4)
AGENCIES, PANEL = "agencies", "panel"


@dataclass(frozen=True)
class Sent:
    """One message to or about an agency: `state` is `sent`, `queued`, `sending` (nobody knows), `refused` or `partly refused`.

    `on` is the day on which it went out, or else fell due.
    """

    case: str
    agency: str
    level: str
    on: date
    state: str


@dataclass(frozen=True)
class Blocked:
    """What waits: another process (`gate`), an agency that is not chased for a while (`hold`), a letter to a family (`letter`),
    the family for an answer (`question`), the panel for that of another (`opinion`) or for what it lacked (`deferred`), a request
    until it is known that it arrives (`arrival`), or a form until somebody hands it over (`handing`).

    `since` and `until` (expected end) are None where they are not known; `who` moves next.
    """

    case: str
    kind: str
    what: str
    since: date | None
    until: date | None
    who: str


@dataclass(frozen=True)
class Today:
    """The day: `tasks` up to a week ahead in order of the days, `area` the near dates of no case.

    `waiting` counts the open cases in which nothing is due within a week, `next_due` is the first day of anything in
    them, `movers` says who moves next in how many of them. `unconfirmed` are the agencies that owe a return and of which nobody
    confirmed that what is sent arrives.
    """

    on: date
    tasks: tuple[Task, ...]
    waiting: int
    sent: tuple[Sent, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    area: tuple[Task, ...] = ()
    next_due: date | None = None
    movers: tuple[tuple[str, int], ...] = ()
    unconfirmed: tuple[str, ...] = ()


def today(
    cases: Cases,
    on: date,
    policy: Policy,
    closed: Closed = OPEN_ALWAYS,
    calls: Calls = None,
    panel: Sequence[Task] = (),
    at_rest: AtRest = NOBODY,
) -> Today:
    """The day over all cases, with those `at_rest`; `closed` as in `tasks_of`, `calls` as in `area_tasks`, `panel` what is due for its meetings.

    Raises: UnknownHolidays.
    """
    open_cases = {ref: facts for ref, facts in cases.items() if facts.is_open}
    found = {ref: tasks_of(facts, on, policy, closed) for ref, facts in open_cases.items()}
    near = [task for ref, several in found.items() for task in several if _is_near(task, open_cases[ref])]
    busy = {task.case for task in near}
    others = [ref for ref in open_cases if ref not in busy]
    # a letter on hold waits for its answer after the case is closed too: what was learned is told then
    over = [facts for facts in cases.values() if not facts.is_open]
    near += [task for facts in over for task in letter_tasks(facts, on) if task.when != LATER]
    near += [task for facts in over for task in action_tasks(facts.actions, on) if task.when != LATER]
    area = sorted([*panel, *area_tasks(cases, on, policy, calls, at_rest)], key=lambda task: (task.due, task.clock))
    blocked = [item for facts in open_cases.values() for item in blocked_in(facts, on, policy)]
    blocked += [item for facts in cases.values() for item in letters_on_hold(facts)]
    later = [task.due for ref in others for task in found[ref]]
    later += [item.until for item in blocked if item.case in others and item.until and item.until > on]
    return Today(
        on=on,
        tasks=tuple(sorted(near, key=lambda task: (task.due, task.case, task.clock, task.agency))),
        waiting=len(others),
        sent=tuple(sent for facts in open_cases.values() for sent in _sent(facts, on)),
        blocked=tuple(sorted(blocked, key=_soonest)),
        area=tuple(task for task in area if task.due <= on + NEAR),
        next_due=min(later, default=None),
        movers=tuple(Counter(next_mover(open_cases[ref], policy) for ref in others).most_common()),
        unconfirmed=tuple(sorted(_owing(open_cases) & policy.unconfirmed)),
    )


def _is_near(task: Task, facts: Facts) -> bool:
    """Whether a task is for today's list; the papers of a meeting are one task of the meeting's, and not one more of each case."""
    told = task.clock == PAPERS_CLOCK and any(one.panel for one in milestones_of(facts.case))
    return task.when != LATER and not told


def _owing(open_cases: Mapping[str, Facts]) -> set[str]:
    return {request.agency for facts in open_cases.values() for request in facts.outstanding}


def _soonest(item: Blocked) -> tuple[date, date, str]:
    return item.until or date.max, item.since or date.max, item.case


def _sent(facts: Facts, on: date) -> Iterator[Sent]:
    """What went out since yesterday; and what did not go out as it should, while it is still to go."""
    ref, ledger, prompts = facts.reference, facts.requests, facts.prompts
    wrong = [*unsent(ref, ledger, prompts), *partly_refused(ref, ledger, prompts)]
    told = {one.message_id for one in wrong}
    for one in wrong:
        state = PARTLY if one.status == SENT else one.status
        yield Sent(ref, one.prompt.agency, one.prompt.level, one.prompt.due_on, state)
    for _, item in items_at(prompts, "prompts"):
        day = date_at(item, "sent_on")
        if day and on - SINCE <= day <= on and text_at(item, "message_id") not in told:
            yield Sent(ref, text_at(item, "agency"), text_at(item, "level"), day, SENT)


def blocked_in(facts: Facts, on: date, policy: Policy) -> list[Blocked]:
    """The open processes of a case, and its agencies that are not chased until a day."""
    gates = [
        Blocked(facts.reference, GATE, gate.words, gate.opened_on, gate.expected_on, gate_owner(gate, policy))
        for gate in facts.gates
        if gate.status == OPEN and not facts.may_close
    ]
    holds = [
        Blocked(facts.reference, HOLD, f"return from {one.agency} is on hold", None, one.held_until, one.agency)
        for one in facts.outstanding
        if one.is_held(on)
    ]
    return [*gates, *holds, *_deferral(facts), *_questions(facts, policy), *_opinions(facts), *_requests(facts, policy)]


def _deferral(facts: Facts) -> Iterator[Blocked]:
    if one := standing_deferral(facts.case):
        what = f"deferred by {one.panel}: {one.words}; the panel looks again by {one.until}"
        yield Blocked(facts.reference, DEFERRED, what, one.on, one.until, PANEL)


def _opinions(facts: Facts) -> Iterator[Blocked]:
    for one in second_opinions_of(facts.case).values():
        if one.status == AWAITED:
            yield Blocked(
                facts.reference, OPINION, f"second opinion of {one.area}", one.asked_on, None, f"panel of {one.area}"
            )


def _requests(facts: Facts, policy: Policy) -> Iterator[Blocked]:
    """The requests that wait until it is known that they arrive, those that may be made now, and forms that no message carries."""
    for agency, since in waiting(facts.case).items():
        why = (
            NOBODY_CONFIRMED.format(agency)
            if has_to_wait(agency, policy)
            else f"ask now: cdr request {facts.reference}"
        )
        yield Blocked(facts.reference, ARRIVAL, f"request to {agency} waits: {why}", since, None, COORDINATOR)
    for one in facts.outstanding:
        if one.agency in policy.by_hand and not is_told(facts.case, one):
            words = f"form for {one.agency} is to be handed over: cdr form {facts.reference} {one.agency} -o FILE.docx; then --told"
            yield Blocked(facts.reference, HANDING, words, one.requested_on, None, COORDINATOR)


def _questions(facts: Facts, policy: Policy) -> Iterator[Blocked]:
    """The family's open questions, one line for each who is to answer."""
    for to in dict.fromkeys(one.to for one in facts.open_questions.values()):
        own = {number: one for number, one in facts.open_questions.items() if one.to == to}
        what = f"{'question' if len(own) == 1 else 'questions'} {', '.join(map(str, own))} of the family"
        since = min(one.asked_on for one in own.values())
        yield Blocked(facts.reference, QUESTION, what, since, None, to.replace("_", " ") or who_moves("R07", policy))


def letters_on_hold(facts: Facts) -> list[Blocked]:
    """The letters that an answer of the letter gate holds, other than by somebody's lasting wish."""
    return [
        Blocked(facts.reference, LETTER, f"letter ({hold.kind}) on hold", hold.since, hold.ask_again_on, hold.whom)
        for hold in to_ask_about(facts.case, facts.letters_to)
    ]


def gate_owner(gate: Gate, policy: Policy) -> str:
    """Who moves in another process: whoever the gate names, else the coroner where it is the coroner's, else the process itself."""
    return gate.owner or ("coroner" if gate.type in policy.gates.coroner else gate.words)


def next_mover(facts: Facts, policy: Policy) -> str:
    """Who moves next in a case, by its stage."""
    stage = facts.stage
    owners = [gate_owner(gate, policy) for gate in facts.gates if gate.status == OPEN]
    if owners and (stage == cases_.WAITING_FOR_PROCESSES or (stage == cases_.REVIEWED and not facts.may_close)):
        return owners[0]
    movers = {
        cases_.NOTIFIED: who_moves("T04", policy),
        cases_.WAITING_FOR_RETURNS: COORDINATOR if _are_all_escalated(facts) else AGENCIES,
        cases_.REVIEWED: COORDINATOR,
    }
    return movers.get(stage, PANEL)


def _are_all_escalated(facts: Facts) -> bool:
    """Whether nobody is written to any more about any return that is outstanding."""
    return all(is_escalated(request, facts.prompts) for request in facts.outstanding)


def by_when(tasks: Sequence[Task]) -> dict[str, list[Task]]:
    """The tasks under their headings, those without a task left out."""
    groups = {when: [task for task in tasks if task.when == when] for when in (OVERDUE, TODAY, THIS_WEEK)}
    return {when: group for when, group in groups.items() if group}
