"""A message that somebody signed and encrypted to us: opened, with whose signature it is."""

from __future__ import annotations

from cdr.errors import NotAllowed, NotAuthentic
from cdr.store.crypto import Gnupg

LARGEST = 64 * 1024 * 1024
NO_PUBLIC_KEY = "9"


def opened(data: bytes) -> tuple[bytes, str]:
    """The plaintext of one whole message with one good signature, and the fingerprint of the signer's primary key.

    Raises: NotAllowed where no key opens it or the signer's public key is not here; NotAuthentic for anything else.
    """
    answer = Gnupg().open_and_check(["--no-symkey-cache", "--max-output", str(LARGEST), "--decrypt"], data)
    unknown = answer.line("ERRSIG").split()
    if len(unknown) > 6 and unknown[6] == NO_PUBLIC_KEY:
        raise NotAllowed(
            f"The public key {unknown[-1]} of whoever signed the file is not here, so nobody can say whose it is.",
            "Ask the other area for their key, compare its fingerprint by telephone, and import it: gpg --import FILE",
        )
    if answer.count("NO_SECKEY") and not answer.count("PLAINTEXT"):
        raise NotAllowed(
            "The file is for another key than those that are here.", "Ask the other area to whom they sent it."
        )
    whole = answer.code == 0 and answer.count("DECRYPTION_OKAY") == answer.count("PLAINTEXT") == 1
    signed = answer.count("NEWSIG") == answer.count("VALIDSIG") == answer.count("GOODSIG") == 1
    if not (whole and signed) or len(answer.out) >= LARGEST:
        raise NotAuthentic("The file is damaged, or is not one whole message that somebody signed.")
    return answer.out, answer.line("VALIDSIG").split()[-1]
