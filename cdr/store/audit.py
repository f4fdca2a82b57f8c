"""The history as people read it: one line a commit, with who signed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cdr.store import layout
from cdr.store.store import Store
from cdr.store.transaction import EMPTY_TREE


@dataclass(frozen=True)
class Recorded:
    """One change: its commit, when (ISO, by the writer's machine), whose key signed it, what it was and which files."""

    commit: str
    at: str
    by: str
    fingerprint: str
    what: str
    paths: tuple[str, ...]


def changes(store: Store, reference: str | None) -> list[Recorded]:
    """Every change since the store was made, newest first; of one case, where a reference is given.

    Raises: NotFound, NotAuthentic.
    """
    store.sealed.case(reference) if reference else store.sealed
    history, git = store.history, store.git
    ids = [history.root, *git.since(history.root, store.sealed.head)]
    wanted = git.touching(f"cases/{layout.reference(reference)}") if reference else set(ids)
    found = []
    for commit in git.commits([id_ for id_ in ids if id_ in wanted]):
        before = commit.parents[0] if commit.parents else EMPTY_TREE
        paths = tuple(
            path for path in git.changed(before, commit.id) if not reference or path.startswith(f"cases/{reference}/")
        )
        person = history.by(commit)
        seconds, _, _ = commit.author.rpartition(" ")[0].rpartition(" ")[2].partition(" ")
        at = datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="seconds")
        found.append(Recorded(commit.id, at, person.name, person.fingerprint, commit.message.splitlines()[0], paths))
    return found[::-1]
