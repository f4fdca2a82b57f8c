"""The only module that touches GnuPG.

Encrypting, decrypting, signing and verifying run the binary directly: python-gnupg has no time limit, and it reads the
status lines from the same channel as gpg's talk. Listing, importing, exporting and making keys go through python-gnupg.
Neither an exit code nor a message counts: only the status lines and the data together do.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cdr import disk
from cdr.errors import MEND, NotAllowed, NotAuthentic, ToolMissing, TryAgain, WrongUsage

UNATTENDED_SECONDS = 60
OLDEST_GPG = (2, 2)
LARGEST_PLAINTEXT = 256 * 1024 * 1024
OPTIONS = (
    "--no-options", "--batch", "--no-tty", "--yes", "--trust-model", "always", "--no-auto-key-locate",
    "--no-auto-key-retrieve", "--no-auto-check-trustdb", "--disable-dirmngr", "--display-charset", "utf-8",
)  # fmt: skip
# A pass-phrase is told by telephone and guessed at by whoever has the mail: so each guess costs 65 million bytes of SHA-512.
LOCK = (
    "--pinentry-mode", "loopback", "--no-symkey-cache", "--cipher-algo", "AES256", "--s2k-cipher-algo", "AES256",
    "--s2k-mode", "3", "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712", "--compress-algo", "none", "--set-filename", "",
)  # fmt: skip
LOCKED = {
    11: "the passphrase was wrong",
    85: "nobody could be asked for the passphrase here",
    99: "the question for the passphrase was cancelled",
    177: "nobody could be asked for the passphrase here",
    32854: "the agent ran out of secure memory",
    32870: "there is no terminal to ask for the passphrase",
}

BARE = ("--compress-algo", "none", "--no-encrypt-to", "--set-filename", "")


@dataclass(frozen=True)
class Key:
    """One OpenPGP key as GnuPG lists it: full fingerprint, user id, expiry, and what keeps it from being used."""

    fingerprint: str
    user_id: str
    expires: date | None
    trouble: str
    encryption_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """The user id's name, without its address."""
        return self.user_id.split(" <")[0].strip() or self.fingerprint

    @property
    def email(self) -> str:
        """The user id's address, or one that says that there is none."""
        return self.user_id.rpartition("<")[2].rstrip(">") if "<" in self.user_id else "no-address@invalid"


@dataclass(frozen=True)
class _Answer:
    status: tuple[str, ...]
    out: bytes
    code: int

    def count(self, word: str) -> int:
        return sum(line.split(" ", 1)[0] == word for line in self.status)

    def line(self, word: str) -> str:
        return next((line for line in self.status if line.split(" ", 1)[0] == word), "")


