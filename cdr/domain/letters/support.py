"""Which organisations a letter tells a family about: the few that fit, never all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.letters.letter_facts import HELD, SUICIDE
from cdr.domain.letters.letter_odds import may_be_a_child
from cdr.domain.letters.organisations import LOCAL, Organisation
from cdr.domain.process.policy import Ages
from cdr.domain.rulebook.form_a import age_at_death, is_newborn
from cdr.domain.rulebook.validation import at, date_at, items_at, number_at, text_at, words_at

FEWEST, MOST = 2, 4
MOST_LOCAL = 2
EVERYONE, GRANDPARENT = "everyone", "grandparent"
HOMICIDE = "homicide"
EVENTS = {
    "sudi_sudc": "sudden", "apparent_suicide": "suicide", "apparent_homicide": HOMICIDE, "road_traffic": "road",
}  # fmt: skip
# Categories of death: where Form C names one, or Form A suspects it.
CANCER, LONG_ILLNESS = 4, (4, 6, 7)
# The categories that do not speak against what was suspected at first.
FITS = {"suicide": (SUICIDE,), HOMICIDE: (1,), "sudden": (10,)}

Body = Mapping[str, Any]


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
