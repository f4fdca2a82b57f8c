"""Ending a case beyond recovery: one member asks, another confirms, the others are told, and then this copy destroys what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cdr.app import App
from cdr.domain.case.standing import is_open
from cdr.domain.case.voiding import is_void
from cdr.domain.process import retention
from cdr.errors import CdrError, ConditionsNotMet
from cdr.records import dataclass
from cdr.store import erasing, remotes
from cdr.store.erasures import Erasure
from cdr.work import carrying_out, syncing
from cdr.work.changing import changing


@dataclass(frozen=True)
class Step:
    """How far it is: what stands in the store, and whether this copy has destroyed the files; `waits` says why it has not.

    `meetings` are those of the panel that had the case: what they keep about it is in their own documents, and stays.
    """

    erasure: Erasure
    meetings: tuple[str, ...] = ()
    is_destroyed: bool = False
    waits: str = ""


def asked_for(app: App) -> Mapping[str, Erasure]:
    """The cases that a member asked to have erased and nobody has confirmed yet, by reference."""
    return erasing.asked_for(app.store)


def is_first_to_ask(app: App, case: str) -> bool:
    """Whether a member who names this case now is the first of the two. Raises: NotFound where there is no such case, NotAllowed."""
    return erasing.is_first_to_ask(app.store, case)


def next_step(app: App, case: str, because: str) -> Step:
    """Ask for it, confirm what another member asked for, or finish what was stopped.

    The others are told before anything is destroyed: git gives nobody a history whose files are gone before they knew of it.
    Raises: as `erasing.next_step`; ConditionsNotMet where a legal hold keeps the case.
    """
    holds = app.configuration.legal_holds
    standing, is_new = erasing.next_step(
        app.store, case, because, app.clock.today.isoformat(), lambda one: _refuse_held(retention.held(one, holds))
    )
    meetings = meetings_with(app, standing.case)
    if not standing.is_confirmed:
        return Step(standing, meetings)
    waits = ""
    if remotes.noted(app.store) is None:
        carrying_out.carry_out(app)
    elif error := syncing.quietly(app):
        waits = error.message
    if not is_new:
        carrying_out.carry_out(app, again=standing.case)
    return Step(standing, meetings, erasing.is_destroyed(app.store, standing.case), waits)


def meetings_with(app: App, case: str) -> tuple[str, ...]:
    """The meetings of the panel that had a case, or have what two members read in it."""
    from cdr.domain.panel.meeting import meeting_of
    from cdr.domain.panel.readings import readings_of
    from cdr.store.panels import panel_file

    bodies = [one.body for one in panel_file(app.store).meetings.values()]
    return tuple(
        found.id
        for body in bodies
        if case in {*(found := meeting_of(body)).references, *(one.case for one in readings_of(body))}
    )


def withdraw(app: App, case: str) -> Erasure:
    """Take back what was asked for and is not confirmed; any member may. Raises: NotFound, ConditionsNotMet."""
    return erasing.withdraw(app.store, case)


def reason_known(app: App, case: str) -> str:
    """Why it is to go, as far as the store knows it: its time is over, or it was made void; empty where it knows nothing."""
    try:
        documents = app.store.case(case)
    except CdrError:  # one that cannot be read, or is gone, can be erased all the same
        return ""
    if is_void(documents.case.body, documents.requests.body):
        return "mistake"
    if is_open(documents.case.body):
        return ""
    [one] = retention.kept([(documents.reference, documents.case.body)], app.configuration.retention_years)
    return "retention" if one.is_due(app.clock.today) else ""


def _refuse_held(because: str) -> None:
    if because:
        raise ConditionsNotMet(
            "A legal hold keeps this case; nothing was recorded.",
            [f"legal_holds of cdr.yaml: {because} [ERASE-01]"],
            "It ends when a member takes it out of cdr.yaml.",
        )


def keep_longer(app: App, reference: str, until: date, because: str) -> None:
    """Record that a closed or void case is kept until a day, and why. Raises: NotFound, ConditionsNotMet where it is open or the day too early."""
    with changing(app, reference, also_closed=True, also_void=True) as now:
        kept = now.documents.case
        body = retention.kept_longer(kept.body, until, because, app.clock.today, app.store.person.name)
        now.record("retention", {kept.place: body})
