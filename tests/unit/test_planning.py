"""What a team plans with: what is not known is told as that, months end where they end, and the range of next year holds what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from math import comb, exp
from random import Random
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.documents.tables.planning import as_json, text
from cdr.domain.case.facts import Facts, Notification, notification_of
from cdr.statistics import planning as statistics
from cdr.statistics.planning import Planning, range_after

TODAY = date(2026, 6, 15)
AREA = ("Northshire", "Southtown")


def facts(n: int, notified: date, *, hour: int | None = None, jar: bool | None = None, **case: Any) -> Facts:
    known = Notification(notified_on=notified, died=notified, jar=jar, hour_died=hour)
    requests = case.pop("requests", [])
    return Facts(
        f"2026-{n:04}", {"status": "open", **case}, {"schema": "requests/1", "requests": requests}, notification=known
    )


def planning(cases: Mapping[str, Facts], years: Sequence[str], today: date) -> Planning:
    return statistics.planning({**cases}, years, today, AREA)


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


def test_who_lived_elsewhere_is_counted_and_it_is_said_of_how_many() -> None:
    """A team is called out to them too; `cdr tally` counts them apart."""
    monday = date(2026, 4, 6)
    here, there, nobody_said = facts(1, monday, jar=True), facts(2, monday, jar=True), facts(3, monday)
    here = replace(here, notification=replace(here.notification, local_authority="Northshire"))
    there = replace(there, notification=replace(there.notification, local_authority="Elsewhereshire"))
    for every, n, said in (
        ((here,), 0, ""),
        ((here, there), 1, "1 is of a child who lived in another area"),
        ((here, there, nobody_said), 2, "2 are of children who lived in another area"),
    ):
        found = planning(of(*every), ("2026/27",), TODAY)
        assert (found.elsewhere, as_json(found, TODAY)["elsewhere"]) == (n, n)
        assert found.responses.n == min(len(every), 2) and said in text(found, "North")
        assert ("`cdr tally` counts them apart" in text(found, "North")) == bool(n)


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
    told = text(found, "North")
    assert "The log of 2 cases has contacts with the family: from 1 to 3 a case, and the middle one has 2." in told
    assert (
        "The log of 2 cases has no contact with the family." in told
        and "Two children of one family are two cases." in told
    )
    one = text(planning(of(facts(2, date(2026, 4, 7), contacts=contacts("family"))), ("2026/27",), TODAY), "North")
    assert "The log of 1 case has contacts with the family: 1." in one and "has no contact" not in one


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


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@settings(deadline=None, max_examples=many(60))
@given(
    st.lists(
        st.tuples(
            DAYS,
            st.lists(st.tuples(DAYS, st.booleans()), max_size=3),
            st.sampled_from(["open", "closed"]),
            DAYS,
            st.none() | DAYS,
        )
    )
)
def test_work_by_month_is_that_of_each_case_looked_at_on_each_day(told: list[Any]) -> None:
    """Cases that were over before the year are left out of the count, and requests that were answered: it is the same number."""
    every = []
    for n, (notified, events, status, asked_on, answered_on) in enumerate(told):
        days: dict[str, Any] = {
            name: [{"on": str(on)} for on, opened in events if opened == again]
            for name, again in (("closures", False), ("reopenings", True))
        }
        asked = {
            "agency": "gp",
            "requested_on": str(asked_on),
            "status": "returned" if answered_on else "outstanding",
            "answered_on": answered_on and str(answered_on),
        }
        every.append(facts(n, notified, requests=[asked], status=status, **days))

    def is_open(notified: date, events: list[tuple[date, bool]], status: str, on: date) -> bool:
        until = sorted((day, not opened) for day, opened in events if day <= on)
        return notified <= on and (not until or not until[-1][1] or (status == "open" and len(until) == len(events)))

    for month in planning(of(*every), ("2026/27",), TODAY).months:
        on = min(
            TODAY,
            {"2026-04": date(2026, 4, 30), "2026-05": date(2026, 5, 31), "2026-06": date(2026, 6, 30)}[month.month],
        )
        if not any(
            len({day for day, _ in events}) < len(events) for _, events, *_ in told
        ):  # of one day it is not known which came first
            assert month.open == sum(is_open(notified, events, status, on) for notified, events, status, _, _ in told)
        assert month.awaited == sum(asked <= on and (back is None or back > on) for _, _, _, asked, back in told)
        assert month.notified == sum(str(notified)[:7] == month.month and notified <= on for notified, *_ in told)


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


def test_at_least_three_years_and_at_most_the_last_ten_are_counted() -> None:
    two = planning(of(*yearly(1, 5, 5)), ("2023/24",), date(2023, 6, 1)).next_year
    three = planning(of(*yearly(1, 5, 5, 0)), ("2024/25",), date(2024, 4, 1)).next_year
    assert two is None and three is not None and three.years == ("2021/22", "2022/23", "2023/24")
    eleven = planning(of(*yearly(*[5] * 12, 1)), ("2032/33",), date(2032, 6, 1)).next_year
    assert eleven is not None and (eleven.years[0], eleven.years[-1], len(eleven.years)) == ("2022/23", "2031/32", 10)
    old = facts(0, date(1961, 5, 1))
    long_ago = planning(of(old, *yearly(*[5] * 12, 1)), ("2032/33",), date(2032, 6, 1)).next_year
    assert long_ago is not None and long_ago.years == eleven.years and long_ago.counted == eleven.counted


def test_a_case_that_is_not_counted_is_in_no_figure() -> None:
    uncounted = facts(9, date(2026, 4, 8), jar=True, contacts=contacts("mother"))
    uncounted = replace(uncounted, notification=replace(uncounted.notification, counted=False))
    unknown = replace(uncounted, reference="2026-0008", notification=Notification(jar=True))
    found = planning(of(facts(1, date(2026, 4, 6)), uncounted, unknown), ("2026/27",), TODAY)
    assert (found.responses.n, found.touches.contacts, found.months[0].notified, found.months[0].open) == (0, (), 1, 1)


def test_only_the_years_asked_for_are_told_of_and_none_before_the_first_case() -> None:
    found = planning(
        of(facts(1, date(2025, 3, 31), jar=True), facts(2, date(2025, 4, 1), jar=True, contacts=contacts("mother")),
           facts(3, date(2024, 1, 1), jar=True)),
        ("2022/23", "2023/24", "2025/26"), TODAY,
    )  # fmt: skip
    assert found.years == ("2023/24", "2025/26")
    assert (found.responses.n, found.touches.contacts, found.touches.without) == (2, (1,), 1)
    assert planning({}, ("2025/26", "2026/27"), TODAY).years == ("2025/26", "2026/27")
    later = planning(of(facts(1, date(2026, 4, 6))), ("2024/25",), TODAY)
    assert (later.years, later.responses.not_known) == (("2024/25",), 0)


def test_the_months_of_a_year_run_into_the_next_and_end_where_they_do() -> None:
    reviewed: dict[str, Any] = {"reviews": [{"on": "2026-02-28", "stage": "ratified_cdop"}]}
    asked = [{"agency": "police", "requested_on": "2025-12-31", "status": "returned", "answered_on": "2026-02-28"}]
    found = planning(
        of(facts(1, date(2025, 12, 1), **reviewed), facts(2, date(2025, 12, 31), requests=asked),
           facts(3, date(2025, 4, 1), imported={"old_reference": "1"}, requests=asked)),
        ("2024/25", "2025/26"), TODAY,
    )  # fmt: skip
    assert [one.month for one in found.months] == [
        *(f"2025-{n:02}" for n in range(4, 13)),
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    told = {one.month: (one.notified, one.reviewed, one.open, one.awaited) for one in found.months}
    assert (told["2025-04"], told["2025-11"], told["2025-12"]) == ((1, 0, 0, 0), (0, 0, 0, 0), (2, 0, 2, 1))
    assert (told["2026-01"], told["2026-02"], told["2026-03"]) == ((0, 0, 2, 1), (0, 1, 2, 0), (0, 0, 2, 0))


def test_a_month_that_has_begun_is_told_of_until_today() -> None:
    cases = of(facts(1, date(2026, 6, 1)), facts(2, date(2026, 6, 2)))
    first = planning(cases, ("2026/27",), date(2026, 6, 1)).months[-1]
    assert (first.month, first.notified, first.open) == ("2026-06", 1, 1)
    assert planning(cases, ("2026/27",), date(2026, 5, 31)).months[-1].month == "2026-05"


def test_a_case_that_was_closed_and_opened_on_one_day_is_as_it_stands() -> None:
    both: dict[str, Any] = {"closures": [{"on": "2026-04-20"}], "reopenings": [{"on": "2026-04-20"}]}
    still_open = planning(of(facts(1, date(2026, 4, 6), **both)), ("2026/27",), TODAY)
    closed = planning(of(facts(1, date(2026, 4, 6), status="closed", **both)), ("2026/27",), TODAY)
    assert [one.open for one in still_open.months] == [1, 1, 1] and [one.open for one in closed.months] == [0, 0, 0]


def test_a_case_that_was_opened_again_was_open_until_it_was_closed_again() -> None:
    twice: dict[str, Any] = {
        "closures": [{"on": "2026-04-30"}, {"on": "2026-06-10"}], "reopenings": [{"on": "2026-05-31"}],
    }  # fmt: skip
    found = planning(of(facts(1, date(2026, 4, 6), status="closed", **twice)), ("2026/27",), TODAY)
    assert [one.open for one in found.months] == [0, 1, 0]


def tails(total: int, n: int, one: int) -> float:
    """How likely chance makes one period, of `n` + 1 alike with so many together, so different: the smaller tail, doubled."""
    both = total + one
    ways = [comb(both, k) * n ** (both - k) for k in range(both + 1)]
    return 2 * min(sum(ways[: one + 1]), sum(ways[one:])) / (n + 1) ** both


@pytest.mark.parametrize("counted", [(20, 24, 19, 22, 25), (0, 0, 0), (1, 0, 2), (3, 3, 4), (60, 71, 55, 62)])
def test_the_range_ends_where_chance_does(counted: tuple[int, ...]) -> None:
    least, most = range_after(counted)
    total, n = sum(counted), len(counted)
    assert tails(total, n, least) > 0.05 and tails(total, n, most) > 0.05 >= tails(total, n, most + 1)
    assert least == 0 or tails(total, n, least - 1) <= 0.05


def test_one_year_of_three_may_differ_by_chance() -> None:
    """That any one of three differs is likely by 0.05 where each is by 0.0167: 5 beside 15 and 15 is by 0.0198, 4 by 0.0078."""

    def unsteady(*counts: int) -> bool:
        found = planning(of(*yearly(1, *counts)), ("2024/25",), date(2024, 6, 1)).next_year
        assert found is not None
        return found.unsteady

    assert [round(tails(30, 2, one), 4) for one in (5, 4)] == [0.0198, 0.0078]
    assert (unsteady(15, 15, 5), unsteady(15, 4, 15)) == (False, True)


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
