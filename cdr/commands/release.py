"""`cdr release`: what was published."""

from __future__ import annotations

from collections import Counter

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import WrongUsage
from cdr.statistics.release import Release
from cdr.terminal.output import put, put_json, say, table
from cdr.work.releasing import is_of_others, no_such_release, register


@click.group("release")
def command() -> None:
    """The register of what was published: every new public edition is held against all of it.

    Example: cdr release list
    """


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List what was published, when and from which commit.

    Example: cdr release list
    """
    found = register(app)
    if as_json:
        put_json({"schema": "cdr-release/1", "releases": [_told(app, one) for one in found]})
        return
    if not found:
        say("Nothing was published yet.")
        return
    of_others = {one.number: is_of_others(app, one) for one in found}
    rows = [
        (
            one.number,
            one.on,
            _made_by(one, of_others[one.number]),
            f"{one.tally.years[0]} to {one.tally.years[-1]}",
            len(one.tally.tables),
            len(one.hidden),
            one.commit[:12],
        )
        for one in found
    ]
    put(table(rows, ("No.", "On", "By", "Years", "Tables", "Hidden", "Commit")))
    if any(of_others.values()):
        say(
            "Made within other borders: it counts other children than this area's, and its years are not published anew here."
        )


@command.command("show")
@click.argument("number", type=click.IntRange(1, 9999), metavar="NUMBER")
@as_json
@pass_app
def show(app: App, number: int, as_json: bool) -> None:
    """Show what was hidden in one release, and why; for members alone.

    Example: cdr release show 3
    """
    one = next((one for one in register(app) if one.number == number), None)
    if one is None:
        raise no_such_release()
    if as_json:
        put_json(
            {
                "schema": "cdr-release/1",
                "releases": [{**_told(app, one), "log": [vars(each) for each in one.hidden], **_for_members(one)}],
            }
        )
        return
    put(table([tuple(vars(each).values()) for each in one.hidden], ("Table", "Row", "Column", "Why")))
    say("; ".join(f"{why}: {n}" for why, n in Counter(each.why for each in one.hidden).items()))
    if one.answers:
        say(f"{len(one.answers)} findings in its words were answered; the answers are in --json.")

    if one.is_withdrawn:
        say(f"It was withdrawn on {one.withdrawn_on}: {one.withdrawn_why}")


@command.command("withdraw")
@click.argument("number", type=click.IntRange(1, 9999), metavar="NUMBER")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for members alone; say nothing of a child.")
@as_json
@pass_app
def withdraw(app: App, number: int, reason: str, as_json: bool) -> None:
    """Mark a release as withdrawn, where what was published is taken back.

    It stays in the register and is shown as withdrawn. What is published later is still held against it, because it was read; it is not
    repeated, and the very same may be published anew.

    Example: cdr release withdraw 2 --reason "A table was of the wrong year."
    """
    from cdr.work.releasing import withdraw as record

    if not reason.strip():
        raise WrongUsage("Say why it is withdrawn: --reason TEXT.")
    record(app, number, " ".join(reason.split()))
    if as_json:
        put_json(
            {"schema": "cdr-release/1", "releases": [_told(app, one) for one in register(app) if one.number == number]}
        )
        return
    say(f"Release {number} is withdrawn. Take it down where it stands; what comes later is still held against it.")


def _made_by(one: Release, of_others: bool) -> str:
    """The command, and what is special about it."""
    others = f"other borders ({one.tally.area})" if of_others else ""
    withdrawn = f"withdrawn {one.withdrawn_on}" if one.withdrawn_on else ""
    return ", ".join(filter(None, (one.what, others, withdrawn)))


def _for_members(one: Release) -> dict[str, object]:
    told = [{"finding": finding, "answer": answer} for finding, answer in one.answers.items()]
    answers = {"answers": told} if told else {}
    return {**answers, **({"withdrawn_why": one.withdrawn_why} if one.is_withdrawn else {})}


def _told(app: App, one: Release) -> dict[str, object]:
    return {
        "number": one.number,
        "what": one.what,
        "on": one.on.isoformat(),
        "commit": one.commit,
        "threshold": one.threshold,
        "method": one.method,
        "other_borders": is_of_others(app, one),
        "withdrawn_on": one.withdrawn_on.isoformat() if one.withdrawn_on else None,
        "years": list(one.tally.years),
        "tables": [each.id for each in one.tally.tables],
        "hidden": len(one.hidden),
    }
