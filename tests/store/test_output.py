"""File names that are no text reach a real terminal or pipe without stopping `verify`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import outputs
import pytest
from conftest import Shell


@pytest.mark.hurt
def test_a_file_name_that_is_not_text(cdr: Shell, sudi: str) -> None:
    with open(os.fsencode(cdr.store / "cases" / sudi) + b"/notes \xff\x1b.txt", "wb") as stream:  # noqa: PTH123
        stream.write(b"x")
    for options in ([], ["--json"]):
        command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "verify", *options]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == 1, done.stderr
        assert b"notes" in done.stdout and b"\x1b" not in done.stdout
        if options:
            outputs.check(done.stdout.decode())
            assert len(json.loads(done.stdout)["findings"]) == 1
