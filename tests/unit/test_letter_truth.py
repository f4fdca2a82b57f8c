"""Sentences that fresh eyes found untrue in a letter: for whom it is the first, whose questions and thanks, and what the record knows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from letter_examples import AGES, LETTER_RULES, ON, ORGANISATIONS, WORDS, changed, configuration, example, form_a

from cdr.documents.letters import letter as document
from cdr.documents.letters import wording_check
from cdr.documents.letters.wording import lint, wording
from cdr.domain.case.facts import Facts, Notification
from cdr.domain.case.siblings import of_the_same_time
from cdr.domain.letters import letter_facts, letter_gate, letters, professional_letters, support, wishes
from cdr.domain.letters.greeting import salutation, with_capitals
from cdr.domain.letters.letter_facts import Standing
from cdr.domain.letters.people_written_to import meant_by, people_of, recipients
from cdr.work.parties import whose_letter

SUDI = form_a("sudi")
OUT = {"requests": [{"agency": "a", "requested_on": "2026-01-12", "status": "outstanding", "answered_on": None}]}
TO_FAMILY = ("before-review-meeting", "after-review-meeting", "after-panel", "delay", "thanks")
SORRY = "I am so sorry that Amara died"


def standing(
    case: dict[str, Any], body: dict[str, Any] = SUDI, analysis: dict[str, Any] | None = None, on: date = ON
) -> Standing:
    return letter_facts.standing(body, {"status": "open", "gates": [], **case}, OUT, analysis, on, LETTER_RULES)


def words(kind: str, so: Standing, body: dict[str, Any] = SUDI, to: int = 1, **how: Any) -> str:
    person = recipients(body)[to - 1]
    chair = LETTER_RULES.kinds[kind].signed_by == "chair"
    made = letters.compose(
        body, configuration(), person, ON, (), AGES, draft=False, case=so, signed_by_chair=chair, **how
    )
    return " ".join(document.as_text(made, wording(kind)).split())


def two_mothers() -> dict[str, Any]:
    body = changed(SUDI)
    body["family"]["parents"][1] |= {"relationship": "mother", "name": "Mrs Ama Testcase"}
    return body


class TestTheFirstLetter:
    @pytest.mark.parametrize("kind", TO_FAMILY)
    def test_it_is_sorry_whichever_kind_it_is_and_the_second_does_not_begin_anew(self, kind: str) -> None:
        first = words(kind, standing({}))
        assert SORRY in first and "so long to write to you" in first and "What we keep" in first
        assert SORRY not in words(kind, standing({"letters": [{"kind": "condolence", "status": "final", "to": 1}]}))

    def test_each_person_has_their_own_first_letter(self) -> None:
        so = standing({"letters": [{"kind": "condolence", "status": "final", "to": 1}]})
        assert "so long to write" not in words("condolence", so, to=1)
        assert "so long to write" in words("condolence", so, to=2)
        assert SORRY in words("delay", so, to=2)

    def test_a_person_is_known_again_though_form_a_counts_otherwise_by_now(self) -> None:
        body = changed(SUDI)
        body["family"]["parents"][0]["has_died"] = "yes"
        to_her = {"kind": "condolence", "status": "final", "to": 1, "name": SUDI["family"]["parents"][0]["name"]}
        assert SORRY in words("delay", standing({"letters": [to_her]}, body), body)
        to_him = {**to_her, "to": 2, "name": "mr kwame testcase"}
        assert SORRY not in words("delay", standing({"letters": [to_him]}, body), body)
        assert "testcase" not in str(wishes.without_names({"letters": [to_him]}))

    def test_what_went_otherwise_may_have_gone_to_anyone_and_what_went_to_others_is_no_letter_of_theirs(self) -> None:
        assert SORRY not in words("delay", standing({"milestones": [{"kind": "letter_sent", "on": "2026-02-01"}]}))
        assert SORRY in words("delay", standing({"letters": [{"kind": "action", "status": "final", "to": 1}]}))
        assert SORRY in words("delay", standing({"letters": [{"kind": "condolence", "status": "draft", "to": 1}]}))


class TestWhoseQuestions:
    def asked(self, by: str, body: dict[str, Any] = SUDI) -> Standing:
        question = {"asked_on": "2026-03-01", "status": "answered", "text": "Why?", "answer": "Nobody knows."}
        return standing({"questions": [{**question, **({"asked_by": by} if by else {})}]}, body)

    def held(self, so: Standing) -> bool:
        unmet = letter_facts.unmet(LETTER_RULES.kinds["after-panel"], so, LETTER_RULES)
        return any("would stand in no letter: 1" in sentence for sentence in unmet)

    def test_nobody_is_registered_as_the_one_who_asked(self) -> None:
        only_mother = changed(SUDI, family__parents=SUDI["family"]["parents"][:1])
        so = self.asked("father", only_mother)
        assert self.held(so) and "Why?" not in words("after-panel", so, only_mother)
        assert not self.held(self.asked("father")) and "Why?" in words("after-panel", self.asked("father"), to=2)

    def test_what_one_of_two_mothers_asked_is_not_the_others(self) -> None:
        body = two_mothers()
        so = self.asked("mother", body)
        assert self.held(so) and all("Why?" not in words("after-panel", so, body, to) for to in (1, 2))
        so = self.asked("2", body)
        assert not self.held(so)
        assert "Why?" in words("after-panel", so, body, 2) and "Why?" not in words("after-panel", so, body, 1)

    @pytest.mark.parametrize("by", ["", "family"])
    def test_what_nobody_in_particular_asked_is_everyones(self, by: str) -> None:
        assert all("Why?" in words("after-panel", self.asked(by), to=to) for to in (1, 2))

    def test_whom_a_word_means(self) -> None:
        people = people_of(two_mothers())
        assert meant_by("mother", people) == meant_by("family", people) == {1, 2}
        assert meant_by("2", people) == {2} and meant_by("father", people) == meant_by("3", people) == frozenset()


class TestWhoToldUs:
    def views(self, *parties: str) -> Standing:
        listed = [{"kind": "family_views", "on": "2026-03-01", **({"with": one} if one else {})} for one in parties]
        return standing({"milestones": listed})

    def test_whose_views_are_recorded(self) -> None:
        assert self.views("mother").told_us == frozenset({1}) and self.views("mother", "2").told_us == frozenset({1, 2})
        assert self.views("family").told_us == frozenset({1, 2})
        assert self.views("").told_us is None and self.views("mother", "").told_us is None
        assert LETTER_RULES.kinds["thanks"].only_who_told and not LETTER_RULES.kinds["delay"].only_who_told


class TestWithoutASignOfLife:
    BABY = changed(form_a("neonatal"), child__birth_status="stillbirth_unattended", child__sex="female")

    @pytest.mark.parametrize("kind", ["condolence", *TO_FAMILY])
    @pytest.mark.parametrize("reviewed", [False, True])
    def test_no_letter_speaks_of_a_life(self, kind: str, reviewed: bool) -> None:
        reviews = {"reviews": [{"on": "2026-04-14", "stage": "ratified_cdop"}]} if reviewed else {}
        analysis = {**example("form-c-sudi"), "learning_points": [], "recommendations": []}
        said = words(kind, standing(reviews, self.BABY, analysis if reviewed else None), self.BABY)
        told = said.replace("a child’s life", "").replace("all of England", "")
        for untrue in (" life", " lives", " alive", "who knew", "knew her", "being born", "who a child was"):
            assert untrue not in told, (kind, untrue)


class TestGreetings:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("Sir Alan Ferris", "Dear Sir Alan"),
            ("Dame Mary Ferris", "Dear Dame Mary"),
            ("Lady Mary Ferris", "Dear Lady Mary Ferris"),
            ("Mrs De Souza", "Dear Mrs De Souza"),
            ("Mr Garcia Lopez", "Dear Mr Garcia Lopez"),
            ("Ms Ana Lopez", "Dear Ms Lopez"),
            ("mr hart", "Dear Mr Hart"),
            ("mr alan o'neill-hart", "Dear Mr O'Neill-Hart"),
            ("mrs maria de souza", "Dear Mrs Maria de Souza"),
            ("mr Alan Hart", "Dear Mr Hart"),
        ],
    )
    def test_by_title_and_name(self, name: str, said: str) -> None:
        assert salutation(with_capitals(name), family={"garcia", "lopez"}) == said

    def test_a_knight_is_no_sir_whom_nobody_knows(self) -> None:
        body = changed(SUDI)
        body["family"]["parents"][0]["name"] = "Sir Alan Ferris"
        made = letters.compose(
            body, configuration(), recipients(body)[0], ON, (), AGES, draft=False, case=standing({}, body)
        )
        assert lint(document.as_text(made, wording("delay")), made, WORDS) == []

    @pytest.mark.parametrize("name", ["Ms Ada van Dyck", "Nguyễn Thị Hoa", "bell Hooks", "MR HART", "ملاك", "გიორგი"])
    def test_what_is_typed_as_a_name_stays(self, name: str) -> None:
        assert with_capitals(name) == name

    def test_small_letters_stand_where_somebody_says_that_the_name_is_written_so(self) -> None:
        body = changed(SUDI)
        body["family"]["parents"][0] |= {"name": "ms efua testcase", "letter_name": "efua testcase"}
        body["family"]["parents"][1] |= {"name": "mr kwame testcase"}
        assert [person.name for person in recipients(body)] == ["efua testcase", "Mr Kwame Testcase"]

    def test_a_family_name_of_two_words_is_known_by_the_childs(self) -> None:
        body = changed(SUDI, child__family_name="Garcia Lopez")
        body["family"]["parents"][0]["name"] = "Mrs Garcia Lopez"
        assert "Dear Mrs Garcia Lopez" in words("delay", standing({}), body)


class TestBrothersAndSisters:
    def case(self, reference: str, died: date, status: str) -> Facts:
        return Facts(reference, {"status": status}, notification=Notification(died=died))

    @pytest.mark.parametrize(
        ("died", "status", "new"),
        [
            (date(2022, 1, 5), "closed", False),
            (date(2022, 1, 5), "open", True),
            (date(2026, 1, 6), "closed", True),
            (date(2025, 6, 1), "closed", False),
        ],
    )
    def test_an_old_case_is_no_news(self, died: date, status: str, new: bool) -> None:
        cases = {"a": self.case("a", date(2026, 1, 9), "open"), "b": self.case("b", died, status)}
        within = LETTER_RULES.together_within
        assert of_the_same_time(["b"], "a", cases, within) == (["b"] if new else [])

    def test_what_is_years_ago_is_not_told_as_new(self) -> None:
        sister = {"name": "Esi Testcase", "relationship": "sister", "has_died": "yes"}
        body = changed(SUDI, family__siblings=[sister])
        old = words("condolence", standing({}), body, other_cases=1, new_cases=0)
        assert "died too" not in old and "a review of their own" not in old
        new = words("condolence", standing({}), body, other_cases=1, new_cases=1)
        assert "Amara’s sister died too" in new and "a review of their own" in new


class TestTheMeeting:
    def test_a_meeting_of_months_ago_is_named_with_its_day(self) -> None:
        met = {"milestones": [{"kind": "cdrm", "on": "2026-01-20"}]}
        said = words("after-review-meeting", standing(met))
        assert "met on 20 January 2026 to talk about" in said and "have now met" not in said
        lately = {"milestones": [{"kind": "cdrm", "on": "2026-04-10"}]}
        assert "have now met" in words("after-review-meeting", standing(lately))

    def test_only_who_agreed_is_named(self) -> None:
        body = changed(SUDI, family__follow_up_with="Dr Hana Sato")
        assert "Hana Sato" not in words("after-review-meeting", standing({}), body)
        given: dict[str, Any] = {"answer": "yes", "who": "Dr Ray Invented", "by": "Jo Penrose", "on": "2026-04-17"}
        who = letter_gate.who_agreed({"answers": {"someone_to_meet": given}}, "someone_to_meet")
        said = words("after-review-meeting", standing({}), body, meet_with=who)
        assert "Dr Ray Invented would be glad to talk with you" in said
        for answers in ({}, {"someone_to_meet": {**given, "answer": "no"}}):
            assert letter_gate.who_agreed({"answers": answers}, "someone_to_meet") == ""


def test_what_is_recommended_was_not_learned() -> None:
    analysis = changed(
        example("form-c-sudi"),
        learning_points=[{"theme": "x", "text": "y", "for_family": "The advice was given once."}],
        recommendations=[{"text": "z", "level": "local", "for_family": "It should be given twice."}],
    )
    said = words("after-panel", standing({}, analysis=analysis))
    assert "We learned this: - The advice was given once. We also think that this should be done:" in said
    assert "should be done: - It should be given twice." in said
    alone = words("after-panel", standing({}, analysis={**analysis, "learning_points": []}))
    assert "We learned this:" not in alone and "We think that this should be done:" in alone


def test_no_day_that_is_past_is_hoped_for() -> None:
    asked = {"text": "Give it twice", "level": "local", "to": "northtown-general", "due": ON.isoformat()}
    made = professional_letters.action_letter(asked, 1, configuration(), ON, draft=False)
    assert "We hope" not in document.as_text(made, wording("action")) and made.due_is_past
    later = professional_letters.action_letter({**asked, "due": "2026-04-18"}, 1, configuration(), ON, draft=False)
    assert "18 April 2026" in document.as_text(later, wording("action"))


def test_an_interpreter_is_offered_to_those_who_need_one() -> None:
    body = changed(SUDI, family__interpreter_language="Polish")
    assert [one.interpreter for one in recipients(body)] == [True, True]
    body["family"]["parents"][1]["interpreter_needed"] = "no"
    assert [one.interpreter for one in recipients(body)] == [True, False]
    body["family"]["parents"][1]["interpreter_needed"] = "yes"
    assert [one.interpreter for one in recipients(body)] == [False, True]


def test_help_is_named_to_those_whom_it_is_for() -> None:
    alone = changed(form_a("suicide"), family__siblings=[])

    def ids(to: dict[str, Any]) -> list[str]:
        return [one.id for one in support.choose(alone, ORGANISATIONS, AGES, to=to, on=ON)]

    assert "compassionate-friends" in ids({"relationship": "mother"})
    for carer in ("foster_carer", "guardian", "carer", "not_known", "sister"):
        assert "compassionate-friends" not in ids({"relationship": carer})
    adults = "survivors-of-bereavement-by-suicide"
    assert adults in ids({"relationship": "mother", "age": 40})
    assert adults not in ids({"relationship": "mother", "age": 15})


def test_who_is_in_custody_is_not_told_of_help_for_the_families_of_those_who_were_killed() -> None:
    body = changed(SUDI, death__suspected_events=["apparent_homicide"])
    found = {one.id for one in support.choose(body, ORGANISATIONS, AGES)}
    inside = {one.id for one in support.choose(body, ORGANISATIONS, AGES, in_custody=True)}
    assert found & {"homicide-service", "samm"} and not inside & {"homicide-service", "samm"}
    assert len(inside) >= support.FEWEST


def test_nothing_is_said_of_how_others_take_a_call() -> None:
    assert "give your name" not in words("condolence", standing({}))


def test_one_hospital_is_waited_for_once() -> None:
    kinds = ("pmrt", "psii_serious_incident", "hospital_mortality_review")
    gates = {"gates": [{"type": kind, "status": "open"} for kind in kinds]}
    assert len(letter_facts.waits(gates, {"requests": []}, LETTER_RULES)) == 1


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"name": "Kit Ray", "phone": "01632 960009"}, "Your key worker is Kit Ray, on 01632 960009."),
        ({"name": "Kit Ray", "email": "kit@ray.example"}, "Your key worker is Kit Ray, at kit@ray.example."),
        ({"name": "Kit Ray"}, "do not know how to reach Kit Ray, please ask me: 01632 960001."),
    ],
)
def test_whoever_may_be_rung_can_be_reached(own: dict[str, str], said: str) -> None:
    assert said in words("delay", standing({}), changed(SUDI, family__key_worker=own))
    store = configuration()
    alone = replace(store, people={**store.people, "key_worker": replace(store.people["key_worker"], phone="")})
    made = letters.compose(
        changed(SUDI, family__key_worker={}), alone, recipients(SUDI)[0], ON, (), AGES, draft=False, case=standing({})
    )
    text = " ".join(document.as_text(made, wording("delay")).split())
    assert "You can turn to Jo Penrose, Lead Nurse for Child Death Review, at lead.nurse@northshire.example." in text


@pytest.mark.parametrize("kind", LETTER_RULES.kinds)
def test_no_sentence_runs_into_the_next(kind: str) -> None:
    for one in wording_check.examples(LETTER_RULES.kinds[kind]):
        assert not re.search(r"[a-z][.?!][A-Z]", document.as_text(one, wording(kind)))


def test_a_wording_from_before_recommendations_stood_apart_is_told() -> None:
    old = "{{ salutation }}\n\n{{ child.name }} died.\n\n{% for point in learning %}\n- {{ point }}\n{% endfor %}\n"
    found = wording_check.problems("after-panel", {"after-panel": old}, LETTER_RULES.kinds.values(), WORDS)
    assert found == [
        "The wording leaves out something that is for the family: it needs learning, asked_for and answers."
    ]
    assert wording_check.problems("delay", {"delay": old}, LETTER_RULES.kinds.values(), WORDS) == []


def test_who_asks_is_plain_or_it_is_said() -> None:
    assert whose_letter(SUDI, "father") == whose_letter(SUDI, "family") == whose_letter(SUDI, "2") == ""
    assert "--by 1 or 2" in whose_letter(two_mothers(), "mother")
    assert "names no father" in whose_letter(two_mothers(), "father")


class TestWhatCameAfterTheReview:
    FORM_C = changed(example("form-c-sudi"), family__views_considered="yes")

    def told(self, kind: str, *views: tuple[str, str]) -> str:
        listed = [{"kind": "family_views", "on": on, "with": party} for on, party in views]
        reviews = [{"on": "2026-04-01", "stage": "ratified_cdop"}]
        return words(kind, standing({"milestones": listed, "reviews": reviews}, analysis=self.FORM_C))

    def test_the_panel_is_not_said_to_have_had_what_somebody_told_us_later(self) -> None:
        assert "had the views of her family" in self.told("thanks", ("2026-03-30", "mother"))
        assert "had the views of her family" in self.told("thanks", ("2026-03-30", "mother"), ("2026-04-10", "mother"))
        for since in ("mother", "family"):
            said = self.told("thanks", ("2026-03-30", "father"), ("2026-04-10", since))
            assert "had the views" not in said and "Our review is over" in said
        assert "that was part of it" not in self.told("after-panel", ("2026-04-10", "mother"))
        assert "that was part of it" in self.told("after-panel", ("2026-03-30", "family"), ("2026-04-10", "mother"))


def test_the_day_of_an_earlier_letter_of_the_kind_is_known_for_this_person_alone() -> None:
    mother, father = recipients(SUDI)
    listed = [
        {"kind": "condolence", "to": 1, "name": mother.name, "status": "final", "made_on": "2026-02-01", "send_on": "2026-02-03"},
        {"kind": "delay", "to": 2, "status": "final", "made_on": "2026-03-01"},
        {"kind": "delay", "to": 1, "status": "draft", "made_on": "2026-03-01"},
    ]  # fmt: skip
    sent = {
        (kind, one.number): letter_facts.sent_before({"letters": listed}, kind, one)
        for kind in ("condolence", "delay")
        for one in (mother, father)
    }
    assert sent == {
        ("condolence", 1): "2026-02-03",
        ("condolence", 2): "",
        ("delay", 1): "",
        ("delay", 2): "2026-03-01",
    }
