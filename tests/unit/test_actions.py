"""The register of actions: what a ratified analysis opens, and how each goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from unit.domain_data import policy

from cdr.domain.panel import actions
from cdr.domain.process.due import OVERDUE, action_tasks
from cdr.errors import ConditionsNotMet

ON = date(2026, 4, 14)
RATIFIED: dict[str, Any] = {
    "stage": "ratified_cdop",
    "recommendations": [
        {
            "text": "Repeat the conversation",
            "to": "northshire-community",
            "owner": "Head of nursing",
            "due": "2026-09-30",
        },
        {"text": "Nobody in particular"},
        {"text": "Look at the crossing", "to": "Highways"},
        {
            "text": "Done before the panel met",
            "to": "northshire-police",
            "status": "complete",
            "closed_on": "2026-04-01",
        },
    ],
}


def test_an_owner_is_asked_once_an_action_is_overdue_and_again_after_four_weeks() -> None:
    made = actions.added({}, "A2026-0001", "x", date(2026, 6, 1), "text", ON)
    assert [to_be_asked(made, day) for day in (date(2026, 6, 1), date(2026, 6, 2))] == [False, True]
    asked = actions.asked(made, {"A2026-0001"}, date(2026, 6, 2))
    assert [to_be_asked(asked, day) for day in (date(2026, 6, 29), date(2026, 6, 30))] == [False, True]
    moved = actions.updated(asked, "A2026-0001", date(2026, 6, 3), due=date(2026, 6, 10))
    assert [to_be_asked(moved, day) for day in (date(2026, 6, 10), date(2026, 6, 11))] == [False, True]
    assert not to_be_asked(actions.ended(made, "A2026-0001", ON, "done"), date(2027, 1, 1))


def to_be_asked(body: dict[str, Any], day: date) -> bool:
    [one] = actions.actions_of(body)
    return one.is_to_be_asked(day)


def ids() -> Iterator[str]:
    return (f"A2026-000{n}" for n in range(1, 10))


def opened(case: dict[str, Any], form_c: dict[str, Any] = RATIFIED, on: date = ON) -> dict[str, Any]:
    new = iter(id_ for id_ in ids() if id_ not in {one["id"] for one in case.get("actions", ())})
    return actions.of_recommendations(case, form_c, on, policy(), lambda: next(new))


def test_a_ratified_analysis_opens_an_action_for_each_recommendation_that_names_somebody() -> None:
    assert opened({}, {**RATIFIED, "stage": "draft_cdrm"}) == {}
    found = actions.actions_of(opened({}), case="2026-7K3M")
    assert [(one.to, one.due.isoformat(), one.status, one.number) for one in found] == [
        ("northshire-community", "2026-09-30", "open", 1),
        ("Highways", "2026-07-14", "open", 3),  # no day: asked about after three months
        ("northshire-police", "2026-07-14", "done", 4),
    ]
    assert found[2].ended_on == date(2026, 4, 1) and found[0].owner == "Head of nursing"


def test_a_correction_changes_what_nobody_has_worked_on() -> None:
    case = actions.updated(opened({}), "A2026-0001", ON, text="They will look at it", due=date(2026, 12, 1))
    assert opened(case, on=date(2026, 5, 1)) == case, "the same analysis says nothing new, and moves no day"
    corrected = {**RATIFIED, "recommendations": [{"text": "Another", "to": "northshire-community"}]}
    left = actions.actions_of(opened(case, corrected, date(2026, 5, 1)))
    assert [(one.id, one.due.isoformat()) for one in left] == [("A2026-0001", "2026-12-01")]
    other = {**RATIFIED, "recommendations": [*RATIFIED["recommendations"], {"text": "New", "to": "Highways"}]}
    assert [one.id for one in actions.actions_of(opened(case, other))] == [f"A2026-000{n}" for n in range(1, 5)]


def test_an_action_is_done_refused_and_opened_again() -> None:
    case = actions.ended(opened({}), "A2026-0001", date(2026, 10, 1), "The training was held")
    with pytest.raises(ConditionsNotMet, match="over already"):
        actions.ended(case, "A2026-0001", ON, "again")
    with pytest.raises(ConditionsNotMet):
        actions.updated(case, "A2026-0001", ON, due=ON)
    again = actions.updated(case, "A2026-0001", ON, reopened=True)
    refused = actions.ended(again, "A2026-0001", ON, "There is no money", taken_up=False)
    [first, *_] = actions.actions_of(refused)
    assert (first.status, first.ended_on) == ("not_taken_up", ON)
    assert [one["what"] for one in refused["actions"][0]["updates"]] == ["done", "opened again", "not taken up"]
    with pytest.raises(ConditionsNotMet):
        actions.updated(again, "A2026-0001", ON, reopened=True)


def test_what_is_open_is_due() -> None:
    found = actions.actions_of(opened({}), case="2026-7K3M")
    tasks = list(action_tasks(found, date(2026, 8, 1)))
    assert [(task.case, task.when, task.who) for task in tasks] == [
        ("2026-7K3M", "later", "northshire-community"),
        ("2026-7K3M", OVERDUE, "Highways"),
    ]


def test_what_somebody_wrote_is_in_the_document_and_an_action_of_the_register_tells_nothing_of_it() -> None:
    case = actions.updated(opened({}), "A2026-0001", ON, text="Heard:\n  twice\n")
    [whole, *_] = actions.in_full(case)
    assert whole.text == "Repeat the conversation" and whole.updates == (
        actions.Update(ON, "asked", "Heard:\n  twice\n"),
    )
    assert not hasattr(actions.actions_of(case)[0], "updates")
    kept = {key: [{**one, "text": "x", "updates": []} for one in case[key]] for key in ("actions",)}
    assert actions.actions_of(kept) == actions.actions_of(case), "the same by what the index keeps"
    assert actions.added(case, "A2026-0009", "Highways", ON, "More", ON)["actions"][:-1] == case["actions"]
