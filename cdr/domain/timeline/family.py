"""What a family asked and told, as a timeline reads it: after the death, by its own teller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.case.lists import CONTACTS, MILESTONES, QUESTIONS, has_any

FAMILY, WORDS = "family", "the family"
VIEWS = "family_views"
OF_FAMILY = ("family", "mother", "father")

Body = Mapping[str, Any]


def told_by_family(case: Body) -> list[dict[str, Any]]:
    """What the family told, in the shape of a return (`agency`, `timeline: [{at, event}]`); nothing where it told nothing."""
    told = [*_asked(case), *_disagreed(case), *_told(case)]
    found = sorted(told, key=lambda item: item["at"])
    return [{"agency": FAMILY, "timeline": found}] if found else []


def _asked(case: Body) -> Iterator[dict[str, str]]:
    if not has_any(case, QUESTIONS):
        return
    from cdr.domain.case.family_questions import questions_of

    for one in questions_of(case).values():
        yield {"at": one.asked_on.isoformat(), "event": f"The family asked: {' '.join(one.text.split())}"}


def _disagreed(case: Body) -> Iterator[dict[str, str]]:
    if not has_any(case, CONTACTS):
        return
    from cdr.domain.case.disagreements import beside, disagreement_in_words

    for note in beside(case):
        if note.party in OF_FAMILY or note.party.isdecimal():
            said = disagreement_in_words(note, "a return")
            yield {"at": note.on.isoformat(), "event": f"{said[:1].upper()}{said[1:]}"}


def _told(case: Body) -> Iterator[dict[str, str]]:
    if not has_any(case, MILESTONES):
        return
    from cdr.domain.case.milestones import milestones_of

    for milestone in milestones_of(case):
        if milestone.kind == VIEWS and milestone.note:
            yield {"at": milestone.on.isoformat(), "event": f"The family told us: {' '.join(milestone.note.split())}"}
