from __future__ import annotations

import dataclasses
import io
import itertools
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import click
import docx
import pypdfium2
import pytest
from letter_examples import (
    AGES,
    CASES,
    ON,
    ORGANISATIONS,
    REFERENCE,
    WORDS,
    changed,
    configuration,
    example,
    form_a,
    from_case,
    rules,
)  # fmt: skip
from unit.domain_data import policy

from cdr import resources
from cdr.commands import letter as letter_command
from cdr.documents.letters import letter as document
from cdr.documents.letters import wording_check
from cdr.documents.letters.letter_docx import as_docx
from cdr.documents.letters.wording import PIECES, lint, lint_professional, reading_age, wording
from cdr.domain.letters import (
    letter_gate,
    letter_holds,
    letter_kinds,
    letters,
    professional_letters,
    support,
)
from cdr.domain.letters.letter_facts import Standing
from cdr.domain.letters.letters import Letter, Recipient
from cdr.errors import NotFound

RULES = letter_kinds.LetterRules.from_rules(rules("letters"))
TO_FAMILY = [name for name, kind in RULES.kinds.items() if kind.to == letter_kinds.FAMILY]
LEARNED = ("The advice was given once. Now it will be given twice.",)
WAITS = ("the coroner to finish",)


def letter_of(kind: str, body: dict[str, Any], recipient: Recipient | None = None, **how: Any) -> Letter:
    by_chair = RULES.kinds[kind].signed_by == "chair"
    case = from_case(body, learning=LEARNED, waits=WAITS, views_shared=True)
    return letters.compose(
        body, configuration(), recipient or letters.recipients(body)[0], ON, support.choose(body, ORGANISATIONS, AGES), AGES,
        draft=False, reference=REFERENCE, case=case, signed_by_chair=by_chair, **how,
    )  # fmt: skip


def words_of(kind: str, body: dict[str, Any], recipient: Recipient | None = None) -> str:
    return " ".join(document.as_text(letter_of(kind, body, recipient), wording(kind)).split())


def text_of_lines(letter: Letter, kind: str) -> str:
    return document.as_text(letter, wording(kind))


