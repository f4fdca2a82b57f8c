from __future__ import annotations

import dataclasses
import itertools
import re
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from letter_examples import (
    AGES,
    CASES,
    ON,
    ORGANISATIONS,
    WORDS,
    changed,
    configuration,
    example,
    form_a,
)  # fmt: skip
from unit.domain_data import policy
from unit.kinds_of_letters import LEARNED, RULES, letter_of, pages

from cdr import resources
from cdr.commands import letter as letter_command
from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import lint, reading_age, wording
from cdr.domain.letters import (
    letter_gate,
    letter_holds,
    letter_kinds,
    letters,
    support,
)
from cdr.domain.letters.letter_facts import Standing
from cdr.domain.letters.letters import Letter, Recipient

TO_FAMILY = [name for name, kind in RULES.kinds.items() if kind.to == letter_kinds.FAMILY]


def words_of(kind: str, body: dict[str, Any], recipient: Recipient | None = None) -> str:
    return " ".join(document.as_text(letter_of(kind, body, recipient), wording(kind)).split())


def text_of_lines(letter: Letter, kind: str) -> str:
    return document.as_text(letter, wording(kind))


def twin(**more: str) -> dict[str, str]:
    return {"name": "Efe Testcase", "relationship": "twin", "date_of_birth": "2025-03-02", **more}


