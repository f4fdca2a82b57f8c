"""A theme for the public: its tables as those of some of the reviewed, beside which the others must not be found either.

A theme counts some of the cases that the yearly tables count. What is left when it is taken from these is a table too, of each row
and of each year. Which sums a reader knows of follows from what the cases have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cdr.forms.codelists import code_list
from cdr.statistics.labels import named
from cdr.statistics.public_tally import CONCERNS, PUBLISHED, REVIEWED, UNKNOWN, Besides
from cdr.statistics.published_counts import SPAN, among, others, theme_of, time_of, total_key, true_counts, years_of
from cdr.statistics.rounding import Method
from cdr.statistics.tables import SHARES, TOTAL, Row, Table, Tally, cell
from cdr.statistics.theme import SERVICES, Criteria, Theme
from cdr.statistics.told import Key, Sum

FACTORS = ("reviews.contributory_factors", "reviews.modifiable_factors")
LEARNING, CATEGORY, AGE, DOMAINS = "reviews.learning_themes", "reviews.category", "reviews.age_band", "reviews.domains"
NAMED = "Factors in what services did"
KINDS = ("categories", "factors", "learning", "age_bands")
_BETWEEN, _OF, _OR = "; ", "=", ", "
_LIFE_LIMITING = "life_limiting"


def theme_text(wanted: Criteria) -> str:
    """What the cases have in common, as a column names it; the same for the same criteria, and empty without any."""
    given = [(kind, sorted(map(str, getattr(wanted, kind)))) for kind in KINDS]
    parts = [f"{kind}{_OF}{_OR.join(values)}" for kind, values in given if values]
    return _BETWEEN.join([*parts, *([_LIFE_LIMITING] if wanted.life_limiting else [])])


def criteria_of(text: str) -> Criteria:
    """The criteria that a column names."""
    given = dict(part.split(_OF, 1) for part in text.split(_BETWEEN) if _OF in part)
    values = {kind: tuple(found.split(_OR)) for kind, found in given.items()}
    categories = tuple(map(int, values.get("categories", ())))
    return Criteria(
        categories,
        values.get("factors", ()),
        values.get("learning", ()),
        values.get("age_bands", ()),
        _LIFE_LIMITING in text.split(_BETWEEN),
    )


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
    implied = _all_of(wanted)
    for (table, row, column), n in of_theme.items():  # all of a row: whoever is in it has it
        key = (table, row, others(column))
        if n and not of_rest.get(key) and (table, row) not in implied and row not in UNKNOWN:
            secrets[key] = method.secret(reaches=False)
    return Besides(secrets, tuple(known_sums([*of_theme])))


def known_sums(keys: Iterable[Key]) -> Iterator[Sum]:
    """The sums that follow from what the cases have in common, for the columns of these counts."""
    for column in dict.fromkeys(key[2] for key in keys):
        text, years = theme_of(column), years_of(column)
        for year in years if text else ():
            yield from _of_year(criteria_of(text), year, among(year, text))
        yield from _of_services(column) if text else ()


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


def _is_alone(wanted: Criteria) -> bool:
    """Whether the cases have one kind of thing in common, so that all who have it are among them."""
    return sum(bool(getattr(wanted, kind)) for kind in KINDS) == 1 and not wanted.life_limiting


def _all_of(wanted: Criteria) -> set[tuple[str, str]]:
    """The rows of which every case is among those of the theme, by what they have in common."""
    if not _is_alone(wanted):
        return set()
    found = {(table, label) for table in FACTORS for label in named("factor", wanted.factors)}
    found |= {(LEARNING, label) for label in named("learning_theme", wanted.learning)}
    return found


def _of_year(wanted: Criteria, year: str, column: str) -> Iterator[Sum]:
    """What one year's tables say of how many have it in common."""
    total, alone = total_key(CATEGORY, column), _is_alone(wanted)
    for kind, rows in _rows(wanted).items():
        union: Key = (f"{kind}:any", column, year)
        keys = tuple((table, label, year) for table, label in rows)
        yield Sum(union, (total,) if alone else (total, (f"{kind}:without", column, year)))
        if kind in ("categories", "age_bands") or len(keys) == 1:  # a case has one of them
            yield Sum(union, keys)
            continue
        every: Key = (f"{kind}:every", column, year)
        yield Sum(every, keys)
        yield Sum(every, (union, (f"{kind}:twice", column, year)))
        for table, label, _ in keys:
            yield Sum(union, ((table, label, year), (f"{kind}:without {table} {label}", column, year)))
    for table, label in _all_of(wanted):
        yield Sum((table, label, year), ((table, label, column),))


def _rows(wanted: Criteria) -> dict[str, list[tuple[str, str]]]:
    known = code_list("category")
    rows = {
        "categories": [(CATEGORY, f"{code} {known.label(code)}") for code in wanted.categories],
        "age_bands": [(AGE, band) for band in wanted.age_bands],
        "learning": [(LEARNING, label) for label in named("learning_theme", wanted.learning)],
        "factors": [(table, label) for label in named("factor", wanted.factors) for table in FACTORS],
    }
    return {kind: found for kind, found in rows.items() if found}


def _of_services(column: str) -> Iterator[Sum]:
    """In whatever case services are named in one place, they are named."""
    concerns: Key = (CONCERNS, NAMED, column)
    factors = [str(one.code) for one in code_list("factor").codes if one.extra.get("domain") == SERVICES]
    rows = [(table, label) for label in named("factor", factors) for table in FACTORS]
    for table, label in [(DOMAINS, f"{SERVICES} {code_list('domain').label(SERVICES)}"), *rows]:
        yield Sum(concerns, ((table, label, column), (f"{CONCERNS}:without {table} {label}", TOTAL, column)))
