"""Public editions of random areas: no reader works out a small count, of one release or of several together, whatever changed between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.test_export import cases
from unit.test_tally import AGENCIES, BANDS

from cdr.documents.tables.tally import render
from cdr.statistics import public_counts as made
from cdr.statistics.attack import Attack
from cdr.statistics.facts import CaseFacts
from cdr.statistics.public_tally import PublicEdition, public_edition
from cdr.statistics.published_counts import spans, sums, told, true_counts
from cdr.statistics.released import Released, limits_of
from cdr.statistics.rounding import ROUND, SHOWN_ROUNDED, Method, rounded, rounded_limits
from cdr.statistics.tables import OVERLAPPING, SHARES, Tally, percent
from cdr.statistics.tally import Choice, tally
from cdr.statistics.tally_json import from_json, to_json
from cdr.statistics.told import Secret, Told
from cdr.statistics.two_themes import known_sums

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


def worked_out(exact: Tally, editions: Sequence[PublicEdition], fewest: int = T) -> list[object]:
    """The small counts of children that an attack on these editions together works out, told from the exact tally."""
    read = [parsed_back(one) for one in editions]
    limits: dict[Any, Any] = {}
    for one, edition in zip(read, editions, strict=True):
        small = [key for key, why in edition.hidden.items() if why == made.SMALL and fewest > T]
        each_told = told(one, small)
        limits |= {key: each for key, each in each_told.items() if key not in limits or each[1] is not None}
    tables = [table for one in read for table in one.tables]
    lines = list(dict.fromkeys(sums(tables)))
    lines = list(dict.fromkeys([*lines, *spans(key for line in lines for key in line.members)]))
    secrets = {}
    for table in (one for one in exact.tables if one.id in made.PUBLISHED - SHARES):
        for place, column in enumerate(table.columns):
            for row in table.rows:
                n, key = row.cells[place].n, (table.id, row.label, column)
                if n is not None and 0 < n < fewest and key in limits:
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


@settings(max_examples=many(6))
@given(st.integers(0, 150), st.integers(0, 100_000))
def test_rounded_no_small_count_is_shown_or_can_be_worked_out(n: int, seed: int) -> None:
    known = cases(n, seed)
    first = public_edition(of(known, "2022/23", 1, tables=TABLES), (), (), Method(ROUND))
    small = frozenset(key for key, why in first.hidden.items() if why == made.SMALL)
    exact = of(known, tables=TABLES)
    second = public_edition(exact, [Released(first.tally, first.secrets, small)], (), Method(ROUND))
    for table in second.tally.tables:
        for row in table.rows:
            assert all(cell.n is None or cell.n == 0 or (cell.n >= 10 and cell.n % 5 == 0) for cell in row.cells)
    assert worked_out(exact, [first, second], SHOWN_ROUNDED) == []
    assert second.tally.rounded and parsed_back(second).rounded


@pytest.mark.parametrize(("n", "shown"), [(0, 0), (8, 10), (12, 10), (13, 15), (21, 20), (22, 20), (73, 75), (74, 75)])
def test_the_nearest_five_is_shown_and_what_it_tells_holds_it(n: int, shown: int) -> None:
    low, high = rounded_limits(shown)
    assert rounded(n) == shown and low <= n <= (high or 0) and rounded_limits(n) == (low, high)
    assert rounded_limits(3) == (1, 7)


def test_example_e_one_late_case_leaves_what_is_rounded_as_it_was() -> None:
    """A first edition with 21 of 73 and a second with 22 of 74 say the same, so that nobody is told who came late."""
    assert [(rounded(n), rounded(of)) for n, of in ((21, 73), (22, 74))] == [(20, 75), (20, 75)]
    known = [replace(one, sex="male") for one in cases(73, 3)]
    later = [*known, replace(known[0], case="2022-9999")]
    tables = ("notifications.sex", "notifications.local_authority")
    editions = [
        public_edition(of(one, "2023/24", 2, tables=tables, pooled=True), (), (), Method(ROUND))
        for one in (known, later)
    ]
    assert editions[0].tally.table("notifications.local_authority").total[0].n == 75
    assert to_json(editions[0].tally)["tables"][0]["total"] == to_json(editions[1].tally)["tables"][0]["total"]


@pytest.mark.parametrize("method", [Method(), Method(ROUND)])
def test_example_f_a_percentage_tells_no_more_than_the_numbers_beside_it(method: Method) -> None:
    """Of thirteen or fewer, 14.3 per cent can only be one of seven: there is none where a number is hidden, and each follows from two."""
    known = [replace(one, category=4 if n < 7 else 8, modifiable="yes" if n % 7 == 0 else "no") for n, one in
             enumerate(one for one in cases(110, 7) if one.reviewed_on)]  # fmt: skip
    edition = public_edition(of(known, years=2), (), (), method)
    cells = [
        (table, cell) for table in edition.tally.tables for row in table.rows for cell in (*row.cells, *table.total)
    ]
    assert any(cell.percent for _, cell in cells)
    for table, cell in cells:
        if cell.percent is not None:
            assert cell.n is not None and cell.of is not None and cell.of >= method.fewest
            assert cell.n == 0 or cell.n >= method.fewest
            assert cell.percent == percent(cell.n, cell.of, table.decimals)


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


def withdrawn_and_corrected(n: int, seed: int, late: int) -> tuple[Tally, Tally, PublicEdition, PublicEdition]:
    """The exact tables before and after some cases came late and one was another, and both editions; the first was withdrawn."""
    known = cases(n, seed)
    then = of(known, "2023/24", 2, tables=TABLES)
    first = public_edition(then)
    more = [replace(one, case=f"2022-9{place:03}") for place, one in enumerate(known[:late])]
    now = of(
        [replace(known[0], sex="female" if known[0].sex == "male" else "male"), *known[1:], *more],
        "2023/24",
        2,
        tables=TABLES,
    )
    return then, now, first, public_edition(now, [Released(first.tally, first.secrets, withdrawn=True)])


@settings(max_examples=many(6))
@given(st.integers(30, 200), st.integers(0, 10_000), st.integers(0, 12))
def test_what_was_withdrawn_is_corrected_and_nobody_learns_by_how_few(n: int, seed: int, late: int) -> None:
    _, now, first, second = withdrawn_and_corrected(n, seed, late)
    assert worked_out(now, [second]) == []
    known = {key: limits for key, limits in told(parsed_back(first)).items() if limits[1] is not None}
    true = {key: m for table in now.tables if table.id in made.PUBLISHED for key, m in true_counts(table)}
    limits = told(parsed_back(second))
    lines = tuple(dict.fromkeys(sums(parsed_back(second).tables)))
    few = {key: Secret(T - 1) for key, (was, _) in known.items() if key in true and 0 < abs(true[key] - was) < T}
    assert Attack(Told(limits, lines)).given_away(few) == []
    for key, (low, high) in limits.items():
        assert high is None or key in known, "what the first hid is shown by none"
        assert high is None or low == true[key]


def test_a_corrected_figure_is_shown_again_and_the_one_after_repeats_it() -> None:
    then, now, first, second = withdrawn_and_corrected(200, 5, 12)
    assert second.corrected and not second.stays and second.shown > 0.2
    was, is_now = (one.table("notifications.sex").total[0].n for one in (then, now))
    assert is_now != was and second.tally.table("notifications.sex").total[0].n in (is_now, None)
    before = [
        Released(first.tally, first.secrets, withdrawn=True),
        Released(second.tally, second.secrets, corrected=second.corrected),
    ]
    third = public_edition(now, before)
    assert to_json(third.tally) == to_json(second.tally)
    later = public_edition(then, before)
    assert later.stays and to_json(later.tally) == to_json(second.tally), "a release that stands is repeated"


def test_what_another_release_tells_as_well_is_not_corrected() -> None:
    _, now, first, _ = withdrawn_and_corrected(200, 5, 12)
    both = [Released(first.tally, first.secrets, withdrawn=True), Released(first.tally, first.secrets)]
    again = public_edition(now, both)
    assert not again.corrected and again.stays and to_json(again.tally) == to_json(first.tally)


def test_years_as_one_beside_single_years_are_kept() -> None:
    known = cases(90, 4)
    first = public_edition(of(known, "2022/23", 1, tables=TABLES))
    exact = of(known, "2023/24", 2, tables=TABLES, pooled=True)
    second = public_edition(exact, [Released(first.tally, first.secrets)])
    assert worked_out(of(known, "2023/24", 2, tables=TABLES), [first, second]) == []


@pytest.mark.parametrize("method", [Method(), Method(ROUND)])
@pytest.mark.parametrize("seed", [42, 156, 270])
def test_years_as_one_have_a_public_edition_however_few_died_in_each(seed: int, method: Method) -> None:
    """What a year hides is kept by hiding of the years as one; that there is none such was said of some."""
    known = cases(10, seed)
    first = public_edition(of(known, tables=TABLES[:3]), (), (), method)
    small = frozenset(key for key, why in first.hidden.items() if why == made.SMALL and method.is_rounded)
    exact = of(known, tables=TABLES[:3], pooled=True)
    second = public_edition(exact, [Released(first.tally, first.secrets, small)], (), method)
    assert worked_out(of(known, tables=TABLES[:3]), [first, second], method.fewest) == []


@pytest.mark.parametrize("method", [Method(), Method(ROUND)])
@pytest.mark.parametrize(("n", "seed"), [(8, 2), (12, 1), (20, 3), (40, 4)])
def test_years_after_years_as_one_have_a_public_edition_however_few_died(n: int, seed: int, method: Method) -> None:
    """What the years as one showed as none is none in each year: that is no reason to show nothing of a year ever."""
    known = cases(n, seed)
    exact, as_one = (of(known, tables=TABLES[:4], pooled=pooled, every_row=True) for pooled in (False, True))
    first = public_edition(as_one, (), (), method)
    small = frozenset(key for key, why in first.hidden.items() if why == made.SMALL and method.is_rounded)
    second = public_edition(exact, [Released(first.tally, first.secrets, small)], (), method)
    assert worked_out(exact, [first, second], method.fewest) == []
    assert all(one.width for one in second.secrets.values())


@pytest.mark.parametrize("method", [Method(), Method(ROUND)])
@pytest.mark.parametrize(("n", "seed"), [(40, 1), (60, 7), (100, 8)])
def test_example_d_years_as_one_that_overlap_do_not_tell_the_year_that_is_in_one_alone(
    n: int, seed: int, method: Method
) -> None:
    known = [replace(one, notified_on=one.notified_on + timedelta(days=365 * (place % 2))) for place, one in
             enumerate(cases(n, seed))]  # fmt: skip
    spans_of = [("2022/23", 1), ("2023/24", 2), ("2024/25", 2)]
    editions: list[PublicEdition] = []
    before: list[Released] = []
    for year, years in spans_of:
        kept = made.of_each_year(of(known, year, years, tables=TABLES[:3], every_row=True), method)
        exact = of(known, year, years, tables=TABLES[:3], every_row=True, pooled=years > 1)
        editions.append(public_edition(exact, before, (), method, kept))
        small = frozenset(key for key, why in editions[-1].hidden.items() if why == made.SMALL and method.is_rounded)
        before.append(Released(editions[-1].tally, editions[-1].secrets, small))
    true = made.of_each_year(of(known, "2024/25", 3, tables=TABLES[:3], every_row=True), method).secrets
    limits = limits_of(before)
    lines = known_sums([table for one in editions for table in parsed_back(one).tables])
    assert true and Attack(Told(limits, lines)).given_away(true) == []


def test_fewer_tables_after_all_of_them_repeat_what_was_shown() -> None:
    known = cases(40, 6)
    first = public_edition(of(known))
    second = public_edition(
        of(known, tables=("notifications.sex", "reviews.category")), [Released(first.tally, first.secrets)]
    )
    for table in second.tally.tables:
        assert table.rows == first.tally.table(table.id).rows


def test_a_table_that_had_nothing_to_show_has_nothing_in_the_next_file_of_the_same_day() -> None:
    """The HTML was recorded without a table of factors, and the PDF after it had one."""
    known, factors = cases(200, 6), "reviews.contributory_factors"
    first = public_edition(of(known, tables=("reviews.sex",)))
    before = Released(first.tally, first.secrets, left_out=frozenset({factors}))
    exact = of(known, tables=("reviews.sex", factors))
    assert public_edition(exact, [before]).left_out == (factors,)
    assert public_edition(exact, [replace(before, left_out=frozenset())]).left_out == ()


def test_rows_are_the_same_whatever_was_counted_and_their_order_tells_nothing() -> None:
    codes = ["older_code", "another_code", "older_code", "male"] * 15  # of a list that is not used any more
    known = [replace(one, sex=code) for one, code in zip(cases(60, 9), codes, strict=True)]
    tables = ("notifications.sex", "notifications.place")
    one, every = (of(found, "2023/24", 2, tables=tables, every_row=True) for found in (known[:1], known))
    rows = [row.label for row in every.table("notifications.sex").rows]
    assert rows[-2:] == ["Another code", "Older code"], "by name, though the other is more often"
    assert {"Indeterminate", "Not known"} <= set(rows)
    places = [[row.label for row in found.table("notifications.place").rows] for found in (one, every)]
    assert places[0] == places[1] and "Abroad" in places[0]


@pytest.mark.parametrize("n", [0, 1, 4, 5, 6])
def test_an_area_with_hardly_a_death_tells_nothing_of_it(n: int) -> None:
    known = [replace(one, local_authority="Northshire", sex="male") for one in cases(n, 2)]
    edition = public_edition(of(known, years=1))
    table = edition.tally.table("notifications.sex")
    if sum(1 for one in known if one.notified_on.isoformat() >= "2023-04-01"):
        assert all(row.cells[0].hidden for row in table.rows)
    if any(one.reviewed_on and one.reviewed_on.isoformat() >= "2023-04-01" for one in known):
        assert "reviews.year_of_death" in edition.left_out, "its rows are years in which somebody died"
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
