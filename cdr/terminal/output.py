"""How commands speak: results on stdout, talk on stderr, files whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from cdr import disk
from cdr.documents import safe
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage, with_reference

if TYPE_CHECKING:
    from cdr.documents import fitting

STDOUT = "-"
NARROWEST = 40
LARGEST_GIVEN = 64 * 1024 * 1024
KEPT_ON_SCREEN = safe.KEPT + "\n"


def put(text: str) -> None:
    """A result, on stdout; on a terminal no line is longer than it is wide, and none is broken within a word."""
    click.echo(_fitted(text, screen(sys.stdout)))


def put_line(text: str) -> None:
    """A result of one line: a name with a line's end in it makes no second one; a terminal shows it in as many as it needs."""
    put(safe.visible(text))


def put_json(content: Mapping[str, Any]) -> None:
    """A result for a script: one JSON object on stdout, with the cases and meetings that could not be read and so are not in it."""
    left_out = _left_out()
    _answer(indented({**content, **({"left_out": left_out} if left_out else {})}))


def put_rendered(text: str, format_: str) -> None:
    """A result that is rendered already, on stdout; one in `json` as any other that is for a script, indented as they are."""
    if format_ != "json":
        put(text.rstrip("\n"))
    elif _left_out():
        put_json(json.loads(text))
    else:
        _answer(text.rstrip("\n"))


def _left_out() -> list[str]:
    """The cases and meetings that could not be read."""
    context = click.get_current_context(silent=True)
    store = context.obj.opened if context is not None and context.obj is not None else None
    return [] if store is None else [*sorted(store.left_out), *sorted(store.meetings_left_out)]


def _answer(text: str) -> None:
    """One JSON object, after which there is no second."""
    click.echo(safe.escaped(text))
    context = click.get_current_context(silent=True)
    if context is not None and context.obj is not None:
        context.obj.has_answered = True


def deliver(rendered: str | bytes, format_: str, output: str | None, as_json: bool) -> None:
    """A rendered result where it goes: to a file or to stdout; what is asked for with `--json` stands on stdout also beside its file.

    Raises: as `to_file`.
    """
    if output is None or (output == STDOUT and format_ == "json"):
        put_rendered(str(rendered), format_)
    else:
        to_file(output, rendered)
    if as_json and output not in (None, STDOUT):
        put_rendered(str(rendered), "json")


def put_object(content: Mapping[str, Any]) -> None:
    """A JSON object on stdout, as it is."""
    click.echo(safe.escaped(indented(content)))


def indented(content: Mapping[str, Any]) -> str:
    """A JSON object as it stands on stdout and in files."""
    return json.dumps(content, ensure_ascii=False, indent=2)


def say(text: str) -> None:
    """Talk and warnings, on stderr; of a quiet run only where it does not end well. What to type next names the case in place of REF."""
    context = click.get_current_context(silent=True)
    app = context.obj if context is not None else None
    if app is not None and app.about:
        text = with_reference(text, app.about)
    if app is not None and app.quiet:
        app.held_back += text.splitlines()
        return
    click.echo(talk(text), err=True)


def talk(text: str) -> str:
    """Text as stderr shows it: on a terminal no line is longer than that is wide, and none is broken within a word."""
    columns = screen(sys.stderr)
    return _fitted(text, columns)


def speak_up() -> None:
    """Say from now on what a person needs who is asked something, and what was held back so far."""
    context = click.get_current_context(silent=True)
    app = context.obj if context is not None else None
    if app is not None and app.quiet:
        app.quiet = False
        for text in app.held_back:
            say(text)
        app.held_back.clear()


def say_line(text: str) -> None:
    """Talk of one line, whatever the names in it hold."""
    say(safe.visible(text))


def screen(stream: IO[str]) -> int:
    """How many columns the terminal has to which a stream goes; 0 where it goes to a file or a program."""
    return max(NARROWEST, terminal_size().columns) if stream.isatty() else 0


def terminal_size(unknown: tuple[int, int] = (80, 24)) -> os.terminal_size:
    """How many columns and lines there are to write on, by the surroundings or else by the terminal itself."""
    if {"COLUMNS", "LINES"} & os.environ.keys():
        import shutil  # which loads what compresses

        return shutil.get_terminal_size(unknown)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found = os.get_terminal_size(sys.__stdout__.fileno())  # type: ignore[union-attr]
        return os.terminal_size((found.columns or unknown[0], found.lines or unknown[1]))
    return os.terminal_size(unknown)


