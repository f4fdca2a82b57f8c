"""`cdr import` as a person runs it: what comes in, what is refused, and what every other command says of an imported case."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli.registers import AS_OF, ROW, commits, documents, register
from conftest import EXAMPLES, Shell

NAMED = ROW | {
    "first_names": "Ọlá Gwên",
    "family_name": "Przykład-Ngọc",
    "nhs_number": "999 000 0018",
    "postcode": "nr1 1ab",
}
REVIEWED = NAMED | {
    "expected": "unexpected", "gestation_weeks": "24+3", "deprivation_decile": "1", "jar": "yes", "reviewed_on": "06/05/2020", "category": "8",
    "modifiable": "yes", "domain_a": "2", "domain_b": "2", "domain_c": "0", "domain_d": "1", "contributory_factors": "acute_illness; other",
    "modifiable_factors": "parental_smoking", "learning_themes": "escalation;Information sharing",
}  # fmt: skip
NEVER_SHOWN = ("Ọlá", "Gwên", "Przykład", "Ngọc", "9990000018", "999 000 0018", "2019-03-02", "nr1 1ab", "15/01")


def bring_in(cdr: Shell, file: str, *options: str) -> list[str]:
    answer = cdr("import", file, "--json", *options, as_of=AS_OF)
    return [case["case"] for case in answer.json["cases"]]


# ---- what comes in ---------------------------------------------------------------------------------------------------


def test_a_reviewed_row_is_a_closed_case_and_one_without_a_review_an_open_one(cdr: Shell, tmp_path: Path) -> None:
    file = register(tmp_path, REVIEWED, ROW | {"old_reference": "15/02"})
    closed, opened = bring_in(cdr, file)
    assert closed.startswith("2019-") and opened.startswith("2019-"), "the year of notification"
    listed = {case["case"]: case for case in cdr("list", "--json").json["cases"]}
    assert (listed[closed]["open"], listed[closed]["stage"]) == (False, "closed")
    assert (listed[opened]["open"], listed[opened]["stage"]) == (True, "notified")
    assert listed[closed]["notified_on"] == "2019-05-07"
    assert commits(cdr)[0] == "cdr: import"
    kept = documents(cdr, closed)
    assert kept["case"]["imported"] == {"on": AS_OF, "old_reference": "15/01"}
    assert kept["notification"]["register"] == {"place": "Hospital"}, "a row of the tables is no code"
    assert kept["notification"]["child"]["nhs_number"] == "9990000018"
    assert kept["notification"]["child"]["gestation"] == {"weeks": 24, "days": 3}
    assert kept["analysis"]["domains"]["A"] == {"relevance": 2, "factors": [{"code": "acute_illness", "relevance": 2}]}
    assert kept["analysis"]["domains"]["B"]["factors"] == [{"code": "parental_smoking", "modifiable": "yes"}]
    assert kept["analysis"]["factors"] == [{"code": "other", "relevance": 2}]
    assert "analysis" not in documents(cdr, opened)
    cdr("verify")


def test_every_table_that_a_register_can_carry_counts_an_imported_case(cdr: Shell, tmp_path: Path) -> None:
    bring_in(cdr, register(tmp_path, REVIEWED))
    notified = _counted(cdr, "2019/20", "notifications.")
    assert notified == {
        "notifications.local_authority": ["Northshire"], "notifications.age_band": ["28-364 days"], "notifications.place": ["Hospital"],
        "notifications.sex": ["Female"], "notifications.ethnicity": ["Black"], "notifications.expected": ["Unexpected"],
        "notifications.gestation": ["24-27 weeks"], "notifications.jar": ["Yes"], "notifications.deprivation": ["1 (most deprived)"],
    }  # fmt: skip
    reviewed = _counted(cdr, "2020/21", "reviews.")
    expected = {
        "reviews.place": ["Hospital"], "reviews.duration": ["6-12 months"], "reviews.year_of_death": ["2019/20"],
        "reviews.category": ["8 Perinatal/neonatal event"], "reviews.modifiable_by_authority": ["Northshire"],
        "reviews.modifiable_factors": ["Smoking by a parent or carer"], "reviews.learning_themes": ["Escalation", "Information sharing"],
        "reviews.contributory_factors": ["Acute or sudden illness", "Another factor"],
    }  # fmt: skip
    assert {name: sorted(reviewed[name]) for name in expected} == expected
    assert [label[0] for label in reviewed["reviews.domains"]] == ["A", "B"]


def _counted(cdr: Shell, year: str, basis: str) -> dict[str, list[str]]:
    found = cdr("tally", "--year", year, "--json").json["tables"]
    wanted = [table for table in found if table["id"].startswith(basis) and table["columns"] == [year]]
    counted = {table["id"]: [row["label"] for row in table["rows"] if row["cells"][0]["n"]] for table in wanted}
    own = ("local_authority", "age_band", "place", "sex", "ethnicity", "expected", "gestation", "jar", "deprivation")
    return {
        name: of for name, of in counted.items() if not name.startswith("notifications.") or name.split(".")[1] in own
    }


def test_a_dry_run_says_what_would_come_in_and_records_nothing(cdr: Shell, tmp_path: Path) -> None:
    before = commits(cdr)
    answer = cdr(
        "import",
        register(tmp_path, REVIEWED, ROW | {"old_reference": "2", "local_authority": "Eastbury"}),
        "--dry-run",
        as_of=AS_OF,
    )
    assert answer.lines[0] == "2 cases would be brought in: 1 closed, 1 open."
    assert answer.lines[1] == "1 child lived outside the area and will be in no table."
    assert ["2019/20", "2", "0"] in [line.split() for line in answer.lines]
    assert commits(cdr) == before
    assert cdr("list", "--json").json["cases"] == []


def test_nothing_about_a_child_is_said_while_a_register_is_brought_in_or_refused(cdr: Shell, tmp_path: Path) -> None:
    file = register(tmp_path, REVIEWED)
    said = cdr("import", file, as_of=AS_OF)
    refused = cdr("import", file, as_of=AS_OF, code=65)
    wrong = register(
        tmp_path,
        NAMED | {"nhs_number": "9990000019", "sex": "Gwên", "postcode": "Ngọc", "old_reference": "2"},
        name="wrong.csv",
    )
    invalid = cdr("import", wrong, as_of=AS_OF, code=65)
    mapping = tmp_path / "map.yaml"
    mapping.write_text("schema: register-map/1\n")
    mapped = cdr("import", wrong, "--map", str(mapping), as_of=AS_OF, code=65)
    for answer in (said, refused, invalid, mapped, cdr("list"), cdr("audit")):
        for word in NEVER_SHOWN:
            assert word not in answer.out + answer.err
    names = subprocess.run(
        ["git", "-C", str(cdr.store), "grep", "-l", "-a", "-F", "Gwên", "HEAD"], capture_output=True, check=False
    )
    assert names.returncode == 1 and names.stdout == b""


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_every_bad_row_is_listed_and_nothing_is_written(cdr: Shell, tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW | {"old_reference": "2", "date_of_death": "2019-03-01"},
        ROW | {"old_reference": "3", "notified_on": "2019-05-05"},
        ROW | {"old_reference": "4", "reviewed_on": "2019-05-05"},
        ROW | {"old_reference": "5", "date_of_birth": "2001-05-06"},
        ROW | {"old_reference": "6", "sex": "woman", "place": ""},
        ROW | {"old_reference": "7", "notified_on": "2026-01-10"},
        ROW | {"old_reference": "8", "date_of_death": "31/02/2019"},
        ROW,
    ]
    before = commits(cdr)
    file = register(tmp_path, *rows)
    said = cdr("import", file, as_of=AS_OF, code=65).err.splitlines()
    found = [
        (line.split(": ")[0].rpartition(":")[2], line.split(": ")[1], line.rpartition("[")[2].rstrip("]"))
        for line in said[:-1]
    ]
    assert found == [
        ("3", "date_of_death", "A-03"), ("4", "notified_on", "A-27"), ("5", "reviewed_on", "C-17"), ("6", "date_of_death", "A-05"),
        ("7", "sex", "REG-03"), ("7", "place", "REG-02"), ("8", "notified_on", "A-04"), ("9", "date_of_death", "REG-04"),
        ("10", "old_reference", "REG-05"),
    ]  # fmt: skip
    assert all(line.startswith(f"{file}:") for line in said[:-1])
    assert "nothing was recorded" in said[-1]
    assert commits(cdr) == before


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"nhs_number": "9990000018"}, "A-26"),
        ({"nhs_number": "", "first_names": "OLA  GWEN", "family_name": "przyklad ngoc"}, "A-26"),
        ({"nhs_number": "", "first_names": "Ada", "family_name": "Other", "old_reference": " 15/01 "}, "REG-05"),
    ],
)
@pytest.mark.parametrize("where", ["in the file", "in the store"])
def test_the_same_child_twice_is_refused(
    cdr: Shell, tmp_path: Path, change: dict[str, str], rule: str, where: str
) -> None:
    again = NAMED | {"old_reference": "other"} | change
    if where == "in the file":
        answer = cdr("import", register(tmp_path, NAMED, again), as_of=AS_OF, code=65)
        assert ":3: " in answer.err and "row 2 has the same" in answer.err
    else:
        (case,) = bring_in(cdr, register(tmp_path, NAMED))
        answer = cdr("import", register(tmp_path, again), as_of=AS_OF, code=65)
        assert f"the case {case} has the same" in answer.err
    assert f"[{rule}]" in answer.err


def test_rows_without_a_name_or_a_number_are_never_the_same_child(cdr: Shell, tmp_path: Path) -> None:
    twins = register(
        tmp_path, ROW, ROW | {"old_reference": "15/02"}, ROW | {"old_reference": "15/03", "family_name": "Testcase"}
    )
    assert len(bring_in(cdr, twins)) == 3


def test_a_child_whom_a_notification_opened_is_not_brought_in_again(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    row = NAMED | {
        "nhs_number": "",
        "first_names": "Amára-Grace",
        "family_name": "TESTCASE",
        "date_of_birth": "2/3/2025",
    }
    row |= {"date_of_death": "9 January 2026", "notified_on": "2026-01-09"}
    answer = cdr("import", register(tmp_path, row), as_of="2026-02-01", code=65)
    assert f"the case {sudi} has the same names" in answer.err


def test_an_imported_child_is_known_to_a_notification(cdr: Shell, tmp_path: Path) -> None:
    row = NAMED | {
        "nhs_number": "9990000018",
        "date_of_birth": "2025-03-02",
        "date_of_death": "2026-01-09",
        "notified_on": "2026-01-09",
    }
    (case,) = bring_in(cdr, register(tmp_path, row))
    answer = cdr("notify", "--from", str(EXAMPLES / "form-a-sudi.yaml"), as_of=AS_OF, code=65)
    assert case in answer.err


# ---- afterwards ------------------------------------------------------------------------------------------------------


def test_every_command_gives_a_clear_answer_about_an_imported_case(cdr: Shell, tmp_path: Path) -> None:
    closed, opened = bring_in(cdr, register(tmp_path, REVIEWED, ROW | {"old_reference": "2"}))
    assert "Brought in on 2026-01-09 from a register" in cdr("show", closed, as_of=AS_OF).out
    assert "1 open case: nothing due within a week" in cdr("today", as_of=AS_OF).out
    assert "Died" in cdr("timeline", closed, as_of=AS_OF).out
    assert "Form A names no one to write to" in cdr("letter", opened, "--draft", code=66, as_of=AS_OF).err
    assert "cdr reopen" in cdr("request", closed, "northshire-police", code=65, as_of=AS_OF).err
    assert f"cdr request {opened} AGENCY" in cdr("request", opened, as_of=AS_OF).err
    for asked in (["milestone", opened], ["contact", opened], ["gate", opened], ["question", opened, "list"]):
        said = cdr(*asked, as_of=AS_OF).out
        assert f"cdr {asked[0]} {opened} " in said and " REF " not in said, "what to type next works as it is given"
    assert closed not in cdr("ncmd", "--preflight", "2020/21", as_of=AS_OF).out
    cdr("ncmd", opened, as_of=AS_OF)
    cdr("request", opened, "northshire-police", as_of="2026-01-09")
    assert "prompt-1" in cdr("chase", "--overdue", as_of="2026-01-26").out
    cdr("return", opened, "northshire-police", "--nil", as_of="2026-01-27")
    form = EXAMPLES / "form-c-sudi.yaml"
    text = tmp_path / "form-c.yaml"
    text.write_text(form.read_text().replace("2026-04-14", "2019-06-01"))
    cdr(
        "review",
        opened,
        "--from",
        str(text),
        "--on",
        "2019-07-01",
        "--override",
        "reviewed on paper",
        as_of="2026-02-01",
    )
    cdr("close", opened, as_of="2026-02-01")
    cdr("reopen", closed, "--reason", "the inquest has ended", as_of="2026-02-01")
    assert commits(cdr)[0] == f"cdr: reopen {closed}"
    cdr("verify")


def edit(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Have the editor run these lines of Python over `text`."""
    program = folder / "editor"
    program.write_text(
        f"#!/usr/bin/env python3\nimport pathlib, sys\np = pathlib.Path(sys.argv[-1])\ntext = p.read_text()\n{script}\np.write_text(text)\n"
    )
    program.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(program))


