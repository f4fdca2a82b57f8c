"""`cdr release`: what was published."""

from __future__ import annotations

from collections import Counter

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import NotFound
from cdr.terminal.output import put, put_json, say, table
from cdr.work.releasing import Release, register


@click.group("release")
def command() -> None:
    """The register of what was published: every new public edition is held against all of it.

    Example: cdr release list
    """


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List what was published, when and from which commit."""
    found = register(app)
    if as_json:
        put_json({"schema": "cdr-release/1", "releases": [_told(one) for one in found]})
        return
    if not found:
        say("Nothing was published yet.")
        return
    rows = [
        (
            one.number,
            one.on,
            one.what,
            f"{one.tally['years'][0]} to {one.tally['years'][-1]}",
            len(one.tally["tables"]),
            len(one.hidden),
            one.commit[:12],
        )
        for one in found
    ]
    put(table(rows, ("No.", "On", "By", "Years", "Tables", "Hidden", "Commit")))


@command.command("show")
@click.argument("number", type=click.IntRange(1, 9999), metavar="NUMBER")
@as_json
@pass_app
def show(app: App, number: int, as_json: bool) -> None:
    """Show what was hidden in one release, and why; for members alone."""
    one = next((one for one in register(app) if one.number == number), None)
    if one is None:
        raise NotFound("There is no such release.", "See: cdr release list")
    if as_json:
        put_json({"schema": "cdr-release/1", "releases": [{**_told(one), "log": list(one.hidden), **_answers(one)}]})
        return
    put(table([tuple(entry.values()) for entry in one.hidden], ("Table", "Row", "Column", "Why")))
    say("; ".join(f"{why}: {n}" for why, n in Counter(entry["why"] for entry in one.hidden).items()))
    if one.answers:
        say(f"{len(one.answers)} findings in its words were answered; the answers are in --json.")


def _answers(one: Release) -> dict[str, object]:
    return {"answers": list(one.answers)} if one.answers else {}


def _told(one: Release) -> dict[str, object]:
    return {
        "number": one.number,
        "what": one.what,
        "on": one.on,
        "commit": one.commit,
        "threshold": one.threshold,
        "years": one.tally["years"],
        "tables": [each["id"] for each in one.tally["tables"]],
        "hidden": len(one.hidden),
    }
