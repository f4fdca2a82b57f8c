"""A year that was reported and is not any more what it was: which numbers changed, and what was recorded since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from cdr.records import dataclass, replace
from cdr.statistics.changed_since import Act, Changed, Revision
from cdr.statistics.facts import CaseFacts
from cdr.statistics.rounding import ROUND, SUPPRESS, Method
from cdr.statistics.tables import OVERLAPPING, TOTAL, Cell, Row, Table, Tally
from cdr.statistics.years import year_of
from cdr.written import long_date

OF_TODAY = "open."  # what is open on the day of the count is another thing every day


@dataclass(frozen=True)
class Reported:
    """What was reported: the day, the commit that it was made from, its tables as they were, and the number of the release.

    Without a number it is what a report of the year was written beside.
    """

    number: int | None
    on: date
    commit: str
    tally: Tally


def revisions(tally: Tally, reported: Sequence[Reported]) -> list[Revision]:
    """The columns that are not what the first of `reported` shows of them, releases before others: every later release repeats it.

    A hidden number is compared with nothing.
    """
    found = []
    for table in tally.tables:
        if table.id.startswith(OF_TODAY):
            continue
        for column in table.columns:
            one = _first_with(reported, table.id, column)
            rows = tuple(_changed(table, one.tally.table(table.id), column, one.tally.rounded)) if one else ()
            found += [Revision(table.id, column, one.number, one.on, rows)] if one and rows else []
    return found


def with_causes(
    found: Sequence[Revision],
    acts: Mapping[tuple[int | None, date], Sequence[Act]],
    facts: Sequence[CaseFacts],
    verbs: Mapping[str, str],
) -> list[Revision]:
    """The same with what was recorded since each release of cases that count in the year, or in none any more."""
    years = {one.case: _years_of(one) for one in facts}
    return [
        replace(
            one,
            causes=tuple(
                act
                for act in acts.get((one.release, one.reported_on), ())
                if act.verb in verbs and (act.case not in years or one.column in years[act.case])
            ),
        )
        for one in found
    ]


def noted(tally: Tally, found: Sequence[Revision], rules: Mapping[str, Any]) -> Tally:
    """The tally with its revisions, each also told under its table; `rules` is `rules/revisions.yaml`."""
    told = {table.id: tuple(sentence(one, rules) for one in found if one.table == table.id) for table in tally.tables}
    tables = tuple(replace(table, notes=(*told[table.id], *table.notes)) for table in tally.tables)
    return replace(tally, tables=tables, revisions=tuple(found))


def with_borders(tally: Tally, others: Sequence[Reported], rules: Mapping[str, Any]) -> Tally:
    """The tally, of which each table that `others` have too says that they were made within other borders."""
    if not others:
        return tally
    words = rules["words"]["borders"]
    told = [
        (one, str(words.format(release=one.number, on=long_date(one.on), area=one.tally.area)))
        for one in others
        if one.number
    ]
    tables = tuple(replace(table, notes=(*_of(table, told), *table.notes)) for table in tally.tables)
    return replace(tally, tables=tables)


def _of(table: Table, told: Sequence[tuple[Reported, str]]) -> tuple[str, ...]:
    """What is told of the releases that have columns of a table."""
    return tuple(text for one, text in told if any(_first_with([one], table.id, column) for column in table.columns))


def sentence(one: Revision, rules: Mapping[str, Any]) -> str:
    """What is told of a revision: since when, which numbers, and what was recorded since then."""
    words = rules["words"]
    rows = "; ".join(words["row"].format(row=each.row, was=each.was, now=each.now) for each in one.rows)
    causes = "; ".join(_told(one.causes, rules))
    since = words["since"].format(causes=causes) if causes else words["unknown"]
    known = {"column": one.column, "on": long_date(one.reported_on), "release": one.release, "rows": rows}
    return str(words["published" if one.release else "written"].format(since=since, **known))


def _told(acts: Sequence[Act], rules: Mapping[str, Any]) -> Iterator[str]:
    for verb, of_kind in groupby(sorted(acts, key=lambda act: (act.verb, act.on)), lambda act: act.verb):
        these = list(of_kind)
        known = {"what": rules["causes"][verb], "on": long_date(these[-1].on), "n": len(these)}
        yield str(rules["words"]["cause" if len(these) == 1 else "several"].format(**known))


def _first_with(reported: Sequence[Reported], table_id: str, column: str) -> Reported | None:
    def has(one: Reported) -> bool:
        return any(table.id == table_id and column in table.columns for table in one.tally.tables)

    return next((one for one in reported if has(one)), None)


def _changed(table: Table, before: Table, column: str, is_rounded: bool) -> Iterator[Changed]:
    """The rows and the total that show other counts, or would where they were rounded; a row that is not there any more counts nothing."""
    method, here, there = (
        Method(ROUND if is_rounded else SUPPRESS),
        table.columns.index(column),
        before.columns.index(column),
    )
    now = {row.label: row.cells[here] for row in table.rows}
    pairs = [(row.label, row.cells[there], now.get(row.label, Cell(0, None, None))) for row in before.rows]
    pairs += [(row.label, Cell(0, None, None), row.cells[here]) for row in _new(table, before)]
    for label, was, is_ in [*pairs, (TOTAL, before.total[there], table.total[here])]:
        if was.n is not None and is_.n is not None and method.limits(was.n) != method.limits(is_.n):
            yield Changed(label, was.n, is_.n)


def _new(table: Table, before: Table) -> list[Row]:
    """Rows that were not there because they counted nothing; where rows overlap, one that shows nothing is left out."""
    labels = {row.label for row in before.rows}
    return [] if table.id in OVERLAPPING else [row for row in table.rows if row.label not in labels]


def _years_of(facts: CaseFacts) -> set[str]:
    days = [facts.notified_on, facts.died, facts.reviewed_on, *(one.requested_on for one in facts.requests)]
    return {year_of(day) for day in days if day is not None}
