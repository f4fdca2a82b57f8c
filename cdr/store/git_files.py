"""The files of a repository's own folder that git and cdr both write, the index and the settings: made beside, and put in place whole.

The caller holds cdr's own lock; git's is held here, so that no other git program writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cdr import disk
from cdr.errors import GitFailed
from cdr.store import git_locks
from cdr.store.git import Git
from cdr.store.objects import NOTHING, Blob, path_text

LARGEST_SETTINGS = 1 << 20


def settings_of(git: Git) -> Path:
    """Where the repository's settings are."""
    return git.repository.shared / "config"


def stage(git: Git, files: Mapping[str, Blob | None], tip: str) -> None:
    """Tell the user's own index about these paths, and leave what else is staged alone; a broken one is made anew from `tip`.

    Raises: TryAgain where another git program keeps the index's lock, DiskFailed.
    """
    lines = [f"{blob.mode} {blob.digest}\t{path}" if blob else f"0 {NOTHING}\t{path}" for path, blob in files.items()]
    data = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
    index = git.repository.index
    with git_locks.held(index), disk.aside(git.repository.directory) as there:  # a folder in which nothing was planted
        made = there / index.name
        try:
            with made.open("xb") as copy:
                copy.writelines(git.repository.index_in_pieces())
            git.run("update-index", "-z", "--index-info", data=data, told=_as_index(made))
        except (GitFailed, OSError):  # a broken index is made again, never trusted
            made.unlink(missing_ok=True)
            git.run("read-tree", tip, told=_as_index(made))
        disk.move(made, index)


def staged(git: Git) -> dict[str, Blob] | None:
    """What the user's own index holds, by path; None where it is broken or in the middle of a merge."""
    try:
        for _ in git.repository.index_in_pieces():
            pass
        lines = git.run("ls-files", "-z", "--stage", told=_as_index(git.repository.index)).split(b"\0")
    except (GitFailed, OSError):
        return None
    found = {}
    for line in filter(None, lines):
        meta, _, path = line.partition(b"\t")
        mode, digest, stage = meta.decode().split()
        if stage != "0":
            return None
        found[path_text(path)] = Blob(mode, digest)
    return found


def set_settings(git: Git, settings: Mapping[str, str]) -> None:
    """Set settings of the repository. Raises: TryAgain, DiskFailed."""
    kept = settings_of(git)
    with git_locks.held(kept), disk.aside(git.repository.shared) as there:
        made = there / kept.name
        disk.write_whole(made, disk.read_regular(kept, LARGEST_SETTINGS))
        for name, value in settings.items():
            git.run("config", "--file", str(made), "--no-includes", name, value)
        disk.move(made, kept)


def _as_index(path: Path) -> dict[str, str]:
    return {"GIT_INDEX_FILE": str(path)}
