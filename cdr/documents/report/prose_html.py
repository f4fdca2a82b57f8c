"""What somebody wrote, as HTML of ours: every word of it is escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

from cdr.documents.report import photographs
from cdr.documents.report.report_blocks import Prose
from cdr.domain.report.prose import Columns, Illustration, Listed, Paragraph, Part, Quotation, Run, SubHeading
from cdr.records import dataclass

TITLE = 2  # a section's title is an h2


def prose(block: Prose, pictures: Mapping[str, bytes]) -> Markup:
    """The block as HTML, with those of its pictures that are there."""
    return _Page(pictures).parts(block.parts, TITLE + block.below - 1)


def line(runs: Iterable[Run]) -> Markup:
    """A line with its emphasis and its links."""
    return Markup().join(_run(run) for run in runs)


@dataclass(frozen=True)
class _Page:
    """What the parts are set with."""

    pictures: Mapping[str, bytes]

    def parts(self, parts: Iterable[Part], level: int) -> Markup:
        return Markup("\n").join(self._part(part, level) for part in parts)

    def _part(self, part: Part, level: int) -> Markup:
        match part:
            case Paragraph():
                return Markup("<p>{}</p>").format(line(part.runs))
            case SubHeading():
                return Markup("<h{0}>{1}</h{0}>").format(level + part.depth, line(part.runs))
            case Listed():
                return self._listed(part, level)
            case Quotation():
                return Markup("<blockquote>\n{}\n</blockquote>").format(self.parts(part.parts, level))
            case Illustration():
                return self._illustration(part)
            case Columns():
                return _columns(part)

    def _listed(self, part: Listed, level: int) -> Markup:
        name = "ul" if part.start is None else "ol"
        start = "" if part.start in (None, 1) else Markup(' start="{}"').format(part.start)
        items = Markup("\n").join(Markup("<li>{}</li>").format(self._item(item, level)) for item in part.items)
        return Markup("<{0}{1}>\n{2}\n</{0}>").format(name, start, items)

    def _item(self, parts: Sequence[Part], level: int) -> Markup:
        """What stands in an item; one that begins with a line of text has it without the space of a paragraph."""
        first, *others = parts or (Paragraph(()),)
        if not isinstance(first, Paragraph):
            return self.parts(parts, level)
        return line(first.runs) + (Markup("\n") + self.parts(others, level) if others else Markup())

    def _illustration(self, part: Illustration) -> Markup:
        raw = self.pictures.get(part.file)
        if not raw:
            return Markup('<p class="place">{}: {}</p>').format(photographs.NOT_KEPT, part.alt)
        width, height = photographs.size(raw)
        source = f"data:{photographs.kind(raw)};base64,{b64encode(raw).decode()}"
        under = Markup("\n<figcaption>{}</figcaption>").format(part.caption) if part.caption else ""
        return Markup('<figure>\n<img src="{}" alt="{}" width="{}" height="{}">{}\n</figure>').format(
            source, part.alt, width, height, under
        )


def _columns(part: Columns) -> Markup:
    kinds = [Markup(' class="right"') if right else Markup() for right in part.to_the_right]
    heads = _cells(part.heads, kinds, ["th"] * len(kinds), ' scope="col"')
    rows = Markup("\n").join(Markup("<tr>{}</tr>").format(_cells(row, kinds, ["td"] * len(kinds))) for row in part.rows)
    return Markup(
        '<div class="scroll" role="group" tabindex="0" aria-label="Table">\n<table>\n<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n{}\n</tbody>\n</table>\n</div>'
    ).format(heads, rows)


def _cells(cells: Sequence[Sequence[Run]], kinds: Sequence[str], names: Sequence[str], scope: str = "") -> Markup:
    made = (
        Markup("<{0}{1}{2}>{3}</{0}>").format(name, Markup(scope) if cell else "", kind, line(cell))  # noqa: S704
        for cell, kind, name in zip(cells, kinds, names, strict=True)
    )
    return Markup().join(made)


def _run(run: Run) -> Markup:
    if run.turn:
        return Markup("<br>")
    made = escape(run.text)
    for wanted, name in ((run.emphasis, "em"), (run.strong, "strong")):
        made = Markup("<{0}>{1}</{0}>").format(name, made) if wanted else made
    return Markup('<a href="{}">{}</a>').format(run.link, made) if run.link else made
