"""Hidden counts stay hidden: the attack agrees with brute force, breaks naive hiding, and never what `hide` made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.statistics.attack import Attack
from cdr.statistics.hiding import Counts, hide
from cdr.statistics.told import Key, Secret, Sum, Told

T = 5
SMALL = Secret(width=T - 1, reach=T)
TRUTH = {
    "Perinatal": [14, 6, 1], "Malignancy": [7, 9, 8], "Trauma": [0, 5, 12], "SUDI": [3, 2, 6],
}  # fmt: skip


def two_way(rows: Mapping[str, list[int]], table: str = "a") -> tuple[dict[Key, int], tuple[Sum, ...]]:
    """A table of two dimensions with all its totals, as counts and sums."""
    columns = [f"c{i}" for i in range(len(next(iter(rows.values()))))]
    true = {(table, row, column): n for row, counts in rows.items() for column, n in zip(columns, counts, strict=True)}
    sums = []
    for row in rows:
        sums.append(Sum((table, row, "Total"), tuple((table, row, column) for column in columns)))
    for column in columns:
        sums.append(Sum((table, "Total", column), tuple((table, row, column) for row in rows)))
    sums.append(Sum((table, "Total", "Total"), tuple((table, "Total", column) for column in columns)))
    sums.append(Sum((table, "Total", "Total"), tuple((table, row, "Total") for row in rows)))
    for one in sums:
        true[one.whole] = sum(true[part] for part in one.parts)
    return true, tuple(sums)


def counts(true: Mapping[Key, int], sums: tuple[Sum, ...]) -> Counts:
    return Counts(true, sums, {key: SMALL for key, n in true.items() if 0 < n < T})


def column_of(true: Mapping[Key, int]) -> object:
    return lambda key: [one for one in true if one[0] == key[0]]


def made(true: Mapping[Key, int], sums: tuple[Sum, ...]) -> set[Key]:
    return hide(counts(true, sums), lambda key: [[one for one in true if one[0] == key[0]]]).hidden


def test_example_a_small_counts_alone_are_all_worked_out_and_the_whole_is_kept() -> None:
    true, sums = two_way(TRUTH)
    small = {key for key, n in true.items() if 0 < n < T}
    naive = Attack(counts(true, sums).told(small))
    assert {key: naive.limits(key) for key in small} == {key: (true[key], true[key]) for key in small}
    hidden = made(true, sums)
    told = counts(true, sums).told(hidden)
    assert Attack(told).given_away(counts(true, sums).secrets) == []
    # no more is lost than the example loses: six cells of the body, and every total stays
    assert len(hidden) <= 6 and not any("Total" in key for key in hidden)


@pytest.mark.parametrize(
    ("rows", "shown"), [([31, 12, 9, 2], {"Total", "r0", "r1"}), ([40, 1, 1, 3], {"Total"}), ([1, 1, 1, 1], set())]
)
def test_example_b_one_row_of_counts(rows: list[int], shown: set[str]) -> None:
    true: dict[Key, int] = {("a", f"r{i}", "y"): n for i, n in enumerate(rows)}
    parts, whole = tuple(true), ("a", "Total", "y")
    true[whole] = sum(rows)
    hidden = made(true, (Sum(whole, parts),))
    assert {key[1] for key in true if key not in hidden} == shown


def test_example_c_one_of_two_councils_gives_the_other() -> None:
    """Of 21 in the area one council has 18: beside the whole it is the other's 3, whoever published the 18."""
    keys: dict[str, Key] = {name: ("sudi", name, "y") for name in ("Total", "First", "Second")}
    sums = (Sum(keys["Total"], (keys["First"], keys["Second"])),)
    true = {keys["Total"]: 21, keys["First"]: 18, keys["Second"]: 3}
    hidden = made(true, sums)
    assert keys["Second"] in hidden and hidden & {keys["First"], keys["Total"]}
    told = counts(true, sums).told(hidden)
    assert Attack(told).given_away(counts(true, sums).secrets) == []
    earlier = Counts(
        {keys["Total"]: 21, keys["Second"]: 3}, sums, {keys["Second"]: SMALL}, frozenset(), {keys["First"]: (18, 18)}
    )
    assert hide(earlier, lambda key: []).hidden == {keys["Second"], keys["Total"]}


