"""The hospitals that an area lists: which of them a child died in, as the form says it, and the table of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit import test_report
from unit.domain_data import changed, configuration, example

from cdr.app import rules
from cdr.documents.notification_form.notification_questions import asked
from cdr.documents.report.report_blocks import Grid, Heading
from cdr.domain.case.facts import notification_of
from cdr.domain.case.places import own_hospital
from cdr.domain.rulebook.form_a import HOSPITAL_PLACES, agency_problems
from cdr.statistics.facts import CaseFacts
from cdr.statistics.tally import Choice, Setting, tally

OURS = ("Royal Infirmary", "St. Anne's Hospital", "Royal Infirmary Annexe")


@pytest.mark.parametrize(
    ("said", "hospital"),
    [
        ("royal infirmary", OURS[0]), ("Ward 5, the Royal Infirmary", OURS[0]), ("Royal Infirmary, A&E", OURS[0]), 
        ("Neonatal unit at St Annes Hospital", OURS[1]),
        ("Royal Infirmary Annexe", OURS[2]), ("Sheffield Royal Infirmary", None), ("Ward 5", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_hospital_is_known_by_its_name_wherever_a_part_begins_with_it(said: str | None, hospital: str | None) -> None:
    assert own_hospital(said, OURS) == hospital


def case(n: int, **more: Any) -> CaseFacts:
    day = date(2024, 5, 1)
    known: dict[str, Any] = {
        "case": f"2024-{n:04}",
        "notified_on": day,
        "died": day,
        "local_authority": "Northshire",
        "place": "paediatric_ward",
    }
    return CaseFacts(**known | more)


def test_the_table_counts_deaths_in_hospital_alone() -> None:
    facts = [
        case(1, hospital="Royal Infirmary"), case(2, hospital="Royal Infirmary, Ward 5"), case(3, hospital="Far Away Hospital"),
        case(4), case(5), case(6, place="home_normal_residence"), case(7, place="Hospital", hospital="Royal Infirmary"),
    ]  # fmt: skip
    choice = Choice(tables=("notifications.hospital",))
    made = tally(
        facts, "Northshire", ("Northshire",), {}, "2024/25", 1, rules("bands"), choice, Setting(hospitals=OURS)
    )
    [table] = made.tables
    rows = {row.label: row.cells[0] for row in table.rows}
    assert list(rows) == [*OURS, "Another hospital", "Not known"]
    assert [cell.n for cell in rows.values()] == [3, 0, 0, 1, 2]
    assert table.total[0].n == 6 and rows[OURS[0]].percent == 75.0, "of those of which it is known"


def test_the_form_says_it_and_what_is_nearly_one_of_them_is_told() -> None:
    form = example("form-a-sudi")
    area = replace(configuration(), hospitals=("Northtown General Hospital",))
    assert (
        notification_of(changed(form, "death.hospital", "Northtown General Hospital")).hospital
        == "Northtown General Hospital"
    )
    for said, told in (
        (None, ["A-46"]),
        ("Northtown Generel Hospital", ["A-45"]),
        ("Northtown General Hospital, Ward 5", []),
        ("Elsewhere Hospital", []),
    ):
        found = [
            one.rule
            for one in agency_problems(changed(form, "death.hospital", said), area)
            if one.rule in ("A-45", "A-46")
        ]
        assert found == told, said


def test_a_report_has_the_table_where_the_area_lists_hospitals(monkeypatch: pytest.MonkeyPatch) -> None:
    area = replace(test_report.CONFIGURATION, hospitals=OURS)
    facts = [
        test_report.case(n, 2025, place="neonatal_unit", hospital=OURS[0] if n < 5 else "Far Away Hospital")
        for n in range(12)
    ]
    heading = "5 of 12 deaths in hospital were in a hospital of the area"
    plain = [block.words for block in test_report.made(facts).blocks if isinstance(block, Heading)]
    assert heading not in plain and "Deaths in hospital" not in plain
    monkeypatch.setattr(test_report, "CONFIGURATION", area)
    report = test_report.made(facts)
    assert heading in [block.words for block in report.blocks if isinstance(block, Heading)]
    [grid] = [
        block
        for block in report.blocks
        if isinstance(block, Grid) and block.caption == "Deaths notified in hospital, by hospital"
    ]
    assert [row[-1] for row in grid.rows] == ["5 (41.7%)", "0", "0", "7 (58.3%)", "12"]


def test_the_offline_form_asks_which_hospital_of_an_area_that_lists_its_own() -> None:
    without, with_ours = asked(()), asked((), OURS)
    questions = {one.path: one for part in with_ours.sections for one in part.questions}
    question = questions["death.hospital"]
    assert question.kind == "choice" and [code for code, _ in with_ours.codes[question.codes]] == [
        *OURS, "Another hospital",
    ]  # fmt: skip
    assert dict(question.when) == {"death.place": HOSPITAL_PLACES}
    assert "death.hospital" not in {one.path for part in without.sections for one in part.questions}


def test_another_hospital_is_no_misspelt_one() -> None:
    area = replace(configuration(), hospitals=("Northern Hospital",))
    form = changed(example("form-a-sudi"), "death.hospital", "Another hospital")
    assert not [one for one in agency_problems(form, area) if one.rule in ("A-45", "A-46")]
