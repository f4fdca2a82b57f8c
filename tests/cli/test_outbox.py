"""Messages that leave by hand: listed, marked and put away, lost and made again byte for byte but for the date."""

from __future__ import annotations

import re
import shutil

from conftest import Shell

DAY = "2026-01-09"


def test_messages_are_sent_lost_and_made_again(cdr: Shell, sudi: str) -> None:
    phrases = cdr("request", sudi, "--json", as_of=DAY).json["requests"]
    box = cdr.store / "outbox"
    before = {path.name: path.read_bytes() for path in box.iterdir()}
    listed = cdr("outbox", "--json", as_of=DAY).json
    assert [one["file"] for one in listed["waiting"]] == sorted(before) and listed["lost"] == []
    assert len(phrases) == 6 and {one["about"][0]["level"] for one in listed["waiting"]} == {"request"}

    first = min(before)
    assert cdr("outbox", "sent", str(box / first), "--json", as_of="2026-01-10").json == {
        "schema": "cdr-outbox/1", "on": "2026-01-10", "sent": [first]
    }  # fmt: skip
    assert not (box / first).exists() and len(cdr("outbox", "--json").json["waiting"]) == 5
    assert "prompt-1" not in cdr("chase", "--json", as_of="2026-01-12").json["items"][0]["sent"]

    shutil.rmtree(box)
    assert len(cdr("outbox", "--json").json["lost"]) == 5
    assert "5 messages are neither in the outbox nor marked as sent" in cdr("doctor").out
    assert "5 messages are in" in cdr("outbox", "again", as_of=DAY).out
    for path in box.iterdir():
        a, b = (re.sub(rb"Date: .*\r\n", b"", raw) for raw in (before[path.name], path.read_bytes()))
        assert a == b, "the same form under the same pass-phrase"
    assert cdr("outbox", "again", sudi, "--json", as_of=DAY).json["again"] == [first]

    assert "6 messages are marked" in cdr("outbox", "sent", "--all", as_of="2026-01-12").out
    assert list(box.glob("*.eml")) == [] and "nothing is lost" in cdr("outbox").out
    assert "neither in the outbox" not in cdr("doctor").out
    assert "no such message" in cdr("outbox", "sent", "nothing.eml", code=66).err
    cdr("outbox", "sent", code=2)
    cdr("chase", "--overdue", as_of="2026-01-23")
    assert [one["about"][0]["level"] for one in cdr("outbox", "--json").json["waiting"]] == ["prompt-1"] * 6


def test_the_chaser_marks_too(cdr: Shell, sudi: str, people: object, monkeypatch: object) -> None:
    cdr("request", sudi, as_of=DAY)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)  # type: ignore[attr-defined]
    assert "6 messages are marked" in cdr("outbox", "sent", "--all", as_of="2026-01-12").out
