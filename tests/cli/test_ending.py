"""How the process ends: at once, when all that is to happen at the end has happened, and with the code that the command has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import atexit, sys, weakref
import cdr.cli
class Left: pass
left = Left()
{before}
def command(words=None):
    weakref.finalize(left, print, "let go")
    atexit.register(print, "at the end")
    sys.stdout.write("said")  # a line that nobody has flushed yet
    {command}
cdr.cli.run = command
class Torn:
    def __del__(self): print("torn down")
torn = Torn()
cdr.cli.main()
"""


def ended(command: str, *, before: str = "", out: str | None = None) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(command=command, before=before)
    if out is None:
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    with Path(out).open("w", encoding="utf-8") as stream:
        return subprocess.run(
            [sys.executable, "-c", program], stdout=stream, stderr=subprocess.PIPE, text=True, check=False
        )


@pytest.mark.parametrize("code", [0, 1, 74])
def test_all_that_is_to_happen_at_the_end_happens_and_nothing_is_taken_apart(code: int) -> None:
    done = ended(f"return {code}")
    assert done.returncode == code
    assert done.stderr == ""
    assert sorted(done.stdout.split("said")[1].split("\n")) == ["", "at the end", "let go"]


def test_what_ends_without_a_code_ends_as_python_does() -> None:
    done = ended("raise MemoryError")
    assert done.returncode == 1
    assert "MemoryError" in done.stderr
    assert "torn down" in done.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")  # noqa: PTH110
def test_what_cannot_be_written_at_the_very_end_is_not_passed_over() -> None:
    done = ended("return 0", out="/dev/full")
    assert done.returncode != 0
    assert "No space left on device" in done.stderr
