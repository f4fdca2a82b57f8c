"""`cdr agencies`: how each agency answers, a year at a time."""

from __future__ import annotations

import sys

import click

from cdr.app import App
from cdr.commands.options import as_format, pass_app
from cdr.documents.tables.agencies import FORMATS
from cdr.terminal.output import put_rendered, screen


@click.command("agencies")
@click.option(
    "--year", metavar="2025/26", help="Requests of this year only, 1 April to 31 March; every year without it."
)
@as_format(FORMATS, "table", "How the table is written.")
@pass_app
def command(app: App, year: str | None, format_: str, as_json: bool) -> None:
    """Count each agency's returns by the year of the request, and the days that its answers took.

    Asked, returned, nil, waived, outstanding, overdue and escalated; agencies that are retired, or no longer in cdr.yaml,
    count for what they were asked. As in tally, only children who lived in the area are counted.

    Example: cdr agencies --year 2025/26
    """
    from cdr.documents.tables.agencies import render
    from cdr.statistics.agency_answers import answers
    from cdr.statistics.years import parse_year

    names = {agency.id: agency.name for agency in app.configuration.agencies}
    authorities = app.configuration.authorities
    cases = app.cases_since(int(parse_year(year)[:4])) if year else app.cases_dated()
    rows = answers(cases.values(), names, authorities, app.clock.today, app.policy, year)
    chosen = "json" if as_json else format_
    put_rendered(render(rows, app.clock.today, chosen, screen(sys.stdout)), chosen)
