"""Cases that go to another area's review team and come from one: the bundle, its lock and signature, and what is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.case.handovers import (
    FORM,
    RECEIVED,
    SENT,
    Bundle,
    asked_here,
    bundle,
    bundle_of,
    was_sent_to,
    with_handover,
)
from cdr.domain.case.places import same_place
from cdr.domain.case.review import HOME_AREAS_ANALYSIS
from cdr.errors import ConditionsNotMet, InvalidData, NotFound, Problem
from cdr.records import dataclass, replace
from cdr.work.changing import changing
from cdr.work.known import already_known, likely

if TYPE_CHECKING:
    from cdr.domain.rulebook.configuration import Area
    from cdr.store.layout import Place

TOLD, ASKED, CAME = "home_area_told", "home_area_copy_asked", HOME_AREAS_ANALYSIS
KIND, NAME = "correspondence", "analysis-of-another-area.json"
MOST_RETURNS = 99
FILE, NOT_ONE = "the bundle", "this is no bundle that cdr handover made"
MOST_PARTS = 400_000  # Form A, and as many returns as a case has, each with what one file of a form may hold


@dataclass(frozen=True)
class Received:
    """A bundle that was opened: what it says, who signed it, and whether cdr.yaml names that key under the area it comes from."""

    bundle: Bundle
    signer: str
    name: str

    @property
    def is_known(self) -> bool:
        """Whether the signer is one of the people of the area that the bundle comes from."""
        return bool(self.name)


def area(app: App, name: str) -> Area:
    """A neighbouring area of cdr.yaml. Raises: NotFound, which lists them."""
    found = next((one for one in app.configuration.areas if same_place(one.name) == same_place(name)), None)
    if found is None:
        known = ", ".join(one.name for one in app.configuration.areas) or "none (areas in cdr.yaml)"
        raise NotFound("There is no such area in cdr.yaml.", f"The other areas are: {known}.")
    return found


def keys_of(area: Area) -> list[str]:
    """The keys of an area's people, by which something is encrypted to them; none where cdr.yaml has none."""
    return [*dict.fromkeys(one.key for one in (area.manager, area.chair, area.designated_doctor) if one.key)]


def hand_over(app: App, reference: str, to: Area, write: Callable[[bytes], Callable[[], None] | None]) -> None:
    """Make the bundle for an area, encrypted to its people's keys and signed, give it to `write`, and record that it went.

    Raises: ConditionsNotMet where cdr.yaml names no key of that area; NotAllowed, TryAgain; as `Store.commit`.
    """
    from cdr.store.crypto import Gnupg
    from cdr.work.agency_keys import refuse_unusable

    keys = keys_of(to)
    if not keys:
        raise ConditionsNotMet(
            "The bundle cannot be encrypted; nothing was made.",
            [f"cdr.yaml names no key of the people of {to.name}."],
            "Ask them for the fingerprint, add it (areas: manager: key), and import their key: gpg --import FILE",
        )
    refuse_unusable(keys)
    with changing(app, reference, also_closed=True) as now:
        documents, today = now.documents, app.clock.today
        made = bundle(
            sender=app.configuration.area, to=to.name, case=reference, on=today, case_body=documents.case.body,
            form_a=documents.notification.body, returns=documents.return_bodies, analysis=documents.analysis_body,
            asked=asked_here(documents.case.body, documents.requests.body, {one.id: one.name for one in app.configuration.agencies}),
        )  # fmt: skip
        plain = json.dumps(made.body(), ensure_ascii=False, sort_keys=True).encode()
        message = Gnupg().encrypt_mail(plain, keys, app.store.person.fingerprint)
        case = with_handover(documents.case.body, SENT, to.name, today)
        if made.asks_for_analysis:
            case = _with_milestones(app, case, (TOLD, ASKED), to.name, today)
        now.record("handover", {documents.case.place: case}, write=lambda: write(message))


def _with_milestones(app: App, case: Mapping[str, Any], kinds: tuple[str, ...], party: str, on: date) -> dict[str, Any]:
    from cdr.domain.case.milestones import Milestone, milestones_of, recorded

    has = {one.kind for one in milestones_of(case)}
    found = dict(case)
    for kind in (one for one in kinds if one not in has):
        found = recorded(found, Milestone(kind, on, party, by=app.store.person.name), on, None, app.policy)
    return found