def test_example_d_years_that_overlap() -> None:
    """2021 alone was 3 and three-year sums were 9 and 8: the year that is new would be 2."""
    year: dict[str, Key] = {
        name: ("sudi", "n", name) for name in ("2021", "2022", "2023", "2024", "2021-23", "2022-24")
    }
    sums = (
        Sum(year["2021-23"], (year["2021"], year["2022"], year["2023"])),
        Sum(year["2022-24"], (year["2022"], year["2023"], year["2024"])),
    )
    true = {year["2021"]: 3, year["2022"]: 3, year["2023"]: 3, year["2024"]: 2, year["2021-23"]: 9, year["2022-24"]: 8}
    released = {year["2021"]: (3, 3), year["2021-23"]: (9, 9)}
    new = Counts(
        {year["2022-24"]: 8, year["2024"]: 2}, sums, {year["2024"]: SMALL}, frozenset({year["2024"]}), released
    )
    assert Attack(new.told(set())).limits(year["2024"]) == (2, 2)
    assert hide(new, lambda key: []).hidden == {year["2022-24"]}
    assert true[year["2022-24"]] == 8


def test_example_g_and_f_all_and_none_of_a_group() -> None:
    """All six of a category: what is told of the six tells nothing of how many had something."""
    of, with_, rest = ("category", "1", "y"), ("with", "1", "y"), ("rest", "1", "y")
    sums = (Sum(of, (with_, rest)),)
    group = Counts(
        {of: 6, with_: 6, rest: 0},
        sums,
        {with_: Secret(T - 1), rest: Secret(T - 1)},
        frozenset({rest}),
        None,
        lambda key: 0,
    )
    hidden = hide(group, lambda key: []).hidden
    assert hidden == {with_}
    assert Attack(group.told(hidden)).limits(with_) == (0, 6)


def test_example_h_a_part_and_the_whole_give_the_rest() -> None:
    keys: dict[str, Key] = {name: (name, "1", "y") for name in ("all", "without", "newborn")}
    sums = (Sum(keys["all"], (keys["without"], keys["newborn"])),)
    released = {keys["all"]: (73, 73)}
    new = Counts(
        {keys["without"]: 70, keys["newborn"]: 3},
        sums,
        {keys["newborn"]: SMALL},
        frozenset({keys["newborn"]}),
        released,
    )
    assert hide(new, lambda key: []).hidden == {keys["without"]}


def test_what_was_told_before_is_kept_to_what_it_was_and_no_edition_is_refused_for_it() -> None:
    """All years together are told to be none of a row: so is each year, and that is nothing that a new edition tells."""
    none: dict[str, Key] = {name: ("sex", "Not known", name) for name in ("2021", "2022", "2021-22")}
    seven: dict[str, Key] = {name: ("sex", "Male", name) for name in ("2021", "2022", "2021-22")}
    sums = tuple(Sum(each["2021-22"], (each["2021"], each["2022"])) for each in (none, seven))
    true = {none["2021"]: 0, none["2022"]: 0, seven["2021"]: 3, seven["2022"]: 4}
    released = {none["2021-22"]: (0, 0), seven["2021-22"]: (7, 7)}
    made = hide(Counts(true, sums, dict.fromkeys(true, Secret(T - 1)), frozenset(), released), lambda key: [true])
    assert made.hidden == set(true)
    assert made.secrets[none["2021"]] == Secret(0) and made.secrets[seven["2021"]] == Secret(T - 1)


# ---- brute force ---------------------------------------------------------------------------------------------------


