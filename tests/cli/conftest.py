"""A case whose agencies have been asked, and the replies that they send."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.agency_replies import ASKED, HOSPITAL, POLICE, Post
from conftest import People, Shell


@pytest.fixture
def asked(cdr: Shell, sudi: str) -> str:
    cdr("request", sudi, HOSPITAL, POLICE, as_of=ASKED)
    return sudi


@pytest.fixture
def post(cdr: Shell, asked: str, people: People, tmp_path: Path) -> Post:
    return Post(cdr, asked, people, tmp_path)


@pytest.fixture
def word(cdr: Shell, asked: str, tmp_path: Path) -> bytes:
    cdr("form", asked, HOSPITAL, "-o", tmp_path / "form.docx", as_of=ASKED)
    return (tmp_path / "form.docx").read_bytes()
