"""Keys as GnuPG lists them, and python-gnupg, through which they are listed and taken in, held to a limit of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from cdr import clock, moments, programs, resources
from cdr.errors import ToolMissing
from cdr.records import asdict, dataclass
from cdr.store import gpg, kept
from cdr.store.packets import public_keys

EXPIRED, REVOKED, DISABLED, MISSING = "has expired", "was revoked", "is disabled", "is missing"
STILL_TO_COME = "which by this machine's clock is still to come"
STATES = {"e": EXPIRED, "r": REVOKED, "d": DISABLED, "i": "is not valid"}
SECRET_FILES = ("pubring.kbx", "private-keys-v1.d")  # where GnuPG keeps what its list of secret keys is made from
SELF_SIGNATURES = ("--import-options", "self-sigs-only")


@dataclass(frozen=True)
class Part:
    """One key of a key: the primary one or a subkey. `may` has `e` where it encrypts and `s` where it signs.

    `state` is empty, or what keeps GnuPG from using it, in words.
    """

    fingerprint: str
    may: str
    state: str
    expires: date | None

    @property
    def id(self) -> str:
        """The end of its fingerprint, by which messages and signatures name it."""
        return self.fingerprint[-16:]


@dataclass(frozen=True)
class Key:
    """One OpenPGP key as GnuPG lists it: full fingerprint, user id, what keeps it from being used, and its parts, the primary first.

    `trouble` keeps others from encrypting to it, `cannot_sign` its owner from signing; both are words, or empty.
    `expires` is the day after which it cannot do all that it does now; None where there is no such day.
    """

    fingerprint: str
    user_id: str
    trouble: str
    cannot_sign: str
    expires: date | None
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The user id's name, without its address."""
        return " ".join(self.user_id.split(" <")[0].split()) or self.fingerprint

    @property
    def email(self) -> str:
        """The user id's address, or one that says that there is none."""
        return self.user_id.rpartition("<")[2].rstrip(">") if "<" in self.user_id else "no-address@invalid"

    @property
    def encryption_ids(self) -> tuple[str, ...]:
        """The ids of its keys that messages are encrypted to, also of those that are not used any more."""
        return tuple(part.id for part in self.parts if "e" in part.may)


class Ring:
    """One key ring (without a path: the user's own), asked through python-gnupg.

    What it is asked raises TryAgain, ToolMissing, DiskFailed or NotAllowed where GnuPG as a whole fails.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def listed(self, secret: bool) -> list[Key]:
        """The keys of the ring; with `secret`, those whose secret part GnuPG holds.

        A ring of cdr's own never changes once it is made, so its keys are listed once, and again where a day came that ends one.
        """
        of = kept.about(self.path) if self.path and not secret else None
        if of is None:
            return self._listed(secret)
        found = kept.kept("listed", (of, resources.edition()), lambda: _to_keep(self._listed(secret)), _is_as_it_was)
        return [_from_kept(one) for one in found["keys"]]

    def fingerprints_of_secret(self) -> set[str]:
        """The fingerprints of the user's own keys whose secret part GnuPG holds; asked anew where its files have changed."""
        of = kept.about(*(gpg.home() / name for name in SECRET_FILES))
        if of is None:
            return {key.fingerprint for key in self._listed(secret=True)}
        return set(
            kept.kept("own", (of,), lambda: sorted({key.fingerprint for key in self._listed(secret=True)}), bool)
        )

    def _listed(self, secret: bool) -> list[Key]:
        return [_key(one) for one in self._asked(lambda gnupg: gnupg.list_keys(secret)) if one.get("fingerprint")]

    def take_in(self, keys: Iterable[bytes], *, are_own: bool = False) -> None:
        """Put public keys into it, without other people's signatures; what is no key is passed over.

        GnuPG sees packets of public keys and nothing else, whatever a file holds. `are_own`: the user's GnuPG gave them out.
        Raises: NotAuthentic for more than public keys.
        """
        for key in filter(None, (public_keys(one, "A file in keys/", is_own=are_own) for one in keys)):
            self._asked(lambda gnupg, key=key: gnupg.import_keys(key, extra_args=list(SELF_SIGNATURES)))  # type: ignore[misc]

    def _asked(self, question: Callable[[Any], Any]) -> Any:
        try:
            found = question(self._gnupg)
        except programs.OverTime:
            raise gpg.silent(gpg.UNATTENDED_SECONDS) from None
        except OSError as error:
            raise gpg.not_started(error) from None
        if found.returncode:
            cause = gpg.cause_of(found.returncode, str(getattr(found, "stderr", "")).encode())
            if cause is not None:
                raise cause
        return found

    @cached_property
    def _gnupg(self) -> Any:
        options = [*gpg.OPTIONS, *gpg.NO_TRUST, *gpg.ANY_TIME, *(gpg.NO_LOCKS if self.path else ())]
        ring = str(self.path) if self.path else None
        try:
            made = _watched()(gpgbinary=gpg.binary(), keyring=ring, options=options, env=gpg.environment())
        except ValueError:
            raise ToolMissing("GnuPG does not run on this machine.", gpg.INSTALL) from None
        made.encoding = "utf-8"
        return made


