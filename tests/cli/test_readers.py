"""Two readers: one key alone is an error, and the second is tried once a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import People, Shell
from store.hands import git, sign_commit

from cdr import clock


def readers(cdr: Shell, code: int = 0) -> tuple[str, str]:
    [check] = [one for one in cdr("doctor", "--json", code=code).json["checks"] if one["what"] == "readers"]
    return check["level"], check["message"]


def test_the_second_key_is_tried_and_that_is_recorded(
    cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert readers(cdr)[0] == "warning" and "keys drill" in readers(cdr)[1]
    cdr("keys", "drill")  # the key that did everything else proves nothing
    assert readers(cdr)[0] == "warning"
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    tried = cdr("--as", people.second, "keys", "drill", sudi.lower(), "--json").json["drill"]
    assert tried["case"] == sudi and tried["fingerprint"] == people.second
    assert git(cdr.store, "log", "-1", "--format=%s") == "cdr: drill"
    monkeypatch.setenv("GNUPGHOME", people.home)
    level, message = readers(cdr)
    assert level == "ok" and "was tried on" in message
    assert "drill" in cdr("audit", "--reads", sudi).out
    assert cdr("verify", "--json").json["findings"] == []
    cdr("keys", "drill", "2026-ZZZZ", code=66)
    real = clock.real_now
    monkeypatch.setattr(clock, "real_now", lambda: real() + timedelta(days=400))
    assert readers(cdr, code=1)[0] == "error"


def test_one_key_alone(cdr: Shell, sudi: str, people: People) -> None:
    cdr("keys", "remove", people.second, "--reason", "Left the team")
    level, message = readers(cdr, code=1)
    assert level == "error" and "keys add" in message
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + "governance: {one_reader: The deputy begins in May}\n")
    sign_commit(cdr.store, people.home, people.member)
    assert readers(cdr)[0] == "warning"
