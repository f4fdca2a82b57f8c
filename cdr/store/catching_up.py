"""What was recorded since a commit by anybody: the documents that the commits since then touched, and none of the others.

So who asks after somebody else recorded something looks at as much as that was, and not at the folder of every case. What this says is only where
to look; each document is opened, and held to its history, as ever.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from cdr.errors import NotAuthentic
from cdr.store import layout
from cdr.store.layout import Kind, Place
from cdr.store.parts import Part, case_of
from cdr.store.snapshot import Snapshot

MOST_COMMITS, MOST_CASES = 50, 20  # of more than these to go through everything costs no more


def touched(snapshot: Snapshot, part: Part, kinds: Collection[Kind]) -> list[Place] | None:
    """The documents of these kinds that were touched since a part was complete; each of them stands in the store.

    None where everything has to be gone through: where the store is not built on that commit, many cases were touched, or one that was there and
    is not in the part; where something else than documents changed (keys, what is erased), or a document was taken away, or is where no case is.
    """
    with suppress(NotAuthentic):  # which whoever goes through everything is told
        paths = _paths(snapshot, part.at)
        places = [layout.place(path) for path in sorted(paths or ())]
        of_cases = [place for place in places if place and place.case]
        cases = {place.case for place in of_cases}
        if paths is None or None in places or len(cases) > MOST_CASES:
            return None
        if not all(_stands(snapshot, place) for place in of_cases) or any(map(snapshot.lacks_its_case, cases)):
            return None
        new = cases - {case_of(path) for path in part.documents}
        if any(_stood(snapshot, part.at, case, kinds) for case in new):
            return None
        return [place for place in of_cases if place.kind in kinds]
    return None


def _stands(snapshot: Snapshot, place: Place) -> bool:
    blob = snapshot.blob(place.path)
    return blob is not None and blob.is_regular


def _stood(snapshot: Snapshot, commit: str, case: str, kinds: Collection[Kind]) -> bool:
    """Whether a document of these kinds stood in a case's folder at a commit."""
    folder = f"cases/{case}"
    places = (layout.place(f"{folder}/{name}") for name in snapshot.git.names_in(commit, folder))
    return any(place.kind in kinds for place in places if place)


def _paths(snapshot: Snapshot, known: str) -> set[str] | None:
    """The files that any of the commits since changed, on whichever side of a merge."""
    git = snapshot.git
    commits = git.since(known, snapshot.head) if known else None
    if commits is None or len(commits) > MOST_COMMITS or not all(commit.parents for commit in commits):
        return None
    sides = [(parent, commit.id) for commit in commits for parent in commit.parents]
    return {path for older, newer in sides for path in git.changed(older, newer)}
