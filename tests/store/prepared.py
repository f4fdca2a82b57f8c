"""What somebody else may have put into a folder: a program that leaves a trace, a note of a crash, objects of git."""

from __future__ import annotations

import json
from pathlib import Path

from store.hands import git, head

HOOKS = ("applypatch-msg", "pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout",
         "post-merge", "pre-push", "pre-receive", "update", "proc-receive", "post-receive", "post-update", "reference-transaction",
         "push-to-checkout", "pre-auto-gc", "post-rewrite", "fsmonitor-watchman", "post-index-change")  # fmt: skip


ATTRIBUTES = "* filter=t diff=t merge=t text=auto eol=crlf ident working-tree-encoding=UTF-16\n"


class Trap:
    """A program that leaves a trace when it runs, and copies what it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.trace, self.program = folder, folder / "sprung", folder / "trap"
        folder.mkdir()
        self.write(self.program)
        (folder / "attributes").write_text(ATTRIBUTES)
        (folder / "hooks").mkdir()
        for hook in HOOKS:
            self.write(folder / "hooks" / hook)

    def write(self, path: Path) -> None:
        path.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.trace}\ntimeout 2 cat\n')
        path.chmod(0o700)

    def set(self, store: Path, settings: dict[str, str]) -> None:
        for name, value in settings.items():
            filled = value.format(trap=self.program, folder=self.folder)
            git(store, "config", "--file", ".git/config", name.format(trap=self.program), filled)

    def is_armed(self, store: Path, *commands: list[str]) -> None:
        for command in commands:
            git(store, *command, code=None)
        assert self.trace.exists(), "nothing sets this trap off: it shows nothing"
        self.trace.unlink()

    def did_not_spring(self) -> None:
        assert not self.trace.exists(), self.trace.read_text()


def pend(store: Path, old: str = "", new: str = "") -> None:
    """A note of a crash, as a folder may bring it along: by itself it names the whole history."""
    note = {"old": old or git(store, "rev-list", "--max-parents=0", "HEAD"), "new": new or head(store)}
    (store / ".git" / "cdr-pending").write_text(json.dumps(note))


def git_object(store: Path, kind: str, raw: bytes) -> str:
    """An object that git itself would not make."""
    return git(store, "hash-object", "-t", kind, "-w", "--literally", "--stdin", data=raw)


# ---- what lies outside ---------------------------------------------------------------------------------------------
SECRET = b"what is outside of the store\n"
