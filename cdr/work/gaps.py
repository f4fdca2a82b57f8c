"""How complete a return is, as commands tell it: by the titles of fields, and never by what an answer says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.domain.rulebook.completeness import SUPPLEMENTARY, Completeness
from cdr.terminal.output import say

if TYPE_CHECKING:
    from cdr.domain.asking.sending import Prompt

A_SUPPLEMENTARY_FORM = "A supplementary form that its own answers call for"


def of_return(app: App, agency: str, body: Mapping[str, Any]) -> Completeness:
    """How complete a full return is, by the type of its agency."""
    from cdr.domain.rulebook import completeness

    known = rules("completeness")
    asked = completeness.expected(known, app.configuration.agency(agency).type)
    return completeness.completeness(body, asked, known["supplementary"])


def title(field: str) -> str:
    """What a person calls a field of Form B, with the part that it stands in; a supplementary form is not named."""
    from cdr.forms import schema

    if field == SUPPLEMENTARY:
        return A_SUPPLEMENTARY_FORM
    name, head = schema.current("form-b"), field.partition(".")[0]
    part = field.replace("parents.", "parents.0.")
    names = [schema.title(name, path) for path in dict.fromkeys((head, part))]
    return ": ".join(name for name in names if name)


def as_json(complete: Completeness | None) -> dict[str, Any] | None:
    """The completeness as a script gets it; null for what is no full return."""
    if complete is None:
        return None
    missing = [{"field": gap.field, "title": title(gap.field)} for gap in complete.missing]
    return {"score": complete.score, "answered": complete.answered, "asked": complete.asked, "missing": missing}


def tell(complete: Completeness, reference: str, agency: str) -> None:
    """Say on stderr how complete it is, and where what is missing can be seen."""
    missing = len(complete.missing)
    say(f"{complete.answered} of {complete.asked} fields answered ({complete.score} % by weight).")
    if missing:
        say(
            f"{missing} {'is' if missing == 1 else 'are'} missing; see which: cdr bounce {reference} {agency} --dry-run"
        )


def to_send_back(case: str, agency: str, day: date, complete: Completeness, ledger: Mapping[str, Any]) -> Prompt:
    """The message with which a return goes back for what is missing in it; what its own answers call for is counted, not named."""
    from cdr.domain.asking.requests import requests_of
    from cdr.domain.asking.sending import BOUNCE, Prompt

    [asked] = [request.requested_on for request in requests_of(ledger) if request.agency == agency]
    open_to_see = tuple(title(gap.field) for gap in complete.missing if not gap.opened)
    return Prompt(case, agency, BOUNCE, day, asked, open_to_see, sum(gap.opened for gap in complete.missing))
