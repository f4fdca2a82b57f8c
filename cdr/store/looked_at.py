"""Which files of the folder were found as they were recorded, so that they are read again only where they may have changed since.

As git does it: a file is taken for what it was while the system says the same of it, its size, its times and which file it is; and not while it is
so young that a change of it could have left all of that as it is. `verify` reads every file, always.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from cdr import clock
from cdr.store import worktree
from cdr.store.state import State
from cdr.store.store import Store

NAME = "looked-at"
SETTLED = (
    10 * 10**9
)  # nanoseconds: the coarsest times of files are two seconds, and another machine may keep the folder


def changed(store: Store, within: Iterable[str]) -> list[str]:
    """The recorded files in these folders that are not in the store's folder as they were recorded."""
    files = {path: blob for path, blob in store.sealed.within(within).items() if blob.is_regular}
    state = store.history.state
    known, begun = _kept(state), clock.real_seconds() * 10**9
    there = {path: [blob.digest, *_about(f"{store.folder}/{path}")] for path, blob in files.items()}
    new = {path: blob for path, blob in files.items() if known.get(path) != there[path]}
    odd = worktree.changed(store.folder, new) + worktree.behind_links(store.folder, files.keys() - new.keys())
    right = {path: about for path, about in there.items() if path not in odd and _is_settled(about, begun)}
    if right != known:
        state.seal(_name(state), json.dumps(right).encode())
    return sorted(odd)


def _about(path: str) -> list[int]:
    """What the system says of a file; nothing where it says nothing."""
    try:
        found = os.lstat(path)
    except OSError:
        return []
    return [found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _is_settled(about: list[Any], begun: int) -> bool:
    return len(about) > 1 and max(about[-2:]) < begun - SETTLED


def _kept(state: State) -> Mapping[str, Any]:
    try:
        kept = json.loads(state.sealed(_name(state)) or b"{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _name(state: State) -> str:
    return f"{NAME}/{state.place_name}"