def opened(app: App, raw: bytes) -> Received:
    """A bundle from another area: read as strictly as a return, its forms in their newest version.

    Raises: NotAllowed, NotAuthentic, InvalidData where it is none or is for another area.
    """
    from cdr.forms import replies, schema
    from cdr.store.signed_message import opened as message

    plain, signer = message(raw)
    body = replies.read_json(plain, FILE, NOT_ONE, MOST_PARTS, "HANDOVER")
    problems = schema.problems(body, schema.current(FORM))
    if problems:
        raise InvalidData(problems, FILE)
    given = bundle_of(body)
    if same_place(given.to) != same_place(app.configuration.area):
        problems = [Problem("to", "To", "this is for another area; send it on to them", "HANDOVER")]
    else:
        given, problems = _with_forms(given)
    if problems:
        raise InvalidData(problems, FILE)
    return Received(given, signer, _signer_name(app, given.sender, signer))


def _with_forms(given: Bundle) -> tuple[Bundle, list[Problem]]:
    """A bundle with each of its forms in its newest version, and what is wrong in them."""
    from cdr.forms import replies

    problems: list[Problem] = []

    def form(said: Mapping[str, Any], name: str) -> dict[str, Any]:
        made, found = replies.examine(dict(said), FILE, name)
        problems.extend(found)
        return made

    found = replace(
        given,
        notification=form(given.notification, "form-a"),
        returns=tuple(form(one, "form-b") for one in given.returns),
        analysis=form(given.analysis, "form-c") if given.analysis else None,
    )
    return found, problems


def _signer_name(app: App, sender: str, signer: str) -> str:
    for one in app.configuration.areas:
        if same_place(one.name) == same_place(sender):
            people = (one.manager, one.chair, one.designated_doctor)
            return next((person.name for person in people if person.key == signer), "")
    return ""


def take_in(app: App, received: Received) -> str:
    """Record what came in: a new case, or the analysis that was asked for; the case's reference. Raises: ConditionsNotMet."""
    if received.bundle.answers:
        return _answer(app, received)
    return _new_case(app, received)


def _answer(app: App, received: Received) -> str:
    """The other area's analysis, kept with the case that was handed over to it."""
    from cdr.work.attaching import attached

    given, today = received.bundle, app.clock.today
    reference, sender = given.answers, given.sender
    with changing(app, reference, also_closed=True) as now:
        kept = now.documents.case
        if not was_sent_to(kept.body, sender):
            raise ConditionsNotMet(
                "The bundle answers what was not asked; nothing was recorded.",
                [f"{reference} was never handed over to the area that it comes from."],
            )
        if given.analysis is None:
            raise ConditionsNotMet("There is no analysis in the bundle; nothing was recorded.", [])
        raw = json.dumps(given.analysis, ensure_ascii=False, indent=2).encode()
        body, files, _ = attached(app, reference, kept.body, NAME, raw, KIND)
        body = with_handover(body, RECEIVED, sender, today, given.case, received.signer, given.asked)
        body = _with_milestones(app, body, (CAME,), sender, today)
        now.record("receive", {kept.place: body}, attachments=files)
    return reference


def _new_case(app: App, received: Received) -> str:
    """A case of a child who lived here, opened from what another area knows of them."""
    from cdr import moments
    from cdr.domain.case import case
    from cdr.domain.process import routes
    from cdr.store import layout
    from cdr.store.transaction import Change

    store, today, given = app.store, app.clock.today, received.bundle
    form_a = dict(given.notification)
    with store.writing():
        store.require_member()
        like = likely(app, form_a).same
        if like:
            raise already_known(
                like, "Compare it with that case; keep the file with it if need be: cdr attach {case} FILE"
            )
        steps = routes.what_follows(form_a, app.configuration, app.policy, app.working_days, today)
        reference = layout.new_reference(moments.day(form_a["notified_at"]), store.references)
        opened_case = case.opened(today, form_a, steps, None)
        body = with_handover(opened_case, RECEIVED, given.sender, today, given.case, received.signer, given.asked)
        bodies: dict[Place, dict[str, Any]] = {
            store.place(reference, "case"): body,
            store.place(reference, "notification"): form_a,
        }
        returns = [dict(one) for one in given.returns[:MOST_RETURNS]]
        bodies |= {store.place(reference, f"return-{n:02}"): one for n, one in enumerate(returns, 1)}
        store.commit(Change("receive", bodies))
    return reference
