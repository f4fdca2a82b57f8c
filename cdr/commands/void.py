"""`cdr void`: a case that should not have been opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, case_reference, pass_app
from cdr.domain.case.voiding import BY_MISTAKE, NOT_IN_SCOPE, SAME_AS
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.records import dataclass
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile
    from cdr.work.joining import CarriedOver, Deciding, Question

ITSELF = "A case is not void because it is the same as itself."
IS_VOID = "The other case is void itself."
WORDS = {
    "contacts": ("contact", "contacts"),
    "questions": ("question", "questions"),
    "wishes": ("wish", "wishes"),
    "milestones": ("milestone", "milestones"),
    "letters": ("letter", "letters"),
    "attachments": ("file", "files"),
    "gates": ("other process", "other processes"),
    "actions": ("action", "actions"),
    "returns": ("return", "returns"),
    "requests": ("request", "requests"),
    "messages": ("message that was sent", "messages that were sent"),
}


@click.command("void")
@case_reference
@click.option("--same-as", "same_as", metavar="REF", type=Reference(), help="It is of the same child as that case.")
@click.option("--not-in-scope", is_flag=True, help="It is no death that is reviewed here.")
@click.option("--by-mistake", is_flag=True, help="It should never have been opened.")
@click.option(
    "--carry-over",
    is_flag=True,
    help="With --same-as: what it has goes over to that case, and the two become one. Where both say a field otherwise, it asks.",
)
@click.option(
    "--take",
    metavar="REF",
    type=Reference(),
    help="With --carry-over: the case that decides every field that both say otherwise, instead of asking.",
)
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    same_as: str | None,
    not_in_scope: bool,
    by_mistake: bool,
    carry_over: bool,
    take: str | None,
    as_json: bool,
) -> None:
    """Make void a case that should not have been opened: it is counted nowhere, nobody is chased for it, and it is kept.

    A child who was notified twice: with --carry-over returns, requests with what was sent for them, milestones, contacts, questions, wishes, letters and
    files go over to the other case, and Form A says what either said. The void case keeps all that it had. Run it again where something
    came into the void case later.

    `cdr list --stage void` shows such cases. `cdr reopen REF --reason REASON` takes it back; what had gone over goes back, too.

    Examples:

    \b
    cdr void 2026-9XQ2 --by-mistake
    cdr void 2026-9XQ2 --same-as 2026-7K3M --carry-over
    """
    why = [reason for reason, is_given in _reasons(same_as, not_in_scope, by_mistake) if is_given]
    if len(why) != 1:
        raise WrongUsage("Say why, one of: --same-as REF, --not-in-scope, --by-mistake.")
    _refuse_misplaced(reference, same_as, carry_over, take)
    deciding = _deciding(reference, same_as or "", take) if carry_over else None
    done = _void(app, reference, why[0], same_as or "", deciding)
    taken = _messages_away(app, reference)
    if as_json:
        content: dict[str, Any] = {
            "schema": "cdr-void/1",
            "case": reference,
            "on": app.clock.today.isoformat(),
            "why": why[0],
        }
        content |= {"same_as": same_as, "asked": done.asked, "only_here": done.only_here, "messages_removed": taken}
        put_json(content | _carried_json(done.carried))
        return
    _tell(reference, same_as or "", done, taken)


def _refuse_misplaced(reference: str, same_as: str | None, carry_over: bool, take: str | None) -> None:
    if carry_over and not same_as:
        raise WrongUsage("--carry-over goes with --same-as REF.")
    if take and (not carry_over or take not in (reference, same_as)):
        raise WrongUsage("--take goes with --carry-over, and names one of the two cases.")


@dataclass(frozen=True)
class _Done:
    """The agencies whose return was waited for, what the other case of the child has not, and what went over."""

    asked: list[str]
    only_here: list[str]
    carried: CarriedOver | None = None


def _carried_json(carried: CarriedOver | None) -> dict[str, Any]:
    if carried is None:
        return {}
    decided = [{"form": one.what, "field": one.clash.field} for one in carried.decided]
    return {"carried_over": dict(carried.over), "asked_twice": list(carried.asked_twice), "decided": decided}


def _tell(reference: str, same_as: str, done: _Done, taken: int) -> None:
    if done.carried:
        put(
            f"{reference} is void: what it had is in {same_as}. To take that back: cdr reopen {reference} --reason REASON"
        )
        over = ", ".join(f"{count} {WORDS[key][count != 1]}" for key, count in done.carried.over.items() if count)
        say(f"New in {same_as}: {over or 'no entry of a list'}. See: cdr show {same_as}")
    else:
        put(f"{reference} is void: it is counted nowhere. To take that back: cdr reopen {reference} --reason REASON")
    if taken:
        say(f"{taken} of its messages taken out of the outbox; those that were sent by hand before were sent.")
    if done.carried and done.carried.came and taken:
        say(f"Make those anew whose request went over: cdr outbox again {same_as}")
    if done.carried and done.carried.asked_twice:
        say(
            f"Each of these has two forms; tell it that the one of {same_as} counts: {', '.join(done.carried.asked_twice)}."
        )
    if done.asked and not done.carried:
        say(f"Tell the agencies that were asked that nothing more is needed: {', '.join(done.asked)}.")
    if same_as and not done.carried and (done.only_here or done.asked):
        say(f"To take all of it over instead: cdr void {reference} --same-as {same_as} --carry-over")
    for thing in done.only_here:
        say(f"please check: only {reference} has {thing}; what {same_as} needs of it is recorded there anew.")


def _reasons(same_as: str | None, not_in_scope: bool, by_mistake: bool) -> Iterator[tuple[str, bool]]:
    yield SAME_AS, same_as is not None
    yield NOT_IN_SCOPE, not_in_scope
    yield BY_MISTAKE, by_mistake


def _void(app: App, reference: str, why: str, same_as: str, deciding: Deciding | None) -> _Done:
    """Record it, with what goes over where somebody decides of what both say."""
    from cdr.domain.asking import requests
    from cdr.domain.case import voiding
    from cdr.work import joining

    with changing(app, reference, also_closed=True, also_void=deciding is not None) as now:
        documents = now.documents
        other = _other(app, documents.reference, same_as) if same_as else None
        asked = [request.agency for request in requests.outstanding(documents.requests.body)]
        case, ledger = documents.case.body, documents.requests.body
        if not _is_void_for(case, same_as):
            case, ledger = voiding.voided(case, ledger, app.clock.today, why, other.reference if other else "")
        if other and deciding:
            carried = joining.carry_over(app, documents, other, case, ledger, deciding)
            return _Done(asked, [*_left_behind(app, documents)], carried)
        now.record("void", {documents.case.place: case, documents.requests.place: ledger})
    return _Done(asked, [*_only_in(documents, other)] if other else [])


def _is_void_for(case: Mapping[str, Any], same_as: str) -> bool:
    """Whether a case is void for this very reason already, so that only what is new goes over. Raises: ConditionsNotMet for another."""
    from cdr.domain.case import voiding

    is_known = bool(same_as) and voiding.same_as(case) == same_as
    if not is_known:
        voiding.refuse_void(case)
    return is_known


def _left_behind(app: App, documents: CaseFile) -> Iterator[str]:
    """What goes over only by a person's hand."""
    from cdr.work.meetings import meetings

    if documents.analysis:
        yield "a draft analysis (Form C)"
    for meeting in meetings(app):
        if documents.reference in meeting.references:
            yield f"a place on the agenda of {meeting.id}"


def _deciding(reference: str, same_as: str, take: str | None) -> Deciding:
    from cdr.domain.merging.three_ways import Side
    from cdr.terminal import clashes, terminal
    from cdr.work import joining

    if take:
        return lambda question: Side.THEIRS if take == reference else Side.OURS

    def ask(question: Question) -> Side:
        side = clashes.which(question.told, question.clash, f"1 {same_as}", f"2 {reference}")
        if side is None:
            raise joining.Undecided
        return side

    return ask if terminal.is_attended() else joining.nobody


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
    for agency in this.returns_by_agency:
        if agency not in other.returns_by_agency:
            yield f"the return of {agency}"
    for key, what in (("attachments", "attached files"), ("milestones", "milestones"), ("letters", "letters")):
        if this.case.body.get(key):
            yield f"{len(this.case.body[key])} {what}"
    if this.analysis:
        yield "an analysis (Form C)"


def _messages_away(app: App, reference: str) -> int:
    from cdr.mail import outbox

    return outbox.take_away_of(app.store.outbox, reference)
