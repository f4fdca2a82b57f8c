"""What a repository holds, read object by object, each held against the id under which it was asked for.

git's own way through a history can be bent by what lies in a repository: replace refs, grafts, shallow borders, the commit-graph,
dates. Here a commit's parents and tree are what its own bytes say, and bytes that do not have the id that was asked for are refused.
A commit or a tree that is not written exactly as git writes one is refused too, so that git and cdr never see two things in it.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cdr.errors import NotAuthentic
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store.folders import (
    ASK,
    FOLDER_MODE,
    Alike,
    Entry,
    Folder,
    Folders,
    differing,
    entry_of,
    put_in,
    stored,
)

NOTHING = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
FILE_MODE = "100644"
ID = expression(r"[0-9a-f]{40}")
LARGEST = {"commit": 1 << 20, "tree": 1 << 22, "blob": 1 << 27}
MOST_AT_ONCE = {"tree": 1 << 24}  # of all folders that lie equally deep
LATEST = 253402300799  # the last second of the year 9999
MOST_FILES = 400_000  # a tree of a few objects can spell out more paths than there is memory for
LONGEST_PATH = 4096
FETCH = "Make a new clone of another copy of the store, or restore a backup; take in there what this copy alone has: cdr sync THIS-FOLDER"

_AUTHOR = expression(rb"[^\0\n]*<[^<>\0\n]*> (\d+) [+-]\d{4}")
_FIRST = (b"tree", b"parent", b"author", b"committer")


class NotHere(NotAuthentic):
    """An object of the repository is missing, or is not what was stored."""

    def __init__(self, message: str) -> None:
        super().__init__(message, FETCH)


@dataclass(frozen=True)
class Blob:
    """One file of a tree: its mode and its object id."""

    mode: str
    digest: str

    @property
    def is_regular(self) -> bool:
        """Whether it is a file like every other: no link, no program, no other repository."""
        return self.mode == FILE_MODE


@dataclass(frozen=True)
class Commit:
    """A commit as it is stored: its parents, what was signed, the signature (empty without one), when and the message.

    `author` is the line as git writes it, `seconds` its time (since 1970, UTC) by the writer's machine.
    """

    id: str
    parents: tuple[str, ...]
    tree: str
    author: str
    seconds: int
    payload: bytes
    signature: bytes
    message: str

    @property
    def title(self) -> str:
        """The first line of the message."""
        return next(iter(self.message.splitlines()), "")


Changes = dict[str, tuple[Blob | None, Blob | None]]
"""Paths in which two trees differ, each with what it was and what it is (None: not there)."""


class Objects(ABC):
    """Questions about a repository's commits, trees and files; `_read` brings the bytes."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """Know nothing of what was read."""
        self._files: dict[str, dict[str, Blob]] = {}
        self._folders = Folders()
        self._commits: dict[str, tuple[str, tuple[str, ...]]] = {}

    @abstractmethod
    def _read(self, ids: Sequence[str], kind: str, most: int) -> list[bytes]:
        """The bytes of these objects, in order. Raises: NotAuthentic for one that is missing, damaged, or larger than `most`."""

    # ---- files -------------------------------------------------------------------------------------------------

    def contents(self, digests: Iterable[str], most: int = LARGEST["blob"]) -> list[bytes]:
        """The bytes of these files, in order. Raises: NotAuthentic where one is missing or is not what its id says."""
        return self._checked(list(digests), "blob", most)

    def _checked(self, ids: list[str], kind: str, most: int) -> list[bytes]:
        if not all(map(ID.fullmatch, ids)):
            raise NotAuthentic("Something in the repository has no object's id.", ASK)
        found = self._read(ids, kind, most) if ids else []
        for id_, raw in zip(ids, found, strict=True):
            if object_id(kind, raw) != id_:
                raise NotHere(f"The object {id_[:12]} of the repository is not what its id says.")
        return found

    def tree(self, commit: str) -> dict[str, Blob]:
        """Every file of a commit, by its path."""
        if commit not in self._files:
            self._files = {
                **dict([*self._files.items()][-1:]),
                commit: self._files_below(commit, b"", self._tree_of(commit)),
            }
        return self._files[commit]

    def files_in(self, commit: str, folder: str) -> dict[str, Blob]:
        """The files of a commit that lie in one folder itself, by their paths; nothing else of the commit is looked at."""
        entries = self._entries_of(commit, folder).items()
        return {f"{folder}/{path_text(name)}": _blob(*entry) for name, entry in entries if entry[0] != FOLDER_MODE}

    def names_in(self, commit: str, folder: str) -> list[str]:
        """What stands in one folder of a commit."""
        return [path_text(name) for name in self._entries_of(commit, folder)]

    def _entries_of(self, commit: str, folder: str) -> Folder:
        id_ = "" if self.file(commit, folder) else self.subtree(commit, folder)
        return self._folder([id_])[0] if id_ else {}

    def file(self, commit: str, path: str) -> Blob | None:
        """One file of a commit; None where none is there, or a folder is."""
        if commit in self._files:
            return self._files[commit].get(path)
        folder, _, name = path.rpartition("/")
        id_ = self.subtree(commit, folder) if folder else self._tree_of(commit)
        return _file(self._entry(id_, name.encode("utf-8", "surrogateescape"))) if id_ else None

    def below(self, commit: str, folder: str) -> dict[str, Blob]:
        """Every file below one folder of a commit, by its path; nothing else of the commit is looked at."""
        id_ = "" if self.file(commit, folder) else self.subtree(commit, folder)
        return self._files_below(commit, f"{folder}/".encode("utf-8", "surrogateescape"), id_) if id_ else {}

    def _files_below(self, commit: str, start: bytes, tree: str) -> dict[str, Blob]:
        found: dict[str, Blob] = {}
        waiting = [(start, tree)]
        while waiting:
            folders = self._folder([id_ for _, id_ in waiting])
            below = []
            for (prefix, _), folder in zip(waiting, folders, strict=True):
                for name, (mode, id_) in folder.items():
                    if mode == FOLDER_MODE:
                        below.append((prefix + name + b"/", id_.hex()))
                    else:
                        found[path_text(prefix + name)] = _blob(mode, id_)
                _refuse_too_many(commit, prefix, len(found) + len(below))
            waiting = below
        return dict(sorted(found.items()))

    def subtree(self, commit: str, path: str) -> str:
        """The id of one folder or file of a commit; empty where it is not there."""
        mode, id_ = FOLDER_MODE, self._tree_of(commit)
        for name in path.encode("utf-8", "surrogateescape").split(b"/"):
            if mode != FOLDER_MODE:
                return ""
            mode, raw = self._entry(id_, name) or (b"", b"")
            id_ = raw.hex()
        return id_

    def changed(self, older: str, newer: str) -> Changes:
        """The paths in which two commits differ; of the empty tree, every path of the other. The folders of one depth are read together."""
        found: Changes = {}
        waiting = [(b"", self._tree_of(older), self._tree_of(newer))]
        while waiting:
            ids = [id_ for _, *both in waiting for id_ in both if id_]
            folders: dict[str, Folder | Alike] = {"": {}, **dict(zip(ids, self._looked_into(ids), strict=True))}
            below: list[tuple[bytes, str, str]] = []
            for prefix, one, other in waiting:
                before, after = folders[one], folders[other]
                for name in differing(before, after):
                    old, new = entry_of(before, name), entry_of(after, name)
                    if any(inner := (_folder_id(old), _folder_id(new))):
                        below.append((prefix + name + b"/", *inner))
                    if any(files := (_file(old), _file(new))):
                        found[path_text(prefix + name)] = files
                _refuse_too_many(newer, prefix, len(found) + len(below))
            waiting = below
        return dict(sorted(found.items()))

    def _tree_of(self, commit: str) -> str:
        return EMPTY_TREE if commit == EMPTY_TREE else self._links(commit)[0]

    def _entry(self, folder: str, name: bytes) -> Entry | None:
        """What stands under one name in a folder."""
        return entry_of(self._looked_into([folder])[0], name)

    def _looked_into(self, ids: Sequence[str]) -> list[Folder | Alike]:
        """These folders; those that are large and plain are not taken apart."""
        known = {id_: {} if id_ == EMPTY_TREE else self._folders.get(id_) for id_ in ids}
        missing = [id_ for id_, folder in known.items() if folder is None]
        found = {id_: folder for id_, folder in known.items() if folder is not None}
        for id_, raw in zip(missing, self._checked(missing, "tree", LARGEST["tree"]), strict=True):
            found[id_] = self._folders.read(id_, raw)
        return [found[id_] for id_ in ids]

    def _folder(self, ids: Sequence[str]) -> list[Folder]:
        """These folders, each taken apart."""
        return [self._folders.apart(id_, one) for id_, one in zip(ids, self._looked_into(ids), strict=True)]

    # ---- commits -----------------------------------------------------------------------------------------------

    def commits(self, ids: Sequence[str]) -> list[Commit]:
        """These commits as they are stored."""
        raw = self._checked(list(ids), "commit", LARGEST["commit"])
        return [parsed_commit(id_, one) for id_, one in zip(ids, raw, strict=True)]

    def since(self, known: str | None, tip: str) -> list[Commit] | None:
        """The commits that `tip` has and `known` has not, parents first; None where `tip` is not built on `known`."""
        found: dict[str, Commit] = {}
        wave = [] if tip == known else [tip]
        met = not wave
        while wave:
            for commit in self.commits(wave):
                found[commit.id] = commit
                met = met or known in commit.parents
            parents = dict.fromkeys(parent for id_ in wave for parent in found[id_].parents)
            wave = [parent for parent in parents if parent != known and parent not in found]
        if known and not met:
            return None
        if known and any(not commit.parents for commit in found.values()):  # a line of work that began before `known`
            older = self.ancestors(known)
            found = {id_: commit for id_, commit in found.items() if id_ not in older}
        return list(_parents_first(found, tip))

    def ancestors(self, commit: str) -> set[str]:
        """A commit and all that it is built on."""
        found: set[str] = set()
        wave = [commit]
        while wave:
            found.update(wave)
            parents = {parent for id_ in wave for parent in self._links(id_)[1]}
            wave = sorted(parents - found)
        return found

    def parents(self, commit: str) -> tuple[str, ...]:
        """The commits that a commit was built on."""
        return self._links(commit)[1]

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` is `older`, or was built on it."""
        return self.since(older, newer) is not None

    def rewritten(self, commit: str, files: Mapping[str, str | None]) -> tuple[str, dict[str, Folder | Alike]]:
        """The tree that a commit's becomes with these plain files (ids by path; None: taken away), and its new folders by id,
        those below first."""
        return self._rewritten(
            self._tree_of(commit), {path.encode("utf-8", "surrogateescape"): id_ for path, id_ in files.items()}
        )

    def _rewritten(self, tree: str, files: Mapping[bytes, str | None]) -> tuple[str, dict[str, Folder | Alike]]:
        put: dict[bytes, Entry | None] = {}
        made: dict[str, Folder | Alike] = {}
        below: dict[bytes, dict[bytes, str | None]] = {}
        for path, id_ in files.items():
            name, is_below, rest = path.partition(b"/")
            if is_below:
                below.setdefault(name, {})[rest] = id_
            else:
                put[name] = None if id_ is None else (FILE_MODE.encode(), bytes.fromhex(id_))
        for name, inner in below.items():
            mode, old = (put[name] if name in put else self._entry(tree, name)) or (b"", b"")
            if mode != FOLDER_MODE and not any(inner.values()):
                continue  # nothing stands below a file that could be taken away
            id_, folders = self._rewritten(old.hex() if mode == FOLDER_MODE else EMPTY_TREE, inner)
            made |= folders
            put[name] = None if id_ == EMPTY_TREE else (FOLDER_MODE, bytes.fromhex(id_))
        folder = put_in(self._looked_into([tree])[0], put)
        id_ = object_id("tree", stored(folder))
        return id_, made | ({} if id_ == EMPTY_TREE else {id_: folder})

    def merge_base(self, one: str, other: str) -> str:
        """The commit where two lines of work parted; the newest, where they met in between. Raises: NotAuthentic without one."""
        common = self.ancestors(one) & self.ancestors(other)
        best = sorted(common - {parent for id_ in common for parent in self._links(id_)[1]})
        if not best:
            raise NotAuthentic("Two lines of work were merged that have nothing in common.", ASK)
        return max(self.commits(best), key=lambda commit: commit.seconds).id

    def _links(self, commit: str) -> tuple[str, tuple[str, ...]]:
        if commit not in self._commits:
            [found] = self.commits([commit])
            self._commits[commit] = found.tree, found.parents
        return self._commits[commit]


def object_id(kind: str, raw: bytes) -> str:
    """The id of an object of these bytes."""
    return hashlib.sha1(f"{kind} {len(raw)}\0".encode() + raw, usedforsecurity=False).hexdigest()


def parsed_commit(id_: str, raw: bytes) -> Commit:
    """A commit from its bytes. Raises: NotAuthentic where git would not have written it so.

    git takes parents only where they follow the tree, and reads the first of each header; so nothing else is accepted.
    """
    head, _, message = raw.partition(b"\n\n")
    fields = _fields(head)
    names = [name for name, _ in fields]
    first = [_FIRST[0], *[_FIRST[1]] * names.count(_FIRST[1]), *_FIRST[2:]]
    lines = [b"".join(value) for _, value in fields[: len(first)]]
    ids = [line.decode("ascii", "replace") for line in lines[:-2]]
    when = _AUTHOR.fullmatch(lines[-2]) if len(lines) > 2 else None
    rest = names[len(first) :]
    good = names[: len(first)] == first and all(map(ID.fullmatch, ids)) and b"\0" not in head and b"" not in rest
    if not good or when is None or {*_FIRST} & {*rest} or rest.count(b"gpgsig") > 1:
        raise NotAuthentic(f"The commit {id_[:12]} is not written as git writes one.", ASK)
    signature = next((b"\n".join(value) for name, value in fields if name == b"gpgsig"), b"")
    signed = b"\n".join(name + b" " + b"\n ".join(value) for name, value in fields if name != b"gpgsig")
    return Commit(
        id=id_,
        parents=tuple(ids[1:]),
        tree=ids[0],
        author=lines[-2].decode("utf-8", "replace"),
        seconds=min(int(when[1][:15]), LATEST),
        payload=signed + b"\n\n" + message,
        signature=signature,
        message=message.decode("utf-8", "replace").strip(),
    )


def _fields(head: bytes) -> list[tuple[bytes, list[bytes]]]:
    fields: list[tuple[bytes, list[bytes]]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and fields and fields[-1][0] not in _FIRST:
            fields[-1][1].append(line[1:])
        else:
            name, _, value = line.partition(b" ")
            fields.append((name, [value]))
    return fields


def _parents_first(commits: Mapping[str, Commit], tip: str) -> Iterator[Commit]:
    """The commits from the oldest on, each line of work in one piece."""
    done: set[str] = set()
    waiting = [tip] if tip in commits else []
    while waiting:
        commit = commits[waiting[-1]]
        parents = [parent for parent in commit.parents if parent in commits and parent not in done]
        if parents:
            waiting.append(parents[0])
            continue
        waiting.pop()
        if commit.id not in done:
            done.add(commit.id)
            yield commit


def _refuse_too_many(commit: str, prefix: bytes, paths: int) -> None:
    if paths > MOST_FILES or len(prefix) > LONGEST_PATH:
        raise NotAuthentic(f"The commit {commit[:12]} holds more files than a store can have.", ASK)


def _folder_id(entry: tuple[bytes, bytes] | None) -> str:
    return entry[1].hex() if entry and entry[0] == FOLDER_MODE else ""


def _file(entry: tuple[bytes, bytes] | None) -> Blob | None:
    return _blob(*entry) if entry and entry[0] != FOLDER_MODE else None


def _blob(mode: bytes, id_: bytes) -> Blob:
    return Blob(mode.decode(), id_.hex())


def path_text(raw: bytes) -> str:
    """A path as text, whatever its bytes."""
    return raw.decode("utf-8", "surrogateescape")
