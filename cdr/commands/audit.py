"""`cdr audit`: who changed what and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, pass_app
from cdr.errors import TO_ACT_ON
from cdr.terminal.output import put, put_json, say, table

if TYPE_CHECKING:
    from cdr.store.reads import Read


@click.command("audit")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@click.option("--reads", is_flag=True, help="Who opened what instead: the runs of cdr that opened cases.")
@as_json
@pass_app
def command(app: App, reference: str | None, reads: bool, as_json: bool) -> int:
    """Show every change, newest first: when, by whom, which command, which documents. From git; it opens nothing.

    With --reads it shows who opened which cases, and with which command: what cdr saw. Whoever opens a document with gpg alone leaves
    no line. It ends with 1 where lines were taken out of that log.

    Examples:

    \b
    cdr audit
    cdr audit 2026-7K3M
    cdr audit --reads 2026-7K3M
    """
    from cdr.store.audit import changes

    if reads:
        return _reads(app, reference, as_json)
    found = changes(app.store, reference)
    if as_json:
        put_json(
            {
                "schema": "cdr-audit/1",
                "changes": [
                    {
                        "commit": c.commit,
                        "at": c.at,
                        "by": c.by,
                        "fingerprint": c.fingerprint,
                        "what": c.what,
                        "paths": list(c.paths),
                    }
                    for c in found
                ],
            }
        )
        return 0
    rows = [(c.commit[:10], c.at.replace("T", " ")[:16], c.by, c.what, _documents(c.paths)) for c in found]
    put(table(rows, ["change", "when", "who", "what", "documents"]))
    return 0


def _reads(app: App, reference: str | None, as_json: bool) -> int:
    from cdr.store.reads import log

    found = log(app.store, reference)
    if as_json:
        put_json(
            {
                "schema": "cdr-audit-reads/1",
                "reads": [_json(read) for read in found.reads],
                "cut": [_json(read) for read in found.cut],
            }
        )
    elif found.reads:
        rows = [(_when(read.at), read.by, read.what, ", ".join(read.cases), read.why) for read in found.reads]
        put(table(rows, ["when", "who", "what", "cases", "for"]))
    else:
        say("Nobody has opened a case since this was first noted.")
    for read in found.cut:
        say(
            f"Before what {read.by} opened at {_when(read.at)}, lines were taken out of the log. Ask who had access to that machine."
        )
    return TO_ACT_ON if found.cut else 0


def _json(read: Read) -> dict[str, object]:
    return {
        "at": read.at, "by": read.by, "fingerprint": read.fingerprint, "what": read.what, "cases": list(read.cases), "for": read.why or None,
    }  # fmt: skip


def _when(at: str) -> str:
    return at.replace("T", " ")[:16]


def _documents(paths: tuple[str, ...]) -> str:
    names = [
        path.removeprefix("cases/").removesuffix(".gpg").removesuffix(".yaml")
        for path in paths
        if not path.startswith("reads/")
    ]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
