"""Letters of each kind, and their words, as the tests of the kinds read them."""

from __future__ import annotations

from typing import Any

import pypdfium2
from letter_examples import (
    AGES,
    ON,
    ORGANISATIONS,
    REFERENCE,
    configuration,
    from_case,
    rules,
)  # fmt: skip

from cdr.domain.letters import (
    letter_kinds,
    letters,
    support,
)
from cdr.domain.letters.letters import Letter, Recipient

RULES = letter_kinds.LetterRules.from_rules(rules("letters"))
LEARNED = ("The advice was given once. Now it will be given twice.",)
WAITS = ("the coroner to finish",)


def letter_of(kind: str, body: dict[str, Any], recipient: Recipient | None = None, **how: Any) -> Letter:
    by_chair = RULES.kinds[kind].signed_by == "chair"
    case = from_case(body, learning=LEARNED, waits=WAITS, views_shared=True)
    return letters.compose(
        body, configuration(), recipient or letters.recipients(body)[0], ON, support.choose(body, ORGANISATIONS, AGES), AGES,
        draft=False, reference=REFERENCE, case=case, signed_by_chair=by_chair, **how,
    )  # fmt: skip


def pages(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    found = [page.get_textpage().get_text_range() for page in opened]
    opened.close()
    return found
