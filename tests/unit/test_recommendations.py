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
