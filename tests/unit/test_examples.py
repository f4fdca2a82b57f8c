"""Every example works unchanged, and each of its values has the type that the schema gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pace import within

from cdr.forms import codec, schema

FOLDER = Path(__file__).resolve().parents[1] / "data" / "examples"
FORMS = {
    "form-a-neonatal": "form-a",
    "form-a-sudi": "form-a",
    "form-a-suicide": "form-a",
    "form-b-ambulance": "form-b",
    "form-b-hospital": "form-b",
    "form-b-police": "form-b",
    "form-c-sudi": "form-c",
    "letter-gate": "letter-gate",
    "store": "store",
}


def example(name: str) -> tuple[dict[str, Any], codec.Source]:
    return schema.read((FOLDER / f"{name}.yaml").read_bytes(), f"{name}.yaml", FORMS[name])


def test_every_example_is_tried() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_an_example_is_valid_and_is_stored_without_change(name: str) -> None:
    data, _ = example(name)
    assert schema.name_of(data) == schema.current(FORMS[name])
    assert codec.load(codec.dump(data)) == data


@pytest.mark.parametrize("name", FORMS)
def test_no_value_is_left_as_the_file_had_it(name: str) -> None:
    def check(value: Any) -> None:
        assert type(value) in (dict, list, str, int, float, bool, type(None))
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(part)

    check(example(name)[0])


@pytest.mark.parametrize("name", FORMS)
def test_validation_is_quick_once_it_is_built(name: str) -> None:
    data, _ = example(name)
    with within(0.05):
        for _ in range(5):
            assert schema.problems(data, schema.current(FORMS[name])) == []


def test_types_of_a_notification() -> None:
    data, source = example("form-a-sudi")
    child = data["child"]
    assert child["nhs_number"] == "9990000018" and child["date_of_birth"] == "2025-03-02"
    assert child["gestation"] == {"weeks": 36, "days": 4} and child["birth_weight_g"] == 2460
    assert data["death"]["time"] == "06:52" and data["safeguarding_concern"] == "no"
    assert data["family"]["interpreter_language"] is None
    assert data["informed"][0]["reference"] == "NC/0113/26"
    assert data["received_at"] == "2026-01-09T11:25"
    assert source.line("death.place") == 18


def test_types_of_returns_and_analysis() -> None:
    hospital, _ = example("form-b-hospital")
    assert (
        hospital["child"]["weight_kg"] == 8.1
        and hospital["mother"]["bmi"] == 31.2
        and hospital["mother"]["age_at_birth"] == 29
    )
    assert hospital["timeline"][3]["at"] == "2026-01-09T06:52"
    police, _ = example("form-b-police")
    assert police["supplementary"][0]["answers"]["room_temperature_c"] == 23.5
    assert police["environment"]["overcrowding"] == "yes"
    analysis, _ = example("form-c-sudi")
    assert analysis["category"] == {
        "primary": 10,
        "secondary": [],
        "rationale": "Unascertained after full investigation, no epilepsy",
    }
    assert [analysis["domains"][letter]["relevance"] for letter in "ABCD"] == [2, 2, 2, 1]
    store, _ = example("store")
    assert (
        store["area"]["population_0_17"] == {"Northshire": 118400, "Southtown": 46900}
        and store["retention_years"] == 25
    )
    assert store["people"]["manager"]["phone"] == "01632 960001"