def pages(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    found = [page.get_textpage().get_text_range() for page in opened]
    opened.close()
    return found


def twin(**more: str) -> dict[str, str]:
    return {"name": "Efe Testcase", "relationship": "twin", "date_of_birth": "2025-03-02", **more}


class TestKinds:
    def test_the_rules_the_command_and_the_wordings_name_the_same_kinds(self) -> None:
        [offered] = [one.type for one in letter_command.command.params if one.name == "kind"]
        assert isinstance(offered, click.Choice)
        assert tuple(RULES.kinds) == letter_kinds.KINDS == tuple(offered.choices)
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
        assert "These are things that we learned: - The advice was given once." in words_of("after-panel", body)
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
            ("condolence", {"child__looked_after": "yes"}, "Doctors, nurses, social workers and others"),
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


class TestProfessionals:
    ANALYSIS = example("form-c-sudi")

    def action(self, **changes: Any) -> professional_letters.ProfessionalLetter:
        one = {**self.ANALYSIS["recommendations"][0], **changes}
        return professional_letters.action_letter(one, 1, configuration(), ON, draft=False)

    def test_the_letter_to_an_organisation(self) -> None:
        text = " ".join(document.as_text(self.action(), wording("action")).split())
        assert "Dear Head of health visiting" in text and "section 16M of the Children Act 2004" in text
        assert "Northshire Community Health" in text and "by 30 September 2026" in text
        assert "Yours sincerely Dr Leslie Okafor" in text
        assert lint_professional(text, WORDS) == []

    def test_nothing_of_the_child_is_in_it_not_even_the_reference(self) -> None:
        text = document.as_text(self.action(), wording("action"))
        for unwanted in ("Amara", "Testcase", "9990000018", REFERENCE, "Kofi", "12 Example Street", "girl", "January"):
            assert unwanted not in text

    def test_without_an_owner_or_a_day(self) -> None:
        text = " ".join(document.as_text(self.action(owner="", due=""), wording("action")).split())
        assert "Dear colleague" in text and "We hope that this can be done by" not in text

    @pytest.mark.parametrize(
        "text",
        [
            "Tell Amara’s health visitor",
            "Speak with Ms Efua Testcase",
            "Check NHS number 999 000 0018",
            "Visit 12 Example Street",
            "What Dr Priya Raman did",
        ],
    )
    def test_what_points_at_someone_holds_it_and_is_not_quoted(self, text: str) -> None:
        [found] = professional_letters.recognisable(self.action(text=text), form_a("sudi"))
        assert not any(word in found for word in ("Amara", "Efua", "0018", "Example Street", "Raman"))
        assert professional_letters.recognisable(self.action(), form_a("sudi")) == []

    def test_which_recommendations(self) -> None:
        listed = {"recommendations": [{"text": "a", "level": "local"}, {"text": "b", "level": "local", "to": "x"}]}
        assert [n for n, _ in professional_letters.recommendations(listed, None)] == [2]
        assert [n for n, _ in professional_letters.recommendations(listed, "2")] == [2]
        for analysis, number in ((listed, "1"), (listed, "mother"), ({}, None)):
            with pytest.raises(NotFound):
                professional_letters.recommendations(analysis, number)

    def test_the_statement(self) -> None:
        blank = document.as_text(professional_letters.statement(configuration(), None, ON), wording("confidentiality"))
        named = document.as_text(
            professional_letters.statement(configuration(), "chair", ON), wording("confidentiality")
        )
        assert "Name: ____" in blank and "Name: Dr Leslie Okafor" in named
        assert "Dear" not in blank and "Our reference" not in blank
        with pytest.raises(NotFound):
            professional_letters.statement(configuration(), "treasurer", ON)

    def test_one_page_each(self) -> None:
        for kind, letter in (
            ("action", self.action()),
            ("confidentiality", professional_letters.statement(configuration(), None, ON)),
        ):
            assert len(pages(document.as_pdf(letter, wording(kind)))) == 1


class TestOwnWordings:
    def problems(self, name: str, text: str) -> list[str]:
        return wording_check.problems(name, {name: text}, RULES.kinds.values(), WORDS)

    @pytest.mark.parametrize("name", [*RULES.kinds, *PIECES])
    def test_those_that_ship_are_well(self, name: str) -> None:
        assert wording_check.problems(name, {}, RULES.kinds.values(), WORDS) == []

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{{ salutation }}\n\n{{ child.name }} died. {{ child.age }}", "field"),
            ("{{ salutation }}\n\n{{ child.name }} died.{% if coroner %}x", "braces"),
            ("{{ salutation }}\n\n{{ child.name }} passed away.", "passed away"),
            ("{{ salutation }}\n\n{{ child.name }} died.{% if criminal %} The JAR is over.{% endif %}", "JAR"),
            ("{{ salutation }}\n\n{{ child.name }} died. We knew him well.", "right words"),
            ("{{ salutation }}\n\nWe are sorry. {{ child.name }} died.", "first sentence"),
            ("Dear Parent\n\n{{ child.name }} died.", "own name"),
        ],
    )
    def test_what_is_wrong_is_found_under_every_condition(self, text: str, said: str) -> None:
        assert any(said in sentence for sentence in self.problems("delay", text)), self.problems("delay", text)

    def test_a_wording_that_is_well(self) -> None:
        assert self.problems("delay", "{{ salutation }}\n\nI am sorry that {{ child.name }} died.\n\n[signature]") == []

    def test_a_piece_is_tried_in_every_letter(self) -> None:
        assert any("JAR" in sentence for sentence in self.problems("signature", "Yours sincerely, for the JAR.\n"))
        assert self.problems("signature", "Yours sincerely\n\n[sign here]\n\n{{ signer.name }}\n") == []

    def test_an_areas_own_piece_stands_in_every_letter(self) -> None:
        text = wording("thanks", None, {"signature": "With our warm wishes\n\n{{ signer.name }}\n"})
        assert "With our warm wishes" in text and "Yours sincerely" not in text


