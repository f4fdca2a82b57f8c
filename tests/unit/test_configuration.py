from __future__ import annotations

from typing import Any

import pytest
from unit.domain_data import changed, configuration, example, ids

from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.store_rules import configuration_problems
from cdr.errors import NotFound


def test_the_example_is_read_whole() -> None:
    store = configuration()
    assert store.area == "Northshire and Southtown"
    assert store.authorities == ("Northshire", "Southtown")
    assert dict(store.population) == {"Northshire": 118400, "Southtown": 46900}
    assert store.people["manager"].phone == "01632 960001"
    assert store.letterhead.address[0] == "Child Death Review Team"
    assert [quorum.part for quorum in store.panel] == ["health", "social_care"]
    assert store.retention_years == 25
    assert store.mail["transport"] == "outbox"
    assert configuration_problems(example("store")) == []


def test_an_agency_and_where_it_sits() -> None:
    assert configuration().agency("northshire-police").type == "police"
    assert configuration().area_of("regional-ambulance").name == "Eastbury"
    assert configuration().area_of("northshire-police").chair.email == "chair@northshire.example"


def test_an_unknown_agency_is_not_found_and_the_known_ones_are_listed() -> None:
    with pytest.raises(NotFound) as caught:
        configuration().agency("someone")
    assert "northshire-police" in caught.value.hint
    assert "@" not in caught.value.hint


def test_an_agency_of_an_unknown_area_is_not_found() -> None:
    store = Configuration.from_document(changed(example("store"), "agencies.0.area", "Nowhere"))
    with pytest.raises(NotFound):
        store.area_of("northtown-general")


@pytest.mark.parametrize(
    ("path", "value", "rule", "field"),
    [
        ("agencies.1.id", "northtown-general", "STORE-01", "agencies.1.id"),
        ("agencies.6.area", "Westbury", "STORE-02", "agencies.6.area"),
        ("panel.health", ["northtown-general", "nobody"], "STORE-03", "panel.health.1"),
        ("area.authorities", ["Northshire", "Southtown", "Northshire"], "STORE-04", "area.authorities.2"),
        ("areas.0.name", "Northshire and Southtown", "STORE-05", "areas.0.name"),
        ("area.population_0_17", {"Eastshire": 5}, "STORE-06", "area.population_0_17.Eastshire"),
        ("area.live_births", {"Northshire": 5, "Eastshire": 5}, "STORE-06", "area.live_births.Eastshire"),
        ("breaks", [{"from": "2024/25", "why": "a"}, {"from": "2024/26", "why": "a"}], "STORE-09", "breaks.1.from"),
    ],
)
def test_what_is_wrong_is_found(path: str, value: Any, rule: str, field: str) -> None:
    found = configuration_problems(changed(example("store"), path, value))
    assert (rule, field) in {(problem.rule, problem.field) for problem in found}


@pytest.mark.parametrize("body", [{}, {"area": None, "agencies": [None, {}], "panel": ["x"], "areas": 3}, {"area": []}])
def test_a_broken_configuration_does_not_raise(body: Any) -> None:
    assert ids(configuration_problems(body)) <= {"STORE-01", "STORE-02", "STORE-03"}


def test_births_and_breaks_may_be_left_out_and_are_taken_as_they_stand() -> None:
    assert configuration().live_births == ()
    assert configuration().breaks == ()
    body = changed(example("store"), "area.live_births", {"Northshire": 1200})
    body = changed(body, "breaks", [{"from": "2024/25", "tables": ["notifications"], "why": "More births count."}])
    made = Configuration.from_document(body)
    assert made.live_births == (("Northshire", 1200),)
    assert [(one.year, one.tables, one.why) for one in made.breaks] == [
        ("2024/25", ("notifications",), "More births count.")
    ]
    assert configuration_problems(body) == []
