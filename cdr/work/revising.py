"""The tables beside what was published of the same years: what changed since, and what was recorded meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr import moments
from cdr.app import App, rules
from cdr.terminal.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.tables import Tally


def with_revisions(app: App, tally: Tally, facts: Sequence[CaseFacts]) -> Tally:
    """The exact tally with its revisions, told on stderr too. Raises: NotAllowed, NotAuthentic."""
    from cdr.statistics.revising import Act, Reported, noted, revisions, with_causes
    from cdr.statistics.tally_json import from_json
    from cdr.store.audit import acts_since
    from cdr.work.releasing import register

    days = [(one, moments.day(one.on)) for one in register(app)]
    reported = [Reported(one.number, on, one.commit, from_json(one.tally)) for one, on in days if on <= app.clock.today]
    found = revisions(tally, reported)
    if not found:
        return tally
    commits = {one.number: one.commit for one in reported}
    acts = {
        number: [Act(*act) for act in acts_since(app.store, commits[number])]
        for number in {one.release for one in found}
    }
    known = rules("revisions")
    years = ", ".join(sorted({one.column for one in found}))
    tables = len({one.table for one in found})
    say(
        f"please check: {years} changed since it was published, in {tables} {'table' if tables == 1 else 'tables'}; the notes under them say how."
    )
    return noted(tally, with_causes(found, acts, facts, known["causes"]), known)
