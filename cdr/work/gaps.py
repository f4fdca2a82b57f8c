"""How complete a return is, as commands tell it: by the titles of fields, and never by what an answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.app import App, rules
from cdr.domain.rulebook.completeness import SUPPLEMENTARY, Completeness
from cdr.terminal.output import say

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
