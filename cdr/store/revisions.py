"""Which revision each document replaced, as the history has it: a reader compares that with what the document itself says.

Who puts an older revision back in a signed commit is noticed by whoever reads next, also where it was put back and forth between
two looks. What was found is kept beside the remembered head, so that only what is new is gone through.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from cdr.errors import MEND, NotAuthentic
from cdr.records import dataclass
from cdr.store import layout
from cdr.store.git import Git
from cdr.store.objects import EMPTY_TREE, ID, Blob, Changes, Commit
from cdr.store.state import State

NAME = "revisions"
CASES, OTHER = "cases", "other"


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
        self._groups: dict[str, dict[str, tuple[str, ...]]] = {}

    def check(self, path: str, previous: str | None) -> None:
        """Make sure that a document replaced what it says it did: `previous`, the SHA-256 of a file. Raises: NotAuthentic."""
        if not self.follow(previous, self._before(path)):
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
        return tuple(map(self._digest, self._before(path)))

    @cached_property
    def gone(self) -> set[str]:
        """The documents that stood in the store and do not any more."""
        known = {path for group in self._sums for path in self._group(group)}
        return known - self.git.tree(self.head).keys()

    def is_gone(self, path: str) -> bool:
        """Whether a document stood in the store and does not any more."""
        return bool(self._before(path)) and self.git.file(self.head, path) is None

    def gone_below(self, folder: str) -> list[str]:
        """The documents that stood in one folder and do not any more; only that folder's group is looked at."""
        group = group_of(f"{folder}/")
        known = self._group(group) if group in self._sums else {}
        below = [path for path in sorted(known) if path.startswith(f"{folder}/")]
        return [path for path in below if self.git.file(self.head, path) is None]

    def of(self, path: str) -> list[Step]:
        """Every change of one file, the newest first: a walk through the whole history."""
        return [*_steps(self.git, self._all(), lambda _: (), only=path)][::-1]

    def ever(self) -> dict[str, list[str]]:
        """The ids of the plain files that ever stood at the path of each document, the newest first: a walk through the whole history."""
        found: dict[str, dict[str, None]] = {}
        for step in _steps(self.git, self._all(), lambda _: ()):
            if step.blob is not None and step.blob.is_regular:
                found.setdefault(step.path, {})[step.blob.digest] = None
        return {path: [*blobs][::-1] for path, blobs in found.items()}

    def bring_forward(self) -> None:
        """Keep now what this commit changed, while all of that is at hand; else who asks next does, where what is kept is not that of its parent."""
        head, sums = self._kept()
        if head and head in self.git.parents(self.head):
            self.__dict__["_sums"] = self._brought_forward(self.git.commits([self.head]), sums)

    # ---- how it is kept ----------------------------------------------------------------------------------------

    def _before(self, path: str) -> tuple[str, ...]:
        sums = self._sums
        return self._group(group_of(path)).get(path, ()) if group_of(path) in sums else ()

    @cached_property
    def _sums(self) -> dict[str, str]:
        """By what each group of documents is known, when what is kept was brought forward to this commit."""
        head, sums = self._kept()
        if head == self.head:
            return sums
        commits = self.git.since(head, self.head) if head else None
        return self._anew() if commits is None else self._brought_forward(commits, sums)

    def _group(self, group: str) -> dict[str, tuple[str, ...]]:
        """What is known of a group of documents; all of it is made anew where what is kept of this one is stale, damaged or gone."""
        if group not in self._groups:
            found = self._read(group, self._sums)
            if found is None:
                self._groups.clear()
                self.__dict__["_sums"] = self._anew()
            else:
                self._groups[group] = found
        return self._groups.get(group, {})

    def _anew(self) -> dict[str, str]:
        return self._taken(self._all(), {}, lambda _: {})

    def _brought_forward(self, commits: Iterable[Commit], sums: Mapping[str, str]) -> dict[str, str]:
        def known(group: str) -> dict[str, tuple[str, ...]]:
            found = self._read(group, sums) if group in sums else {}
            if found is None:
                raise _Stale
            return found

        try:
            return self._taken(commits, sums, known)
        except _Stale:
            return self._anew()

    def _taken(
        self, commits: Iterable[Commit], sums: Mapping[str, str], known: Callable[[str], dict[str, tuple[str, ...]]]
    ) -> dict[str, str]:
        """What these commits changed, taken into the groups that they touch; the sums of all groups."""
        groups: dict[str, dict[str, tuple[str, ...]]] = {}

        def stood(path: str) -> tuple[str, ...]:
            group = group_of(path)
            if group not in groups:
                groups[group] = known(group)
            return groups[group].get(path, ())

        steps = list(_steps(self.git, commits, stood))
        newest = {(step.path, step.blob): step.before for step in steps}
        for path in dict.fromkeys(step.path for step in steps):
            before = newest.get((path, self.git.file(self.head, path)))
            stood(path)
            if before is not None:
                groups[group_of(path)][path] = tuple(map(self._digest_if_here, before))
        made = dict(sums)
        for group, found in groups.items():
            self._groups[group] = {path: before for path, before in found.items() if before}
            raw = json.dumps(self._groups[group], sort_keys=True).encode()
            made[group] = hashlib.sha256(raw).hexdigest()
            if self.is_kept and made[group] != sums.get(group):
                self.state.seal(f"{self._name}.{group}", raw)
        if self.is_kept:
            self.state.seal(self._name, json.dumps({"head": self.head, "groups": made}).encode())
        return made

    def _digest(self, known: str) -> str:
        """The SHA-256 of a file that is known by that or by its id. Raises: NotAuthentic where the file is not to be had."""
        if not ID.fullmatch(known):
            return known
        from cdr.store.document import digest

        return digest(self.git.contents([known])[0])

    def _digest_if_here(self, known: str) -> str:
        try:
            return self._digest(known)
        except NotAuthentic:  # told of the document that needs it, and looked for again
            return known

    def _all(self) -> list[Commit]:
        root = self.state.root
        return [*self.git.commits([root]), *(self.git.since(root, self.head) or [])]

    def _kept(self) -> tuple[str, dict[str, str]]:
        try:
            kept = json.loads(self.state.sealed(self._name) or b"")
            return str(kept["head"]), {str(group): str(known_by) for group, known_by in kept["groups"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            return "", {}

    def _read(self, group: str, sums: Mapping[str, str]) -> dict[str, tuple[str, ...]] | None:
        """What is kept of a group; None where that is not what it is known by."""
        raw = self.state.sealed(f"{self._name}.{group}")
        if raw is None or hashlib.sha256(raw).hexdigest() != sums.get(group):
            return None
        return {str(path): tuple(map(str, before)) for path, before in json.loads(raw).items()}

    @property
    def _name(self) -> str:
        return f"{NAME}/{self.state.place_name}"


class _Stale(Exception):
    """A group is not what it is known by."""


def group_of(path: str) -> str:
    """The documents that are kept together: those of the cases of one year, and all that are of no case."""
    folder, _, rest = path.partition("/")
    return rest[:4] if folder == CASES and rest[:4].isdecimal() else OTHER


def _steps(
    git: Git, commits: Iterable[Commit], stood_before: Callable[[str], tuple[str, ...]], only: str = ""
) -> Iterator[Step]:
    """The changes that these commits (parents first) made, from the oldest on.

    `stood_before` says which plain file stood last at a path before them, where none stands now.
    """
    carried: dict[str, tuple[str, ...]] = {}
    for commit in commits:
        for path, (stood, blob) in _changes(git, commit).items():
            if path != only if only else layout.place(path) is None:
                continue
            before: dict[str, None] = {}
            for one in stood:
                before |= dict.fromkeys((one.digest,) if one and one.is_regular else _last(carried, path, stood_before))
            carried[path] = tuple(before)
            yield Step(commit.id, path, blob, tuple(before))


def _last(
    carried: Mapping[str, tuple[str, ...]], path: str, stood_before: Callable[[str], tuple[str, ...]]
) -> tuple[str, ...]:
    return carried[path] if path in carried else stood_before(path)


def _changes(git: Git, commit: Commit) -> dict[str, tuple[list[Blob | None], Blob | None]]:
    """What a commit changed: by path what stood there on each side, and what stands there since; of a merge what it took from neither."""
    sides: list[Changes] = [git.changed(parent, commit.id) for parent in commit.parents or (EMPTY_TREE,)]
    paths = [path for path in sides[0] if all(path in side for side in sides[1:])]
    return {path: ([side[path][0] for side in sides], sides[0][path][1]) for path in paths}
