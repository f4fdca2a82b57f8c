"""How large the terminal is, as Python's library would say."""

from __future__ import annotations

import shutil

import pytest

from cdr.terminal.output import size


@pytest.mark.parametrize("columns", [None, "", "0", "-3", "x", "120"])
@pytest.mark.parametrize("lines", [None, "40"])
def test_the_size_is_what_the_library_says(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, lines: str | None
) -> None:
    for name, value in (("COLUMNS", columns), ("LINES", lines)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert size() == shutil.get_terminal_size()
    assert size((96, 24)) == shutil.get_terminal_size((96, 24))
