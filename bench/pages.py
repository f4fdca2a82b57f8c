"""What was measured as the tables of docs/performance.md, and its chart."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Callable, Sequence

import chart
import components
import others
import verbs
from results import Cost, Results, Row
from verbs import BASES, FLOOR


def markdown(found: Results) -> str:
    """All tables, as far as they were measured."""
    parts = [*_machine(found), "", *_bases(found)]
    rows = found.rows()
    for base, told in BASES.items():
        of_base = [row for row in rows if row.base == base]
        if of_base:
            parts += [
                "",
                f"Processor time with all that a command starts, as a multiple of {told}:",
                "",
                *_commands(found, of_base),
            ]
    if beside := found.beside():
        parts += [
            "",
            "As a multiple of something else that was measured in the same run:",
            "",
            *_compared(found, beside),
        ]
    if found.readers:
        parts += [
            "",
            "Other programs reading the same documents, in milliseconds of the processor for each:",
            "",
            *_readers(found),
        ]
    for count in found.counts:
        taken_apart = [(name, of[count]) for name, of in found.parts.items() if count in of]
        if taken_apart:
            floor = 1000 * found.bases[FLOOR]
            parts += [
                "",
                f"Of what a question consists, with {count:,} cases, in milliseconds:",
                "",
                *components.table(taken_apart, floor),
            ]
    missed = [f"- {row.name}: {', '.join(row.missed())}" for row in rows if row.missed()]
    missed += [f"- {row.name}, against {row.base}: {', '.join(row.missed())}" for row in found.beside() if row.missed()]
    if missed:
        parts += ["", "Not met:", "", *missed]
    if found.failed:
        parts += ["", "Not measured, for it did not come to its end:", "", *(f"- {name}" for name in found.failed)]
    return "\n".join([*parts, ""])


def drawn(found: Results) -> str:
    """The chart of growth, of what was measured at every store; empty where that is nothing."""
    rows = {row.name: row.ratios for row in found.rows() if row.name in verbs.DRAWN}
    lines = {name: [of[count] for count in found.counts] for name, of in rows.items() if [*of] == found.counts}
    return chart.growth(found.counts, lines, "Processor time against what it is compared with") if lines else ""


def _machine(found: Results) -> list[str]:
    minutes = sum(found.done.values()) / 60
    lacking = ", ".join(others.missing())
    return [
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.machine()}, {_version('git')}, {_version('gpg')}. "
        f"Measured in {minutes:.0f} minutes.{f' Not installed, and so not measured: {lacking}.' if lacking else ''}"
    ]


def _version(name: str) -> str:
    return subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def _bases(found: Results) -> list[str]:
    lines = [[name, f"{1000 * took:.1f}"] for name, took in found.bases.items()]
    documents = [f"{found.documents[count]:,}" for count in found.counts]
    return [
        *_table(["what commands are compared with", "milliseconds of the processor"], lines),
        "",
        *_table(["", *_sizes(found)], [["documents that a first index opens", *documents]]),
    ]


def _commands(found: Results, rows: Sequence[Row]) -> list[str]:
    heads = ["command", *_sizes(found), "to reach", "met", "processes", "private key", "by the clock", "memory"]
    return _table(
        heads, [[_code(row.name), *_ratios(found, row), row.target.told, row.met, *_most(row)] for row in rows]
    )


def _compared(found: Results, rows: Sequence[Row]) -> list[str]:
    heads = ["", "against", *_sizes(found), "to reach", "met", "processes", "private key", "by the clock", "memory"]
    return _table(
        heads,
        [
            [row.name, row.base, *_ratios(found, row, _with_seconds), row.target.told, row.met, *_most(row)]
            for row in rows
        ],
    )


def _ratios(
    found: Results, row: Row, told: Callable[[float, Cost], str] = lambda ratio, _: f"{ratio:.1f}"
) -> list[str]:
    ratios = row.ratios
    return [told(ratios[count], row.costs[count]) if count in ratios else "" for count in found.counts]


def _with_seconds(ratio: float, cost: Cost) -> str:
    return f"{_plain(ratio)} ({cost.processor:.2f} s)"


def _most(row: Row) -> list[str]:
    """Processes and private keys at their most, time and memory at the largest store."""
    largest = row.costs[max(row.costs)]
    processes = [cost.processes for cost in row.costs.values() if cost.processes is not None]
    private = [cost.private for cost in row.costs.values() if cost.private is not None]
    wall = f"{1000 * largest.wall:.0f} ms" if largest.wall < 10 else f"{largest.wall:.0f} s"
    return [str(max(processes, default="")), str(max(private, default="")), wall, f"{largest.memory:.0f} MB"]


def _readers(found: Results) -> list[str]:
    rows = [
        [name, *(f"{1000 * of[count]:.1f}" if count in of else "" for count in found.counts)]
        for name, of in found.readers.items()
    ]
    return _table(["", *_sizes(found)], rows)


def _sizes(found: Results) -> list[str]:
    return [f"{count:,} cases" for count in found.counts]


def _code(name: str) -> str:
    """A name with its command set apart from what is said of it."""
    for mark in (", ", "; "):
        if mark in name:
            command, said = name.split(mark, 1)
            return f"`{command}`{mark}{said}" if not command.startswith("the same") else name
    return f"`{name}`" if not name.startswith("the same") else name


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {' | '.join(row)} |" for row in rows)]


def _plain(ratio: float) -> str:
    """A ratio with two figures that count, and no power of ten."""
    return f"{float(f'{ratio:.2g}'):,g}"
