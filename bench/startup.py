"""How long `cdr` takes to begin, against bare Python: medians of twenty runs of each, taken in turn.

python bench/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from tabulate import tabulate

RUNS = 20
BINARY = Path(sys.executable).with_name("cdr")
BARE = (sys.executable, "-c", "pass")
COMMANDS = {
    "python -c pass": BARE,
    "python -c 'import click'": (sys.executable, "-c", "import click"),
    "cdr --version": (str(BINARY), "--version"),
    "cdr --help": (str(BINARY), "--help"),
    "cdr chase --help": (str(BINARY), "chase", "--help"),
}


def seconds(command: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    bare = statistics.median(times["python -c pass"])
    rows = [
        (
            name,
            f"{1000 * statistics.median(taken):.1f}",
            f"{1000 * min(taken):.1f}",
            f"{statistics.median(taken) / bare:.1f}",
        )
        for name, taken in times.items()
    ]
    print(tabulate(rows, headers=["command", "median ms", "fastest ms", "/ bare Python"], disable_numparse=True,
                   colalign=("left", "right", "right", "right")))  # fmt: skip


if __name__ == "__main__":
    main()
