"""What chance alone makes of small numbers: exact intervals, exact comparisons of two, and limits of control charts.

Textbook methods (general knowledge): Garwood's interval for a count, Clopper and Pearson's for a share, the conditional
binomial test of two counts, Fisher's test of two shares (each with the smaller tail doubled), Shewhart's c- and p-charts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import exp, lgamma, log, sqrt

STEPS = 200
NEARLY = 1e-15
TINY = 1e-300
Interval = tuple[float, float]


def count_interval(n: int, confidence: float = 0.95) -> Interval:
    """The exact (Garwood) interval of the mean of which `n` was counted, as two numbers of cases."""
    tail = (1 - confidence) / 2
    most = n + 10 * sqrt(n + 1) + 30
    low = _where(lambda mean: 1 - _poisson_up_to(n - 1, mean), tail, 0.0, most) if n else 0.0
    return low, _where(lambda mean: -_poisson_up_to(n, mean), -tail, 0.0, most)


@cache  # the wholes of several tables are the same, and each takes as long as to count hundreds of cases
def share_interval(n: int, of: int, confidence: float = 0.95) -> Interval:
    """The exact (Clopper-Pearson) interval of the share of which `n` of `of` were counted, from 0 to 1."""
    tail = (1 - confidence) / 2
    low = _beta_where(n, of - n + 1, tail) if n else 0.0
    high = _beta_where(n + 1, of - n, 1 - tail) if n < of else 1.0
    return low, high


def counts_differ(first: int, second: int, first_time: float = 1.0, second_time: float = 1.0) -> float:
    """How likely chance alone makes two counts at least so different, from 0 to 1; the times are how long each was counted."""
    both = first + second
    expected = first_time / (first_time + second_time)
    up_to = 1.0 if first == both else 1 - _beta_up_to(first + 1, both - first, expected)
    from_there = 1.0 if first == 0 else _beta_up_to(first, both - first + 1, expected)
    return min(1.0, 2 * min(up_to, from_there))


def shares_differ(first: tuple[int, int], second: tuple[int, int]) -> float:
    """How likely chance alone makes two shares (each `n` of `of`) at least so different, from 0 to 1."""
    n, of = first
    with_any, everyone = n + second[0], of + second[1]
    lowest, highest = max(0, with_any - second[1]), min(of, with_any)
    up_to = sum(_hypergeometric(k, of, with_any, everyone) for k in range(lowest, n + 1))
    from_there = sum(_hypergeometric(k, of, with_any, everyone) for k in range(n, highest + 1))
    return min(1.0, 2 * min(up_to, from_there))


def count_limits(counts: Sequence[int], sigmas: float = 3.0) -> tuple[float, float, float]:
    """The mean of some counts and the limits of their c-chart."""
    mean = sum(counts) / len(counts)
    reach = sigmas * sqrt(mean)
    return mean, max(0.0, mean - reach), mean + reach


def share_limits(shares: Sequence[tuple[int, int]], sigmas: float = 3.0) -> tuple[float, list[Interval]]:
    """The common share of some `n` of `of`, and for each the limits of their p-chart, from 0 to 1."""
    everyone = sum(of for _, of in shares)
    common = sum(n for n, _ in shares) / everyone
    reaches = [sigmas * sqrt(common * (1 - common) / of) if of else 1.0 for _, of in shares]
    return common, [(max(0.0, common - reach), min(1.0, common + reach)) for reach in reaches]


def beyond_chance(likelihoods: Sequence[float], level: float) -> list[bool]:
    """Which of several comparisons made at once are beyond chance, by Holm's correction at that level."""
    found = [False] * len(likelihoods)
    for made, i in enumerate(sorted(range(len(likelihoods)), key=lambda i: likelihoods[i])):
        if likelihoods[i] > level / (len(likelihoods) - made):
            break
        found[i] = True
    return found


def _where(rising: Callable[[float], float], level: float, low: float, high: float) -> float:
    """Where a rising function reaches a level, by Chandrupatla's method: along a curve where that is safe, else by halves."""
    newest, other = high, low
    above, below = rising(newest) - level, rising(other) - level
    share = 0.5
    for _ in range(STEPS):
        tried = newest + share * (other - newest)
        found = rising(tried) - level
        if (found < 0) == (above < 0):
            oldest, behind = newest, above
        else:
            oldest, behind, other, below = other, below, newest, above
        newest, above = tried, found
        nearest, off = (newest, above) if abs(above) < abs(below) else (other, below)
        least = (NEARLY + 1e-10 * nearest) / abs(other - newest)
        if not off or least > 0.5:
            break
        place, height = (newest - other) / (oldest - other), (above - below) / (behind - below)
        share = 0.5
        if height**2 < place and (1 - height) ** 2 < 1 - place:
            share = above / (below - above) * behind / (below - behind)
            share += (oldest - newest) / (other - newest) * above / (behind - above) * below / (behind - below)
        share = min(1 - least, max(least, share))
    return nearest


def _beta_where(a: float, b: float, level: float) -> float:
    """Where the regularised incomplete beta function reaches a level: by Newton's steps, since its slope is known, else by halves."""
    scale, low, high = lgamma(a + b) - lgamma(a) - lgamma(b), 0.0, 1.0
    mean, deviation = a / (a + b), sqrt(a * b / (a + b + 1)) / (a + b)
    aside = mean + (2 if level > 0.5 else -2) * deviation  # where an interval of 95% about ends
    tried = aside if low < aside < high else mean
    for _ in range(STEPS):
        off = _beta_up_to(a, b, tried) - level
        low, high = (tried, high) if off < 0 else (low, tried)
        slope = exp(scale + (a - 1) * log(tried) + (b - 1) * log(1 - tried))
        nearer = tried - off / max(slope, TINY)
        if abs(nearer - tried) <= NEARLY + 1e-7 * tried:  # the next step would be the square of this one
            return nearer
        tried = nearer if low < nearer < high else (low + high) / 2
    return tried


def _hypergeometric(k: int, of: int, with_any: int, everyone: int) -> float:
    return exp(_log_ways(with_any, k) + _log_ways(everyone - with_any, of - k) - _log_ways(everyone, of))


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _poisson_up_to(n: int, mean: float) -> float:
    """The chance of at most `n` where `mean` are expected: the terms from the largest down, which lose nothing."""
    if mean <= 0:
        return 1.0
    if n >= mean:
        return 1 - _poisson_above(n, mean)
    term = total = exp(n * log(mean) - mean - lgamma(n + 1))
    for k in range(n, 0, -1):
        term *= k / mean
        total += term
        if term < total * NEARLY:
            break
    return min(1.0, total)


def _poisson_above(n: int, mean: float) -> float:
    k = n + 1
    term = total = exp(k * log(mean) - mean - lgamma(k + 1))
    while term > total * NEARLY and term > TINY:
        k += 1
        term *= mean / k
        total += term
    return min(1.0, total)


def _beta_up_to(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function: the chance of at least `a` of `a + b - 1` where each has chance `x`."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued(a, b, x) / a
    return 1 - front * _continued(b, a, 1 - x) / b


def _continued(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    upper, lower = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or TINY)
    value = lower
    for m in range(1, 10 * STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            lower, upper = 1 + part * lower, 1 + part / upper
            if -TINY < lower < TINY:
                lower = TINY
            if -TINY < upper < TINY:
                upper = TINY
            lower = 1 / lower
            change = upper * lower
            value *= change
        if abs(change - 1) < NEARLY:
            break
    return value
