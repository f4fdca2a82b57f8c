"""A theme on its way out: its public edition beside everything that was published, also beside another theme of the same years."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet
from cdr.records import replace
from cdr.work.conditions import life_limiting
from cdr.work.releasing import Asked, Published, publish, register

if TYPE_CHECKING:
    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.labels import Labels
    from cdr.statistics.public_counts import Besides
    from cdr.statistics.rounding import Method
    from cdr.statistics.tables import Tally
    from cdr.statistics.theme import Criteria, Theme

    ByYears = Callable[[Iterable[CaseFacts]], Tally]

THEMES = 2  # of one year: of three, who is in which of them is not looked at


def publish_theme(
    app: App, found: Theme, wanted: Criteria, made: Tally, labels: Labels, asked: Asked
) -> tuple[Published, Tally]:
    """The public edition of a theme, recorded, and its tables as they are read.

    `made` counts the cases that match, as one column. Raises: ConditionsNotMet, where a year is not over, two others tell of one of these
    years, or a small count could be worked out.
    """
    from cdr.statistics.public_theme import as_read, besides, to_publish
    from cdr.statistics.tally import Choice, tally
    from cdr.statistics.theme import TABLES

    def by_years(cases: Iterable[CaseFacts]) -> Tally:
        choice = Choice(TABLES, today=app.clock.today, every_row=True)
        names = made.area, labels.authorities, labels.agencies
        return tally(list(cases), *names, made.year, len(made.years), rules("bands"), choice)

    method = asked.method(app)
    matching = {one.case for one in found.matching}
    rest = (one for one in found.reviewed if one.case not in matching)
    kept = besides(by_years(found.matching), by_years(rest), wanted, method)
    public = to_publish(found, wanted, made)
    mine = _theme_of(public)
    for column in _others(app, mine):
        kept |= _beside(column, mine, _in_theme(app, found, labels, column), found, by_years, method)
    done = publish(app, "theme", public, replace(asked, besides=kept))
    return done, as_read(done.edition.tally)


def _theme_of(public: Tally) -> str:
    """The column of a theme's tables; empty where it is of all cases."""
    from cdr.statistics.published_counts import is_theme

    return next((column for table in public.tables for column in table.columns if is_theme(column)), "")


def _others(app: App, mine: str) -> list[str]:
    """The columns of another theme that tell of one of these years. Raises: ConditionsNotMet, where there are two such themes."""
    from cdr.statistics.published_counts import is_theme, meet, theme_of

    told = {column: one.number for one in register(app) for table in one.tally.tables for column in table.columns}
    found = [one for one in told if mine and is_theme(one) and theme_of(one) != theme_of(mine) and meet(one, mine)]
    if len({theme_of(column) for column in found}) >= THEMES:
        numbers = ", ".join(sorted({str(told[column]) for column in found}))
        raise ConditionsNotMet(
            f"Releases {numbers} tell of other cases of these years: beside two themes of a year a third is not looked at.",
            [],
            "Give years of which one theme at most was published (--year, --years), or publish one of them again.",
        )
    return found


def _in_theme(app: App, found: Theme, labels: Labels, column: str) -> set[str]:
    """Which of the reviewed have in common what the cases of an earlier theme's column have."""
    from cdr.statistics.published_counts import theme_of
    from cdr.statistics.theme import may_match, theme
    from cdr.statistics.theme_sums import criteria_of

    wanted = criteria_of(theme_of(column))
    known = life_limiting(app, may_match(found.reviewed, wanted, labels)) if wanted.life_limiting else {}
    return {one.case for one in theme(found.reviewed, wanted, labels, found.years, known).matching}


def _beside(column: str, mine: str, theirs: set[str], found: Theme, by_years: ByYears, method: Method) -> Besides:
    """What is kept of who is in both themes, in one alone and in neither."""
    from cdr.statistics.public_theme import beside_another
    from cdr.statistics.published_counts import theme_of
    from cdr.statistics.two_themes import pairs

    [pair] = pairs([mine, column])
    ours = {one.case for one in found.matching}
    in_first, in_second = (ours, theirs) if pair.first == theme_of(mine) else (theirs, ours)

    def those(first: bool, second: bool) -> Tally:
        return by_years(
            one for one in found.reviewed if (one.case in in_first, one.case in in_second) == (first, second)
        )

    of_each = {
        pair.both: those(True, True),
        pair.only(pair.first): those(True, False),
        pair.only(pair.second): those(False, True),
        pair.neither: those(False, False),
    }
    return beside_another(pair, of_each, method)
