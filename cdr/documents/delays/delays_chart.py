"""The delay ledger as a picture: bars in a terminal, and as SVG with real text; no meaning is in a colour alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from html import escape

from cdr.documents import svg
from cdr.documents.delays.delays_rows import PURPOSE, Bar, Chart, Page
from cdr.documents.safe import visible
from cdr.written import counted

NARROWEST, WIDEST = 60, 160
DRAWN, ASCII = ("█", "░", "│"), ("#", "-", "|")
NUMBERS = 16

WIDTH, LEFT, RIGHT, ROW, BAR = 960, 330, 190, 28, 16
FONT = "'Source Sans 3', Arial, Helvetica, sans-serif"
INK, SOLID, LIGHT, GRID = "#1f1f1f", "#24476b", "#ffffff", "#9a9a9a"
LONGEST_LABEL = 46
ROOM_FOR_TICKS = WIDTH - 155  # beyond it stand the words "all days"


def terminal(page: Page, width: int, ascii_only: bool = False) -> str:
    """The bars in a terminal of so many columns; `ascii_only` with ASCII alone."""
    marks = ASCII if ascii_only else DRAWN
    wide = max(NARROWEST, min(WIDEST, width))
    lines = [visible(page.title), PURPOSE]
    for chart in page.charts:
        lines += ["", visible(chart.title), *textwrap.wrap(visible(chart.summary), wide)]
        lines += ["", *_bars(chart, wide, marks)] if chart.bars else []
        lines += [line for note in chart.notes for line in textwrap.wrap(note, wide)]
    key = f"{marks[0]} days attributed to this cause   {marks[1]} open, while another cause took the days"
    return (
        "\n".join(
            [
                "",
                *lines,
                "",
                *textwrap.wrap(key, wide),
                *(line for note in page.notes for line in textwrap.wrap(note, wide)),
            ]
        ).lstrip("\n")
        + "\n"
    )


def _bars(chart: Chart, wide: int, marks: tuple[str, str, str]) -> Iterator[str]:
    labels = min(max(len(bar.label) for bar in chart.bars), wide // 3)
    cells = wide - labels - NUMBERS - 4
    yield f"{'':{labels}}  {'':{cells}} {'open':>7} {'attrib.':>8}"
    for bar in chart.bars:
        first, *more = textwrap.wrap(visible(bar.label), labels) or [""]
        yield f"{first:<{labels}} {marks[2]}{_drawn(bar, cells, marks)} {bar.open_days:>7,} {bar.attributed_days:>8,}"
        yield from (f"{line:<{labels}} {marks[2]}".rstrip() for line in more)
    yield f"{'':{labels}} {marks[2]}{_scale(chart, cells)} {'all':>7} {chart.total:>8,}"


def _drawn(bar: Bar, cells: int, marks: tuple[str, str, str]) -> str:
    """A bar: a cell shows what holds most of it, and every span has one at least."""
    row = [" "] * cells
    for span in sorted(bar.spans, key=lambda span: span.attributed):  # what took the days is drawn over what did not
        first = min(cells - 1, round(span.start * cells))
        for cell in range(first, max(first + 1, round(span.end * cells))):
            row[cell] = marks[0] if span.attributed else marks[1]
    return "".join(row)


def _scale(chart: Chart, cells: int) -> str:
    row = [" "] * cells
    free = 0
    for at, words in chart.ticks:
        start = round(at * cells)
        if start >= free and start + len(words) <= cells:
            row[start : start + len(words)] = words
            free = start + len(words) + 1
    return "".join(row)


def drawn(page: Page, inside: bool = False) -> str:
    """The page as SVG with a title, a description and real text; `inside` a web page it has no heading of its own."""
    body, height = [], 12
    if not inside:
        body += [_text(12, 34, page.title, size=22, weight="bold"), _text(12, 58, PURPOSE, size=14)]
        height = 84
    for chart in page.charts:
        lines, height = _chart(chart, height, inside)
        body += lines
    if not inside:
        for line in (line for note in page.notes for line in textwrap.wrap(note, 120)):
            body.append(_text(12, height + 8, line, size=13))
            height += 20
    name = f"picture-{page.charts[0].id}"
    ground = [_hatched(f"{name}-open"), svg.element("rect", width="100%", height="100%", fill=LIGHT)]
    whole = svg.picture(
        name,
        visible(page.title),
        " ".join(_said(chart) for chart in page.charts),
        [*ground, *(line.replace("#open", f"#{name}-open") for line in body)],
        "\n",
        viewBox=f"0 0 {WIDTH} {height + 8}",
        width=WIDTH,
        height=height + 8,
        font_family=FONT,
        fill=INK,
    )
    return f"{whole}\n"


def _hatched(id_: str) -> str:
    """The pattern of days that were open while another cause took them: it needs no colour to be told apart."""
    lines = svg.element("rect", width=6, height=6, fill=LIGHT) + svg.element("rect", width=1.6, height=6, fill=SOLID)
    turned = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    return svg.element("defs", svg.element("pattern", lines, id=id_, width=6, height=6, **turned))


def _chart(chart: Chart, top: int, inside: bool) -> tuple[list[str], int]:
    """The lines of one picture from a height down, and the height below it."""
    lines, y = [], top
    if not inside:
        lines += [_text(12, y + 16, chart.title, size=18, weight="bold"), _text(12, y + 38, chart.summary, size=14)]
        y += 54
    if chart.bars:
        lines += _key(y) + [
            _text(x, y + 40, word, size=13, anchor="end")
            for x, word in ((WIDTH - 100, "days open"), (WIDTH - 12, "attributed"))
        ]
        y += 48
        lines += _grid(chart, y, y + ROW * len(chart.bars))
        for bar in chart.bars:
            lines.append(_bar(bar, y))
            y += ROW
        y += 28
        lines += [
            _text(WIDTH - 100, y - 8, "all days", size=14, anchor="end"),
            _text(WIDTH - 12, y - 8, f"{chart.total:,}", size=14, weight="bold", anchor="end"),
        ]
    for note in chart.notes:
        lines.append(_text(12, y + 14, note, size=13))
        y += 22
    return lines, y + 20


def _key(y: int) -> list[str]:
    return [
        _rect(12, y + 4, 22, BAR, SOLID), _text(40, y + 17, "days attributed to this cause", size=13),
        _rect(240, y + 4, 22, BAR, "url(#open)"), _text(268, y + 17, "open, while another cause took the days", size=13),
    ]  # fmt: skip


def _grid(chart: Chart, top: int, bottom: int) -> Iterator[str]:
    free = 0.0
    for at, words in chart.ticks:
        x = LEFT + at * (WIDTH - LEFT - RIGHT)
        yield svg.element("line", x1=f"{x:.1f}", y1=top, x2=f"{x:.1f}", y2=bottom + 4, stroke=GRID, stroke_width=0.7)
        if x >= free and x + 7 * len(words) <= ROOM_FOR_TICKS:
            yield _text(x, bottom + 19, words, size=12)
            free = x + 8 * len(words) + 6


def _bar(bar: Bar, y: int) -> str:
    label = visible(bar.label)
    short = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    parts = [
        svg.element("title", escape(_words(bar), quote=False)),
        _text(LEFT - 10, y + 18, short, size=14, anchor="end"),
    ]
    for span in bar.spans:
        width = max(1.5, (span.end - span.start) * (WIDTH - LEFT - RIGHT))
        x = LEFT + span.start * (WIDTH - LEFT - RIGHT)
        parts.append(_rect(x, y + (ROW - BAR) / 2, width, BAR, SOLID if span.attributed else "url(#open)"))
    parts.append(_text(WIDTH - 100, y + 18, f"{bar.open_days:,}", size=14, anchor="end"))
    parts.append(_text(WIDTH - 12, y + 18, f"{bar.attributed_days:,}", size=14, anchor="end"))
    return svg.element("g", "\n".join(parts))


def _said(chart: Chart) -> str:
    return " ".join([f"{visible(chart.title)}. {visible(chart.summary)}", *(f"{_words(bar)}." for bar in chart.bars)])


def _words(bar: Bar) -> str:
    return (
        f"{visible(bar.label)}: {counted(bar.open_days, 'day')} open, {counted(bar.attributed_days, 'day')} attributed"
    )


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": height}
    return svg.element("rect", **place, fill=fill, stroke=SOLID, stroke_width=1)


def _text(x: float, y: float, text: str, *, size: int, weight: str = "normal", anchor: str = "start") -> str:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}"}
    return svg.text(visible(text), **place, font_size=size, font_weight=weight, text_anchor=anchor)
