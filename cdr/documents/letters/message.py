"""Messages to agencies about a request, and to the people who can help when no answer comes.

A message carries the case reference, the form, dates, the agency's name and whom to ring. It is made from the ledger's
own facts and the store's configuration, and never sees what a form says: nothing of the child can be in it. The return
form that goes with it holds nothing of the child either, but for a part that only a pass-phrase opens.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from cdr.documents.letters.wording import SUBJECT, Block, Lines, blocks, fill_in, unguarded
from cdr.documents.letters.wording import wording as shipped
from cdr.domain.letters.letter_gate import one_line
from cdr.domain.rulebook.configuration import Agency, Configuration, Person
from cdr.errors import WrongConfiguration
from cdr.expressions import expression
from cdr.forms import codelists
from cdr.moments import LONDON
from cdr.records import dataclass
from cdr.written import long_date

REQUEST, ESCALATION, THANKS, BOUNCE = "request", "escalation", "thanks-for-return", "bounce"
ROUTE_TEST = "route-test"
PROMPTS = ("prompt-1", "prompt-2", "prompt-3")
LEVELS = (REQUEST, *PROMPTS, ESCALATION, THANKS)
SEVERAL_PROMPTS, SEVERAL_ESCALATIONS = "prompts", "escalations"
FORM, FORM_SHORT = "reporting form (Form B)", "Form B"
WIDTH = 76
PLAIN = expression(r"[A-Za-z0-9][A-Za-z0-9-]*")
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = expression(
    rf"(?![-.])(?!.*\.[.@])[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*"
)


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message; `name` is a plain file name, `content_type` like text/html."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Message:
    """A message as it will be sent; `message_id` is the same whenever the same message is made, `date` has an offset.

    `keys` are the fingerprints to which it is encrypted: one for each address, or none.
    """

    to: tuple[str, ...]
    subject: str
    body: str
    message_id: str
    date: datetime
    keys: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One request that a message with several is about: its case, which message, and the day of the request."""

    case: str
    level: str
    requested_on: date


@dataclass(frozen=True)
class About:
    """Which message about which request; `case` is empty where it is about several."""

    level: str
    case: str
    agency: Agency
    requested_on: date


def request_message(
    configuration: Configuration,
    case: str,
    agency: str,
    requested_on: date,
    *,
    sent_at: datetime | date,
    reply_by: date | None = None,
    override: str | None = None,
    files: int = 0,
) -> Message:
    """The message that asks an agency (by its id) for its return; `override` is the area's own wording;
    `files` are how many go with it: its return form, and its pass-phrase where the agency has a key.

    Raises: NotFound for an unknown agency; WrongConfiguration for an address or a wording that cannot be used.
    """
    asked = About(REQUEST, case, configuration.agency(agency), requested_on)
    extra = {"reply_by": long_date(reply_by) if reply_by else "", "files": files}
    return made(configuration, asked, [of_agency(asked.agency)], sent_at, extra, "", override)


def bounce_message(
    configuration: Configuration,
    case: str,
    agency: str,
    bounced_on: date,
    missing: Sequence[str],
    opened: int,
    *,
    sent_at: datetime | date,
    override: str | None = None,
    files: int = 0,
) -> Message:
    """The message that sends a return back as incomplete: the titles of the fields that every agency of its type is asked.

    `opened` is how many more fields the agency's own answers call for; they are only counted, because their titles would
    say what the answers were. Raises: as `request_message`.
    """
    asked = About(BOUNCE, case, configuration.agency(agency), bounced_on)
    more = {"missing": [one_line(title) for title in missing], "opened": opened, "files": files}
    return made(configuration, asked, [of_agency(asked.agency)], sent_at, more, "", override)


def prompt_message(
    configuration: Configuration,
    level: str,
    case: str,
    agency: str,
    requested_on: date,
    *,
    sent_at: datetime | date,
    override: str | None = None,
    files: int = 0,
) -> Message:
    """A prompt (`prompt-1` to `prompt-3`) to the agency, or the `escalation` to those who can help in its area.

    The first and the third prompt name the duty to supply information (Children Act 2004, section 16N); the escalation goes to exactly
    the chair and the designated doctor of the area where the agency sits (protocol section 1). Raises: as `request_message`.
    """
    if level not in (*PROMPTS, ESCALATION):
        raise ValueError("no such level")
    asked = About(level, case, configuration.agency(agency), requested_on)
    to = [of_agency(asked.agency)]
    if level == ESCALATION:
        to = _escalated_to(configuration, agency)
    return made(configuration, asked, to, sent_at, {"files": files}, "", override)


