"""What cdr costs as a store grows: the whole table of docs/performance.md, as ratios in one run, by one command.

    python bench/scale.py [CASES ...] [--keep DIR] [-o FILE.md] [--chart FILE.svg]        (100 and 1,000 without an argument)

Each store has up to 100 cases that are open or were just reviewed, with all their documents; the others are of earlier years, as a
register gives them. Each command runs in a process of its own; the least of several runs counts, since other work only ever adds.
Stores that are kept with --keep are not built again.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import chart
import components
import others
import stores
import verbs
from measuring import Counting, Counts, Used, least, used
from stores import Built
from verbs import CLICK, FLOOR, TODAY, WRITE, Verb

CDR = [sys.executable, "-c", "from cdr.cli import main; main()"]
TIMES = 3
DRAWN = ("chase --overdue, nothing due", "list", "today", "show", "tally, ten years", "notify", "delays", "action list")
LATER = "2026-02-20"  # when the second prompts of what was asked at the end of 2025 are due
Row = tuple[str, Used, Counts | None, Verb]


@dataclass
class Result:
    """What was measured at one store: the bases in processor seconds, each verb, and sentences beside them."""

    count: int
    bases: dict[str, float] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    parts: list[tuple[str, list[float]]] = field(default_factory=list)

    def ratio(self, name: str) -> float:
        """A verb's processor time as a multiple of its base."""
        _, taken, _, verb = self.rows[name]
        return taken.processor / self.bases[verb.base]


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


def row(built: Built, verb: Verb, counting: Counting, name: str = "") -> Row:
    """A verb measured warm."""
    key = built.chaser if verb.by_chaser else built.member

    def command() -> list[str]:
        return cdr(built, key, verb.words())

    if not verb.once:
        used(command(), verb.data, verb.ends_with)
    taken = least(lambda: used(command(), verb.data, verb.ends_with), TIMES)
    counts = counting.of(command(), verb.data) if not verb.once else _counted_once(counting, command)
    return name or verb.name, taken, counts, verb


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
    taken = used(cdr(there, built.member, ["import", str(folder / "register.csv")], "2028-01-01"))
    shutil.rmtree(folder)
    return f"`import` of {built.count:,} rows: {taken.wall:.0f} s by the clock, {taken.processor:.0f} s of the processor, {taken.memory:.0f} MB"


def parts(built: Built) -> list[tuple[str, list[float]]]:
    """Of what some questions consist, in milliseconds."""
    asked = [verb for verb in verbs.questions(built) if verb.name in components.NAMES]
    return [
        (verb.name, components.of(cdr(built, built.member, verb.words())[len(CDR) :], built.folder)) for verb in asked
    ]


def measured(count: int, keep: Path | None) -> Result:
    """All that is measured at a store of so many cases."""
    with stores.standing(count, keep) as built:
        counting, found = Counting(built.folder), Result(count, bases(built))

        def take(one: Row) -> None:
            found.rows[one[0]] = one
            print(f"  {count}: {one[0]} {found.ratio(one[0]):.1f}x", file=sys.stderr, flush=True)

        found.beside += cold(built)
        for words in (["chase", "--overdue"], ["list"]):  # what is due goes out, so that nothing is due any more
            used(cdr(built, built.member, words))
        for verb in verbs.questions(built):
            take(row(built, verb, counting))
        with stores.protected(built):
            for verb in verbs.questions(built):
                if verb.name in ("list", "show"):
                    take(row(built, verb, counting, f"{verb.name}, key with a pass-phrase"))
        with copied(built) as other:
            for verb in verbs.writes(other, stores.forms(other.folder)):
                take(row(other, verb, counting))
            found.beside += sent(other)
        with copied(built) as other:
            stores.packed(other)
            again = [
                verb for verb in verbs.questions(other) if verb.name in ("list", "show", "chase --overdue, nothing due")
            ]
            for verb in again:
                take(row(other, verb, counting, f"{verb.name}, packed"))
        found.parts = parts(built)
        reading = dict(others.registers(built))
        tally = found.rows["tally, ten years"][1].processor
        found.beside += [
            f"{name}: {taken.processor:.2f} s of the processor, {taken.processor / tally:.1f} times `tally` of ten years"
            for name, taken in reading.items()
        ]
        found.beside += [f"{name}: {1000 * taken:.1f} ms a document" for name, taken in others.readers(built)]
        found.beside.append(imported(built))
        return found


def met(result: Result, name: str) -> str:
    """Whether a verb meets its targets; empty where it has none."""
    _, taken, counts, verb = result.rows[name]
    held = [result.ratio(name) <= verb.most] if verb.most is not None else []
    held += [counts.processes <= verb.processes] if verb.processes is not None and counts else []
    held += [taken.wall <= verb.seconds] if verb.seconds is not None else []
    return "" if not held else "yes" if all(held) else "no"


def target(verb: Verb) -> str:
    """A verb's targets as they are told."""
    told = [f"{verb.most:g}x {'' if verb.base == FLOOR else verb.base}".strip()] if verb.most is not None else []
    told += [f"{verb.seconds:g} s"] if verb.seconds is not None else []
    return ", ".join([*told, *([f"{verb.processes} processes"] if verb.processes is not None else [])])


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
    for name, taken, counts, verb in last.rows.values():
        ratios = [f"{one.ratio(name):.1f}x" if name in one.rows else "" for one in results]
        about = [str(counts.processes), str(counts.private)] if counts else ["", ""]
        cells = [
            name,
            *ratios,
            target(verb),
            met(last, name),
            *about,
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
        results.append(measured(count, given.keep))
        if given.output:  # after each store: what was measured stays, however long the next one takes
            given.output.write_text(markdown(results), "utf-8")
    if not given.output:
        print(markdown(results))
    if given.chart:
        names = [name for name in DRAWN if all(name in one.rows for one in results)]
        lines = {name: [one.ratio(name) for one in results] for name in names}
        given.chart.write_text(
            chart.growth([one.count for one in results], lines, "Processor time against the floor"), "utf-8"
        )


if __name__ == "__main__":
    main()
