"""An anchor: a short line that says how far the history was on a day, kept where nobody who changes the store can change it.

Signatures say who wrote each state, not which state is the newest. A line in the chair's minutes does: what it names must be in
every later history, so that a store which was put back or written anew is noticed by whoever still has the minutes.
"""

from __future__ import annotations

import re
from datetime import date

from cdr.errors import ConditionsNotMet, NotAuthentic
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store.store import Store

MARK = "cdr-anchor"
DIGITS = 24  # of the commit's id: 96 bits, which nobody finds another history for
WRITTEN = expression(rf"(?:{MARK}\s+(?:\S+\s+)?)?([0-9]{{1,9}})\s+([0-9a-f]{{{DIGITS}}})", re.IGNORECASE)


@dataclass(frozen=True)
class Anchor:
    """How far a history was: so many changes since the store was made, the last of which has this id."""

    count: int
    commit: str

    def text(self, on: date) -> str:
        """The line for the minutes: `cdr-anchor 2026-11-29 312 1a2b3c...`."""
        return f"{MARK} {on.isoformat()} {self.count} {self.commit[:DIGITS]}"


def now(store: Store) -> Anchor:
    """The anchor of the history as it stands; needs no key. Raises: NotAuthentic."""
    verified = store.history.verified(store.progress)
    return Anchor(verified.count, verified.head)


def since(store: Store, text: str) -> tuple[Anchor, int]:
    """The anchor that a text names, and how many changes came after it.

    Raises: ConditionsNotMet where the text is none; NotAuthentic where the history does not hold it.
    """
    found = WRITTEN.fullmatch(" ".join(text.split()))
    if found is None:
        raise ConditionsNotMet(
            "That is not an anchor.", [], f"It looks like this: {MARK} 2026-11-29 312 {'1a2b3c4d5e6f' * 2}"
        )
    count, begins = int(found[1]), found[2].lower()
    here, git = now(store), store.git
    commits = [store.root, *(commit.id for commit in git.since(store.root, here.commit) or [])]
    known = next((one for one in commits if one.startswith(begins)), None)
    if known is None:
        raise NotAuthentic(
            "The history of this store does not hold that anchor: it is another store's, or it was put back or written anew since.",
            "Compare with another copy of the store before you go on; a backup made after that day holds it.",
        )
    stood = 1 + len(git.since(store.root, known) or [])
    if stood != count:
        raise NotAuthentic(
            f"The history holds that change, as the {stood}th and not as the {count}th.",
            "See that the anchor was copied rightly; if it was, keep this copy and ask the other members.",
        )
    return Anchor(stood, known), here.count - stood