def possible(told: Told) -> Iterator[dict[Key, int]]:
    """Every way in which the counts could be, by trying all of the body and adding up; every total is told."""
    wholes = {one.whole for one in told.sums}
    body = [key for key in told.limits if key not in wholes]
    most = {key: min(told.of(one.whole)[0] for one in told.sums if key in one.parts) for key in body}
    spans = [
        range(told.of(key)[0], (most[key] if told.of(key)[1] is None else told.of(key)[1] or 0) + 1) for key in body
    ]
    for values in product(*spans):
        found = dict(zip(body, values, strict=True))
        if all(_add(one, found, told) for one in told.sums):
            yield found


def _add(one: Sum, found: dict[Key, int], told: Told) -> bool:
    whole = sum(found[part] for part in one.parts)
    low, high = told.of(one.whole)
    if found.setdefault(one.whole, whole) != whole:
        return False
    return low <= whole and (high is None or whole <= high)


@settings(max_examples=many(40))
@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.sets(st.integers(0, 5), min_size=1, max_size=5))
def test_the_attack_finds_what_brute_force_finds(values: list[int], places: set[int]) -> None:
    true, sums = two_way({"x": values[:3], "y": values[3:]})
    body = list(true)[:6]
    told = Counts(true, sums, {}, floor=lambda key: 0).told({body[place] for place in places})
    ways = list(possible(told))
    looser = Attack(Counts(true, sums, {}, floor=lambda key: 0).told(body))
    looser.given_away(dict.fromkeys(body, SMALL))
    for attack in (Attack(told), Attack(told, looser)):  # what another attack met is no more than a hint
        for place in places:
            seen = [way[body[place]] for way in ways]
            assert attack.limits(body[place]) == (min(seen), max(seen))
            width = max(seen) - min(seen)
            assert attack.keeps({body[place]: Secret(width)}, 99) and not attack.keeps(
                {body[place]: Secret(width + 1)}, 99
            )


@settings(max_examples=many(10))
@given(st.integers(0, 100_000), st.integers(2, 5), st.integers(2, 5), st.sampled_from([8, 30, 60, 150]))
def test_random_areas_of_linked_tables_and_years_are_kept_and_naive_hiding_is_not(
    seed: int, n_rows: int, n_columns: int, deaths: int
) -> None:
    true, sums = linked(Random(seed), n_rows, n_columns, deaths)
    wanted = counts(true, sums)
    hidden = hide(wanted, lambda key: [[one for one in true if one[0] == key[0]]]).hidden
    assert Attack(wanted.told(hidden)).given_away(wanted.secrets) == []
    assert {key for key, n in true.items() if 0 < n < T} <= hidden


def linked(random: Random, n_rows: int, n_columns: int, deaths: int) -> tuple[dict[Key, int], tuple[Sum, ...]]:
    """Three tables that count the same children by other rows in the same years, so that their totals are one."""
    children = [
        (random.randrange(n_columns), [int(n_rows * random.random() ** 2) for _ in range(3)]) for _ in range(deaths)
    ]
    true: dict[Key, int] = {}
    sums: list[Sum] = []
    for number in range(3):
        rows = {
            f"r{row}": [sum(y == year and of[number] == row for y, of in children) for year in range(n_columns)]
            for row in range(n_rows)
        }
        one, lines = two_way(rows, f"t{number}")
        shared = {key: ("all", *key[1:]) if key[1] == "Total" else key for key in one}
        true.update({shared[key]: n for key, n in one.items()})
        sums += [Sum(shared[line.whole], tuple(shared[part] for part in line.parts)) for line in lines]
    return true, tuple(sums)


def test_naive_hiding_is_broken_most_of_the_time() -> None:
    broken = 0
    for seed in range(6):
        true, sums = linked(Random(seed), 4, 3, 60)
        wanted = counts(true, sums)
        broken += bool(Attack(wanted.told(wanted.secrets.keys())).given_away(wanted.secrets))
    assert broken >= 5
