"""What `check-tables` finds, rule by rule, and how tables are read that were printed, kept in a workbook or copied."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from pace import within

from cdr.documents.incoming.published_tables import read
from cdr.errors import InvalidData
from cdr.statistics.checking import Finding, findings

HEAD = "table,basis,column,row,n,percent\n"
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "county-durham-darlington-2023-24.csv"


def found(text: str | bytes, threshold: int | None = None) -> list[Finding]:
    raw = text if isinstance(text, bytes) else text.encode()
    return findings(read(raw, "tables.csv"), threshold)


def rules(text: str | bytes, threshold: int | None = None) -> list[tuple[str, str, str]]:
    return [(one.table, one.column, one.rule) for one in found(text, threshold)]


def column(table: str, *rows: str, basis: str = "notified", year: str = "2023/24") -> str:
    return "".join(f"{table},{basis},{year},{row}\n" for row in rows)


def test_the_published_example_has_the_faults_that_are_known_and_no_other() -> None:
    assert rules(EXAMPLE.read_bytes()) == [
        ("notifications.age_band", "2023/24", "rows-miss-total"),
        ("reviews.sex", "2023/24", "rows-miss-total"),
        ("reviews.duration", "2023/24", "tables-disagree"),
        ("reviews.modifiable, Durham", "2023/24", "rows-miss-total"),
    ]


def test_without_totals_the_sums_are_compared() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines(keepends=True)
    assert rules("".join(line for line in lines if ",Total," not in line)) == [
        ("notifications.age_band", "2023/24", "tables-disagree"),
        ("reviews.sex", "2023/24", "tables-disagree"),
        ("reviews.duration", "2023/24", "tables-disagree"),
    ]


def test_what_is_shown_beside_a_hidden_part_may_be_less_than_the_whole_and_not_more() -> None:
    def told(*rows: str) -> list[str]:
        return [one.message for one in found(HEAD + column("a", *rows))]

    assert told("White,3,", "Other,,", "Total,3,") == told("White,,", "Other,,", "Total,3,") == []
    assert told("White,4,", "Other,,", "Total,3,") == ["the rows that are shown add up to 4 already, the total says 3"]
    assert told("White,2,", "Other,2,", "Total,3,") == ["the rows add up to 4, the total says 3"]

    def across(*counts: str) -> list[str]:
        years = "".join(
            f"a,notified,{year},White,{n},\n" for year, n in zip(("2022/23", "2023/24", "Total"), counts, strict=False)
        )
        return [one.message for one in found(HEAD + years)]

    assert across("3", "", "3") == across("", "", "3") == across("1", "2", "3") == across("4", "", "") == []
    assert across("4", "", "3") == ["White: the columns that are shown add up to 4 already, this one says 3"]
    assert across("2", "2", "3") == ["White: the columns add up to 4, this one says 3"]


def test_percentages_follow_from_counts_to_the_digits_shown() -> None:
    wrong = HEAD + column("a", "White,33,87.5", "Other,5,13", "Total,38,100")
    assert rules(wrong) == [("a", "2023/24", "percent-does-not-follow")]
    assert "33 of 38 is 86.8%, not 87.5%" in found(wrong)[0].message
    assert rules(HEAD + column("a", "White,1,12.5", "Other,7,87.5")) == []
    assert rules(HEAD + column("a", "White,1,13", "Other,7,87")) == []  # halves may go either way
    assert rules(HEAD + column("a", "White,0,0", "Other,0,")) == []
    assert rules(HEAD + column("a", "White,0,5", "Total,0,")) != []
    assert rules(HEAD + column("a", "White,,7", "Total,5,")) == [("a", "2023/24", "percent-does-not-follow")]


def test_of_says_what_a_percentage_is_of() -> None:
    head = "table,basis,of,column,row,n,percent\n"
    whole = "deaths,,,2023/24,Durham,38,\ndeaths,,,2023/24,Darlington,5,\n"
    assert rules(f"{head}{whole}with,,deaths,2023/24,Durham,17,45\nwith,,deaths,2023/24,Darlington,3,60\n") == []
    assert rules(f"{head}{whole}with,,deaths,2023/24,Darlington,3,7\n") == [
        ("with", "2023/24", "percent-does-not-follow")
    ]
    assert rules(f"{head}with,reviewed,38,2023/24,Durham,17,44.7\n") == []
    assert rules(f"{head}a,,row,2022/23,Boys,1,25\na,,row,2023/24,Boys,3,75\n") == []
    assert rules(f"{head}a,,all,2022/23,Boys,1,25\na,,all,2023/24,Boys,3,75\n") == []
    assert rules(f"{head}a,,Asked,2022/23,Asked,4,\na,,Asked,2022/23,Answered,3,75\n") == []


def test_the_table_that_differs_from_most_is_named() -> None:
    text = HEAD + "".join(column(name, f"Total,{n},") for name, n in (("a", 43), ("b", 44), ("c", 43), ("d", 43)))
    assert rules(text) == [("b", "2023/24", "tables-disagree")]
    assert rules(HEAD + column("a", "Total,43,") + column("b", "Total,44,", basis="reviewed")) == []
    assert rules(HEAD + column("a", "Total,43,") + column("b", "Total,44,")) == [("b", "2023/24", "tables-disagree")]


def test_small_and_recoverable_cells_are_found_with_a_threshold_alone() -> None:
    hidden = HEAD + column("a", "Boys,17,", "Girls,,", "Total,20,")
    assert rules(hidden) == []
    assert rules(hidden, 5) == [("a", "2023/24", "recoverable-cell")]
    assert "gives 3" in found(hidden, 5)[0].message
    assert rules(HEAD + column("a", "Boys,4,", "Girls,5,", "Abroad,0,", "Total,9,"), 5) == [
        ("a", "2023/24", "small-cell")
    ]
    two = HEAD + column("a", "Boys,<5,", "Girls,[c],", "Other,12,", "Total,20,")
    assert rules(two, 5) == []
    one_each = HEAD + column("a", "Boys,*,", "Girls,*,", "Other,0,", "Total,2,")
    assert len(rules(one_each, 5)) == 3  # a zero is shown, so neither is none; and the total is small
    by_other_table = HEAD + column("a", "Boys,7,", "Girls,,") + column("b", "Home,4,", "Hospital,6,")
    assert ("a", "2023/24", "recoverable-cell") in rules(by_other_table, 3)
    by_percent = HEAD + column("a", "Boys,,97.6", "Girls,,2.4", "Total,42,")
    assert rules(by_percent, 5) == [("a", "2023/24", "recoverable-cell")]


def test_everything_that_cannot_be_read_is_told_at_once_without_its_value() -> None:
    with pytest.raises(InvalidData) as error:
        read((HEAD + column("a", "Boys,many,", ",3,", "Girls,4,a few", "Boys,4,")).encode(), "tables.csv")
    told = [(one.line, one.rule) for one in error.value.problems]
    assert told == [(2, "TAB-N"), (3, "TAB-EMPTY"), (4, "TAB-PERCENT"), (5, "TAB-TWICE")]
    assert "many" not in "".join(error.value.lines())
    for nothing in (b"", b"Dear all,\nplease find the report attached.\n"):
        with pytest.raises(InvalidData):
            read(nothing, "x.txt")


COPIED = """Table 2: Age of child