@cache
def _watched() -> Any:
    import logging

    import gnupg

    logging.getLogger("gnupg").setLevel(logging.CRITICAL)

    class Watched(gnupg.GPG):  # type: ignore[misc]
        """python-gnupg, which of itself waits for GnuPG for ever."""

        def _open_subprocess(self, args: Any, passphrase: Any = False) -> Any:
            return programs.start(self.make_args(args, passphrase), environment=self.env)

        def _collect_output(self, process: Any, *more: Any, **named: Any) -> Any:
            with programs.limited(process, gpg.UNATTENDED_SECONDS):
                return super()._collect_output(process, *more, **named)

        def _read_response(self, stream: Any, result: Any) -> None:
            try:
                super()._read_response(stream, result)
            except (
                LookupError,
                ValueError,
            ):  # a line that GnuPG could not write whole; how it ended says what is wrong
                stream.read()

    return Watched


# ---- how a listing is kept --------------------------------------------------------------------------------------------


def _to_keep(keys: Iterable[Key]) -> dict[str, Any]:
    found = [asdict(key) for key in keys]
    for one in found:
        for part in (one, *one["parts"]):
            part["expires"] = part["expires"].isoformat() if part["expires"] else None
        one["parts"] = list(one["parts"])
    return {"on": clock.day_of(clock.real_seconds()).isoformat(), "keys": found}


def _from_kept(one: dict[str, Any]) -> Key:
    parts = tuple(Part(**{**part, "expires": _day(part["expires"])}) for part in one["parts"])
    return Key(**{**one, "expires": _day(one["expires"]), "parts": parts})


def _is_as_it_was(found: dict[str, Any]) -> bool:
    """Whether every key still stands as when it was listed: none was made since by its own clock, and none has ended."""
    today = clock.day_of(clock.real_seconds()).isoformat()
    parts = [part for key in found["keys"] for part in key["parts"]]
    to_come = any(part["state"].endswith(STILL_TO_COME) for part in parts)
    ends = [part["expires"] for part in parts if part["expires"] and part["state"] != EXPIRED]
    return not to_come and found["on"] <= today < min(ends, default="9999")


def _day(kept: str | None) -> date | None:
    return moments.day(kept) if kept else None


# ---- what a listing says ---------------------------------------------------------------------------------------------


def _key(listed: dict[str, Any]) -> Key:
    primary = _part(listed, listed["fingerprint"])
    about = listed.get("subkey_info", {})
    parts = (primary, *(_part(about[id_], fingerprint) for id_, _, fingerprint, *_ in listed.get("subkeys", [])))
    return Key(
        fingerprint=listed["fingerprint"],
        user_id=(listed.get("uids") or [""])[0],
        trouble=primary.state or _unable(parts, "e", "encrypt", "encryption"),
        cannot_sign=primary.state or _unable(parts, "s", "sign", "signing"),
        expires=min(filter(None, (primary.expires, _last(parts, "e"), _last(parts, "s"))), default=None),
        parts=parts,
    )


def _part(info: dict[str, Any], fingerprint: str) -> Part:
    expires, made = (int(info[name]) if str(info.get(name, "")).isdigit() else 0 for name in ("expires", "date"))
    state = STATES.get(info.get("trust") or "", "")
    if made > clock.real_seconds():
        state = f"was made on {clock.day_of(made)}, {STILL_TO_COME}"
    day = datetime.fromtimestamp(expires, UTC).date() if expires else None
    return Part(fingerprint, "".join(filter(str.islower, info.get("cap") or "")), state, day)


def _last(parts: Iterable[Part], what: str) -> date | None:
    """The day after which no part can do this; None where one can for ever, or none can."""
    able = [part.expires for part in parts if what in part.may and not part.state]
    return None if None in able else max(filter(None, able), default=None)


def _unable(parts: Iterable[Part], what: str, verb: str, noun: str) -> str:
    """Why no part can do this; empty where one can."""
    states = [part.state for part in parts if what in part.may]
    if "" in states:
        return ""
    why = next(
        (f"its {noun} subkey {state}" for state in (EXPIRED, *states) if state in states), f"it has no {noun} subkey"
    )
    return f"cannot {verb}: {why}"


def advice(fingerprint: str, trouble: str, parts: Sequence[Part] = ()) -> str:
    """What to do about a key of a store that has this trouble (empty: it ends soon; `MISSING`: there is none).

    GnuPG gives a new end to all subkeys at once only while they have not expired; from then on they are named one by one.
    """
    refresh = f"cdr keys refresh {fingerprint}"
    if trouble == REVOKED:
        return f"A revoked key cannot be renewed. Take it out (cdr keys remove {fingerprint} --reason TEXT), then add its owner's new one: cdr keys add FILE"
    if trouble.endswith(STILL_TO_COME):
        return "Set this machine's clock right."
    if trouble == DISABLED:
        return f"Enable it: gpg --edit-key {fingerprint} enable"
    if trouble == MISSING:
        return f"Where GnuPG holds it (gpg --import FILE), put it back: {refresh}"
    if trouble and EXPIRED not in trouble:
        return (
            f"Whose it is makes one (gpg --quick-add-key {fingerprint} default {_usage(trouble)} 2y); then: {refresh}"
        )
    renew = f"gpg --quick-set-expire {fingerprint} 2y"
    subkeys = " ".join(_ended(parts)) or "'*'"
    return f"Whose it is renews the key and its subkeys ({renew}; {renew} {subkeys}); then: {refresh}"


def _usage(trouble: str) -> str:
    return "sign" if trouble.startswith("cannot sign") else "encr"


def _ended(parts: Sequence[Part]) -> dict[str, None]:
    """The fingerprints of the subkeys that have expired and that no other does the work of: the latest for each."""
    found: dict[str, None] = {}
    for what in "es":
        able = [part for part in parts[1:] if what in part.may]
        ended = [part for part in able if part.state == EXPIRED and part.expires]
        if ended and all(part.state for part in able):
            found[max(ended, key=lambda part: part.expires or date.min).fingerprint] = None
    return found
