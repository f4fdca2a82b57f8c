"""`cdr show`: one case in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.documents.safe import visible
from cdr.domain.case import lists
from cdr.domain.case.lists import has_any
from cdr.store.case_file import CaseFile
from cdr.store.document import Document
from cdr.terminal.output import put, put_json, table

if TYPE_CHECKING:
    from cdr.domain.asking.requests import Request
    from cdr.domain.case.letters_made import LetterMade
    from cdr.domain.case.review import Review
    from cdr.domain.case.standing import Closure

TITLES = {"notification": "Notification (Form A)", "return": "Return (Form B)", "analysis": "Analysis (Form C)"}


@click.command("show")
@case_reference
@as_json
@pass_app
def command(app: App, reference: str, as_json: bool) -> None:
    """Show one case in full: where it stands, what was asked and sent, and every form. It names the child.

    Example: cdr show 2026-7K3M
    """
    documents = app.store.case(reference)
    if as_json:
        put_json(
            {
                "schema": "cdr-show/1",
                "case": reference,
                **_state(documents),
                "documents": {one.place.id: one.body for one in documents},
            }
        )
        return
    put("\n".join(_lines(app, reference, documents)))


def _state(documents: CaseFile) -> dict[str, Any]:
    from cdr.domain.case import case
    from cdr.domain.case.standing import is_open

    analysis = documents.analysis_body
    body, ledger = documents.case.body, documents.requests.body
    return {
        "stage": case.stage(body, ledger, analysis),
        "open": is_open(body),
        "waiting_for": case.waiting_for(body, ledger, analysis),
    }


def _lines(app: App, reference: str, documents: CaseFile) -> Iterator[str]:
    from cdr.domain.case.standing import VOID

    state = _state(documents)
    yield f"{reference}: {state['stage']}" + (
        f"; waiting for {', '.join(state['waiting_for'])}" if state["waiting_for"] else ""
    )
    if state["stage"] == VOID:
        yield _void(reference, documents.case.body)
    else:
        yield from _next(app, reference, documents.case.body, documents.requests.body)
    yield from _asked(documents)
    yield from map(_on_its_line, _case(documents.case.body))
    if has_any(documents.case.body, lists.WISHES, lists.LETTER_GATES):
        yield from map(_on_its_line, _wishes(documents))
    for document in filter(None, (documents.notification, *documents.returns, documents.analysis)):
        yield from _form(document)
        if has_any(documents.case.body, lists.CONTACTS):
            yield from map(_on_its_line, _disagreements(documents, document))


def _void(reference: str, case: Mapping[str, Any]) -> str:
    from cdr.domain.case import voiding

    return f"\nThis case is {voiding.words(case)}. To take that back: cdr reopen {reference} --reason REASON"


def _on_its_line(line: str) -> str:
    """A line that no name or reason in it can break into two; the empty line before a heading stays."""
    blank = "\n" if line.startswith("\n") else ""
    return blank + visible(line.removeprefix(blank))


def _next(app: App, reference: str, case: Mapping[str, Any], requests: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.case.review import calls_for_nothing
    from cdr.domain.case.standing import imported

    if came := imported(case):
        yield f"\nBrought in on {came.on} from a register, which calls it {came.old_reference}"
        return
    yield "\nWhat follows from the notification"
    if calls_for_nothing(case):
        return
    from cdr.domain.case.milestones import still_called_for, words_for
    from cdr.work.letters_called_for import letters_to_type

    steps = still_called_for(case, requests, app.clock.today, app.policy)
    to_type = letters_to_type(app, ((reference, step.clock) for step in steps))
    for step in steps:
        when = f"by {step.due}" if step.due else "no date"
        words = " or ".join(words_for(step.clock))
        letters = " or ".join(to_type[reference, step.clock])
        yield f"  {when:<13}  {step.what}{f' [{words}]' if words else ''}{f': {letters}' if letters else ''}"


def _asked(documents: CaseFile) -> Iterator[str]:
    from cdr.domain.asking.requests import requests_of

    rows = [
        (
            one.agency,
            one.requested_on,
            _state_of(one),
            one.answered_on or "-",
            ", ".join(_levels(documents.prompts.body, one.agency)) or "-",
        )
        for one in requests_of(documents.requests.body)
    ]
    yield "\nRequests"
    yield (
        table(rows, ["agency", "asked on", "state", "answered on", "sent"])
        if rows
        else "  No agency has been asked yet."
    )
    yield from _told(documents.case.body) if has_any(documents.case.body, lists.TOLD) else ()


def _levels(prompts: Mapping[str, Any], agency: str) -> list[str]:
    if not has_any(prompts, lists.PROMPTS):
        return []
    from cdr.domain.asking.sending import levels_of

    return levels_of(prompts, agency)


def _told(case: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.asking.telling import tellings_of

    for one in tellings_of(case):
        whom = f": {' '.join(one.to.split())}" if one.to else ""
        yield f"  {one.agency} was told on {one.on} by {one.by} ({one.route.replace('_', ' ')}){whom}"


def _state_of(request: Request) -> str:
    """The state of a request; with the day on which its return was sent back, while the fuller one is awaited."""
    waits = [bounce.on for bounce in request.bounced[-1:] if bounce.answered_on is None]
    return f"{request.status}, sent back on {waits[0]}" if waits else request.status


def _case(case: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the case's own document; each part is loaded where the case has any of it."""
    from cdr.domain.case.review import reviews_of
    from cdr.domain.case.standing import closures_of, opened_again_on

    yield from _processes(case) if has_any(case, lists.GATES) else ()
    yield from _milestones(case) if has_any(case, lists.MILESTONES) else ()
    for review in reviews_of(case):
        yield f"\n{'Reviewed' if review.is_ratified else 'Analysis drafted'} on {review.on}"
        yield from _all_the_same(review)
    yield from _deferrals(case) if has_any(case, lists.DEFERRALS) else ()
    yield from _second_opinions(case) if has_any(case, lists.SECOND_OPINIONS) else ()
    yield from _letters(case) if has_any(case, lists.LETTERS) else ()
    yield from _holds(case) if has_any(case, lists.LETTER_GATES) else ()
    yield from _family(case) if has_any(case, lists.QUESTIONS, lists.CONTACTS) else ()
    yield from _files(case) if has_any(case, lists.ATTACHMENTS) else ()
    yield from _given_out(case) if has_any(case, lists.DISCLOSURES, lists.HANDOVERS) else ()
    for closure in closures_of(case):
        yield f"\nClosed on {closure.on}"
        yield from _all_the_same(closure)
    yield from _keepings(case) if has_any(case, lists.KEEPINGS) else ()
    yield from (f"\nOpened again on {day}" for day in opened_again_on(case))


