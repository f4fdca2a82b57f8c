"""The people of a family, and a letter's text, as the tests of letters use them."""

from __future__ import annotations

from typing import Any

from letter_examples import (
    changed,
    form_a,
    letter_for,
)

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import wording


def person(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Ms Ada Testcase",
        "relationship": "mother",
        "parental_responsibility": "yes",
        "lives_with_child": "yes",
        "address": ["1 Sample Road", "NR1 1AA"],
        **changes,
    }


def family(*people: dict[str, Any]) -> dict[str, Any]:
    return changed(form_a("sudi"), family__parents=list(people))


def text_of(body: dict[str, Any], **how: Any) -> str:
    return document.as_text(letter_for(body, **how), wording("condolence"))


def flat(text: str) -> str:
    return " ".join(text.split())
