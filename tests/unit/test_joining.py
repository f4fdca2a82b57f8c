"""Two cases of one child made one: whose request and whose return stands, what each notification brings, and what goes back."""

from __future__ import annotations

from typing import Any

import pytest

from cdr.domain.asking.requests import kept_in
from cdr.domain.asking.requests_joined import gone_back, prompts_joined, requests_joined
from cdr.domain.case import joining
from cdr.domain.merging import numbers, renaming

STATUSES = ("waived", "outstanding", "nil", "returned")  # what says least first


def asked(agency: str = "gp", status: str = "outstanding", **more: Any) -> dict[str, Any]:
    answered = None if status == "outstanding" else "2026-02-01"
    return {"agency": agency, "requested_on": "2026-01-09", "status": status, "answered_on": answered, **more}


def ledger(*items: dict[str, Any]) -> dict[str, Any]:
    return {"requests": list(items)}


def form(number: str, **more: str) -> dict[str, str]:
    return {"nonce": number * 32, "form": "form-b-1", "locked": "x", **more}


@pytest.mark.parametrize("mine", STATUSES)
@pytest.mark.parametrize("theirs", STATUSES)
def test_of_two_requests_to_one_agency_the_one_that_says_most_stands_and_else_ours(mine: str, theirs: str) -> None:
    found = requests_joined(ledger(asked(status=mine)), ledger(asked(status=theirs)), "2026-BBBB")
    comes = STATUSES.index(theirs) > STATUSES.index(mine)
    assert found.came == (("gp",) if comes else ())
    assert kept_in(found.ledger)["gp"].status == (theirs if comes else mine)


def test_a_form_that_comes_over_keeps_the_case_that_it_was_made_for() -> None:
    found = requests_joined(
        {}, ledger(asked(form=form("a")), asked("police", form=form("b", case="2026-CCCC"))), "2026-BBBB"
    )
    forms = {agency: one.form for agency, one in kept_in(found.ledger).items()}
    assert found.came == ("gp", "police") and forms["gp"] and forms["police"]
    assert (forms["gp"].case, forms["police"].case) == ("2026-BBBB", "2026-CCCC")


def test_an_agency_that_holds_two_forms_and_owes_an_answer_was_asked_twice() -> None:
    def twice(mine: dict[str, Any], theirs: dict[str, Any]) -> tuple[str, ...]:
        return requests_joined(ledger(mine), ledger(theirs), "2026-BBBB").asked_twice

    ours, theirs = asked(form=form("a")), asked(form=form("b"))
    assert twice(ours, theirs) == ("gp",)
    assert twice(ours, asked()) == () and twice(ours, ours) == ()
    assert twice(asked(status="returned", form=form("a")), theirs) == (), "it has answered"


def test_a_request_that_went_back_before_is_none_and_gives_way() -> None:
    gone = asked(status="returned", gone={"on": "2026-03-01"})
    assert requests_joined({}, ledger(gone), "2026-BBBB").came == ()
    found = requests_joined(ledger(gone), ledger(asked()), "2026-BBBB")
    assert found.came == ("gp",) and kept_in(found.ledger)["gp"].status == "outstanding"


def test_a_return_that_was_set_aside_here_stays_so_until_another_comes() -> None:
    ours = ledger(asked(status="waived", set_aside={"on": "2026-02-02"}))
    waited_for = kept_in(requests_joined(ours, ledger(asked()), "2026-BBBB").ledger)["gp"]
    assert waited_for.set_aside is not None
    full = asked(status="returned", received={"how": "html", "sha256": "0"})
    assert kept_in(requests_joined(ours, ledger(full), "2026-BBBB").ledger)["gp"].set_aside is None


def prompt(agency: str, level: str = "prompt-1", **more: str) -> dict[str, Any]:
    return {"agency": agency, "level": level, "requested_on": "2026-01-09", "queued_on": "2026-01-23", **more}


