"""Lines of code in each room: without blank lines, comments and docstrings.

python bench/rooms.py
"""

from __future__ import annotations

import ast
import io
import statistics
import tokenize
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tabulate import tabulate

PACKAGE = Path(__file__).resolve().parent.parent / "cdr"
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


@dataclass
class Room:
    """What one room holds: its modules, its lines of code, and the lengths of its functions."""

    modules: int = 0
    lines: int = 0
    longest: int = 0
    functions: list[int] = field(default_factory=list)


def code_lines(text: str) -> int:
    """How many lines hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings(ast.parse(text)))


def docstrings(tree: ast.Module) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first = node.body[0]
            found.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return found


def rooms() -> dict[str, Room]:
    found: dict[str, Room] = defaultdict(Room)
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        text = path.read_text("utf-8")
        room = found[parts[0] if len(parts) > 1 else "(top)"]
        room.modules += 1
        room.lines += code_lines(text)
        room.longest = max(room.longest, text.count("\n"))
        nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        room.functions += [(node.end_lineno or node.lineno) - node.lineno + 1 for node in nodes]
    return found


def main() -> None:
    found = rooms()
    rows = [
        (
            name,
            room.modules,
            room.lines,
            room.longest,
            len(room.functions),
            f"{statistics.median(room.functions or [0]):.0f}",
            max(room.functions, default=0),
        )
        for name, room in sorted(found.items())
    ]
    lengths = [length for room in found.values() for length in room.functions]
    total = ("all", *(sum(getattr(room, name) for room in found.values()) for name in ("modules", "lines")))
    rows.append(
        (
            *total,
            max(room.longest for room in found.values()),
            len(lengths),
            f"{statistics.median(lengths):.0f}",
            max(lengths),
        )
    )
    headers = ["room", "modules", "lines of code", "longest file", "functions", "median function", "longest function"]
    print(tabulate(rows, headers=headers))


if __name__ == "__main__":
    main()
