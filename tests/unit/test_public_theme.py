"""The public edition of a theme: beside the yearly tables nobody in it and nobody outside it can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.test_export import cases
from unit.test_public_tally import of, parsed_back
from unit.test_tally import AGENCIES, BANDS
from unit.test_theme import LABELS as DERBY
from unit.test_theme import YEARS as FOUR_YEARS
from unit.test_theme import cases as derby

from cdr.statistics import public_theme as made
from cdr.statistics.attack import Attack
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import Labels
from cdr.statistics.public_tally import PublicEdition, public_edition
from cdr.statistics.published_counts import told
from cdr.statistics.released import Released
from cdr.statistics.rounding import ROUND, Method
from cdr.statistics.tables import SHARES, Cell, Row, Table, Tally
from cdr.statistics.tally import Choice, tally
from cdr.statistics.theme import TABLES, Criteria, Theme, reviewed, theme
from cdr.statistics.theme_sums import criteria_of, sums_of_themes, sums_of_two_themes, theme_text
from cdr.statistics.told import Key, Limits, Secret, Sum, Told
from cdr.statistics.two_themes import known_sums, of_two, pairs

LABELS = Labels(("Northshire", "Southtown"), AGENCIES, BANDS)
YEARS = ("2022/23", "2023/24")
SOME = (
    "reviews.local_authority",
    "reviews.age_band",
    "reviews.sex",
    "reviews.category",
    "reviews.contributory_factors",
)
T = 5


def by(found: tuple[CaseFacts, ...], years: int = 2, *, pooled: bool = False) -> Tally:
    choice = Choice(SOME, pooled=pooled)
    return tally(found, "North", LABELS.authorities, AGENCIES, "2023/24", years, BANDS, choice)


def rest_of(found: Theme) -> tuple[CaseFacts, ...]:
    return tuple(one for one in found.reviewed if one not in found.matching)


def edition_of(found: Theme, wanted: Criteria, before: list[Released], method: Method = Method()) -> PublicEdition:
    besides = made.besides(by(found.matching), by(rest_of(found)), wanted, method)
    return public_edition(made.to_publish(found, wanted, by(found.matching, pooled=True)), before, (), method, besides)


def small_ones(found: Theme, text: str) -> dict[Key, Secret]:
    """Every count of one to four of the theme's cases or of the others, of a year or of both, from the exact tallies."""
    secrets = {}
    for of_cases, name in ((found.matching, text), (rest_of(found), f"not {text}")):
        for one in (by(of_cases), by(of_cases, pooled=True)):
            for table in one.tables:
                for row in table.rows if table.id not in SHARES else ():
                    for column, cell in zip(table.columns, row.cells, strict=True):
                        if cell.n is not None and 0 < cell.n < T:
                            secrets[table.id, row.label, f"{column} among: {name}"] = Secret(T - 1, T)
    return secrets


def worked_out(editions: list[PublicEdition], secrets: dict[Key, Secret], more: Sequence[Sum] = ()) -> list[Key]:
    limits: dict[Any, Any] = {}
    for one in map(parsed_back, editions):
        limits |= {key: each for key, each in told(one).items() if key not in limits or each[0] == each[1]}
    tables = [table for one in map(parsed_back, editions) for table in one.tables]
    return Attack(Told(limits, known_sums(tables, [*sums_of_themes(limits), *more]))).given_away(secrets)


