"""What a table of the report shows, in a sentence or two: what is most, and whether it is more than chance would make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdr.expressions import expression
from cdr.statistics.comparing import COUNT, SHARE, are_comparable, change, pair, together
from cdr.statistics.tables import OVERLAPPING, SHARES, Cell, Table, Tally, percent

Words = Mapping[str, Any]
# the number of a category or the letter of a domain, which a table needs and a sentence does not
NUMBERED = expression(r"^(?:\d+|[A-D]) (?=[A-Z])")


def said(table: Table, about: Words, rules: Words, chance: Words, public: bool = False) -> list[str]:
    """The sentences under a table's heading; `about` is its line of `rules/report.yaml`, `chance` is `rules/intervals.yaml`.

    In a `public` edition nothing is ranked where a hidden number may be the largest.
    """
    kind = about.get("kind", "parts")
    if kind == "total":
        total = [] if _is_of_no_year(table) else [_total(table, about, rules)]
        return [*total, *([about["said"]] if any(cell.n for cell in table.total) else [])]
    n, year, words = counted(table), table.columns[-1], rules["sentences"]
    known = {"of": about.get("whole", about["of"]), "one": about["one"], "year": year, "n": n}
    if not table.rows:
        return [words["nothing"]]
    if public and n is None and table.id in OVERLAPPING:  # of how many is told beside other tables
        return [words["not_ranked"]]
    if n is None or n < 2:
        told = words[_why_no_number(table.total[-1]) if n is None else "one" if n else "none"].format(**known)
        return [told] if kind != "none" else []
    if public and kind in ("parts", "often") and not may_be_ranked(table):
        return [words["shown" if table.id in OVERLAPPING else "not_ranked"]]
    found = [] if kind == "none" else [_sentence(kind, table, about, n, rules, chance)]
    return [*found, *([about["said"]] if about.get("said") else [])]


def few(table: Table, of: str, rules: Words) -> list[str]:
    """What a section says where its year has so few cases that no difference is a pattern."""
    n, year = counted(table), table.columns[-1]
    return [rules["sentences"]["few"].format(few=rules["few"], of=of, year=year)] if 1 < (n or 0) < rules["few"] else []


def facts(tally: Tally, rules: Words, chance: Words) -> list[str]:
    """The key figures of the year in words, one sentence each; nothing is said of a share of nothing, nor of a table that is not there."""
    there = {table.id: table for table in tally.tables}
    found = [(there[about["table"]], about) for about in rules["facts"] if about["table"] in there]
    return [
        _total(table, about, rules) if about["kind"] == "total" else _fact(table, about, rules, chance)
        for table, about in found
        if about["kind"] == "count" or (not _is_of_no_year(table) if about["kind"] == "total" else counted(table) != 0)
    ]


def _sentence(kind: str, table: Table, about: Words, n: int, rules: Words, chance: Words) -> str:
    if kind in ("share", "row"):
        return _fact(table, about, rules, chance)
    known = {"of": about["of"], "year": table.columns[-1], "n": n}
    return _most(table, known, rules, "often" if kind == "often" else "largest")


def _total(table: Table, about: Words, rules: Words) -> str:
    """Of a table whose columns are parts of one whole, such as the open cases by the year in which they were notified."""
    n = sum(cell.n or 0 for cell in table.total)
    words = rules["sentences"]
    return str(words["total"].format(n=n, of=about["one" if n == 1 else "of"]) if n else words["total_none"])


def _is_of_no_year(table: Table) -> bool:
    """Whether nothing is known of any of a table's columns, so that they add up to nothing that may be said."""
    return all(cell.n is None for cell in table.total)