def test_a_message_that_never_left_the_outbox_is_none_where_mail_leaves_by_hand() -> None:
    theirs = {"prompts": [prompt("gp"), prompt("police", left_on="2026-01-23"), prompt("school")]}

    def agencies(by_hand: bool, *came: str) -> list[str]:
        return [item["agency"] for item in prompts_joined({"prompts": []}, theirs, came, by_hand)["prompts"]]

    assert agencies(True) == ["police"] and agencies(True, "school") == ["police", "school"]
    assert agencies(False) == ["gp", "police", "school"]
    assert len(prompts_joined(theirs, theirs, (), False)["prompts"]) == 3, "each once"
    own = prompts_joined(theirs, {"prompts": [prompt("gp", "prompt-2")]}, (), False)["prompts"]
    assert [(item["agency"], item["level"]) for item in own] == [
        ("gp", "prompt-1"), ("police", "prompt-1"), ("school", "prompt-1"), ("gp", "prompt-2"),
    ]  # fmt: skip


def test_what_goes_back_is_marked_and_what_is_kept_of_the_return_is_set_aside() -> None:
    before = ledger(asked(status="returned"), asked("police", "returned"))
    now = ledger(asked("police"))
    items = {
        item["agency"]: item for item in gone_back(before, now, {"gp": True, "police": False}, "2026-04-01")["requests"]
    }
    assert items["gp"] == asked(status="returned") | {"set_aside": {"on": "2026-04-01"}, "gone": {"on": "2026-04-01"}}
    assert items["police"] == asked("police") | {"set_aside": {"on": "2026-04-01"}}


# ---- the documents -------------------------------------------------------------------------------------------------------


def bodies(case: Any = None, form_a: Any = None, requests: Any = None, **returns: Any) -> joining.Bodies:
    return joining.Bodies(case or {}, form_a or {}, requests or ledger(), {"prompts": []}, returns)


def joined(ours: joining.Bodies, theirs: joining.Bodies, files: Any = None) -> joining.Joined:
    return joining.joined(ours, theirs, "2026-BBBB", files or {}, by_hand=False, choices={})


@pytest.mark.parametrize(("ours", "theirs", "first"), [
    ("2026-01-09T10:00", "2026-01-10T09:00", "ours"),
    ("2026-01-10T09:00", "2026-01-09T10:00", "theirs"),
    ("2026-01-09T10:00", "2026-01-09T10:00", "ours"),
])  # fmt: skip
def test_of_two_notifications_the_earlier_was_the_first(ours: str, theirs: str, first: str) -> None:
    one = {"schema": "form-a/1", "case": "2026-AAAA", "notified_at": ours, "notifier": {"name": "ours"}}
    other = {"schema": "form-a/1", "case": "2026-BBBB", "notified_at": theirs, "notifier": {"name": "theirs"}}
    found = joined(bodies(form_a=one), bodies(form_a=other))
    assert found.clashes == []
    assert found.bodies.form_a["notifier"] == {"name": first}
    assert found.bodies.form_a["notified_at"] == min(ours, theirs)
    assert found.bodies.form_a["case"] == "2026-AAAA", "it is the notification of the case that stays"


def test_why_something_is_not_known_goes_where_the_other_one_knew_it() -> None:
    ours = {"child": {"nhs_number_absent_reason": "x"}, "family": {"no_parents_reason": "y", "parents": []}}
    theirs = {"child": {"nhs_number": "9990000018"}, "family": {"parents": [{"name": "Mo Testcase"}]}}
    for one, other in ((ours, theirs), (theirs, ours)):
        form_a = joined(bodies(form_a=one), bodies(form_a=other)).bodies.form_a
        assert form_a["child"] == {"nhs_number": "9990000018"} and "no_parents_reason" not in form_a["family"]
    alone = joined(bodies(form_a=ours), bodies()).bodies.form_a
    assert alone["child"] == ours["child"] and alone["family"]["no_parents_reason"] == "y"


