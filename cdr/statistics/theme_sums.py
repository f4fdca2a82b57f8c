"""What the cases of a theme have in common, as a column names it, and the sums that a reader knows of by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cdr.forms.codelists import code_list
from cdr.statistics.labels import named
from cdr.statistics.public_counts import CONCERNS
from cdr.statistics.published_counts import among, others, theme_of, total_key, years_of
from cdr.statistics.tables import TOTAL
from cdr.statistics.theme import SERVICES, Criteria
from cdr.statistics.told import Key, Sum
from cdr.statistics.two_themes import Pair, pairs

FACTORS = ("reviews.contributory_factors", "reviews.modifiable_factors")
LEARNING, CATEGORY, AGE, DOMAINS = "reviews.learning_themes", "reviews.category", "reviews.age_band", "reviews.domains"
NAMED = "Factors in what services did"
KINDS = ("categories", "factors", "learning", "age_bands")
ONE_EACH = ("categories", "age_bands")  # of these a case has one
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


def sums_of_themes(keys: Iterable[Key]) -> Iterator[Sum]:
    """The sums that follow from what the cases have in common, for the columns of these counts."""
    known = list(dict.fromkeys(keys))
    for column in dict.fromkeys(key[2] for key in known):
        text, years = theme_of(column), years_of(column)
        for year in years if text else ():
            yield from _of_year(criteria_of(text), year, among(year, text))
        yield from _of_services(key for key in known if key[2] == column and text)


def sums_of_two_themes(columns: Iterable[str]) -> Iterator[Sum]:
    """The same for the cases that are in both of two themes, or in one of them alone."""
    for pair in pairs(columns):
        first, second = criteria_of(pair.first), criteria_of(pair.second)
        for year in pair.years:
            yield from _of_both(pair, first, second, year)
            for one, other, theirs in ((pair.first, first, pair.second), (pair.second, second, pair.first)):
                yield from _of_year(other, among(year, theirs), among(year, pair.both))
                yield from _of_year(other, others(among(year, theirs)), among(year, pair.only(one)))


def _of_both(pair: Pair, first: Criteria, second: Criteria, year: str) -> Iterator[Sum]:
    """Who is in both, where that follows from what the two have in common; who is in one alone is nobody, where it is a part of the other."""
    wanted = _both(first, second)
    if wanted and any(getattr(first, kind) and not getattr(wanted, kind) for kind in KINDS):
        yield Sum(total_key(CATEGORY, among(year, pair.both)), ())
    elif wanted:
        yield from _of_year(wanted, year, among(year, pair.both))
    for one, smaller, larger in ((pair.first, first, second), (pair.second, second, first)):
        if _is_part(smaller, larger):
            yield Sum(total_key(CATEGORY, among(year, pair.only(one))), ())


def _both(first: Criteria, second: Criteria) -> Criteria | None:
    """What those in both have in common; None where it cannot be said so: a case may have several factors."""
    if any(getattr(first, kind) and getattr(second, kind) for kind in KINDS if kind not in ONE_EACH):
        return None
    found = {}
    for kind in KINDS:
        mine, theirs = getattr(first, kind), getattr(second, kind)
        found[kind] = tuple(one for one in mine if one in theirs) if mine and theirs else mine or theirs
    return Criteria(**found, life_limiting=first.life_limiting or second.life_limiting)


def _is_part(smaller: Criteria, larger: Criteria) -> bool:
    """Whether whoever has in common what the smaller says is also among the larger."""
    kinds = (kind for kind in KINDS if getattr(larger, kind))
    is_in = all(getattr(smaller, kind) and set(getattr(smaller, kind)) <= set(getattr(larger, kind)) for kind in kinds)
    return is_in and (smaller.life_limiting or not larger.life_limiting)


def _is_alone(wanted: Criteria) -> bool:
    """Whether the cases have one kind of thing in common, so that all who have it are among them."""
    return sum(bool(getattr(wanted, kind)) for kind in KINDS) == 1 and not wanted.life_limiting


def all_of(wanted: Criteria) -> set[tuple[str, str]]:
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
    for table, label in all_of(wanted):
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


def _of_services(keys: Iterable[Key]) -> Iterator[Sum]:
    """In whatever case services are named in one place, they are named."""
    factors = [str(one.code) for one in code_list("factor").codes if one.extra.get("domain") == SERVICES]
    rows = {(table, label) for label in named("factor", factors) for table in FACTORS}
    rows.add((DOMAINS, f"{SERVICES} {code_list('domain').label(SERVICES)}"))
    for key in keys:
        if key[:2] in rows:
            yield Sum((CONCERNS, NAMED, key[2]), (key, (f"{CONCERNS}:without {key[0]} {key[1]}", TOTAL, key[2])))
