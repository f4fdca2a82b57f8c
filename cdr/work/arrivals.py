"""Whether what is sent to an agency arrives: a test is sent, and what the agency says of it is recorded in cdr.yaml."""

from __future__ import annotations

from datetime import date

from cdr.app import App
from cdr.domain.rulebook.agency_routes import HANDED_OVER, ROUTE_IN_WORDS
from cdr.domain.rulebook.configuration import Agency
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass
from cdr.work import configuring, delivery, messages, return_forms
from cdr.work.agreed_phrases import Told, telephone
from cdr.work.configuring import agency_with


@dataclass(frozen=True)
class Tested:
    """A test that went out: to which agency, what opens its form, and the file in the outbox, empty where it was sent."""

    agency: Agency
    told: Told
    file: str


def send_test(app: App, agency_id: str) -> Tested:
    """Send an agency a form that is about no child, as it would get one, and record the day.

    Raises: ConditionsNotMet where the store only watches, cdr.yaml was changed by hand, or its forms go by no mail; TryAgain where it was
    not taken; NotFound.
    """
    from cdr.domain.asking import passphrase

    _refuse_by_hand(app.configuration.agency(agency_id))
    day = app.clock.today
    app.store.require_member()
    if app.configuration.only_watches:
        raise ConditionsNotMet("This store only watches (mail: only_watch in cdr.yaml): nothing was sent.", [])
    configuring.refuse_unrecorded(app.store)
    told = Told(passphrase.new(), telephone(app, agency_id, {}), route=app.configuration.agency(agency_id).route)
    made = messages.route_test(app, agency_id, day, *return_forms.dummy(app, agency_id, told, day))
    file = delivery.send_at_once(app, made)
    _record(app, agency_id, {"tested_on": day.isoformat()})
    return Tested(app.configuration.agency(agency_id), told, file)


def confirm(app: App, agency_id: str, on: date) -> Agency:
    """Record that an agency confirmed that a test arrived on a day, at the address that it has now; or the place to which its forms go by hand.

    Raises: ConditionsNotMet where no test was sent by then; NotFound.
    """
    agency = app.configuration.agency(agency_id)
    if agency.route not in HANDED_OVER and (agency.tested_on is None or on < agency.tested_on):
        raise ConditionsNotMet(
            "Nothing was recorded.",
            [f"No test was sent to {agency_id} by {on}."],
            f"Send one first: cdr request --test {agency_id}",
        )
    _record(app, agency_id, {"arrived_on": on.isoformat(), "arrived_at": agency.email, "arrived_by": agency.route})
    return app.configuration.agency(agency_id)


def _refuse_by_hand(agency: Agency) -> None:
    """No test goes to an agency whose forms a person hands over: nothing that it is to open comes by mail."""
    if agency.route in HANDED_OVER:
        raise ConditionsNotMet(
            f"No test was sent to {agency.id}.",
            [
                f"Its form is a {ROUTE_IN_WORDS[agency.route]}: {agency.route_to}. No mail brings it, so there is none to try."
            ],
            f"Ring and ask whether that is the right place, then: cdr request --arrived {agency.id}",
        )


def _record(app: App, agency: str, new: dict[str, str]) -> None:
    configuring.record(app, lambda raw, agencies: agency_with(raw, agencies, agency, new))
