"""An audit of reviewed cases that have something in common: which they are, how many, and in how many of them care or services are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cdr.domain.case.facts import CONTRIBUTED
from cdr.domain.process.age import AGE_BANDS
from cdr.errors import WrongUsage
from cdr.forms.codelists import code_list
from cdr.records import dataclass
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import Labels
from cdr.statistics.years import year_of
from cdr.written import folded

SERVICES = "D"  # the domain of what services did (Form C)
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

    `not_known` is how many of the reviewed would match if it were known that the child had a life-limiting condition.
    """

    years: tuple[str, ...]
    reviewed: tuple[CaseFacts, ...]
    matching: tuple[CaseFacts, ...]
    concerns: tuple[CaseFacts, ...]
    not_known: int = 0


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
    """The cases that match as far as the analysis and the notification tell: all but the life-limiting condition."""
    return [one for one in cases if _matches(one, wanted, labels)]


def _matches(case: CaseFacts, wanted: Criteria, labels: Labels) -> bool:
    factors = {*case.contributory_factors, *case.modifiable_factors}
    return (
        (not wanted.categories or case.category in wanted.categories)
        and (not wanted.factors or bool(factors & set(wanted.factors)))
        and (not wanted.learning or bool(set(case.learning_themes) & set(wanted.learning)))
        and (not wanted.age_bands or labels.of("age_band", case)[0] in wanted.age_bands)
    )


def theme(
    cases: Sequence[CaseFacts],
    wanted: Criteria,
    labels: Labels,
    years: Sequence[str],
    life_limiting: Mapping[str, bool | None],
) -> Theme:
    """The audit of the reviewed cases; `life_limiting` tells of each case whether the child had such a condition (None: not known)."""
    matching = may_match(cases, wanted, labels)
    unknown = 0
    if wanted.life_limiting:
        unknown = sum(life_limiting.get(one.case) is None for one in matching)
        matching = [one for one in matching if life_limiting.get(one.case)]
    concerns = tuple(one for one in matching if has_concerns(one))
    return Theme(tuple(years), tuple(cases), tuple(matching), concerns, unknown)


def has_concerns(case: CaseFacts) -> bool:
    """Whether the review found factors in what services did that may have contributed, or named one of that domain."""
    of_services = {code.code for code in code_list("factor").codes if code.extra.get("domain") == SERVICES}
    named = {*case.contributory_factors, *case.modifiable_factors}
    return case.domains.get(SERVICES) == CONTRIBUTED or bool(named & of_services)
