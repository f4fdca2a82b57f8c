"""A whole register: every row that is read, everything that is wrong with any of them, and who is there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cdr.domain.case.duplicates import Identity, identity
from cdr.domain.case.places import lived_elsewhere
from cdr.domain.register.register import Column, Columns, Reading, RowRead, notification, read_row
from cdr.domain.register.register_days import day_problems
from cdr.domain.register.register_map import CODED, Header, RegisterMap, given, header, header_of, is_sum, uncoded
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.form_a import agency_problems
from cdr.domain.rulebook.validation import problem
from cdr.errors import Problem
from cdr.records import dataclass, replace

A_SUM = "this row seems to add up the register and to be no case; delete it, or name it under skip_rows in a mapping"
WHAT = {"nhs_number": "NHS number", "family_name": "names and the same dates of birth and death"}
Faults = Mapping[int, Sequence[tuple[int, str]]]


@dataclass(frozen=True)
class Taken:
    """The rows that were read, with every problem in the order of the rows; warnings are among them."""

    rows: tuple[RowRead, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """What stands in the way."""
        return [one for one in self.problems if one.level == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """What should be looked at."""
        return [one for one in self.problems if one.level != "error"]

    def with_problems(self, more: Iterable[Problem]) -> Taken:
        """The same with more problems."""
        return replace(self, problems=tuple(sorted([*self.problems, *more], key=lambda one: one.line)))


def take(
    rows: Sequence[tuple[int, Sequence[str]]], faults: Faults, mapping: RegisterMap, reading: Reading, mapped: bool
) -> Taken:
    """The rows below the header. With a mapping (`mapped`), a value that has no code is told once with how many rows have it."""
    columns = reading.columns
    place, _ = header_of(rows, mapping, columns)
    found, problems = header(rows[place], mapping, columns)
    if any(one.level == "error" for one in problems):
        return Taken((), tuple(problems))
    cases = [row for row in rows[place + 1 :] if row[0] not in mapping.skip_rows]
    sums = {number for number, cells in cases if is_sum(cells, columns)}
    problems += [replace(problem("REG-FILE", ""), title="Row", message=A_SUM, line=number) for number in sums]
    texts = [(number, given(cells, found, mapping, columns)) for number, cells in cases if number not in sums]
    read = []
    for number, texts_of in texts:
        wrong, unread = _unreadable(faults.get(number, ()), found, columns, number)
        row, more = read_row(number, texts_of, reading)
        read.append(row)
        problems += [*wrong, *(one for one in more if one.field not in unread)]
    problems += [*_beyond(cases, found), *day_problems(texts, reading)]
    if mapped:
        problems = [one for one in problems if not _is_uncoded(one, columns)] + uncoded(texts, columns)
    answered = {name for _, texts_of in texts for name, text in texts_of.items() if text}
    whole = [replace(row, lists=tuple(name for name in row.lists if name in answered)) for row in read]
    return Taken(tuple(whole), ()).with_problems(problems)


def _unreadable(
    faults: Sequence[tuple[int, str]], found: Header, columns: Columns, number: int
) -> tuple[list[Problem], set[str]]:
    names = {place: name for name, place in found.places.items()}
    wrong = [(names[place], message) for place, message in faults if place in names]
    told = [
        replace(problem("REG-03", name), title=columns.by_name[name].title, message=message, line=number)
        for name, message in wrong
    ]
    return told, {name for name, _ in wrong}


def _beyond(cases: Sequence[tuple[int, Sequence[str]]], found: Header) -> list[Problem]:
    wide = [number for number, cells in cases if any(cells[found.width :])]
    return [replace(problem("REG-08", ""), title="Row", line=number) for number in wide]


def _is_uncoded(one: Problem, columns: Columns) -> bool:
    column: Column | None = columns.by_name.get(one.field)
    return column is not None and one.rule == "REG-03" and column.takes in CODED and one.message == column.choice


def elsewhere(rows: Sequence[RowRead], configuration: Configuration) -> tuple[list[Problem], int]:
    """The rows whose authority is nearly one of the area (A-39), and how many children lived outside it."""
    homes: dict[str, list[RowRead]] = {}
    for row in rows:
        homes.setdefault(row.values.get("local_authority", ""), []).append(row)
    strangers = {home: of for home, of in homes.items() if lived_elsewhere(home, configuration.authorities)}
    problems = []
    for home, of in strangers.items():
        near = [
            one for one in agency_problems({"child": {"local_authority": home}}, configuration) if one.rule == "A-39"
        ]
        problems += [
            replace(one, field="local_authority", title="Local authority", line=row.number)
            for one in near
            for row in of
        ]
    return problems, sum(map(len, strangers.values()))


# ---- who is there already ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """The cases of the store: who their children are, and the old references of imported ones."""

    identities: Mapping[str, Identity]
    references: Mapping[str, str]


def duplicates(rows: Sequence[RowRead], known: Known) -> list[Problem]:
    """Every row whose child or old reference is in the store or in an earlier row; it names the case or the row, and no value.

    The same NHS number, or the same names with the same dates of birth and death, is one child; a row without names is told
    from others by its number and its old reference alone.
    """
    children: dict[tuple[str, ...], str] = {}
    for case, child in known.identities.items():
        for key in _keys(child):
            children.setdefault(key, f"the case {case}")
    references = {_reference(old): f"the case {case}" for old, case in known.references.items()}
    found = []
    for row in rows:
        keys, old = _keys(identity(notification(row))), _reference(row.values.get("old_reference", ""))
        like = next((key for key in keys if key in children), None)
        if like:
            message = f"{children[like]} has the same {WHAT[like[0]]}; keep one of the two"
            found.append(replace(problem("A-26", like[0]), title="Child", message=message, line=row.number))
        if old and old in references:
            message = f"{references[old]} has the same old reference; each stands for one case"
            found.append(
                replace(problem("REG-05", "old_reference"), title="Old reference", message=message, line=row.number)
            )
        for key in keys:
            children.setdefault(key, f"row {row.number}")
        if old:
            references.setdefault(old, f"row {row.number}")
    return found


def _keys(child: Identity) -> list[tuple[str, ...]]:
    number = [("nhs_number", child.nhs_number)] if child.nhs_number else []
    whole = child.names and child.born and child.died
    return [*number, *([("family_name", child.names, child.born, child.died)] if whole else [])]


def _reference(text: str) -> str:
    return " ".join(text.split()).casefold()
