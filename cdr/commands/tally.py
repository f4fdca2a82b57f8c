"""`cdr tally`: the year in tables."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App, rules
from cdr.commands.options import output_file, pass_app
from cdr.commands.output import put, to_file
from cdr.errors import ConditionsNotMet
from cdr.statistics.facts import CaseFacts, case_facts

FORMATS = ("table", "md", "csv", "json", "html")


@click.command("tally")
@click.option(
    "--year", required=True, metavar="2025/26", help="The year, 1 April to 31 March; the last where there are several."
)
@click.option(
    "--years",
    default=1,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, 50),
    help="How many years side by side.",
)
@click.option(
    "--public", is_flag=True, help="The edition that may be published. Refused: hiding small numbers is not built yet."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How the tables are written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@output_file
@pass_app
def command(app: App, year: str, years: int, public: bool, format_: str, as_json: bool, output: str | None) -> None:
    """Count notifications, reviews and returns of a year, with earlier years beside it.

    The tables hold exact numbers and are not for publication.
    """
    from cdr.documents.tally import render
    from cdr.statistics.tally import tally

    if public:
        raise ConditionsNotMet(
            "A public edition cannot be made: small numbers would be shown as they are.",
            [
                "Hiding what may not be published is not built yet, and an unprotected table must not be made by mistake."
            ],
            "Without --public the tables are made for the panel, marked as not for publication.",
        )
    agencies = {agency.id: agency.name for agency in app.configuration.agencies}
    made = tally(
        _facts(app), app.configuration.area, app.configuration.authorities, agencies, year, years, rules("bands")
    )
    text = render(made, "json" if as_json else format_)
    if output:
        to_file(Path(output), text)
    else:
        put(text.rstrip("\n"))


def _facts(app: App) -> list[CaseFacts]:

    app.store.require_member()
    found = []
    for reference, kinds in app.store.facts().items():
        known = case_facts(
            reference, kinds["notification"]["facts"], kinds.get("analysis"), kinds.get("requests"), kinds.get("case")
        )
        found += [known] if known else []
    return found
