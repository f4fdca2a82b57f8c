from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.timeline_cases import (
    AGENCIES,
    AMBULANCE,
    GP,
    HOSPITAL,
    POLICE,
    RETURNS,
    SCHOOL,
    form_a,
    made,
    rules,
    told,
    whys,
)

from cdr.domain.timeline.timeline import Gap, Timeline, timeline


def words(timeline: Timeline) -> list[str]:
    return [entry.event for entry in timeline.entries]


def test_example_has_one_conflict_of_the_two_arrivals_and_nothing_else() -> None:
    timeline = made()
    (conflict,) = timeline.conflicts
    first, second = (timeline.entries[index] for index in conflict.entries)
    assert (first.source, first.at) == (HOSPITAL, "2026-01-09T06:25")
    assert (second.source, second.at) == (AMBULANCE, "2026-01-09T06:31")
    assert "06:25" in conflict.why and "06:31" in conflict.why and "Northtown" not in conflict.why


def test_entries_of_the_example_in_order() -> None:
    assert [(entry.day, entry.age, entry.source) for entry in made().entries] == [
        (-832, "before birth", POLICE),
        (-313, "on the day of birth", "form-a"),
        (-313, "on the day of birth", HOSPITAL),
        (-175, "4 months", HOSPITAL),
        (0, "10 months", AMBULANCE),
        (0, "10 months", AMBULANCE),
        (0, "10 months", HOSPITAL),
        (0, "10 months", AMBULANCE),
        (0, "10 months", "form-a"),
        (0, "10 months", HOSPITAL),
        (0, "after death", POLICE),
        (0, "after death", "form-a"),
    ]


def test_identified_entries_keep_the_date_as_given_and_the_names() -> None:
    timeline = made()
    assert timeline.entries[0].at == "2023-09-30T22:10" and timeline.entries[1].at == "2025-03-02"
    assert timeline.entries[1].event == "Born at 36 weeks and 4 days, weighing 2,460 g"
    assert timeline.entries[8].event == "Died: emergency department (Northtown General Hospital, Emergency Department)"
    assert timeline.entries[7].event == "Arrived at Northtown General Hospital"
    assert timeline.replaced == ()


def test_anonymised_entries_have_no_date_and_the_type_as_source() -> None:
    timeline = made(identified=False)
    assert timeline.anonymised and all(entry.at is None for entry in timeline.entries)
    assert [entry.source for entry in timeline.entries[:4]] == ["police", "form-a", "acute_hospital", "acute_hospital"]
    assert timeline.entries[7].event == "Arrived at [acute hospital]"
    assert timeline.entries[7].time == "06:31" and timeline.replaced == (("organisations", 1),)
    assert timeline.conflicts == made().conflicts and timeline.gaps == made().gaps


def test_gaps_of_the_example_lie_between_its_events() -> None:
    assert made().gaps == (Gap(-313, -175, 138), Gap(-175, 0, 175))


@pytest.mark.parametrize(("life", "expected"), [(14, []), (15, [Gap(-15, 0, 15)])])
def test_gap_of_the_first_weeks_is_longer_than_fourteen_days(life: int, expected: list[Gap]) -> None:
    born = date(2026, 1, 9) - timedelta(days=life)
    assert list(made(form_a(child__date_of_birth=born.isoformat()), []).gaps) == expected


def gap_after(age: int, days: int) -> tuple[Gap, ...]:
    """Gaps after a contact at an age in days, the death being `days` later; what is before the contact is left out."""
    died = date(2026, 1, 9)
    born = died - timedelta(days=age + days)
    seen = (born + timedelta(days=age)).isoformat()
    timeline = made(form_a(child__date_of_birth=born.isoformat()), [told(GP, (seen, "Seen at the surgery"))])
    return tuple(gap for gap in timeline.gaps if gap.start == -days)


@pytest.mark.parametrize(
    ("age", "longest"), [(0, 14), (27, 14), (28, 56), (300, 56), (400, 182), (1790, 182), (1900, 365), (5000, 365)]
)
def test_gap_is_longer_than_the_rule_for_the_age_at_its_start(age: int, longest: int) -> None:
    assert gap_after(age, longest) == ()
    assert gap_after(age, longest + 1) == (Gap(-longest - 1, 0, longest + 1),)


def test_nothing_before_birth_or_after_death_makes_or_ends_a_gap() -> None:
    form = form_a(child__date_of_birth="2025-12-30")
    returns = [told(POLICE, ("2019-05-01", "Call to the address"), ("2026-03-05", "Inquest opened"))]
    assert made(form, returns).gaps == ()


def test_birth_without_a_time_is_first_and_death_without_a_time_last_of_the_living_day() -> None:
    form = form_a(child__date_of_birth="2026-01-09", death__time=None)
    timeline = made(
        form,
        [
            told(
                HOSPITAL, ("2026-01-09T01:00", "Waters broke"), ("2026-01-09T04:00", "Transferred to the neonatal unit")
            )
        ],
    )
    assert [event.split(":")[0].split(" at ")[0] for event in words(timeline)] == [
        "Born",
        "Waters broke",
        "Transferred to the neonatal unit",
        "Died",
        "The death was notified to the child death review team",
    ]


