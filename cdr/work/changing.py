"""How one case is changed: its lock, the case as it stands, whether it is open, what is decided, one commit, and its messages.

What is guaranteed: from the reading to the commit nobody else writes to the store; a closed case is refused before anything is
decided; all bodies, texts and attachments are recorded together or none. A message that leaves by mail is recorded as about to
go in that commit and goes once the lock is let go (`delivery.deliver_now`); one for the outbox, or a file for a person, is
written when nothing but publishing is left, and taken back where that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.records import dataclass
from cdr.terminal.output import say

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile
    from cdr.store.layout import Place
    from cdr.work.messages import Letter


@dataclass(frozen=True)
class Changing:
    """A case that nobody else changes meanwhile."""

    app: App
    documents: CaseFile

    def record(
        self,
        verb: str,
        bodies: Mapping[Place, dict[str, Any]],
        letters: Sequence[Letter] = (),
        *,
        texts: Mapping[Place, bytes] | None = None,
        attachments: Mapping[Place, bytes] | None = None,
        write: Callable[[], Callable[[], None] | None] = lambda: None,
    ) -> None:
        """Record these bodies, and what else `Change` has, in one commit with these letters.

        `write` puts a file where a person wants it, and gives what takes it back. Raises: as `Store.commit`; then nothing was recorded.
        """
        from cdr.store.transaction import Change

        if letters and self.app.configuration.only_watches:
            say("This store only watches (mail: only_watch in cdr.yaml): it is recorded, and no message is made.")
            letters = ()
        if letters:
            from cdr.work import delivery

            bodies = {**bodies, **delivery.written_down(self.app, self.documents.prompts, letters)}
        change = Change(verb, bodies, texts or {}, attachments or {})
        self.app.store.commit(
            change, self.documents, (lambda: delivery.to_outbox(self.app, letters)) if letters else write
        )


def opened(app: App, reference: str, *, also_closed: bool = False, also_void: bool = False) -> CaseFile:
    """The documents of a case that is open. Raises: ConditionsNotMet where it is closed or void; as `Store.case`."""
    from cdr.domain.case.case import refuse_closed
    from cdr.domain.case.voiding import refuse_void

    documents = app.store.case(reference)
    if not also_void:
        refuse_void(documents.case.body)
    if not also_closed:
        refuse_closed(documents.case.body)
    return documents


@contextmanager
def changing(app: App, reference: str, *, also_closed: bool = False, also_void: bool = False) -> Iterator[Changing]:
    """Hold the store's lock and read a case: what is read inside is what the change is made from, and nobody comes in between.

    Raises: as `opened`, and without its refusals where the case may be closed (`also_closed`) or void (`also_void`).
    """
    with app.store.writing():
        yield Changing(app, opened(app, reference, also_closed=also_closed, also_void=also_void))
