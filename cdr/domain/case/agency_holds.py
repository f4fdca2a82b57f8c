"""Why an agency is left alone until a day: kept in the case, because a reason may say something of the child.

When the hold ends stands with the request, which the chaser reads (`requests.held`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.rulebook.validation import items_at

IMPERSONAL = ("dates", "places", "organisations", "agencies")


def with_reason(case: Mapping[str, Any], agency: str, until: date, on: date, reason: str) -> dict[str, Any]:
    """The case with the reason of one more hold."""
    hold = {"agency": agency, "until": until.isoformat(), "on": on.isoformat(), "reason": reason}
    return {**case, "holds": [*(dict(item) for _, item in items_at(case, "holds")), hold]}


def names_someone(
    reason: str,
    form_a: Mapping[str, Any],
    returns: Sequence[Mapping[str, Any]],
    agencies: Mapping[str, tuple[str, str, str]],
) -> bool:
    """Whether a reason seems to say something of a person, as the timeline's anonymisation would see it."""
    replaced = Anonymiser.from_documents(form_a, returns, agencies).read(reason).replaced
    return any(kind not in IMPERSONAL for kind, _ in replaced)
