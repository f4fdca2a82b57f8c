"""The only module that runs git: plumbing commands, with nothing taken from the user's own settings that could change them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cdr import disk
from cdr.errors import CdrError, DiskFailed, NotAuthentic, NotKnown, ToolMissing, TryAgain, WrongConfiguration
from cdr.store import git_process, ownership
from cdr.store.git_process import GitFailed

SETTINGS = (
    "core.fsync=all", "core.hooksPath=/dev/null", "core.quotePath=false", "core.symlinks=false", "core.autocrlf=false",
    "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false", "safe.bareRepository=explicit", "commit.gpgSign=false",
    "core.commitGraph=false",
)  # fmt: skip
NOTHING = "0" * 40
FILE_MODE = "100644"
NO_MODE = "000000"
OLDEST_GIT = (2, 36)
AT_ONCE = min(4, os.cpu_count() or 1)
Signing = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Blob:
    """One file of a tree: its mode and its object id."""

    mode: str
    digest: str


@dataclass(frozen=True)
class Version:
    """One version of a file: its object id, what it replaced (on each side, for a merge), and its mode; empty: not there."""

    digest: str
    replaced: tuple[str, ...]
    mode: str


@dataclass(frozen=True)
class Commit:
    """A commit as it is stored: its parents, what was signed, the signature (empty without one), when and the message."""

    id: str
    parents: tuple[str, ...]
    tree: str
    author: str
    payload: bytes
    signature: bytes
    message: str


class Git:
    """The repository whose work tree is `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: tuple[int, ...] = ()

    @cached_property
    def binary(self) -> str:
        """The path of git. Raises: ToolMissing."""
        found = shutil.which("git")
        if found is None:
            raise ToolMissing("git is not installed.", "Install it (Debian, Ubuntu: apt install git) and try again.")
        if git_process.version_of(found) < OLDEST_GIT:
            raise ToolMissing("git is too old.", f"cdr needs {'.'.join(map(str, OLDEST_GIT))} or newer.")
        return found

    @cached_property
    def directory(self) -> Path:
        """The repository's own folder (`.git`)."""
        return Path(self.text("rev-parse", "--absolute-git-dir"))

    @cached_property
    def branch(self) -> str:
        """The full name of the branch that is checked out. Raises: WrongConfiguration without one."""
        try:
            return self.text("symbolic-ref", "-q", "HEAD")
        except GitFailed:
            ownership.refuse_unreadable(self.directory)
            raise WrongConfiguration(
                "The store's repository is not on a branch, so nothing can be recorded.",
                "Check out its branch: git switch main",
            ) from None

    def run(self, *arguments: str, data: bytes = b"", index: Path | None = None) -> bytes:
        """What a git command prints. Raises: GitFailed, DiskFailed where the disk is full."""
        settings = [part for setting in SETTINGS for part in ("-c", setting)]
        command = [self.binary, "-C", str(self.folder), *settings, *arguments]
        # The lock's descriptor goes to git's children, so that an orphan of a killed cdr keeps the lock until it ends.
        done = git_process.ended(command, data, _environment(index), self.held, long="fsck" in arguments)
        if done.code:
            raise git_process.why(arguments[0], done, self.folder)
        return done.out

    def text(self, *arguments: str, data: bytes = b"", index: Path | None = None) -> str:
        """The same as text, without the last line's end."""
        return self.run(*arguments, data=data, index=index).decode("utf-8", "surrogateescape").rstrip("\n")

    def version(self) -> tuple[int, ...]:
        """git's version, as numbers."""
        words = self.text("version").split()[2]
        return tuple(int(part) for part in words.split(".") if part.isdigit())

    def tip(self) -> str | None:
        """The commit that the branch stands at; None before the first."""
        try:
            return self.text("rev-parse", "-q", "--verify", self.branch)
        except GitFailed:
            ownership.refuse_unreadable(self.directory)
            return None

    def tree(self, commit: str) -> dict[str, Blob]:
        """Every file of a commit, by its path."""
        files = {}
        for line in _parts(self.run("ls-tree", "-r", "-z", "--full-tree", commit)):
            meta, _, path = line.partition("\t")
            mode, _, digest = meta.split()
            files[path] = Blob(mode, digest)
        return files

    def subtree(self, commit: str, folder: str) -> str:
        """The id of one folder of a commit; empty where it is not there."""
        try:
            return self.text("rev-parse", "-q", "--verify", f"{commit}:{folder}")
        except GitFailed:
            return ""

    def contents(self, digests: Iterable[str]) -> list[bytes]:
        """The bytes of these objects, in order. Raises: NotAuthentic where one is missing or damaged."""
        wanted = list(digests)
        if not wanted:
            return []
        out, found, position = self.run("cat-file", "--batch", data="\n".join(wanted).encode() + b"\n"), [], 0
        for _ in wanted:
            end = out.index(b"\n", position)
            header = out[position:end].split()
            if len(header) != 3:
                ownership.refuse_unreadable(self.directory)
                raise NotAuthentic(
                    "An object of the repository is missing.",
                    "Fetch it from another copy of the store, then run: cdr verify",
                )
            size = int(header[2])
            found.append(out[end + 1 : end + 1 + size])
            position = end + 2 + size
        return found

    def commits(self, ids: Sequence[str]) -> list[Commit]:
        """These commits as they are stored."""
        return [_commit(id_, raw) for id_, raw in zip(ids, self.contents(ids), strict=True)]

    def since(self, known: str | None, tip: str) -> list[str]:
        """The commits that `tip` has and `known` has not, parents first."""
        span = [f"^{known}", tip] if known else [tip]
        return self.text("rev-list", "--topo-order", "--reverse", *span).split()

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` was built on `older`."""
        try:
            self.run("merge-base", "--is-ancestor", older, newer)
        except GitFailed:
            return False
        return True

    def merge_base(self, one: str, other: str) -> str:
        """The commit where two lines of work parted."""
        return self.text("merge-base", one, other)

    def changed(self, older: str, newer: str) -> dict[str, tuple[Blob | None, Blob | None]]:
        """The paths in which two commits differ, each with what it was and what it is (None: not there)."""
        parts = _parts(self.run("diff-tree", "-r", "-z", "--no-renames", older, newer, index=self._no_index))
        found = {}
        for meta, path in zip(parts[::2], parts[1::2], strict=True):
            old_mode, new_mode, old, new, _ = meta.lstrip(":").split()
            found[path] = (_blob(old_mode, old), _blob(new_mode, new))
        return found

    def odd_files(self, folders: Iterable[str]) -> list[str]:
        """The files below these folders that are not as the branch has them: changed, removed, or staged otherwise."""
        status = ("status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames", "--", *folders)
        try:
            self.refuse_broken_index()
            out = self.run(*status)
        except GitFailed:  # a broken index is made again, never trusted
            with disk.aside(self.directory) as folder:
                self.run("read-tree", "HEAD", index=folder / "index")
                out = self.run(*status, index=folder / "index")
        return [part[3:] for part in _parts(out)]

    @property
    def _no_index(self) -> Path:
        """For what git does not need its index for, and would stop at a broken one all the same."""
        return self.directory / "cdr-no-index"

    def refuse_broken_index(self) -> None:
        """git does not look at its index's own checksum, and takes one that is missing or empty for no file at all."""
        try:
            raw = (self.directory / "index").read_bytes()
        except OSError:
            raw = b""
        kept = raw[-20:]
        if not raw or kept not in (bytes(20), hashlib.sha1(raw[:-20], usedforsecurity=False).digest()):
            raise GitFailed("status", 0)

    def touching(self, folder: str) -> set[str]:
        """The commits of the branch that change something below a folder."""
        return set(self.text("rev-list", "--full-history", "HEAD", "--", folder).split())

    def untracked(self, folders: Iterable[str]) -> list[str]:
        """The files below these folders that the repository does not know."""
        return _parts(self.run("ls-files", "-z", "--others", "--", *folders))

    def versions(self, folders: Iterable[str], upto: str = "HEAD") -> dict[str, list[Version]]:
        """Every version of every file below these folders up to a commit, newest first; of a merge, what it made of both sides."""
        commits = self.run("rev-list", "--topo-order", upto)
        shape = ("--stdin", "--root", "-r", "-c", "-z", "--no-renames", "--no-commit-id")
        parts = _parts(self.run("diff-tree", *shape, "--", *folders, data=commits, index=self._no_index))
        found: dict[str, list[Version]] = {}
        for meta, path in zip(parts[::2], parts[1::2], strict=True):
            words = meta.lstrip(":").split()
            ids = [word.replace(NOTHING, "") for word in words if len(word) == len(NOTHING)]
            found.setdefault(path, []).append(Version(ids[-1], tuple(ids[:-1]), words[len(ids) - 1]))
        return found

    def commit(
        self, parent: str | None, files: Mapping[str, bytes | Blob | None], message: str, author: str, sign: Signing
    ) -> str:
        """A signed commit on `parent` with these files put (or, where None, taken away); published by nothing yet."""
        index = self.directory / "cdr-index"
        index.unlink(missing_ok=True)
        try:
            if parent:
                self.run("read-tree", parent, index=index)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                lines = list(pool.map(self._index_line, files, files.values()))
            self.run("update-index", "-z", "--index-info", data="\0".join(lines).encode() + b"\0", index=index)
            tree = self.text("write-tree", index=index)
        finally:
            index.unlink(missing_ok=True)
        head = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {author}", f"committer {author}"]
        payload = ("\n".join(head) + f"\n\n{message}\n").encode()
        return self.text("hash-object", "-t", "commit", "-w", "--stdin", data=_with_signature(payload, sign(payload)))

    def keep(self, data: bytes) -> Blob:
        """Bytes put into the repository, part of no commit yet."""
        return Blob(FILE_MODE, self.text("hash-object", "-w", "--stdin", data=data))

    def _index_line(self, path: str, data: bytes | Blob | None) -> str:
        if data is None:
            return f"0 {NOTHING}\t{path}"
        blob = data if isinstance(data, Blob) else self.keep(data)
        return f"{blob.mode} {blob.digest}\t{path}"

    def publish(self, new: str, old: str | None, why: str) -> None:
        """Move the branch from `old` to `new`: the one step by which a change becomes part of the store.

        Whatever git says, what the branch holds afterwards is what happened.
        Raises: TryAgain when somebody else moved the branch, or is about to; DiskFailed when it could not be moved; NotKnown
        when it cannot be read either.
        """
        try:
            self.run("update-ref", "--create-reflog", "-m", why, self.branch, new, old or NOTHING)
        except (DiskFailed, TryAgain) as error:
            stands = self.standing()
            if stands == new:
                return
            if isinstance(error, TryAgain):
                raise
            if stands != old or b".lock': File exists" in getattr(error, "said", b""):
                raise TryAgain(
                    "The store was changed by someone else just now; nothing was recorded.", "Run the command again."
                ) from None
            raise DiskFailed(
                "The change could not be made part of the store; nothing was recorded.",
                "See what is wrong (room on the disk, who may write to .git) with: cdr doctor",
            ) from error

    def standing(self) -> str | None:
        """The commit that the branch stands at, also where git fails just now; None before the first. Raises: NotKnown."""
        with suppress(CdrError, OSError):
            return self._asked()
        try:
            return self._read()
        except (OSError, CdrError):
            raise NotKnown(
                "Whether the change was recorded cannot be seen just now: the store's repository cannot be read.",
                "Before you run the command again, look with: cdr audit",
            ) from None

    def _asked(self) -> str | None:
        try:
            return self.text("rev-parse", "-q", "--verify", self.branch)
        except GitFailed as error:
            if error.code == 1:  # there is no such branch; anything else says nothing of it
                return None
            raise

    def _read(self) -> str | None:
        """The branch's commit from git's own files, without git."""
        loose = self.directory / self.branch
        if loose.is_file():
            return loose.read_text("ascii").strip()
        packed = self.directory / "packed-refs"
        lines = packed.read_text("utf-8", "replace").splitlines() if packed.is_file() else []
        return next((line.split()[0] for line in lines if line.endswith(f" {self.branch}")), None)

    def setting(self, name: str) -> str:
        """A setting of this repository; empty where there is none."""
        try:
            return self.text("config", "--local", "--get", name)
        except GitFailed:
            return ""


