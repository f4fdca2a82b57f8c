"""The only module that the store asks GnuPG through; `gpg` runs it, and `keyring` knows keys.

Encrypting, decrypting, signing and verifying run the binary directly: python-gnupg, which lists and takes in keys, reads the status lines from
the channel of gpg's talk. Only status lines and data together count; where nothing came of a call, what is wrong with the machine is told first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cdr import programs
from cdr.errors import CdrError, NotAllowed, NotAuthentic, ToolMissing, TryAgain, WrongUsage
from cdr.records import dataclass
from cdr.store import gpg, layout
from cdr.store.gpg import UNLOCK_HINT, Answer

if TYPE_CHECKING:
    from cdr.store.keyring import Key, Ring

END_SECONDS = 10.0
LARGEST_PLAINTEXT = 256 * 1024 * 1024
# A pass-phrase is told by telephone and guessed at by whoever has the mail: so each guess costs 65 million bytes of SHA-512.
LOCK = (
    "--pinentry-mode", "loopback", "--no-symkey-cache", "--cipher-algo", "AES256", "--s2k-cipher-algo", "AES256",
    "--s2k-mode", "3", "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712", "--compress-algo", "none", "--set-filename", "",
)  # fmt: skip
# What is sealed with a key of 256 random bits: there is nothing to guess, so nothing is stretched.
SEALING = (
    "--pinentry-mode", "loopback", "--no-symkey-cache", "--cipher-algo", "AES256", "--s2k-cipher-algo", "AES256",
    "--s2k-mode", "1", "--s2k-digest-algo", "SHA256", "--compress-algo", "none", "--set-filename", "",
)  # fmt: skip
UNSEALING = ("--pinentry-mode", "loopback", "--no-symkey-cache")
BARE = ("--compress-algo", "none", "--no-encrypt-to", "--set-filename", "")
NO_PUBLIC_KEY = "9"


class UnknownKey(NotAuthentic):
    """A signature is by a key that this ring does not hold; `key_id` names it as the signature does."""

    def __init__(self, key_id: str) -> None:
        super().__init__("A signature is by a key that is not in the registry.")
        self.key_id = key_id


@dataclass(frozen=True)
class Signer:
    """Who made a signature: the fingerprint of the primary key, and of the very key that signed."""

    primary: str
    signing: str


class Gnupg:
    """GnuPG with one key ring: the user's own, or (`keyring`) one that holds just the members' and the chaser's keys.

    Whatever it is asked raises TryAgain, ToolMissing, DiskFailed or NotAllowed where GnuPG as a whole fails.
    """

    def __init__(self, keyring: Path | None = None) -> None:
        self.keyring = keyring
        self.private_key_operations = 0
        self.is_locked = False  # a pass-phrase was asked for, and not given
        self._asks_own = keyring is None

    # ---- documents ---------------------------------------------------------------------------------------------

    def encrypt(self, data: bytes, recipients: Sequence[str]) -> bytes:
        """`data` encrypted to exactly these full fingerprints; needs no private key.

        Raises: NotAllowed when GnuPG refuses one of them.
        """
        answer = self._run([*BARE, "--encrypt", *_recipients(recipients)], data)
        if not is_encrypted(answer) or not answer.out:
            refused = answer.line("INV_RECP").rpartition(" ")[2]
            raise gpg.cause(answer) or NotAllowed(
                f"GnuPG would not encrypt to the key {refused or 'of a member'}.",
                "See: cdr keys list; and that this machine's clock is right.",
            )
        return answer.out

    def encrypt_files(self, paths: Sequence[Path], recipients: Sequence[str], descriptors: Sequence[int]) -> Answer:
        """What GnuPG makes of these files, whose ciphertext it writes to `NAME.gpg`; `descriptors` stay open in it."""
        return self._run(
            [*BARE, *_recipients(recipients), "--multifile", "--encrypt", *map(str, paths)], b"", descriptors
        )

    def encrypt_mail(self, data: bytes, recipients: Sequence[str], signer: str) -> bytes:
        """`data` signed, and encrypted to exactly these full fingerprints, armoured; one private-key operation.

        Raises: NotAllowed when GnuPG refuses a key, TryAgain when the signer's is locked.
        """
        self.private_key_operations += 1
        options = [*BARE, "--armor", "--digest-algo", "SHA512", "--local-user", signer, "--sign", "--encrypt"]
        answer = self._run([*options, *_recipients(recipients)], data, may_ask=True)
        made = answer.count("SIG_CREATED") == 1 and answer.count("END_ENCRYPTION") == 1 and not answer.count("INV_RECP")
        if answer.code == 0 and answer.out and made:
            return answer.out
        raise _why_not_signed(answer, signer) or NotAllowed(
            "GnuPG would not sign and encrypt a message.", "See: cdr doctor"
        )

    def decrypt(self, data: bytes, what: str) -> bytes:
        """The plaintext of `data`; one private-key operation. `what` names it in an error, without any content.

        Raises: NotAuthentic (damaged, not encrypted), NotAllowed (not for this key), TryAgain (the key is locked).
        """
        self.private_key_operations += 1
        options = ["--max-output", str(LARGEST_PLAINTEXT), "--decrypt"]
        answer = self._run(options, data, may_ask=True, own=self._asks_own)
        if not is_whole(answer) and self.looks_further(answer):
            answer = self._run(options, data, may_ask=True, own=True)
        if is_whole(answer):
            return answer.out
        self.is_locked = self.is_locked or bool(gpg.why_locked(answer))
        raise gpg.why_not_opened(answer, what)

    def decrypt_files(self, paths: Sequence[str], most: int, descriptors: Sequence[int]) -> Answer:
        """What GnuPG makes of these files, `NAME.gpg` each, whose plaintext it writes to `NAME`; one private-key operation for each.

        `descriptors` stay open in it.
        """
        self.private_key_operations += len(paths)
        options = ["--max-output", str(most), "--multifile", "--decrypt", *paths]
        return self._run(options, b"", descriptors, may_ask=True, own=self._asks_own, operations=len(paths))

    def looks_further(self, answer: Answer) -> bool:
        """Whether it is worth asking again, where a key that a message names was not found: from now on the user's own ring is looked at too.

        That may know a subkey of theirs that the other holds no more. It comes second, for GnuPG checks a key that was made in it (and
        not imported) anew with each message, which takes longer than to decrypt a document. Where a key was found and is locked, nobody is asked
        for its pass-phrase once more.
        """
        further = not self._asks_own and answer.count("NO_SECKEY") > 0 and not gpg.why_locked(answer)
        self._asks_own = self._asks_own or further
        return further

    def lock(self, data: bytes, passphrase: str) -> bytes:
        """`data` as an armoured message that this pass-phrase opens and no key; gpg gets it through a pipe alone.

        Raises: NotAllowed when GnuPG cannot.
        """
        answer = self._with_passphrase(passphrase, [*LOCK, "--armor", "--symmetric"], data)
        return _locked(answer, "GnuPG could not lock the child's details with a pass-phrase.")

    def encrypt_for(self, data: bytes, recipients: Sequence[str], signer: str, passphrase: str = "") -> bytes:
        """`data` encrypted to these keys, armoured: signed, one private-key operation; or with a pass-phrase that opens it too, and unsigned.

        (A pass-phrase that gpg is given would be tried on the signer's key.) Raises: NotAllowed when GnuPG refuses a key, TryAgain when
        the signer's is locked.
        """
        if not passphrase:
            return self.encrypt_mail(data, recipients, signer)
        options = [*LOCK, "--armor", "--symmetric", "--encrypt", *_recipients(recipients)]
        answer = self._with_passphrase(passphrase, options, data)
        return _locked(answer, "GnuPG could not encrypt the file.")

    def seal(self, data: bytes, secret: str) -> bytes:
        """`data` sealed with a secret of 256 random bits; needs no key. Raises: NotAllowed when GnuPG cannot."""
        answer = self._with_passphrase(secret, [*SEALING, "--symmetric"], data)
        return _locked(answer, "GnuPG could not seal what is kept beside the store.")

    def unseal(self, data: bytes, secret: str, what: str) -> bytes:
        """What `seal` sealed; no private-key operation. Raises: NotAuthentic for anything else."""
        answer = self._with_passphrase(secret, [*UNSEALING, "--max-output", str(LARGEST_PLAINTEXT), "--decrypt"], data)
        if is_whole(answer):
            return answer.out
        raise gpg.why_not_opened(answer, what)

    def begin_unsealing(
        self, told_by: tuple[str, int], descriptor: int, *, with_key: bool
    ) -> tuple[programs.Process, int]:
        """A GnuPG that reads names of files, `NAME.gpg` each, opens what `seal` sealed with one secret, and writes it to `NAME`.

        By which option and descriptor it is told the secret: `--passphrase-fd`, or `--command-fd`, where it asks for it. `with_key`: it opens the
        secret itself first, one private-key operation. `descriptor` stays open in it. Gives the process, and where its status lines can be read.
        How much it may write is for whoever reads it to say: GnuPG counts that of all its files together, and what is over it is
        left out of one that it calls whole.
        """
        self.private_key_operations += with_key
        option, reading = told_by
        ring = self._with_ring(own=with_key and self._asks_own)
        return gpg.begin([*ring, option, str(reading), *UNSEALING, "--multifile", "--decrypt"], (reading, descriptor))

    def _with_passphrase(self, passphrase: str, options: Sequence[str], data: bytes) -> Answer:
        with _told_through_a_pipe(passphrase) as reading:
            return self._run(["--passphrase-fd", str(reading), *options], data, (reading,))

    def open_reply(self, data: bytes, most: int) -> bytes | None:
        """The plaintext of a file that somebody else sent, under `most` bytes (at which GnuPG stops without a word); None where no key that is here opens it.

        One private-key operation. Raises: NotAuthentic for anything but one whole encrypted message of at most that size,
        and for one that only a pass-phrase opens; TryAgain when the key is locked.
        """
        self.private_key_operations += 1
        answer = self._run(["--no-symkey-cache", "--max-output", str(most), "--decrypt"], data, may_ask=True, own=True)
        never = ("NODATA", "BADMDC", "DECRYPTION_FAILED", "ERROR", "FAILURE", "UNEXPECTED", "NEED_PASSPHRASE_SYM")
        opened = answer.count("DECRYPTION_OKAY") == answer.count("PLAINTEXT") == 1 and answer.count("ENC_TO") > 0
        # A key that is locked was tried in vain, another opened it.
        hidden = answer.code == 2 and answer.count("NO_SECKEY") > 0
        if (answer.code == 0 or hidden) and opened and len(answer.out) < most and not any(map(answer.count, never)):
            return answer.out
        cause = gpg.cause(answer)
        if cause:
            raise cause
        locked = "" if answer.count("NEED_PASSPHRASE_SYM") else gpg.why_locked(answer)
        if locked:
            raise TryAgain(f"The key that opens the file is locked: {locked}.", UNLOCK_HINT)
        if answer.count("NO_SECKEY") and not answer.count("PLAINTEXT") and not answer.count("BADMDC"):
            return None
        raise NotAuthentic("The file is damaged, too large, or is not one whole encrypted message.")

    def open_and_check(self, options: Sequence[str], data: bytes) -> Answer:
        """What GnuPG makes of a message that is encrypted to us and signed by somebody else; one private-key operation."""
        self.private_key_operations += 1
        return self._run(options, data, may_ask=True, own=True)

    def sign(self, payload: bytes, fingerprint: str) -> bytes:
        """An armoured detached signature; one private-key operation.

        Raises: TryAgain when the key is locked, NotAllowed when it is not there or may not sign.
        """
        self.private_key_operations += 1
        options = ["--local-user", fingerprint, "--digest-algo", "SHA512", "--armor", "--detach-sign"]
        answer = self._run(options, payload, may_ask=True)
        if answer.code == 0 and answer.out and answer.count("SIG_CREATED") == 1:
            return answer.out
        from cdr.store.keyring import advice

        key = self.key(fingerprint)
        trouble = key.cannot_sign if key else ""
        raise _why_not_signed(answer, fingerprint) or NotAllowed(
            f"GnuPG could not sign with the key {short(fingerprint)}{f': it {trouble}' if trouble else ''}.",
            advice(fingerprint, trouble, key.parts) if key and trouble else "See: cdr doctor",
        )

    def signer(self, payload: bytes, signature: bytes) -> Signer:
        """Whose key made this detached signature over `payload`.

        A key that has expired since still counts, and so does one from after this machine's time: authority is the history's,
        not the clock's. Raises: NotAuthentic when it is not a good signature by a key of this ring (UnknownKey where it is by none).
        """
        reading, writing = os.pipe()
        try:
            os.write(writing, signature[:60000])
            os.close(writing)
            options = [*gpg.ANY_TIME, "--enable-special-filenames", "--verify", "--", f"-&{reading}", "-"]
            answer = self._run(options, payload, (reading,))
        finally:
            os.close(reading)
        good = answer.count("GOODSIG") + answer.count("EXPKEYSIG")
        bad = sum(map(answer.count, ("BADSIG", "ERRSIG", "REVKEYSIG", "EXPSIG", "NODATA")))
        if answer.count("NEWSIG") == 1 and answer.count("VALIDSIG") == 1 and good == 1 and not bad:
            words = answer.line("VALIDSIG").split()
            return Signer(words[-1], words[1])
        unknown = answer.line("ERRSIG").split()
        if len(unknown) > 6 and unknown[6] == NO_PUBLIC_KEY and answer.count("NEWSIG") == 1:
            raise UnknownKey(unknown[1])
        raise gpg.cause(answer) or NotAuthentic(
            "A signature is missing, broken or by a key that is not in the registry."
        )

    def _run(
        self,
        options: Sequence[str],
        data: bytes,
        descriptors: Sequence[int] = (),
        *,
        may_ask: bool = False,
        own: bool = False,
        operations: int = 1,
    ) -> Answer:
        """`own`: the user's own ring is looked at too."""
        return gpg.call([*self._with_ring(own), *options], data, descriptors, may_ask=may_ask, operations=operations)

    def _with_ring(self, own: bool = False) -> list[str]:
        alone = [] if own else ["--no-default-keyring"]
        ring = [*alone, *gpg.NO_LOCKS, "--keyring", str(self.keyring)] if self.keyring else []
        return [*gpg.NO_TRUST, *ring]

    # ---- keys --------------------------------------------------------------------------------------------------

    @cached_property
    def _ring(self) -> Ring:
        from cdr.store.keyring import Ring

        return Ring(self.keyring)

    def listed(self, secret: bool = False) -> list[Key]:
        """The keys of this ring; with `secret`, those whose secret part GnuPG holds."""
        return self._ring.listed(secret)

    def holds_secret_of(self) -> set[str]:
        """The fingerprints of the keys whose secret part GnuPG holds."""
        return self._ring.fingerprints_of_secret()

    def key(self, fingerprint: str) -> Key | None:
        """One key of this ring by its full fingerprint."""
        return next((key for key in self.listed() if key.fingerprint == fingerprint), None)

    def export(self, fingerprint: str, known: Iterable[bytes] = ()) -> bytes:
        """The armoured public key with all its subkeys, without other people's signatures; together with what `known` files hold of it.

        Raises: WrongUsage where there is none.
        """
        from tempfile import TemporaryDirectory

        held = self._exported(fingerprint)
        with TemporaryDirectory(prefix="cdr-") as aside:
            gathered = Gnupg(Path(aside) / "gathered.kbx")
            gathered.add([held], are_own=True)
            gathered.add(known)
            found = gathered._exported(fingerprint)
        if not found:
            raise WrongUsage(
                f"GnuPG holds no public key {fingerprint}.",
                "Give full fingerprints of keys that `gpg --list-keys` shows.",
            )
        if len(found) > layout.LARGEST_KEY:
            raise WrongUsage(
                f"The public key {short(fingerprint)} is too large for a store.", "Take out user ids that are not used."
            )
        return found

    def _exported(self, fingerprint: str) -> bytes:
        options = ["--armor", "--export-options", "no-export-attributes", "--export", fingerprint]
        answer = self._run(options, b"")
        cause = None if answer.out else gpg.cause(answer)
        if cause:
            raise cause
        return answer.out

    def add(self, keys: Iterable[bytes], *, are_own: bool = False) -> None:
        """Put public keys into this ring; `are_own`: the user's GnuPG gave them out. Raises: NotAuthentic for anything else."""
        self._ring.take_in(keys, are_own=are_own)

    def make(self, user_id: str, expires: str = "0") -> str:
        """A new key without a passphrase, for a demonstration or a machine of its own; its fingerprint."""
        unlocked = ["--passphrase", "", "--pinentry-mode", "loopback"]
        made = gpg.call([*unlocked, "--quick-generate-key", user_id, "future-default", "default", expires], b"")
        fingerprint = made.line("KEY_CREATED").rpartition(" ")[2]
        if not fingerprint:
            raise gpg.cause(made) or ToolMissing("GnuPG could not make a key.", gpg.INSTALL)
        return fingerprint

    def end_agent(self) -> None:
        """Stop the agents that GnuPG started for its home folder."""
        with suppress(OSError, programs.OverTime):
            programs.run(["gpgconf", "--kill", "all"], seconds=END_SECONDS, environment=gpg.environment())


@contextmanager
def _told_through_a_pipe(passphrase: str) -> Iterator[int]:
    """From which descriptor GnuPG reads it."""
    reading, writing = os.pipe()
    try:
        os.write(writing, passphrase.encode("ascii"))
        os.close(writing)
        yield reading
    finally:
        os.close(reading)


def short(fingerprint: str) -> str:
    """The end of a fingerprint, as people compare it."""
    return fingerprint[-16:]


def _recipients(fingerprints: Sequence[str]) -> list[str]:
    return [part for fingerprint in fingerprints for part in ("--recipient", fingerprint)]


def _why_not_signed(answer: Answer, fingerprint: str) -> CdrError | None:
    locked = gpg.why_locked(answer)
    if locked:
        return TryAgain(f"The key {short(fingerprint)} is locked: {locked}.", UNLOCK_HINT)
    return gpg.cause(answer)


def _locked(answer: Answer, failed: str) -> bytes:
    """What was made that a pass-phrase opens. Raises: NotAllowed, with `failed`, where nothing came of it."""
    if answer.code or not answer.out or answer.count("END_ENCRYPTION") != 1:
        raise gpg.cause(answer) or NotAllowed(failed, "See: cdr doctor")
    return answer.out


def is_encrypted(answer: Answer) -> bool:
    """Whether one message was encrypted, to everybody who was named."""
    return answer.code == 0 and answer.count("END_ENCRYPTION") == 1 and not answer.count("INV_RECP")


def is_whole(answer: Answer) -> bool:
    """Whether all of one message was decrypted, and nothing else."""
    once = ("BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY", "END_DECRYPTION")
    never = ("NODATA", "BADMDC", "DECRYPTION_FAILED", "ERROR", "FAILURE", "UNEXPECTED")
    return answer.code == 0 and all(answer.count(word) == 1 for word in once) and not any(map(answer.count, never))
