"""`cdr close`: end a case."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import ConditionsNotMet
from cdr.terminal.output import put, put_json


@click.command("close")
@case_reference
@as_json
@pass_app
def command(app: App, reference: str, as_json: bool) -> None:
    """End a case when its review is ratified and nothing is left to wait for; what is not met is listed.

    Another process that the review was ratified in spite of (--override) does not hold it up.
    """
    from cdr.domain.case import case, review
    from cdr.store.transaction import Change

    store, today = app.store, app.clock.today
    with store.writing():
        documents = store.case(reference)
        kept = documents["case"]
        body = case.closed(kept.body, today)
        analysis = documents["analysis"].body if "analysis" in documents else None
        unmet = review.unmet_for_closing(kept.body, documents["requests"].body, analysis)
        if unmet:
            raise ConditionsNotMet("The case cannot be closed yet; nothing was recorded.", unmet, "See: cdr show REF")
        store.commit(Change("close", {kept.place: body}), {reference: documents})
    if as_json:
        put_json({"schema": "cdr-close/1", "case": reference, "on": today.isoformat()})
    else:
        put(f"{reference} is closed.")
