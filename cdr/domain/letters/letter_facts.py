"""What is so of a case on the day of a letter: what a kind of letter needs, what forbids it, and what its sentences follow.

The names of the facts, which kind needs or forbids which, and the sentence for each stand in `rules/letters.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.requests import RETURNED, outstanding, requests_of
from cdr.domain.case import processes
from cdr.domain.case.family_questions import open_questions, questions_of
from cdr.domain.case.gates import CLOSED, OPEN, gates_of
from cdr.domain.case.milestones import milestones_of
from cdr.domain.case.review import open_gates, settled_on
from cdr.domain.letters.letter_gate import one_line
from cdr.domain.rulebook.form_c import DOMAINS, RATIFIED
from cdr.domain.rulebook.validation import date_at, items_at, text_at

if TYPE_CHECKING:
    from cdr.domain.letters.letter_kinds import Kind, LetterRules

REVIEW_MEETINGS = ("cdrm", "final_case_discussion")  # a joint agency response ends in the meeting that is the review's
VIEWS, PANEL_DATE, LETTER_SENT = "family_views", "panel_date", "letter_sent"
TOLD, HELD, APART, OVER = (
    "told",
    "open",
    "apart",
    "over",
)  # the coroner's part, from hearing of the death to the inquest's end
RETURNS = "returns"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """A question of the family with its answer, or with why it cannot be known; `asked_by` is empty where nobody said who asked."""

    question: str
    answer: str
    asked_by: str = ""

    def is_for(self, relationship: str, number: int) -> bool:
        """Whether it is this person's: what one parent asked is nobody else's to read."""
        return self.asked_by in ("", "family", relationship, str(number))


@dataclass(frozen=True)
class Standing:
    """How a case stands on one day: the facts that are so, each with the day of it in ISO or empty.

    `inquest` is `told` (the coroner knows), `open`, `apart` (open, and the review does not wait for it), `over`, or empty; `papers` is
    `asked` or `in` where agencies were asked what they know, or empty; `late` is whether this would be the first letter, and long after the death.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    inquest: str = ""
    papers: str = ""
    late: bool = False
    criminal: bool = False
    views_shared: bool = False
    learning: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()

    def __contains__(self, fact: str) -> bool:
        return fact in self.facts


def standing(form_a: Body, case: Body, requests: Body, analysis: Body | None, on: date, rules: LetterRules) -> Standing:
    """How a case stands on the day on which a letter would go, from its documents."""
    died = date_at(form_a, "death.date")
    return Standing(
        facts=dict(_facts(case, requests, analysis or {}, on)),
        inquest=_inquest(form_a, case),
        papers=_papers(requests),
        late=died is not None and (on - died).days > rules.late_after and not _has_written(case),
        criminal=processes.is_live(case, [processes.CRIMINAL]),
        views_shared=text_at(analysis, "family.views_considered") == "yes",
        learning=for_family(analysis),
        waits=waits(case, requests, rules),
        answers=tuple(
            Answered(one_line(one.text), one_line(one.answer), one.asked_by)
            for one in questions_of(case).values()
            if one.answer
        ),
    )


def unmet(kind: Kind, so: Standing, rules: LetterRules) -> list[str]:
    """Why a final letter of this kind would say what is not so: a sentence for each fact that is missing or in the way."""
    missing = [rules.facts[fact].missing for fact in kind.needs if fact not in so]
    in_the_way = [rules.facts[fact].in_the_way.format(day=so.facts[fact]) for fact in kind.forbids if fact in so]
    return [*missing, *in_the_way]


def _facts(case: Body, requests: Body, analysis: Body, on: date) -> Iterator[tuple[str, str]]:
    settled, closures = settled_on(case), items_at(case, "closures")
    met = [one.on for one in milestones_of(case) if one.kind in REVIEW_MEETINGS]
    met += [day] if (day := date_at(analysis, "cdrm.date")) else []
    planned = [one.on for one in milestones_of(case) if one.kind == PANEL_DATE]
    held = [day for day in met if day <= on]
    if text_at(case, "status") == "closed":
        yield "closed", text_at(closures[-1][1], "on") if closures else ""
    if settled:
        yield "reviewed", settled
    if text_at(analysis, "stage") == RATIFIED:
        yield "ratified", ""
    if held:
        yield "review_meeting_held", max(held).isoformat()
    if planned and max(planned) < on and not settled:
        yield "panel_day_past", max(planned).isoformat()
    if open_gates(case) or outstanding(requests):
        yield "waits", ""
    if text_at(analysis, "family.views_considered") == "yes" or any(one.kind == VIEWS for one in milestones_of(case)):
        yield "views_recorded", ""
    if for_family(analysis) or found_nothing(analysis):
        yield "words_for_family", ""
    if text_at(analysis, "family.feedback_requested") == "no":
        yield "feedback_refused", ""
    if asked := open_questions(case):
        yield "questions_open", ", ".join(map(str, asked))


def _inquest(form_a: Body, case: Body) -> str:
    """The coroner's part as it stands: the case's own list of processes, and before it what the notification said."""
    states = [gate.status for gate in gates_of(case) if gate.type == processes.INQUEST]
    if OPEN in states:
        return HELD
    if states:
        return OVER if states[-1] == CLOSED else APART
    said = [
        text_at(item, "status")
        for _, item in items_at(form_a, "other_investigations")
        if text_at(item, "type") == processes.INQUEST
    ]
    if OPEN in said or CLOSED in said:
        return HELD if OPEN in said else OVER
    return TOLD if processes.coroner_knows(form_a, case) else ""


def _papers(requests: Body) -> str:
    asked = requests_of(requests)
    if not asked:
        return ""
    is_in = not outstanding(requests) and any(request.status == RETURNED for request in asked)
    return "in" if is_in else "asked"


def _has_written(case: Body) -> bool:
    """Whether a letter to the family was made final, or sent otherwise, before."""
    final = any(
        letter.get("status") == "final" and letter.get("kind") != "action" for _, letter in items_at(case, "letters")
    )
    return final or any(one.kind == LETTER_SENT for one in milestones_of(case))


def waits(case: Body, requests: Body, rules: LetterRules) -> tuple[str, ...]:
    """What a review waits for in plain words, each once; empty where nothing holds it up."""
    kinds = [*open_gates(case), *([RETURNS] if outstanding(requests) else [])]
    return tuple(dict.fromkeys(rules.waits.get(kind, rules.waits["other"]) for kind in kinds))


def for_family(analysis: Body | None) -> tuple[str, ...]:
    """What the panel chose to tell the family that it learned or asks for, in the plain words of Form C."""
    items = [item for path in ("learning_points", "recommendations") for _, item in items_at(analysis or {}, path)]
    return tuple(" ".join(text.split()) for text in (text_at(item, "for_family") for item in items) if text)


def found_nothing(analysis: Body | None) -> bool:
    """Whether the panel looked and found nothing that could be otherwise: no learning, no recommendation, no modifiable factor.

    An answer that nobody gave, or that there was not enough to know, is not a no.
    """
    form_c = analysis or {}
    lists = (*(f"domains.{letter}.factors" for letter in DOMAINS), "factors")
    factors = [item for path in lists for _, item in items_at(form_c, path)]
    return (
        text_at(form_c, "modifiable_factors_identified") == "no"
        and not any(item.get("modifiable") == "yes" for item in factors)
        and not items_at(form_c, "learning_points")
        and not items_at(form_c, "recommendations")
    )
