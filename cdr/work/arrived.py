"""What an agency sent back: told apart by what it is, opened within limits, and checked against its request."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cdr.app import App
from cdr.documents.incoming import armour, kinds, wrong_files
from cdr.domain.asking.requests import Received, request_of
from cdr.errors import InvalidData, NotAuthentic, NotFound, Problem
from cdr.records import dataclass, replace
from cdr.store.case_file import CaseFile
from cdr.terminal.output import file_name, given
from cdr.work.taking_in import Form, Rules, check

LARGEST = 2 * 1024 * 1024
LARGEST_OPENED = 4 * 1024 * 1024
HTML, DOCX, YAML = "html", "docx", "yaml"
ENDINGS = {".asc": HTML, ".gpg": HTML, ".pgp": HTML, ".docx": DOCX}
WORDS = ("docx", "doc", "locked", "office")  # what Word writes, or may have written: told apart where it is read
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
TOO_LARGE = "The file is larger than 2 MB, and no return is. Ask for the file that the return form saved."
NOT_TO_US = (
    "This is not encrypted to you, or it hides to whom and your key is locked. "
    "Ask the agency to use the form that came with the request, and to send what that saves."
)
DAMAGED = (
    "This is damaged, larger than any return, or no encrypted message. Ask for the file again, as the form saved it."
)
DRAFT = (
    "This is a draft, which only the agency can open. Ask for the file that the form saves at its end (Check and save)."
)


@dataclass(frozen=True)
class Arrived:
    """A file that came in: its name, what kind of file it is, its digest, and what it says (bytes of YAML, or plain data)."""

    name: str
    how: str
    sha256: str
    raw: bytes
    said: Mapping[str, Any]

    @property
    def received(self) -> Received:
        """How it came in, as the ledger has it."""
        return Received(self.how, self.sha256)


def open_file(app: App, file: str, agency: str) -> Arrived:
    """Read a file that came in from an agency, and open it where it is encrypted or a Word document.

    Raises: NotFound; InvalidData where it cannot be what an agency sends back; TryAgain, NotAllowed as `Store.case`.
    """
    name = file_name(file)
    raw = _bytes(file, name)
    how = _how(raw, name)
    said: Mapping[str, Any] = {}
    if how == HTML:
        said = reply(app, raw, name)
    elif how == DOCX:
        said = _word(raw, name, app.configuration.agency(agency).type)
    return Arrived(name, how, hashlib.sha256(raw).hexdigest(), raw, said)


def _bytes(file: str, name: str) -> bytes:
    """The bytes, where they are no more than a return can be; a file that is larger is not read."""
    try:
        if file != "-" and Path(file).is_file() and Path(file).stat().st_size > LARGEST:
            raise _refused("REPLY-SIZE", TOO_LARGE, name)
    except OSError:
        raise NotFound(f"The file {name} cannot be read.", "Check its name and that you may read it.") from None
    raw = sys.stdin.buffer.read(LARGEST + 1) if file == "-" else given(file)
    if len(raw) > LARGEST:
        raise _refused("REPLY-SIZE", TOO_LARGE, name)
    return raw


def _how(raw: bytes, name: str) -> str:
    kind, ending = kinds.kind(raw, name), Path(name).suffix.lower()
    if kind in WORDS and ending != ".msg":
        return DOCX
    if kind == "message" or (ending == ".docx" and raw.startswith(kinds.ZIP)):
        return HTML if kind == "message" else DOCX
    kind = "mail" if ending in (".eml", ".msg") else kind
    if kind in wrong_files.NAMED:
        raise _refused(wrong_files.rule(kind), wrong_files.NAMED[kind], name)
    if raw.startswith(kinds.ZIP):
        return DOCX
    binary = bool(raw) and raw[0] & 0x80 != 0 and not raw.startswith((*UTF_16, b"\xef\xbb\xbf"))
    if binary and not _is_text(raw):
        return HTML
    return ENDINGS.get(ending, YAML)


def _is_text(raw: bytes) -> bool:
    try:
        return bool(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return error.start > 64  # text with a wrong letter somewhere: whoever reads YAML says where


def reply(app: App, raw: bytes, name: str) -> dict[str, Any]:
    """What a form of ours saved, encrypted to the members: plain data that nobody has checked. Raises: as `open_file`."""
    from cdr.forms import replies

    app.store.require_member()
    message = armour.bare(raw)
    try:
        if message is None:
            raise NotAuthentic("The armour is not whole.")
        plain = app.store.open_reply(message, LARGEST_OPENED)
    except NotAuthentic:
        words = DRAFT if Path(name).stem.endswith("-draft") else DAMAGED
        raise _refused("REPLY-DAMAGED", words, name) from None
    if plain is None:
        raise _refused("REPLY-LOCKED", NOT_TO_US, name)
    return replies.read_json(plain, name)


def _word(raw: bytes, name: str, agency_type: str) -> dict[str, Any]:
    from cdr.documents.return_form import word_reading
    from cdr.forms import replies

    fault, fields = word_reading.read(raw, agency_type)
    if fault:
        raise _refused("WORD-SHAPE" if fault.is_shape else "WORD-SAFE", fault.words, name)
    return replies.from_fields(fields, "form-b")


def _refused(rule: str, message: str, name: str) -> InvalidData:
    return InvalidData([Problem("", "", message, rule)], name)


def checked(arrived: Arrived, documents: CaseFile, agency: str, today: date) -> Form:
    """The return in what arrived. Raises: InvalidData with everything that is wrong with it and with the reply around it."""
    from cdr.domain.rulebook import form_b, replies

    reference, notification = documents.reference, documents.notification.body
    request = request_of(documents.requests.body, agency)

    def rules(body: Mapping[str, Any]) -> list[Problem]:
        number = replies.number_problems(body, request, arrived.how == DOCX)
        return [*number, *form_b.problems(body, notification, agency, today)]

    if arrived.how == YAML:
        form = check(arrived.raw, arrived.name, "form-b", rules, reference)
        return replace(form, body=replies.without_number(form.body))
    body = arrived.said
    around: list[Problem] = []
    if arrived.how == HTML:
        around, body = replies.reply_problems(body, reference, agency, request), _body(body)
        if any(problem.rule == "B-22" for problem in around):
            raise InvalidData(around, arrived.name)
    return _form(arrived, replies.in_its_case(body, request, reference), around, rules, reference)


def _body(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    body = reply.get("body")
    return body if isinstance(body, Mapping) else {}


def _form(arrived: Arrived, said: Mapping[str, Any], around: list[Problem], rules: Any, reference: str) -> Form:
    from cdr.domain.rulebook import replies as domain

    return as_form(arrived.name, said, "form-b", rules, reference, around, domain.without_number)


def as_form(
    file: str,
    said: Mapping[str, Any],
    form: str,
    rules: Rules,
    reference: str = "",
    around: Sequence[Problem] = (),
    kept: Callable[[Mapping[str, Any]], dict[str, Any]] = dict,
) -> Form:
    """Plain data that came in as a form: held to its schema and its rules as if it had been typed; `kept` is what stays of it.

    Raises: InvalidData with everything that is wrong with it, and with what stood `around` it.
    """
    from cdr.forms import codec, replies, schema
    from cdr.work.taking_in import about_another_case

    body, found = replies.examine(dict(said), file, form)
    name = schema.current(form)
    ruled = [
        replace(one, title=one.title or schema.title(name, one.field))
        for one in [*rules(body), *about_another_case(body, reference)]
    ]
    wrong = {problem.field for problem in found}
    errors = [*around, *found, *(one for one in ruled if one.level == "error" and one.field not in wrong)]
    if errors:
        raise InvalidData(errors, file)
    whole = kept(body)
    return Form(file, codec.dump(whole), whole, tuple(one for one in ruled if one.level != "error"))
