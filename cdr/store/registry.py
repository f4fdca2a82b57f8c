"""Who may read and write: members (everything) and the chaser (requests and prompts; writes prompts)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from cdr import resources
from cdr.errors import VERIFY, NotAllowed, NotAuthentic, WrongUsage
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store.crypto import Gnupg, short
from cdr.store.kept import kept
from cdr.store.layout import Kind
from cdr.written import bare_fingerprint

if TYPE_CHECKING:
    from cdr.store.keyring import Key

MEMBER, CHASER = "member", "chaser"
FINGERPRINT = expression(r"[0-9A-F]{40}")
EXPIRY_WARNING = timedelta(days=60)
OF_LEFT = ("fingerprint", "name", "role", "since", "until", "reason")


@dataclass(frozen=True)
class Person:
    """One key of the registry: its full fingerprint, whose it is, and what it may do."""

    fingerprint: str
    name: str
    role: str
    since: str


@dataclass(frozen=True)
class Left:
    """One key that was taken out: whose it was, what it was there for, from when until when, and why, in the open."""

    fingerprint: str
    name: str
    role: str
    since: str
    until: str
    reason: str


@dataclass(frozen=True)
class Registry:
    """The members and the chaser of one moment in the store's history, and whose keys were taken out before.

    `store` tells two stores apart that were begun alike.
    """

    people: tuple[Person, ...]
    store: str = ""
    left: tuple[Left, ...] = ()

    @classmethod
    def read(cls, raw: bytes) -> Registry:
        """The registry from the bytes of keys/registry.yaml. Raises: NotAuthentic when it is not one."""
        try:
            body = kept("registry", (raw, resources.edition()), lambda: _loaded(raw))
            people = [_person(listed, role) for role in (MEMBER, CHASER) for listed in body[f"{role}s"]]
            left = [
                Left(**{name: " ".join(str(one[name]).split()) for name in OF_LEFT}) for one in body.get("left", ())
            ]
        except (KeyError, TypeError):
            raise NotAuthentic("keys/registry.yaml is damaged.", VERIFY) from None
        return cls(tuple(people), str(body.get("store", "")), tuple(left))

    def body(self) -> dict[str, Any]:
        """The registry as it is written."""
        left = {"left": [{name: getattr(one, name) for name in OF_LEFT} for one in self.left]} if self.left else {}
        return (
            {"schema": "registry/1", "store": self.store}
            | {
                f"{role}s": [_listed(person) for person in self.people if person.role == role]
                for role in (MEMBER, CHASER)
            }
            | left
        )

    def person(self, fingerprint: str) -> Person | None:
        """Whose key this is, if it is in the registry."""
        return next((person for person in self.people if person.fingerprint == fingerprint), None)

    def readers(self, kind: Kind) -> tuple[str, ...]:
        """The fingerprints that a document of this kind is encrypted to, exactly."""
        return tuple(person.fingerprint for person in self.people if may_read(person, kind))


def may_read(person: Person, kind: Kind) -> bool:
    """Members read everything, the chaser the requests and the prompts."""
    return person.role == MEMBER or kind.chaser_reads


def may_write(person: Person, kind: Kind) -> bool:
    """Members write everything, the chaser the prompts."""
    return person.role == MEMBER or kind.chaser_writes


def encryption_ids(keys: Mapping[str, Key], fingerprints: tuple[str, ...], in_use: bool = False) -> dict[str, str]:
    """Which fingerprint each encryption subkey's id belongs to; with `in_use`, of those only that are encrypted to today."""
    known = {fingerprint: keys[fingerprint] for fingerprint in fingerprints if fingerprint in keys}
    return {
        part.id: fingerprint
        for fingerprint, key in known.items()
        for part in key.parts
        if "e" in part.may and not (in_use and part.state)
    }


