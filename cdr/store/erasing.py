"""The two steps by which members end a case: one asks, another confirms; and whether a copy has carried that out. One signed commit each.

The files themselves are destroyed by `destroying`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from cdr.errors import ConditionsNotMet
from cdr.store import destroying, erasures, layout
from cdr.store.erasures import Erasure
from cdr.store.store import Store
from cdr.store.transaction import Change

VERB = "erase"


def asked_for(store: Store) -> Mapping[str, Erasure]:
    """The cases that a member asked to have erased and nobody has confirmed yet, by reference. Raises: NotAuthentic."""
    sealed = store.sealed
    return {case: one for case, one in erasures.all_at(sealed.git, sealed.head).items() if not one.is_confirmed}


def is_first_to_ask(store: Store, case: str) -> bool:
    """Whether nobody has said yet that this case is to go. Raises: NotFound where there is none, NotAllowed for the chaser."""
    store.require_member()
    sealed, case = store.sealed, layout.reference(case)
    if erasures.at(sealed.git, sealed.head, case):
        return False
    sealed.case(case)
    return True


def next_step(store: Store, case: str, because: str, today: str, refuse: Callable[[str], None]) -> tuple[Erasure, bool]:
    """Ask for it, or confirm what another member asked for (`today` as ISO); what stands then, and whether that is new.

    `refuse` stops at a case that has to be kept. Raises: NotFound, NotAllowed for the chaser; ConditionsNotMet where the member who
    asked would confirm; as `Store.commit`.
    """
    store.require_member()
    with store.writing():
        sealed, person, case = store.sealed, store.person.fingerprint, layout.reference(case)
        said = erasures.at(sealed.git, sealed.head, case)
        if said and said.is_confirmed:
            return said, False
        sealed.case(case)
        refuse(case)
        if said and said.asked_by == person:
            raise ConditionsNotMet(
                f"You asked for it on {said.asked_on}; what cannot be undone takes two people.",
                [],
                f"Another member confirms: cdr erase {case}. You take it back with: cdr erase {case} --withdraw",
            )
        new = said.confirmed(person, today) if said else Erasure(case, because, person, today)
        gone = tuple(sealed.below(f"cases/{case}")) if new.is_confirmed else ()
        store.commit(Change(VERB, open_files={layout.erasure_path(case): new.written()}, removed=gone))
    return new, True


def withdraw(store: Store, case: str) -> Erasure:
    """Take back what was asked for and is not confirmed; any member may. Raises: NotFound, ConditionsNotMet; as `Store.commit`."""
    store.require_member()
    with store.writing():
        case = layout.reference(case)
        said = erasures.at(store.sealed.git, store.sealed.head, case)
        if said is None or said.is_confirmed:
            store.sealed.case(case)
            raise ConditionsNotMet(
                "Nobody has asked that this case be erased; nothing was changed.", [], "See: cdr retention --all"
            )
        store.commit(Change(VERB, removed=(layout.erasure_path(case),)))
    return said


def is_destroyed(store: Store, case: str) -> bool:
    """Whether nothing of an erased case is in this copy's repository any more. Raises: NotAuthentic."""
    store.look_again()
    return case not in destroying.still_here(store.git, store.sealed.head)


def finish_shared(store: Store, folder: Path, *, was_put_back: bool = False) -> Collection[str]:
    """Destroy in a bare repository, with which this copy was exchanged just now, what is erased; the cases. Raises: as `destroying`."""
    if was_put_back:
        destroying.forget(store.history.state, folder)
    erased = erasures.erased_at(store.git, store.sealed.head)
    if not erased or not (folder / "objects").is_dir():
        return ()
    return destroying.finish_shared(store.history.state, folder, store.sealed.head, erased)
