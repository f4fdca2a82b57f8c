"""`cdr gate`: other processes that a review waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import Day, as_json, case_reference, happened, on, pass_app
from cdr.errors import WrongUsage
from cdr.forms.codelists import code_list
from cdr.terminal.output import put, put_json, table
from cdr.work.changing import changing

ACTIONS = ("open", "close", "waive", "expect", "take-back")
TAKES = {
    "open": {"on", "expected", "owner"},
    "close": {"on"},
    "waive": {"on", "reason"},
    "expect": set[str](),
    "take-back": set[str](),
}
DONE = {"open": "is open", "close": "has ended", "waive": "is not waited for any more", "expect": "is expected to end"}


@click.command("gate")
@case_reference
@click.argument("action", metavar="[ACTION]", required=False, type=click.Choice(ACTIONS))
@click.argument("type_", metavar="[TYPE]", required=False)
@click.argument("day", metavar="[DATE]", required=False, type=Day())
@on("it began, ended, or was decided not to be waited for")
@click.option("--expected", type=Day(), help="With open: the day on which it is expected to end.")
@click.option("--owner", metavar="TEXT", help="With open: the body or the role that conducts it.")
@click.option("--reason", metavar="TEXT", help="With waive: why it is not waited for; say nothing of the child.")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    action: str | None,
    type_: str | None,
    day: date | None,
    on: date | None,
    expected: date | None,
    owner: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    """List the other processes that a review waits for, or record that one began (open), ended (close), is not waited for any
    more (waive), or is expected to end on a day (expect).

    take-back undoes what was recorded last: a process that ended or was not waited for is open again, and an open one never was.

    TYPE is inquest, criminal, post_mortem, cspr, rapid_review, psii_serious_incident, pmrt, mnsi ... (a wrong one lists them all).

    Examples:

    \b
    cdr gate 2026-7K3M
    cdr gate 2026-7K3M open inquest --on 2026-01-12 --expected 2026-11-30 --owner "HM Coroner"
    cdr gate 2026-7K3M expect inquest 2027-02-15
    cdr gate 2026-7K3M close inquest --on 2027-02-16
    cdr gate 2026-7K3M waive cspr --reason "The partnership decided against one"
    cdr gate 2026-7K3M take-back cspr
    """
    given = {
        key: value for key, value in (("on", on), ("expected", expected), ("owner", owner), ("reason", reason)) if value
    }
    if action is None:
        _refuse_others(given, set(), "the list")
        _show(app.store.case(reference).case.body, reference, as_json)
        return
    kind = _type(type_)
    _refuse_others(given, TAKES[action], action)
    if (action == "expect") != (day is not None):
        raise WrongUsage(
            f"Say when it is expected to end: cdr gate {reference} expect {kind} DATE; elsewhere a day is given with --on."
        )
    if action == "waive" and not (reason or "").strip():
        raise WrongUsage("Say why it is not waited for: --reason TEXT.")
    body = _record(
        app, reference, action, kind, day or happened(app, on), expected, owner or "", (reason or "").strip()
    )
    if as_json:
        _show(body, reference, as_json)
    else:
        from cdr.domain.case.gates import OPEN, gates_of, words

        is_open = any(gate.type == kind and gate.status == OPEN for gate in gates_of(body))
        done = DONE.get(action) or ("is open again" if is_open else "is taken back, as if it had never begun")
        put(f"{reference}: {words(kind)} {done}{f' on {day}' if day else ''}.")


def _type(text: str | None) -> str:
    types = code_list("investigation_type")
    kind = (text or "").strip().lower().replace("-", "_")
    if kind not in types:
        raise WrongUsage(f"Say which process, one of: {', '.join(str(code.code) for code in types.codes)}.")
    return kind


def _refuse_others(given: Mapping[str, object], takes: set[str], action: str) -> None:
    others = sorted(given.keys() - takes)
    if others:
        raise WrongUsage(f"These do not go with {action}: {', '.join(f'--{name}' for name in others)}.")


def _record(
    app: App, reference: str, action: str, kind: str, day: date, expected: date | None, owner: str, reason: str
) -> dict[str, Any]:
    from cdr.domain.case import gates, milestones

    with changing(app, reference) as now:
        kept = now.documents.case
        if action == "open":
            body = gates.opened(kept.body, kind, day, expected, owner)
        elif action == "close":
            body = gates.closed(kept.body, kind, day)
        elif action == "waive":
            body = gates.waived(kept.body, kind, day, reason, app.store.person.name)
        elif action == "take-back":
            body = gates.taken_back(kept.body, kind)
        else:
            body = gates.expected(kept.body, kind, day)
        body = milestones.with_following(body, app.policy)
        now.record("gate", {kept.place: body})
    return body


def _show(case: Mapping[str, Any], reference: str, as_json: bool) -> None:
    from cdr.domain.case.gates import gates_of

    found = gates_of(case)
    if as_json:
        put_json({"schema": "cdr-gate/1", "case": reference, "gates": list(case.get("gates", ()))})
        return
    if not found:
        put(f"No other process is known. Where one begins: cdr gate {reference} open TYPE")
        return
    rows = [
        (
            gate.words,
            gate.status,
            gate.opened_on or "-",
            gate.expected_on or "-",
            gate.ended_on or "-",
            gate.owner or "-",
        )
        for gate in found
    ]
    put(table(rows, ["process", "state", "began", "expected", "ended", "owner"]))
    for gate in found:
        if gate.reason:
            put(f"{gate.words}: not waited for{f', {gate.waived_by}' if gate.waived_by else ''}: {gate.reason}")
