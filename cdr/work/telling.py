"""Recording who was told a pass-phrase, or given a form that names the child."""

from __future__ import annotations

from datetime import date

from cdr.app import App
from cdr.domain.asking.telling import Telling, with_telling, without_telling
from cdr.domain.rulebook.agency_routes import HANDED_OVER
from cdr.work.asked_text import asked_text
from cdr.work.changing import changing

WHOM = "Whom you told: a name and an office"


def record(app: App, reference: str, agency_id: str, file: str | None, on: date) -> Telling:
    """Record it for an agency by its route; whom, from a file or the terminal, but for a form that was posted or put into a portal.

    Raises: ConditionsNotMet where the agency was not asked by then; NotFound; WrongUsage where nobody can be asked.
    """
    from cdr.domain.asking.requests import request_of

    agency = app.configuration.agency(agency_id)
    is_put = file is None and agency.route in HANDED_OVER
    to = agency.route_to if is_put else asked_text(file, "to", WHOM)
    with changing(app, reference) as now:
        told = Telling(agency_id, on, agency.route, to, app.store.person.name)
        case = now.documents.case
        body = with_telling(case.body, request_of(now.documents.requests.body, agency_id), told)
        now.record("request", {case.place: body})
    return told


def take_back(app: App, reference: str, agency_id: str) -> Telling:
    """Take back the last record of an agency. Raises: ConditionsNotMet where there is none; NotFound."""
    app.configuration.agency(agency_id)
    with changing(app, reference) as now:
        case = now.documents.case
        body, told = without_telling(case.body, agency_id, app.clock.today)
        now.record("request", {case.place: body})
    return told
