"""The days that belong in a calendar: limits, prompts, expected ends of other processes, and the area's own dates; no name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from cdr.domain.case.at_rest import NOBODY, AtRest
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.gates import OPEN
from cdr.domain.letters.letter_holds import CLOCK as LETTERS_CLOCK
from cdr.domain.panel.actions import CLOCK as ACTION_CLOCK
from cdr.domain.process.due import OPEN_ALWAYS, Closed, Task, area_tasks, tasks_of
from cdr.domain.process.policy import Policy
from cdr.domain.process.today import gate_owner
from cdr.records import dataclass, replace

OF_THE_AREA = "area-"
ASK_AGAIN = "Ask again whether a letter may go"


@dataclass(frozen=True)
class Event:
    """One day of a calendar; `key` stays the same while the case and the clock do, whatever becomes of the day."""

    key: str
    day: date
    summary: str
    detail: str


def events(
    cases: Cases, on: date, policy: Policy, closed: Closed = OPEN_ALWAYS, others: AtRest = NOBODY
) -> list[Event]:
    """The events of all open cases and of the area, by key; the `others` are at rest. Raises: UnknownHolidays."""
    found = [_of_the_area(task) for task in area_tasks(cases, on, policy, others=others)]
    for facts in cases.values():
        if facts.is_open:
            tasks = tasks_of(facts, on, policy, closed)
            found += _steps([task for task in tasks if not task.level], policy)
            found += _prompts([task for task in tasks if task.level])
            found += _expected(facts, policy)
    return sorted(found, key=lambda event: event.key)


def _of_the_area(task: Task) -> Event:
    return Event(f"{OF_THE_AREA}{task.clock}-{task.due}", task.due, task.what, _detail(task.who, task.clock))


def _steps(tasks: Sequence[Task], policy: Policy) -> Iterator[Event]:
    """One event a clock; where a case has a clock twice (two reports to answer), the later ones are told apart by their day."""
    seen: set[str] = set()
    for task in tasks:
        key = f"{task.case}-{task.clock}{f'-{task.agency}' if task.agency else ''}"
        key = f"{key}-{task.due}" if key in seen else key
        seen.add(key)
        what, who = _in_the_open(task, policy)
        yield Event(key, task.due, f"{task.case}: {what}", _detail(who, task.clock))


def _in_the_open(task: Task, policy: Policy) -> tuple[str, str]:
    """What a feed says of a step, and who acts: in the rules' own words and by ids, for a feed goes out.

    So whom a person named as the one who should act, and what keeps a letter to a family from going, are in none.
    """
    if task.agency:
        return task.what, task.who
    if task.clock == LETTERS_CLOCK:
        return ASK_AGAIN, ""
    rule = policy.clocks.get(task.clock)
    words = task.what if task.clock == ACTION_CLOCK or rule is None else rule.what
    return words, rule.who if rule else ""


def _prompts(tasks: Sequence[Task]) -> Iterator[Event]:
    """One event for all the agencies of a case that were asked on one day and are at the same level."""
    order = sorted(tasks, key=lambda task: (task.level, str(task.requested_on), task.due, task.agency))
    for (level, asked), same in groupby(order, key=lambda task: (task.level, str(task.requested_on))):
        several = list(same)
        first = several[0]
        count = "1 return" if len(several) == 1 else f"{len(several)} returns"
        agencies = ", ".join(task.agency for task in several)
        summary = f"{first.case}: {level} for {count}"
        yield Event(
            f"{first.case}-{level}-{asked}", first.due, summary, f"{agencies}. {_detail(first.who, first.clock)}"
        )


def _expected(facts: Facts, policy: Policy) -> Iterator[Event]:
    ref = facts.reference
    for gate in facts.gates:
        if gate.status == OPEN and gate.expected_on:
            detail = _detail(
                gate_owner(replace(gate, owner=""), policy), ""
            )  # an owner may be named, and a feed goes out
            yield Event(f"{ref}-gate-{gate.type}", gate.expected_on, f"{ref}: {gate.words}: expected end", detail)


def _detail(who: str, clock: str) -> str:
    rule = f"Rule {clock}: cdr explain {clock}." if clock else ""
    return " ".join(part for part in (f"Who acts: {who}." if who else "", rule) if part)
