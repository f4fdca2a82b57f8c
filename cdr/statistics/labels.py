"""Which row of which table a case belongs in, by the table's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import chain
from typing import Any

from cdr.domain.case.facts import CONTRIBUTED, LISTS, PROCESSES
from cdr.domain.case.places import OTHER_HOSPITAL, own_authority, own_hospital
from cdr.domain.process.age import AGE_BANDS, age_band, completed_years
from cdr.domain.process.clocks import whole_months
from cdr.domain.rulebook.domains import DOMAINS
from cdr.forms.codelists import code_list
from cdr.records import dataclass
from cdr.statistics.facts import CaseFacts
from cdr.statistics.groups import LISTED, NO_GROUPS, Groups
from cdr.statistics.periods import quarter
from cdr.statistics.years import year_of

NOT_KNOWN = "Not known"
NOT_STATED = "Not stated"
HOSPITAL = "Hospital"
SAID_NOT_STATED = (NOT_STATED, "Z")
EVERY = ""


@dataclass(frozen=True)
class Labels:
    """The words of one area's tables: authorities and agencies as configured, bands and rows as policy data."""

    authorities: tuple[str, ...]
    agencies: Mapping[str, str]
    bands: Mapping[str, Any]
    groups: Groups = NO_GROUPS
    hospitals: tuple[str, ...] = ()

    def authority(self, case: CaseFacts) -> str | None:
        """The authority as the configuration spells it, or None for a child who did not live in the area."""
        return own_authority(case.local_authority, self.authorities)

    def of(self, table: str, case: CaseFacts, today: date | None = None) -> tuple[str, ...]:
        """The rows of a case in a table, by the last part of its id; none, one, or several where the table's rows overlap."""
        if table in _SEVERAL:
            return _SEVERAL[table](self, case)
        if table == "age":
            return (self._duration(case.notified_on, today),)
        return (_ONE[table](self, case),)

    def unanswered(self, table: str, case: CaseFacts, rows: Sequence[str]) -> tuple[str, ...]:
        """The rows of a table of which nobody answered for this case, which is in `rows`; `EVERY` is all of them and the whole."""
        if table in _UNANSWERED:
            return _UNANSWERED[table](self, case)
        if table == "ethnicity":  # a family that was asked and did not say has answered
            return (EVERY,) if rows == (NOT_STATED,) and case.ethnicity not in SAID_NOT_STATED else ()
        return (EVERY,) if table in _OF_ONE and rows and rows[0].endswith(NOT_KNOWN) else ()

    def asked(self, table: str, agency: str, status: str) -> tuple[str, ...]:
        """The rows of one request in a table of returns: the agency's id, or its name with what came of the request."""
        if table != "result":
            return (agency,)
        return (f"{self.agency(agency)}: {_label('request_status', status).lower()}",)

    def agency(self, agency: str) -> str:
        """An agency's name, with its id where two have the same name; the id itself of one that is gone."""
        name = self.agencies.get(agency, agency)
        shared = sum(other == name for other in self.agencies.values()) > 1
        return f"{name} ({agency})" if shared else name

    def rows(self, table: str) -> tuple[Sequence[str], Sequence[str]]:
        """A table's rows, by the last part of its id: those always shown, and those shown where they count."""
        if standing := self._standing(table):
            return standing, ()
        if table == "age_band":
            return AGE_BANDS, (NOT_KNOWN,)
        if table == "category":
            return [_category(one.code) for one in code_list("category").codes], (NOT_KNOWN,)
        if table == "modifiable":
            return [one.label for one in code_list("modifiability").codes], (NOT_KNOWN,)
        if table == "category_by_age":
            ages = [*self.rows("age_band")[0], NOT_KNOWN]
            return (), [f"{one}, {age}" for one in (*self.rows("category")[0], NOT_KNOWN) for age in ages]
        rows = self.bands["rows"].get(table, {})
        return self.hospitals if table == "hospital" else rows.get("always", ()), rows.get("counted", ())

    def _standing(self, table: str) -> Sequence[str]:
        """The rows of a table that has no others."""
        if table in ("local_authority", "rate", "infant_rate"):
            return self.authorities
        return [_domain(letter) for letter in DOMAINS] if table == "domains" else self.groups.titles(f"reviews.{table}")

    def _grouped(self, codes: str, table: str, value: str | None, missing: str) -> str:
        if value in self._every_row(table):  # a register may give the table's own label
            return str(value)
        return (_group(codes, value) if value else None) or missing

    def _every_row(self, table: str) -> frozenset[str]:
        if table not in self._known_rows:
            self._known_rows[table] = frozenset(chain(*self.rows(table)))
        return self._known_rows[table]

    @cached_property
    def _known_rows(self) -> dict[str, frozenset[str]]:
        return {}

    def _banded(self, measure: str, value: int | None) -> str:
        if value is not None:
            for band in self.bands[measure]["bands"]:
                if band.get("from", 0) <= value < band.get("below", value + 1):
                    return str(band["label"])
        return NOT_KNOWN

    def _coded(self, table: str, codes: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.bands["words"][table].get(code) or _label("investigation_type", code) for code in codes)

    def _without_early(self, case: CaseFacts) -> tuple[str, ...]:
        weeks = case.gestation_weeks
        rows = self.bands["rows"]["without_early_births"]["below"]
        return tuple(row for row, below in rows.items() if weeks is None or weeks >= below)

    def _waiting_for(self, case: CaseFacts) -> tuple[str, ...]:
        words = self.bands["words"]["waiting_for"]
        returns = any(request.status == "outstanding" for request in case.requests)
        others = self._coded("waiting_for", case.open_processes)
        return tuple(dict.fromkeys(((words["returns"],) if returns else ()) + others)) or (words["nothing"],)

    def _duration(self, died: date | None, reviewed: date | None) -> str:
        if died is None or reviewed is None or reviewed < died:
            return NOT_KNOWN
        labels, middle = self.bands["duration"]["labels"], self.bands["duration"]["middle"]
        if whole_months(died, reviewed) < middle["from_months"]:
            return str(labels["shorter"])
        is_longer = whole_months(died, reviewed - timedelta(days=1)) >= middle["to_months"]
        return str(labels["longer" if is_longer else "middle"])


