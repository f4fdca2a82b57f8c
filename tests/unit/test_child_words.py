"""How a letter speaks of those who were born with a child: without a name, and never of one as living who may have died."""

from __future__ import annotations

from typing import Any

import pytest

from cdr.domain.letters.child_words import born_together, child_of, died_too

AMARA = child_of({"first_names": "Amara", "sex": "female"})


def twin(has_died: str | None = "no") -> dict[str, Any]:
    return {"relationship": "twin", "has_died": has_died}


def family(*siblings: dict[str, Any]) -> dict[str, Any]:
    return {"family": {"siblings": list(siblings)}}


SISTER = {"relationship": "sister", "has_died": "no"}


@pytest.mark.parametrize(
    ("siblings", "other_cases", "said"),
    [
        ((), 0, ""),
        ((SISTER,), 0, ""),
        ((twin(),), 0, "Amara’s twin"),
        ((twin(), SISTER), 0, "Amara’s twin"),
        ((twin(None),), 0, "Amara’s twin"),
        ((twin("yes"),), 0, ""),
        ((twin("yes"),), 1, ""),
        ((twin(),), 1, ""),
        ((twin("not_known"),), 0, ""),
        ((twin(), twin("yes")), 0, "the other child who was born with Amara"),
        ((twin(), twin("yes")), 1, "the other child who was born with Amara"),
        ((twin(), twin("yes")), 2, ""),
        ((twin(), twin()), 0, "the children who were born with Amara"),
        ((twin(), twin()), 1, ""),
    ],
)
def test_who_was_born_with_the_child_and_lives(siblings: Any, other_cases: int, said: str) -> None:
    assert born_together(family(*siblings), AMARA, other_cases) == said


@pytest.mark.parametrize(
    ("siblings", "other_cases", "new", "said"),
    [
        ((twin("yes"),), 0, 0, "Amara’s twin"),
        ((twin(),), 1, 1, "Amara’s twin"),
        ((twin(), twin()), 1, 1, ""),
        ((twin("yes"), twin()), 0, 0, "one of the children who were born with Amara"),
        ((twin("yes"), twin("yes")), 0, 0, "the children who were born with Amara"),
        ((twin("yes"), twin("yes"), twin()), 0, 0, "two of the children who were born with Amara"),
        (({**SISTER, "has_died": "yes"},), 0, 0, ""),
        (({**SISTER, "has_died": "yes"},), 0, 1, "Amara’s sister"),
        ((twin("yes"), {**SISTER, "has_died": "yes"}), 0, 1, "Amara’s twin and sister"),
        (({**SISTER, "relationship": "half_sibling"},), 1, 1, "Amara’s brother or sister"),
        ((SISTER, SISTER), 2, 1, "Amara’s brothers and sisters"),
    ],
)
def test_who_of_the_brothers_and_sisters_died(siblings: Any, other_cases: int, new: int, said: str) -> None:
    assert died_too(family(*siblings), AMARA, other_cases, new=new) == said
