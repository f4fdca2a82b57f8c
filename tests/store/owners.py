"""The owners of keys that end, and a store that is kept with them, as the tests of renewal use them."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import EXAMPLES, Answer, Shell, run
from store.hands import (
    document,
    git,
    gpg,
    then,
)

from cdr.store.packets import recipient_ids

FORM = EXAMPLES / "form-a-sudi.yaml"
NOTE = b"# kept as the person wrote it\n"
LONG_AGO, SOON_AFTER = "20240601T000000!", "20240602T000000"
DAY = "2026-01-09"
TOLD = re.compile(r"\((gpg [^)]*)\); then: (cdr keys refresh [0-9A-F]{40})")


@dataclass(frozen=True)
class Owner:
    """One person with a key of their own: a primary key that certifies, and subkeys to encrypt and to sign."""

    home: str
    fingerprint: str

    @classmethod
    def made(cls, name: str, expires: str) -> Owner:
        home = tempfile.mkdtemp(prefix="cdr-", dir="/tmp")
        past = ("--faked-system-time", LONG_AGO, "--passphrase", "")
        gpg(home, *past, "--quick-generate-key", f"{name} <one@northshire.example>", "ed25519", "cert", expires)
        lines = gpg(home, "--with-colons", "--list-keys").decode().splitlines()
        fingerprint = next(line.split(":")[9] for line in lines if line.startswith("fpr:"))
        for kind, usage in (("cv25519", "encr"), ("ed25519", "sign")):
            gpg(home, *past, "--quick-add-key", fingerprint, kind, usage, expires)
        return cls(home, fingerprint)

    def subkeys(self, what: str) -> list[str]:
        """The fingerprints of the subkeys that encrypt (`e`) or sign (`s`), the latest last."""
        lines = gpg(self.home, "--with-colons", "--list-keys", self.fingerprint).decode().splitlines()
        pairs = itertools.pairwise(lines)
        return [fpr.split(":")[9] for sub, fpr in pairs if sub.startswith("sub") and sub.split(":")[11] == what]

    def add(self, what: str) -> str:
        kind, usage = {"e": ("cv25519", "encr"), "s": ("ed25519", "sign")}[what]
        gpg(self.home, "--passphrase", "", "--quick-add-key", self.fingerprint, kind, usage, "0")
        return self.subkeys(what)[-1]

    def end(self, subkey: str) -> None:
        """Let a subkey have expired long ago."""
        gpg(self.home, "--faked-system-time", SOON_AFTER, "--quick-set-expire", self.fingerprint, "seconds=60", subkey)

    def renew_as_told(self, answer: Answer) -> str:
        """Run the commands that a message names, as they stand; the command of cdr that it names."""
        [(commands, refresh)] = [one for one in TOLD.findall(answer.err) if self.fingerprint in one[1]]
        for command in commands.split("; "):
            unattended = command.replace("gpg ", f"GNUPGHOME={self.home} gpg --batch --quiet ", 1)
            subprocess.run(["sh", "-c", unattended], check=True)
        return str(refresh)

    def tell(self, other: Owner) -> None:
        """Give the public key, as it is now, to somebody else's GnuPG."""
        gpg(other.home, "--import", data=gpg(self.home, "--export", self.fingerprint))

    def put_by_hand(self, store: Path, *options: str) -> None:
        """The public key into its file, as the owner's gpg writes it."""
        exported = gpg(self.home, "--armor", *options, "--export", self.fingerprint)
        (store / "keys" / f"{self.fingerprint}.asc").write_bytes(exported)

    def commits(self, store: Path, key: str = "", message: str = "by hand") -> None:
        git(store, "add", "-A")
        git(store, "commit", "-q", f"-S{key or self.fingerprint}", "-m", message, home=self.home)


@dataclass(frozen=True)
class Kept:
    """A store with two members and a chaser, one case with an attachment, and who they are; the first member acts."""

    cdr: Shell
    case: str
    robin: Owner
    sam: Owner
    chaser: Owner
    folder: Path

    @property
    def store(self) -> Path:
        return self.cdr.store

    def elsewhere(self, *words: str, code: int = 0) -> Answer:
        """A command where nothing is kept of the store yet."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", tempfile.mkdtemp(dir=self.folder))
            answer = run(["--store", str(self.store), *words])
        assert answer.code == code, f"ended with {answer.code}\n{answer.out}\n{answer.err}"
        return answer

    def works(self) -> None:
        """Everything can be read and written, here and where nothing is kept, and nothing is wrong."""
        assert self.case in self.cdr("list").out
        assert "Amara" in self.cdr("show", self.case).out
        self.cdr("milestone", self.case, "ncmd_told", "--on", "2026-01-10", as_of="2026-01-12")
        self.cdr("milestone", self.case, "ncmd_told", "--undo", as_of="2026-01-12")
        assert self.elsewhere("verify", "--json").json["findings"] == []

    def ids(self) -> dict[str, set[str]]:
        """The subkeys that each document is encrypted to, by its path."""
        paths = git(self.store, "ls-tree", "-r", "--name-only", "HEAD", "cases").splitlines()
        return {
            path: set(recipient_ids((self.store / path).read_bytes(), path)) for path in paths if path.endswith(".gpg")
        }

    def plain(self, id_: str = "notification") -> bytes:
        return gpg(self.robin.home, "-d", data=document(self.store, self.case, id_).read_bytes())


@dataclass(frozen=True)
class Model:
    """A store as it is begun, made once a run and copied for each test: its folder, the case in it, and the three owners."""

    folder: Path
    case: str
    owners: tuple[Owner, ...]


def _model(folders: pytest.TempPathFactory, has_ended: bool) -> Model:
    folder = folders.mktemp("model")
    owners = tuple(
        Owner.made(name, "1y" if has_ended else "0") for name in ("Robin Ashworth", "Sam Ó Briain", "Chaser")
    )
    robin, sam, chaser = owners
    store = Shell(folder / "store")
    words = ["--member", robin.fingerprint, "--member", sam.fingerprint, "--chaser", chaser.fingerprint]
    past = then(folder / "then", SOON_AFTER) if has_ended else nullcontext()
    with pytest.MonkeyPatch.context() as patch, past:
        patch.setenv("GNUPGHOME", robin.home)
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        for one, other in ((sam, robin), (chaser, robin), (robin, sam)):
            one.tell(other)
        answer = run(["init", str(store.store), "--config", str(EXAMPLES / "store.yaml"), *words])
        assert answer.code == 0, answer.err
        case = store("notify", "--from", "-", stdin=NOTE + FORM.read_bytes(), as_of=DAY).out.strip()
        store("request", case, as_of=DAY)
        store("attach", case, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of=DAY)
    return Model(store.store, case, owners)


def _copied(owner: Owner) -> Owner:
    home = tempfile.mkdtemp(prefix="cdr-", dir="/tmp")
    shutil.copytree(owner.home, home, ignore=shutil.ignore_patterns("S.*", "*.lock", ".#*"), dirs_exist_ok=True)
    return Owner(home, owner.fingerprint)


def _remove(home: str) -> None:
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, check=False)
    shutil.rmtree(home, ignore_errors=True)
