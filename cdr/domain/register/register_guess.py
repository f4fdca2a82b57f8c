"""A first guess at a mapping, from a register's headings and values; it proposes, and a person decides."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from cdr.domain.register.register import Column, Columns
from cdr.domain.register.register_map import CODED, NEAR, SEARCHED_ROWS, SHORT, Rows, is_sum, words_of
from cdr.forms import migrations
from cdr.records import dataclass
from cdr.written import folded

SHORTEST_NEAR = 4
MOST_VALUES = 60
OPENING = """\
# A first mapping, guessed from the headings and the words of the register. Nothing is decided: look at every line.
# Left of each colon stands what cdr import asks for, right of it where the register has it.
"""
NOT_FOUND = "needed, and no heading was found for it; give one here, or the same for all under constants"


@dataclass(frozen=True)
class Guess:
    """A heading that may be one of our columns, its place among the cells, and how sure that is (sure, likely, perhaps)."""

    heading: str
    place: int
    confidence: str


@dataclass(frozen=True)
class Guessed:
    """A proposed mapping: the header's row, the columns, the words with the code each may stand for, and rows of sums.

    `rare` counts, by column, the words that are not told because a single row has them: each may be a name.
    """

    header_row: int
    columns: Mapping[str, Guess]
    values: Mapping[str, Mapping[str, str]]
    counts: Mapping[str, Mapping[str, int]]
    rare: Mapping[str, int]
    skip_rows: Sequence[int]
    missing: Sequence[str]

    def document(self) -> dict[str, Any]:
        """The mapping as a document that `--map` takes; words without a proposal are left for a person to add."""
        values = {name: {word: code for word, code in of.items() if code} for name, of in self.values.items()}
        return {
            "schema": migrations.current("register-map"),
            "header_row": self.header_row,
            **({"skip_rows": list(self.skip_rows)} if self.skip_rows else {}),
            "columns": {name: one.heading for name, one in self.columns.items()},
            "values": {name: of for name, of in values.items() if of},
        }

    def text(self) -> str:
        """The mapping as YAML with what is not sure in comments."""
        lines = [OPENING + "schema: register-map/1", f"header_row: {self.header_row}"]
        if self.skip_rows:
            lines.append(f"skip_rows: [{', '.join(map(str, self.skip_rows))}]  # they seem to add up the register")
        lines += ["columns:", *(f"  {name}: {_quoted(one.heading)}{_doubt(one)}" for name, one in self.columns.items())]
        lines += [f"  # {name}:  # {NOT_FOUND}" for name in self.missing]
        if any(self.values.values()) or self.rare:
            lines.append("values:" if any(code for of in self.values.values() for code in of.values()) else "# values:")
        for name in dict.fromkeys([*self.values, *self.rare]):
            lines += self._values(name)
        return "\n".join(lines) + "\n"

    def _values(self, name: str) -> list[str]:
        of = self.values.get(name, {})
        lines = [f"  {name}:" if any(of.values()) else f"  # {name}:"]
        for word, code in of.items():
            count = self.counts[name][word]
            rows = f"{count} {'row' if count == 1 else 'rows'}"
            lines.append(
                f"    {_quoted(word)}: {_quoted(code)}  # {rows}"
                if code
                else f"    # {_quoted(word)}:  # {rows}; say which code"
            )
        rare = self.rare.get(name, 0)
        return [
            *lines,
            *([f"    # {rare} more, each in one row only, {'is' if rare == 1 else 'are'} not shown"] if rare else []),
        ]


def headings(rows: Rows, columns: Columns) -> int:
    """How many names under which columns have been seen the best of the first rows has."""
    return max(_counts(rows, columns), default=0)


def _counts(rows: Rows, columns: Columns) -> list[int]:
    known = {name for column in columns.by_name.values() for name in column.names}
    return [len(known & {folded(cell) for cell in cells if cell}) for _, cells in rows[:SEARCHED_ROWS]]


def guess(rows: Rows, columns: Columns) -> Guessed:
    """The mapping that a register seems to need."""
    counts = _counts(rows, columns)
    place = max(range(len(counts)), key=lambda i: (counts[i], -i), default=0)
    number, header = rows[place]
    found = guess_columns(header, columns)
    cases = rows[place + 1 :]
    sums = [row[0] for row in cases if is_sum(row[1], columns)]
    uncoded = {
        name: _uncoded(columns.by_name[name], one.place, [row for row in cases if row[0] not in sums], columns)
        for name, one in found.items()
        if columns.by_name[name].takes in CODED
    }
    told = {
        name: {word: n for word, n in of.items() if _may_be_told(word, n, columns.by_name[name])}
        for name, of in uncoded.items()
    }
    return Guessed(
        header_row=number,
        columns=found,
        values={
            name: {word: guess_value(columns.by_name[name], word) for word in of} for name, of in told.items() if of
        },
        counts=told,
        rare={name: hidden for name, of in uncoded.items() if (hidden := len(of) - len(told[name]))},
        skip_rows=sums,
        missing=[name for name, column in columns.by_name.items() if column.needed and name not in found],
    )


def _may_be_told(word: str, rows: int, column: Column) -> bool:
    """A word that a single row has may be a name in the wrong column, unless it is one that registers are known to use."""
    return (rows > 1 or bool(guess_value(column, word))) and len(word) <= SHORT and word.isprintable()


def _uncoded(column: Column, place: int, cases: Rows, columns: Columns) -> dict[str, int]:
    words: Counter[str] = Counter()
    for _, cells in cases:
        text = cells[place] if place < len(cells) else ""
        if column.needed or text.casefold() not in columns.empty:
            words.update(word for word in words_of(column, text) if folded(word) not in column.meanings)
    return dict(words.most_common(MOST_VALUES))


def guess_columns(header: Sequence[str], columns: Columns) -> dict[str, Guess]:
    """Our columns with the headings that may hold them; what is surest is taken first, and no heading twice."""
    free = {folded(heading): place for place, heading in reversed(list(enumerate(header))) if heading}
    found: dict[str, Guess] = {}
    for confidence, match in (("sure", _own_name), ("likely", _known_name), ("perhaps", _near_name)):
        for name, column in columns.by_name.items():
            heading = match(column, free) if name not in found else None
            if heading is not None:
                place = free.pop(heading)
                found[name] = Guess(header[place], place, confidence)
    return {name: found[name] for name in columns.by_name if name in found}


def _own_name(column: Column, free: Mapping[str, int]) -> str | None:
    return next((name for name in (folded(column.name), folded(column.title)) if name in free), None)


def _known_name(column: Column, free: Mapping[str, int]) -> str | None:
    return next((name for name in column.names if name in free), None)


def _near_name(column: Column, free: Mapping[str, int]) -> str | None:
    long = [name for name in column.names if len(name) >= SHORTEST_NEAR]
    return next((close[0] for name in long if (close := get_close_matches(name, free, 1, NEAR))), None)


def guess_value(column: Column, word: str) -> str:
    """The code that a register's word may stand for; empty where nothing is known of it."""
    spelt = folded(word)
    return next(
        (str(code) for code, words in column.values.items() if spelt in {folded(str(one)) for one in words}), ""
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _doubt(one: Guess) -> str:
    return "" if one.confidence == "sure" else f"  # {one.confidence}"
