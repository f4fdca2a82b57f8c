"""`cdr panel survey`: whether members could read the papers in time, as they said after a meeting."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import WrongUsage
from cdr.work.meetings import changing_meeting, tell_meeting


@click.command("survey")
@click.argument("id_", metavar="ID")
@click.option("--in-time", metavar="N", type=click.IntRange(0, 1000), default=0, help="How many read all the papers.")
@click.option("--in-part", metavar="N", type=click.IntRange(0, 1000), default=0, help="How many read some of them.")
@click.option(
    "--not-in-time", metavar="N", type=click.IntRange(0, 1000), default=0, help="How many could not read them."
)
@click.option("--from", "file", metavar="FILE", help="What they said of it, without names; - is standard input.")
@as_json
@pass_app
def command(app: App, id_: str, in_time: int, in_part: int, not_in_time: int, file: str | None, as_json: bool) -> None:
    """Record how many members said that they could read the papers in time; a later answer takes the place of an earlier.

    Numbers and no names, so that members say how it was. It may be recorded after the meeting is over; tally and report add it up
    over the year.

    Example: cdr panel survey P2026-03-18 --in-time 7 --in-part 2 --not-in-time 1
    """
    from cdr.domain.panel.meeting import Survey
    from cdr.records import replace
    from cdr.work.asked_text import asked_text

    words = asked_text(file, "survey.text", "What members said") if file else ""
    survey = Survey(app.clock.today, in_time, in_part, not_in_time, words)
    if not survey.answers:
        raise WrongUsage("Say how many answered what.", "Like: cdr panel survey ID --in-time 7 --in-part 2")
    with changing_meeting(app, id_, also_over=True) as now:
        made = now.record(replace(now.meeting, survey=survey))
    tell_meeting(app, made, as_json, f"{made.id}: {survey.in_time} of {survey.answers} read all the papers in time.")
