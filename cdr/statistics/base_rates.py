"""How often the panel here has found that something could be changed, and how often that is so in England: beside a case that is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from cdr.statistics.facts import CaseFacts
from cdr.statistics.reference import UNITS, Figure
from cdr.statistics.years import year_of
from cdr.written import counted

TABLE = "reviews.modifiable"


def base_rates(
    cases: Iterable[CaseFacts], figures: Iterable[Figure], factors: Sequence[str], label: Callable[[str], str]
) -> list[str]:
    """A sentence on all reviews here and in England, and one on each of these factors (codes, in their `label`s).

    A review in which the panel could not decide for want of information is not among those that are counted.
    """
    reviewed = [one for one in cases if one.reviewed_on and one.modifiable in ("yes", "no")]
    return [
        *_all(reviewed),
        *_published(figures),
        *(_factor(reviewed, code, label(code)) for code in dict.fromkeys(factors)),
    ]


def _all(reviewed: Sequence[CaseFacts]) -> Iterator[str]:
    if not reviewed:
        yield "No review here has decided yet whether there were modifiable factors."
        return
    found = sum(one.modifiable == "yes" for one in reviewed)
    years = sorted(year_of(one.reviewed_on) for one in reviewed if one.reviewed_on)
    since = years[0] if years[0] == years[-1] else f"{years[0]} to {years[-1]}"
    yield f"Here: modifiable factors in {found} of {counted(len(reviewed), 'review')} that decided ({since})."


def _published(figures: Iterable[Figure]) -> Iterator[str]:
    known = [one for one in figures if TABLE in one.tables]
    for area in dict.fromkeys(one.area for one in known):
        last = max((one for one in known if one.area == area), key=lambda one: (one.year, one.published))
        note = f"; {last.note}" if last.note else ""
        yield f"{area}: {last.value:g}{UNITS[last.unit]} of reviews in {last.year} ({last.release}{note})."


def _factor(reviewed: Sequence[CaseFacts], code: str, label: str) -> str:
    had = [one for one in reviewed if code in one.contributory_factors or code in one.modifiable_factors]
    held = sum(code in one.modifiable_factors for one in had)
    if not had:
        return f"{label}: in no earlier review here."
    among = "this one review" if len(reviewed) == 1 else f"these {len(reviewed)} reviews"
    return f"{label}: in {len(had)} of {among} here, and held to be modifiable in {held}."
