"""What a mail holds, and who acts on it: as the tests of sending over a real mail server read and do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import People, Shell
from store.hands import sign_commit

SIX = 6
AMBULANCE = "cdr@regional-ambulance.example"


def chaser(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)


def settings(cdr: Shell, change: Callable[[str], str], people: People) -> None:
    """Change cdr.yaml as a member does: by hand, in a signed commit."""
    file = cdr.store / "cdr.yaml"
    text = file.read_text("utf-8")
    assert change(text) != text
    file.write_text(change(text), "utf-8")
    sign_commit(cdr.store, people.home, people.member)


def body_of(mail: Any) -> str:
    """The text of a mail."""
    return str(mail.get_body().get_content())