def visible(text: str) -> str:
    """The text with what could act on a terminal written out; line ends stay."""
    return safe.visible(text, KEPT_ON_SCREEN)


def _fitted(text: str, columns: int) -> str:
    """What can be shown of a text, in lines of so many columns where that is known."""
    if not columns:
        return visible(text)
    from cdr.documents import fitting

    return fitting.lines(visible(text), columns)


def table(rows: Sequence[Sequence[object] | fitting.Run], headers: Sequence[str]) -> str:
    """A plain table; numbers are printed as they are. On a terminal it fits, else every row stands on one line."""
    from cdr.documents import fitting

    return fitting.table(rows, headers, screen(sys.stdout))


def to_fill_in(place: str | Path, data: str | bytes) -> None:
    """A file that somebody fills in, as `to_file`; one that is there and says something else stays: it may be filled in.

    Raises: ConditionsNotMet where it is there; as `to_file`.
    """
    path, raw = Path(place), data.encode() if isinstance(data, str) else data
    if place != STDOUT and path.is_file() and path.read_bytes() not in (raw, b""):
        raise ConditionsNotMet(
            f"{file_name(str(place))} is there already and may be filled in; it was left as it is.",
            [],
            "Give another name, or delete that file first.",
        )
    to_file(place, data)


def to_file(place: str | Path, data: str | bytes) -> None:
    """A result in a place that the user named: a file, whole or not at all; a pipe or a device as it is; "-" is stdout.

    Raises: NotFound (no such folder), WrongUsage (it is a folder, or bytes that are no text go to a terminal), DiskFailed.
    """
    raw = data.encode() if isinstance(data, str) else data
    if isinstance(data, bytes):
        _tell_what_was_replaced(data)
    if place == STDOUT:
        _to_stdout(raw)
        return
    path = Path(place)
    target = path.resolve()  # a link stays a link, and what it leads to is written
    if path.is_dir() or str(place).endswith("/"):
        raise WrongUsage(f"{file_name(str(place))} is a folder.", "Name a file in it.")
    if path.exists() and not path.is_file():
        path.write_bytes(raw)
    elif not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.", "Make it first, or give another place with -o.")
    else:
        disk.sweep_files(target.parent)
        disk.write_whole(target, raw)
    say(f"Written: {file_name(str(place))}")


def _tell_what_was_replaced(data: bytes) -> None:
    from cdr.documents.printed import Printed

    if isinstance(data, Printed) and data.replaced:
        say(f"please check: {data.told()}")


def refuse_two_results(output: str | None, as_json: bool) -> None:
    """Stop where a file and the JSON object would both go to stdout. Raises: WrongUsage."""
    if as_json and output == STDOUT:
        raise WrongUsage("The file and the JSON object cannot both go to stdout.", "Name a file with -o.")


def refuse_terminal() -> None:
    """Stop where what is no text would go to a terminal. Raises: WrongUsage."""
    if sys.stdout.isatty():
        raise WrongUsage(
            "It is no text, and stdout is a terminal.", "Name a file with -o, or send it on: ... -o - | PROGRAM"
        )


def _to_stdout(raw: bytes) -> None:
    """The bytes as they are; on a terminal as text that cannot act on it."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        refuse_terminal()
        text = raw.decode("utf-8", "replace")
    if sys.stdout.isatty():
        put(text.replace("\r\n", "\n").rstrip("\n"))
    elif hasattr(sys.stdout, "buffer"):
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
        sys.stdout.flush()
    else:  # whoever runs cdr within a program has put a text's place there
        sys.stdout.write(text)


def given(file: str) -> bytes:
    """The bytes of a file that the user named, or of standard input (`-`). Raises: NotFound, WrongUsage for a very large one."""
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream:
            raw = stream.read(LARGEST_GIVEN + 1)
    except OSError:
        raise NotFound(
            f"The file {file_name(file)} cannot be read.", "Check its name and that you may read it."
        ) from None
    if len(raw) > LARGEST_GIVEN:
        raise WrongUsage(
            f"{file_name(file)} is larger than {LARGEST_GIVEN >> 20} MB, more than cdr takes in.",
            "Split it, or leave it where it is kept and note the place.",
        )
    return raw


def file_name(file: str) -> str:
    """What cdr calls the file, on one line whatever its name holds."""
    return "standard input" if file == "-" else safe.visible(file)
