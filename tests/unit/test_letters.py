from __future__ import annotations

import dataclasses
import resource
import signal
import time
from datetime import date
from typing import Any

import pytest
from letter_examples import (
    AGES,
    CASES,
    ON,
    ORGANISATIONS,
    REFERENCE,
    changed,
    configuration,
    example,
    form_a,
    letter_for,
)

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import WordingFails, fill_in, wording
from cdr.domain.letters import greeting, letters, support
from cdr.domain.letters.letter_gate import FIRST_QUESTIONS
from cdr.errors import ConditionsNotMet, NotFound, WrongConfiguration


def person(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Ms Ada Testcase",
        "relationship": "mother",
        "parental_responsibility": "yes",
        "lives_with_child": "yes",
        "address": ["1 Sample Road", "NR1 1AA"],
        **changes,
    }


def family(*people: dict[str, Any]) -> dict[str, Any]:
    return changed(form_a("sudi"), family__parents=list(people))


def text_of(body: dict[str, Any], **how: Any) -> str:
    return document.as_text(letter_for(body, **how), wording("condolence"))


def flat(text: str) -> str:
    return " ".join(text.split())


class TestRecipients:
    def test_each_parent_has_a_letter_of_their_own_even_at_one_address(self) -> None:
        found = letters.recipients(form_a("sudi"))
        assert [(r.number, r.relationship) for r in found] == [(1, "mother"), (2, "father")]
        assert found[0].address_lines == found[1].address_lines

    def test_a_father_who_lives_elsewhere_has_one_at_his_own_address(self) -> None:
        father = letters.recipients(form_a("suicide"))[1]
        assert father.address_lines == ("3 Trial Lane", "Eastbury", "EB4 5GH")
        assert not father.lives_with_child

    def test_a_foster_carer_at_home_and_an_adult_with_parental_responsibility_have_one(self) -> None:
        carer = person(relationship="foster_carer", parental_responsibility="no")
        guardian = person(relationship="grandparent", lives_with_child="no")
        assert len(letters.recipients(family(carer, guardian))) == 2

    def test_someone_who_is_none_of_these_has_none(self) -> None:
        neighbour = person(relationship="other", parental_responsibility="no", lives_with_child="no")
        assert letters.recipients(family(neighbour, person()))[0].name == "Ms Ada Testcase"
        assert letters.recipients(family(neighbour)) == []

    def test_the_childs_address_stands_in_only_for_someone_who_lived_there(self) -> None:
        there, elsewhere = letters.recipients(family(person(address=None), person(address=None, lives_with_child="no")))
        assert there.address_lines == ("12 Example Street", "Northtown", "NR1 1AB")
        assert elsewhere.address_lines == ()

    def test_a_letter_without_an_address_is_handed_over(self) -> None:
        letter = letter_for(family(person(address=None, lives_with_child="not_known")))
        assert letter.recipient.address_lines == ("By hand",)
        assert letters.to_hand_over([letter, letter_for(form_a("sudi"))]) == [1]

    def test_no_final_letter_without_a_name_but_a_draft(self) -> None:
        body = family(person(name=""))
        with pytest.raises(ConditionsNotMet) as caught:
            letter_for(body)
        assert "key worker" in caught.value.unmet[0]
        assert letter_for(body, draft=True).draft

    def test_a_council_and_a_parent_who_has_died_get_none(self) -> None:
        people = [person(relationship="local_authority"), person(has_died="yes"), person(letter_name="Mx Sam Moore")]
        assert [found.name for found in letters.recipients(family(*people))] == ["Mx Sam Moore"]

    def test_who_did_not_live_with_the_child_is_not_told_to_have_known_them_best(self) -> None:
        apart = as_words(letter_for(family(person(lives_with_child="no"))))
        assert "What you know about Amara matters" in apart and "You knew Amara best" not in apart
        assert "You knew Amara best" in as_words(letter_for(family(person(lives_with_child="yes"))))

    def test_the_police_are_told_apart_and_a_key_worker_who_is_not_theirs_is_not_called_so(self) -> None:
        open_case = [{"type": "criminal", "status": "open"}]
        body = changed(form_a("sudi"), other_investigations=open_case, family__key_worker=None)
        words = as_words(letter_for(body))
        assert "separate from any work of the police" in words
        assert "Your key worker" not in words and "You can ring Jo Penrose" in words

    @pytest.mark.parametrize(
        ("to", "numbers"), [("mother", [1]), ("Father", [2]), (2, [2]), ("1", [1]), (None, [1, 2])]
    )
    def test_choose(self, to: str | int | None, numbers: list[int]) -> None:
        assert [r.number for r in letters.choose(letters.recipients(form_a("sudi")), to)] == numbers

    def test_two_mothers_are_both_the_mother(self) -> None:
        people = letters.recipients(family(person(), person(name="Ms Bea Testcase")))
        assert len(letters.choose(people, "mother")) == 2

    @pytest.mark.parametrize("to", ["aunt", 3, 0, "Efua"])
    def test_an_unknown_one_is_not_found(self, to: str | int) -> None:
        with pytest.raises(NotFound):
            letters.choose(letters.recipients(form_a("sudi")), to)

    def test_no_one_at_all_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            letters.choose([], None)


