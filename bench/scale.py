"""What cdr costs as a store grows: the whole table of docs/performance.md, as ratios in one run, by one command.

    python bench/scale.py [CASES ...] [--keep DIR] [-o FILE.md] [--chart FILE.svg]        (100 and 1,000 without an argument)

Each store has up to 100 cases that are open or were just reviewed, with all their documents; the others are of earlier years, as a
register gives them. Each command runs in a process of its own; the least of several runs counts, since other work only ever adds.
Stores that are kept with --keep are not built again, and what was measured at one is kept beside it, step by step: who was stopped goes on
where it was, as long as cdr itself is what it was. Each row is told against the floor that was measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import chart
import components
import others
import stores
import verbs
from measuring import Counting, Counts, least, used
from stores import Built
from verbs import CLICK, FLOOR, TODAY, WRITE, Verb

from cdr import resources

CDR = [sys.executable, "-c", "from cdr.cli import main; main()"]
TIMES = 3
DRAWN = ("chase --overdue, nothing due", "list", "today", "show", "tally, ten years", "notify", "delays", "action list")
LATER = "2026-02-20"  # when the second prompts of what was asked at the end of 2025 are due
MEASURED = "measured.json"


@dataclass(frozen=True)
class Row:
    """A command as measured: what it is compared with, in processor seconds of the same run, and its targets (None where none was set)."""

    name: str
    base: str
    base_seconds: float
    processor: float
    wall: float
    memory: float
    processes: int
    private: int
    most: float | None
    most_processes: int | None
    most_seconds: float | None

    @property
    def ratio(self) -> float:
        """Its processor time as a multiple of its base."""
        return self.processor / self.base_seconds

    @property
    def met(self) -> str:
        """Whether it meets its targets; empty where it has none."""
        held = [self.ratio <= self.most] if self.most is not None else []
        held += [self.processes <= self.most_processes] if self.most_processes is not None else []
        held += [self.wall <= self.most_seconds] if self.most_seconds is not None else []
        return "" if not held else "yes" if all(held) else "no"

    @property
    def target(self) -> str:
        """Its targets as they are told."""
        told = [f"{self.most:g}x {'' if self.base == FLOOR else self.base}".strip()] if self.most is not None else []
        told += [f"{self.most_seconds:g} s"] if self.most_seconds is not None else []
        return ", ".join([*told, *([f"{self.most_processes} processes"] if self.most_processes is not None else [])])


@dataclass
class Result:
    """What was measured at one store: the bases in processor seconds, each verb, sentences beside them, and which steps were done in how many seconds."""

    count: int
    bases: dict[str, float] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    parts: list[tuple[str, list[float]]] = field(default_factory=list)
    done: dict[str, float] = field(default_factory=dict)

    def ratio(self, name: str) -> float:
        """A verb's processor time as a multiple of its base."""
        return self.rows[name].ratio

    def keep(self, folder: Path) -> None:
        """Keep it beside the store."""
        kept = {"edition": resources.edition().hex(), **asdict(self)}
        (folder / MEASURED).write_text(json.dumps(kept, indent=1), "utf-8")

    @staticmethod
    def kept(folder: Path, count: int) -> Result:
        """What was kept beside a store, where it was measured with cdr as it is now; else nothing yet."""
        with suppress(OSError, ValueError):
            kept = json.loads((folder / MEASURED).read_text("utf-8"))
            if kept.pop("edition") == resources.edition().hex():
                rows = {name: Row(**row) for name, row in kept.pop("rows").items()}
                return Result(**kept, rows=rows)
        return Result(count)


def bases(built: Built) -> dict[str, float]:
    """Bare Python with one `gpg -d`; Python with click; and two `gpg -e` with one signed commit by git."""
    sealed = built.folder / "sealed.gpg"
    recipient = ["--trust-model", "always", "--recipient", built.member]
    encrypting = [*others.GPG, *recipient, "--encrypt"]
    sealed.write_bytes(subprocess.run(encrypting, input=b"x" * 1000, capture_output=True, check=True).stdout)
    opening = least(lambda: used([*others.GPG, "--decrypt", str(sealed)]), 10).processor
    python = least(lambda: used([sys.executable, "-c", "pass"]), 10).processor
    click = least(lambda: used([sys.executable, "-c", "import click"]), 10).processor
    plain = built.folder / "repository"
    shutil.rmtree(plain, ignore_errors=True)
    subprocess.run(["git", "init", "-q", str(plain)], check=True)
    sign = [
        "-c",
        f"user.signingKey={built.member}",
        "-c",
        "user.name=bench",
        "-c",
        "user.email=bench@northshire.example",
    ]
    commit = ["git", "-C", str(plain), *sign, "commit", "-q", "-S", "--allow-empty", "-m", "bench"]
    signing = least(lambda: used(commit)).processor
    encrypt = least(lambda: used(encrypting, b"x" * 1000)).processor
    shutil.rmtree(plain)
    return {"python": python, "gpg": opening, FLOOR: python + opening, CLICK: click, WRITE: signing + 2 * encrypt}


