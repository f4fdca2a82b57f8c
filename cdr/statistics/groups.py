"""Reporting groups: factors that a report counts together, each child once in a group.

A document of groups is `{schema: cdr-groups/1, title, source, since, groups: [{id, title, codes: [CODE], tables: [ID]}]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cdr.domain.rulebook.validation import items_at, problem, text_at, words_at
from cdr.errors import Problem
from cdr.records import dataclass

# each table of groups, with the list that it counts
LISTED = {"reviews.modifiable_groups": "modifiable_factors", "reviews.contributory_groups": "contributory_factors"}


@dataclass(frozen=True)
class Groups:
    """The groups of one document: of each its title, its codes and the tables in which it counts; `title` says whose they are."""

    title: str
    groups: tuple[tuple[str, frozenset[str], frozenset[str]], ...]

    def of(self, table: str, codes: Iterable[str]) -> tuple[str, ...]:
        """The titles of the groups to which some codes belong, each once."""
        found = set(codes)
        return tuple(title for title, group, tables in self.groups if table in tables and group & found)

    def titles(self, table: str) -> tuple[str, ...]:
        """The rows of a table, in their order."""
        return tuple(title for title, _, tables in self.groups if table in tables)

    def strange(self, table: str, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes that are in no group of a table."""
        known = frozenset[str]().union(*(group for _, group, tables in self.groups if table in tables))
        return tuple(code for code in codes if code not in known)


NO_GROUPS = Groups("", ())


def groups_of(body: Mapping[str, Any]) -> Groups:
    """The groups of a document that its schema and `group_problems` found right."""
    groups = tuple(
        (item["title"], frozenset(item["codes"]), frozenset(item.get("tables", LISTED))) for item in body["groups"]
    )
    return Groups(text_at(body, "title"), groups)


def group_problems(body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a document of groups beyond its schema (GRP-01); it never raises, whatever the document is."""
    return [*_twice(body, "id"), *_twice(body, "title")]


def _twice(body: Mapping[str, Any], key: str) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for n, item in items_at(body, "groups"):
        named = {(table, text_at(item, key)) for table in words_at(item, "tables") or LISTED}
        if text_at(item, key) and named & seen:
            yield problem("GRP-01", f"groups.{n}.{key}")
        seen |= named