def _age(born: date | None, died: date | None) -> str:
    if born is None or died is None or died < born:
        return NOT_KNOWN
    try:
        return age_band(born, died)
    except ValueError:  # a register of earlier years may hold an age that a new form would not pass
        return NOT_KNOWN


def _hospital(labels: Labels, case: CaseFacts) -> tuple[str, ...]:
    """Which hospital a child died in; nothing of one who died elsewhere."""
    if labels._grouped("place_of_death", "place", case.place, NOT_KNOWN) != HOSPITAL:
        return ()
    return (own_hospital(case.hospital, labels.hospitals) or (OTHER_HOSPITAL if case.hospital else NOT_KNOWN),)


def _age_group(labels: Labels, case: CaseFacts) -> str:
    band = _age(case.born, case.died)
    return next((label for label, bands in labels.bands["age_groups"].items() if band in bands), NOT_KNOWN)


def _gestation_of(table: str, group: Sequence[str]) -> Callable[[Labels, CaseFacts], tuple[str, ...]]:
    """The gestation of children who died at some ages only; one of an age that is not known is none of them."""

    def rows(labels: Labels, case: CaseFacts) -> tuple[str, ...]:
        is_one = _age(case.born, case.died) in group
        return (labels._banded(table, case.gestation_weeks),) if is_one else ()

    return rows


def _decile(decile: int | None) -> str:
    return {None: NOT_KNOWN, 1: "1 (most deprived)", 10: "10 (least deprived)"}.get(decile, str(decile))


def _infant(case: CaseFacts) -> str:
    if case.born is None or case.died is None or case.died < case.born:
        return NOT_KNOWN
    return "1-17 years" if completed_years(case.born, case.died) else "Under 1 year"


def _relevance(case: CaseFacts) -> tuple[str, ...]:
    return tuple(f"{_domain(letter)}: {case.domains.get(letter, 'not known')}" for letter in DOMAINS)


@cache
def _category(code: str | int | None) -> str:
    one = code_list("category").get(code)
    return f"{one.code} {one.label}" if one else NOT_KNOWN


@cache
def _domain(letter: str) -> str:
    return f"{letter} {code_list('domain').label(letter)}"


def named(codes: str, values: Sequence[str]) -> tuple[str, ...]:
    """The labels of some codes, each once."""
    return tuple(dict.fromkeys(_label(codes, value) for value in values))


@cache
def _label(codes: str, value: str) -> str:
    try:
        return code_list(codes).label(value)
    except KeyError:  # an older list's code
        return value.replace("_", " ").capitalize()


@cache
def _group(codes: str, value: str) -> str | None:
    try:
        return code_list(codes).group(value)
    except KeyError:
        return None


def _yes(value: bool | None) -> str:
    return {True: "Yes", False: "No", None: NOT_KNOWN}[value]


def _quarter(labels: Labels, day: date | None) -> str:
    return str(labels.bands["rows"]["quarter"]["always"][quarter(day) - 1]) if day else NOT_KNOWN


