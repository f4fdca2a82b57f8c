"""Whether a notification is about a child who is known already: the strict rule, and cases that look alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.columns import KNOWN_BY
from cdr.errors import ConditionsNotMet, Problem
from cdr.store import across

if TYPE_CHECKING:
    from cdr.domain.case.duplicates import Identity
    from cdr.domain.case.known_by import KnownBy


def same_child_in(app: App, body: Mapping[str, Any], but: str = "") -> list[str]:
    """The cases, but for one, that seem to be the same child's (A-26)."""
    from cdr.domain.case.duplicates import identity, same_child

    new = identity(body)
    return [case for case, other in _perhaps(app, new, but).items() if same_child(new, other)]


def alike(app: App, body: Mapping[str, Any], but: str = "") -> list[Problem]:
    """The other cases that look alike (A-34), as warnings."""
    from cdr.domain.case.duplicates import alike_problems, identity
    from cdr.forms import schema

    new = identity(body)
    found = alike_problems(new, _perhaps(app, new, but))
    return [replace(one, title=schema.title(schema.current("form-a"), one.field)) for one in found]


def already_known(
    like: Sequence[str],
    hint: str = "The same child: what is new goes into that case, with cdr edit {case} form-a. Another child: --not-a-duplicate REASON",
) -> ConditionsNotMet:
    """What is told of cases that seem to be the same child's; `{case}` in the hint is the first of them."""
    return ConditionsNotMet(
        "This child seems to be known already; nothing was recorded.",
        [f"The case {case} has the same number, or the same names and dates [A-26]" for case in like],
        hint.format(case=like[0]),
    )


def known(app: App) -> dict[str, KnownBy]:
    """By what each case is found; nothing else of it is opened."""
    from cdr.domain.case.known_by import KnownBy

    return {case: KnownBy.from_dict(one) for case, one in app.column(KNOWN_BY).items()}


def others(app: App, but: str) -> dict[str, Identity]:
    """Who the children of the other cases are, by case."""
    from cdr.domain.case.duplicates import Identity

    at_rest = {case: Identity.from_dict(kept) for case, kept in _at_rest(app).items()}
    return _without({**at_rest, **_not_at_rest(app)}, but)


def _perhaps(app: App, new: Identity, but: str) -> dict[str, Identity]:
    """The same, of those at rest only of children who may be this one: nothing is made of the thousands of others."""
    from cdr.domain.case.duplicates import Identity, Likeness

    likeness = Likeness(new)
    at_rest = {case: Identity.from_dict(kept) for case, kept in _at_rest(app).items() if likeness.may_be(kept)}
    return _without({**at_rest, **_not_at_rest(app)}, but)


def _at_rest(app: App) -> dict[str, Mapping[str, Any]]:
    """Who the children of the cases at rest are, as the index keeps it."""
    kept = across.column_at_rest(app.store, KNOWN_BY)
    return {case: one["identity"] for case, one in kept.items() if one["identity"]}


def _not_at_rest(app: App) -> dict[str, Identity]:
    from cdr.domain.case.duplicates import Identity

    kept = {case: facts.kept_identity for case, facts in app.cases_not_at_rest().items()}
    return {case: Identity.from_dict(one) for case, one in kept.items() if one is not None}


def _without(found: dict[str, Identity], but: str) -> dict[str, Identity]:
    return {case: one for case, one in found.items() if case != but}
