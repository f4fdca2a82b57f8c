"""Messages to agencies: made from the ledger's facts, encrypted where a key is on file, and written to the outbox.

The name and the Message-ID of a message follow from what it is, so that one which is written twice after a crash is the
same message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.documents.letters import mail, message, pgp_mime
from cdr.documents.letters.message import Asked, Attachment, Message
from cdr.domain.asking.leaving import file_name, name_of_actions, name_of_test
from cdr.domain.asking.prompts_due import ESCALATION
from cdr.domain.asking.said import Said, with_said
from cdr.domain.asking.sending import BOUNCE, REQUEST, THANKS, Prompt
from cdr.domain.rulebook.agency_routes import SECURE_MAIL
from cdr.domain.rulebook.configuration import FORM
from cdr.records import dataclass, replace
from cdr.work.agency_keys import refuse_unusable

if TYPE_CHECKING:
    from cdr.domain.panel.actions import Action
    from cdr.domain.rulebook.configuration import Agency, Person
    from cdr.store.crypto import Gnupg

WITHOUT_A_FORM = (ESCALATION, THANKS)
NAMES_THE_CHILD = (
    REQUEST,
    BOUNCE,
)  # the messages with which a Word form goes by secure mail; a prompt says nothing of the child
CONTENT = {
    ".html": "text/html",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True)
class Letter:
    """A message: what its file in the outbox is called, the finished mail, and the prompts it is about."""

    name: str
    message: Message
    mail: bytes
    prompts: tuple[Prompt, ...]


def letter(
    app: App, prompts: Sequence[Prompt], message_id: str = "", ledger: Mapping[str, Any] | None = None
) -> Letter:
    """The message about one request, or about several of one agency; under the id that it was written down with, if it was.

    The return form of each request goes with it. `ledger` is the case's requests where they are about to change; else they are
    those of the index. Raises: NotFound, WrongConfiguration, NotAllowed where it cannot be made or encrypted; TryAgain.
    """
    attached = tuple(part for prompt in prompts for part in _attachments(app, prompt, ledger))
    made = _several(app, prompts, attached) if len(prompts) > 1 else _single(app, prompts[0], attached)
    made = replace(made, message_id=message_id or made.message_id, attachments=attached)
    return Letter(file_name(prompts, made.message_id), made, _mail(app, made), tuple(prompts))


def request(app: App, case: str, agency: str, day: date, ledger: Mapping[str, Any]) -> Letter:
    """The message that asks an agency for its return."""
    return letter(app, [Prompt(case, agency, REQUEST, day, day)], ledger=ledger)


def thanks(app: App, case: str, agency: str, requested_on: date, day: date) -> Letter:
    """The message that thanks an agency for its return."""
    return letter(app, [Prompt(case, agency, THANKS, day, requested_on)])


def route_test(app: App, agency: str, day: date, suffix: str, form: bytes) -> Letter:
    """The message with which it is tried whether a form arrives at an agency; it belongs to no case."""
    attached = Attachment(f"test-{agency}{suffix}", CONTENT[suffix], form)
    override = _override(app, message.ROUTE_TEST)
    made = message.route_test_message(app.configuration, agency, day, sent_at=app.clock.now, override=override)
    made = replace(made, attachments=(attached,))
    return Letter(name_of_test(agency, day), made, _mail(app, made), ())


def about_actions(app: App, who: str, to: Person, agency: Agency, actions: Sequence[Action], day: date) -> Letter:
    """The message that asks an owner how their actions stand; it is about no one case."""
    from cdr.documents.letters import action_message

    how: dict[str, Any] = {"sent_at": app.clock.now, "day": day, "override": _override(app, action_message.ACTIONS)}
    made = action_message.action_message(app.configuration, to, agency, actions, **how)
    return Letter(name_of_actions(who, day), made, _mail(app, made), ())


def with_words(prompts: Mapping[str, Any], prompt: Prompt, letter: Letter, on: date) -> dict[str, Any]:
    """What was sent about a case, with the words of a message made on a day; not the form that goes with it."""
    made, of = letter.message, prompt
    words = (made.to, made.message_id, made.subject, made.body)
    return with_said(prompts, Said(of.agency, of.level, of.due_on, on, *words))


def out(app: App, letters: Iterable[Letter]) -> Callable[[], None]:
    """Put messages into the outbox, all or none; what is given back takes them out again. Raises: DiskFailed."""
    from cdr.mail import outbox

    return outbox.write_all(app.store.outbox, {each.name: each.mail for each in letters})


def _attachments(app: App, prompt: Prompt, ledger: Mapping[str, Any] | None) -> Iterator[Attachment]:
    """The return form of the request, and its pass-phrase where the agency's own key can open that.

    By secure mail a Word form that names the child goes with what is handed to the mail server; never with a file of the outbox.
    """
    from cdr.domain.asking.requests import request_of
    from cdr.work import return_forms

    if prompt.level in WITHOUT_A_FORM:
        return
    asked = request_of(app.facts_of(prompt.case).requests if ledger is None else ledger, prompt.agency)
    if asked is None or asked.form is None:
        return
    route, name = app.configuration.agency(prompt.agency).route, f"{prompt.case}-{prompt.agency}"
    if route == SECURE_MAIL and prompt.level in NAMES_THE_CHILD and app.configuration.sends:
        yield Attachment(f"{name}.docx", CONTENT[".docx"], return_forms.made(app, prompt.case, asked, ".docx"))
    if route != FORM:
        return
    yield Attachment(f"{name}.html", CONTENT[".html"], return_forms.made(app, prompt.case, asked, ".html"))
    if asked.form.for_key:
        yield Attachment(f"{name}-pass-phrase.asc", "application/pgp-encrypted", asked.form.for_key.encode())


def _single(app: App, prompt: Prompt, attached: Sequence[Attachment]) -> Message:
    from cdr.domain.asking.requests import prompt_dates

    about = (app.configuration, prompt.case, prompt.agency)
    how: dict[str, Any] = {"sent_at": app.clock.now, "override": _override(app, prompt.level)}
    if prompt.level == THANKS:
        return message.thanks_message(*about, prompt.requested_on, **how)
    how |= {"files": len(attached)}
    if prompt.level == BOUNCE:
        return message.bounce_message(*about, prompt.due_on, prompt.missing, prompt.opened, **how)
    if prompt.level == REQUEST:
        reply_by = prompt_dates(prompt.requested_on, app.policy)[0]
        return message.request_message(*about, prompt.requested_on, reply_by=reply_by, **how)
    asked = (prompt.level, prompt.case, prompt.agency, prompt.requested_on)
    return message.prompt_message(app.configuration, *asked, **how)


def _several(app: App, prompts: Sequence[Prompt], attached: Sequence[Attachment]) -> Message:
    asked = [Asked(prompt.case, prompt.level, prompt.requested_on) for prompt in prompts]
    escalated = prompts[0].level == message.ESCALATION
    override = _override(app, message.SEVERAL_ESCALATIONS if escalated else message.SEVERAL_PROMPTS)
    return message.several_message(
        app.configuration,
        prompts[0].agency,
        asked,
        sent_at=app.clock.now,
        override=override,
        files=len(attached),
    )


def _mail(app: App, made: Message) -> bytes:
    """The finished mail; encrypted and signed where its addresses have keys, and never in the open instead."""
    from_ = message.sender(app.configuration)
    if not made.keys:
        return mail.to_eml(made, from_)
    refuse_unusable(made.keys)
    inside = pgp_mime.inside(made, from_)
    return pgp_mime.outside(made, from_, _gnupg().encrypt_mail(inside, made.keys, app.store.person.fingerprint))


def _gnupg() -> Gnupg:
    from cdr.store.crypto import Gnupg

    return Gnupg()


def _override(app: App, name: str) -> str | None:
    raw = app.store.template(f"{name}.txt")
    return raw.decode("utf-8") if raw is not None else None
