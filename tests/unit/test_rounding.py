"""What a count is shown as, what a reader knows by that, and when that is little enough: both sides of each limit."""

from __future__ import annotations

import pytest

from cdr.statistics.rounding import METHODS, ROUND, SUPPRESS, Method, rounded, rounded_limits
from cdr.statistics.told import Secret, Told


@pytest.mark.parametrize(
    ("shown", "could_be"),
    [(10, range(8, 13)), (15, range(13, 18)), (20, range(18, 23)), (100, range(98, 103))],
)
def test_a_rounded_count_may_be_any_that_is_shown_so(shown: int, could_be: range) -> None:
    assert {n for n in range(8, 200) if rounded(n) == shown} == set(could_be)
    assert {rounded_limits(n) for n in could_be} == {(could_be[0], could_be[-1])}


def test_from_one_to_seven_a_mark_stands_and_none_is_none() -> None:
    assert (rounded(0), rounded_limits(0)) == (0, (0, 0))
    assert {rounded_limits(n) for n in range(1, 8)} == {(1, 7)}


def test_the_two_methods_differ_in_what_is_small_and_in_what_is_shown() -> None:
    hides, rounds = Method(), Method(ROUND)
    assert METHODS == (SUPPRESS, ROUND) and (hides.name, hides.is_rounded, rounds.is_rounded) == (SUPPRESS, False, True)
    assert (hides.fewest, Method(threshold=10).fewest, rounds.fewest) == (5, 10, 8)
    assert (hides.shown(13), rounds.shown(13)) == (13, 15)
    assert (hides.limits(13), rounds.limits(13)) == ((13, 13), (13, 17))
    assert (hides.secret(reaches=True), hides.secret(reaches=False)) == (Secret(4, 5), Secret(4, 0))
    assert Method(threshold=10).secret(reaches=True) == Secret(9, 10)


def test_a_secret_is_kept_where_the_count_could_be_many_numbers_and_one_that_is_shown() -> None:
    secret = Secret(width=4, reach=5)
    assert secret.is_kept((1, 5)) and secret.is_kept((0, 9)) and secret.is_kept((1, None)) and secret.is_kept((9, None))
    assert not secret.is_kept((2, 5)), "four numbers: too near"
    assert not secret.is_kept((0, 4)), "a reader knows that it is small"
    assert Secret(4).is_kept((0, 4)) and not Secret(4).is_kept((0, 3)) and Secret(0).is_kept((0, 0))


def test_of_what_is_known_already_no_more_is_kept_than_there_is() -> None:
    secret = Secret(width=4, reach=5)
    assert secret.beside((0, None)) == secret.beside((0, 9)) == secret.beside((1, 5)) == secret
    assert secret.beside((2, 5)) == Secret(3, 5) and secret.beside((0, 4)) == Secret(4, 4)
    assert secret.beside((3, 3)) == Secret(0, 3) and secret.beside((0, 0)) == Secret(0, 0)


def test_a_count_of_which_nothing_is_told_may_be_anything() -> None:
    key = ("notifications.sex", "Male", "2023/24")
    assert Told().of(key) == (0, None) and Told({key: (2, 7)}).of(key) == (2, 7)
