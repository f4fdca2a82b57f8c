"""What was published before, as readers know it: what may be corrected, what stays hidden, and what a difference would tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cdr.statistics.published_counts import among, others
from cdr.statistics.released import (
    Released,
    as_known,
    differs_by_few,
    limits_of,
    part_of,
    stays_hidden,
    to_correct,
    withdrawn_limits,
    without,
)
from cdr.statistics.tables import Cell, Row, Table, Tally
from cdr.statistics.told import Key, Secret, Sum

FIRST, SECOND = "2022/23", "2023/24"
SPAN = f"{FIRST} to {SECOND}"
HIDDEN = Cell(None, None, None, hidden=True)
SEX, REVIEWS = "notifications.sex", "reviews.sex"


def shown(n: int | None) -> Cell:
    return HIDDEN if n is None else Cell(n, None, None)


def table(columns: tuple[str, ...], id_: str = SEX, **rows: tuple[int | None, ...]) -> Table:
    total = rows.pop("Total", tuple(20 for _ in columns))
    made = tuple(Row(label, tuple(map(shown, counts))) for label, counts in rows.items())
    return Table(id_, "A table", id_.partition(".")[0], columns, made, tuple(map(shown, total)))


def released(*tables: Table, withdrawn: bool = False) -> Released:
    return Released(Tally("Northshire", SECOND, (FIRST, SECOND), "public", tables), {}, withdrawn=withdrawn)


def key(label: str, column: str = FIRST, id_: str = SEX) -> Key:
    return id_, label, column


def test_what_several_releases_told_is_known_together() -> None:
    """A mark beside a number that is shown is one at the least; a number says the rest."""
    first = released(table((FIRST,), Male=(None,), Female=(9,)))
    second = released(table((FIRST, SECOND), Male=(8, 3), Female=(None, None)))
    found = limits_of([first])
    assert (found[key("Male")], found[key("Female")]) == ((1, None), (9, 9))
    both = limits_of([first, second])
    assert (both[key("Male")], both[key("Female")], both[key("Female", SECOND)]) == ((8, 8), (9, 9), (1, None))
    assert limits_of([second, first]) == both and limits_of([]) == {}
    assert part_of(key("Male")) == ("notifications", FIRST) and first.parts == {("notifications", FIRST)}


def test_a_table_that_had_nothing_to_show_stays_closed_while_its_release_stands() -> None:
    one = replace(released(table((FIRST, SECOND), Male=(8, 3))), left_out=frozenset({REVIEWS}))
    assert one.closed == {(REVIEWS, FIRST), (REVIEWS, SECOND)} and replace(one, withdrawn=True).closed == set()


def test_what_changed_is_told_anew_only_where_all_that_told_of_it_was_withdrawn() -> None:
    changed = [("notifications", FIRST), ("notifications", SECOND), ("reviews", FIRST)]
    stands, gone = released(table((FIRST,), Male=(8,))), released(table((FIRST, SECOND), Male=(8, 9)), withdrawn=True)
    assert to_correct([gone], changed) == set(changed)
    assert to_correct([gone, stands], changed) == {("notifications", SECOND), ("reviews", FIRST)}
    years_as_one = released(table((SPAN,), Male=(17,)))
    assert to_correct([gone, years_as_one], changed) == {("reviews", FIRST)}, "both years are in the two as one"
    theme = released(table((among(FIRST, "factors=smoke"),), Male=(8,)))
    assert to_correct([theme], [("notifications", FIRST)]) == set(), "a theme's are among those of all"
    assert to_correct([stands], [("notifications", among(FIRST, "factors=smoke"))]) != set(), (
        "and not the other way round"
    )


def test_what_was_withdrawn_and_corrected_is_forgotten_and_the_rest_is_not() -> None:
    line, other = Sum(key("Total"), (key("Male"), key("Female"))), Sum(key("Total", SECOND), (key("Male", SECOND),))
    one = replace(
        released(table((FIRST, SECOND), Male=(8, 9), Female=(None, 7)), withdrawn=True),
        secrets={key("Female"): Secret(4, 5), key("Female", SECOND): Secret(4)}, small=frozenset({key("Female"), key("x", SECOND)}),
        sums=(line, other),
    )  # fmt: skip
    left = without(one, [("notifications", FIRST)])
    assert left.tally.tables == (table((SECOND,), Male=(9,), Female=(7,)),)
    assert set(left.secrets) == {key("Female", SECOND)} and left.small == frozenset({key("x", SECOND)})
    assert left.sums == (other,)
    assert without(one, []) == one and without(one, [("reviews", FIRST)]) == one
    standing = replace(one, withdrawn=False)
    assert without(standing, [("notifications", FIRST)]) == standing
    later = replace(released(table((FIRST,), Male=(7,))), corrected=frozenset({("notifications", FIRST)}))
    assert as_known([one, later]) == (left, later) and as_known([later, one]) == (later, one), (
        "only a later one corrects"
    )


def test_what_each_withdrawn_release_told_of_what_is_corrected() -> None:
    gone = released(table((FIRST, SECOND), Male=(8, 9)), withdrawn=True)
    part = ("notifications", FIRST)
    [found] = withdrawn_limits([gone, released(table((FIRST,), Male=(7,)))], [part])
    assert {part_of(one) for one in found} == {part} and found[key("Male")] == (8, 8)
    assert withdrawn_limits([gone], []) == withdrawn_limits([gone], [("reviews", FIRST)]) == ()


@pytest.mark.parametrize(
    ("n", "few"), [(5, False), (6, True), (9, True), (10, False), (12, False), (13, True), (16, True), (17, False)]
)
def test_a_difference_of_less_than_five_would_tell_of_how_few_it_was_wrong(n: int, few: bool) -> None:
    """It was told to be from 10 to 12."""
    was = [{key("Female"): (0, 0)}, {key("Male"): (10, 12)}]
    assert differs_by_few(key("Male"), n, was, 5) is few
    assert not differs_by_few(key("Male"), n, [{key("Male"): (10, None)}, {}], 5)


def test_what_was_hidden_stays_hidden_and_its_column_too_where_it_is_none() -> None:
    known = {key("Male"): 8, key("Female"): 3, key("Not known"): 9, key("Male", SECOND): 4}
    was = [{key("Male"): (8, 8), key("Female"): (1, None), key("Not known"): (9, 9), key("Male", SECOND): (4, 4)}]
    assert stays_hidden(known, was) == {key("Female")}
    none = {**known, key("Female"): 0}
    assert stays_hidden(none, was) == {key("Male"), key("Female"), key("Not known")}
    assert stays_hidden(known, [{**was[0], key("Female"): (3, 3)}]) == set() == stays_hidden(known, [])
    untold = {one: limits for one, limits in was[0].items() if one != key("Male")}
    assert stays_hidden(known, [untold]) == {key("Male"), key("Female")}, "of what was not told nothing is known"
    assert others(among(FIRST, "x")) == among(FIRST, "not x")
