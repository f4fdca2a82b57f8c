"""What a reader is told by everything that is published together: of each count its limits, and which counts add up to which."""

from __future__ import annotations

from collections.abc import Mapping

from cdr.records import dataclass, field

Key = tuple[str, str, str]  # table, row, column
Limits = tuple[int, int | None]  # the least and the most that a count can be; None where there is no most


@dataclass(frozen=True)
class Sum:
    """`whole` is what `parts` add up to."""

    whole: Key
    parts: tuple[Key, ...]

    @property
    def members(self) -> tuple[Key, ...]:
        """The whole and its parts."""
        return (self.whole, *self.parts)


@dataclass(frozen=True)
class Secret:
    """What must not be worked out of a count: an interval of at least `width`, which reaches at least `reach`."""

    width: int
    reach: int = 0

    def is_kept(self, limits: Limits) -> bool:
        """Whether these limits tell little enough."""
        low, high = limits
        return high is None or (high - low >= self.width and high >= self.reach)

    def beside(self, known: Limits) -> Secret:
        """What is left of it to keep, where a reader knows these limits already."""
        low, high = known
        return self if high is None else Secret(min(self.width, high - low), min(self.reach, high))


@dataclass(frozen=True)
class Told:
    """What is told of each count, and the sums that a reader knows of. A count that is not named here may be anything from 0."""

    limits: Mapping[Key, Limits] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()

    def of(self, key: Key) -> Limits:
        """What is told of a count by itself."""
        return self.limits.get(key, (0, None))
