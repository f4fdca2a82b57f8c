"""What is wrong in published tables: rows, percentages and totals that cannot all be right, and counts that give a child away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from cdr.records import dataclass
from cdr.statistics.published import PublishedCell, PublishedTable, is_total

ROWS, PERCENT, DISAGREE = "rows-miss-total", "percent-does-not-follow", "tables-disagree"
SMALL, RECOVERABLE = "small-cell", "recoverable-cell"
RULES = (ROWS, PERCENT, DISAGREE, SMALL, RECOVERABLE)
OF_COLUMN, OF_ROW, OF_TABLE = ("column", "columns"), ("row", "rows"), ("table", "all")


@dataclass(frozen=True)
class Finding:
    """One thing that a person should look at: in which table and column, which of RULES, and what it is."""

    file: str
    table: str
    column: str
    rule: str
    message: str


def findings(tables: Sequence[PublishedTable], threshold: int | None = None) -> list[Finding]:
    """Everything that is wrong, table by table and rule by rule; small and recoverable cells only with a threshold."""
    found = [*_disagreeing(tables)]
    for table in tables:
        found += [*_rows(table), *_rows_across(table), *_percents(table, tables)]
        if threshold is not None:
            found += _small(table, threshold)
    if threshold is not None:
        found += _recoverable(tables, threshold)
    order = {(table.file, table.name): place for place, table in enumerate(tables)}
    return sorted(found, key=lambda one: (order[one.file, one.table], RULES.index(one.rule)))


# ---- counts that do not agree --------------------------------------------------------------------------------------


def _rows(table: PublishedTable) -> Iterator[Finding]:
    for column in table.columns:
        total, parts = table.total(column), table.parts(column)
        if total is None or total.n is None or not parts or not table.adds_up:
            continue
        if words := _misses([cell.n for cell in parts], total.n, "rows"):
            yield Finding(table.file, table.name, column, ROWS, f"{words}, the total says {total.n}")


def _misses(counts: Sequence[int | None], whole: int, what: str) -> str:
    """How parts miss their whole, in words; where some of them are hidden, they may be fewer and not more."""
    known = [count for count in counts if count is not None]
    shown, are_all = sum(known), len(known) == len(counts)
    if not known or (shown == whole if are_all else shown <= whole):
        return ""
    return f"the {what} add up to {shown}" if are_all else f"the {what} that are shown add up to {shown} already"


def _rows_across(table: PublishedTable) -> Iterator[Finding]:
    """The same from left to right, where a column is called Total."""
    whole = next((column for column in table.columns if is_total(column)), None)
    others = [column for column in table.columns if column != whole]
    if whole is None or not others:
        return
    for row in dict.fromkeys(cell.row for cell in table.cells):
        total, parts = table.at(whole, row), [table.at(column, row) for column in others]
        counts = [cell.n if cell else None for cell in parts]
        if total is None or total.n is None or not (words := _misses(counts, total.n, "columns")):
            continue
        yield Finding(table.file, table.name, whole, ROWS, f"{row}: {words}, this one says {total.n}")


def _disagreeing(tables: Sequence[PublishedTable]) -> Iterator[Finding]:
    """The tables whose total differs from that of most tables of the same basis; where it is even, from a printed total, else the first."""
    totals: dict[tuple[str, str], list[tuple[PublishedTable, int, bool]]] = {}
    for table in tables:
        for column in table.columns if table.basis else ():
            whole = table.whole(column)
            if whole is not None and _counts_all(table, column, whole):
                totals.setdefault((table.basis, column), []).append((table, whole, table.total(column) is not None))
    for (basis, column), said in totals.items():
        usual = _usual(said)
        agree = [table.name for table, whole, _ in said if whole == usual]
        for table, whole, _ in said:
            if whole != usual:
                others = f"{agree[0]} has {usual}" if len(agree) == 1 else f"{len(agree)} others have {usual}"
                words = f"it counts {whole} in all; {others}, and counts the same children ({basis})"
                yield Finding(table.file, table.name, column, DISAGREE, words)


def _counts_all(table: PublishedTable, column: str, whole: int) -> bool:
    """Whether a column counts all children of its basis: not where its percentages are of others than those."""
    of = {cell.of.casefold() for cell in table.cells if cell.column == column}
    return of <= {"", *OF_COLUMN, *OF_ROW, *OF_TABLE, str(whole)}


def _usual(said: Sequence[tuple[PublishedTable, int, bool]]) -> int:
    votes = Counter(whole for _, whole, _ in said)
    printed = Counter(whole for _, whole, is_printed in said if is_printed)
    return max(votes, key=lambda whole: (votes[whole], printed[whole]))  # the first where all is even


# ---- percentages ---------------------------------------------------------------------------------------------------


def _percents(table: PublishedTable, tables: Sequence[PublishedTable]) -> Iterator[Finding]:
    for cell in table.cells:
        of = denominator(cell, table, tables)
        if cell.percent is None or of is None or follows(cell, of):
            continue
        shown = f"{float(cell.percent):.{cell.digits}f}%"
        if cell.n is None:
            words = f"{cell.row}: no count of {of} is {shown}"
        elif not of:
            words = f"{cell.row}: {cell.n} of none is given as {shown}"
        else:
            right = f"{float(Fraction(100 * cell.n, of)):.{max(cell.digits, 1)}f}%"
            words = f"{cell.row}: {cell.n} of {of} is {right}, not {shown}"
        yield Finding(table.file, table.name, cell.column, PERCENT, words)


def follows(cell: PublishedCell, of: int) -> bool:
    """Whether a percentage is a count of `of` rounded to the digits that are shown; a half may have gone either way."""
    percent = cell.percent or Fraction(0)
    if not of:
        return percent == 0
    half = Fraction(1, 2 * 10**cell.digits)
    if cell.n is not None:
        return abs(Fraction(100 * cell.n, of) - percent) <= half
    least, most = (percent - half) * of / 100, (percent + half) * of / 100
    return -(-least.numerator // least.denominator) <= most.numerator // most.denominator


def denominator(cell: PublishedCell, table: PublishedTable, tables: Sequence[PublishedTable]) -> int | None:
    """What the percentage of a cell is of: a number, another table or row of the same column, its row's sum, the table's; else its column's total."""
    said = cell.of.casefold()
    if said.isdigit():
        return int(said)
    if not said or said in OF_COLUMN:
        return _printed_or_sum(cell, table)
    if said in OF_ROW:
        counts = [one.n for one in table.cells if one.row == cell.row and not is_total(one.column)]
        return _sum(counts)
    if said in OF_TABLE:
        return _sum([table.whole(column) for column in table.columns if not is_total(column)])
    row = next((one for one in table.cells if one.column == cell.column and one.row.casefold() == said), None)
    if row is not None:
        return row.n
    other = next((one for one in tables if one.name.casefold() == said), None)
    there = other and (other.at(cell.column, cell.row) or (other.total(cell.column) if cell.is_total else None))
    return there.n if there else None


