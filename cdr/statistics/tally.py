"""The yearly tables of an area, from the facts of its cases; plain counting, fast for tens of thousands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.errors import WrongUsage
from cdr.records import dataclass, field, replace
from cdr.statistics.chance import count_interval, share_interval
from cdr.statistics.chance_notes import chance_notes
from cdr.statistics.counting import OWN_WHOLE, WHOLE, Counted, counted
from cdr.statistics.facts import CaseFacts
from cdr.statistics.groups import LISTED, NO_GROUPS, Groups
from cdr.statistics.labels import Labels, named
from cdr.statistics.leading import leading
from cdr.statistics.periods import YEAR, Columns, columns, exposure
from cdr.statistics.reference import Figure, beside
from cdr.statistics.summed import NOTHING, Summed
from cdr.statistics.tables import (
    INTERNAL,
    NOT_KNOWN,
    OVERLAPPING,
    PARTS,
    RATES,
    SHARES,
    TIMES,
    TOTAL,
    Break,
    Cell,
    Row,
    Table,
    Tally,
    cell,
    largest_remainder,
    one_decimal,
    percent,
    quartiles,
)

BASIS_OF = {
    "notifications": "notified",
    "deaths": "died",
    "reviews": "reviewed",
    "returns": "requested",
    "open": "notified",
    "non_residents": "notified",
}
BY_AUTHORITY = ("notifications.local_authority", "deaths.local_authority")
HALF_UP, LARGEST_REMAINDER = "half-up", "largest-remainder"
ROUNDING_NOTES = {HALF_UP: "half_up", LARGEST_REMAINDER: "largest_remainder"}

__all__ = ["Cell", "Choice", "Row", "Setting", "Table", "Tally", "known_tables", "tally", "traced"]


@dataclass(frozen=True)
class Choice:
    """What a person chose: which tables (without any, those of the interface), how columns are made, who is left out.

    `births` leaves out births of fewer weeks; `today` is the day on which open cases are looked at, which `looks_back` says is past;
    `groups` adds their tables; `decimals` are those of percentages; `every_row` lists each row that there could be, in an order that tells
    nothing of the counts; `intervals`: the totals of shares get theirs. `others` are counted already, in numbers, or known of since when.
    """

    tables: tuple[str, ...] = ()
    by: str = YEAR
    pooled: bool = False
    births: int | None = None
    rounding: str = HALF_UP
    today: date | None = None
    looks_back: bool = False
    groups: Groups | None = None
    decimals: int = 1
    others: Summed = NOTHING
    every_row: bool = False
    intervals: bool = True


@dataclass(frozen=True)
class Setting:
    """What is known beside the cases: children and live births by authority, breaks in a series, published figures, the area's hospitals.

    `breaks` are (year, ids or first parts of ids of tables, why); `chance` is the policy data of `rules/intervals.yaml`, without
    which nothing is said of chance.
    """

    population: Mapping[str, int] = field(default_factory=dict)
    live_births: Mapping[str, int] = field(default_factory=dict)
    breaks: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    figures: tuple[Figure, ...] = ()
    chance: Mapping[str, Any] = field(default_factory=dict)
    hospitals: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Made:
    labels: Labels
    columns: Columns
    counts: Counted
    choice: Choice
    setting: Setting
    beyond: Mapping[str, frozenset[str]]
    unfinished: frozenset[str]

    def is_beyond(self, table: str, column: str) -> bool:
        """Whether nothing can be known of a column: it ends before the first case, or has not begun."""
        return column in self.beyond[table.partition(".")[0]]


def known_tables(bands: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of all tables in the order of the tally: first those that are always shown."""
    return (*bands["tables"], *bands["more_tables"])


def tally(
    facts: Iterable[CaseFacts],
    area: str,
    authorities: Sequence[str],
    agencies: Mapping[str, str],
    year: str,
    n_years: int,
    bands: Mapping[str, Any],
    choice: Choice = Choice(),
    setting: Setting = Setting(),
) -> Tally:
    """The tables for `n_years` years of which `year` is the last, the internal edition.

    `agencies` gives the name of each agency's id; `bands` is the policy data of `rules/bands.yaml`.
    A child who did not live in the area, and a birth without a sign of life, is in none but the tables of non-residents (process 1.1).
    Raises: WrongUsage, where the year, the number of years or a table's name is wrong.
    """
    made = _made(facts, authorities, agencies, year, n_years, bands, choice, setting)
    tables = tuple(_table(table, made) for table in chosen(bands, choice))
    return Tally(area=area, year=made.columns.years[-1], years=made.columns.years, edition=INTERNAL, tables=tables)


