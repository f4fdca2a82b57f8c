"""A question to another area's panel: what ours could not agree on, and what of the case is needed to answer it; without names.

What our panel leans to is not in it: a second opinion is one that was made without the first. Protocol section 2 (during the review).
"""

from __future__ import annotations

from datetime import date

from cdr.documents.panel.brief import CasePapers, child_facts, summary_of, timeline_parts
from cdr.documents.panel.paper import Bullets, Facts, Heading, Paper, Part, Text, reading_minutes
from cdr.documents.timeline.timeline_rows import FOR_READERS, PURPOSE
from cdr.written import counted, long_date

ASKED = (
    "What you think, and why; what speaks against it.",
    "What you would need to know to be surer.",
    "Please delete this paper when you have answered.",
)


def second_opinion(papers: CasePapers, question: str, sender: str, to: str, back_to: str, on: date) -> Paper:
    """The paper for one question, from a panel to another; `back_to` is where the answer goes, `papers.number` the question's number."""
    read = papers.anonymiser.text
    matter: list[Part] = [Heading("What we ask"), Text(read(question))]
    matter += [Heading("The child"), Facts(tuple((name, text) for name, text in child_facts(papers) if text))]
    if summary := summary_of(papers):
        matter += [Heading("What happened", 3), Text(summary)]
    matter += timeline_parts(papers)
    minutes = reading_minutes(matter)
    first = Facts(
        (
            ("To", f"The child death overview panel of {to}"),
            ("From", f"The child death overview panel of {sender}, {long_date(on)}"),
            ("Reading time", f"about {counted(minutes, 'minute')}"),
            ("Your answer to", back_to),
        )
    )
    parts = (first, Text(FOR_READERS, quiet=True), Heading("What helps us"), Bullets(ASKED), *matter)
    return Paper(
        "A question to another panel",
        f"{sender}: question {papers.number} in {papers.reference}",
        PURPOSE,
        parts,
        mark=f"The panel of {to}",
        minutes=minutes,
    )
