"""What one run, with each program that it starts, did to the files below a folder: every call that changed one, in its order.

strace writes down each call with the bytes that were written. What stood there when the run was killed after any of them, and what may stand
there when the power went, follows from that (`disks.py`): the run itself is needed once.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faults import points

MAKE, WRITE, CUT, NAME, TAKE, MOVE, SYNC, SEEK, COPY = "make", "write", "cut", "name", "take", "move", "sync", "seek", "copy"  # fmt: skip
ALONGSIDE = ("chdir", "fchdir", "lseek", "read", "execve", "vfork", "fork", "clone", "clone3")
CALLS = (*points.CALLS, "symlinkat", "truncate", "mknod", "mknodat", "sync", "syncfs", *ALONGSIDE)
OF_NO_FILE = ("chmod", "fchmod")  # neither its name nor its bytes
LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
HEXED = r"((?:\\x[0-9a-f]{2})*)"
WORD, PLACE = re.compile(rf'"{HEXED}"'), re.compile(rf"(AT_FDCWD|\d+)<{HEXED}>")
RESULT = re.compile(rf" = (-?\d+)(?:<{HEXED}>)?")
UNFINISHED, GONE = "<unfinished ...>", " (deleted)"
NAMING = ("openat", "rename", "link", "symlink", "unlink", "mkdir", "rmdir", "mknod", "chdir", "truncate")
LONGEST = 100_000_000  # bytes of one call; strace takes no more than some
START, END, ON = "start", "end", "on"
READS_WHERE_IT_WRITES = "index-pack"  # through one descriptor; nothing else does, and what it reads is not looked at


@dataclass(frozen=True)
class Call:
    """One call that succeeded: the n-th of its kind in its process, of this program; the files and the bytes that it is about."""

    program: str
    name: str
    number: int
    paths: tuple[str, ...]
    words: tuple[bytes, ...]
    about: str
    result: int

    @property
    def last(self) -> int:
        """The last thing that it was given, a number."""
        return int(self.about.rstrip(" )").rsplit(",", 1)[1])


@dataclass(frozen=True)
class Step:
    """What a call did to a file: to which, and under which other name; the bytes, and where in the file they stand (-1: where the last ones end)."""

    call: Call
    what: str
    path: str
    to: str = ""
    data: bytes = b""
    at: int = -1
    folder: bool = False
    pipe: bool = False
    link: str = ""


def options(log: Path) -> list[str]:
    """What strace is told for a run that is written down."""
    return ["-f", "-y", "-xx", "-s", str(LONGEST), "-e", f"trace={','.join(CALLS)}", "-o", str(log)]


def steps(log: Path, folder: Path) -> Iterator[Step]:
    """What was done to the files below a folder."""
    for call in calls(log):
        if call.name in ("sync", "syncfs"):
            yield Step(call, SYNC, "")
        elif any(path.startswith(f"{folder}/") for path in call.paths) and call.name not in OF_NO_FILE:
            yield from _done(call)


def _done(call: Call) -> Iterator[Step]:
    path, to = call.paths[0].removesuffix(GONE), call.paths[-1].removesuffix(GONE)
    match call.name:
        case "openat":
            if "O_CREAT" in call.about:
                yield Step(call, MAKE, path)
            if "O_TRUNC" in call.about:
                yield Step(call, CUT, path, at=0)
            if "O_RDONLY" not in call.about:
                yield Step(call, SEEK, path, to=END if "O_APPEND" in call.about else START)
        case "lseek":
            yield Step(call, SEEK, path, at=call.result)
        case "read":
            yield Step(call, SEEK, path, to=ON, at=call.result)
        case "write" | "writev":
            yield Step(call, WRITE, path, data=b"".join(call.words)[: call.result])
        case "pwrite64":
            yield Step(call, WRITE, path, data=call.words[0][: call.result], at=call.last)
        case "sendfile":
            yield Step(call, COPY, to, to=path, at=call.result)
        case "copy_file_range":
            yield Step(call, COPY, path, to=to, at=call.result)
        case "ftruncate" | "truncate":
            yield Step(call, CUT, path, at=call.last)
        case "fsync" | "fdatasync":
            yield Step(call, SYNC, path)
        case "mkdir" | "mkdirat":
            yield Step(call, MAKE, path, folder=True)
        case "mknod" | "mknodat":
            yield Step(call, MAKE, path, pipe=True)
        case "symlink" | "symlinkat":
            yield Step(call, MAKE, to, link=os.fsdecode(call.words[0]))
        case "link" | "linkat":
            yield Step(call, NAME, path, to=to)
        case "rename" | "renameat" | "renameat2":
            yield Step(call, MOVE, path, to=to)
        case "unlink" | "unlinkat" | "rmdir":
            yield Step(call, TAKE, path)
        case other:
            raise AssertionError(f"nobody knows what {other} does to a file")


class _Process:
    """What is known of one that is traced: what it runs, where it stands, how many calls of each kind it made, and the one it is in."""

    def __init__(self, parent: _Process | None = None) -> None:
        self.program: str = parent.program if parent else points.MAIN
        self.where: str = parent.where if parent else "/"
        self.count: defaultdict[str, int] = defaultdict(int)
        self.begun = ""


def calls(log: Path) -> Iterator[Call]:
    """The calls that succeeded, in the order in which they ended."""
    known: dict[str, _Process] = {}
    forking: _Process | None = None
    with log.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            match = LINE.match(line)
            if match is None:
                continue
            number, resumed, name, rest = match.groups()
            process = known.setdefault(number, _Process(forking))
            if (resumed or name) in ("vfork", "fork", "clone", "clone3"):
                forking = process
            if rest.rstrip().endswith(UNFINISHED):
                process.begun = rest.rstrip().removesuffix(UNFINISHED)
                continue
            rest, process.begun = (process.begun if resumed else "") + rest, ""
            one = _call(process, resumed or name, rest)
            if one is not None:
                yield one


def _call(process: _Process, name: str, rest: str) -> Call | None:
    """A call that changes a file, and succeeded; what it tells of its process is kept with that."""
    process.count[name] += 1
    if name == "read" and process.program != READS_WHERE_IT_WRITES:
        return None
    result = RESULT.search(rest)
    if result is None or int(result[1]) < 0:
        return None
    about = rest[: result.start()]
    for place in PLACE.finditer(about):
        if place[1] == "AT_FDCWD":
            process.where = _text(place[2])
    words = tuple(_bytes(word[1]) for word in WORD.finditer(about))
    paths = tuple(_named(about, process.where) if name.startswith(NAMING) else _open(about))
    if name == "execve":
        process.program, process.count = _program([os.fsdecode(word) for word in words[1:]]), defaultdict(int)
    elif name in ("chdir", "fchdir"):
        process.where = paths[0]
    elif paths or name in ("sync", "syncfs"):
        return Call(process.program, name, process.count[name], paths, words, about, int(result[1]))
    return None


def _program(words: list[str]) -> str:
    """Under which name a program is met: a command of git's by that, the others by their own."""
    name = Path(words[0]).name
    if name != "git":
        return name
    return next(
        (word for word in words[1:] if word in points.GIT), next((one for one in words[1:] if one[:1] != "-"), name)
    )


def _named(about: str, here: str) -> Iterator[str]:
    """The files that a call names, from the folder before each or from where the process stands."""
    for found in sorted([*WORD.finditer(about), *PLACE.finditer(about)], key=lambda one: one.start()):
        if found.re is PLACE:
            here = _text(found[2])
        else:
            yield os.path.normpath(Path(here, _text(found[1])))


def _open(about: str) -> Iterator[str]:
    return (_text(place[2]) for place in PLACE.finditer(about))


def _bytes(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))


def _text(hexed: str) -> str:
    return os.fsdecode(_bytes(hexed))
