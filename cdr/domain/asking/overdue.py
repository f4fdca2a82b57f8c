"""Whether a return is overdue: one answer for the list, the chase and the tables."""

from __future__ import annotations

from datetime import date

from cdr.domain.asking.requests import OUTSTANDING, Request, prompt_dates
from cdr.domain.process.policy import Policy


def overdue_since(request: Request, policy: Policy) -> date:
    """The day from which a return is overdue while it is outstanding: that of its first prompt."""
    return prompt_dates(request.requested_on, policy)[0]


def is_overdue(request: Request, as_of: date, policy: Policy) -> bool:
    """Whether a return is overdue: outstanding on or after the day of its first prompt."""
    return request.status == OUTSTANDING and as_of >= overdue_since(request, policy)
