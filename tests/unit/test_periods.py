"""In which column a day falls and how long a column is, and what is worth knowing of the cases of some years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from unit.tally_cases import AUTHORITIES, CASE

from cdr.errors import WrongUsage
from cdr.statistics.cautions import NOBODY, Seen, cautions, seen
from cdr.statistics.facts import CaseFacts
from cdr.statistics.periods import QUARTER, columns, exposure, quarter
from cdr.statistics.tables import NOT_KNOWN, Cell, cell, largest_remainder, one_decimal, percent, quartiles

YEARS = columns("2023/24", 2)
QUARTERS = columns("2023/24", 2, QUARTER)
POOLED = columns("2023/24", 3, pooled=True)


# ---- columns -------------------------------------------------------------------------------------------------------------


def test_the_labels_of_columns() -> None:
    assert (YEARS.labels, YEARS.length) == (("2022/23", "2023/24"), 1.0)
    assert (QUARTERS.labels[0], QUARTERS.labels[-1], len(QUARTERS.labels)) == ("2022/23 Q1", "2023/24 Q4", 8)
    assert (QUARTERS.length, POOLED.labels, POOLED.length) == (0.25, ("2021/22 to 2023/24",), 3.0)
    assert columns("2023/24", 1, pooled=True) == columns("2023/24", 1), "one year is not told as several"
    for n in (0, 51):
        with pytest.raises(WrongUsage):
            columns("2023/24", n)


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2023/24 Q1", date(2023, 4, 1), date(2023, 6, 30)), ("2023/24 Q2", date(2023, 7, 1), date(2023, 9, 30)),
        ("2023/24 Q3", date(2023, 10, 1), date(2023, 12, 31)), ("2023/24 Q4", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)  # fmt: skip
def test_a_quarter_has_its_days_and_no_others(label: str, first: date, last: date) -> None:
    assert QUARTERS.days(label) == (first, last)
    assert QUARTERS.of(first) == QUARTERS.of(last) == label
    assert label not in (QUARTERS.of(first - timedelta(1)), QUARTERS.of(last + timedelta(1)))
    assert {quarter(first), quarter(last)} == {int(label[-1])}


def test_a_day_before_and_after_the_columns_is_in_none() -> None:
    for one in (YEARS, QUARTERS):
        assert one.of(date(2022, 3, 31)) is None and one.of(date(2024, 4, 1)) is None
        assert one.of(date(2022, 4, 1)) is not None and one.of(date(2024, 3, 31)) is not None
    assert (YEARS.of(date(2023, 3, 31)), YEARS.of(date(2023, 4, 1))) == ("2022/23", "2023/24")
    assert YEARS.days("2022/23") == (date(2022, 4, 1), date(2023, 3, 31))
    assert (POOLED.of(date(2021, 3, 31)), POOLED.of(date(2021, 4, 1)), POOLED.of(date(2024, 3, 31))) == (
        None,
        *POOLED.labels * 2,
    )
    assert POOLED.days(POOLED.labels[0]) == (date(2021, 4, 1), date(2024, 3, 31))
    assert [one.first_year(one.labels[0]) for one in (YEARS, QUARTERS, POOLED)] == ["2022/23", "2022/23", "2021/22"]


def test_years_before_the_first_case_are_no_part_of_years_as_one() -> None:
    told = {
        since: POOLED.length_from(since)
        for since in (None, date(2020, 1, 1), date(2022, 3, 31), date(2022, 4, 1), date(2025, 1, 1))
    }
    assert list(told.values()) == [3.0, 3.0, 3.0, 2.0, 1.0]
    assert YEARS.length_from(date(2023, 5, 1)) == 1.0 and QUARTERS.length_from(date(2023, 5, 1)) == 0.25


def test_child_years_are_children_times_years_and_not_known_where_the_children_are_not() -> None:
    assert (
        exposure({"Northshire": 1001}, "Northshire", 0.25) == 250
        and exposure({"Northshire": 7}, "Northshire", 3.0) == 21
    )
    assert exposure({"Northshire": 7}, "Southtown", 1.0) is None


# ---- numbers in a cell ---------------------------------------------------------------------------------------------------


def test_halves_go_up_and_of_nothing_there_is_no_percentage() -> None:
    assert (percent(1, 8), percent(1, 8, 0), percent(1, 16), percent(1, 2000), percent(1, 2001), percent(0, 3)) == (
        12.5,
        13.0,
        6.3,
        0.1,
        0.0,
        0.0,
    )
    assert (percent(0, 0), percent(3, 0)) == (None, None)
    assert (
        one_decimal(1, 1000, 8000),
        one_decimal(1, 100, 800),
        one_decimal(3, 1000, 16),
        one_decimal(0, 1000, 9),
    ) == (0.1, 0.1, 187.5, 0.0)
    assert one_decimal(1, 1000, 20000) == 0.1 and one_decimal(1, 1000, 20001) == 0.0


def test_percentages_that_add_up_give_what_is_missing_to_those_that_lost_most() -> None:
    """Of 7, 1, 2 and 4 are 14.2|86, 28.5|71 and 57.1|43: two tenths are missing, and the first two lost most."""
    assert largest_remainder([1, 2, 4]) == [14.3, 28.6, 57.1]
    assert largest_remainder([1, 2, 4], 0) == [14.0, 29.0, 57.0] and largest_remainder([1, 2, 4], 2) == [
        14.29,
        28.57,
        57.14,
    ]
    assert largest_remainder([1, 1, 1]) == [33.4, 33.3, 33.3], "where they lost the same, the first"
    assert (
        largest_remainder([2, 0, 2]) == [50.0, 0.0, 50.0]
        and largest_remainder([0, 0]) == [None, None]
        and largest_remainder([]) == []
    )


def test_a_cell_is_of_those_that_are_known() -> None:
    assert cell(2, 8) == Cell(2, 8, 25.0, known=8) and cell(2, 9, 8) == Cell(2, 9, 25.0, known=8)
    assert cell(0, 9, 0) == Cell(None, 9, None, known=0), "none of nine are known, which is no zero"
    assert cell(0, 0) == Cell(0, 0, None, known=0) and (
        cell(2, 9, 8).whole,
        Cell(2, 9, 22.2).whole,
        NOT_KNOWN.whole,
    ) == (8, 9, 0)


def test_quartiles_lie_between_the_two_nearest() -> None:
    assert quartiles([]) is None and quartiles([7]) == (7.0, 7.0, 7.0)
    assert quartiles([1, 2]) == (1.25, 1.5, 1.75) and quartiles([4, 1, 3, 2, 5]) == (2.0, 3.0, 4.0)


# ---- what is worth knowing -----------------------------------------------------------------------------------------------


def of(n: int, **change: Any) -> CaseFacts:
    return replace(CASE, case=f"2023-{n:04}", **change)


def test_each_thing_that_is_missing_is_told_once_with_its_number() -> None:
    cases = [
        of(1, local_authority=None), of(2, born=None), of(3, died=None), of(4, reviews=2), of(5, imported=True), of(6, born=None, died=None),
        of(7, local_authority="Elsewhere", born=None, died=None, reviews=2, imported=True), of(8, counted=False, local_authority=None),
        of(9, notified_on=date(2019, 5, 1), died=date(2019, 5, 1), reviewed_on=date(2020, 3, 31), born=None),
    ]  # fmt: skip
    assert cautions(cases, AUTHORITIES, ["2023/24"]) == [
        "1 case has no local authority and is counted among those from elsewhere.",
        "2 cases have no date of birth and are under Not known wherever age counts.",
        "2 cases have no date of death and are in no table of deaths by year of death.",
        "1 case has more than one ratified review and is counted once, by the latest.",
        "1 case of these years was brought in from a register, which tells nothing of returns, other processes or what was done for the family: "
        "it is in none of those numbers.",
    ]
    assert (
        "2 cases of these years were brought in from a register"
        in cautions([of(1, imported=True), of(2, imported=True)], AUTHORITIES, ["2023/24"])[0]
    )
    assert cautions([of(1)], AUTHORITIES, ["2023/24"]) == []


def test_a_case_is_of_a_year_by_each_of_its_days() -> None:
    """It was notified in one year, the child had died in the one before, and the review was in the one after."""
    case = of(1, died=date(2022, 3, 31), notified_on=date(2022, 4, 1), reviewed_on=date(2023, 4, 1), born=None)
    for year, missing in (("2020/21", 0), ("2021/22", 1), ("2022/23", 1), ("2023/24", 1), ("2024/25", 0)):
        assert seen([case], AUTHORITIES, [year]).without_birth == missing, year


def test_a_year_without_a_death_is_told_apart_from_one_of_which_nothing_is_known() -> None:
    case = of(1, notified_on=date(2022, 5, 1), died=date(2022, 5, 1), reviewed_on=None)
    assert cautions([case], AUTHORITIES, ["2021/22", "2022/23", "2023/24"]) == [
        "Nothing is known of 2021/22: the first case here is of 2022/23.",
        "No death was notified in 2023/24.",
    ]
    assert cautions([], AUTHORITIES, ["2021/22"]) == ["Nothing is known of 2021/22: there is no case here."]
    assert cautions([], AUTHORITIES, ["2021/22"], since=date(2020, 1, 1)) == ["No death was notified in 2021/22."]
    assert cautions([case], AUTHORITIES, ["2021/22"], since=date(2021, 4, 1)) == ["No death was notified in 2021/22."]
    elsewhere = replace(case, local_authority="Elsewhere")
    assert cautions([elsewhere], AUTHORITIES, ["2022/23"]) == ["No death was notified in 2022/23."]


def test_what_was_seen_of_some_cases_and_of_others_is_seen_of_all() -> None:
    first, second = Seen(frozenset({"2022/23"}), 1, 2, 3, 4, 5), Seen(frozenset({"2023/24"}), 10, 20, 30, 40, 50)
    both = first + second
    assert both == Seen(frozenset({"2022/23", "2023/24"}), 11, 22, 33, 44, 55) and first + NOBODY == first
    assert Seen.from_dict(both.to_dict()) == both
    told = cautions([of(1)], AUTHORITIES, ["2022/23", "2023/24"], others=first)
    assert told[0].startswith("1 case has no local authority") and told[1].startswith("2 cases have no date of birth")
