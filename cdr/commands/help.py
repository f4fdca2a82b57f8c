"""`cdr help`: the help of a command, or of something that all commands have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from cdr.commands.options import as_json
from cdr.errors import EXIT_CODES, NotFound
from cdr.terminal.environment import VARIABLES
from cdr.terminal.output import put, put_json

WIDTH = 96
DATES = """\
A date goes in as 2026-11-21, 21/11/2026 or "21 November 2026", and comes out as 2026-11-21; letters write it in words.
--on DATE is the day that something happened, today without it; a day still to come is refused.
--as-of DATE, before the command, sets the clock for rehearsals and tests. Keys and signatures are judged by real time all the same.
A year runs from 1 April to 31 March and is written 2025/26."""
OUTPUT = """\
stdout carries the result and nothing else; talk, warnings and progress go to stderr. -q leaves out the talk where all is well, -v says
more. --json gives one JSON object on stdout, also where a command fails; its keys stand in docs/json.md.
-o FILE writes a file, whole or not at all; -o - is stdout. FILE - is standard input wherever a command reads a file.
No name, date of birth or NHS number is ever an argument: it comes from a file, from standard input, or from a question."""
STORE = """\
The store is found by --store DIR, else by CDR_STORE, else it is the nearest folder upwards that holds cdr.yaml. Every case is a folder
of encrypted documents in it, and every change is one signed commit. cdr init makes a store, cdr doctor says whether all is well,
cdr config says what is set and where, and cdr verify checks everything."""
UNDO = """\
A form: cdr edit. A return, a nil return, a waiver: cdr return REF AGENCY --undo. A milestone, a contact: --undo. A question: take-back. A
process: cdr gate REF take-back TYPE. A hold: cdr chase --release. A closed or void case, also one that went over to another:
cdr reopen. A message that was marked as sent, or got lost: cdr outbox again REF. An attached file: cdr attach REF --undo N.
What was recorded before stays in the history: cdr audit REF. The help of each command says how it is taken back."""
TEXTS = {"dates": DATES, "output": OUTPUT, "store": STORE, "undo": UNDO}
TOPICS = {
    "dates": "how dates and years are written",
    "environment": "the variables that cdr looks at",
    "exit-codes": "what each exit code means",
    "output": "stdout, stderr, files and JSON",
    "store": "how the store is found",
    "undo": "how something is taken back",
}


@click.command("help")
@click.argument("words", metavar="[TOPIC]...", nargs=-1)
@as_json
@click.pass_context
def command(context: click.Context, words: tuple[str, ...], as_json: bool) -> None:
    """Show the help of a command, or explain what all commands have in common.

    The topics are dates, environment, exit-codes, output, store and undo. What a rule or a field means says `cdr explain`.

    Examples:

    \b
    cdr help
    cdr help letter
    cdr help panel new
    cdr help exit-codes
    """
    top = context.find_root()
    text = _of(words, top) if words else _overview(top)
    if as_json:
        put_json({"schema": "cdr-help/1", "topic": " ".join(words) or None, "text": text})
    else:
        put(text)


def _overview(top: click.Context) -> str:
    topics = [f"  {name:<13} {what}" for name, what in TOPICS.items()]
    return "\n".join([top.command.get_help(top), "", "Topics of cdr help:", *topics])


def _of(words: Sequence[str], top: click.Context) -> str:
    """The help of what some words name. Raises: NotFound."""
    topic = "-".join(words).casefold()
    if topic in TEXTS:
        return TEXTS[topic]
    if topic == "environment":
        return "\n".join(_two_columns(VARIABLES))
    if topic == "exit-codes":
        return "\n".join(_two_columns([(str(code), meaning) for code, meaning in EXIT_CODES]))
    return _of_command(words, top)


def _two_columns(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    import textwrap

    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        yield from textwrap.wrap(text, WIDTH, initial_indent=f"{name:<{width}}  ", subsequent_indent=" " * (width + 2))


def _of_command(words: Sequence[str], top: click.Context) -> str:
    found: click.Command | None = top.command
    context = top
    for word in words:
        found = found.get_command(context, word) if isinstance(found, click.Group) else None
        if found is None:
            raise NotFound(
                "There is no command and no topic of that name.",
                f"Topics: {', '.join(TOPICS)}. All commands: cdr help",
            )
        context = click.Context(found, info_name=word, parent=context, max_content_width=WIDTH)
    return context.command.get_help(context)
