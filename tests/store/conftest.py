"""A store in which agencies have been asked, as the tests of a prepared folder use it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Begun, People, Shell, as_member, copied, seen


@pytest.fixture(scope="session")
def begun_asked(begun: Begun, people: People, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the first case, with two agencies asked: made once, and copied for each test."""
    place = tmp_path_factory.mktemp("asked")
    copied(begun.with_sudi, place)
    with as_member(people, place / "state"):
        Shell(place / "store")("request", begun.sudi, "northshire-police", "northtown-general", as_of="2026-01-09")
    return place


@pytest.fixture
def asked(cdr: Shell, sudi: str, begun_asked: Path, tmp_path: Path) -> str:
    copied(begun_asked, tmp_path)
    seen(cdr.store)
    return sudi


@pytest.fixture
def home() -> Iterator[str]:
    """One more home of GnuPG."""
    made = subprocess.run(["mktemp", "-d", "/tmp/cdr-XXXXXX"], capture_output=True, check=True).stdout.decode().strip()
    yield made
    subprocess.run(["gpgconf", "--homedir", made, "--kill", "all"], capture_output=True, check=False)
    subprocess.run(["rm", "-r", made], check=False)
