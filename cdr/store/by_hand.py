"""What git is told in a store's own repository, for whoever types git there by hand: cdr itself never reads it (docs/adr/0016).

A commit by hand is durable and signed; a pull that would have to merge is refused; a merge of an encrypted document goes through cdr,
which puts it together or leaves it alone, and no marker ever comes into ciphertext; a difference is shown decrypted and kept nowhere.
"""

from __future__ import annotations

from contextlib import suppress

from cdr import disk
from cdr.errors import InvalidData
from cdr.store import git_files
from cdr.store.crypto import Gnupg
from cdr.store.document import Document, digest
from cdr.store.git import Git
from cdr.store.keyring import Key
from cdr.store.layout import ATTACHMENT, Place
from cdr.store.packets import recipient_ids
from cdr.store.plaintext import decode, encode
from cdr.store.store import Store

ATTRIBUTES = b"*.gpg -text diff=cdr merge=cdr\n"
LARGEST = 1 << 20
DURABLE = {"core.fsync": "all", "gc.auto": "0", "maintenance.auto": "false", "core.symlinks": "false"}
HELPING = {
    "pull.ff": "only",
    "merge.cdr.name": "documents of cdr",
    "merge.cdr.driver": "cdr merge-driver %O %A %B %P",
    "diff.cdr.textconv": "cdr text-view",
    "diff.cdr.cachetextconv": "false",
    "diff.cdr.binary": "true",
}


def settings(signer: Key | None) -> dict[str, str]:
    """The settings of a copy in which this person works (None: nobody yet)."""
    found = DURABLE | HELPING
    if signer is None:
        return found
    found |= {"user.name": signer.name, "user.email": signer.email, "user.signingKey": signer.fingerprint}
    return found | {"commit.gpgSign": "true"}


def set_up(git: Git, signer: Key | None) -> None:
    """Tell git all of it. The caller holds the lock. Raises: TryAgain, DiskFailed."""
    git_files.set_settings(git, settings(signer))
    _add_attributes(git)


def complete(store: Store) -> bool:
    """Tell git what it does not know yet in this copy, in a store that was accepted; whether anything was lacking.

    What somebody chose otherwise by hand stays, but for what would keep decrypted text.
    Raises: as `Store.writing`.
    """
    git = store.git
    lacking = {name: value for name, value in HELPING.items() if not git.setting(name)}
    if git.setting("diff.cdr.cachetextconv") not in ("", "false"):
        lacking["diff.cdr.cachetextconv"] = "false"
    if not lacking and ATTRIBUTES in _attributes(git):
        return False
    with store.writing():
        if lacking:
            git_files.set_settings(git, lacking)
        _add_attributes(git)
    return True


def _attributes(git: Git) -> bytes:
    with suppress(OSError):
        return disk.read_regular(git.repository.shared / "info/attributes", LARGEST)
    return b""


def _add_attributes(git: Git) -> None:
    """Put the lines into this copy's own attributes, which git reads before those of the folder; through no link."""
    folder = git.repository.shared / "info"
    known = _attributes(git)
    if folder.is_symlink() or (folder / "attributes").is_symlink() or ATTRIBUTES in known:
        return
    disk.private_folder(folder)
    disk.write_whole(folder / "attributes", known + (b"" if not known or known.endswith(b"\n") else b"\n") + ATTRIBUTES)


# ---- what git asks for ------------------------------------------------------------------------------------------------


def opened(store: Store, place: Place, ciphertext: bytes) -> Document | None:
    """One side of a merge by hand; None of an empty file: nothing stood there. Raises: NotAllowed, NotAuthentic, TryAgain."""
    if not ciphertext:
        return None
    store.snapshot.check_recipients(place, ciphertext)
    return decode(store.snapshot.keys.gnupg.decrypt(ciphertext, place.path), place)


def is_for_the_same(ours: bytes, theirs: bytes, place: Place) -> bool:
    """Whether both sides wrote for the same readers, and it is a document that can be put together by itself."""
    one, other = (sorted(recipient_ids(side, place.path)) for side in (ours, theirs))
    return one == other and place.kind is not ATTACHMENT


def sealed(store: Store, ours: Document, theirs: Document, ciphertext: bytes, body: dict[str, object]) -> bytes:
    """The document that two sides come to, encrypted, as the next revision of ours (which stands as `ciphertext`). Raises: InvalidData."""
    from cdr.forms import schema

    place = ours.place
    document = Document(place, max(ours.revision, theirs.revision) + 1, digest(ciphertext), body, ours.text)
    wrong = schema.problems(document.body, schema.current(document.form))
    if wrong:
        raise InvalidData(wrong, place.path)
    gnupg = store.snapshot.keys.gnupg
    made = gnupg.encrypt(encode(document).plain, store.snapshot.keys.registry.readers(place.kind))
    store.snapshot.check_sealed(place, made)
    return made


def shown(raw: bytes) -> bytes:
    """A file of the store as text, with a key that is here. Raises: NotAllowed, NotAuthentic, TryAgain."""
    return Gnupg().decrypt(raw, "The file").rstrip(b"\n") + b"\n"
