"""What is due over all open cases, by case reference and without any name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cdr.domain.chase import ESCALATION, chase_item
from cdr.domain.letter_holds import CLOCK as LETTERS_CLOCK
from cdr.domain.letter_holds import holds
from cdr.domain.policy import Policy
from cdr.domain.requests import outstanding, requests_of
from cdr.domain.review import settled_on
from cdr.domain.validation import date_at, items_at, text_at

OVERDUE, TODAY, THIS_WEEK = "overdue", "today", "this week"
WEEK = timedelta(days=7)
REQUESTS_CLOCK = "T04"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """One thing that is due: the case, what, the clock of the rules, the day, and when that is (`overdue`, `today`, `this week`)."""

    case: str
    what: str
    clock: str
    due: date
    when: str


@dataclass(frozen=True)
class Today:
    """What is due, in order of the days; `waiting` counts the open cases in which nothing is due within a week."""

    on: date
    tasks: tuple[Task, ...]
    waiting: int


def today(cases: Mapping[str, Mapping[str, Body]], on: date, policy: Policy) -> Today:
    """The tasks of a day from each case's documents by kind (`case`, `requests`, `prompts`).

    What Form A says is done is no task any more, since correcting Form A makes the list anew; once a review is ratified
    nothing of the notification's list is asked for.
    """
    open_cases = {ref: kinds for ref, kinds in cases.items() if text_at(kinds.get("case"), "status") == "open"}
    found = {ref: list(_tasks(ref, kinds, on, policy)) for ref, kinds in open_cases.items()}
    tasks = sorted((task for several in found.values() for task in several), key=lambda task: (task.due, task.case))
    return Today(on, tuple(tasks), sum(not several for several in found.values()))


def _tasks(ref: str, kinds: Mapping[str, Body], on: date, policy: Policy) -> Iterator[Task]:
    case, requests, prompts = kinds["case"], kinds.get("requests", {}), kinds.get("prompts", {})
    if settled_on(case) is None:
        for step in still_called_for(case, requests):
            due = date_at(step, "due")
            if due is not None and due <= on + WEEK:
                yield Task(ref, text_at(step, "what"), text_at(step, "clock"), due, _when(due, on))
    for hold in holds(case):
        if hold.ask_again_on is not None and hold.ask_again_on <= on + WEEK:
            yield Task(ref, hold.in_words(), LETTERS_CLOCK, hold.ask_again_on, _when(hold.ask_again_on, on))
    for request in outstanding(requests):
        item = chase_item(request, prompts, on, policy, policy.working_days)
        level = item.due or item.next
        if level and level.on <= on + WEEK:
            clock = "T07" if level.level == ESCALATION else "T06"
            what = f"{level.level} for {request.agency}: cdr chase --overdue"
            yield Task(ref, what, clock, level.on, _when(level.on, on))


def still_called_for(case: Body, requests: Body) -> list[Mapping[str, Any]]:
    """What the notification calls for, without asking the agencies once that is done."""
    steps = [step for _, step in items_at(case, "next")]
    asked = bool(requests_of(requests))
    return [step for step in steps if not (asked and text_at(step, "clock") == REQUESTS_CLOCK)]


def _when(due: date, on: date) -> str:
    return OVERDUE if due < on else TODAY if due == on else THIS_WEEK


def by_when(tasks: Sequence[Task]) -> dict[str, list[Task]]:
    """The tasks under their headings, those without a task left out."""
    groups = {when: [task for task in tasks if task.when == when] for when in (OVERDUE, TODAY, THIS_WEEK)}
    return {when: group for when, group in groups.items() if group}
