"""`cdr timeline`: the summary timeline of a child's life."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App, rules
from cdr.commands.options import case_reference, output_file, pass_app
from cdr.commands.output import put, say, to_file
from cdr.documents.timeline import FORMATS
from cdr.domain.timeline import Timeline
from cdr.errors import WrongUsage


@click.command("timeline")
@case_reference
@click.option("--identified", is_flag=True, help="With names, dates and places; without it they become roles and days.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How it is written; a PDF needs -o.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@output_file
@pass_app
def command(app: App, reference: str, identified: bool, format_: str, as_json: bool, output: str | None) -> None:
    """Make the summary timeline from Form A and every return, with gaps and with what does not fit together.

    It is anonymised unless --identified is given. It is made anew each time and never kept in the store.
    """
    from shutil import get_terminal_size

    from cdr.documents.timeline import render

    chosen = "json" if as_json else format_
    if chosen == "pdf" and output is None:
        raise WrongUsage("A PDF needs a place to go to.", "Say where with -o FILE.")
    made = _timeline(app, reference, identified)
    rendered = render(made, chosen, get_terminal_size((96, 24)).columns, app.clock.today)
    if output:
        to_file(Path(output), rendered)
    else:
        put(str(rendered).rstrip("\n"))
    if made.left:
        say(f"Please check: these words look like names and were left as they are: {', '.join(made.left)}")


def _timeline(app: App, reference: str, identified: bool) -> Timeline:
    from cdr.codelists import code_list
    from cdr.domain.timeline import timeline

    documents = app.store.case(reference)
    returns = [document.body for id_, document in sorted(documents.items()) if id_.startswith("return-")]
    types = code_list("agency_type")
    agencies = {
        agency.id: (agency.name, agency.type, types.label(agency.type)) for agency in app.configuration.agencies
    }
    return timeline(reference, documents["notification"].body, returns, agencies, rules("timeline"), identified)
