"""What was worked out before is taken from a file that says it of the same, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdr.store import state
from cdr.store.kept import kept


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of these files, with one of each of two names."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert kept("colours", [b"a"], lambda: ["red"]) == ["red"]
    assert kept("numbers", [b"a"], lambda: [1]) == [1]
    return state.home() / state.KEPT


def found() -> tuple[list[str], list[int]]:
    return kept("colours", [b"a"], lambda: ["blue"]), kept("numbers", [b"a"], lambda: [2])


def test_it_is_not_worked_out_again(files: Path) -> None:
    assert found() == (["red"], [1])


def test_one_in_anothers_place_is_not_believed(files: Path) -> None:
    [colours], [numbers] = files.glob("colours-*"), files.glob("numbers-*")
    numbers.write_bytes(colours.read_bytes())
    assert found() == (["red"], [2])


def test_one_that_is_damaged_is_worked_out_again(files: Path) -> None:
    [colours] = files.glob("colours-*")
    colours.write_bytes(colours.read_bytes()[:-3])
    assert found() == (["blue"], [1])
