"""`cdr report`: the annual report of the child death review partners."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App, rules
from cdr.commands.options import as_json, output_file, pass_app
from cdr.commands.publishing import dry_run, refuse_preview_of_nothing, threshold
from cdr.documents.report.report import FORMATS
from cdr.errors import InvalidData, Problem, TryAgain, WrongUsage
from cdr.records import replace
from cdr.store import report_kept
from cdr.terminal.output import STDOUT, put_json, refuse_two_results, say, to_file
from cdr.work.releasing import Asked

if TYPE_CHECKING:
    from cdr.documents.report.report_blocks import Report
    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.tally import Tally
    from cdr.store.document import Document
    from cdr.work.report_pictures import Beside
    from cdr.work.taking_in import Form

MOST_YEARS = 8


@click.command("report")
@click.option("--year", required=True, metavar="2025/26", help="The year of the report, 1 April to 31 March.")
@click.option(
    "--years",
    metavar="N",
    type=click.IntRange(1, MOST_YEARS),
    help=f"How many years side by side, up to {MOST_YEARS}; four without it.",
)
@click.option("--edit", is_flag=True, help="Write the area's own words in $EDITOR; they begin with last year's.")
@click.option(
    "--words", "words_file", metavar="FILE", help="Take in the area's own words from a file (YAML) and record them."
)
@click.option(
    "--public",
    is_flag=True,
    help="The edition that may be published: small numbers, and what would give them, are hidden; its words are searched. It is recorded.",
)
@click.option(
    "--answers",
    "answers_file",
    metavar="FILE",
    help="With --public: why each thing that was found in the words may be published all the same (YAML).",
)
@threshold
@dry_run
@output_file
@as_json
@pass_app
def command(
    app: App,
    year: str,
    years: int | None,
    edit: bool,
    words_file: str | None,
    public: bool,
    answers_file: str | None,
    threshold: int,
    dry_run: bool,
    output: str | None,
    as_json: bool,
) -> None:
    """Make the annual report, with tables and charts, as PDF, a web page, a Word document or Markdown (by the ending of -o;
    - is stdout, as Markdown).

    The partners' own words (foreword, what was done, how effective it was, learning, actions, priorities, thanks) are kept encrypted in
    the store; --edit or --words records them. The report shows exact numbers and is not for publication, but with --public, which
    hides what could be worked out beside everything that was published before, and stops until each thing that was found in the words
    is answered by a person.

    Examples:

    \b
    cdr report --year 2025/26 -o report.pdf
    cdr report --year 2025/26 --public --answers answers.yaml -o public.pdf
    """
    from cdr.statistics.years import parse_year

    year = parse_year(year)
    refuse_two_results(output, as_json)
    if answers_file and not public:
        raise WrongUsage("Answers are for the edition that is published.", "Give --public too.")
    refuse_preview_of_nothing(dry_run, public)
    if public and (edit or words_file):
        raise WrongUsage(
            "Record the words first, read them, and publish then.", "Like: cdr report --year 2025/26 --edit"
        )
    if edit and words_file:
        raise WrongUsage("Give either --edit or --words.")
    ending = _ending(output, edit or bool(words_file) or as_json)
    if edit or words_file:
        recorded = _edit_words(app, year) if edit else _take_in_words(app, year, str(words_file))
        say("The area's own words are recorded." if recorded else "Nothing was changed.")
    if not output and not as_json:
        return
    made, tally = (
        _published(app, year, years, answers_file, Asked(threshold, dry_run=dry_run))
        if public
        else _made(app, year, years)
    )
    _warn(made, tally)
    if output:
        from cdr.documents.report.report import render

        to_file(output, render(made, ending))
    if as_json:
        put_json(_json(app, made, tally, output))


def _ending(output: str | None, without: bool) -> str:
    """The format that a file's name asks for. Raises: WrongUsage."""
    ending = "md" if output == STDOUT else Path(output or "").suffix.casefold().removeprefix(".")
    if not output and without:
        return ""
    if ending not in FORMATS:
        raise WrongUsage(
            "Name a file that ends in .pdf, .html, .docx or .md with -o.",
            "Like: cdr report --year 2025/26 -o report.pdf",
        )
    return ending


