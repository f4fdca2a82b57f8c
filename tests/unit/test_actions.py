"""The register of actions: what a ratified analysis opens, and how each goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


def whole(body: dict[str, Any], number: int = 0) -> actions.ActionInFull:
    return actions.in_full(body)[number]


def test_an_action_that_somebody_adds_is_kept_whole() -> None:
    made = actions.added({"status": "open"}, "A2026-0001", "Highways", date(2026, 6, 1), "Look", ON)
    item = {"id": "A2026-0001", "to": "Highways", "due": "2026-06-01", "status": "open", "added_on": "2026-04-14"}
    assert made == {"status": "open", "actions": [item | {"text": "Look"}]}
    expected = actions.ActionInFull(
        "A2026-0001", "", "", "Highways", date(2026, 6, 1), "open", added_on=ON, text="Look"
    )
    assert whole(made) == expected
    assert actions.actions_of(made, panel="P2026-03-18")[0].panel == "P2026-03-18"
    assert actions.in_full(made, panel="P2026-03-18")[0].panel == "P2026-03-18"
    assert actions.actions_of(made)[0].case == actions.actions_of(made)[0].panel == ""


def test_an_action_of_an_analysis_is_kept_whole() -> None:
    assert opened({})["actions"] == [
        {
            "id": "A2026-0001", "to": "northshire-community", "due": "2026-09-30", "status": "open", "added_on": "2026-04-14",
            "number": 1, "owner": "Head of nursing", "text": "Repeat the conversation",
        },
        {
            "id": "A2026-0002", "to": "Highways", "due": "2026-07-14", "status": "open", "added_on": "2026-04-14",
            "number": 3, "text": "Look at the crossing",
        },
        {
            "id": "A2026-0003", "to": "northshire-police", "due": "2026-07-14", "status": "done", "added_on": "2026-04-14",
            "number": 4, "text": "Done before the panel met", "ended_on": "2026-04-01",
        },
    ]  # fmt: skip
    first = whole(opened({}))
    assert (first.case, first.panel) == ("", "")


def test_how_an_action_went_on_is_said_in_words_and_nothing_else_changes() -> None:
    made = actions.added({}, "A2026-0001", "Highways", date(2026, 6, 1), "Look", ON)
    both = actions.updated(made, "A2026-0001", ON, due=date(2026, 7, 1), to="Council")
    expected = {"on": "2026-04-14", "what": "due 2026-07-01; now with Council"}
    assert both["actions"][0]["updates"] == [expected], "nothing was heard, and so it has no text"
    assert (whole(both).due, whole(both).to) == (date(2026, 7, 1), "Council")
    assert whole(both).updates == (actions.Update(ON, "due 2026-07-01; now with Council"),)
    done = actions.ended(both, "A2026-0001", date(2026, 8, 1), "It was built")
    assert whole(done).updates[-1] == actions.Update(date(2026, 8, 1), "done", "It was built")
    again = actions.updated(done, "A2026-0001", date(2026, 8, 2), reopened=True, to="Highways")
    assert (whole(again).status, whole(again).ended_on, whole(again).to) == ("open", None, "Highways")
    assert whole(again).updates[-1].what == "now with Highways; opened again"
    assert whole(actions.updated(made, "A2026-0001", ON)).updates == (actions.Update(ON, "asked"),)


def test_only_those_that_a_message_asked_about_were_asked() -> None:
    two = actions.added(actions.added({}, "A2026-0001", "x", ON, "a", ON), "A2026-0002", "y", ON, "b", ON)
    assert [one.asked_on for one in actions.in_full(actions.asked(two, {"A2026-0002"}, ON))] == [None, ON]


def test_an_owner_who_was_asked_on_the_very_day_is_asked_once_it_is_overdue() -> None:
    made = actions.added({}, "A2026-0001", "x", date(2026, 6, 1), "text", ON)
    asked = actions.asked(made, {"A2026-0001"}, date(2026, 6, 1))
    assert to_be_asked(asked, date(2026, 6, 2)), "it was not overdue yet when they were asked"


def test_why_an_action_stays_as_it_is_is_said_with_what_to_type() -> None:
    made = actions.added({}, "A2026-0001", "Highways", date(2026, 6, 1), "Look", ON)
    refused = actions.ended(made, "A2026-0001", date(2026, 6, 2), "No", taken_up=False)

    def told(change: Callable[[], object]) -> tuple[str, list[str], str]:
        with pytest.raises(ConditionsNotMet) as caught:
            change()
        return caught.value.message, list(caught.value.unmet), caught.value.hint

    cannot = "The action cannot be changed like that; nothing was recorded."
    assert told(lambda: actions.updated(made, "A2026-0001", ON, reopened=True)) == (cannot, ["It is open already."], "")
    again = "cdr action update A2026-0001 --reopen"
    for change in ({"due": ON}, {"to": "x"}):
        assert told(lambda change=change: actions.updated(refused, "A2026-0001", ON, **change)) == (  # type: ignore[misc]
            cannot,
            ["It is not taken up."],
            f"Open it again first: {again}",
        )
    over = "The action is over already; nothing was recorded."
    mistake = f"Where that was a mistake: {again}"
    assert told(lambda: actions.ended(refused, "A2026-0001", ON, "x")) == (
        over,
        ["It is not taken up since 2026-06-02."],
        mistake,
    )
    earlier = {"actions": [{**refused["actions"][0], "ended_on": None}]}
    assert told(lambda: actions.ended(earlier, "A2026-0001", ON, "x"))[1] == ["It is not taken up since then."]


def test_a_ratified_analysis_without_recommendations_leaves_a_case_without_actions() -> None:
    nothing = {"stage": "ratified_cdop"}
    assert opened({"status": "open"}, nothing) == {"status": "open"}
    assert opened({"status": "open", "actions": []}, nothing) == {"status": "open", "actions": []}
    own = actions.added({}, "A2026-0001", "Highways", ON, "Look", ON)
    assert opened(own, nothing) == own, "what somebody added is no recommendation's, and stays"
    assert opened(opened({}), nothing)["actions"] == [], "what nobody worked on goes with its recommendation"
    worked = actions.updated(opened({}), "A2026-0002", ON, text="Begun")
    assert [one["id"] for one in opened(worked, nothing)["actions"]] == ["A2026-0002"]


def test_an_action_without_its_day_or_its_number_is_read_as_far_as_it_goes() -> None:
    updates = [{"on": "2026-06-02", "what": "asked"}, {"what": "lost"}]
    item = {"id": "A2026-0001", "to": "x", "due": "2026-06-01", "status": "open", "number": "one", "updates": updates}
    [one] = actions.in_full({"actions": [item, {"id": "A2026-0002"}]})
    assert (one.number, one.added_on, one.text) == (None, None, "")
    assert one.updates == (actions.Update(date(2026, 6, 2), "asked"),)
    assert "added_on" not in actions.asked({"actions": [item]}, {"A2026-0001"}, ON)["actions"][0]
