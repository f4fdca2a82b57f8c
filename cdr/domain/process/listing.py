"""Cases as a list shows them: where each stands, what it waits for since when, and its next step; no name and no date of birth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdr.domain.asking.chase import is_overdue
from cdr.domain.asking.requests import Request, outstanding, requests_of
from cdr.domain.case import case as cases_
from cdr.domain.case.places import same_place
from cdr.domain.case.review import OPEN, settled_on
from cdr.domain.process.due import LATER, OPEN_ALWAYS, OVERDUE, Closed, Kinds, Task, is_open, tasks_of
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.validation import date_at, items_at

RETURN_FROM = "return from "
SORTS = ("reference", "notified", "stage", "waiting", "age")

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Listed:
    """One case of the list.

    `waiting_since` is the day on which its longest wait of now began, `days` how many days ago the child died (None
    where a date is not known), `overdue` what is late, a few words each, and `next` the step with the nearest day.
    """

    case: str
    stage: str
    open: bool
    notified_on: date
    asked: tuple[str, ...]
    outstanding: tuple[str, ...]
    waiting_for: tuple[str, ...]
    waiting_since: date | None
    overdue: tuple[str, ...]
    next: Task | None
    authority: str | None
    days: int | None


@dataclass(frozen=True)
class Wanted:
    """Which cases are asked for; what is empty or False asks for nothing. `authorities` are names as `same_place` has them."""

    only_open: bool = False
    overdue: bool = False
    stages: tuple[str, ...] = ()
    agency: str = ""
    waiting_for: str = ""
    authorities: tuple[str, ...] = ()


def listed(ref: str, kinds: Kinds, on: date, policy: Policy, closed: Closed = OPEN_ALWAYS) -> Listed:
    """One case from its documents by kind, the notification and the analysis being the index's extracts."""
    body, ledger, analysis = kinds["case"], kinds["requests"], kinds.get("analysis")
    facts = kinds["notification"]["facts"]
    died = date_at(facts, "died")
    tasks = tasks_of(ref, kinds, on, policy, closed) if is_open(kinds) else []
    late = [f"{RETURN_FROM}{request.agency}" for request in outstanding(ledger) if is_overdue(request, on, policy)]
    return Listed(
        case=ref,
        stage=cases_.stage(body, ledger, analysis),
        open=is_open(kinds),
        notified_on=date.fromisoformat(str(facts["notified_on"])),
        asked=tuple(request.agency for request in requests_of(ledger)),
        outstanding=tuple(request.agency for request in outstanding(ledger)),
        waiting_for=tuple(cases_.waiting_for(body, ledger, analysis)),
        waiting_since=waiting_since(body, ledger, analysis),
        overdue=(*late, *(task.what for task in tasks if task.when == OVERDUE and not task.agency)),
        next=_next(tasks),
        authority=facts.get("local_authority"),
        days=(on - died).days if died else None,
    )


def _next(tasks: Sequence[Task]) -> Task | None:
    """The step whose day is nearest: the first that is late, else the first that comes."""
    return next((task for task in tasks if task.when != LATER), tasks[0] if tasks else None)


def waiting_since(case: Body, requests: Body, analysis: Body | None = None) -> date | None:
    """When the longest wait of a case began, by its stage; None for a closed case and where no date is known."""
    stage = cases_.stage(case, requests, analysis)
    gates = [date_at(gate, "opened_on") for _, gate in items_at(case, "gates") if gate.get("status") == OPEN]
    began: dict[str, list[date | None]] = {
        cases_.NOTIFIED: [date_at(case, "opened_on")],
        cases_.WAITING_FOR_RETURNS: [*(request.requested_on for request in outstanding(requests)), *gates],
        cases_.WAITING_FOR_PROCESSES: gates,
        cases_.READY_FOR_PANEL: [_ready(case, requests_of(requests))],
        cases_.ANALYSIS_DRAFTED: [_drafted(case)],
        cases_.REVIEWED: [date.fromisoformat(settled_on(case) or "") if settled_on(case) else None],
    }
    return min((day for day in began.get(stage, []) if day), default=None)


def _ready(case: Body, asked: Sequence[Request]) -> date | None:
    """The day on which the last of what the panel needs came in."""
    gates = [date_at(gate, "closed_on") for _, gate in items_at(case, "gates")]
    days = [date_at(case, "opened_on"), *(request.answered_on for request in asked), *gates]
    return max((day for day in days if day), default=None)


def _drafted(case: Body) -> date | None:
    days = [date_at(review, "on") for _, review in items_at(case, "reviews")]
    return max((day for day in days if day), default=None)


def authorities_named(name: str, configuration: Configuration) -> tuple[str, ...]:
    """The local authorities that a name stands for: itself, or all of the store's own area where it is the area's name."""
    own = same_place(name) == same_place(configuration.area)
    return tuple(map(same_place, configuration.authorities if own else (name,)))


def chosen(rows: Iterable[Listed], wanted: Wanted, order: str) -> list[Listed]:
    """The cases that are asked for, in the order asked for; with an agency, `overdue` and returns are about that agency."""
    return sorted((row for row in rows if _is_wanted(row, wanted)), key=_KEYS[order])


def _is_wanted(row: Listed, wanted: Wanted) -> bool:
    return all(
        (
            row.open or not wanted.only_open,
            row.stage in wanted.stages or not wanted.stages,
            wanted.agency in row.asked or not wanted.agency,
            not wanted.overdue or _is_late(row, wanted.agency),
            not wanted.waiting_for or any(_is_waited_for(item, wanted) for item in row.waiting_for),
            not wanted.authorities or (row.authority is not None and same_place(row.authority) in wanted.authorities),
        )
    )


def _is_late(row: Listed, agency: str) -> bool:
    return f"{RETURN_FROM}{agency}" in row.overdue if agency else bool(row.overdue)


def _is_waited_for(item: str, wanted: Wanted) -> bool:
    if wanted.waiting_for == "returns":
        return item == f"{RETURN_FROM}{wanted.agency}" if wanted.agency else item.startswith(RETURN_FROM)
    return item.startswith(wanted.waiting_for)


def _days(row: Listed) -> tuple[int, str]:
    return -(row.days or 0), row.case


_KEYS: Mapping[str, Callable[[Listed], Any]] = {
    "reference": lambda row: row.case,
    "notified": lambda row: (row.notified_on, row.case),
    "stage": lambda row: (cases_.STAGES.index(row.stage), row.notified_on, row.case),
    "waiting": lambda row: (row.waiting_since or date.max, row.notified_on, row.case),
    "age": _days,
}
