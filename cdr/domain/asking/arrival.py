"""Whether what is sent to an agency is known to arrive, and requests that wait until it is.

cdr.yaml has for an agency the day on which a test arrived (`arrived_on`) and the address at which it did (`arrived_at`): an address that
is changed later, or another route (`arrived_by`), is not confirmed. A case has the requests that wait: `{waiting_requests: [{agency, on}]}`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at

if TYPE_CHECKING:
    from cdr.domain.process.chasing_rules import ChasingRules
    from cdr.domain.rulebook.configuration import Agency, Configuration

WAITING = "waiting_requests"
NO_CASE = "0000-TEST"  # a reference of no case, for a test: there was no review in the year 0

Body = Mapping[str, Any]


def is_confirmed(agency: Agency) -> bool:
    """Whether somebody confirmed that a message to the agency's address, as it is now, arrives by its route, as that is now."""
    return agency.arrived_on is not None and agency.arrived_at == agency.email and agency.arrived_by == agency.route


def unconfirmed(configuration: Configuration) -> frozenset[str]:
    """The ids of the agencies of which nobody confirmed it."""
    return frozenset(agency.id for agency in configuration.agencies if not is_confirmed(agency))


def has_to_wait(agency: str, policy: ChasingRules) -> bool:
    """Whether requests and escalations about this agency wait: the area asks for it, and nobody confirmed that they arrive."""
    return policy.confirm_arrival and agency in policy.unconfirmed


def waiting(case: Body) -> dict[str, date]:
    """The agencies whose request waits, and since when."""
    listed = ((text_at(item, "agency"), date_at(item, "on")) for _, item in items_at(case, WAITING))
    return {agency: on for agency, on in listed if on}


def with_waiting(case: Body, wait: Collection[str], on: date, asked: Collection[str]) -> dict[str, Any]:
    """The case with the requests that wait from a day on, and without those that were made."""
    known = {**dict.fromkeys(wait, on), **waiting(case)}
    kept = [{"agency": agency, "on": day.isoformat()} for agency, day in known.items() if agency not in asked]
    rest = {key: value for key, value in case.items() if key != WAITING}
    return {**rest, WAITING: kept} if kept else rest
