"""What somebody should see to before letters to a family go, though nothing holds them: whose family it is, and whether what it told us is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.case.milestones import Milestone, milestones_of
from cdr.domain.case.places import lived_elsewhere
from cdr.domain.letters.letter_facts import VIEWS
from cdr.domain.letters.people_written_to import meant_by, people_of
from cdr.domain.rulebook.validation import YES, text_at

ADOPTED_BY, BY_BIRTH = "adoptive_parent", ("mother", "father", "parent")

Body = Mapping[str, Any]


def of_another_area(reference: str, form_a: Body, authorities: Sequence[str]) -> Iterator[str]:
    """Two areas that both write to one family know nothing of each other's letters."""
    if lived_elsewhere(text_at(form_a, "child.local_authority"), authorities):
        yield (
            "the child lived in another area, whose team writes to the family, unless it was agreed that you do "
            f"(cdr letter {reference} --kind other-area)."
        )


def of_what_was_told(reference: str, form_a: Body, case: Body, written_to: Collection[int]) -> Iterator[str]:
    """Thanks say that what somebody told us is kept and read; it is where there is a note, or a paper, of it."""
    people = people_of(form_a)
    views = [one for one in milestones_of(case) if one.kind == VIEWS]
    for number in sorted(written_to):
        theirs = [one for one in views if not one.party or number in meant_by(one.party, people)]
        if not any(_is_kept(one) for one in theirs):
            yield (
                f"letter {number} says that what they told us is kept and read, and no note of it is with the case: "
                f"cdr milestone {reference} family_views --on DATE --with {number} --note FILE"
            )


def of_birth_parents(form_a: Body, written_to: Collection[int]) -> Iterator[str]:
    """Who gave birth to a child that others adopted may know neither the name that it has now nor where it lived."""
    people = people_of(form_a)
    if not any(one.get("relationship") == ADOPTED_BY for one in people.values()):
        return
    for number in sorted(written_to):
        person = people.get(number, {})
        if person.get("relationship") in BY_BIRTH and person.get("parental_responsibility") != YES:
            yield (
                f"letter {number} goes to a parent by birth of a child who was adopted: ask the adoption agency who tells them, "
                "and whether they may read the name that the child has now, and of brothers and sisters."
            )


def _is_kept(views: Milestone) -> bool:
    return bool(views.note or views.attachment)
