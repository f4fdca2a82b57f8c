"""How often something could be changed, as a panel reads it beside a case."""

from __future__ import annotations

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


def test_where_nothing_was_decided_no_rate_is_given() -> None:
    assert base_rates([case(1, None)], [], [], str) == [
        "No review here has decided yet whether there were modifiable factors."
    ]
