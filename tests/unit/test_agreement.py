"""Agreement of two readers beyond chance, against values worked out by hand and against the published method."""

from __future__ import annotations

from math import sqrt

import pytest

from cdr.statistics.agreement import Agreement, agreement


def table(*cells: tuple[int, int, int]) -> list[tuple[int, int]]:
    return [(first, second) for first, second, count in cells for _ in range(count)]


def test_kappa_by_hand() -> None:
    """20 and 15 the same, 5 and 10 not: 45 of 100 answers are the second, so chance gives 0.55 x 0.55 + 0.45 x 0.45 = 0.505."""
    found = agreement(table((1, 1, 20), (2, 2, 15), (1, 2, 5), (2, 1, 10)))
    assert (found.n, found.same) == (50, 35)
    assert found.by_chance == pytest.approx(0.505)
    assert found.kappa == pytest.approx((0.7 - 0.505) / 0.495)


def test_which_of_the_two_comes_first_does_not_matter() -> None:
    pairs = table((1, 2, 3), (2, 3, 4), (3, 3, 5), (1, 1, 2))
    turned = [pairs[0][::-1], *pairs[1:4], *(pair[::-1] for pair in pairs[4:])]
    assert agreement(pairs) == agreement(turned)


def test_the_interval_is_the_normal_one_where_there_are_many_cases() -> None:
    found = agreement(table((1, 1, 2000), (2, 2, 1500), (1, 2, 500), (2, 1, 1000)))
    assert found.kappa is not None and found.interval is not None and found.by_chance is not None
    error = sqrt(0.7 * 0.3 / 5000) / (1 - found.by_chance)
    assert found.interval == pytest.approx((found.kappa - 1.96 * error, found.kappa + 1.96 * error), abs=0.002)


def test_readers_who_always_agreed_in_few_cases_are_not_certain_to() -> None:
    found = agreement(table((1, 1, 4), (2, 2, 4)))
    assert found.kappa == 1 and found.interval is not None
    assert found.interval == pytest.approx(((0.025 ** (1 / 8) - 0.5) / 0.5, 1))


def test_readers_who_never_agreed_are_below_chance() -> None:
    found = agreement(table((1, 2, 3)))
    assert found.kappa == -1 and found.interval is not None and found.interval[0] == -1


def test_the_interval_ends_where_kappa_does() -> None:
    """Two cases, one of them read the same: 3 of 4 answers are the first, so chance gives 9/16 + 1/16, and half as often is below it."""
    found = agreement([(1, 1), (1, 2)])
    assert found.kappa == pytest.approx((1 / 2 - 5 / 8) / (3 / 8)) and found.interval is not None
    assert found.interval == pytest.approx((-1, ((1 - 0.025) ** (1 / 2) - 5 / 8) / (3 / 8)))


def test_nothing_is_said_where_all_said_the_same_or_nobody_read() -> None:
    assert agreement(table((7, 7, 9))) == Agreement(9, 9, 1.0)
    assert agreement([]) == Agreement(0, 0)
