"""Recommendations looked at before the meeting ends, and found again in what was said before."""

from __future__ import annotations

import pytest
from unit.domain_data import load

from cdr.domain.panel.recommendations import Earlier, alike, is_vague, recommendation_problems
from cdr.resources import folder

RULES = load(folder("rules") / "recommendations.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "Consider safer sleep advice at every contact with no date",
        "Raise awareness of safer sleep among health visitors",
        "GPs should be reminded of the pathway",
        "Improve communication between agencies where possible",
        "Agencies should work together more closely to share information",
        "Professionals should have a greater understanding of neglect",
        "The hospital to review its guideline on bronchiolitis",
        "Learning to be disseminated across the partnership",
        "Continue to monitor the number of deaths from drowning",
        "Ensure every child is seen by a doctor",
        "The trust should learn from this death",
        "Police officers to receive information about sudden infant death",
        "Increase the use of interpreters in maternity care",
    ],
)
def test_what_nobody_could_see_done_is_vague(text: str) -> None:
    assert is_vague(text.replace("every contact with no date", "contacts"), RULES)


@pytest.mark.parametrize(
    "text",
    [
        "Repeat the safer sleep conversation at the eight-month contact",
        "Improve recording of smoking at booking; audited in March and reported to the board",
        "Ensure that a fence is in place at the pond by the end of June",
        "Ring each young person who misses an appointment after self-harm within two working days",
        "Put pulse oximeters into all four GP surgeries by 31 December 2026",
        "Train all lifeguards at the leisure pool in paediatric resuscitation",
        "Lower the speed limit in Mill Lane to 20 miles an hour",
        "Review the guideline on bronchiolitis by 1 March 2027 and report to the panel",
    ],
)
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_vague(text, RULES)


def test_a_recommendation_says_who_and_by_when() -> None:
    form = {
        "recommendations": [
            {"text": "Remind staff", "level": "local"},
            {"text": "Put up a fence", "level": "local", "to": "highways", "due": "2026-09-30"},
        ]
    }
    found = recommendation_problems(form, RULES)
    assert [(one.rule, one.field, one.level) for one in found] == [
        ("C-27", "recommendations.0.to", "warning"),
        ("C-28", "recommendations.0.due", "warning"),
        ("C-29", "recommendations.0.text", "warning"),
    ]


def test_what_was_said_before_is_found_in_other_words() -> None:
    earlier = [
        Earlier(
            "2024-AAAA",
            "2024/25",
            "Recommendation",
            "Health visitors repeat safer sleeping advice at eight months",
            "done",
        ),
        Earlier("2023-BBBB", "2023/24", "Recommendation", "Highways put a crossing at the school", "not taken up"),
        Earlier("2022-CCCC", "2022/23", "Learning point", "Sleep"),
    ]
    found = alike("Repeat the safer sleep conversation by health visitors at the eight-month contact", earlier, RULES)
    assert [one.case for one in found] == ["2024-AAAA"]
    assert alike("Nothing of the kind", earlier, RULES) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ring each young person who misses an appointment after self-harm", "Telephone those who do not attend after an overdose"),
        ("Write a transfer plan for twins below 27 weeks", "In-utero transfer of multiple pregnancies under 27 weeks"),
        ("Carbon monoxide alarms in all rented homes", "CO alarms to be fitted in every privately rented house"),
        ("Asthma plans to be held by every school", "Each school keeps an action plan for pupils who have asthma"),
    ],
)  # fmt: skip
def test_words_that_mean_the_same_are_one(one: str, other: str) -> None:
    assert alike(one, [Earlier("2024-AAAA", "2024/25", "Recommendation", other)], RULES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asthma plans to be held by every school", "Bereavement plans to be held by every school"),
        ("Children with epilepsy to have a care plan in school", "Children with diabetes to have a care plan in school"),
        ("Health visitors record smoking at each contact and audit it", "Health visitors record feeding at each contact and audit it"),
        ("Give parents advice on safe baby slings", "Give parents advice on blind cords"),
    ],
)  # fmt: skip
def test_words_that_stand_in_most_recommendations_make_none_alike(one: str, other: str) -> None:
    assert alike(one, [Earlier("2024-AAAA", "2024/25", "Recommendation", other)], RULES) == []


def test_a_recommendation_may_say_at_which_level_of_prevention() -> None:
    from cdr.forms.described import described

    body = {"recommendations": [{"text": "Put up a fence", "prevention": "primary"}]}
    assert ("Level of prevention", "So that it does not happen") in [row[1:] for row in described("form-c/1", body)]
