"""What an area may change of the rules in cdr.yaml: the numbers of clocks, when prompts go out, newly proclaimed bank holidays.

`clocks: {T14: {number, since, why}}`, `chasing: {prompt_weeks, escalation_working_days, since}`, `bank_holidays: [DATE]`. The unit
and the trigger of a clock stay as they are; a change holds for what begins on or after its `since`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.rulebook.validation import at, date_at, problem, read_date
from cdr.errors import Problem

if TYPE_CHECKING:
    from cdr.domain.process.policy import Policy


def problems(body: Mapping[str, Any], policy: Policy) -> list[Problem]:
    """What is wrong with an area's changes (STORE-20 to STORE-22); never raises, whatever the body is."""
    return [*_clocks(body, policy), *_chasing(body), *_holidays(body, policy)]


def _clocks(body: Mapping[str, Any], policy: Policy) -> Iterator[Problem]:
    changed = at(body, "clocks")
    for id_ in changed if isinstance(changed, Mapping) else ():
        since = date_at(changed[id_], "since")
        if id_ not in policy.clocks:
            yield problem("STORE-20", f"clocks.{id_}")
        elif since and since < policy.clocks[id_].since:
            yield problem("STORE-20", f"clocks.{id_}.since")


def _chasing(body: Mapping[str, Any]) -> Iterator[Problem]:
    weeks = at(body, "chasing.prompt_weeks")
    whole = [week for week in weeks if isinstance(week, int)] if isinstance(weeks, list) else []
    if whole != sorted(set(whole)):
        yield problem("STORE-21", "chasing.prompt_weeks")


def _holidays(body: Mapping[str, Any], policy: Policy) -> Iterator[Problem]:
    days = at(body, "bank_holidays")
    known = policy.working_days
    for n, text in enumerate(days if isinstance(days, list) else ()):
        day: date | None = read_date(text)
        if day and not known.first_year <= day.year <= known.last_year:
            yield problem("STORE-22", f"bank_holidays.{n}")
