"""The calendar feed: stable, counted, cancelled, plain to every calendar program, and without a name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from unit.domain_data import cases, policy
from unit.test_today import asked, case, gate
from unit.test_wishes import gate as letter_gate

from cdr.documents.tables.calendar import KEPT_CANCELLED, feed
from cdr.domain.process.calendar import Event, events
from cdr.errors import ConditionsNotMet

NOW = datetime(2026, 1, 26, 12, 0, tzinfo=UTC)
ROOT = "0123456789ab"


def one(key: str = "2026-7K3M-T03", day: str = "2026-01-30", summary: str = "2026-7K3M: Pass it on") -> Event:
    return Event(key, date.fromisoformat(day), summary, "Who acts: coordinator.")


def written(found: list[Event], before: bytes | None = None, now: datetime = NOW) -> bytes:
    return feed(found, ROOT, "Northshire", now, before)[0]


def shown(raw: bytes) -> dict[str, tuple[str, int, str]]:
    """UID's key -> status, sequence, day."""
    calendar = Calendar.from_ical(raw)
    return {
        str(event["UID"]).split("@")[0]: (
            str(event["STATUS"]),
            int(str(event["SEQUENCE"])),
            event.decoded("DTSTART").isoformat(),
        )
        for event in calendar.walk("VEVENT")
    }


def test_a_feed_is_what_the_standard_asks_for() -> None:
    raw = written([one(summary="Ŵy, Łódź; Yẹ̀mi " * 12)])
    assert raw.endswith(b"END:VCALENDAR\r\n") and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    calendar = Calendar.from_ical(raw)
    assert (str(calendar["METHOD"]), str(calendar["VERSION"])) == ("PUBLISH", "2.0")
    [event] = calendar.walk("VEVENT")
    assert str(event["CLASS"]) == "CONFIDENTIAL" and event.decoded("DTSTAMP") == NOW
    assert event.decoded("DTSTART") == date(2026, 1, 30) and event.decoded("DTEND") == date(2026, 1, 31)
    assert b"DTSTART;VALUE=DATE:20260130" in raw
    assert str(event["UID"]) == f"2026-7K3M-T03@{ROOT}.cdr.invalid"
    assert str(event["SUMMARY"]) == "Ŵy, Łódź; Yẹ̀mi " * 12


def test_what_changes_is_counted_and_what_does_not_is_not() -> None:
    first = written([one()])
    assert shown(first) == {"2026-7K3M-T03": ("CONFIRMED", 0, "2026-01-30")}
    same = written([one()], first, NOW + timedelta(days=1))
    assert shown(same) == shown(first)
    moved = written([one(day="2026-02-02")], same)
    assert shown(moved) == {"2026-7K3M-T03": ("CONFIRMED", 1, "2026-02-02")}
    reworded = written([one(day="2026-02-02", summary="2026-7K3M: otherwise")], moved)
    assert shown(reworded)["2026-7K3M-T03"][1] == 2


def test_what_is_gone_is_cancelled_for_five_weeks_and_may_come_back() -> None:
    first = written([one(), one("2026-7K3M-T14")])
    gone = written([one("2026-7K3M-T14")], first, NOW + timedelta(days=1))
    assert shown(gone)["2026-7K3M-T03"] == ("CANCELLED", 1, "2026-01-30")
    again = written([one("2026-7K3M-T14")], gone, NOW + timedelta(days=2))
    assert shown(again) == shown(gone), "a cancellation is not cancelled again"
    assert shown(written([one(), one("2026-7K3M-T14")], again))["2026-7K3M-T03"] == ("CONFIRMED", 2, "2026-01-30")
    last = NOW + timedelta(days=1) + KEPT_CANCELLED
    assert "2026-7K3M-T03" in shown(written([], again, last))
    assert "2026-7K3M-T03" not in shown(written([], again, last + timedelta(seconds=1)))


def test_an_areas_day_that_is_past_is_not_cancelled() -> None:
    raw = written([one("area-T29-2026-03-31", "2026-03-31")])
    assert shown(written([], raw, datetime(2026, 4, 1, 6, tzinfo=UTC))) == {}
    assert shown(written([], raw, datetime(2026, 3, 31, 6, tzinfo=UTC)))["area-T29-2026-03-31"][0] == "CANCELLED"


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"my shopping list",
        b"BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_not_ours_is_refused(before: bytes) -> None:
    with pytest.raises(ConditionsNotMet):
        written([one()], before)