def _printed_or_sum(cell: PublishedCell, table: PublishedTable) -> int | None:
    if cell.n is None and table.total(cell.column) is None:
        return None  # a table of percentages alone
    return table.whole(cell.column)


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


# ---- counts that give a child away ---------------------------------------------------------------------------------


def _small(table: PublishedTable, threshold: int) -> Iterator[Finding]:
    for cell in table.cells:
        if cell.n is not None and 0 < cell.n < threshold:
            words = f"{cell.row}: {cell.n} is shown, and is less than {threshold}"
            yield Finding(table.file, table.name, cell.column, SMALL, words)


def _recoverable(tables: Sequence[PublishedTable], threshold: int) -> Iterator[Finding]:
    known = worked_out(tables)
    for place, table in enumerate(tables):
        for cell in table.cells:
            value = known.get((place, cell.column, cell.row))
            if not value or not cell.hidden or (cell.percent is not None and value >= threshold):
                continue  # of nobody nothing is given away
            words = f"{cell.row}: it is hidden, and what is shown gives {value}"
            yield Finding(table.file, table.name, cell.column, RECOVERABLE, words)


Place = tuple[int, str, str]
WHOLE = ""  # the row under which a table's total stands where it has none


def worked_out(tables: Sequence[PublishedTable]) -> Mapping[Place, int]:
    """The counts that a reader can work out of all tables together, by the table's place, column and row; those printed too.

    From rows, columns, totals, percentages and tables of one basis, by drawing in the limits of each until nothing moves. Where a table
    shows a zero a hidden cell of it is none.
    """
    limits, sums = _limits(tables), [*_sums(tables)]
    moved = True
    while moved:
        moved = any([_draw_in(limits, whole, parts) for whole, parts in sums])
    return {place: low for place, (low, high) in limits.items() if low == high}


