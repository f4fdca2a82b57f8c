"""What is outstanding and what is still to go out: asked by whoever lists it, and by whoever sends, before anything is made ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.asking import prompts_due, sending
from cdr.domain.asking.overdue import is_overdue, overdue_since
from cdr.domain.asking.prompts_due import ChaseItem
from cdr.domain.asking.requests import Request
from cdr.domain.asking.sending import Unsent
from cdr.domain.asking.telling import is_told
from cdr.errors import NotFound
from cdr.records import dataclass, replace

if TYPE_CHECKING:
    from cdr.work.delivery import Ledgers


@dataclass(frozen=True)
class Chased:
    """How far the chasing of one request of one case is, and the addresses that its due or next message is for.

    `overdue_since` is None while the return is not overdue, `escalated_on` while nobody was told. `is_confirmed`: somebody
    confirmed that what is sent to the agency arrives. `is_handed_over`: its form goes by message, somebody recorded that it was put or
    posted where it goes, or the acting key cannot know.
    """

    case: str
    item: ChaseItem
    to: tuple[str, ...]
    held_until: date | None = None
    overdue_since: date | None = None
    escalated_on: date | None = None
    is_confirmed: bool = True
    is_handed_over: bool = True


def outstanding(app: App, references: tuple[str, ...], today: date, ledgers: Ledgers | None = None) -> list[Chased]:
    """Every outstanding request, oldest first: one private-key operation, however many cases there are. Raises: as `require_known`."""
    require_known(app, references)
    cases, found = app.cases_with(references), []
    for case in references or sorted(cases):
        prompts = ledgers.body(case) if ledgers and case in ledgers.current else cases[case].prompts
        for request in cases[case].outstanding:
            chased = as_chased(app, case, request, prompts, today)
            found.append(replace(chased, is_handed_over=_is_handed_over(app, cases[case].case, request)))
    return sorted(found, key=lambda chased: (chased.item.requested_on, chased.case))


def require_known(app: App, references: tuple[str, ...]) -> None:
    """Stop unless agencies are asked about each of these cases. Raises: NotFound; of a case that cannot be read, what is wrong with it."""
    cases = app.cases_with(references)
    for reference in references:
        if reference not in cases:
            raise app.store.left_out.get(reference) or _not_asked_about(app, reference)


def _is_handed_over(app: App, case: Mapping[str, Any], request: Request) -> bool:
    return request.agency not in app.policy.by_hand or not case or is_told(case, request)


def _not_asked_about(app: App, reference: str) -> NotFound:
    if reference in app.void_cases():
        return NotFound("That case is void: nobody is asked about it.", "See: cdr list --stage void")
    return NotFound("There is no such case in this store.", "See: cdr list")


def as_chased(app: App, case: str, request: Request, prompts: Mapping[str, Any], today: date) -> Chased:
    """How far one request of a case is, by these prompts."""
    known = {agency.id: agency for agency in app.configuration.agencies}
    closed = known[request.agency].closed if request.agency in known else ()
    item = prompts_due.chase_item(request, prompts, today, app.policy, app.working_days, closed)
    level = item.due or item.next
    to = (
        prompts_due.recipients(level.level, item.agency, app.configuration) if level and request.agency in known else ()
    )
    held_until = request.held_until if request.is_held(today) else None
    since = overdue_since(request, app.policy) if is_overdue(request, today, app.policy) else None
    confirmed = request.agency not in app.policy.unconfirmed
    return Chased(case, item, to, held_until, since, prompts_due.escalated_on(request, prompts), confirmed)


def troubles(app: App, references: tuple[str, ...] = ()) -> list[Unsent]:
    """Messages that were not sent, of which it is not known, or that an address would not take."""
    cases = app.cases_with(references)
    found: list[Unsent] = []
    for case in references or sorted(cases):
        found += sending.unsent(case, cases[case].requests, cases[case].prompts)
        found += sending.partly_refused(case, cases[case].requests, cases[case].prompts)
    return found


def waiting_to_go(app: App, references: tuple[str, ...], ledgers: Ledgers | None = None) -> Iterator[Unsent]:
    """Messages that were recorded as about to go and are still to go out."""
    cases = app.cases_with(references)
    for case in references or sorted(cases):
        prompts = ledgers.body(case) if ledgers and case in ledgers.current else cases[case].prompts
        yield from sending.unsent(case, cases[case].requests, prompts)
