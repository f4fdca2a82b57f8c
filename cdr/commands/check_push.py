"""`cdr check-push`, which git calls on the shared repository's machine: whether a push is to be taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cdr.app import progress
from cdr.errors import WrongUsage
from cdr.written import bare_fingerprint

LARGEST = 1 << 16


@click.command("check-push", hidden=True)
@click.option("--root", required=True, metavar="FPR", help="The fingerprint of the key that made the store.")
@click.option("--done", is_flag=True, help="As post-receive: destroy the files of cases that two members have erased.")
def command(root: str, done: bool) -> None:
    """Judge what is pushed to a bare repository, as its pre-receive hook; it needs no secret key."""
    from cdr.store import destroying, pushed

    folder = os.environ.get("GIT_DIR")
    if folder is None:
        raise WrongUsage("git calls this as a pre-receive hook.", "See docs/server.md")
    for update in pushed.updates(sys.stdin.read(LARGEST)):
        if done:
            destroying.finish_pushed(Path(folder).absolute(), update)
        else:
            pushed.refuse(Path(folder).absolute(), update, bare_fingerprint(root), progress)
