"""What the returns of a case say of the child's health, where an audit asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cdr.app import App

if TYPE_CHECKING:
    from cdr.statistics.facts import CaseFacts


def life_limiting(app: App, cases: Iterable[CaseFacts]) -> dict[str, bool | None]:
    """Whether each child had a life-limiting condition, as the returns of its case say; None where none says it."""
    from cdr.app import progress
    from cdr.domain.rulebook.validation import at

    answered = [one.case for one in cases if any(request.status == "returned" for request in one.requests)]
    found: dict[str, bool | None] = {}
    for case in progress(answered, "Returns"):
        said = {at(body, "child.life_limiting_condition") for body in app.store.case(case).return_bodies}
        found[case] = True if "yes" in said else False if "no" in said else None
    return found
