"""The only module that runs git: a few plumbing commands, none of which ever sees a store's settings, hooks or attributes.

git is started with a repository of cdr's own (`cdr/gitdir`: a configuration and nothing else), and is told where the store's
objects are. What it reads comes back through `Objects`, which checks every byte. See docs/adr/0015.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from select import POLLIN, poll
from threading import Lock

from cdr import resources
from cdr.errors import CdrError, DiskFailed, NotAuthentic, ToolMissing, TryAgain
from cdr.store.objects import (
    ASK,
    EMPTY_TREE,
    FOLDER_MODE,
    NOTHING,
    Blob,
    Folder,
    NotHere,
    Objects,
    parsed_commit,
    path_text,
    with_signature,
)
from cdr.store.repository import REFTABLE, SHA_256, Repository

OLDEST_GIT = (2, 36)
AT_ONCE = min(4, os.cpu_count() or 1)
SECONDS = 60
PATIENCE = 5
MINUTES_OF_FSCK = 60
ASKED_AT_ONCE = 256
ALONE: Mapping[str, str] = {}
Signing = Callable[[bytes], bytes]


class GitFailed(DiskFailed):
    """A git command ended with an error; its own words stay out of sight, for they may quote a path."""

    def __init__(self, command: str, code: int, said: bytes = b"") -> None:
        super().__init__(f"git {command} failed ({code}).", "See what is wrong with: cdr doctor")
        self.code = code
        self.said = said


class Git(Objects):
    """The repository whose work tree is `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.repository = Repository(folder)
        self.held: tuple[int, ...] = ()
        self._reader: _Reader | None = None
        self._one_reader = Lock()

    # ---- running git -------------------------------------------------------------------------------------------

    @cached_property
    def binary(self) -> str:
        """The path of git. Raises: ToolMissing."""
        found = shutil.which("git")
        if found is None:
            raise ToolMissing("git is not installed.", "Install it (Debian, Ubuntu: apt install git) and try again.")
        if _version(found) < OLDEST_GIT:
            raise ToolMissing("git is too old.", f"cdr needs {'.'.join(map(str, OLDEST_GIT))} or newer.")
        return found

    def version(self) -> tuple[int, ...]:
        """git's version, as numbers."""
        return _version(self.binary)

    @cached_property
    def _surroundings(self) -> dict[str, str]:
        """What git is told of this repository, which is where its objects are. Raises: WrongConfiguration where it is another user's."""
        foreign = self.repository.foreign()
        if foreign and not {"*", str(self.folder), str(self.folder.resolve())} & self._allowed():
            raise foreign
        return _environment() | {"GIT_OBJECT_DIRECTORY": str(self.repository.objects)}

    def _allowed(self) -> set[str]:
        """The folders of other users that this one told git to take for their own."""
        with suppress(GitFailed):
            asked = [self.binary, "config", "--global", "--get-all", "safe.directory"]
            return {*path_text(_run(asked, b"", _without_git(), (), SECONDS)).splitlines()}
        return set()

    def run(
        self, *arguments: str, data: bytes = b"", told: Mapping[str, str] = ALONE, seconds: float = SECONDS
    ) -> bytes:
        """What a git command prints; it is `told` more in its environment.

        Raises: GitFailed, DiskFailed where the disk is full, TryAgain where it does not end.
        """
        environment = self._surroundings | {**told}
        # The lock's descriptor goes to git's children, so that an orphan of a killed cdr keeps the lock until it ends.
        return _run([self.binary, *arguments], data, environment, self.held, seconds)

    def text(self, *arguments: str, data: bytes = b"") -> str:
        """The same as text, without the last line's end."""
        return path_text(self.run(*arguments, data=data)).rstrip("\n")

    # ---- reading -----------------------------------------------------------------------------------------------

    def _read(self, ids: Sequence[str], kind: str, most: int) -> list[bytes]:
        """One `git cat-file` answers for as long as this repository is used."""
        found = []
        with self._one_reader:
            for start in range(0, len(ids), ASKED_AT_ONCE):
                part = ids[start : start + ASKED_AT_ONCE]
                if self._reader is None:
                    self._reader = _Reader([self.binary, "cat-file", "--batch"], self._surroundings)
                try:
                    self._reader.ask(part)
                    found += [self._answer(self._reader, id_, kind, most) for id_ in part]
                except BaseException:
                    self._reader = None  # what it still has to say answers no other question
                    raise
        return found

    def _answer(self, reader: _Reader, id_: str, kind: str, most: int) -> bytes:
        header = reader.line().split()
        if not header:
            code = reader.ended()
            if code < 0:
                raise GitFailed("cat-file", code)
            raise NotHere(f"The object {id_[:12]} of the repository is damaged.")
        if len(header) != 3:
            raise self.repository.lacking() or NotHere("An object of the repository is missing or damaged.")
        size = int(header[2])
        if header[1].decode() != kind or size > most:
            wrong = "too large" if size > most else f"no {kind}"
            raise NotAuthentic(f"The object {id_[:12]} of the repository is {wrong}.", ASK)
        return reader.exactly(size + 1)[:-1]

    def damage(self, tip: str) -> CdrError | None:
        """What is wrong with the objects that a commit and its whole history are made of, if anything: a look at each of them."""
        try:
            self.run("fsck", "--no-progress", "--no-dangling", "--no-reflogs", tip, seconds=MINUTES_OF_FSCK * 60)
        except GitFailed:
            return self.repository.lacking() or NotHere("The repository is damaged.")
        return None

    # ---- a commit ----------------------------------------------------------------------------------------------

    def commit(
        self, parent: str | None, files: Mapping[str, bytes | None], message: str, author: str, sign: Signing
    ) -> str:
        """A signed commit on `parent` with these files put (or, where None, taken away); published by nothing yet."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ids = dict(zip(files, pool.map(self._put, files.values()), strict=True))
        tree, folders = self.rewritten(parent or EMPTY_TREE, ids)
        self._put_folders(folders)
        head = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {author}", f"committer {author}"]
        payload = ("\n".join(head) + f"\n\n{message}\n").encode()
        raw = with_signature(payload, sign(payload))
        parsed_commit("just made", raw)
        return self.text("hash-object", "-t", "commit", "-w", "--stdin", data=raw)

    def _put(self, data: bytes | None) -> str | None:
        return None if data is None else self.text("hash-object", "-w", "--stdin", data=data)

    def _put_folders(self, folders: Mapping[str, Folder]) -> None:
        trees = [b"".join(_line(*entry) for entry in folder.items()) for folder in folders.values()]
        made = self.text("mktree", "-z", "--missing", "--batch", data=b"\0".join(trees)).split()
        if made != list(folders):
            raise GitFailed("mktree", 0)

    # ---- the branch --------------------------------------------------------------------------------------------

    def publish(self, new: str, old: str | None, why: str) -> None:
        """Move the branch from `old` to `new`: the one step by which a change becomes part of the store.

        Whatever git says, what the branch holds afterwards is what happened.
        Raises: TryAgain when somebody else moved the branch, or is about to; DiskFailed when it could not be moved; NotKnown
        when it cannot be read either.
        """
        try:
            with self.repository.with_branches() as there:
                move = ("--create-reflog", "-m", why, self.repository.branch, new, old or NOTHING)
                self.run("update-ref", *move, told={"GIT_DIR": str(there)})
        except (CdrError, OSError) as error:
            stands = self.repository.standing()
            if stands == new:
                return
            if stands != old or b".lock': File exists" in getattr(error, "said", b""):
                raise TryAgain(
                    "The store was changed by someone else just now; nothing was recorded.", "Run the command again."
                ) from None
            raise DiskFailed(
                "The change could not be made part of the store; nothing was recorded.",
                "See what is wrong (room on the disk, who may write to .git) with: cdr doctor",
            ) from error

    # ---- the user's own index ----------------------------------------------------------------------------------

    @property
    def _index(self) -> dict[str, str]:
        return {"GIT_INDEX_FILE": str(self.repository.index)}

    def stage(self, files: Mapping[str, Blob | None], tip: str) -> None:
        """Tell the user's own index about these paths, and leave what else is staged alone."""
        lines = [
            f"{blob.mode} {blob.digest}\t{path}" if blob else f"0 {NOTHING}\t{path}" for path, blob in files.items()
        ]
        data = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
        try:
            self._refuse_broken_index()
            self.run("update-index", "-z", "--index-info", data=data, told=self._index)
        except GitFailed:  # a broken index is made again, never trusted
            self.repository.index.unlink(missing_ok=True)
            self.run("read-tree", tip, told=self._index)

    def staged(self) -> dict[str, Blob] | None:
        """What the user's own index holds, by path; None where it is broken or in the middle of a merge."""
        try:
            self._refuse_broken_index()
            lines = self.run("ls-files", "-z", "--stage", told=self._index).split(b"\0")
        except GitFailed:
            return None
        found = {}
        for line in filter(None, lines):
            meta, _, path = line.partition(b"\t")
            mode, digest, stage = meta.decode().split()
            if stage != "0":
                return None
            found[path_text(path)] = Blob(mode, digest)
        return found

    def _refuse_broken_index(self) -> None:
        if self.repository.has_broken_index():
            raise GitFailed("update-index", 0)

    # ---- what a repository says of itself ----------------------------------------------------------------------

    def setting(self, name: str, value: str | None = None) -> str:
        """A setting of this repository, set first where a value is given; empty where there is none.

        It is read as one file, without what that includes, and cdr decides nothing by it.
        """
        path = self.repository.shared / "config"
        asked = ("config", "--file", str(path), "--no-includes")
        if value is not None:
            self.run(*asked, name, value)
            return value
        try:
            return self.text(*asked, "--get", name) if path.is_file() else ""
        except GitFailed:
            return ""

    def begin(self, branch: str) -> None:
        """Make an empty repository in the folder, unless there is one."""
        if not (self.folder / ".git").exists():
            command = [self.binary, "init", "--quiet", f"--initial-branch={branch}", "--template=", str(self.folder)]
            _run(
                command, b"", {name: value for name, value in _environment().items() if name != "GIT_DIR"}, (), SECONDS
            )

    def refuse_unsupported(self) -> None:
        """Stop at a repository in a format of git's that cdr does not read. Raises: WrongConfiguration."""
        if self.setting("extensions.objectFormat") not in ("", "sha1"):
            raise self.repository.unsupported(SHA_256)
        if self.setting("extensions.refStorage") not in ("", "files"):
            raise self.repository.unsupported(REFTABLE)


class _Reader:
    """A `git cat-file --batch` that is asked for objects one after the other."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        # In a group of its own, so that Ctrl-C does not end it in the middle of what must be finished.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, cwd="/", bufsize=0, process_group=0,
        )  # fmt: skip
        self._end = weakref.finalize(self, _end, self.process)
        self._got = b""
        self._ready = poll()
        self._ready.register(self._out, POLLIN)

    @property
    def _out(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def ask(self, ids: Sequence[str]) -> None:
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # then it has ended, and the answer says why
            self.process.stdin.write("".join(f"{id_}\n" for id_ in ids).encode())

    def line(self) -> bytes:
        """The next line; empty where it has ended."""
        while b"\n" not in self._got and self._more():
            pass
        line, _, self._got = self._got.partition(b"\n")
        return line

    def exactly(self, size: int) -> bytes:
        parts, missing = [self._got[:size]], size - len(self._got)
        self._got = self._got[size:]
        while missing > 0:
            if not self._more():
                raise GitFailed("cat-file", self.ended())
            parts.append(self._got[:missing])
            self._got = self._got[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bool:
        if not self._ready.poll(SECONDS * 1000):
            self._end()
            raise TryAgain(f"git did not answer within {SECONDS} seconds.", "Run the command again.")
        part = os.read(self._out, 1 << 20)
        self._got += part
        return bool(part)

    def ended(self) -> int:
        self._end()
        return self.process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, and leave nothing open."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _run(
    command: Sequence[str], data: bytes, environment: Mapping[str, str], held: tuple[int, ...], seconds: float
) -> bytes:
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            env=environment,
            cwd="/",
            pass_fds=held,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TryAgain(f"git did not end within {seconds:.0f} seconds.", "Run the command again.") from None
    if done.returncode:
        full = (b"No space left", b"Disk quota", b"File too large")
        if done.returncode == -signal.SIGXFSZ or any(words in done.stderr for words in full):
            raise DiskFailed("The disk is full: git could not write.", "Nothing was recorded. Make room and try again.")
        raise GitFailed(command[1], done.returncode, done.stderr)
    return done.stdout


def _without_git() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {"LC_ALL": "C.UTF-8"}


def _environment() -> dict[str, str]:
    """The user's own, without anything that git would take for itself, and with cdr's own repository."""
    return _without_git() | {
        "GIT_DIR": str(resources.folder("gitdir")),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }


def _version(binary: str) -> tuple[int, ...]:
    words = path_text(_run([binary, "version"], b"", _environment(), (), SECONDS)).split()
    return tuple(int(part) for part in (words[2] if len(words) > 2 else "0").split(".") if part.isdigit())


def _line(name: bytes, entry: tuple[bytes, bytes]) -> bytes:
    mode, id_ = entry
    kind = {FOLDER_MODE: b"tree", b"160000": b"commit"}.get(mode, b"blob")
    return mode + b" " + kind + b" " + id_.hex().encode() + b"\t" + name + b"\0"
