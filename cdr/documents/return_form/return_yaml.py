"""The return form as text (YAML), for an agency that would rather send its system's own file: every field as a comment, with its codes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from cdr.documents.return_form.return_boxes import SKIPPED, Box, boxes
from cdr.documents.return_form.return_form import ReturnForm
from cdr.written import long_date

WIDTH = 100
ALWAYS = ("response", "completed_by.name", "completed_on")
TAKES = {
    "date": "A date, like 2026-01-09",
    "date_or_date_time": "A date, or a date and a time, like 2026-01-09T05:43",
    "partial_date": "A date, a month or a year, like 2026-01-09, 2026-01 or 2026",
    "number": "A number",
    "lines": 'A list, like ["one", "another"]',
    "choices": "As many as apply, like [one, another], of: ",
    "choice": "One of: ",
}
FIRST = (
    "Child death review: return form {case}, for {agency}",
    "From {organisation}. Please return it by {reply_by}. If anything is unclear, ring {contact}.",
    "",
    "This file says nothing of the child. Lines that begin with ## explain. A line that begins with one # is a field: take away "
    "the # and the space after it, and write the answer behind the colon. Text with a colon or a # in it goes in "
    '"quotation marks". What you do not need stays as it is. Not known is not_known, where it is among the codes.',
    "",
    "For a nil return write nil_return as the response, and fill in only who completed the form, when, and what was searched.",
    "",
    "What you fill in stands here in the open. Send it by the secure way that we agreed with you, not by ordinary mail.",
)


def to_yaml(form: ReturnForm) -> bytes:
    """The template; the same form gives the same bytes. Raises: KeyError, where there is no such type of agency."""
    found = boxes(form.agency_type)
    start = next(n for n, box in enumerate(found) if box.path == SKIPPED and box.kind == "heading")
    own, further = found[:start], found[start + 1 :]
    lines = [*_comments(_first(form), 0), *_own(form)]
    lines += _lines(_tree(own), 0)
    lines += ["", *_comments("Questions for some kinds of death; fill in only what fits.", 0), f"{SKIPPED}:"]
    for box in (box for box in further if box.kind == "heading" and box.depth == 2):
        answers = _tree([part for part in further if part.path.startswith(f"{box.path}.")])[box.path]
        lines += [f"  # - type: {box.path}", "  #   answers:"]
        lines += [f"  # {line}" for line in _without_marks(answers, 4)]
    return ("\n".join(lines) + "\n").encode()


def _first(form: ReturnForm) -> str:
    return "\n".join(FIRST).format(
        case=form.case,
        agency=form.agency_name,
        organisation=form.organisation,
        reply_by=long_date(form.reply_by),
        contact=f"{form.contact_name}, {form.contact_phone}",
    )


def _own(form: ReturnForm) -> list[str]:
    return [
        "",
        f"schema: {form.form}",
        f'case: "{form.case}"',
        f"agency: {form.agency_id}",
        "## The number of this request; leave it as it is.",
        f'request: "{form.nonce}"',
    ]


def _tree(found: list[Box]) -> dict[str, Any]:
    """The boxes by the steps of their paths; of a list's places only the first."""
    tree: dict[str, Any] = {}
    for box in found:
        steps = box.path.split(".")
        if box.kind == "heading" or any(step.isdigit() and step != "0" for step in steps):
            continue
        level = tree
        for step in steps[:-1]:
            level = level.setdefault(step, {})
        level[steps[-1]] = box
    return tree


def _lines(tree: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Groups as they are, fields as comments: a group of which nothing is filled in is no answer."""
    pad = "  " * depth
    for key, node in tree.items():
        if isinstance(node, Box):
            yield from _comments(_told(node), depth)
            yield f"{pad}{key}:" if node.path in ALWAYS else f"{pad}# {key}:"
        elif "0" in node:
            yield from ["", f"{pad}{key}:"] if depth == 0 else [f"{pad}{key}:"]
            yield from (f"{pad}  # {line}" for line in _item(node["0"]))
        else:
            yield from ["", f"{pad}{key}:"] if depth == 0 else [f"{pad}{key}:"]
            yield from _lines(node, depth + 1)


def _without_marks(tree: Mapping[str, Any], depth: int) -> Iterator[str]:
    """The same without its own marks, for a part that is a comment as a whole."""
    pad = " " * depth
    for key, node in tree.items():
        if isinstance(node, Box):
            yield from (f"{pad}## {line}" for line in textwrap.wrap(_told(node), WIDTH - depth))
            yield f"{pad}{key}:"
        elif "0" in node:
            yield f"{pad}{key}:"
            yield from (f"{pad}  {line}" for line in _item(node["0"]))
        else:
            yield f"{pad}{key}:"
            yield from _without_marks(node, depth + 2)


def _item(tree: Mapping[str, Any]) -> Iterator[str]:
    """One item of a list."""
    for number, line in enumerate(_fields_first(tree)):
        yield f"{'- ' if number == 0 else '  '}{line}"


def _fields_first(tree: Mapping[str, Any]) -> list[str]:
    """The lines of an item, the first of them a field: the dash of a list stands before one."""
    told = [line for box in tree.values() for line in textwrap.wrap(_told(box), WIDTH - 8)]
    return [*(f"{key}:" for key in tree), *(f"## {line}" for line in told)]


def _told(box: Box) -> str:
    takes = TAKES.get(box.kind, "") + ", ".join(code for code, _ in box.codes)
    words = box.words if box.words.endswith(("?", ".")) else f"{box.words}."
    return " ".join(part for part in (words, box.only_if, box.help, f"{takes}." if takes else "") if part)


def _comments(text: str, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for paragraph in text.strip("\n").split("\n"):
        for line in textwrap.wrap(paragraph, WIDTH) or [""]:
            yield f"{pad}## {line}".rstrip()
