"""Cases as a list shows them: where each stands, what it waits for since when, and its next step; no name and no date of birth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.asking.overdue import is_overdue
from cdr.domain.case import case as cases_
from cdr.domain.case.facts import Analysis, Facts
from cdr.domain.case.gates import OPEN
from cdr.domain.case.kept import as_kept, kept_day
from cdr.domain.case.places import same_place
from cdr.domain.case.review import passed_over, reviews_of, settled_on
from cdr.domain.case.standing import CLOSED, opened_again_on, opened_on
from cdr.domain.letters.letter_holds import to_ask_about
from cdr.domain.process.due import LATER, OPEN_ALWAYS, OVERDUE, Closed, Task, tasks_of
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.configuration import Configuration
from cdr.errors import MEND, NotAuthentic
from cdr.records import dataclass, replace

RETURN_FROM = "return from "
NOTHING_MORE: tuple[tuple[str, ...], ...] = ((),) * 5
NOTIFIED = "notified"
SORTS = ("reference", NOTIFIED, "stage", "waiting", "age")


@dataclass(frozen=True)
class Listed:
    """One case of the list; there may be thousands, so its days are ISO dates as the index keeps them.

    `waiting_since` is the day on which its longest wait of now began, `died` None where that is not known, `overdue` what is late, a few
    words each, `next` the step with the nearest day (neither is known where it was not asked for), `letters_on_hold` the kinds
    of letter that an answer of the letter gate holds, and `overridden` what was not met when its review was ratified all the same.
    """

    case: str
    stage: str
    open: bool
    notified_on: str
    asked: tuple[str, ...] = ()
    outstanding: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    waiting_since: str | None = None
    overdue: tuple[str, ...] = ()
    next: Task | None = None
    authority: str | None = None
    died: str | None = None
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
    """One case, with what is late and its next step. Raises: as `as_it_stands`."""
    standing = as_it_stands(facts)
    tasks = tasks_of(facts, on, policy, closed) if facts.is_open else []
    late = [f"{RETURN_FROM}{request.agency}" for request in facts.outstanding if is_overdue(request, on, policy)]
    overdue = (*late, *(task.what for task in tasks if task.when == OVERDUE and not task.agency))
    return replace(standing, overdue=overdue, next=_next(tasks))


def as_it_stands(facts: Facts) -> Listed:
    """One case without what depends on the day. Raises: NotAuthentic where its notification has no day, which no form is without."""
    known = facts.notification
    if known.notified_on is None:
        raise _without_day(facts.reference)
    since = waiting_since(facts)
    return Listed(
        case=facts.reference,
        stage=facts.stage,
        open=facts.is_open,
        notified_on=known.notified_on.isoformat(),
        asked=tuple(request.agency for request in facts.asked),
        outstanding=tuple(request.agency for request in facts.outstanding),
        waiting_for=facts.waiting_for,
        waiting_since=since.isoformat() if since else None,
        authority=known.local_authority,
        died=known.died.isoformat() if known.died else None,
        letters_on_hold=tuple(hold.kind for hold in to_ask_about(facts.case, facts.letters_to)),
        overridden=passed_over(facts.case),
        **_found_by_the_panel(facts.analysis),
    )


def kept_row(facts: Facts) -> list[Any]:
    """A case at rest as the index keeps it for a list, as JSON has it; nothing in it depends on the day of the question.

    A list, for there are many: the days on which it was notified, the child died and its review was ratified, its stage, authority and category;
    and of the few that have any of it, what was not met, what it waits for, who was asked, factors and themes.
    """
    known, found = facts.notification, _found_by_the_panel(facts.analysis)
    days = [as_kept(day) for day in (known.notified_on, known.died, facts.ratified_on)]
    asked = [request.agency for request in facts.asked]
    more = [passed_over(facts.case), facts.waiting_for, asked, found.get("factors", ()), found.get("themes", ())]
    every = [*days, facts.stage, known.local_authority, found.get("category")]
    return [*every, *map(list, more)] if any(more) else every


def of_kept_row(case: str, row: Sequence[Any]) -> Listed:
    """What `listed` says of a case at rest: nobody is asked, nothing is due and no letter is held. Raises: as `as_it_stands`."""
    notified_on, died, _, stage, authority, category, *more = row
    if not notified_on:
        raise _without_day(case)
    overridden, waiting_for, asked, factors, themes = map(tuple, more) if more else NOTHING_MORE
    return Listed(
        case, stage, False, notified_on, asked, (), waiting_for, None, (), None, authority, died, (), overridden, category, factors, themes
    )  # fmt: skip


def ratified_on(row: Sequence[Any]) -> str | None:
    """The day on which the review of a case at rest was ratified, of what `kept_row` wrote."""
    found: str | None = row[2]
    return found


def is_only_closed(row: Sequence[Any]) -> bool:
    """Whether the table says nothing of a case at rest but that it is closed, of what `kept_row` wrote."""
    notified_on, _, _, stage, _, _, *more = row
    return bool(notified_on) and stage == CLOSED and not any(more[:2])


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
    """The day on which the last of what the panel needs came in, or the case was opened again."""
    gates = [gate.ended_on for gate in facts.gates]
    answers = [request.answered_on for request in facts.asked]
    days = [opened_on(facts.case), *answers, *gates, *opened_again_on(facts.case)]
    return max((day for day in days if day), default=None)


def _drafted(facts: Facts) -> date | None:
    days = [*(review.on for review in reviews_of(facts.case)), *opened_again_on(facts.case)]
    return max((day for day in days if day), default=None)


def authorities_named(name: str, configuration: Configuration) -> tuple[str, ...]:
    """The local authorities that a name stands for: itself, or all of the store's own area where it is the area's name."""
    own = same_place(name) == same_place(configuration.area)
    return tuple(map(same_place, configuration.authorities if own else (name,)))


def chosen(rows: Iterable[Listed], wanted: Wanted, order: str, on: date) -> list[Listed]:
    """The cases that are asked for, in the order asked for; with an agency, `overdue` and returns are about that agency."""
    asked = [*_asked(wanted)]
    found = [row for row in rows if all(one(row) for one in asked)] if asked else rows
    return sorted(found, key=_keys(on)[order])


def in_order_of_days(row: Listed) -> tuple[str, str]:
    """By what the list is in order where nothing else is asked for."""
    return row.notified_on, row.case


def days_since_death(row: Listed, on: date) -> int | None:
    """How many days ago the child died; None where that day is not known."""
    died = kept_day(row.died)
    return (on - died).days if died else None


def _asked(wanted: Wanted) -> Iterator[Callable[[Listed], bool]]:
    """What must hold of a case; of what is not asked for, nothing."""
    if wanted.only_open:
        yield lambda row: row.open
    if wanted.stages:
        yield lambda row: row.stage in wanted.stages
    if wanted.agency:
        yield lambda row: wanted.agency in row.asked
    if wanted.overdue:
        yield lambda row: _is_late(row, wanted.agency)
    if wanted.waiting_for:
        yield lambda row: any(_is_waited_for(item, wanted) for item in row.waiting_for)
    if wanted.authorities:
        yield lambda row: row.authority is not None and same_place(row.authority) in wanted.authorities
    if wanted.category:
        yield lambda row: row.category == wanted.category
    if wanted.factor:
        yield lambda row: wanted.factor in row.factors
    if wanted.theme:
        yield lambda row: wanted.theme in row.themes
    if wanted.cases is not None:
        cases = frozenset(wanted.cases)
        yield lambda row: row.case in cases


def _is_late(row: Listed, agency: str) -> bool:
    return f"{RETURN_FROM}{agency}" in row.overdue if agency else bool(row.overdue)


def _is_waited_for(item: str, wanted: Wanted) -> bool:
    if wanted.waiting_for == "returns":
        return item == f"{RETURN_FROM}{wanted.agency}" if wanted.agency else item.startswith(RETURN_FROM)
    return item.startswith(wanted.waiting_for)


def _keys(on: date) -> Mapping[str, Callable[[Listed], Any]]:
    """By what each order sorts; a day that is not known counts as the last there is, and of a death as today."""
    today, last = on.isoformat(), date.max.isoformat()
    return {
        "reference": lambda row: row.case,
        NOTIFIED: in_order_of_days,
        "stage": lambda row: (cases_.STAGES.index(row.stage), row.notified_on, row.case),
        "waiting": lambda row: (row.waiting_since or last, row.notified_on, row.case),
        "age": lambda row: (row.died or today, row.case),
    }