Local Authority\t2020-21\t2021/22\t2023-24
area\t\t\t
0-27 days\t10 (53%)\t18 (72%)\t20 (83%)
28-364 days\t5 (26%)\t7 (28%)\t*
1-4 years\t4 (21%)\t\t3 (12.5%)
Northshire Total\t19\t25\t24

Table 9: Gender

Northshire Total  42  26  43
Female            21 (50%)  13 (50%)  22 (50%)
Male              21 (50%)  13 (50%)  22 (50%)
Gender            2020-21   2021/22   2023-24

Category 2022/23 2023/24
1 Deliberately inflicted injury 1 0
2 Suicide or self-harm 2 3
Total 3 4
"""


@pytest.mark.parametrize(
    "part", ["%", "total ", "2022/23 ", "20-20", " ", "1 ", "1 (1%) ", "10 or ", "of : ", "|", "\t", "*"]
)
@pytest.mark.parametrize("end", ["x", "\n2022/23  2023/24\nUnder 1  10  20\n"])
def test_a_line_of_any_length_is_read_in_a_moment(part: str, end: str) -> None:
    with within(1), suppress(InvalidData):
        read((part * (50_000 // len(part)) + end).encode(), "tables.txt")


def test_text_copied_from_a_pdf_or_a_web_page_is_read_as_it_is_printed() -> None:
    tables = read(COPIED.encode(), "copied.txt")
    assert [(table.name, table.columns) for table in tables] == [
        ("Table 2: Age of child", ("2020/21", "2021/22", "2023/24")),
        ("Table 9: Gender", ("2020/21", "2021/22", "2023/24")),
        ("table 3", ("2022/23", "2023/24")),
    ]
    assert tables[0].rows == ("0-27 days", "28-364 days", "1-4 years")
    assert [(one.table, one.column, one.rule) for one in findings(tables)] == [
        ("Table 9: Gender", "2023/24", "rows-miss-total"),
        *[("Table 9: Gender", "2023/24", "percent-does-not-follow")] * 2,
        ("table 3", "2023/24", "rows-miss-total"),
    ]
    assert [one.rule for one in findings(tables[:1], 2)] == ["recoverable-cell"]


def test_a_workbook_is_read_as_it_is_printed_with_percentages_in_columns_of_their_own() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Table 4: Sex"],
        ["basis: notified"],
        ["Sex", "2022-23", "%", "2023-24", "%"],
        ["Male", 17, 0.4358974358974, 18, 0.47],
        ["Female", 22, 0.56, 20, 0.6],
        ["Northshire Total", 39, 1, 37],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    assert rules(out.getvalue()) == [
        ("Table 4: Sex", "2023/24", "rows-miss-total"),
        *[("Table 4: Sex", "2023/24", "percent-does-not-follow")] * 2,
    ]
    assert read(out.getvalue(), "x.xlsx")[0].basis == "notified"


@settings(max_examples=many(200))
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(0, 2), st.data())
def test_a_table_that_is_right_has_no_finding_and_one_changed_count_has(
    counts: list[int], digits: int, data: st.DataObject
) -> None:
    whole = sum(counts)
    shares = [f"{100 * n / whole:.{digits}f}" if whole else "" for n in counts]

    def text(numbers: list[int]) -> str:
        rows = [f"row {i},{n},{share}" for i, (n, share) in enumerate(zip(numbers, shares, strict=True))]
        return HEAD + column("a", *rows, f"Total,{whole},")

    assert rules(text(counts)) == []
    changed = list(counts)
    changed[data.draw(st.integers(0, len(counts) - 1))] += 1
    assert ("a", "2023/24", "rows-miss-total") in rules(text(changed))
