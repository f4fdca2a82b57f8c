"""Two ways to make counts public: hide what is small and show the rest as it is, or round everything as hospital statistics do.

Rounded, a count of none is none, one from 1 to 7 is hidden, and every other is the nearest five, each total by itself (NHS Digital,
hospital episode statistics, from September 2018).
"""

from __future__ import annotations

from cdr.records import dataclass
from cdr.statistics.threshold import FEWEST
from cdr.statistics.told import Limits, Secret

SUPPRESS, ROUND = "suppress", "round"
METHODS = (SUPPRESS, ROUND)
STEP = 5
SHOWN_ROUNDED = 8  # the smallest count that is shown rounded
HALF = STEP // 2


def rounded(n: int) -> int:
    """The multiple of five that is nearest."""
    return (n + HALF) // STEP * STEP


def rounded_limits(n: int) -> Limits:
    """The least and the most that a count can be which is, or would be, shown as `n`; below eight, what its mark tells."""
    if not n:
        return 0, 0
    if n < SHOWN_ROUNDED:
        return 1, SHOWN_ROUNDED - 1
    return max(rounded(n) - HALF, SHOWN_ROUNDED), rounded(n) + HALF


@dataclass(frozen=True)
class Method:
    """How a count is made public: rounded or as it is, and the smallest that is shown."""

    name: str = SUPPRESS
    threshold: int = FEWEST

    @property
    def is_rounded(self) -> bool:
        """Whether counts are rounded."""
        return self.name == ROUND

    @property
    def fewest(self) -> int:
        """The smallest count that is shown, but for none."""
        return SHOWN_ROUNDED if self.is_rounded else self.threshold

    def shown(self, n: int) -> int:
        """A count as it is shown."""
        return rounded(n) if self.is_rounded else n

    def limits(self, n: int) -> Limits:
        """What a reader knows of a count that is shown."""
        return rounded_limits(n) if self.is_rounded else (n, n)

    def secret(self, *, reaches: bool) -> Secret:
        """What must not be worked out of a count: less than four wide (or what the threshold asks), and of a small one that it is small."""
        return Secret(self.threshold - 1, self.threshold if reaches else 0)
