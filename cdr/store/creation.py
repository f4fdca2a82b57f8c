"""Making a store: its configuration, its registry of keys, and the signed commit with which its history begins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cdr import disk
from cdr.errors import ConditionsNotMet, NotAllowed, WrongUsage
from cdr.store import codec, layout, lock, transaction
from cdr.store.crypto import Gnupg, Key, short
from cdr.store.git import Git
from cdr.store.history import History
from cdr.store.registry import CHASER, MEMBER, Person, Registry

ATTRIBUTES = b"* -text\n*.gpg -text -diff -merge\n"
IGNORED = b"/outbox/\n"
BRANCH = "main"


def create(
    folder: Path, configuration: bytes, members: Sequence[str], chaser: str | None, acting: str | None, since: date
) -> str:
    """Make a store in `folder` and return the id of the commit that began it.

    A folder that is a git repository already becomes a store; its signed history begins with this commit.
    Raises: WrongUsage, NotAllowed, ConditionsNotMet, DiskFailed; then the folder is as it was.
    """
    gnupg = Gnupg()
    keys = {fingerprint: _key(gnupg, fingerprint) for fingerprint in (*members, *([chaser] if chaser else []))}
    if chaser in members:
        raise WrongUsage("The chaser's key must not be a member's: it is there to read less.")
    signer = _signer(gnupg, members, acting)
    people = [
        Person(fingerprint, keys[fingerprint].name, MEMBER, since.isoformat()) for fingerprint in dict.fromkeys(members)
    ]
    people += [Person(chaser, keys[chaser].name, CHASER, since.isoformat())] if chaser else []
    git = _repository(folder)
    with lock.held(git.repository.shared / "cdr.lock") as held:
        git.held = (held,)
        files = _files(
            folder, configuration, Registry(tuple(people), secrets.token_hex(8)), {f: gnupg.export(f) for f in keys}
        )
        tip = git.repository.tip()
        line = transaction.author_line(keys[signer].email, keys[signer].name)
        commit = git.commit(tip, files, "cdr: init", line, lambda payload: gnupg.sign(payload, signer))
        _settings(git, keys[signer])
        transaction.publish(git, commit, tip, "cdr: init")
    History(git, signer).accept_root(signer)
    return commit


def _key(gnupg: Gnupg, fingerprint: str) -> Key:
    if len(fingerprint) != 40:
        raise WrongUsage(
            "Keys are named by their full fingerprints, 40 letters and digits.", "See them with: gpg --list-keys"
        )
    key = gnupg.key(fingerprint)
    if key is None:
        raise WrongUsage(f"GnuPG holds no public key {short(fingerprint)}.", "Import it first: gpg --import FILE")
    if key.trouble:
        raise NotAllowed(f"The key {short(fingerprint)} of {key.name} {key.trouble}.", "Renew it, or give another.")
    return key


def _signer(gnupg: Gnupg, members: Sequence[str], acting: str | None) -> str:
    here = {key.fingerprint for key in gnupg.listed(secret=True)}
    mine = [fingerprint for fingerprint in members if fingerprint in here]
    if acting and acting in mine:
        return acting
    if not mine or acting:
        raise NotAllowed(
            "A store is begun by one of its members, and no member's secret key is here.",
            "Give your own fingerprint with --member.",
        )
    return mine[0]


def _repository(folder: Path) -> Git:
    if (folder / layout.CONFIGURATION).exists():
        raise ConditionsNotMet(
            "There is a store in that folder already; nothing was changed.", [], "Give another folder."
        )
    disk.private_folder(folder)
    git = Git(folder)
    git.begin(BRANCH)
    git.refuse_unsupported()
    git.repository.refuse_writing()
    return git


def _files(
    folder: Path, configuration: bytes, registry: Registry, exported: dict[str, bytes]
) -> dict[str, bytes | None]:
    files: dict[str, bytes | None] = {
        layout.CONFIGURATION: configuration,
        layout.REGISTRY: codec.dump(registry.body()),
        ".gitattributes": _with_lines(folder / ".gitattributes", ATTRIBUTES),
        ".gitignore": _with_lines(folder / ".gitignore", IGNORED),
        **dict.fromkeys(layout.PLACEHOLDERS, b""),
        "templates/letters/.gitkeep": b"",
    }
    return files | {f"keys/{fingerprint}.asc": armoured for fingerprint, armoured in exported.items()}


def _with_lines(path: Path, lines: bytes) -> bytes:
    before = path.read_bytes() if path.is_file() else b""
    return before if lines in before else before + (b"" if not before or before.endswith(b"\n") else b"\n") + lines


def _settings(git: Git, signer: Key) -> None:
    """What this copy needs so that a commit made by hand is durable and signed by who made the store."""
    settings = {"core.fsync": "all", "gc.auto": "0", "maintenance.auto": "false", "core.symlinks": "false"}
    settings |= {"user.name": signer.name, "user.email": signer.email, "user.signingKey": signer.fingerprint}
    settings |= {"commit.gpgSign": "true"}
    for name, value in settings.items():
        git.setting(name, value)
