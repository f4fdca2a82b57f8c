"""A store that sends over a real mail server, and in it a case whose six agencies were written to."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.mail.mails import SIX
from conftest import People, Shell
from mail_server import Server
from mail_store import new_store, smtp_words, store_text


@pytest.fixture
def cdr(tmp_path: Path, people: People, member: str, server: Server, authority: Path) -> Shell:
    return new_store(tmp_path, people, store_text(smtp_words(server, authority)))


@pytest.fixture
def asked(cdr: Shell, sudi: str, server: Server) -> str:
    cdr("request", sudi, as_of="2026-01-09")
    assert len(server.mails) == SIX
    server.mails.clear()
    return sudi
