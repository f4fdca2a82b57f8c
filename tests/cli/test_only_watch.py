"""A store that only watches, beside another system: nothing leaves it, and it says what would have."""

from __future__ import annotations

import pytest
from conftest import People, Shell
from store.hands import sign_commit


@pytest.mark.parametrize("transport", ["outbox", "smtp"])
def test_nothing_is_sent_and_what_would_be_is_said(cdr: Shell, sudi: str, people: People, transport: str) -> None:
    path = cdr.store / "cdr.yaml"
    mail = f"mail: {{transport: {transport}, only_watch: yes, host: nowhere.invalid, "
    path.write_text(path.read_text().replace("mail: {transport: outbox, ", mail))
    sign_commit(cdr.store, people.home, people.member)
    asked = cdr("request", sudi, "northshire-police", as_of="2026-01-12")
    assert "only watches" in asked.err
    assert cdr("chase", "--overdue", as_of="2026-01-20").out == ""
    said = cdr("chase", "--overdue", as_of="2026-01-27")
    assert "northshire-police" in said.out and "nothing was sent" in said.err
    [item] = cdr("chase", "--overdue", "--json", as_of="2026-02-10").json["items"]
    assert item["due"] == [{"level": "prompt-2", "on": "2026-02-09"}] and item["sent"] == []
    outbox = cdr.store / "outbox"
    assert not outbox.is_dir() or not list(outbox.iterdir())
    assert "sent" not in cdr("audit").out
