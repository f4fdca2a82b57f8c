"""`cdr planning`: what a team plans its rotas and its year with."""

from __future__ import annotations

from pathlib import PurePath

import click

from cdr.app import App
from cdr.commands.options import as_json, output_file, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import STDOUT, indented, put, put_rendered, refuse_two_results, to_file

ENDINGS = ("", ".txt", ".md")


@click.command("planning")
@click.option("--year", metavar="2025/26", help="The last year; that of today without it.")
@click.option(
    "--years", default=4, show_default=True, metavar="N", type=click.IntRange(1, 50), help="How many years together."
)
@as_json
@output_file
@pass_app
def command(app: App, year: str | None, years: int, as_json: bool, output: str | None) -> None:
    """Show when joint agency responses were called for, contacts with families, open work by month, and how many deaths may come next year.

    Responses are counted by the weekday and the hour of death. What is not known is said to be not known. It is for the team: the numbers
    are small and shown as they are. The ending of FILE says how it is written: .txt or .md.

    Example: cdr planning --years 4
    """
    from cdr.work.answered_before import answered

    refuse_two_results(output, as_json)
    if output and output != STDOUT and PurePath(output).suffix.casefold() not in ENDINGS:
        raise WrongUsage("That ending is none that it can be written as.", "Choose .txt or .md.")

    def told(format_: str) -> str:
        return answered(app, ["planning", year, years, format_], lambda _: _written(app, year, years, format_))

    if output:
        to_file(output, told("text"))
    if as_json:
        put_rendered(told("json"), "json")
    elif not output:
        put(told("text").rstrip("\n"))


def _written(app: App, year: str | None, years: int, format_: str) -> str:
    from cdr.documents.tables import planning as written
    from cdr.statistics.planning import planning
    from cdr.statistics.years import first_and_last_day, parse_year, year_of, years_ending
    from cdr.work.counting import require_begun

    today = app.clock.today
    spans = years_ending(parse_year(year) if year else year_of(today), years)
    require_begun(app, first_and_last_day(spans[-1])[1])
    found = planning(app.cases_dated(), spans, today, app.configuration.authorities)
    if format_ == "json":
        return indented(written.as_json(found, today))
    return written.text(found, app.configuration.area)
