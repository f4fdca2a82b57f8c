"""What cdr costs as a store grows: all tables of docs/performance.md, as ratios in one run, by one command.

    python bench/scale.py [CASES ...] [--keep DIR] [-o FILE.md] [--chart FILE.svg]        (100 and 1,000 without an argument)

Each store has up to 100 cases that are open or were just reviewed, with all their documents; the others are of earlier years, as a
register gives them. Each command runs in a process of its own, at every store in turn, and again; the least of several runs counts,
since other work only ever adds. Stores that are kept with --keep are not built again, and what was measured is kept beside them, step
by step: who was stopped goes on where it was, as long as the stores are the same and cdr itself is what it was. What is quick comes
first; the file is written after each step.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pages
import stores
from measuring import used
from results import Results
from steps import Measurement, Step, cdr

MINUTE = 60


def measured(counts: Sequence[int], keep: Path | None, told: Callable[[Results], None] = lambda _: None) -> Results:
    """All that is measured of stores of so many cases; `told` is called with what there is after each step."""
    with tempfile.TemporaryDirectory(prefix="cdr-bench-") as aside, stores.standing(counts, keep) as built:
        folder = keep or Path(aside)
        found = Results.kept(folder, [*counts])
        for one in built:
            with stores.within(one):
                for words in (
                    ["chase", "--overdue"],
                    ["list"],
                ):  # what is due goes out, so that nothing is due any more
                    used(cdr(one, words))
        steps = [*Measurement(built, found, folder).steps()]
        for number, step in enumerate(steps):
            if step.name not in found.done:
                done(step, found)
                found.keep(folder)
                print(f"{number + 1} of {len(steps)}: {step.name}; {left(steps, found)}", file=sys.stderr, flush=True)
                told(found)
        return found


def done(step: Step, found: Results) -> None:
    """Do a step; one that does not come to its end is told, stays for the next time, and stops no other."""
    start = time.monotonic()
    found.failed = [name for name in found.failed if name != step.name]
    try:
        step.run()
    except (SystemExit, subprocess.CalledProcessError) as error:
        found.failed.append(step.name)
        print(f"{step.name}: {error}", file=sys.stderr, flush=True)
    else:
        found.done[step.name] = round(time.monotonic() - start, 1)


def left(steps: Sequence[Step], found: Results) -> str:
    """How long the other steps may take, by what those that are done took."""
    over = [step for step in steps if step.name in found.done]
    known = [step.name for step in over] + found.failed
    slower = sum(found.done[step.name] for step in over) / max(sum(step.seconds for step in over), 1)
    seconds = slower * sum(step.seconds for step in steps if step.name not in known)
    return f"some {seconds / MINUTE:.0f} minutes left" if seconds > MINUTE else f"some {seconds:.0f} s left"


def main() -> None:
    """Build, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("cases", nargs="*", type=int, default=[100, 1000])
    asked.add_argument("--keep", type=Path)
    asked.add_argument("-o", "--output", type=Path)
    asked.add_argument("--chart", type=Path)
    given = asked.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start would compile every module anew

    def told(found: Results) -> None:  # after each step: what was measured stays, however long the next one takes
        if given.output:
            given.output.write_text(pages.markdown(found), "utf-8")
        drawing = pages.drawn(found) if given.chart else ""
        if drawing:
            given.chart.write_text(drawing, "utf-8")

    found = measured(sorted({*given.cases}), given.keep.absolute() if given.keep else None, told)
    told(found)
    if not given.output:
        print(pages.markdown(found))
    sys.exit(1 if found.failed else 0)


if __name__ == "__main__":
    main()
