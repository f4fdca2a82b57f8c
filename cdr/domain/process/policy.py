"""The dated rules as values: every number that is policy is read from `rules/` and stands here, none in code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr import moments
from cdr.domain.process.chasing_rules import Chasing, ChasingRules, Sourced
from cdr.domain.process.clocks import Step, WorkingDays, as_date, limit
from cdr.errors import WrongConfiguration
from cdr.records import dataclass, field, replace

UNITS = ("h", "d", "wd", "m")


@dataclass(frozen=True)
class AreaLimit:
    """Another number for a clock, which an area laid down for what begins on or after a day, and why."""

    number: int
    since: date
    why: str


@dataclass(frozen=True)
class ClockRule(Sourced):
    """One limit of the process: `number` of `unit` (h, d, wd, m) from `trigger`, or `before` it; None where none is laid down."""

    id: str
    unit: str
    number: int | None
    trigger: str
    who: str
    what: str
    before: bool = False
    area: AreaLimit | None = None

    def number_for(self, start: date | moments.Moment) -> int | None:
        """How many units there are for what began then: the area's number from its own day on."""
        own = self._own(start)
        return own.number if own else self.number

    def _own(self, start: date | moments.Moment) -> AreaLimit | None:
        return self.area if self.area and as_date(start) >= self.area.since else None

    def due(self, start: date | moments.Moment, working_days: WorkingDays) -> date | None:
        """When the limit ends that began at `start`. Raises: UnknownHolidays."""
        number = self.number_for(start)
        if number is None:
            return None
        return limit(start, -number if self.before else number, self.unit, working_days)

    def applies(self, start: date | moments.Moment) -> bool:
        """Whether the rule was in force when its limit began."""
        return as_date(start) >= self.since

    def step(self, start: date | moments.Moment, working_days: WorkingDays, edition: str) -> Step:
        """What has to happen, with the limit and the edition that decided the day. Raises: UnknownHolidays."""
        number, own = self.number_for(start), self._own(start)
        shown = "" if number is None else f"{number} {self.unit}{' before' if self.before else ''}"
        by = f"{edition}, changed in cdr.yaml since {own.since.isoformat()}" if own else edition
        return Step(self.what, self.id, self.due(start, working_days), self.who, shown, by)


@dataclass(frozen=True)
class FollowOn(Sourced):
    """What sets a clock going after the case was opened: milestones, gates that were closed (`gate:inquest`), and what the panel
    found (`panel:recommendation`).

    The latest of `after` begins it, or with `each` every one of them; not while a gate of `not_while_open` is open, and only
    where one of the clocks `only_with` was called for. `after_review`: it stays when the review is ratified.
    """

    clock: str
    after: tuple[str, ...]
    only_with: tuple[str, ...]
    not_while_open: tuple[str, ...]
    each: bool
    after_review: bool


@dataclass(frozen=True)
class Delays(Sourced):
    """In which order the causes of delay take a day on which several of them were open (decision 11)."""

    precedence: tuple[str, ...]


@dataclass(frozen=True)
class Gates(Sourced):
    """The other processes that a review waits for; while one is open, the clocks that it `postpones` have no day.

    `told_by`: the clocks of telling those who have begun one. `closed_by`: the milestones that are the end of one.
    """

    types: tuple[str, ...]
    coroner: tuple[str, ...]
    waits_at_panel: tuple[str, ...]
    ends: Mapping[str, tuple[str, ...]]
    postpones: Mapping[str, tuple[str, ...]]
    told_by: Mapping[str, tuple[str, ...]]
    closed_by: Mapping[str, str]


@dataclass(frozen=True)
class JointResponse(Sourced):
    """What calls for a joint agency response."""

    criteria: tuple[str, ...]
    none: str
    detention: str
    stillbirth: str


@dataclass(frozen=True)
class Ages(Sourced):
    """The ages at which something follows, in completed years or in days; the bands of the tables are in `age`."""

    adult_years: int
    infant_under_years: int
    neonatal_under_days: int
    early_neonatal_under_days: int
    school_from: int
    school_to: int
    learning_disability_from_years: int


@dataclass(frozen=True)
class Birth(Sourced):
    """Plausible births (gestation in days, weight in grams) and what a birth status leads to."""

    gestation_days: tuple[int, int]
    weight_g: tuple[int, int]
    perinatal_review_from_days: int
    maternity_investigation_from_days: int
    out_of_scope: tuple[str, ...]
    unattended: str


