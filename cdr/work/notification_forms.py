"""The offline Form A of an area, and what it saves: opened, checked, and shown to a person before a case is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cdr.app import App
from cdr.documents.incoming import kinds
from cdr.domain.asking.retired_agencies import is_retired
from cdr.domain.rulebook.validation import text_at
from cdr.errors import InvalidData, Problem
from cdr.records import dataclass
from cdr.terminal.output import file_name
from cdr.work import arrived
from cdr.work.taking_in import Form, Rules

SAVED = "cdr-notification/1"
NOT_A_NOTIFICATION = (
    "This is encrypted to you and is no notification. A return goes in with: cdr return REF AGENCY --from FILE"
)


@dataclass(frozen=True)
class Arrived:
    """A notification that came in: what the file is called, and the form that it holds."""

    name: str
    body: dict[str, Any]

    @property
    def by(self) -> str:
        """Who says that they notify, and where they can be rung."""
        parts = [text_at(self.body, f"notifier.{key}") for key in ("name", "role", "organisation", "phone")]
        return ", ".join(filter(None, parts))


def made(app: App) -> bytes:
    """The page: it holds the members' public keys and what cdr.yaml says of the team, and nothing of any case."""
    from cdr.documents.notification_form.notification_form import NotificationForm, to_html

    known, manager, keys = app.configuration, app.configuration.people["manager"], app.store.public_keys_of_members()
    agencies = [one for one in known.agencies if not is_retired(one, app.clock.today)]
    form = NotificationForm(
        area=known.area,
        organisation=known.letterhead.organisation,
        contact_name=manager.name,
        contact_email=manager.email,
        contact_phone=manager.phone,
        authorities=known.authorities,
        agencies=tuple((one.id, one.name) for one in agencies),
        keys=tuple(keys.values()),
        fingerprints=tuple(keys),
        hospitals=known.hospitals,
    )
    return to_html(form)


def is_one(raw: bytes, file: str) -> bool:
    """Whether a file is an encrypted message, and so not a form that somebody typed."""
    return kinds.kind(raw, file_name(file)) == "message"


def opened(app: App, raw: bytes, file: str) -> Arrived:
    """What a notification says, of which nothing is believed yet. Raises: InvalidData, TryAgain, NotAllowed."""
    name = file_name(file)
    said = arrived.reply(app, raw, name)
    body = said.get("body")
    if said.get("schema") != SAVED or not isinstance(body, Mapping):
        raise InvalidData([Problem("", "", NOT_A_NOTIFICATION, "REPLY-SHAPE")], name)
    return Arrived(name, _received(dict(body), app.clock.now))


def _received(body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The form with the moment at which it is taken in; a computer's clock that is ahead makes no notification of tomorrow."""
    moment = f"{now:%Y-%m-%dT%H:%M}"
    notified = body.get("notified_at")
    ahead = isinstance(notified, str) and notified[:16] > moment
    return {**body, **({"notified_at": moment} if ahead else {}), "received_at": moment}


def checked(found: Arrived, rules: Rules) -> Form:
    """The notification as a form. Raises: InvalidData with everything that is wrong with it."""
    return arrived.as_form(found.name, found.body, "form-a", rules)


def as_yaml(found: Arrived) -> bytes:
    """The notification as a file that a person corrects and gives with --from."""
    from cdr.forms import codec, replies

    body, _ = replies.examine(found.body, found.name, "form-a")
    return codec.dump(body)
