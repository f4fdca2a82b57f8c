"""The yearly tables of an area, from the facts of its cases; plain counting, fast for tens of thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import Labels
from cdr.statistics.tables import OVERLAPPING, SHARES, Cell, Row, Table, Tally, cell
from cdr.statistics.years import year_of, years_ending

SCHEMA = "cdr-tally/1"
INTERNAL = "internal"
ANSWERED = frozenset({"returned", "nil"})
BASIS_OF = {"notifications": "notified", "reviews": "reviewed", "returns": "requested"}
# the table whose rows say how many cases there are in all, for each table that counts the cases with something
WHOLE = {
    "reviews.modifiable_by_authority": "reviews.local_authority",
    "reviews.modifiable_by_category": "reviews.category",
    "reviews.modifiable_by_age_band": "reviews.age_band",
    "returns.agency": "returns.asked",
}

__all__ = ["Cell", "Row", "Table", "Tally", "tally", "to_json"]


@dataclass
class _Counts:
    """Counts by table, row and year; `of_all` by basis and year, `any_domain` by year."""

    years: frozenset[str]
    cells: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    of_all: Counter[tuple[str, str]] = field(default_factory=Counter)
    any_domain: Counter[str] = field(default_factory=Counter)

    def notified(self, case: CaseFacts, authority: str, labels: Labels) -> None:
        year = year_of(case.notified_on)
        if year in self.years:
            self.of_all["notified", year] += 1
            for table, row in {"local_authority": authority, **labels.notification(case)}.items():
                self.cells[f"notifications.{table}", row, year] += 1

    def reviewed(self, case: CaseFacts, authority: str, labels: Labels) -> None:
        year = year_of(case.reviewed_on) if case.reviewed_on else ""
        if year not in self.years:
            return
        self.of_all["reviewed", year] += 1
        rows = {"local_authority": authority, **labels.review(case)}
        for table, row in rows.items():
            self.cells[f"reviews.{table}", row, year] += 1
        if case.modifiable == "yes":
            for table, whole in WHOLE.items():
                if whole.startswith("reviews."):
                    self.cells[table, rows[whole.removeprefix("reviews.")], year] += 1
        found = labels.found(case)
        self.any_domain[year] += bool(found["domains"])
        for table, several in found.items():
            for row in several:
                self.cells[f"reviews.{table}", row, year] += 1

    def asked(self, case: CaseFacts) -> None:
        for request in case.requests:
            year = year_of(request.requested_on)
            if year in self.years:
                self.cells["returns.asked", request.agency, year] += 1
                self.cells["returns.agency", request.agency, year] += request.status in ANSWERED


def tally(
    facts: Iterable[CaseFacts],
    area: str,
    authorities: Sequence[str],
    agencies: Mapping[str, str],
    year: str,
    n_years: int,
    bands: Mapping[str, Any],
) -> Tally:
    """Every table of the interface for `n_years` years of which `year` is the last, the internal edition.

    `agencies` gives the name of each agency's id; `bands` is the policy data of `rules/bands.yaml`.
    A child who did not live in the area, and a birth without a sign of life, is in none (forms 1.1, process 1.1).
    Raises: WrongUsage, where the year or the number of years is wrong.
    """
    years = years_ending(year, n_years)
    labels = Labels(tuple(authorities), agencies, bands)
    counts = _Counts(frozenset(years))
    for case in facts:
        authority = labels.authority(case) if case.counted else None
        if authority is not None:
            counts.notified(case, authority, labels)
            counts.reviewed(case, authority, labels)
            counts.asked(case)
    rows = _rows_counted(counts)
    tables = tuple(_table(table, years, counts, labels, rows) for table in bands["tables"])
    return Tally(area=area, year=years[-1], years=years, edition=INTERNAL, tables=tables)


def to_json(tally: Tally) -> dict[str, Any]:
    """The tally as the interface's `cdr-tally/1`."""
    return {
        "schema": SCHEMA,
        "area": tally.area,
        "year": tally.year,
        "years": list(tally.years),
        "edition": tally.edition,
        "tables": [_table_json(table) for table in tally.tables],
    }


def _rows_counted(counts: _Counts) -> dict[str, Counter[str]]:
    """By table, how often each of its rows was counted in all years."""
    rows: dict[str, Counter[str]] = {}
    for (table, row, _), n in counts.cells.items():
        rows.setdefault(table, Counter())[row] += n
    return rows


def _table(
    table: str, years: tuple[str, ...], counts: _Counts, labels: Labels, counted: Mapping[str, Counter[str]]
) -> Table:
    basis = BASIS_OF[table.partition(".")[0]]
    about = labels.bands["tables"][table]
    whole = WHOLE.get(table, table)
    rows = []
    for row in _row_order(whole, counted.get(whole, Counter()), labels):
        pairs = [(counts.cells[table, row, y], _of(table, row, y, counts, basis)) for y in years]
        rows.append(Row(_row_label(table, row, labels), tuple(cell(n, of) for n, of in pairs)))
    return Table(
        id=table,
        title=about["title"],
        basis=basis,
        columns=years,
        rows=tuple(rows),
        total=_total(table, rows, years, counts, basis),
        notes=tuple(_notes(about, labels.bands["notes"])),
    )


def _of(table: str, row: str, year: str, counts: _Counts, basis: str) -> int:
    whole = WHOLE.get(table)
    return counts.cells[whole, row, year] if whole else counts.of_all[basis, year]


def _total(table: str, rows: Sequence[Row], years: Sequence[str], counts: _Counts, basis: str) -> tuple[Cell, ...]:
    if table in OVERLAPPING or table not in SHARES:
        of = [counts.of_all[basis, year] for year in years]
        with_any = [counts.any_domain[year] for year in years] if table in SHARES else of
        return tuple(cell(n, whole) for n, whole in zip(with_any, of, strict=True))
    sums = [[(c.n or 0, c.of or 0) for c in (row.cells[i] for row in rows)] for i in range(len(years))]
    return tuple(cell(sum(n for n, _ in pairs), sum(of for _, of in pairs)) for pairs in sums)


def _row_order(whole: str, counted: Counter[str], labels: Labels) -> list[str]:
    """Standing rows in their own order, then what was counted besides: years by age, all else by how often."""
    if whole == "returns.asked":
        known = [agency for agency in labels.agencies if agency in counted]
        return known + sorted(agency for agency in counted if agency not in labels.agencies)
    name = whole.partition(".")[2]
    always, sometimes = labels.rows(name)
    standing = [*always, *(row for row in sometimes if counted[row])]
    others = [row for row in counted if row not in standing]
    if name == "year_of_death":
        return sorted(others)
    return standing + sorted(others, key=lambda row: (-counted[row], row))


def _row_label(table: str, row: str, labels: Labels) -> str:
    if table != "returns.agency":
        return row
    name = labels.agencies.get(row, row)
    shared = sum(other == name for other in labels.agencies.values()) > 1
    return f"{name} ({row})" if shared else name


def _notes(about: Mapping[str, Any], notes: Mapping[str, Sequence[str]]) -> list[str]:
    return [note for name in (*about["notes"], "every") for note in notes[name]]


def _table_json(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "basis": table.basis,
        "columns": list(table.columns),
        "rows": [{"label": row.label, "cells": [_cell_json(c) for c in row.cells]} for row in table.rows],
        "total": [_cell_json(c) for c in table.total],
        "notes": list(table.notes),
    }


def _cell_json(cell: Cell) -> dict[str, Any]:
    return {"n": cell.n, "of": cell.of, "percent": cell.percent, "hidden": cell.hidden}
