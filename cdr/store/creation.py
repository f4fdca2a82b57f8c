"""Making a store: its configuration, its registry of keys, and the signed commit with which its history begins."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from cdr import disk
from cdr.errors import CdrError, ConditionsNotMet, NotAllowed, NotKnown, WrongUsage
from cdr.forms import codec
from cdr.store import by_hand, layout, lock, outside, ownership, transaction
from cdr.store.crypto import Gnupg, short
from cdr.store.git import Git
from cdr.store.history import History
from cdr.store.keyring import Key, advice
from cdr.store.registry import CHASER, MEMBER, Person, Registry

ATTRIBUTES = b"* -text\n*.gpg -text -diff -merge\n"
IGNORED = b"/outbox/\n"
BRANCH = "main"
MESSAGE = "cdr: init"
LETTERS = "templates/letters/.gitkeep"
LARGEST_OF_GIT = 1 << 16
MOST_NAMED = 10  # of the files that stand in a store's places
UNFINISHED = "cdr-init"  # a note in the repository's own folder, from its making until the store is whole


def create(
    folder: Path, configuration: bytes, members: Sequence[str], chaser: str | None, acting: str | None, since: date
) -> str:
    """Make a store in `folder` and return the id of the commit that began it; one that was interrupted is finished.

    A folder that is a git repository already becomes a store; its signed history begins with this commit.
    Raises: WrongUsage, NotAllowed, ConditionsNotMet, TryAgain, DiskFailed; then the folder is as it was.
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
    with _repository(folder) as git, lock.held(git.repository.shared / "cdr.lock") as held:
        git.held = (held,)
        transaction.clear_locks(git)
        commit = _begun(git, configuration, people)
        if commit:
            History(git).by(git.commits([commit])[0])  # one of these people signed it: what it holds may be put back
            transaction.recover(git, commit, commit)
        else:
            commit = _begin(git, configuration, people, keys, signer)
        _finish(git, commit, keys)
    return commit


def _begin(git: Git, configuration: bytes, people: Sequence[Person], keys: Mapping[str, Key], signer: str) -> str:
    gnupg = Gnupg()
    registry = Registry(tuple(people), secrets.token_hex(8))
    files = _files(git.folder, configuration, registry, {f: gnupg.export(f) for f in keys})
    tip = git.repository.tip()
    _refuse_recorded(git, tip)
    line = transaction.author_line(keys[signer].email, keys[signer].name)
    commit = git.commit(tip, files, MESSAGE, line, lambda payload: gnupg.sign(payload, signer))
    transaction.publish(git, commit, tip, MESSAGE)
    return commit


def _refuse_recorded(git: Git, tip: str | None, but: Iterable[str] = ()) -> None:
    """Stop where the store would begin with what somebody else put into its places: it would count as a member's.

    Raises: ConditionsNotMet.
    """
    files = git.tree(tip) if tip else {}
    there = sorted({path for path in files if layout.is_managed(path) or layout.is_own_wording(path)} - {*but})
    if there:
        more = [f"and {len(there) - MOST_NAMED} more"] if len(there) > MOST_NAMED else []
        raise ConditionsNotMet(
            "The repository in that folder holds files in the places of a store already; nothing was changed.",
            [*there[:MOST_NAMED], *more],
            "Where you know them, take them out of the repository in a commit of your own first; else give another folder.",
        )


def _begun(git: Git, configuration: bytes, people: Sequence[Person]) -> str:
    """The commit with which the same store began here, if that was interrupted later; empty where none did.

    Raises: ConditionsNotMet where the store that is here is another, or whole.
    """
    tip = git.repository.tip()
    if tip is None or not _is_store(git):
        return ""
    files = git.tree(tip)
    if not _unfinished(git).exists():
        raise _there_already("Give another folder.")
    kept, registry = git.contents(
        [files[path].digest for path in (layout.CONFIGURATION, layout.REGISTRY)], layout.LARGEST_IN_THE_OPEN
    )
    here = {(person.fingerprint, person.role) for person in Registry.read(registry).people}
    same = kept == configuration and here == {(person.fingerprint, person.role) for person in people}
    if not same or git.commits([tip])[0].message != MESSAGE:
        raise _there_already("It was begun with another configuration or other keys: give those, or another folder.")
    _refuse_recorded(git, tip, _begun_with(person.fingerprint for person in people))
    return tip


def _finish(git: Git, commit: str, keys: Mapping[str, Key]) -> None:
    """What this machine keeps of a store that is begun. Raises: NotKnown where it cannot: run again, it is finished."""
    try:
        signer = History(git).by(git.commits([commit])[0]).fingerprint
        by_hand.set_up(git, keys[signer])
        History(git, signer).accept_root(signer)
    except (CdrError, OSError) as error:
        raise NotKnown(
            "The store is begun and recorded, and not all of it could be set up: "
            f"{error.message if isinstance(error, CdrError) else os.strerror(error.errno or 0)}",
            "Run the same command again, and it is finished.",
        ) from error
    with suppress(OSError):
        _unfinished(git).unlink(missing_ok=True)