def test_what_a_case_is_and_what_was_decided_in_it_stays_its_own() -> None:
    ours = {"status": "open", "opened_on": "2026-01-10"}
    theirs = {"status": "closed", "opened_on": "2026-01-09", "reviews": [{"on": "2026-05-01"}], "closures": [{"on": "2026-06-01"}]}  # fmt: skip
    found = joined(bodies(case=ours), bodies(case=theirs))
    assert found.bodies.case == ours and found.clashes == []


def test_a_process_that_both_wait_for_is_one_and_began_when_the_first_says() -> None:
    def gate(type_: str, opened: str | None) -> dict[str, Any]:
        return {"type": type_, "status": "open", "opened_on": opened, "closed_on": None}

    ours = {"gates": [gate("inquest", "2026-01-12"), gate("pmrt", None)]}
    theirs = {"gates": [gate("pmrt", "2026-01-20"), gate("inquest", "2026-01-11"), gate("cspr", "2026-02-01")]}
    for one, other in ((ours, theirs), (theirs, ours)):
        found = joined(bodies(case=one), bodies(case=other))
        assert found.clashes == []
        assert {item["type"]: item["opened_on"] for item in found.bodies.case["gates"]} == {
            "inquest": "2026-01-11", "pmrt": "2026-01-20", "cspr": "2026-02-01",
        }  # fmt: skip


def test_a_milestone_that_happens_once_is_one_and_others_are_by_day_and_party() -> None:
    once, again = {"kind": "home_visit", "on": "2026-01-10"}, {"kind": "pfd_report", "on": "2026-06-01", "with": "A"}
    one = {"milestones": [once, again]}
    both = joined(bodies(case=one), bodies(case={"milestones": [dict(once), again | {"with": "B"}, dict(again)]}))
    assert [item.get("with") for item in both.bodies.case["milestones"]] == [None, "A", "B"]
    slip = joined(bodies(case=one), bodies(case={"milestones": [once | {"on": "2026-01-11"}]}))
    assert [clash.field for _, clash in slip.clashes] == ["milestones.0.on"]


def test_a_return_comes_with_its_request_and_two_full_ones_are_made_one() -> None:
    ours = bodies(requests=ledger(asked()), gp={"schema": "form-b/1", "case": "2026-AAAA", "summary": "draft"})
    full = {"schema": "form-b/1", "case": "2026-BBBB", "request": "x", "summary": "full"}
    theirs = bodies(requests=ledger(asked(status="returned"), asked("police", "returned")), gp=full, police=full)
    found = joined(ours, theirs)
    assert found.came == ("gp", "police") and found.clashes == []
    assert found.bodies.returns == {key: {"schema": "form-b/1", "summary": "full"} for key in ("gp", "police")}
    both = joined(
        bodies(requests=ledger(asked(status="returned")), gp={"schema": "form-b/1", "summary": "ours"}), theirs
    )
    assert [(what, clash.field) for what, clash in both.clashes] == [("return:gp", "summary")]


def test_files_that_come_over_have_their_numbers_of_here_and_others_stay_away() -> None:
    def file(number: int) -> dict[str, Any]:
        return {"number": number, "kind": "other", "name": f"{number}.pdf", "size": 1, "sha256": str(number)}

    theirs = {"attachments": [file(1), file(2)], "contacts": [{"on": "2026-01-10", "attachment": 1}]}
    case = joined(bodies(case={"attachments": [file(1)]}), bodies(case=theirs), {1: 4}).bodies.case
    assert [item["number"] for item in case["attachments"]] == [1, 4]
    assert case["contacts"][0]["attachment"] == 4
    back = joining.files_gone_back(case, {"attachments": [file(1)]}, {"attachments": [file(1)]}, "2026-04-01")
    assert [(item["number"], item.get("taken_back_on")) for item in back["attachments"]] == [
        (1, None),
        (4, "2026-04-01"),
    ]
    assert joining.files_gone_back(case, {}, case, "2026-04-01") == case


