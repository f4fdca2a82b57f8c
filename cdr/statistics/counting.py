"""Which cases are behind each cell: every table's counts are the lengths of these lists, so that each can be traced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from cdr.records import dataclass, field
from cdr.statistics.facts import CaseFacts
from cdr.statistics.groups import LISTED
from cdr.statistics.labels import EVERY, Labels
from cdr.statistics.periods import Columns
from cdr.statistics.summed import NOTHING, Key, Summed
from cdr.statistics.tables import PARTS, RATES, SHARES, TIMES

ANSWERED = frozenset({"returned", "nil"})
# the table whose rows say how many cases there are in all, for each table that counts the cases with something
WHOLE = {
    "reviews.modifiable_by_authority": "reviews.local_authority",
    "reviews.modifiable_by_category": "reviews.category",
    "reviews.modifiable_by_age_band": "reviews.age_band",
    "reviews.modifiable_by_age_group": "reviews.age_group",
    "reviews.not_modifiable_by_authority": "reviews.local_authority",
    "returns.agency": "returns.asked",
    "returns.escalated": "returns.asked",
    "returns.times": "returns.asked",
}
# tables in which a row counts some of the cases only
OWN_WHOLE = SHARES | RATES | TIMES | PARTS
# the panel's answer that a table counts, where it is not that there are modifiable factors
ANSWER = {"reviews.not_modifiable_by_authority": "no"}
# tables in which one row may be known of a case and another not
ROW_BY_ROW = SHARES | {"notifications.family", "reviews.family", "reviews.relevance"}
OF_CASES = (
    "cells",
    "of_all",
    "with_any",
)  # the lists of `Counted` that hold references, and the numbers of `Summed` for these
Place = tuple[str, tuple[str, ...]]  # the lists of `Counted`, or the numbers of `Summed`, and where in them


@dataclass
class Counted:
    """References of cases, one for each case (or return) counted, by table, row and column; `of_all` by a table's first part.

    `unanswered` counts the cases of which nobody said whether they belong in a row (`EVERY`: in any), `holds_unanswered` are
    the rows in which such cases stand, and `first_days` is since when anything is known, by a table's first part. `summed` are other
    cases in numbers, which `n` and `of` do not name.
    """

    cells: dict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    of_all: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    with_any: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    days: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    unanswered: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    holds_unanswered: set[tuple[str, str]] = field(default_factory=set)
    first_days: dict[str, date] = field(default_factory=dict)
    summed: Summed = NOTHING

    def silent(self, table: str, row: str | None, column: str) -> int:
        """Of how many of the cases that a cell counts of nobody said whether they count."""
        if table not in self.not_answered_in:
            return 0
        which = row if row is not None and table in ROW_BY_ROW else EVERY
        return self.unanswered.get((table, which, column), 0)

    def n(self, table: str, row: str | None, column: str) -> Sequence[str]:
        """Who is counted in a cell, or in the total without a row."""
        return self._who(_place_of(table, row, column))

    def of(self, table: str, row: str | None, column: str) -> Sequence[str]:
        """Of whom a cell counts; in a table of rates that is not cases, and nobody."""
        return () if table in RATES else self._who(_place_of_whole(table, row, column))

    def number(self, table: str, row: str | None, column: str) -> int:
        """How many `n` are, with those of whom there are only numbers; asked when all are counted, as whatever is asked in numbers."""
        name, place = _place_of(table, row, column)
        return self._numbers[name].get(place, 0)

    def number_of(self, table: str, row: str | None, column: str) -> int:
        """How many `of` are, with those of whom there are only numbers."""
        if table in RATES:
            return 0
        name, place = _place_of_whole(table, row, column)
        return self._numbers[name].get(place, 0)

    def _who(self, place: Place) -> Sequence[str]:
        found: Sequence[str] = getattr(self, place[0]).get(place[1], ())
        return found

    @cached_property
    def _numbers(self) -> Mapping[str, Mapping[tuple[str, ...], int]]:
        """How many are counted in each place of each list."""
        found: dict[str, dict[tuple[str, ...], int]] = {}
        for name in OF_CASES:
            numbers = found[name] = {key: len(cases) for key, cases in getattr(self, name).items()}
            for key, n in getattr(self.summed, name).items():
                numbers[key] = numbers.get(key, 0) + n
        return found

    def rows(self, table: str) -> Mapping[str, int]:
        """How often each row of a table was counted in all columns, in the order in which they came."""
        return self._rows.get(table, {})

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for (table, row, _), n in self._numbers["cells"].items():
            of_table = found.setdefault(table, {})
            of_table[row] = of_table.get(row, 0) + n
        return found

    @cached_property
    def not_answered_in(self) -> frozenset[str]:
        """The tables in which there is something that nobody answered."""
        return frozenset(table for (table, _, _), n in self.unanswered.items() if n)

    def take(self, others: Summed) -> None:
        """Count in other cases, of whom there are only numbers."""
        self.summed = others
        for key, n in others.unanswered.items():
            self.unanswered[key] += n
        for key, days in others.days.items():
            self.days[key].extend(days)
        self.holds_unanswered |= others.holds_unanswered
        for first, day in others.first_days.items():
            self.since(first, day)

    def in_numbers(self) -> Summed:
        """The same without anybody's reference."""
        lists = {name: getattr(self, name) for name in OF_CASES}
        numbers = {name: {key: len(cases) for key, cases in found.items()} for name, found in lists.items()}
        silent = frozenset(self.holds_unanswered)
        return Summed(
            **numbers, days=self.days, unanswered=self.unanswered, holds_unanswered=silent, first_days=self.first_days
        )

    def not_answered(self, table: str, silent: Sequence[str], rows: Sequence[str], column: str) -> None:
        """Nobody answered for a case which is in some rows: of the `silent` rows nothing is known."""
        for row in silent:
            self.unanswered[table, row, column] += 1
        if EVERY in silent or table in ROW_BY_ROW:
            self.holds_unanswered.update((table, row) for row in rows if EVERY in silent or row in silent)

    def since(self, first: str, day: date) -> None:
        """Something is known of this day."""
        if first not in self.first_days or day < self.first_days[first]:
            self.first_days[first] = day

    def add(self, table: str, rows: Sequence[str], column: str, case: str, days: int | None = None) -> None:
        """Count a case in some rows of a table."""
        for row in rows:
            self.cells[table, row, column].append(case)
            if days is not None:
                self.days[table, row, column].append(days)
        if table in OWN_WHOLE:
            self.with_any[table, column].extend([case] * (len(rows) if table in PARTS else bool(rows)))


