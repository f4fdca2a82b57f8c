"""How often the panel here has found that something could be changed, and how often that is so in England: beside a case that is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from cdr.statistics.facts import MODIFIABLE, CaseFacts
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
    """How often a factor was found, among the reviews of which it is known which factors were: a register may have no column for them."""
    had = [one for one in reviewed if code in one.contributory_factors or code in one.modifiable_factors]
    found = {one.case for one in had}
    known = [one for one in reviewed if one.case in found or one.factors_are_known]
    if not known:
        return f"{label}: of no earlier review here is it known."
    unknown = len(reviewed) - len(known)
    more = f" (of {unknown} more it is not known)" if unknown else ""
    if not had:
        return f"{label}: in no earlier review here{more}."
    found_in = "the one review" if len(known) == 1 else f"{len(had)} of these {len(known)} reviews"
    return f"{label}: in {found_in} here{more}, {_held(had, code)}."


def _held(had: Sequence[CaseFacts], code: str) -> str:
    judged = [one for one in had if code in one.modifiable_factors or MODIFIABLE not in one.unanswered_after]
    if not judged:
        return "and whether it was modifiable is not known"
    held = sum(code in one.modifiable_factors for one in judged)
    return f"and held to be modifiable in {held}{f' of {len(judged)}' if len(judged) < len(had) else ''}"
