"""The return form: one HTML file that an agency fills in with a browser, without a network, and saves encrypted.

The file says who asks, the case's reference and the questions for this type of agency. Who the child is stands in it only
locked with a pass-phrase that is told by telephone.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from cdr import resources
from cdr.documents.offline_page import OfflinePage, for_script, inert
from cdr.documents.web_page import Keep
from cdr.forms.codelists import code_list
from cdr.forms.law import sentences
from cdr.records import asdict, dataclass
from cdr.written import WHOLE_LETTERS, long_date

DRAFT_ROUNDS = 600_000  # PBKDF2 with SHA-256 for the draft that the browser keeps (general knowledge)
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


def to_html(form: ReturnForm, keep: Keep | None = None) -> bytes:
    """The whole file; the same form gives the same bytes. `keep` has again what is the same in every form.

    Raises: KeyError, where there is no such type of agency.
    """
    values = {
        "law": sentences(),
        "name": f"{form.case}-{form.agency_id}",
        "requested_on": long_date(form.requested_on),
        "reply_by": long_date(form.reply_by),
    }
    data = _data(form, keep)
    page = OfflinePage(
        "return-form", SCRIPTS, _title(form), f"Reference {form.case}", form, form.fingerprints, data, values
    )
    return page.to_html(keep)


def _title(form: ReturnForm) -> str:
    return f"Return form {form.case}"


def _data(form: ReturnForm, keep: Keep | None) -> str:
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
    return f"{asked[:-1]},{_same_for_all(form.agency_type, keep)[1:]}"


@cache
def _same_for_all(agency_type: str, keep: Keep | None) -> str:
    """What every form for this type of agency asks, whichever child it is about."""

    def made() -> str:
        from cdr.documents.return_form.return_questions import for_agency

        relationships = [(one.code, one.label) for one in code_list("relationship").codes]
        page = {
            "letters": WHOLE_LETTERS,
            "questions": for_script(asdict(for_agency(agency_type))),
            "relationships": relationships,
            "rounds": DRAFT_ROUNDS,
        }
        return inert(page)

    known_by = (agency_type.encode(), resources.edition_of_documents())
    asked: str = keep("return-form", known_by, made) if keep else made()
    return asked