_ONE: dict[str, Callable[[Labels, CaseFacts], str]] = {
    "local_authority": lambda labels, case: (
        labels.authority(case) or " ".join((case.local_authority or "").split()) or NOT_KNOWN
    ),
    "rate": lambda labels, case: labels.authority(case) or NOT_KNOWN,
    "age_band": lambda labels, case: _age(case.born, case.died),
    "age_group": _age_group,
    "infant": lambda labels, case: _infant(case),
    "place": lambda labels, case: labels._grouped("place_of_death", "place", case.place, NOT_KNOWN),
    "sex": lambda labels, case: _label("sex", case.sex) if case.sex else NOT_KNOWN,
    "ethnicity": lambda labels, case: labels._grouped("ethnicity", "ethnicity", case.ethnicity, NOT_STATED),
    "expected": lambda labels, case: {"expected": "Expected", "unexpected": "Unexpected"}.get(
        case.expected or "", NOT_KNOWN
    ),
    "gestation": lambda labels, case: labels._banded("gestation", case.gestation_weeks),
    "birth_weight": lambda labels, case: labels._banded("birth_weight", case.birth_weight_g),
    "multiple_birth": lambda labels, case: _yes(case.multiple_birth),
    "jar": lambda labels, case: _yes(case.jar),
    "deprivation": lambda labels, case: _decile(case.deprivation_decile),
    "quarter": lambda labels, case: _quarter(labels, case.notified_on),
    "review_quarter": lambda labels, case: _quarter(labels, case.reviewed_on),
    "duration": lambda labels, case: labels._duration(case.died, case.reviewed_on),
    "year_of_death": lambda labels, case: year_of(case.died) if case.died else NOT_KNOWN,
    "category": lambda labels, case: _category(case.category),
    "category_by_age": lambda labels, case: f"{_category(case.category)}, {_age(case.born, case.died)}",
    "modifiable": lambda labels, case: _label("modifiability", case.modifiable) if case.modifiable else NOT_KNOWN,
}
_SEVERAL: dict[str, Callable[[Labels, CaseFacts], tuple[str, ...]]] = {
    "infant_rate": lambda labels, case: (
        (labels.authority(case) or NOT_KNOWN,) if _infant(case) == "Under 1 year" else ()
    ),
    "without_early_births": Labels._without_early,
    "other_processes": lambda labels, case: labels._coded("other_processes", case.processes),
    "waiting_for": Labels._waiting_for,
    "family": lambda labels, case: tuple(
        word for code, word in labels.bands["words"]["family"].items() if code in case.family
    ),
    "relevance": lambda labels, case: _relevance(case),
    "domains": lambda labels, case: tuple(_domain(one) for one in DOMAINS if case.domains.get(one) == CONTRIBUTED),
    "contributory_factors": lambda labels, case: named("factor", case.contributory_factors),
    "modifiable_factors": lambda labels, case: named("factor", case.modifiable_factors),
    "learning_themes": lambda labels, case: named("learning_theme", case.learning_themes),
    "learning_occasions": lambda labels, case: named("learning_theme", case.learning_themes),
    "hospital": _hospital,
    "neonatal_gestation": _gestation_of("neonatal_gestation", AGE_BANDS[:1]),
    "infant_gestation": _gestation_of("infant_gestation", AGE_BANDS[:2]),
    "modifiable_groups": lambda labels, case: labels.groups.of("reviews.modifiable_groups", case.modifiable_factors),
    "contributory_groups": lambda labels, case: labels.groups.of(
        "reviews.contributory_groups", case.contributory_factors
    ),
}


# tables in which a case is in one row, or in none where they are of some cases only
_OF_ONE = {*_ONE, "neonatal_gestation", "infant_gestation", "hospital"}


def _list_is_missing(name: str) -> Callable[[Labels, CaseFacts], tuple[str, ...]]:
    return lambda labels, case: (EVERY,) if name in case.unanswered_after else ()


def _domains_unanswered(labels: Labels, case: CaseFacts) -> tuple[str, ...]:
    missing = tuple(_domain(letter) for letter in DOMAINS if letter not in case.domains)
    return (*missing, EVERY) if missing and CONTRIBUTED not in case.domains.values() else missing


def _relevance_unanswered(labels: Labels, case: CaseFacts) -> tuple[str, ...]:
    missing = (letter for letter in DOMAINS if letter not in case.domains)
    return tuple(f"{_domain(letter)}: {said}" for letter in missing for said in (*range(CONTRIBUTED + 1), "not known"))


def _family_unanswered(labels: Labels, case: CaseFacts) -> tuple[str, ...]:
    missing = {*case.unanswered_before, *case.unanswered_after} - set(case.family)
    return tuple(word for code, word in labels.bands["words"]["family"].items() if code in missing)


def _waiting_is_unknown(labels: Labels, case: CaseFacts) -> tuple[str, ...]:
    return (EVERY,) if case.imported and not (case.requests or case.open_processes) else ()


_UNANSWERED: dict[str, Callable[[Labels, CaseFacts], tuple[str, ...]]] = {
    "other_processes": lambda labels, case: (EVERY,) if PROCESSES in case.unanswered_before else (),
    "waiting_for": _waiting_is_unknown,
    "family": _family_unanswered,
    "relevance": _relevance_unanswered,
    "domains": _domains_unanswered,
    **{name: _list_is_missing(name) for name in LISTS},
    **{table.partition(".")[2]: _list_is_missing(name) for table, name in LISTED.items()},
}
