"""`cdr ncmd`: a case in the national forms' order to type into the national database, and what it asks for by 31 March."""

from __future__ import annotations

import click

from cdr.app import App, rules
from cdr.commands.options import Reference, as_json, format_of, output_file, pass_app
from cdr.documents.tables.ncmd import FORMATS
from cdr.domain.ncmd.ncmd import Crib
from cdr.domain.ncmd.ncmd_minimum import Minimum
from cdr.domain.ncmd.ncmd_preflight import Preflight
from cdr.errors import DONE, TO_ACT_ON, ConditionsNotMet, WrongUsage
from cdr.terminal.output import deliver, put, say, to_file


@click.command("ncmd")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@click.option(
    "--preflight",
    "year",
    metavar="2025/26",
    help="Without REF: what is to be done by 31 March of that year, across cases; no names.",
)
@click.option("--exit-code", is_flag=True, help="With --preflight: end with 1 where something is to be done.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="How the crib of a case is written. Without it as the name of -o says, else text.",
)
@as_json
@output_file
@pass_app
def command(
    app: App,
    reference: str | None,
    year: str | None,
    exit_code: bool,
    format_: str | None,
    as_json: bool,
    output: str | None,
) -> int:
    """Show a case as it is typed into the National Child Mortality Database, for areas whose cases do not get there by themselves.

    The crib names the child. It says first what is missing, then gives each field in the order of the national forms, as far
    as they are published: the answer in words and who gave it. Where agencies differ every answer is shown and marked. With
    -o, delete the file once the case is typed in.

    With --preflight it says what is to be done by 31 March: reviews of the year that are not complete, open cases to enter, and
    cases not passed on within 48 hours. It shows references and the keys of fields, and no name.

    Examples:

    \b
    cdr ncmd 2026-7K3M --format html -o crib.html
    cdr ncmd 2026-7K3M
    cdr ncmd --preflight 2025/26
    cdr ncmd --preflight 2025/26 --exit-code --json
    """
    if (reference is None) == (year is None):
        raise WrongUsage(
            "Give the reference of a case, or --preflight with a year, one of the two.", "See: cdr ncmd --help"
        )
    if year is not None:
        if format_:
            raise WrongUsage("--format goes with the reference of a case; --preflight has text and --json.")
        return _preflight(app, year, exit_code, as_json, output)
    if exit_code:
        raise WrongUsage("--exit-code goes with --preflight.")
    _crib(app, str(reference), format_, as_json, output)
    return DONE


def _crib(app: App, reference: str, format_: str | None, as_json: bool, output: str | None) -> None:
    from shutil import get_terminal_size

    from cdr.documents.tables.ncmd import render, to_json

    if as_json and format_:
        raise WrongUsage("Give --format or --json, one of the two.")
    made = _made(app, reference)
    if as_json:
        _write_json(to_json(made), output)
        return
    rendered = render(made, format_ or format_of(output, FORMATS, "text"), get_terminal_size((100, 24)).columns)
    if output:
        to_file(output, rendered)
        say("It names the child: delete it once the case is typed in.")
    else:
        put(rendered.replace("\r\n", "\n").rstrip("\n"))


def _write_json(content: dict[str, object], output: str | None) -> None:
    import json

    deliver(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "json", output, as_json=True)


def _made(app: App, reference: str) -> Crib:
    from cdr.domain.case import voiding
    from cdr.domain.ncmd.ncmd import Documents, crib
    from cdr.forms import schema
    from cdr.forms.schema_files import expanded

    documents = app.store.case(reference)
    if voiding.is_void(documents.case.body, documents.requests.body):
        raise ConditionsNotMet(
            "The case is void, and does not belong into the national database.", [], "See why: cdr show REF"
        )
    known = Documents(
        documents.case.body,
        documents.requests.body,
        documents.notification.body,
        documents.return_bodies,
        documents.analysis_body,
    )
    schemas = {form: expanded(schema.current(form)) for form in ("form-a", "form-b", "form-c")}
    agencies = {agency.id: agency.name for agency in app.configuration.agencies}
    return crib(reference, known, schemas, agencies, rules("ncmd"))


def _preflight(app: App, year: str, exit_code: bool, as_json: bool, output: str | None) -> int:
    from cdr.documents.tables.ncmd_preflight import text, to_json

    minimum = Minimum.from_rules(rules("ncmd"))
    found = _found(app, year, minimum)
    if as_json:
        _write_json(to_json(found), output)
    elif output:
        to_file(output, text(found, _titles(minimum)) + "\n")
    else:
        put(text(found, _titles(minimum)))
    return TO_ACT_ON if exit_code and found.to_do else DONE


def _found(app: App, year: str, minimum: Minimum) -> Preflight:
    from cdr.domain.ncmd.ncmd_preflight import preflight
    from cdr.statistics.years import first_and_last_day, parse_year

    label = parse_year(year)
    app.store.require_member()
    return preflight(
        app.cases_since(int(label[:4])), label, first_and_last_day(label), app.clock.today, minimum, app.policy
    )


def _titles(minimum: Minimum) -> dict[str, str]:
    """What each key of the minimum is called."""
    from cdr.domain.ncmd.ncmd import title_of
    from cdr.forms import schema
    from cdr.forms.schema_files import expanded

    parts = (("form-a", minimum.notification), ("form-c", minimum.review))
    schemas = {form: expanded(schema.current(form)) for form, _ in parts}
    return {one.key: one.title or title_of(schemas[form], one.key) for form, needed in parts for one in needed}
