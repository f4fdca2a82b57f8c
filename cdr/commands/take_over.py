"""`cdr take-over`: an area's change of hands; this store takes over the cases of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON, WrongUsage
from cdr.terminal.output import put, put_json, say, table

if TYPE_CHECKING:
    from cdr.work.taking_over import TakenOver


@click.command("take-over")
@click.argument("folder", metavar="STORE", type=click.Path(path_type=Path))
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    metavar="NAME",
    help="Only cases of children who lived in this authority of that area; may be given several times.",
)
@click.option(
    "--others", is_flag=True, help="With --authority: cases of children who lived in none of that area's, too."
)
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="THERE=HERE",
    help="What an agency or a member of the panel is called in cdr.yaml here, by its id there.",
)
@click.option("--dry-run", is_flag=True, help="Say what would come, and what stands in the way; record nothing.")
@as_json
@pass_app
def command(
    app: App,
    folder: Path,
    authorities: tuple[str, ...],
    others: bool,
    renames: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take over the cases of another area's store, whose folder STORE is on this machine; you are a member of both.

    Two areas join where one store takes over the other, or a new one takes over both. One is split where two stores take over their share of
    it. Everything comes in one commit or nothing; STORE is closed then: it is read and verified as before, and its cases are written no more.
    It ends with 1 where cases there were written after they had been taken over, or cases of it are left that no store took over.

    Example: cdr take-over ~/eastbury-store --dry-run
    """
    from cdr.work import taking_over

    wanted = taking_over.Wanted(folder, authorities, others, _renames(renames))
    done = taking_over.take_over(app, wanted, dry_run=dry_run)
    if as_json:
        put_json(_json(done, dry_run))
    else:
        _tell(done, dry_run)
    return TO_ACT_ON if done.late or done.left or not done.adds_up else DONE


def _renames(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in given:
        there, equals, here = one.partition("=")
        if not (there and equals and here):
            raise WrongUsage("--rename takes two ids.", "--rename THERE=HERE")
        found[there] = here
    return found


def _tell(done: TakenOver, dry_run: bool) -> None:
    verb = "would be taken over" if dry_run else "taken over"
    put(f"{len(done.cases)} {'case' if len(done.cases) == 1 else 'cases'} of {done.area} {verb}.")
    if done.years:
        rows = [(year, *notified, *reviewed) for year, (notified, reviewed) in done.years.items()]
        sides = ("here", "came", "now")
        put(table(rows, ["year", *(f"notified: {one}" for one in sides), *(f"reviewed: {one}" for one in sides)]))
    for before, after in {**done.cases, **done.meetings}.items():
        if before != after:
            say(f"{before} is called {after} here: what was sent before names it as it was.")
    if done.late:
        say(f"Written there after they were taken over; enter here what is new in them: {', '.join(done.late)}")
    if done.left:
        say(f"{done.left} cases of it no store has taken over yet.")
    if not dry_run:
        say(f"Keep that store, closed as it is; its history is held to this line: {done.anchor}")
        say("Tell the others: cdr sync, in each of the two stores.")


def _json(done: TakenOver, dry_run: bool) -> dict[str, Any]:
    return {
        "schema": "cdr-take-over/1",
        "dry_run": dry_run,
        "root": done.root,
        "area": done.area,
        "anchor": done.anchor,
        "cases": [{"there": there, "case": here} for there, here in done.cases.items()],
        "meetings": [{"there": there, "id": here} for there, here in done.meetings.items()],
        "late": list(done.late),
        "left": done.left,
        "years": [
            {"year": year, "notified": _three(notified), "reviewed": _three(reviewed)}
            for year, (notified, reviewed) in done.years.items()
        ],
    }


def _three(counts: tuple[int, int, int]) -> dict[str, int]:
    return dict(zip(("before", "came", "now"), counts, strict=True))