class TestGate:
    BODY = form_a("sudi")

    def gate(self, **answers: Any) -> dict[str, Any]:
        gate = example("letter-gate")
        for question, answer in answers.items():
            gate["answers"][question]["answer"] = answer
        return gate

    def test_the_example_lets_a_letter_go(self) -> None:
        assert letters.unanswered(example("letter-gate"), self.BODY, ON) == []
        assert letters.hold_reasons(example("letter-gate")) == []

    def test_without_a_gate_every_question_is_to_be_asked_of_someone(self) -> None:
        found = letters.unanswered(None, self.BODY, ON)
        assert len(found) == len(FIRST_QUESTIONS) == 7
        assert all("Ask" in sentence for sentence in found)
        assert "proof_read_by" in letters.hold_reasons(None)[0]

    @pytest.mark.parametrize(
        ("question", "answer"),
        [
            ("parent_suspected", "yes"),
            ("wording_agreed", "no"),
            ("address_safe", "no"),
            ("contact_welcome", "no"),
            ("all_parents_told", "no"),
            ("recipients_able", "no"),
        ],
    )
    def test_an_answer_that_forbids_it_holds_it_and_says_whom_to_ask(self, question: str, answer: str) -> None:
        reasons = letters.hold_reasons(self.gate(**{question: answer}))
        assert len(reasons) == 1 and reasons[0].startswith("Ask ") and question in reasons[0]

    @pytest.mark.parametrize("question", FIRST_QUESTIONS)
    def test_not_known_holds_every_question(self, question: str) -> None:
        gate = self.gate(**{question: "not_known"})
        assert len(letters.hold_reasons(gate)) == 1
        assert letters.unanswered(gate, self.BODY, ON) == []

    @pytest.mark.parametrize("missing", ["answer", "by", "on"])
    def test_an_answer_needs_who_and_when(self, missing: str) -> None:
        gate = example("letter-gate")
        del gate["answers"]["address_safe"][missing]
        assert len(letters.unanswered(gate, self.BODY, ON)) == 1

    @pytest.mark.parametrize(
        ("on", "count"), [("2026-01-08", 1), ("2026-01-09", 0), ("2026-04-17", 0), ("2026-04-18", 1), ("last week", 1)]
    )
    def test_an_answers_date_lies_between_the_death_and_today(self, on: str, count: int) -> None:
        gate = example("letter-gate")
        gate["answers"]["contact_welcome"]["on"] = on
        found = letters.unanswered(gate, self.BODY, ON)
        assert len(found) == count
        assert not any(on in sentence for sentence in found)

    def test_an_answer_that_is_none_of_the_choices_is_no_answer(self) -> None:
        assert len(letters.unanswered(self.gate(address_safe="perhaps"), self.BODY, ON)) == 1

    @pytest.mark.parametrize("readers", [[], ["Jo Penrose"], ["Jo Penrose", " jo  penrose "], None])
    def test_two_different_people_read_it(self, readers: list[str] | None) -> None:
        assert len(letters.hold_reasons({**example("letter-gate"), "proof_read_by": readers})) == 1


