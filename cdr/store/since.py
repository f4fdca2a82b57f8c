"""What was recorded since the part of the cases at work was sealed: one small file beside it, which a change seals in its place.

It holds what the index keeps of the documents that changed, by which the part is brought forward, what is asked of their cases by a word, by which what
stands apart is, and these documents as they were opened. It names what it goes with, so that with another part, or with none, that counts as not there;
what was opened is known by the ciphertext of each document, whatever part stands there. Where one of the three grows too large, a change seals one
thing more and takes it out of here: the part, what stands apart, or the file of one case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from cdr import programs
from cdr.records import replace
from cdr.store.document import Document, for_cache
from cdr.store.parts import SINCE, Part, Parts, Rows, case_of, entries, new_stamp
from cdr.store.sealing import Sealing

# bytes, together 64 kB: a question opens and reads them in a millisecond
MOST_RECORDED, MOST_ASKED, MOST_OPENED = 32 * 1024, 8 * 1024, 24 * 1024
LARGEST_OPENED = 2 * MOST_OPENED  # whatever a change of many cases adds
MANY = 6  # programs that a change has started: with Python, this file and one thing more it would be nine


class Since:
    """What one person keeps of what was recorded since."""

    def __init__(self, sealing: Sealing, version: str) -> None:
        self.sealing = sealing
        self.version = version
        self._now: dict[str, Any] | None = None

    def onto(self, part: Part) -> Part:
        """A part that was just opened, or what stands apart from it, brought forward by what was recorded since."""
        kept = self._kept()
        if not part.stamp or part.stamp != kept["of_words" if part.rows else "of"]:
            return part
        if part.rows:
            rows = {column: {**held, **kept["rows"].get(column, {})} for column, held in part.rows.items()}
            return replace(part, at=kept["at"], rows=rows)
        rested = [str(case) for case in kept["rested"]]
        return replace(part.taken(entries(kept["documents"], "facts"), (), kept["at"]), rested=rested)

    def opened_of(self, case: str) -> dict[str, Any]:
        """The documents of one case that were opened since, by path."""
        packed = self._kept()["opened"].get(case, {})
        return entries({path: _unpacked(one) for path, one in packed.items()}, "body")

    @property
    def cases(self) -> list[str]:
        """The cases of which a document was opened since."""
        return list(self._kept()["opened"])

    def keep_words(self, parts: Parts, part: Part, rows: Callable[[], Rows]) -> None:
        """Seal what stands apart from a part that was opened in its place, where that does not stand there, or would not be brought forward to it."""
        goes_with = self._goes_with(part)
        if parts.stands_apart(self._kept()["of_words"] if goes_with else part.stamp):
            return
        if goes_with:
            self._keep_words_anew(parts, part, rows)
            self._seal()
        else:
            parts.keep_words(part, rows(), part.stamp)

    def take(self, part: Part, new: Mapping[str, Any], written: Mapping[str, tuple[Document, str]], rows: Rows) -> None:
        """Take in what one commit changed, which `part` holds already; `keep` seals it.

        `new` is what the index keeps of its documents, `written` are those that are kept as they were opened, with the digest of each; both by path.
        `rows` is what is asked by a word of the cases that it changed.
        """
        kept = self._kept()
        if not self._goes_with(part):
            kept = kept | {"of": part.stamp, "of_words": part.stamp, "documents": {}, "rows": {}}
        opened: dict[str, Any] = {case: {**one} for case, one in kept["opened"].items()}
        for path, (document, digest) in written.items():
            opened.setdefault(case_of(path), {})[path] = _packed({"digest": digest, **for_cache(document)})
        self._now = kept | {
            "at": part.at,
            "documents": {**kept["documents"], **new},
            "rested": part.rested or [],
            "opened": opened,
            "rows": {column: {**kept["rows"].get(column, {}), **held} for column, held in rows.items()},
        }

    def keep(self, parts: Parts, rows: Callable[[], Rows], keep_apart: Callable[[Collection[str]], None]) -> None:
        """Seal it, and where too much of one thing stands in it, that where it belongs; of two, one is left to the next change.

        A change that has started many programs leaves that to the next, up to twice as much. `rows` makes all that stands apart from the part,
        `keep_apart` keeps what was opened of some cases in files of their own.
        """
        kept, part = self._kept(), parts.not_at_rest()
        times = 2 if programs.started.total() >= MANY else 1
        sizes = {case: sum(map(len, one.values())) for case, one in kept["opened"].items()}
        if part and len(json.dumps(kept["documents"])) > times * MOST_RECORDED:
            self._now = kept | {"of": parts.keep_part(part).stamp, "documents": {}}
        elif part and len(json.dumps(kept["rows"])) > times * MOST_ASKED:
            self._keep_words_anew(parts, part, rows)
        elif sum(sizes.values()) > times * MOST_OPENED:
            going = _largest(sizes)
            keep_apart(going)
            self._now = kept | {"opened": {case: one for case, one in kept["opened"].items() if case not in going}}
        self._seal()

    def forget(self) -> None:
        """Keep nothing of it any more."""
        self._now = _nothing()
        self.sealing.forget(SINCE)

    def _keep_words_anew(self, parts: Parts, part: Part, rows: Callable[[], Rows]) -> None:
        """Under a number of its own: another copy of the store may go on from what was recorded before, and never from this."""
        self._now = self._kept() | {"of_words": new_stamp(), "rows": {}}
        parts.keep_words(part, rows(), self._now["of_words"])

    def _seal(self) -> None:
        self.sealing.keep_of_cases(SINCE, {"version": self.version, **self._kept()})

    def _goes_with(self, part: Part) -> bool:
        """Whether it was recorded since this very part was sealed."""
        return bool(part.stamp) and self._kept()["of"] == part.stamp

    def _kept(self) -> dict[str, Any]:
        if self._now is None:
            found = self.sealing.open(SINCE) or {}
            self._now = {name: found.get(name) for name in _nothing()} if _is_whole(found) else _nothing()
            if found.get("version") != self.version:
                self._now |= {"of": "", "of_words": ""}
        return self._now


def _largest(sizes: Mapping[str, int]) -> list[str]:
    """The case of which the most was opened, which is as much at least as a change of one case added; after a change of many as many as leave no more
    than there is room for."""
    going, left = list[str](), sum(sizes.values())
    for case in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if going and left <= LARGEST_OPENED:
            break
        going.append(case)
        left -= sizes[case]
    return going


def _packed(entry: Mapping[str, Any]) -> str:
    """A document as text that a question passes over without reading it, in a third of the room."""
    import binascii
    import zlib

    return binascii.b2a_base64(zlib.compress(json.dumps(entry, ensure_ascii=False).encode(), 1), newline=False).decode()


def _unpacked(packed: str) -> Any:
    import binascii
    import zlib

    with suppress(ValueError, zlib.error):
        return json.loads(zlib.decompress(binascii.a2b_base64(packed)))
    return None


def _nothing() -> dict[str, Any]:
    return {"of": "", "of_words": "", "at": "", "documents": {}, "rested": [], "opened": {}, "rows": {}}


def _is_whole(found: Mapping[str, Any]) -> bool:
    """Whether what was kept is what `take` keeps."""
    return all(type(found.get(name)) is type(nothing) for name, nothing in _nothing().items())
