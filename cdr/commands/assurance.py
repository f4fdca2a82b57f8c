"""`cdr assurance`: what the chair assures the partners of, each quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, output_file, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import STDOUT, put_json, refuse_two_results, to_file

if TYPE_CHECKING:
    from cdr.statistics.assurance import Assurance


@click.command("assurance")
@click.option(
    "--quarter", metavar="2026/27-Q1", help="The quarter, Q1 being April to June; without it the last that is over."
)
@output_file
@as_json
@pass_app
def command(app: App, quarter: str | None, output: str | None, as_json: bool) -> None:
    """Make the chair's assurance report of a quarter: deaths and reviews, meetings and whether they counted, what was passed over,
    what was raised, actions and returns that are late. Without any name of a child or a case.

    As in tally, only children who lived in the area are counted.

    -o takes a .pdf, .md or .txt file; without it the report is text on stdout. It leaves room for what the chair says. Exact numbers: for
    the partners, and not for publication.

    Example: cdr assurance --quarter 2026/27-Q1 -o assurance.pdf
    """
    from cdr.documents.panel.assurance import assurance_paper
    from cdr.documents.panel.paper import to_pdf, to_text
    from cdr.statistics.assurance import assurance, last_quarter, parse_quarter
    from cdr.work.actions import actions
    from cdr.work.counting import require_begun
    from cdr.work.meetings import meetings

    refuse_two_results(output, as_json)
    to = output or STDOUT
    ending = "txt" if to == STDOUT else to.rpartition(".")[2].lower()
    if ending not in ("pdf", "md", "txt"):
        raise WrongUsage("Name a file that ends in .pdf, .md or .txt with -o.")
    today = app.clock.today
    asked = parse_quarter(quarter) if quarter else last_quarter(today)
    app.store.require_member()
    require_begun(app, asked.last)
    authorities = app.configuration.authorities
    told = assurance(app.cases(), meetings(app), actions(app), authorities, asked, today, app.policy)
    if output or not as_json:
        paper = assurance_paper(told, app.configuration)
        to_file(to, to_pdf(paper, today) if ending == "pdf" else to_text(paper))
    if as_json:
        put_json(_json(told))


def _json(told: Assurance) -> dict[str, Any]:
    late = ((told.late_returns, "agency"), (told.late_actions, "to"))
    returns, actions = ([{name: who, "count": n} for who, n in counts.items()] for counts, name in late)
    return {
        "schema": "cdr-assurance/1",
        "quarter": told.quarter.label,
        "from": told.quarter.first.isoformat(),
        "until": told.quarter.last.isoformat(),
        "on": told.on.isoformat(),
        "notified": told.notified,
        "reviewed": told.reviewed,
        "median_days": told.days,
        "meetings": [one.id for one in told.meetings],
        "passed_over": [{"on": one.on.isoformat(), "unmet": list(one.unmet)} for one in told.passed_over],
        "raised": {what: told.raised.get(what, 0) for what in ("abuse", "coroner", "public_health")},
        "open": [{"stage": stage, "count": n} for stage, n in told.stages.items()],
        "returns_overdue": returns,
        "actions": {"added": told.added, "done": told.done, "not_taken_up": told.not_taken_up},
        "actions_overdue": actions,
        "deferred": [{"waiting_for": what, "count": n} for what, n in told.put_off.items()],
        "second_opinions": {"asked": told.asked, "awaited": told.awaited},
    }
