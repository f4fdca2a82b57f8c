"""Published figures (of England) beside an area's own: which belong to a table, of which year, and what to be wary of.

A document of figures is `{schema: reference/1, area, releases: {name: {title, published}}, figures: [{what, basis, year, value,
unit, release, row, tables, note}]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.rulebook.validation import at, items_at, problem, text_at, words_at
from cdr.errors import Problem, WrongUsage
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.statistics.periods import Columns
from cdr.statistics.tables import TOTAL, Reference, Table
from cdr.statistics.years import parse_year

UNITS = {"percent": "%", "per_100000": " per 100,000", "per_1000": " per 1,000", "count": ""}
_WRITTEN_AS_A_YEAR = expression(r"[0-9]{4}/[0-9]{2}")  # what is written otherwise the schema finds
COUNTED_BY = {"notified": "notification", "died": "death", "reviewed": "review", "requested": "request"}


@dataclass(frozen=True)
class Figure:
    """One published figure that is known, for the row of that label in `tables`; `published` is the year of its release."""

    area: str
    basis: str | None
    year: str
    value: float
    unit: str
    release: str
    published: int
    row: str
    tables: tuple[str, ...]
    note: str = ""


def figures(body: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The figures of a document that its schema and `reference_problems` found right, without those that are not known."""
    return tuple(_figure(body, item) for item in body["figures"] if item["value"] is not None)


def reference_problems(body: Mapping[str, Any], tables: Sequence[str]) -> list[Problem]:
    """What is wrong with a document of figures beyond its schema (REF-01 to REF-03); `tables` are the ids that there are.

    It never raises, whatever the document is.
    """
    return list(_problems(body, tables))


def beside(table: Table, known: Iterable[Figure], columns: Columns) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    """What stands beside a table's last column, one figure a row of each area, and what is to be said of them.

    It is the figure of the same year, else of the last year before it, always as the newest release has it.
    """
    year = columns.years[-1]
    chosen: dict[tuple[str, str], Figure] = {}
    for figure in known:
        if table.id in figure.tables and figure.year <= year:
            before = chosen.get((figure.area, figure.row))
            if before is None or (before.year, before.published) <= (figure.year, figure.published):
                chosen[figure.area, figure.row] = figure
    references = tuple(
        Reference(one.row, one.area, one.year, one.value, one.unit, one.release) for one in chosen.values()
    )
    return references, tuple(dict.fromkeys(_cautions(table, chosen.values(), year)))


def text(reference: Reference) -> str:
    """The figure as it is read: `48%`, `29.8 per 100,000`."""
    return f"{reference.value:g}{UNITS[reference.unit]}"


def _cautions(table: Table, chosen: Iterable[Figure], year: str) -> Iterator[str]:
    rows = {row.label for row in table.rows} | {TOTAL}
    for one in chosen:
        if one.row not in rows:
            yield f"{one.area} {one.year}, {one.row}: {one.value:g}{UNITS[one.unit]}."
        said = [f"{one.area} {one.year}: {one.release}{f' ({one.note})' if one.note else ''}."]
        if one.year != year:
            said.append(f"Beware: no figure of {year} is known here.")
        if one.basis not in (None, table.basis):
            said.append(f"Beware: it counts by the year of {COUNTED_BY[str(one.basis)]}.")
        yield " ".join(said)
    if any(one.unit != "percent" for one in chosen) and table.per is None:
        yield "Published rates stand beside counts: how many children of each group live in this area is not known here."


def _figure(body: Mapping[str, Any], item: Mapping[str, Any]) -> Figure:
    release = body["releases"][item["release"]]
    return Figure(
        area=body["area"],
        basis=item.get("basis"),
        year=item["year"],
        value=float(item["value"]),
        unit=item["unit"],
        release=release["title"],
        published=release["published"],
        row=item.get("row", TOTAL),
        tables=tuple(item.get("tables", ())),
        note=item.get("note", ""),
    )


def _problems(body: Mapping[str, Any], tables: Sequence[str]) -> Iterator[Problem]:
    releases = at(body, "releases")
    for n, item in items_at(body, "figures"):
        year, release = text_at(item, "year"), text_at(item, "release")
        if _WRITTEN_AS_A_YEAR.fullmatch(year) and not _is_year(year):
            yield problem("REF-01", f"figures.{n}.year")
        if release and isinstance(releases, Mapping) and release not in releases:
            yield problem("REF-02", f"figures.{n}.release")
        for k, table in enumerate(words_at(item, "tables")):
            if table not in tables:
                yield problem("REF-03", f"figures.{n}.tables.{k}")


def _is_year(text: str) -> bool:
    try:
        return parse_year(text) == text
    except WrongUsage:
        return False
