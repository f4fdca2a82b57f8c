"""Where the files that ship with cdr are: schemas, code lists, templates and rules."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from operator import attrgetter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
# What nothing that is kept is worked out by: these say things and ask things, and no room below them loads them.
SAYS_AND_ASKS = frozenset({"__pycache__", "commands", "terminal", "documents", "mail", "demo", "out"})


@cache
def folder(name: str) -> Path:
    """The folder `schemas` or `templates`, in the wheel or in the checkout, or `rules` or `gitdir` in the package itself."""
    if name in ("rules", "gitdir"):
        return PACKAGE / name
    packaged = PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def read_bytes(*parts: str) -> bytes:
    """The bytes of one shipped file: `read_bytes("schemas", "form-a-1.json")`."""
    return Path(folder(parts[0]), *parts[1:]).read_bytes()


@cache
def edition() -> bytes:
    """What tells this program, as it lies on this machine, from any other: names, sizes and times of its rules, schemas and modules.

    Without the modules of `SAYS_AND_ASKS`. What was worked out by it and kept is known by this, so that no change of the program can
    leave an old answer.
    """
    return _as_they_lie(sys.version, [str(PACKAGE), str(folder("schemas"))])


@cache
def edition_of_documents() -> bytes:
    """The same with the modules and layouts of what goes out and with those of the commands, for what is worked out by these and kept."""
    written_by = [PACKAGE / "documents", PACKAGE / "commands", PACKAGE / "terminal", folder("templates")]
    return _as_they_lie(edition().hex(), [*map(str, written_by)])


def _as_they_lie(first: str, folders: list[str]) -> bytes:
    names, numbers, waiting = [first], list[int](), folders
    while waiting:
        folder = waiting.pop()
        names.append(folder)
        for one in sorted(os.scandir(folder), key=attrgetter("name")):
            if one.is_dir():
                if one.name not in SAYS_AND_ASKS:
                    waiting.append(one.path)
            else:
                about = one.stat()
                names.append(one.name)
                numbers += about.st_size, about.st_mtime_ns
    told = "\0".join([*names, str(numbers)])  # at once: put together file by file, it takes half as long again
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).digest()


def names(*parts: str) -> list[str]:
    """The sorted file names in one shipped folder."""
    return sorted(one.name for one in os.scandir(Path(folder(parts[0]), *parts[1:])))
