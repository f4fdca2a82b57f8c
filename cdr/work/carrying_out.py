"""What follows where two members have a case erased: every copy that learns of it destroys what it holds, and what waits to be sent of it goes."""

from __future__ import annotations

from pathlib import Path

from cdr.app import App
from cdr.errors import CdrError
from cdr.mail import outbox
from cdr.store import destroying, erasing
from cdr.store.exchange import Remote
from cdr.work import made_here

ON_THE_MACHINE = (
    "Whether the shared repository has destroyed the files of {} is seen there alone: its machine does so where the hook post-receive "
    "of docs/server.md stands."
)
STILL_THERE = "In {} the files are still there: who looks after it destroys them. See docs/server.md"


def carry_out(app: App, remote: Remote | None = None, *, again: str = "", was_put_back: bool = False) -> list[str]:
    """Destroy here, and in a shared folder that was exchanged with just now, what is confirmed; the cases of which it was done here.

    Raises: TryAgain, DiskFailed.
    """
    store = app.store
    here = destroying.waiting(store, again)
    for case in here:  # first: what is destroyed is noted as done
        outbox.take_away_of(store.outbox, case)
        store.notices += made_here.sentences(made_here.delete_of_case(app, case))
    if here:
        destroying.finish(store, here)
    if remote is None:
        return here
    if not remote.is_folder:
        store.notices += [ON_THE_MACHINE.format(", ".join(here))] if here else []
    elif remote.is_named:
        try:
            erasing.finish_shared(store, Path(remote.url), was_put_back=was_put_back)
        except (CdrError, OSError):
            store.notices.append(STILL_THERE.format(remote.shown))
    return here