class TestKinds:
    def test_the_rules_the_command_and_the_wordings_name_the_same_kinds(self) -> None:
        [offered] = [one.type for one in letter_command.command.params if one.name == "kind"]
        assert isinstance(offered, click.Choice)
        assert tuple(RULES.kinds) == letter_kinds.kind_names() == tuple(offered.choices)
        for kind in RULES.kinds:
            assert wording(kind)

    def test_every_question_of_the_rules_is_one_that_can_be_asked(self) -> None:
        for kind in RULES.kinds.values():
            assert set(kind.questions) <= set(letter_gate.BY_ID)
            assert kind.to != letter_kinds.FAMILY or set(letter_gate.FIRST_QUESTIONS) <= set(kind.questions)
        asked = {id_ for kind in RULES.kinds.values() for id_ in kind.questions}
        assert asked == set(letter_gate.BY_ID) and set(RULES.good_for) <= asked

    @pytest.mark.parametrize(("kind", "name"), [*itertools.product(TO_FAMILY, CASES)])
    def test_every_letter_of_the_examples_can_be_read_by_the_one_it_is_for(self, kind: str, name: str) -> None:
        body = form_a(name)
        for recipient in letters.recipients(body):
            letter = letter_of(kind, body, recipient)
            text = document.as_text(letter, wording(kind))
            assert lint(text, letter, WORDS, letters.private_words(body, recipient)) == []
            assert reading_age(text) <= 10

    @pytest.mark.parametrize("kind", TO_FAMILY)
    def test_nothing_of_another_person_and_nothing_of_the_cause(self, kind: str) -> None:
        for name in CASES:
            body = form_a(name)
            people = letters.recipients(body)
            for recipient in people:
                text = words_of(kind, body, recipient)
                others = (
                    {line for r in people for line in r.address_lines} - set(recipient.address_lines) - {"Northtown"}
                )
                unwanted = [body["child"]["nhs_number"], "999 000", body["death"]["circumstances"], *others]
                unwanted += [name for s in body["family"]["siblings"] for name in s["name"].split()[:1]]
                unwanted += [r.name for r in people if r != recipient]
                unwanted += ["suicide", "cot", "sleep", "haemorrhage"] if kind != "after-panel" else []
                said = text.replace("Survivors of Bereavement by Suicide", "")
                assert [word for word in unwanted if word in said] == []

    @pytest.mark.parametrize("kind", TO_FAMILY)
    def test_one_page_and_a_sheet_of_help(self, kind: str) -> None:
        first, second = pages(document.as_pdf(letter_of(kind, form_a("sudi")), wording(kind)))
        assert "With this letter" in first and "Page 1 of 2" in first and "Page 2 of 2" in second
        assert second.lstrip().startswith("People who can help")

    @pytest.mark.parametrize("kind", [kind for kind in TO_FAMILY if kind != "condolence"])
    def test_all_but_the_first_letter_stay_on_one_page_whatever_the_case_is(self, kind: str) -> None:
        police = [{"type": "inquest", "status": "open"}, {"type": "criminal", "status": "open"}]
        body = changed(
            form_a("suicide"), other_investigations=police, child__looked_after="yes", family__siblings=[twin()]
        )
        assert len(pages(document.as_pdf(letter_of(kind, body), wording(kind)))) == 2

    @pytest.mark.parametrize("kind", TO_FAMILY)
    def test_a_twin_who_is_alive_is_never_forgotten(self, kind: str) -> None:
        body = changed(form_a("sudi"), family__siblings=[twin()])
        assert "I am thinking of Amara’s twin too." in words_of(kind, body)
        two = changed(form_a("sudi"), family__siblings=[twin(), twin(name="Ama Testcase")])
        assert "the children who were born with Amara" in words_of(kind, two)
        for none in ([twin(has_died="not_known")], [{**twin(), "relationship": "sister"}], []):
            assert "thinking of" not in words_of(kind, changed(form_a("sudi"), family__siblings=none))

    @pytest.mark.parametrize("kind", TO_FAMILY)
    def test_a_twin_who_died_is_spoken_of_as_that(self, kind: str) -> None:
        body = changed(form_a("sudi"), family__siblings=[twin(has_died="yes")])
        said = words_of(kind, body)
        assert "sorry that Amara’s twin died too" in said
        assert "review of their own" not in said and "Efe" not in said

    @pytest.mark.parametrize("kind", TO_FAMILY)
    def test_letters_about_two_who_died_know_of_each_other(self, kind: str) -> None:
        for siblings in ([twin()], [twin(has_died="yes")], [{**twin(has_died="yes"), "relationship": "brother"}]):
            letter = letter_of(kind, changed(form_a("sudi"), family__siblings=siblings), other_cases=1)
            text = " ".join(document.as_text(letter, wording(kind)).split())
            assert (
                "Each child has a review of their own" in text
                and lint(text_of_lines(letter, kind), letter, WORDS) == []
            )

    def test_only_those_who_died_are_said_to_have_died(self) -> None:
        brother, sister = (
            {**twin(has_died=died), "relationship": who} for who, died in (("brother", "no"), ("sister", "yes"))
        )
        one = changed(form_a("sudi"), family__siblings=[twin(has_died="no"), sister])
        said = " ".join(document.as_text(letter_of("condolence", one, other_cases=1), wording("condolence")).split())
        assert "thinking of Amara’s twin too" in said and "sorry that Amara’s sister died too" in said

        several = changed(form_a("sudi"), family__siblings=[sister, {**sister, "name": "Ada"}, brother])
        said = " ".join(
            document.as_text(letter_of("condolence", several, other_cases=2), wording("condolence")).split()
        )
        assert "sorry that two of Amara’s brothers and sisters died too" in said

        both = changed(form_a("sudi"), family__siblings=[twin(has_died="yes"), sister])
        said = " ".join(document.as_text(letter_of("condolence", both, other_cases=2), wording("condolence")).split())
        assert "sorry that Amara’s twin and sister died too" in said

        triplets = changed(
            form_a("sudi"), family__siblings=[twin(has_died="yes"), {**twin(has_died="no"), "name": "Ola"}]
        )
        said = words_of("condolence", triplets)
        assert "thinking of the other child who was born with Amara too" in said
        assert "sorry that one of the children who were born with Amara died too" in said

        unclear = changed(form_a("sudi"), family__siblings=[twin(has_died="no"), brother])
        said = " ".join(
            document.as_text(letter_of("condolence", unclear, other_cases=1), wording("condolence")).split()
        )
        assert "Amara’s twin" not in said and "died too" not in said, "whose case it is cannot be told: nothing is said"

    @pytest.mark.parametrize(
        ("child", "relationship", "name"),
        [
            ({"first_names": "Baby"}, "grandparent", "the baby"),
            ({"first_names": "Baby"}, "mother", "your baby"),
            ({"first_names": "Not known", "date_of_birth": "2013-11-03"}, "mother", "your child"),
            ({"known_as": "Baby Grace"}, "mother", "Baby Grace"),
        ],
    )
    def test_a_child_without_a_name_is_whose_they_are(
        self, child: dict[str, str], relationship: str, name: str
    ) -> None:
        body = form_a("sudi")
        body["child"] = {**{k: v for k, v in body["child"].items() if k != "known_as"}, **child}
        body["family"]["parents"] = [{**body["family"]["parents"][0], "relationship": relationship}]
        assert letter_of("condolence", body).child.name == name

    def test_a_twin_whom_form_a_does_not_name_is_asked_about(self) -> None:
        body = changed(form_a("sudi"), child__multiple_birth="yes")
        assert letters.twin_to_ask_about(body)
        assert not letters.twin_to_ask_about(changed(body, family__siblings=[twin(has_died="yes")]))
        assert not letters.twin_to_ask_about(form_a("sudi"))
        assert letters.twin_to_ask_about(changed(body, family__siblings=[twin(has_died="not_known")]))

    def test_who_signs(self) -> None:
        by_chair = words_of("after-panel", form_a("sudi"))
        assert "Yours sincerely Dr Leslie Okafor Chair of the Child Death Overview Panel With this letter" in by_chair
        assert "please tell Jo Penrose. Yours sincerely" in by_chair
        assert "Yours sincerely Robin Ashworth" in words_of("delay", form_a("sudi"))

    def test_a_chairs_letter_without_a_key_worker_says_whom_to_ring(self) -> None:
        store = configuration()
        alone = dataclasses.replace(store, people={k: v for k, v in store.people.items() if k != "key_worker"})
        letter = letters.compose(
            form_a("neonatal"), alone, letters.recipients(form_a("neonatal"))[0], ON, ORGANISATIONS[:2], AGES,
            draft=False, case=Standing(learning=LEARNED), signed_by_chair=True,
        )  # fmt: skip
        text = " ".join(document.as_text(letter, wording("after-panel")).split())
        assert "You can ring Robin Ashworth, Child Death Review Manager, on 01632 960001." in text

    def test_what_was_learned_and_that_nothing_was(self) -> None:
        body = form_a("sudi")
        assert "We learned this: - The advice was given once." in words_of("after-panel", body)
        none = dataclasses.replace(letter_of("after-panel", body), learning=(), nothing_found=True)
        text = " ".join(document.as_text(none, wording("after-panel")).split())
        assert "This time we did not find any." in text and "that we learned" not in text
        unsaid = dataclasses.replace(none, nothing_found=False)
        assert "did not find" not in document.as_text(unsaid, wording("after-panel"))

    @pytest.mark.parametrize(
        ("kind", "change", "said"),
        [
            (
                "delay",
                {"other_investigations": [{"type": "criminal", "status": "open"}]},
                "separate from any work of the police",
            ),
            ("condolence", {"child__looked_after": "yes"}, "doctors, nurses, social workers and others"),
            ("condolence", {"family__interpreter_language": "Polish"}, "An interpreter can read it with you"),
            ("before-review-meeting", {"child__date_of_birth": "2026-01-01"}, "the time before the birth"),
        ],
    )
    def test_conditions(self, kind: str, change: dict[str, Any], said: str) -> None:
        assert said in words_of(kind, changed(form_a("sudi"), **change))
        plain = changed(form_a("sudi"), other_investigations=[])
        assert said not in words_of(kind, plain)

    def test_an_interpreter_for_one_parent_is_not_told_to_the_other(self) -> None:
        body = changed(form_a("sudi"))
        body["family"]["parents"][0]["interpreter_needed"] = "yes"
        mother, father = letters.recipients(body)
        assert "An interpreter" in words_of("delay", body, mother) and "An interpreter" not in words_of(
            "delay", body, father
        )