class Gnupg:
    """GnuPG with one key ring: the user's own, or (`keyring`) one that holds just the members' and the chaser's keys."""

    def __init__(self, keyring: Path | None = None) -> None:
        self.keyring = keyring
        self.private_key_operations = 0

    @cached_property
    def binary(self) -> str:
        """The path of gpg. Raises: ToolMissing."""
        found = shutil.which("gpg")
        if found is None:
            raise ToolMissing(
                "GnuPG is not installed.", "Install it (Debian, Ubuntu: apt install gnupg) and try again."
            )
        _ensure_home()
        return found

    # ---- documents ---------------------------------------------------------------------------------------------

    def encrypt(self, data: bytes, recipients: Sequence[str]) -> bytes:
        """`data` encrypted to exactly these full fingerprints; needs no private key.

        Raises: NotAllowed when GnuPG refuses one of them.
        """
        answer = self._run([*BARE, "--encrypt", *_recipients(recipients)], data)
        if answer.code or not answer.out or answer.count("END_ENCRYPTION") != 1 or answer.count("INV_RECP"):
            refused = answer.line("INV_RECP").rpartition(" ")[2]
            raise NotAllowed(f"GnuPG would not encrypt to the key {refused or 'of a member'}.", "See: cdr keys list")
        return answer.out

    def encrypt_mail(self, data: bytes, recipients: Sequence[str], signer: str) -> bytes:
        """`data` signed, and encrypted to exactly these full fingerprints, armoured; one private-key operation.

        Raises: NotAllowed when GnuPG refuses a key, TryAgain when the signer's is locked.
        """
        self.private_key_operations += 1
        options = [*BARE, "--armor", "--digest-algo", "SHA512", "--local-user", signer, "--sign", "--encrypt"]
        answer = self._run([*options, *_recipients(recipients)], data)
        made = answer.count("SIG_CREATED") == 1 and answer.count("END_ENCRYPTION") == 1 and not answer.count("INV_RECP")
        if answer.code == 0 and answer.out and made:
            return answer.out
        locked = _why_locked(answer)
        if locked:
            raise TryAgain(f"The key {short(signer)} is locked: {locked}.", UNLOCK_HINT)
        raise NotAllowed("GnuPG would not sign and encrypt a message.", "See: cdr doctor")

    def decrypt(self, data: bytes, what: str) -> bytes:
        """The plaintext of `data`; one private-key operation. `what` names it in an error, without any content.

        Raises: NotAuthentic (damaged, not encrypted), NotAllowed (not for this key), TryAgain (the key is locked).
        """
        self.private_key_operations += 1
        answer = self._run(["--max-output", str(LARGEST_PLAINTEXT), "--decrypt"], data)
        once = ("BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY", "END_DECRYPTION")
        never = ("NODATA", "BADMDC", "DECRYPTION_FAILED", "ERROR", "FAILURE", "UNEXPECTED")
        if answer.code == 0 and all(answer.count(word) == 1 for word in once) and not any(map(answer.count, never)):
            return answer.out
        raise _why_not_opened(answer, what)

    def lock(self, data: bytes, passphrase: str) -> bytes:
        """`data` as an armoured message that this pass-phrase opens and no key; gpg gets it through a pipe alone.

        Raises: NotAllowed when GnuPG cannot.
        """
        reading, writing = os.pipe()
        try:
            os.write(writing, passphrase.encode("ascii"))
            os.close(writing)
            answer = self._run([*LOCK, "--passphrase-fd", str(reading), "--armor", "--symmetric"], data, (reading,))
        finally:
            os.close(reading)
        if answer.code or not answer.out or answer.count("END_ENCRYPTION") != 1:
            raise NotAllowed("GnuPG could not lock the child's details with a pass-phrase.", "See: cdr doctor")
        return answer.out

    def open_reply(self, data: bytes, most: int) -> bytes | None:
        """The plaintext of a file that somebody else sent, under `most` bytes (at which GnuPG stops without a word); None where no key that is here opens it.

        One private-key operation. Raises: NotAuthentic for anything but one whole encrypted message of at most that size,
        and for one that only a pass-phrase opens; TryAgain when the key is locked.
        """
        self.private_key_operations += 1
        answer = self._run(["--no-symkey-cache", "--max-output", str(most), "--decrypt"], data)
        never = ("NODATA", "BADMDC", "DECRYPTION_FAILED", "ERROR", "FAILURE", "UNEXPECTED", "NEED_PASSPHRASE_SYM")
        opened = answer.count("DECRYPTION_OKAY") == answer.count("PLAINTEXT") == 1 and answer.count("ENC_TO") > 0
        hidden = (
            answer.code == 2 and answer.count("NO_SECKEY") > 0
        )  # a key that is locked was tried in vain, another opened it
        if (answer.code == 0 or hidden) and opened and len(answer.out) < most and not any(map(answer.count, never)):
            return answer.out
        locked = "" if answer.count("NEED_PASSPHRASE_SYM") else _why_locked(answer)
        if locked:
            raise TryAgain(f"The key that opens the file is locked: {locked}.", UNLOCK_HINT)
        if answer.count("NO_SECKEY") and not answer.count("PLAINTEXT") and not answer.count("BADMDC"):
            return None
        raise NotAuthentic("The file is damaged, too large, or is not one whole encrypted message.")

    def sign(self, payload: bytes, fingerprint: str) -> bytes:
        """An armoured detached signature; one private-key operation.

        Raises: TryAgain when the key is locked, NotAllowed when it is not there or may not sign.
        """
        self.private_key_operations += 1
        answer = self._run(
            ["--local-user", fingerprint, "--digest-algo", "SHA512", "--armor", "--detach-sign"], payload
        )
        if answer.code == 0 and answer.out and answer.count("SIG_CREATED") == 1:
            return answer.out
        locked = _why_locked(answer)
        if locked:
            raise TryAgain(f"The key {short(fingerprint)} is locked: {locked}.", UNLOCK_HINT)
        raise NotAllowed(f"GnuPG could not sign with the key {short(fingerprint)}.", "See: cdr doctor")

    def signer(self, payload: bytes, signature: bytes) -> str:
        """The primary fingerprint of the key that made this detached signature over `payload`.

        A key that has expired since still counts: authority is the history's, not the clock's.
        Raises: NotAuthentic when it is not a good signature by a key of this ring.
        """
        reading, writing = os.pipe()
        try:
            os.write(writing, signature[:60000])
            os.close(writing)
            answer = self._run(
                ["--enable-special-filenames", "--verify", "--", f"-&{reading}", "-"], payload, (reading,)
            )
        finally:
            os.close(reading)
        good = answer.count("GOODSIG") + answer.count("EXPKEYSIG")
        bad = sum(map(answer.count, ("BADSIG", "ERRSIG", "REVKEYSIG", "EXPSIG", "NODATA")))
        if answer.count("NEWSIG") == 1 and answer.count("VALIDSIG") == 1 and good == 1 and not bad:
            return answer.line("VALIDSIG").rpartition(" ")[2]
        raise NotAuthentic("A signature is missing, broken or by a key that is not in the registry.")

    def _run(self, options: Sequence[str], data: bytes, descriptors: tuple[int, ...] = ()) -> _Answer:
        status_in, status_out = os.pipe()
        ring = ["--no-default-keyring", "--keyring", str(self.keyring)] if self.keyring else []
        attended = sys.stdin is not None and sys.stdin.isatty()
        mode = [] if attended else ["--pinentry-mode", "error"]
        command = [self.binary, *OPTIONS, *ring, *mode, "--status-fd", str(status_out), *options]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                pass_fds=(status_out, *descriptors), env=_environment(),
            )  # fmt: skip
        finally:
            os.close(status_out)
        told: list[bytes] = []
        # Read beside it: a crafted message has gpg say more than a pipe holds, and wait for ever.
        reading = threading.Thread(target=_drain, args=(status_in, told), daemon=True)
        reading.start()
        with process:
            try:
                out, _ = process.communicate(data, timeout=None if attended else UNATTENDED_SECONDS)
                reading.join(UNATTENDED_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise TryAgain(f"GnuPG did not answer within {UNATTENDED_SECONDS} seconds.", UNLOCK_HINT) from None
            finally:
                os.close(status_in)
        lines = b"".join(told).decode("utf-8", "replace").splitlines()
        return _Answer(tuple(line[9:] for line in lines if line.startswith("[GNUPG:] ")), out, process.returncode)

    # ---- keys --------------------------------------------------------------------------------------------------

    @cached_property
    def _wrapper(self) -> Any:
        import gnupg

        logging.getLogger("gnupg").setLevel(logging.WARNING)
        options = [*OPTIONS, *(["--no-default-keyring"] if self.keyring else [])]
        wrapper = gnupg.GPG(gpgbinary=self.binary, keyring=str(self.keyring) if self.keyring else None, options=options,
                            env=_environment())  # fmt: skip
        wrapper.encoding = "utf-8"
        if tuple(wrapper.version or ()) < OLDEST_GPG:
            raise ToolMissing("GnuPG is too old.", f"cdr needs {'.'.join(map(str, OLDEST_GPG))} or newer.")
        return wrapper

    def version(self) -> tuple[int, ...]:
        """GnuPG's version, as numbers."""
        return tuple(self._wrapper.version)

    def listed(self, secret: bool = False) -> list[Key]:
        """The keys of this ring; with `secret`, those whose secret part GnuPG holds."""
        return [_key(listed) for listed in self._wrapper.list_keys(secret)]

    def key(self, fingerprint: str) -> Key | None:
        """One key of this ring by its full fingerprint."""
        return next((key for key in self.listed() if key.fingerprint == fingerprint), None)

    def export(self, fingerprint: str) -> bytes:
        """The armoured public key, without other people's signatures. Raises: WrongUsage where there is none."""
        text = self._wrapper.export_keys([fingerprint], minimal=True)
        if not text:
            raise WrongUsage(
                f"GnuPG holds no public key {fingerprint}.",
                "Give full fingerprints of keys that `gpg --list-keys` shows.",
            )
        return str(text).encode()

    def add(self, armoured: Iterable[bytes]) -> None:
        """Put public keys into this ring."""
        for key in armoured:
            self._wrapper.import_keys(key)

    def make(self, user_id: str, expires: str = "0") -> str:
        """A new key without a passphrase, for a demonstration or a machine of its own; its fingerprint."""
        made = self._run(
            [
                "--passphrase",
                "",
                "--pinentry-mode",
                "loopback",
                "--quick-generate-key",
                user_id,
                "future-default",
                "default",
                expires,
            ],
            b"",
        )
        return made.line("KEY_CREATED").rpartition(" ")[2]

    def end_agent(self) -> None:
        """Stop the agents that GnuPG started for its home folder."""
        subprocess.run(["gpgconf", "--kill", "all"], env=_environment(), check=False, capture_output=True)


UNLOCK_HINT = "Unlock it once in a terminal (for example: gpg --clear-sign /dev/null) and try again."


def short(fingerprint: str) -> str:
    """The end of a fingerprint, as people compare it."""
    return fingerprint[-16:]


def _ensure_home() -> None:
    """Make GnuPG's own folder, which it does not make itself with `--no-options`, and without which it checks nothing.

    Raises: NotAllowed where GNUPGHOME names one that is not there.
    """
    named = os.environ.get("GNUPGHOME")
    if named and not Path(named).is_dir():
        raise NotAllowed(
            "GNUPGHOME names a folder that is not there, so there is no key.", "Correct or unset GNUPGHOME."
        )
    if not named:
        disk.private_folder(Path.home() / ".gnupg")


def _drain(descriptor: int, told: list[bytes]) -> None:
    with suppress(OSError):
        while part := os.read(descriptor, 65536):
            told.append(part)


def _environment() -> dict[str, str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if sys.stdin is not None and sys.stdin.isatty():
        environment.setdefault("GPG_TTY", os.ttyname(sys.stdin.fileno()))
    return environment


def _key(listed: dict[str, Any]) -> Key:
    expires = listed.get("expires")
    return Key(
        fingerprint=listed["fingerprint"],
        user_id=(listed.get("uids") or [""])[0],
        expires=datetime.fromtimestamp(int(expires), UTC).date() if expires else None,
        trouble=_trouble(listed),
        encryption_ids=_encryption_ids(listed),
    )


def _trouble(listed: dict[str, Any]) -> str:
    state = {"e": "has expired", "r": "was revoked", "d": "is disabled", "i": "is not valid"}.get(
        listed.get("trust", "")
    )
    if state:
        return state
    return "" if "E" in (listed.get("cap") or "") else "cannot encrypt: it has no usable encryption subkey"


def _encryption_ids(listed: dict[str, Any]) -> tuple[str, ...]:
    own = [listed["keyid"]] if "e" in (listed.get("cap") or "") else []
    return (*own, *(subkey[0] for subkey in listed.get("subkeys", []) if "e" in (subkey[1] or "")))


def _recipients(fingerprints: Sequence[str]) -> list[str]:
    return [part for fingerprint in fingerprints for part in ("--recipient", fingerprint)]


def _why_locked(answer: _Answer) -> str:
    for line in answer.status:
        words = line.split()
        if words[0] in ("ERROR", "FAILURE") and len(words) > 2 and words[2].isdigit():
            reason = LOCKED.get(int(words[2]) & 0xFFFF)
            if reason:
                return reason
    return ""


def _why_not_opened(answer: _Answer, what: str) -> Exception:
    locked = _why_locked(answer)
    if answer.count("BADMDC"):
        return NotAuthentic(f"{what} is damaged: it is not what was encrypted.", MEND)
    if locked:
        return TryAgain(f"The key that opens {what} is locked: {locked}.", UNLOCK_HINT)
    if answer.count("NO_SECKEY") and not answer.count("PLAINTEXT"):
        return NotAllowed(
            f"{what} cannot be opened with a key that is here.", "A member can see who may with: cdr keys list"
        )
    return NotAuthentic(f"{what} is damaged or is not an encrypted document.", MEND)
