"""What the entries of each list of the documents are about, what is one piece, and what is settled without asking anybody.

`Names` are the names on the way to a place, the form first and each list as `[]`: `("requests", "requests", "[]", "status")`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Names = tuple[str, ...]

# By which fields an entry is known, where that is certain: with others it is another entry.
KNOWN_BY: Mapping[Names, Names] = {
    ("requests", "requests"): ("agency",),
    ("requests", "requests", "[]", "bounced"): ("on",),
    ("requests", "requests", "[]", "earlier"): ("requested_on",),
    ("prompts", "prompts"): ("agency", "level", "due_on", "message_id"),
    ("prompts", "said"): ("message_id", "subject", "text"),
    ("case", "next"): ("clock", "what"),
    ("case", "following"): ("clock", "from", "with"),
    ("case", "gates"): ("type", "opened_on"),
    ("case", "panel_found"): ("what", "on", "with", "number"),
    ("case", "milestones"): ("kind", "on", "with", "panel"),
    ("case", "raised"): ("what", "panel"),
    ("case", "deferrals"): ("panel",),
    ("case", "second_opinions"): ("area", "asked_on", "question"),
    ("case", "handovers"): ("way", "area", "on"),
    ("case", "handovers", "[]", "asked"): ("agency", "requested_on"),
    ("case", "waivers"): ("agency", "on"),
    ("case", "holds"): ("agency", "on"),
    ("case", "reviews"): ("on", "stage"),
    ("case", "attachments"): ("number",),
    ("case", "letter_gates"): ("recorded_on", "kind", "to"),
    ("case", "waiting_requests"): ("agency",),
    ("case", "told"): ("agency", "on", "route", "to", "by"),
    ("passphrases", "agreed", "[]", "told"): ("on", "to", "by"),
    ("case", "wishes"): ("person", "relationship", "wish", "on", "by", "after_gates"),
    ("case", "actions"): ("id",),
    ("case", "actions", "[]", "updates"): ("on", "what", "text"),
    ("case", "contacts"): ("on", "with", "how", "text"),
    ("case", "questions"): ("asked_on", "text"),
    ("case", "voidings"): ("on", "why"),
    ("panel", "actions"): ("id",),
    ("panel", "actions", "[]", "updates"): ("on", "what", "text"),
    ("panel", "cases"): ("case",),
    ("panel", "conflicts"): ("case", "who"),
    ("panel", "readings"): ("case", "who"),
    ("panel", "agenda"): ("on",),
    ("panel", "packs"): ("on", "for"),
    ("panel", "packs", "[]", "documents"): ("case", "id"),
    ("agreements", "agreements"): ("who", "on", "until"),
    ("learning", "briefings"): ("id",),
    ("learning", "briefings", "[]", "sent"): ("on", "to"),
    ("report-pictures", "pictures"): ("name",),
    ("passphrases", "agreed"): ("agency", "on"),
    ("case", "letters"): ("kind", "to", "made_on", "format", "attachment"),
    ("case", "disclosures"): ("sha256",),
    ("case", "keepings"): ("on", "until"),
    ("case", "closures"): ("on",),
    ("case", "reopenings"): ("on",),
    ("form-a", "informed"): ("party",),
    ("registry", "members"): ("fingerprint",),
    ("registry", "chasers"): ("fingerprint",),
    ("registry", "left"): ("fingerprint", "until"),
}
# People, and other documents, call an entry by its place, from 1: `cdr question REF answer 2`, `cdr letter REF --to 2`.
NUMBERED: Mapping[Names, str] = {
    ("case", "contacts"): "contact",
    ("case", "questions"): "question",
    ("case", "second_opinions"): "question to another panel",
    ("form-a", "family", "parents"): "parent",
}
# What an entry of any other list is probably about; one in which this was corrected is still found by what else it says.
PROBABLY = (
    "id",
    "number",
    "code",
    "agency",
    "party",
    "name",
    "type",
    "kind",
    "title",
    "what",
    "theme",
    "text",
    "at",
    "on",
)
# Only together do the parts say anything.
ONE_PIECE = frozenset({"address", "survey", "form", "received", "to", "locked", "inquest_on", "avoid"})
# Decided with another field beside it, so that nobody is asked twice for one thing.
LED_BY: Mapping[str, str] = {
    "answered_on": "status", "received": "status", "closed_on": "status", "ended_by": "status", "reason": "status",
    "waived_by": "status", "waived_on": "status", "ended_on": "status",
}  # fmt: skip
DAYS = ("on", "recorded_on", "requested_on", "due_on", "added_on", "made_on", "at", "date")
EARLIER = frozenset({"recorded_on", "by", "added_on", "made_on", "since", "until"})
CAREFUL = ("welcome", "by-telephone", "no-contact")
HOW_FAR = ("queued", "sending", "refused", "sent")  # a later one is nearer to the truth: nobody can unsend a message


def key(names: Names, entry: Any) -> str:
    """What an entry of the list at these names is about."""
    if not isinstance(entry, Mapping):
        return json.dumps(entry, sort_keys=True, ensure_ascii=False)
    fields = KNOWN_BY.get(names) or tuple(name for name in PROBABLY if entry.get(name) is not None)[:1]
    if not fields:
        return json.dumps(entry, sort_keys=True, ensure_ascii=False)
    return json.dumps([[name, entry.get(name)] for name in fields], sort_keys=True, ensure_ascii=False)


def is_known(names: Names) -> bool:
    """Whether it is certain what an entry of this list is about."""
    return names in KNOWN_BY


def is_numbered(names: Names) -> bool:
    """Whether the entries of this list are called by their place in it."""
    return names in NUMBERED


def is_one_piece(names: Names) -> bool:
    """Whether what stands there is only taken as a whole."""
    return names[-1] in ONE_PIECE


def led_by(names: Names) -> str:
    """The name of the field beside it with which it is decided; empty for one that stands for itself."""
    return LED_BY.get(names[-1], "")


def settled(names: Names, ours: Any, theirs: Any) -> Any:
    """What stands where both wrote down when or by whom the same was recorded: the earlier; None where a person is to decide."""
    is_book_keeping = len(names) > 1 and names[-1] in EARLIER and "[]" in names
    return min(ours, theirs) if is_book_keeping and isinstance(ours, str) and isinstance(theirs, str) else None


def settled_entry(names: Names, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Of one message that two machines handed over: how far it got on the one where it got further. None for anything else."""
    if names != ("prompts", "prompts", "[]"):
        return None
    first, second = sorted((ours, theirs), key=_how_far)
    tries = max(int(one.get("tries", 0)) for one in (ours, theirs))
    return {**second, **({"tries": tries} if tries else {})} if first is not second else dict(second)


def _how_far(item: Mapping[str, Any]) -> tuple[int, str, str]:
    status = str(item.get("status", "sent"))
    earliest = "".join(chr(0x10FFFF - ord(letter)) for letter in str(item.get("sent_on", "")))
    rank = HOW_FAR.index(status) if status in HOW_FAR else len(HOW_FAR)
    return rank, earliest, json.dumps(item, sort_keys=True)


def day(entry: Any) -> str:
    """The day that an entry is about, by which new ones are put in order; empty where it has none."""
    if not isinstance(entry, Mapping):
        return ""
    return next((str(entry[name]) for name in DAYS if isinstance(entry.get(name), str)), "")


def caution(entry: Any) -> int:
    """Of two that are about one day, the more careful stands last, and so holds: nobody is written to who asked one of two people not to be."""
    wish = entry.get("wish") if isinstance(entry, Mapping) else None
    return CAREFUL.index(wish) if wish in CAREFUL else 0