@dataclass(frozen=True)
class Standing:
    """How the key of one person stands on a day.

    `trouble` is what keeps it from doing all that it is for, in words, or empty; `ends` is set where that comes within 60 days.
    """

    person: Person
    key: Key | None
    trouble: str
    ends: date | None

    @property
    def words(self) -> str:
        """What there is to tell, in a sentence."""
        who = f"The key of {self.person.name} ({self.person.role})"
        if self.trouble:
            return f"{who} {self.trouble}."
        until = self.key.expires if self.key else None
        return f"{who} can be used until {until}." if until else f"{who} never expires."

    @property
    def advice(self) -> str:
        """What to do about it; empty where nothing is to be done."""
        from cdr.store.keyring import advice

        parts = self.key.parts if self.key else ()
        return advice(self.person.fingerprint, self.trouble, parts) if self.trouble or self.ends else ""


def standings(people: Iterable[Person], keys: Mapping[str, Key], today: date) -> list[Standing]:
    """How the key of each of these people stands; `today` by real time."""
    from cdr.store.keyring import MISSING

    found = []
    for person in people:
        key = keys.get(person.fingerprint)
        trouble = MISSING if key is None else key.trouble or key.cannot_sign
        soon = key is not None and key.expires is not None and key.expires - today < EXPIRY_WARNING
        found.append(Standing(person, key, trouble, key.expires if key and soon and not trouble else None))
    return found


def usable(keys: Mapping[str, Key], person: Person) -> Key:
    """The person's key, fit to be encrypted to.

    Raises: NotAllowed, which names the key and its owner, and what to do; nobody is ever left out silently.
    """
    from cdr.store.keyring import MISSING, advice

    key = keys.get(person.fingerprint)
    trouble = MISSING if key is None else key.trouble
    if key is None or trouble:
        raise NotAllowed(
            f"The key {short(person.fingerprint)} of {person.name} {trouble}, so nothing was recorded.",
            advice(person.fingerprint, trouble, key.parts if key else ()),
        )
    return key


def acting(registry: Registry, gnupg: Gnupg, given: str | None) -> Person:
    """Whose key this run acts with: the one given, else the one member's secret key that is here, else the chaser's.

    Raises: NotAllowed (not in the registry), WrongUsage (several members' keys, none given).
    """
    if given:
        wanted = bare_fingerprint(given)
        person = registry.person(wanted)
        if person is None:
            raise NotAllowed("The key given with --as is not in this store's registry.", "See: cdr keys list")
        return person
    here = gnupg.holds_secret_of()
    for role in (MEMBER, CHASER):
        mine = [person for person in registry.people if person.role == role and person.fingerprint in here]
        if len(mine) == 1:
            return mine[0]
        if mine:
            names = ", ".join(short(person.fingerprint) for person in mine)
            raise WrongUsage(
                f"GnuPG holds the secret keys of several people of this store ({names}).",
                "Say who acts with --as FINGERPRINT.",
            )
    raise NotAllowed(
        "None of this store's keys is here, so nothing can be opened.",
        "Import the secret key of a member, or ask a member who may read: cdr keys list",
    )


def _loaded(raw: bytes) -> Any:
    from cdr.forms import codec

    try:
        return codec.load(raw, codec.MAX_NODES)
    except codec.Unreadable:
        raise NotAuthentic("keys/registry.yaml is damaged.", VERIFY) from None


def _person(listed: Mapping[str, Any], role: str) -> Person:
    """One person; raises KeyError, TypeError where it is none. The name stays on one line wherever it is printed."""
    fingerprint = FINGERPRINT.fullmatch(str(listed["fingerprint"]))
    if fingerprint is None:
        raise TypeError("no fingerprint")
    return Person(fingerprint[0], " ".join(str(listed["name"]).split()), role, " ".join(str(listed["since"]).split()))


def _listed(person: Person) -> dict[str, str]:
    return {"fingerprint": person.fingerprint, "name": person.name, "since": person.since}
