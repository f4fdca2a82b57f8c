"""A learning briefing of one page, for people who were not in the panel: what several reviews teach, without names and without cases."""

from __future__ import annotations

from collections.abc import Sequence

from cdr.documents.panel.paper import Bullets, Heading, Paper, Part, Text
from cdr.records import dataclass

PURPOSE = (
    "For learning. It tells of no child: please keep it so, and do not try to work out whose review a point comes from."
)
MOST_WORDS = 420  # what a page holds beside its headings


@dataclass(frozen=True)
class Point:
    """Something to be learnt or done, without names: its theme, or who was asked."""

    under: str
    words: str


@dataclass(frozen=True)
class Learning:
    """What the reviews say: points to learn by theme, and recommendations by who was asked; `reviews` is from how many."""

    reviews: int
    learn: tuple[Point, ...]
    asked: tuple[Point, ...]


def briefing(learning: Learning, title: str, area: str) -> tuple[Paper, int]:
    """The paper, and how many points it had no room for."""
    reviews = "one review" if learning.reviews == 1 else f"{learning.reviews} reviews"
    learn, asked, left = _that_fit(learning)
    parts: list[Part] = [Text(f"From {reviews} of the child death overview panel of {area}.")]
    for heading, points in (("What to learn", learn), ("What the panel asked for", asked)):
        parts += [Heading(heading)] if points else []
        for under in dict.fromkeys(one.under for one in points):
            parts += [Heading(under, 3), Bullets(tuple(one.words for one in points if one.under == under))]
    return Paper(title, area, PURPOSE, tuple(parts)), left


def _that_fit(learning: Learning) -> tuple[Sequence[Point], Sequence[Point], int]:
    """The points that a page holds, in their order; what a theme has twice stands once."""
    learn, asked = (tuple(dict.fromkeys(points)) for points in (learning.learn, learning.asked))
    room, kept = MOST_WORDS, 0
    for one in (*learn, *asked):
        room -= len(one.words.split()) + len(one.under.split())
        if room < 0 and kept:
            break
        kept += 1
    return learn[:kept], asked[: max(0, kept - len(learn))], len(learn) + len(asked) - kept
