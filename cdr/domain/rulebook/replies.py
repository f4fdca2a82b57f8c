"""What a return form carries about the child, and whether a reply is the answer to the request that it says it is.

The identity: `{schema: cdr-identity/1, case, nonce, child: {...}, parents: [{name, relationship}], siblings: [{name}], events: [...]}`;
`events` are the suspected events of the notification, by which the form leaves out what does not fit.
A reply: `{schema: cdr-reply/1, case, agency, nonce, form, saved_at, body}`, where `body` is a Form B.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.domain.asking.requests import Request
from cdr.domain.rulebook.validation import at, found, items_at, text_at, words_at
from cdr.errors import Problem
from cdr.forms import migrations
from cdr.forms.codelists import code_list
from cdr.records import dataclass

IDENTITY, REPLY, FORM = "cdr-identity/1", "cdr-reply/1", "form-b"
CHILD = (
    "first_names",
    "known_as",
    "family_name",
    "also_known_as",
    "date_of_birth",
    "sex",
    "nhs_number",
    "address",
    "postcode",
)
BY_TYPE = ("nhs_number",)  # what only some types of agency are told
SENT_WITH = "request"  # the field of Form B in which a Word or YAML form carries the request's number


@dataclass(frozen=True)
class Completed:
    """Who says that they completed a return; what is not said is empty. `kind` is full or nil_return."""

    name: str
    role: str
    organisation: str
    on: str
    kind: str


def identity(form_a: Mapping[str, Any], case: str, nonce: str, agency_type: str) -> dict[str, Any]:
    """Who the child is, for an agency to find its own papers by: names, dates, address, parents; and what its type needs besides.

    The NHS number and the names of brothers and sisters are for those types whose code says so (`told`): each finds its papers by them.
    """
    type_ = code_list("agency_type").get(agency_type)
    told = type_.extra.get("told", ()) if type_ else ()
    child = {key: at(form_a, f"child.{key}") for key in CHILD if key not in BY_TYPE or key in told}
    child["also_known_as"] = words_at(form_a, "child.also_known_as")
    child["date_of_death"] = at(form_a, "death.date")
    parents = [_kept(item, ("name", "relationship")) for _, item in items_at(form_a, "family.parents")]
    listed = items_at(form_a, "family.siblings") if "siblings" in told else []
    siblings = [_kept(item, ("name",)) for _, item in listed]
    return {
        "schema": IDENTITY,
        "case": case,
        "nonce": nonce,
        "child": {key: value for key, value in child.items() if value},
        "parents": [parent for parent in parents if parent],
        "siblings": [sibling for sibling in siblings if sibling],
        "events": _events(form_a),
    }


def _events(form_a: Mapping[str, Any]) -> list[str]:
    """What is suspected to have happened, for the form to offer what may fit; a death that was expected was no such event unless it says so."""
    suspected = words_at(form_a, "death.suspected_events")
    return suspected or (["none"] if at(form_a, "death.expected") == "expected" else [])


def _kept(item: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: text_at(item, key) for key in keys if text_at(item, key)}


def reply_problems(reply: Mapping[str, Any], case: str, agency: str, request: Request | None) -> list[Problem]:
    """Why an encrypted reply is not the answer to this request (B-22 to B-26); the body's own rules are Form B's.

    Never raises, whatever the reply is.
    """
    if reply.get("schema") != REPLY or not isinstance(reply.get("body"), Mapping):
        return found([(True, "B-22", "schema")])
    other_case = str(reply.get("case")) not in references_of(request, case)
    elsewhere = other_case or reply.get("agency") != agency  # then its number is another one too
    return found(
        [
            (other_case, "B-23", "case"),
            (reply.get("agency") != agency, "B-24", "agency"),
            (not elsewhere and not _is_for(str(reply.get("nonce", "")), request), "B-25", "nonce"),
            (reply.get("form") != migrations.current(FORM), "B-26", "form"),
        ]
    )


def references_of(request: Request | None, case: str) -> tuple[str, ...]:
    """The references that an answer to this request may carry: the case's, and that of the case from which the request came."""
    before = request.form.case if request and request.form else ""
    return (case, before) if before else (case,)


def in_its_case(body: Mapping[str, Any], request: Request | None, case: str) -> Mapping[str, Any]:
    """The return with the reference of the case that its request came to."""
    return {**body, "case": case} if body.get("case") in references_of(request, case) else body


def number_problems(body: Mapping[str, Any], request: Request | None, is_needed: bool) -> list[Problem]:
    """Whether the request's number in a Word or YAML form is this request's (B-25).

    A form that somebody sent back has to carry it (`is_needed`); what a member typed may do without.
    """
    given = body.get(SENT_WITH)
    is_wrong = is_needed if given is None else not _is_for(str(given), request)
    return found([(is_wrong, "B-25", SENT_WITH)])


def without_number(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as it is kept: the request's number has done its work."""
    return {key: value for key, value in body.items() if key != SENT_WITH}


def completed(body: Mapping[str, Any]) -> Completed:
    """Who says that they completed the return, for a person to compare with whom they know there."""
    name, role, organisation = (text_at(body, f"completed_by.{key}") for key in ("name", "role", "organisation"))
    return Completed(name, role, organisation, text_at(body, "completed_on"), text_at(body, "response"))


def _is_for(number: str, request: Request | None) -> bool:
    return request is not None and request.form is not None and request.form.nonce == number
