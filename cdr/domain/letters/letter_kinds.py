"""The kinds of letter that there are, what each needs, and how long the answers of the letter gate are good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cdr.domain.asking.requests import outstanding
from cdr.domain.case.review import open_gates
from cdr.domain.rulebook.form_c import RATIFIED
from cdr.domain.rulebook.validation import items_at, text_at

FAMILY, ORGANISATION, MEMBER = "family", "organisation", "member"
ANALYSIS, WAIT = "analysis", "wait"
CHAIR = "chair"
RETURNS = "returns"
KINDS = (
    "condolence", "before-review-meeting", "after-review-meeting", "after-panel", "delay", "thanks", "action", "confidentiality",
)  # fmt: skip

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of letter: to whom it goes, who signs it, what the case must have, and its questions of the letter gate."""

    name: str
    title: str
    to: str
    signed_by: str
    needs: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class LetterRules:
    """The rules of letters; days are calendar days, `waits` says in plain words what a review waits for."""

    kinds: Mapping[str, Kind]
    good_for: Mapping[str, int]
    proof_reading_good_for: int
    ask_again_after: int
    waits: Mapping[str, str]
    of_every_kind: tuple[str, ...] = ()

    @staticmethod
    def from_rules(body: Body) -> LetterRules:
        """The rules of a file such as `rules/letters.yaml`."""
        kinds = [
            Kind(k["kind"], k["title"], k["to"], k["signed_by"], k.get("needs") or "", tuple(k["questions"]))
            for k in body["kinds"]
        ]
        return LetterRules(
            kinds={kind.name: kind for kind in kinds},
            good_for=dict(body["answers_good_for_days"]),
            proof_reading_good_for=body["proof_reading_good_for_days"],
            ask_again_after=body["ask_again_after_days"],
            waits=dict(body["waits"]),
            of_every_kind=tuple(body.get("of_every_kind", ())),
        )

    def ask_again(self, recorded_on: date) -> date:
        """The day to ask again about an answer that holds a letter, where nobody gave one."""
        return recorded_on + timedelta(days=self.ask_again_after)


def waits(case: Body, requests: Body, rules: LetterRules) -> tuple[str, ...]:
    """What a review waits for in plain words, each once; empty where nothing holds it up."""
    kinds = [*open_gates(case), *([RETURNS] if outstanding(requests) else [])]
    return tuple(dict.fromkeys(rules.waits.get(kind, rules.waits["other"]) for kind in kinds))


def for_family(analysis: Body | None) -> tuple[str, ...]:
    """What the panel chose to tell the family that it learned, in the plain words of Form C."""
    said = [text_at(item, "for_family") for _, item in items_at(analysis or {}, "learning_points")]
    return tuple(" ".join(text.split()) for text in said if text)


def lacking(kind: Kind, case: Body, requests: Body, analysis: Body | None) -> list[str]:
    """What the case does not have that this kind of letter needs, a sentence each."""
    if kind.needs == WAIT and not open_gates(case) and not outstanding(requests):
        return ["The review waits for no other process and no return, so there is no delay to explain."]
    if kind.needs != ANALYSIS:
        return []
    if analysis is None or text_at(analysis, "stage") != RATIFIED:
        return ["The panel has not ratified its analysis yet: cdr review REF --from FILE"]
    return _feedback(analysis) if kind.to == FAMILY else []


def _feedback(analysis: Body) -> list[str]:
    found = []
    if text_at(analysis, "family.feedback_requested") == "no":
        found.append(
            "Form C says that the family did not ask for feedback: ask the key worker, and correct Form C first."
        )
    points: Sequence[Any] = items_at(analysis, "learning_points")
    if points and not for_family(analysis):
        found.append(
            "Form C has learning points and none in words for the family: ask the chair to add for_family to those that they may hear."
        )
    return found
