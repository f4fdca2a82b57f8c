"""The tables beside what was reported of the same years: what changed since, and what was recorded meanwhile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cdr import moments
from cdr.app import App, rules
from cdr.terminal.output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.revising import Reported
    from cdr.statistics.tables import Tally


def with_revisions(
    app: App,
    tally: Tally,
    facts: Callable[[], Sequence[CaseFacts]],
    being_written: str = "",
    tell: Callable[[str], None] = say,
) -> Tally:
    """The exact tally with its revisions, told on stderr too; the year whose report is `being_written` was not reported yet.

    Raises: NotAllowed, NotAuthentic.
    """
    reported = [*_published(app), *_written(app, tally, being_written)]
    reported = [one for one in reported if one.on <= app.clock.today]
    return _beside(app, tally, reported, facts, tell) if reported else tally


def _beside(
    app: App,
    tally: Tally,
    reported: Sequence[Reported],
    facts: Callable[[], Sequence[CaseFacts]],
    tell: Callable[[str], None],
) -> Tally:
    from cdr.statistics.borders import are_other
    from cdr.statistics.changed_since import Act
    from cdr.statistics.revising import noted, revisions, with_borders, with_causes
    from cdr.store.audit import acts_since

    others = [one for one in reported if are_other(one.tally, app.configuration.area, app.configuration.authorities)]
    known = rules("revisions")
    tally = with_borders(tally, others, known)
    found = revisions(tally, [one for one in reported if one not in others])
    if not found:
        return tally
    of = {(one.release, one.reported_on) for one in found}
    acts = {
        (one.number, one.on): [Act(*act) for act in acts_since(app.store, one.commit)]
        for one in reported
        if (one.number, one.on) in of
    }
    years = ", ".join(sorted({one.column for one in found}))
    tables = len({one.table for one in found})
    tell(
        f"please check: {years} changed since it was reported, in {tables} {'table' if tables == 1 else 'tables'}; the notes under them say how."
    )
    return noted(tally, with_causes(found, acts, facts(), known["causes"]), known)


def numbers(app: App, year: str, tally: Tally) -> dict[str, Any] | None:
    """The document that keeps the tables beside which the words for a year's report are written; None where the year is not over."""
    from cdr.forms import migrations
    from cdr.statistics.tally_json import to_json
    from cdr.statistics.years import first_and_last_day
    from cdr.store.layout import REPORT_NUMBERS

    if first_and_last_day(year)[1] >= app.clock.today:
        return None
    return {
        "schema": migrations.current(REPORT_NUMBERS.form),
        "year": year,
        "on": app.clock.today.isoformat(),
        "commit": app.store.head[0],
        "tally": json.dumps(to_json(tally), ensure_ascii=False),
    }


def _published(app: App) -> list[Reported]:
    """What was published and stands; a rounded number is held against none that is exact."""
    from cdr.work.releasing import register

    stands = [one for one in register(app) if not one.is_withdrawn]
    if not stands:
        return []
    from cdr.statistics.revising import Reported

    return [Reported(one.number, one.on, one.commit, one.tally) for one in stands]


def _written(app: App, tally: Tally, being_written: str) -> list[Reported]:
    from cdr.store.report_kept import numbers_for

    kept = [one for year in tally.years if year != being_written and (one := numbers_for(app.store, year))]
    if not kept:
        return []
    from cdr.statistics.revising import Reported
    from cdr.statistics.tally_json import from_json

    return [
        Reported(None, moments.day(one.body["on"]), one.body["commit"], from_json(json.loads(one.body["tally"])))
        for one in kept
    ]
