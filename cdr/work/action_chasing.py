"""Owners of actions that are overdue are asked how they stand: one message each, and again after four weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.panel.actions import Action, asked
from cdr.domain.panel.people import organisation_of
from cdr.domain.rulebook.configuration import Agency, Person
from cdr.errors import DONE, RECORDED, CdrError, ConditionsNotMet, DiskFailed, TryAgain
from cdr.records import dataclass
from cdr.work import delivery, messages
from cdr.work.actions import actions

if TYPE_CHECKING:
    from cdr.store.document import Document
    from cdr.work.messages import Letter

NOBODY = "cdr.yaml has no address for them; ring or write yourself"


@dataclass(frozen=True)
class Owner:
    """Who is asked about which actions: `why` says why not, `code` what that ends with, `file` is the message's name in the outbox."""

    who: str
    actions: tuple[Action, ...]
    file: str = ""
    why: str = ""
    code: int = DONE


def to_ask(app: App) -> list[Owner]:
    """The owners of actions of whom something is to be asked today; those with no address are told why not."""
    owners: dict[str, list[Action]] = {}
    for one in actions(app):
        if one.is_to_be_asked(app.clock.today):
            owners.setdefault(one.to, []).append(one)
    return [Owner(who, tuple(several), why="" if _reached(app, who) else NOBODY) for who, several in owners.items()]


def chase(app: App) -> list[Owner]:
    """Ask them all, and record of each action that it was asked about. Raises: ConditionsNotMet where the store only watches."""
    app.store.require_member()
    if app.configuration.only_watches:
        raise ConditionsNotMet("This store only watches (mail: only_watch in cdr.yaml): nobody was asked.", [])
    return [one if one.why else _ask(app, one) for one in to_ask(app)]


def code(app: App, owners: Sequence[Owner]) -> int:
    """What a run ends with: what it cannot do by trying again comes first; 74 says that nothing was written, and is 73 where something was."""
    found = sorted((one.code for one in owners if one.code), key=lambda one: one == TryAgain.exit_code)
    worst = found[0] if found else DONE
    return RECORDED if worst == DiskFailed.exit_code and app.has_written else worst


def _ask(app: App, owner: Owner) -> Owner:
    reached = _reached(app, owner.who)
    if reached is None:
        raise AssertionError("an owner without an address")
    try:
        letter = messages.about_actions(app, owner.who, *reached, owner.actions, app.clock.today)
        _record(app, owner, letter)
    except CdrError as error:
        return Owner(owner.who, owner.actions, why=error.message, code=error.exit_code)
    return Owner(owner.who, owner.actions, "" if delivery.sends(app) else letter.name)


def _record(app: App, owner: Owner, letter: Letter) -> None:
    """Send the message and record it in one commit; one that goes to the outbox is written when nothing but publishing is left."""
    from cdr.store.transaction import Change

    leaves = delivery.sends(app)
    if leaves:
        delivery.send_at_once(app, letter)
    ids = {one.id for one in owner.actions}
    with app.store.writing():
        documents = _documents(app, owner.actions)
        bodies: dict[Any, Any] = {one.place: asked(one.body, ids, app.clock.today) for one in documents}
        app.store.commit(Change("action", bodies), documents, lambda: None if leaves else messages.out(app, [letter]))


def _documents(app: App, several: Sequence[Action]) -> list[Document]:
    from cdr.store.panels import panel_file

    cases = dict.fromkeys(one.case for one in several if one.case)
    panels = dict.fromkeys(one.panel for one in several if one.panel)
    meetings = panel_file(app.store) if panels else None
    found = [app.store.case(case).case for case in cases]
    return found + [meetings.meeting(panel) for panel in panels if meetings]


def _reached(app: App, who: str) -> tuple[Person, Agency] | None:
    """Whom a message goes to, and their organisation; None where cdr.yaml has no address."""
    configuration = app.configuration
    agencies = {agency.id: agency for agency in configuration.agencies}
    agency = agencies.get(organisation_of(who, configuration))
    if agency is None:
        return None
    member = next((one for one in configuration.members if one.id == who), None)
    to = (
        Person(member.name, email=member.email, key=member.key)
        if member
        else Person(agency.name, email=agency.email, key=agency.key)
    )
    return (to, agency) if to.email else None
