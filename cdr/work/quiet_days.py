"""Whether a run would have anything to send: answered without opening anything on the days that are known to be quiet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cdr.store import quiet_days

if TYPE_CHECKING:
    from cdr.app import App
    from cdr.domain.asking.prompts_due import ToCome

QUESTION = "chase"
DAYS_AHEAD = 31  # a store in which nothing is recorded for a month is looked at anew


def is_anything_to_send(app: App, references: tuple[str, ...]) -> bool:
    """Whether a run would have anything to do: a message that is due or was recorded as about to go, or a note that a killed run left of what it sent.

    Of all cases together it is asked once; that day and those after it on which nothing falls due either are kept.
    """
    if app.store.has_noted_what_was_sent:
        return True
    today = app.clock.today
    if not references and quiet_days.is_quiet(app.store, QUESTION, today):
        app.goes_by_configuration = True  # which the answer was worked out by
        return False
    return _is_anything_to_go(app, references, today)


def _is_anything_to_go(app: App, references: tuple[str, ...], today: date) -> bool:
    """The same of these cases, or of all, from what is kept of each for this question alone. Raises: as `outstanding.require_known`."""
    from cdr.columns import CHASED
    from cdr.domain.asking import chased

    rows = app.column(CHASED)
    if references:
        from cdr.work import outstanding

        outstanding.require_known(app, references)
        rows = {case: row for case, row in rows.items() if case in references}
    if any(row["waits"] for row in rows.values()):
        return True
    ahead = [*chased.of_kept_rows(rows, app.chasing_rules)]
    if any(one.is_due(today) for one in ahead):
        return True
    if not references and not app.store.left_out:
        quiet_days.keep(app.store, QUESTION, today, _last_quiet(ahead, today))
    return False


def _last_quiet(ahead: Sequence[ToCome], today: date) -> date:
    """The last day, from one that is quiet on, before one on which something is to be sent."""
    last = today
    for _ in range(DAYS_AHEAD):
        if last == date.max or any(one.is_due(last + timedelta(days=1)) for one in ahead):
            break
        last += timedelta(days=1)
    return last
