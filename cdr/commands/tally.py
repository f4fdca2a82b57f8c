"""`cdr tally`: the year in tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App, rules
from cdr.commands.options import as_file, pass_app
from cdr.commands.publishing import dry_run, refuse_preview_of_nothing, threshold
from cdr.documents.tables.formats import FORMATS
from cdr.errors import WrongUsage
from cdr.records import dataclass, replace
from cdr.statistics.rounding import METHODS, SUPPRESS
from cdr.terminal.output import deliver, put, put_json, say
from cdr.work.counting import agencies, facts, facts_not_at_rest, groups, looks_back, setting, with_panel

if TYPE_CHECKING:
    from cdr.statistics.public_tally import PublicEdition
    from cdr.statistics.rounding import Method
    from cdr.statistics.tables import Tally
    from cdr.statistics.tally import Choice
    from cdr.work.counted_before import Before

DECIMALS = {"tenths": 1, "whole": 0}
BIRTHS = {"all": None, "22": 22, "24": 24}
METHOD_OF_A_SUM = WrongUsage(
    "--method is for --merge --public alone.", "How an area publishes is in its cdr.yaml (publication)."
)


@dataclass(frozen=True)
class _Asked:
    """What was asked for: the years, the choices, and how the answer is written."""

    year: str
    years: int
    choice: Choice
    format: str
    threshold: int | None = None  # of a public edition
    dry_run: bool = False


@click.command("tally")
@click.option("--year", metavar="2025/26", help="The year, 1 April to 31 March; the last where there are several.")
@click.option(
    "--years",
    default=1,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, 50),
    help="How many years side by side.",
)
@click.option(
    "--by", type=click.Choice(["year", "quarter"]), default="year", show_default=True, help="What a column is."
)
@click.option(
    "--pooled", is_flag=True, help="Count the years as one column, where one year is too few to say anything."
)
@click.option(
    "--births",
    type=click.Choice(list(BIRTHS)),
    default="all",
    show_default=True,
    help="Leave out births under 22 or under 24 weeks of gestation.",
)
@click.option("--table", "tables", multiple=True, metavar="ID", help="This table only; may be given several times.")
@click.option("--all", "every", is_flag=True, help="Every table there is, and not only those of an annual report.")
@click.option("--tables", "list_tables", is_flag=True, help="List the tables with their ids, and count nothing.")
@click.option(
    "--rounding",
    type=click.Choice(["half-up", "largest-remainder"]),
    default="half-up",
    show_default=True,
    help="How percentages are rounded; largest-remainder makes them add up to 100.",
)
@click.option(
    "--percents",
    type=click.Choice(list(DECIMALS)),
    default="tenths",
    show_default=True,
    help="To tenths of a per cent, or to whole per cent as many reports print them.",
)
@click.option(
    "--groups",
    "groups_file",
    metavar="FILE",
    help="Count factors by the groups of a file too, each child once; derby-2024 and national-2024 come with cdr.",
)
@click.argument("files", nargs=-1, metavar="[FILE...]")
@click.option(
    "--merge",
    is_flag=True,
    help="Add up the tallies of several areas from the files that their cdr tally --json wrote; needs no store.",
)
@click.option(
    "--trace",
    nargs=3,
    default=None,
    metavar="TABLE ROW COLUMN",
    help="List the cases behind one cell instead; ROW is its label or Total.",
)
@click.option(
    "--public",
    is_flag=True,
    help="The edition that may be published: small numbers, and what would give them, are hidden. It is recorded (cdr release list).",
)
@threshold
@click.option(
    "--method",
    type=click.Choice(METHODS),
    help="With --merge --public: hide small counts and show the others as they are (suppress, without it), or round all (round).",
)
@dry_run
@as_file(FORMATS, "table", "How the tables are written.")
@pass_app
def command(
    app: App,
    files: tuple[str, ...],
    merge: bool,
    year: str | None,
    years: int,
    by: str,
    pooled: bool,
    births: str,
    tables: tuple[str, ...],
    every: bool,
    list_tables: bool,
    rounding: str,
    percents: str,
    groups_file: str | None,
    trace: tuple[str, str, str] | None,
    public: bool,
    threshold: int,
    method: str | None,
    dry_run: bool,
    format_: str,
    as_json: bool,
    output: str | None,
) -> None:
    """Count notifications, reviews and returns of a year, with earlier years beside it.

    With --merge FILE... the tallies of several areas are added up instead, without any case leaving its area.
    The tables hold exact numbers and are not for publication, but with --public, which hides what could be worked out of them
    beside everything that was published before. They say more or less than last year only where the numbers
    can carry it.

    Examples:

    \b
    cdr tally --year 2025/26 --years 4
    cdr tally --year 2025/26 --format html -o tally.html
    cdr tally --year 2025/26 --years 5 --pooled --table deaths.rate
    cdr tally --year 2025/26 --trace notifications.sex Female 2025/26
    """
    if list_tables:
        _list_tables(as_json)
        return
    format_ = "json" if as_json else format_
    if merge:
        _merge(app, files, _method(method, threshold, public), format_, output, as_json)
        return
    _refuse_of_merging(bool(files), bool(method))
    if year is None:
        raise WrongUsage("Which year? Give it with --year, like --year 2025/26.")
    if pooled and by != "year":
        raise WrongUsage("Quarters cannot be counted as one.", "Give either --pooled or --by quarter.")
    refuse_preview_of_nothing(dry_run, public)
    if public:
        _refuse_other_counts(by != "year", births != "all", bool(trace), bool(groups_file), rounding != "half-up")
    words = [year, years, by, pooled, births, tables, every, rounding, percents, format_]

    def asked() -> _Asked:
        choice = _choice(app, by, pooled, births, (tables, every), rounding, percents, groups_file)
        choice = replace(choice, every_row=public, intervals=public or format_ == "json")
        return _Asked(year, years, choice, format_, threshold if public else None, dry_run)

    if trace:
        _trace(app, asked(), trace)
    elif public or groups_file:
        deliver(_tally(app, asked(), say), format_, output, as_json)
    else:
        deliver(_answered(app, words, asked), format_, output, as_json)


def _choice(
    app: App,
    by: str,
    pooled: bool,
    births: str,
    tables: tuple[tuple[str, ...], bool],
    rounding: str,
    percents: str,
    groups_file: str | None,
) -> Choice:
    """What was chosen; of tables those that are named, or all there are."""
    from cdr.statistics.tally import Choice

    named, every = tables
    return Choice(
        (*_every(app), *(rules("bands")["grouped_tables"] if groups_file else ())) if every else named,
        by,
        pooled,
        BIRTHS[births],
        rounding,
        app.clock.today,
        looks_back=looks_back(app),
        groups=groups(groups_file) if groups_file else None,
        decimals=DECIMALS[percents],
    )


def _answered(app: App, words: Sequence[Any], asked: Callable[[], _Asked]) -> str:
    """The tables as they were written when the same was asked before, today and since when nothing was recorded; else made and kept."""
    from cdr.statistics.years import years_ending
    from cdr.work.answered_before import answered

    year, years, *_ = words
    years_ending(year, years)  # which refuses what is no year before anything is opened
    return answered(app, ["tally", *words], lambda tell: _tally(app, asked(), tell))


def _tally(app: App, asked: _Asked, tell: Callable[[str], None]) -> str:
    from cdr.documents.tables.tally import render
    from cdr.statistics.cautions import cautions
    from cdr.statistics.periods import columns
    from cdr.statistics.tally import tally
    from cdr.work import counted_before

    began, configuration = columns(asked.year, asked.years).years[0], app.configuration
    counts_twice = asked.threshold is not None and asked.choice.pooled  # by years too, of the same cases
    before = None if counts_twice else counted_before.at_rest(app, asked.year, asked.years, asked.choice)
    known = facts_not_at_rest(app) if before else facts(app, began)
    since, others = app.cases_at_rest().since, before or counted_before.NOTHING
    names = configuration.area, configuration.authorities, agencies(app)
    choice = replace(asked.choice, others=replace(others.summed, first_days=since))
    made = tally(known, *names, asked.year, asked.years, rules("bands"), choice, setting(app))
    for sentence in cautions(known, configuration.authorities, made.years, since.get("notifications"), others.seen):
        tell(sentence)
    if asked.threshold is None:
        made = _internal(app, made, asked.choice, before, began, tell)
    else:
        by_years = replace(choice, pooled=False)
        each = tally(known, *names, asked.year, asked.years, rules("bands"), by_years) if choice.pooled else None
        made = _public(app, made, each, asked)
    return render(made, asked.format)


def _internal(
    app: App, made: Tally, choice: Choice, before: Before | None, began: str, tell: Callable[[str], None]
) -> Tally:
    """What the panel did beside the tables, and what is not any more as it was published of the same children."""
    from cdr.work.revising import with_revisions

    if choice.births is None:
        made = with_revisions(app, made, lambda: facts(app, began), tell=tell)
    return with_panel(app, made, before.passed_over if before else None)


def _refuse_other_counts(*asked: bool) -> None:
    """Stop where the difference of two public editions would tell who is in one of them alone."""
    others = ("--by quarter", "--births", "--trace", "--groups", "--rounding")
    wrong = [name for name, is_asked in zip(others, asked, strict=True) if is_asked]
    if wrong:
        raise WrongUsage(
            f"There is no public edition with {' and '.join(wrong)}.",
            "It would tell, beside the edition without, what that one hides.",
        )


def _public(app: App, made: Tally, each: Tally | None, asked: _Asked) -> Tally:
    """The public edition; where it has years as one, `each` counts every year by itself, which is kept too."""
    from cdr.statistics.public_counts import of_each_year
    from cdr.statistics.threshold import FEWEST
    from cdr.work.releasing import Asked, publish

    wanted = Asked(asked.threshold or FEWEST, dry_run=asked.dry_run)
    besides = of_each_year(each, wanted.method(app)) if each else None
    found = publish(app, "tally", made, replace(wanted, besides=besides))
    _tell_hidden(found.edition)
    say(found.said())
    preview = asked.dry_run and asked.format != "json"
    return replace(found.edition.tally, edition="preview") if preview else found.edition.tally


def _tell_hidden(edition: PublicEdition) -> None:
    for table in edition.left_out:
        say(f"{table} is left out of the public edition.")
    say(f"{edition.shown:.0%} of the counts in the rows are shown; {len(edition.hidden)} counts are hidden.")


def _refuse_of_merging(has_files: bool, has_method: bool) -> None:
    """Stop where something is given that is for --merge alone."""
    if has_files:
        raise WrongUsage("Files are only read with --merge.", "Like: cdr tally --merge north.json south.json")
    if has_method:
        raise METHOD_OF_A_SUM


def _method(name: str | None, threshold: int, public: bool) -> Method | None:
    """How the sum is made public, where it is. Raises: WrongUsage."""
    from cdr.statistics.rounding import Method
    from cdr.work.releasing import refuse_threshold_of_rounded

    if name and not public:
        raise METHOD_OF_A_SUM
    made = Method(name or SUPPRESS, threshold)
    refuse_threshold_of_rounded(made)
    return made if public else None


def _merge(
    app: App, files: tuple[str, ...], method: Method | None, format_: str, output: str | None, as_json: bool
) -> None:
    from cdr.documents.tables.tally import render
    from cdr.statistics.merging import left_out, merged, with_every_row
    from cdr.work.tallies_in import tallies_in

    found = tallies_in(files)
    for table in left_out(found):
        say(f"{table} is left out: not every tally has it, or what it tells has no sum.")
    whole = merged(found)
    if method is not None:
        from cdr.work.releasing import public_of, refuse_unfinished

        refuse_unfinished(app, whole)
        edition = public_of(with_every_row(whole, rules("bands")), (), method)
        _tell_hidden(edition)
        whole = edition.tally
    deliver(render(whole, format_), format_, output, as_json)


def _trace(app: App, asked: _Asked, cell: tuple[str, str, str]) -> None:
    from cdr.statistics.tally import traced

    found, of = traced(
        facts(app),
        app.configuration.authorities,
        agencies(app),
        asked.year,
        asked.years,
        rules("bands"),
        cell,
        asked.choice,
        setting(app),
    )
    table, row, column = cell
    if asked.format == "json":
        body = {"table": table, "row": row, "column": column, "n": list(found), "of": list(of)}
        put_json({"schema": "cdr-tally-trace/1", **body})
        return
    say(f"{len(found)} counted" + (f", of {len(of)}" if of else ""))
    put("\n".join(found)) if found else None


def _every(app: App) -> tuple[str, ...]:
    from cdr.statistics.tally import known_tables

    configuration = app.configuration
    needs = ("deaths.infant_rate", configuration.live_births), ("notifications.hospital", configuration.hospitals)
    without = [table for table, listed in needs if not listed]
    return tuple(table for table in known_tables(rules("bands")) if table not in without)


def _list_tables(as_json: bool) -> None:
    bands = rules("bands")
    rows: Sequence[dict[str, Any]] = [
        {"id": table, "title": about["title"], "always": always}
        for always, part in ((True, "tables"), (False, "more_tables"))
        for table, about in bands[part].items()
    ]
    if as_json:
        put_json({"schema": "cdr-tally-tables/1", "tables": rows})
        return
    width = max(len(row["id"]) for row in rows)
    put("\n".join(f"{row['id']:{width}}  {row['title']}" for row in rows))
