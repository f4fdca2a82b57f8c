"""`cdr timeline`: the summary timeline of a child's life."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_file, case_reference, pass_app
from cdr.documents.timeline.timeline import FORMATS
from cdr.errors import WrongUsage
from cdr.terminal.output import STDOUT, deliver, say, terminal_size
from cdr.written import counted


@click.command("timeline")
@case_reference
@click.option("--identified", is_flag=True, help="With names, dates and places; without it they become roles and days.")
@as_file(FORMATS, "text", "How it is written; a PDF needs -o.")
@click.option(
    "--check",
    is_flag=True,
    help="Instead of the timeline, list what was replaced in it by what, and the words left that may be names; this names people.",
)
@pass_app
def command(
    app: App, reference: str, identified: bool, format_: str, as_json: bool, check: bool, output: str | None
) -> None:
    """Make the summary timeline from Form A and every return, with gaps and with what does not fit together.

    It is anonymised unless --identified is given. It is made anew each time and never kept in the store. A file that you have it
    written to is deleted when the case is closed on this machine, if it is still as it was made.
    Read it through before it goes to the panel; --check helps.

    Examples:

    \b
    cdr timeline 2026-7K3M
    cdr timeline 2026-7K3M --check
    cdr timeline 2026-7K3M --identified --format pdf -o timeline.pdf
    """
    from cdr.documents.timeline.timeline import render, render_check
    from cdr.work.timelines import timeline_of

    chosen = "json" if as_json else format_
    _refuse_what_cannot_be(chosen, identified, check, output)
    is_drawn = chosen == "pdf"
    made = timeline_of(app, app.store.case(reference), identified, is_drawn)
    width = terminal_size((96, 24)).columns
    rendered = (
        render_check(made, chosen) if check else render(made, chosen, width, app.clock.today if is_drawn else None)
    )
    deliver(rendered, chosen, output, as_json)
    if output and output != STDOUT:
        from pathlib import Path

        from cdr.work import made_here

        made_here.note(app, made_here.of_case(reference), {Path(output): rendered})
    if made.left and not check:
        say(
            f"please check: {counted(len(made.left), 'word')} left in it may be a name; to see which: cdr timeline {reference} --check"
        )


def _refuse_what_cannot_be(chosen: str, identified: bool, check: bool, output: str | None) -> None:
    if check and identified:
        raise WrongUsage(
            "With --identified nothing is replaced, so there is nothing to check.", "Leave one of them out."
        )
    if check and chosen not in ("text", "json"):
        raise WrongUsage("What --check lists is written as text or json.", "Leave --format out, or take json.")
    if chosen == "pdf" and output is None:
        raise WrongUsage("A PDF needs a place to go to.", "Say where with -o FILE.")
