"""Whether what comes later stands later, and what is told of times in the two nights of a year in which the clocks change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cdr.domain.rulebook.sentences import WARNING
from cdr.domain.rulebook.validation import problem
from cdr.errors import Problem
from cdr.moments import Moment
from cdr.records import dataclass, replace

CAN_BE_TRUE = (
    "by the clock this stands the wrong way round, and it can be true: the clocks went back in that night, and the hour from 01:00 came "
    "twice; write which it was, like 01:20 winter time"
)


@dataclass(frozen=True)
class Order:
    """What should come later, and what earlier; the rule that says so, and the field at which it is told."""

    later: Moment | None
    earlier: Moment | None
    rule: str
    field: str

    @property
    def is_wrong(self) -> bool:
        """Whether it cannot have been so, or stands the wrong way round by the clock in the hour that came twice."""
        if self.later is None or self.earlier is None:
            return False
        doubtful = self.later.came_twice or self.earlier.came_twice
        return self.later.is_before(self.earlier) or (doubtful and self.later.seems_before(self.earlier))

    @property
    def can_be_true(self) -> bool:
        """Whether the times can mean moments in the right order."""
        return self.later is None or self.earlier is None or not self.later.is_before(self.earlier)


def order_problems(orders: Iterable[Order]) -> list[Problem]:
    """The orders that are wrong; a warning where the hour came twice and it can be true."""
    return [_told(one) for one in orders if one.is_wrong]


def _told(order: Order) -> Problem:
    found = problem(order.rule, order.field)
    return replace(found, level=WARNING, message=CAN_BE_TRUE) if order.can_be_true else found


@dataclass(frozen=True)
class Rules:
    """The rules of a form about a time that came twice, that never came, and (where it has one) of an offset from elsewhere."""

    twice: str
    never: str
    elsewhere: str = ""


def time_problems(times: Iterable[tuple[str, Moment | None]], rules: Rules) -> Iterator[Problem]:
    """What is told of the times, by their fields."""
    for field, moment in times:
        if moment is None:
            continue
        for holds, rule in (
            (moment.came_twice, rules.twice),
            (moment.never_came, rules.never),
            (moment.is_elsewhere, rules.elsewhere),
        ):
            if holds and rule:
                yield problem(rule, field)
