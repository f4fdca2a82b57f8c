"""`cdr list`: cases with stage and next step, without names."""

from __future__ import annotations

from typing import Any

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import put, put_json, table
from cdr.domain.case import NEXT_STEPS


@click.command("list")
@click.option("--open", "only_open", is_flag=True, help="Open cases only.")
@as_json
@pass_app
def command(app: App, only_open: bool, as_json: bool) -> None:
    """List cases: reference, when notified, stage, and what each waits for. No name is shown."""
    rows = [row for row in _rows(app) if row["open"] or not only_open]
    if as_json:
        put_json({"schema": "cdr-list/1", "cases": rows})
    elif not rows:
        put("There is no open case." if only_open else "There is no case yet.")
    else:
        shown = [(r["case"], r["notified_on"], r["stage"], _in_short(r)) for r in rows]
        put(table(shown, ["case", "notified", "stage", "waiting for"]))
        put("\nNext steps")
        for stage in dict.fromkeys(r["stage"] for r in rows):
            put(f"  {stage}: {NEXT_STEPS[stage]}")


def _in_short(row: dict[str, Any]) -> str:
    """What a case waits for on one line: returns are counted, the rest is named."""
    count = len(row["outstanding"])
    returns = [f"{count} {'return' if count == 1 else 'returns'}"] if count else []
    others = [word for word in row["waiting_for"] if not word.startswith("return from ")]
    return ", ".join([*returns, *others]) or "-"


def _rows(app: App) -> list[dict[str, Any]]:
    from cdr.domain import case
    from cdr.domain.requests import outstanding

    app.store.require_member()
    rows = []
    for reference, kinds in app.store.facts().items():
        body, ledger, analysis = kinds["case"], kinds["requests"], kinds.get("analysis")
        rows.append(
            {
                "case": reference,
                "stage": case.stage(body, ledger, analysis),
                "open": body["status"] == "open",
                "notified_on": kinds["notification"]["facts"]["notified_on"],
                "outstanding": [request.agency for request in outstanding(ledger)],
                "waiting_for": case.waiting_for(body, ledger, analysis),
            }
        )
    return sorted(rows, key=lambda row: (row["notified_on"], row["case"]))
