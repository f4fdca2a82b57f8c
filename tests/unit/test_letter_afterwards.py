"""Letters once a panel has met, once a case was opened again, and to colleagues: sentences and refusals that were not so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from letter_examples import LETTER_RULES, changed, configuration, example, form_a
from unit.test_letter_truth import SUDI, standing, two_mothers, words

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import wording
from cdr.domain.letters import colleague_letters, letter_facts, letter_odds, professional_letters
from cdr.domain.letters.colleague_letters import Source, compose, what_follows
from cdr.errors import ConditionsNotMet, NotFound

ON = date(2026, 4, 17)
RATIFIED = [{"on": "2026-03-10", "stage": "ratified_cdop"}]
BEFORE = [{"kind": "panel_date", "on": "2026-03-10"}, {"kind": "cdrm", "on": "2026-02-20"}]
OPENED = {"reviews": RATIFIED, "reopenings": [{"on": "2026-04-01", "reason": "x"}], "milestones": BEFORE}
FORM_C = changed(example("form-c-sudi"), family__views_considered="yes")


class TestACaseThatWasOpenedAgain:
    @pytest.mark.parametrize("kind", ["condolence", "after-review-meeting", "thanks"])
    def test_the_panel_that_met_before_is_not_one_whose_day_went_by(self, kind: str) -> None:
        views = {"kind": "family_views", "on": "2026-02-20", "with": "mother"}
        case = {**OPENED, "milestones": [*BEFORE, views]}
        assert letter_facts.unmet(LETTER_RULES.kinds[kind], standing(case), LETTER_RULES) == []
        set_since = {**case, "milestones": [*BEFORE, views, {"kind": "panel_date", "on": "2026-04-10"}]}
        [sentence] = letter_facts.unmet(LETTER_RULES.kinds[kind], standing(set_since), LETTER_RULES)
        assert "2026-04-10" in sentence

    @pytest.mark.parametrize("kind", ["condolence", "after-review-meeting", "delay"])
    def test_it_is_said_that_it_was_finished_and_is_open_again(self, kind: str) -> None:
        said = words(kind, standing(OPENED))
        assert "opened the review again" in said or "opened it again" in said
        assert "The next step is a second meeting" not in said and "Later, a small group" not in said
        for never in ({"milestones": BEFORE}, {**OPENED, "reopenings": []}, {**OPENED, "reviews": []}):
            assert "opened the review" not in words(kind, standing(never)) and "opened it" not in words(
                kind, standing(never)
            )

    def test_what_was_looked_at_once_more_says_so(self) -> None:
        twice = {**OPENED, "reviews": [*RATIFIED, {"on": "2026-04-15", "stage": "ratified_cdop"}]}
        assert "looked once more" in words("after-panel", standing(twice, analysis=FORM_C))
        assert "looked once more" not in words("after-panel", standing({"reviews": RATIFIED}, analysis=FORM_C))

    def test_a_case_that_was_opened_again_before_any_review_was_never_finished(self) -> None:
        first = {"reviews": RATIFIED, "reopenings": [{"on": "2026-03-09", "reason": "x"}]}
        assert not standing(first).opened_again and standing(OPENED).opened_again


class TestAfterThePanel:
    def test_who_told_us_nothing_by_the_record_is_not_thanked(self) -> None:
        case = {"reviews": RATIFIED, "milestones": [{"kind": "family_views", "on": "2026-02-20", "with": "mother"}]}
        so = standing(case, analysis=FORM_C)
        assert "that was part of it" in words("after-panel", so, to=1)
        assert "that was part of it" not in words("after-panel", so, to=2)
        unknown = standing({"reviews": RATIFIED}, analysis=FORM_C)
        assert "that was part of it" in words("after-panel", unknown, to=2)

    def test_what_is_said_of_one_point_and_one_question_is_true_of_one(self) -> None:
        asked = {
            "asked_on": "2026-03-01",
            "status": "answered",
            "text": "Why?",
            "asked_by": "mother",
            "answer": "Nobody knows.",
        }
        point = changed(FORM_C, learning_points=[{"theme": "other", "text": "x", "for_family": "One thing."}])
        said = words("after-panel", standing({"reviews": RATIFIED, "questions": [asked]}, analysis=point))
        assert (
            "We learned this: - One thing." in said and "We were asked this, and this is what we can say: Why?" in said
        )
        assert "things" not in said.partition("We learned this")[2].partition("What we learn is meant for")[0].replace(
            "One thing", ""
        )

    def test_nobody_is_about_to_meet_where_the_panels_day_is_past(self) -> None:
        past = {"milestones": [{"kind": "panel_date", "on": "2026-04-10"}]}
        [sentence] = letter_facts.unmet(LETTER_RULES.kinds["before-review-meeting"], standing(past), LETTER_RULES)
        assert "2026-04-10" in sentence and "panel_date" in sentence
        put_off = {"panel": "P", "on": "2026-04-10", "until": "2026-06-01", "waiting_for": "information"}
        so = standing({**past, "deferrals": [put_off]})
        [sentence] = letter_facts.unmet(LETTER_RULES.kinds["before-review-meeting"], so, LETTER_RULES)
        assert "put off" in sentence and "--kind delay" in sentence

    @pytest.mark.parametrize(
        ("case", "body", "analysis"),
        [
            ({"gates": [{"type": "criminal", "status": "closed"}]}, SUDI, FORM_C),
            ({}, changed(SUDI, death__suspected_events=["apparent_homicide"]), FORM_C),
            ({}, SUDI, changed(FORM_C, category__primary=1)),
        ],
    )
    def test_nobody_who_may_have_done_harm_knew_the_child_best(
        self, case: dict[str, Any], body: dict[str, Any], analysis: dict[str, Any]
    ) -> None:
        so = standing({"reviews": RATIFIED, **case}, body, analysis)
        assert "knew Amara best" not in words("condolence", so, body)
        assert "knew Amara best" in words("condolence", standing({"reviews": RATIFIED}, analysis=FORM_C))


def test_a_language_is_asked_of_those_who_are_written_to() -> None:
    body = changed(two_mothers(), family__interpreter_language="Arabic")
    body["family"]["parents"][1]["interpreter_needed"] = "yes"
    gate = {"answers": {"language_and_format": {"answer": "none", "by": "Jo Penrose", "on": "2026-04-17"}}}

    def at_odds(*numbers: int) -> list[str]:
        people = {n: body["family"]["parents"][n - 1] for n in numbers}
        return letter_odds.at_odds(
            gate, body, people, ON, ["language_and_format"], LETTER_RULES.addresses, live_process=False, criminal=False
        )

    assert at_odds(1) == [] and "interpreter" in at_odds(2)[0] and at_odds(1, 2)


class TestColleagues:
    def refused(self, kind: str) -> str:
        so = standing({"reviews": RATIFIED})
        return " ".join(letter_facts.unmet(LETTER_RULES.kinds[kind], so, LETTER_RULES))

    @pytest.mark.parametrize("kind", ["school", "further-meeting", "other-area"])
    def test_what_speaks_of_no_review_is_not_refused_as_if_it_did(self, kind: str) -> None:
        assert "ratified on 2026-03-10" in self.refused(kind) and "still to come" not in self.refused(kind)

    def test_of_what_was_talked_over_it_is_told_that_it_is_no_news(self) -> None:
        kind = LETTER_RULES.kinds["other-area"]
        known = {"milestones": [{"kind": "home_area_told", "on": "2026-02-01"}]}
        assert "on 2026-02-01" in what_follows(kind, known, "REF", draft=False)
        assert "record it with cdr milestone REF" in what_follows(kind, {"milestones": []}, "REF", draft=False)
        assert what_follows(kind, {"milestones": []}, "REF", draft=True) == ""
        assert what_follows(LETTER_RULES.kinds["coroner"], known, "REF", draft=False) == ""

    def test_nobody_is_asked_to_meet_again_who_met_when_the_result_was_known(self) -> None:
        kind = LETTER_RULES.kinds["further-meeting"]
        result = {"kind": "post_mortem_final", "on": "2026-03-01"}

        def unmet(met: str) -> list[str]:
            talked = {"kind": "final_case_discussion", "on": met}
            return letter_facts.unmet(kind, standing({"milestones": [result, talked]}), LETTER_RULES)

        assert unmet("2026-02-28") == [] and "met on 2026-03-01" in unmet("2026-03-01")[0]

    def test_an_organisation_is_not_told_where_the_child_lived(self) -> None:
        [(number, item)] = professional_letters.recommendations(FORM_C, None)
        made = professional_letters.action_letter(item, number, configuration(), ON, draft=False)
        said = " ".join(document.as_text(made, wording("action")).split())
        assert "looks back at the lives and deaths of children" in said and "lived here" not in said

    @pytest.mark.parametrize(
        ("status", "said"), [("done", "is done since 2026-04-02"), ("not_taken_up", "not taken up"), ("open", "")]
    )
    def test_of_what_the_register_has_as_ended_it_is_told(self, status: str, said: str) -> None:
        [(number, item)] = professional_letters.recommendations(FORM_C, None)
        made = professional_letters.action_letter(item, number, configuration(), ON, draft=False)
        action = {
            "id": "A1",
            "to": "x",
            "due": "2026-09-30",
            "status": status,
            "number": number,
            "ended_on": "2026-04-02",
        }
        found = [*professional_letters.to_check(made, {"actions": [action]})]
        assert (said in found[0]) if said else found == []
        assert [*professional_letters.to_check(made, {"actions": [{**action, "number": number + 1}]})] == []

    @pytest.mark.parametrize(("status", "said"), [("nil_return", "has answered"), (None, "No agency was asked yet")])
    def test_that_nobody_was_asked_is_said_only_where_it_is_so(self, status: str | None, said: str) -> None:
        asked = [{"agency": "northshire-police", "requested_on": "2026-01-12", "status": status}] if status else []
        source = Source("2026-7K3M", SUDI, {"requests": asked}, configuration())
        with pytest.raises(NotFound, match=said):
            compose(LETTER_RULES.kinds["further-meeting"], source, None, ON, [], draft=False)

    def test_a_key_worker_tells_nobody_before_the_police_agree(self) -> None:
        source = Source("2026-7K3M", SUDI, {"requests": []}, configuration())
        made = colleague_letters.compose(LETTER_RULES.kinds["key-worker"], source, None, ON, ["Words."], draft=False)
        said = " ".join(document.as_text(made[0], wording("key-worker")).split())
        assert "If the police are looking into how Amara died, please ring me before you tell anyone" in said
        assert "do not want to hear from us" in said

    def test_which_letter_the_fonts_lack_a_name_of_and_which_scripts_they_have(self) -> None:
        body = form_a("suicide")
        body["professionals"][1]["name"] = "ሰላም"
        source = Source("2026-7K3M", body, {"requests": []}, configuration())
        made = compose(LETTER_RULES.kinds["school"], source, None, ON, [], draft=False)
        with pytest.raises(ConditionsNotMet) as told:
            document.as_pdf(made[0], wording("school"))
        lines = " ".join(told.value.lines())
        assert "letter 1" in lines and "Arabic, Hebrew and Devanagari" in lines and "--to NUMBER" in lines