@dataclass(frozen=True)
class Analysis(Sourced):
    """What an analysis form is held against: relevance on the scale of 0 to 2, categories 1 to 10."""

    relevance_contributed: int
    infection_category: int
    infection_from_days: int
    suicide_category: int
    suicide_from_years: int
    abuse_category: int
    abuse_in_returns: tuple[str, ...]
    abuse_supplementary: str
    abuse_in_supplementary: str
    unexplained_category: int
    unexplained_causes: tuple[str, ...]


@dataclass(frozen=True)
class Policy(ChasingRules):
    """One edition of the rules with its bank holidays.

    `by_hand` are agencies to which a person hands the form, because their route is a portal, a folder or paper, or secure mail from the outbox.
    """

    edition: str
    since: date
    clocks: Mapping[str, ClockRule] = field(repr=False)
    gates: Gates
    letter_ends: Mapping[str, tuple[str, ...]]
    jar: JointResponse
    ages: Ages
    birth: Birth
    analysis: Analysis
    follow_ons: tuple[FollowOn, ...]
    delays: Delays
    by_hand: frozenset[str] = frozenset()

    @staticmethod
    def from_rules(rules: Mapping[str, Any], bank_holidays: Mapping[str, Any]) -> Policy:
        """The policy from the documents of `rules/`, their dates being ISO strings.

        Raises: WrongConfiguration where a part is missing or is not what it should be.
        """
        try:
            return _policy(rules, bank_holidays)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise WrongConfiguration(
                f"The rules cannot be used: {_where(problem)}.",
                "Compare the file with the rules that came with cdr, or put those back.",
                file="rules",
            ) from problem

    def clock(self, clock_id: str) -> ClockRule:
        """The clock of this id. Raises: WrongConfiguration."""
        if clock_id not in self.clocks:
            raise WrongConfiguration(f"The rules have no clock {clock_id}.", "Put back the rules that came with cdr.")
        return self.clocks[clock_id]

    def for_area(self, changes: Mapping[str, Any]) -> Policy:
        """These rules with what an area changed in cdr.yaml (`clocks`, `chasing`, `bank_holidays`), which was found right."""
        clocks = dict(self.clocks)
        for id_, change in (changes.get("clocks") or {}).items():
            own = AreaLimit(int(change["number"]), moments.day(change["since"]), str(change["why"]))
            clocks[id_] = replace(clocks[id_], area=own)
        chasing = changes.get("chasing") or {}
        kept = self.chasing if not chasing else _chasing({**_OWN_CHASING, **_national(self.chasing), **chasing})
        days = self.working_days.with_days(map(moments.day, changes.get("bank_holidays") or ()))
        return replace(self, clocks=clocks, chasing=kept, working_days=days)


_OWN_CHASING = {"source": "cdr.yaml"}


def _national(chasing: Chasing) -> dict[str, Any]:
    return {
        "prompt_weeks": chasing.prompt_weeks,
        "escalation_working_days": chasing.escalation_working_days,
        "since": chasing.since.isoformat(),
    }


def _where(problem: Exception) -> str:
    missing = isinstance(problem, KeyError)
    return f"{problem.args[0]!r} is missing" if missing else "a value is not of the kind it should be"


def _policy(rules: Mapping[str, Any], bank_holidays: Mapping[str, Any]) -> Policy:
    clocks = {clock.id: clock for clock in map(_clock, rules["clocks"])}
    if len(clocks) != len(rules["clocks"]):
        raise ValueError("two clocks have the same id")
    chasing = _chasing(rules["chasing"])
    return Policy(
        edition=str(rules["edition"]),
        since=moments.day(rules["since"]),
        chasing=chasing,
        national_chasing=chasing,
        unconfirmed=frozenset(),
        confirm_arrival=False,
        closures={},
        clocks=clocks,
        gates=_gates(rules["gates"]),
        letter_ends={str(kind): _words(clocks) for kind, clocks in rules["letters"]["ends"].items()},
        jar=_jar(rules["jar"]),
        ages=_ages(rules["ages"]),
        birth=_birth(rules["birth"]),
        analysis=_analysis(rules["analysis"]),
        working_days=_working_days(bank_holidays),
        follow_ons=tuple(_follow_on(part, clocks) for part in rules["follow_ons"]),
        delays=Delays(precedence=_words(rules["delays"]["precedence"]), **_sourced(rules["delays"])),
    )