Limits = dict[Place, tuple[int, int | None]]


def _limits(tables: Sequence[PublishedTable]) -> Limits:
    found: Limits = {}
    for place, table in enumerate(tables):
        floor = int(any(cell.n == 0 for cell in table.cells))
        for cell in table.cells:
            least = max(cell.least, 0 if cell.is_total or cell.percent == 0 else floor)
            low, high = (cell.n, cell.n) if cell.n is not None else (least, cell.most)
            of = denominator(cell, table, tables)
            if cell.n is None and cell.percent is not None and of and follows(cell, of):
                half = Fraction(1, 2 * 10**cell.digits)
                least_of, most_of = (cell.percent - half) * of / 100, (cell.percent + half) * of / 100
                low = max(low, -(-least_of.numerator // least_of.denominator))
                high = most_of.numerator // most_of.denominator
            found[place, cell.column, cell.row] = (low, high)
    return found


def _sums(tables: Sequence[PublishedTable]) -> Iterator[tuple[Place, list[Place]]]:
    """Each total and its parts; the totals of tables of one basis are one number, told as a sum of one part."""
    first: dict[tuple[str, str], Place] = {}
    for place, table in enumerate(tables):
        whole = next((column for column in table.columns if is_total(column)), None)
        for row in dict.fromkeys(cell.row for cell in table.cells) if whole else ():
            across = [(place, column, row) for column in table.columns if column != whole and table.at(column, row)]
            yield (place, str(whole), row), across
        for column in table.columns if table.adds_up else ():
            total = table.total(column)
            here = (place, column, total.row if total else WHOLE)
            parts = [(place, column, cell.row) for cell in table.parts(column)]
            if parts:
                yield here, parts
            if table.basis and first.setdefault((table.basis, column), here) != here:
                yield first[table.basis, column], [here]


def _draw_in(limits: Limits, whole: Place, parts: Sequence[Place]) -> bool:
    """Draw in the limits of a sum and its parts; whether any moved. Counts that contradict each other move nothing."""
    found = {place: limits.get(place, (0, None)) for place in (whole, *parts)}
    lows, highs = sum(found[part][0] for part in parts), sum(found[part][1] or 0 for part in parts)
    endless = [part for part in parts if found[part][1] is None]
    low_whole, high_whole = found[whole]
    drawn = {whole: _narrower(found[whole], lows, None if endless else highs)}
    for part in parts:
        low, high = found[part]
        least = low_whole - (highs - (high or 0)) if endless in ([], [part]) else low
        most = None if high_whole is None else high_whole - (lows - low)
        drawn[part] = _narrower((low, high), least, most)
    moved = {place: new for place, new in drawn.items() if new != found[place]}
    limits.update(moved)
    return bool(moved)


def _narrower(limits: tuple[int, int | None], low: int, high: int | None) -> tuple[int, int | None]:
    least = max(limits[0], low)
    most = limits[1] if high is None else high if limits[1] is None else min(limits[1], high)
    return limits if most is not None and least > most else (least, most)