def thanks_message(
    configuration: Configuration,
    case: str,
    agency: str,
    requested_on: date,
    *,
    sent_at: datetime | date,
    override: str | None = None,
) -> Message:
    """The message that thanks an agency for its return. Raises: as `request_message`."""
    asked = About(THANKS, case, configuration.agency(agency), requested_on)
    return made(configuration, asked, [of_agency(asked.agency)], sent_at, {}, "", override)


def route_test_message(
    configuration: Configuration, agency: str, day: date, *, sent_at: datetime | date, override: str | None = None
) -> Message:
    """The message with which it is tried whether a form arrives at an agency; it is about no child. Raises: as `request_message`."""
    asked = About(ROUTE_TEST, "test", configuration.agency(agency), day)
    return made(configuration, asked, [of_agency(asked.agency)], sent_at, {}, "", override)


def several_message(
    configuration: Configuration,
    agency: str,
    asked: Sequence[Asked],
    *,
    sent_at: datetime | date,
    override: str | None = None,
    files: int = 0,
) -> Message:
    """One message for all prompts, or all escalations, about one agency: a line each, in words of the strongest level.

    Raises: as `request_message`.
    """
    of = configuration.agency(agency)
    strongest = max((one.level for one in asked), key=LEVELS.index)
    level = SEVERAL_ESCALATIONS if strongest == ESCALATION else SEVERAL_PROMPTS
    to = _escalated_to(configuration, agency) if strongest == ESCALATION else [of_agency(of)]
    ordered = sorted(asked, key=lambda one: (one.requested_on, one.case))
    extra = {"requests": Lines("\\\n".join(map(_line, ordered))), "count": len(asked), "strongest": strongest}
    extra |= {"files": files}
    known = "".join(f"{one.case} {one.level} {one.requested_on} " for one in ordered)
    mark = hashlib.sha256(f"{agency} {known}".encode()).hexdigest()[:20]
    return made(configuration, About(level, "", of, ordered[0].requested_on), to, sent_at, extra, mark, override)


def _line(asked: Asked) -> str:
    day = asked.requested_on
    which = "" if asked.level == ESCALATION else f", {_ordinal(asked.level)}"
    return f"{asked.case}  {FORM_SHORT}  asked on {day.day:>2} {day:%B %Y}{which}"


def _ordinal(level: str) -> str:
    return codelists.code_list("prompt_level").label(level).lower()


def of_agency(agency: Agency) -> Person:
    """An agency as one to whom a message goes."""
    return Person(agency.name, email=agency.email, key=agency.key)


def _escalated_to(configuration: Configuration, agency: str) -> list[Person]:
    area = configuration.area_of(agency)
    return [area.chair, area.designated_doctor]


def made(
    configuration: Configuration,
    asked: About,
    to: Sequence[Person],
    sent_at: datetime | date,
    extra: Mapping[str, Any],
    mark: str,
    override: str | None,
) -> Message:
    """A message in the wording of its level; `extra` are the fields that this level has more, `mark` tells it from others of its day.

    Raises: WrongConfiguration for an address or a wording that cannot be used.
    """
    people = {person.email: person for person in to}  # one person may be both: one copy is enough
    addresses = tuple(_allowed(configuration, checked_address(email)) for email in people)
    named = " and ".join(" ".join(person.name.split()) for person in people.values())
    fields = {"people": named, **extra, **_fields(configuration, asked)}
    subject, body = _filled(shipped(asked.level, override), fields, f"{asked.level}.txt")
    domain = sender(configuration).rpartition("@")[2]
    one = message_id(asked.case or "several", asked.agency.id, asked.level, asked.requested_on, domain=domain)
    id_ = f"<{asked.level}.{asked.agency.id}.{mark}@{domain}>" if mark else one
    return Message(addresses, subject, body, id_, _moment(sent_at), _keys(tuple(people.values())))