@dataclass(frozen=True)
class _Plan:
    """What is counted where: the tables that are wanted, each by its first part, with the last part of its id."""

    labels: Labels
    columns: Columns
    today: date | None
    wanted: Mapping[str, Sequence[tuple[str, str]]]


def counted(
    facts: Iterable[CaseFacts],
    tables: Sequence[str],
    columns: Columns,
    labels: Labels,
    births: int | None = None,
    today: date | None = None,
) -> Counted:
    """Count the cases into these tables; births of fewer than `births` weeks are left out, and `today` ages open cases.

    A child who did not live in the area is counted among the non-residents only, and a birth without a sign of life in no
    table (forms 1.1, process 1.1). A case of unknown gestation is never left out for it.
    """
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in dict.fromkeys([*tables, *(WHOLE[one] for one in tables if one in WHOLE)]):
        wanted[_first(table)].append((table, table.partition(".")[2]))
    plan = _Plan(labels, columns, today, wanted)
    result = Counted()
    for case in facts:
        for first, day in known_since(case):
            result.since(first, day)
        early = births is not None and case.gestation_weeks is not None and case.gestation_weeks < births
        if case.counted and not early:
            _count(case, plan, result)
    return result


def known_since(case: CaseFacts) -> Iterator[tuple[str, date]]:
    """Since when anything is known by a case, by a table's first part: from its notification on, of returns where it is not a register's."""
    for first in ("notifications", "deaths", "reviews", "open", "non_residents"):
        yield first, case.notified_on
    if case.reviewed_on:
        yield "reviews", case.reviewed_on
    yield from (("returns", one.requested_on) for one in case.requests)
    if not case.imported:
        yield "returns", case.notified_on