def _made(app: App, year: str, years: int | None) -> tuple[Report, Tally]:
    from cdr.documents.report.report_sections import Material, build
    from cdr.statistics.cautions import cautions
    from cdr.work import counting
    from cdr.work.revising import with_revisions

    about, configuration = rules("report"), app.configuration
    facts, counted, day = _counted(app, year, years)
    counted = counting.with_panel(app, with_revisions(app, counted, lambda: facts, year))
    known = cautions(facts, configuration.authorities, counted.years)
    own, last = _body(report_kept.words_for(app.store, year)), _last(app, year)
    material = Material(counted, configuration, own, last, app.store.head[0], day, known, about, rules("intervals"))
    return build(replace(material, pictures=_pictures(app, year))), counted


def _counted(
    app: App, year: str, years: int | None, only: Collection[str] | None = None, more: Sequence[str] = ()
) -> tuple[list[CaseFacts], Tally, date]:
    """What is counted, the exact tables of a report, or of them `only` some and `more`, and the day as of which they are."""
    from cdr.documents.report.report_sections import tables_needed
    from cdr.statistics.tally import Choice, tally
    from cdr.work import counting

    about, configuration = rules("report"), app.configuration
    facts = counting.facts(app)
    day = app.clock.today if app.as_of else app.store.head[1]
    needed = tuple(table for table in dict.fromkeys([*tables_needed(about), *more]) if only is None or table in only)
    looks_back = counting.looks_back(app)
    choice = Choice(tables=needed, today=day, looks_back=looks_back, every_row=only is not None)
    names = configuration.area, configuration.authorities, counting.agencies(app)
    counted = tally(facts, *names, year, years or about["years"], rules("bands"), choice, counting.setting(app))
    return facts, counted, day


# ---- the edition that is published ---------------------------------------------------------------------------------


def _published(app: App, year: str, years: int | None, answers: str | None, asked: Asked) -> tuple[Report, Tally]:
    """The public edition, made of what is shown alone. Raises: InvalidData with what was found in the words, ConditionsNotMet."""
    from cdr.documents.report.report_sections import Material, build
    from cdr.domain.report.public_words import printed_words
    from cdr.statistics.public_counts import PUBLISHED
    from cdr.work.releasing import publish, refuse_unfinished
    from cdr.work.words_out import answered

    _, exact, _ = _counted(app, year, years, PUBLISHED)
    refuse_unfinished(app, exact)
    own, last = _body(report_kept.words_for(app.store, year)), _last(app, year)
    words = answered(app, printed_words(own, last), exact, asked, answers)
    found = publish(app, "report", exact, replace(asked, words=words))
    say(found.said())
    day, about, shown = found.on, rules("report"), found.edition.tally
    pictures = _pictures(app, year)
    if pictures:
        say(
            "please check: it has pictures, and no program sees what a picture shows; look at each before it is published."
        )
    made = shown, app.configuration, own, last, app.store.head[0], day, (), about, rules("intervals")
    return build(Material(*made, public=True, preview=asked.dry_run, pictures=pictures)), shown


def _pictures(app: App, year: str) -> dict[str, bytes]:
    return report_kept.pictures_in(report_kept.pictures_for(app.store, year))


def _last(app: App, year: str) -> Mapping[str, Any]:
    """The words of the year before."""
    from cdr.statistics.years import years_ending

    return _body(report_kept.words_for(app.store, years_ending(year, 2)[0]))


def _body(document: Document | None) -> Mapping[str, Any]:
    return document.body if document else {}


def _warn(made: Report, tally: Tally) -> None:
    """What whoever made the report should know before it is passed on."""
    say(f"{made.notice}")
    for caution in made.cautions:
        say(f"please check: {caution}")
    if made.missing:
        say(f"still to be written: {', '.join(made.missing)} (cdr report --year {tally.year} --edit)")
    for words in _other_years(tally):
        say(f"please check: {words}")


def _other_years(tally: Tally) -> Sequence[str]:
    shown = {(one.area, one.year) for table in tally.tables for one in table.references if one.year != tally.year}
    return [f"the figures of {area} are of {year}, and the report is of {tally.year}." for area, year in sorted(shown)]


def _json(app: App, made: Report, tally: Tally, output: str | None) -> dict[str, Any]:
    from cdr.statistics.tally_json import to_json

    counted = to_json(tally)
    return {
        "schema": "cdr-report/1",
        "area": tally.area,
        "year": tally.year,
        "years": list(tally.years),
        "edition": tally.edition,
        "commit": app.store.head[0],
        "as_of": made.made_on.isoformat(),
        "output": output,
        **({"rounded_to": counted["rounded_to"]} if tally.rounded else {}),
        "key_figures": list(made.facts),
        "to_be_written": list(made.missing),
        "cautions": list(made.cautions),
        "tables": counted["tables"],
        **{key: counted[key] for key in ("meetings", "overridden", "revisions") if key in counted},
    }


