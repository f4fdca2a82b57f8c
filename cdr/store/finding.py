"""Where a store is: the folder that was named, or the nearest upwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cdr.errors import NotFound
from cdr.store import layout


def find(given: str | None, here: Callable[[], Path]) -> Path:
    """The store's folder: the one given, else the nearest upwards from `here` that holds cdr.yaml. Raises: NotFound."""
    if given:
        with suppress(RuntimeError):  # nobody is called so: then there is no such folder
            given = str(Path(given).expanduser())
        folder = Path(given)
        if not any((folder / name).exists() for name in (".git", layout.CONFIGURATION)):
            raise NotFound(f"There is no store in {folder}.", "Make one with: cdr init")
        return _as_named(folder, here)
    start = _as_named(Path(), here)
    for folder in (start, *start.parents):
        if (folder / layout.CONFIGURATION).is_file():
            return folder
    raise NotFound("There is no store here.", "Go to its folder, give it with --store DIR, or make one with: cdr init")


def _as_named(folder: Path, here: Callable[[], Path]) -> Path:
    """A folder's whole name with the links in it, as the shell shows it: what was seen under a name is remembered by that too."""
    if not folder.is_absolute():
        start = here()
        shown = Path(os.environ.get("PWD") or start)
        with suppress(OSError):
            start = shown if shown.is_absolute() and shown.samefile(start) else start
        folder = start / folder
    return folder.resolve() if ".." in folder.parts else folder
