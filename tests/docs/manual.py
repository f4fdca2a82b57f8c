"""The man pages in packaging/man: one for cdr and one for each command, made from the help texts as docs/commands.md is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent

import click

from cdr import cli, verbs
from cdr.errors import EXIT_CODES
from cdr.terminal.environment import VARIABLES
from docs import test_generated as source


def pages() -> dict[str, str]:
    """Each page by the name of its file."""
    return {"cdr.1": _top(), **{f"cdr-{name}.1": _command(name) for name in verbs.COMMANDS}}


def _top() -> str:
    lines = [
        *_head("cdr", "child death review from a shell"),
        ".SH SYNOPSIS", "\\fBcdr\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR ...",
        ".SH DESCRIPTION", roff(cli.cdr.help or ""), "Each command has a page of its own, such as cdr\\-notify(1).",
        ".SH OPTIONS", *_options(cli.cdr),
        ".SH COMMANDS", *_terms((f"cdr-{name}(1)", text) for name, text in verbs.COMMANDS.items()),
        ".SH ENVIRONMENT", *_terms(VARIABLES),
        ".SH EXIT STATUS", *_terms((str(code), meaning) for code, meaning in EXIT_CODES),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _command(name: str) -> str:
    lines = _head(f"cdr-{name}", verbs.COMMANDS[name].rstrip("."))
    for title, context, found in source.parts(name):
        paragraphs, _ = source.help_and_examples(found)
        usage = found.get_usage(context).removeprefix("Usage: ").split()
        is_inner = title.count(" ") > 1
        lines += [f".SH {title.upper()}"] if is_inner else [".SH SYNOPSIS"]
        lines += [f"\\fB{roff(title)}\\fR {roff(' '.join(usage[title.count(' ') + 1 :]))}"]
        lines += [".PP"] if is_inner else [".SH DESCRIPTION"]
        lines += [line for paragraph in paragraphs for line in _paragraph(paragraph)]
        options = _options(found)
        lines += [] if not options else options if is_inner else [".SH OPTIONS", *options]
    ends = {*source.EVERY, *source.ENDS[name]}
    lines += [".SH EXAMPLES", ".nf", *map(roff, source.examples_of(name)), ".fi"]
    lines += [".SH EXIT STATUS", *_terms((str(code), meaning) for code, meaning in EXIT_CODES if code in ends)]
    return "\n".join([*lines, ".SH SEE ALSO", ".BR cdr (1)"]) + "\n"


def _head(name: str, what: str) -> list[str]:
    return [f'.TH {roff(name.upper())} 1 "" "cdr" "Child death review"', ".SH NAME", f"{roff(name)} \\- {roff(what)}"]


def _paragraph(paragraph: str) -> Iterator[str]:
    if "\b" in paragraph:
        yield from (".PP", ".nf", *map(roff, dedent(paragraph.replace("\b", "")).strip("\n").splitlines()), ".fi")
    else:
        yield from (".PP", roff(" ".join(paragraph.split())))


def _options(found: click.Command) -> list[str]:
    shown = [one for one in found.params if isinstance(one, click.Option) and not one.hidden]
    return list(_terms(one.get_help_record(click.Context(found)) or ("", "") for one in shown))


def _terms(rows: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", f"\\fB{roff(name)}\\fR", roff(" ".join(text.split())))


def roff(text: str) -> str:
    """The text as it stands in a page: nothing in it is a command of the page's own language."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", plain)
