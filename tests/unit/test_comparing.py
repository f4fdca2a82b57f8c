"""What may be compared with the period before, as what, and what became of it: each side of each limit, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from cdr.statistics.chance_notes import chance_notes
from cdr.statistics.comparing import (
    COUNT,
    EQUAL,
    FEW,
    LESS,
    MORE,
    SAME,
    SHARE,
    Change,
    are_comparable,
    change,
    is_wholly_known,
    kind_of,
    pair,
    question,
    together,
)
from cdr.statistics.tables import NOT_KNOWN, Break, Cell, Row, Table, cell

YEARS = tuple(f"20{n}/{n + 1}" for n in range(14, 24))
SAID = "{last} {before} {n} {of} {n_before} {of_before} {p}"
RULES: dict[str, Any] = {
    "confidence": 0.95,
    "level": 0.05,
    "least_of": 10,
    "chart": {"least_periods": 5, "provisional_below": 10, "sigmas": 3},
    "questions": {"notifications.jar": ["Yes"], "notifications.infant": ["Under 1 year"], "reviews.duration": ["Early", "Later"]},
    "words": {
        "count": {kind: f"count {kind} {SAID}" for kind in (SAME, MORE, LESS)},
        "share": {kind: f"share {kind} {SAID}" for kind in (SAME, MORE, LESS, FEW)}
        | {"interval": "{n} of {of} in {last}: {percent} {low} {high}"},
        "rows": {"silent": "silent", "unknown": "unknown {before}", "differ": "differ {before}: {rows}", "more": "{row}+", "less": "{row}-"},
        "chart": {"within": "within {k} {low} {high} {mean}{provisional}", "within_shares": "shares {k} {last} {low} {high} {mean}{provisional}",
                  "outside": "outside {mean}: {columns}{provisional}", "one": "{column} ({low} {high})", "provisional": " provisional"},
        "no_comparison": "broken {last} {before}",
    },
}  # fmt: skip


def table(id_: str, total: list[Cell], rows: dict[str, list[Cell]] | None = None, **more: Any) -> Table:
    """A table of the last years, as many as its total has cells."""
    made = tuple(Row(label, tuple(cells)) for label, cells in (rows or {}).items())
    more = {"basis": "notified", "columns": YEARS[-len(total) :], **more}
    return Table(id_, "A table", rows=made, total=tuple(total), **more)


def counts(*numbers: int) -> list[Cell]:
    return [cell(n, n) for n in numbers]


def shares(*pairs: tuple[int, int]) -> list[Cell]:
    return [cell(n, of) for n, of in pairs]


def notes(one: Table) -> list[str]:
    return list(chance_notes(one, RULES))


# ---- what is compared ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "basis", "kind"),
    [
        ("notifications.sex", "notified", COUNT), ("deaths.rate", "died", COUNT), ("reviews.sex", "reviewed", SHARE),
        ("returns.agency", "requested", SHARE), ("notifications.jar", "notified", SHARE), ("notifications.family", "notified", SHARE),
        ("notifications.hospital", "notified", SHARE), ("reviews.domains", "died", SHARE),
    ],
)  # fmt: skip
def test_deaths_are_compared_as_counts_and_what_was_found_or_done_as_shares(id_: str, basis: str, kind: str) -> None:
    assert kind_of(table(id_, counts(1), basis=basis)) == kind


def test_several_rows_are_one_question_of_those_that_are_known() -> None:
    rows = (
        Row("a", tuple(shares((1, 9), (2, 8)))), Row("b", tuple(shares((3, 9), (4, 8)))), Row("c", tuple(shares((5, 9), (2, 8)))),
        Row("d", (NOT_KNOWN, NOT_KNOWN)),
    )  # fmt: skip
    assert (together(rows, ["a", "b", "d"], 0), together(rows, ["a", "b"], 1)) == ((4, 9), (6, 8))
    assert together(rows, ["d"], 0) is None and together(rows, [], 0) is None
    assert (pair(Cell(3, None, None)), pair(NOT_KNOWN), pair(cell(2, 9, 7))) == ((3, 0), None, (2, 7))
    assert (question(table("notifications.jar", counts(1)), RULES), question(table("x", counts(1)), RULES)) == (
        ("Yes",),
        (),
    )


def test_one_year_a_year_that_is_not_over_and_one_after_a_break_are_compared_with_nothing() -> None:
    two = table("notifications.sex", counts(1, 2, 3))
    first, before, last = two.columns
    assert are_comparable(two) and not are_comparable(table("notifications.sex", counts(1)))
    assert are_comparable(table("notifications.sex", counts(1, 2)))
    assert are_comparable(replace(two, apart=(first,))) and are_comparable(replace(two, breaks=(Break(before, "why"),)))
    assert not are_comparable(replace(two, apart=(before,))) and not are_comparable(replace(two, apart=(last,)))
    assert not are_comparable(replace(two, breaks=(Break(last, "why"),)))


def test_rows_are_wholly_known_where_the_last_two_columns_know_of_every_case() -> None:
    known, unknown = cell(2, 9), cell(2, 9, 8)
    assert is_wholly_known(table("notifications.sex", counts(9, 9, 9), {"a": [unknown, known, known]}))
    assert not is_wholly_known(table("notifications.sex", counts(9, 9), {"a": [known, known], "b": [unknown, known]}))
    assert not is_wholly_known(table("notifications.sex", counts(9, 9), {"a": [known, unknown]}))
    assert is_wholly_known(table("deaths.rate", counts(9, 9), {"a": [known, unknown]}))
    assert is_wholly_known(table("notifications.sex", counts(9, 9), {"a": [Cell(2, 9, 22.2), known]}))


def about(p: float) -> float:
    return cast(float, pytest.approx(p, rel=1e-3))


# ---- what became of it ---------------------------------------------------------------------------------------------------


def test_counts_are_more_or_less_only_beyond_chance() -> None:
    """Of 30, so many or fewer fall to one of two alike: 9 by 0.0428 (both sides), 10 by 0.0987; both sides of 0.05."""
    assert change(COUNT, (10, 0), (20, 0), RULES) == Change(SAME, about(0.0987))
    assert change(COUNT, (9, 0), (21, 0), RULES) == Change(MORE, about(0.0428))
    assert change(COUNT, (21, 0), (9, 0), RULES) == Change(LESS, about(0.0428))
    assert change(COUNT, (5, 0), (5, 0), RULES) == Change(EQUAL, 1.0)
    exactly = {**RULES, "level": change(COUNT, (9, 0), (21, 0), RULES).p}
    assert change(COUNT, (9, 0), (21, 0), exactly).kind == MORE


def test_shares_are_compared_from_ten_cases_on_and_by_how_large_they_are() -> None:
    """All of ten beside none of ten is one way in 184,756, on each side; a larger number may be a smaller share."""
    assert change(SHARE, (0, 10), (10, 10), RULES) == Change(MORE, about(2 / 184756))
    assert change(SHARE, (10, 10), (0, 10), RULES) == Change(LESS, about(2 / 184756))
    assert change(SHARE, (0, 9), (10, 10), RULES) == change(SHARE, (0, 10), (9, 9), RULES) == Change(FEW, 1.0)
    assert (
        change(SHARE, (9, 10), (20, 100), RULES).kind == LESS and change(SHARE, (20, 100), (9, 10), RULES).kind == MORE
    )
    assert change(SHARE, (5, 10), (5, 10), RULES) == Change(SAME, 1.0)


# ---- what a table says ---------------------------------------------------------------------------------------------------


def test_a_table_speaks_of_its_whole_and_of_the_rows_that_differ() -> None:
    one = table(
        "notifications.local_authority", counts(50, 61), {"a": counts(9, 21), "b": counts(21, 9), "c": counts(20, 31)}
    )
    last, before = one.columns[1], one.columns[0]
    whole = f"count same {last} {before} 61 61 50 50 = 0.343"
    assert notes(one) == ["silent", whole], "of three rows at once, none differs at 0.0428: Holm asks for 0.0167"
    only = replace(one, rows=one.rows[:1])
    assert notes(only) == ["silent", whole, f"differ {before}: a+"]
    assert notes(replace(only, id="notifications.sex")) == ["silent", f"differ {before}: a+"], (
        "one table speaks of the whole"
    )
    both = table("notifications.sex", counts(70, 70), {"a": counts(5, 40), "b": counts(40, 5), "none": counts(0, 0)})
    assert notes(both) == ["silent", f"differ {before}: a+; b-"]
    assert notes(replace(both, id="reviews.year_of_death", basis="reviewed")) == ["silent"]
    assert notes(replace(both, breaks=(Break(last, "why"),))) == [f"broken {last} {before}"]
    assert notes(replace(both, apart=(last,))) == []
    assert notes(replace(both, id="open.year")) == notes(replace(both, id="notifications.times")) == ["silent"]


def test_a_row_of_which_something_is_not_known_is_not_compared_as_a_count() -> None:
    one = table("notifications.sex", counts(70, 70), {"a": [cell(5, 70), cell(40, 70, 69)]})
    assert notes(one) == ["silent", f"unknown {one.columns[0]}"]


def test_which_rows_count_among_those_that_are_compared_at_once() -> None:
    """9 beside 21 is by 0.0428: beyond chance where it is the one comparison, and not where a second is made (Holm asks for 0.025)."""
    id_, hidden = "notifications.sex", Cell(None, None, None, hidden=True)
    alone = {
        "none": shares((0, 70), (0, 70)),
        "before": [hidden, *counts(9)],
        "last": [*counts(9), hidden],
        "a": shares((9, 70), (21, 70)),
    }
    before = YEARS[-2]
    assert notes(table(id_, counts(70, 70), alone)) == ["silent", f"differ {before}: a+"]
    fewer = {**alone, "a": shares((21, 70), (9, 7))}
    assert notes(table(id_, counts(70, 70), fewer)) == ["silent", f"differ {before}: a-"]
    beside = {**alone, "b": counts(5, 5)}
    assert notes(table(id_, counts(70, 70), beside)) == ["silent"]


def test_rows_are_compared_as_shares_where_both_have_one() -> None:
    rows = {
        "a": shares((0, 12), (12, 12)), "b": shares((12, 12), (0, 12)), "few": shares((0, 9), (12, 12)),
        "gone": [NOT_KNOWN, cell(12, 12)], "none": [cell(0, 0), cell(12, 12)],
    }  # fmt: skip
    one = table("reviews.domains", counts(12, 12), rows, basis="reviewed")
    assert f"differ {one.columns[0]}: a+; b-" in notes(one)
    fewer = {"a": shares((20, 100), (19, 20)), "b": shares((19, 20), (20, 100))}
    assert f"differ {one.columns[0]}: a+; b-" in notes(replace(one, rows=table("x", counts(1), fewer).rows))


def test_a_question_is_asked_once_for_the_table() -> None:
    jar = table(
        "notifications.jar", counts(20, 20), {"Yes": shares((2, 20), (18, 20)), "No": shares((18, 20), (2, 20))}
    )
    last, before = jar.columns[1], jar.columns[0]
    assert notes(jar) == ["silent", f"Yes: share more {last} {before} 18 20 2 20 under 0.001"]
    none = replace(jar, rows=table("x", counts(1), {"Yes": shares((0, 0), (18, 20))}).rows)
    assert notes(none) == ["silent"], "a share of nothing is compared with none"
    unknown = replace(jar, rows=table("x", counts(1), {"Yes": [NOT_KNOWN, cell(18, 20)]}).rows)
    assert notes(unknown) == notes(replace(unknown, rows=(Row("Yes", unknown.rows[0].cells[::-1]),))) == ["silent"]
    two = {
        "Early": shares((1, 40), (2, 20), (8, 20)),
        "Later": shares((1, 40), (2, 20), (8, 20)),
        "Last": shares((38, 40), (16, 20), (4, 20)),
    }
    duration = table("reviews.duration", counts(40, 20, 20), two, basis="reviewed")
    assert notes(duration) == ["silent", f"Early and Later: share more {last} {before} 16 20 4 20 under 0.001"]
    infant = table("notifications.infant", counts(40, 40), {"Under 1 year": shares((9, 40), (21, 40))})
    assert notes(infant) == ["silent", f"Under 1 year: count more {last} {before} 21 40 9 40 = 0.043"]
    unsure = table("notifications.infant", counts(40, 40), {"Under 1 year": [cell(9, 40), cell(21, 40, 39)]})
    nothing = table("notifications.infant", counts(40, 40), {"Under 1 year": shares((0, 40), (0, 40))})
    assert notes(unsure) == notes(nothing) == ["silent"]
    first = table("notifications.infant", counts(40, 40), {"Under 1 year": shares((0, 40), (9, 40))})
    assert notes(first) == ["silent", f"Under 1 year: count more {last} {before} 9 40 0 40 = 0.004"]
    same = table("notifications.infant", counts(40, 40), {"Under 1 year": shares((9, 40), (9, 40))})
    assert notes(same) == ["silent", f"Under 1 year: count same {last} {before} 9 40 9 40 = 1.000"]


def test_the_share_of_the_last_year_has_its_interval_where_more_than_one_is_counted() -> None:
    """1 of 10: from 0.25% to 44.5% (Clopper and Pearson)."""
    one = table("returns.agency", shares((1, 10)), basis="requested")
    assert notes(one) == [f"1 of 10 in {one.columns[0]}: 10.0 0.3 44.5"]
    assert notes(replace(one, total=tuple(shares((1, 2))))) == [f"1 of 2 in {one.columns[0]}: 50.0 1.3 98.7"]
    assert notes(replace(one, total=tuple(shares((1, 1))))) == notes(replace(one, total=(NOT_KNOWN,))) == []
    assert notes(replace(one, id="returns.asked")) == []


# ---- the control chart ---------------------------------------------------------------------------------------------------


def chart(one: Table) -> list[str]:
    return [said for said in notes(one) if said.startswith(("within", "shares", "outside"))]


def test_a_chart_of_counts_has_limits_three_roots_from_the_mean() -> None:
    """A mean of 36 has limits at 18 and 54; each is still within."""
    id_ = "notifications.local_authority"
    assert chart(table(id_, counts(18, 54, 36, 36, 36))) == ["within 5 18.0 54.0 36.0 provisional"]
    assert chart(table(id_, counts(18, 54, 36, 36))) == []
    assert chart(table(id_, counts(*[36] * 10))) == ["within 10 18.0 54.0 36.0"]
    last, other = YEARS[-1], YEARS[-2]
    assert chart(table(id_, counts(20, 54, 34, 17, 55))) == [f"outside 36.0: {other}, {last} (18.0 54.0) provisional"]
    assert chart(table("notifications.sex", counts(20, 54, 34, 17, 55))) == []
    near = {**RULES, "chart": {**RULES["chart"], "sigmas": 2}}
    assert "outside 36.0: {}, {} (24.0 48.0) provisional".format(*YEARS[-5:-3]) in chance_notes(
        table(id_, counts(18, 54, 36, 36, 36)), near
    )
    six = table(id_, counts(900, 18, 54, 36, 36, 36))
    assert chart(replace(six, apart=(six.columns[0],))) == ["within 5 18.0 54.0 36.0 provisional"]
    assert chart(replace(six, breaks=(Break(six.columns[1], "why"),))) == []
    assert chart(table(id_, [NOT_KNOWN, *counts(18, 54, 36, 36, 36)])) == ["within 5 18.0 54.0 36.0 provisional"]


def test_a_chart_of_shares_has_the_limits_of_each_year() -> None:
    """A half of 100 has limits at 35% and 65%, of 16 at 12.5% and 87.5%; a year of none has no share."""
    id_ = "reviews.modifiable_by_authority"
    level = [(50, 100)] * 4
    within = table(id_, shares(*level, (8, 16)), basis="reviewed")
    assert chart(within) == [f"shares 5 {YEARS[-1]} 12.5% 87.5% 50.0% provisional"]
    assert chart(table(id_, shares(*level, (0, 0)), basis="reviewed")) == []
    far = table(id_, shares((65, 100), (35, 100), *level, (2, 16), (14, 16), (34, 100), (66, 100)), basis="reviewed")
    assert chart(far) == [f"outside 50.0%: {YEARS[-2]}, {YEARS[-1]} (35.0% 65.0%)"]
    near = {**RULES, "chart": {**RULES["chart"], "sigmas": 1}}
    assert f"shares 5 {YEARS[-1]} 37.5% 62.5% 50.0% provisional" in chance_notes(within, near)
    jar = table("notifications.jar", counts(*[100] * 5), {"Yes": shares(*[(50, 100)] * 5)})
    assert chart(jar) == [f"shares 5 {YEARS[-1]} 35.0% 65.0% 50.0% provisional"]
    assert chart(table("notifications.infant", counts(*[100] * 5), {"Under 1 year": shares(*[(50, 100)] * 5)})) == []
