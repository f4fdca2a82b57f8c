"""`cdr retention`: which closed cases have been kept for as long as the area decided."""

from __future__ import annotations

from datetime import date

import click

from cdr.app import App
from cdr.commands.options import Day, Reference, as_json, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json, say, table
from cdr.work import erasing
from cdr.work.taking_in import text


@click.command("retention")
@click.option("--all", "everything", is_flag=True, help="Every closed case, also those whose time is not over.")
@click.option(
    "--keep",
    metavar="REF",
    type=Reference(),
    help="Record the decision that this closed case is kept until --until DATE.",
)
@click.option("--until", type=Day(), help="With --keep: the day on which it is looked at again.")
@click.option("--from", "file", metavar="FILE", help="With --keep: why, and who decided it; - is standard input.")
@as_json
@pass_app
def command(app: App, everything: bool, keep: str | None, until: date | None, file: str | None, as_json: bool) -> None:
    """List the closed cases that have been kept for as long as cdr.yaml says (retention_years), counted from the last closing.

    It names nobody. When the time is over a person decides: to erase the case (cdr erase), or to keep it longer (--keep), which is recorded, signed, with the
    reason. What a legal hold of cdr.yaml (legal_holds) keeps is said. A closed case of which no day is known is listed too.

    Examples:

    \b
    cdr retention --all
    cdr retention --keep 2014-7K3M --until 2052-01-01 --from why.txt
    """
    if keep or until or file:
        if not (keep and until and file):
            raise WrongUsage("--keep REF, --until DATE and --from FILE go together.")
        erasing.keep_longer(app, keep, until, text(file, "because", "Because"))
        everything = True
    from cdr.domain.process import retention

    years, today = app.configuration.retention_years, app.clock.today
    holds, asked = app.configuration.legal_holds, erasing.asked_for(app)
    closed = [(one.reference, one.case) for one in app.cases_dated().values() if not one.is_open]
    void = [(one.reference, one.case) for one in app.cases_dated(void=True).values()]
    kept = retention.kept([*closed, *void], years)
    shown = [one for one in kept if everything or one.is_due(today) or one.closed_on is None]
    if as_json:
        cases = [
            {
                "case": one.case,
                "closed_on": one.closed_on.isoformat() if one.closed_on else None,
                "kept_until": one.until.isoformat() if one.until else None,
                "due": one.is_due(today),
                "held": retention.held(one.case, holds) or None,
                "asked_on": asked[one.case].asked_on if one.case in asked else None,
            }
            for one in shown
        ]
        put_json(
            {
                "schema": "cdr-retention/1",
                "as_of": today.isoformat(),
                "years": years,
                "cases": cases,
                "asked": sorted(asked),
            }
        )
        return
    if asked:
        say(f"Asked to be erased, and to be confirmed by another member: {', '.join(sorted(asked))}")
    if not shown:
        put(f"No closed case has been kept for {years} years yet.")
        return

    def state(case: str, is_due: bool) -> str:
        held = retention.held(case, holds)
        words = ["due"] if is_due else []
        words += [f"held: {held}"] if held else []
        words += ["asked to be erased"] if case in asked else []
        return ", ".join(words)

    rows = [
        (one.case, one.closed_on or "not known", one.until or "not known", state(one.case, one.is_due(today)))
        for one in shown
    ]
    put(table(rows, ["case", "closed on", "kept until", ""]))
    say(
        f"Cases are kept for {years} years after they were closed (retention_years of cdr.yaml); what then happens a person decides: "
        "cdr erase REF, or cdr retention --keep REF"
    )