def test_people_are_known_by_their_names_and_a_parent_by_what_they_are() -> None:
    mother = {"name": "Amélie Testcase", "relationship": "mother"}
    for other, count in (
        ({"name": "Amelie Testcase", "relationship": "other"}, 1),
        ({"name": "Jo Elsewhere", "relationship": "mother"}, 1),
        ({"name": "Jo Elsewhere", "relationship": "father"}, 2),
    ):
        found = joined(
            bodies(form_a={"family": {"parents": [mother]}}), bodies(form_a={"family": {"parents": [other]}})
        )
        assert len(found.bodies.form_a["family"]["parents"]) == count
    unnamed = {"agency": "gp", "role": "GP", "organisation": "Hill Surgery"}
    for others, count in (
        ([unnamed | {"name": "Sam Testcase"}], 1),
        ([unnamed | {"role": "nurse"}], 2),
        ([unnamed | {"organisation": "Dale Surgery"}], 2),
    ):
        found = joined(bodies(form_a={"professionals": [unnamed]}), bodies(form_a={"professionals": others}))
        assert len(found.bodies.form_a["professionals"]) == count


# ---- other names and numbers ---------------------------------------------------------------------------------------------

NAMES = renaming.Names({"2026-AAAA": "2026-ZZZZ"}, {"P1": "P9"}, {"gp": "gp-north"})


def test_names_are_changed_in_the_fields_that_hold_nothing_else() -> None:
    body = {
        "case": "2026-AAAA", "cases": ["2026-AAAA", "2026-BBBB"], "same_as": "2026-AAAA", "panel": "P1", "agency": "gp",
        "attended": ["gp", "police"], "text": "gp", "note": "2026-AAAA", "items": [{"who": "gp", "panel": "P2"}],
        "handovers": [{"case": "2026-AAAA"}], "n": 1,
    }  # fmt: skip
    assert renaming.renamed(body, NAMES) == {
        "case": "2026-ZZZZ", "cases": ["2026-ZZZZ", "2026-BBBB"], "same_as": "2026-ZZZZ", "panel": "P9", "agency": "gp-north",
        "attended": ["gp-north", "police"], "text": "gp", "note": "2026-AAAA", "items": [{"who": "gp-north", "panel": "P2"}],
        "handovers": [{"case": "2026-AAAA"}], "n": 1,
    }  # fmt: skip
    assert renaming.named(body, {"gp", "police", "school"}) == {"gp", "police"}
    assert renaming.named({"handovers": [{"to": "gp"}], "text": "gp"}, {"gp"}) == set()


def test_a_meeting_speaks_of_the_cases_that_go_and_of_no_other() -> None:
    def of(*cases: str) -> list[dict[str, Any]]:
        return [{"case": case} for case in cases]

    meeting = {
        "id": "P1", "cases": of("A", "B"), "conflicts": of("B"), "readings": of("A", "B"), "minutes": {"text": "x"}, "actions": [1],
        "agenda": [{"on": "2026-01-01", "cases": ["A", "B"]}], "packs": [{"for": "gp", "documents": of("A", "B")}],
    }  # fmt: skip
    assert renaming.of_some_cases(meeting, {"A", "B"}) == meeting
    assert renaming.of_some_cases(meeting, {"A"}) == {
        "id": "P1", "cases": of("A"), "conflicts": [], "readings": of("A"),
        "agenda": [{"on": "2026-01-01", "cases": ["A"]}], "packs": [{"for": "gp", "documents": of("A")}],
    }  # fmt: skip
    assert renaming.of_some_cases({"id": "P1", "cases": of("A", "B")}, {"A"}) == {"id": "P1", "cases": of("A")}


def test_a_file_has_its_new_number_wherever_it_is_named() -> None:
    case = {
        "attachments": [{"number": 1}, {"number": 2}],
        "letters": [{"attachment": 1, "to": {"attachment": 2}}],
        "number": 1,
    }
    assert numbers.moved(case, {1: 5}) == {
        "attachments": [{"number": 5}, {"number": 2}], "letters": [{"attachment": 5, "to": {"attachment": 2}}], "number": 1,
    }  # fmt: skip
