"""A meeting of the panel as a typed view: read from its document, changed, and written into it again without a loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from unit.domain_data import configuration, known

from cdr.documents.panel.meetings import Shown, kind_words, lines
from cdr.domain.panel import deferring, ending, people
from cdr.domain.panel import meeting as panel
from cdr.domain.panel.meeting import (
    APOLOGIES,
    ATTENDED,
    Assigned,
    Meeting,
    Minutes,
    PapersMade,
    SourceRevision,
    Survey,
    document_of,
    meeting_of,
)
from cdr.domain.rulebook.configuration import Member
from cdr.errors import ConditionsNotMet, NotFound
from cdr.forms.schema import problems
from cdr.statistics.panel_years import panel_years

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
        ending.closed(packed, date(2026, 3, 17))
    over = ending.closed(replace(packed, minutes=Minutes(ON, "x")), ON)
    assert over.is_over and ending.opened_again(over, []).closed_on is None
    with pytest.raises(ConditionsNotMet):
        ending.opened_again(over, [CASE])
    with pytest.raises(ConditionsNotMet):
        ending.refuse_over(over, list)


def test_of_a_case_that_is_among_the_cases_no_more_nobody_says_that_it_is_not_ratified() -> None:
    shown = Shown(replace(meeting_of(WHOLE), minutes=Minutes(ON, "x")), {}, configuration(), ON)
    assert shown.came_of(CASE) == "void, erased, or not to be read"
    assert not [sentence for sentence in (*lines(shown), *shown.not_done) if "ratified" in sentence]


SURVEY = {"on": "2026-03-17", "in_time": 5, "in_part": 2, "not_in_time": 1, "text": "The last file came late."}
READINGS = [
    {"case": CASE, "who": "dr-okafor", "on": "2026-03-12", "category": 3, "modifiability": "yes"},
    {"case": OTHER, "who": "mr-hale", "on": "2026-03-12", "category": 3, "modifiability": "no", "opened_on": "2026-03-18"},
]  # fmt: skip


def test_what_members_said_of_the_papers_and_what_they_read_is_read_and_written_again() -> None:
    body = {**WHOLE, "survey": SURVEY, "readings": READINGS}
    found = meeting_of(body)
    assert found.survey == Survey(date(2026, 3, 17), 5, 2, 1, "The last file came late.")
    assert found.survey.answers == 8
    assert found.sealed == ((CASE, "dr-okafor"),), "what was opened is sealed no more"
    assert document_of(found, body) == body and not problems(body, "panel/1")
    wordless = {key: value for key, value in SURVEY.items() if key != "text"}
    again = {**WHOLE, "survey": wordless}
    assert meeting_of(again).survey == Survey(date(2026, 3, 17), 5, 2, 1)
    assert document_of(meeting_of(again), again) == again
    assert meeting_of(WHOLE).survey is None


def test_a_case_with_an_override_that_says_nothing_has_no_reason() -> None:
    body = {**WHOLE, "cases": [{"case": CASE, "assigned_on": "2026-02-01", "override": {"unmet": ["A return."]}}]}
    assert [(one.reason, one.unmet, one.on) for one in meeting_of(body).cases] == [
        ("", ("A return.",), date(2026, 2, 1))
    ]


def test_a_part_without_its_day_is_no_meeting() -> None:
    with pytest.raises(AssertionError, match=r"^a meeting, or a part of one, without its day$"):
        meeting_of({**WHOLE, "survey": {**SURVEY, "on": ""}})


MEMBER = Member("dr-okafor", "Dr Testcase", "northtown-general")
AREA = replace(configuration(), members=(MEMBER,))


def test_who_is_who() -> None:
    them = ("dr-okafor", "northshire-police", "somebody")
    assert [people.organisation_of(who, AREA) for who in them] == ["northtown-general", "northshire-police", ""]
    assert [people.name_of(who, AREA) for who in them] == ["Dr Testcase", "Northshire Police", "somebody"]


def test_a_lay_member_comes_from_no_agency_and_counts_as_themself() -> None:
    lay = Member("o-lay", "Ottilie Testcase", role="Lay member")
    area = replace(AREA, members=(MEMBER, lay))
    people.refuse_strangers(["o-lay"], area)
    them = ("o-lay", "dr-okafor", "northshire-police", "somebody")
    assert [people.stands_for(who, area) for who in them] == ["o-lay", "northtown-general", "northshire-police", ""]
    assert people.missing(["o-lay"], area) == people.missing([], area)
    came = replace(EMPTY, attended=("dr-okafor", "o-lay"))
    (year,) = panel_years([], [replace(came, closed_on=ON)], area, ["2025/26"]).years
    assert [(one.organisation, one.name) for one in year.attendance if one.there] == [
        ("northtown-general", "Northtown General Hospital"),
        ("o-lay", "Ottilie Testcase"),
    ]


def test_a_quorum_is_one_of_each_organisation_whoever_of_it_is_there() -> None:
    others = ["northshire-community", "northshire-camhs", "northshire-social-care"]
    assert people.missing(["dr-okafor"], AREA) == others
    assert people.missing(["dr-okafor", *others], AREA) == []
    assert people.missing([], AREA) == ["northtown-general", *others]


def test_a_stranger_is_refused_with_who_there_is() -> None:
    people.refuse_strangers(["dr-okafor", "northshire-police"], AREA)
    with pytest.raises(NotFound) as caught:
        people.refuse_strangers(["dr-okafor", "somebody"], AREA)
    assert caught.value.message == "There is no member of the panel and no agency of that id in cdr.yaml."
    told = str(caught.value.hint)
    assert told.startswith("Members: dr-okafor. Agencies: northtown-general, northtown-maternity, northshire-police, ")
    with pytest.raises(NotFound) as caught:
        people.refuse_strangers(["somebody"], replace(AREA, members=(MEMBER, replace(MEMBER, id="mr-hale"))))
    assert str(caught.value.hint).startswith("Members: dr-okafor, mr-hale. ")
    with pytest.raises(NotFound) as caught:
        people.refuse_strangers(["somebody"], replace(AREA, members=()))
    assert str(caught.value.hint).startswith("Members: none yet (panel: members in cdr.yaml). ")


def test_a_day_has_twenty_six_meetings_at_most() -> None:
    taken: list[str] = []
    for _ in range(26):
        taken.append(panel.new_id(ON, iter(taken)))
    assert (taken[0], taken[1], taken[-1]) == ("P2026-03-18", "P2026-03-18b", "P2026-03-18z")
    assert refused(lambda: panel.new_id(ON, taken)) == (
        "That day has as many meetings as a day can have; none was made.",
        [],
        "",
    )


def refused(change: Callable[[], object]) -> tuple[str, list[str], str]:
    with pytest.raises(ConditionsNotMet) as caught:
        change()
    return caught.value.message, list(caught.value.unmet), caught.value.hint


def test_why_a_meeting_stays_as_it_is_is_said_with_what_to_do() -> None:
    assert refused(lambda: ending.closed(EMPTY, date(2026, 3, 17))) == (
        "The meeting is still to come; nothing was recorded.",
        ["It is on 2026-03-18."],
        "Close it when it is over. Where it does not take place: cdr panel close P2026-03-18 --not-held",
    )
    over = ending.closed(EMPTY, ON)
    assert refused(lambda: ending.opened_again(over, [CASE]))[:2] == (
        "The meeting cannot be opened again; nothing was recorded.",
        [f"{CASE} was ratified by it."],
    )
    stays = (
        "Cases were ratified by it, so it stays over. Minutes may still be given; for another case: cdr panel new DATE"
    )
    undo = "Where that was a mistake: cdr panel close P2026-03-18 --undo"
    for ratified, hint in (([CASE], stays), ([], undo)):
        assert refused(lambda ratified=ratified: ending.refuse_over(over, lambda: ratified)) == (  # type: ignore[misc]
            "The meeting is over; nothing was recorded.",
            ["It was closed on 2026-03-18."],
            hint,
        )
    ending.refuse_over(EMPTY, list)
    with pytest.raises(NotFound) as caught:
        panel.refuse_without(EMPTY, CASE)
    assert caught.value.message == "That case is not on the agenda of this meeting."
    assert caught.value.hint == "See: cdr panel show P2026-03-18"


def test_each_change_is_kept_with_its_day() -> None:
    found = panel.assigned(EMPTY, {CASE: []}, MADE, "")
    assert found.cases == (Assigned(CASE, MADE),)
    left = panel.in_conflict(found, CASE, "dr-okafor")
    assert left.conflicts == ((CASE, "dr-okafor"),)
    both = panel.in_conflict(left, CASE, "mr-hale")
    assert panel.in_conflict(both, CASE, "dr-okafor", taken_back=True).conflicts == ((CASE, "mr-hale"),)
    packed = panel.with_packs(found, MADE, ["a"], [SourceRevision(CASE, "notification", 1)])
    assert packed.packs == (PapersMade(MADE, "a", (SourceRevision(CASE, "notification", 1),)),)


def test_what_a_meeting_is_in_words() -> None:
    assert kind_words("themed") == "themed meeting"
    assert kind_words("joint") == "meeting, joint with a neighbouring area"


def test_a_meeting_that_does_not_take_place_is_kept_as_that_and_can_be_opened_again() -> None:
    left = ending.not_held(EMPTY, MADE)
    assert left == replace(EMPTY, not_held_on=MADE)
    body = document_of(left, {})
    assert body["not_held_on"] == "2026-01-09" and not problems(body, "panel/1")
    assert meeting_of(body) == left
    assert ending.opened_again(left, []) == EMPTY
    assert ending.opened_again(replace(EMPTY, closed_on=ON), []) == EMPTY
    planned = replace(EMPTY, cases=(Assigned(CASE, MADE), Assigned(OTHER, MADE)), attended=("dr-okafor", "mr-hale"))
    assert refused(lambda: ending.not_held(planned, MADE)) == (
        "That cannot be said of this meeting yet; nothing was recorded.",
        [
            f"{CASE} is on its agenda: cdr panel unassign P2026-03-18 {CASE}",
            f"{OTHER} is on its agenda: cdr panel unassign P2026-03-18 {OTHER}",
            "dr-okafor is recorded as there: cdr panel attend P2026-03-18 --not dr-okafor",
            "mr-hale is recorded as there: cdr panel attend P2026-03-18 --not mr-hale",
        ],
        "",
    )


def test_who_is_co_opted_to_some_meetings_is_a_member_of_these_alone() -> None:
    other = Meeting("P2026-06-17", date(2026, 6, 17), "standard", MADE)
    always, asked = Member("dr-okafor", "Dr Okafor", "a"), Member("h-lowe", "Dr Lowe", "b", co_opted=(other.id,))
    area = replace(configuration(), members=(always, asked))
    assert people.members_of(EMPTY, area) == (always,) and people.members_of(other, area) == (always, asked)
    assert people.co_opted_elsewhere(EMPTY, ["h-lowe", "dr-okafor", "northshire-police"], area) == ["h-lowe"]
    assert people.co_opted_elsewhere(other, ["h-lowe"], area) == []
    there = replace(other, attended=("h-lowe", "northshire-police"))
    assert "  h-lowe (Dr Lowe); co-opted" in [*lines(Shown(there, {}, area, ON))]
    held = [replace(one, on=other.on, closed_on=other.on, attended=("dr-okafor",)) for one in (EMPTY, other)]
    [year] = panel_years((), held, area, ("2026/27",)).years
    assert "b" not in {one.organisation for one in year.attendance}, "nobody expected them at the others"


def test_a_member_of_cdr_yaml_may_be_co_opted() -> None:
    from unit.domain_data import example

    from cdr.domain.rulebook.configuration import Configuration

    body = example("store")
    lowe = {"id": "h-lowe", "name": "Dr Lowe", "organisation": "northtown-general", "co_opted": ["P2026-03-18"]}
    body["panel"]["members"] = [lowe]
    assert problems(body, "cdr-store/1") == []
    assert problems({**body, "panel": {**body["panel"], "members": [{**lowe, "co_opted": ["18/3"]}]}}, "cdr-store/1")
    [member] = Configuration.from_document(body).members
    assert member.co_opted == ("P2026-03-18",)


def test_a_case_that_was_put_off_is_read_and_written_again() -> None:
    until = date(2026, 6, 1)
    whole = {**WHOLE, "cases": [WHOLE["cases"][0], {**WHOLE["cases"][1], "deferred_until": "2026-06-01"}]}
    meeting = meeting_of(whole)
    assert document_of(meeting, whole) == whole and problems(whole, "panel/1") == []
    assert meeting.deferred == {OTHER: until} and meeting_of(WHOLE).deferred == {}
    assert [one.deferred_until for one in meeting.cases] == [None, until]
    with pytest.raises(ConditionsNotMet) as caught:
        deferring.refuse_deferred(meeting, OTHER)
    assert f"cdr panel defer {meeting.id} {OTHER} --undo" in str(caught.value.hint)
    deferring.refuse_deferred(meeting, CASE)


def test_a_meeting_puts_off_what_it_had_from_its_day_on_until_a_later_one() -> None:
    facts = known(OTHER, case={"schema": "case/1", "status": "open"}, requests={"requests": []})
    meeting, until = meeting_of(WHOLE), ON + timedelta(days=1)
    made = deferring.deferred(meeting, facts, until, ON)
    assert made.deferred == {OTHER: until} and deferring.deferred(made, facts, None, ON) == meeting
    for one, day, on in (
        (meeting, ON, ON), (meeting, until, ON - timedelta(days=1)), (meeting, None, ON), (replace(meeting, not_held_on=ON), until, ON),
    ):  # fmt: skip
        with pytest.raises(ConditionsNotMet):
            deferring.deferred(one, facts, day, on)
    with pytest.raises(NotFound):
        deferring.deferred(EMPTY, facts, until, ON)