class TestSalutation:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("Ms Efua Testcase", "Dear Ms Testcase"),
            ("Mrs Carys Testcase-Hughes", "Dear Mrs Testcase-Hughes"),
            ("Dr. Siân Ŵyn", "Dear Dr. Ŵyn"),
            ("Ms Nguyễn Thị Hằng", "Dear Ms Nguyễn Thị Hằng"),
            ("Mr José García Márquez", "Dear Mr José García Márquez"),
            ("Tọ́pẹ́ Adébáyọ̀", "Dear Tọ́pẹ́ Adébáyọ̀"),
            ("Ștefan", "Dear Ștefan"),
            ("Mr and Mrs Alan Ferris", "Dear Mr and Mrs Ferris"),
            ("Mr and Mrs N. Shah", "Dear Mr and Mrs Shah"),
            ("Mr & Mrs Poole", "Dear Mr & Mrs Poole"),
            ("Mr Alan and Mrs Jo Ferris", "Dear Mr Alan and Mrs Jo Ferris"),
            ("The Right Reverend Dr Ada Obi", "Dear Dr Obi"),
            ("The Right Reverend Ada Obi", "Dear Ada Obi"),
            ("The Reverend Ada Obi", "Dear Reverend Obi"),
            ("Rev Dr Ada Obi", "Dear Rev Dr Obi"),
            ("Ms Liz (Elizabeth) Ngô Thị", "Dear Ms Liz Ngô Thị"),
            ("The", "Dear The"),
            ("Sister Mary Agnes", "Dear Sister Mary Agnes"),
        ],
    )
    def test_the_name_is_never_guessed(self, name: str, said: str) -> None:
        assert greeting.salutation(name) == said

    @pytest.mark.parametrize(
        ("name", "two"),
        [("Mr and Mrs Shah", True), ("Ada & Bo Shah", True), ("Mr And Shah", True), ("Ms Andrea Shah", False)],
    )
    def test_a_name_of_two_people(self, name: str, two: bool) -> None:
        assert greeting.names_two(name) is two

    def test_two_whose_letters_would_begin_alike_are_called_by_their_whole_names(self) -> None:
        body = family(
            person(name="Mrs Ann Hart"),
            person(name="Mrs Joan Hart", relationship="grandparent"),
            person(name="Mr Ed Hart"),
        )
        said = [letter_for(body, one).salutation for one in letters.recipients(body)]
        assert said == ["Dear Mrs Ann Hart", "Dear Mrs Joan Hart", "Dear Mr Hart"]


class TestLetterhead:
    @pytest.mark.parametrize(
        ("organisation", "address", "lines"),
        [
            ("Leeds CDOP", ["Leeds", "LS1 1AA"], ["Leeds", "LS1 1AA"]),
            ("Leeds CDOP", ["1 Hall Road", "Leeds", "LS1 1AA"], ["1 Hall Road", "Leeds", "LS1 1AA"]),
            ("Child Death Team for Leeds", ["Leeds", "LS1 1AA"], ["Leeds", "LS1 1AA"]),
            (
                "Leeds Child Death Review Team",
                ["Child Death Review Team", "1 Hall Road", "Leeds"],
                ["1 Hall Road", "Leeds"],
            ),
            ("Leeds Child Death Review Team", ["h Review Team", "Leeds"], ["h Review Team", "Leeds"]),
        ],
    )
    def test_only_a_first_line_that_says_the_end_of_the_name_again_is_left_out(
        self, organisation: str, address: list[str], lines: list[str]
    ) -> None:
        head = dataclasses.replace(configuration().letterhead, organisation=organisation, address=tuple(address))
        assert [*letters.sender_address(dataclasses.replace(configuration(), letterhead=head))] == lines


class TestPrivate:
    def words(self, anyway: str, **second: Any) -> list[str]:
        body = family(person(), person(relationship="father", name="Mr Bo Testcase", **second))
        body["family"]["siblings"] = [{"name": "Will", "relationship": "brother"}]
        return letters.private_words(body, letters.recipients(body)[0], anyway)

    def test_a_county_that_stands_in_every_letter_is_no_address(self) -> None:
        lines = ["2 Other Road", "Northshire", "England"]
        found = self.words("A child who lives in England. Northshire Child Death Review Team", address=lines)
        assert "2 Other Road" in found and not {"Northshire", "England"} & {*found}
        assert "Northshire" in self.words("", address=lines)

    def test_an_ordinary_word_of_the_wording_is_no_name(self) -> None:
        assert "Will" in self.words("They meet.") and "Will" not in self.words("They will meet.")

    def test_a_line_within_ones_own_is_ones_own(self) -> None:
        assert "Sample Road" not in self.words("", address=["Sample Road"])


