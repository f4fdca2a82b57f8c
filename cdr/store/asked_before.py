"""What questions ask of the repository again and again, kept beside the store as git has it, so that git need not be started for it.

Commits, folders and the two plain files that every question reads (the registry, cdr.yaml); nothing that lies in a case. An object is
known by its id, which is worked out from its bytes again each time. Of a folder that is too large to be kept, as that of all cases
is, the names that were asked for are kept, each with what stands under it; the whole carries a keyed digest (`State.seal`) for that.
All of it is known by the commit at which it was asked. It may be deleted at any time; what is damaged, of another commit or another
store counts as deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from cdr.store.folders import Alike, Entry, Folder, those_named
from cdr.store.objects import object_id
from cdr.store.state import State

FOLDER = "asked"
MOST, LARGEST = 64, 1 << 14  # objects, and bytes of one
MOST_NAMES = 200


class AskedBefore:
    """What was asked of the repository in one folder while its branch stood at `head`."""

    def __init__(self, state: State, head: str) -> None:
        self._is_new = False
        self._state = state
        self._objects: dict[str, bytes] = {}  # what was asked last stands last
        self._names: dict[str, Folder] = {}
        self._often: set[str] = set()
        self._read(head)

    # ---- asked -------------------------------------------------------------------------------------------------

    def objects(self, ids: Sequence[str], kind: str, most: int) -> dict[str, bytes]:
        """Those of these objects that are known, by their ids."""
        if len(ids) > MOST:
            return {}
        here = {id_: self._objects.pop(id_) for id_ in dict.fromkeys(ids) if id_ in self._objects}
        self._objects |= here
        return {id_: raw for id_, raw in here.items() if len(raw) <= most and object_id(kind, raw) == id_}

    def named(self, folder: str, name: bytes) -> Entry | None:
        """What stands under a name in a large folder, where that is known."""
        return self._names.get(folder, {}).get(name)

    # ---- noted -------------------------------------------------------------------------------------------------

    def is_asked_often(self, id_: str) -> None:
        """That a file is one of those that every question reads."""
        self._often.add(id_)

    def note(self, kind: str, found: Mapping[str, bytes]) -> None:
        """Keep what git was asked for, where it is worth it: a run that asks for very much asks for it once."""
        for id_, raw in found.items() if len(found) <= MOST else ():
            if len(raw) <= LARGEST and (kind != "blob" or id_ in self._often):
                self._objects.pop(id_, None)
                self._objects[id_] = raw
                self._is_new = True

    def note_name(self, folder: str, name: bytes, found: Entry) -> None:
        """Keep what stands under one name of a large folder."""
        names = self._names.pop(folder, {})
        self._names = {folder: {**dict([*names.items()][1 - MOST_NAMES :]), name: found}}
        self._is_new = True

    def note_made(
        self, commit: tuple[str, bytes], folders: Mapping[str, Folder | Alike], written: Mapping[str, bytes]
    ) -> None:
        """Keep a commit that was just made, with its folders and their bytes; names of a large one are known of what it is now."""
        made = written if len(written) <= MOST else {}
        self.note("tree", made)
        self.note("commit", dict([commit]))
        asked = {name for names in self._names.values() for name in names}
        for id_ in [id_ for id_, raw in made.items() if len(raw) > LARGEST]:
            inner = those_named(folders[id_], asked, made)
            self._names = {id_: dict([*inner.items()][-MOST_NAMES:])}

    # ---- kept --------------------------------------------------------------------------------------------------

    def keep(self, head: str | None) -> None:
        """Keep what was asked up to now, where any of it is new and the branch stands at `head`, which was found good."""
        if not self._is_new or [head] != [known.head for known in self._state.verified()[:1]]:
            return
        self._is_new = False
        kept = [*self._objects.items()][-MOST:]
        told = {
            "head": head,
            "objects": [(id_, len(raw)) for id_, raw in kept],
            "names": {folder: _as_text(names) for folder, names in self._names.items()},
        }
        whole = json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n" + b"".join(raw for _, raw in kept)
        self._state.seal(_name(self._state), whole)

    def _read(self, head: str) -> None:
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            first, _, rest = (self._state.sealed(_name(self._state)) or b"").partition(b"\n")
            told = json.loads(first)
            if told["head"] == head:
                self._names = {folder: _as_folder(names) for folder, names in told["names"].items()}
                self._objects = dict(_cut(rest, told["objects"]))


def forget(state: State) -> None:
    """Keep nothing of it any more, of any folder in which the store stands."""
    with suppress(OSError):
        for path in (state.folder / FOLDER).iterdir():
            state.forget(f"{FOLDER}/{path.name}")


def _name(state: State) -> str:
    return f"{FOLDER}/{state.place_name}"


def _cut(raw: bytes, sizes: Iterable[tuple[str, int]]) -> Iterable[tuple[str, bytes]]:
    start = 0
    for id_, size in sizes:
        yield id_, raw[start : start + size]
        start += size


def _as_text(names: Folder) -> dict[str, str]:
    return {name.hex(): f"{mode.decode('ascii')} {id_.hex()}" for name, (mode, id_) in names.items()}


def _as_folder(names: Mapping[str, str]) -> Folder:
    cut = {name: text.partition(" ") for name, text in names.items()}
    return {bytes.fromhex(name): (mode.encode("ascii"), bytes.fromhex(id_)) for name, (mode, _, id_) in cut.items()}
