"""Whether a notification is about a child who is known already: the strict rule, and cases that look alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.columns import KNOWN_BY
from cdr.errors import ConditionsNotMet, Problem
from cdr.records import dataclass, replace
from cdr.store import across

if TYPE_CHECKING:
    from cdr.domain.case.duplicates import Identity
    from cdr.domain.case.known_by import KnownBy


@dataclass(frozen=True)
class Likely:
    """A child, and those of other cases, by case, who may be this one or look like it; of any other neither need be asked."""

    new: Identity
    others: Mapping[str, Identity]

    @property
    def same(self) -> list[str]:
        """The cases that seem to be the same child's (A-26)."""
        from cdr.domain.case.duplicates import same_child

        return [case for case, other in self.others.items() if same_child(self.new, other)]

    @property
    def alike(self) -> list[Problem]:
        """The cases that look alike (A-34), as warnings."""
        from cdr.domain.case.duplicates import alike_problems
        from cdr.forms import schema

        found = alike_problems(self.new, self.others)
        return [replace(one, title=schema.title(schema.current("form-a"), one.field)) for one in found]


def likely(app: App, body: Mapping[str, Any], but: str = "") -> Likely:
    """Who the child of a notification may be, of those of the cases but for one: nothing is made of the thousands of others."""
    from cdr.domain.case.duplicates import Identity, Likeness, identity

    likeness = Likeness(identity(body))
    known = {**_at_rest(app), **_not_at_rest(app)}
    found = {case: Identity.from_dict(kept) for case, kept in known.items() if likeness.may_be(kept)}
    return Likely(likeness.child, _without(found, but))


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

    known = {**_at_rest(app), **_not_at_rest(app)}
    return _without({case: Identity.from_dict(kept) for case, kept in known.items()}, but)


def _at_rest(app: App) -> dict[str, Mapping[str, Any]]:
    """Who the children of the cases at rest are, as the index keeps it."""
    kept = across.column_at_rest(app.store, KNOWN_BY)
    return {case: one["identity"] for case, one in kept.items() if one["identity"]}


def _not_at_rest(app: App) -> dict[str, Mapping[str, Any]]:
    """The same of the other cases."""
    kept = {case: facts.kept_identity for case, facts in app.cases_not_at_rest().items()}
    return {case: one for case, one in kept.items() if one is not None}


def _without(found: dict[str, Identity], but: str) -> dict[str, Identity]:
    return {case: one for case, one in found.items() if case != but}
