"""The local index: what questions across cases ask of each document, encrypted to its owner alone.

It is keyed by the digest of each ciphertext, so that nothing stale is ever used, and opening it costs one private-key
operation however many cases there are. What was complete at a verified commit is complete whenever the store stands there again:
then nothing but the index is looked at. Beside it stand parts of it by what is asked (`parts`), and the documents of the cases that
were opened (`opened`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from cdr.errors import MEND, CdrError, NotAllowed, NotAuthentic, ToolMissing
from cdr.store import layout
from cdr.store.extraction import Extraction
from cdr.store.history import Progress
from cdr.store.layout import Place
from cdr.store.opened import Opened
from cdr.store.parts import ANSWER, Asked, Kept, Part, Parts, case_of, digests_of, entries
from cdr.store.registry import may_read
from cdr.store.sealing import Sealing
from cdr.store.since import Since
from cdr.store.snapshot import Snapshot

if TYPE_CHECKING:
    from cdr.store.document import Document

    Written = Mapping[str, tuple[Document, str]]  # by path, with the digest of each

SAVE_EVERY = 50  # cases: what a kill costs at most of what a private key opened, where that takes longer than
SAVE_AFTER = 10.0  # seconds
OF_ALL = 5  # and of what was worked out, a fifth: the index is written whole, which takes longer the more is in it
TOGETHER = 20  # of more cases than these what was opened is kept together
OF_CASES = "cases/"
INDEX = "index"
RESTED = 50  # so many cases that came to rest stay in the part of the others before they are moved


class Index:
    """The index of one person over one store."""

    def __init__(self, snapshot: Snapshot, sealing: Sealing, extraction: Extraction, progress: Progress) -> None:
        if snapshot.person is None:
            raise NotAllowed("None of this store's keys is here, so nothing can be opened.")
        self.snapshot = snapshot
        self.sealing = sealing
        self.extraction = extraction
        self.progress = progress
        self.owner = snapshot.person
        self.kinds = [kind for kind in extraction.kinds if may_read(self.owner, kind)]
        self.broken: dict[str, CdrError] = {}
        self._kept: dict[str, Any] | None = None
        self.since = Since(sealing, extraction.version)
        self.opened = Opened(sealing, self.since)
        self._found: Kept | None = None
        self._now: Part | None = None
        self._busy: Kept | None = None
        self._columns: dict[Asked, dict[str, Any]] = {}
        self.parts = Parts(sealing, extraction.columns, extraction.version, self.since.onto)
        # the commit at which what is kept was complete; empty where it never was, or a case cannot be read
        self._at = ""
        self._is_complete = False

    # ---- across cases ------------------------------------------------------------------------------------------

    def facts(self) -> Kept:
        """The facts of every document that this person may read: by case, then by kind's name; the same object until `put`.

        A ledger that nobody has written in yet is empty. A case of which one cannot be read is left out, and stands in `broken`.
        """
        if self._found is None:
            self._found = self._by_case(self._complete())
        return self._found

    def facts_not_at_rest(self) -> Kept:
        """The same of the cases that are not at rest (and of some that are); at no size of the store does it cost more than there are of these."""
        if self._busy is None:
            self._busy = self._by_case(self._part_now().documents)
        return self._busy

    def at_rest(self) -> Mapping[str, Any]:
        """What is asked of all the other cases together."""
        return self._part_now().at_rest

    def column(self, asked: Asked) -> dict[str, Any]:
        """What a column holds of every case, by reference; of those at rest only of such as stand in a file that is asked for."""
        if asked not in self._columns and (found := self.parts.of_word(asked, self.snapshot.head)) is not None:
            self._columns[asked] = found
        if asked not in self._columns:
            at_rest, column = self.column_at_rest(asked), self.parts.columns[asked.column]
            busy = {case: column.of(case, kinds) for case, kinds in self.facts_not_at_rest().items()}
            if column.is_apart and (part := self._part_now()).at:
                self.since.keep_words(self.parts, part, lambda: self.parts.rows(self.facts_not_at_rest()))
            self._columns[asked] = {**at_rest, **{case: made for case, made in busy.items() if made is not None}}
        return self._columns[asked]

    def column_at_rest(self, asked: Asked) -> dict[str, Any]:
        """The same of the cases that `facts_not_at_rest` does not give."""
        found = self.parts.column(asked, self._part_now(asked))
        if found is None:
            self._complete()
            self._save()
            found = self.parts.column(asked, self._part_now())
        return found or {}

    def summed(self, asked: Asked, key: str, make: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """What `make` makes of `column_at_rest` together, as plain JSON; kept under `key`, and the column is not opened while it stands.

        The key tells everything else that it is made from.
        """
        key = f"{asked.column}-{key}"
        kept = self.parts.summed(key, self.parts.files(asked, self._part_now(summed=key)))
        if kept is None:
            kept = make(self.column_at_rest(asked))
            if self._part_now().at:
                self.parts.keep_summed(key, self.parts.files(asked, self._part_now()), kept)
        return kept

    def _part_now(self, asked: Asked | None = None, summed: str = "") -> Part:
        """The part of the cases that are not at rest as the store stands, made from the whole index where it is not kept."""
        if self._now is None:
            self._now = self.parts.not_at_rest(asked, summed)
        if self._now is not None and self._now.at != self.snapshot.head:
            self._now = self._caught_up(self._now)
        if self._now is None:
            kept = self._complete()  # which may renew the parts
            renewed = self.parts.not_at_rest()
            self._now = renewed if renewed and renewed.at == self.snapshot.head else self._split(kept)
        return self._now

    def _split(self, kept: Mapping[str, Any]) -> Part:
        """The whole index in parts; kept where it is complete."""
        by_case = self._by_case(kept)
        resting = {case: kinds for case, kinds in by_case.items() if self.extraction.is_at_rest(kinds)}
        at_work = by_case.keys() - resting.keys()
        busy = {path: one for path, one in kept.items() if case_of(path) in at_work}
        part = Part(self._at, self._at, busy, rested=[])
        part.at_rest = self.extraction.sum_up(self.parts.keep_columns(part, resting, digests_of(kept), bool(self._at)))
        if self._at:
            part = self.parts.keep(part, self.parts.rows(self._by_case(busy)))
        self._now = part
        return part

    def _by_case(self, kept: Mapping[str, Any]) -> Kept:
        unwritten_in = {kind.name: layout.empty_ledger(kind) for kind in layout.LEDGERS}
        found: Kept = {}
        for path, entry in kept.items():
            case, name = case_of(path), path.rpartition("/")[2]
            if case not in self.broken:
                found.setdefault(case, {**unwritten_in})[name.partition(".")[0]] = entry["facts"]
        return dict(sorted(found.items()))  # in one order, whichever case was changed last

    def put(self, documents: Written, head: str, removed: Iterable[str] = (), cases: Collection[str] = ()) -> bool:
        """Take in documents just written (each with its blob's digest) by the commit `head`, where there is an index already.

        As recorded since the part of the cases that are not at rest was sealed, or into that part, where this will do; then it costs no more
        in a large store. Whether what these documents say is kept with it, of such `cases` as were opened; else that is for `keep_case`.
        """
        self._found = self._busy = self._now = None
        self._columns.clear()
        self.parts.forget_summed(ANSWER)
        of_kinds = {path: one for path, one in documents.items() if one[0].place.kind in self.extraction.kinds}
        new = {path: self._facts(document, digest) for path, (document, digest) in of_kinds.items()}
        part = self.parts.not_at_rest() if self._kept is None else None
        gone = [path for path in removed if path.startswith(OF_CASES)]
        if part and part.at == self.snapshot.head and self._has_all_of(part, [*new, *gone]):
            opened = {path: one for path, one in documents.items() if case_of(path) in cases}
            if (is_kept := self._brought_forward(part, new, gone, head, opened)) is not None:
                return is_kept
        if self._kept is None and not self.sealing.is_kept(INDEX) and len(self.snapshot.places) > len(documents):
            return False
        kept = self._load()
        self._at = head if self._at == self.snapshot.head and not self.broken else ""
        kept |= new
        for path in removed:
            kept.pop(path, None)
        self._is_complete = False
        self._save()
        self._now = None
        return False

    def _brought_forward(self, part: Part, new: Kept, gone: Sequence[str], head: str, opened: Written) -> bool | None:
        """Take into a part what was recorded up to the commit `head`; whether it is kept as recorded since it was sealed, with what was `opened` of
        some cases, or else in the part. None, and nothing is done, where so many cases came to rest that all is to be parted anew."""
        cases = {case_of(path) for path in opened}
        taken = part.taken(new, gone, head)
        of = {case_of(path) for path in [*new, *gone]}
        taken.rested = self._rested(part, taken, of)
        if len(taken.rested) > RESTED:
            return None
        if gone or not part.stamp:
            self.opened.keep_apart({*self.since.cases} - {*cases, *map(case_of, gone)})
            self.parts.keep(taken, self.parts.rows(self._by_case(taken.documents)))
            self.since.forget()
            return False
        changed = self._by_case({path: one for path, one in taken.documents.items() if case_of(path) in of})
        self.since.take(taken, new, opened, self.parts.rows(changed))
        self.opened.let_go(*cases)
        self.parts.take(taken)
        self.since.keep(self.parts, lambda: self.parts.rows(self._by_case(taken.documents)), self.opened.keep_apart)
        return True

    def _caught_up(self, part: Part) -> Part | None:
        """A part of an earlier commit brought forward by what others recorded since, where that is little; else None, and all is gone through."""
        from cdr.store import catching_up

        touched = catching_up.touched(self.snapshot, part, self.kinds) if self._kept is None else None
        if touched is None:
            return None
        new: dict[str, Any] = {}
        self._take_in([place for place in touched if not self._is_kept(part.documents, place)], new)
        self._hold_to_history(touched, {**part.documents, **new})
        if self.broken or self._brought_forward(part, new, (), self.snapshot.head, {}) is None:
            return None
        return self.parts.not_at_rest()

    def keep_cases(self, cases: Mapping[str, Mapping[str, Document]], written: Written) -> None:
        """Keep the opened documents of these cases, of which some were just written, as `put` takes them."""
        digests = {path: digest for path, (_, digest) in written.items()}
        for case, documents in cases.items():
            self.keep_case(case, documents, digests=digests)

    def _rested(self, before: Part, part: Part, changed: set[str]) -> list[str]:
        """The cases of a part that are at rest; only those that were changed are looked at, where the part says it of the others."""
        asked = {path: one for path, one in part.documents.items() if before.rested is None or case_of(path) in changed}
        at_rest = {case for case, kinds in self._by_case(asked).items() if self.extraction.is_at_rest(kinds)}
        return sorted({*(before.rested or ())} - changed | at_rest)

    def _has_all_of(self, part: Part, new: Iterable[str]) -> bool:
        """Whether a part holds what there is of the cases of these documents."""
        known = {case_of(path) for path in part.documents}
        return all(case in known or not self.snapshot.documents_of(case) for case in {case_of(path) for path in new})

    def _complete(self) -> dict[str, Any]:
        kept = self._load()
        if self._is_complete or self._at == self.snapshot.head:
            return kept
        self._leave_out_what_is_no_case()
        indexed = [place for place in self.snapshot.places.values() if place.kind in self.kinds and place.case]
        places = [place for place in indexed if place.case not in self.broken]
        missing = [place for place in places if not self._is_kept(kept, place)]
        gone = kept.keys() - self.snapshot.files.keys()
        for path in gone:
            del kept[path]
        if missing:
            self._take_in(missing, kept)
        self._hold_to_history(places, kept)
        self._is_complete = True
        self._at = "" if self.broken else self.snapshot.head
        if self._at or gone or missing:
            self._save()
        return kept

    def _hold_to_history(self, places: Iterable[Place], kept: Mapping[str, Any]) -> None:
        """Leave out a case of which a document does not follow the one before it."""
        for place in places:
            if place.case not in self.broken:
                with self._noting(place.case):
                    self.snapshot.revisions.check(place.path, kept[place.path]["previous"])

    def _leave_out_what_is_no_case(self) -> None:
        """Folders in which no case was opened are not opened, and nothing is asked there, whoever put something into them;
        nor in a case of which a document was taken out by hand, or all of it."""
        for case in self.snapshot.cases:
            if self.snapshot.lacks_its_case(case):
                self.broken.setdefault(case, self.snapshot.no_case(case))
        for case in dict.fromkeys(place.case for place in self.snapshot.taken_out() if place.case):
            with self._noting(case):
                self.snapshot.refuse_taken_out(f"{OF_CASES}{case}")

    @contextmanager
    def _noting(self, case: str) -> Iterator[None]:
        try:
            yield
        except NotAuthentic as error:
            self.broken.setdefault(case, error)

    def _is_kept(self, kept: Mapping[str, Any], place: Place) -> bool:
        blob = self.snapshot.blob(place.path)
        return blob is not None and blob.is_regular and kept.get(place.path, {}).get("digest") == blob.digest

    def _take_in(self, missing: list[Place], into: dict[str, Any]) -> None:
        """Take what the index keeps of these documents into that; of many it is kept in between, with the index, which that is then."""
        from cdr.store.opening import in_groups

        by_case: dict[str, list[Place]] = {}
        for place in missing:
            by_case.setdefault(place.case, []).append(place)
        not_here: list[NotAllowed] = []
        groups = in_groups(by_case)
        opening = self.snapshot.opening_ahead([self._not_opened_before(group, by_case) for group in groups.values()])
        saved, kept, since = 0, 0, monotonic()
        for number, case in enumerate(self.progress(list(by_case), "Bringing the local index up to date"), 1):
            if case in groups:
                next(opening)
            try:
                self._take_in_case(case, by_case[case], into, with_others=len(by_case) > TOGETHER)
            except (NotAuthentic, ToolMissing) as error:
                self.broken[case] = error
            except NotAllowed as error:
                self.broken[case] = error
                not_here.append(error)
            if number - kept >= SAVE_EVERY and monotonic() - since >= SAVE_AFTER:
                self.opened.save()
                saved, kept, since = self._saved_as_of(number, saved), number, monotonic()
        self.opened.save()
        if len(not_here) == len(by_case) > 1:  # no single document's fault: this key opens none
            raise not_here[0]

    def _saved_as_of(self, number: int, saved: int) -> int:
        """Keep the index where enough cases were taken in since it was kept; how many had been when it was kept last."""
        if (number - saved) * OF_ALL < number:
            return saved
        self._save()
        return number

    def _not_opened_before(self, places: Iterable[Place], by_case: Mapping[str, Sequence[Place]]) -> Iterator[Place]:
        """Those of the documents that `case_documents` will have to decrypt."""
        for place in places:
            kept = self.opened.of(place.case) if len(by_case[place.case]) > 1 else {}
            if kept.get(place.path, {}).get("digest") != self.snapshot.digest_of(place.path):
                yield place

    def _take_in_case(self, case: str, places: Iterable[Place], into: dict[str, Any], with_others: bool) -> None:
        for document in self.case_documents(case, places, with_others=with_others).values():
            path = document.place.path
            if document.place.kind in self.extraction.kinds:
                into[path] = self._facts(document, self.snapshot.digest_of(path))
        if with_others:
            self.opened.let_go(case)

    def _facts(self, document: Document, digest: str) -> dict[str, Any]:
        try:
            facts = self.extraction.facts(document.place.kind, document.body)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):  # it reads, and says what no form says
            raise NotAuthentic(f"{document.place.path} does not hold what its form asks for.", MEND) from None
        return {"digest": digest, "revision": document.revision, "previous": document.previous, "facts": facts}

    def _load(self) -> dict[str, Any]:
        if self._kept is None:
            kept = self.sealing.open(INDEX, self.extraction.version) or {}
            is_of_this = kept.get("version") == self.extraction.version
            self._kept = entries(kept.get("documents"), "facts") if is_of_this else {}
            self._at = str(kept.get("at", "")) if is_of_this else ""
            part = self.parts.not_at_rest() if self._at not in ("", self.snapshot.head) else None
            if part and part.base == self._at:
                self._kept |= part.documents
                for path in part.removed:
                    self._kept.pop(path, None)
                self._at = part.at
        return self._kept

    def _save(self) -> None:
        kept = self._load()
        self.sealing.keep_of_cases(INDEX, {"version": self.extraction.version, "at": self._at, "documents": kept})
        if self._at:
            self._split(kept)

    # ---- one case ----------------------------------------------------------------------------------------------

    def case_documents(self, case: str, places: Iterable[Place], *, with_others: bool = False) -> dict[str, Document]:
        """These documents of one case by id, opened from what is kept of the case where that still holds them."""
        from cdr.store.document import from_cache  # by who asks for a case

        wanted = [place for place in places if may_read(self.owner, place.kind)]
        kept = self.opened.of(case, [place.path for place in wanted]) if len(wanted) > 1 else {}
        found, opened = {}, False
        for place in wanted:
            digest = self.snapshot.digest_of(place.path)
            cached = kept.get(place.path)
            if cached and cached["digest"] == digest:
                found[place.id] = from_cache(cached, place)
                self.snapshot.revisions.check(place.path, cached["previous"])
            else:
                found[place.id], opened = self.snapshot.read(place), True
        if opened and len(wanted) > 1:
            self.keep_case(case, found, kept, with_others=with_others)
        return found

    def keep_case(
        self,
        case: str,
        documents: Mapping[str, Document],
        kept: Mapping[str, Any] | None = None,
        digests: Mapping[str, str] | None = None,
        *,
        with_others: bool = False,
    ) -> None:
        """Keep one case's opened documents, of many cases `with_others` (then `opened` is saved); encrypting them costs no private key."""
        from cdr.store.document import for_cache

        known, entries = digests or {}, dict(kept or {})
        for document in documents.values():
            path = document.place.path
            digest = known.get(path) or self.snapshot.digest_of(path)
            entries[path] = {"digest": digest, **for_cache(document)}
        (self.opened.keep_with_others if with_others else self.opened.keep)(case, entries)
