"""`cdr theme`: an audit of reviewed cases that have something in common."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App, rules
from cdr.commands.options import as_json, output_file, pass_app
from cdr.commands.publishing import dry_run, refuse_preview_of_nothing, threshold
from cdr.errors import WrongUsage
from cdr.records import replace
from cdr.terminal.output import put, put_json, refuse_two_results, say, to_file
from cdr.work.conditions import life_limiting as life_limiting_of
from cdr.work.counting import agencies, facts, setting
from cdr.work.releasing import Asked

if TYPE_CHECKING:
    from cdr.statistics.labels import Labels
    from cdr.statistics.tables import Tally
    from cdr.statistics.theme import Criteria, Theme


@click.command("theme")
@click.option(
    "--category", "categories", multiple=True, metavar="N", type=int, help="The primary category of death, 1 to 10."
)
@click.option(
    "--factor",
    "factors",
    multiple=True,
    metavar="CODE",
    help="A factor that contributed or could be modified; a wrong code lists them all.",
)
@click.option("--learning", multiple=True, metavar="CODE", help="A theme of learning; a wrong code lists them all.")
@click.option("--age-band", "ages", multiple=True, metavar="BAND", help='An age band of the tables, like "0-27 days".')
@click.option(
    "--life-limiting", is_flag=True, help="Children who had a life-limiting condition, as any agency's return says."
)
@click.option("--year", metavar="2025/26", help="The last year; that of today without it.")
@click.option(
    "--years", default=4, show_default=True, metavar="N", type=click.IntRange(1, 50), help="How many years together."
)
@click.option(
    "--public",
    is_flag=True,
    help="The edition that may be published: counts without a list of cases, small ones hidden. It is recorded (cdr release list).",
)
@threshold
@dry_run
@as_json
@output_file
@pass_app
def command(
    app: App,
    categories: tuple[int, ...],
    factors: tuple[str, ...],
    learning: tuple[str, ...],
    ages: tuple[str, ...],
    life_limiting: bool,
    year: str | None,
    years: int,
    public: bool,
    threshold: int,
    dry_run: bool,
    as_json: bool,
    output: str | None,
) -> None:
    """Count the reviewed cases that have something in common, with their factors, their learning and a list without names.

    Every kind of option that is given must hold; of several of one kind, any. Each option may be given several times. Concerns are
    factors in what services did (domain D). With --public the list is left out, small counts and what would give them are hidden, and the
    last year is the last that is over. The ending of FILE says how it is written: .txt, .md, .csv or .json.

    Example: cdr theme --life-limiting --years 4 -o audit.md
    """
    from cdr.documents.tables import theme as written
    from cdr.statistics.labels import Labels
    from cdr.statistics.periods import columns
    from cdr.statistics.tally import Choice, tally
    from cdr.statistics.theme import TABLES, criteria, may_match, reviewed, theme

    format_ = _format(output, written.SUFFIXES)
    refuse_two_results(output, as_json)
    wanted = criteria(categories, factors, learning, ages, life_limiting)
    refuse_preview_of_nothing(dry_run, public)
    spans = columns(year or _last_year(app, public), years).years
    labels = Labels(tuple(app.configuration.authorities), agencies(app), rules("bands"))
    cases = reviewed(facts(app, spans[0]), labels, spans)
    known = life_limiting_of(app, may_match(cases, wanted, labels)) if life_limiting else {}
    found = theme(cases, wanted, labels, spans, known)
    choice = Choice(TABLES, pooled=years > 1, today=app.clock.today, every_row=public)
    names = app.configuration.area, labels.authorities, labels.agencies
    made = tally(found.matching, *names, spans[-1], years, rules("bands"), choice, setting(app))
    if public:
        asked = Asked(threshold, dry_run=dry_run)
        body, text = _published(app, found, wanted, made, labels, asked, format_)
    else:
        body, text = written.as_json(found, made), written.render_theme(found, wanted, made, labels, format_)
    if output:
        to_file(output, text)
    if as_json:
        put_json(body)
    elif not output:
        put(text.rstrip("\n"))


def _published(
    app: App, found: Theme, wanted: Criteria, made: Tally, labels: Labels, asked: Asked, format_: str
) -> tuple[dict[str, Any], str]:
    """The public edition, recorded: as JSON, and written in a format."""
    from cdr.documents.tables import theme as written
    from cdr.statistics.public_theme import shown
    from cdr.work.themes_out import publish_theme

    done, tally = publish_theme(app, found, wanted, made, labels, asked)
    say(done.said())
    counts = shown(done.edition.tally)
    body = written.public_json(counts, tally)
    if asked.dry_run:
        tally = replace(tally, edition="preview")
    return body, written.render_public(counts, wanted, tally, format_)


def _last_year(app: App, public: bool) -> str:
    """The year of today; the last that is over, for what is published."""
    from datetime import timedelta

    from cdr.statistics.years import first_and_last_day, year_of

    year = year_of(app.clock.today)
    return year_of(first_and_last_day(year)[0] - timedelta(days=1)) if public else year


def _format(output: str | None, suffixes: dict[str, str]) -> str:
    suffix = PurePath(output or "").suffix.casefold() if output != "-" else ""
    if suffix not in suffixes:
        raise WrongUsage("That ending is none that it can be written as.", "Choose one of .txt, .md, .csv, .json.")
    return suffixes[suffix]
