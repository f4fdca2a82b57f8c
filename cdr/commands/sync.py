"""`cdr sync`: exchange what was recorded with another copy of the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON
from cdr.terminal.output import put, put_json, say, say_line

if TYPE_CHECKING:
    from cdr.domain.merging.three_ways import Side
    from cdr.work.syncing import Question, Synced


@click.command("sync")
@click.argument("remote", metavar="[REMOTE]", required=False)
@click.option(
    "--take",
    type=click.Choice(("here", "there")),
    help="Decide everything that both changed otherwise in favour of one side, instead of asking; the other stays in the history.",
)
@click.option(
    "--restored", is_flag=True, help="The remote was put back to an older state, by a backup: give it what it lost."
)
@as_json
@pass_app
def command(app: App, remote: str | None, take: str | None, restored: bool, as_json: bool) -> int:
    """Take in what others recorded, put it together with yours, and give them yours.

    REMOTE is a bare repository of git's: a folder, or over ssh user@host:path; without it the one of last time, else git's origin. What
    comes is checked as `cdr verify` checks. What two people did to one document is put together field by field; only what both changed
    otherwise is asked about, one field at a time. Without a terminal it ends with 65 then, and nothing has changed on either side.

    Example: cdr sync cdr@server.area.example:cdr.git
    """
    from cdr.store import remotes
    from cdr.work import syncing

    place = remotes.remote_of(app.store, remote, Path.cwd())
    done = syncing.sync(app, place, _deciding(take), may_be_older=restored)
    if as_json:
        put_json(_json(done))
    else:
        _tell(done)
    for path, message in done.faults:
        say_line(f"{path}: {message}")
    return TO_ACT_ON if done.faults else DONE


def _json(done: Synced) -> dict[str, Any]:
    return {
        "schema": "cdr-sync/1",
        "remote": done.remote,
        "received": done.received,
        "sent": done.sent,
        "merged": list(done.merged),
        "decided": [{"path": one.path, "field": one.field} for one in done.decided],
        "encrypted": done.encrypted,
        "erased": list(done.erased),
        "faults": [{"path": path, "message": message} for path, message in done.faults],
    }


def _tell(done: Synced) -> None:
    if not done.received and not done.sent:
        put("Nothing is new on either side.")
    else:
        put(f"{done.received} {_changes(done.received)} came in, {done.sent} went out.")
    if done.merged:
        say(f"Both had changed these; they are put together: {', '.join(done.merged)}")
    if done.encrypted:
        what = "document was" if done.encrypted == 1 else "documents were"
        say(
            f"{done.encrypted} {what} written once more: for who reads them now, under another number, or as what was decided asks for."
        )
    if done.erased:
        say(f"Two members had these erased; this copy holds none of their files any more: {', '.join(done.erased)}")
    say(f"Exchanged with {done.remote}")


def _changes(count: int) -> str:
    return "change" if count == 1 else "changes"


def _deciding(take: str | None) -> Callable[[Question], Side]:
    from cdr.domain.merging.three_ways import Side
    from cdr.terminal import terminal
    from cdr.work import syncing

    if take:
        return lambda question: Side.OURS if take == "here" else Side.THEIRS
    return _ask if terminal.is_attended() else syncing.nobody


def _ask(question: Question) -> Side:
    """One field that both changed, as a person at a terminal decides it. Raises: Undecided."""
    from cdr.terminal import clashes
    from cdr.work import syncing

    side = clashes.which(question.told, question.clash, "1 here", "2 there", has_before=True)
    if side is None:
        raise syncing.Undecided
    return side
