"""`cdr init`: make a store."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.terminal.output import put, put_json, say
from cdr.work.taking_in import take_in


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--config", "config", metavar="FILE", required=True, help="The area's configuration, which becomes cdr.yaml."
)
@click.option(
    "--member",
    "members",
    metavar="FPR",
    multiple=True,
    required=True,
    help="The full fingerprint of a key that reads and writes everything.",
)
@click.option(
    "--chaser",
    metavar="FPR",
    help="The full fingerprint of cron's key, which reads requests and prompts and writes prompts.",
)
@as_json
@pass_app
def command(app: App, folder: Path, config: str, members: tuple[str, ...], chaser: str | None, as_json: bool) -> None:
    """Make a store and its git repository in DIR.

    Example: cdr init ~/cdr-store --config store.yaml --member 0123...CDEF --chaser 89AB...4567
    """
    from cdr.store.creation import create

    form = take_in(config, "store", app.configuration_problems)
    people = [_plain(member) for member in members]
    root = create(folder, form.raw, people, _plain(chaser) if chaser else None, app.acting, app.clock.today)
    app.made_a_store = True
    if as_json:
        put_json({"schema": "cdr-init/1", "store": str(folder), "commit": root})
        return
    put(str(folder))
    say(
        f"A store for {form.body['area']['name']} is ready. Its history begins with a commit signed by the key that you act with."
    )
    say("Next: cd there and open a first case with `cdr notify --from FILE`; `cdr doctor` says whether all is well.")


def _plain(fingerprint: str) -> str:
    return fingerprint.replace(" ", "").upper().removeprefix("0X")
