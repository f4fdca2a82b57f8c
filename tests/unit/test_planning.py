"""What a team plans with: what is not known is told as that, months end where they end, and the range of next year holds what it says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from math import exp
from random import Random
from typing import Any

import pytest

from cdr.documents.tables.planning import as_json, text
from cdr.domain.case.facts import Facts, Notification, notification_of
from cdr.statistics.planning import planning, range_after

TODAY = date(2026, 6, 15)


def facts(n: int, notified: date, *, hour: int | None = None, jar: bool | None = None, **case: Any) -> Facts:
    known = Notification(notified_on=notified, died=notified, jar=jar, hour_died=hour)
    requests = case.pop("requests", [])
    return Facts(
        f"2026-{n:04}", {"status": "open", **case}, {"schema": "requests/1", "requests": requests}, notification=known
    )


def of(*cases: Facts) -> dict[str, Facts]:
    return {one.reference: one for one in cases}


def test_call_outs_are_counted_by_weekday_and_hour_and_what_is_not_known_is_told() -> None:
    monday, sunday = date(2026, 4, 6), date(2026, 4, 12)
    found = planning(
        of(facts(1, monday, jar=True, hour=0), facts(2, sunday, jar=True, hour=23), facts(3, sunday, jar=True),
           facts(4, monday, jar=False, hour=4), facts(5, monday)),
        ("2026/27",), TODAY,
    )  # fmt: skip
    assert found.responses.n == 3
    assert found.responses.by_weekday == (1, 0, 0, 0, 0, 0, 2)
    assert (found.responses.by_hours[0], found.responses.by_hours[-1], found.responses.hour_not_known) == (1, 1, 1)
    told = text(found, "North")
    assert found.responses.not_known == 1 and "Of 1 more nobody said whether they had one." in told
    assert "Not known         1" in told and "00:00 to 02:59" in told and "Not for publication" in told


def test_the_hour_is_the_one_on_the_wall() -> None:
    for time, hour in (("00:05", 0), ("23:59", 23), ("01:20+01:00", 1), ("", None)):
        body = {"death": {"date": "2026-04-06", **({"time": time} if time else {})}}
        assert notification_of(body).hour_died == hour


def contacts(*parties: str) -> list[dict[str, str]]:
    return [{"on": "2026-05-01", "by": "Someone", "with": party, "how": "telephone"} for party in parties]


def test_contacts_are_those_with_the_family_and_an_empty_log_says_nothing() -> None:
    gone = {"on": "2026-05-01", "by": "Someone", "with": "mother", "taken_back_on": "2026-05-02"}
    found = planning(
        of(facts(1, date(2026, 4, 6), contacts=contacts("mother", "father", "2", "police")),
           facts(2, date(2026, 4, 7), contacts=contacts("family")),
           facts(3, date(2026, 4, 8), contacts=[gone]), facts(4, date(2026, 4, 8), contacts=contacts("coroner"))),
        ("2026/27",), TODAY,
    )  # fmt: skip
    assert (found.touches.contacts, found.touches.without, found.touches.by_how) == ((1, 3), 2, {"telephone": 4})
    body = as_json(found, TODAY)
    assert body["contacts"]["median"] == 2 and body["next_year"] is None


def test_open_work_at_the_end_of_each_month() -> None:
    asked = [{"agency": "police", "requested_on": "2026-04-20", "status": "returned", "answered_on": "2026-05-03"},
             {"agency": "school", "requested_on": "2026-04-20", "status": "outstanding", "answered_on": None}]  # fmt: skip
    closed: dict[str, Any] = {"status": "closed", "closures": [{"on": "2026-05-20"}]}
    again: dict[str, Any] = {"closures": [{"on": "2026-04-20"}], "reopenings": [{"on": "2026-06-01"}]}
    found = planning(
        of(facts(1, date(2026, 4, 6), requests=asked), facts(2, date(2026, 4, 30), **closed),
           facts(3, date(2025, 1, 1), **again), facts(4, date(2026, 6, 14)),
           facts(5, date(2020, 4, 6), imported={"old_reference": "1"})),
        ("2026/27",), TODAY,
    )  # fmt: skip
    assert [(one.month, one.notified, one.open, one.awaited) for one in found.months] == [
        ("2026-04", 2, 2, 2), ("2026-05", 0, 1, 1), ("2026-06", 1, 3, 1),
    ]  # fmt: skip


def yearly(*counts: int) -> Iterable[Facts]:
    """So many cases in each year, from 2020/21 on."""
    n = 0
    for year, count in enumerate(counts, 2020):
        for _ in range(count):
            n += 1
            yield facts(n, date(year, 7, 1))


def test_next_year_is_told_from_whole_years_that_are_over() -> None:
    found = planning(of(*yearly(3, 20, 24, 19, 22, 25, 4)), ("2026/27",), TODAY).next_year
    assert found is not None
    assert (found.year, found.years[0], found.counted) == ("2027/28", "2021/22", (20, 24, 19, 22, 25))
    assert found.least < 15 < 30 < found.most and not found.unsteady
    moved = planning(of(*yearly(3, 10, 12, 60)), ("2023/24",), date(2024, 6, 1)).next_year
    assert moved is not None and moved.unsteady
    assert planning(of(*yearly(3, 20)), ("2022/23",), date(2022, 6, 1)).next_year is None
    assert planning({}, ("2026/27",), TODAY).next_year is None


def drawn(random: Random, mean: float) -> int:
    """A count that chance makes (Knuth)."""
    limit, n, product = exp(-mean), 0, random.random()
    while product > limit:
        n, product = n + 1, product * random.random()
    return n


@cache
def range_of(total: int, years: int) -> tuple[int, int]:
    return range_after([total, *[0] * (years - 1)])


@pytest.mark.parametrize(("mean", "years"), [(3, 3), (15, 4), (40, 5), (80, 4)])
def test_at_least_ninety_five_of_a_hundred_years_lie_in_the_range(mean: float, years: int) -> None:
    random, trials = Random(17), 600
    inside = 0
    for _ in range(trials):
        least, most = range_of(sum(drawn(random, mean) for _ in range(years)), years)
        inside += least <= drawn(random, mean) <= most
    assert inside / trials >= 0.94, inside  # 95, and what 600 trials may miss of it
