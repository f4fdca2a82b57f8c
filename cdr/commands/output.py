"""How commands speak: results on stdout, talk on stderr, files whole or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cdr import disk
from cdr.documents import safe
from cdr.documents.printed import Printed
from cdr.errors import NotFound, WrongUsage

KEPT_ON_SCREEN = safe.KEPT + "\n"


def put(text: str) -> None:
    """A result, on stdout."""
    click.echo(visible(text))


def put_json(content: Mapping[str, Any]) -> None:
    """A result for a script: one JSON object on stdout, with the cases that could not be read and so are not in it."""
    text = json.dumps({**content, **_left_out()}, ensure_ascii=False, indent=2)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))  # a file's name may not be text


def _left_out() -> dict[str, list[str]]:
    context = click.get_current_context(silent=True)
    store = vars(context.obj).get("store") if context is not None and context.obj is not None else None
    return {"left_out": sorted(store.left_out)} if store is not None and store.left_out else {}


def say(text: str) -> None:
    """Talk and warnings, on stderr."""
    click.echo(visible(text), err=True)


def visible(text: str) -> str:
    """The text with what could act on a terminal written out; line ends stay."""
    return safe.visible(text, KEPT_ON_SCREEN)


def table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """A plain table for a terminal; numbers are printed as they are."""
    from tabulate import tabulate

    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)


def to_file(path: Path, data: str | bytes) -> None:
    """A result in a place that the user named: a file, whole or not at all; a pipe or a device as it is; `-` is stdout.

    Raises: NotFound (no such folder), WrongUsage (it is a folder), DiskFailed.
    """
    raw = data.encode() if isinstance(data, str) else data
    target = path.resolve()  # a link stays a link, and what it leads to is written
    if isinstance(data, Printed) and data.replaced:
        say(f"please check: {data.told()}")
    if str(path) == "-":
        sys.stdout.buffer.write(raw)
        return
    if target.is_dir():
        raise WrongUsage(f"{file_name(str(path))} is a folder.", "Name a file in it.")
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.", "Make it first, or give another place with -o.")
    if target.exists() and not target.is_file():
        target.write_bytes(raw)
    else:
        disk.write_whole(target, raw)
    say(f"Written: {file_name(str(path))}")


def given(file: str) -> bytes:
    """The bytes of a file that the user named, or of standard input (`-`). Raises: NotFound."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError:
        raise NotFound(
            f"The file {file_name(file)} cannot be read.", "Check its name and that you may read it."
        ) from None


def file_name(file: str) -> str:
    """What cdr calls the file, on one line whatever its name holds."""
    return "standard input" if file == "-" else safe.visible(file)
