"""The anonymised data set as files: CSV, Parquet, and a Frictionless data package that says what each column means."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cdr.documents.safe import no_formula
from cdr.statistics.data_set import DataSet

CSV, PARQUET, PACKAGE = "cases.csv", "cases.parquet", "datapackage.json"
FILES = (CSV, PARQUET, PACKAGE)
MISSING = ""
# DuckDB reads no setting and fetches nothing; see docs/adr/0036
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def as_csv(data: DataSet) -> bytes:
    """The rows as CSV, UTF-8; a hidden value is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(data.names)
    writer.writerows([no_formula(row[name] or MISSING) for name in data.names] for row in data.rows)
    return out.getvalue().encode()


def write_parquet(source: Path, target: Path) -> None:
    """The same as Parquet, from the CSV file itself, so that the two cannot differ."""
    import duckdb

    options = "header = true, all_varchar = true, nullstr = '', delim = ',', quote = '\"'"
    with duckdb.connect(":memory:", config=OFFLINE) as engine:
        engine.execute("SET enable_progress_bar = false")
        reading = f"SELECT * FROM read_csv({_quoted(source)}, {options})"  # noqa: S608 - the two paths are quoted
        engine.execute(f"COPY ({reading}) TO {_quoted(target)} (FORMAT parquet, COMPRESSION zstd)")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def package(
    data: DataSet, area: str, years: Sequence[str], policy: Mapping[str, Any], made_on: date, files: Mapping[str, bytes]
) -> bytes:
    """The data package (Frictionless, version 1): resources with their hashes, schema, data dictionary, and what k is and was held to."""
    schema = {"fields": [_field(column, data, policy) for column in data.columns], "missingValues": [MISSING]}
    kinds = {CSV: ("csv", "text/csv"), PARQUET: ("parquet", "application/vnd.apache.parquet")}
    body = {
        "profile": "data-package",
        "name": "child-death-reviews",
        "title": f"{area}: child death reviews, {years[0]} to {years[-1]}"
        if len(years) > 1
        else f"{area}: child death reviews, {years[0]}",
        "description": " ".join(policy["about"].split()),
        "created": f"{made_on.isoformat()}T00:00:00Z",
        "resources": [
            {
                "name": "cases" if name == CSV else "cases-parquet",
                "path": name,
                "format": kinds[name][0],
                "mediatype": kinds[name][1],
                "encoding": "utf-8",
                "bytes": len(raw),
                "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}",
                "profile": "tabular-data-resource" if name == CSV else "data-resource",
                "schema": schema,
            }
            for name, raw in files.items()
        ],
        "anonymity": {
            "k": data.k,
            "smallest_group": data.alike,
            "known_outside": [str(one["name"]) for one in data.columns if one.get("known_outside")],
            "rows": len(data.rows),
            "hidden": data.hidden(),
        },
    }
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def _field(column: Mapping[str, Any], data: DataSet, policy: Mapping[str, Any]) -> dict[str, Any]:
    name, separator = str(column["name"]), str(policy["words"]["separator"])
    values = {row[name] for row in data.rows} - {None}
    about = {"name": name, "type": "string", "title": column["title"], "description": column["description"]}
    if column.get("list"):
        parts = sorted({part for value in values for part in str(value).split(separator)})
        return {
            **about,
            "description": f"{about['description']} Several are separated by a semicolon.",
            "values": parts,
        }
    return {**about, "constraints": {"enum": sorted(map(str, values))}} if values else about