def cdr(built: Built, key: str, words: Sequence[str], as_of: str = TODAY) -> list[str]:
    """A command of cdr's as it is started."""
    return [*CDR, "--store", str(built.store), "--as", key, "--as-of", as_of, *words]


def row(built: Built, verb: Verb, counting: Counting, bases: dict[str, float], name: str = "") -> Row:
    """A verb measured warm."""
    key = built.chaser if verb.by_chaser else built.member

    def command() -> list[str]:
        return cdr(built, key, verb.words())

    if not verb.once:
        used(command(), verb.data, verb.ends_with)
    taken = least(lambda: used(command(), verb.data, verb.ends_with), TIMES)
    counts = counting.of(command(), verb.data) if not verb.once else _counted_once(counting, command)
    return Row(
        name or verb.name, verb.base, bases[verb.base], taken.processor, taken.wall, taken.memory, counts.processes, counts.private,
        verb.most, verb.processes, verb.seconds,
    )  # fmt: skip


def _counted_once(counting: Counting, command: Callable[[], list[str]]) -> Counts:
    counting.of(command())  # from then on nothing about the wrappers is new
    return counting.of(command())


@contextmanager
def copied(built: Built) -> Iterator[Built]:
    """The same store and state in another folder, to be written in."""
    other = built.folder / "copy"
    shutil.rmtree(other, ignore_errors=True)
    for name in ("store", "state"):
        shutil.copytree(built.folder / name, other / name)
    before = os.environ["XDG_STATE_HOME"]
    os.environ["XDG_STATE_HOME"] = str(other / "state")
    try:
        yield replace(built, folder=other)
    finally:
        os.environ["XDG_STATE_HOME"] = before
        shutil.rmtree(other, ignore_errors=True)


def cold(built: Built) -> Iterator[str]:
    """The first index, beside what gpg alone takes for the same documents, and `verify` the first and the second time."""
    before = os.environ["XDG_STATE_HOME"]
    fresh = built.folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    os.environ["XDG_STATE_HOME"] = str(fresh)
    try:
        first = used(cdr(built, built.member, ["list"]))
        files = others.documents(built)
        alone = others.multifile(built.folder, files)
        yield (
            f"first index, {len(files):,} documents: {first.processor / alone.processor:.1f} times `gpg --multifile` of the same "
            f"({first.wall:.1f} s and {alone.wall:.1f} s by the clock; {first.memory:.0f} MB)"
        )
        one, two = (used(cdr(built, built.member, ["verify"])) for _ in range(2))
        yield f"`verify`: {one.processor:.1f} s of the processor, the second time {two.processor:.1f} s"
    finally:
        os.environ["XDG_STATE_HOME"] = before
        shutil.rmtree(fresh, ignore_errors=True)


def sent(built: Built) -> Iterator[str]:
    """One message, and many in one run."""
    one = used(cdr(built, built.member, ["chase", _waiting(built), "--overdue"], LATER), ends_with=(0, 75))
    due = _due(built)
    many = used(cdr(built, built.member, ["chase", "--overdue"], LATER), ends_with=(0, 75))
    yield f"messages: one in {one.processor:.2f} s of the processor, {due} in one run {many.processor:.2f} s"


def _waiting(built: Built) -> str:
    said = subprocess.run(
        cdr(built, built.member, ["chase"], LATER), capture_output=True, text=True, check=False
    ).stdout
    return next(
        word
        for line in said.splitlines()
        for word in line.split()
        if word[:5] in ("2024-", "2025-", "2026-") and len(word) == 9
    )


def _due(built: Built) -> int:
    said = subprocess.run(
        cdr(built, built.member, ["chase", "--overdue", "--dry-run"], LATER),
        capture_output=True,
        text=True,
        check=False,
    )
    return len(said.stdout.splitlines())


def imported(built: Built) -> str:
    """A register of as many rows brought into an empty store."""
    folder = built.folder / "imported"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    stores.register(folder / "register.csv", built.count)
    config = str(built.folder / "store.yaml")
    used([*CDR, "init", str(folder / "store"), "--config", config, "--member", built.member])
    there = replace(built, folder=folder)
    taken = used(cdr(there, built.member, ["import", str(folder / "register.csv")], "2028-03-01"))
    shutil.rmtree(folder)
    return f"`import` of {built.count:,} rows: {taken.wall:.0f} s by the clock, {taken.processor:.0f} s of the processor, {taken.memory:.0f} MB"


def parts(built: Built) -> list[tuple[str, list[float]]]:
    """Of what some questions consist, in milliseconds."""
    asked = [verb for verb in verbs.questions(built) if verb.name in components.NAMES]
    return [
        (verb.name, components.of(cdr(built, built.member, verb.words())[len(CDR) :], built.folder)) for verb in asked
    ]


