"""The files of a repository's own folder that git and cdr both write, the index and the settings: made beside, and put in place whole.

The caller holds cdr's own lock; git's is held here, so that no other git program writes meanwhile.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cdr import disk
from cdr.store import git_locks
from cdr.store.git import NOTHING, Blob, Git
from cdr.store.git_process import GitFailed


def index_of(git: Git) -> Path:
    """Where the user's own index is."""
    return git.directory / "index"


def settings_of(git: Git) -> Path:
    """Where the repository's settings are."""
    return git.directory / "config"


def stage(git: Git, files: Mapping[str, Blob | None]) -> None:
    """Tell the index about these paths, and leave what else is staged alone.

    Raises: TryAgain where another git program keeps the index's lock, DiskFailed.
    """
    lines = [f"{blob.mode} {blob.digest}\t{path}" if blob else f"0 {NOTHING}\t{path}" for path, blob in files.items()]
    index, made = index_of(git), git.directory / "cdr-stage"
    with git_locks.held(index):
        git_locks.lock_of(made).unlink(missing_ok=True)
        try:
            git.refuse_broken_index()
            shutil.copyfile(index, made)
            git.run("update-index", "-z", "--index-info", data="\0".join(lines).encode() + b"\0", index=made)
        except (GitFailed, OSError):  # a broken index is made again, never trusted
            made.unlink(missing_ok=True)
            git.run("read-tree", "HEAD", index=made)
        with suppress(GitFailed):  # it also fails where another file differs, which is not its business
            git.run("update-index", "-q", "--refresh", index=made)
        disk.move(made, index)


def set_settings(git: Git, settings: Mapping[str, str]) -> None:
    """Set settings of the repository. Raises: TryAgain, DiskFailed."""
    kept, made = settings_of(git), git.directory / "cdr-config"
    with git_locks.held(kept):
        git_locks.lock_of(made).unlink(missing_ok=True)
        disk.write_whole(made, kept.read_bytes())
        for name, value in settings.items():
            git.run("config", "--file", str(made), name, value)
        disk.move(made, kept)
