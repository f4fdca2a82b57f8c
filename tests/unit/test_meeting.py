"""A meeting of the panel as a typed view: read from its document, changed, and written into it again without a loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.domain_data import configuration

from cdr.documents.panel.meetings import Shown, lines
from cdr.domain.panel import meeting as panel
from cdr.domain.panel.meeting import (
    APOLOGIES,
    ATTENDED,
    Meeting,
    Minutes,
    SourceRevision,
    document_of,
    kind_words,
    meeting_of,
)
from cdr.errors import ConditionsNotMet, NotFound
from cdr.forms.schema import problems

ON, MADE = date(2026, 3, 18), date(2026, 1, 9)
CASE, OTHER = "2026-7K3M", "2026-9XQ2"
EMPTY = Meeting("P2026-03-18", ON, "standard", MADE)
WHOLE: dict[str, Any] = {
    "schema": "panel/1",
    "id": "P2026-03-18",
    "date": "2026-03-18",
    "type": "themed",
    "title": "Safer sleep",
    "made_on": "2026-01-09",
    "cases": [
        {"case": CASE, "assigned_on": "2026-02-01", "override": {"reason": "It cannot wait\n", "unmet": ["A return."]}},
        {"case": OTHER, "assigned_on": "2026-02-02", "override": None},
    ],
    "attended": ["dr-okafor"],
    "apologies": [],
    "observers": ["northshire-police"],
    "conflicts": [{"case": CASE, "who": "dr-okafor"}],
    "agenda": [{"on": "2026-03-03", "cases": [CASE]}, {"on": "2026-03-04", "cases": [CASE, OTHER]}],
    "packs": [
        {
            "on": "2026-03-10",
            "for": "dr-okafor",
            "documents": [{"case": OTHER, "id": "notification", "revision": 2}],
        }
    ],
    "minutes": {"on": "2026-03-19", "text": "  What was said\n"},
    "actions": [
        {"id": "A2026-0001", "to": "Highways", "due": "2026-09-01", "status": "open", "added_on": "2026-03-18"}
    ],
    "closed_on": "2026-03-19",
}


def test_a_document_is_read_and_written_again_without_a_loss() -> None:
    assert document_of(meeting_of(WHOLE), WHOLE) == WHOLE
    least = document_of(EMPTY, {})
    assert meeting_of(least) == EMPTY and "actions" not in least
    assert not problems(least, "panel/1") and not problems(WHOLE, "panel/1")


def test_what_was_not_done_yet_has_no_day() -> None:
    assert (EMPTY.agenda_on, EMPTY.papers_on, EMPTY.minutes_on, EMPTY.closed_on) == (None, None, None, None)
    whole = meeting_of(WHOLE)
    assert (whole.agenda_on, whole.papers_on) == (date(2026, 3, 4), date(2026, 3, 10))
    assert whole.papers_for == ("dr-okafor",) and whole.minutes_on == date(2026, 3, 19)
    assert whole.stayed_for(CASE) == () and whole.stayed_for(OTHER) == ("dr-okafor",)
    with pytest.raises(AssertionError):
        meeting_of({key: value for key, value in WHOLE.items() if key != "made_on"})


def test_cases_come_and_go() -> None:
    found = panel.assigned(EMPTY, {CASE: ["A return."], OTHER: []}, ON, "It cannot wait")
    assert [(one.case, one.reason, one.unmet) for one in found.cases] == [
        (CASE, "It cannot wait", ("A return.",)),
        (OTHER, "", ()),
    ]
    assert panel.assigned(found, {CASE: []}, MADE, "") == found, "what it has stays as it is"
    left = panel.in_conflict(found, CASE, "dr-okafor")
    assert panel.in_conflict(left, CASE, "dr-okafor") == left
    assert panel.in_conflict(left, CASE, "dr-okafor", taken_back=True) == found
    assert panel.unassigned(left, CASE) == replace(found, cases=found.cases[1:])
    for change in (panel.unassigned, lambda one, case: panel.in_conflict(one, case, "dr-okafor")):
        with pytest.raises(NotFound):
            change(EMPTY, CASE)


def test_what_is_said_last_of_somebody_counts() -> None:
    found = panel.attending(EMPTY, {ATTENDED: ["a", "b"]})
    again = panel.attending(found, {APOLOGIES: ["b"]})
    assert (again.attended, again.apologies, again.observers) == (("a",), ("b",), ())
    assert panel.attending(again, {}, ["b"]).apologies == ()


def test_papers_are_noted_and_a_meeting_ends_on_its_day_at_the_earliest() -> None:
    found = panel.with_agenda(panel.assigned(EMPTY, {CASE: []}, ON, ""), MADE)
    assert found.agendas[-1].cases == (CASE,) and found.agenda_on == MADE
    packed = panel.with_packs(found, MADE, ["a", "b"], [SourceRevision(CASE, "notification", 1)])
    assert packed.papers_for == ("a", "b") and {len(one.documents) for one in packed.packs} == {1}
    with pytest.raises(ConditionsNotMet, match="still to come"):
        panel.closed(packed, date(2026, 3, 17))
    over = panel.closed(replace(packed, minutes=Minutes(ON, "x")), ON)
    assert over.is_over and panel.opened_again(over, []).closed_on is None
    with pytest.raises(ConditionsNotMet):
        panel.opened_again(over, [CASE])
    with pytest.raises(ConditionsNotMet):
        panel.refuse_over(over, list)


def test_of_a_case_that_is_among_the_cases_no_more_nobody_says_that_it_is_not_ratified() -> None:
    shown = Shown(replace(meeting_of(WHOLE), minutes=Minutes(ON, "x")), {}, configuration(), ON)
    assert shown.came_of(CASE) == "void, erased, or not to be read"
    assert not [sentence for sentence in (*lines(shown), *shown.not_done) if "ratified" in sentence]


def test_what_a_meeting_is_in_words() -> None:
    assert kind_words("themed") == "themed meeting"
    assert kind_words("joint") == "meeting, joint with a neighbouring area"
