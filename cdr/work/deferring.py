"""A case that a meeting puts off, as the verb records it: in the meeting and in the case, in one commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cdr.app import App
from cdr.domain.case.deferrals import Deferral, with_deferral, without_deferral
from cdr.domain.panel.meeting import Meeting
from cdr.work.meetings import changing_meeting, facts_for_panel


def defer(app: App, id_: str, reference: str, until: date, waiting_for: str, text: str) -> Meeting:
    """Record that a meeting put a case off. Raises: as `facts_for_panel` and `domain.panel.deferring.deferred`."""
    by = app.store.person.name

    def said(case: Mapping[str, Any], meeting: Meeting) -> dict[str, Any]:
        return with_deferral(case, Deferral(meeting.id, meeting.on, until, waiting_for, text), by)

    return _changed(app, id_, reference, until, said)


def take_back(app: App, id_: str, reference: str) -> Meeting:
    """Record that a meeting did not put a case off. Raises: as `defer`."""
    return _changed(app, id_, reference, None, lambda case, meeting: without_deferral(case, meeting.id))


def _changed(
    app: App,
    id_: str,
    reference: str,
    until: date | None,
    said: Callable[[Mapping[str, Any], Meeting], dict[str, Any]],
) -> Meeting:
    from cdr.domain.panel.deferring import deferred

    with changing_meeting(app, id_, also_over=True) as now:
        meeting = now.meeting
        made = deferred(meeting, facts_for_panel(app, reference), until, app.clock.today)
        changed = now.in_cases([reference], lambda one: said(one.case.body, meeting))
        return now.record(made, cases=changed)
