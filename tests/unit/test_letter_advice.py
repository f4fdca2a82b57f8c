"""What is told beside a letter that nothing holds: whose family it is, and whether what was thanked for is kept; and letters into custody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from letter_examples import AGES, LETTER_RULES, ON, changed, configuration, form_a

from cdr import resources
from cdr.documents.letters import letter as document
from cdr.documents.letters import wording_check
from cdr.documents.letters.wording import wording
from cdr.domain.letters import letter_advice, letter_facts, letters
from cdr.domain.letters.letter_facts import Standing
from cdr.domain.letters.people_written_to import recipients

SUDI = form_a("sudi")
REFERENCE = "2026-7K3M"
ON_THE_OUTSIDE = ("999", "111", "turn to them yourself", "bring anyone you like")


def views(**more: Any) -> dict[str, Any]:
    return {"milestones": [{"kind": "family_views", "on": "2026-03-02", "recorded_on": "2026-03-02", **more}]}


def missing(case: dict[str, Any], *to: int) -> list[str]:
    return list(letter_advice.of_what_was_told(REFERENCE, SUDI, case, to))


class TestWhatWasTold:
    def test_thanks_for_what_nobody_noted_say_so(self) -> None:
        (said,) = missing(views(**{"with": "mother"}), 1)
        assert "letter 1 says" in said and f"cdr milestone {REFERENCE} family_views" in said and "--with 1" in said
        assert len(missing(views(), 1, 2)) == 2

    @pytest.mark.parametrize("kept", [{"note": "He loved the sea."}, {"attachment": 1}])
    def test_a_note_or_a_paper_is_enough(self, kept: dict[str, Any]) -> None:
        assert not missing(views(**kept), 1, 2)
        assert not missing(views(**kept, **{"with": "mother"}), 1)

    def test_the_note_of_one_parent_is_none_of_the_other(self) -> None:
        (said,) = missing(views(note="He loved the sea.", **{"with": "mother"}), 1, 2)
        assert "letter 2" in said


def test_a_family_of_another_area_is_written_to_by_that_area() -> None:
    own = configuration().authorities
    assert not list(letter_advice.of_another_area(REFERENCE, SUDI, own))
    away = changed(SUDI, child__local_authority="Eastbury")
    (said,) = letter_advice.of_another_area(REFERENCE, away, own)
    assert f"cdr letter {REFERENCE} --kind other-area" in said


def adopted(**changes: Any) -> dict[str, Any]:
    body = changed(SUDI)
    mother, father = body["family"]["parents"]
    father["relationship"] = "adoptive_parent"
    mother |= {"parental_responsibility": "no", "lives_with_child": "no", **changes}
    return body


def test_a_parent_by_birth_of_an_adopted_child_is_asked_about_first() -> None:
    (said,) = letter_advice.of_birth_parents(adopted(), (1, 2))
    assert said.startswith("letter 1 ") and "adoption agency" in said
    assert not list(letter_advice.of_birth_parents(adopted(), (2,)))
    assert not list(letter_advice.of_birth_parents(adopted(parental_responsibility="yes"), (1, 2)))
    assert not list(letter_advice.of_birth_parents(SUDI, (1, 2)))


BEST = "You knew Amara best."
OVER = [{"type": "criminal", "status": "closed", "opened_on": "2026-01-10", "closed_on": "2026-04-01"}]


@pytest.mark.parametrize(
    ("changes", "case", "analysis"),
    [
        ({}, {"gates": OVER}, None),
        ({"death__suspected_events": ["apparent_homicide"]}, {}, None),
        ({"death__suspected_category": 1}, {}, None),
        ({"safeguarding_concern": "yes"}, {}, None),
        ({}, {}, {"category": {"primary": 1}}),
    ],
)
def test_nobody_is_said_to_have_known_a_child_best_whom_somebody_may_have_harmed(
    changes: dict[str, Any], case: dict[str, Any], analysis: dict[str, Any] | None
) -> None:
    def text(body: dict[str, Any], found: dict[str, Any], reviewed: dict[str, Any] | None) -> str:
        so = letter_facts.standing(body, {"gates": [], **found}, {"requests": []}, reviewed, ON, LETTER_RULES)
        made = letters.compose(body, configuration(), recipients(body)[0], ON, (), AGES, draft=False, case=so)
        return " ".join(document.as_text(made, wording("condolence")).split())

    assert BEST in text(SUDI, {}, None)
    assert BEST not in text(changed(SUDI, **changes), case, analysis)


@pytest.mark.parametrize("kind", [name for name, kind in LETTER_RULES.kinds.items() if kind.to == "family"])
def test_a_letter_into_custody_says_nothing_that_cannot_be_done_there(kind: str) -> None:
    def text(in_custody: bool) -> str:
        made = letters.compose(
            SUDI, configuration(), recipients(SUDI)[0], ON, (), AGES, draft=False, case=Standing(), in_custody=in_custody
        )  # fmt: skip
        return " ".join(document.as_text(made, wording(kind)).split())

    inside, outside = text(True), text(False)
    assert not [words for words in ON_THE_OUTSIDE if words in inside]
    assert "any member of staff where you are" in inside and "prison" not in inside
    assert "staff" not in outside and "999" in outside


def said(kind: str, body: dict[str, Any], so: Standing, **how: Any) -> str:
    made = letters.compose(body, configuration(), recipients(body)[0], ON, (), AGES, draft=False, case=so, **how)
    return " ".join(document.as_text(made, wording(kind)).split())


@pytest.mark.parametrize("kind", [name for name, kind in LETTER_RULES.kinds.items() if kind.to == "family"])
@pytest.mark.parametrize("key_worker", [{"name": "Kit Ray"}, {"name": "Kit Ray", "phone": "01632 960009"}, None])
def test_nobody_whose_language_is_a_sign_language_is_asked_to_ring(kind: str, key_worker: Any) -> None:
    body = changed(SUDI, family__key_worker=key_worker)
    mother = body["family"]["parents"][0]
    hears = said(kind, body, Standing())
    assert "ring your doctor" in hears and "sign language." not in hears
    for deaf in ({"language": "British Sign Language (BSL)"}, {"language": "BSL", "interpreter_needed": "yes"}):
        mother |= deaf
        text = said(kind, body, Standing())
        assert "You can ring" not in text and "ring your doctor" not in text and "on the phone" not in text
        assert "in sign language." in text and "@northshire.example" in text
    mother["language"] = "Polish"
    assert "ring your doctor" in said(kind, changed(body, family__interpreter_language="BSL"), Standing())


def test_a_second_first_letter_speaks_of_no_sad_time() -> None:
    assert "at such a sad time" in said("condolence", SUDI, Standing())
    again = Standing(written_to=frozenset({1}))
    assert "I am so sorry that Amara died. You do not have to" in said("condolence", SUDI, again)


def test_who_would_be_glad_to_talk_stands_between_commas() -> None:
    text = said("after-review-meeting", SUDI, Standing(), meet_with="Dr Ray Testcase, Consultant")
    assert "ask them something, Dr Ray Testcase, Consultant, would be glad to talk" in text
    assert "Dr Ray Testcase would be glad" in said(
        "after-review-meeting", SUDI, Standing(), meet_with="Dr Ray Testcase"
    )


def test_a_letter_tells_who_may_ask_for_what_is_kept_as_the_notice_does() -> None:
    words = "A coroner or a court may ask us for"
    assert words in said("condolence", SUDI, Standing())
    assert words in resources.read_bytes("templates", "governance", "privacy-notice-families.md").decode()


@pytest.mark.parametrize("kind", list(LETTER_RULES.kinds))
def test_what_is_a_list_or_a_heading_begins_a_line(kind: str) -> None:
    """A condition at the end of a line takes the line's end with it, and what follows would run on."""
    for letter in wording_check.examples(LETTER_RULES.kinds[kind]):
        paragraphs = [
            " ".join(part.split()) for part in re.split(r"\n[ \t]*\n|\n- ", document.as_text(letter, wording(kind)))
        ]
        assert not [part for part in paragraphs if re.search(r"\S (- |# |\*\*)", part)]