def _there_already(hint: str) -> ConditionsNotMet:
    return ConditionsNotMet("There is a store in that folder already; nothing was changed.", [], hint)


def _key(gnupg: Gnupg, fingerprint: str) -> Key:
    if len(fingerprint) != 40:
        raise WrongUsage(
            "Keys are named by their full fingerprints, 40 letters and digits.", "See them with: gpg --list-keys"
        )
    key = gnupg.key(fingerprint)
    if key is None:
        raise WrongUsage(f"GnuPG holds no public key {short(fingerprint)}.", "Import it first: gpg --import FILE")
    if key.trouble:
        hint = f"{advice(fingerprint, key.trouble, key.parts).partition('; then:')[0]}, or give another."
        raise NotAllowed(f"The key {short(fingerprint)} of {key.name} {key.trouble}.", hint)
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


@contextmanager
def _repository(folder: Path) -> Iterator[Git]:
    """The folder's repository while a store is begun in it; what was made for that goes again where nothing was recorded."""
    folder = folder.absolute()
    own, git = folder / ".git", Git(folder)
    outside.refuse_link(own)
    is_new = not own.exists() or (own.is_dir() and not any(own.iterdir()))
    if not is_new and own.is_dir() and not (own / "HEAD").is_file():
        raise ConditionsNotMet(f"{own} is no repository of git's; nothing was changed.", [], "Give another folder.")
    is_resumed = not is_new and _unfinished(git).exists()
    if (folder / layout.CONFIGURATION).exists() and not is_resumed:
        raise _there_already("Give another folder.")
    ownership.refuse_others(folder)
    there = folder.exists()
    disk.private_folder(folder)
    try:
        if is_new:
            _make(git)
        git.refuse_unsupported()
        git.repository.refuse_writing()
        if not is_new and not is_resumed and not _is_store(git):
            disk.write_whole(_unfinished(git), b"")
        yield git
    except BaseException:
        with suppress(CdrError, OSError):
            if is_new and git.repository.standing() is None:
                shutil.rmtree(own)
        with suppress(OSError):
            if not there:
                folder.rmdir()
        raise


def _unfinished(git: Git) -> Path:
    return git.repository.directory / UNFINISHED


def _make(git: Git) -> None:
    """A repository, made beside and put in place whole, with the note that the store in it is not finished."""
    for left in disk.left_in(git.folder):
        if left.is_file() or (left.is_dir() and {path.name for path in left.iterdir()} <= {".git"}):
            disk.take_away(left)
    with disk.aside(git.folder) as aside:
        git.begin(BRANCH, aside)
        made = aside / ".git"
        disk.write_whole(made / UNFINISHED, b"")
        disk.move(made, git.folder / ".git")


def _is_store(git: Git) -> bool:
    tip = git.repository.tip()
    return tip is not None and layout.REGISTRY in git.tree(tip)


def _files(
    folder: Path, configuration: bytes, registry: Registry, exported: dict[str, bytes]
) -> dict[str, bytes | None]:
    files: dict[str, bytes | None] = {
        layout.CONFIGURATION: configuration,
        layout.REGISTRY: codec.dump(registry.body()),
        ".gitattributes": _with_lines(folder / ".gitattributes", ATTRIBUTES),
        ".gitignore": _with_lines(folder / ".gitignore", IGNORED),
        **dict.fromkeys(layout.PLACEHOLDERS, b""),
        LETTERS: b"",
    }
    return files | {layout.key_path(fingerprint): armoured for fingerprint, armoured in exported.items()}


def _begun_with(fingerprints: Iterable[str]) -> set[str]:
    """The paths, in the places of a store, that its first commit holds."""
    keys = map(layout.key_path, fingerprints)
    return {layout.CONFIGURATION, layout.REGISTRY, *layout.PLACEHOLDERS, LETTERS, *keys}


def _with_lines(path: Path, lines: bytes) -> bytes:
    """What stands in a file, and these lines; it is recorded in the open, so nothing comes from behind a link.

    Raises: ConditionsNotMet where it is no plain file.
    """
    try:
        before = disk.read_regular(path, LARGEST_OF_GIT)
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise ConditionsNotMet(
            f"{path} is a link, or no plain file of at most {LARGEST_OF_GIT // 1024} KB, and would be recorded in the open; nothing was changed.",
            [],
            "Take it away, or put a plain file in its place.",
        ) from error
    return before if lines in before else before + (b"" if not before or before.endswith(b"\n") else b"\n") + lines
