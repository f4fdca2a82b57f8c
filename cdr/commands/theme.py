"""`cdr theme`: an audit of reviewed cases that have something in common."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from cdr.app import App, rules
from cdr.commands.options import as_json, output_file, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json, refuse_two_results, to_file
from cdr.work.counting import agencies, facts, refuse_public, setting

if TYPE_CHECKING:
    from cdr.statistics.facts import CaseFacts


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
@click.option("--public", is_flag=True, help="Refused: no edition of it may be published yet.")
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
    as_json: bool,
    output: str | None,
) -> None:
    """Count the reviewed cases that have something in common, with their factors, their learning and a list without names.

    Every kind of option that is given must hold; of several of one kind, any. Each option may be given several times. Concerns are
    factors in what services did (domain D). The ending of FILE says how it is written: .txt, .md, .csv or .json.

    Example: cdr theme --life-limiting --years 4 -o audit.md
    """
    from cdr.documents.tables import theme as written
    from cdr.statistics.labels import Labels
    from cdr.statistics.periods import columns
    from cdr.statistics.tally import Choice, tally
    from cdr.statistics.theme import TABLES, criteria, may_match, reviewed, theme
    from cdr.statistics.years import year_of

    format_ = _format(output, written.SUFFIXES)
    refuse_two_results(output, as_json)
    wanted = criteria(categories, factors, learning, ages, life_limiting)
    if public:
        refuse_public()
    spans = columns(year or year_of(app.clock.today), years).years
    labels = Labels(tuple(app.configuration.authorities), agencies(app), rules("bands"))
    cases = reviewed(facts(app), labels, spans)
    known = _life_limiting(app, may_match(cases, wanted, labels)) if life_limiting else {}
    found = theme(cases, wanted, labels, spans, known)
    choice = Choice(TABLES, pooled=years > 1, today=app.clock.today)
    area, names = app.configuration.area, agencies(app)
    made = tally(
        found.matching,
        area,
        app.configuration.authorities,
        names,
        spans[-1],
        years,
        rules("bands"),
        choice,
        setting(app),
    )
    if output:
        to_file(output, written.render_theme(found, wanted, made, labels, format_))
    if as_json:
        put_json(written.as_json(found, made))
    elif not output:
        put(written.render_theme(found, wanted, made, labels, format_).rstrip("\n"))


def _format(output: str | None, suffixes: dict[str, str]) -> str:
    suffix = PurePath(output or "").suffix.casefold() if output != "-" else ""
    if suffix not in suffixes:
        raise WrongUsage("That ending is none that it can be written as.", "Choose one of .txt, .md, .csv, .json.")
    return suffixes[suffix]


def _life_limiting(app: App, cases: Iterable[CaseFacts]) -> dict[str, bool | None]:
    """Whether each child had a life-limiting condition, as the returns of its case say; None where none says it."""
    from cdr.app import progress
    from cdr.domain.rulebook.validation import at

    answered = [one.case for one in cases if any(request.status == "returned" for request in one.requests)]
    found: dict[str, bool | None] = {}
    for case in progress(answered, "Returns"):
        said = {at(body, "child.life_limiting_condition") for body in app.store.case(case).return_bodies}
        found[case] = True if "yes" in said else False if "no" in said else None
    return found
