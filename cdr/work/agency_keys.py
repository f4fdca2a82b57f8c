"""The keys of agencies that a message is encrypted to."""

from __future__ import annotations

from collections.abc import Sequence

from cdr.errors import NotAllowed
from cdr.store.crypto import Gnupg


def refuse_unusable(keys: Sequence[str]) -> None:
    """Stop where one of these keys cannot be encrypted to. Raises: NotAllowed."""
    ring = Gnupg()
    for fingerprint in keys:
        key = ring.key(fingerprint)
        trouble = "is not in GnuPG here" if key is None else key.trouble
        if trouble:
            raise NotAllowed(
                f"The key {fingerprint[-16:]}, to which this message is encrypted, {trouble}; it was not sent.",
                "Import the agency's new public key into GnuPG of whoever sends (gpg --import), or correct cdr.yaml.",
            )
