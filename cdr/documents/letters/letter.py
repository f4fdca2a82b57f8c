"""A letter as plain text and as a tagged PDF, from the same wording."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import Any

from cdr import resources
from cdr.documents.letters.wording import Block, blocks, fill_in
from cdr.documents.pdf import make_pdf
from cdr.documents.printed import MOST_NAMED, Printed, code, lacking
from cdr.domain.letters.colleague_letters import ColleagueLetter
from cdr.domain.letters.letters import Letter
from cdr.domain.letters.professional_letters import ProfessionalLetter
from cdr.errors import ConditionsNotMet
from cdr.records import asdict, names_of

AnyLetter = Letter | ProfessionalLetter | ColleagueLetter
WIDTH = 78
SENTENCES = ("learning", "asked_for", "waits", "recommendation", "answers", "words")
DRAFT_MARK = "DRAFT – not to be sent"


def filled(letter: AnyLetter, wording: str) -> list[Block]:
    """The wording's blocks with this letter's fields in place.

    Raises: WrongConfiguration.
    """
    values = {name: getattr(letter, name) for name in names_of(type(letter))}
    values |= values.pop("known", {})  # of a letter to a colleague: what this one may know, and no other field
    return blocks(fill_in(wording, values, "the wording of the letter"))


def as_text(letter: AnyLetter, wording: str) -> str:
    """The whole letter as text, no line longer than 78 characters unless one word is.

    Raises: WrongConfiguration.
    """
    head = [
        *([DRAFT_MARK, ""] if letter.draft else []),
        letter.organisation,
        *letter.organisation_address,
        "",
        *([*address, ""] if (address := _address(letter)) else []),
        letter.date,
        *([f"Our reference: {letter.reference}"] if letter.reference else []),
    ]
    body = [part for block in filled(letter, wording) if (part := _as_text(block)) is not None]
    return "\n\n".join(["\n".join(head), *body]) + "\n"


def _address(letter: AnyLetter) -> list[str]:
    """Whom it is for, as the window of the envelope shows it; a statement that someone signs goes in none."""
    return [letter.recipient.name, *letter.recipient.address_lines] if letter.salutation else []


def _as_text(block: Block) -> str | None:
    if block.kind == "page":
        return None
    if block.kind == "sign":
        return "\n"
    mark = "- " if block.kind == "item" else ""
    indent = " " * len(mark)
    return "\n".join(_wrapped(line, indent if number else mark, indent) for number, line in enumerate(block.texts))


def _wrapped(line: str, before: str, indent: str) -> str:
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=before, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.fill(line)


def as_pdf(letter: AnyLetter, wording: str) -> Printed:
    """The letter as PDF/UA-1, A4, its address in an envelope's window (DL or C5); the same letter gives the same bytes.

    Raises: WrongConfiguration; ConditionsNotMet where the fonts lack a letter of a name: a name is never misprinted.
    """
    missing = lacking(_names(letter))
    if missing:
        raise ConditionsNotMet(
            "The PDF cannot be made.",
            [
                f"A name or an address of letter {letter.recipient.number} has a letter that the fonts of cdr lack "
                f"({', '.join(map(code, missing[:MOST_NAMED]))}); "
                "they have those of the Latin, Greek, Cyrillic, Arabic, Hebrew and Devanagari scripts."
            ],
            "Make it as a Word document with --format docx, or as text, and print it from a word processor; --to NUMBER makes each of the others.",
        )
    return make_pdf(_layout(), content(letter, wording), letter.on)


def _names(letter: AnyLetter) -> dict[str, Any]:
    """Everything in a letter that names somebody or says where they are: all but the sentences that a person wrote for it."""
    return {key: value for key, value in asdict(letter).items() if key not in SENTENCES}


def _layout() -> bytes:
    return resources.read_bytes("templates", "letters", "letter.typ")


def content(letter: AnyLetter, wording: str) -> dict[str, Any]:
    """What a layout draws: the head's lines and `blocks`, each `{kind, lines}` or `{kind: list, items}` of runs of text.

    Raises: WrongConfiguration.
    """
    return {
        "title": f"A letter from {letter.organisation}, {letter.date}",
        "organisation": letter.organisation,
        "organisation_address": list(letter.organisation_address),
        "address": _address(letter),
        "date": letter.date,
        "year": letter.on.year,
        "month": letter.on.month,
        "day": letter.on.day,
        "reference": letter.reference,
        "draft": letter.draft,
        "large": letter.large_print,
        "blocks": _grouped(filled(letter, wording)),
    }


def _grouped(found: list[Block]) -> list[dict[str, Any]]:
    """The blocks for the layout, items that follow each other being one list."""
    data: list[dict[str, Any]] = []
    for kind, run in groupby(found, key=lambda block: block.kind):
        if kind == "item":
            data.append({"kind": "list", "items": [_parts(block) for block in run]})
        else:
            data.extend({"kind": kind, "lines": _parts(block)} for block in run)
    return data


def _parts(block: Block) -> list[list[dict[str, Any]]]:
    """Each line as runs of plain and bold text."""
    return [[asdict(run) for run in line] for line in block.lines]
