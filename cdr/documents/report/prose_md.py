"""What somebody wrote, as Markdown that shows it as it was read."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from cdr.documents.report.report_blocks import Prose
from cdr.domain.report.prose import Columns, Illustration, Listed, Paragraph, Part, Quotation, Run, SubHeading

TITLE = 2


def prose(block: Prose) -> str:
    """The block as Markdown."""
    return _parts(block.parts, TITLE + block.below - 1)


def line(runs: Iterable[Run]) -> str:
    """A line with its emphasis and its links."""
    return _at_the_start("".join(map(_run, runs)).strip())


def shown(text: str) -> str:
    """Text that Markdown shows as it is, also where a line begins with what would be a list or a heading."""
    return _at_the_start(_escaped(text))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _parts(parts: Iterable[Part], level: int) -> str:
    return "\n\n".join(filter(None, (_part(part, level) for part in parts)))


def _part(part: Part, level: int) -> str:
    match part:
        case Paragraph():
            return line(part.runs)
        case SubHeading():
            return f"{'#' * (level + part.depth)} {line(part.runs)}"
        case Listed():
            return _listed(part, level)
        case Quotation():
            return "\n".join(f"> {one}".rstrip() for one in _parts(part.parts, level).split("\n"))
        case Illustration():
            return f"Picture: {_escaped(part.alt)}{f' ({_escaped(part.caption)})' if part.caption else ''}"
        case Columns():
            return _columns(part)


def _listed(part: Listed, level: int) -> str:
    marks = [f"{part.start + n}. " if part.start is not None else "- " for n in range(len(part.items))]
    items = [
        mark + textwrap.indent(_parts(item, level), " " * len(mark)).lstrip()
        for mark, item in zip(marks, part.items, strict=True)
    ]
    return ("\n" if all(len(item) < 2 for item in part.items) else "\n\n").join(items)


def _columns(part: Columns) -> str:
    rule = ["---:" if right else "---" for right in part.to_the_right]
    rows = [[line(cell) or " " for cell in row] for row in part.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [[line(head) or " " for head in part.heads], rule, *rows])


def _run(run: Run) -> str:
    if run.turn:
        return "\\\n"
    # an emphasis that would begin or end with a space is none
    before, bare, after = re.fullmatch(r"(\s*)(.*?)(\s*)", run.text, re.DOTALL).groups()  # type: ignore[union-attr]
    made = _escaped(bare)
    if made:
        made = f"*{made}*" if run.emphasis else made
        made = f"**{made}**" if run.strong else made
        made = f"[{made}](<{run.link}>)" if run.link else made
    return f"{' ' if before else ''}{made}{' ' if after else ''}"


def _at_the_start(text: str) -> str:
    """A line that begins with what would be a list or a heading, so that it begins with its letters."""
    return re.sub(r"(?m)^(\d+)([.)])", r"\1\\\2", re.sub(r"(?m)^([-+=~])", r"\\\1", text))
