"""The organisations that a letter may name: those that ship and the area's own, and when somebody last rang their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr import moments
from cdr.records import dataclass

LOCAL = "local"
RUNG_BEFORE, TOLD_AFTER = timedelta(weeks=8), timedelta(weeks=4)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Organisation:
    """Someone a family can turn to; `help` is a sentence for the family, `checked_on` null where no one has checked.

    `from_years` and `under_years` are the child's age at death; None where any will do. `only_to` are the relationships of those whom it
    is for (all where it is empty); `only_adults`: it is for no one under 18.
    """

    id: str
    name: str
    for_: tuple[str, ...]
    rank: int
    help: str
    phone: str
    website: str
    checked_on: date | None
    from_years: int | None = None
    under_years: int | None = None
    only_to: tuple[str, ...] = ()
    only_adults: bool = False


def organisations(listed: Body, checked: Mapping[str, date] | None = None) -> tuple[Organisation, ...]:
    """The organisations of a list such as `rules/support-organisations.yaml`; `checked` is when the area rang them, by id."""
    rung = checked or {}
    return tuple(_organisation(item, rung.get(item["id"])) for item in listed["organisations"])


def _organisation(item: Body, rung: date | None = None) -> Organisation:
    checked = item.get("checked_on")
    return Organisation(
        id=item["id"],
        name=item["name"],
        for_=tuple(item["for"]),
        rank=item["rank"],
        help=item["help"],
        phone=str(item["phone"]),
        website=item["website"],
        checked_on=rung or (moments.day(checked) if checked else None),
        from_years=item.get("from_years"),
        under_years=item.get("under_years"),
        only_to=tuple(item.get("only_to", ())),
        only_adults=item.get("only_adults", False),
    )


def local(listed: Sequence[Body]) -> tuple[Organisation, ...]:
    """The area's own organisations, as cdr.yaml lists them under `support`; they are for every family."""
    return tuple(
        _organisation({"website": "", **item, "id": f"{LOCAL}-{number}", "for": [LOCAL], "rank": number})
        for number, item in enumerate(listed, 1)
    )


def to_ring(listed: Sequence[Organisation], ask_on: Sequence[str], on: date) -> tuple[date, list[str]] | None:
    """The day of the year's next round of calls, or of the last while it is not long ago, and the names not rung for it.

    `ask_on` are months and days (`04-01`). None where no round is near, or every number was rung in the weeks before it.
    """
    days = sorted(moments.day(f"{year}-{day}") for year in (on.year, on.year + 1) for day in ask_on)
    day = next(one for one in days if one + TOLD_AFTER >= on)
    names = [one.name for one in listed if one.checked_on is None or one.checked_on < day - RUNG_BEFORE]
    return (day, names) if names else None


def not_rung(listed: Sequence[Organisation], today: date, months: int = 12) -> list[str]:
    """The names of the organisations whose number no one has rung for a year (or ever)."""
    oldest = date(today.year - months // 12, today.month, min(today.day, 28))
    return [item.name for item in listed if item.checked_on is None or item.checked_on < oldest]
