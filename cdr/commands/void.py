"""`cdr void`: a case that should not have been opened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, case_reference, pass_app
from cdr.domain.case.voiding import BY_MISTAKE, NOT_IN_SCOPE, SAME_AS
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile

ITSELF = "A case is not void because it is the same as itself."
IS_VOID = "The other case is void itself."


@click.command("void")
@case_reference
@click.option("--same-as", "same_as", metavar="REF", type=Reference(), help="It is of the same child as that case.")
@click.option("--not-in-scope", is_flag=True, help="It is no death that is reviewed here.")
@click.option("--by-mistake", is_flag=True, help="It should never have been opened.")
@as_json
@pass_app
def command(app: App, reference: str, same_as: str | None, not_in_scope: bool, by_mistake: bool, as_json: bool) -> None:
    """Make void a case that should not have been opened: it is counted nowhere, nobody is chased for it, and it is kept.

    `cdr list --stage void` shows such cases. `cdr reopen REF --reason REASON` takes it back, and all is as before.

    Example: cdr void 2026-9XQ2 --same-as 2026-7K3M
    """
    why = [reason for reason, is_given in _reasons(same_as, not_in_scope, by_mistake) if is_given]
    if len(why) != 1:
        raise WrongUsage("Say why, one of: --same-as REF, --not-in-scope, --by-mistake.")
    asked, only_here = _void(app, reference, why[0], same_as or "")
    taken = _messages_away(app, reference)
    if as_json:
        content = {"schema": "cdr-void/1", "case": reference, "on": app.clock.today.isoformat(), "why": why[0]}
        put_json(content | {"same_as": same_as, "asked": asked, "only_here": only_here, "messages_removed": taken})
        return
    put(f"{reference} is void: it is counted nowhere. To take that back: cdr reopen {reference} --reason REASON")
    if taken:
        say(f"{taken} of its messages taken out of the outbox; those that were sent by hand before were sent.")
    if asked:
        say(f"Tell the agencies that were asked that nothing more is needed: {', '.join(asked)}.")
    for thing in only_here:
        say(f"please check: only {reference} has {thing}; what {same_as} needs of it is recorded there anew.")


def _reasons(same_as: str | None, not_in_scope: bool, by_mistake: bool) -> Iterator[tuple[str, bool]]:
    yield SAME_AS, same_as is not None
    yield NOT_IN_SCOPE, not_in_scope
    yield BY_MISTAKE, by_mistake


def _void(app: App, reference: str, why: str, same_as: str) -> tuple[list[str], list[str]]:
    """Record it; the agencies whose return was waited for, and what the other case of the child has not."""
    from cdr.domain.asking import requests
    from cdr.domain.case import voiding

    with changing(app, reference, also_closed=True) as now:
        documents = now.documents
        other = _other(app, documents.reference, same_as) if same_as else None
        asked = [request.agency for request in requests.outstanding(documents.requests.body)]
        case, ledger = voiding.voided(
            documents.case.body, documents.requests.body, app.clock.today, why, other.reference if other else ""
        )
        now.record("void", {documents.case.place: case, documents.requests.place: ledger})
    return asked, [*_only_in(documents, other)] if other else []


def _other(app: App, reference: str, same_as: str) -> CaseFile:
    """The case of the same child. Raises: NotFound, ConditionsNotMet where it cannot be that."""
    from cdr.domain.case.duplicates import identity, same_child
    from cdr.domain.case.voiding import is_void

    other, this = app.store.case(same_as), app.store.case(reference)
    unmet = ITSELF if other.reference == reference else ""
    if is_void(other.case.body, other.requests.body):
        unmet = unmet or IS_VOID
    if unmet:
        raise ConditionsNotMet("The case cannot be made void for that; nothing was recorded.", [unmet], "See: cdr list")
    if not same_child(identity(this.notification.body), identity(other.notification.body)):
        say("please check: the names, dates and numbers of the two cases are not the same.")
    return other


def _only_in(this: CaseFile, other: CaseFile) -> Iterator[str]:
    """What a case has and the other has not, in words without a name."""
    there = {document.body["agency"] for document in other.returns}
    for document in this.returns:
        if document.body["agency"] not in there:
            yield f"the return of {document.body['agency']}"
    for key, what in (("attachments", "attached files"), ("milestones", "milestones"), ("letters", "letters")):
        if this.case.body.get(key):
            yield f"{len(this.case.body[key])} {what}"
    if this.analysis:
        yield "an analysis (Form C)"


def _messages_away(app: App, reference: str) -> int:
    from cdr.mail import outbox

    return outbox.take_away_of(app.store.outbox, reference)