class TestAge:
    QUESTIONS = RULES.kinds["condolence"].questions

    def old(self, sent_on: date, recorded_on: str | None = None) -> list[str]:
        gate = {**example("letter-gate"), "recorded_on": recorded_on}  # answered on 17 April 2026
        return letter_gate.too_old(gate, sent_on, self.QUESTIONS, RULES.good_for, RULES.proof_reading_good_for)

    @pytest.mark.parametrize(("day", "count"), [(date(2026, 5, 1), 0), (date(2026, 5, 2), 3), (date(2026, 5, 16), 4)])
    def test_an_answer_is_good_for_its_days_to_the_day_the_letter_goes(self, day: date, count: int) -> None:
        assert len(self.old(day)) == count

    def test_the_proof_reading_too(self) -> None:
        assert self.old(date(2026, 5, 1), "2026-04-17") == []
        assert "proof_read_by" in self.old(date(2026, 5, 2), "2026-04-17")[-1]

    def test_what_does_not_age(self) -> None:
        assert not any("all_parents_told" in sentence for sentence in self.old(date(2030, 1, 1)))


class TestHolds:
    def case(self, *gates: dict[str, Any], letters: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
        return {"letter_gates": list(gates), "letters": list(letters)}

    def gate(self, answer: str, on: str = "2026-04-17", **more: Any) -> dict[str, Any]:
        answers = example("letter-gate")
        answers["answers"]["contact_welcome"]["answer"] = answer
        day = date.fromisoformat(on)
        return letter_holds.kept({**answers, **more}, "delay", day, RULES.ask_again(day))

    def test_an_answer_that_holds_and_when_to_ask_again(self) -> None:
        [hold] = letter_holds.holds(self.case(self.gate("no")))
        assert (hold.kind, hold.since, hold.questions) == ("delay", date(2026, 4, 17), ("contact_welcome",))
        assert hold.ask_again_on is None and hold.whom == "the key worker"
        [own] = letter_holds.holds(self.case(self.gate("not_known", review_on="2026-09-01")))
        assert own.ask_again_on == date(2026, 9, 1)

    def test_an_answer_that_lets_it_go_keeps_no_day(self) -> None:
        assert letter_holds.holds(self.case(self.gate("yes"))) == []
        assert "review_on" not in self.gate("yes")

    def test_a_later_answer_or_a_later_letter_ends_the_hold(self) -> None:
        assert letter_holds.holds(self.case(self.gate("no"), self.gate("yes", "2026-05-01"))) == []
        assert letter_holds.holds(self.case(self.gate("yes"), self.gate("no", "2026-05-01")))
        letter = {"kind": "delay", "status": "final", "made_on": "2026-04-18"}
        assert letter_holds.holds(self.case(self.gate("no"), letters=(letter,))) == []
        for other in ({**letter, "status": "draft"}, {**letter, "kind": "thanks"}, {**letter, "made_on": "2026-04-17"}):
            assert letter_holds.holds(self.case(self.gate("no"), letters=(other,)))

    def test_the_last_answers_of_a_kind(self) -> None:
        case = self.case(self.gate("no"), self.gate("yes", "2026-05-01"))
        assert (letter_holds.last_gate(case, "delay") or {})["recorded_on"] == "2026-05-01"
        assert letter_holds.last_gate(case, "thanks") is None

    def test_an_answer_about_the_family_holds_every_kind(self) -> None:
        went = {"kind": "delay", "recorded_on": "2026-04-17", "answers": {"parent_suspected": {"answer": "no"}}}
        held = {"kind": "condolence", "recorded_on": "2026-04-20", "answers": {"parent_suspected": {"answer": "yes"}}}
        again = {**held, "recorded_on": "2026-05-01", "answers": {"parent_suspected": {"answer": "no"}}}
        every = RULES.of_every_kind
        assert "parent_suspected" in every
        now = letter_holds.last_gate({"letter_gates": [went, held]}, "delay", every) or {}
        assert now["answers"]["parent_suspected"] == {"answer": "yes"} and now["recorded_on"] == "2026-04-17"
        assert letter_holds.last_gate({"letter_gates": [held, went]}, "delay", every) == went
        assert letter_holds.last_gate({"letter_gates": [went, held, again]}, "delay", every) == went


def test_local_help_comes_first_and_not_more_than_four() -> None:
    own = [{"name": "Northshire Hearts", "help": "For families here.", "phone": "01632 960010"}] * 3
    listed = (*ORGANISATIONS, *support.local(own))
    for name in CASES:
        found = support.choose(form_a(name), listed, AGES)
        assert [item.name for item in found][:2] == ["Northshire Hearts"] * 2 and len(found) == 4
        assert any("everyone" in item.for_ for item in found)
    assert support.not_rung(support.local(own), date(2026, 1, 1)) == ["Northshire Hearts"] * 3


def test_a_death_on_the_road_has_its_own_help() -> None:
    body = changed(form_a("suicide"), death__suspected_events=["road_traffic"])
    assert "brake" in [item.id for item in support.choose(body, ORGANISATIONS, AGES)]
    assert "brake" not in [item.id for item in support.choose(form_a("suicide"), ORGANISATIONS, AGES)]


def test_no_wording_says_what_a_family_should_not_read() -> None:
    for kind in TO_FAMILY:
        plain = re.sub(r"\{[#%{].*?[#%}]\}", "", wording(kind), flags=re.DOTALL).casefold()
        for word in ("loss", "passed", "deceased", "condolence", "cdop", "regret", "inconvenience", "apolog"):
            assert not re.search(rf"\b{word}", plain), (kind, word)


def test_the_page_for_the_coordinator_names_every_kind_and_question() -> None:
    page = (Path(__file__).parents[2] / "docs" / "letters.md").read_text("utf-8")
    assert [f"`{kind}`" for kind in RULES.kinds if f"| `{kind}` |" not in page] == []
    assert [id_ for id_ in letter_gate.BY_ID if f"`{id_}`" not in page] == []


def test_the_names_of_the_kinds_are_those_of_the_rules_and_each_has_a_wording_and_a_clock() -> None:
    ends = policy().letter_ends
    assert tuple(RULES.kinds) == letter_kinds.kind_names()
    assert all(resources.read_bytes("templates", "letters", f"{kind}.txt") for kind in letter_kinds.kind_names())
    assert set(ends) <= {*letter_kinds.kind_names(), "other"}
    assert {kind: ends.get(kind, ends["other"]) for kind in letter_kinds.kind_names()} == {
        **dict.fromkeys(letter_kinds.kind_names(), ("R07",)), "action": ("R10",), "confidentiality": (), "key-worker": ("R12",),
        "school": ("T28-support",), "coroner": ("R13", "R16"), "other-area": (), "further-meeting": (),
    }  # fmt: skip
