"""Whose child it is: the local authority that somebody wrote, held against those of the area."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from cdr.expressions import expression
from cdr.written import bare_name

OTHER_HOSPITAL = "Another hospital"  # what a form says of one that is not of the area, and the row of a table
_PARTS = expression(r"[,;:()/\n]|\s[-–—]\s|\s(?:at|in|of the)\s")


@cache
def same_place(name: str) -> str:
    """A place's name as it is compared and never shown: `Stockton on Tees` is `Stockton-on-Tees`, `Bath & Wells` `Bath and Wells`."""
    return bare_name(name.replace("&", " and "))


def own_authority(name: str | None, authorities: Sequence[str]) -> str | None:
    """The authority of the area that a name stands for, in the spelling of cdr.yaml; None where it is none of them, or not known."""
    return _by_name(tuple(authorities)).get(same_place(name)) if name else None


@cache
def _by_name(authorities: tuple[str, ...]) -> dict[str, str]:
    """The authorities by their names as they are compared, the first of each."""
    return {name: one for one in reversed(authorities) if (name := same_place(one))}


def own_hospital(said: str | None, hospitals: Sequence[str]) -> str | None:
    """The hospital of cdr.yaml with which what was said, or a part of it, begins (`Ward 5, Northtown General Hospital`), the longest name first."""
    parts = [_words(part) for part in _PARTS.split(said or "")]
    for one in sorted(hospitals, key=len, reverse=True):
        name = _words(one)
        if name and any(part[: len(name)] == name for part in parts):
            return one
    return None


def _words(text: str) -> list[str]:
    words = [bare_name(word) for word in text.replace("&", " and ").split()]
    return [word for word in words if word and word != "the"]


def lived_elsewhere(name: str | None, authorities: Sequence[str]) -> bool:
    """Whether a local authority is given and it is none of the area's. What is not known is not elsewhere."""
    return bool(same_place(name or "")) and own_authority(name, authorities) is None


def died_elsewhere(review_area: str, own_area: str) -> bool:
    """Whether a form names the review area in which the child died, and it is another than this one."""
    return bool(same_place(review_area)) and same_place(review_area) != same_place(own_area)


def is_nearly_one_of(name: str | None, listed: Sequence[str]) -> bool:
    """Whether a local authority, or a hospital, is none of the area's and so like one that it may be misspelt."""
    from difflib import get_close_matches

    likely = get_close_matches(same_place(name or ""), [same_place(one) for one in listed], 1, 0.8)
    return lived_elsewhere(name, listed) and bool(likely)
