"""`cdr reopen`: open a closed case again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile


@click.command("reopen")
@case_reference
@click.option(
    "--reason",
    metavar="REASON",
    help="What is new: a late inquest, a finding, a report to prevent future deaths. Asked for on a terminal.",
)
@as_json
@pass_app
def command(app: App, reference: str, reason: str | None, as_json: bool) -> None:
    """Open a closed case again, and say why; take back that a case is void.

    Example: cdr reopen 2026-7K3M --reason "The inquest has ended"
    """
    from cdr.domain.case import case, voiding
    from cdr.terminal.interview import is_attended

    why = reason or (click.prompt("Why is the case opened again", err=True) if is_attended() else "")
    if not why.strip():
        raise WrongUsage("Say why the case is opened again: --reason REASON.")
    today = app.clock.today
    with changing(app, reference, also_closed=True, also_void=True) as now:
        kept, ledger = now.documents.case, now.documents.requests
        if voiding.is_void(kept.body, ledger.body):
            body, requests = voiding.taken_back(kept.body, ledger.body, today, why.strip())
            now.record("reopen", {kept.place: body, ledger.place: requests})
            _tell_of_others(app, now.documents)
        else:
            body = case.reopened(kept.body, today, why.strip())
            now.record("reopen", {kept.place: body})
    if as_json:
        put_json({"schema": "cdr-reopen/1", "case": reference, "on": today.isoformat()})
    else:
        put(
            f"{reference} is {'open again' if body['status'] == 'open' else 'closed, as it was before, and counts again'}."
        )


def _tell_of_others(app: App, documents: CaseFile) -> None:
    """Two cases of one child are counted twice."""
    from cdr.work.known import same_child_in

    for other in same_child_in(app, documents.notification.body, documents.reference):
        say(f"please check: {other} seems to be of the same child, and both are counted now.")
