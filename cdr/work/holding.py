"""Leaving an agency alone until a day: the day stands with the request, the reason in the case."""

from __future__ import annotations

from datetime import date

from cdr.app import App
from cdr.errors import ConditionsNotMet
from cdr.terminal.output import say
from cdr.work.changing import changing


def hold(app: App, reference: str, agency: str, until: date, reason: str) -> None:
    """Send nothing to an agency about a case before a day.

    Raises: NotFound, ConditionsNotMet where nothing is outstanding or the day is not still to come.
    """
    from cdr.domain.asking import requests
    from cdr.domain.case import agency_holds

    app.configuration.agency(agency)
    if until <= app.clock.today:
        raise ConditionsNotMet("A hold ends on a day to come; nothing was recorded.", [], "Give it with --until DATE.")
    with changing(app, reference) as now:
        documents = now.documents
        case, ledger = documents.case, documents.requests
        body = agency_holds.with_reason(case.body, agency, until, app.clock.today, reason)
        returns = documents.return_bodies
        agencies = {one.id: (one.name, one.type, one.type) for one in app.configuration.agencies}
        if agency_holds.names_someone(reason, documents.notification.body, returns, agencies):
            say("please check: the reason seems to name somebody; it should say why, and nothing about a person.")
        change = {ledger.place: requests.held(ledger.body, agency, until), case.place: body}
        now.record("hold", change)


def release(app: App, reference: str, agency: str) -> None:
    """End a hold now. Raises: NotFound, ConditionsNotMet where there is none."""
    from cdr.domain.asking import requests

    with changing(app, reference) as now:
        ledger = now.documents.requests
        now.record("release", {ledger.place: requests.held(ledger.body, agency, None)})