class TestWord:
    def opened(self, kind: str, name: str = "suicide", **how: Any) -> Any:
        return docx.Document(io.BytesIO(as_docx(letter_of(kind, form_a(name), **how), wording(kind))))

    def test_it_says_what_the_text_says(self) -> None:
        letter = letter_of("condolence", form_a("sudi"))
        said = "\n".join(
            p.text for p in docx.Document(io.BytesIO(as_docx(letter, wording("condolence")))).paragraphs
        ).split()
        text = document.as_text(letter, wording("condolence")).replace("\n- ", "\n").split()
        assert sorted(said) == sorted(text)

    def test_title_language_and_nobody_as_its_author(self) -> None:
        opened = self.opened("delay")
        about = opened.core_properties
        assert about.title == "A letter from Northshire and Southtown Child Death Review Team, 17 April 2026"
        assert about.author == about.last_modified_by == about.comments == "" and about.language == "en-GB"
        assert "Jordan" not in about.title
        assert 'w:lang w:val="en-GB"' in opened.styles.element.xml

    def test_the_same_letter_gives_the_same_bytes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import time

        letter = letter_of("thanks", form_a("sudi"))
        first = as_docx(letter, wording("thanks"))
        real = time.localtime
        monkeypatch.setattr(time, "localtime", lambda when=None: real((when or time.time()) + 3600))
        assert as_docx(letter, wording("thanks")) == first
        with zipfile.ZipFile(io.BytesIO(first)) as parts:
            assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}

    def test_styles_headings_and_lists(self) -> None:
        opened = self.opened("delay")
        styles = {p.style.name for p in opened.paragraphs}
        assert {"Heading 1", "List Bullet", "List", "Normal"} <= styles
        heading, *_ = [p for p in opened.paragraphs if p.style.name == "Heading 1"]
        assert heading.text == "People who can help" and heading.paragraph_format.page_break_before

    def test_the_address_stands_in_the_window(self) -> None:
        frames = [p for p in self.opened("delay").paragraphs if p._p.xpath("w:pPr/w:framePr[@w:y='3118']")]
        assert [p.text for p in frames] == ["Ms Dana Moore", "88 Model Road", "Northtown", "NR2 3EF"]

    def test_large_print_and_the_mark_of_a_draft(self) -> None:
        assert self.opened("delay").styles["Normal"].font.size.pt == 12
        assert self.opened("delay", large_print=True).styles["Normal"].font.size.pt == 18
        draft = dataclasses.replace(letter_of("delay", form_a("sudi")), draft=True)
        header = docx.Document(io.BytesIO(as_docx(draft, wording("delay")))).sections[0].header.paragraphs[0].text
        assert header == "DRAFT – not to be sent"

    @pytest.mark.parametrize(
        "name", ["Ẹ̀bùn Ọlá", "Ŵyn Ŷnys", "Łukasz Wójcik", "İrem Işık", "Nguyễn Thị Hằng", "李 娜", 'A & <b> "c"']
    )
    def test_names_are_as_they_are_written(self, name: str) -> None:
        body = changed(form_a("sudi"))
        body["family"]["parents"][0]["name"] = name
        texts = [
            p.text for p in docx.Document(io.BytesIO(as_docx(letter_of("thanks", body), wording("thanks")))).paragraphs
        ]
        assert name in texts and f"Dear {name}" in texts


LONG = (
    (
        "Apt 1",
        "2 Mill House",
        "3 Mill Lane",
        "Millside",
        "Milltown",
        "Northtown",
        "Northshire",
        "NR1 1ZZ",
        "United Kingdom",
    ),
    ("Flat 23b, The Old Northern Counties Permanent Building Society Chambers, St Bartholomew’s Yard", "14 Sample Road")
    * 4,
)


@pytest.mark.parametrize("address", LONG)
def test_a_long_address_never_stands_on_the_letter(address: tuple[str, ...]) -> None:
    body = changed(form_a("sudi"))
    body["family"]["parents"][0]["address"] = [*address]
    opened = pypdfium2.PdfDocument(document.as_pdf(letter_of("delay", body), wording("delay")))
    page = opened[0].get_textpage()

    def edges(words: str, last: bool = False) -> tuple[float, float]:
        search, found = page.search(words, match_case=True), None
        while (one := search.get_next()) is not None:
            found = one if found is None or last else found
        assert found is not None
        _, bottom, _, top = page.get_charbox(found[0])
        return bottom, top

    assert edges("Dear Ms")[1] < edges(address[-1], last=True)[0] - 5
    frames = docx.Document(io.BytesIO(as_docx(letter_of("delay", body), wording("delay")))).paragraphs
    framed = [p for p in frames if p._p.xpath("w:pPr/w:framePr[@w:y='3118']")]
    sizes = {size.pt for p in framed if (size := p.runs[0].font.size)}
    assert sizes == {9}


def test_large_print_on_paper() -> None:
    body = form_a("sudi")
    letter = letter_of("delay", body, large_print=True)
    opened = pypdfium2.PdfDocument(document.as_pdf(letter, wording("delay")))
    page = opened[0].get_textpage()
    index, _ = page.search("forgotten").get_next()
    _, bottom, _, top = page.get_charbox(index, loose=True)
    small = pypdfium2.PdfDocument(document.as_pdf(letter_of("delay", body), wording("delay")))[0].get_textpage()
    at, _ = small.search("forgotten").get_next()
    _, low, _, high = small.get_charbox(at, loose=True)
    assert (top - bottom) / (high - low) == pytest.approx(1.5, abs=0.05)
    sheet = [
        n
        for n, text in enumerate(pages(document.as_pdf(letter, wording("delay"))))
        if text.lstrip().startswith("People who can help")
    ]
    assert sheet == [2]  # on a page of its own


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
    assert tuple(RULES.kinds) == letter_kinds.KINDS
    assert all(resources.read_bytes("templates", "letters", f"{kind}.txt") for kind in letter_kinds.KINDS)
    assert set(ends) <= {*letter_kinds.KINDS, "other"}
    assert {kind: ends.get(kind, ends["other"]) for kind in letter_kinds.KINDS} == {
        **dict.fromkeys(letter_kinds.KINDS, ("R07",)), "action": ("R10",), "confidentiality": (), "key-worker": ("R12",),
        "school": ("T28-support",), "coroner": ("R13", "R16"), "other-area": (), "further-meeting": (),
    }  # fmt: skip
