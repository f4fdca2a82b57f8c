"""How often something could be changed, as a panel reads it beside a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cdr.statistics.base_rates import base_rates
from cdr.statistics.facts import CaseFacts
from cdr.statistics.reference import Figure


def case(n: int, modifiable: str | None, year: int = 2025, **found: Any) -> CaseFacts:
    return CaseFacts(
        case=f"2025-000{n}",
        notified_on=date(2025, 1, 1),
        reviewed_on=date(year, 6, 1) if modifiable else None,
        modifiable=modifiable,
        **found,
    )


def england(year: str, value: float, published: int = 2025) -> Figure:
    return Figure(
        "England",
        "reviewed",
        year,
        value,
        "percent",
        f"a release of {published}",
        published,
        "x",
        ("reviews.modifiable",),
    )


def test_reviews_that_decided_are_counted_and_a_factor_among_them() -> None:
    cases = [
        case(1, "yes", 2024, contributory_factors=("smoke",), modifiable_factors=("smoke",)),
        case(2, "no", contributory_factors=("smoke",)),
        case(3, "inadequate_information", contributory_factors=("smoke",)),
        case(4, None),
    ]
    figures = [england("2023/24", 43), england("2024/25", 48), england("2024/25", 47, 2024)]
    assert base_rates(cases, figures, ["smoke", "damp", "smoke"], str.title) == [
        "Here: modifiable factors in 1 of 2 reviews that decided (2024/25 to 2025/26).",
        "England: 48% of reviews in 2024/25 (a release of 2025).",
        "Smoke: in 2 of these 2 reviews here, and held to be modifiable in 1.",
        "Damp: in no earlier review here.",
    ]


def test_the_years_are_those_of_the_reviews_and_what_is_published_keeps_its_note() -> None:
    cases = [case(1, "no", 2024), case(2, "no", 2026), case(3, "yes", 2025), case(4, "inadequate_information", 2019)]
    noted = replace(england("2024/25", 48), note="provisional")
    assert base_rates(cases, [noted], [], str) == [
        "Here: modifiable factors in 1 of 3 reviews that decided (2024/25 to 2026/27).",
        "England: 48% of reviews in 2024/25 (a release of 2025; provisional).",
    ]
    assert base_rates(cases[:1], [], [], str) == ["Here: modifiable factors in 0 of 1 review that decided (2024/25)."]


def test_where_nothing_was_decided_no_rate_is_given() -> None:
    assert base_rates([case(1, None)], [], [], str) == [
        "No review here has decided yet whether there were modifiable factors."
    ]


def test_a_review_of_which_no_factors_are_known_is_not_one_without_them() -> None:
    """A register may say whether something was modifiable and name no factor."""
    silent: dict[str, Any] = {"unanswered_after": ("contributory_factors", "modifiable_factors")}
    told = case(1, "yes", contributory_factors=("smoke",), unanswered_after=("modifiable_factors",))
    register = [case(2, "yes", **silent), case(3, "no", **silent)]

    def of_factor(cases: list[CaseFacts], factor: str) -> str:
        return base_rates(cases, [], [factor], str.title)[-1]

    assert of_factor(register, "smoke") == "Smoke: of no earlier review here is it known."
    assert of_factor([told, *register], "damp") == "Damp: in no earlier review here (of 2 more it is not known)."
    one_of_three = "Smoke: in the one review here (of 2 more it is not known), and "
    assert of_factor([told, *register], "smoke") == f"{one_of_three}whether it was modifiable is not known."
    both = case(4, "yes", contributory_factors=("smoke",), modifiable_factors=("smoke",))
    assert of_factor([told, both, *register], "smoke") == (
        "Smoke: in 2 of these 2 reviews here (of 2 more it is not known), and held to be modifiable in 1 of 1."
    )
