"""A final letter says only what is so: what each kind needs of a case, what forbids it, and the sentences that follow the case."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from letter_examples import AGES, LETTER_RULES, ON, changed, configuration, example, form_a, from_case

from cdr import resources
from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import wording
from cdr.domain.letters import letter_facts, letter_kinds, letters
from cdr.domain.letters.letter_facts import Standing

SUDI = form_a("sudi")
NO_REQUESTS: dict[str, Any] = {"requests": []}
OUT = {"requests": [{"agency": "a", "requested_on": "2026-01-12", "status": "outstanding", "answered_on": None}]}
IN = {"requests": [{"agency": "a", "requested_on": "2026-01-12", "status": "returned", "answered_on": "2026-02-01"}]}
NIL = {"requests": [{"agency": "a", "requested_on": "2026-01-12", "status": "nil", "answered_on": "2026-02-01"}]}
OPEN_CASE: dict[str, Any] = {"status": "open", "gates": []}
MET = {"kind": "cdrm", "on": "2026-04-10"}
REVIEWED: dict[str, Any] = {**OPEN_CASE, "reviews": [{"on": "2026-04-14", "stage": "ratified_cdop"}]}
CLOSED: dict[str, Any] = {**REVIEWED, "status": "closed", "closures": [{"on": "2026-04-16"}]}
FORM_C = example("form-c-sudi")
NOTHING = {**FORM_C, "domains": {}, "modifiable_factors_identified": "no", "learning_points": [], "recommendations": []}
TOLD = changed(FORM_C, learning_points=[{"theme": "x", "text": "y", "for_family": "The advice  was\ngiven once."}])


def standing(
    case: dict[str, Any] | None = None,
    requests: dict[str, Any] = NO_REQUESTS,
    analysis: dict[str, Any] | None = None,
    on: date = ON,
) -> Standing:
    return letter_facts.standing(SUDI, case or OPEN_CASE, requests, analysis, on, LETTER_RULES)


def unmet(kind: str, *how: Any, **more: Any) -> list[str]:
    return letter_facts.unmet(LETTER_RULES.kinds[kind], standing(*how, **more), LETTER_RULES)


def words(kind: str, so: Standing, body: dict[str, Any] | None = None) -> str:
    return " ".join(paragraphs(kind, so, body).split())


def paragraphs(kind: str, so: Standing, body: dict[str, Any] | None = None) -> str:
    form = body or SUDI
    made = letters.compose(
        form, configuration(), letters.recipients(form)[0], ON, (), AGES, draft=False, reference="2026-7K3M", case=so
    )
    return document.as_text(made, wording(kind))


def milestones(*listed: dict[str, str], **case: Any) -> dict[str, Any]:
    return {**OPEN_CASE, **case, "milestones": [*listed]}


class TestTheRules:
    def test_every_fact_that_a_kind_names_has_its_sentence(self) -> None:
        for kind in LETTER_RULES.kinds.values():
            assert all(LETTER_RULES.facts[fact].missing for fact in kind.needs), kind.name
            assert all(LETTER_RULES.facts[fact].in_the_way for fact in kind.forbids), kind.name

    def test_every_fact_of_the_rules_can_be_so(self) -> None:
        known = {"kind": "post_mortem_final", "on": "2026-03-01"}
        panel, views = {"kind": "panel_date", "on": "2026-04-01"}, {"kind": "family_views", "on": "2026-03-01"}
        past = milestones(panel, views, MET, known, {**MET, "kind": "final_case_discussion"})
        past = {**past, "questions": [{"asked_on": "2026-03-01", "status": "open", "text": "Why?", "asked_by": "4"}]}
        refused = changed(TOLD, family__feedback_requested="no")
        suicide = form_a("suicide")
        seen = {*letter_facts.standing(suicide, past, OUT, TOLD, ON, LETTER_RULES).facts}
        over = {**CLOSED, "gates": [{"type": "inquest", "status": "closed"}]}
        seen |= {*standing(over, OUT, refused).facts, *standing(past, OUT, TOLD).facts}
        seen |= {*standing({**OPEN_CASE, "status": "closed"}, on=date(2026, 1, 20)).facts}
        put_off = {"panel": "P", "on": "2026-04-01", "until": "2026-06-01", "waiting_for": "information"}
        seen |= {*standing({**milestones(panel), "deferrals": [put_off]}).facts}
        assert seen == set(LETTER_RULES.facts)

    def test_every_process_has_plain_words(self) -> None:
        codes = json.loads(resources.read_bytes("schemas", "codes", "investigation_type.json"))["codes"]
        assert {code["code"] for code in codes} | {"returns", "deferred"} == set(LETTER_RULES.waits)


class TestWhatForbidsALetter:
    @pytest.mark.parametrize("kind", ["before-review-meeting", "delay"])
    @pytest.mark.parametrize("case", [REVIEWED, CLOSED])
    def test_what_speaks_of_work_to_come_does_not_go_once_it_is_done(self, kind: str, case: dict[str, Any]) -> None:
        assert unmet(kind, OPEN_CASE, OUT) == []
        assert any("2026-04-1" in sentence for sentence in unmet(kind, case, OUT, FORM_C))

    @pytest.mark.parametrize("kind", ["condolence", "after-review-meeting", "thanks"])
    def test_of_a_case_that_was_closed_without_a_review_none_is_still_to_come(self, kind: str) -> None:
        views = {"kind": "family_views", "on": "2026-03-01"}
        closed = {**milestones(MET, views), "status": "closed", "closures": [{"on": "2026-04-16"}]}
        [sentence] = unmet(kind, closed)
        assert "closed on 2026-04-16 without a ratified review" in sentence and "cdr reopen" in sentence
        assert unmet(kind, {**closed, "reviews": REVIEWED["reviews"]}) == []

    def test_nobody_is_about_to_meet_who_has_met(self) -> None:
        [sentence] = unmet("before-review-meeting", milestones(MET))
        assert "met on 2026-04-10" in sentence and "after-review-meeting" in sentence
        assert unmet("before-review-meeting", analysis={**FORM_C, "stage": "draft_cdrm"})
        assert unmet("before-review-meeting", milestones(MET), on=date(2026, 4, 9)) == []

    @pytest.mark.parametrize("kind", ["cdrm", "final_case_discussion"])
    def test_nobody_has_met_where_no_meeting_is_recorded(self, kind: str) -> None:
        assert "No meeting" in unmet("after-review-meeting")[0]
        assert unmet("after-review-meeting", milestones({**MET, "kind": kind})) == []
        assert unmet("after-review-meeting", milestones({**MET, "kind": "home_visit"}))

    @pytest.mark.parametrize("kind", ["condolence", "after-review-meeting", "thanks"])
    def test_a_panel_whose_day_is_past_is_not_still_to_meet(self, kind: str) -> None:
        views = {"kind": "family_views", "on": "2026-03-01"}
        before = milestones(MET, views, {"kind": "panel_date", "on": "2026-04-16"})
        again = milestones(
            MET, views, {"kind": "panel_date", "on": "2026-04-16"}, {"kind": "panel_date", "on": "2026-05-20"}
        )
        assert "2026-04-16" in unmet(kind, before)[0] and unmet(kind, again) == []

    def test_a_panel_that_put_off_what_it_decides_has_met_and_is_waited_for(self) -> None:
        meets = [{"kind": "panel_date", "on": "2026-04-16", "panel": "P2026-04-16"}]
        put_off = {"panel": "P2026-04-16", "on": "2026-04-16", "until": "2026-06-01", "waiting_for": "information"}
        views = {"kind": "family_views", "on": "2026-03-01"}
        case = {**milestones(MET, views, *meets), "deferrals": [put_off]}
        for kind in ("condolence", "after-review-meeting"):
            [sentence] = unmet(kind, case)
            assert "met on 2026-04-16" in sentence and "--kind delay" in sentence
        assert unmet("thanks", case) == unmet("delay", case) == []
        assert letter_facts.waits(case, NO_REQUESTS, LETTER_RULES) == (
            "something that was still missing when people from different services met",
        )
        again = {"kind": "panel_date", "on": "2026-05-20", "panel": "P2026-05-20"}
        later = {**milestones(MET, views, *meets, again), "deferrals": [put_off]}
        assert unmet("condolence", later) == [] and "no delay" in unmet("delay", later)[0]

    def test_no_thanks_for_what_nobody_recorded(self) -> None:
        assert "family_views" in unmet("thanks")[0]
        assert unmet("thanks", milestones({"kind": "family_views", "on": "2026-03-01"})) == []
        assert unmet("thanks", analysis=FORM_C) == []
        assert unmet("thanks", analysis=changed(FORM_C, family__views_considered="not_known"))

    def test_no_delay_where_nothing_is_waited_for(self) -> None:
        assert "no delay" in unmet("delay")[0]
        assert (
            unmet("delay", OPEN_CASE, OUT) == unmet("delay", {"gates": [{"type": "inquest", "status": "open"}]}) == []
        )

    @pytest.mark.parametrize("kind", ["after-panel", "action"])
    def test_nothing_is_said_of_an_analysis_that_is_not_ratified(self, kind: str) -> None:
        assert unmet(kind) and unmet(kind, analysis={**FORM_C, "stage": "draft_cdrm"})

    def test_a_case_that_was_opened_again_is_not_done(self) -> None:
        again = {**REVIEWED, "reopenings": [{"on": "2026-04-15", "reason": "x"}]}
        assert unmet("after-panel", REVIEWED, NO_REQUESTS, TOLD) == []
        assert "ratified review" in unmet("after-panel", again, NO_REQUESTS, TOLD)[0]

    def test_no_feedback_to_a_family_that_did_not_ask_for_it(self) -> None:
        refused = changed(TOLD, family__feedback_requested="no")
        assert "did not ask" in unmet("after-panel", REVIEWED, NO_REQUESTS, refused)[0]


class TestNothingWasFound:
    def after(self, analysis: dict[str, Any]) -> list[str]:
        return unmet("after-panel", REVIEWED, NO_REQUESTS, analysis)

    def test_only_where_nothing_was_found(self) -> None:
        assert self.after(NOTHING) == []
        assert letter_facts.found_nothing(NOTHING) and not letter_facts.found_nothing(None)

    @pytest.mark.parametrize(
        "found",
        [
            {"modifiable_factors_identified": "yes"},
            {"modifiable_factors_identified": "inadequate_information"},
            {"modifiable_factors_identified": None},
            {"domains": {"C": {"factors": [{"code": "sleep_environment", "modifiable": "yes"}]}}},
            {"recommendations": [{"text": "Give it twice", "level": "local"}]},
            {"learning_points": [{"theme": "x", "text": "y"}]},
        ],
    )
    def test_what_was_found_waits_for_words_for_the_family(self, found: dict[str, Any]) -> None:
        analysis = {**NOTHING, **found}
        assert "for_family" in self.after(analysis)[0]
        assert self.after({**analysis, "learning_points": TOLD["learning_points"]}) == []

    def test_a_recommendation_may_have_words_for_the_family_too(self) -> None:
        asked = [{"text": "Give it twice", "level": "local", "for_family": "We asked that it be given twice."}]
        assert letter_facts.for_family({**TOLD, "recommendations": asked}) == (
            "The advice was given once.", "We asked that it be given twice.",
        )  # fmt: skip

    def test_what_is_waited_for_in_plain_words_each_once(self) -> None:
        both = {"gates": [{"type": "cspr", "status": "open"}, {"type": "rapid_review", "status": "open"}]}
        assert len(letter_facts.waits(both, OUT, LETTER_RULES)) == 2
        assert letter_facts.waits({"gates": []}, NO_REQUESTS, LETTER_RULES) == ()


class TestSentencesThatFollow:
    @pytest.mark.parametrize(
        ("status", "said", "unsaid"),
        [
            ("open", "The coroner has opened an inquest", "may hold"),
            ("closed", "The coroner’s inquest is over", "may hold"),
            ("waived", "separate from our work", "waits until"),
        ],
    )
    def test_the_coroner(self, status: str, said: str, unsaid: str) -> None:
        so = standing({**OPEN_CASE, "gates": [{"type": "inquest", "status": status}]})
        assert said in words("condolence", so) and unsaid not in words("condolence", so)
        assert "If there is an inquest" not in words("after-review-meeting", so)

    def test_an_inquest_that_was_over_when_the_death_was_notified(self) -> None:
        over = changed(SUDI, other_investigations=[{"type": "inquest", "status": "closed"}])
        assert "inquest is over" in words("condolence", from_case(over), over)

    def test_a_coroner_who_was_told_and_no_more(self) -> None:
        told = changed(SUDI, other_investigations=[])
        assert "may hold a court hearing" in words("condolence", from_case(told), told)

    @pytest.mark.parametrize("case", [REVIEWED, CLOSED])
    @pytest.mark.parametrize("inquest", ["open", "closed"])
    def test_a_first_letter_after_the_review_speaks_of_nothing_to_come(
        self, case: dict[str, Any], inquest: str
    ) -> None:
        gates = [{"type": "inquest", "status": inquest}]
        so = standing({**case, "gates": gates}, analysis=FORM_C)
        text = words("condolence", so)
        assert "\n\nYou knew Amara best" in paragraphs("condolence", so), "a paragraph of its own"
        assert unmet("condolence", case, OUT, FORM_C) == [] and "the review itself is done" in text
        for to_come in (
            "Later, a small group",
            "takes many months",
            "waits until",
            "goes on for a while",
            "at the end",
        ):
            assert to_come not in text
            if to_come != ("goes on for a while" if inquest == "open" else "waits until"):
                assert to_come in words("condolence", standing({**OPEN_CASE, "gates": gates}))

    def test_a_first_letter_that_comes_late_is_sorry_for_it(self) -> None:
        early, late = standing(on=date(2026, 2, 20)), standing(on=date(2026, 2, 21))
        assert "at such a sad time" in words("condolence", early)
        assert "so long to write to you" in words("condolence", late)
        written = {**OPEN_CASE, "letters": [{"kind": "thanks", "status": "final", "to": 1}]}
        assert "so long" not in words("condolence", standing(written))
        assert "so long" not in words("condolence", standing(milestones({"kind": "letter_sent", "on": "2026-02-01"})))

    @pytest.mark.parametrize(
        ("requests", "said"),
        [
            (NO_REQUESTS, "We ask doctors, nurses and others who knew Amara to tell us about her life and her care."),
            (OUT, "We have asked services what they know about Amara’s life and her care."),
            (IN, "Services that we asked have told us what they know about Amara’s life and her care."),
            (NIL, "We have asked services what they know about Amara’s life and her care."),
        ],
    )
    def test_who_tells_us_is_said_of_nobody_who_may_not_have(self, requests: dict[str, Any], said: str) -> None:
        """A request that went out is no answer, and whoever answered need be neither a doctor nor a nurse."""
        text = words("condolence", standing(requests=requests))
        assert said in text and not re.search("(are telling|will tell) us about", text)

    def test_after_the_panel_the_second_meeting_is_not_to_come(self) -> None:
        text = words("after-review-meeting", standing(REVIEWED, analysis=FORM_C))
        assert "next step" not in text and "has since looked" in text

    def test_thanks_after_the_panel(self) -> None:
        seen = words("thanks", standing(REVIEWED, analysis=FORM_C))
        assert "will have it before them" not in seen and "had the views of" in seen
        unseen = words("thanks", standing(REVIEWED, analysis=changed(FORM_C, family__views_considered="no")))
        assert "had the views of" not in unseen and "Our review is over" in unseen

    def test_a_baby_of_minutes_is_not_one_whom_they_knew_best(self) -> None:
        baby = changed(form_a("neonatal"), child__first_names="Baby", child__known_as="", child__sex="not_known")
        text = words("condolence", standing(), baby)
        assert "your baby died so soon after being born" in text and "knew your baby" not in text
        still = changed(baby, child__birth_status="stillbirth_unattended")
        assert "being born" not in words("condolence", standing(), still)

    @pytest.mark.parametrize(
        "kind", [name for name, one in LETTER_RULES.kinds.items() if one.to == letter_kinds.FAMILY]
    )
    def test_nothing_is_promised_that_nobody_can_keep(self, kind: str) -> None:
        for so in (standing(), standing(REVIEWED, analysis=FORM_C), standing(OPEN_CASE, OUT)):
            text = words(kind, so).casefold()
            assert not [
                said
                for said in ("we will stop", "nothing else", "soon, people", "every child who lived")
                if said in text
            ]


class TestWhatIsTooEarlyOrSaidTwice:
    def test_nobody_has_waited_long_in_the_first_weeks(self) -> None:
        died = date(2026, 1, 9)
        assert form_a("sudi")["death"]["date"] == died.isoformat()
        early, late = died + timedelta(days=42), died + timedelta(days=43)
        assert "speaks of a long wait" in unmet("delay", OPEN_CASE, OUT, on=early)[0]
        assert unmet("delay", OPEN_CASE, OUT, on=late) == []

    def test_where_nothing_is_ratified_it_is_not_said_what_form_c_found(self) -> None:
        assert unmet("after-panel") == [LETTER_RULES.facts["ratified"].missing]
        assert len(unmet("after-panel", OPEN_CASE, NO_REQUESTS, FORM_C)) == 2, "of one that is ratified both are said"


class TestWhoKnewTheChild:
    def said(self, relationship: str, criminal: bool = False, **how: str) -> str:
        body = changed(SUDI)
        body["family"]["parents"] = [{**body["family"]["parents"][0], "relationship": relationship, **how}]
        return words("condolence", replace(standing(), criminal=criminal), body)

    def test_nobody_who_may_be_a_suspect_is_told_that_they_knew_the_child_best(self) -> None:
        assert "You knew Amara best" in self.said("stepfather")
        assert "You knew Amara best" not in self.said("stepfather", criminal=True)
        assert "What you know about Amara matters to us" in self.said("stepfather", criminal=True)

    def test_who_shared_the_home_and_is_no_parent_is_told_only_that(self) -> None:
        said = self.said("partner_of_parent", parental_responsibility="no", lives_with_child="yes")
        assert "Amara lived with you, and what you know matters to us" in said and "took care" not in said

    def test_nobody_promises_what_others_will_say_at_a_meeting(self) -> None:
        said = words("thanks", standing())
        assert "They do not meet to blame anyone" in said and "will not blame" not in said
