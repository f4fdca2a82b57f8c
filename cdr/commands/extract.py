"""`cdr extract`: write out a file that is kept with a case."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import NotFound
from cdr.terminal.output import put_json, refuse_two_results, to_file


@click.command("extract")
@case_reference
@click.argument("number", metavar="N", type=click.IntRange(1))
@click.option(
    "-o",
    "--output",
    "output",
    required=True,
    metavar="FILE",
    help="Where the file goes, readable to whoever may read that place. - is stdout.",
)
@as_json
@pass_app
def command(app: App, reference: str, number: int, output: str, as_json: bool) -> None:
    """Write out an attachment by its number, as `cdr show` lists it.

    Example: cdr extract 2026-7K3M 1 -o report.pdf
    """
    from cdr.domain.case.attachments import attachment
    from cdr.work.attaching import kept_file

    refuse_two_results(output, as_json)
    known = attachment(app.store.case(reference).case.body, number)
    if known is None:
        raise NotFound("The case has no attachment of that number.", "See them with: cdr show REF")
    to_file(output, kept_file(app, reference, known))
    if as_json:
        put_json({"schema": "cdr-extract/1", "case": reference, "number": number, "kind": known.kind, "file": output})
