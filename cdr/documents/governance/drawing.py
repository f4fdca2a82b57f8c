"""The drawing of where data goes: the store in the middle, what comes to it on the left, what goes out of it on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from cdr.documents.svg import element, picture, text

WIDTH, MARGIN, TOP = 960, 16, 40
BOX, ROW, GAP, LINE = 330, 96, 14, 17
LETTERS = 42  # what a line of a side's box holds
MIDDLE, NARROW = 164, 18  # the store's box, and what a line of it holds
HEAD = 8  # of an arrow
INK = "#333"

Flow = tuple[str, str, str]


def drawing(store: tuple[str, str], flows: Sequence[Flow]) -> str:
    """The picture as SVG: of each flow its way (`comes`, `goes`, `both`), what it is, and how; the same in words for whoever hears it."""
    left = [one for one in flows if one[0] != "goes"]
    right = [one for one in flows if one[0] == "goes"]
    height = TOP + max(len(left), len(right)) * ROW + MARGIN
    words = " ".join(
        f"{what}: {how}." for what, how in (*(one[1:] for one in left), store, *(one[1:] for one in right))
    )
    attributes = {"viewBox": f"0 0 {WIDTH} {height}", "font_family": "sans-serif", "font_size": 13, "fill": "#000"}
    body = [*_middle(store, height), *_side(left, MARGIN), *_side(right, WIDTH - MARGIN - BOX)]
    title = "Where the data of a child death review goes"
    return picture("flow", title, words, body, "\n", **attributes) + "\n"


def _middle(store: tuple[str, str], height: int) -> Iterator[str]:
    x = (WIDTH - MIDDLE) // 2
    yield from _box(x, TOP, MIDDLE, height - TOP - MARGIN - GAP, stroke_width=2)
    yield from _words(store, x, height // 2 - 2 * LINE, NARROW)
    for said, at in (("Comes in", MARGIN), ("Goes out", WIDTH - MARGIN - BOX)):
        yield text(said, x=at, y=TOP - LINE, font_weight="bold", font_size=15)


def _side(flows: Sequence[Flow], x: int) -> Iterator[str]:
    near, far = (WIDTH - MIDDLE) // 2, (WIDTH + MIDDLE) // 2
    for number, (way, what, how) in enumerate(flows):
        y = TOP + ROW * number
        yield from _box(x, y, BOX, ROW - GAP)
        yield from _words((what, how), x, y + 20, LETTERS)
        ends = (x + BOX, near) if x < near else (far, x)
        yield from _arrow(*ends, y + (ROW - GAP) // 2, way == "both")


def _box(x: int, y: int, width: int, height: int, **more: object) -> Iterator[str]:
    yield element("rect", x=x, y=y, width=width, height=height, rx=4, fill="#fff", stroke=INK, **more)


def _words(said: tuple[str, str], x: int, y: int, letters: int) -> Iterator[str]:
    yield text(said[0], x=x + 10, y=y, font_weight="bold")
    for number, line in enumerate(wrap(said[1], letters), 1):
        yield text(line, x=x + 10, y=y + number * LINE)


def _arrow(start: int, end: int, y: int, is_both_ways: bool) -> Iterator[str]:
    yield element("line", x1=start, y1=y, x2=end, y2=y, stroke=INK)
    yield _head(end, -HEAD, y)
    if is_both_ways:
        yield _head(start, HEAD, y)


def _head(x: int, back: int, y: int) -> str:
    return element("path", d=f"M{x} {y}l{back} -4v8z", fill=INK)
