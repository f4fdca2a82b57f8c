"""`cdr audit`: who changed what and when."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, pass_app
from cdr.terminal.output import put, put_json, table


@click.command("audit")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@as_json
@pass_app
def command(app: App, reference: str | None, as_json: bool) -> None:
    """Show every change, newest first: when, by whom, which command, which documents. From git; it opens nothing.

    Examples:

    \b
    cdr audit
    cdr audit 2026-7K3M
    """
    from cdr.store.audit import changes

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
        return
    rows = [(c.commit[:10], c.at.replace("T", " ")[:16], c.by, c.what, _documents(c.paths)) for c in found]
    put(table(rows, ["change", "when", "who", "what", "documents"]))


def _documents(paths: tuple[str, ...]) -> str:
    names = [path.removeprefix("cases/").removesuffix(".gpg").removesuffix(".yaml") for path in paths]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
