"""Papers and timelines that were put into files on this machine: where each is, so that closing deletes those that are still as they were made.

Where they are is known on this machine alone, sealed, and in no store. Each run that wrote files leaves one note, under a meeting or a case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cdr import disk
from cdr.app import App
from cdr.errors import CdrError
from cdr.records import dataclass, replace
from cdr.store.drafts import Drafts, kept_here

FOLDER = "made-here"
LARGEST = 2**30
GONE, CHANGED, NOT_THERE = "gone", "changed", "not there"


@dataclass(frozen=True)
class Deleted:
    """What became of the files that were made here: those that are deleted, and those that stay because they are not as they were made.

    `unread` is how many notes could not be read, so that nothing was done about their files.
    """

    files: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unread: int = 0


def of_meeting(id_: str) -> str:
    """Under what the papers of a meeting are noted."""
    return f"panel-{id_}"


def of_case(reference: str) -> str:
    """Under what is noted what was made of one case alone."""
    return f"case-{reference}"


def note(app: App, about: str, files: Mapping[Path, str | bytes]) -> None:
    """Note the files that were written, and what is in them; what is no plain file (a pipe) is kept nowhere."""
    written = {str(path.resolve()): _digest(data) for path, data in files.items() if path.is_file()}
    if written:
        places = _digest("\n".join(sorted(written)))[
            :16
        ]  # made again in the same places, the note takes the place of the earlier
        _notes(app).keep(f"{about}.{places}", json.dumps(written).encode())


def called_otherwise(app: App, panels: Mapping[str, str]) -> None:
    """Keep the notes of these meetings under the ids that they have from now on; one that cannot be read stays where it is."""
    notes = _notes(app)
    for name in notes.names() if panels else ():
        about, _, places = name.partition(".")
        new = next((of_meeting(called) for id_, called in panels.items() if of_meeting(id_) == about), "")
        said = _read(notes, name) if new else None
        if said is not None:
            notes.keep(f"{new}.{places}", json.dumps(said).encode())
            notes.forget(name)


def delete(app: App, about: Iterable[str]) -> Deleted:
    """Delete the files that were noted under these and are as they were made; one that was changed stays, and its note with it."""
    notes, wanted = _notes(app), tuple(f"{one}." for one in about)
    read = {name: _read(notes, name) for name in notes.names() if name.startswith(wanted)}
    made: dict[str, set[str]] = {}
    for said in read.values():
        for path, digest in (said or {}).items():
            made.setdefault(path, set()).add(digest)
    became = {path: _delete(Path(path), digests) for path, digests in made.items()}
    for name, said in read.items():
        if said is not None and not any(became[path] == CHANGED for path in said):
            notes.forget(name)
    gone, changed = (tuple(sorted(path for path, how in became.items() if how == what)) for what in (GONE, CHANGED))
    return Deleted(gone, changed, sum(said is None for said in read.values()))


def delete_of_case(app: App, reference: str) -> Deleted:
    """The same of what was made of a case, and of the papers of its meetings that are over: those of one to come are still read."""
    from cdr.work.meetings import meetings

    if not _notes(app).names():
        return Deleted()
    try:
        had = [one for one in meetings(app) if reference in one.references]
    except CdrError:  # whatever is wrong there, the case is over
        found = delete(app, [of_case(reference)])
        return replace(found, unread=found.unread + 1)
    return delete(app, [of_case(reference), *(of_meeting(one.id) for one in had if one.is_over or one.not_held_on)])


def sentences(found: Deleted) -> Iterator[str]:
    """What is said of it, a line each."""
    yield from (f"deleted: {path}" for path in found.files)
    for path in found.changed:
        yield f"please check: {path} is not as it was made, and stays: delete it if it holds a case."
    if found.unread:
        yield "please check: where papers and timelines were put could not all be read: delete them yourself."


def _delete(path: Path, digests: set[str]) -> str:
    try:
        if _digest(disk.read_regular(path, LARGEST)) not in digests:
            return CHANGED
        path.unlink()
    except FileNotFoundError:
        return NOT_THERE
    except OSError:
        return CHANGED
    return GONE


def _digest(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def _read(notes: Drafts, name: str) -> dict[str, str] | None:
    """What one note says; None where it cannot be read now."""
    try:
        kept = notes.open(name)
    except CdrError:
        return None
    said: dict[str, str] = json.loads(kept) if kept else {}
    return said


def _notes(app: App) -> Drafts:
    return kept_here(app.store, FOLDER)
