"""`cdr milestone`: what was done in a case, and what is still called for."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Day, as_json, case_reference, pass_app
from cdr.domain.case.milestones import KINDS, Milestone, words_for
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.forms.codelists import code_list
from cdr.records import replace
from cdr.terminal.output import given, put, put_json, say, table
from cdr.work.attaching import attached
from cdr.work.changing import changing
from cdr.work.taking_in import text

if TYPE_CHECKING:
    from cdr.domain.process.clocks import Step
    from cdr.store.layout import Place

SCREEN, NARROWEST = (100, 24), 30


@click.command("milestone")
@case_reference
@click.argument("kinds", metavar="[KIND]...", nargs=-1)
@click.option("--on", "on", type=Day(), help="The day it was done; today without it.")
@click.option(
    "--with",
    "--to",
    "party",
    metavar="TEXT",
    help="The body or the role with whom, or to whom; for family_views whose they are: mother, father, a number as in cdr letter --to, family. No name.",
)
@click.option("--type", "type_", metavar="TYPE", help="With cdrm: perinatal_review, hospital_mortality_meeting ...")
@click.option("--note", metavar="FILE", help="A note from a file; - is standard input. It is kept encrypted.")
@click.option("--minutes", metavar="FILE", help="Minutes or a report, kept encrypted as an attachment.")
@click.option("--undo", is_flag=True, help="Take back the last milestone of each of these kinds.")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    kinds: tuple[str, ...],
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
    milestones` says what each means and ends; the list has the word for each step). Several may be given: all on one day, in one go.

    Examples:

    \b
    cdr milestone 2026-7K3M
    cdr milestone 2026-7K3M initial_meeting --on 2026-01-11 --minutes minutes.pdf
    cdr milestone 2026-7K3M pfd-report --on 2026-06-01 --to "Northtown General Hospital"
    cdr milestone 2026-7K3M home_visit --undo
    """
    codes = tuple(dict.fromkeys(map(_kind, kinds)))
    of_one = [name for name, value in (("--type", type_), ("--note", note), ("--minutes", minutes)) if value]
    others = [*of_one, *(name for name, value in (("--on", on), ("--with", party)) if value)]
    _refuse(codes, of_one, others, undo)
    if not codes:
        _show(app, reference, as_json)
        return
    if undo:
        _undo(app, reference, codes)
    else:
        words = text(note, "note", "Note") if note else ""
        done = [
            Milestone(code, _day(app, code, on), (party or "").strip(), _meeting(code, type_), words) for code in codes
        ]
        _record(app, reference, done, minutes)
    if as_json:
        _show(app, reference, as_json)
        return
    for code in codes:
        put(f"{reference}: {code_list(KINDS).label(code)}{': taken back' if undo else ''}.")


def _refuse(codes: Sequence[str], of_one: Sequence[str], others: Sequence[str], undo: bool) -> None:
    if not codes and (others or undo):
        raise WrongUsage("Say which milestone: cdr milestone REF KIND.")
    if undo and others:
        raise WrongUsage(f"With --undo no other option goes: {', '.join(others)}.")
    if len(codes) > 1 and of_one:
        raise WrongUsage(f"With several milestones these do not go: {', '.join(of_one)}.", "Record that one by itself.")


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


def _record(app: App, reference: str, done: Sequence[Milestone], minutes: str | None) -> None:
    """Record them all in one commit, or none."""
    from cdr.domain.rulebook.validation import date_at

    data = given(minutes) if minutes else b""
    with changing(app, reference) as now:
        kept = now.documents.case
        body: Mapping[str, Any] = kept.body
        attachments: dict[Place, bytes] = {}
        done = [replace(one, by=app.store.person.name) for one in done]
        if minutes:
            [one] = done
            kept_as = _extra(one.kind).get("minutes", "other")
            body, attachments, number = attached(app, reference, body, minutes, data, kept_as)
            done = [replace(one, attachment=number)]
        died = date_at(now.documents.notification.body, "death.date")
        now.record("milestone", {kept.place: _recorded(app, body, done, died)}, attachments=attachments)