def test_another_stores_calendar_is_refused_and_so_is_half_of_ours() -> None:
    raw = written([one()])
    for before in (
        raw.replace(ROOT.encode(), b"ffffffffffff"),
        raw[: len(raw) // 2],
        raw.replace(b"STATUS:CONFIRMED\r\n", b""),
    ):
        with pytest.raises(ConditionsNotMet):
            written([one()], before)


@settings(deadline=None, max_examples=many(40))
@given(days=st.dictionaries(st.sampled_from([f"2026-{n:04}-T03" for n in range(8)]), st.dates(date(2026, 1, 1), date(2026, 12, 31))),
       before=st.dictionaries(st.sampled_from([f"2026-{n:04}-T03" for n in range(8)]), st.dates(date(2026, 1, 1), date(2026, 12, 31))))  # fmt: skip
def test_the_same_over_the_same_gives_the_same_bytes_and_numbers_never_fall(
    days: dict[str, date], before: dict[str, date]
) -> None:
    def made(found: dict[str, date]) -> list[Event]:
        return [Event(key, day, f"{key}: Ẹ̀", "") for key, day in found.items()]

    first = written(made(before))
    second = written(made(days), first)
    assert second == written(made(dict(reversed(days.items()))), first)
    known, now = shown(first), shown(second)
    assert now.keys() == known.keys() | days.keys()
    assert all(now[key][1] == known[key][1] + (days.get(key) != before[key]) for key in known)
    assert {key for key, (status, *_) in now.items() if status == "CONFIRMED"} == set(days)


def keys(kinds: dict[str, Any], on: str = "2026-01-26") -> dict[str, str]:
    found = events(cases({"2026-7K3M": kinds}), date.fromisoformat(on), policy())
    return {event.key: event.day.isoformat() for event in found if not event.key.startswith("area-")}


def test_what_is_in_a_calendar() -> None:
    body = case(
        ("T03", "2026-01-11"),
        ("T14", "2026-04-08"),
        ("R05", ""),
        gates=[gate("inquest", expected_on="2026-06-01"), gate("pmrt")],
    )
    ledger = asked("a-one", "b-two")
    ledger["requests"] += asked("c-three", on="2026-01-20")["requests"]
    found = keys({"case": body, "requests": ledger})
    assert found == {
        "2026-7K3M-T03": "2026-01-11",
        "2026-7K3M-T14": "2026-04-08",
        "2026-7K3M-gate-inquest": "2026-06-01",
        "2026-7K3M-prompt-1-2026-01-12": "2026-01-26",
        "2026-7K3M-prompt-1-2026-01-20": "2026-02-03",
    }
    assert keys({"case": {**body, "status": "closed"}, "requests": ledger}) == {}


def test_the_prompts_of_one_day_are_one_event_that_says_how_many_and_whose() -> None:
    ledger = asked("b-two", "a-one")
    ledger["requests"] += asked("c-three", on="2026-01-20")["requests"]
    found = events(cases({"2026-7K3M": {"case": case(), "requests": ledger}}), date(2026, 1, 22), policy())
    said = {event.key.partition("prompt-1-")[2]: event for event in found if "prompt-1" in event.key}
    assert said["2026-01-12"].summary == "2026-7K3M: prompt-1 for 2 returns"
    assert said["2026-01-12"].detail.startswith("a-one, b-two. Who acts: ")
    assert said["2026-01-20"].summary == "2026-7K3M: prompt-1 for 1 return"
    assert said["2026-01-20"].detail.startswith("c-three. Who acts: ")


def test_nothing_that_a_person_wrote_goes_out() -> None:
    canary = "Canary Ọlábísí"
    body = case(("T03", "2026-01-11"), gates=[gate("inquest", expected_on="2026-06-01", owner=canary, note=canary)])
    body |= {"milestones": [{"kind": "cdrm", "on": "2026-01-12", "note": canary, "by": canary}]}
    found = events(
        cases({"2026-7K3M": {"case": body, "requests": asked("a-one"), "prompts": {}}}), date(2026, 1, 26), policy()
    )
    text = written(found).decode().replace("\r\n ", "")
    assert "inquest" in text and "coroner" in text and "Canary" not in text


def test_whom_somebody_named_and_what_holds_a_letter_do_not_go_out() -> None:
    canary = "Canary Ọlábísí"
    body = case(("T23", "2026-05-01"), letter_gates=[letter_gate("no", review_on="2026-02-02")])
    body["next"][0] |= {"with": canary, "who": canary}
    action = {
        "id": "A2026-0001",
        "to": canary,
        "owner": canary,
        "due": "2026-07-14",
        "status": "open",
        "added_on": "2026-01-20",
    }
    body["actions"] = [{**action, "text": canary}]
    found = events(cases({"2026-7K3M": {"case": body}}), date(2026, 1, 26), policy())
    text = written(found).decode().replace("\r\n ", "")
    assert {"2026-7K3M-T23", "2026-7K3M-R11", "2026-7K3M-letter"} <= {event.key for event in found}
    assert "A2026-0001" in text and "whoever it is addressed to" in text
    assert "Canary" not in text and "contact_welcome" not in text and "key worker" not in text


def test_two_reports_to_answer_are_two_events() -> None:
    found = keys({"case": case(("T23", "2026-05-01"), ("T23", "2026-06-01"))})
    assert found == {"2026-7K3M-T23": "2026-05-01", "2026-7K3M-T23-2026-06-01": "2026-06-01"}


def test_the_areas_own_days_are_in_it() -> None:
    assert {event.key for event in events({}, date(2026, 1, 26), policy())} == {
        "area-T29-2026-03-31",
        "area-T30-2026-03-31",
    }
