"""A store as commands use it: opened with one key, read at its verified head, changed in one signed commit at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cdr import clock, disk
from cdr.errors import CdrError, NotAllowed, NotAuthentic
from cdr.store import layout, lock
from cdr.store.crypto import Gnupg
from cdr.store.extraction import Extraction
from cdr.store.git import Git
from cdr.store.history import History, Progress, silent
from cdr.store.index import Index
from cdr.store.layout import Kind, Place
from cdr.store.parts import Kept
from cdr.store.registry import MEMBER, Left, Person, Standing, acting, standings, usable
from cdr.store.revisions import Revisions
from cdr.store.sealing import Sealing
from cdr.store.snapshot import Snapshot

if TYPE_CHECKING:  # what only a change, or only a case, needs is loaded for that
    from cdr.store.case_file import CaseFile
    from cdr.store.document import Document
    from cdr.store.transaction import Change, Written

AT_WORK_SECONDS, UNFINISHED_SECONDS = 0.2, 2.0
NOTED = "cdr-mail-taken"
KEPT_AT_ONCE = 20  # a change of more cases than these leaves it to whoever opens one to keep it


class Store:
    """One store. What it shows was verified; `writing` holds its lock while something is read, decided and changed."""

    def __init__(
        self,
        folder: Path,
        extraction: Extraction,
        who: str | None = None,
        progress: Progress = silent,
        root: str | None = None,
    ) -> None:
        self.folder, self.extraction, self.who = folder, extraction, who
        self.progress, self.accepted_root = progress, root
        self.git = Git(folder)
        self.left_out: dict[str, CdrError] = {}
        self.meetings_left_out: dict[str, CdrError] = {}
        self.notices, self.has_written = list[str](), False
        self._opened: dict[str, CaseFile] = {}
        self.cases_opened, self.cases_changed = set[str](), set[str]()

    # ---- reading -----------------------------------------------------------------------------------------------

    @cached_property
    def history(self) -> History:
        """The signed history."""
        self.git.look_beside(self.accepted_root)
        history = History(self.git, self.accepted_root)
        history.state.sweep()
        return history

    def keep_what_was_asked(self) -> None:
        """Keep what this run asked of git, so that the next need not."""
        self.git.keep_what_was_asked()

    def _own_folders(self) -> set[Path]:
        return {self.git.repository.directory, self.git.repository.shared, self.outbox}

    @contextmanager
    def _mended(self, wait: float = lock.WAIT_SECONDS) -> Iterator[None]:
        """Hold the lock; what a crash left undone is finished, and what it left half made is taken away: nothing is written before
        the history is found good, and the folder fit to be written to."""
        from cdr.store import transaction

        self.git.repository.refuse_writing()
        with self._lock(wait):
            transaction.recover(self.git, self.history.verified(self.progress).head, self.history.root)
            for folder in self._own_folders():
                disk.sweep(folder)
            yield

    def _mend(self) -> None:
        """Do what a crash left undone, where nobody else writes just now; the lock is held by a git of its that is still at work."""
        if self.git.repository.is_unfinished or any(map(disk.left_in, self._own_folders())):
            with suppress(CdrError, OSError), self._mended(wait=AT_WORK_SECONDS):
                pass

    @cached_property
    def sealed(self) -> Snapshot:
        """The verified head, without a key, after what a crash left undone has been mended."""
        head = self.history.verified(self.progress).head
        if not self.git.held:
            self._mend()
        return Snapshot(self.git, self.history.keys_at(head), Revisions(self.git, self.history.state, head))

    @cached_property
    def snapshot(self) -> Snapshot:
        """The verified head, read with the acting person's key."""
        return self.sealed.seen_by(self.person)

    @cached_property
    def person(self) -> Person:
        """Whose key this run acts with."""
        return acting(self.sealed.keys.registry, Gnupg(), self.who)

    @cached_property
    def index(self) -> Index:
        """The acting person's local index."""
        return Index(self.snapshot, self.sealing, self.extraction, self.progress)

    @cached_property
    def sealing(self) -> Sealing:
        """What the acting person keeps beside the store; for the whole run, so that its secret is opened once."""
        return Sealing(self.snapshot.keys.gnupg, self.history.state, self.person.fingerprint)

    def require_member(self) -> None:
        """Stop unless a member acts. Raises: NotAllowed."""
        if self.person.role != MEMBER:
            raise NotAllowed(
                "The chaser's key opens requests and prompts and nothing else.",
                "Use a member's key; see: cdr keys list",
            )

    @property
    def outbox(self) -> Path:
        """The folder of messages that wait to be sent."""
        return self.folder / "outbox"

    def changed_files(self, *within: str) -> list[str]:
        """The recorded files in these folders, or these files, that are not in the store's folder as they were recorded."""
        return self.sealed.changed_files(within)

    def configuration(self) -> bytes:
        """The bytes of the recorded cdr.yaml."""
        return self.sealed.raw(layout.CONFIGURATION)

    def public_keys_of_members(self) -> dict[str, str]:
        """The armoured public key of every member, by fingerprint; anyone may read them. Raises: NotAllowed for an unusable one."""
        sealed = self.sealed
        members = [person for person in sealed.keys.registry.people if person.role == MEMBER]
        keys = {usable(sealed.public_keys, one).fingerprint: layout.key_path(one.fingerprint) for one in members}
        return {fingerprint: sealed.raw(path).decode("ascii") for fingerprint, path in keys.items()}

    def standings(self, today: date) -> list[Standing]:
        """How the key of each person of the registry stands; `today` by real time."""
        return standings(self.sealed.keys.registry.people, self.sealed.public_keys, today)

    @property
    def left(self) -> tuple[Left, ...]:
        """The keys that were taken out."""
        return self.sealed.keys.registry.left

    def require_accepted(self) -> None:
        """Stop unless the history is good from the root that was accepted here. Raises: NotAuthentic, NotAllowed."""
        self.history.verified(self.progress)

    @property
    def root(self) -> str:
        """The id of the commit that the store began with, by which it is known."""
        return self.history.root

    @property
    def references(self) -> Collection[str]:
        """The references that are given to cases already."""
        return self.sealed.references_ever

    def lock_with_passphrase(self, data: bytes, passphrase: str) -> bytes:
        """Data in ASCII armour that a pass-phrase opens and nothing else. Raises: as `Gnupg.lock`."""
        return self.sealed.keys.gnupg.lock(data, passphrase)

    def open_reply(self, message: bytes, largest: int) -> bytes | None:
        """What came in encrypted to members, of at most so many bytes; None where this person cannot open it. Raises: NotAuthentic."""
        return self.sealed.keys.gnupg.open_reply(message, largest)

    def sign(self, data: bytes) -> bytes:
        """A signature of the acting person's. Raises: NotAllowed, TryAgain."""
        return self.sealed.keys.gnupg.sign(data, self.person.fingerprint)

    def read_again(self, document: Document) -> Document:
        """A document opened from the history itself and not from what was kept of it. Raises: NotAllowed, NotAuthentic, TryAgain."""
        return self.snapshot.read(document.place)

    def template(self, name: str) -> bytes | None:
        """This area's own wording of a letter, where it has one."""
        return self.sealed.raw(path) if self.sealed.blob(path := f"templates/letters/{name}") else None

    def published_figures(self) -> dict[str, bytes]:
        """This area's own files of published figures, by their paths."""
        paths = [path for path in sorted(self.sealed.below("reference")) if path.endswith(".yaml")]
        return {path: self.sealed.raw(path) for path in paths}

    def kept(self) -> Kept:
        """What the index keeps of every document that may be read: by case, then by kind's name.

        A ledger that nobody has written in yet is there, and empty. A case that cannot be read is not there, and is told:
        `left_out` says why. The files in the folder are not looked at. It is the same object until something is recorded.
        """
        found = self.index.facts()
        self.left_out |= self.index.broken
        return found

    def kept_not_at_rest(self) -> Kept:
        """The same of the cases that are not at rest (and perhaps of others)."""
        found = self.index.facts_not_at_rest()
        self.left_out |= self.index.broken
        return found

    def prompts(self, cases: Iterable[str]) -> dict[str, Document]:
        """The prompts of cases with every word, opened together; nothing else of them is. Raises: what keeps one from being read."""
        return self.snapshot.ledgers({case: self.place(case, layout.PROMPTS.name) for case in cases})

    def case(self, reference: str) -> CaseFile:
        """The documents of one case. Raises: NotFound, NotAllowed, NotAuthentic, TryAgain."""
        self.require_member()
        case = layout.reference(reference)
        places = [place for place in self.snapshot.case(case) if place.kind is not layout.ATTACHMENT]
        if case not in self._opened:
            self.refuse_changed_files(f"cases/{case}", "keys")
            self.sealed.refuse_part_of(case)
            written = {place.id for place in places}
            lacking = [self.place(case, kind.name) for kind in layout.LEDGERS if kind.name not in written]
            ledgers = [self.snapshot.unwritten(place) for place in lacking]
            from cdr.store.case_file import CaseFile  # by who opens one

            self._opened[case] = CaseFile(case, (*ledgers, *self.index.case_documents(case, places).values()))
        self.cases_opened.add(case)
        return self._opened[case]

    def attachment(self, case: str, number: int) -> bytes:
        """One file kept with a case; whether it is the one that was attached, its digest in the case says.

        Raises: NotFound, NotAllowed, NotAuthentic, TryAgain.
        """
        self.require_member()
        place = self.place(layout.reference(case), f"{layout.ATTACHMENT.name}-{number:02}")
        ciphertext = self.snapshot.raw(place.path)
        self.snapshot.check_recipients(place, ciphertext)
        return self.snapshot.keys.gnupg.decrypt(ciphertext, place.path)

    @property
    def head(self) -> tuple[str, date]:
        """The verified commit that is read from, and the day on which it was made."""
        [found] = self.git.commits([self.sealed.head])
        return found.id, clock.day_of(found.seconds)

    def revisions_ever(self) -> dict[str, list[str]]:
        """The ids of every revision of every document, by its path, the newest first."""
        return self.sealed.revisions.ever()

    @property
    def made_on(self) -> date:
        """The day on which the store was made."""
        return clock.day_of(self.git.commits([self.root])[0].seconds)

    # ---- changing ----------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store's lock: what is read inside is what a change is made from."""
        with self._mended():
            self.look_again()
            try:
                yield
            finally:
                self.look_again()

    @contextmanager
    def sending(self, wait: float = lock.WAIT_SECONDS) -> Iterator[Path]:
        """Hold the lock of sending, one run at a time; gives the file in which this store notes what was just sent.

        The store itself stays free to be written by others meanwhile. Raises: TryAgain, DiskFailed.
        """
        self.git.repository.refuse_writing()
        with lock.held(self.git.repository.shared / "cdr-mail.lock", wait, "sending mail for"):
            yield self.git.repository.shared / NOTED

    @property
    def has_noted_what_was_sent(self) -> bool:
        """Whether a run that sent something was ended before it could record it."""
        noted = self.git.repository.shared / NOTED
        return noted.exists() and noted.stat().st_size > 0

    def place(self, case: str, id_: str) -> Place:
        """The place of a case's document, whether it is there yet or not."""
        found = layout.place(layout.document_path(case, id_))
        if found is None:
            raise AssertionError(f"no document is called {id_}")
        return found

    def free_places(self, case: str, kind: Kind, count: int = 1) -> list[Place]:
        """The next free places of a numbered kind (`return-03`)."""
        taken = {place.id for place in self.snapshot.documents_of(case)}
        names = (f"{kind.name}-{number:02}" for number in range(1, len(taken) + count + 1))
        return [self.place(case, name) for name in names if name not in taken][:count]

    def commit(
        self,
        change: Change,
        current: Iterable[Document] = (),
        ready: Callable[[], Callable[[], None] | None] = lambda: None,
    ) -> None:
        """Publish a change; `current` are the opened documents of the cases that it touches, where they are there already.

        `ready` is called when nothing is left to do but to publish: what must not go out unrecorded goes out then. What it
        gives back is called where publishing fails all the same.
        Raises: InvalidData, NotAllowed, NotAuthentic, TryAgain, DiskFailed; then nothing was written.
        """
        from cdr.store import reads_waiting, transaction

        change, forget_reads = reads_waiting.folded(
            self.person, self.index.sealing, lambda path: self.sealed.blob(path) is not None, change
        )
        replaced = {document.place: document for document in current if document.revision}
        self.refuse_changed_files(*change.paths())
        before = self.history.verified(self.progress)
        written = transaction.prepare(self.snapshot, change, replaced, self.progress)

        def keep() -> None:
            self.cases_changed |= {place.case for place in change.documents}
            self.history.remember(written.commit, before.count + 1)
            self._keep(written, change, replaced)
            forget_reads()

        self.record(written.commit, change.message(), keep, ready)
        self.notices += written.notices()

    def record(
        self,
        commit: str,
        why: str,
        keep: Callable[[], None],
        ready: Callable[[], Callable[[], None] | None] = lambda: None,
    ) -> None:
        """Publish a commit made on the head; `keep` renews what is kept beside the store; `ready` as in `commit`.

        Raises: TryAgain, DiskFailed; then nothing was written. NotKnown.
        """
        from cdr.store import transaction

        with transaction.signals_deferred():
            take_back = ready()
            try:
                transaction.publish(self.git, commit, self.snapshot.head, why)
            except BaseException:  # what went out is taken back only where it is certain that nothing was recorded
                stands = self.git.repository.standing()
                self.has_written |= stands == commit
                if take_back and stands == self.snapshot.head:
                    take_back()
                raise
            self.has_written = True
            with suppress(CdrError, OSError):  # it is recorded; what could not be renewed renews itself later
                keep()

    def _keep(self, written: Written, change: Change, replaced: Mapping[Place, Document]) -> None:
        Revisions(self.git, self.history.state, written.commit).bring_forward()
        cases, of = written.cases(replaced.values()), self.snapshot.documents_of
        few = cases if len(cases) <= KEPT_AT_ONCE else {}
        there = {case: {one.id for one in of(case) if one.kind is not layout.ATTACHMENT} for case in few}
        whole = {case: known for case, known in few.items() if known.keys() >= there[case]}
        if not self.index.put(written.documents, written.commit, change.removed, whole):
            self.index.keep_cases(whole, written.documents)

    def refuse_changed_files(self, *within: str) -> None:
        """Refuse changed files in the folder, but not those that another run is bringing up to date just now."""
        try:
            self.sealed.refuse_changed_files(within)
        except NotAuthentic:
            from cdr.store import transaction

            if not self.git.held:
                with suppress(CdrError), self._mended(wait=UNFINISHED_SECONDS):
                    pass
            verified = self.history.verified(self.progress).head
            self.sealed.refuse_changed_files(within, transaction.unfinished(self.git, verified, self.history.root))

    @contextmanager
    def _lock(self, wait: float = lock.WAIT_SECONDS) -> Iterator[None]:
        with lock.held(self.git.repository.shared / "cdr.lock", wait) as descriptor:
            self.git.held = (descriptor,)
            self.git.ask_itself()
            try:
                yield
            finally:
                self.git.held = ()

    def look_again(self) -> None:
        """Read from now on what the branch holds now; what was read of it stays where it holds nothing else."""
        self._opened.clear()
        if "sealed" in vars(self) and self.sealed.head == self.git.repository.tip():
            return
        for name in ("sealed", "snapshot", "person", "index"):
            self.__dict__.pop(name, None)
