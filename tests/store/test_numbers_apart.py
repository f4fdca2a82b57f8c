"""Questions and contacts are called by their numbers: what two members recorded apart keeps the number that others know."""

from __future__ import annotations

import pytest
from store.hands import head
from store.test_sync import Office, office  # noqa: F401


@pytest.mark.parametrize("first", ["robin", "sam"])
def test_a_number_that_the_others_know_stays(office: Office, first: str) -> None:  # noqa: F811
    """Of two questions, and of two contacts, the one that was shared first keeps its number, whatever its day; who has the other is told."""
    one, other = (office.robin, office.sam) if first == "robin" else (office.sam, office.robin)
    case = office.case
    for hand, day in ((one, "2026-01-18"), (other, "2026-01-14")):
        said = f"Said on {day}".encode()
        hand("question", case, "add", "--from", "-", "--on", day, stdin=said)
        hand("contact", case, "--with", "mother", "--how", "telephone", "--from", "-", "--on", day, stdin=said)
    one("sync")
    told = other("sync").err
    assert f"{case}: question 1 of this copy is question 2 from now on." in told
    assert f"{case}: contact 1 of this copy is contact 2 from now on." in told
    assert "from now on" not in one("sync").err and head(one.store) == head(other.store)
    answered = one("question", case, "answer", "1", "--from", "-", stdin=b"It was said.")
    assert "Question 1 was asked on 2026-01-18." in answered.err
    undone = other("contact", case, "--undo", "2")
    assert "Contact 2 was on 2026-01-14, with mother (telephone)." in undone.err
    one("sync")
    assert "from now on" not in other("sync").err
    found = other.show(case)["case"]
    assert [item["status"] for item in found["questions"]] == ["answered", "open"]
    assert [item["on"] for item in found["contacts"] if "taken_back_on" not in item] == ["2026-01-18"]
    other.verified()