class TestTheirRelation:
    @pytest.mark.parametrize(
        ("relationship", "parent"),
        [
            ("mother", True),
            ("adoptive_parent", True),
            ("stepfather", True),
            ("partner_of_parent", False),
            ("grandparent", False),
        ],
    )
    def test_who_is_a_parent(self, relationship: str, parent: bool) -> None:
        assert letter_for(family(person(relationship=relationship))).is_parent is parent

    def test_an_adoptive_parent_has_a_letter_whatever_else_is_known(self) -> None:
        known = {"parental_responsibility": "not_known", "lives_with_child": "no"}
        assert len(letters.recipients(family(person(relationship="adoptive_parent", **known)))) == 1
        assert letters.recipients(family(person(relationship="partner_of_parent", **known))) == []


class TestChild:
    @pytest.mark.parametrize(
        ("child", "name"),
        [
            ({"first_names": "Amara Grace", "known_as": "Amara"}, "Amara"),
            ({"first_names": "Jordan Lee"}, "Jordan"),
            ({"first_names": "Baby", "known_as": "Idris"}, "Idris"),
            ({"first_names": "Baby"}, "your baby"),
            ({"first_names": "Twin 1"}, "your baby"),
            ({}, "your baby"),
            ({"first_names": "Tọ́pẹ́ Ifẹ̀"}, "Tọ́pẹ́"),
        ],
    )
    def test_the_name_that_the_family_uses(self, child: dict[str, str], name: str) -> None:
        assert letters.child_of(child).name == name

    @pytest.mark.parametrize(
        ("sex", "said"), [("male", "his life"), ("female", "her life"), ("not_known", "Amara’s life")]
    )
    def test_the_right_words_for_the_child(self, sex: str, said: str) -> None:
        assert said in flat(text_of(changed(form_a("sudi"), child__sex=sex)))

    @pytest.mark.parametrize(
        ("spoken_of", "said"),
        [
            ("he", "his life"),
            ("they", "their life"),
            ("name", "Amara’s life"),
            ("not_known", "Amara’s life"),
            (None, "her life"),
        ],
    )
    def test_the_words_that_the_family_uses(self, spoken_of: str | None, said: str) -> None:
        assert said in flat(text_of(changed(form_a("sudi"), child__spoken_of=spoken_of)))

    def test_no_pronoun_where_the_sex_is_indeterminate(self) -> None:
        words = set(flat(text_of(changed(form_a("neonatal"), child__sex="indeterminate"))).casefold().split())
        assert not words & {"he", "him", "his", "she", "her", "hers"}

    def test_a_name_that_ends_in_s(self) -> None:
        assert letters.child_of({"first_names": "Idris"}).their == "Idris’s"


