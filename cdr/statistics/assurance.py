"""What a chair assures the partners of each quarter: deaths and reviews, what is open, meetings, what was passed over, referrals, actions.

Source: process section 1 (T30, the quarterly assurance report). Every count is exact, and for the partners alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median

from cdr.domain.asking.overdue import is_overdue
from cdr.domain.case.deferrals import standing_deferral
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.second_opinions import second_opinions_of
from cdr.domain.panel.actions import DONE, Action
from cdr.domain.panel.meeting import Meeting
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import WrongUsage
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.statistics.agency_answers import is_ours
from cdr.statistics.panel_years import Overridden, overridden
from cdr.statistics.years import FIRST_MONTH, parse_year, year_of

QUARTERS = (1, 2, 3, 4)
_LABEL = expression(r"(?P<year>[0-9]{4}/[0-9]{2})[ -]?[Qq](?P<quarter>[1-4])")


@dataclass(frozen=True)
class Quarter:
    """A quarter of a year that begins in April: `2026/27 Q1` is April to June 2026; both ends are counted."""

    label: str
    first: date
    last: date

    def has(self, day: date | None) -> bool:
        """Whether a day falls in it."""
        return day is not None and self.first <= day <= self.last


def parse_quarter(text: str) -> Quarter:
    """The quarter as a person wrote it: `2026/27 Q1`. Raises: WrongUsage."""
    match = _LABEL.fullmatch(text.strip())
    if match is None:
        raise WrongUsage("That is not a quarter. Write it like 2026/27-Q1, which is April to June 2026.")
    return _quarter(parse_year(match["year"]), int(match["quarter"]))


def last_quarter(on: date) -> Quarter:
    """The last quarter that is over on a day."""
    year = year_of(on)
    found = [_quarter(label, n) for label in (_before(year), year) for n in QUARTERS]
    return [one for one in found if one.last < on][-1]


def _before(year: str) -> str:
    return year_of(date(int(year[:4]), 1, 1))


def _quarter(year: str, number: int) -> Quarter:
    months = int(year[:4]) * 12 + FIRST_MONTH - 1 + 3 * (number - 1)
    first, after = (date(n // 12, n % 12 + 1, 1) for n in (months, months + 3))
    return Quarter(f"{year} Q{number}", first, after - timedelta(days=1))


@dataclass(frozen=True)
class Assurance:
    """What is told of one quarter: what happened in it, and how things stand `on` the day on which it is told.

    `days` is the median from death to review of those reviewed, None where none was; `stages`, `late_returns` and `late_actions` count by stage,
    agency and owner on that day, `put_off` the open cases that the panel deferred by what is waited for; `raised` counts what meetings
    raised, by `abuse`, `coroner` and `public_health`.
    """

    quarter: Quarter
    on: date
    notified: int
    reviewed: int
    days: int | None
    meetings: tuple[Meeting, ...]
    passed_over: tuple[Overridden, ...]
    raised: Mapping[str, int]
    stages: Mapping[str, int]
    late_returns: Mapping[str, int]
    added: int
    done: int
    not_taken_up: int
    late_actions: Mapping[str, int]
    asked: int
    awaited: int
    put_off: Mapping[str, int]


def assurance(
    cases: Cases,
    meetings: Iterable[Meeting],
    actions: Iterable[Action],
    authorities: Sequence[str],
    quarter: Quarter,
    on: date,
    policy: Policy,
) -> Assurance:
    """What is told of a quarter, on a day: of the children of whom the tables count, who lived with one of the `authorities`."""
    known = [one for one in cases.values() if is_ours(one, authorities)]
    reviewed = [one for one in known if quarter.has(one.ratified_on)]
    took = [(one.ratified_on - died).days for one in reviewed if (died := one.notification.died) and one.ratified_on]
    still, all_actions = [one for one in known if one.is_open], list(actions)
    ended = [one for one in all_actions if not one.is_open and quarter.has(one.ended_on)]
    opinions = [one for facts in known for one in second_opinions_of(facts.case).values()]
    return Assurance(
        quarter=quarter,
        on=on,
        notified=sum(quarter.has(one.notification.notified_on) for one in known),
        reviewed=len(reviewed),
        days=int(median(took) + 0.5) if took else None,
        meetings=tuple(one for one in meetings if quarter.has(one.on)),
        passed_over=tuple(found for one in reviewed if (found := overridden(one))),
        raised=_raised(known, quarter),
        stages=Counter(one.stage for one in still),
        late_returns=Counter(r.agency for one in still for r in one.outstanding if is_overdue(r, on, policy)),
        added=sum(quarter.has(one.added_on) for one in all_actions),
        done=sum(one.status == DONE for one in ended),
        not_taken_up=sum(one.status != DONE for one in ended),
        late_actions=Counter(one.to for one in all_actions if one.is_overdue(on)),
        asked=sum(quarter.has(one.asked_on) for one in opinions),
        awaited=sum(one.answered_on is None for one in opinions),
        put_off=Counter(one.words for facts in still if (one := standing_deferral(facts.case))),
    )


def _raised(cases: Iterable[Facts], quarter: Quarter) -> Mapping[str, int]:
    items = [item for one in cases for _, item in items_at(one.case, "raised")]
    return Counter(text_at(item, "what") for item in items if quarter.has(date_at(item, "on")))
