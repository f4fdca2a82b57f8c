"""A person who is asked about is found under a slip, an initial and a part of the name, and whoever is called otherwise is not."""

from __future__ import annotations

from typing import Any

import pytest

from cdr.domain.case.people import clues_of
from cdr.domain.case.perhaps import in_all

CASE, OTHER = "2026-7K3M", "2026-8N4P"
FORM_A: dict[str, Any] = {
    "child": {"first_names": "Amara", "family_name": "Planted"},
    "family": {"parents": [{"name": "Ms Wilhelmina Planted", "relationship": "mother"}, {"name": "Mr Jo Planted"}]},
}
CLUES = clues_of(["Wilhelmina Planted"])


def found(text: str, case: str = CASE, lines: tuple[str, ...] = ("Wilhelmina Planted",)) -> bool | None:
    """Whether a text of a case is listed: True as it was given, False perhaps, None not."""
    bodies = [(CASE, FORM_A), (case, {"text": text})]
    fields = in_all(bodies, clues_of(lines), {CASE: [FORM_A]})[1]
    return fields[0].is_exact if fields else None


@pytest.mark.parametrize(
    "text",
    ["Wilhelmina Planted rang.", "Planted, Wilhelmina", "WILHELMÍNA PLANTÉD", "Wilhelmina (Mrs Planted)", "wilhelmina_planted.pdf"],
)  # fmt: skip
def test_the_whole_name_is_found_in_any_case(text: str) -> None:
    assert found(text) is True and found(text, OTHER) is True


@pytest.mark.parametrize("text", ["Wilhelmena Plantid", "W. Planted", "Planted W", "Wilhelmina P.", "Wilhelmena Jane Planted"])  # fmt: skip
def test_a_slip_and_an_initial_are_perhaps_hers_in_any_case(text: str) -> None:
    assert found(text) is False and found(text, OTHER) is False


@pytest.mark.parametrize("text", ["Wilhelmina said so.", "Wilhelmina Former", "Mrs Planted came.", "Wilma or Wilhelm: Wilhelm"])  # fmt: skip
def test_a_part_of_the_name_is_perhaps_hers_in_her_case_alone(text: str) -> None:
    assert found(text) is False and found(text, OTHER) is None


@pytest.mark.parametrize("text", ["Amara Planted", "Jo Planted", "the mother", "WP", "Planted", "a planted hedge"])
def test_others_of_the_family_are_not_taken_for_her(text: str) -> None:
    assert found(text) is None and found(text, OTHER) is None


def test_all_that_was_given_has_to_fit() -> None:
    assert found("W. Planted, born 2 March 1990", OTHER, ("W Planted", "1990-03-03")) is None
    body = {"text": "Wilhelmena Planted", "born": "1990-03-02"}
    [_, fields] = in_all([(CASE, FORM_A), (OTHER, body)], clues_of(["Wilhelmina Planted", "1990-03-02"]), {})
    assert [(one.field, one.is_exact) for one in fields] == [("text", False)]


def test_a_meeting_is_about_the_cases_that_it_names() -> None:
    meeting = {"cases": [{"case": CASE}], "minutes": "Wilhelmina was thanked."}
    other = {"cases": [{"case": OTHER}], "minutes": "Wilhelmina was thanked."}
    [_, ours, theirs] = in_all([(CASE, FORM_A), ("", meeting), ("", other)], CLUES, {CASE: [FORM_A]})
    assert [one.field for one in ours] == ["minutes"] and theirs == []
