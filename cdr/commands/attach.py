"""`cdr attach`: keep any file encrypted with a case."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import WrongUsage
from cdr.forms.codelists import code_list
from cdr.terminal.output import given, put, put_json
from cdr.work.attaching import attached
from cdr.work.changing import changing


@click.command("attach")
@case_reference
@click.argument("file", metavar="[FILE]", required=False)
@click.option(
    "--kind",
    metavar="KIND",
    help="What it is: post_mortem_report, inquest_bundle, jar_minutes, other ... (a wrong one lists them all).",
)
@click.option("--undo", metavar="N", type=click.IntRange(1), help="Take back a file that was attached by mistake.")
@as_json
@pass_app
def command(app: App, reference: str, file: str | None, kind: str | None, undo: int | None, as_json: bool) -> None:
    """Keep any file encrypted with the case, under the next number. The file itself stays where it is: delete it when it is not needed.

    A YAML file of the kind pmrt says what a perinatal review found (cdr explain perinatal-review): it is checked, and the draft of the
    analysis reads it.

    One that was attached by mistake is taken back with --undo N: it is listed, written out and disclosed no more.

    Example: cdr attach 2026-7K3M report.pdf --kind post_mortem_report
    """
    if undo and not (file or kind):
        _undo(app, reference, undo, as_json)
        return
    if undo or not (file and kind):
        raise WrongUsage(
            "Say which file, and what it is: cdr attach REF FILE --kind KIND; or --undo N, and nothing else."
        )
    kinds = code_list("attachment_kind")
    if kind not in kinds:
        raise WrongUsage(f"There is no such kind. Choose one of: {', '.join(str(code.code) for code in kinds.codes)}.")
    data = given(file)
    with changing(app, reference) as now:
        kept = now.documents.case
        body, files, number = attached(app, reference, kept.body, file, data, kind)
        now.record("attach", {kept.place: body}, attachments=files)
    if as_json:
        put_json({"schema": "cdr-attach/1", "case": reference, "number": number, "kind": kind, "size": len(data)})
    else:
        put(f"{reference}: attachment {number}, {kinds.label(kind)}.")


def _undo(app: App, reference: str, number: int, as_json: bool) -> None:
    from cdr.domain.case.attachments import attachment, without_attachment

    with changing(app, reference) as now:
        kept = now.documents.case
        known = attachment(kept.body, number)
        now.record("attach", {kept.place: without_attachment(kept.body, number, app.clock.today)})
    if as_json and known:
        content = {"schema": "cdr-attach/1", "case": reference, "number": number, "taken_back": True}
        put_json(content | {"kind": known.kind, "size": known.size})
    else:
        put(f"{reference}: attachment {number} is taken back; the history keeps it, encrypted.")