def _recorded(app: App, body: Mapping[str, Any], done: Sequence[Milestone], died: date | None) -> dict[str, Any]:
    """The case with these milestones. Raises: ConditionsNotMet with what is unmet of each of them."""
    from cdr.domain.case import milestones

    unmet, refused, changed = list[str](), None, dict(body)
    for one in done:
        try:
            changed = milestones.recorded(changed, one, app.clock.today, died, app.policy)
        except ConditionsNotMet as error:
            unmet += [f"{one.kind}: {words}" if len(done) > 1 else words for words in error.unmet]
            refused = error
    if refused:
        raise ConditionsNotMet(refused.message, unmet, refused.hint)
    return changed


def _undo(app: App, reference: str, codes: Sequence[str]) -> None:
    from cdr.domain.case import milestones

    with changing(app, reference) as now:
        kept = now.documents.case
        body: Mapping[str, Any] = kept.body
        for code in codes:
            taken = [one for one in milestones.milestones_of(body) if one.kind == code]
            body = milestones.undone(body, code, app.policy)
            if taken[-1].attachment:
                say(f"Its minutes stay with the case as attachment {taken[-1].attachment}.")
        now.record("milestone", {kept.place: dict(body)})


def _show(app: App, reference: str, as_json: bool) -> None:
    from cdr.domain.case.milestones import milestones_of, still_called_for
    from cdr.domain.case.standing import is_open

    documents = app.store.case(reference)
    case, requests = documents.case.body, documents.requests.body
    steps = still_called_for(case, requests, app.clock.today, app.policy) if is_open(case) else []
    if as_json:
        called = [
            {"what": s.what, "clock": s.clock, "due": s.due.isoformat() if s.due else None, "who": s.who}
            | {"words": list(words_for(s.clock))}
            for s in steps
        ]
        content = {"schema": "cdr-milestone/1", "case": reference, "milestones": list(case.get("milestones", ()))}
        put_json(content | {"still_called_for": called})
        return
    done = sorted(milestones_of(case), key=lambda one: one.on)
    if done:
        put("Done")
        put(
            table(
                [(one.on, one.kind, one.label, one.party or "-", _kept(one)) for one in done],
                ["on", "word", "milestone", "with", "kept"],
            )
        )
    else:
        put(f"No milestone is recorded yet. Record one with: cdr milestone {reference} KIND")
    if steps:
        put("\nStill called for")
        put(_steps(app, reference, steps))
        say(f"Mark what was done, several in one go: cdr milestone {reference} WORD... [--on DATE]")


def _steps(app: App, reference: str, steps: Sequence[Step]) -> str:
    """The steps as a table that fits the screen: what is to be done is wrapped in the column that is left."""
    from cdr.work.letters_called_for import letters_to_type

    rows = [(step.due or "no date", " or ".join(words_for(step.clock)) or "-", step.clock, step.who) for step in steps]
    headers = ("by", "word", "clock", "who")
    taken = sum(max(map(len, (header, *(str(row[n]) for row in rows)))) + 2 for n, header in enumerate(headers))
    width = max(NARROWEST, shutil.get_terminal_size(SCREEN).columns - taken)
    to_type = letters_to_type(app, ((reference, step.clock) for step in steps))
    letters = [" or ".join(to_type[reference, step.clock]) for step in steps]
    told = [f"{step.what}: {typed}" if typed else step.what for step, typed in zip(steps, letters, strict=True)]
    what = [textwrap.fill(words, width, break_on_hyphens=False, break_long_words=False) for words in told]
    return table([(*row, words) for row, words in zip(rows, what, strict=True)], [*headers, "what"])


def _kept(milestone: Milestone) -> str:
    minutes = f"attachment {milestone.attachment}" if milestone.attachment else ""
    return ", ".join(filter(None, (minutes, "a note" if milestone.note else ""))) or "-"
