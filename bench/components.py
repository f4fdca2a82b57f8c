"""Of what the processor time of a question consists: Python, click, the other modules, gpg and git, and all that cdr does itself.

python bench/components.py CASES --keep DIR        (a store that `bench/scale.py --keep DIR` left there)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FROM_HERE = "CDR_BENCH_COMPONENTS"
LOOKING = Path(__file__).with_name("looking.py")
TIMES = 5
PARTS = ("Python", "click", "modules", "gpg and git", "the rest")


def of(words: Sequence[str], folder: Path) -> list[float]:
    """The least that each part of a command took in several runs, in milliseconds."""
    noted = folder / "components"
    runs = []
    for _ in range(TIMES + 1):
        given = [sys.executable, str(LOOKING), *words]
        subprocess.run(given, env={**os.environ, FROM_HERE: str(noted)}, capture_output=True, check=True)
        runs.append([float(part) for part in noted.read_text("ascii").split()])
    return [min(part) for part in zip(*runs[1:], strict=True)]


def table(rows: Sequence[tuple[str, Sequence[float]]], floor: float) -> list[str]:
    """The parts of each command as a table, in milliseconds, with their sum as a multiple of the floor (in milliseconds too)."""
    lines = [f"| command | {' | '.join(PARTS)} | together |", f"|{'---|' * (len(PARTS) + 2)}"]
    for name, parts in rows:
        told = " | ".join(f"{part:.0f}" for part in parts)
        lines.append(f"| `{name}` | {told} | {sum(parts):.0f} ms, {sum(parts) / floor:.1f}x |")
    return lines


def main() -> None:
    """Measure a store that is kept, and print."""
    import steps
    import stores
    import verbs

    count, keep = int(sys.argv[1]), Path(sys.argv[3])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with stores.standing([count], keep) as built:
        floor = 1000 * steps.bases(built)[verbs.FLOOR]
        print("\n".join([f"{count:,} cases, floor {floor:.1f} ms", "", *table(steps.parts(built[0]), floor)]))


if __name__ == "__main__":
    main()
