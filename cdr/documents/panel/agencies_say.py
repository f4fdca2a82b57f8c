"""What agencies answered, for the panel: each full return without names, and which agencies hold nothing of the child.

Protocol section 4: the panel reads the returns, anonymised as far as possible. When things happened stands in the timeline, made from the same returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.documents.panel.paper import Heading, Part, Said, Text
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.rulebook.form_b import FULL
from cdr.domain.rulebook.validation import text_at
from cdr.forms import migrations
from cdr.forms.described import described

Body = Mapping[str, Any]

FORM_B = "form-b"
# Who answered and who the child is, what stands in the timeline, and what the team alone needs.
NOT_READ = frozenset(
    (
        *("schema", "case", "agency", "agency_type", "response", "request", "requested_on", "completed_by", "completed_on"),
        *("records_searched", "nil_return_checked", "identifying", "contact", "timeline", "unanswered"),
    )
)  # fmt: skip


def returns_parts(returns: Sequence[tuple[str, Body]], anonymiser: Anonymiser) -> Iterator[Part]:
    """The parts of a case's full returns, each under its agency as the timeline calls it."""
    nothing_more = []
    for agency, body in returns:
        rows = tuple(_rows(body, anonymiser)) if text_at(body, "response") == FULL else ()
        if rows:
            yield Heading(agency, 3)
            yield Said(rows)
        else:
            nothing_more.append(agency)
    if nothing_more:
        yield Text(f"Nothing but what stands in the timeline: {', '.join(nothing_more)}.", quiet=True)


def _rows(body: Body, anonymiser: Anonymiser) -> Iterator[tuple[int, str, str]]:
    answers = {key: value for key, value in body.items() if key not in NOT_READ}
    return described(migrations.current(FORM_B), answers, anonymiser.text)
