"""A theme on its way out: its public edition beside everything that was published, and what keeps two themes from telling of each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet
from cdr.work.releasing import Asked, Published, publish, register

if TYPE_CHECKING:
    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.labels import Labels
    from cdr.statistics.tables import Tally
    from cdr.statistics.theme import Criteria, Theme


def publish_theme(
    app: App, found: Theme, wanted: Criteria, made: Tally, labels: Labels, asked: Asked
) -> tuple[Published, Tally]:
    """The public edition of a theme, recorded, and its tables as they are read.

    `made` counts the cases that match, as one column. Raises: ConditionsNotMet, where a year is not over, another theme tells of these
    years, or a small count could be worked out.
    """
    from cdr.statistics.public_theme import as_read, besides, to_publish
    from cdr.statistics.tally import Choice, tally
    from cdr.statistics.theme import TABLES
    from cdr.statistics.theme_sums import theme_text

    _refuse_another(app, made.years, theme_text(wanted))

    def by_years(cases: tuple[CaseFacts, ...]) -> Tally:
        choice = Choice(TABLES, today=app.clock.today, every_row=True)
        names = made.area, labels.authorities, labels.agencies
        return tally(cases, *names, made.year, len(made.years), rules("bands"), choice)

    matching = {one.case for one in found.matching}
    rest = tuple(one for one in found.reviewed if one.case not in matching)
    kept = besides(by_years(found.matching), by_years(rest), wanted, asked.method(app))
    done = publish(app, "theme", to_publish(found, wanted, made), replace(asked, besides=kept))
    return done, as_read(done.edition.tally)


def _refuse_another(app: App, years: tuple[str, ...], common: str) -> None:
    """Publish no two themes of one year: what is in one of them alone is not looked at. Raises: ConditionsNotMet."""
    from cdr.statistics.published_counts import theme_of

    for one in register(app):
        texts = {theme_of(column) for table in one.tally.tables for column in table.columns} - {""}
        if common and set(one.tally.years) & set(years) and texts - {common}:
            raise ConditionsNotMet(
                f"Release {one.number} tells of other cases of these years: beside it, this one could tell who is in one of them alone.",
                [],
                "Give years of which no theme was published (--year, --years), or publish the one that was published again.",
            )
