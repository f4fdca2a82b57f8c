"""Lines of who opened what that wait beside the store, sealed, until a change of a later day takes them into it (`reads`)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cdr import clock, disk
from cdr.forms import migrations
from cdr.records import replace
from cdr.store import layout, lock
from cdr.store.parts import READS
from cdr.store.registry import MEMBER, Person

if TYPE_CHECKING:
    from cdr.store.sealing import Sealing
    from cdr.store.transaction import Change

MOST_PENDING = 200  # lines that wait for a change of another day

Line = Mapping[str, Any]


def digest(line: Line) -> str:
    """How a line is known to the next one: SHA-256 of what it says, which a number used once keeps from being guessed."""
    return hashlib.sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def note(person: Person, sealing: Sealing, what: str, cases: Sequence[str], why: str = "") -> None:
    """Keep that this run opened these cases. Raises: TryAgain, DiskFailed, NotAllowed where that cannot be kept."""
    line = {
        "at": datetime.fromtimestamp(clock.real_seconds(), UTC).isoformat(timespec="seconds"),
        "by": person.name,
        "fingerprint": person.fingerprint,
        "what": what,
        "cases": sorted(cases),
        **({"for": why} if why else {}),
        "nonce": os.urandom(8).hex(),
    }
    with waiting(sealing) as (kept, keep):
        line["previous"] = kept["head"]
        keep({"head": digest(line), "reads": [*kept["reads"], line]})


def folded(
    person: Person, sealing: Sealing, is_recorded: Callable[[str], bool], change: Change, *, now: bool = False
) -> tuple[Change, Callable[[], None]]:
    """A change with the lines that wait since another day (or `now`), and what forgets them once it is published.

    `is_recorded` says whether there is a file of that name in the store.
    """
    if person.role != MEMBER or not sealing.is_kept(READS):
        return change, lambda: None
    with waiting(sealing) as (kept, _):
        lines = kept["reads"]
    today = datetime.fromtimestamp(clock.real_seconds(), UTC).date().isoformat()
    if not lines or not (now or lines[0]["at"][:10] < today or len(lines) >= MOST_PENDING):
        return change, lambda: None
    body = {"schema": migrations.current(layout.READS.form), "reads": lines}
    found = layout.place(layout.reads_path(digest({"reads": lines})[:16]))
    if found is None or is_recorded(found.path):  # and not forgotten here
        return change, lambda: _forget(sealing, lines)
    return replace(change, documents={**change.documents, found: body}), lambda: _forget(sealing, lines)


def _forget(sealing: Sealing, lines: Sequence[Line]) -> None:
    with waiting(sealing) as (kept, keep):
        keep(
            {**kept, "reads": kept["reads"][len(lines) :] if kept["reads"][: len(lines)] == [*lines] else kept["reads"]}
        )


@contextmanager
def waiting(sealing: Sealing) -> Iterator[tuple[dict[str, Any], Callable[[dict[str, Any]], None]]]:
    """The lines that wait, and how to keep others in their place; one run at a time."""
    folder = disk.private_folder(sealing.state.folder)
    with lock.held(folder / "reads.lock", doing="noting who read"):
        kept = sealing.open(READS) or {"head": "", "reads": []}
        yield kept, lambda content: sealing.keep(READS, content)
