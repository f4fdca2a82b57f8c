"""Where two agencies, or an agency and Form A, do not say the same, the timeline says so."""

from __future__ import annotations

from typing import Any

import pytest
from unit.timeline_cases import AMBULANCE, GP, HOSPITAL, POLICE, form_a, made, told, whys


def test_the_same_time_is_no_conflict_and_a_minute_apart_is() -> None:
    hospital = told(HOSPITAL, ("2026-01-09T06:25", "Arrived in the emergency department"))
    assert whys(None, hospital, told(AMBULANCE, ("2026-01-09T06:25", "Arrived at hospital"))) == []
    assert len(whys(None, hospital, told(AMBULANCE, ("2026-01-09T06:26", "Arrived at hospital")))) == 1


def test_an_arrival_either_side_of_midnight_is_one_event() -> None:
    form = form_a(death__date="2026-01-10", death__time="01:00")
    returns = [
        told(HOSPITAL, ("2026-01-10T00:04", "Arrived in the emergency department")),
        told(AMBULANCE, ("2026-01-09T23:58", "Arrived at hospital")),
    ]
    assert whys(form, *returns) == [
        "Different times are given for the arrival at hospital: 23:58 (ambulance) and 00:04 (acute hospital)"
    ]


def test_death_at_another_time_or_on_another_day_conflicts_with_form_a() -> None:
    assert len(whys(None, told(HOSPITAL, ("2026-01-09T06:50", "Death confirmed")))) == 1
    (why,) = whys(None, told(HOSPITAL, ("2026-01-08", "Death confirmed")))
    assert "Different days are given for the death: 1 day apart" in why
    assert whys(None, told(GP, ("2024-01-08", "Maternal grandmother died"))) == []


def test_birth_on_another_day_conflicts_and_a_siblings_birth_does_not() -> None:
    (why,) = whys(None, told(GP, ("2025-03-03", "Born at 36+4")))
    assert "the birth" in why and "1 day apart" in why
    assert whys(None, told(GP, ("2021-06-14", "Brother born at term"))) == []


@pytest.mark.parametrize(
    ("at", "event", "conflicts"),
    [
        ("2024-01-05", "Immunised", 1),
        ("2024-11-05", "Antenatal booking, mother examined", 0),
        ("2024-11-05", "Police called to the home", 0),
        ("2026-01-12", "Weighed in clinic", 1),
        ("2026-01-12", "Bereavement visit to the family", 0),
        ("2026-01-12", "Post-mortem examination", 0),
        ("2026-01-09T06:51", "Intubated", 0),
        ("2026-01-09T07:10", "Intubated", 1),
        ("2026-01-09", "Seen by the GP with a cold", 0),
        ("2025-03-01", "Admitted in labour", 0),
    ],
)
def test_only_a_living_child_has_contacts(at: str, event: str, conflicts: int) -> None:
    assert len(whys(None, told(GP, (at, event)))) == conflicts


@pytest.mark.parametrize(
    ("more", "part"),
    [
        (
            {"child": {"gestation": {"weeks": 37, "days": 0}}},
            "36 weeks and 4 days (Form A) and 37 weeks (acute hospital)",
        ),
        ({"child": {"birth_weight_g": 2640}}, "2,460 g (Form A) and 2,640 g (acute hospital)"),
        (
            {"identifying": {"date_of_birth": "2025-03-20"}},
            "The date of birth is not the same in Form A and acute hospital",
        ),
        ({"identifying": {"date_of_death": "2026-01-10"}}, "The date of death is not the same"),
        ({"identifying": {"nhs_number": "9990000026"}}, "The NHS number is not the same"),
        ({"identifying": {"address": ["14 Example Street", "Northtown"]}}, "The home address is not the same"),
        ({"identifying": {"postcode": "NR1 1AC"}}, "The home address is not the same"),
        ({"circumstances": {"place_of_death": "paediatric_ward"}}, "The place of death is not the same everywhere"),
    ],
)
def test_facts_that_differ_are_conflicts_with_entries(more: dict[str, Any], part: str) -> None:
    (conflict,) = made(None, [told(HOSPITAL, **more)]).conflicts
    assert part in conflict.why and conflict.entries


