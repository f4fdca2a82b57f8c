"""Whom somebody spoke to, or who answers: the words that an option may say, and nothing about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.app import App
from cdr.errors import NotFound
from cdr.forms.codelists import code_list

FAMILY = ("family", "mother", "father")
KEY_WORKER = "key_worker"


def party(app: App, form_a: Mapping[str, Any], who: str) -> str:
    """An agency's or a panel member's id, the role of somebody who is told of a death, or one of the family. Raises: NotFound."""
    word = who.strip().casefold().replace(" ", "_")
    known = {agency.id for agency in app.configuration.agencies} | set(app.configuration.people)
    for given in (word, word.replace("_", "-")):
        if given in known:
            return given
    code = word.replace("-", "_")
    if code == KEY_WORKER or code in code_list("informed_party"):
        return code
    return of_family(form_a, who, "an agency of cdr.yaml, key_worker, coroner, gp, police ...")


def of_family(form_a: Mapping[str, Any], who: str, others: str = "") -> str:
    """One of the family: `family`, `mother`, `father`, or a number as `letter --to` has it. Raises: NotFound."""
    from cdr.domain.letters.letters import people_of

    word, count = who.strip().casefold(), len(people_of(form_a))
    if word in FAMILY or (word.isdecimal() and 1 <= int(word) <= count):
        return word
    numbers = f", or a number from 1 to {count}" if count else ""
    raise NotFound(
        "Nobody is known by that word here.",
        f"Say family, mother, father{numbers}{f'; or {others}' if others else ''}.",
    )


def whose_letter(form_a: Mapping[str, Any], who: str) -> str:
    """Why what one of the family asks would be answered in nobody's letter, and what to do; empty where it is plain whose it is."""
    from cdr.domain.letters.people_written_to import WHOLE_FAMILY, meant_by, people_of

    meant = sorted(meant_by(who, people_of(form_a)))
    if who in WHOLE_FAMILY or len(meant) == 1:
        return ""
    if not meant:
        return f"Form A names no {who} who has letters, so the answer would stand in nobody's. Add them: cdr edit REF form-a"
    return f"{len(meant)} people are the {who}, and what one asks is not the other's to read. Record it with --by {' or '.join(map(str, meant))}"
