"""What a document says in words: each answer under its field's title, whichever part of the form asks it."""

from __future__ import annotations

from typing import Any

import pytest

from cdr.forms.described import described
from cdr.forms.fields import every


def supplementary(kind: str, *keys: str) -> list[tuple[str, str]]:
    body = {"supplementary": [{"type": kind, "answers": dict.fromkeys(keys, "yes")}]}
    return [(title, text) for _, title, text in described("form-b/1", body)]


def test_the_questions_of_a_supplementary_form_have_their_titles() -> None:
    assert supplementary("sudden_unexpected_death", "room_temperature_c") == [
        ("Supplementary forms", ""),
        ("Which supplementary form", "Sudden unexpected death"),
        ("Sudden unexpected death", ""),
        ("Room temperature in degrees Celsius", "yes"),
    ]


KINDS = sorted({one.type for one in every("form-b/1") if one.type})


@pytest.mark.parametrize("kind", KINDS)
def test_every_supplementary_form_does(kind: str) -> None:
    asked = {
        one.field.key: one.field.title for one in every("form-b/1") if one.type == kind and one.path.count(".") == 2
    }
    assert asked and [title for title, _ in supplementary(kind, *asked)[3:]] == list(asked.values())


def test_several_are_numbered_and_one_alone_is_not() -> None:
    def of(*parents: dict[str, Any]) -> list[tuple[int, str, str]]:
        return list(described("form-b/1", {"parents": list(parents)}))

    father, mother = {"relationship": "father"}, {"relationship": "mother"}
    assert of(father)[1:] == [(1, "Relationship", "Father")]
    assert of(father, mother)[1:] == [
        (1, "1 of 2", ""),
        (2, "Relationship", "Father"),
        (1, "2 of 2", ""),
        (2, "Relationship", "Mother"),
    ]