def _keys(people: Sequence[Person]) -> tuple[str, ...]:
    """The key of each, or none. Raises: WrongConfiguration where some have one: what is encrypted to them stays so."""
    keys = tuple(person.key for person in people if person.key)
    if keys and len(keys) < len(people):
        raise WrongConfiguration(
            "A message is for several people of whom some have a key in cdr.yaml and some have none, so it was not made.",
            "Add the other's key, or leave out both: nothing goes in the open to one and encrypted to another.",
        )
    return keys


def _allowed(configuration: Configuration, address: str) -> str:
    """The address, where the area allows its domain. Raises: WrongConfiguration."""
    domain = address.rpartition("@")[2].lower()
    allowed = [str(one).lower() for one in configuration.mail.get("allowed_domains") or ()]
    listed = any(domain == one or domain.endswith(f".{one}") for one in allowed)
    if (allowed and not listed) or ("xn--" in domain and not listed):
        raise WrongConfiguration(
            "A mail address in cdr.yaml has a domain that mail must not go to, so no message was made.",
            "Correct the address, or add its domain to mail.allowed_domains. See: cdr doctor",
        )
    return address


def _fields(configuration: Configuration, asked: About) -> Mapping[str, Any]:
    return {
        "case": asked.case,
        "agency": one_line(asked.agency.name),
        "area": one_line(asked.agency.area),
        "form": FORM,
        "requested_on": long_date(asked.requested_on),
        "organisation": configuration.letterhead.organisation,
        "manager": configuration.people["manager"],
        "route": asked.agency.route,
        "route_to": one_line(asked.agency.route_to),
        "address": one_line(", ".join(configuration.letterhead.address)),
    }


def sender(configuration: Configuration) -> str:
    """The address from which the store writes. Raises: WrongConfiguration."""
    manager = configuration.people.get("manager")
    return checked_address(str(configuration.mail.get("from") or (manager.email if manager else "")))


def checked_address(text: str) -> str:
    """Exactly one plain mail address. Raises: WrongConfiguration."""
    if not ADDRESS.fullmatch(text):
        raise WrongConfiguration(
            "A mail address in cdr.yaml is missing or not right, so no message was made.",
            "Write one address each, like name@place.example, without a name, a space or a comma. See: cdr doctor",
        )
    return text


def message_id(case: str, agency: str, level: str, requested_on: date, *, domain: str) -> str:
    """The same for the same request and level, so that whoever gets a message twice can see that it is one."""
    parts = (case, agency, level)
    if not all(PLAIN.fullmatch(part) for part in parts):
        raise ValueError("a reference, an agency id or a level has a letter that no message id may have")
    return f"<{'.'.join(parts)}.{requested_on.isoformat()}@{domain}>"


def _moment(at: datetime | date) -> datetime:
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=LONDON)
    return datetime.combine(at, time(12), tzinfo=LONDON)


def _filled(text: str, fields: Mapping[str, Any], file: str) -> tuple[str, str]:
    """A wording's subject and body. Raises: WrongConfiguration where its first line is no subject."""
    filled = fill_in(text, fields, file).lstrip("\n")
    first, _, rest = filled.partition("\n")
    if not first.startswith(SUBJECT) or not first.removeprefix(SUBJECT).strip():
        raise WrongConfiguration(f"{file} has no subject.", "Begin its first line with: Subject: ")
    return unguarded(" ".join(first.removeprefix(SUBJECT).split())), _laid_out(blocks(rest)) + "\n"


def _laid_out(parts: Sequence[Block]) -> str:
    """The blocks with an empty line between them, but for the items of one list."""
    text = ""
    for before, block in zip((None, *parts), parts, strict=False):
        together = before is not None and before.kind == block.kind == "item"
        text += ("" if before is None else "\n" if together else "\n\n") + _wrapped(block)
    return text


def _wrapped(block: Block) -> str:
    first, rest = ("- ", "  ") if block.kind == "item" else ("", "")
    filler = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(filler.fill(line) for line in block.texts)
