"""`cdr delays`: what each day between death and review waited for."""

from __future__ import annotations

import sys
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_file, pass_app
from cdr.documents.delays.formats import FORMATS
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import STDOUT, deliver


@click.command("delays")
@click.argument("reference", metavar="[REF]", required=False, type=Reference())
@click.option(
    "--year",
    metavar="2025/26",
    help="The cases reviewed in this year, and those still open at its end; of the children whom `cdr tally` counts.",
)
@as_file(FORMATS, "table", "How it is written; a PDF needs -o.")
@pass_app
def command(app: App, reference: str | None, year: str | None, format_: str, as_json: bool, output: str | None) -> None:
    """Show what each day between death and review waited for: a return, another process, a meeting. It names nobody.

    A day on which several things were waited for is open for each of them and attributed to one, so that the attributed days
    sum to all days; `cdr explain delays` says in which order. Without REF and --year it is this year.

    Examples:

    \b
    cdr delays 2026-7K3M
    cdr delays --year 2025/26
    cdr delays --year 2025/26 --format pdf -o delays.pdf
    """
    from shutil import get_terminal_size

    from cdr.work.answered_before import answered

    if reference and year:
        raise WrongUsage("Give a case or a year, not both.")
    chosen = "json" if as_json else format_
    if chosen == "pdf" and output is None:
        raise WrongUsage("A PDF needs a place to go to.", "Say where with -o FILE.")
    columns, only_ascii = get_terminal_size((96, 24)).columns, _takes_only_ascii(output)

    def written() -> str | bytes:
        found = _of_case(app, reference) if reference else _of_year(app, year)
        return _written(app, found, chosen, columns, only_ascii)

    if reference or chosen == "pdf":
        rendered = written()
    else:
        words = ["delays", year, chosen, columns, only_ascii]
        rendered = answered(app, words, lambda _: str(written()))
    deliver(rendered, chosen, output, as_json)


def _written(app: App, found: Any, format_: str, columns: int, only_ascii: bool) -> str | bytes:
    from cdr.documents.delays.delays import render

    names = {agency.id: agency.name for agency in app.configuration.agencies}
    return render(found, app.configuration.area, names, format_, columns, only_ascii)


def _takes_only_ascii(output: str | None) -> bool:
    """Whether the place that it goes to takes ASCII alone."""
    return output in (None, STDOUT) and not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def _of_case(app: App, reference: str) -> Any:
    from cdr.domain.case.facts import Facts, notification_of
    from cdr.statistics.delays import case_delays

    documents = app.store.case(reference)
    ledger, case = documents.requests.body, documents.case.body
    facts = Facts(reference, case, ledger, notification=notification_of(documents.notification.body))
    found = case_delays(facts, app.clock.today, app.policy.delays.precedence)
    if found is None:
        raise ConditionsNotMet(
            "The days of this case cannot be counted.", ["The day of death or of the notification is not known."],
            "Add it to Form A: cdr edit REF form-a",
        )  # fmt: skip
    return found


def _of_year(app: App, year: str | None) -> Any:
    from cdr.statistics.delays import year_delays
    from cdr.statistics.years import parse_year, year_of

    app.store.require_member()
    today = app.clock.today
    label = parse_year(year) if year else year_of(today)
    cases, authorities = app.cases_since(int(label[:4])), app.configuration.authorities
    return year_delays(cases, label, today, app.policy.delays.precedence, authorities)
