"""Which organisations a letter tells a family about: the few that fit, never all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdr import moments
from cdr.domain.process.age import completed_years
from cdr.domain.process.policy import Ages
from cdr.domain.rulebook.form_a import is_newborn
from cdr.domain.rulebook.validation import date_at

FEWEST, MOST = 2, 4
MOST_LOCAL = 2
LOCAL = "local"


@dataclass(frozen=True)
class Organisation:
    """Someone a family can turn to; `help` is a sentence for the family, `checked_on` null where no one has checked."""

    id: str
    name: str
    for_: tuple[str, ...]
    rank: int
    help: str
    phone: str
    website: str
    checked_on: date | None


def organisations(listed: Mapping[str, Any]) -> tuple[Organisation, ...]:
    """The organisations of a list such as `rules/support-organisations.yaml`."""
    return tuple(_organisation(item) for item in listed["organisations"])


def _organisation(item: Mapping[str, Any]) -> Organisation:
    checked = item.get("checked_on")
    return Organisation(
        id=item["id"],
        name=item["name"],
        for_=tuple(item["for"]),
        rank=item["rank"],
        help=item["help"],
        phone=str(item["phone"]),
        website=item["website"],
        checked_on=moments.day(checked) if checked else None,
    )


def local(listed: Sequence[Mapping[str, Any]]) -> tuple[Organisation, ...]:
    """The area's own organisations, as cdr.yaml lists them under `support`; they are for every family."""
    return tuple(
        _organisation({"website": "", **item, "id": f"{LOCAL}-{number}", "for": [LOCAL], "rank": number})
        for number, item in enumerate(listed, 1)
    )


def needs(form_a: Mapping[str, Any], ages: Ages) -> frozenset[str]:
    """What the family may need support with, in the words of the list's `for`."""
    died = moments.day(form_a["death"]["date"])
    events = form_a["death"].get("suspected_events") or []
    wanted = {"everyone", LOCAL}
    if is_newborn(form_a, ages):
        wanted.add("newborn")
    if "sudi_sudc" in events:
        wanted.add("sudden-young-child")
    if "apparent_suicide" in events:
        wanted.add("suicide")
    if "road_traffic" in events:
        wanted.add("road")
    if any(_is_child(sibling, died, ages) for sibling in form_a.get("family", {}).get("siblings") or []):
        wanted.add("siblings")
    return frozenset(wanted)


def _is_child(sibling: Mapping[str, Any], on: date, ages: Ages) -> bool:
    """Whether a brother or sister is a child; one of unknown age counts, since a number too many does no harm."""
    born = date_at(sibling, "date_of_birth")
    return born is None or completed_years(born, on) < ages.adult_years


def choose(form_a: Mapping[str, Any], listed: Sequence[Organisation], ages: Ages) -> tuple[Organisation, ...]:
    """Two to four organisations that fit: the area's own and those for just this first, then one or two for every family."""
    wanted = needs(form_a, ages)
    fitting = sorted(
        (item for item in listed if wanted & set(item.for_)),
        key=lambda item: (item.rank, item.id),
    )
    near = [item for item in fitting if LOCAL in item.for_][:MOST_LOCAL]
    special = [*near, *(item for item in fitting if not {"everyone", LOCAL} & set(item.for_))][: MOST - 1]
    general = [item for item in fitting if "everyone" in item.for_]
    room = min(FEWEST, MOST - len(special))
    return (*special, *general[:room])


def to_check(listed: Sequence[Organisation], today: date, months: int = 12) -> list[str]:
    """The names of the organisations whose number no one has checked for a year (or ever)."""
    oldest = date(today.year - months // 12, today.month, min(today.day, 28))
    return [item.name for item in listed if item.checked_on is None or item.checked_on < oldest]
