"""The store as it stands at one verified commit, read with one person's key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from cdr.errors import MEND, CdrError, NotAllowed, NotAuthentic, NotFound
from cdr.store import layout, ownership
from cdr.store.document import Document, digest, unwritten
from cdr.store.git import Git
from cdr.store.history import Keys
from cdr.store.layout import Place
from cdr.store.objects import LARGEST, Blob
from cdr.store.registry import Person, encryption_ids, may_read
from cdr.store.revisions import Revisions

if TYPE_CHECKING:
    from cdr.store.keyring import Key


class Snapshot:
    """What a verified commit holds; bytes come from the repository's objects, never from the work tree."""

    def __init__(self, git: Git, keys: Keys, revisions: Revisions, person: Person | None = None) -> None:
        self.git = git
        self.keys = keys
        self.revisions = revisions
        self.head = revisions.head
        self.person = person
        self._ahead: dict[str, bytes] = {}
        self._read_ahead: dict[str, bytes] = {}

    def seen_by(self, person: Person) -> Snapshot:
        """The same, read with this person's key."""
        return Snapshot(self.git, self.keys, self.revisions, person)

    @cached_property
    def files(self) -> dict[str, Blob]:
        """Every file, by path."""
        return self.git.tree(self.head)

    @cached_property
    def places(self) -> dict[str, Place]:
        """Every document, by path; also one that is not a plain file, which nobody can open."""
        return {path: place for path in self.files if (place := layout.place(path))}

    @cached_property
    def cases(self) -> dict[str, list[Place]]:
        """The documents of each case, by its reference."""
        found: dict[str, list[Place]] = {}
        for place in self.places.values():
            if place.case:
                found.setdefault(place.case, []).append(place)
        return found

    def documents_of(self, case: str) -> list[Place]:
        """The documents of one case; nothing else of the store is looked at."""
        return [found for path in self.below(f"cases/{case}") if (found := layout.place(path))]

    def below(self, folder: str) -> dict[str, Blob]:
        """The files of one folder, by path; of none, none."""
        return self.git.below(self.head, folder)

    def within(self, asked: Iterable[str]) -> dict[str, Blob]:
        """The files in these folders, and these files, by path."""
        found: dict[str, Blob] = {}
        for one in asked:
            blob = self.blob(one)
            found |= {one: blob} if blob else self.below(one)
        return found

    def blob(self, path: str) -> Blob | None:
        """One file; None where none is there."""
        return self.git.file(self.head, path)

    def digest_of(self, path: str) -> str:
        """The id of a file that is there. Raises: NotFound."""
        return self._there(path).digest

    def _there(self, path: str) -> Blob:
        blob = self.blob(path)
        if blob is None:
            raise NotFound(f"{path} is not in the store.")
        return blob

    @property
    def references(self) -> set[str]:
        """The references of all cases: the names in one folder, and nothing below it is looked at."""
        return {name for name in self.git.names_in(self.head, "cases") if layout.REFERENCE.fullmatch(name)}

    @property
    def references_ever(self) -> Collection[str]:
        """The same, with those of the cases that were erased: no other case is ever called so."""
        return References(self)

    def lacks_its_case(self, case: str) -> bool:
        """Whether what `notify` writes never stood in a case's folder: then somebody else put into it what is there."""
        ids = {place.id for place in self.documents_of(case)}
        lacking = [
            layout.document_path(case, id_) for id_ in (layout.CASE.name, layout.NOTIFICATION.name) if id_ not in ids
        ]
        return not all(map(self.revisions.is_gone, lacking))

    def no_case(self, case: str) -> NotAuthentic:
        """That there are documents of a case, and no case."""
        return NotAuthentic(f"cases/{case} holds documents, and no case.", MEND)

    def taken_out(self, folder: str = "") -> list[Place]:
        """The documents, of one folder where it is given, that somebody took out by hand.

        cdr itself takes out what two members erase, and what never was of a case.
        """
        gone = self.revisions.gone_below(folder) if folder else sorted(self.revisions.gone)
        places = [place for place in map(layout.place, gone) if place]
        if not places:
            return []
        from cdr.store import erasures

        erased = erasures.erased_at(self.git, self.head)
        never = {case for case in {one.case for one in places} - erased.keys() - {""} if self.lacks_its_case(case)}
        return [one for one in places if one.case not in erased and one.case not in never]

    def refuse_taken_out(self, folder: str) -> None:
        """Refuse to answer from a folder (`cases/2026-7K3M`, `panels`) as if what was taken out by hand had never been. Raises: NotAuthentic."""
        for place in self.taken_out(folder):
            raise NotAuthentic(f"{place.path} was removed by hand; the history still holds it.", MEND)

    def refuse_part_of(self, case: str) -> None:
        """Refuse a folder in which no case was opened, and a case of which something was taken out. Raises: NotAuthentic."""
        if self.lacks_its_case(case):
            raise self.no_case(case)
        self.refuse_taken_out(f"cases/{case}")

    @cached_property
    def public_keys(self) -> dict[str, Key]:
        """The keys of the registry, by fingerprint."""
        return {key.fingerprint: key for key in self.keys.gnupg.listed()}

    @cached_property
    def _keys_ever(self) -> dict[str, Key]:
        return {key.fingerprint: key for key in self.keys.ever(self.head).listed()}

    def raw(self, path: str) -> bytes:
        """The bytes of one file. Raises: NotFound, NotAuthentic when it is not a plain file."""
        blob = self._there(path)
        if not blob.is_regular:
            raise NotAuthentic(f"{path} is not a plain file.", MEND)
        most = layout.largest(path) or LARGEST["blob"]
        if path == layout.CONFIGURATION:
            return self.git.often(blob.digest, most)
        return self.git.contents([blob.digest], most)[0]

    def replaced_by_next(self, path: str) -> str | None:
        """What a new revision of a document says that it replaces: the file that stands there, or the last plain one that did."""
        blob = self.blob(path)
        if blob and blob.is_regular:
            return digest(self.raw(path))
        return next(iter(self.revisions.before(path)), None)

    def case(self, reference: str) -> list[Place]:
        """The documents of one case. Raises: NotFound."""
        places = self.documents_of(layout.reference(reference))
        if not places:
            from cdr.store import erasures

            said = erasures.at(self.git, self.head, layout.reference(reference))
            if said and said.is_confirmed:
                raise NotFound(f"The case was erased on {said.confirmed_on}.", "Nothing brings it back.")
            self.refuse_taken_out(f"cases/{layout.reference(reference)}")
            raise NotFound("There is no such case in this store.", "See: cdr list")
        return places

    def read(self, place: Place) -> Document:
        """One document, opened: one private-key operation. Raises: NotAllowed, NotAuthentic, TryAgain."""
        document = self.opened(place)
        self.revisions.check(place.path, document.previous)
        return document

    def opened(self, place: Place) -> Document:
        """The same, whatever it replaced."""
        return self.open(place, self._read_ahead.pop(place.path, b"") or self.raw(place.path))

    def unwritten(self, place: Place) -> Document:
        """A ledger that nobody has written in yet. Raises: NotAuthentic where somebody had, and took it away."""
        if self.revisions.is_gone(place.path):
            raise NotAuthentic(f"{place.path} was removed by hand; the history still holds it.", MEND)
        return unwritten(place)

    def ledgers(self, places: Mapping[str, Place]) -> dict[str, Document]:
        """A ledger of each case, opened together; an empty one where nobody has written in it. Raises: as `read`, `unwritten`."""
        written = {case for case, place in places.items() if self.blob(place.path)}
        self.open_ahead(place for case, place in places.items() if case in written)
        return {case: self.read(place) if case in written else self.unwritten(place) for case, place in places.items()}

    def open(self, place: Place, ciphertext: bytes) -> Document:
        """The document in `ciphertext`, if it is addressed as its kind demands and is what belongs at that place."""
        from cdr.store.plaintext import decode

        if self.person is None or not may_read(self.person, place.kind):
            raise NotAllowed("This key may not open that document; it is for members.", "See who may: cdr keys list")
        self.check_recipients(place, ciphertext)
        plain = self._ahead.pop(digest(ciphertext), None) or self.keys.gnupg.decrypt(ciphertext, place.path)
        document = decode(plain, place)
        self.check_content(document)
        return document

    def open_ahead(self, places: Iterable[Place]) -> None:
        """Decrypt these documents together, for `read` to take each from; what cannot be, that decrypts alone and tells why."""
        next(self.opening_ahead([places]), None)

    def opening_ahead(self, groups: Sequence[Iterable[Place]]) -> Iterator[None]:
        """The same of one group after the other; while one is read, the next is decrypted already."""
        if len(groups) < 2:
            for group in groups:
                self._take(*self._decrypted(self._readable(group)))
                yield
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self._decrypted, self._readable(groups[0]))
            for group in groups[1:]:
                readable = self._readable(group)
                ready, coming = coming, pool.submit(self._decrypted, readable)
                self._take(*ready.result())
                yield
            self._take(*coming.result())
            yield

    def _readable(self, places: Iterable[Place]) -> dict[str, bytes]:
        return self._contents([place.path for place in places if self.person and may_read(self.person, place.kind)])

    def _decrypted(self, read: Mapping[str, bytes]) -> tuple[Mapping[str, bytes], dict[str, bytes]]:
        """What was read, with the plaintext of what opened, by the digest of its ciphertext; asks git nothing, for it runs beside who does."""
        from cdr.store import opening

        found: dict[str, bytes] = {}
        for batch in opening.batches(read.values()):
            for ciphertext, plain in zip(batch, opening.opened(self.keys.gnupg, batch), strict=True):
                if plain:
                    found[digest(ciphertext)] = plain
        return read, found

    def _take(self, read: Mapping[str, bytes], opened: dict[str, bytes]) -> None:
        self._read_ahead, self._ahead = {**read}, opened

    def _contents(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The bytes of these files, read together; none where one of them is not there or not whole: whoever opens it is told."""
        with suppress(CdrError):
            blobs = [self._there(path) for path in paths]
            if all(blob.is_regular for blob in blobs):
                return dict(zip(paths, self.git.contents([blob.digest for blob in blobs]), strict=True))
        return {}

    def check_content(self, document: Document) -> None:
        """Judge what the chaser's key may write as what comes from outside is judged. Raises: NotAuthentic."""
        from cdr.forms import schema

        place = document.place
        if place.kind.chaser_writes and schema.problems(document.body, schema.current(document.form)):
            raise NotAuthentic(f"{place.path} does not hold what its form asks for.", MEND)

    def check_recipients(self, place: Place, ciphertext: bytes) -> None:
        """Make sure that a document is encrypted to exactly those who may read its kind; needs no private key.

        Each may be named by any subkey that the history knows of their key: what was encrypted before a renewal stays theirs.
        """
        now = self._is_for_readers(place, ciphertext, self.public_keys)
        if not now and not self._is_for_readers(place, ciphertext, self._keys_ever):
            raise NotAuthentic(f"{place.path} is not encrypted to exactly those who may read it.", MEND)

    def check_sealed(self, place: Place, ciphertext: bytes) -> None:
        """The same of what was encrypted just now: to subkeys that are in use. Raises: NotAuthentic."""
        if not self._is_for_readers(place, ciphertext, self.public_keys, in_use=True):
            raise NotAuthentic(f"{place.path} was not encrypted to exactly those who may read it.", MEND)

    def behind(self, place: Place, ciphertext: bytes) -> set[str]:
        """The fingerprints of those who can read a document with a subkey that is not in use any more."""
        from cdr.store.packets import recipient_ids

        ids = set(recipient_ids(ciphertext, place.path))
        readers = self.keys.registry.readers(place.kind)
        in_use = encryption_ids(self.public_keys, readers, in_use=True)
        return set(in_use.values()) - {in_use[id_] for id_ in ids & in_use.keys()}

    def _is_for_readers(self, place: Place, ciphertext: bytes, keys: Mapping[str, Key], in_use: bool = False) -> bool:
        from cdr.store.packets import recipient_ids

        allowed = self.keys.registry.readers(place.kind)
        owners = encryption_ids(keys, allowed, in_use)
        return sorted(owners.get(id_, "") for id_ in recipient_ids(ciphertext, place.path)) == sorted(allowed)

    def changed_files(self, within: Iterable[str]) -> list[str]:
        """The files in these folders, or these files, that are not in the store's folder as they were recorded."""
        from cdr.store import worktree

        return worktree.changed(self.git.folder, self.within(within))

    def refuse_changed_files(self, within: Iterable[str], but: Collection[str] = ()) -> None:
        """Refuse to go on where the files in the store's folder (`but` for some) are not those of the history.

        Nothing is read from them; but whoever changed one should hear of it. Raises: NotAuthentic.
        """
        odd = [path for path in self.changed_files(within) if path not in but]
        if odd:
            ownership.refuse_unreadable(self.git.folder / odd[0])
            raise NotAuthentic(
                f"{odd[0]} is not what was recorded: it was changed, moved or removed without cdr.",
                "The history still holds the right one. See: cdr verify; put it back with: cdr verify --repair",
            )


class References(Collection[str]):
    """The references that a snapshot's cases have, and that erased ones had; for one of them only its own two names are looked up."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __contains__(self, reference: object) -> bool:
        git, head = self.snapshot.git, self.snapshot.head
        path = layout.erasure_path(str(reference))
        return bool(git.subtree(head, f"cases/{reference}") or git.file(head, path))

    def __iter__(self) -> Iterator[str]:
        from cdr.store import erasures

        return iter(self.snapshot.references | {*erasures.all_at(self.snapshot.git, self.snapshot.head)})

    def __len__(self) -> int:
        return sum(1 for _ in self)