def _most(table: Table, known: dict[str, Any], rules: Words, kind: str) -> str:
    words = rules["sentences"]
    cells = [(row.label, row.cells[-1]) for row in table.rows if row.cells[-1].percent is not None]
    if not cells:
        return str(words["of_these_not_known"].format(of=known["of"], year=known["year"]))
    highest = max((cell.n or 0 for _, cell in cells), default=0)
    labels = [NUMBERED.sub("", label) for label, cell in cells if cell.n == highest]
    if not highest:
        return str(words["often_none"].format(**known))
    if len(labels) == 1:
        share = next(cell for _, cell in cells if cell.n == highest)
        known["n"] = share.whole
        return str(words[kind].format(row=labels[0], k=highest, share=_share(highest, share.whole), **known))
    tied = words["tie" if kind == "largest" else "often_tie"]
    return str(tied.format(rows=listed(labels), k=highest, **known))


def _fact(table: Table, about: Words, rules: Words, chance: Words) -> str:
    """What is counted or how large a share it is, and what became of it, by the one test of its question."""
    pairs, words = [asked(table, about, n) for n in range(len(table.columns))], rules["sentences"]
    kind = COUNT if about["kind"] == "count" else SHARE
    if pairs[-1] is None:
        hidden = next((cell for cell in _cells(table, about, len(table.columns) - 1) if cell.hidden), table.total[-1])
        return _not_told(hidden, {"of": about["of"], "year": table.columns[-1]}, rules)
    n, of = pairs[-1]
    what = about["one"] if kind == COUNT and n == 1 else about["of"]
    known = {"of": what, "year": table.columns[-1], "k": n, "n": n if kind == COUNT else of}
    known["share"] = _share(n, of)
    before = pairs[-2] if are_comparable(table) else None
    if before is None or not (before[1] if kind == SHARE else n + before[0]):
        return _no_for_zero(words[kind].format(**known))
    known |= {"before": table.columns[-2], "k_before": before[0]}
    known["n_before"] = before[1] if kind == SHARE else before[0]
    return _no_for_zero(words[f"{kind}_{change(kind, before, (n, of), chance).kind}"].format(**known))


def _share(n: int, of: int | None) -> str:
    """What per cent it is, in brackets; of a single child there is none."""
    found = percent(n, of or 0)
    return f" ({found:.1f}%)" if found is not None and of != 1 else ""


def asked(table: Table, about: Words, column: int) -> tuple[int, int] | None:
    """How many of how many; None where that is not known, or where a part of it is hidden."""
    cells = _cells(table, about, column)
    without_whole = about["kind"] != COUNT and any(cell.n is not None and cell.whole is None for cell in cells)
    if without_whole or any(cell.hidden for cell in cells):
        return None
    return together(table.rows, about["rows"], column) if about["kind"] == "row" else pair(table.total[column])


def _cells(table: Table, about: Words, column: int) -> list[Cell]:
    """The cells of a column that a sentence is made from."""
    if about["kind"] != "row":
        return [table.total[column]]
    return [row.cells[column] for row in table.rows if row.label in about["rows"]]


def _why_no_number(cell: Cell) -> str:
    """Which sentence tells that it is hidden, or not known, of how many a table speaks."""
    return "of_these_hidden" if cell.hidden else "of_these_not_known"


def _not_told(cell: Cell, known: Mapping[str, Any], rules: Words) -> str:
    """A hidden number is no zero, and neither is one that nobody knows."""
    return str(rules["sentences"]["hidden" if cell.hidden else "not_known"].format(**known))


def may_be_ranked(table: Table) -> bool:
    """Whether every row is there with its share; rows that overlap are left out where nothing of them is shown."""
    cells = [row.cells[-1] for row in table.rows]
    hides = any(cell.hidden or (cell.n and cell.whole is None) for cell in cells)
    return not hides and (table.id not in OVERLAPPING or table.id in SHARES)


def counted(table: Table) -> int | None:
    """Of how many cases the table's last column speaks; None where that is hidden or not known."""
    whole = table.total[-1]
    apart = table.id in SHARES or (table.id in OVERLAPPING and whole.of is not None)
    return whole.of if apart else whole.n


def listed(labels: Sequence[str]) -> str:
    """Words with commas and an "and" between them."""
    return " and ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else labels[0]


def _no_for_zero(text: str) -> str:
    """No deaths rather than 0 deaths."""
    return f"No {text[2:]}" if text.startswith("0 ") and not text.startswith("0 of") else text
