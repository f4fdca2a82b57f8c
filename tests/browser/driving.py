"""The browser that the tests of pages drive, and what a machine lacks for it.

With CDR_SHOTS=FOLDER it leaves pictures of what it saw there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Both are asked for at the start: each test's own surroundings have none of cdr's variables.
SHOTS = os.environ.get("CDR_SHOTS", "")
REQUIRED = os.environ.get("CDR_TOOLS") == "required"
PATIENCE = 400  # seconds


def missing() -> str:
    """What this machine lacks for these tests, and how to get it."""
    if not BROWSER or not shutil.which("node"):
        return "the browser tests need Chromium and Node (Debian, Ubuntu: apt install chromium nodejs npm)"
    if not (HERE / "node_modules" / "playwright-core").is_dir():
        return "the browser tests need their npm packages: make browser"
    return ""


def drive(scenario: str, **plan: Any) -> Any:
    """What a scenario of drive.mjs saw; no page asks anything of a network, or complains to the browser."""
    told = json.dumps({"browser": BROWSER, "shots": SHOTS, **plan})
    done = subprocess.run(
        ["node", "drive.mjs", scenario], cwd=HERE, check=False, input=told, capture_output=True, text=True, timeout=PATIENCE
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["requests"], seen["console"]) == ([], [])
    return seen
