"""Which NHS numbers can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr import nhs_numbers


@pytest.mark.parametrize("number", ["9990000018", "9990000026", "9990000034", "9434765919", "9990000042"])
def test_valid_nhs_numbers(number: str) -> None:
    assert nhs_numbers.is_valid(number)


@pytest.mark.parametrize(
    "number",
    [
        "9990000001",
        "0000000000",
        "9999999999",
        "999000001",
        "99900000180",
        "9990000018\n",
        "٩٩٩٠٠٠٠٠١٨",
        "",
        "999 000 0018",
    ],
)
def test_invalid_nhs_numbers(number: str) -> None:
    assert not nhs_numbers.is_valid(number)


@given(st.from_regex(r"\A[0-9]{9}\Z"), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(nine: str, place: int, by: int) -> None:
    for number in (nine + str(last) for last in range(10)):
        if nhs_numbers.is_valid(number):
            digit = str((int(number[place]) + by) % 10)
            assert not nhs_numbers.is_valid(number[:place] + digit + number[place + 1 :])
