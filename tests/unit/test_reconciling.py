"""A registrar's list against the cases: forty deaths, two never notified, exactly these; misspelt names, twins, and dates that slipped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cdr.domain.case.duplicates import Identity, identity
from cdr.domain.register.reconciling import Listed, Matched, listed, reconcile
from cdr.domain.register.register import RowRead

FIRST = ["Amara", "Ben", "Chloe", "Daniel", "Eilidh", "Farah", "Gethin", "Hana", "Imran", "Jasmine"]
FAMILY = ["Testcase", "Exampleby", "Samplefield", "Mockridge"]


def child(first: str, family: str, born: str = "2025-03-02", died: str = "2026-01-09", number: str = "") -> Identity:
    return identity(
        {"child": {"first_names": first, "family_name": family, "date_of_birth": born, "nhs_number": number}, "death": {"date": died}}
    )  # fmt: skip


def row(number: int, **said: str) -> Listed:
    return listed(RowRead(number, said))


def one(listed_: Listed, known: Identity) -> str:
    """How one row stands with one case: exact, otherwise or none."""
    found = reconcile([listed_], {"2026-AAAA": known}, None, None).matched
    return ("exact" if found[0].exact else "otherwise") if found else "none"


def test_forty_deaths_of_which_two_were_never_notified() -> None:
    start = date(2026, 1, 1)
    people = [(FIRST[n % 10], FAMILY[n // 10], start + timedelta(days=9 * n)) for n in range(40)]
    cases = {f"2026-{n:04}": child(a, b, "2020-05-06", day.isoformat()) for n, (a, b, day) in enumerate(people)}
    del cases["2026-0007"], cases["2026-0031"]
    slips = {3: "Danial", 14: "Eilydh", 22: "Cloe"}
    rows = [
        row(n + 2, first_names=slips.get(n, a), family_name=b.upper(), date_of_birth="2020-05-06", date_of_death=day.isoformat())
        for n, (a, b, day) in enumerate(people)
    ]  # fmt: skip
    cases["2026-ZZZZ"] = child("Zara", "Elsewhere", "2021-01-01", "2026-02-14")
    cases["2019-ZZZZ"] = child("Zeno", "Earlier", "2011-01-01", "2019-02-14")
    found = reconcile(rows, cases, None, None)
    assert found.never_notified == (9, 33)
    assert len(found.matched) == 38 and {m.row for m in found.matched if not m.exact} == {5, 16, 24}
    assert all(m.case == f"2026-{m.row - 2:04}" for m in found.matched)
    assert found.not_in_list == ("2026-ZZZZ",)
    assert reconcile(rows, cases, date(2019, 1, 1), None).not_in_list == ("2019-ZZZZ", "2026-ZZZZ")


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ({"first_names": "Amara Grace", "family_name": "TESTCASE"}, "exact"),
        ({"name": "Testcase, Amara Grace"}, "exact"),
        ({"name": "Amara Grace TESTCASE"}, "exact"),
        ({"name": "Amara Testcase"}, "otherwise"),
        ({"name": "Amarah Tastcase"}, "otherwise"),
        ({"name": "Amara Grace Otherby", "date_of_birth": "2025-03-02"}, "otherwise"),
        ({"name": "Ben Testcase", "date_of_birth": "2025-03-02"}, "none"),
        ({"name": "Amara Grace Testcase", "date_of_death": "2026-01-10"}, "otherwise"),
        ({"name": "Amara Grace Testcase", "date_of_death": "2026-06-10"}, "none"),
        ({"name": "Quite Another", "nhs_number": "999 000 0018", "date_of_death": "2026-06-10"}, "otherwise"),
        ({"name": "Amara Grace Testcase", "nhs_number": "999 000 0018", "date_of_birth": "2025-03-02"}, "exact"),
        ({"name": "Amara Grace Testcase", "nhs_number": "999 000 0026"}, "otherwise"),
    ],
)
def test_how_a_row_and_a_case_stand(said: dict[str, str], how: str) -> None:
    assert (
        one(row(2, **{"date_of_death": "2026-01-09", **said}), child("Amara Grace", "Testcase", number="9990000018"))
        == how
    )


def test_of_twins_the_one_who_was_not_notified_is_seen() -> None:
    both = [
        row(2, name="Ava Testcase", date_of_birth="2025-03-02", date_of_death="2026-01-09"),
        row(3, name="Eva Testcase", date_of_birth="2025-03-02", date_of_death="2026-01-09"),
    ]
    found = reconcile(both, {"2026-AAAA": child("Eva", "Testcase")}, None, None)
    assert found.never_notified == (2,) and found.matched == (Matched(3, "2026-AAAA", True),)


def test_a_baby_who_was_given_a_name_later_is_told_as_perhaps() -> None:
    found = reconcile(
        [row(2, name="Oliver Jones", date_of_birth="2026-01-09", date_of_death="2026-01-09")],
        {"2026-AAAA": child("Baby", "Smith", "2026-01-09"), "2026-BBBB": child("Rose", "Other", "2026-01-08")},
        None,
        None,
    )
    assert found.never_notified == (2,) and found.perhaps == {2: ("2026-AAAA",)}
    assert (
        one(
            row(2, name="Oliver Smith", date_of_birth="2026-01-09", date_of_death="2026-01-09"),
            child("Baby", "Smith", "2026-01-09"),
        )
        == "otherwise"
    )