class TestLetter:
    def test_the_sender_the_date_in_words_and_the_reference(self) -> None:
        letter = letter_for(form_a("sudi"))
        assert (letter.date, letter.reference) == ("17 April 2026", REFERENCE)
        assert letter.organisation_address == ("1 Civic Square", "Northtown", "NR1 1AA")
        assert letter.manager.name == "Robin Ashworth"

    def test_the_familys_key_worker_comes_before_the_areas(self) -> None:
        own = {"name": "Sam Ryder", "role": "Nurse", "phone": "01632 960009"}
        assert letter_for(changed(form_a("sudi"), family__key_worker=own)).key_worker == letters.Contact(**own)
        assert letter_for(form_a("neonatal")).key_worker is not None

    def test_without_any_key_worker_the_manager_is_the_one_to_ask(self) -> None:
        store = configuration()
        alone = dataclasses.replace(store, people={k: v for k, v in store.people.items() if k != "key_worker"})
        text = flat(text_of(form_a("neonatal"), store=alone))
        assert "key worker" not in text
        assert "You can ask me anything you like about this letter, on 01632 960001." in text

    @pytest.mark.parametrize(("name", "newborn"), [("sudi", False), ("neonatal", True), ("suicide", False)])
    def test_newborn(self, name: str, newborn: bool) -> None:
        assert letter_for(form_a(name)).newborn is newborn
        assert ("so soon after being born" in flat(text_of(form_a(name)))) is newborn

    @pytest.mark.parametrize(("born", "newborn"), [("2026-01-18", True), ("2026-01-17", False)])
    def test_newborn_ends_on_the_28th_day(self, born: str, newborn: bool) -> None:
        assert letter_for(changed(form_a("neonatal"), child__date_of_birth=born)).newborn is newborn

    @pytest.mark.parametrize(("name", "coroner"), [("sudi", True), ("neonatal", False), ("suicide", True)])
    def test_coroner(self, name: str, coroner: bool) -> None:
        assert ("inquest" in text_of(form_a(name))) is coroner

    def test_abroad(self) -> None:
        assert "another country" in flat(text_of(changed(form_a("sudi"), death__place="abroad")))
        assert "another country" not in flat(text_of(form_a("sudi")))

    def test_a_carer_who_is_not_mother_or_father(self) -> None:
        text = flat(text_of(family(person(relationship="grandparent"))))
        assert "Amara lived with you" in text and "You knew Amara best" not in text

    @pytest.mark.parametrize(
        ("relationship", "parent"),
        [
            ("mother", True),
            ("adoptive_parent", True),
            ("stepfather", True),
            ("grandparent", False),
            ("foster_parent", False),
            ("carer", False),
        ],
    )
    def test_whom_a_letter_calls_the_one_who_knew_the_child_best(self, relationship: str, parent: bool) -> None:
        assert letter_for(family(person(relationship=relationship))).is_parent is parent

    def test_a_draft_says_so_first(self) -> None:
        assert text_of(form_a("sudi"), draft=True).startswith("DRAFT – not to be sent\n")
        assert "DRAFT" not in text_of(form_a("sudi"))

    def test_what_every_letter_says(self) -> None:
        text = flat(text_of(form_a("sudi")))
        for said in (
            "I am so sorry that Amara died",
            "every child",
            "blame anyone",
            "many months",
            "You do not have to tell us anything",
        ):
            assert said in text
        for said in (
            "Jo Penrose",
            "01632 960002",
            "“When a child dies”",
            "did not write again",
            "Yours sincerely",
            "Robin Ashworth",
        ):
            assert said in text

    @pytest.mark.parametrize("name", CASES)
    def test_no_line_is_longer_than_78(self, name: str) -> None:
        assert max(len(line) for line in text_of(form_a(name)).splitlines()) <= 78

    @pytest.mark.parametrize("name", CASES)
    def test_nothing_that_is_not_for_this_person(self, name: str) -> None:
        body = form_a(name)
        people = letters.recipients(body)
        for recipient in people:
            text = flat(text_of(body, recipient=recipient))
            others = {line for r in people for line in r.address_lines} - set(recipient.address_lines)
            unwanted = [
                body["child"]["nhs_number"],
                "999 000 00",
                body["death"]["circumstances"],
                *(others - {"Northtown"}),
            ]
            unwanted += [name for s in body["family"]["siblings"] for name in (s["name"], s["name"].split()[0])]
            unwanted += list((body["certification"].get("cause_of_death") or {}).values())
            unwanted += [r.name for r in people if r != recipient]
            for word in unwanted:
                assert word not in text

    def test_a_value_cannot_make_a_heading_or_run_a_template(self) -> None:
        body = family(person(name="Ms Ada\n\n# {{ manager }}", address=["1\n\n- Road"]))
        text = text_of(body)
        assert "Ms Ada # {{ manager }}" in text and "1 - Road" in text

    def test_an_areas_own_wording(self) -> None:
        own = wording("condolence", "{{ salutation }}\n\nWe are sorry that {{ child.name }} died.")
        assert "We are sorry that Amara died." in document.as_text(letter_for(form_a("sudi")), own)

    @pytest.mark.parametrize(
        "text", ["{{ nhs_number }}", "{{ child.__class__.__mro__ }}", "{% if %}", "{{ child.age }}", "{{"]
    )
    def test_a_wording_that_cannot_be_used(self, text: str) -> None:
        with pytest.raises(WrongConfiguration):
            document.as_text(letter_for(form_a("sudi")), text)

    @pytest.mark.parametrize(
        "text",
        ["{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ 2.0 ** 5000 }}", "{{ 10 ** 10 ** 10 }}", "{{ 'a' * 10000000000 }}", "{{ '%9999999999d' % 1 }}",
         "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}"],
        ids=range(8),
    )  # fmt: skip
    def test_a_wording_that_fails_while_it_is_filled_in(self, text: str) -> None:
        with pytest.raises(WordingFails) as caught:
            document.as_text(letter_for(form_a("sudi")), f"{{{{ salutation }}}}\n\n{text}")
        assert caught.value.exit_code == 65

    def test_no_such_wording(self) -> None:
        with pytest.raises(NotFound):
            wording("birthday")


