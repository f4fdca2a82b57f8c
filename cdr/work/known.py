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
    from cdr.domain.case import first_sight
    from cdr.domain.case.duplicates import Likeness, identity

    likeness = Likeness(identity(body))
    at_work = _not_at_rest(app)
    at_rest = first_sight.may_be(_at_rest_in_order(app), likeness)
    found = {case: one for case, one in at_rest.items() if case not in at_work}
    found |= {case: one for case, one in _identities(at_work).items() if likeness.may_be(one)}
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
    return _without(_identities({**_at_rest(app), **_not_at_rest(app)}), but)


def _at_rest(app: App) -> dict[str, Mapping[str, Any]]:
    """Who the children of the cases at rest are, as the index keeps it."""
    return _children(across.column_at_rest(app.store, KNOWN_BY))


def _at_rest_in_order(app: App) -> Mapping[str, Any]:
    """The same as they were put in order when somebody asked last."""
    from cdr import resources
    from cdr.domain.case import first_sight

    edition = resources.edition().hex()[:32]
    return across.summed(app.store, KNOWN_BY, 0, edition, lambda found: first_sight.in_order(_children(found)))


def _children(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {case: one["identity"] for case, one in found.items() if one["identity"]}


def _not_at_rest(app: App) -> dict[str, Mapping[str, Any]]:
    """The same of the other cases."""
    from cdr.domain.case import facts

    return facts.identities_of(app.store.kept_not_at_rest())


def _identities(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Identity]:
    from cdr.domain.case.duplicates import Identity

    return {case: Identity.from_dict(one) for case, one in kept.items()}


def _without(found: dict[str, Identity], but: str) -> dict[str, Identity]:
    return {case: one for case, one in found.items() if case != but}
