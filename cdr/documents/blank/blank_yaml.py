"""An empty form as text (YAML): every field with what it means and takes; what is needed stands open, all else as a comment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from cdr.forms import migrations
from cdr.forms.fields import Field, fields

WIDTH = 110
TITLES = {
    "form-a": "Form A: notification of a death",
    "form-b": "Form B: an agency's return",
    "form-c": "Form C: the panel's analysis",
}
FIRST = (
    "{title}. Fill it in, and give it to cdr with --from FILE.",
    "",
    "Lines that begin with ## explain. A line that begins with one # is a field that may be left out: take away the # and the space after it, "
    "and write the answer behind the colon. A field without a # is needed. Text with a colon or a # in it goes in \"quotation marks\". "
    "Not known is not_known, where that is among the codes; what you do not know otherwise, you leave out.",
    "",
    "What you fill in stands here in the open: keep the file where only you can read it, and delete it once it is recorded.",
)  # fmt: skip


def to_yaml(form: str) -> bytes:
    """The empty form `form-a`, `form-b` or `form-c`, in its newest version."""
    name = migrations.current(form)
    lines = [*_comments("\n".join(FIRST).format(title=TITLES[form]), 0), "", f"schema: {name}"]
    for field in fields(name):
        lines += ["", *_field(field, 0, field.required)]
    return ("\n".join(lines) + "\n").encode()


def _field(field: Field, depth: int, is_open: bool) -> Iterator[str]:
    """A field's lines; `is_open` where it, and all that it stands in, is needed."""
    pad, mark = "  " * depth, "" if is_open else "# "
    yield from _comments(_told(field), depth)
    if field.kind == "group":
        yield f"{pad}{field.key}:"
        for part in field.fields():
            yield from _field(part, depth + 1, is_open and part.required)
    elif field.kind == "list" and field.item().kind == "group":
        yield f"{pad}{mark}{field.key}:"
        yield from (f"{pad}# {line}" for line in _item(field.item()))
    else:
        yield f"{pad}{mark}{field.key}:{' []' if field.kind == 'list' else ''}"


def _item(group: Field) -> Iterator[str]:
    """One item of a list, as it is written when the comment signs are taken away."""
    for number, part in enumerate(group.fields()):
        yield from (f"    ## {line}" for line in textwrap.wrap(_told(part), WIDTH - 6))
        yield f"  {'- ' if number == 0 else '  '}{part.key}:"


def _told(field: Field) -> str:
    item = field.item() if field.kind == "list" else field
    codes = ", ".join(code for code, _ in item.codes)
    takes = "" if item.kind == "group" else f"Takes {field.takes}{f': {codes}' if codes else ''}."
    needed = "Needed." if field.required else ""
    title = field.title if field.title.endswith(("?", ".")) else f"{field.title}."
    return " ".join(part for part in (title, field.help, takes, needed) if part)


def _comments(text: str, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for paragraph in text.split("\n"):
        for line in textwrap.wrap(paragraph, WIDTH) or [""]:
            yield f"{pad}## {line}".rstrip()
