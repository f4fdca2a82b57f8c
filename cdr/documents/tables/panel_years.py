"""What the panel did in each year, as lines of text for the tables and the report."""

from __future__ import annotations

from collections import Counter

from cdr.statistics.panel_years import PanelYear, PanelYears

HEADING = "Meetings of the panel"
PASSED_OVER = "Reviews ratified although something was not met"


def meeting_lines(panel: PanelYears) -> list[str]:
    """The meetings of each year, a sentence each; of a year without any, that there was none."""
    return [_words(one) for one in panel.years]


def _words(year: PanelYear) -> str:
    if not year.held:
        return f"{year.year}: no meeting is recorded as held."
    meetings = "1 meeting" if year.held == 1 else f"{year.held} meetings"
    cases = "1 case" if year.cases == 1 else f"{year.cases} cases"
    return f"{year.year}: {meetings}, of which {year.quorate} quorate, with {cases}."


def passed_over_counts(panel: PanelYears) -> list[str]:
    """What was not met and in how many of these reviews, without their references, which `cdr list` has."""
    counted = Counter(sentence for one in panel.overridden for sentence in one.unmet)
    return [f"{sentence} ({'1 review' if n == 1 else f'{n} reviews'})" for sentence, n in counted.most_common()]
