"""A drill: whether the second reader's key opens what it is for, tried before the day on which it is needed."""

from __future__ import annotations

from cdr.app import App
from cdr.errors import ConditionsNotMet
from cdr.work.changing import changing


def drill(app: App, reference: str | None) -> str:
    """Open a case with the acting key, from the history itself, and record it; the case, the newest where none is named.

    Raises: ConditionsNotMet in an empty store; NotFound, NotAllowed, NotAuthentic, TryAgain.
    """
    from cdr.store import reads, reads_waiting
    from cdr.store.audit import DRILL

    store = app.store
    store.require_member()
    if not store.references:
        raise ConditionsNotMet("There is no case to open yet.", [], "Try the key again once there is one.")
    case = reference or max(store.references)
    with changing(app, case, also_closed=True, also_void=True) as now:
        store.read_again(now.documents.notification)
        reads_waiting.note(store.person, store.sealing, DRILL, [case])
        reads.fold_now(store, DRILL)
    return case
