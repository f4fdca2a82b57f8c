"""`cdr keys`: who may read and write, and a renewed key taken up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON
from cdr.terminal.output import put, put_json, say, say_line, table

if TYPE_CHECKING:
    from cdr.store.renewal import Renewal

NAMES = ("fingerprint", "name", "role", "since", "expires", "trouble", "secret_here")


@click.group("keys")
def command() -> None:
    """Show whose keys read and write this store, and take up a key that was renewed."""


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List members and the chaser, with the day on which each key ends and whether it can be used."""
    rows = _rows(app)
    if as_json:
        put_json({"schema": "cdr-keys/1", "keys": [dict(zip(NAMES, row, strict=True)) for row in rows]})
        return
    shown = [(f, n, r, s, e or "never", t or "can be used", "here" if h else "") for f, n, r, s, e, t, h in rows]
    put(table(shown, ["fingerprint", "name", "role", "since", "expires", "state", "secret key"]))
    for one in app.store.standings(app.clock.real_today):
        if one.advice:
            say(f"{one.words} {one.advice}")


@command.command("refresh")
@click.argument("fingerprints", metavar="FPR...", nargs=-1, required=True)
@as_json
@pass_app
def refresh(app: App, fingerprints: tuple[str, ...], as_json: bool) -> int:
    """Take up renewed keys: a later end, new subkeys, as GnuPG holds them here.

    A member does it, for any key of the store, also where the key that they act with has ended in the store already. What those
    keys read is encrypted anew where that is called for. It is one signed commit, or nothing. Renew the key itself first (a
    subkey that has expired already is named in the place of the star; cdr keys list says which):

    \b
    gpg --quick-set-expire FPR 2y
    gpg --quick-set-expire FPR 2y '*'

    Example: cdr keys refresh 0123...CDEF
    """
    from cdr.store import renewal

    wanted = tuple(dict.fromkeys(given.replace(" ", "").upper().removeprefix("0X") for given in fingerprints))
    found = renewal.refresh(app.store, wanted)
    if as_json:
        rows = [dict(zip(NAMES, row, strict=True)) for row in _rows(app) if row[0] in wanted]
        told = {"commit": found.commit or None, "documents": len(found.encrypted), "left": sorted(found.left)}
        put_json({"schema": "cdr-keys/1", "keys": rows, **told})
    else:
        _tell(app, wanted, found)
    for path, error in sorted(found.left.items()):
        say_line(f"{path} cannot be opened, and was left as it is: {error.message} {error.hint}")
    return TO_ACT_ON if found.left else DONE


def _tell(app: App, wanted: tuple[str, ...], found: Renewal) -> None:
    for one in app.store.standings(app.clock.real_today):
        if one.person.fingerprint in wanted:
            is_new = one.person.fingerprint in found.changed
            put(f"{one.words} {'Taken up.' if is_new else 'The store held it as it is here already.'}")
            if one.trouble or (one.ends and not is_new):
                say(one.advice)
    count = len(found.encrypted)
    if count:
        put(f"{count} {'document was' if count == 1 else 'documents were'} encrypted anew.")


def _rows(app: App) -> list[tuple[Any, ...]]:
    from cdr.store.crypto import Gnupg

    here = Gnupg().holds_secret_of()
    rows = []
    for one in app.store.standings(app.clock.real_today):
        person, expires = one.person, one.key.expires if one.key else None
        about = (person.fingerprint, person.name, person.role, person.since)
        rows.append((*about, expires.isoformat() if expires else None, one.trouble, person.fingerprint in here))
    return rows
