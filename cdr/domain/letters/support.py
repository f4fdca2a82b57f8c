"""Which organisations a letter tells a family about: the few that fit, never all; and when somebody last rang their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from cdr import moments
from cdr.domain.letters.letter_facts import HELD, SUICIDE
from cdr.domain.letters.letter_odds import may_be_a_child
from cdr.domain.process.policy import Ages
from cdr.domain.rulebook.form_a import age_at_death, is_newborn
from cdr.domain.rulebook.validation import at, date_at, items_at, number_at, text_at, words_at
from cdr.records import dataclass

FEWEST, MOST = 2, 4
MOST_LOCAL = 2
LOCAL, EVERYONE, GRANDPARENT = "local", "everyone", "grandparent"
HOMICIDE = "homicide"
EVENTS = {
    "sudi_sudc": "sudden", "apparent_suicide": "suicide", "apparent_homicide": HOMICIDE, "road_traffic": "road",
}  # fmt: skip
# Categories of death: where Form C names one, or Form A suspects it.
CANCER, LONG_ILLNESS = 4, (4, 6, 7)
# The categories that do not speak against what was suspected at first.
FITS = {"suicide": (SUICIDE,), HOMICIDE: (1,), "sudden": (10,)}
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
    found = [_organisation(item) for item in listed["organisations"]]
    return tuple(replace(one, checked_on=(checked or {}).get(one.id, one.checked_on)) for one in found)


def _organisation(item: Body) -> Organisation:
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


def needs(form_a: Body, ages: Ages, analysis: Body | None = None, inquest: str = "") -> frozenset[str]:
    """What the family may need support with, in the words of the list's `for`; `inquest` as a `Standing` has it."""
    events = {EVENTS[event] for event in words_at(form_a, "death.suspected_events") if event in EVENTS}
    found = {EVERYONE, LOCAL, *_borne_out(events, number_at(analysis, "category.primary"))}
    found |= {*_of_the_age(form_a, ages), *_of_the_category(form_a, analysis)}
    if any(_is_living_child(sibling, form_a, ages) for _, sibling in items_at(form_a, "family.siblings")):
        found.add("siblings")
    return frozenset(found | ({"inquest"} if inquest == HELD else set()))


def _borne_out(suspected: Iterable[str], category: float | None) -> Iterator[str]:
    """What was suspected at first, but where the panel found another cause: then its words would hurt, and be wrong."""
    for need in suspected:
        if category is None or category in FITS.get(need, (category,)):
            yield need


def _of_the_age(form_a: Body, ages: Ages) -> Iterator[str]:
    years = age_at_death(form_a)
    twins = [item for _, item in items_at(form_a, "family.siblings") if item.get("relationship") == "twin"]
    if twins or at(form_a, "child.multiple_birth") == "yes":
        yield "multiple"
    if is_newborn(form_a, ages):
        yield "newborn"
    if years is not None and years < ages.infant_under_years and text_at(form_a, "death.place") == "neonatal_unit":
        yield "unit"
    if years is not None and years >= ages.infant_under_years:
        yield "child"


def _of_the_category(form_a: Body, analysis: Body | None) -> Iterator[str]:
    category = number_at(analysis, "category.primary") or number_at(form_a, "death.suspected_category")
    named = {
        SUICIDE: "suicide",
        CANCER: "cancer",
    }  # category 1 is neglect as well, so it alone says nothing of a homicide
    if category in named:
        yield named[int(category)]
    expected = text_at(form_a, "death.expected") == "expected" and category in LONG_ILLNESS
    if expected or text_at(form_a, "death.place") == "hospice":
        yield "illness"


def _is_living_child(sibling: Body, form_a: Body, ages: Ages) -> bool:
    """Whether a brother or sister who is alive may be under age; one of unknown age counts, since a number too many does no harm."""
    died = date_at(form_a, "death.date")
    known = text_at(sibling, "date_of_birth") or isinstance(sibling.get("age"), int)
    return sibling.get("has_died") != "yes" and (not known or died is None or may_be_a_child(sibling, died))


def choose(
    form_a: Body,
    listed: Sequence[Organisation],
    ages: Ages,
    *,
    analysis: Body | None = None,
    inquest: str = "",
    to: Body | None = None,
    on: date | None = None,
    in_custody: bool = False,
) -> tuple[Organisation, ...]:
    """Two to four organisations that fit: the area's own and those for just this first, then one or two for every family.

    `to` is what Form A says of the one who is written to on a day; without it, nobody in particular. One who is in custody is
    told of nobody who is for the families of those who were killed.
    """
    relationship = text_at(to, "relationship") if to is not None else None
    wanted = needs(form_a, ages, analysis, inquest) | ({GRANDPARENT} if relationship == GRANDPARENT else set())
    wanted -= {HOMICIDE} if in_custody else set()
    years = age_at_death(form_a)
    child = to is not None and on is not None and may_be_a_child(to, on)
    fitting = sorted(
        (
            item
            for item in listed
            if wanted & set(item.for_) and _is_of_age(item, years) and _is_for(item, relationship, child=child)
        ),
        key=lambda item: (not {GRANDPARENT} & wanted & set(item.for_), item.rank, item.id),
    )
    near = [item for item in fitting if LOCAL in item.for_][:MOST_LOCAL]
    special = [*near, *(item for item in fitting if not {EVERYONE, LOCAL} & set(item.for_))][: MOST - 1]
    general = [item for item in fitting if EVERYONE in item.for_]
    room = min(FEWEST, MOST - len(special))
    return (*special, *general[:room])


def _is_of_age(item: Organisation, years: int | None) -> bool:
    if years is None:
        return True
    return (item.from_years is None or years >= item.from_years) and (
        item.under_years is None or years < item.under_years
    )


def _is_for(item: Organisation, relationship: str | None, *, child: bool) -> bool:
    """Whether it is for the one who is written to; None is nobody in particular."""
    to_them = not item.only_to or relationship is None or relationship in item.only_to
    return to_them and not (child and item.only_adults)


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
