"""Whether a run would have anything to send: answered without opening anything on the days that are known to be quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from cdr.errors import CdrError
from cdr.store import quiet_days

if TYPE_CHECKING:
    from cdr.app import App

QUESTION = "chase"
DAYS_AHEAD = 31  # a store in which nothing is recorded for a month is looked at anew


def is_anything_to_send(app: App, references: tuple[str, ...]) -> bool:
    """Whether a run would have anything to do: what `outstanding` says of the day, or a note that a killed run left of what it sent.

    Of all cases together it is asked once; that day and those after it on which nothing falls due either are kept.
    """
    if app.store.has_noted_what_was_sent:
        return True
    today = app.clock.today
    if not references and quiet_days.is_quiet(app.store, QUESTION, today):
        app.goes_by_configuration = True  # which the answer was worked out by
        return False
    from cdr.work import outstanding

    if outstanding.is_anything_to_go(app, references, today):
        return True
    if not references and not app.store.left_out:
        quiet_days.keep(app.store, QUESTION, today, _last_quiet(app, today))
    return False


def _last_quiet(app: App, today: date) -> date:
    """The last day, from one that is quiet on, before one on which something is to be sent, or of which that cannot be said."""
    from cdr.work import outstanding

    last = today
    for _ in range(DAYS_AHEAD):
        try:
            day = last + timedelta(days=1)
            if outstanding.is_anything_to_go(app, (), day):
                break
        except (CdrError, OverflowError):  # beyond the bank holidays that are known: who asks on that day is told
            break
        last = day
    return last
