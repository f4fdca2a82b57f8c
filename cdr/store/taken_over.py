"""What is asked of a store when its cases are taken over: who took which, what was written since, and its attached files."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cdr.store import layout, successions
from cdr.store.store import Store
from cdr.store.successions import FROM, TO, Succession


def taken_from(store: Store, root: str) -> Succession | None:
    """What this store took over from another. Raises: NotAuthentic."""
    return successions.at(store.git, store.sealed.head, FROM, root)


def takers(store: Store) -> dict[str, Succession]:
    """Every store that took over from this one, by its root. Raises: NotAuthentic."""
    return {one.root: one for one in successions.all_at(store.git, store.sealed.head) if one.way == TO}


def late(store: Store, before: Succession) -> tuple[str, ...]:
    """The cases that were written after they had been taken over, as by somebody who was away; none that was erased since."""
    git, head = store.git, store.sealed.head
    found = set()
    for taking in before.takings:
        touched = {path.split("/")[1] for path in git.changed(taking.head, head) if path.startswith("cases/")}
        found |= touched & {*taking.cases}
    return tuple(sorted(found & store.sealed.references))


def left(store: Store, chosen: Collection[str]) -> set[str]:
    """The cases that no store has taken over, once these have been."""
    gone = {case for one in takers(store).values() for case in one.cases}
    return store.sealed.references - {*chosen} - gone


def attachments(store: Store, case: str) -> Iterator[tuple[str, bytes]]:
    """The ids of a case's attached files and what each holds. Raises: NotFound, NotAllowed, NotAuthentic, TryAgain."""
    for place in store.sealed.documents_of(case):
        if place.kind is layout.ATTACHMENT:
            yield place.id, store.attachment(case, int(place.id.rpartition("-")[2]))
