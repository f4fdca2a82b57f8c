"""`cdr config`: every effective setting and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import click

from cdr.app import App, rules
from cdr.commands.options import as_json, pass_app
from cdr.domain.rulebook.settings import DEFAULT, ENVIRONMENT, OPTION, Setting, settings_of
from cdr.errors import CdrError, NotFound
from cdr.terminal.output import put, put_json, say, table

EMPTY = "-"


@click.command("config")
@as_json
@click.pass_context
@pass_app
def command(app: App, context: click.Context, as_json: bool) -> None:
    """Show every setting that is in force, and where it comes from: an option, the environment, cdr.yaml, or cdr itself.

    An option goes before the environment, and both go before what is found. Away from a store it shows what holds anywhere.

    Example: cdr config
    """
    settings = list(_of_this_run(app, context.find_root()))
    if _is_at_a_store(app):
        settings += settings_of(app.configuration_document, app.policy, rules("mail"))
    else:
        say("There is no store here, so what a cdr.yaml says is not shown; give the store with --store DIR.")
    if as_json:
        put_json({"schema": "cdr-config/1", "settings": [one.to_dict() for one in settings]})
        return
    rows = [(one.name, EMPTY if one.value is None else one.value, _from(one)) for one in settings]
    put(table(rows, ["setting", "value", "from"]))


def _is_at_a_store(app: App) -> bool:
    """Whether there is a store. Raises: NotFound where one was named and is not there, and as opening it."""
    try:
        return bool(app.store.folder)
    except NotFound:
        if app.store_option:
            raise
        return False


def _from(setting: Setting) -> str:
    return f"{setting.source} ({setting.by})" if setting.by else setting.source


def _of_this_run(app: App, root: click.Context) -> Iterator[Setting]:
    """What the command line and the environment say, and what holds where they say nothing."""
    from cdr.store import gpg, state

    found: dict[str, str | None] = {"store": None, "as": None}
    with suppress(CdrError):
        found["store"] = str(app.store.folder)
    with suppress(CdrError):
        found["as"] = app.store.person.fingerprint
    found["as_of"] = None
    for name, parameter in (("store", "store"), ("as", "acting"), ("as_of", "as_of")):
        yield _given(root, name, parameter, found[name])
    yield _given(root, "debug", "debug", "no", "yes")
    yield _of_environment("gnupg_home", ("GNUPGHOME",), str(gpg.home()))
    yield _of_environment("state", ("XDG_STATE_HOME",), str(state.home()))
    yield _of_environment("editor", ("VISUAL", "EDITOR"), _editor(), is_path=False)
    yield _of_environment("no_color", ("NO_COLOR",), "no", is_path=False)


def _editor() -> str | None:
    from cdr.terminal import editors

    with suppress(CdrError):
        return " ".join(editors.usual().words)
    return None


def _given(root: click.Context, name: str, parameter: str, found: str | None, flag: str = "") -> Setting:
    """A setting that an option or its variable gives, else what was found."""
    source = root.get_parameter_source(parameter)
    option = next(one for one in root.command.params if one.name == parameter)
    value = flag or str(root.params[parameter])
    if source is click.core.ParameterSource.COMMANDLINE:
        return Setting(name, value, OPTION, option.opts[0])
    if source is click.core.ParameterSource.ENVIRONMENT:
        return Setting(name, value, ENVIRONMENT, str(option.envvar))
    return Setting(name, found, DEFAULT)


def _of_environment(name: str, variables: tuple[str, ...], otherwise: str | None, is_path: bool = True) -> Setting:
    """A setting that the first of some variables gives, else what holds without; a folder is shown as it is used."""
    for variable in variables:
        if value := os.environ.get(variable, "").strip():
            return Setting(name, otherwise if is_path else value, ENVIRONMENT, variable)
    return Setting(name, otherwise, DEFAULT)
