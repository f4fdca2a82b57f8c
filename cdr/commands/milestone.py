"""`cdr milestone`: what was done in a case, and what is still called for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Day, as_json, case_reference, pass_app
from cdr.domain.case.milestones import KINDS, Milestone
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.forms.codelists import code_list
from cdr.terminal.output import given, put, put_json, say, table
from cdr.work.attaching import attached
from cdr.work.changing import changing
from cdr.work.taking_in import text

if TYPE_CHECKING:
    from cdr.store.layout import Place


@click.command("milestone")
@case_reference
@click.argument("kind", metavar="[KIND]", required=False)
@click.option("--on", "on", type=Day(), help="The day it was done; today without it.")
@click.option(
    "--with", "--to", "party", metavar="TEXT", help="The body or the role with whom, or to whom; no name of the family."
)
@click.option("--type", "type_", metavar="TYPE", help="With cdrm: perinatal_review, hospital_mortality_meeting ...")
@click.option("--note", metavar="FILE", help="A note from a file; - is standard input. It is kept encrypted.")
@click.option("--minutes", metavar="FILE", help="Minutes or a report, kept encrypted as an attachment.")
@click.option("--undo", is_flag=True, help="Take back the last milestone of this kind.")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    kind: str | None,
    on: date | None,
    party: str | None,
    type_: str | None,
    note: str | None,
    minutes: str | None,
    undo: bool,
    as_json: bool,
) -> None:
    """List what was done in a case and what is still called for, or record that something was done (or, with --undo, was not).

    KIND is initial_meeting, home_visit, cdrm, post_mortem_final, pfd_report ... (a wrong one lists them all; `cdr explain
    milestones` says what each means and ends).

    Examples:

    \b
    cdr milestone 2026-7K3M
    cdr milestone 2026-7K3M initial_meeting --on 2026-01-11 --minutes minutes.pdf
    cdr milestone 2026-7K3M pfd-report --on 2026-06-01 --to "Northtown General Hospital"
    cdr milestone 2026-7K3M home_visit --undo
    """
    others = [
        name
        for name, value in (
            ("--on", on),
            ("--with", party),
            ("--type", type_),
            ("--note", note),
            ("--minutes", minutes),
        )
        if value
    ]
    if (kind is None or undo) and (others or (undo and kind is None)):
        raise WrongUsage(
            "Say which milestone: cdr milestone REF KIND."
            if kind is None
            else f"With --undo no other option goes: {', '.join(others)}."
        )
    if kind is None:
        _show(app, reference, as_json)
        return
    code = _kind(kind)
    if undo:
        _undo(app, reference, code)
    else:
        given_ = Milestone(
            code,
            _day(app, code, on),
            (party or "").strip(),
            _meeting(code, type_),
            text(note, "note", "Note") if note else "",
        )
        _record(app, reference, given_, minutes)
    if as_json:
        _show(app, reference, as_json)
    else:
        put(f"{reference}: {code_list(KINDS).label(code)}{': taken back' if undo else ''}.")


def _kind(text: str) -> str:
    kinds, code = code_list(KINDS), text.strip().lower().replace("-", "_")
    if code not in kinds:
        raise WrongUsage(
            f"There is no such milestone. Choose one of: {', '.join(str(one.code) for one in kinds.codes)}."
        )
    return code


def _day(app: App, code: str, on: date | None) -> date:
    today = app.clock.today
    if on and on > today and not _extra(code).get("ahead"):
        raise ConditionsNotMet(
            "The day given with --on is still to come; nothing was recorded.", [], "Give the day on which it happened."
        )
    return on or today


def _meeting(code: str, type_: str | None) -> str:
    types = _extra(code).get("types")
    known = [str(one.code) for one in code_list(types).codes] if types else []
    if type_ and type_ not in known:
        right = f"one of {', '.join(known)}" if known else "left out: this milestone has no types"
        raise WrongUsage(f"The type must be {right}.")
    return type_ or ""


def _extra(code: str) -> Mapping[str, Any]:
    found = code_list(KINDS).get(code)
    return found.extra if found else {}


def _record(app: App, reference: str, milestone: Milestone, minutes: str | None) -> None:
    from cdr.domain.case import milestones
    from cdr.domain.rulebook.validation import date_at

    data = given(minutes) if minutes else b""
    store, today = app.store, app.clock.today
    with changing(app, reference) as now:
        kept = now.documents.case
        body: Mapping[str, Any] = kept.body
        attachments: dict[Place, bytes] = {}
        milestone = replace(milestone, by=store.person.name)
        if minutes:
            kept_as = _extra(milestone.kind).get("minutes", "other")
            body, attachments, number = attached(app, reference, body, minutes, data, kept_as)
            milestone = replace(milestone, attachment=number)
        died = date_at(now.documents.notification.body, "death.date")
        changed = milestones.recorded(body, milestone, today, died, app.policy)
        now.record("milestone", {kept.place: changed}, attachments=attachments)


def _undo(app: App, reference: str, code: str) -> None:
    from cdr.domain.case import milestones

    with changing(app, reference) as now:
        kept = now.documents.case
        taken = [one for one in milestones.milestones_of(kept.body) if one.kind == code]
        body = milestones.undone(kept.body, code, app.policy)
        now.record("milestone", {kept.place: body})
    if taken[-1].attachment:
        say(f"Its minutes stay with the case as attachment {taken[-1].attachment}.")


def _show(app: App, reference: str, as_json: bool) -> None:
    from cdr.domain.case.milestones import milestones_of, still_called_for

    documents = app.store.case(reference)
    case, requests = documents.case.body, documents.requests.body
    steps = still_called_for(case, requests, app.clock.today, app.policy) if case["status"] == "open" else []
    if as_json:
        called = [
            {"what": s.what, "clock": s.clock, "due": s.due.isoformat() if s.due else None, "who": s.who} for s in steps
        ]
        content = {"schema": "cdr-milestone/1", "case": reference, "milestones": list(case.get("milestones", ()))}
        put_json(content | {"still_called_for": called})
        return
    done = sorted(milestones_of(case), key=lambda one: one.on)
    if done:
        put("Done")
        put(
            table(
                [(one.on, one.label, one.party or "-", _kept(one)) for one in done], ["on", "milestone", "with", "kept"]
            )
        )
    else:
        put("No milestone is recorded yet. Record one with: cdr milestone REF KIND")
    if steps:
        put("\nStill called for")
        put(table([(s.due or "no date", s.clock, s.who, s.what) for s in steps], ["by", "clock", "who", "what"]))


def _kept(milestone: Milestone) -> str:
    minutes = f"attachment {milestone.attachment}" if milestone.attachment else ""
    return ", ".join(filter(None, (minutes, "a note" if milestone.note else ""))) or "-"
