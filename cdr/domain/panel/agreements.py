"""Who signed the statement of confidentiality, and whether it holds on a day (protocol section 4, appendix 3).

Body: `{schema: agreements/1, agreements: [{who, on, until: date|null}]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.forms import migrations
from cdr.records import dataclass

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Agreement:
    """One signature; `until` is None where it has no end."""

    who: str
    on: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.on <= day and (self.until is None or day <= self.until)


def agreements_of(body: Body | None) -> list[Agreement]:
    """Every signature, in the order in which they were recorded."""
    items = [item for _, item in items_at(body or {}, "agreements")]
    return [
        Agreement(text_at(item, "who"), day, date_at(item, "until")) for item in items if (day := date_at(item, "on"))
    ]


def signed(body: Body | None, agreement: Agreement) -> dict[str, Any]:
    """The document with one more signature. Raises: ConditionsNotMet where it would end before it was signed."""
    if agreement.until and agreement.until < agreement.on:
        raise ConditionsNotMet(
            "The agreement would end before it was signed; nothing was recorded.", [], "Compare --on and --until."
        )
    until = agreement.until.isoformat() if agreement.until else None
    item = {"who": agreement.who, "on": agreement.on.isoformat(), "until": until}
    listed = [dict(one) for _, one in items_at(body or {}, "agreements")]
    return {"schema": migrations.current("agreements"), "agreements": [*(one for one in listed if one != item), item]}


def not_signed(body: Body | None, who: str, on: date) -> dict[str, Any]:
    """The document without what was recorded of somebody for a day. Raises: ConditionsNotMet where nothing was."""
    listed = [dict(one) for _, one in items_at(body or {}, "agreements")]
    left = [one for one in listed if (one["who"], one["on"]) != (who, on.isoformat())]
    if left == listed:
        unmet = [f"No signature of {who} is recorded for {on}."]
        raise ConditionsNotMet("There is nothing to take back.", unmet, "See: cdr panel agreement")
    return {"schema": migrations.current("agreements"), "agreements": left}


def unsigned(people: Iterable[str], agreements: Iterable[Agreement], day: date) -> list[str]:
    """Those of these people of whom no signature holds on a day."""
    holding = {one.who for one in agreements if one.holds(day)}
    return [who for who in dict.fromkeys(people) if who not in holding]
