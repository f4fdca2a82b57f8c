"""Whose child it is: the local authority that somebody wrote, held against those of the area."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from cdr.written import bare_name


@cache
def same_place(name: str) -> str:
    """A place's name as it is compared and never shown: `Stockton on Tees` is `Stockton-on-Tees`, `Bath & Wells` `Bath and Wells`."""
    return bare_name(name.replace("&", " and "))


def own_authority(name: str | None, authorities: Sequence[str]) -> str | None:
    """The authority of the area that a name stands for, in the spelling of cdr.yaml; None where it is none of them, or not known."""
    wanted = same_place(name or "")
    return next((one for one in authorities if wanted and same_place(one) == wanted), None)


def lived_elsewhere(name: str | None, authorities: Sequence[str]) -> bool:
    """Whether a local authority is given and it is none of the area's. What is not known is not elsewhere."""
    return bool(same_place(name or "")) and own_authority(name, authorities) is None


def died_elsewhere(review_area: str, own_area: str) -> bool:
    """Whether a form names the review area in which the child died, and it is another than this one."""
    return bool(same_place(review_area)) and same_place(review_area) != same_place(own_area)


def is_nearly_ours(name: str | None, authorities: Sequence[str]) -> bool:
    """Whether a local authority is none of the area's and so like one that it may be misspelt."""
    from difflib import get_close_matches

    likely = get_close_matches(same_place(name or ""), [same_place(one) for one in authorities], 1, 0.8)
    return lived_elsewhere(name, authorities) and bool(likely)
