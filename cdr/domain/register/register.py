"""The register of earlier years: what its columns take, what is wrong with a row, and the documents that a row becomes.

The columns, the codes' lists and the words for nothing are data (`rules/register.yaml`); a row is not held to the completeness of
a new form, but its dates follow each other as a form's do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from cdr import nhs_numbers, written
from cdr.domain.case.standing import CLOSED, OPEN, RATIFIED
from cdr.domain.process.age import completed_years
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.domains import DOMAINS
from cdr.domain.rulebook.form_a import has_known_area
from cdr.domain.rulebook.validation import problem, read_date
from cdr.errors import Problem
from cdr.expressions import expression
from cdr.forms import migrations
from cdr.forms.codelists import code_list
from cdr.records import dataclass, field, replace
from cdr.written import folded

LONGEST_TEXT, SEVERAL = 300, ";"
UNSEEN = "an invisible character ({}) stands in it; delete it, or type the whole again"
SHORTENED = expression(r"[0-9]([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
WEEKS = expression(r"(?P<weeks>[0-9]{2})(?: ?\+ ?(?P<days>[0-6]))?")
NUMBERS = ("number", "weeks", "nhs_number")
WHOLE_AS_DECIMAL = expression(r"(?<=[0-9])\.0$")  # as programs write whole numbers of a column with gaps
FOUND_BY_PANEL = (
    "category", "modifiable", "domain_a", "domain_b", "domain_c", "domain_d", "contributory_factors", "modifiable_factors",
    "learning_themes",
)  # fmt: skip
Given = Mapping[str, str]


class NotRight(ValueError):
    """A cell that is not what its column takes: the rule, and what would be right."""

    def __init__(self, rule: str, message: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.message = message


@dataclass(frozen=True)
class Column:
    """One column: what it takes (`text`, `date`, `code`, `list`, `number`, `weeks`, `nhs_number`, `postcode`), by which list."""

    name: str
    title: str
    takes: str
    needed: bool = False
    codes: str = ""
    rows: bool = False
    numbered: bool = False
    least: int = 0
    most: int = 0
    also: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def meanings(self) -> Mapping[str, str | int]:
        """What each word that may stand in the column means, by its plain spelling: a code, or a row of the tables."""
        listed = code_list(self.codes).codes
        known: dict[str, str | int] = {}
        if self.rows:
            known |= {folded(one.group): f"row:{one.group}" for one in listed if one.group}
        known |= {folded(one.label): one.code for one in listed}
        if self.numbered:
            known |= {folded(f"{one.code} {one.label}"): one.code for one in listed}
        known |= {folded(str(one.code)): one.code for one in listed}
        return known | {folded(word): code for word, code in self.also.items()}

    @property
    def choice(self) -> str:
        """What may stand in the column, in words."""
        listed = code_list(self.codes).codes
        shown = ", ".join(str(one.code) for one in listed[:20])
        more = f", ... (schemas/codes/{self.codes}.json)" if len(listed) > 20 else ""
        rows = ", or ".join(dict.fromkeys(one.group for one in listed if one.group)) if self.rows else ""
        return f"choose one of: {shown}{more}" + (
            f"; or a row of the tables: {rows.replace(', or ', ', ')}" if rows else ""
        )


@dataclass(frozen=True)
class Columns:
    """All columns by name, the words of a register that stand for nothing or for a sum, and the days that stand for no day."""

    by_name: Mapping[str, Column]
    empty: frozenset[str]
    sums: frozenset[str]
    placeholders: frozenset[str] = frozenset()

    @staticmethod
    def from_rules(body: Mapping[str, Any]) -> Columns:
        """The columns of `rules/register.yaml`."""
        found = {}
        for name, about in body["columns"].items():
            names = tuple(folded(one) for one in (name, *about.get("names", ())))
            found[name] = Column(name=name, **{**about, "names": names})
        words = (frozenset(str(word).casefold() for word in body[key]) for key in ("empty", "sums", "placeholders"))
        return Columns(found, *words)


@dataclass(frozen=True)
class Reading:
    """What rows are read with: the columns, how a date is read (it raises ValueError), the day, and the rules in force."""

    columns: Columns
    read_date: Callable[[str], date]
    today: date
    policy: Policy


@dataclass(frozen=True)
class RowRead:
    """One row: its number in the file, and what it says by column; dates are ISO, lists lists, what is empty is left out.

    `lists` are the columns of lists that its register has and fills in at all: there an empty cell says that there is none.
    """

    number: int
    values: Mapping[str, Any]
    lists: tuple[str, ...] = ()

    def day(self, name: str) -> date | None:
        """A date of the row."""
        return read_date(self.values.get(name))

    @property
    def closed(self) -> bool:
        """Whether the panel has reviewed the death."""
        return "reviewed_on" in self.values


def read_row(number: int, given: Given, reading: Reading) -> tuple[RowRead, list[Problem]]:
    """A row from its texts by column, and everything that is wrong with it, by column."""
    values: dict[str, Any] = {}
    problems = []
    for column in reading.columns.by_name.values():
        text = given.get(column.name, "")
        if not text or (not column.needed and text.casefold() in reading.columns.empty):
            problems += [_told("REG-02", column, number)] if column.needed else []
            continue
        try:
            value = _read(text, column, reading)
        except NotRight as wrong:
            problems.append(_told(wrong.rule, column, number, wrong.message))
            continue
        values |= _placed(column, value)
    lists = tuple(name for name, column in reading.columns.by_name.items() if column.takes == "list" and name in given)
    row = RowRead(number, values, lists)
    return row, [*problems, *_dates(row, reading), *_postcode_area(row, reading)]


def _read(text: str, column: Column, reading: Reading) -> Any:
    """What a cell says. Raises: NotRight."""
    unseen = written.invisible(text)
    if unseen:
        raise NotRight("REG-03", UNSEEN.format(unseen))
    if column.takes != "text":
        text = text.lstrip(written.APOSTROPHES)  # a spreadsheet's mark that a cell is text
    if column.numbered or column.takes in NUMBERS:
        text = WHOLE_AS_DECIMAL.sub("", text)
    return READERS[column.takes](text, column, reading)


def _told(rule: str, column: Column, number: int, message: str = "") -> Problem:
    found = replace(problem(rule, column.name), title=column.title, line=number)
    return replace(found, message=message) if message else found


def _placed(column: Column, value: Any) -> dict[str, Any]:
    """A row of the tables stands beside the codes: a register that says White does not say which code."""
    if isinstance(value, str) and column.rows and value.startswith("row:"):
        return {f"{column.name}_row": value.removeprefix("row:")}
    return {} if value in ("", []) else {column.name: value}


# ---- one cell ------------------------------------------------------------------------------------------------------


def _has_unshown(text: str) -> bool:
    """Whether there is a control character; one that shapes letters beside it, as Persian has, is part of the writing."""
    return any(
        not one.isprintable() and (unicodedata.category(one) != "Cf" or written.TURNS.match(one)) for one in text
    )


def _text(text: str, column: Column, reading: Reading) -> str:
    if _has_unshown(text):
        raise NotRight("REG-03", "there is a character in it that cannot be shown; type the whole again")
    if len(text) > LONGEST_TEXT:
        raise NotRight("REG-03", f"write at most {LONGEST_TEXT} letters on one line")
    return text


def _date(text: str, column: Column, reading: Reading) -> str:
    try:
        return reading.read_date(text).isoformat()
    except ValueError:
        raise NotRight("REG-04") from None


def _code(text: str, column: Column, reading: Reading) -> str | int:
    known = column.meanings.get(folded(text))
    if known is None:
        raise NotRight("REG-03", column.choice)
    return known


def _list(text: str, column: Column, reading: Reading) -> list[str | int]:
    words = [word for word in (part.strip() for part in text.split(SEVERAL)) if word]
    return list(dict.fromkeys(_code(word, column, reading) for word in words))


def _number(text: str, column: Column, reading: Reading) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not column.least <= int(text) <= column.most:
        raise NotRight("REG-03", f"write a whole number from {column.least} to {column.most}")
    return int(text)


def _weeks(text: str, column: Column, reading: Reading) -> dict[str, int]:
    found = WEEKS.fullmatch(text)
    if found is None or not column.least <= int(found["weeks"]) <= column.most:
        raise NotRight(
            "REG-03", f"write completed weeks from {column.least} to {column.most}, like 24, or 24+3 with days"
        )
    days = {"days": int(found["days"])} if found["days"] else {}
    return {"weeks": int(found["weeks"]), **days}


def _nhs_number(text: str, column: Column, reading: Reading) -> str:
    if SHORTENED.fullmatch(text):
        raise NotRight(
            "A-01", "the spreadsheet has shortened this number; format the column as a number without decimals"
        )
    try:
        digits = nhs_numbers.read(text)
    except ValueError:
        raise NotRight("A-01", "write the ten digits of the number, or leave it empty") from None
    if not nhs_numbers.is_valid(digits):
        raise NotRight("A-01")
    return digits


def _postcode(text: str, column: Column, reading: Reading) -> str:
    try:
        return written.postcode(text)
    except ValueError:
        raise NotRight("A-25") from None


READERS: Mapping[str, Callable[[str, Column, Reading], Any]] = {
    "text": _text, "date": _date, "code": _code, "list": _list, "number": _number, "weeks": _weeks,
    "nhs_number": _nhs_number, "postcode": _postcode,
}  # fmt: skip


def _dates(row: RowRead, reading: Reading) -> Iterator[Problem]:
    """Whether the dates follow each other, and what a review needs."""
    columns = reading.columns.by_name
    days = {name: row.day(name) for name in ("date_of_birth", "date_of_death", "notified_on", "reviewed_on")}
    born, died, notified, reviewed = days.values()
    for name, day in days.items():
        if day is not None and day > reading.today:
            yield _told("A-04", columns[name], row.number)
    checks = (
        (bool(born and died and died < born), "A-03", "date_of_death"),
        (
            bool(born and died and completed_years(born, died) >= reading.policy.ages.adult_years),
            "A-05",
            "date_of_death",
        ),
        (bool(died and notified and notified < died), "A-27", "notified_on"),
        (bool(died and reviewed and reviewed < died), "C-17", "reviewed_on"),
        (bool(notified and reviewed and died and died <= reviewed < notified), "REG-09", "reviewed_on"),
        (not reviewed and any(name in row.values for name in FOUND_BY_PANEL), "REG-10", "reviewed_on"),
    )
    yield from (_told(rule, columns[name], row.number) for wrong, rule, name in checks if wrong)


def _postcode_area(row: RowRead, reading: Reading) -> Iterator[Problem]:
    if not has_known_area(row.values.get("postcode", "")):
        yield _told("A-43", reading.columns.by_name["postcode"], row.number)


# ---- the documents of a row ----------------------------------------------------------------------------------------


def documents(row: RowRead, today: date) -> dict[str, dict[str, Any]]:
    """The documents that a row becomes, by their ids; there is no ledger yet, and no analysis where nothing was found."""
    found = {"case": _case(row, today), "notification": notification(row)}
    analysis = _analysis(row)
    return {**found, "analysis": analysis} if analysis else found


def notification(row: RowRead) -> dict[str, Any]:
    """What the row says of the child and the death, as an imported notification has it; what is missing is left out."""
    values = row.values
    child = {
        **{
            key: values[key]
            for key in ("first_names", "family_name", "nhs_number", "postcode", "date_of_birth", "sex")
            if key in values
        },
        **{key: values[key] for key in ("ethnicity", "local_authority", "deprivation_decile") if key in values},
        **({"gestation": values["gestation_weeks"]} if "gestation_weeks" in values else {}),
    }
    death = {
        key: values[name]
        for key, name in (
            ("date", "date_of_death"),
            ("place", "place"),
            ("hospital", "hospital"),
            ("expected", "expected"),
        )
        if name in values
    }
    as_counted = {key: values[f"{key}_row"] for key in ("ethnicity", "place") if f"{key}_row" in values}
    return {
        "schema": "imported-a/1",
        "child": child,
        "death": death,
        **({"register": as_counted} if as_counted else {}),
        **({"jar": {"triggered": values["jar"]}} if "jar" in values else {}),
        **({"notified_at": values["notified_on"]} if "notified_on" in values else {}),
    }


def _case(row: RowRead, today: date) -> dict[str, Any]:
    reviewed, panel = row.values.get("reviewed_on"), any(name in row.values for name in FOUND_BY_PANEL)
    stage, on = (RATIFIED, reviewed) if reviewed else ("draft_cdrm", today.isoformat())
    reviews = [{"on": on, "stage": stage, "panel": None, "override": None}] if reviewed or panel else []
    return {
        "schema": migrations.current("case"),
        "opened_on": row.values["notified_on"],
        "status": CLOSED if reviewed else OPEN,
        "not_a_duplicate": None,
        "imported": {"on": today.isoformat(), "old_reference": row.values["old_reference"]},
        **{key: [] for key in ("next", "gates", "waivers", "letter_gates", "letters", "reopenings")},
        "reviews": reviews,
        "closures": [{"on": reviewed}] if reviewed else [],
    }


def _analysis(row: RowRead) -> dict[str, Any]:
    """What the panel found; empty where the row says nothing of it and the case is open."""
    values = row.values
    if not row.closed and not any(name in values for name in FOUND_BY_PANEL):
        return {}
    domains, others = _domains(row)
    return {
        "schema": "imported-c/1",
        "stage": RATIFIED if row.closed else "draft_cdrm",
        **({"lists": list(row.lists)} if row.lists else {}),
        **({"domains": domains} if domains else {}),
        **({"factors": others} if others else {}),
        **({"modifiable_factors_identified": values["modifiable"]} if "modifiable" in values else {}),
        **({"category": {"primary": values["category"]}} if "category" in values else {}),
        **(
            {"learning_points": [{"theme": one} for one in values["learning_themes"]]}
            if "learning_themes" in values
            else {}
        ),
    }


def _domains(row: RowRead) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The domains with their factors, and the factors that belong to none.

    A factor is put where the list of factors has it. What the register lists as modifiable and not as contributory stays so.
    """
    values, listed = row.values, code_list("factor")
    contributory, modifiable = (values.get(name, []) for name in ("contributory_factors", "modifiable_factors"))
    domains: dict[str, Any] = {
        letter: {"relevance": values[name]} for letter in DOMAINS if (name := f"domain_{letter.lower()}") in values
    }
    others: list[dict[str, Any]] = []
    for code in dict.fromkeys([*contributory, *modifiable]):
        factor = {
            "code": code,
            **({"relevance": 2} if code in contributory else {}),
            **({"modifiable": "yes"} if code in modifiable else {}),
        }
        known = listed.get(code)
        letter = known.extra.get("domain") if known else None
        place = domains.setdefault(letter, {}).setdefault("factors", []) if letter else others
        place.append(factor)
    return {letter: domains[letter] for letter in DOMAINS if letter in domains}, others
