"""Asking for a form field by field on a terminal: what a field is for on `?`, back on `<`, and the whole form at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import click

from cdr.commands.output import say
from cdr.errors import Problem
from cdr.store import codec, schema
from cdr.store.fields import Field, fields

BACK, HELP = "<", "?"


class _Back(Exception):
    """The person wants the question before this one again."""


def is_attended() -> bool:
    """Whether a person sits at a terminal who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def interview(form: str, problems: Callable[[bytes], Sequence[Problem]]) -> bytes:
    """The form as YAML, as a person gave it and confirmed it; `problems` says what is wrong with it as a whole.

    Raises: click.Abort when it is given up, after which nothing is kept.
    """
    name = schema.current(form)
    say("One question after another; Enter leaves out what is not needed, ? explains, < goes back, Ctrl-C gives up.")
    answers = _group(fields(name), first=True)
    while True:
        raw = codec.dump({"schema": name, **answers})
        say("\n" + raw.decode("utf-8"))
        wrong = problems(raw)
        if not wrong and click.confirm("Is all of this right", err=True):
            return raw
        for problem in wrong:
            say(problem.text("the form"))
        field = click.prompt(
            "Which field is to be changed (as child.sex; Enter: give up)", default="", show_default=False, err=True
        )
        if not field:
            raise click.Abort
        _ask_again(fields(name), answers, field)


def _group(asked: list[Field], first: bool = False) -> dict[str, Any]:
    """The answers to a group of fields; going back from its first question leaves the group."""
    answers: dict[str, Any] = {}
    position = 0
    while position < len(asked):
        field = asked[position]
        try:
            value = _value(field)
        except _Back:
            if position == 0 and not first:
                raise
            position = max(0, position - 1)
            continue
        answers.pop(field.key, None)
        if value not in (None, {}, []):
            answers[field.key] = value
        position += 1
    return answers


def _value(field: Field) -> Any:
    if field.kind == "list":
        return list(_several(field))
    if field.kind == "text":
        return _answer(field)
    if not field.required and not _wanted(field):
        return None
    say(f"\n{field.title}")
    return _group(field.fields())


def _several(field: Field) -> Iterator[Any]:
    """The items of a list: groups as long as another is wanted, single answers until one is left out."""
    item = field.item()
    if item.kind != "group":
        yield from _lines(field, item)
        return
    count = 0
    while (field.required and count == 0) or _wanted(field, another=count > 0):
        say(f"\n{field.title}")
        value = _group(item.fields())
        count += 1
        if value:
            yield value


def _lines(field: Field, item: Field) -> Iterator[Any]:
    count = 0
    while True:
        needed = field.required and count == 0
        value = _answer(
            replace(
                item,
                title=f"{field.title}, {'one at a time' if count == 0 else 'next (Enter ends)'}",
                help=field.help,
                required=needed,
            )
        )
        if value is None:
            return
        count += 1
        yield value


def _wanted(field: Field, another: bool = False) -> bool:
    while True:
        word = "Another" if another else "Give"
        answer = (
            click.prompt(f"{word}: {field.title} (y/n)", default="n", show_default=True, err=True).strip().casefold()
        )
        if answer == HELP:
            say(field.help)
        elif answer == BACK:
            raise _Back
        elif answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")


def _answer(field: Field) -> Any:
    """One answer, asked until it is right; None where it is left out."""
    while True:
        words = f"{field.title}{' (needed)' if field.required else ''}"
        answer = click.prompt(words, default="", show_default=False, err=True).strip()
        if answer == HELP:
            say(field.help)
            say("\n".join(f"  {code}: {label}" for code, label in field.codes))
        elif answer == BACK:
            raise _Back
        elif not answer and not field.required:
            return None
        else:
            wrong = field.wrong(answer)
            if not wrong:
                return field.value(answer)
            say(f"  {wrong}")


def _ask_again(asked: list[Field], answers: dict[str, Any], path: str) -> None:
    """Ask for one field again and put the answer in its place."""
    key, _, rest = path.partition(".")
    field = next((field for field in asked if field.key == key), None)
    if field is None:
        say("There is no such field.")
    elif rest and field.kind == "group":
        _ask_again(field.fields(), answers.setdefault(key, {}), rest)
    else:
        with suppress(_Back):
            value = _value(field)
            answers.pop(key, None)
            if value not in (None, {}, []):
                answers[key] = value