def test_an_event_without_a_time_stands_before_those_with_one() -> None:
    timeline = made(
        None, [told(GP, ("2026-01-09T04:00", "Telephoned the surgery"), ("2026-01-09", "Cold for two days"))]
    )
    assert words(timeline).index("Cold for two days") < words(timeline).index("Telephoned the surgery")


def test_reports_of_one_event_stand_together_though_another_is_between_in_time() -> None:
    hospital = told(
        HOSPITAL, ("2026-01-09T06:25", "Arrived in the emergency department"), ("2026-01-09T06:28", "Adrenaline given")
    )
    ambulance = told(AMBULANCE, ("2026-01-09T06:31", "Arrived at Northtown General Hospital"))
    timeline = made(None, [ambulance, hospital])
    first = words(timeline).index("Arrived in the emergency department")
    assert words(timeline)[first + 1] == "Arrived at Northtown General Hospital"
    assert (first, first + 1) in timeline.together


def test_two_arrivals_of_one_agency_or_at_two_hospitals_are_two_events() -> None:
    own = told(
        HOSPITAL,
        ("2026-01-09T04:25", "Arrived in the emergency department"),
        ("2026-01-09T06:25", "Arrived in the emergency department"),
    )
    assert whys(None, own) == []
    moved = [
        told(AMBULANCE, ("2026-01-09T05:10", "Arrived at Eastbury Infirmary")),
        told(POLICE, ("2026-01-09T06:20", "Arrived at Northtown General Hospital")),
    ]
    assert whys(None, *moved) == []


@pytest.mark.parametrize(
    "other",
    [
        "Father arrived at the hospital",
        "Police officers arrived at the hospital",
        "Body taken to the hospital mortuary",
    ],
)
def test_arrivals_of_others_are_not_the_childs(other: str) -> None:
    assert (
        whys(
            None,
            told(HOSPITAL, ("2026-01-09T06:25", "Arrived in the emergency department")),
            told(POLICE, ("2026-01-09T06:45", other)),
        )
        == []
    )


def test_contacts_are_shown_only_where_they_add_a_day() -> None:
    said = words(
        made(None, [told(GP, ("2025-05-01", "Immunised"), contact={"first": "2025-04-01", "last": "2025-05-01"})])
    )
    assert "First contact with the agency" in said and "Last contact with the agency" not in said
    assert "Only contact with the agency" in words(
        made(None, [told(GP, contact={"first": "2025-04-01", "last": "2025-04-01"})])
    )
    assert not any("contact" in event for event in words(made()))


def test_nil_returns_and_empty_returns_add_nothing() -> None:
    assert len(made(None, [{"agency": GP, "response": "nil_return"}, told(SCHOOL)]).entries) == 3


def test_agency_that_the_store_does_not_know() -> None:
    timeline = made(None, [told("unknown-trust", ("2025-05-01", "Immunised"))], identified=False)
    assert "unknown-trust" not in repr(timeline)


def test_twenty_one_weeks_and_a_life_of_hours() -> None:
    form = form_a("neonatal", child__gestation={"weeks": 21, "days": 6}, death__date="2026-02-10", death__time="03:40")
    timeline = made(form, [])
    assert [(entry.day, entry.age) for entry in timeline.entries[:2]] == [(0, "at birth"), (0, "25 minutes")]
    assert timeline.gaps == () and timeline.conflicts == () and "21 weeks and 6 days" in timeline.entries[0].event


def test_leap_day_birth() -> None:
    form = form_a(child__date_of_birth="2024-02-29", death__date="2025-02-28", death__time=None)
    assert made(form, []).entries[-2].age == "11 months"


@pytest.mark.parametrize(
    ("born", "died", "age"),
    [
        ("2024-01-26", "2026-01-25", "23 months"),
        ("2024-01-26", "2026-01-26", "2 years"),
        ("2024-02-29", "2026-02-28", "23 months"),
        ("2024-02-29", "2026-03-01", "2 years"),
    ],
)
def test_the_age_at_death_around_the_second_birthday(born: str, died: str, age: str) -> None:
    form = form_a(child__date_of_birth=born, death__date=died, death__time=None)
    assert next(entry.age for entry in made(form, []).entries if entry.day == 0) == age


def test_two_hospitals_have_a_number_where_types_stand_for_names() -> None:
    agencies = AGENCIES | {"eastbury": ("Eastbury Infirmary", "acute_hospital", "Acute hospital")}
    returns = [told(HOSPITAL, ("2025-05-01", "Seen")), told("eastbury", ("2025-06-01", "Seen"))]
    for identified, expected in ((False, {"Acute hospital 1", "Acute hospital 2"}), (True, {"Eastbury Infirmary"})):
        said = timeline("2026-7K3M", form_a(), returns, agencies, rules(), identified)
        assert expected <= {entry.source_words for entry in said.entries}


