"""How a letter begins: by a person's title and family name where they are plain, else by the name as it is written."""

from __future__ import annotations

import re
from collections.abc import Collection

TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "reverend", "revd", "sir", "dame", "lady", "lord"}
    | {"father", "imam", "rabbi", "pastor", "captain", "capt", "major"}
)  # fmt: skip
STYLES = frozenset({"the", "right", "rt", "very", "most", "venerable", "ven", "honourable", "hon"})
OF_A_STYLE = frozenset({"reverend", "rev", "revd", "honourable", "hon"})  # what `right` or `most` belongs to
BEFORE_THE_FIRST_NAME = frozenset({"sir", "dame"})  # Sir Alan Ferris is Sir Alan
OF_EITHER_NAME = frozenset({"lady", "lord"})  # Lady Mary or Lady Ferris: by which name depends on how she came by it
# Small words that a family name begins with, so that it has two: Mrs De Souza.
PARTICLES = frozenset(
    {"de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "ten", "ter"}
    | {"al", "el", "bin", "bint", "ibn", "ben", "abu", "st", "san", "saint", "mac", "mc", "o", "ap"}
)  # fmt: skip
AND = frozenset({"and", "&"})
FIRST_AND_FAMILY = 2


def salutation(name: str, *, in_full: bool = False, family: Collection[str] = ()) -> str:
    """`Dear Ms Moore` for a title and two names; else the name as it is written, since no one may guess a family name.

    Which word is the family name depends on the language (Vietnamese and Hungarian put it first, Spanish has two). A style
    (`The Right Reverend`) is for the envelope. `in_full` is for two people whose letters would begin alike; `family` are the
    words of the child's family name, folded.
    """
    words = [word for word in _without_style(name.split()) if not (word[0] == "(" and word[-1] == ")")]
    titles, names = _parted(words)
    if titles and len(names) == FIRST_AND_FAMILY and not in_full:
        names = _called(_folded(titles[-1]), names, family)
    return f"Dear {' '.join([*titles, *names])}" if words else "Dear (name to be asked)"


def _called(title: str, names: list[str], family: Collection[str]) -> list[str]:
    """Which of two names goes with a title: both where the first may be no first name, or nobody can tell."""
    first = _folded(names[0])
    if title in BEFORE_THE_FIRST_NAME:
        return names[:1]
    both = title in OF_EITHER_NAME or first in PARTICLES or first in family or AND & {_folded(word) for word in names}
    return names if both else names[-1:]


def with_capitals(name: str) -> str:
    """A name that somebody typed in small letters throughout, with a capital where a name has one; any other as it is."""
    words = name.split(" ")
    if name == name.lower():
        return " ".join(
            word if _folded(word) in (PARTICLES | AND) and n else _capital(word) for n, word in enumerate(words)
        )
    return " ".join(_capital(word) if _folded(word) in TITLES and word.islower() else word for word in words)


def _capital(word: str) -> str:
    """Each part of a name with a capital: after a hyphen or an apostrophe too."""
    return re.sub(r"(^|[-'’])(\w)", lambda found: found[1] + found[2].title(), word)


def names_two(name: str) -> bool:
    """Whether a name is that of two people: `Mr and Mrs Moore`."""
    words = [_folded(word) for word in name.split()]
    return bool(AND & set(words[1:-1]))


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """The titles at the beginning, with the `and` between two of them, and the rest."""
    count = 0
    while count < len(words) and (_folded(words[count]) in TITLES or _joins(words, count)):
        count += 1
    return words[:count], words[count:]


def _joins(words: list[str], at: int) -> bool:
    between = 0 < at < len(words) - 1 and _folded(words[at]) in AND
    return between and _folded(words[at + 1]) in TITLES


def _without_style(words: list[str]) -> list[str]:
    count = 0
    while count < len(words) - 1 and _folded(words[count]) in STYLES:
        count += 1
    high = any(_folded(word) != "the" for word in words[:count])
    if high and count < len(words) - 1 and _folded(words[count]) in OF_A_STYLE:
        count += 1
    return words[count:]


def _folded(word: str) -> str:
    return word.rstrip(".,").casefold()
