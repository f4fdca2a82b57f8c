"""What was published and is not any more what it was: which numbers, since when, and what was recorded meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cdr.app import rules
from cdr.statistics.changed_since import Act, Changed, Revision
from cdr.statistics.facts import CaseFacts
from cdr.statistics.public_tally import public_edition
from cdr.statistics.revising import Reported, noted, revisions, sentence, with_causes
from cdr.statistics.rounding import ROUND, Method
from cdr.statistics.tables import Cell, Tally
from cdr.statistics.tally import tally
from cdr.statistics.tally_json import to_json

AREA = ("Northshire and Southtown", ("Northshire", "Southtown"), dict[str, str]())
WORDS = rules("revisions")


def case(n: int, day: date, **more: Any) -> CaseFacts:
    known: dict[str, Any] = {
        "case": f"2024-{n:04}",
        "notified_on": day,
        "died": day,
        "sex": "female",
        "local_authority": "Northshire",
    }
    return CaseFacts(**known | more)


def counted(facts: list[CaseFacts], *years: str) -> Tally:
    return tally(facts, *AREA, years[-1], len(years), rules("bands"))


BEFORE = [case(n, date(2023, 5, 1)) for n in range(6)] + [case(9, date(2024, 5, 1))]
FIRST = Reported(1, date(2024, 6, 1), "a" * 40, counted(BEFORE, "2023/24"))
AGAIN = Reported(2, date(2025, 6, 1), "b" * 40, counted(BEFORE, "2023/24", "2024/25"))


def of(found: list[Revision], table: str) -> list[Revision]:
    return [one for one in found if one.table == table]


def test_nothing_is_told_where_nothing_changed_and_nothing_of_what_was_not_published() -> None:
    assert revisions(counted(BEFORE, "2023/24", "2024/25"), [FIRST, AGAIN]) == []
    later = [*BEFORE, case(10, date(2025, 5, 1))]
    assert revisions(counted(later, "2024/25", "2025/26"), [FIRST]) == []
    assert revisions(counted(later, "2023/24"), []) == []


def test_a_number_that_was_published_and_is_another_one_now_is_told_with_its_release() -> None:
    now = counted(
        [*BEFORE[1:], replace(BEFORE[0], sex="male", local_authority="Southtown"), case(7, date(2024, 3, 31))],
        "2023/24",
        "2024/25",
    )
    found = revisions(now, [FIRST, AGAIN])
    assert {(one.column, one.release, one.reported_on) for one in found} == {("2023/24", 1, date(2024, 6, 1))}
    [sex] = of(found, "notifications.sex")
    assert sex.rows == (Changed("Male", 0, 1), Changed("Total", 6, 7))
    [lived] = of(found, "notifications.local_authority")
    assert lived.rows == (Changed("Southtown", 0, 1), Changed("Total", 6, 7))


def test_a_hidden_number_is_compared_with_nothing() -> None:
    table = FIRST.tally.table("notifications.sex")
    hidden = tuple(
        replace(row, cells=tuple(replace(cell, n=None, hidden=True) for cell in row.cells)) for row in table.rows
    )
    public = replace(FIRST.tally, tables=(replace(table, rows=hidden),))
    now = counted(BEFORE[1:], "2023/24")
    assert [one.rows for one in revisions(now, [replace(FIRST, tally=public)])] == [(Changed("Total", 6, 5),)]


def test_what_was_published_rounded_changed_only_where_it_would_be_another_number() -> None:
    cases = [case(n, date(2023, 5, 1)) for n in range(12)]
    made = public_edition(counted(cases, "2023/24"), (), (), Method(ROUND)).tally
    reported = [replace(FIRST, tally=made)]
    assert made.table("notifications.sex").total[0].n == 10
    assert revisions(counted(cases, "2023/24"), reported) == []
    [total] = {
        row
        for one in revisions(counted([*cases, case(20, date(2023, 6, 1))], "2023/24"), reported)
        for row in one.rows
        if row.row == "Total"
    }
    assert total == Changed("Total", 10, 13)


def test_what_was_published_rounded_as_none_changed_where_there_is_one() -> None:
    """From 1 to 7 a mark would stand: a 1 or a 2 is rounded to none, and shown as none it would be untrue."""
    cases = [case(n, date(2023, 5, 1)) for n in range(12)]
    made = public_edition(counted(cases, "2023/24"), (), (), Method(ROUND)).tally
    sex = made.table("notifications.sex")
    shown = replace(
        made,
        tables=(replace(sex, rows=tuple(replace(row, cells=(known(row.label == "Female"),)) for row in sex.rows)),),
    )
    for n in (1, 2, 7):
        males = [replace(one, sex="male") for one in cases[:n]]
        [found] = of(
            revisions(counted([*males, *cases], "2023/24"), [replace(FIRST, tally=shown)]), "notifications.sex"
        )
        assert Changed("Male", 0, n) in found.rows


def known(is_shown: bool) -> Cell:
    return Cell(10, 10, None) if is_shown else Cell(0, 10, 0.0)


def test_the_cause_is_what_was_recorded_since_of_cases_of_that_year_or_of_none() -> None:
    found = revisions(counted(BEFORE[1:], "2023/24", "2024/25"), [FIRST])
    acts = [
        Act(date(2024, 7, 1), "void", "2024-0000"), Act(date(2024, 7, 2), "edit", "2024-0001"), Act(date(2024, 8, 2), "edit", "2024-0002"),
        Act(date(2024, 7, 3), "edit", "2024-0009"), Act(date(2024, 7, 4), "attach", "2024-0001"),
    ]  # fmt: skip
    one = with_causes(of(found, "notifications.sex"), {(1, FIRST.on): acts}, BEFORE[1:], WORDS["causes"])[0]
    assert sentence(one, WORDS) == (
        "2023/24 has changed since it was published on 1 June 2024 (release 1): Female was 6 and is 5; Total was 6 and is 5. "
        "Recorded since then: 2 times a form corrected (last on 2 August 2024); a case taken out (1 July 2024)."
    )
    written = replace(one, release=None, causes=())
    assert sentence(written, WORDS).startswith(
        "2023/24 has changed since its report was written on 1 June 2024: Female was 6"
    )
    told = noted(counted(BEFORE[1:], "2023/24"), [one], WORDS)
    assert told.table("notifications.sex").notes[0] == sentence(one, WORDS)
    assert to_json(told)["revisions"][0]["causes"][0] == {"on": "2024-07-01", "what": "void"}
    assert "it may be the area's settings" in sentence(replace(one, causes=()), WORDS)
