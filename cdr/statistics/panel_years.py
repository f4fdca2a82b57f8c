"""What the panel did in each year: meetings that were held and whether they counted, and reviews ratified although something was not met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cdr.domain.case.facts import Facts
from cdr.domain.case.review import passed_over
from cdr.domain.panel.meeting import Meeting
from cdr.domain.panel.people import missing, name_of, stands_for
from cdr.domain.rulebook.configuration import Configuration
from cdr.records import dataclass
from cdr.statistics.years import year_of


@dataclass(frozen=True)
class Attendance:
    """At how many meetings somebody was there from an organisation (an agency's id and name, or a lay member's), of those of which it is recorded who was."""

    organisation: str
    name: str
    there: int
    of: int


@dataclass(frozen=True)
class PapersRead:
    """What members said after `meetings` meetings: how many could read the papers in time, in part, or not; summed over them."""

    meetings: int
    in_time: int
    in_part: int
    not_in_time: int

    @property
    def answers(self) -> int:
        """How many answers there were."""
        return self.in_time + self.in_part + self.not_in_time


@dataclass(frozen=True)
class PanelYear:
    """One year's meetings: how many were held (recorded as over), how many of them were quorate, and how many cases
    they had, one that came before two of them once; `deferred` of how many of them a meeting put off what it decides.

    `observed` is at how many of them somebody observed; `read` is None where nobody was asked.
    """

    year: str
    held: int
    quorate: int
    cases: int
    attendance: tuple[Attendance, ...] = ()
    observed: int = 0
    read: PapersRead | None = None
    deferred: int = 0


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
    attendance = tuple(_attendance([one for one in held if one.attended], configuration))
    observed = sum(bool(one.observers) for one in held)
    cases = {case for one in held for case in one.references}
    deferred = {case for one in held for case in one.deferred}
    return PanelYear(year, len(held), len(quorate), len(cases), attendance, observed, _read(held), len(deferred))


def _attendance(held: Sequence[Meeting], configuration: Configuration) -> Iterator[Attendance]:
    """Each organisation that the quorum or a member of all meetings stands for, lay members by themselves, then whoever else came.

    None where nothing is recorded.
    """
    there = [{stands_for(who, configuration) for who in one.attended} for one in held]
    needed = [agency for quorum in configuration.panel for agency in quorum.agencies]
    members = (stands_for(one.id, configuration) for one in configuration.members if not one.co_opted)
    known = dict.fromkeys([*needed, *members, *sorted(set().union(*there))])
    for agency in filter(None, known) if held else ():
        yield Attendance(agency, name_of(agency, configuration), sum(agency in one for one in there), len(held))


def _read(held: Sequence[Meeting]) -> PapersRead | None:
    said = [one.survey for one in held if one.survey]
    if not said:
        return None
    return PapersRead(
        len(said),
        sum(one.in_time for one in said),
        sum(one.in_part for one in said),
        sum(one.not_in_time for one in said),
    )


def overridden(facts: Facts) -> Overridden | None:
    """What was not met when the last review of a case was ratified all the same; None where nothing was passed over."""
    unmet, day = passed_over(facts.case), facts.ratified_on
    return Overridden(facts.reference, day, unmet) if unmet and day else None