# ---- the area's own words ------------------------------------------------------------------------------------------


def _take_in_words(app: App, year: str, file: str) -> bool:
    """Words and pictures from a file and from beside it; whether anything had changed."""
    from cdr.domain.report.report_words import FORM
    from cdr.work.taking_in import take_in

    app.store.require_member()
    beside = _beside(app, year, file)
    return _record_words(app, year, take_in(file, FORM, _problems_of(app, year, beside)), beside)


def _beside(app: App, year: str, file: str) -> Beside:
    from cdr.statistics.years import years_ending
    from cdr.work.report_pictures import Beside

    return Beside.of(file, {**_pictures(app, years_ending(year, 2)[0]), **_pictures(app, year)})


def _problems_of(app: App, year: str, beside: Beside) -> Callable[[Mapping[str, Any]], list[Problem]]:
    from cdr.domain.report.report_words import report_problems
    from cdr.work.words_out import known_names

    names, last = known_names(app), _last(app, year)
    return lambda body: [*report_problems(body, year, names, last), *beside.problems(body)]


def _record_words(app: App, year: str, form: Form, beside: Beside, revision: int | None = None) -> bool:
    """Record the words; whether anything had changed. Raises: TryAgain, where somebody else changed them since `revision`."""
    from cdr.store.transaction import Change

    store = app.store
    beside_which = _numbers(app, year)
    with store.writing():
        before = report_kept.words_for(store, year)
        if revision is not None and revision != (before.revision if before else 0):
            raise TryAgain(
                "Somebody else changed these words while you had them open; nothing was recorded.", "Edit them again."
            )
        pictures, kept = beside.pictures(form.body), report_kept.pictures_for(store, year)
        same = pictures == report_kept.pictures_in(kept)
        if before and same and before.body == form.body and _remarks(before.text) == _remarks(form.raw):
            return False
        place = report_kept.place_of(year)
        changed = {place: form.body} | (
            {} if same else {report_kept.place_of_pictures(year): report_kept.pictures_body(year, pictures)}
        )
        changed |= {report_kept.place_of_numbers(year): beside_which} if beside_which else {}
        there = (before, kept, report_kept.numbers_for(store, year))
        current = [one for one in there if one and one.place in changed]
        store.commit(Change("report", changed, texts={place: form.raw}), current)
    form.warn()
    return True


def _numbers(app: App, year: str) -> dict[str, Any] | None:
    """The tables of the year beside which its words are written."""
    from cdr.work.revising import numbers

    return numbers(app, year, _counted(app, year, 1, more=tuple(rules("bands")["tables"]))[1])


def _remarks(text: bytes | None) -> list[str]:
    from cdr.forms import codec

    return codec.remarks((text or b"").decode("utf-8-sig"))


def _edit_words(app: App, year: str) -> bool:
    """The words as a person makes them in an editor, in memory only; whether anything was recorded."""
    from cdr.terminal.corrections import again, noted, without
    from cdr.terminal.desk import desk
    from cdr.terminal.interview import is_attended

    before = report_kept.words_for(app.store, year)
    text = begun = before.text if before and before.text else _beginning(app, year)
    notes, beside = b"", _beside(app, year, STDOUT)
    wrong = _problems_of(app, year, beside)
    with desk("report.yaml") as table:
        while True:
            text = without(notes, table.edit(notes + text))
            if text == begun:
                return False
            form, errors = _examined(text, wrong)
            if form is not None and not errors:
                return _record_words(app, year, form, beside, before.revision if before else 0)
            if not is_attended() or not again(errors):
                raise InvalidData(errors, "the report's words")
            notes = noted(errors)


def _beginning(app: App, year: str) -> bytes:
    """What stands in the editor where nothing was written for this year yet: last year's words, with what is asked for."""
    from cdr.domain.report.report_words import starting_words, text_to_edit
    from cdr.forms import codec

    words = starting_words(year, _last(app, year))
    return text_to_edit(
        words, {key: codec.dump({key: value}) for key, value in words.items()}, rules("report")["parts"]
    )


def _examined(
    text: bytes, wrong: Callable[[Mapping[str, Any]], list[Problem]]
) -> tuple[Form | None, Sequence[Problem]]:
    from cdr.domain.report.report_words import FORM
    from cdr.work.taking_in import examine

    try:
        return examine(text, "the report's words", FORM, wrong)
    except InvalidData as error:
        return None, error.problems