def test_an_imported_notification_is_corrected_though_the_case_is_closed(
    cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case,) = bring_in(cdr, register(tmp_path, REVIEWED))
    edit(tmp_path, monkeypatch, 'text = text.replace("sex: female", "sex: male")')
    assert "child.sex" in cdr("edit", case, "form-a", as_of=AS_OF).out
    kept = documents(cdr, case)
    assert kept["notification"]["child"]["sex"] == "male" and kept["case"]["status"] == "closed"
    edit(tmp_path, monkeypatch, 'text = text.replace("2019-05-06", "2019-03-01")')
    assert "[A-03]" in cdr("edit", case, "form-a", as_of=AS_OF, code=65).err
    edit(tmp_path, monkeypatch, 'text = text.replace("primary: 8", "primary: 7")')
    assert "category.primary" in cdr("edit", case, "form-c", as_of=AS_OF).out
    cdr("verify")


def test_an_imported_notification_becomes_a_whole_form_when_its_first_line_says_so(
    cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = NAMED | {"date_of_birth": "2025-03-02", "date_of_death": "2026-01-09", "notified_on": "2026-01-09"}
    (case,) = bring_in(cdr, register(tmp_path, row))
    edit(tmp_path, monkeypatch, 'text = text.replace("imported-a/1", "form-a/1")')
    refused = cdr("edit", case, "form-a", as_of=AS_OF, code=65).err
    assert (
        "family: Family: Enter family. [SCHEMA-REQUIRED]" in refused
        and "register: This is not a field of Form A" in refused
    )
    whole = EXAMPLES / "form-a-sudi.yaml"
    edit(tmp_path, monkeypatch, f"text = pathlib.Path({str(whole)!r}).read_text()")
    cdr("edit", case, "form-a", as_of=AS_OF)
    kept = documents(cdr, case)
    assert kept["notification"]["schema"] == "form-a/1" and kept["case"]["imported"]["old_reference"] == "15/01"
    again = ROW | {"old_reference": "15/01"}
    assert (
        f"the case {case} has the same old reference"
        in cdr("import", register(tmp_path, again), as_of=AS_OF, code=65).err
    )


def test_usage(cdr: Shell, tmp_path: Path) -> None:
    file = register(tmp_path, ROW)
    assert "-o belongs to --guess" in cdr("import", file, "-o", str(tmp_path / "x"), code=2).err
    assert "cannot be read" in cdr("import", str(tmp_path / "none.csv"), code=66).err
    assert bring_in(cdr, file)
    assert cdr(
        "import", "-", stdin=Path(register(tmp_path, ROW | {"old_reference": "2"})).read_bytes(), as_of=AS_OF
    ).out.startswith("1 case brought in")


def test_the_chaser_brings_nothing_in(cdr: Shell, people: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("import", register(tmp_path, ROW), code=77)
    cdr("import", register(tmp_path, ROW), "--dry-run", code=77)
