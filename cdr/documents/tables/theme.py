"""The audit of a theme as text or Markdown for a meeting, as tables for a spreadsheet, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cdr.documents.tables.tally import HIDDEN, render
from cdr.statistics.labels import NOT_KNOWN, Labels
from cdr.statistics.tables import Tally
from cdr.statistics.tally_json import to_json
from cdr.statistics.theme import LEARNING, Criteria, Theme
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
        "concerns_not_known": len(found.unclear),
        "not_known": found.not_known,
        "tables": to_json(tally)["tables"],
        "cases": [one.case for one in found.matching],
    }


def public_json(counts: tuple[int | None, int | None, int | None], tally: Tally) -> dict[str, Any]:
    """The interface's `cdr-theme/1` of what may be published: how many were reviewed, match, and have concerns, where it is shown."""
    reviewed, matching, concerns = counts
    told = to_json(tally)
    return {
        "schema": "cdr-theme/1",
        "edition": "public",
        "years": list(tally.years),
        "reviewed": reviewed,
        "matching": matching,
        "with_concerns": concerns,
        "concerns_not_known": None,
        "not_known": None,
        **({"rounded_to": told["rounded_to"]} if "rounded_to" in told else {}),
        "tables": told["tables"],
        "cases": [],
    }


def render_public(
    counts: tuple[int | None, int | None, int | None], wanted: Criteria, tally: Tally, format_: str
) -> str:
    """What may be published of the audit, in one of the formats of SUFFIXES: its counts and tables, and no list."""
    if format_ == "json":
        return json.dumps(public_json(counts, tally), ensure_ascii=False, indent=2) + "\n"
    if format_ == "csv":
        return render(tally, "csv")
    reviewed, matching, concerns = (HIDDEN if one is None else str(one) for one in counts)
    said = [
        f"Reviewed in {_years(tally.years)}: {reviewed}.",
        f"In common: {_criteria(wanted)}. Cases: {matching}.",
        f"Cases in which the review names factors in what services did: {concerns}.",
    ]
    return "\n".join(f"- {line}" for line in said) + f"\n\n{render(tally, format_)}"


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
    said = [
        f"Reviewed in {_years(found.years)}: {len(found.reviewed)}.",
        f"In common: {_criteria(wanted)}. Cases: {len(found.matching)}.",
        f"In {len(found.concerns)} of them the review names factors in what services did.",
    ]
    if found.unclear:
        said.append(f"Of {len(found.unclear)} of them it is not known which factors were found.")
    if found.not_known:
        said.append(f"Of {found.not_known} others {_not_known(wanted)}.")
    return said


def _not_known(wanted: Criteria) -> str:
    if wanted == Criteria(life_limiting=True):
        return "no return says whether the child had a life-limiting condition"
    return "it is not known whether they have that in common"


def _criteria(wanted: Criteria) -> str:
    return "; ".join(wanted.words()) or "all that were reviewed"


def _years(years: Sequence[str]) -> str:
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _list(found: Theme, labels: Labels, format_: str) -> str:
    rows = []
    of_concern, unclear = ({one.case for one in some} for some in (found.concerns, found.unclear))
    for one in found.matching:
        factors, learning = labels.of("contributory_factors", one), labels.of("learning_themes", one)
        year = year_of(one.reviewed_on) if one.reviewed_on else NOTHING
        concerns = NOT_KNOWN if one.case in unclear else "Yes" if one.case in of_concern else "No"
        cells = (labels.of("age_band", one)[0], labels.of("category", one)[0], concerns)
        told = (_joined(factors, one.factors_are_known), _joined(learning, LEARNING not in one.unanswered_after))
        rows.append((one.case, year, *cells, *told))
    if format_ == "md":
        lines = [HEADS, tuple("---" for _ in HEADS), *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join("\n".join(f"{head}: {cell}" for head, cell in zip(HEADS, row, strict=True)) for row in rows)


def _joined(named: Sequence[str], is_known: bool) -> str:
    return "; ".join(named) or (NOTHING if is_known else NOT_KNOWN)
