"""`cdr keys`: who may read and write, a key added, taken out, or taken up anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON, CdrError, WrongUsage
from cdr.terminal.output import given, put, put_json, say, say_line, table
from cdr.written import bare_fingerprint

if TYPE_CHECKING:
    from cdr.store.rotation import Rotation

NAMES = ("fingerprint", "name", "role", "since", "expires", "trouble", "secret_here")
LONGEST_REASON = 300


@click.group("keys")
def command() -> None:
    """Show whose keys read and write this store; add one, take one out, or take up one that was renewed.

    Examples:

    \b
    cdr keys list
    cdr keys refresh 0123...CDEF 89AB...4567
    """


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List members and the chaser, with the day on which each key ends and whether it can be used.

    Example: cdr keys list
    """
    if as_json:
        put_json({"schema": "cdr-keys/1", "keys": _rows_json(app)})
        return
    rows = _rows(app)
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

    wanted = tuple(dict.fromkeys(map(bare_fingerprint, fingerprints)))
    found = renewal.refresh(app.store, wanted)
    if as_json:
        _put_json(app, wanted, found)
    else:
        _tell(app, wanted, found)
    return _told_of_left(found)


@command.command("add")
@click.argument("file", metavar="FILE")
@click.option(
    "--role",
    type=click.Choice(("member", "chaser")),
    default="member",
    help="A member reads and writes everything; the chaser (cron) reads requests and prompts, and writes prompts.",
)
@as_json
@pass_app
def add(app: App, file: str, role: str, as_json: bool) -> int:
    """Let another key read and write: FILE is its public key, as `gpg --armor --export FPR` writes it.

    What the key may read from now on is encrypted anew, in one signed commit or not at all; a run that was stopped goes on where
    it was when it is run again. Compare the fingerprint with its owner by telephone first.

    Example: cdr keys add sam.asc
    """
    from cdr.store import membership

    person, found = membership.add(app.store, given(file), role, app.clock.today)
    if as_json:
        _put_json(app, (person.fingerprint,), found)
    elif not found.commit:
        put(f"The key of {person.name} is there already as a {person.role}'s; nothing was changed.")
    else:
        put(f"{person.fingerprint} {person.name} ({person.role}) was added.")
        _tell_count(found)
    if found.commit:
        say("Compare that fingerprint with its owner, not over the network. If it is not theirs: cdr keys remove")
        say("Return forms that were sent out before are answered to the earlier members' keys.")
    return _told_of_left(found)


@command.command("remove")
@click.argument("fingerprint", metavar="FPR")
@click.option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Why, in a few words (left, key lost); nothing private: it is recorded in the open, in keys/registry.yaml.",
)
@as_json
@pass_app
def remove(app: App, fingerprint: str, reason: str, as_json: bool) -> int:
    """Take a key out: from now on it reads and writes nothing that is recorded here.

    Everything that the key could read is encrypted anew for the others, in one signed commit or not at all; a run that was stopped
    goes on where it was when it is run again. What was recorded before stays readable to that key in every copy its owner kept,
    the history of this one included. The last member's key cannot be taken out.

    Example: cdr keys remove 0123...CDEF --reason "Left the team"
    """
    from cdr.store import membership

    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        raise WrongUsage(f"Give the reason in at most {LONGEST_REASON} letters.")
    known = _agreed_until_today(app)  # before it: whoever takes out their own key cannot look afterwards
    person, found = membership.remove(app.store, bare_fingerprint(fingerprint), why, app.clock.today)
    still = membership.still_readable(app.store, person)
    if as_json:
        seen = {"documents": still.documents, "cases": still.cases}
        anew = known if person.role == "member" else []
        told = {"removed": person.fingerprint, "still_readable": seen, "agree_anew": anew}
        put_json({"schema": "cdr-keys/1", "keys": _rows_json(app), **_came_of(found), **told})
    else:
        put(f"{person.fingerprint} {person.name} ({person.role}) was taken out.")
        _tell_count(found)
    what = "the requests and prompts" if person.role == "chaser" else "everything"
    say(
        f"Whoever holds that key can still read {what} recorded up to now ({_so_many(still.documents, 'document')} of {_so_many(still.cases, 'case')}) in "
        "any copy they have or get: nothing can take that back. What is recorded from now on they cannot read."
    )
    say(
        "Take away their access to the server and to backups too. If the key was stolen, treat it as a breach of personal data."
    )
    if person.role == "member":
        say(
            "Answers to return forms that were sent out before can still be opened with it: see who is outstanding, cdr chase."
        )
        _tell_of_passphrases(known)
    return _told_of_left(found)