@pytest.mark.parametrize(
    "more",
    [
        {"child": {"gestation": {"weeks": 36, "days": 4}, "birth_weight_g": 2460}},
        {"child": {"gestation": {"weeks": 36}}},
        {"child": {"gestation": "not_known", "birth_weight_g": "not_known"}},
        {"identifying": {"nhs_number": "999 000 0018", "postcode": "nr11ab", "address": ["12 Example Street"]}},
        {"circumstances": {"place_of_death": "not_known"}},
        {"child": None, "identifying": None},
    ],
)
def test_facts_that_agree_or_are_not_known_are_no_conflict(more: dict[str, Any]) -> None:
    assert whys(None, told(HOSPITAL, **more)) == []


def test_gestation_in_the_words_of_the_birth_counts() -> None:
    assert "35 weeks and 4 days" in whys(None, told(HOSPITAL, ("2025-03-02", "Born at 35+4")))[0]


def test_no_conflict_shows_an_address_number_or_date() -> None:
    returns = [
        told(
            HOSPITAL, identifying={"date_of_birth": "2025-03-20", "nhs_number": "9990000026", "address": "1 Other Road"}
        )
    ]
    said = " ".join(whys(None, *returns))
    assert not {"2025", "999", "Other", "Example"} & set(said.replace("-", " ").split()) and "9990000026" not in said


@pytest.mark.parametrize(
    ("at", "event", "conflicts"),
    [
        ("2026-01-10", "Seen alive on the ward round", 1),
        ("2026-01-11", "Seen alive by a shopkeeper", 1),
        ("2026-01-10", "Last seen alive by his father at 22:00", 1),
        ("2026-01-09T06:58", "Baby cried and was fed", 1),
        ("2026-01-09T06:58", "Baby was fed by mother", 1),
        ("2026-01-09T07:40", "He slept after a bottle", 1),
        ("2026-01-10", "She attended the school play", 1),
        ("2026-01-09T06:48", "Baby cried and was fed", 0),
        ("2026-01-10", "Neighbour's statement: child was seen alive the evening before", 0),
        ("2026-01-10", "Father told police that she slept well", 0),
        ("2026-01-10", "Mother cried and was comforted", 0),
        ("2026-01-10", "Twin brother fed well", 0),
        ("2026-01-10", "Not breathing when found, told again", 0),
        ("2026-01-20", "Discharged from the health visiting caseload", 0),
        ("2026-01-20", "Car seen on CCTV", 0),
    ],
)
def test_a_life_after_the_death_is_a_conflict_whoever_saw_it(at: str, event: str, conflicts: int) -> None:
    found = whys(None, told(GP, (at, event)))
    assert len(found) == conflicts and all("after the death" in why for why in found)


def test_two_weights_of_two_days_are_no_conflict_and_of_one_day_are() -> None:
    first, second = (
        {"weight_kg": weight, "measured_on": on} for weight, on in ((5.0, "2025-06-01"), (8.1, "2025-12-01"))
    )
    assert whys(None, told(GP, child=first), told(HOSPITAL, child=second)) == []
    assert len(whys(None, told(GP, child=first), told(HOSPITAL, child=second | {"measured_on": "2025-06-01"}))) == 1


def test_two_returns_that_differ_are_a_conflict_though_each_agrees_with_what_came_first() -> None:
    other_day, one, other = (
        {"weight_kg": weight, "measured_on": on}
        for weight, on in ((5.0, "2025-06-01"), (8.1, "2025-12-01"), (6.0, "2025-12-01"))
    )
    returns = [told(GP, child=other_day), told(HOSPITAL, child=one), told(POLICE, child=other)]
    assert len(whys(None, *returns)) == 1
    days_left_out = form_a(child__gestation={"weeks": 36})
    said = [
        told(GP, child={"gestation": {"weeks": 36, "days": 1}}),
        told(HOSPITAL, child={"gestation": {"weeks": 36, "days": 5}}),
    ]
    [why] = whys(days_left_out, *said)
    assert "36 weeks and 1 day" in why and "36 weeks and 5 days" in why
    assert whys(days_left_out, said[0]) == [] and whys(days_left_out, said[1]) == []


def test_of_an_address_those_are_named_that_differ() -> None:
    shorter = form_a(child__address=["12 Example Street"], child__postcode=None)
    town = told(GP, identifying={"address": ["12 Example Street", "Northtown"]})
    other_town = told(HOSPITAL, identifying={"address": ["12 Example Street", "Southtown"]})
    [why] = whys(shorter, town, other_town)
    assert why == "The home address is not the same in primary care gp and acute hospital"
