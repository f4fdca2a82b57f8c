"""The audit of a theme as text or Markdown for a meeting, as tables for a spreadsheet, or as JSON."""

from __future__ import annotations

import json
from typing import Any

from cdr.documents.tables.tally import render
from cdr.statistics.labels import Labels
from cdr.statistics.tables import Tally
from cdr.statistics.tally import to_json
from cdr.statistics.theme import Criteria, Theme
from cdr.statistics.years import year_of

SUFFIXES = {"": "table", ".txt": "table", ".md": "md", ".csv": "csv", ".json": "json"}
HEADS = ("Case", "Reviewed in", "Age", "Category", "Concerns", "Factors", "Learning")
NOTHING = "-"


def as_json(found: Theme, tally: Tally) -> dict[str, Any]:
    """The interface's `cdr-theme/1`."""
    return {
        "schema": "cdr-theme/1",
        "edition": tally.edition,
        "years": list(found.years),
        "reviewed": len(found.reviewed),
        "matching": len(found.matching),
        "with_concerns": len(found.concerns),
        "not_known": found.not_known,
        "tables": to_json(tally)["tables"],
        "cases": [one.case for one in found.matching],
    }


def render_theme(found: Theme, wanted: Criteria, tally: Tally, labels: Labels, format_: str) -> str:
    """The audit in one of the formats of SUFFIXES."""
    if format_ == "json":
        return json.dumps(as_json(found, tally), ensure_ascii=False, indent=2) + "\n"
    if format_ == "csv":
        return render(tally, "csv")
    head = "\n".join(f"- {line}" for line in sentences(found, wanted))
    listed = _list(found, labels, format_)
    title = "## The cases" if format_ == "md" else "The cases\n---------"
    return f"{head}\n\n{render(tally, format_)}\n{title}\n\n{listed}\n"


def sentences(found: Theme, wanted: Criteria) -> list[str]:
    """What the audit found, in words."""
    common = "; ".join(wanted.words()) or "all that were reviewed"
    years = found.years[0] if len(found.years) == 1 else f"{found.years[0]} to {found.years[-1]}"
    said = [
        f"Reviewed in {years}: {len(found.reviewed)}.",
        f"In common: {common}. Cases: {len(found.matching)}.",
        f"In {len(found.concerns)} of them the review names factors in what services did.",
    ]
    if found.not_known:
        said.append(f"Of {found.not_known} others no return says whether the child had a life-limiting condition.")
    return said


def _list(found: Theme, labels: Labels, format_: str) -> str:
    rows = []
    for one in found.matching:
        factors, learning = labels.of("contributory_factors", one), labels.of("learning_themes", one)
        year = year_of(one.reviewed_on) if one.reviewed_on else NOTHING
        concerns = "Yes" if one in found.concerns else "No"
        cells = (labels.of("age_band", one)[0], labels.of("category", one)[0], concerns)
        rows.append((one.case, year, *cells, "; ".join(factors) or NOTHING, "; ".join(learning) or NOTHING))
    if format_ == "md":
        lines = [HEADS, tuple("---" for _ in HEADS), *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join("\n".join(f"{head}: {cell}" for head, cell in zip(HEADS, row, strict=True)) for row in rows)
