"""How a case is changed: the lock, the case as it stands, whether it is open, what is decided, one commit, and the messages with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.case.case import refuse_closed

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile
    from cdr.store.layout import Place
    from cdr.work.post import Letter


@dataclass(frozen=True)
class Changing:
    """A case that nobody else changes meanwhile."""

    app: App
    documents: CaseFile

    def record(
        self,
        verb: str,
        bodies: Mapping[Place, Mapping[str, Any]],
        letters: Sequence[Letter] = (),
        *,
        ready: Callable[[], Callable[[], None] | None] = lambda: None,
        **more: Any,
    ) -> None:
        """Record these documents in one commit, and with it that these letters are about to go; `more` as `Change` has it.

        `ready` is called once nothing but publishing is left, as letters of the outbox are written then, and taken back where
        that fails; what leaves by mail goes after the lock is let go (`mailing.deliver_now`). Raises: as `Store.commit`; then nothing was recorded.
        """
        from cdr.store.transaction import Change

        changed = {place: dict(body) for place, body in bodies.items()}
        current = {self.documents.reference: self.documents}
        if not letters:
            self.app.store.commit(Change(verb, changed, **more), current, ready)
            return
        from cdr.work import mailing

        changed |= mailing.written_down(self.app, self.documents.prompts, letters)
        self.app.store.commit(Change(verb, changed, **more), current, lambda: mailing.to_outbox(self.app, letters))


@contextmanager
def changing(app: App, reference: str, *, also_closed: bool = False) -> Iterator[Changing]:
    """Hold the store's lock and read a case: what is read inside is what the change is made from, and nobody comes in between.

    Raises: ConditionsNotMet where the case is closed (unless `also_closed`); NotFound, NotAllowed, NotAuthentic, TryAgain.
    """
    with app.store.writing():
        documents = app.store.case(reference)
        if not also_closed:
            refuse_closed(documents.case.body)
        yield Changing(app, documents)
