"""What is sealed is written some entries at a time, and is the JSON that the library writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cdr.store.sealing import AT_A_TIME, plain_of


@pytest.mark.parametrize("count", [0, 1, AT_A_TIME, AT_A_TIME + 1, 3 * AT_A_TIME, 3 * AT_A_TIME + 7])
def test_it_is_what_the_library_writes(count: int) -> None:
    entries = {
        f"cases/{number}/é": {"revision": number, "previous": None, "text": 'a "word"\n'} for number in range(count)
    }
    for content in ({"version": "x", "documents": entries, "rested": [1, 2]}, entries, {"opened": {"a": entries}}):
        assert plain_of(content) == _written(content)


def test_a_number_for_a_name_is_written_as_the_library_does() -> None:
    assert plain_of({"a": dict.fromkeys(range(AT_A_TIME + 1), 1)}) == _written(
        {"a": dict.fromkeys(range(AT_A_TIME + 1), 1)}
    )


def _written(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
