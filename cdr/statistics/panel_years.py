"""What the panel did in each year: meetings that were held and whether they counted, and reviews ratified although something was not met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from cdr.domain.case.facts import Facts
from cdr.domain.case.review import ratifying_review
from cdr.domain.panel.meeting import Meeting, missing
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.validation import date_at, words_at
from cdr.records import dataclass
from cdr.statistics.years import year_of


@dataclass(frozen=True)
class PanelYear:
    """One year's meetings: how many were held (recorded as over), how many of them were quorate, and how many cases they had."""

    year: str
    held: int
    quorate: int
    cases: int


@dataclass(frozen=True)
class Overridden:
    """A review that was ratified although something was not met: the case, the day, and what, a sentence each."""

    case: str
    on: date
    unmet: tuple[str, ...]


@dataclass(frozen=True)
class PanelYears:
    """The years, oldest first, and every review of theirs that was ratified all the same."""

    years: tuple[PanelYear, ...]
    overridden: tuple[Overridden, ...]


def panel_years(
    passed_over: Iterable[Overridden], meetings: Iterable[Meeting], configuration: Configuration, years: Sequence[str]
) -> PanelYears:
    """What the panel did in these years; a meeting counts in the year of its day, a review in which something was passed over by its day."""
    held = [one for one in meetings if one.is_over]
    found = [one for one in passed_over if year_of(one.on) in years]
    return PanelYears(
        tuple(_year(year, [one for one in held if year_of(one.on) == year], configuration) for year in years),
        tuple(sorted(found, key=lambda one: (one.on, one.case))),
    )


def _year(year: str, held: Sequence[Meeting], configuration: Configuration) -> PanelYear:
    quorate = [one for one in held if not missing(one.attended, configuration)]
    return PanelYear(year, len(held), len(quorate), sum(len(one.cases) for one in held))


def overridden(facts: Facts) -> Overridden | None:
    """What was not met when the last review of a case was ratified all the same; None where nothing was passed over."""
    review = ratifying_review(facts.case)
    unmet, day = tuple(words_at(review, "override.unmet")), date_at(review, "on")
    return Overridden(facts.reference, day, unmet) if unmet and day else None
