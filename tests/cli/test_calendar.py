"""`cdr calendar`: a feed that follows the store, holds no name, and replaces nothing but itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import People, Shell
from icalendar import Calendar

SECRETS = ("Amara", "Testcase", "Efua", "9990000018", "999 000 0018")


def statuses(path: Path) -> dict[str, tuple[str, int]]:
    calendar = Calendar.from_ical(path.read_bytes())
    return {str(e["UID"]).split("@")[0]: (str(e["STATUS"]), int(str(e["SEQUENCE"]))) for e in calendar.walk("VEVENT")}


def test_it_follows_the_store_and_names_nobody(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    path = tmp_path / "cdr.ics"
    cdr("calendar", "-o", path, as_of="2026-01-09")
    first = statuses(path)
    assert first[f"{sudi}-T04"] == ("CONFIRMED", 0) and "area-T29-2026-03-31" in first
    cdr("request", sudi, as_of="2026-01-09")
    answer = cdr("calendar", "-o", path, "--json", as_of="2026-01-10").json
    second = statuses(path)
    assert second[f"{sudi}-T04"] == ("CANCELLED", 1)
    assert second[f"{sudi}-prompt-1-2026-01-09"] == ("CONFIRMED", 0)
    assert answer["cancelled"] == 1 and answer["events"] == len(second) - 1
    cdr("return", sudi, "northshire-social-care", "--nil", as_of="2026-01-12")
    cdr("calendar", "-o", path, as_of="2026-01-12")
    assert statuses(path)[f"{sudi}-prompt-1-2026-01-09"] == ("CONFIRMED", 1), "one agency fewer to prompt"
    text = path.read_text("utf-8").replace("\n ", "")
    assert not any(secret in text for secret in SECRETS)
    assert max(map(len, path.read_bytes().split(b"\r\n"))) <= 75


def test_the_same_twice_is_the_same_file(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    path = tmp_path / "cdr.ics"
    cdr("calendar", "-o", path, as_of="2026-01-09")
    before = path.read_bytes()
    cdr("calendar", "-o", path, as_of="2026-01-09")
    assert path.read_bytes() == before


def test_another_file_stays_as_it_is(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.ics"
    path.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//mine//EN\r\nEND:VCALENDAR\r\n")
    answer = cdr("calendar", "-o", path, code=65)
    assert "no calendar that cdr made" in answer.err and b"mine" in path.read_bytes()
    cdr("calendar", "-o", tmp_path, code=2)
    cdr("calendar", "-o", tmp_path / "no" / "cdr.ics", code=66)
    cdr("calendar", code=2)
    cdr("calendar", "-o", "-", "--json", code=2)


def test_it_is_a_members(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("calendar", "-o", tmp_path / "cdr.ics", code=77)
    assert not (tmp_path / "cdr.ics").exists()


def test_an_empty_store_has_the_areas_days(cdr: Shell, tmp_path: Path) -> None:
    path = tmp_path / "cdr.ics"
    cdr("calendar", "-o", path, as_of="2026-01-09")
    assert set(statuses(path)) == {"area-T29-2026-03-31", "area-T30-2026-03-31"}
