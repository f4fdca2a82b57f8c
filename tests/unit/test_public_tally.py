"""Public editions of random areas: no reader works out a small count, of one release or of several together, whatever changed between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.test_export import cases
from unit.test_tally import AGENCIES, BANDS

from cdr.documents.tables.tally import render
from cdr.statistics import public_tally as made
from cdr.statistics.attack import Attack
from cdr.statistics.facts import CaseFacts
from cdr.statistics.public_tally import PublicEdition, Released, public_edition
from cdr.statistics.tables import OVERLAPPING, SHARES, Tally
from cdr.statistics.tally import Choice, tally, to_json
from cdr.statistics.tally_json import from_json
from cdr.statistics.told import Secret, Told

T = 5
TABLES = (
    "notifications.sex",
    "notifications.age_band",
    "notifications.place",
    "reviews.category",
    "reviews.modifiable_by_category",
)


def of(known: Sequence[CaseFacts], year: str = "2023/24", years: int = 2, **more: Any) -> Tally:
    choice = Choice(**more)
    return tally(known, "North", ["Northshire", "Southtown"], AGENCIES, year, years, BANDS, choice)


def parsed_back(edition: PublicEdition) -> Tally:
    """The edition as a reader has it: from its JSON."""
    return from_json(to_json(edition.tally))


def worked_out(exact: Tally, editions: Sequence[PublicEdition]) -> list[object]:
    """The small counts of children that an attack on these editions together works out, told from the exact tally."""
    read = [parsed_back(one) for one in editions]
    limits: dict[Any, Any] = {}
    for one in read:
        limits |= {key: told for key, told in made.told(one).items() if key not in limits or told[0] == told[1]}
    tables = [table for one in read for table in one.tables]
    lines = list(dict.fromkeys(made.sums(tables)))
    lines = list(dict.fromkeys([*lines, *made.spans(key for line in lines for key in line.members)]))
    secrets = {}
    for table in (one for one in exact.tables if one.id in made.PUBLISHED - SHARES):
        for place, column in enumerate(table.columns):
            for row in table.rows:
                n, key = row.cells[place].n, (table.id, row.label, column)
                if n is not None and 0 < n < T and key in limits:
                    secrets[key] = Secret(T - 1, T)
    return list(Attack(Told(limits, tuple(lines))).given_away(secrets))


@settings(max_examples=many(12))
@given(st.integers(0, 150), st.integers(0, 100_000))
def test_no_small_count_is_shown_or_can_be_worked_out(n: int, seed: int) -> None:
    exact = of(cases(n, seed), tables=TABLES)
    edition = public_edition(exact)
    for table in edition.tally.tables:
        for row in table.rows:
            for cell in row.cells:
                assert cell.n is None or cell.n == 0 or cell.n >= T
                assert not cell.hidden or (cell.n, cell.of, cell.percent) == (None, None, None)
    assert worked_out(exact, [edition]) == []


@settings(max_examples=many(8))
@given(st.integers(20, 120), st.integers(0, 10_000), st.booleans())
def test_a_second_release_tells_no_more_and_repeats_the_first(n: int, seed: int, late: bool) -> None:
    known = cases(n, seed)
    first = public_edition(of(known, "2022/23", 1, tables=TABLES))
    before = [Released(first.tally, first.secrets)]
    if late:  # a case that was notified late, or found to be another
        known = [*known[1:], replace(known[0], case="2022-9999", sex="male"), replace(known[0], case="2022-9998")]
    exact = of(known, "2023/24", 2, tables=TABLES)
    second = public_edition(exact, before)
    for table in first.tally.tables:
        again = next((one for one in second.tally.tables if one.id == table.id), None)
        if again is not None and table.id not in OVERLAPPING:
            shown = {row.label: row.cells[0] for row in again.rows}
            assert all(shown[row.label] == row.cells[0] for row in table.rows if row.label in shown)
    if not late:
        assert worked_out(exact, [first, second]) == []


def test_years_as_one_beside_single_years_are_kept() -> None:
    known = cases(90, 4)
    first = public_edition(of(known, "2022/23", 1, tables=TABLES))
    exact = of(known, "2023/24", 2, tables=TABLES, pooled=True)
    second = public_edition(exact, [Released(first.tally, first.secrets)])
    assert worked_out(of(known, "2023/24", 2, tables=TABLES), [first, second]) == []


def test_fewer_tables_after_all_of_them_repeat_what_was_shown() -> None:
    known = cases(40, 6)
    first = public_edition(of(known))
    second = public_edition(
        of(known, tables=("notifications.sex", "reviews.category")), [Released(first.tally, first.secrets)]
    )
    for table in second.tally.tables:
        assert table.rows == first.tally.table(table.id).rows


@pytest.mark.parametrize("n", [0, 1, 4, 5, 6])
def test_an_area_with_hardly_a_death_tells_nothing_of_it(n: int) -> None:
    known = [replace(one, local_authority="Northshire", sex="male") for one in cases(n, 2)]
    edition = public_edition(of(known, years=1))
    table = edition.tally.table("notifications.sex")
    if sum(1 for one in known if one.notified_on.year == 2023 or one.notified_on.isoformat() > "2023-04-01"):
        assert all(row.cells[0].hidden for row in table.rows)
    for format_ in ("table", "md", "csv", "json", "html"):
        assert "Northshire" in render(edition.tally, format_)


def test_all_of_a_category_with_modifiable_factors_is_not_told() -> None:
    known = [replace(one, category=1, modifiable="yes") for one in cases(12, 5) if one.reviewed_on]
    edition = public_edition(of(known, years=2))
    with_ = edition.tally.table("reviews.modifiable_by_category")
    assert all(row.cells[-1].hidden for row in with_.rows) and with_.total[-1].hidden
    assert set(edition.hidden.values()) <= {"small", "all or none of a group", "beside a small one"}


def test_notes_that_tell_a_number_and_what_is_not_looked_at_are_not_in_it() -> None:
    notes = [note for of_kind in BANDS["notes"].values() for note in of_kind]
    edition = public_edition(of(cases(120, 3)), (), notes)
    assert "returns.agency" in edition.left_out
    told = {note for table in edition.tally.tables for note in table.notes}
    assert told <= set(notes) and told
    assert all(not table.references and table.id in made.PUBLISHED for table in edition.tally.tables)
    assert 0.4 < edition.shown < 0.9
