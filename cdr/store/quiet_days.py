"""On which days a question is known to have nothing for an answer, for as long as nothing is recorded: days alone, and no secret.

What was found is known by the verified commit at which it was found, by the edition of cdr that found it and by whose key it was
found with, and carries a keyed digest, as who signed a commit does (`signers`). It may be deleted at any time; what is damaged, or
came from something else, counts as deleted.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from cdr import resources

if TYPE_CHECKING:
    from cdr.store.store import Store


def is_quiet(store: Store, question: str, day: date) -> bool:
    """Whether nothing is known to be the answer on a day; never where the acting person's secret key is not here any more."""
    with suppress(ValueError, TypeError, KeyError):
        kept = json.loads(store.history.state.sealed(_name(store, question)) or b"{}")
        is_of_this = kept["made_from"] == _made_from(store)
        if is_of_this and date.fromisoformat(kept["first"]) <= day <= date.fromisoformat(kept["last"]):
            return store.person.fingerprint in store.sealed.keys.gnupg.holds_secret_of()
    return False


def keep(store: Store, question: str, first: date, last: date) -> None:
    """Keep that nothing is the answer from the first of these days to the last, where that can be kept."""
    found = {"made_from": _made_from(store), "first": first.isoformat(), "last": last.isoformat()}
    store.history.state.seal(_name(store, question), json.dumps(found, separators=(",", ":")).encode("ascii"))


def _name(store: Store, question: str) -> str:
    return f"quiet/{store.person.fingerprint}-{question}"


def _made_from(store: Store) -> str:
    return hashlib.sha256(store.sealed.head.encode("ascii") + resources.edition()).hexdigest()