def _words(values: Sequence[object]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError("a list is needed")
    return tuple(str(value) for value in values)


def _sourced(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"source": str(part["source"]), "since": moments.day(part["since"])}


def _clock(part: Mapping[str, Any]) -> ClockRule:
    if part["unit"] not in UNITS:
        raise ValueError("unit")
    return ClockRule(
        id=str(part["id"]),
        unit=str(part["unit"]),
        number=None if part["number"] is None else int(part["number"]),
        trigger=str(part["trigger"]),
        who=str(part["who"]),
        what=str(part["what"]),
        before=bool(part.get("before", False)),
        **_sourced(part),
    )


def _follow_on(part: Mapping[str, Any], clocks: Mapping[str, ClockRule]) -> FollowOn:
    if part["clock"] not in clocks or not part["after"]:
        raise ValueError("follow_ons")
    return FollowOn(
        clock=str(part["clock"]),
        after=_words(part["after"]),
        only_with=_words(part.get("only_with", ())),
        not_while_open=_words(part.get("not_while_open", ())),
        each=bool(part.get("each", False)),
        after_review=bool(part.get("after_review", False)),
        source=clocks[part["clock"]].source,
        since=clocks[part["clock"]].since,
    )


def _chasing(part: Mapping[str, Any]) -> Chasing:
    weeks = tuple(int(week) for week in part["prompt_weeks"])
    if not weeks or list(weeks) != sorted(set(weeks)) or weeks[0] < 1:
        raise ValueError("prompt_weeks")
    return Chasing(prompt_weeks=weeks, escalation_working_days=int(part["escalation_working_days"]), **_sourced(part))


def _gates(part: Mapping[str, Any]) -> Gates:
    return Gates(
        types=_words(part["types"]),
        coroner=_words(part["coroner"]),
        waits_at_panel=_words(part["waits_at_panel"]),
        ends={str(kind): _words(clocks) for kind, clocks in part["ends"].items()},
        postpones={str(kind): _words(clocks) for kind, clocks in part["postpones"].items()},
        told_by={str(kind): _words(clocks) for kind, clocks in part["told_by"].items()},
        closed_by={str(kind): str(type_) for kind, type_ in part["closed_by"].items()},
        **_sourced(part),
    )


def _jar(part: Mapping[str, Any]) -> JointResponse:
    return JointResponse(
        criteria=_words(part["criteria"]),
        none=str(part["none"]),
        detention=str(part["detention"]),
        stillbirth=str(part["stillbirth"]),
        **_sourced(part),
    )


def _ages(part: Mapping[str, Any]) -> Ages:
    return Ages(
        adult_years=int(part["adult_years"]),
        infant_under_years=int(part["infant_under_years"]),
        neonatal_under_days=int(part["neonatal_under_days"]),
        early_neonatal_under_days=int(part["early_neonatal_under_days"]),
        school_from=int(part["school"]["from_years"]),
        school_to=int(part["school"]["to_years"]),
        learning_disability_from_years=int(part["learning_disability_from_years"]),
        **_sourced(part),
    )


def _birth(part: Mapping[str, Any]) -> Birth:
    ends = (part["gestation"]["from"], part["gestation"]["to"])
    shortest, longest = (int(end["weeks"]) * 7 + int(end["days"]) for end in ends)
    return Birth(
        gestation_days=(shortest, longest),
        weight_g=(int(part["weight_g"]["from"]), int(part["weight_g"]["to"])),
        perinatal_review_from_days=int(part["perinatal_review_from_weeks"]) * 7,
        maternity_investigation_from_days=int(part["maternity_investigation_from_weeks"]) * 7,
        out_of_scope=_words(part["out_of_scope"]),
        unattended=str(part["unattended"]),
        **_sourced(part),
    )


def _analysis(part: Mapping[str, Any]) -> Analysis:
    return Analysis(
        relevance_contributed=int(part["relevance_contributed"]),
        infection_category=int(part["infection"]["category"]),
        infection_from_days=int(part["infection"]["from_days"]),
        suicide_category=int(part["suicide"]["category"]),
        suicide_from_years=int(part["suicide"]["from_years"]),
        abuse_category=int(part["abuse"]["category"]),
        abuse_in_returns=_words(part["abuse"]["returns_say"]),
        abuse_supplementary=str(part["abuse"]["supplementary"]),
        abuse_in_supplementary=str(part["abuse"]["supplementary_says"]),
        unexplained_category=int(part["unexplained"]["category"]),
        unexplained_causes=_words(part["unexplained"]["causes"]),
        **_sourced(part),
    )


def _working_days(part: Mapping[str, Any]) -> WorkingDays:
    days = [moments.day(day) for day in part["days"]]
    first, last = int(part["first_year"]), int(part["last_year"])
    if {day.year for day in days} != set(range(first, last + 1)):
        raise ValueError("days")
    return WorkingDays.of(days, first, last)
