"""Which revision each document replaced, as the history has it: a reader compares that with what the document itself says.

Who puts an older revision back in a signed commit is noticed by whoever reads next, also where it was put back and forth between
two looks. What was found is kept beside the remembered head, so that only what is new is gone through.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from cdr.errors import MEND, NotAuthentic
from cdr.records import dataclass
from cdr.store import layout
from cdr.store.document import digest
from cdr.store.git import Git
from cdr.store.objects import EMPTY_TREE, ID, Blob, Changes, Commit
from cdr.store.state import State

NAME = "revisions"


@dataclass(frozen=True)
class Step:
    """One change of a file: the commit that made it, what stands there since (None: nothing), and which plain files it replaced.

    `before` holds ids of blobs; in a merge of each side. Where nothing stood there, they are those of the last that did.
    """

    commit: str
    path: str
    blob: Blob | None
    before: tuple[str, ...]


class Revisions:
    """The steps of every document of one store up to a verified commit."""

    def __init__(self, git: Git, state: State, head: str, is_kept: bool = True) -> None:
        """`is_kept`: what is found is kept for the next run; not of a commit that is no part of the store yet."""
        self.git = git
        self.state = state
        self.head = head
        self.is_kept = is_kept

    def check(self, path: str, previous: str | None) -> None:
        """Make sure that a document replaced what it says it did: `previous`, the SHA-256 of a file. Raises: NotAuthentic."""
        if not self.follow(previous, self._found.get(path, ())):
            raise NotAuthentic(
                f"{path} does not follow the revision before it: an older one was put in its place.", MEND
            )

    def follow(self, previous: str | None, before: Iterable[str]) -> bool:
        """Whether a document that says it replaced `previous` replaced one of these files; without any it is the first, and says so."""
        replaced = [self._digest(one) for one in before]
        return previous in replaced if replaced else previous is None

    def before(self, path: str) -> tuple[str, ...]:
        """The SHA-256 of the file that what stands at a path replaced; of the last plain file, where none stands there now.

        In a merge of two lines of work one for each. Empty where nothing ever stood there before.
        """
        return tuple(map(self._digest, self._found.get(path, ())))

    @cached_property
    def gone(self) -> set[str]:
        """The documents that stood in the store and do not any more."""
        return self._found.keys() - self.git.tree(self.head).keys()

    def is_gone(self, path: str) -> bool:
        """Whether a document stood in the store and does not any more."""
        return path in self._found and self.git.file(self.head, path) is None

    def of(self, path: str) -> list[Step]:
        """Every change of one file, the newest first: a walk through the whole history."""
        return [*_steps(self.git, self._all(), {}, only=path)][::-1]

    def ever(self) -> dict[str, list[str]]:
        """The ids of the plain files that ever stood at the path of each document, the newest first: a walk through the whole history."""
        found: dict[str, dict[str, None]] = {}
        for step in _steps(self.git, self._all(), {}):
            if step.blob is not None and step.blob.is_regular:
                found.setdefault(step.path, {})[step.blob.digest] = None
        return {path: [*blobs][::-1] for path, blobs in found.items()}

    # ---- how it is kept ----------------------------------------------------------------------------------------

    @cached_property
    def _found(self) -> Mapping[str, tuple[str, ...]]:
        kept, found = self._kept()
        if kept == self.head:
            return found
        commits = self.git.since(kept, self.head) if kept else None
        if commits is None:
            commits, found = self._all(), {}
        found = self._brought_forward(commits, found)
        if self.is_kept:
            self.state.seal(self._name, json.dumps({"head": self.head, "before": found}).encode())
        return found

    def _brought_forward(
        self, commits: Iterable[Commit], found: Mapping[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        steps = list(_steps(self.git, commits, dict(found)))
        newest = {(step.path, step.blob): step.before for step in steps}
        paths = dict.fromkeys(step.path for step in steps)
        touched = {path: newest.get((path, self.git.file(self.head, path))) for path in paths}
        brought = {**found, **{path: before for path, before in touched.items() if before is not None}}
        return {path: tuple(map(self._digest_if_here, before)) for path, before in brought.items() if before}

    def _digest(self, known: str) -> str:
        """The SHA-256 of a file that is known by that or by its id. Raises: NotAuthentic where the file is not to be had."""
        return digest(self.git.contents([known])[0]) if ID.fullmatch(known) else known

    def _digest_if_here(self, known: str) -> str:
        try:
            return self._digest(known)
        except NotAuthentic:  # told of the document that needs it, and looked for again
            return known

    def _all(self) -> list[Commit]:
        root = self.state.root
        return [*self.git.commits([root]), *(self.git.since(root, self.head) or [])]

    def _kept(self) -> tuple[str, dict[str, tuple[str, ...]]]:
        try:
            kept = json.loads(self.state.sealed(self._name) or b"")
            return str(kept["head"]), {str(path): tuple(map(str, before)) for path, before in kept["before"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return "", {}

    @property
    def _name(self) -> str:
        return f"{NAME}/{self.state.place_name}"


def _steps(git: Git, commits: Iterable[Commit], carried: dict[str, tuple[str, ...]], only: str = "") -> Iterator[Step]:
    """The changes that these commits (parents first) made, from the oldest on.

    `carried` says what stood last where no plain file stands now, and is kept up to date.
    """
    for commit in commits:
        for path, (stood, blob) in _changes(git, commit).items():
            if path != only if only else layout.place(path) is None:
                continue
            before: dict[str, None] = {}
            for one in stood:
                before |= dict.fromkeys((one.digest,) if one and one.is_regular else carried.get(path, ()))
            carried[path] = tuple(before)
            yield Step(commit.id, path, blob, tuple(before))


def _changes(git: Git, commit: Commit) -> dict[str, tuple[list[Blob | None], Blob | None]]:
    """What a commit changed: by path what stood there on each side, and what stands there since; of a merge what it took from neither."""
    sides: list[Changes] = [git.changed(parent, commit.id) for parent in commit.parents or (EMPTY_TREE,)]
    paths = [path for path in sides[0] if all(path in side for side in sides[1:])]
    return {path: ([side[path][0] for side in sides], sides[0][path][1]) for path in paths}
