"""A store in which agencies have been asked, as the tests of a prepared folder use it."""

from __future__ import annotations

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