def _environment(index: Path | None) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "LC_ALL": "C.UTF-8",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": f"{os.devnull}/none",  # where no file can be: git talks about an empty one
        "GIT_OPTIONAL_LOCKS": "0",
    }
    return environment | ({"GIT_INDEX_FILE": str(index)} if index else {})


def _parts(out: bytes) -> list[str]:
    return [part.decode("utf-8", "surrogateescape") for part in out.split(b"\0") if part]


def _blob(mode: str, digest: str) -> Blob | None:
    return None if digest == NOTHING else Blob(mode, digest)


def _with_signature(payload: bytes, signature: bytes) -> bytes:
    head, _, message = payload.partition(b"\n\n")
    folded = signature.strip().replace(b"\n", b"\n ")
    return head + b"\ngpgsig " + folded + b"\n\n" + message


def _commit(id_: str, raw: bytes) -> Commit:
    head, _, message = raw.partition(b"\n\n")
    fields: list[tuple[bytes, list[bytes]]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and fields:
            fields[-1][1].append(line[1:])
        else:
            name, _, value = line.partition(b" ")
            fields.append((name, [value]))
    kept = b"\n".join(name + b" " + b"\n ".join(value) for name, value in fields if name != b"gpgsig")
    found = {name: b"\n".join(value) for name, value in reversed(fields)}
    return Commit(
        id=id_,
        parents=tuple(value[0].decode() for name, value in fields if name == b"parent"),
        tree=found[b"tree"].decode(),
        author=found[b"author"].decode("utf-8", "replace"),
        payload=kept + b"\n\n" + message,
        signature=found.get(b"gpgsig", b""),
        message=message.decode("utf-8", "replace").strip(),
    )
