"""A season of chasing, day by day, with a machine that is off and a server that fails: bench/year.py in small."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "bench"))

import year

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_each_message_once_on_its_day_at_its_address(tmp_path: Path) -> None:
    made, _ = year.invented(5, 60, 7)
    assert {level for _, _, _, _, level in year.expected(made, year.load(year.STORE))} >= {
        "prompt-1",
        "prompt-2",
        "prompt-3",
    }
    assert year.whole(tmp_path, 5, 60, 7, both=False) == []
