"""Messages to agencies: made from the ledger's facts, encrypted where a key is on file, and written to the outbox.

The name and the Message-ID of a message follow from what it is, so that one which is written twice after a crash is the
same message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from cdr.app import App
from cdr.documents import message, pgp_mime
from cdr.documents.message import Asked, Message
from cdr.domain.sending import REQUEST, THANKS, Prompt
from cdr.errors import NotAllowed

if TYPE_CHECKING:
    from cdr.store.crypto import Gnupg


@dataclass(frozen=True)
class Letter:
    """A message: what its file in the outbox is called, the finished mail, and the prompts it is about."""

    name: str
    message: Message
    mail: bytes
    prompts: tuple[Prompt, ...]


def letter(app: App, prompts: Sequence[Prompt], message_id: str = "") -> Letter:
    """The message about one request, or about several of one agency; under the id that it was written down with, if it was.

    Raises: NotFound, WrongConfiguration, NotAllowed where it cannot be made or encrypted; TryAgain.
    """
    made = _several(app, prompts) if len(prompts) > 1 else _single(app, prompts[0])
    made = replace(made, message_id=message_id or made.message_id)
    one = prompts[0]
    name = f"{one.case}-{one.agency}-{one.level}-{one.requested_on}.eml"
    if len(prompts) > 1:
        name = f"{made.message_id.strip('<>').rpartition('@')[0]}.eml"
    return Letter(name, made, _mail(app, made), tuple(prompts))


def request(app: App, case: str, agency: str, day: date) -> Letter:
    """The message that asks an agency for its return."""
    return letter(app, [Prompt(case, agency, REQUEST, day, day)])


def thanks(app: App, case: str, agency: str, requested_on: date, day: date) -> Letter:
    """The message that thanks an agency for its return."""
    return letter(app, [Prompt(case, agency, THANKS, day, requested_on)])


def out(app: App, letters: Iterable[Letter]) -> None:
    """Put messages into the outbox. Raises: DiskFailed."""
    from cdr.mail import outbox

    for each in letters:
        outbox.write(app.store.folder / "outbox", each.name, each.mail)


def _single(app: App, prompt: Prompt) -> Message:
    from cdr.domain.requests import prompt_dates

    about = (app.configuration, prompt.case, prompt.agency, prompt.requested_on)
    now, override = app.clock.now, _override(app, prompt.level)
    if prompt.level == REQUEST:
        reply_by = prompt_dates(prompt.requested_on, app.policy)[0]
        return message.request_message(*about, sent_at=now, reply_by=reply_by, override=override)
    if prompt.level == THANKS:
        return message.thanks_message(*about, sent_at=now, override=override)
    configuration, *rest = about
    return message.prompt_message(configuration, prompt.level, *rest, sent_at=now, override=override)  # type: ignore[arg-type]


def _several(app: App, prompts: Sequence[Prompt]) -> Message:
    asked = [Asked(prompt.case, prompt.level, prompt.requested_on) for prompt in prompts]
    escalated = prompts[0].level == message.ESCALATION
    override = _override(app, message.SEVERAL_ESCALATIONS if escalated else message.SEVERAL_PROMPTS)
    return message.several_message(
        app.configuration, prompts[0].agency, asked, sent_at=app.clock.now, override=override
    )


def _mail(app: App, made: Message) -> bytes:
    """The finished mail; encrypted and signed where its addresses have keys, and never in the open instead."""
    from_ = message.sender(app.configuration)
    if not made.keys:
        return message.to_eml(made, from_)
    _refuse_unusable(made.keys)
    inside = pgp_mime.inside(made, from_)
    return pgp_mime.outside(made, from_, _gnupg().encrypt_mail(inside, made.keys, app.store.person.fingerprint))


def _refuse_unusable(keys: Sequence[str]) -> None:
    ring = _gnupg()
    for fingerprint in keys:
        key = ring.key(fingerprint)
        trouble = "is not in GnuPG here" if key is None else key.trouble
        if trouble:
            raise NotAllowed(
                f"The key {fingerprint[-16:]}, to which this message is encrypted, {trouble}; it was not sent.",
                "Import the agency's new public key into GnuPG of whoever sends (gpg --import), or correct cdr.yaml.",
            )


def _gnupg() -> Gnupg:
    from cdr.store.crypto import Gnupg

    return Gnupg()


def _override(app: App, name: str) -> str | None:
    raw = app.store.template(f"{name}.txt")
    return raw.decode("utf-8") if raw is not None else None
