"""`cdr timeline`: the summary timeline of a child's life."""

from __future__ import annotations

import click

from cdr.app import App, rules
from cdr.commands.options import case_reference, output_file, pass_app
from cdr.documents.timeline.timeline import FORMATS
from cdr.domain.anonymising.known_names import Around
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.timeline.timeline import Timeline
from cdr.errors import WrongUsage
from cdr.terminal.output import deliver, say


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
@click.option(
    "--check",
    is_flag=True,
    help="Instead of the timeline, list what was replaced in it by what, and the words left that may be names; this names people.",
)
@output_file
@pass_app
def command(
    app: App, reference: str, identified: bool, format_: str, as_json: bool, check: bool, output: str | None
) -> None:
    """Make the summary timeline from Form A and every return, with gaps and with what does not fit together.

    It is anonymised unless --identified is given. It is made anew each time and never kept in the store.
    Read it through before it goes to the panel; --check helps.

    Examples:

    \b
    cdr timeline 2026-7K3M
    cdr timeline 2026-7K3M --check
    cdr timeline 2026-7K3M --identified --format pdf -o timeline.pdf
    """
    from shutil import get_terminal_size

    from cdr.documents.timeline.timeline import render, render_check

    chosen = "json" if as_json else format_
    _refuse_what_cannot_be(chosen, identified, check, output)
    made = _timeline(app, reference, identified)
    width = get_terminal_size((96, 24)).columns
    rendered = render_check(made, chosen) if check else render(made, chosen, width, app.clock.today)
    deliver(rendered, chosen, output, as_json)
    if made.left and not check:
        words = ", ".join(word for word, _ in made.left)
        say(f"Please check: these words look like names and were left as they are: {words}")


def _refuse_what_cannot_be(chosen: str, identified: bool, check: bool, output: str | None) -> None:
    if check and identified:
        raise WrongUsage(
            "With --identified nothing is replaced, so there is nothing to check.", "Leave one of them out."
        )
    if check and chosen not in ("text", "json"):
        raise WrongUsage("What --check lists is written as text or json.", "Leave --format out, or take json.")
    if chosen == "pdf" and output is None:
        raise WrongUsage("A PDF needs a place to go to.", "Say where with -o FILE.")


def _timeline(app: App, reference: str, identified: bool) -> Timeline:
    from cdr.domain.timeline.family import told_by_family
    from cdr.domain.timeline.timeline import timeline
    from cdr.forms.codelists import code_list

    documents = app.store.case(reference)
    returns = [*documents.return_bodies, *told_by_family(documents.case.body)]
    types = code_list("agency_type")
    agencies = {
        agency.id: (agency.name, agency.type, types.label(agency.type)) for agency in app.configuration.agencies
    }
    return timeline(
        reference,
        documents.notification.body,
        returns,
        agencies,
        rules("timeline"),
        identified,
        _around(app.configuration),
    )


def _around(configuration: Configuration) -> Around:
    """What cdr.yaml names: the area and its neighbours, their people, and where the team has its office."""
    areas = (configuration.own_area, *configuration.areas)
    people = [
        *configuration.people.values(),
        *(person for area in areas for person in (area.chair, area.designated_doctor, area.manager)),
    ]
    return Around(
        places=(*configuration.authorities, *(area.name for area in areas), *configuration.letterhead.address),
        people=tuple(dict.fromkeys(person.name for person in people if person.name)),
        organisations=(configuration.letterhead.organisation,),
    )
