"""`cdr close`: end a case."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import ConditionsNotMet
from cdr.terminal.output import put, put_json
from cdr.work.changing import changing


@click.command("close")
@case_reference
@as_json
@pass_app
def command(app: App, reference: str, as_json: bool) -> None:
    """End a case when its review is ratified and nothing is left to wait for; what is not met is listed.

    Another process that the review was ratified in spite of (--override) does not hold it up.
    """
    from cdr.domain.case import case, review

    today = app.clock.today
    with changing(app, reference, also_closed=True) as now:
        kept = now.documents.case
        body = case.closed(kept.body, today)
        unmet = review.unmet_for_closing(kept.body, now.documents.requests.body, now.documents.analysis_body)
        if unmet:
            raise ConditionsNotMet("The case cannot be closed yet; nothing was recorded.", unmet, "See: cdr show REF")
        now.record("close", {kept.place: body})
    if as_json:
        put_json({"schema": "cdr-close/1", "case": reference, "on": today.isoformat()})
    else:
        put(f"{reference} is closed.")
