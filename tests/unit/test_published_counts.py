"""What a published table tells of each count, and which counts a reader can add up."""

from __future__ import annotations

from dataclasses import replace

from cdr.statistics.published_counts import (
    among,
    at_time,
    is_theme,
    meet,
    of_key,
    others,
    parts_of_all,
    rest_key,
    spans,
    sums_of,
    theme_of,
    time_of,
    told,
    total_key,
    true_counts,
    years_of,
)
from cdr.statistics.tables import NOT_KNOWN, Cell, Row, Table, Tally
from cdr.statistics.told import Sum
from cdr.statistics.two_themes import Pair, of_two, pairs

YEAR, SPAN = "2023/24", "2021/22 to 2023/24"
SEX, SHARE, OVERLAPS = "notifications.sex", "reviews.modifiable_by_authority", "reviews.contributory_factors"
HIDDEN = Cell(None, None, None, hidden=True)


def of(id_: str, *rows: Cell, total: Cell = Cell(20, 20, None), column: str = YEAR, rounded: bool = False) -> Tally:
    made = tuple(Row(f"r{n}", (one,)) for n, one in enumerate(rows))
    table = Table(id_, "A table", "notified", (column,), made, (total,))
    return Tally("Northshire", YEAR, (YEAR,), "public", (table,), rounded=rounded)


# ---- names ---------------------------------------------------------------------------------------------------------------


def test_a_column_says_of_which_years_it_is_and_what_its_cases_have_in_common() -> None:
    theme = among(SPAN, "factors=smoke")
    assert (time_of(theme), theme_of(theme), time_of(SPAN), theme_of(SPAN)) == (SPAN, "factors=smoke", SPAN, "")
    assert years_of(theme) == years_of(SPAN) == ("2021/22", "2022/23", "2023/24") and years_of(YEAR) == (YEAR,)
    assert at_time(theme, YEAR) == among(YEAR, "factors=smoke") and at_time(SPAN, YEAR) == YEAR
    assert meet(theme, YEAR) and meet(YEAR, SPAN) and not meet(SPAN, "2020/21") and not meet("2024/25", SPAN)
    assert others(theme) == among(SPAN, "not factors=smoke")
    both = Pair("a", "b", (YEAR,))
    assert is_theme(theme) and not any(
        is_theme(among(YEAR, one)) for one in (both.both, both.neither, both.only("a"), "not a")
    )
    assert not is_theme(YEAR)


def test_tables_that_count_the_same_cases_have_one_total() -> None:
    assert total_key(SEX, YEAR) == total_key("notifications.place", YEAR) == ("notifications", "Total", YEAR)
    assert (
        total_key(SHARE, YEAR)
        == total_key("reviews.modifiable_by_category", YEAR)
        == ("reviews.modifiable_by_", "Total", YEAR)
    )
    assert total_key("returns.agency", YEAR) == ("returns.agency", "Total", YEAR)
    assert of_key(SHARE, "Northshire", YEAR) == ("reviews.local_authority", "Northshire", YEAR)
    assert of_key(SHARE, None, YEAR) == of_key(OVERLAPS, "Damp", YEAR) == ("reviews", "Total", YEAR)
    assert rest_key((SHARE, "Northshire", YEAR)) == (f"{SHARE}:rest", "Northshire", YEAR)


# ---- sums ----------------------------------------------------------------------------------------------------------------


def test_rows_add_up_to_their_total_and_those_with_something_and_the_others_to_all() -> None:
    all_, a, b = ("notifications", "Total", YEAR), (SEX, "a", YEAR), (SEX, "b", YEAR)
    assert list(sums_of(SEX, ["a", "b"], YEAR)) == [Sum(all_, (a, b))] and list(sums_of(SEX, [], YEAR)) == []
    factor = (OVERLAPS, "a", YEAR)
    assert list(sums_of(OVERLAPS, ["a"], YEAR)) == [Sum(("reviews", "Total", YEAR), (factor, rest_key(factor)))]
    with_, total = (SHARE, "a", YEAR), total_key(SHARE, YEAR)
    assert list(sums_of(SHARE, ["a"], YEAR)) == [
        Sum(total, (with_,)), Sum(("reviews.local_authority", "a", YEAR), (with_, rest_key(with_))),
        Sum(("reviews", "Total", YEAR), (total, rest_key(total))),
    ]  # fmt: skip


