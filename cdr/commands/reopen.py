"""`cdr reopen`: open a closed case again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.domain.merging.three_ways import Side
    from cdr.store.case_file import CaseFile
    from cdr.work.joining import Question


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
    """Open a closed case again, and say why; take back that a case is void, and what went over to another case with it.

    Example: cdr reopen 2026-7K3M --reason "The inquest has ended"
    """
    from cdr.domain.case import case, voiding
    from cdr.domain.case.standing import is_open
    from cdr.terminal.interview import is_attended

    why = reason or (click.prompt("Why is the case opened again", err=True) if is_attended() else "")
    if not why.strip():
        raise WrongUsage("Say why the case is opened again: --reason REASON.")
    today = app.clock.today
    with changing(app, reference, also_closed=True, also_void=True) as now:
        kept, ledger = now.documents.case, now.documents.requests
        if voiding.is_void(kept.body, ledger.body):
            other = voiding.became(kept.body)
            body, requests = voiding.taken_back(kept.body, ledger.body, today, why.strip())
            if other in app.store.references:
                _take_back(app, now.documents, other, body, requests)
            else:
                now.record("reopen", {kept.place: body, ledger.place: requests})
            _tell_of_others(app, now.documents)
        else:
            body = case.reopened(kept.body, today, why.strip())
            now.record("reopen", {kept.place: body})
    if as_json:
        put_json({"schema": "cdr-reopen/1", "case": reference, "on": today.isoformat()})
    else:
        put(f"{reference} is {'open again' if is_open(body) else 'closed, as it was before, and counts again'}.")


def _take_back(app: App, documents: CaseFile, other: str, case: dict[str, Any], ledger: dict[str, Any]) -> None:
    """Both cases as they were, but for what was recorded since: what had gone over goes back."""
    from cdr.terminal import clashes, terminal
    from cdr.work import joining

    def ask(question: Question) -> Side:
        side = clashes.which(question.told, question.clash, "1 as it is now", "2 as it was before", has_before=False)
        if side is None:
            raise joining.Undecided
        return side

    ours = app.store.case(other)
    is_known = joining.take_back(app, documents, ours, case, ledger, ask if terminal.is_attended() else joining.nobody)
    if is_known:
        say(f"{other} is without it again; what was changed there since stays there. See: cdr show {other}")
    else:
        say(f"please check: what went over stays in {other}: the history does not tell any more what it was.")


def _tell_of_others(app: App, documents: CaseFile) -> None:
    """Two cases of one child are counted twice."""
    from cdr.work.known import likely

    for other in likely(app, documents.notification.body, documents.reference).same:
        say(f"please check: {other} seems to be of the same child, and both are counted now.")
