"""Who reads many hard cases in a week is told so, gently; it is worked out and kept on their own machine and nowhere else.

Kept: `{opened: {REF: day}, told_on: day|null}`, `opened` the day on which each hard case was last read, of the last seven days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cdr.domain.rulebook.validation import at, date_at

# Deaths of which reading weighs most (general knowledge): inflicted, by suicide, by trauma, sudden and unexplained.
HARD = (1, 2, 3, 10)
MANY, WEEK = 6, timedelta(days=7)
WORDS = (
    "A word to you alone: you have read {n} hard cases in seven days. That weighs on anybody. Could the next wait, or a colleague take it? "
    "Talk to somebody whom you trust, or ask for supervision. Only this machine knows of it; nobody else is told."
)

Body = Mapping[str, Any]


def is_hard(form_a: Body, form_c: Body) -> bool:
    """Whether a death is one of those: as the panel found, else as was suspected at first, else where a joint response was called."""
    found = at(form_c, "category.primary") or at(form_a, "death.suspected_category")
    return found in HARD if isinstance(found, int) else at(form_a, "jar.triggered") == "yes"


def read(kept: Body, reference: str, on: date) -> tuple[dict[str, Any], str]:
    """What is kept once a hard case was read on a day, and what the reader is told: once in seven days, else nothing."""
    since = on - WEEK
    opened = {**at(kept, "opened")} if at(kept, "opened") else {}
    opened = {ref: day for ref, day in {**opened, reference: on.isoformat()}.items() if day > since.isoformat()}
    told_on = date_at(kept, "told_on")
    if len(opened) < MANY or (told_on is not None and told_on > since):
        return {"opened": opened, "told_on": told_on.isoformat() if told_on else None}, ""
    return {"opened": opened, "told_on": on.isoformat()}, WORDS.format(n=len(opened))
