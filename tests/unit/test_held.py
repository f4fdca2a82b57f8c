"""What is held about one person: their words and their entry, and other people marked."""

from __future__ import annotations

from cdr.domain.anonymising.known_names import gather
from cdr.domain.case.held import marked, said_of
from cdr.domain.case.people import clues_of
from cdr.domain.case.perhaps import in_all

FORM_A = {
    "child": {"first_names": "Amara", "family_name": "Planted"},
    "family": {
        "parents": [
            {"name": "Ms Wilma Planted", "relationship": "mother", "phone": "01632 960009"},
            {"name": "Mr Jo Other", "relationship": "father", "phone": "01632 960010"},
        ]
    },
    "death": {"narrative": "Wilma Planted rang Mr Other. Amara Planted, 999 000 0018, was asleep. Planted said so."},
}
CLUES = clues_of(["Wilma Planted"])
[FOUND] = in_all([("2026-7K3M", FORM_A)], CLUES, {"2026-7K3M": [FORM_A]})
KNOWN = gather(FORM_A, [], {}).known


def test_the_whole_entry_of_the_person_and_no_other() -> None:
    said = {one.field: one for one in said_of(FORM_A, FOUND)}
    assert (
        marked(said["family.parents.0.phone"], CLUES, KNOWN) == "01632 960009" and "family.parents.1.phone" not in said
    )
    assert "death.narrative" in said and "child.first_names" not in said


def test_other_people_are_marked_and_the_person_is_not() -> None:
    text = next(marked(one, CLUES, KNOWN) for one in said_of(FORM_A, FOUND) if one.field == "death.narrative")
    assert text.startswith("Wilma Planted rang ")
    assert "[OTHER: Amara Planted]" in text and "Other]." in text and "[OTHER: 999 000 0018]" in text
    assert text.endswith("Planted said so.")
