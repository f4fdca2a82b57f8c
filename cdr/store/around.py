"""Fetching around what is not there any more: a repository that has destroyed the files of an erased case gives git no whole history.

First come the commits and folders without any file (git's own filter), into a place apart; then the files that they name and that are here
neither, but for those of cases that two members erased. Only whole packs come into the store's repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from cdr import disk
from cdr.errors import GitFailed
from cdr.store import erasures, layout
from cdr.store.git import Git
from cdr.store.objects import EMPTY_TREE, ID

INCOMING = "refs/heads/incoming"
ALLOWING = "--upload-pack=git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack"
REMOTE = "there"
# of the repository of this one exchange: git takes no filter from a place that has no name
SETTINGS = """
[core]
	repositoryFormatVersion = 1
[extensions]
	partialClone = there
[remote "there"]
	promisor = true
	partialCloneFilter = blob:none
	url = {}
"""
OPTIONS = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules")


class _Apart(Git):
    """The repository with what was fetched into a place apart."""

    def __init__(self, git: Git, told: Mapping[str, str]) -> None:
        super().__init__(git.folder)
        self.repository = git.repository
        self.told = told

    @cached_property
    def _surroundings(self) -> dict[str, str]:
        return {**super()._surroundings} | {name: self.told[name] for name in self.told if "OBJECT" in name}


def fetch(git: Git, url: str, is_folder: bool, branch: str, known: str, told: Mapping[str, str]) -> str:
    """Bring what the branch of a remote (`url` as settings have it) has, as far as that is there; its last commit. Its machine allows filters (docs/server.md).

    `known` is the commit from which this repository knows the history, empty where it knows nothing of it yet.
    Raises: GitFailed, DiskFailed, NotAuthentic, TryAgain.
    """
    with disk.aside(git.repository.shared) as place:
        objects = place / "objects"
        (objects / "pack").mkdir(parents=True)
        apart = {**told, "GIT_OBJECT_DIRECTORY": str(objects)}
        apart["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(git.repository.objects)
        with (Path(told["GIT_DIR"]) / "config").open("a", encoding="utf-8", errors="surrogateescape") as settings:
            settings.write(SETTINGS.format(url))
        program = (ALLOWING,) if is_folder else ()
        command = ("fetch", *OPTIONS, "--filter=blob:none", *program)
        git.run(*command, "--", REMOTE, branch, told=apart, long=True)
        found = (Path(told["GIT_DIR"]) / INCOMING).read_text("ascii").strip()
        if not ID.fullmatch(found):
            raise GitFailed("fetch", 0)
        beside = _Apart(git, apart)

        def bring(ids: Iterable[str]) -> None:
            if lacking := _lacking(beside, ids):
                data = "".join(f"{id_}\n" for id_ in lacking).encode("ascii")
                git.run(*command, "--stdin", "--", REMOTE, data=data, told=apart, long=True)

        bring(blob.digest for blob in beside.files_in(found, layout.ERASED).values())
        bring(_needed(_Apart(git, apart), known, found))
        _take_in(objects, git.repository.objects)
    return found


def _needed(git: Git, known: str, found: str) -> Iterator[str]:
    """The files that the new commits name, without those of cases that are erased by the last of them."""
    erased = erasures.erased_at(git, found)
    for commit in sorted(git.ancestors(found) - (git.ancestors(known) if known else set())):
        for parent in git.parents(commit) or (EMPTY_TREE,):
            for path, (_, new) in git.changed(parent, commit).items():
                if new is not None and erasures.case_of(path) not in erased:
                    yield new.digest


def _lacking(git: Git, ids: Iterable[str]) -> list[str]:
    """Those of these files that are not here."""
    asked = "".join(f"{id_}\n" for id_ in dict.fromkeys(ids)).encode("ascii")
    lines = git.run("cat-file", "--batch-check", data=asked).decode("ascii").splitlines() if asked else []
    return [line.split()[0] for line in lines if line.endswith(" missing")]


def _take_in(made: Path, objects: Path) -> None:
    """Put what was fetched into the repository: a pack before its index, and no word of where more might be had."""
    for pack in sorted(made.glob("pack/*.pack")):
        for ending in (".pack", ".idx"):
            disk.move(pack.with_suffix(ending), objects / "pack" / pack.with_suffix(ending).name)
    for loose in sorted(made.glob("[0-9a-f][0-9a-f]/*")):
        disk.move(loose, disk.private_folder(objects / loose.parent.name) / loose.name)
