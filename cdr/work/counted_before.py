"""What a tally counts of the cases at rest, in numbers as they were counted before: kept while neither the cases nor what was asked change.

Nothing of it is a second truth: the numbers are those of `facts`, and the day of the question plays no part in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.columns import COUNTED
from cdr.records import dataclass
from cdr.statistics import cautions, summed
from cdr.statistics.cautions import Seen
from cdr.statistics.summed import Summed
from cdr.work.counting import agencies

if TYPE_CHECKING:
    from cdr.statistics.panel_years import Overridden
    from cdr.statistics.tally import Choice


@dataclass(frozen=True)
class Before:
    """The cases at rest in numbers, what is worth knowing of them, and those ratified although something was not met."""

    summed: Summed
    seen: Seen
    passed_over: tuple[Overridden, ...]


NOTHING = Before(summed.NOTHING, cautions.NOBODY, ())


def at_rest(app: App, year: str, n_years: int, choice: Choice) -> Before | None:
    """What these tables count of the cases at rest; None where that is counted anew each time. Raises: as `Store.kept`."""
    from cdr.statistics.periods import columns
    from cdr.store import across

    if choice.groups is not None:
        return None
    app.store.require_member()
    since = int(columns(year, n_years).years[0][:4])
    kept = across.summed(
        app.store,
        COUNTED,
        since,
        _key(app, year, n_years, choice),
        lambda found: _made(app, found, year, n_years, choice),
    )
    if kept["is_open"]:
        return None
    return Before(Summed.from_dict(kept["summed"]), Seen.from_dict(kept["seen"]), _passed_over(kept["passed_over"]))


def _passed_over(kept: Mapping[str, Any]) -> tuple[Overridden, ...]:
    """The cases that were ratified although something was not met."""
    if not kept:
        return ()
    from cdr.statistics.kept import passed_over_in

    found = (passed_over_in(case, {"passed_over": days}) for case, days in kept.items())
    return tuple(filter(None, found))


def _made(app: App, found: Mapping[str, Any], year: str, n_years: int, choice: Choice) -> dict[str, Any]:
    """What is kept. A case that is open counts by the day of the question, and none is at rest."""
    from cdr.statistics.counting import counted
    from cdr.statistics.kept import counted_of
    from cdr.statistics.labels import Labels
    from cdr.statistics.periods import columns
    from cdr.statistics.tally import chosen

    facts = [one for case, known in found.items() if (one := counted_of(case, known))]
    authorities, bands = tuple(app.configuration.authorities), rules("bands")
    labels = Labels(authorities, agencies(app), bands, hospitals=app.configuration.hospitals)
    periods = columns(year, n_years, choice.by, choice.pooled)
    numbers = counted(facts, chosen(bands, choice), periods, labels, choice.births).in_numbers()
    return {
        "is_open": any(one.is_open for one in facts),
        "summed": numbers.to_dict(),
        "seen": cautions.seen(facts, authorities, periods.years).to_dict(),
        "passed_over": {case: known["passed_over"] for case, known in found.items() if known["passed_over"]},
    }


def _key(app: App, year: str, n_years: int, choice: Choice) -> str:
    """What tells these numbers from those of other tables, years, areas and editions of the program, which holds the rules."""
    from cdr import resources

    area = app.configuration
    asked = [year, n_years, choice.by, choice.pooled, choice.births, choice.tables]
    told = [resources.edition().hex(), area.authorities, sorted(agencies(app).items()), area.hospitals, asked]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
