"""An audit of reviewed cases that have something in common: which they are, how many, and in how many of them care or services are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from cdr.domain.case.facts import CONTRIBUTED
from cdr.domain.process.age import AGE_BANDS
from cdr.errors import WrongUsage
from cdr.forms.codelists import code_list
from cdr.records import dataclass
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import NOT_KNOWN, Labels
from cdr.statistics.years import year_of
from cdr.written import folded

SERVICES = "D"  # the domain of what services did (Form C)
LEARNING = "learning_themes"  # a list that nobody may have filled in
TABLES = (
    "reviews.local_authority", "reviews.age_band", "reviews.sex", "reviews.ethnicity", "reviews.place", "reviews.category", "reviews.modifiable",
    "reviews.domains", "reviews.contributory_factors", "reviews.modifiable_factors", "reviews.learning_themes",
)  # fmt: skip


@dataclass(frozen=True)
class Criteria:
    """What the cases have in common: each that is given must hold, and of several of one kind any."""

    categories: tuple[int, ...] = ()
    factors: tuple[str, ...] = ()
    learning: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()
    life_limiting: bool = False

    def words(self) -> list[str]:
        """The criteria as a report tells them."""
        kinds = (("category", self.categories), ("factor", self.factors), ("learning_theme", self.learning))
        found = [" or ".join(_word(name, value) for value in values) for name, values in kinds if values]
        found += [" or ".join(self.age_bands)] if self.age_bands else []
        return [*found, *(["a life-limiting condition"] if self.life_limiting else [])]


def _word(codes: str, value: int | str) -> str:
    one = code_list(codes).get(value)
    label = one.label if one else str(value)
    return f"category {value} {label}" if codes == "category" else label


@dataclass(frozen=True)
class Theme:
    """The cases: all that were reviewed in the years, those that match, those of them with concerns about care or services.

    `not_known` is of how many of the reviewed it is not known whether they match: a register may have no column for factors or
    learning, and no return may say whether the child had a life-limiting condition. `unclear` are those that match of which it is not known
    whether they have concerns.
    """

    years: tuple[str, ...]
    reviewed: tuple[CaseFacts, ...]
    matching: tuple[CaseFacts, ...]
    concerns: tuple[CaseFacts, ...]
    not_known: int = 0
    unclear: tuple[CaseFacts, ...] = ()


def criteria(
    categories: Sequence[int], factors: Sequence[str], learning: Sequence[str], ages: Sequence[str], life_limiting: bool
) -> Criteria:
    """The criteria from what a person wrote. Raises: WrongUsage, which lists what there is."""
    known = {folded(band): band for band in AGE_BANDS}
    _refuse_unknown("category", [int(str(one.code)) for one in code_list("category").codes], categories)
    _refuse_unknown("factor", [str(one.code) for one in code_list("factor").codes], factors)
    _refuse_unknown("theme of learning", [str(one.code) for one in code_list("learning_theme").codes], learning)
    _refuse_unknown("age band", AGE_BANDS, [known.get(folded(band), band) for band in ages])
    bands = tuple(known[folded(band)] for band in ages)
    return Criteria(tuple(categories), tuple(factors), tuple(learning), bands, life_limiting)


def _refuse_unknown(what: str, known: Sequence[int | str], given: Sequence[int | str]) -> None:
    if any(one not in known for one in given):
        raise WrongUsage(f"There is no such {what}.", f"There are: {', '.join(map(str, known))}.")


def reviewed(facts: Iterable[CaseFacts], labels: Labels, years: Sequence[str]) -> list[CaseFacts]:
    """The cases of the area's children that were reviewed in these years, oldest review first."""
    found = [one for one in facts if one.counted and one.reviewed_on and labels.authority(one) is not None]
    return sorted(
        (one for one in found if one.reviewed_on and year_of(one.reviewed_on) in years),
        key=lambda one: (str(one.reviewed_on), one.case),
    )


def may_match(cases: Iterable[CaseFacts], wanted: Criteria, labels: Labels) -> list[CaseFacts]:
    """The cases that may match as far as the analysis and the notification tell: all but the life-limiting condition."""
    return [one for one in cases if False not in _answers(one, wanted, labels)]


def _answers(case: CaseFacts, wanted: Criteria, labels: Labels) -> list[bool | None]:
    """For each criterion whether it holds of a case; None where that is not known."""
    found: list[bool | None] = []
    if wanted.categories:
        found.append(None if case.category is None else case.category in wanted.categories)
    if wanted.factors:
        factors = (*case.contributory_factors, *case.modifiable_factors)
        found.append(_has_any(factors, wanted.factors, case.factors_are_known))
    if wanted.learning:
        found.append(_has_any(case.learning_themes, wanted.learning, LEARNING not in case.unanswered_after))
    if wanted.age_bands:
        band = labels.of("age_band", case)[0]
        found.append(None if band == NOT_KNOWN and band not in wanted.age_bands else band in wanted.age_bands)
    return found


def _has_any(named: Sequence[str], asked: Sequence[str], is_known: bool) -> bool | None:
    """Whether one of these is named; where it is not known which there were, none that is missing is known to be so."""
    return True if set(named) & set(asked) else False if is_known else None


def theme(
    cases: Sequence[CaseFacts],
    wanted: Criteria,
    labels: Labels,
    years: Sequence[str],
    life_limiting: Mapping[str, bool | None],
) -> Theme:
    """The audit of the reviewed cases; `life_limiting` tells of each case whether the child had such a condition (None: not known)."""
    answers = [
        [*_answers(one, wanted, labels), *([life_limiting.get(one.case)] if wanted.life_limiting else [])]
        for one in cases
    ]
    matching = [one for one, said in zip(cases, answers, strict=True) if all(said)]
    not_known = sum(None in said and False not in said for said in answers)
    concerns = tuple(one for one in matching if has_concerns(one))
    with_concerns = {one.case for one in concerns}
    unclear = tuple(one for one in matching if one.case not in with_concerns and _is_silent(one))
    return Theme(tuple(years), tuple(cases), tuple(matching), concerns, not_known, unclear)


def _is_silent(case: CaseFacts) -> bool:
    """Whether nobody said what part services had: neither the domain's relevance nor any factor."""
    return SERVICES not in case.domains and not case.factors_are_known


def has_concerns(case: CaseFacts) -> bool:
    """Whether the review found factors in what services did that may have contributed, or named one of that domain."""
    named = (*case.contributory_factors, *case.modifiable_factors)
    return case.domains.get(SERVICES) == CONTRIBUTED or not _of_services().isdisjoint(named)


@cache
def _of_services() -> frozenset[object]:
    return frozenset(code.code for code in code_list("factor").codes if code.extra.get("domain") == SERVICES)
