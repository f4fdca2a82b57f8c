"""A reader of many hard cases in a week is told so, once, and only where they are many and lately."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from unit.domain_data import example

from cdr.domain.case.hard_reading import MANY, is_hard, read

MONDAY = date(2026, 3, 2)


def after(days: list[tuple[str, int]], kept: dict[str, Any] | None = None) -> tuple[dict[str, Any], list[str]]:
    """What is kept, and what was told, after reading these cases so many days after Monday."""
    now, told = kept or {}, []
    for reference, day in days:
        now, words = read(now, reference, MONDAY + timedelta(days=day))
        told.append(words)
    return now, told


def test_many_hard_cases_within_seven_days_are_told_once() -> None:
    several = [(f"2026-000{n}", n) for n in range(MANY)]
    kept, told = after(several)
    assert told[:-1] == [""] * (MANY - 1) and f"{MANY} hard cases in seven days" in told[-1]
    kept, again = after([("2026-0009", MANY)], kept)
    assert again == [""], "it was said this week"
    _, later = after([(f"2026-001{n}", 20) for n in range(MANY)], kept)
    assert later[-1], "another such week"


def test_one_case_read_again_and_again_and_cases_of_other_weeks_are_not_many() -> None:
    assert not any(after([("2026-0001", n % 5) for n in range(3 * MANY)])[1])
    kept, told = after([(f"2026-000{n}", 4 * n) for n in range(MANY + 1)])
    assert not any(told) and len(kept["opened"]) == 2, "what lies back further is kept no more"


def test_what_is_hard_says_the_panel_else_the_notification() -> None:
    sudi, neonatal = example("form-a-sudi"), example("form-a-neonatal")
    assert is_hard(sudi, {}) and not is_hard(neonatal, {})
    assert is_hard(neonatal, {"category": {"primary": 2}}) and not is_hard(sudi, {"category": {"primary": 7}})
    assert not is_hard({}, {})
