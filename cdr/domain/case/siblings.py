"""Other cases that are about a brother or sister of a child: two letters on one day must know of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.case.duplicates import NO_NAME_YET, Identity, identity
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.rulebook.validation import at, items_at, text_at
from cdr.written import bare_name

TWIN = "twin"

Body = Mapping[str, Any]


def cases_of_siblings(form_a: Body, others: Mapping[str, Identity]) -> list[str]:
    """The references of the other cases about children whom Form A names as brothers or sisters, or who were born with the child."""
    child = identity(form_a)
    return sorted(case for case, them in others.items() if _is_sibling(form_a, child, them))


def of_the_same_time(references: Sequence[str], reference: str, cases: Cases, within_days: int) -> list[str]:
    """Those of these cases that letters of today speak of: both reviews are open, or the deaths lie no more than so many days apart."""
    this = cases.get(reference)
    return [one for one in references if this is None or _is_of_the_same_time(this, cases[one], within_days)]


def _is_of_the_same_time(this: Facts, other: Facts, within_days: int) -> bool:
    died = [facts.notification.died for facts in (this, other) if facts.notification and facts.notification.died]
    return (this.is_open and other.is_open) or (len(died) > 1 and abs((died[0] - died[1]).days) <= within_days)


def _is_sibling(form_a: Body, child: Identity, them: Identity) -> bool:
    same_family = bool(child.family) and child.family == them.family
    if at(form_a, "child.multiple_birth") == "yes" and same_family and child.born and child.born == them.born:
        return True
    for born, names, twin in _named(form_a, child.born):
        given = names - set(child.family.split()) - set(them.family.split())
        same_name = bool(given) and given <= {*them.first.split(), *them.also.replace(",", " ").split()}
        is_family = same_family or set(them.family.split()) <= names
        unnamed = not given or given <= NO_NAME_YET or set(them.first.split()) <= NO_NAME_YET
        if is_family and born == them.born and (same_name or (twin and unnamed)):
            return True
    return False


def _named(form_a: Body, born: str) -> Iterator[tuple[str, set[str], bool]]:
    """Each brother or sister of Form A: when born, the words of the name, and whether a twin."""
    for _, item in items_at(form_a, "family.siblings"):
        twin = text_at(item, "relationship") == TWIN
        words = {bare_name(word) for word in text_at(item, "name").replace("-", " ").split()} - {""}
        yield text_at(item, "date_of_birth") or (born if twin else ""), words, twin
