"""Headings of the report that say their message; where there is none to say, or it may not be said, what they are about."""

from __future__ import annotations

from typing import Any

from cdr.documents.report.report_sentences import NUMBERED, Words, asked, counted, may_be_ranked
from cdr.statistics.comparing import SHARE, are_comparable, change, pair, together
from cdr.statistics.tables import OVERLAPPING, Table

NO_MESSAGE = ("Not known", "Not stated")


def headline(table: Table, about: Words, rules: Words, chance: Words, public: bool = False) -> str:
    """A table's heading with its message: what is most, or how large a share it is and whether that is more than before.

    Where little is counted, something is hidden, or several rows are alike, it is the heading alone.
    """
    kind, whole = about.get("kind", "parts"), counted(table)
    said = ""
    if kind == "total":
        said = _of_total(table, about, rules["headlines"])
    elif whole is None or whole < rules["headlines"]["from"] or not table.rows:
        pass
    elif kind in ("row", "share"):
        said = _of_share(table, about, rules["headlines"], chance)
    elif kind in ("parts", "often") and (not public or may_be_ranked(table)):
        said = _of_rows(table, about, rules["headlines"])
    return said or str(about["heading"])


def section_title(about: Words, table: Table | None) -> str:
    """A section's title with its message, where the number is known and shown."""
    found = _of_section(about["headline"], table) if table else None
    return str(about["headline"]["said"].format(**found)) if found else str(about["title"])


def _of_section(said: Words, table: Table) -> dict[str, Any] | None:
    cells = [row.cells[-1] for row in table.rows if row.label in said["rows"]] if "rows" in said else [table.total[-1]]
    found = together(table.rows, said["rows"], -1) if "rows" in said else pair(table.total[-1])
    is_whole = found is not None and not any(cell.hidden for cell in cells) and (found[1] > 1 or "rows" not in said)
    return {"n": found[0], "of": found[1], "year": table.columns[-1]} if found and is_whole else None


def _of_total(table: Table, about: Words, words: Words) -> str:
    n = sum(cell.n or 0 for cell in table.total)
    return str(words["total"].format(n=n, of=about["one" if n == 1 else "of"])) if n else ""


def _of_rows(table: Table, about: Words, words: Words) -> str:
    known = [(row.label, row.cells[-1]) for row in table.rows if row.cells[-1].percent is not None]
    highest = max((cell.n or 0 for _, cell in known), default=0)
    most = [(label, cell) for label, cell in known if cell.n == highest]
    if not highest or len(most) != 1 or most[0][0] in NO_MESSAGE:
        return ""
    [(label, cell)] = most
    is_most = 2 * highest > (cell.whole or 0) and table.id not in OVERLAPPING
    said = words["mostly" if is_most else "often"]
    return str(said.format(heading=about["heading"], row=NUMBERED.sub("", label), k=highest, n=cell.whole))


def _of_share(table: Table, about: Words, words: Words, chance: Words) -> str:
    now = asked(table, about, len(table.columns) - 1)
    before = asked(table, about, len(table.columns) - 2) if are_comparable(table) else None
    if now is None or not now[1]:
        return ""
    became = change(SHARE, before, now, chance).kind if before and before[1] else ""
    said = words.get(f"{SHARE}_{became}", words[SHARE])
    return str(said.format(k=now[0], n=now[1], of=about["of"], before=table.columns[-2] if before else ""))