def _letters(case: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.case.letters_made import letters_made

    for letter in letters_made(case):
        sent = f", to be sent on {letter.dated}" if letter.dated != letter.made_on else ""
        yield f"\nLetter {letter.number} ({letter.kind}, {letter.status}, {letter.format}) to {_whom(letter)}, made on {letter.made_on}{sent}"


def _keepings(case: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.process.retention import keepings_of

    for one in keepings_of(case):
        yield f"\nTo be kept until {one.until}, decided on {one.on}, recorded by {one.by}"
        yield from (f"  {line}" for line in one.because.splitlines())


def _all_the_same(done: Review | Closure) -> Iterator[str]:
    """Why something was done although something was unmet, and what."""
    if done.reason:
        yield f"  all the same, because: {' '.join(done.reason.split())}"
        yield from (f"  - {reason}" for reason in done.unmet)


def _given_out(case: Mapping[str, Any]) -> Iterator[str]:
    """What was disclosed, to whom and on which authority, and what went to another area and came from one."""
    from cdr.domain.case.disclosures import disclosures_of
    from cdr.domain.case.handovers import handovers_of

    for given in disclosures_of(case):
        yield f"\nGiven out on {given.on} to {given.to}, by {given.by}: {', '.join(given.documents)}"
        yield from (f"  {line}" for line in given.authority.splitlines())
        if given.left_out:
            yield f"  left out: {', '.join(given.left_out)}"
    for one in handovers_of(case):
        yield f"\nHanded over on {one.on}: {'from' if one.is_received else 'to'} {one.area}"
        for asked in one.asked:
            came = f"{asked.status}{f' on {asked.answered_on}' if asked.answered_on else ''}"
            because = f", because: {asked.reason}" if asked.reason else ""
            yield f"  they asked {asked.name} on {asked.requested_on}: {came}{because}"


def _deferrals(case: Mapping[str, Any]) -> Iterator[str]:
    """Which meetings put off what they decide, until when and for what."""
    from cdr.domain.case.deferrals import deferrals_of

    for one in deferrals_of(case):
        yield f"\nDeferred by {one.panel} on {one.on}, until {one.until}: {one.words}"
        yield from (f"  {line}" for line in one.text.splitlines())


def _second_opinions(case: Mapping[str, Any]) -> Iterator[str]:
    """What another panel was asked, and what it answered."""
    from cdr.domain.case.second_opinions import second_opinions_of

    for number, one in second_opinions_of(case).items():
        yield f"\nQuestion {number} to the panel of {one.area}, asked on {one.asked_on}: {one.status.replace('_', ' ')}"
        yield from (f"  {line}" for line in one.question.splitlines())
        yield from (f"  {one.answered_on}  {line}" for line in one.answer.splitlines())


def _family(case: Mapping[str, Any]) -> Iterator[str]:
    """The family's questions with their answers, and who was in touch with whom."""
    from cdr.domain.case.contacts import contacts_of
    from cdr.domain.case.family_questions import questions_of

    for number, one in questions_of(case).items():
        yield f"\nQuestion {number} of the family, asked on {one.asked_on}: {one.status.replace('_', ' ')}"
        yield from (f"  {line}" for line in one.text.splitlines())
        yield from (f"  -> {line}" for line in one.answer.splitlines())
    for number, contact in contacts_of(case).items():
        about = "; ".join(filter(None, (f"with {contact.party}" if contact.party else "", contact.how)))
        yield f"\nContact {number} on {contact.on}{f': {about}' if about else ''}"
        yield from (f"  {line}" for line in contact.text.splitlines())


def _files(case: Mapping[str, Any]) -> Iterator[str]:
    """The files that somebody attached; letters that are kept stand with the letters."""
    from cdr.domain.case.attachments import attachments_of
    from cdr.domain.case.letters_made import letters_made

    letters = {letter.attachment for letter in letters_made(case)}
    for file in attachments_of(case):
        if file.number not in letters:
            kind = file.kind.replace("_", " ")
            yield f"\nAttachment {file.number}: {kind}, {file.name}, {file.size:,} bytes, attached on {file.added_on}"


def _processes(case: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.case.gates import OPEN, gates_of

    found = gates_of(case)
    yield from ["\nOther processes"] if found else []
    for gate in found:
        expected = f", expected to end on {gate.expected_on}" if gate.status == OPEN and gate.expected_on else ""
        ended = f" on {gate.ended_on}" if gate.ended_on else ""
        yield f"  {gate.words}{f' ({gate.owner})' if gate.owner else ''}: {gate.status}{ended}{expected}"
        if gate.reason:
            yield f"    not waited for{f', {gate.waived_by}' if gate.waived_by else ''}: {' '.join(gate.reason.split())}"


def _milestones(case: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.case.milestones import milestones_of

    found = sorted(milestones_of(case), key=lambda one: one.on)
    yield from ["\nMilestones"] if found else []
    for one in found:
        told = [
            one.type.replace("_", " "),
            f"with {one.party}" if one.party else "",
            f"attachment {one.attachment}" if one.attachment else "",
        ]
        yield "; ".join(filter(None, (f"  {one.on}  {one.label}", *told)))
        yield from (f"    {line}" for line in one.note.splitlines())


def _whom(letter: LetterMade) -> str:
    from cdr.work.letters_called_for import letter_rules

    kind = letter_rules().kinds.get(letter.kind)
    of_kind = {"organisation": "the organisation of recommendation", "family": "person"}
    return f"{of_kind.get(kind.to if kind else 'family', 'colleague')} {letter.to}"


def _holds(case: Mapping[str, Any]) -> Iterator[str]:
    from cdr.domain.letters.letter_holds import holds

    for hold in holds(case):
        again = f"; ask again on {hold.ask_again_on}" if hold.ask_again_on else ""
        yield f"\nLetter ({hold.kind}) on hold since {hold.since}: {', '.join(hold.questions)}{again}"
        yield f"  Ask {hold.whom}."


def _wishes(documents: CaseFile) -> Iterator[str]:
    from cdr.domain.letters import wishes
    from cdr.domain.letters.people_written_to import recipients

    everyone = recipients(documents.notification.body)
    known = [(person.number, wishes.wish_of(documents.case.body, person, everyone)) for person in everyone]
    said = [(number, wish) for number, wish in known if wish is not None]
    yield from ["\nHow people want to hear from us"] if said else []
    for number, wish in said:
        yield f"  person {number} {wishes.WISH_IN_WORDS[wish.wish]} (since {wish.since or 'a day that is not known'})"


def _disagreements(documents: CaseFile, document: Document) -> Iterator[str]:
    """What people say is wrong in a form, below it."""
    from cdr.domain.case.disagreements import about, disagreement_in_words

    kinds = {"notification": "form-a", "analysis": "form-c"}
    for one in about(
        documents.case.body, kinds.get(document.place.kind.name, "return"), document.body.get("agency", "")
    ):
        yield f"  ! On {one.on} {disagreement_in_words(one)}"


def _form(document: Document) -> Iterator[str]:
    from cdr.forms import migrations
    from cdr.forms.described import described

    about = {key: value for key, value in document.body.items() if key != "agency"}
    yield f"\n{TITLES[document.place.kind.name]}" + (
        f" of {document.body['agency']}" if "agency" in document.body else ""
    )
    for depth, title, text in described(migrations.current(document.form), about):
        indent = "  " * (depth + 1)
        lines = str(text).replace("\n", f"\n{indent}  ")  # below its title, so that none looks like a heading
        yield f"{indent}{title}: {lines}".rstrip(": ") if text == "" else f"{indent}{title}: {lines}"
