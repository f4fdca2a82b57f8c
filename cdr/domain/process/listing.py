"""Cases as a list shows them: where each stands, what it waits for since when, and its next step; no name and no date of birth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.asking.overdue import is_overdue
from cdr.domain.case import case as cases_
from cdr.domain.case.facts import Analysis, Facts
from cdr.domain.case.gates import OPEN
from cdr.domain.case.kept import kept_day
from cdr.domain.case.places import same_place
from cdr.domain.case.review import passed_over, reviews_of, settled_on
from cdr.domain.case.standing import opened_on
from cdr.domain.letters.letter_holds import to_ask_about
from cdr.domain.process.due import LATER, OPEN_ALWAYS, OVERDUE, Closed, Task, tasks_of
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.configuration import Configuration
from cdr.errors import MEND, NotAuthentic
from cdr.records import dataclass

RETURN_FROM = "return from "
IN_A_ROW = frozenset({"asked", "waiting_for", "overridden", "factors", "themes"})
SORTS = ("reference", "notified", "stage", "waiting", "age")


@dataclass(frozen=True)
class Listed:
    """One case of the list.

    `waiting_since` is the day on which its longest wait of now began, `days` how many days ago the child died (None
    where a date is not known), `overdue` what is late, a few words each, `next` the step with the nearest day, `letters_on_hold` the kinds
    of letter that an answer of the letter gate holds, and `overridden` what was not met when its review was ratified all the same.
    """

    case: str
    stage: str
    open: bool
    notified_on: date
    asked: tuple[str, ...] = ()
    outstanding: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    waiting_since: date | None = None
    overdue: tuple[str, ...] = ()
    next: Task | None = None
    authority: str | None = None
    days: int | None = None
    letters_on_hold: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    category: int | None = None
    factors: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which cases are asked for; what is empty, 0 or False asks for nothing. `authorities` are names as `same_place` has them.

    Category, factor and theme are those of the analysis, also of one that is still a draft; `cases` are those of a meeting.
    """

    only_open: bool = False
    overdue: bool = False
    stages: tuple[str, ...] = ()
    agency: str = ""
    waiting_for: str = ""
    authorities: tuple[str, ...] = ()
    category: int = 0
    factor: str = ""
    theme: str = ""
    cases: tuple[str, ...] | None = None


def listed(facts: Facts, on: date, policy: Policy, closed: Closed = OPEN_ALWAYS) -> Listed:
    """One case. Raises: NotAuthentic where its notification has no day, which no form is without."""
    known = facts.notification
    if known.notified_on is None:
        raise _without_day(facts.reference)
    tasks = tasks_of(facts, on, policy, closed) if facts.is_open else []
    late = [f"{RETURN_FROM}{request.agency}" for request in facts.outstanding if is_overdue(request, on, policy)]
    return Listed(
        case=facts.reference,
        stage=facts.stage,
        open=facts.is_open,
        notified_on=known.notified_on,
        asked=tuple(request.agency for request in facts.asked),
        outstanding=tuple(request.agency for request in facts.outstanding),
        waiting_for=facts.waiting_for,
        waiting_since=waiting_since(facts),
        overdue=(*late, *(task.what for task in tasks if task.when == OVERDUE and not task.agency)),
        next=_next(tasks),
        authority=known.local_authority,
        days=(on - known.died).days if known.died else None,
        letters_on_hold=tuple(hold.kind for hold in to_ask_about(facts.case, facts.letters_to)),
        overridden=passed_over(facts.case),
        **_found_by_the_panel(facts.analysis),
    )


def kept_row(facts: Facts) -> dict[str, Any]:
    """A case at rest as the index keeps it for a list, as JSON has it; nothing in it depends on the day of the question.

    What is empty in it is left out: most cases have little of it, and there are many.
    """
    known = facts.notification
    days = {"notified_on": known.notified_on, "died": known.died, "ratified_on": facts.ratified_on}
    row = {
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "stage": facts.stage,
        "asked": [request.agency for request in facts.asked],
        "waiting_for": list(facts.waiting_for),
        "authority": known.local_authority,
        "overridden": list(passed_over(facts.case)),
        **{name: list(v) if isinstance(v, tuple) else v for name, v in _found_by_the_panel(facts.analysis).items()},
    }
    return {name: value for name, value in row.items() if value}


def of_kept_row(case: str, row: Mapping[str, Any], on: date) -> Listed:
    """What `listed` says of a case at rest: nobody is asked, nothing is due and no letter is held. Raises: as `listed`."""
    notified_on, died = kept_day(row.get("notified_on")), kept_day(row.get("died"))
    if notified_on is None:
        raise _without_day(case)
    found: dict[str, Any] = {name: tuple(row[name]) for name in IN_A_ROW & row.keys()}
    category, days = row.get("category"), (on - died).days if died else None
    return Listed(
        case, row["stage"], False, notified_on, days=days, category=category, authority=row.get("authority"), **found
    )


def _without_day(case: str) -> NotAuthentic:
    return NotAuthentic(f"The notification of {case} does not hold what its form asks for.", MEND)


def _found_by_the_panel(analysis: Analysis | None) -> dict[str, Any]:
    if analysis is None:
        return {}
    factors = tuple(dict.fromkeys((*analysis.contributory_factors, *analysis.modifiable_factors)))
    return {"category": analysis.category, "factors": factors, "themes": analysis.learning_themes}


def _next(tasks: Sequence[Task]) -> Task | None:
    """The step whose day is nearest: the first that is late, else the first that comes."""
    return next((task for task in tasks if task.when != LATER), tasks[0] if tasks else None)


def waiting_since(facts: Facts) -> date | None:
    """When the longest wait of a case began, by its stage; None for a closed case and where no date is known."""
    case, gates = facts.case, [gate.opened_on for gate in facts.gates if gate.status == OPEN]
    began: dict[str, list[date | None]] = {
        cases_.NOTIFIED: [opened_on(case)],
        cases_.WAITING_FOR_RETURNS: [*(request.requested_on for request in facts.outstanding), *gates],
        cases_.WAITING_FOR_PROCESSES: gates,
        cases_.READY_FOR_PANEL: [_ready(facts)],
        cases_.ANALYSIS_DRAFTED: [_drafted(facts)],
        cases_.REVIEWED: [settled_on(case)],
    }
    return min((day for day in began.get(facts.stage, []) if day), default=None)


def _ready(facts: Facts) -> date | None:
    """The day on which the last of what the panel needs came in."""
    gates = [gate.ended_on for gate in facts.gates]
    days = [opened_on(facts.case), *(request.answered_on for request in facts.asked), *gates]
    return max((day for day in days if day), default=None)


def _drafted(facts: Facts) -> date | None:
    days = [review.on for review in reviews_of(facts.case)]
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
            not wanted.category or row.category == wanted.category,
            not wanted.factor or wanted.factor in row.factors,
            not wanted.theme or wanted.theme in row.themes,
            wanted.cases is None or row.case in wanted.cases,
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
