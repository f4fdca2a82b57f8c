"""Forty deaths that a registrar lists, two of them never notified: exactly these two, however the others are spelt there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from cli.registers import register
from conftest import Shell

AS_OF = "2026-12-30"
FIRST_DEATH, AGE = date(2025, 4, 3), timedelta(days=900)

# First names and family name of the case, and as the registrar wrote them; None where the registrar has it letter by letter.
NAMES: Sequence[tuple[str, str, str | None, str | None]] = [
    # Welsh
    ("Siân Mair", "Testcase-Ŵyn", "SIAN MAIR", "TESTCASE-WYN"),
    ("Llŷr", "ap Testcase", "Llyr", "AP TESTCASE"),
    ("Gwenllian", "Samplefield", "Gwenllïan", "SAMPLEFIELD"),
    ("Angharad", "Exampleby", "Anghared", "EXAMPLEBY"),
    ("Rhŷs", "Testcase", "Rhys", "Testcase"),
    ("Ffion Haf", "Môrtest", "Ffion", "MORTEST"),
    ("Owain", "Llwydtest", "Owian", "LLWYDTEST"),
    # Yorùbá
    ("Adéọlá", "Ọlátẹ́stì", "Adeola", "OLATESTI"),
    ("Olúwaṣeun", "Testcase", "Oluwaseun", "TESTCASE"),
    ("Ọmọ́táyọ̀ Ìyanu", "Exampleby", "Omotayo", "EXAMPLEBY"),
    ("Àyọ̀", "Adétẹ́stì", "Ayo", "ADETESTI"),
    ("Fọlákẹ́mi", "Samplefield", "Folakemmi", "SAMPLEFIELD"),
    # double-barrelled, apostrophes, prefixes
    ("Chloe", "Testcase-Exampleby", "Chloe", "TESTCASE EXAMPLEBY"),
    ("Daniel", "Mockridge-Samplefield", "Daniel", "MOCKRIDGE"),
    ("Jasmine", "Exampleby-Mockridge", "Jasmine", "MOCKRIDGE-EXAMPLEBY"),
    ("Eilidh", "O'Testcase", "Eilidh", "OTESTCASE"),
    ("Anne-Marie", "McTestcase", "Ann Marie", "MC TESTCASE"),
    ("Niamh", "de la Testcase", "Niamh", "DE LA TESTCASE"),
    # in another order, with more or fewer names, by a slip of the pen
    ("Wei", "Testcasechen", "Testcasechen", "WEI"),
    ("Mohammed Yusuf", "Mockridge", "Muhammed Yusuf", "MOCKRIDGE"),
    ("Katherine Rose", "Testcase", "Catherine Rose", "TESTCASE"),
    ("Thomas", "Samplefield", "Thomas Henry", "SAMPLEFIELD"),
    ("Zofia", "Żółtest", "Zofia", "ZOLTEST"),
    ("José Luís", "Peñatest", "Jose Luis", "PENATEST"),
    ("Søren", "Ærøtest", "Soren", "AEROTEST"),
    ("Benjamin", "Exampleby", "Ben", "EXAMPLEBY"),
    ("Farah", "Testcase", "Frah", "TESTCASE"),
    ("Grace", "Mockridge", "Grace", "MOKRIDGE"),
    # as they are
    *((first, "Testcase", None, None) for first in ("Hana", "Imran", "Leo", "Maya", "Noah", "Priya")),
    # twins, of whom one was notified; and a cousin's name, on another day
    ("Ava", "Twintest", None, None),
    ("Eva", "Twintest", None, None),
    ("Oscar", "Samplefield", None, None),
    ("Oskar", "Exampleby", None, None),
    ("Rosa", "Mockridge", None, None),
    ("Rosie", "Testcase", None, None),
]
NEVER_NOTIFIED = (34, 38)  # Ava, whose twin Eva was; and Rosa

Death = dict[str, str]


def deaths() -> list[Death]:
    """What was so: forty children with their days; twins were born and died together."""
    found = []
    for number, (first, family, _, _) in enumerate(NAMES):
        died = FIRST_DEATH + timedelta(days=9 * (34 if number == 35 else number))
        born = died - AGE
        found.append(
            {"first_names": first, "family_name": family, "date_of_birth": born.isoformat(), "date_of_death": died.isoformat()}
        )  # fmt: skip
    return found


def notified(folder: Path) -> str:
    """The cases that there are, as a register that is brought in."""
    rows = [
        {
            "old_reference": f"25/{number:02}", "notified_on": one["date_of_death"], "sex": "not_known", "ethnicity": "Z",
            "local_authority": "Northshire", "place": "Hospital", **one,
        }
        for number, one in enumerate(deaths())
        if number not in NEVER_NOTIFIED
    ]  # fmt: skip
    return register(folder, *rows)


def british(day: str) -> str:
    return date.fromisoformat(day).strftime("%d/%m/%Y")


def swapped(day: str) -> str:
    """A day whose day and month have changed places, where that is a day."""
    found = date.fromisoformat(day)
    return found.replace(day=found.month, month=found.day).isoformat() if found.day <= 12 else day


def as_registered() -> list[Death]:
    """The same deaths as the registrar wrote them, with every slip."""
    found = []
    for number, (one, (_, _, first, family)) in enumerate(zip(deaths(), NAMES, strict=True)):
        spelt = {**one, "first_names": first or one["first_names"], "family_name": family or one["family_name"]}
        slip = ("date_of_death", "date_of_birth")[number % 2]
        found.append({**spelt, slip: swapped(one[slip])})
    return found


def whole(one: Death) -> dict[str, str]:
    return {
        "Forename(s)": one["first_names"], "SURNAME": one["family_name"], "Date of Birth": british(one["date_of_birth"]),
        "Date of Death": british(one["date_of_death"]),
    }  # fmt: skip


def without_births(one: Death) -> dict[str, str]:
    return {"Surname": one["family_name"], "First name": one["first_names"], "Died": british(one["date_of_death"])}


def one_name(one: Death) -> dict[str, str]:
    return {"Name of deceased": f"{one['family_name']}, {one['first_names']}", "Died on": one["date_of_death"]}


@pytest.fixture
def area(cdr: Shell, tmp_path: Path) -> Shell:
    cdr("import", notified(tmp_path), as_of=AS_OF)
    return cdr


@pytest.mark.parametrize("columns", [whole, without_births, one_name])
def test_exactly_the_two_who_were_never_notified(
    area: Shell, tmp_path: Path, columns: Callable[[Death], dict[str, str]]
) -> None:
    rows = [columns(one) for one in as_registered()]
    file = register(tmp_path, *rows, name="deaths.csv")
    found = area("reconcile", file, "--json", as_of=AS_OF).json
    assert [one["row"] - 2 for one in found["never_notified"]] == list(NEVER_NOTIFIED)
    assert len({one["case"] for one in found["matched"]}) == 38 and found["not_in_list"] == []
    for one in found["matched"]:
        shown = area("show", one["case"], "--json").json["documents"]["notification"]["child"]
        assert shown["first_names"] == NAMES[one["row"] - 2][0], "each is found for their own case"


def test_the_letter_of_query_asks_about_these_two_and_names_nobody_else(area: Shell, tmp_path: Path) -> None:
    file, letter = register(tmp_path, *map(whole, as_registered()), name="deaths.csv"), tmp_path / "query.txt"
    said = area("reconcile", file, "--query", letter, as_of=AS_OF)
    assert "40 deaths listed: 38 with a case" in said.out and "2 never notified. Not in the list: 0 cases." in said.out
    text = letter.read_text("utf-8")
    asked = [line for line in text.splitlines() if line.startswith("- ")]
    assert [line.partition(",")[0] for line in asked] == ["- Ava Twintest", "- Rosa Mockridge"]
    assert [line.rpartition("(")[2] for line in asked] == ["row 36 of the list)", "row 40 of the list)"]
    others = {first for number, (first, *_) in enumerate(NAMES) if number not in NEVER_NOTIFIED}
    assert not {name for name in others if name in text}
    for name in ("Twintest", "Mockridge", "Testcase"):
        assert name not in said.out + said.err and name.upper() not in said.out + said.err


def test_another_first_name_with_the_same_days_is_told_and_its_case_beside_it(area: Shell, tmp_path: Path) -> None:
    """It may be a twin, who was never notified, or another spelling: a person looks."""
    owain = {**whole(deaths()[6]), "Forename(s)": "Owen"}
    file = register(tmp_path, owain, name="deaths.csv")
    [told] = area("reconcile", file, "--json", as_of=AS_OF).json["never_notified"]
    [case] = told["perhaps"]
    assert area("show", case, "--json").json["documents"]["notification"]["child"]["first_names"] == "Owain"


@pytest.mark.parametrize("without", ["Date of Death", "names"])
def test_a_list_in_which_a_column_is_missing_is_refused_and_says_which(
    area: Shell, tmp_path: Path, without: str
) -> None:
    left_out = ("Forename(s)", "SURNAME") if without == "names" else (without,)
    rows = [{key: value for key, value in whole(one).items() if key not in left_out} for one in deaths()]
    said = area("reconcile", register(tmp_path, *rows, name="deaths.csv"), as_of=AS_OF, code=65)
    assert "Date of death and a name or the NHS number" in said.err


def test_rows_without_a_date_or_a_name_are_all_told_at_once(area: Shell, tmp_path: Path) -> None:
    rows = [whole(one) for one in as_registered()]
    rows[3]["Date of Death"], rows[20]["Forename(s)"], rows[20]["SURNAME"] = "in the spring", "", ""
    said = area("reconcile", register(tmp_path, *rows, name="deaths.csv"), as_of=AS_OF, code=65)
    assert [line.split("deaths.csv:")[1].split(":")[0] for line in said.err.splitlines() if "[" in line] == ["5", "22"]
