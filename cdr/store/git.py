"""The only module that runs git: a few plumbing commands, none of which ever sees a store's settings, hooks or attributes.

git is started with a repository of cdr's own (`cdr/gitdir`: a configuration and nothing else), and is told where the store's
objects are. What it reads comes back through `Objects`, which checks every byte. See docs/adr/0016.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from cdr import disk, programs, resources
from cdr.errors import CdrError, DiskFailed, GitFailed, NotAuthentic, ToolMissing, TryAgain
from cdr.store import ownership
from cdr.store.asked_before import AskedBefore
from cdr.store.folders import ASK, Entry, stored
from cdr.store.objects import (
    EMPTY_TREE,
    FILE_MODE,
    LARGEST,
    MOST_AT_ONCE,
    Blob,
    NotHere,
    Objects,
    object_id,
    parsed_commit,
    path_text,
)
from cdr.store.repository import REFTABLE, SHA_256, Repository
from cdr.store.state import State, roots_at

if TYPE_CHECKING:
    from cdr.store.git_process import Reader

OLDEST_GIT = (2, 36)
AT_ONCE = min(4, os.cpu_count() or 1)
ASKED_AT_ONCE = 256
NAMED = {"blob": "file", "tree": "folder"}
ALONE: Mapping[str, str] = {}
Signing = Callable[[bytes], bytes]


class Git(Objects):
    """The repository whose work tree is `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.repository = Repository(folder)
        self.held: tuple[int, ...] = ()
        self.asked_before: AskedBefore | None = None
        self.is_asked_itself = False
        self._reader: Reader | None = None
        self._one_reader = Lock()

    # ---- running git -------------------------------------------------------------------------------------------

    @cached_property
    def binary(self) -> str:
        """The path of git. Raises: ToolMissing."""
        from cdr.store import git_process

        found = programs.found("git")
        if found is None:
            raise ToolMissing("git is not installed.", "Install it (Debian, Ubuntu: apt install git) and try again.")
        if git_process.version_of(found) < OLDEST_GIT:
            raise ToolMissing("git is too old.", f"cdr needs {'.'.join(map(str, OLDEST_GIT))} or newer.")
        return found

    def version(self) -> tuple[int, ...]:
        """git's version, as numbers."""
        from cdr.store import git_process

        return git_process.version_of(self.binary)

    @cached_property
    def _surroundings(self) -> dict[str, str]:
        """What git is told of this repository, which is where its objects are. Raises: WrongConfiguration where it is another user's."""
        foreign = self.repository.foreign()
        if foreign and not {"*", str(self.folder), str(self.folder.resolve())} & self.allowed():
            raise foreign
        return _environment() | {"GIT_OBJECT_DIRECTORY": str(self.repository.objects)}

    def allowed(self) -> set[str]:
        """The folders of other users that this one told git to take for their own."""
        from cdr.store.git_process import printed

        with suppress(GitFailed):
            asked = [self.binary, "config", "--global", "--get-all", "safe.directory"]
            return {*path_text(printed(asked, b"", _without_git())).splitlines()}
        return set()

    def run(self, *arguments: str, data: bytes = b"", told: Mapping[str, str] = ALONE, long: bool = False) -> bytes:
        """What a git command prints; it is `told` more in its environment; `long`: it may take minutes.

        Raises: GitFailed, DiskFailed where the disk is full, TryAgain where it does not end.
        """
        from cdr.store import git_process

        environment = self._surroundings | {**told}
        # The lock's descriptor goes to git's children, so that an orphan of a killed cdr keeps the lock until it ends.
        done = git_process.ended([self.binary, *arguments], data, environment, self.held, long=long)
        if done.code:
            raise git_process.why(arguments[0], done, self.folder)
        return done.out

    def text(self, *arguments: str, data: bytes = b"") -> str:
        """The same as text, without the last line's end."""
        return path_text(self.run(*arguments, data=data)).rstrip("\n")

    # ---- reading -----------------------------------------------------------------------------------------------

    def look_beside(self, accepted_root: str | None) -> None:
        """Let what was asked before answer, where the store is known here, by no root that a person gives just now.

        Of a folder that is another user's git itself is asked, to which the user may have said that it is to be used.
        """
        tip, seen = self.repository.tip(), roots_at(self.folder)
        if tip and len(seen) == 1 and not accepted_root and not self.repository.foreign():
            self.asked_before = AskedBefore(State(seen.pop(), self.folder), tip)

    def keep_what_was_asked(self) -> None:
        """Keep what was asked of git in this run for the next."""
        if self.asked_before:
            self.asked_before.keep(self.repository.standing())

    def ask_itself(self) -> None:
        """Read every object from the repository from now on, also what was known without it: whoever judges or writes sees what is damaged."""
        if self.asked_before and not self.is_asked_itself:
            self._forget()
        self.is_asked_itself = True

    def often(self, digest: str, most: int) -> bytes:
        """The bytes of a file that every question reads. Raises: as `contents`."""
        if self.asked_before:
            self.asked_before.is_asked_often(digest)
        return self.contents([digest], most)[0]

    def _entry(self, folder: str, name: bytes) -> Entry | None:
        before = self._before
        found = before.named(folder, name) if before and not self._folders.is_apart(folder) else None
        if found is None:
            found = super()._entry(folder, name)
            if before and found and not self._folders.is_apart(folder):
                before.note_name(folder, name, found)
        return found

    @property
    def _before(self) -> AskedBefore | None:
        return None if self.is_asked_itself else self.asked_before

    def _read(self, ids: Sequence[str], kind: str, most: int) -> list[bytes]:
        """What was asked before is known; git is asked for the rest."""
        before = self._before
        if before is None:
            return self._read_itself(ids, kind, most)
        known = before.objects(ids, kind, most)
        missing = [id_ for id_ in dict.fromkeys(ids) if id_ not in known]
        if missing:
            found = dict(zip(missing, self._read_itself(missing, kind, most), strict=True))
            before.note(kind, found)
            known |= found
        return [known[id_] for id_ in ids]

    def _read_itself(self, ids: Sequence[str], kind: str, most: int) -> list[bytes]:
        """One `git cat-file` answers for as long as this repository is used; it unpacks nothing whose size was not looked at first.

        Until it is needed, a change reads without it what lies alone, as changes before it left it.
        """
        from cdr.store.git_process import Reader

        found: list[bytes] = []
        at_once = MOST_AT_ONCE.get(kind)
        alone = self._lying_alone(ids, kind) if self.held and self._reader is None else None
        if alone is not None and all(len(raw) <= most for raw in alone):
            return alone
        with self._one_reader:
            for start in range(0, len(ids), ASKED_AT_ONCE):
                part = ids[start : start + ASKED_AT_ONCE]
                if self._reader is None:
                    self._reader = Reader([self.binary, "cat-file", "--batch-command"], self._surroundings)
                try:
                    self._reader.ask("info", part)
                    sizes = [self._size(self._reader, id_, kind, most) for id_ in part]
                    if at_once is not None and sum(map(len, found)) + sum(sizes) > at_once:
                        raise NotAuthentic("The repository holds more files than a store can have.", ASK)
                    self._reader.ask("contents", part)
                    found += [self._contents(self._reader, id_, kind, most) for id_ in part]
                except BaseException:
                    self._reader = None  # what it still has to say answers no other question
                    raise
        return found

    def _lying_alone(self, ids: Sequence[str], kind: str) -> list[bytes] | None:
        """The bytes of these objects where each lies alone, which takes no git. Raises: WrongConfiguration where the folder is another user's."""
        from cdr.store import loose_objects

        return loose_objects.read(Path(self._surroundings["GIT_OBJECT_DIRECTORY"]), ids, kind)

    def _contents(self, reader: Reader, id_: str, kind: str, most: int) -> bytes:
        size = self._size(reader, id_, kind, most)
        try:
            return reader.exactly(size + 1)[:-1]
        except GitFailed as error:
            if error.code < 0:
                raise
            raise self._damaged(id_) from None

    def _damaged(self, id_: str) -> NotAuthentic:
        ownership.refuse_unreadable(self.repository.objects)
        return NotHere(f"The object {id_[:12]} of the repository is damaged.")

    def _size(self, reader: Reader, id_: str, kind: str, most: int) -> int:
        header = reader.line().split()
        if not header:
            code = reader.ended()
            if code < 0:
                raise GitFailed("cat-file", code)
            raise self._damaged(id_)
        if len(header) != 3:
            ownership.refuse_unreadable(self.repository.objects)
            raise self.repository.lacking() or NotHere("An object of the repository is missing or damaged.")
        size = int(header[2])
        if header[1].decode() != kind or size > most:
            wrong = f"too large for a {NAMED.get(kind, kind)}" if header[1].decode() == kind else f"no {kind}"
            raise NotAuthentic(f"The object {id_[:12]} of the repository is {wrong} of a store.", ASK)
        return size

    def damage(
        self, tip: str, rightly_missing: Collection[str] = (), told: Mapping[str, str] = ALONE
    ) -> CdrError | None:
        """What is wrong with the objects that a commit and its whole history are made of, if anything: a look at each of them.

        The files of a case that was erased are `rightly_missing`, by their ids.
        """
        try:
            self.run("fsck", "--no-progress", "--no-dangling", "--no-reflogs", tip, told=told, long=True)
        except GitFailed as error:
            if not _lacks_only(error.out, rightly_missing):
                return self.repository.lacking() or NotHere("The repository is damaged.")
        return None

    # ---- a commit ----------------------------------------------------------------------------------------------

    def commit(
        self,
        parent: str | None,
        files: Mapping[str, bytes | Blob | None],
        message: str,
        author: str,
        sign: Signing,
        merged: str | None = None,
    ) -> str:
        """A signed commit on `parent` with these files put (or, where None, taken away); published by nothing yet.

        `merged` is another line of work that it puts together with the parent's.
        """
        new = {path: object_id("blob", one) for path, one in files.items() if isinstance(one, bytes)}
        ids = {path: new.get(path) or (one.digest if isinstance(one, Blob) else None) for path, one in files.items()}
        tree, folders = self.rewritten(parent or EMPTY_TREE, ids)
        parents = [f"parent {one}" for one in (parent, merged) if one]
        head = [f"tree {tree}", *parents, f"author {author}", f"committer {author}"]
        payload = ("\n".join(head) + f"\n\n{message}\n").encode()
        raw = with_signature(payload, sign(payload))
        parsed_commit("just made", raw)
        made = {new[path]: ("blob", one) for path, one in files.items() if isinstance(one, bytes)}
        written = {id_: stored(folder) for id_, folder in folders.items()}
        made_id = object_id("commit", raw)
        self._keep({**made, **{id_: ("tree", one) for id_, one in written.items()}, made_id: ("commit", raw)})
        self._commits[made_id] = tree, tuple(one for one in (parent, merged) if one)
        for id_, folder in folders.items():
            self._folders.take(id_, folder)  # which need not be read again
        if self.asked_before:
            self.asked_before.note_made((made_id, raw), folders, written)
        return made_id

    def keep(self, data: bytes) -> Blob:
        """Bytes put into the repository, part of no commit yet."""
        id_ = object_id("blob", data)
        self._keep({id_: ("blob", data)})
        return Blob(FILE_MODE, id_)

    def _keep(self, made: Mapping[str, tuple[str, bytes]]) -> None:
        from cdr.store import loose_objects  # which only a change needs

        loose_objects.keep(self.repository.objects, made, self.repository.shared)

    def give_back(self, blob: Blob, path: str) -> bool:
        """Take a file that the repository lost from the folder, where it stands as it was; git itself writes none that it takes to be there."""
        try:
            raw = disk.read_regular(self.folder / path, LARGEST["blob"])
        except OSError:
            return False
        if object_id("blob", raw) != blob.digest:
            return False
        place = self.repository.objects / blob.digest[:2] / blob.digest[2:]
        if (
            disk.private_folder(place.parent).resolve()
            != self.repository.shared.resolve() / "objects" / blob.digest[:2]
        ):
            return False  # a link that leads elsewhere
        self._keep({blob.digest: ("blob", raw)})
        return True

    # ---- the branch --------------------------------------------------------------------------------------------

    def publish(self, new: str, old: str | None, why: str) -> None:
        """Move the branch from `old` to `new`: the one step by which a change becomes part of the store.

        Whatever is said of it, what the branch holds afterwards is what happened.
        Raises: TryAgain when somebody else moved the branch, or is about to; DiskFailed when it could not be moved; NotKnown
        when it cannot be read either.
        """
        from cdr.store import branch  # which only a change needs

        try:
            branch.move(self.repository, new, old, why)
        except (CdrError, OSError) as error:
            stands = self.repository.standing()
            if stands == new:
                return
            if isinstance(error, TryAgain):
                raise
            if stands != old:
                raise branch.CHANGED from None
            raise DiskFailed(
                "The change could not be made part of the store; nothing was recorded.",
                "See what is wrong (room on the disk, who may write to .git) with: cdr doctor",
            ) from error

    # ---- what a repository says of itself ----------------------------------------------------------------------

    def setting(self, name: str) -> str:
        """A setting of this repository; empty where there is none.

        It is read as one file, without what that includes, and cdr decides nothing by it.
        """
        path = self.repository.shared / "config"
        try:
            return self.text("config", "--file", str(path), "--no-includes", "--get", name) if path.is_file() else ""
        except GitFailed:
            return ""

    def begin(self, branch: str, folder: Path) -> None:
        """Make an empty repository in a folder."""
        from cdr.store.git_process import printed

        command = [self.binary, "init", "--quiet", f"--initial-branch={branch}", "--template=", str(folder)]
        printed(command, b"", {name: value for name, value in _environment().items() if name != "GIT_DIR"})

    def refuse_unsupported(self) -> None:
        """Stop at a repository in a format of git's that cdr does not read. Raises: WrongConfiguration."""
        if self.setting("extensions.objectFormat") not in ("", "sha1"):
            raise self.repository.unsupported(SHA_256)
        if self.setting("extensions.refStorage") not in ("", "files"):
            raise self.repository.unsupported(REFTABLE)


def _lacks_only(said: bytes, rightly_missing: Collection[str]) -> bool:
    """Whether all that fsck found is that these files are not there."""
    lines = said.decode("ascii", "replace").splitlines()
    missing = [line.split()[-1] for line in lines if line.startswith("missing blob ")]
    known = ("missing blob ", "broken link from    tree ", "              to    blob ")
    return bool(missing) and {*missing} <= {*rightly_missing} and all(line.startswith(known) for line in lines)


def with_signature(payload: bytes, signature: bytes) -> bytes:
    """A commit with the signature over its `payload` among its headers, where git puts it."""
    head, _, message = payload.partition(b"\n\n")
    folded = signature.strip().replace(b"\n", b"\n ")
    return head + b"\ngpgsig " + folded + b"\n\n" + message


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
