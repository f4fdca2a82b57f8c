"""How a letter begins: by a person's title and family name where they are plain, else by the name as it is written."""

from __future__ import annotations

TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "reverend", "revd", "sir", "dame", "lady", "lord"}
    | {"father", "imam", "rabbi", "pastor", "captain", "capt", "major"}
)  # fmt: skip
STYLES = frozenset({"the", "right", "rt", "very", "most", "venerable", "ven", "honourable", "hon"})
OF_A_STYLE = frozenset({"reverend", "rev", "revd", "honourable", "hon"})  # what `right` or `most` belongs to
AND = frozenset({"and", "&"})
FIRST_AND_FAMILY = 2


def salutation(name: str, *, in_full: bool = False) -> str:
    """`Dear Ms Moore` for a title and two names; else the name as it is written, since no one may guess a family name.

    Which word is the family name depends on the language (Vietnamese and Hungarian put it first, Spanish has two). A style
    (`The Right Reverend`) is for the envelope. `in_full` is for two people whose letters would begin alike.
    """
    words = [word for word in _without_style(name.split()) if not (word[0] == "(" and word[-1] == ")")]
    titles, names = _parted(words)
    if titles and len(names) == FIRST_AND_FAMILY and not in_full and not AND & {_folded(word) for word in names}:
        names = names[-1:]
    return f"Dear {' '.join([*titles, *names])}" if words else "Dear (name to be asked)"


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