def traced(
    facts: Iterable[CaseFacts],
    authorities: Sequence[str],
    agencies: Mapping[str, str],
    year: str,
    n_years: int,
    bands: Mapping[str, Any],
    cell_at: tuple[str, str, str],
    choice: Choice = Choice(),
    setting: Setting = Setting(),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The references behind a cell (its table's id, row's label or `Total`, and column): those counted, and of whom.

    A case stands there as often as it counts. Raises: WrongUsage, which lists what there is.
    """
    table, label, column = cell_at
    made = _made(facts, authorities, agencies, year, n_years, bands, replace(choice, tables=(table,)), setting)
    rows = {_row_label(table, row, made.labels): row for row in _row_order(table, made)}
    if label != TOTAL and label not in rows:
        raise WrongUsage("That table has no such row.", f"Its rows are: {'; '.join([*rows, TOTAL])}.")
    if column not in made.columns.labels:
        raise WrongUsage("There is no such column.", f"The columns are: {', '.join(made.columns.labels)}.")
    row = rows.get(label) if label != TOTAL else None
    return tuple(sorted(made.counts.n(table, row, column))), tuple(sorted(made.counts.of(table, row, column)))


def _made(
    facts: Iterable[CaseFacts],
    authorities: Sequence[str],
    agencies: Mapping[str, str],
    year: str,
    n_years: int,
    bands: Mapping[str, Any],
    choice: Choice,
    setting: Setting,
) -> _Made:
    known = tuple(facts)
    labels = Labels(tuple(authorities), agencies, bands, choice.groups or NO_GROUPS, setting.hospitals)
    periods = columns(year, n_years, choice.by, choice.pooled)
    counts = counted(known, chosen(bands, choice), periods, labels, choice.births, choice.today)
    counts.take(choice.others)
    today, spans = choice.today, {column: periods.days(column) for column in periods.labels}
    unfinished = frozenset(column for column, (_, ends) in spans.items() if today and today <= ends)
    return _Made(labels, periods, counts, choice, setting, _beyond(spans, counts.first_days, today), unfinished)


def _beyond(
    spans: Mapping[str, tuple[date, date]], since: Mapping[str, date], today: date | None
) -> dict[str, frozenset[str]]:
    """The columns of which nothing can be known, by the first part of a table's id: before the first case, and all where there is none."""
    not_begun = frozenset(column for column, (begins, _) in spans.items() if today and today < begins)
    before = {
        first: {column for column, (_, ends) in spans.items() if first not in since or ends < since[first]}
        for first in BASIS_OF
    }
    return {first: not_begun | columns for first, columns in before.items()}


def chosen(bands: Mapping[str, Any], choice: Choice) -> tuple[str, ...]:
    """The tables that a person chose. Raises: WrongUsage."""
    grouped = tuple(bands["grouped_tables"])
    if not choice.groups and set(grouped) & set(choice.tables):
        raise WrongUsage("That table counts by groups, and none are given.", "Give their file with --groups.")
    known = (*known_tables(bands), *(grouped if choice.groups else ()))
    strange = [table for table in choice.tables if table not in known]
    if strange:
        raise WrongUsage("There is no such table.", f"The tables are: {', '.join(known)}.")
    return choice.tables or (*bands["tables"], *(grouped if choice.groups else ()))


def _table(table: str, made: _Made) -> Table:
    bands = made.labels.bands
    about = next(bands[part][table] for part in ("tables", "more_tables", "grouped_tables") if table in bands[part])
    order = _row_order(table, made)
    cells = {row: tuple(_cell(table, row, column, made) for column in made.columns.labels) for row in order}
    rows = [Row(_row_label(table, row, made.labels), cells[row]) for row in order]
    basis = BASIS_OF[table.partition(".")[0]]
    bare = Table(
        id=table,
        title=about["title"],
        basis=basis,
        columns=made.columns.labels,
        rows=tuple(_rounded(table, rows, made.choice)),
        total=tuple(
            _whole_percents(_cell(table, None, column, made), table, made.choice) for column in made.columns.labels
        ),
        per=about.get("per"),
        breaks=_breaks(table, made),
        decimals=made.choice.decimals,
        apart=tuple(one for one in made.columns.labels if made.is_beyond(table, one) or one in made.unfinished),
    )
    references, cautions = beside(bare, made.setting.figures, made.columns)
    said = chance_notes(bare, made.setting.chance) if made.setting.chance else ()
    notes = (*_notes(about, table, made), *leading(bare, bands["choices"]), *said, *cautions)
    return replace(bare, references=references, notes=notes)


def _cell(table: str, row: str | None, column: str, made: _Made) -> Cell:
    counts = made.counts
    n, of = counts.number(table, row, column), counts.number_of(table, row, column)
    if not n and made.is_beyond(table, column):
        return NOT_KNOWN
    if table in RATES:
        return replace(_rate(table, row, n, made), known=n)
    known = n if table in TIMES else of - counts.silent(table, row, column)
    if row is not None and (table, row) in counts.holds_unanswered:  # not a part of those that are known
        return Cell(n, of, None, known=known)
    if row is None and (table not in OWN_WHOLE or table in PARTS):  # the whole itself
        return cell(n, of)
    if table in TIMES:
        days = quartiles(counts.days.get((table, row or "", column), ()))
        return replace(cell(n, of), days=days, known=n)
    return _with_interval(cell(n, of, known), table, row, made)


def _with_interval(bare: Cell, table: str, row: str | None, made: _Made) -> Cell:
    """With the interval of a whole's percentage; working it out for every row would take longer than all else together."""
    if row is not None or table not in SHARES or not bare.known or not (made.choice.intervals and made.setting.chance):
        return bare
    low, high = share_interval(bare.n or 0, bare.known, made.setting.chance["confidence"])
    return replace(bare, interval=(round(100 * low, 1), round(100 * high, 1)))


def _rate(table: str, row: str | None, n: int, made: _Made) -> Cell:
    known = made.setting.live_births if table == "deaths.infant_rate" else made.setting.population
    authorities = made.labels.authorities if row is None else (row,)
    length = made.columns.length_from(made.counts.first_days.get(table.partition(".")[0]))
    parts = [exposure(known, authority, length) for authority in authorities]
    of = None if None in parts else sum(part or 0 for part in parts)
    if not of:
        return Cell(n, of, None)
    per = int(made.labels.bands["more_tables"][table]["per"])
    low, high = count_interval(n, float(made.setting.chance.get("confidence", 0.95)))
    return Cell(
        n, of, None, rate=one_decimal(n, per, of), interval=(round(low * per / of, 1), round(high * per / of, 1))
    )


def _rounded(table: str, rows: Sequence[Row], choice: Choice) -> Sequence[Row]:
    """The rows as they are, or with percentages that add up to 100 where the rows are parts of one whole.

    What is not known is no part of it.
    """
    if choice.decimals != 1:  # which its cells have from the start
        rows = [replace(row, cells=tuple(_whole_percents(c, table, choice) for c in row.cells)) for row in rows]
    if choice.rounding != LARGEST_REMAINDER or table in SHARES | OVERLAPPING | TIMES | RATES or not rows:
        return rows
    by_column = [_add_up(one, choice.decimals) for one in zip(*(row.cells for row in rows), strict=True)]
    return [replace(row, cells=tuple(column[k] for column in by_column)) for k, row in enumerate(rows)]


def _whole_percents(cell: Cell, table: str, choice: Choice) -> Cell:
    if choice.decimals == 1 or cell.percent is None or cell.n is None:
        return cell
    of = cell.of if table in TIMES else cell.whole
    return replace(cell, percent=percent(cell.n, of or 0, choice.decimals))


def _add_up(cells: Sequence[Cell], decimals: int) -> list[Cell]:
    shares = iter(largest_remainder([c.n or 0 for c in cells if c.percent is not None], decimals))
    return [c if c.percent is None else replace(c, percent=next(shares)) for c in cells]


def _row_order(table: str, made: _Made) -> list[str]:
    """Standing rows in their own order, then what was counted besides: years by age, all else by how often."""
    labels, counts = made.labels, made.counts.rows(WHOLE.get(table, table))
    name = WHOLE.get(table, table).partition(".")[2]
    if name == "asked":
        known = [agency for agency in labels.agencies if agency in counts]
        return known + sorted(agency for agency in counts if agency not in labels.agencies)
    always, sometimes = labels.rows(name) if not table.startswith("non_residents.local") else ((), ())
    every = made.choice.every_row
    standing = [*always, *(row for row in sometimes if every or counts.get(row))]
    if table in LISTED:
        return sorted(standing, key=lambda row: -counts.get(row, 0))
    others = [row for row in counts if row not in standing]
    if every or name in ("year_of_death", "result", "relevance"):
        return standing + sorted(others)
    return standing + sorted(others, key=lambda row: (-counts[row], row))


def _row_label(table: str, row: str, labels: Labels) -> str:
    return labels.agency(row) if WHOLE.get(table) == "returns.asked" else row


def _breaks(table: str, made: _Made) -> tuple[Break, ...]:
    found = []
    for year, tables, why in made.setting.breaks:
        column = next((one for one in made.columns.labels if made.columns.first_year(one) == year), None)
        if column and ({table, table.partition(".")[0]} & set(tables) or not tables):
            found.append(Break(column, why))
    return tuple(found)


def _notes(about: Mapping[str, Any], table: str, made: _Made) -> list[str]:
    bands, choice = made.labels.bands, made.choice
    names = [*about["notes"], ROUNDING_NOTES[choice.rounding] + ("" if choice.decimals else "_whole")]
    names += [] if table.startswith("non_residents.") else ["every"]
    notes = [note for name in names for note in bands["notes"][name]]
    if choice.births is not None:
        notes.append(bands["choices"]["births"].format(weeks=choice.births))
    years = made.columns.years
    if made.columns.length > 1:
        since = made.counts.first_days.get(table.partition(".")[0])
        n = round(made.columns.length_from(since))
        notes.append(bands["choices"]["pooled"].format(n=n, first=years[len(years) - n], last=years[-1]))
    notes += [*_of_groups(table, made), *_of_children(table, made)]
    notes += _of_what_is_not_known(table, made)
    notes += [
        f"// From {one.column} on something else is counted than before: {one.why}" for one in _breaks(table, made)
    ]
    return notes


def _of_groups(table: str, made: _Made) -> list[str]:
    groups, words = made.choice.groups, made.labels.bands["choices"]
    if groups is None or table not in LISTED:
        return []
    strange = groups.strange(table, made.counts.rows(f"reviews.{LISTED[table]}:codes"))
    notes = [words["groups"].format(title=groups.title)] if groups.title else []
    return notes + ([words["strange"].format(factors=", ".join(named("factor", strange)))] if strange else [])


def _of_children(table: str, made: _Made) -> list[str]:
    """Beside the deaths of each authority its share of the children, where the area's settings say how many there are."""
    known, words, column = made.setting.population, made.labels.bands["choices"], made.columns.labels[-1]
    authorities, whole = made.labels.authorities, sum(made.setting.population.values())
    if table not in BY_AUTHORITY or len(authorities) < 2 or not all(known.get(one) for one in authorities):
        return []
    cells = {one: _whole_percents(_cell(table, one, column, made), table, made.choice) for one in authorities}
    if any(cell.percent is None for cell in cells.values()):  # no deaths at all, or a year that is not there yet
        return []
    decimals = made.choice.decimals
    rows = [
        words["population_row"].format(
            row=one,
            share=f"{percent(known[one], whole, decimals):.{decimals}f}",
            percent=f"{cell.percent:.{decimals}f}",
        )
        for one, cell in cells.items()
    ]
    return [words["population"].format(year=column, rows="; ".join(rows))]


def _of_what_is_not_known(table: str, made: _Made) -> list[str]:
    """Which columns are of years that are not there, or not over; and that an answer nobody gave is in no percentage."""
    words, notes = made.labels.bands["choices"], []
    since, today = made.counts.first_days.get(table.partition(".")[0]), made.choice.today
    before = [one for one in made.columns.labels if since and made.columns.days(one)[1] < since]
    if before:
        notes.append(words["before"].format(columns=", ".join(before)))
    elif not made.counts.first_days:
        notes.append(words["no_case"])
    if today and (begun := [one for one in made.columns.labels if one in made.unfinished]):
        day = f"{today.day} {today:%B %Y}"
        notes.append(words["unfinished"].format(columns=", ".join(begun), day=day))
    if today and made.choice.looks_back:
        notes.append(words["looks_back"].format(day=f"{today.day} {today:%B %Y}"))
    if table in made.counts.not_answered_in:
        notes.append(words["unanswered"])
    return notes
