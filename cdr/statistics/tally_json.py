"""The tally as JSON, there and back: the interface's `cdr-tally/1`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.records import asdict
from cdr.statistics.changed_since import Revision
from cdr.statistics.panel_years import PanelYear, PanelYears
from cdr.statistics.rounding import STEP
from cdr.statistics.tables import INTERNAL, Break, Cell, Reference, Row, Table, Tally

SCHEMA = "cdr-tally/1"


def to_json(tally: Tally) -> dict[str, Any]:
    """The tally as the interface's `cdr-tally/1`; what a table or a cell has besides is there where it has it."""
    return {
        "schema": SCHEMA,
        "area": tally.area,
        "year": tally.year,
        "years": list(tally.years),
        "edition": tally.edition,
        "tables": [_table_json(table) for table in tally.tables],
        **({"rounded_to": STEP} if tally.rounded else {}),
        **(_panel_json(tally.panel, tally.edition) if tally.panel else {}),
        **({"revisions": [_revision_json(one) for one in tally.revisions]} if tally.revisions else {}),
    }


def _revision_json(one: Revision) -> dict[str, Any]:
    return {
        "table": one.table,
        "column": one.column,
        "release": one.release,
        "reported_on": one.reported_on.isoformat(),
        "rows": [vars(row) for row in one.rows],
        "causes": [{"on": act.on.isoformat(), "what": act.verb} for act in one.causes],
    }


def _panel_json(panel: PanelYears, edition: str) -> dict[str, Any]:
    """The meetings of each year, and the reviews in which something was passed over, which no public edition names."""
    meetings = [
        {
            "year": one.year,
            "held": one.held,
            "quorate": one.quorate,
            "cases": one.cases,
            **(_who_came_json(one) if edition == INTERNAL else {}),
        }
        for one in panel.years
    ]
    listed = [{"on": one.on.isoformat(), "unmet": list(one.unmet)} for one in panel.overridden]
    return {"meetings": meetings, **({"overridden": listed} if edition == INTERNAL else {})}


def _who_came_json(year: PanelYear) -> dict[str, Any]:
    came = [{"organisation": one.organisation, "there": one.there, "of": one.of} for one in year.attendance]
    read = asdict(year.read) if year.read else None
    return {"deferred": year.deferred, "attendance": came, "observed": year.observed, "papers_read": read}


def _table_json(table: Table) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": table.id,
        "title": table.title,
        "basis": table.basis,
        "columns": list(table.columns),
        "rows": [{"label": row.label, "cells": [_cell_json(c) for c in row.cells]} for row in table.rows],
        "total": [_cell_json(c) for c in table.total],
        "notes": list(table.notes),
    }
    besides: dict[str, Any] = {
        "per": table.per,
        "breaks": [{"column": one.column, "why": one.why} for one in table.breaks],
        "references": [vars(one) for one in table.references],
    }
    return {**body, **{key: value for key, value in besides.items() if value}}


def _cell_json(cell: Cell) -> dict[str, Any]:
    body: dict[str, Any] = {"n": cell.n, "of": cell.of, "percent": cell.percent, "hidden": cell.hidden}
    if cell.rate is None:  # a rate is of children or births, and not of cases
        body["known"] = None if cell.hidden else cell.whole
    interval = list(cell.interval) if cell.interval else None
    days = dict(zip(("lower_quartile", "median", "upper_quartile"), cell.days, strict=True)) if cell.days else None
    besides = {"rate": cell.rate, "interval": interval, "days": days}
    return {**body, **{key: value for key, value in besides.items() if value is not None and not cell.hidden}}


def from_json(body: Mapping[str, Any]) -> Tally:
    """A tally from what `to_json` made of it; `body` is as its schema says."""
    tables = tuple(_table_from(table) for table in body["tables"])
    is_rounded = "rounded_to" in body
    return Tally(body["area"], body["year"], tuple(body["years"]), body["edition"], tables, rounded=is_rounded)


def _table_from(body: Mapping[str, Any]) -> Table:
    return Table(
        id=body["id"],
        title=body["title"],
        basis=body["basis"],
        columns=tuple(body["columns"]),
        rows=tuple(Row(row["label"], tuple(map(_cell_from, row["cells"]))) for row in body["rows"]),
        total=tuple(map(_cell_from, body["total"])),
        notes=tuple(body["notes"]),
        per=body.get("per"),
        breaks=tuple(Break(**one) for one in body.get("breaks", ())),
        references=tuple(Reference(**one) for one in body.get("references", ())),
    )


def _cell_from(body: Mapping[str, Any]) -> Cell:
    interval, days = body.get("interval"), body.get("days")
    return Cell(
        n=body["n"],
        of=body["of"],
        percent=body["percent"],
        hidden=body["hidden"],
        rate=body.get("rate"),
        interval=(interval[0], interval[1]) if interval else None,
        days=(days["lower_quartile"], days["median"], days["upper_quartile"]) if days else None,
        known=body.get("known"),
    )
