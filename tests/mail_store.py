"""A store whose cdr.yaml sends by a real mail server, for tests of sending."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

from conftest import EXAMPLES, People, Shell, run
from mail_server import PASSWORD, USER, Server


def smtp_words(server: Server, authority: Path, **more: str) -> str:
    say = f"{shlex.quote(sys.executable)} -c \"print('{PASSWORD}')\""
    words = {
        "transport": "smtp", "from": "cdop.manager@northshire.example", "host": "localhost", "port": str(server.port),
        "security": "starttls", "user": USER, "ca_file": str(authority), **more,
    }  # fmt: skip
    listed = ", ".join(f"{key}: {value}" for key, value in words.items())
    return f"mail: {{{listed}, password_command: '{say.replace(chr(39), chr(39) * 2)}'}}"


def store_text(mail: str, change: Any = None) -> str:
    text = re.sub(r"^mail: .*$", lambda _: mail, (EXAMPLES / "store.yaml").read_text("utf-8"), flags=re.MULTILINE)
    return str(change(text)) if change else text


def new_store(folder: Path, people: People, text: str) -> Shell:
    """A store with two members and a chaser, and this text as its cdr.yaml."""
    (folder / "store.yaml").write_text(text, "utf-8")
    keys = ["--member", people.member, "--member", people.second, "--chaser", people.chaser]
    answer = run(["init", str(folder / "store"), "--config", str(folder / "store.yaml"), *keys])
    assert answer.code == 0, answer.err
    return Shell(folder / "store")
