"""`cdr keys`: who may read and write."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import put, put_json, table


@click.group("keys")
def command() -> None:
    """Show whose keys read and write this store."""


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List members and the chaser, with their keys' expiry and whether each can be used."""
    from cdr.store.crypto import Gnupg

    snapshot = app.store.sealed
    here = {key.fingerprint for key in Gnupg().listed(secret=True)}
    rows = []
    for person in snapshot.keys.registry.people:
        key = snapshot.public_keys.get(person.fingerprint)
        trouble = "is missing" if key is None else key.trouble
        expires = key.expires.isoformat() if key and key.expires else None
        rows.append(
            (person.fingerprint, person.name, person.role, person.since, expires, trouble, person.fingerprint in here)
        )
    if as_json:
        names = ("fingerprint", "name", "role", "since", "expires", "trouble", "secret_here")
        put_json({"schema": "cdr-keys/1", "keys": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    shown = [(f, n, r, s, e or "never", t or "can be used", "here" if h else "") for f, n, r, s, e, t, h in rows]
    put(table(shown, ["fingerprint", "name", "role", "since", "expires", "state", "secret key"]))
