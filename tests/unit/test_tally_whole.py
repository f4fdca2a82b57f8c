"""What holds for every table: who is behind a cell, that it adds up, and that it is written in every format."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.tally_cases import AGENCIES, ALL, AUTHORITIES, BANDS, CASE, SETTING, tallied, years_of

from cdr.documents.tables.formats import FORMATS
from cdr.documents.tables.tally import render
from cdr.errors import WrongUsage
from cdr.statistics.cautions import Seen, cautions, seen
from cdr.statistics.counting import counted
from cdr.statistics.facts import CaseFacts, RequestFacts
from cdr.statistics.labels import Labels
from cdr.statistics.periods import columns
from cdr.statistics.summed import Summed
from cdr.statistics.tables import OVERLAPPING, RATES, TIMES, TOTAL
from cdr.statistics.tables import percent as rounded
from cdr.statistics.tally import LARGEST_REMAINDER, Choice, chosen, tally, traced
from cdr.statistics.tally_json import to_json

# ---- who is behind a cell ------------------------------------------------------------------------------------------------
days = st.none() | st.dates(date(2021, 1, 1), date(2024, 3, 31))
REQUESTS = st.builds(
    RequestFacts,
    agency=st.sampled_from([*AGENCIES, "an-agency-that-is-gone"]),
    requested_on=st.dates(date(2022, 1, 1), date(2024, 6, 30)),
    status=st.sampled_from(["outstanding", "returned", "nil", "waived"]),
    answered_on=st.none() | st.dates(date(2022, 1, 1), date(2024, 6, 30)),
    escalated=st.booleans(),
)
CASES = st.lists(
    st.builds(
        CaseFacts,
        case=st.just(""),
        notified_on=st.dates(date(2021, 1, 1), date(2024, 12, 31)),
        born=days,
        died=days,
        sex=st.sampled_from(["male", "female", None]),
        ethnicity=st.sampled_from(["A", "R", "Z", "nonsense", None]),
        local_authority=st.sampled_from([*AUTHORITIES, "Eastbury", None]),
        place=st.sampled_from(["hospice", "Other", None]),
        gestation_weeks=st.none() | st.integers(15, 45),
        deprivation_decile=st.none() | st.integers(1, 10),
        counted=st.booleans(),
        reviewed_on=st.none() | st.dates(date(2021, 1, 1), date(2024, 12, 31)),
        category=st.none() | st.integers(1, 10),
        modifiable=st.sampled_from(["yes", "no", "inadequate_information", None]),
        domains=st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 2)),
        contributory_factors=st.lists(st.sampled_from(["sleep_environment", "other"]), unique=True).map(tuple),
        birth_weight_g=st.none() | st.integers(200, 7000),
        multiple_birth=st.sampled_from([True, False, None]),
        processes=st.lists(st.sampled_from(["inquest", "cspr", "leder"]), unique=True).map(tuple),
        open_processes=st.lists(st.sampled_from(["inquest", "other"]), unique=True).map(tuple),
        family=st.lists(st.sampled_from(["leaflet_given", "feedback_date"]), unique=True).map(tuple),
        discussed_on=days,
        is_open=st.booleans(),
        requests=st.lists(REQUESTS, max_size=3).map(tuple),
    ),
    max_size=12,
).map(lambda cases: [replace(case, case=f"2023-{n:04}") for n, case in enumerate(cases)])
CHOICES = st.sampled_from([ALL, replace(ALL, by="quarter"), replace(ALL, pooled=True), replace(ALL, births=24)])


@settings(max_examples=15, deadline=None)
@given(CASES, CHOICES)
def test_as_many_cases_are_behind_each_cell_of_each_table_as_it_counts(cases: list[CaseFacts], choice: Choice) -> None:
    made = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    for table in made.tables:
        rows = [*((row.label, row.cells) for row in table.rows), (TOTAL, table.total)]
        asked = [(label, cells, i) for label, cells in rows for i in range(len(cells)) if cells[i].n or label == TOTAL]
        for label, cells, i in asked[:6]:
            at = (table.id, label, table.columns[i])
            found, of = traced(cases, AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, at, choice)
            assert len(found) == (cells[i].n or 0), at
            assert table.id in RATES or len(of) == (cells[i].of or 0), at
            assert set(found) <= {case.case for case in cases}


@settings(max_examples=25, deadline=None)
@given(CASES, CHOICES)
def test_every_table_adds_up_or_says_why_not(cases: list[CaseFacts], choice: Choice) -> None:
    made = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    for table in made.tables:
        for column in range(len(table.columns)):
            rows = sum(row.cells[column].n or 0 for row in table.rows)
            if table.id in OVERLAPPING | TIMES:
                assert table.id in TIMES or any(
                    "add up to" in note or "row of each domain" in note or "in both rows" in note
                    for note in table.notes
                )
            else:
                assert rows == (table.total[column].n or 0), table.id


@settings(max_examples=40, deadline=None)
@given(CASES, CHOICES)
def test_a_tally_is_the_same_where_some_cases_were_counted_before_in_numbers(
    cases: list[CaseFacts], choice: Choice
) -> None:
    whole = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    before = [case for case in cases[::2] if not case.is_open]
    rest = [case for case in cases if case not in before]
    periods = columns("2023/24", 2, choice.by, choice.pooled)
    labels = Labels(tuple(AUTHORITIES), AGENCIES, BANDS)
    numbers = counted(before, chosen(BANDS, choice), periods, labels, choice.births).in_numbers()
    kept = Summed.from_dict(json.loads(json.dumps(numbers.to_dict())))
    made = tally(rest, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, replace(choice, others=kept), SETTING)
    assert to_json(made) == to_json(whole)
    noted = Seen.from_dict(json.loads(json.dumps(seen(before, AUTHORITIES, whole.years).to_dict())))
    since = min((case.notified_on for case in before), default=None)
    assert cautions(rest, AUTHORITIES, whole.years, since, noted) == cautions(cases, AUTHORITIES, whole.years)


def test_a_row_table_or_column_that_is_none_is_wrong_usage_and_lists_what_there_is() -> None:
    def ask(*at: str) -> Any:
        return traced([CASE], AUTHORITIES, AGENCIES, "2023/24", 1, BANDS, at, ALL)  # type: ignore[arg-type]

    assert ask("notifications.sex", "Female", "2023/24") == (("2023-7K3M",), ("2023-7K3M",))
    for at, hint in (
        (("notifications.shoes", "Female", "2023/24"), "notifications.sex"),
        (("notifications.sex", "Girls", "2023/24"), "Female"),
        (("notifications.sex", "Female", "2022/23"), "2023/24"),
    ):
        with pytest.raises(WrongUsage) as caught:
            ask(*at)
        assert hint in caught.value.hint


# ---- formats -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_every_table_is_written_in_every_format_for_no_case_and_for_one(format: str) -> None:
    for cases in ((), (CASE,)):
        assert render(tallied(*cases, n_years=2), format).endswith("\n")


def test_a_terminal_of_100_columns_holds_two_years_of_quarters() -> None:
    lines = render(tallied(CASE, *years_of(12, 30), n_years=2, by="quarter"), "table").splitlines()
    assert max(map(len, lines)) <= 100
    assert any("2023/24 Q4" in line for line in lines)


@settings(max_examples=20, deadline=None)
@given(CASES, st.sampled_from([ALL, replace(ALL, rounding=LARGEST_REMAINDER)]))
def test_csv_passes_the_check_of_published_tables(cases: list[CaseFacts], choice: Choice) -> None:
    made = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    rows = list(csv.DictReader(io.StringIO(render(made, "csv"))))
    totals: dict[tuple[str, str], int] = {}
    by_basis: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["row"] == TOTAL and row["n"]:
            totals[row["table"], row["column"]] = int(row["n"])
            by_basis.setdefault((row["basis"], row["column"]), set()).add(row["n"])
    assert all(len(different) == 1 for different in by_basis.values()), "tables of one basis agree"
    for key, total in totals.items():
        parts = [row for row in rows if (row["table"], row["column"]) == key and row["row"] != TOTAL]
        assert sum(int(row["n"] or 0) for row in parts) == total, key
    if choice.rounding != LARGEST_REMAINDER:
        assert all(float(row["percent"]) == rounded(int(row["n"]), int(row["of"])) for row in rows if row["percent"])
    in_json = {
        (table["id"], column, row): cell
        for table in to_json(made)["tables"]
        for row, cells in [*((row["label"], row["cells"]) for row in table["rows"]), ("", table["total"])]
        for column, cell in zip(table["columns"], cells, strict=True)
    }
    assert len(in_json) == len(rows), "every cell of the JSON, and every total"
    for row in rows:
        cell = in_json.get((row["table"], row["column"], row["row"]))
        assert cell is None or (row["n"], row["percent"]) == tuple(
            "" if cell[key] is None else str(cell[key]) for key in ("n", "percent")
        )