@settings(max_examples=many(3))
@given(
    st.integers(20, 200),
    st.integers(0, 10_000),
    st.sampled_from(
        [
            Criteria(categories=(3, 4, 5)),
            Criteria(age_bands=("0-27 days",)),
            Criteria(categories=(1, 2, 7), age_bands=("0-27 days", "1-4 years")),
            Criteria(life_limiting=True),
        ]
    ),
)
def test_beside_the_yearly_tables_a_theme_tells_of_nobody(n: int, seed: int, wanted: Criteria) -> None:
    known = cases(n, seed)
    every = reviewed(known, LABELS, YEARS)
    found = theme(every, wanted, LABELS, YEARS, {one.case: seed % 3 > 0 for one in every[: n // 2]})
    yearly = public_edition(of(known, tables=SOME))
    edition = edition_of(found, wanted, [Released(yearly.tally, yearly.secrets)])
    cells = [cell for table in edition.tally.tables for row in table.rows for cell in row.cells]
    assert not any(cell.n and cell.n < T for cell in cells)
    assert worked_out([yearly, edition], small_ones(found, theme_text(wanted))) == []


def test_the_yearly_tables_that_come_after_a_theme_are_held_against_it() -> None:
    known, wanted = cases(90, 3), Criteria(categories=(1, 2, 3, 4, 5, 6, 7, 8))
    found = theme(reviewed(known, LABELS, YEARS), wanted, LABELS, YEARS, {})
    first = edition_of(found, wanted, [])
    released = Released(first.tally, first.secrets, sums=tuple(sums_of_themes(told(first.tally))))
    yearly = public_edition(of(known, tables=SOME), [released])
    assert worked_out([first, yearly], small_ones(found, theme_text(wanted))) == []
    alone = public_edition(of(known, tables=SOME))
    assert worked_out([first, alone], small_ones(found, theme_text(wanted))), "without it, it would tell"


@pytest.mark.parametrize("wanted", [Criteria(factors=("overcrowding",)), Criteria(factors=("parental_smoking",))])
@pytest.mark.parametrize("seed", [1, 5])
def test_a_theme_of_a_factor_has_a_public_edition_beside_the_yearly_tables(wanted: Criteria, seed: int) -> None:
    """All who have the factor are among the cases, so that its row is known: who has it elsewhere alone must not be."""
    known = cases(160, seed)
    tables = (*SOME, "reviews.modifiable_factors")
    yearly = public_edition(of(known, tables=tables))
    found = theme(reviewed(known, LABELS, YEARS), wanted, LABELS, YEARS, {})
    edition = edition_of(found, wanted, [Released(yearly.tally, yearly.secrets)])
    assert edition.tally.tables and edition.shown > 0.2
    assert worked_out([yearly, edition], dict(edition.secrets)) == []
    assert all(one.width for one in edition.secrets.values()), "the register has nothing of what was known before"


def test_the_rows_of_each_year_of_a_theme_add_up_to_it() -> None:
    """Where of nine of the first year none were girls, nine were boys, and so three of the second."""
    time, first, second = (f"{one} among: x" for one in ("2022/23 to 2023/24", *YEARS))
    rows = tuple(Row(label, (Cell(12, None, None),)) for label in ("Male", "Female"))
    table = Table("reviews.sex", "", "reviewed", (time,), rows, (Cell(24, None, None),))
    limits: dict[Key, Limits] = {("reviews.sex", row.label, time): (12, 12) for row in rows}
    limits |= {("reviews", "Total", time): (24, 24), ("reviews", "Total", first): (9, 9)}
    limits["reviews.sex", "Female", first] = 0, 0
    assert Attack(Told(limits, known_sums([table]))).limits(("reviews.sex", "Male", second)) == (3, 3)


def two_themes(n: int, seed: int, first: Criteria, second: Criteria) -> tuple[list[PublicEdition], dict[Key, Secret]]:
    """The editions of yearly tables and of two themes after each other; every small count of who is in both, one alone or neither."""
    every = reviewed(cases(n, seed), LABELS, YEARS)
    known = {one.case: place % 3 > 0 for place, one in enumerate(every)}
    both = [theme(every, wanted, LABELS, YEARS, known) for wanted in (first, second)]
    texts = [theme_text(wanted) for wanted in (first, second)]
    [pair] = pairs(f"2022/23 to 2023/24 among: {text}" for text in texts)
    inside = {text: {one.case for one in found.matching} for text, found in zip(texts, both, strict=True)}
    quarters = {pair.both: (True, True), pair.only(pair.first): (True, False), pair.only(pair.second): (False, True)}
    of_each = {
        text: tuple(one for one in every if (one.case in inside[pair.first], one.case in inside[pair.second]) == where)
        for text, where in {**quarters, pair.neither: (False, False)}.items()
    }
    small = {
        (table.id, row.label, f"{column} among: {text}"): Secret(T - 1, T)
        for text, found in of_each.items()
        for each in (by(found), by(found, pooled=True))
        for table in each.tables
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell.n and cell.n < T
    }
    yearly = public_edition(of(cases(n, seed), tables=SOME))
    one = edition_of(both[0], first, [Released(yearly.tally, yearly.secrets)])
    before = [
        Released(yearly.tally, yearly.secrets),
        Released(one.tally, one.secrets, sums=tuple(sums_of_themes(told(one.tally)))),
    ]
    rest = by(rest_of(both[1]))
    besides = made.besides(by(both[1].matching), rest, second, Method())
    besides |= made.beside_another(pair, {text: by(found) for text, found in of_each.items()}, Method())
    whole = made.to_publish(both[1], second, by(both[1].matching, pooled=True))
    return [yearly, one, public_edition(whole, before, (), Method(), besides)], small


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Criteria(categories=(3, 4, 5)), Criteria(categories=(6, 7))),
        (Criteria(categories=(3, 4, 5, 6)), Criteria(categories=(5, 6, 7))),
        (Criteria(life_limiting=True), Criteria(age_bands=("0-27 days", "1-4 years"))),
        (Criteria(factors=("overcrowding",)), Criteria(factors=("acute_illness",), life_limiting=True)),
    ],
)
def test_of_two_themes_of_one_year_nobody_learns_who_is_in_one_alone(first: Criteria, second: Criteria) -> None:
    editions, small = two_themes(120, 4, first, second)
    cells = [cell for table in editions[2].tally.tables for row in table.rows for cell in row.cells]
    assert not any(cell.n and cell.n < T for cell in cells)
    tables = [table for one in map(parsed_back, editions) for table in one.tables]
    more = list(sums_of_two_themes(column for table in tables for column in table.columns))
    known = worked_out(editions[:2], small, more)
    assert small.keys() - known and set(worked_out(editions, small, more)) <= set(known), "no more than before"


