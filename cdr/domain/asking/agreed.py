"""One pass-phrase for all forms of an agency, where it agreed one: eight agencies are not eight calls for every death.

Body: `{schema: passphrases/1, agreed: [{agency, words, on, told: [{on, to, by}]}]}`. It is used for a year at most; then another is agreed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from cdr.domain.process.clocks import add_months
from cdr.domain.rulebook.validation import date_at, items_at, read_date, text_at
from cdr.errors import ConditionsNotMet
from cdr.forms import migrations
from cdr.records import dataclass

MONTHS = 12

Body = Mapping[str, Any]


@dataclass(frozen=True)
class WhoWasTold:
    """To whom the words were told, on which day and by whom."""

    on: date
    to: str
    by: str

    def to_dict(self) -> dict[str, str]:
        """As the document has it."""
        return {"on": self.on.isoformat(), "to": self.to, "by": self.by}


@dataclass(frozen=True)
class Agreed:
    """The words, the day from which they are used, and who was told them."""

    words: str
    on: date
    told: tuple[WhoWasTold, ...] = ()

    @property
    def until(self) -> date:
        """The last day on which a form is locked with them."""
        return add_months(self.on, MONTHS) - timedelta(days=1)

    def holds(self, day: date) -> bool:
        """Whether a form is locked with them on a day."""
        return self.on <= day <= self.until


def agreed_of(body: Body | None) -> dict[str, Agreed]:
    """What was agreed, by agency."""
    items = [item for _, item in items_at(body or {}, "agreed")]
    return {
        text_at(item, "agency"): Agreed(text_at(item, "words"), on, tuple(_told(item)))
        for item in items
        if (on := read_date(item["on"]))
    }


def _told(item: Body) -> Iterator[WhoWasTold]:
    for _, one in items_at(item, "told"):
        if on := date_at(one, "on"):
            yield WhoWasTold(on, text_at(one, "to"), text_at(one, "by"))


def with_agreed(body: Body | None, agency: str, agreed: Agreed) -> dict[str, Any]:
    """The document with what an agency agreed, in place of what it agreed before."""
    return _body({**agreed_of(body), agency: agreed})


def with_told(body: Body | None, agency: str, on: date, to: str, by: str) -> dict[str, Any]:
    """The document with who was told the words, on which day and by whom. Raises: ConditionsNotMet where none are agreed."""
    known = agreed_of(body)
    if agency not in known:
        raise ConditionsNotMet("Nothing was recorded.", [f"No pass-phrase is agreed with {agency}."])
    one = known[agency]
    told = (*one.told, WhoWasTold(on, to, by))
    return _body({**known, agency: Agreed(one.words, one.on, told)})


def without_agreed(body: Body | None, agency: str) -> dict[str, Any]:
    """The document without it. Raises: ConditionsNotMet where nothing is agreed."""
    known = agreed_of(body)
    if agency not in known:
        raise ConditionsNotMet("Nothing was recorded.", [f"No pass-phrase is agreed with {agency}."])
    return _body({one: agreed for one, agreed in known.items() if one != agency})


def _body(known: Mapping[str, Agreed]) -> dict[str, Any]:
    agreed = [
        {
            "agency": agency,
            "words": one.words,
            "on": one.on.isoformat(),
            **({"told": [each.to_dict() for each in one.told]} if one.told else {}),
        }
        for agency, one in known.items()
    ]
    return {"schema": migrations.current("passphrases"), "agreed": agreed}