class TestSupport:
    def names(self, body: dict[str, Any]) -> list[str]:
        return [organisation.id for organisation in support.choose(body, ORGANISATIONS, AGES)]

    def test_those_that_fit_the_example_cases(self) -> None:
        assert self.names(form_a("sudi")) == [
            "lullaby-trust",
            "winstons-wish",
            "child-bereavement-uk",
            "child-death-helpline",
        ]
        assert self.names(form_a("neonatal")) == ["sands", "bliss", "child-bereavement-uk", "child-death-helpline"]
        assert self.names(form_a("suicide"))[:2] == ["survivors-of-bereavement-by-suicide", "samaritans"]

    def test_two_to_four_and_never_all(self) -> None:
        for events in ([], ["none"], ["sudi_sudc"], ["apparent_suicide", "sudi_sudc"]):
            for base in CASES:
                found = support.choose(changed(form_a(base), death__suspected_events=events), ORGANISATIONS, AGES)
                assert support.FEWEST <= len(found) <= support.MOST < len(ORGANISATIONS)
                assert any("everyone" in organisation.for_ for organisation in found)

    def test_only_for_brothers_and_sisters_under_18(self) -> None:
        grown = [{"name": "Kofi Testcase", "date_of_birth": "2008-01-09"}]
        young = [{"name": "Kofi Testcase", "date_of_birth": "2008-01-10"}]
        assert "winstons-wish" not in self.names(changed(form_a("sudi"), family__siblings=grown))
        assert "winstons-wish" in self.names(changed(form_a("sudi"), family__siblings=young))

    def test_those_that_no_one_has_checked_for_a_year_are_named(self) -> None:
        lullaby = dataclasses.replace(ORGANISATIONS[0], checked_on=date(2026, 11, 21))
        assert support.not_rung([lullaby], date(2027, 11, 21)) == []
        assert len(support.not_rung([lullaby], date(2027, 11, 22))) == 1
        assert len(support.not_rung([dataclasses.replace(lullaby, checked_on=None)], date(2026, 11, 22))) == 1


def as_words(letter: letters.Letter) -> str:
    return " ".join(document.as_text(letter, wording("condolence")).split())


LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
CALLS = "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(90) }}"
DOUBLED = "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a|length }}"
JOINED = "{% set a = 'x' * 1 if false else 'xxxxxxxx' %}" + "{% set a = [a, a, a, a]|join %}" * 20 + "{{ a }}"
LONG = "{% for a in range(9999) %}{{ 'x'|center(999)|replace(' ', 'y') }}{% endfor %}"
DEEP = "{% for a in [1] %}" * 40 + "x" + "{% endfor %}" * 40


@pytest.mark.parametrize("text", [LOOPS, CALLS, DOUBLED, JOINED, LONG, DEEP])
def test_a_wording_that_takes_too_much_work_is_told_as_such(text: str) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)
    started = time.process_time()
    with pytest.raises(WrongConfiguration, match="cannot be filled in") as caught:
        fill_in(text, {})
    assert caught.value.exit_code == 65
    assert time.process_time() - started < 20
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert fill_in("{% for a in range(300) %}{{ a }}{% endfor %}", {}).endswith("299")