def test_a_part_of_a_theme_does_not_tell_who_is_in_the_theme_alone() -> None:
    """All but few of a theme's children had a life-limiting condition: a theme of these would tell how many had none."""
    first, second = theme_text(Criteria(categories=(7,))), theme_text(Criteria(categories=(7,), life_limiting=True))
    time = "2022/23 to 2023/24"
    totals: dict[Key, Limits] = {
        ("reviews", "Total", f"{time} among: {text}"): (n, n) for text, n in ((first, 40), (second, 38))
    }
    alone: Key = ("reviews", "Total", f"{time} among: {first} and not {second}")
    assert Attack(Told(totals, known_sums([], of_two(totals)))).limits(alone) == (2, 40)
    one_in_the_other = sums_of_two_themes(key[2] for key in totals)
    assert Attack(Told(totals, known_sums([], [*of_two(totals), *one_in_the_other]))).limits(alone) == (2, 2)


def test_a_rounded_theme_has_multiples_of_five_alone() -> None:
    wanted = Criteria(categories=(3, 4, 5))
    found = theme(reviewed(cases(150, 3), LABELS, YEARS), wanted, LABELS, YEARS, {})
    edition = edition_of(found, wanted, [], Method(ROUND))
    cells = [cell for table in edition.tally.tables for row in table.rows for cell in row.cells]
    assert any(cell.n for cell in cells) and all((cell.n or 0) % 5 == 0 for cell in cells)


def test_derby_s_audit_in_public() -> None:
    wanted = Criteria(life_limiting=True)
    every = reviewed(derby(), DERBY, FOUR_YEARS)
    found = theme(every, wanted, DERBY, FOUR_YEARS, {one.case: n < 60 for n, one in enumerate(derby())})

    def of_years(found: tuple[CaseFacts, ...], *, pooled: bool) -> Tally:
        return tally(found, "Derby", DERBY.authorities, {}, FOUR_YEARS[-1], 4, BANDS, Choice(TABLES, pooled=pooled))

    besides = made.besides(
        of_years(found.matching, pooled=False), of_years(rest_of(found), pooled=False), wanted, Method()
    )
    whole = made.to_publish(found, wanted, of_years(found.matching, pooled=True))
    edition = public_edition(whole, (), (), Method(), besides)
    assert made.shown(edition.tally) == (296, 60, 16)
    read = made.as_read(edition.tally)
    assert all("among" not in column for table in read.tables for column in table.columns)
    assert "reviews.modifiable" in edition.left_out


@pytest.mark.parametrize(
    "wanted",
    [
        Criteria(),
        Criteria(categories=(10, 2), age_bands=("0-27 days", "1-4 years")),
        Criteria(factors=("chronic_asthma",), learning=("escalation",), life_limiting=True),
    ],
)
def test_what_cases_have_in_common_is_named_in_one_way_and_read_back(wanted: Criteria) -> None:
    text = theme_text(wanted)
    assert theme_text(criteria_of(text)) == text
    turned = replace(wanted, categories=wanted.categories[::-1], age_bands=wanted.age_bands[::-1])
    assert theme_text(turned) == text
