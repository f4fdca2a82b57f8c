"""What the tables and the annual report are counted from: every case, the area's names, and what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.columns import COUNTED
from cdr.errors import InvalidData, NotFound
from cdr.records import replace

if TYPE_CHECKING:
    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.groups import Groups
    from cdr.statistics.panel_years import Overridden
    from cdr.statistics.reference import Figure
    from cdr.statistics.tables import Tally
    from cdr.statistics.tally import Setting

GROUPS, ENDING = "groups", ".yaml"


def facts(app: App, since: str = "") -> list[CaseFacts]:
    """The facts of every case; of those at rest only of such as may count in the year `since` or a later one. Raises: NotAllowed."""
    from cdr.statistics.kept import counted_of

    app.store.require_member()
    found = (counted_of(case, known) for case, known in _counted(app, since).items())
    return [one for one in found if one]


def facts_not_at_rest(app: App) -> list[CaseFacts]:
    """The same of the cases that are not at rest. Raises: NotAllowed."""
    from cdr.statistics.facts import case_facts

    app.store.require_member()
    return [found for one in app.cases_not_at_rest().values() if (found := case_facts(one))]


def _counted(app: App, since: str) -> Mapping[str, Any]:
    return app.column(COUNTED, int(since[:4]) if since else 0)


def looks_back(app: App) -> bool:
    """Whether the day of the count is past: the numbers are then what is known today, and not what was known on it."""
    from cdr.clock import Clock

    return app.clock.today < Clock().today


def require_begun(app: App, until: date) -> None:
    """Refuse to count what happened before the first case of the store: nothing is known of it, and that is no nought.

    `until` is the last day of what is to be counted. Raises: NotFound.
    """
    from cdr.statistics.years import year_of

    busy = [facts.notification.notified_on for facts in app.cases_not_at_rest().values()]
    days = [*busy, app.cases_at_rest().since.get("notifications")]
    first = min((day for day in days if day), default=None)
    if first is None or until < first:
        why = f"the first case here is of {year_of(first)}" if first else "there is no case here"
        raise NotFound(f"Nothing is known of that time: {why}.", "See them with: cdr list")


def agencies(app: App) -> dict[str, str]:
    """The name of each agency's id."""
    return {agency.id: agency.name for agency in app.configuration.agencies}


def setting(app: App) -> Setting:
    """What cdr.yaml and published figures add to the counts. Raises: InvalidData."""
    from cdr.statistics.tally import Setting

    configuration = app.configuration
    return Setting(
        population=dict(configuration.population),
        live_births=dict(configuration.live_births),
        breaks=tuple((one.year, one.tables, one.why) for one in configuration.breaks),
        figures=_figures(app),
        chance=rules("intervals"),
        hospitals=configuration.hospitals,
    )


def _figures(app: App) -> tuple[Figure, ...]:
    """The published figures that come with the program and those of this area's own releases. Raises: InvalidData."""
    from cdr.statistics.reference import figures

    found = list(figures(rules("england-reference")))
    for path, raw in app.store.published_figures().items():
        found += _own_figures(path, raw)
    return tuple(found)


def _own_figures(path: str, raw: bytes) -> Sequence[Figure]:
    """The figures of one of this area's own releases. Raises: InvalidData."""
    from cdr.forms import schema
    from cdr.statistics.reference import figures, reference_problems
    from cdr.statistics.tally import known_tables

    body, source, problems = schema.examine(raw, path, "reference")
    own = reference_problems(body, known_tables(rules("bands")))
    if problems := schema.placed([*problems, *own], schema.current("reference"), source):
        raise InvalidData(problems, path)
    return figures(body)


def groups(file: str) -> Groups:
    """The reporting groups of a file, or of one that comes with the program by its name.

    Raises: NotFound, InvalidData with everything that is wrong.
    """
    from cdr import resources
    from cdr.statistics.groups import group_problems, groups_of
    from cdr.work.taking_in import check, take_in

    shipped = [name.removesuffix(ENDING) for name in resources.names("rules", GROUPS)]
    if file in shipped:
        raw = resources.read_bytes("rules", GROUPS, file + ENDING)
        return groups_of(check(raw, file, GROUPS, group_problems).body)
    try:
        return groups_of(take_in(file, GROUPS, group_problems).body)
    except NotFound as error:
        raise NotFound(str(error), f"These come with the program: {', '.join(shipped)}.") from error


def with_panel(app: App, tally: Tally, at_rest: Sequence[Overridden] | None = None) -> Tally:
    """The tally with what the panel did in its years; `at_rest` are the cases at rest that were ratified although something was not met."""
    from cdr.statistics.panel_years import overridden, panel_years
    from cdr.work.meetings import meetings

    if at_rest is None:
        from cdr.statistics.kept import passed_over_in

        found = [passed_over_in(case, known) for case, known in _counted(app, tally.years[0]).items()]
    else:
        found = [*at_rest, *map(overridden, app.cases_not_at_rest().values())]
    passed_over = [one for one in found if one]
    return replace(tally, panel=panel_years(passed_over, meetings(app), app.configuration, tally.years))
