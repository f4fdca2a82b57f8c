"""`cdr close`: end a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile


@click.command("close")
@case_reference
@click.option(
    "--override",
    metavar="REASON",
    help="Close it although something stands in the way, and why; say nothing of the child.",
)
@as_json
@pass_app
def command(app: App, reference: str, override: str | None, as_json: bool) -> None:
    """End a case when its review is ratified and nothing stands in the way; all that is left to do is listed.

    In the way stand another process that is open (but one that the review did not wait for) and open questions of the family: closing
    all the same wants --override. A return is waited for or waived, whatever the reason. What else is left is told, and kept with the
    closure: an inquest that the review did not wait for, the national database, steps, letters on hold, minutes, messages in the
    outbox, which are taken away. `cdr reopen` opens the case again.

    Timelines, papers of its meetings and questions to other panels that were made on this machine are deleted where they are still as
    they were made, and you are told which; those of a meeting to come stay until that is over.

    Example: cdr close 2026-7K3M
    """
    from cdr.domain.case import case
    from cdr.domain.case.review import unmet_for_closing
    from cdr.mail import outbox
    from cdr.work import made_here

    reason = (override or "").strip()
    if override is not None and not reason:
        raise WrongUsage("Say why it is closed all the same: --override REASON.")
    today = app.clock.today
    with changing(app, reference, also_closed=True) as now:
        kept = now.documents.case
        documents, left = now.documents, _left(app, now.documents)
        if not reason and unmet_for_closing(kept.body, documents.requests.body, documents.analysis_body):
            raise ConditionsNotMet(
                "The case cannot be closed yet; nothing was recorded.",
                left,
                f"Do what is left; or close it all the same: cdr close {reference} --override REASON",
            )
        _refuse_outstanding(now.documents)
        body = case.closed(kept.body, today, left, reason)
        now.record("close", {kept.place: body})
    taken = outbox.take_away_of(app.store.outbox, reference)
    gone = made_here.delete_of_case(app, reference)
    if as_json:
        content = {"schema": "cdr-close/1", "case": reference, "on": today.isoformat(), "left": left}
        files = {"files_deleted": list(gone.files), "files_changed": list(gone.changed)}
        put_json(content | {"messages_removed": taken} | files)
        return
    put(f"{reference} is closed.")
    for one in left:
        say(f"left undone: {one}")
    if taken:
        say(f"{taken} of its messages taken out of the outbox.")
    for sentence in made_here.sentences(gone):
        say(sentence)


def _refuse_outstanding(documents: CaseFile) -> None:
    """Stop where an agency is still asked: a closed case asks nobody, whatever the reason. Raises: ConditionsNotMet."""
    from cdr.domain.asking.requests import outstanding

    awaited = [f"The return from {request.agency} is outstanding." for request in outstanding(documents.requests.body)]
    if awaited:
        raise ConditionsNotMet(
            "A case is not closed while agencies are asked; nothing was recorded.",
            awaited,
            f"Wait no more for each: cdr return {documents.reference} AGENCY --waive REASON",
        )


def _left(app: App, documents: CaseFile) -> list[str]:
    from cdr.domain.process.closing import left
    from cdr.mail import outbox

    told = app.facts_of(documents.reference).told
    messages = [path.name for path in outbox.of_case(app.store.outbox, documents.reference)]
    about = (documents.case.body, documents.requests.body, documents.analysis_body, told, messages)
    return left(*about, app.clock.today, app.policy)
