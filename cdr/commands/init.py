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
    from cdr.terminal.going_back import Conversation


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

    if not (config and members):
        _refuse_unattended(config, members)
        _refuse_a_store(folder)
    form = take_in(config, "store", app.configuration_problems) if config else None
    form, members, chaser = _asked(app, form, members, chaser)
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


def _asked(
    app: App, form: Form | None, members: tuple[str, ...], chaser: str | None
) -> tuple[Form, tuple[str, ...], str | None]:
    """What is not given: the configuration, the keys of members and of cron, and why there is one member where there is one."""
    if form and members:
        return form, members, chaser
    from cdr.terminal.going_back import Conversation
    from cdr.terminal.setting_up import asked_configuration, asked_reason

    keys, talk = _own_keys(), Conversation()

    def checked(raw: bytes) -> Form:
        return check(raw, "cdr.yaml", "store", app.configuration_problems)

    def asks() -> tuple[Form, tuple[str, ...], str | None]:
        found = form or checked(asked_configuration(talk))
        if members:
            return found, members, chaser
        readers, cron = _asked_keys(talk, keys, chaser)
        is_alone = len(readers) == 1 and not form
        return (checked(found.raw + asked_reason(talk)) if is_alone else found), readers, cron

    try:
        return talk.held(asks)
    except EOFError:
        raise click.Abort from None


def _asked_keys(talk: Conversation, keys: list[Key], chaser: str | None) -> tuple[tuple[str, ...], str | None]:
    """A member's key, a second reader's, and cron's, where there are such already. Raises: Back."""
    from cdr.store.crypto import Gnupg
    from cdr.terminal.setting_up import asked_key

    talk.say("The keys that GnuPG holds here:")
    member = asked_key(talk, keys, "Your own key, by number")
    known = [key for key in Gnupg().listed() if key.fingerprint not in (member, bare_fingerprint(chaser or ""))]
    second = ""
    if known:
        talk.say("Lost, one key loses every case. Who opens them besides you, a second reader or a key in escrow?")
        second = asked_key(talk, known, "That key, by number", needed=False)
    others = [key for key in keys if key.fingerprint not in (member, second)]
    if others and not chaser:
        talk.say("Cron may have a key of its own, which opens requests and prompts and nothing else:")
        chaser = asked_key(talk, others, "Cron's key, by number", needed=False) or None
    return tuple(filter(None, (member, second))), chaser
