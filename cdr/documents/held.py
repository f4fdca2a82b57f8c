"""What is held about one person, as a working paper: text, by case, document and revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from cdr.documents.safe import visible
from cdr.domain.case.held import Passage

HEAD = """What is held about one person

Made on {on}. This is a working paper for the team, and nothing to be handed out as it is.

“(perhaps)” stands by a field that has the name in part, or spelt otherwise: it may be about somebody else.

[OTHER: ...] marks a name of somebody else whom the documents name, or a number that was not asked for. The marks are a help: a nickname, a name that is
spelt otherwise or an event that points to somebody is not marked. Somebody reads every line, decides with the data protection officer what is
taken out, and deletes this file afterwards. What is handed over of a case is recorded with: cdr disclose
"""


def to_text(passages: Sequence[Passage], on: date, not_opened: int, attachments: int) -> bytes:
    """The paper; the same passages give the same bytes."""
    return (
        "\n".join([HEAD.format(on=on.isoformat()), *_lines(passages), *_left(not_opened, attachments)]) + "\n"
    ).encode()


def _lines(passages: Sequence[Passage]) -> Iterator[str]:
    for case, of_case in groupby(passages, key=lambda one: one.case):
        yield f"\n{'Case ' + case if case else 'Of no case'}"
        for (document, revision, current), said in groupby(
            of_case, key=lambda one: (one.document, one.revision, one.is_current)
        ):
            yield f"\n  {document}, revision {revision}{'' if current else ' (an earlier one)'}"
            for one in said:
                said_how = "" if one.is_exact else " (perhaps)"
                yield from (f"    {one.field}{said_how}: {visible(line)}" for line in one.text.splitlines() or [""])
    if not passages:
        yield "No document holds that, today or in an earlier revision."


def _left(not_opened: int, attachments: int) -> Iterator[str]:
    if attachments:
        yield f"\nNot looked into: {attachments} attached files, letters among them. Somebody has to read them."
    if not_opened:
        yield f"\nNot opened: {not_opened} revisions that were encrypted before the key that asked was a member's."
