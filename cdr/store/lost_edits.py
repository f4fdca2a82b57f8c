"""What a merge by hand left out: both sides had written a document, and one was taken whole while the other was not.

git allows that (`git checkout --ours`, `-X theirs`), and who signed it might write the document; so it is told, not refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdr.store import layout
from cdr.store.objects import Commit
from cdr.store.store import Store


def left_out(store: Store) -> Iterator[tuple[str, str]]:
    """The documents that stand as such a merge left them, each with what to tell; a later revision is somebody's own word."""
    git, head = store.git, store.sealed.head
    files = store.sealed.files
    for commit in git.since(store.root, head) or []:
        if len(commit.parents) != 2:
            continue
        for path, dropped in _dropped(store, commit):
            if files.get(path) == git.file(commit.id, path):
                [theirs] = git.commits([dropped])
                yield (
                    path,
                    (
                        f"In the merge {commit.id[:12]} what {store.history.by(theirs).name} or another had written there was not taken. "
                        f"The history holds it: git show {dropped[:12]}:{path} | gpg -d"
                    ),
                )


def _dropped(store: Store, commit: Commit) -> Iterator[tuple[str, str]]:
    git = store.git
    base = git.merge_base(*commit.parents)
    one, other = (git.changed(base, parent) for parent in commit.parents)
    for path in one.keys() & other.keys():
        place, sides = layout.place(path), (one[path][1], other[path][1])
        if place is None or place.kind is layout.ATTACHMENT or None in sides or sides[0] == sides[1]:
            continue
        made = git.file(commit.id, path)
        if made in sides:
            yield path, commit.parents[1 - sides.index(made)]
