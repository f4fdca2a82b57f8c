"""The store's folder, git's index and objects that a disk lost, put back to what the history holds; what stood there is kept aside."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cdr import disk
from cdr.errors import DiskFailed
from cdr.store import git_files, layout, mending, ownership, transaction, worktree
from cdr.store.objects import LARGEST, Blob
from cdr.store.store import Store

OWN_WORK = (layout.CONFIGURATION, *layout.OWN_WORDINGS)
LARGEST_KEPT = LARGEST["blob"]


def repair(store: Store) -> list[str]:
    """Put files of the work tree back to what the history holds; what stood there is kept aside. The paths put back.

    A file that the repository lost and the work tree still has goes the other way.
    """
    with store.writing():
        files, head = store.sealed.files, store.sealed.head
        lost = mending.objects_found_again(store, files)
        odd = store.changed_files(*layout.FOLDERS)
        aside = transaction.aside(store.git) if odd else None
        for path in odd:
            found = transaction.inside(store.folder, path)
            ownership.refuse_unreadable(found)
            if aside:
                _keep_aside(found, aside / path)
        for path in worktree.unrecorded(store.folder, files):
            if path.startswith(layout.MANAGED) and disk.HALF_WRITTEN.fullmatch(path.rpartition("/")[2]):
                transaction.inside(store.folder, path).unlink(missing_ok=True)
        staged = staged_otherwise(store, files)
        transaction.put_back(store.git, {path: files.get(path) for path in {*odd, *staged}}, head)
        return [*lost, *odd, *staged]


def _keep_aside(found: Path, kept: Path) -> None:
    """Keep what stands in place of a file: the file or the link itself, never what a link leads to. Raises: DiskFailed."""
    mode = found.lstat().st_mode if os.path.lexists(found) else 0
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return
    disk.private_folder(kept.parent)
    try:
        if stat.S_ISLNK(mode):
            kept.symlink_to(found.readlink())
        else:
            disk.write_whole(kept, disk.read_regular(found, LARGEST_KEPT))
    except OSError as error:
        raise DiskFailed(
            f"{found} could not be kept aside: {os.strerror(error.errno or 0)}.",
            "Move it out of the store's folder yourself, and run the command again.",
        ) from error


def staged_otherwise(store: Store, files: Mapping[str, Blob]) -> list[str]:
    """The files that git's index holds otherwise than the history, though the folder has them as they were recorded."""
    staged = git_files.staged(store.git)
    if staged is None:  # a broken one is made again with the next change
        return []
    changed = {*store.changed_files(*layout.FOLDERS, *OWN_WORK)}
    own = {path for path in staged.keys() | files.keys() if layout.is_managed(path) or layout.is_own_wording(path)}
    return sorted(path for path in own - changed if staged.get(path) != files.get(path))
