from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.app import rules
from cdr.domain.process.age import AGE_BANDS, age_band, age_words, completed_months, completed_years, days_old

BIRTHS = st.dates(date(1990, 1, 1), date(2030, 12, 31))


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("born", "died", "band"),
    [
        ("2026-02-10", "2026-02-10", "0-27 days"),
        ("2026-02-01", "2026-02-28", "0-27 days"),
        ("2026-02-01", "2026-03-01", "28-364 days"),
        ("2023-03-01", "2024-02-29", "28-364 days"),  # 365 days old and not yet one
        ("2023-03-01", "2024-03-01", "1-4 years"),
        ("2020-02-29", "2021-02-28", "28-364 days"),
        ("2020-02-29", "2021-03-01", "1-4 years"),
        ("2021-06-15", "2026-06-14", "1-4 years"),
        ("2021-06-15", "2026-06-15", "5-9 years"),
        ("2016-01-02", "2026-01-01", "5-9 years"),
        ("2016-01-01", "2026-01-01", "10-14 years"),
        ("2011-01-01", "2026-01-01", "15-17 years"),
        ("2008-02-29", "2026-02-28", "15-17 years"),
    ],
)
def test_age_bands(born: str, died: str, band: str) -> None:
    assert age_band(d(born), d(died)) == band


@pytest.mark.parametrize(
    ("born", "died"), [("2008-02-29", "2026-03-01"), ("2026-01-02", "2026-01-01"), ("2027-01-02", "2026-01-03")]
)
def test_ages_outside_every_band_are_refused(born: str, died: str) -> None:
    with pytest.raises(ValueError, match=r"^the dates of birth and death are not in any age band$"):
        age_band(d(born), d(died))


def test_only_the_last_band_of_days_runs_to_the_first_birthday() -> None:
    bands = ("0-6 days", "7-27 days", "28-364 days", "1-17 years")
    assert age_band(d("2023-03-01"), d("2024-02-29"), bands) == "28-364 days"
    assert age_band(d("2023-03-01"), d("2023-03-08"), bands) == "7-27 days"


def test_the_rules_and_the_tables_have_the_same_bands() -> None:
    assert sorted(band for joined in rules("bands")["age_groups"].values() for band in joined) == sorted(AGE_BANDS)


@pytest.mark.parametrize(
    ("born", "day_before", "birthday"),
    [
        ("2024-01-26", "2026-01-25", "2026-01-26"),
        ("2024-02-29", "2026-02-28", "2026-03-01"),
        ("2022-02-28", "2024-02-27", "2024-02-28"),
        ("2022-03-01", "2024-02-29", "2024-03-01"),
        ("2023-12-31", "2025-12-30", "2025-12-31"),
        ("2024-01-01", "2025-12-31", "2026-01-01"),
    ],
)
def test_a_child_is_two_on_the_second_birthday_and_not_the_day_before(
    born: str, day_before: str, birthday: str
) -> None:
    assert (completed_years(d(born), d(day_before)), completed_months(d(born), d(day_before))) == (1, 23)
    assert (completed_years(d(born), d(birthday)), completed_months(d(born), d(birthday))) == (2, 24)
    assert age_words(d(born), d(day_before)) == "23 months"
    assert age_words(d(born), d(birthday)) == "2 years"


@given(BIRTHS, st.integers(0, 9000))
def test_months_are_said_below_two_years_and_years_from_then_on(born: date, days: int) -> None:
    on = born + timedelta(days=days)
    assert age_words(born, on).endswith((" years", " year")) == (completed_years(born, on) >= 2)


@given(BIRTHS, st.integers(0, 6570))
def test_every_child_is_in_exactly_one_band_and_bands_only_rise(born: date, days: int) -> None:
    died = born + timedelta(days=days)
    before = age_band(born, max(born, died - timedelta(days=1)))
    assert AGE_BANDS.index(age_band(born, died)) - AGE_BANDS.index(before) in (0, 1)


@given(BIRTHS, st.integers(0, 9000))
def test_years_and_months_agree(born: date, days: int) -> None:
    on = born + timedelta(days=days)
    assert completed_months(born, on) // 12 == completed_years(born, on)
    assert days_old(born, on) == days


@pytest.mark.parametrize(
    ("born", "on", "words"),
    [
        ("2026-02-10", "2026-02-09", "before birth"),
        ("2026-02-10", "2026-02-10", "on the day of birth"),
        ("2026-02-10", "2026-02-11", "1 day"),
        ("2026-02-10", "2026-02-15", "5 days"),
        ("2026-02-10", "2026-03-03", "3 weeks"),
        ("2025-03-02", "2026-01-09", "10 months"),
        ("2024-06-01", "2025-12-31", "18 months"),
        ("2022-01-01", "2026-05-05", "4 years"),
        ("2009-11-30", "2026-03-21", "16 years"),
        ("2026-02-10", "2026-02-23", "13 days"),
        ("2026-02-10", "2026-02-24", "2 weeks"),
        ("2026-02-10", "2026-04-09", "8 weeks"),
        ("2026-02-10", "2026-04-10", "2 months"),
        ("2024-01-26", "2025-01-25", "11 months"),
        ("2024-01-26", "2025-01-26", "12 months"),
        ("2024-01-26", "2026-01-25", "23 months"),  # the day before the second birthday
        ("2024-01-26", "2026-01-26", "2 years"),
        ("2024-01-26", "2026-01-27", "2 years"),
        ("2024-01-26", "2027-01-25", "2 years"),
        ("2024-01-26", "2027-01-26", "3 years"),
        ("2024-02-29", "2026-02-28", "23 months"),  # two years old on 1 March, as the bands have it
        ("2024-02-29", "2026-03-01", "2 years"),
        ("2024-02-29", "2028-02-28", "3 years"),
        ("2024-02-29", "2028-02-29", "4 years"),
        ("2022-03-01", "2024-02-29", "23 months"),
        ("2022-03-01", "2024-03-01", "2 years"),
    ],
)
def test_ages_in_words(born: str, on: str, words: str) -> None:
    assert age_words(d(born), d(on)) == words