def _count(case: CaseFacts, plan: _Plan, result: Counted) -> None:
    if plan.labels.authority(case) is None:
        _event("non_residents", case, case.notified_on, plan, result)
        return
    for first, day in (("notifications", case.notified_on), ("deaths", case.died), ("reviews", case.reviewed_on)):
        _event(first, case, day, plan, result)
    if case.is_open:
        _event("open", case, case.notified_on, plan, result)
    _returns(case, plan, result)


def _event(first: str, case: CaseFacts, day: date | None, plan: _Plan, result: Counted) -> None:
    column = plan.columns.of(day) if day else None
    if column is None:
        return
    result.of_all[first, column].append(case.case)
    for table, name in plan.wanted.get(first, ()):
        if table in TIMES:
            _times(table, case, column, plan, result)
        elif table not in WHOLE:
            rows = plan.labels.of(name, case, plan.today)
            result.add(table, rows, column, case.case)
            if table in LISTED:
                result.add(f"reviews.{LISTED[table]}:codes", getattr(case, LISTED[table]), column, case.case)
            if silent := plan.labels.unanswered(name, case, rows):
                result.not_answered(table, silent, rows, column)
        else:
            rows = plan.labels.of(WHOLE[table].partition(".")[2], case, plan.today)
            if case.modifiable == ANSWER.get(table, "yes"):
                result.add(table, rows, column, case.case)
            elif case.modifiable is None:
                result.not_answered(table, (*rows, EVERY), (), column)


def _times(table: str, case: CaseFacts, column: str, plan: _Plan, result: Counted) -> None:
    words = plan.labels.bands["words"]["times"]
    spans: dict[str, tuple[date | None, date | None]] = {"notified": (case.died, case.notified_on)}
    if table == "reviews.times":
        spans = {"reviewed": (case.died, case.reviewed_on), "discussed": (case.discussed_on, case.reviewed_on)}
    known = [
        (words[name], (end - start).days) for name, (start, end) in spans.items() if start and end and start <= end
    ]
    for row, days in known:
        result.cells[table, row, column].append(case.case)
        result.days[table, row, column].append(days)
    if known:
        result.with_any[table, column].append(case.case)


def _returns(case: CaseFacts, plan: _Plan, result: Counted) -> None:
    for request in case.requests if plan.wanted.get("returns") else ():
        column = plan.columns.of(request.requested_on)
        if column is None:
            continue
        result.of_all["returns", column].append(case.case)
        answered = request.status in ANSWERED
        took = (request.answered_on - request.requested_on).days if answered and request.answered_on else None
        holds = {
            "agency": answered,
            "escalated": request.escalated,
            "times": took is not None and took >= 0,
        }
        for table, name in plan.wanted["returns"]:
            if holds.get(name, True):
                rows = plan.labels.asked(name, request.agency, request.status)
                result.add(table, rows, column, case.case, took if name == "times" else None)


def _place_of(table: str, row: str | None, column: str) -> Place:
    """Where it stands who is counted in a cell."""
    if row is not None:
        return "cells", (table, row, column)
    return ("with_any", (table, column)) if table in OWN_WHOLE else ("of_all", (_first(table), column))


def _place_of_whole(table: str, row: str | None, column: str) -> Place:
    """Where it stands of whom a cell counts."""
    if table in PARTS:
        return "with_any", (table, column)
    if row is not None and table in WHOLE:
        return "cells", (WHOLE[table], row, column)
    return "of_all", (_first(table), column)


def _first(table: str) -> str:
    return table.partition(".")[0]
