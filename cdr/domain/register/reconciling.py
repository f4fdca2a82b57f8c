"""Deaths that a registrar lists against the cases of a store: which were never notified, which are spelt otherwise, which are missing.

A row belongs to a case where the NHS number is the same, or where names and dates are, or are alike by a slip of the pen. Each case is
found for one row, so that of twins the one who was not notified is seen.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from cdr import moments, nhs_numbers
from cdr.domain.case.duplicates import TWIN, Identity, Likeness, identity, same_child
from cdr.domain.register.register import Columns, RowRead
from cdr.domain.register.register_guess import guess_columns
from cdr.records import dataclass, replace
from cdr.written import bare_name

SEARCHED_ROWS = 20
WHO = ("name", "family_name", "first_names", "nhs_number")
SURE, BY_NUMBER, ALIKE = 100, 90, 10

Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Listed:
    """One death that is listed: the row's number in the file and who died."""

    row: int
    child: Identity
    name: str = ""


@dataclass(frozen=True)
class Matched:
    """A row and the case that it belongs to; `exact` where everything that both say is the same, accents and case apart."""

    row: int
    case: str
    exact: bool


@dataclass(frozen=True)
class Reconciled:
    """What came of a list: rows without a case, rows with theirs, and the cases that are not in the list.

    `perhaps` names by row the cases of a child who was born and died on the same days under another name.
    """

    never_notified: tuple[int, ...]
    matched: tuple[Matched, ...]
    not_in_list: tuple[str, ...]
    perhaps: Mapping[int, tuple[str, ...]]


def header_of(rows: Rows, columns: Columns) -> tuple[int, dict[str, int]]:
    """The place of the header among the rows, and that of each column among the cells; no column where there is no header."""
    found = [
        {name: one.place for name, one in guess_columns(cells, columns).items()} for _, cells in rows[:SEARCHED_ROWS]
    ]
    best = max(range(len(found)), key=lambda i: (len(found[i]), -i), default=0)
    if not found or "date_of_death" not in found[best] or not set(WHO) & found[best].keys():
        return 0, {}
    return best, found[best]


def listed(row: RowRead) -> Listed:
    """One row as it was read."""
    said = {name: str(value) for name, value in row.values.items()}
    first, family = said.get("first_names", ""), said.get("family_name", "")
    if not (first and family) and (whole := said.get("name", "")):
        first, family = _apart(whole)
    number = ""
    with suppress(ValueError):
        number = nhs_numbers.read(said.get("nhs_number", ""))
    form = {
        "child": {"first_names": first, "family_name": family, "date_of_birth": said.get("date_of_birth")},
        "death": {"date": said.get("date_of_death")},
    }
    return Listed(row.number, replace(identity(form), nhs_number=number), f"{first} {family}".strip())


def _apart(whole: str) -> tuple[str, str]:
    """First names and family name of a whole name: what stands before a comma or in capitals is the family name, else the last word."""
    if "," in whole:
        family, _, first = whole.partition(",")
        return first.strip(), family.strip()
    words = whole.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len(words):
        return " ".join(word for word in words if word not in capitals), " ".join(capitals)
    return " ".join(words[:-1]), " ".join(words[-1:])


def reconcile(
    rows: Sequence[Listed], cases: Mapping[str, Identity], since: date | None, until: date | None
) -> Reconciled:
    """Rows against cases; a case is missing in the list where the child died from `since` to `until` (both counted).

    Without them: in the months from the first death of the list to its last.
    """
    pairs = sorted(_pairs(rows, cases), key=lambda pair: (-pair[0], pair[1], pair[2]))
    found: dict[int, Matched] = {}
    taken: set[str] = set()
    for score, row, case, exact in pairs:
        if row not in found and (case not in taken or score >= BY_NUMBER):
            found[row] = Matched(row, case, exact)
            taken.add(case)
    left = [one for one in rows if one.row not in found]
    perhaps = {one.row: same for one in left if (same := tuple(_same_days(one.child, cases, taken)))}
    first, last = _months(rows)
    span = (since or first, until or last)
    absent = [case for case, child in cases.items() if case not in taken and _died_within(child, *span)]
    order = tuple(found[one.row] for one in rows if one.row in found)
    return Reconciled(tuple(one.row for one in left), order, tuple(sorted(absent)), perhaps)


def _pairs(rows: Sequence[Listed], cases: Mapping[str, Identity]) -> Iterator[tuple[int, int, str, bool]]:
    """Each row with each case that it may belong to: how sure that is, and whether all is the same."""
    by_number = {child.nhs_number: case for case, child in cases.items() if child.nhs_number}
    by_death: dict[str, list[str]] = {}
    for case, child in cases.items():
        by_death.setdefault(child.died, []).append(case)
    for one in rows:
        near = Likeness(one.child).deaths
        known = [case for day in near for case in by_death.get(day, ())]
        number = by_number.get(one.child.nhs_number)
        for case in dict.fromkeys([*([number] if number else []), *known]):
            score, exact = _compared(one.child, cases[case])
            if score:
                yield score, one.row, case, exact


def _compared(row: Identity, case: Identity) -> tuple[int, bool]:
    """How sure it is that both are one child (0: it is another), and whether all that both say is the same."""
    whole = replace(row, born=row.born or case.born)
    if same_child(whole, case):
        exact = _is_the_same(whole, case)
        return (BY_NUMBER if row.nhs_number == case.nhs_number and not exact else SURE), exact
    alike = Likeness(whole).to(case)
    return (ALIKE + len(alike), False) if alike and TWIN not in alike else (0, False)


def _is_the_same(row: Identity, case: Identity) -> bool:
    numbers = not (row.nhs_number and case.nhs_number) or row.nhs_number == case.nhs_number
    return numbers and (row.names, row.born, row.died) == (case.names, case.born, case.died)


def _same_days(row: Identity, cases: Mapping[str, Identity], taken: set[str]) -> Iterator[str]:
    for case, child in cases.items():
        if case not in taken and row.born and (row.born, row.died) == (child.born, child.died):
            yield case


def _months(rows: Sequence[Listed]) -> tuple[date, date]:
    days = [moments.day(one.child.died) for one in rows if one.child.died]
    first, last = min(days, default=date.max), max(days, default=date.min)
    return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])


def _died_within(child: Identity, first: date, last: date) -> bool:
    return bool(child.died) and first.isoformat() <= child.died <= last.isoformat()


def has_a_name(row: RowRead) -> bool:
    """Whether a row says who died, by a name or a number."""
    return any(bare_name(str(row.values.get(name, ""))) for name in WHO)
