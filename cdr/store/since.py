"""What was recorded since the part of the cases at work was sealed: one small file beside it, which a change seals in its place.

It holds what the index keeps of the documents that changed, by which the part is brought forward, and these documents as they were opened.
It names the part that it goes with, so that with another one, or with none, it counts as not there; what was opened is known by the ciphertext of each
document, whatever part stands there. Where it grows too large, the part and the files of these cases are sealed instead, and it goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cdr.records import replace
from cdr.store.document import Document, for_cache
from cdr.store.parts import SINCE, Part, Rows, case_of, entries
from cdr.store.sealing import Sealing

LARGEST = 64 * 1024  # bytes, counting what was replaced too: a question opens and reads them in a millisecond


class Since:
    """What one person keeps of what was recorded since."""

    def __init__(self, sealing: Sealing, version: str) -> None:
        self.sealing = sealing
        self.version = version
        self._now: dict[str, Any] | None = None

    def onto(self, part: Part) -> Part:
        """A part that was just opened, brought forward by what was recorded since."""
        kept = self._kept()
        if not self._goes_with(part):
            return part
        rested = [str(case) for case in kept["rested"]]
        rows = {column: {**held, **kept["rows"].get(column, {})} for column, held in part.rows.items()}
        return replace(part.taken(entries(kept["documents"], "facts"), (), kept["at"]), rested=rested, rows=rows)

    def opened_of(self, case: str) -> dict[str, Any]:
        """The documents of one case that were opened since, by path."""
        packed = self._kept()["opened"].get(case, {})
        return entries({path: _unpacked(one) for path, one in packed.items()}, "body")

    @property
    def cases(self) -> list[str]:
        """The cases of which a document was opened since."""
        return list(self._kept()["opened"])

    def take(self, part: Part, new: Mapping[str, Any], written: Mapping[str, tuple[Document, str]], rows: Rows) -> bool:
        """Keep what one commit changed, which `part` holds already; whether it is kept, and did not grow too large.

        `new` is what the index keeps of its documents, `written` are those that are kept as they were opened, with the digest of each; both by path.
        `rows` is what is asked by a word of the cases that it changed.
        """
        opened = {
            path: _packed({"digest": digest, **for_cache(document)}) for path, (document, digest) in written.items()
        }
        kept = self._kept()
        if not self._goes_with(part):
            kept = kept | {"of": part.stamp, "documents": {}, "rows": {}, "size": len(json.dumps(kept["opened"]))}
        size = kept["size"] + len(json.dumps([new, opened]))
        if not part.stamp or size > LARGEST:
            return False
        of_cases: dict[str, Any] = {case: {**one} for case, one in kept["opened"].items()}
        for path, entry in opened.items():
            of_cases.setdefault(case_of(path), {})[path] = entry
        documents = {**kept["documents"], **new}
        now = {"at": part.at, "rested": part.rested or [], "documents": documents, "opened": of_cases, "size": size}
        of_words = {column: {**kept["rows"].get(column, {}), **held} for column, held in rows.items()}
        self._now = kept | now | {"rows": of_words}
        self.sealing.keep(SINCE, {"version": self.version, **self._now})
        return True

    def forget(self) -> None:
        """Keep nothing of it any more."""
        self._now = _nothing()
        self.sealing.forget(SINCE)

    def _goes_with(self, part: Part) -> bool:
        """Whether it was recorded since this very part was sealed."""
        return bool(part.stamp) and self._kept()["of"] == part.stamp

    def _kept(self) -> dict[str, Any]:
        if self._now is None:
            found = self.sealing.open(SINCE) or {}
            self._now = {name: found.get(name) for name in _nothing()} if _is_whole(found) else _nothing()
            if found.get("version") != self.version:
                self._now["of"] = ""
        return self._now


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
    return {"of": "", "at": "", "documents": {}, "rested": [], "opened": {}, "rows": {}, "size": 0}


def _is_whole(found: Mapping[str, Any]) -> bool:
    """Whether what was kept is what `take` keeps."""
    return all(type(found.get(name)) is type(nothing) for name, nothing in _nothing().items())