def test_order_does_not_depend_on_the_order_of_the_returns() -> None:
    assert made(None, RETURNS[::-1]).entries == made().entries


days = st.integers(min_value=-400, max_value=20)
minutes = st.one_of(st.none(), st.integers(min_value=0, max_value=1439))
said = st.sampled_from(
    [
        "Arrived at hospital",
        "Seen at the surgery",
        "Found unresponsive",
        "Note",
        "Death confirmed",
        "Joint home visit",
        "999 call",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([HOSPITAL, POLICE, AMBULANCE, GP]), days, minutes, said), max_size=14))
def test_every_event_is_there_once_and_days_never_go_back(told_events: list[tuple[str, int, int | None, str]]) -> None:
    returns: dict[str, dict[str, Any]] = {}
    for agency, day, minute, event in told_events:
        at = (date(2026, 1, 9) + timedelta(days=day)).isoformat() + (
            f"T{minute // 60:02d}:{minute % 60:02d}" if minute is not None else ""
        )
        returns.setdefault(agency, told(agency))["timeline"].append({"at": at, "event": event})
    timeline = made(None, list(returns.values()))
    assert len(timeline.entries) == len(told_events) + 3
    grouped = {index for group in timeline.together for index in group[1:]}
    alone = [entry.day for index, entry in enumerate(timeline.entries) if index not in grouped]
    assert alone == sorted(alone)
    assert all(list(group) == list(range(group[0], group[0] + len(group))) for group in timeline.together)
    assert all(0 <= index < len(timeline.entries) for conflict in timeline.conflicts for index in conflict.entries)
    for gap in timeline.gaps:
        assert timeline.born <= gap.start < gap.end <= 0 and gap.days == gap.end - gap.start
        assert not any(gap.start < entry.day < gap.end for entry in timeline.entries)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("Was not brought to the hearing clinic", "not brought or not attended"),
        ("Did not attend the clinic", "not brought or not attended"),
        ("CAMHS: DNA x 2", "not brought or not attended"),
        ("WNB, letter sent", "not brought or not attended"),
        ("Missed the 8 week immunisations", "not brought or not attended"),
        ("Health visitor called, no answer at the door", "not brought or not attended"),
        ("Appointment cancelled by the clinic", "cancelled or put off"),
        ("Family cancelled the home visit", "cancelled or put off"),
        ("DNA test sent", None),
        ("Police did not attend", None),
        ("Brought to the hearing clinic", None),
        ("Attended and was seen by dna of the ward", None),
        ("She missed her sister", None),
    ],
)
def test_missed_contacts_are_marked_in_words_that_blame_no_one(event: str, expected: str | None) -> None:
    (entry,) = [
        entry for entry in made(None, [told(GP, ("2025-05-01", event))], identified=False).entries if entry.day == -253
    ]
    assert entry.missed == expected


def test_other_answers_with_a_date_are_events_unless_the_agency_tells_of_them() -> None:
    seen = {
        "supplementary": [
            {
                "type": "sudden_unexpected_death",
                "answers": {"last_seen_alive": "2026-01-09T02:30", "position_found": "prone"},
            }
        ]
    }
    dietetics, unknown = (
        {"service": "Dietetics", "start": "2025-06-01", "end": "2025-09-01"},
        {"service": "not_known", "start": "not_known"},
    )
    services = {"service": {"services_involved": [dietetics, unknown]}}
    timeline = made(None, [told(HOSPITAL, **seen), told(GP, ("2025-09-01", "Discharged from dietetics"), **services)])
    assert [(entry.day, entry.event) for entry in timeline.entries[1:-2]] == [
        (-222, "Service begins: Dietetics"),
        (-130, "Discharged from dietetics"),
        (0, "Last seen alive"),
    ]


def test_what_was_replaced_is_kept_for_the_person_who_checks_and_not_shown_in_the_object() -> None:
    returns = [told(GP, ("2025-05-01", "Amara seen, then Bradley rang"), ("2025-05-02", "Amara and Bradley came"))]
    timeline = made(None, returns, identified=False)
    assert [(pair.original, pair.said, pair.count) for pair in timeline.replacements] == [("Amara", "[the child]", 2)]
    assert timeline.left == (("Bradley", (1, 2)),) and timeline.replaced == (("names", 2),)
    assert "Amara" not in repr(timeline)


def test_of_several_services_each_day_that_is_known_is_an_event_whatever_is_not_known_of_another() -> None:
    services = [
        {"service": "early_help", "start": "not_known"},
        {"service": "health_visiting", "start": "2025-04-01", "end": None},
        {"start": "2025-05-01"},
    ]
    found = made(None, [told(GP, service={"services_involved": services})])
    said = [(str(entry.at)[:10], entry.event) for entry in found.entries if "Service" in entry.event]
    assert said == [("2025-04-01", "Service begins: health visiting"), ("2025-05-01", "Service begins")]