def _agreed_until_today(app: App) -> list[str]:
    """The agencies whose agreed pass-phrase is in use: whoever was a member could read it. None where this key may not say."""
    from cdr.work import agreed_phrases

    try:
        known = agreed_phrases.agreed(app)
    except CdrError:  # what is wrong is told by the removal itself, or by verify
        return []
    return sorted(agency for agency, one in known.items() if one.holds(app.clock.today))


def _tell_of_passphrases(agencies: list[str]) -> None:
    if agencies:
        say(
            f"That key could read the pass-phrases that were agreed with {', '.join(agencies)}. Agree others, by telephone: "
            + "; ".join(f"cdr agency passphrase {agency} --new" for agency in agencies)
        )


@command.command("drill")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@as_json
@pass_app
def drill(app: App, reference: str | None, as_json: bool) -> None:
    """Try the second reader's key, or the escrow key: open a case with it, and record that this was done.

    Do it once a year, with the key and on the machine that would be used on the day that the coordinator is ill; cdr doctor asks for
    it. Nothing of the case is shown; without REF it is the newest.

    Examples:

    \b
    cdr --as 89AB...4567 keys drill
    cdr --as 89AB...4567 keys drill 2026-7K3M
    """
    from cdr.work.drilling import drill as tried

    opened = tried(app, reference)
    if as_json:
        done = {"case": opened, "on": app.clock.real_today.isoformat(), "fingerprint": app.store.person.fingerprint}
        put_json({"schema": "cdr-keys/1", "keys": _rows_json(app), "drill": done})
    else:
        put(f"{app.store.person.name}'s key opened {opened} on {app.clock.real_today}; that is recorded.")


def _so_many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _put_json(app: App, wanted: tuple[str, ...], found: Rotation) -> None:
    rows = [row for row in _rows_json(app) if row["fingerprint"] in wanted]
    put_json({"schema": "cdr-keys/1", "keys": rows, **_came_of(found)})


def _came_of(found: Rotation) -> dict[str, Any]:
    return {"commit": found.commit or None, "documents": len(found.encrypted), "left": sorted(found.left)}


def _told_of_left(found: Rotation) -> int:
    for path, error in sorted(found.left.items()):
        say_line(f"{path} cannot be opened, and was left as it is: {error.message} {error.hint}")
    return TO_ACT_ON if found.left else DONE


def _tell(app: App, wanted: tuple[str, ...], found: Rotation) -> None:
    for one in app.store.standings(app.clock.real_today):
        if one.person.fingerprint in wanted:
            is_new = one.person.fingerprint in found.changed
            put(f"{one.words} {'Taken up.' if is_new else 'The store held it as it is here already.'}")
            if one.trouble or (one.ends and not is_new):
                say(one.advice)
    _tell_count(found)


def _tell_count(found: Rotation) -> None:
    count = len(found.encrypted)
    if count:
        put(f"{count} {'document was' if count == 1 else 'documents were'} encrypted anew.")
    if found.taken_up:
        say(f"{found.taken_up} of them had been made ready by a run that was stopped.")


def _rows_json(app: App) -> list[dict[str, Any]]:
    return [dict(zip(NAMES, row, strict=True)) for row in _rows(app)]


def _rows(app: App) -> list[tuple[Any, ...]]:
    from cdr.store.crypto import Gnupg

    here = Gnupg().holds_secret_of()
    rows = []
    for one in app.store.standings(app.clock.real_today):
        person, expires = one.person, one.key.expires if one.key else None
        about = (person.fingerprint, person.name, person.role, person.since)
        rows.append((*about, expires.isoformat() if expires else None, one.trouble, person.fingerprint in here))
    return rows
