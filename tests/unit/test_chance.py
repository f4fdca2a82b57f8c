"""Exact intervals and tests against published values, and what must hold of them always."""

from __future__ import annotations

from math import comb, exp, factorial

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.statistics import chance
from cdr.statistics.chance import (
    beyond_chance,
    count_interval,
    count_limits,
    counts_differ,
    share_interval,
    share_limits,
    shares_differ,
)


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (20, 12.217, 30.888),
        (100, 81.364, 121.627),
    ],
)
def test_the_interval_of_a_count_is_the_published_one(n: int, low: float, high: float) -> None:
    assert count_interval(n) == pytest.approx((low, high), abs=0.001)


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (10, 100, 0.0490, 0.1762),
        (0, 1, 0.0, 0.975),
    ],
)
def test_the_interval_of_a_share_is_the_published_one(n: int, of: int, low: float, high: float) -> None:
    assert share_interval(n, of) == pytest.approx((low, high), abs=0.0001)


@given(st.integers(1, 40_000), st.floats(0, 1), st.sampled_from([0.5, 0.8, 0.95, 0.99, 0.998]))
@settings(max_examples=many(300))
def test_at_the_ends_of_an_interval_what_was_counted_is_as_unlikely_as_was_asked(
    of: int, part: float, confidence: float
) -> None:
    """By halving, which knows nothing of the slope that the ends are found by."""
    n, tail = round(part * of), (1 - confidence) / 2
    low, high = share_interval(n, of, confidence)
    by_halves = (
        chance._where(lambda p: chance._beta_up_to(n, of - n + 1, p), tail, 0.0, 1.0) if n else 0.0,
        chance._where(lambda p: chance._beta_up_to(n + 1, of - n, p), 1 - tail, 0.0, 1.0) if n < of else 1.0,
    )
    assert (low, high) == pytest.approx(by_halves, rel=1e-6, abs=1e-9)
    assert 0 <= low <= n / of <= high <= 1


def test_the_tests_of_two_are_the_published_ones() -> None:
    assert shares_differ((3, 4), (1, 4)) == pytest.approx(0.4857, abs=0.0001), "the lady tasting tea"
    assert shares_differ((1, 10), (11, 14)) == pytest.approx(0.002759, abs=0.000001)
    assert counts_differ(10, 20) == pytest.approx(0.09874, abs=0.00001)
    assert counts_differ(5, 0) == pytest.approx(2 / 2**5)
    assert counts_differ(0, 0) == shares_differ((0, 5), (0, 7)) == shares_differ((5, 5), (7, 7)) == 1.0


def test_what_was_counted_for_longer_may_be_more() -> None:
    assert counts_differ(10, 30, 1, 3) == pytest.approx(1.0, abs=0.2)
    assert counts_differ(10, 30) < 0.01


def test_limits_are_three_standard_deviations_and_never_below_nothing() -> None:
    assert count_limits([36, 36, 36]) == (36.0, 18.0, 54.0)
    assert count_limits([1, 1, 1])[1] == 0.0
    assert count_limits([0, 0]) == (0.0, 0.0, 0.0)
    common, limits = share_limits([(50, 100), (8, 16), (0, 0)])
    assert common == 0.5
    assert limits[0] == pytest.approx((0.35, 0.65))
    assert limits[1:] == [pytest.approx((0.125, 0.875)), (0.0, 1.0)]


def test_of_many_comparisons_few_are_beyond_chance() -> None:
    assert beyond_chance([0.04], 0.05) == beyond_chance([0.05], 0.05) == [True]
    assert beyond_chance([0.04, 0.9], 0.05) == [False, False]
    assert beyond_chance([0.9, 0.001, 0.02], 0.05) == [False, True, True]
    assert beyond_chance([], 0.05) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60))
def test_at_the_ends_of_a_count_s_interval_the_tails_are_a_fortieth(n: int) -> None:
    low, high = count_interval(n)
    at_most = sum(exp(-high) * high**k / factorial(k) for k in range(n + 1))
    assert at_most == pytest.approx(0.025, rel=1e-6)
    if n:
        assert sum(exp(-low) * low**k / factorial(k) for k in range(n)) == pytest.approx(0.975, rel=1e-6)
    assert low <= n <= high


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_at_the_ends_of_a_share_s_interval_the_tails_are_a_fortieth(pair: tuple[int, int]) -> None:
    n, of = pair
    low, high = share_interval(n, of)
    if n < of:
        assert sum(comb(of, k) * high**k * (1 - high) ** (of - k) for k in range(n + 1)) == pytest.approx(
            0.025, rel=1e-6
        )
    if n:
        assert sum(comb(of, k) * low**k * (1 - low) ** (of - k) for k in range(n, of + 1)) == pytest.approx(
            0.025, rel=1e-6
        )
    assert low <= n / of <= high
    mirrored = share_interval(of - n, of)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_a_test_of_two_counts_is_exact_and_the_same_from_both_sides(first: int, second: int) -> None:
    both = first + second
    tail = sum(comb(both, k) for k in range(min(first, second) + 1)) / 2**both
    assert counts_differ(first, second) == pytest.approx(min(1.0, 2 * tail), rel=1e-9)
    assert counts_differ(first, second) == pytest.approx(counts_differ(second, first))


pairs = st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@settings(max_examples=80, deadline=None)
@given(pairs, pairs)
def test_a_test_of_two_shares_is_exact_and_the_same_from_both_sides(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (a, n), (b, m) = first, second
    ways = [comb(n, k) * comb(m, a + b - k) for k in range(a + b + 1)]
    up_to, from_there = sum(ways[: a + 1]), sum(ways[a:])
    assert shares_differ(first, second) == pytest.approx(min(1.0, 2 * min(up_to, from_there) / sum(ways)), rel=1e-9)
    assert shares_differ(first, second) == pytest.approx(shares_differ(second, first))


def test_thousands_are_no_trouble() -> None:
    low, high = count_interval(5000)
    assert (round(low), round(high)) == (4862, 5141)
    assert share_interval(2000, 5000) == pytest.approx((0.38639, 0.41373), abs=0.00001)
    assert counts_differ(2400, 2600) < 0.005
    assert shares_differ((600, 1250), (450, 1250)) < 1e-6
