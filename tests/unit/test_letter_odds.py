"""Answers of the letter gate against what Form A and the other cases know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from letter_examples import LETTER_RULES, ON, changed, example, form_a

from cdr.domain.case.duplicates import Identity, identity
from cdr.domain.case.siblings import cases_of_siblings
from cdr.domain.letters import letters
from cdr.domain.letters.letter_odds import at_odds, may_be_a_child

SUDI = form_a("sudi")
QUESTIONS = LETTER_RULES.kinds["condolence"].questions


def asked(
    body: dict[str, Any], *, live: bool = False, criminal: bool = False, gate: Any = None, to: int = 0
) -> list[str]:
    people = letters.people_of(body)
    chosen = {to: people[to]} if to else people
    return at_odds(
        gate or example("letter-gate"),
        body,
        chosen,
        ON,
        QUESTIONS,
        LETTER_RULES.addresses,
        live_process=live,
        criminal=criminal,
    )


def with_father(**what: Any) -> dict[str, Any]:
    body = changed(SUDI)
    body["family"]["parents"][1].update(what)
    return body


def answered(id_: str, answer: str, because: str = "") -> dict[str, Any]:
    gate = example("letter-gate")
    gate["answers"][id_] |= {"answer": answer, **({"because": because} if because else {})}
    return gate


def test_what_goes_together_is_not_asked_again() -> None:
    assert asked(SUDI) == asked(SUDI, live=True) == asked(SUDI, live=True, criminal=True) == []
    assert at_odds(None, SUDI, {}, ON, QUESTIONS, LETTER_RULES.addresses, live_process=True, criminal=True) == []


def test_not_applicable_will_not_do_for_an_open_inquest() -> None:
    assert len(asked(SUDI, live=True, gate=answered("wording_agreed", "not_applicable"))) == 1
    assert asked(SUDI, gate=answered("wording_agreed", "not_applicable")) == []


@pytest.mark.parametrize("change", [{"family__interpreter_language": "Yoruba"}, None])
def test_no_language_will_not_do_where_form_a_names_one(change: dict[str, Any] | None) -> None:
    body = changed(SUDI, **change) if change else with_father(interpreter_needed="yes")
    assert "interpreter" in asked(body)[0]
    assert asked(body, gate=answered("language_and_format", "a Yoruba interpreter will ring")) == []


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"age": 15}, "under 18"),
        ({"date_of_birth": "2010-09-01"}, "under 18"),
        ({"address": ["HMP Foston Hall", "DE65 5DN"]}, "in custody"),
        ({"address": ["Ward 4", "Northtown General Hospital"]}, "in hospital"),
    ],
)
def test_who_cannot_have_a_letter_themselves(what: dict[str, Any], said: str) -> None:
    body = with_father(**what)
    [sentence] = asked(body)
    assert said in sentence and "letter 2" in sentence and "recipients_able" in sentence
    assert "Kwame" not in sentence and "Foston" not in sentence
    assert asked(body, to=1) == [], "what is so of one is not asked for a letter to the other"
    assert asked(body, gate=answered("recipients_able", "yes", "His youth worker reads it with him.")) == []
    assert asked(body, gate=answered("recipients_able", "no")) == []


@pytest.mark.parametrize("address", [["1 Prison Lane"], ["12 Hospital Road", "Northtown"], ["Yoicks Farm"]])
def test_a_street_is_no_prison_and_no_hospital(address: list[str]) -> None:
    assert asked(with_father(address=address)) == []


@pytest.mark.parametrize(
    ("person", "child"),
    [
        ({"date_of_birth": "2008-04-17"}, False),
        ({"date_of_birth": "2008-04-18"}, True),
        ({"date_of_birth": "2008-04"}, True),
        ({"date_of_birth": "2008-03"}, False),
        ({"date_of_birth": "2008"}, True),
        ({"date_of_birth": "2007"}, False),
        ({"date_of_birth": "soon"}, False),
        ({"age": 17}, True),
        ({"age": 18}, False),
        ({}, False),
    ],
)
def test_who_may_be_a_child(person: dict[str, Any], child: bool) -> None:
    assert may_be_a_child(person, ON) is child


def test_a_criminal_case_and_nobody_suspected() -> None:
    prison = with_father(address=["HMP Northtown", "NR9 9ZZ"])
    killed = changed(SUDI, death__suspected_events=["apparent_homicide"])
    for body, said in ((prison, "in custody"), (killed, "homicide")):
        found = [sentence for sentence in asked(body, criminal=True) if "parent_suspected" in sentence]
        assert len(found) == 1 and said in found[0]
        gate = answered("parent_suspected", "no", "The officer says that it is somebody else.")
        assert not [one for one in asked(body, criminal=True, gate=gate, to=1) if "parent_suspected" in one]
        [both] = [one for one in asked(body, criminal=True, gate=gate) if "parent_suspected" in one]
        assert "--to" in both, "what is said of one who is not suspected sends no letter to one who is"
    assert not [sentence for sentence in asked(prison) if "parent_suspected" in sentence]


class TestSiblings:
    def other(self, **child: str) -> dict[str, Identity]:
        return {"2026-OTHR": identity(changed(SUDI, **{f"child__{key}": value for key, value in child.items()}))}

    def found(self, siblings: list[dict[str, Any]], **child: str) -> list[str]:
        body = changed(SUDI, family__siblings=siblings)
        return cases_of_siblings(body, self.other(**child))

    def test_a_brother_by_name_and_birth(self) -> None:
        kofi = SUDI["family"]["siblings"]
        assert self.found(kofi, first_names="Kofi", date_of_birth="2021-06-14") == ["2026-OTHR"]
        assert self.found(kofi, first_names="Kofi", date_of_birth="2021-06-15") == []
        assert self.found(kofi, first_names="Kojo", date_of_birth="2021-06-14") == []
        assert self.found(kofi, first_names="Kofi", date_of_birth="2021-06-14", family_name="Other") == []

    def test_a_twin_whom_nobody_has_named_yet(self) -> None:
        twin = [{"name": "Twin 2", "relationship": "twin", "has_died": "yes"}]
        assert self.found(twin, first_names="Baby") == ["2026-OTHR"]
        assert self.found(twin, first_names="Esi", date_of_birth="2020-01-01") == []

    def test_a_multiple_birth_that_names_nobody(self) -> None:
        body = changed(SUDI, family__siblings=[], child__multiple_birth="yes")
        assert cases_of_siblings(body, self.other(first_names="Esi")) == ["2026-OTHR"]
        assert cases_of_siblings(changed(body, child__multiple_birth="no"), self.other(first_names="Esi")) == []


def test_a_reason_is_part_of_the_gate_and_kept_with_the_case() -> None:
    from cdr.domain.letters.letter_holds import kept
    from cdr.forms import schema

    gate = answered("recipients_able", "yes", "Her key worker reads it with her.")
    assert schema.problems(gate, "letter-gate/1") == []
    day = date(2026, 4, 17)
    assert kept(gate, "condolence", day, day)["answers"]["recipients_able"]["because"]
