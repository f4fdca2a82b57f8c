"""What is still to be sent about a case as far as its ledgers alone say it, kept apart from all else: `cdr chase --overdue` asks no more of a case.

A case has `{waits, asked: [[agency, requested_on, held_until, {level: sent_on}]]}`: whether a message was recorded as about to go and did not, and its
outstanding requests, each with the levels that went out. On which days something follows from that, the rules say when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.prompts_due import ToCome, sent_for, to_come
from cdr.domain.asking.requests import OUTSTANDING, Request, outstanding
from cdr.domain.case.kept import as_kept, day_kept, kept_day

if TYPE_CHECKING:
    from cdr.domain.process.chasing_rules import ChasingRules

Body = Mapping[str, Any]


def kept_row(requests: Body, prompts: Body) -> dict[str, Any] | None:
    """What is kept of a case that counts; None where nobody is waited for and nothing waits to go."""
    from cdr.domain.asking.sending import unsent

    asked = [
        [
            one.agency,
            as_kept(one.requested_on),
            as_kept(one.held_until),
            {level: as_kept(day) for level, day in sent_for(one, prompts).items()},
        ]
        for one in outstanding(requests)
    ]
    waits = any(unsent("", requests, prompts))
    return {"waits": waits, "asked": asked} if waits or asked else None


def of_kept_rows(rows: Mapping[str, Body], rules: ChasingRules) -> Iterator[ToCome]:
    """The messages to come about each outstanding request of these cases. Raises: UnknownHolidays."""
    for row in rows.values():
        for agency, requested_on, held_until, sent in row["asked"]:
            request = Request(agency, day_kept(requested_on), OUTSTANDING, held_until=kept_day(held_until))
            went = {level: day_kept(day) for level, day in sent.items()}
            yield to_come(request, went, rules, rules.working_days, rules.closures.get(agency, ()))
