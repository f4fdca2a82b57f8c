"""`cdr init`: make a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import ConditionsNotMet, NotAllowed, WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.taking_in import Form, check, take_in
from cdr.written import bare_fingerprint

if TYPE_CHECKING:
    from cdr.store.keyring import Key


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--config",
    "config",
    metavar="FILE",
    help="The area's configuration, which becomes cdr.yaml; on a terminal it is asked for without.",
)
@click.option(
    "--member",
    "members",
    metavar="FPR",
    multiple=True,
    help="The full fingerprint of a key that reads and writes everything.",
)
@click.option(
    "--chaser",
    metavar="FPR",
    help="The full fingerprint of cron's key, which reads requests and prompts and writes prompts.",
)
@as_json
@pass_app
def command(
    app: App, folder: Path, config: str | None, members: tuple[str, ...], chaser: str | None, as_json: bool
) -> None:
    """Make a store and its git repository in DIR. On a terminal it asks for what is not given.

    A first cdr.yaml comes from the answers, and can be corrected later. The members' keys are in GnuPG here already; a key is made with
    gpg --quick-generate-key "Your Name <you@organisation.example>" future-default default 2y

    Examples:

    \b
    cdr init ~/cdr-store
    cdr init ~/cdr-store --config store.yaml --member 0123...CDEF --chaser 89AB...4567
    """
    from cdr.store.creation import create

    asks = not (config and members)
    if asks:
        _refuse_unattended(config, members)
        _refuse_a_store(folder)
    keys = _own_keys() if asks else []
    form = take_in(config, "store", app.configuration_problems) if config else _asked(app)
    if not members:
        members, chaser = _asked_keys(keys, chaser)
        if len(members) == 1 and not config:
            form = _with_reason(app, form)
    people = [bare_fingerprint(member) for member in members]
    root = create(folder, form.raw, people, bare_fingerprint(chaser) if chaser else None, app.acting, app.clock.today)
    app.made_a_store = True
    if len(people) == 1:
        say(
            "please check: one key alone opens this store; were it lost, everything would be. Add a second reader or an escrow key: cdr keys add FILE"
        )
    if as_json:
        put_json({"schema": "cdr-init/1", "store": str(folder), "commit": root})
        return
    put(str(folder))
    say(
        f"A store for {form.body['area']['name']} is ready. Its history begins with a commit signed by the key that you act with."
    )
    say("Next: cd there and open a first case with `cdr notify --from FILE`; `cdr doctor` says whether all is well.")


def _refuse_unattended(config: str | None, members: tuple[str, ...]) -> None:
    """Stop where nobody can be asked for what is not given. Raises: WrongUsage."""
    from cdr.terminal.terminal import is_attended

    if not is_attended():
        missing = [name for name, given in (("--config FILE", config), ("--member FPR", members)) if not given]
        raise WrongUsage(f"Give {' and '.join(missing)}.", "On a terminal, cdr init DIR asks for what it needs.")


def _refuse_a_store(folder: Path) -> None:
    """Stop before anything is asked where there is a store already. Raises: ConditionsNotMet."""
    if (folder / "cdr.yaml").exists():
        raise ConditionsNotMet("There is a store in that folder already.", [], "Give another folder.")


def _own_keys() -> list[Key]:
    """The secret keys that GnuPG holds. Raises: NotAllowed where it holds none."""
    from cdr.store.crypto import Gnupg

    keys = Gnupg().listed(secret=True)
    if not keys:
        raise NotAllowed(
            "GnuPG holds no secret key here, and a store needs one.",
            'Make one: gpg --quick-generate-key "Your Name <you@organisation.example>" future-default default 2y',
        )
    return keys


def _asked(app: App) -> Form:
    from cdr.terminal.setting_up import asked_configuration

    try:
        return check(asked_configuration(), "cdr.yaml", "store", app.configuration_problems)
    except EOFError:
        raise click.Abort from None


def _with_reason(app: App, form: Form) -> Form:
    """The configuration with why nobody else opens the cases, where somebody says it."""
    from cdr.terminal.setting_up import asked_reason

    try:
        return check(form.raw + asked_reason(), "cdr.yaml", "store", app.configuration_problems)
    except EOFError:
        raise click.Abort from None


def _asked_keys(keys: list[Key], chaser: str | None) -> tuple[tuple[str, ...], str | None]:
    """A member's key, a second reader's, and cron's, where there are such already."""
    from cdr.store.crypto import Gnupg
    from cdr.terminal.setting_up import asked_key

    say("The keys that GnuPG holds here:")
    try:
        member = asked_key(keys, "Your own key, by number")
        known = [key for key in Gnupg().listed() if key.fingerprint not in (member, bare_fingerprint(chaser or ""))]
        second = ""
        if known:
            say("Lost, one key loses every case. Who opens them besides you, a second reader or a key in escrow?")
            second = asked_key(known, "That key, by number", needed=False)
        others = [key for key in keys if key.fingerprint not in (member, second)]
        if others and not chaser:
            say("Cron may have a key of its own, which opens requests and prompts and nothing else:")
            chaser = asked_key(others, "Cron's key, by number", needed=False) or None
    except EOFError:
        raise click.Abort from None
    return tuple(filter(None, (member, second))), chaser
