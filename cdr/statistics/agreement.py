"""How far two readers of the same cases agree beyond chance: kappa, with an interval that is honest for few cases.

The two readers of one case are not the two of the next, so kappa is the one for readers who change: J. L. Fleiss, Measuring nominal
scale agreement among many raters, Psychological Bulletin 76 (1971), 378-382, which for two readers is that of W. A. Scott, Reliability
of content analysis, Public Opinion Quarterly 19 (1955), 321-325. What chance alone would give is taken as known for the interval, as
J. Cohen did (Educational and Psychological Measurement 20 (1960), 37-46), but around the share of agreement stands the exact interval
of Clopper and Pearson: the normal one would be a single point where the readers always agreed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from cdr.records import dataclass
from cdr.statistics.chance import Interval, share_interval


@dataclass(frozen=True)
class Agreement:
    """How often two readers said the same of `n` cases; `kappa` and its interval are None where chance alone gives it, or no case was read."""

    n: int
    same: int
    by_chance: float | None = None
    kappa: float | None = None
    interval: Interval | None = None


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """The agreement of pairs, one a case; which of a pair comes first does not matter."""
    n, same = len(pairs), sum(first == second for first, second in pairs)
    if not n:
        return Agreement(0, 0)
    said = Counter(answer for pair in pairs for answer in pair)
    by_chance = sum((count / (2 * n)) ** 2 for count in said.values())
    if len(said) == 1:
        return Agreement(n, same, by_chance)
    low, high = share_interval(same, n)
    beyond = [(share - by_chance) / (1 - by_chance) for share in (same / n, low, high)]
    return Agreement(n, same, by_chance, beyond[0], (max(-1.0, beyond[1]), beyond[2]))
