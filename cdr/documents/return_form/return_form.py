"""The return form: one HTML file that an agency fills in with a browser, without a network, and saves encrypted.

The file says who asks, the case's reference and the questions for this type of agency. Who the child is stands in it only
locked with a pass-phrase that is told by telephone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

from cdr import resources
from cdr.documents.return_form.return_questions import for_agency
from cdr.documents.web_page import as_it_is, web_page
from cdr.forms.codelists import code_list
from cdr.forms.law import sentences
from cdr.written import WHOLE_LETTERS, long_date

DRAFT_ROUNDS = 600_000  # PBKDF2 with SHA-256 for the draft that the browser keeps (general knowledge)
BLOCK = 4
SCRIPTS = ("form", "drafts", "begin")


@dataclass(frozen=True)
class ReturnForm:
    """One request as the form needs it.

    `agency_type` is a code of the list of that name, `nonce` 32 hex digits of this request, `identity` an armored OpenPGP
    message locked with the pass-phrase, `keys` the armored public keys of all members and `fingerprints` theirs.
    """

    case: str
    agency_id: str
    agency_name: str
    agency_type: str
    requested_on: date
    reply_by: date
    organisation: str
    contact_name: str
    contact_email: str
    contact_phone: str
    form: str
    nonce: str
    identity: str
    keys: tuple[str, ...]
    fingerprints: tuple[str, ...]


def to_html(form: ReturnForm) -> bytes:
    """The whole file; the same form gives the same bytes.

    Raises: KeyError, where there is no such type of agency.
    """
    style = _text("offline-form", "form.css").replace("REFERENCE", _in_css(f"Reference {form.case}"))
    openpgp, script = _text("offline-form", "openpgp.min.js"), _script()
    values = {
        "form": form,
        "law": sentences(),
        "title": _title(form),
        "name": f"{form.case}-{form.agency_id}",
        "requested_on": long_date(form.requested_on),
        "reply_by": long_date(form.reply_by),
        "fingerprints": [in_blocks(one) for one in form.fingerprints],
        "openpgp": as_it_is(openpgp),
        "script": as_it_is(script),
        "data": as_it_is(_data(form)),
    }
    return web_page("return-form", "form.html", values, style, (openpgp, script)).encode()


def _text(folder: str, name: str) -> str:
    return resources.read_bytes("templates", folder, name).decode()


def _script() -> str:
    parts = _text("offline-form", "fields.js"), *(_text("return-form", f"{part}.js") for part in SCRIPTS)
    return "(() => {\n" + "\n".join(parts) + "})();\n"


def _title(form: ReturnForm) -> str:
    return f"Return form {form.case}"


def in_blocks(fingerprint: str) -> str:
    """A fingerprint as it is read out: in blocks of four."""
    return " ".join(fingerprint[at : at + BLOCK] for at in range(0, len(fingerprint), BLOCK))


def _in_css(text: str) -> str:
    """The text inside a quoted CSS string, with everything escaped that is no letter, digit, space or hyphen."""
    return "".join(one if one.isascii() and (one.isalnum() or one in " -") else f"\\{ord(one):06x}" for one in text)


def _data(form: ReturnForm) -> str:
    """What the script works with, as JSON in which nothing can end the element that holds it."""
    told = {
        "title": _title(form),
        "case": form.case,
        "agency": form.agency_id,
        "agency_type": form.agency_type,
        "requested_on": form.requested_on.isoformat(),
        "form": form.form,
        "nonce": form.nonce,
        "identity": form.identity,
        "phone": form.contact_phone,
        "fingerprints": form.fingerprints,
    }
    asked = inert({"form": {**told, "keys": form.keys}})
    return f"{asked[:-1]},{_same_for_all(form.agency_type)[1:]}"


@cache
def _same_for_all(agency_type: str) -> str:
    """What every form for this type of agency asks, whichever child it is about."""
    relationships = [(one.code, one.label) for one in code_list("relationship").codes]
    page = {
        "letters": WHOLE_LETTERS,
        "questions": page_data(asdict(for_agency(agency_type))),
        "relationships": relationships,
        "rounds": DRAFT_ROUNDS,
    }
    return inert(page)


def inert(page: dict[str, Any]) -> str:
    """A page's data as JSON in which nothing can end the element that holds it."""
    text = json.dumps(page, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def page_data(value: Any) -> Any:
    """The same without what is empty, and with the last step of each question's path beside it."""
    if isinstance(value, list | tuple):
        return [page_data(part) for part in value]
    if not isinstance(value, dict):
        return value
    kept = {key: page_data(part) for key, part in value.items() if not _empty(part)}
    if "questions" in value or "asked" in value:
        kept.setdefault("questions", [])
    return kept | ({"key": value["path"].rpartition(".")[2]} if "path" in value else {})


def _empty(value: Any) -> bool:
    return value is None or value is False or value in ("", ())
