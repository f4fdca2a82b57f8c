"""What was published before areas joined, or before one was split, is told apart from a number that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cdr.app import rules
from cdr.statistics.borders import are_other
from cdr.statistics.facts import CaseFacts
from cdr.statistics.revising import Reported, revisions, with_borders
from cdr.statistics.tables import Tally
from cdr.statistics.tally import tally

BOTH = ("Northshire", "Southtown")


def counted(area: str, *authorities: str, lived: str = "Northshire", **more: Any) -> Tally:
    known: dict[str, Any] = {"notified_on": date(2023, 5, 1), "died": date(2023, 5, 1), "sex": "female"}
    facts = [CaseFacts(case=f"2023-{n:04}", local_authority=lived, **known) for n in range(6)]
    made = tally(facts, area, authorities, {}, "2023/24", 1, rules("bands"))
    return replace(made, **more)


@pytest.mark.parametrize(
    ("made", "area", "authorities", "others"),
    [
        (counted("Northshire and Southtown", *BOTH), "Northshire and Southtown", BOTH, False),
        (counted("Northshire and Southtown", *BOTH), "Northshire & Southtown", BOTH, False),  # it has another name only
        (counted("Northshire and Southtown", *BOTH, lived="Southtown"), "Northshire", ("Northshire",), True),
        (counted("Northshire", "Northshire", edition="public"), "Northshire", BOTH, True),  # it grew since
        (counted("Northshire", "Northshire"), "Northshire", BOTH, False),  # a row that counts nothing may be left out
        (counted("Northshire", "Northshire", tables=()), "northshire", BOTH, False),
        (counted("Eastbury", "Eastbury", tables=()), "Northshire", BOTH, True),
    ],
)
def test_whose_children_a_tally_counts(made: Tally, area: str, authorities: tuple[str, ...], others: bool) -> None:
    assert are_other(made, area, authorities) is others


def test_a_table_says_that_a_release_of_it_counts_other_children_and_is_not_told_to_have_changed() -> None:
    now = counted("Northshire", "Northshire")
    before = Reported(3, date(2024, 6, 1), "a" * 40, counted("Northshire and Southtown", *BOTH, lived="Southtown"))
    told = with_borders(now, [before], rules("revisions")).table("notifications.sex").notes[0]
    assert told.startswith("Release 3 of 1 June 2024 tells of Northshire and Southtown, within other borders")
    assert with_borders(now, [], rules("revisions")) is now
    assert revisions(now, []) == [] and revisions(now, [before]) != []
