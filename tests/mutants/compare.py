"""Runs mutmut over the modules that pyproject.toml names and compares the changes that no test noticed with survivors.txt.

The list may only shrink: a survivor that is not in it is an error, one that is gone is taken out of it. `--record` writes the
list anew, for a module that was not covered before. A line is a module, a function, and what stands there before and after.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MUTANTS = ROOT / "mutants"
LIST = Path(__file__).parent / "survivors.txt"
SURVIVED, NO_TEST, NOT_TRIED = 0, 33, None  # the codes in mutmut's own notes


def changes() -> Iterator[tuple[str, str, int | None]]:
    """Every change that mutmut made: its module, its name and what came of it."""
    for notes in sorted((MUTANTS / "cdr").rglob("*.py.meta")):
        module = notes.relative_to(MUTANTS).as_posix().removesuffix(".meta")
        for name, code in json.loads(notes.read_text("utf-8"))["exit_code_by_key"].items():
            yield module, name, code


def survivors() -> Iterator[str]:
    """The changes that no test noticed, one line each."""
    for module, name, code in changes():
        if code in (SURVIVED, NO_TEST):
            yield f"{module}: {function(name)}: {change(name)}"


def function(name: str) -> str:
    """The function of `cdr.domain.age.x_age_band__mutmut_3`."""
    return name.rpartition("__mutmut_")[0].rpartition(".")[2].removeprefix("x_").replace("xǁ", "").replace("ǁ", ".")


def change(name: str) -> str:
    """The lines that a change takes away and those that it puts there."""
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [line for line in shown.stdout.splitlines() if not line.startswith(("---", "+++", "@@", "#"))]
    before = " ".join(" ".join(line[1:].split()) for line in lines if line.startswith("-"))
    after = " ".join(" ".join(line[1:].split()) for line in lines if line.startswith("+"))
    return f"{before} => {after}"


def main() -> int:
    """0 where nothing new survived."""
    done = subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", "2"], cwd=ROOT, check=False)
    not_tried = sum(code is NOT_TRIED for _, _, code in changes())
    if done.returncode or not_tried:
        print(
            f"mutmut did not come to its end ({not_tried} changes were not tried). Run it again: it goes on there.",
            file=sys.stderr,
        )
        return done.returncode or 1
    found = sorted(set(survivors()))
    known = LIST.read_text("utf-8").splitlines() if LIST.exists() else []
    new = [] if "--record" in sys.argv else [line for line in found if line not in known]
    LIST.write_text("".join(f"{line}\n" for line in found if line not in new), "utf-8")
    print(f"{len(found)} changes are noticed by no test; {len(new)} of them are not in the list.")
    for line in new:
        print(f"  {line}")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
