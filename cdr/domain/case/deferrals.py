"""Cases of which the panel put off what it decides: there is no vote, and where it does not agree it looks for more (protocol section 2).

On the case: `deferrals: [{panel, on, by, until, waiting_for, text}]`, one for each meeting that put it off. It stands until the case
is on the agenda of a later meeting, or its review is ratified.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.lists import DEFERRALS, has_any
from cdr.domain.case.milestones import MEETS, milestones_of
from cdr.domain.case.review import ratified_reviews
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.forms.codelists import code_list
from cdr.records import dataclass

CLOCK, CODES = "R19", "deferral"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Deferral:
    """One meeting that put off what it decides; `until` is by when the panel looks again, and `text` is empty in an index."""

    panel: str
    on: date
    until: date
    waiting_for: str
    text: str = ""

    @property
    def words(self) -> str:
        """What is waited for, in a few words: `more information`."""
        label = code_list(CODES).label(self.waiting_for)
        return f"{label[:1].lower()}{label[1:]}"


def deferrals_of(case: Body) -> list[Deferral]:
    """Every meeting that put the case off, in the order in which they were recorded."""
    found = ((item, date_at(item, "on"), date_at(item, "until")) for _, item in items_at(case, "deferrals"))
    return [
        Deferral(text_at(item, "panel"), on, until, text_at(item, "waiting_for"), text_at(item, "text"))
        for item, on, until in found
        if on and until
    ]


def deferred_by(case: Body, panel: str) -> Deferral | None:
    """What a meeting put the case off for; None where it did not."""
    return next((one for one in deferrals_of(case) if one.panel == panel), None)


def standing_deferral(case: Body) -> Deferral | None:
    """What the panel waits for before it looks at the case again; None where it was not put off, or has gone on since."""
    if not has_any(case, DEFERRALS):
        return None
    meetings = [one.panel for one in milestones_of(case) if one.kind == MEETS and one.panel]
    found = deferred_by(case, meetings[-1]) if meetings else next(reversed(deferrals_of(case)), None)
    is_ratified = found is not None and any(one.on and one.on >= found.on for one in ratified_reviews(case))
    return None if is_ratified else found


def with_deferral(case: Body, deferral: Deferral, by: str) -> dict[str, Any]:
    """The case that a meeting put off; what it said of it before is replaced."""
    days = {"on": deferral.on.isoformat(), "by": by, "until": deferral.until.isoformat()}
    item = {"panel": deferral.panel, **days, "waiting_for": deferral.waiting_for, "text": deferral.text}
    return {**case, "deferrals": [*_others(case, deferral.panel), item]}


def without_deferral(case: Body, panel: str) -> dict[str, Any]:
    """The case that a meeting did not put off after all."""
    return {**case, "deferrals": _others(case, panel)}


def _others(case: Body, panel: str) -> list[dict[str, Any]]:
    return [dict(item) for _, item in items_at(case, "deferrals") if item.get("panel") != panel]
