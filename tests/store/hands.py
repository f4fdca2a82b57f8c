"""What a person does to a store by hand, honest or not: git and gpg as they are, without cdr."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import Shell

from cdr.store import layout

LATE = "Ngô Thị Late-Khách"


def git(folder: Path, *arguments: str, data: bytes = b"", code: int | None = 0, home: str | None = None) -> str:
    """What a plain git command prints, with the person's own GnuPG home."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_EDITOR": "true"}
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "By hand", f"GIT_{who}_EMAIL": "hand@northshire.example"}
    if home:
        environment["GNUPGHOME"] = home
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], input=data, capture_output=True, env=environment, check=False
    )
    assert code is None or done.returncode == code, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def sign_commit(folder: Path, home: str, fingerprint: str) -> str:
    """Everything in the folder as a signed commit of this person; its id."""
    git(folder, "add", "-A")
    key = f"user.signingKey={fingerprint}"
    git(folder, "-c", key, "commit", "-q", "--allow-empty", f"-S{fingerprint}", "-m", "by hand", home=home)
    return head(folder)


def unsigned_commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", "by hand")
    return head(folder)


def gpg(home: str, *arguments: str, data: bytes = b"", code: int | None = 0) -> bytes:
    """What gpg gives back with this home."""
    options = ["--homedir", home, "--batch", "--quiet", "--trust-model", "always", "--pinentry-mode", "loopback"]
    done = subprocess.run(["gpg", *options, *arguments], input=data, capture_output=True, check=False)
    assert code is None or done.returncode == code, done.stderr.decode()
    return done.stdout


def encrypted(home: str, plain: bytes, *recipients: str) -> bytes:
    return gpg(home, "--compress-algo", "none", *(part for one in recipients for part in ("-r", one)), "-e", data=plain)


def standing(store: Path) -> tuple[str, str, list[str]]:
    """All that a refused command must leave as it was: the head, the work tree, the outbox."""
    outbox = store / "outbox"
    waiting = sorted(path.name for path in outbox.iterdir()) if outbox.is_dir() else []
    return head(store), git(store, "status", "--porcelain", "--untracked-files=all"), waiting


@contextmanager
def unchanged(store: Path) -> Iterator[None]:
    before = standing(store)
    yield
    assert standing(store) == before


def findings(cdr: Shell, code: int = 1) -> set[tuple[str, str]]:
    """What verify finds: each check's id with the path's last part."""
    return {
        (one["check"], one["path"].rpartition("/")[2]) for one in cdr("verify", "--json", code=code).json["findings"]
    }


def refused_everywhere(cdr: Shell, case: str, code: int = 76) -> None:
    """A command that reads the case, one that asks across cases and one that writes are refused; nothing changes."""
    with unchanged(cdr.store):
        cdr("show", case, code=code)
        cdr("list", code=code)
        cdr("return", case, "northtown-general", "--nil", code=code)


def refused_itself(cdr: Shell, case: str) -> None:
    """Beside a changed file a command that opens the case or writes to it is refused; questions read the history and go on."""
    with unchanged(cdr.store):
        cdr("show", case, code=76)
        cdr("return", case, "northtown-general", "--nil", code=76)
        assert case in [one["case"] for one in cdr("list", "--json").json["cases"]]


def left_out(cdr: Shell, case: str) -> None:
    """A case that cannot be read is refused for itself, and every question goes on without it and names it."""
    with unchanged(cdr.store):
        cdr("show", case, code=76)
        cdr("return", case, "northtown-general", "--nil", code=76)
        for question in (["list"], ["today"], ["chase"], ["tally", "--year", "2025/26"]):
            answer = cdr(*question, code=1)
            assert f"the case {case} is left out" in answer.err and "cdr verify --repair" in answer.err
        for question in (["list"], ["agencies"], ["delays"], ["tally", "--year", "2025/26"]):
            assert cdr(*question, "--json", code=1).json["left_out"] == [case]


def flip(data: bytes, position: int = -20) -> bytes:
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


def packets(message: bytes) -> list[bytes]:
    """The recipient packets of an encrypted message, and last what follows them."""
    found = []
    while message[0] >> 2 == 33:  # an old-format packet of kind 1
        size = {0: 1, 1: 2, 2: 4}[message[0] & 3]
        end = 1 + size + int.from_bytes(message[1 : 1 + size], "big")
        found.append(message[:end])
        message = message[end:]
    return [*found, message]


def document(store: Path, case: str, id_: str = "notification") -> Path:
    return store / "cases" / case / f"{id_}.yaml.gpg"


@contextmanager
def program(folder: Path, name: str, script: str) -> Iterator[Path]:
    """While it lasts, a shell script stands before a program of that name; REAL in it is the program itself."""
    real = shutil.which(name)
    folder.mkdir(exist_ok=True)
    made = folder / name
    made.write_text(f"#!/bin/sh\n{script}\n".replace("REAL", str(real)))
    made.chmod(0o700)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    try:
        yield made
    finally:
        os.environ["PATH"] = before
        made.unlink()


def before(folder: Path, name: str, words: str, what: str) -> contextlib.AbstractContextManager[Path]:
    """While it lasts, calls of a program with these words among its arguments do something first, or instead."""
    return program(folder, name, f'case " $* " in *" {words} "*) {what};; esac\nexec REAL "$@"')


def then(folder: Path, moment: str) -> contextlib.AbstractContextManager[Path]:
    """While it lasts, GnuPG takes it to be then (`20240601T000000`)."""
    return program(folder, "gpg", f'exec REAL --faked-system-time {moment} "$@"')


def successor(plain: bytes, replaced: bytes) -> bytes:
    """The first revision of a document as the one after the file that it replaces."""
    bound = f'previous: "{hashlib.sha256(replaced).hexdigest()}"'.encode()
    return re.sub(rb"previous:.*", bound, plain.replace(b"revision: 1\n", b"revision: 2\n", 1), count=1)


def on_the_path(folder: Path) -> None:
    """Put this `cdr` where git finds it; a test that does so sets PATH back itself (monkeypatch)."""
    folder.mkdir()
    script = folder / "cdr"
    root = Path(layout.__file__).parents[2]
    script.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m cdr "$@"\n')
    script.chmod(0o700)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def clean(store: Path) -> bool:
    return git(store, "status", "--porcelain", "--untracked-files=all") == ""


def key_made(
    home: str, *options: str, kind: str = "future-default", usage: str = "default", expires: str = "1y"
) -> str:
    """A key made anew in a home of GnuPG, without a pass-phrase where `options` name none; its fingerprint."""
    arguments = ("--passphrase", "", *options, "--quick-generate-key", f"{LATE} <late@northshire.example>")
    gpg(home, *arguments, kind, usage, expires)
    listed = gpg(home, "--with-colons", "--list-keys").decode()
    return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
