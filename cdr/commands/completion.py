"""`cdr completion`: the script with which a shell completes what is typed."""

from __future__ import annotations

import click

from cdr.commands.options import as_json
from cdr.terminal.completing import SHELLS, script
from cdr.terminal.output import put_json


@click.command("completion")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(SHELLS))
@as_json
def command(shell: str, as_json: bool) -> None:
    """Print the script with which bash, zsh or fish completes commands, options, references, agencies, kinds and file names.

    No key is used for it: references are the names of folders, agencies stand in cdr.yaml. Put the first line into ~/.bashrc, or the
    second into ~/.zshrc (after compinit), or run the third once for fish:

    \b
    eval "$(cdr completion bash)"
    eval "$(cdr completion zsh)"
    cdr completion fish > ~/.config/fish/completions/cdr.fish

    Example: cdr completion bash
    """
    if as_json:
        put_json({"schema": "cdr-completion/1", "shell": shell, "script": script(shell)})
    else:
        click.echo(script(shell))