def measured(count: int, keep: Path | None, told: Callable[[Result], None] = lambda _: None) -> Result:
    """All that is measured at a store of so many cases; `told` is called with what there is after each step."""
    with stores.standing(count, keep) as built:
        now, found = bases(built), Result.kept(built.folder, count)
        found.bases = found.bases or now
        for words in (["chase", "--overdue"], ["list"]):  # what is due goes out, so that nothing is due any more
            used(cdr(built, built.member, words))
        for name, step in steps(built, Counting(built.folder), now, found):
            if name in found.done:
                continue
            start = time.monotonic()
            for one in step():
                if isinstance(one, Row):
                    found.rows[one.name] = one
                elif isinstance(one, str):
                    found.beside.append(one)
                else:
                    found.parts.append(one)
            found.done[name] = round(time.monotonic() - start, 1)
            found.keep(built.folder)
            print(f"  {count}: {name}, {found.done[name]:.0f} s", file=sys.stderr, flush=True)
            told(found)
        return found


Step = Callable[[], Iterable[Row | str | tuple[str, list[float]]]]


def steps(built: Built, counting: Counting, now: dict[str, float], found: Result) -> Iterator[tuple[str, Step]]:
    """Each step by its name: the questions one by one, what is quick before what takes long."""
    for verb in verbs.questions(built):
        yield verb.name, lambda verb=verb: [row(built, verb, counting, now)]  # type: ignore[misc]
    yield "parts", lambda: parts(built)
    yield "key with a pass-phrase", lambda: _by_protected_key(built, counting, now)
    yield "packed", lambda: _packed(built, counting, now)
    yield "writing", lambda: _writing(built, counting, now)
    yield "registers", lambda: _registers(built, found)
    yield (
        "other readers",
        lambda: [f"{name}: {1000 * taken:.1f} ms a document" for name, taken in others.readers(built)],
    )
    yield "first index and verify", lambda: cold(built)
    yield "import", lambda: [imported(built)]


def _by_protected_key(built: Built, counting: Counting, now: dict[str, float]) -> Iterator[Row]:
    with stores.protected(built):
        for verb in verbs.questions(built):
            if verb.name in ("list", "show"):
                yield row(built, verb, counting, now, f"{verb.name}, key with a pass-phrase")


def _packed(built: Built, counting: Counting, now: dict[str, float]) -> Iterator[Row]:
    with copied(built) as other:
        stores.packed(other)
        for verb in verbs.questions(other):
            if verb.name in ("list", "show", "chase --overdue, nothing due"):
                yield row(other, verb, counting, now, f"{verb.name}, packed")


def _writing(built: Built, counting: Counting, now: dict[str, float]) -> Iterator[Row | str]:
    with copied(built) as other:
        for verb in verbs.writes(other, stores.forms(other.folder)):
            yield row(other, verb, counting, now)
        yield from sent(other)


def _registers(built: Built, found: Result) -> Iterator[str]:
    tally = found.rows["tally, ten years"].processor
    for name, taken in others.registers(built):
        yield f"{name}: {taken.processor:.2f} s of the processor, {taken.processor / tally:.1f} times `tally` of ten years"


def markdown(results: Sequence[Result]) -> str:
    """The tables of docs/performance.md."""
    last = results[-1]
    heads = [
        "command",
        *(f"{one.count:,} cases" for one in results),
        "target",
        "met",
        "processes",
        "private key",
        "by the clock",
        "memory",
    ]
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.machine()}, {_versions()}.",
        "",
    ]
    for one in results:
        told = ", ".join(f"{name} {1000 * taken:.0f} ms" for name, taken in one.bases.items())
        lines.append(f"- {one.count:,} cases: {told}")
    lines += ["", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for name, taken in last.rows.items():
        ratios = [f"{one.ratio(name):.1f}x" if name in one.rows else "" for one in results]
        cells = [
            name,
            *ratios,
            taken.target,
            taken.met,
            str(taken.processes),
            str(taken.private),
            f"{1000 * taken.wall:.0f} ms",
            f"{taken.memory:.0f} MB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    for one in results:
        floor = 1000 * one.bases[FLOOR]
        lines += ["", f"Parts in milliseconds, with {one.count:,} cases:", "", *components.table(one.parts, floor)]
        lines += ["", f"Beside them, with {one.count:,} cases:", "", *(f"- {sentence}" for sentence in one.beside)]
    return "\n".join([*lines, ""])


def _versions() -> str:
    said = [
        subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
        for name in ("git", "gpg")
    ]
    return ", ".join(said)


def main() -> None:
    """Build, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("cases", nargs="*", type=int, default=[100, 1000])
    asked.add_argument("--keep", type=Path)
    asked.add_argument("-o", "--output", type=Path)
    asked.add_argument("--chart", type=Path)
    given = asked.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start would compile every module anew
    results: list[Result] = []
    for count in given.cases:

        def told(found: Result) -> None:
            if given.output:  # after each step: what was measured stays, however long the next one takes
                given.output.write_text(markdown([*results, found]), "utf-8")

        results.append(measured(count, given.keep, told))
    if given.output:
        given.output.write_text(markdown(results), "utf-8")
    else:
        print(markdown(results))
    if given.chart:
        names = [name for name in DRAWN if all(name in one.rows for one in results)]
        lines = {name: [one.ratio(name) for one in results] for name in names}
        given.chart.write_text(
            chart.growth([one.count for one in results], lines, "Processor time against the floor"), "utf-8"
        )


if __name__ == "__main__":
    main()