def test_years_as_one_are_the_sum_of_the_years_and_all_are_a_theme_and_the_others() -> None:
    years = tuple((SEX, "a", year) for year in ("2021/22", "2022/23", "2023/24"))
    assert list(spans([(SEX, "a", SPAN), (SEX, "a", YEAR), (SEX, "a", SPAN)])) == [Sum((SEX, "a", SPAN), years)]
    theme = among(YEAR, "x")
    assert list(parts_of_all([(SEX, "a", theme), (SEX, "a", YEAR)])) == [
        Sum((SEX, "a", YEAR), ((SEX, "a", theme), (SEX, "a", others(theme))))
    ]


def test_two_themes_have_those_in_both_in_one_alone_and_in_neither() -> None:
    columns = [among("2022/23", "x"), among(YEAR, "x"), among(YEAR, "y"), YEAR, others(among(YEAR, "y"))]
    [pair] = pairs(columns)
    assert (pair.first, pair.second, pair.years, pair.times) == ("x", "y", (YEAR,), (YEAR,))
    assert (pair.both, pair.only("x"), pair.only("y"), pair.neither) == (
        "x and y",
        "x and not y",
        "y and not x",
        "not x and not y",
    )
    assert Pair("x", "y", ("2022/23", YEAR)).times == ("2022/23", YEAR, f"2022/23 to {YEAR}")
    assert pairs([among("2022/23", "x"), among(YEAR, "y")]) == [], "no year together"

    def at(text: str) -> tuple[str, str, str]:
        return SEX, "a", among(YEAR, text)

    assert list(of_two([at("x"), at("y")])) == [
        Sum(at("x"), (at("x and y"), at("x and not y"))), Sum(at("y"), (at("x and y"), at("y and not x"))),
        Sum(at("not x"), (at("y and not x"), at("not x and not y"))),
    ]  # fmt: skip


# ---- what is told --------------------------------------------------------------------------------------------------------


def test_a_mark_beside_a_number_is_one_at_the_least_and_else_may_be_none() -> None:
    known = told(of(SEX, Cell(9, 20, 45.0), HIDDEN))
    assert (known[SEX, "r0", YEAR], known[SEX, "r1", YEAR], known["notifications", "Total", YEAR]) == (
        (9, 9),
        (1, None),
        (20, 20),
    )
    closed = told(of(SEX, HIDDEN, HIDDEN, total=HIDDEN))
    assert closed[SEX, "r0", YEAR] == (0, None) == closed["notifications", "Total", YEAR]
    shares = told(of(SHARE, Cell(9, 20, 45.0), HIDDEN))
    assert shares[SHARE, "r1", YEAR] == (0, None) and shares["reviews.local_authority", "r0", YEAR] == (20, 20)


def test_of_a_rounded_tally_the_small_are_from_one_to_seven() -> None:
    tally = of(SEX, Cell(10, 20, 50.0), HIDDEN, HIDDEN, rounded=True)
    small = {(SEX, "r1", YEAR), (SEX, "elsewhere", YEAR)}
    known = told(tally, small)
    assert (known[SEX, "r0", YEAR], known[SEX, "r1", YEAR], known[SEX, "r2", YEAR]) == ((8, 12), (1, 7), (1, None))
    assert (SEX, "elsewhere", YEAR) not in known and known["notifications", "Total", YEAR] == (18, 22)
    closed = told(of(SEX, HIDDEN, HIDDEN, rounded=True), small)
    assert closed[SEX, "r1", YEAR] == (0, None), "where nothing is shown, a mark may stand for none"


def test_the_true_counts_are_of_rows_of_their_wholes_and_of_the_total() -> None:
    [table] = of(SHARE, Cell(3, 9, 33.3), NOT_KNOWN, total=Cell(3, 9, 33.3)).tables
    assert dict(true_counts(table)) == {
        (SHARE, "r0", YEAR): 3, ("reviews.local_authority", "r0", YEAR): 9, total_key(SHARE, YEAR): 3, ("reviews", "Total", YEAR): 9,
    }  # fmt: skip
    sex = replace(table, id=SEX)
    assert dict(true_counts(sex)) == {(SEX, "r0", YEAR): 3, ("notifications", "Total", YEAR): 9}
