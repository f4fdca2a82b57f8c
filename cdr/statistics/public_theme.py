"""A theme for the public: its tables as those of some of the reviewed, beside which the others must not be found either.

A theme counts some of the cases that the yearly tables count. What is left when it is taken from these is a table too, of each row
and of each year. Which sums a reader knows of follows from what the cases have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdr.records import replace
from cdr.statistics.public_counts import CONCERNS, PUBLISHED, REVIEWED, UNKNOWN, Besides
from cdr.statistics.published_counts import SPAN, among, others, theme_of, time_of, true_counts
from cdr.statistics.rounding import Method
from cdr.statistics.tables import SHARES, Row, Table, Tally, cell
from cdr.statistics.theme import Criteria, Theme
from cdr.statistics.theme_sums import AGE, CATEGORY, NAMED, all_of, sums_of_themes, sums_of_two_themes, theme_text
from cdr.statistics.told import Key
from cdr.statistics.two_themes import Pair


def to_publish(found: Theme, wanted: Criteria, tally: Tally) -> Tally:
    """The tally of a theme's cases with how many were reviewed and in how many services are named; its columns name the theme.

    What all cases have in common by itself is no table.
    """
    text, time = theme_text(wanted), tally.tables[0].columns[0]
    told = {CATEGORY} if wanted.categories else set()
    told |= {AGE} if wanted.age_bands else set()
    n, of = len(found.concerns), len(found.matching)
    concerns = Table(CONCERNS, "Care and services", "reviewed", (time,), (Row(NAMED, (cell(n, of),)),), (cell(of, of),))
    tables = [_of_theme(one, text) for one in (*tally.tables, concerns) if one.id not in told]
    whole = len(found.reviewed)
    reviewed = Table(REVIEWED, "Reviews", "reviewed", (time,), (), (cell(whole, whole),))
    return replace(tally, tables=(reviewed, *tables) if text else tuple(tables))


def as_read(tally: Tally) -> Tally:
    """The tally as it is read: columns are years, and the tables are those of the theme."""
    tables = [
        replace(one, columns=tuple(map(time_of, one.columns)))
        for one in tally.tables
        if one.id not in (REVIEWED, CONCERNS)
    ]
    return replace(tally, tables=tuple(tables))


def shown(tally: Tally) -> tuple[int | None, int | None, int | None]:
    """How many were reviewed, how many have it in common, and in how many services are named, as the public tally shows it."""
    known = {one.id: one for one in tally.tables}
    of = next((one.total[0].n for one in tally.tables if one.id not in {REVIEWED, *SHARES}), None)
    rows = known[CONCERNS].rows if CONCERNS in known else ()
    return known[REVIEWED].total[0].n if REVIEWED in known else of, of, rows[0].cells[0].n if rows else None


def besides(matching: Tally, rest: Tally, wanted: Criteria, method: Method) -> Besides:
    """What is kept beside a theme's tables: of each year those who have it in common, and those who have not; by years.

    The tallies are of the reviewed that have it in common and of the others, a column a year.
    """
    text = theme_text(wanted)
    if not text:
        return Besides()
    of_theme = _counts(matching, text)
    of_rest = {(table, row, others(among(year, text))): n for (table, row, year), n in _counts(rest, "").items()}
    of_theme, of_rest = ({**each, **_all_years(each, matching.years)} for each in (of_theme, of_rest))
    secrets = {
        key: method.secret(reaches=key[0] not in SHARES)
        for each in (of_theme, of_rest)
        for key, n in each.items()
        if 0 < n < method.fewest
    }
    implied = all_of(wanted)
    for (table, row, column), n in of_theme.items():  # all of a row: whoever is in it has it
        key = (table, row, others(column))
        if n and not of_rest.get(key) and (table, row) not in implied and row not in UNKNOWN:
            secrets[key] = method.secret(reaches=False)
    return Besides(secrets, tuple(sums_of_themes([*of_theme])))


def beside_another(pair: Pair, of_each: Mapping[str, Tally], method: Method) -> Besides:
    """What is kept beside two themes: of each year and of all that both tell of, who is in both, in one alone, in neither.

    `of_each` are the tallies of these four, by what a column calls them, a column a year.
    """
    known: dict[Key, int] = {}
    for text, one in of_each.items():
        counts = {key: n for key, n in _counts(one, text).items() if time_of(key[2]) in pair.years}
        known |= {**counts, **_all_years(counts, pair.years)}
    secrets = {key: method.secret(reaches=key[0] not in SHARES) for key, n in known.items() if 0 < n < method.fewest}
    first, second = pair.only(pair.first), pair.only(pair.second)
    for some, none in ((pair.both, first), (pair.both, second), (first, pair.neither), (second, pair.neither)):
        groups = [key for key, n in known.items() if n and theme_of(key[2]) == some and key[1] not in UNKNOWN]
        of_none = [(table, row, among(time_of(column), none)) for table, row, column in groups]
        secrets |= {key: method.secret(reaches=False) for key in of_none if not known.get(key)}
    columns = [among(time, text) for time in pair.years for text in (pair.first, pair.second)]
    return Besides(secrets, tuple(sums_of_two_themes(columns)))


def _of_theme(table: Table, text: str) -> Table:
    return replace(table, columns=tuple(among(one, text) for one in table.columns)) if text else table


def _counts(tally: Tally, text: str) -> dict[Key, int]:
    tables = [_of_theme(one, text) for one in tally.tables if one.id in PUBLISHED]
    return {key: n for table in tables for key, n in true_counts(table)}


def _all_years(counts: Mapping[Key, int], years: Sequence[str]) -> dict[Key, int]:
    """The same counts of all years as one."""
    found: dict[Key, int] = {}
    for (table, row, column), n in counts.items() if len(years) > 1 else ():
        key = (table, row, column.replace(time_of(column), f"{years[0]}{SPAN}{years[-1]}", 1))
        found[key] = found.get(key, 0) + n
    return found
