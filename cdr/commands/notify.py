"""`cdr notify`: open a case from a notification."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from cdr import moments
from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import InvalidData, NotAllowed, NotAuthentic, Problem, WrongUsage
from cdr.records import replace
from cdr.store.drafts import kept_here
from cdr.terminal.output import file_name, given, put, put_json, say, to_fill_in
from cdr.work.known import already_known, likely
from cdr.work.taking_in import Form, check, examine

if TYPE_CHECKING:
    from cdr.terminal.interview import Interview

DRAFT = "notify-"


@click.command("notify")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="Form A as YAML, or the encrypted file that the offline form saves; - is standard input. Without it, on a terminal, field by field.",
)
@click.option(
    "--not-a-duplicate", metavar="REASON", help="Why this is another child, where one who is known looks like the same."
)
@click.option(
    "--yes",
    is_flag=True,
    help="An encrypted file is from who it says it is: do not ask. Needed where nobody can be asked.",
)
@click.option(
    "--to-yaml",
    metavar="FILE",
    help="Instead of opening a case, write what an encrypted file says as YAML, to be corrected.",
)
@as_json
@pass_app
def command(
    app: App, file: str | None, not_a_duplicate: str | None, yes: bool, to_yaml: str | None, as_json: bool
) -> None:
    """Open a case: keep Form A, print the case's reference, and say what must happen next and by when.

    Something in it is wrong? cdr edit REF form-a. Should the case not be there at all? cdr void REF.

    A file of the offline form (`cdr form --blank A -o notification.html`) is shown with who says that they notify, and taken in once
    that is confirmed: ring them on a number that you know.

    Examples:

    \b
    cdr notify --from form-a.yaml
    cdr notify --from notification.asc
    """
    if to_yaml:
        _write_out(app, file, to_yaml, as_json)
        return
    if file:
        opened = _open_case(app, _given(app, file, yes), not_a_duplicate)
    else:
        with _asked(app) as form:
            opened = _open_case(app, form, not_a_duplicate or _why_not_a_duplicate(app, form))
    reference, steps, form = opened
    if as_json:
        following = [{"what": s.what, "clock": s.clock, "due": s.due.isoformat() if s.due else None} for s in steps]
        put_json({"schema": "cdr-notify/1", "case": reference, "warnings": form.warnings_json(), "next": following})
        return
    put(reference)
    form.warn()
    say("What must happen next:")
    for step in steps:
        say(f"  {f'by {step.due}' if step.due else 'no date':<13}  {step.what}")


def _given(app: App, file: str, yes: bool) -> Form:
    """The form in a file; of one that came in from outside, once somebody has said that it is from whom it says."""
    from cdr.work import notification_forms

    raw = given(file)
    if not notification_forms.is_one(raw, file):
        return check(raw, file_name(file), "form-a", _rules(app))
    found = notification_forms.opened(app, raw, file)
    try:
        form = notification_forms.checked(found, _rules(app))
    except InvalidData as error:
        hint = f"Ring them, or put it right yourself: cdr notify --from {file_name(file)} --to-yaml FILE"
        raise InvalidData(error.problems, error.file, hint=hint) from None
    from cdr.terminal.confirming import refuse_unless_confirmed

    say(f"Notified by: {found.by}")
    refuse_unless_confirmed("this notification is from them", "the notifier", yes)
    return form


def _write_out(app: App, file: str | None, to_yaml: str, as_json: bool) -> None:
    """Write what a file of the offline form says, to be corrected. Raises: WrongUsage for any other."""
    from cdr.work import notification_forms

    raw = given(file) if file else b""
    if as_json or not file or not notification_forms.is_one(raw, file):
        raise WrongUsage("--to-yaml goes with --from and the encrypted file of the offline form, and without --json.")
    to_fill_in(to_yaml, notification_forms.as_yaml(notification_forms.opened(app, raw, file)))
    say("It names the child: delete it once it is recorded.")


def _rules(app: App) -> Any:
    from cdr.domain.rulebook import form_a

    def rules(body: Mapping[str, Any]) -> list[Problem]:
        known = form_a.problems(body, app.clock.today, app.policy, app.working_days)
        return [*known, *form_a.agency_problems(body, app.configuration)]

    return rules


@contextmanager
def _asked(app: App) -> Iterator[Form]:
    """The form as a person gives it on the terminal; what was typed is kept as a draft until all that follows is done."""
    from cdr.terminal.terminal import is_attended

    if not is_attended():
        raise WrongUsage(
            "There is no form: give it with --from FILE (or - for standard input).",
            "On a terminal, cdr notify asks field by field.",
        )
    app.store.require_member()  # told before an hour of typing
    name, draft = _draft(app)
    interview = _interview(app, name)
    if draft:
        interview.resume(draft)
    yield check(interview.run(), "the form", "form-a", _rules(app))
    kept_here(app.store, "drafts").forget(name)


def _interview(app: App, draft: str) -> Interview:
    from cdr import app as sources
    from cdr.domain.rulebook.questions import Area, Questions
    from cdr.terminal.interview import Interview, Rules

    configuration, rules = app.configuration, _rules(app)
    offers = {
        "authorities": tuple((name, name) for name in configuration.authorities),
        "hospitals": tuple((name, name) for name in configuration.hospitals),
        "agencies": tuple((agency.id, agency.name) for agency in configuration.agencies),
    }
    held = Rules(rules, lambda body: _others(app, body), lambda raw: examine(raw, "the form", "form-a", rules)[1])
    questions = Questions.from_rules(sources.rules("questions-form-a"))
    area = Area(app.policy, configuration.authorities, configuration.hospitals)
    return Interview(
        questions,
        area,
        offers,
        held,
        lambda: app.clock.now,
        lambda data: kept_here(app.store, "drafts").keep(draft, data),
    )


def _draft(app: App) -> tuple[str, bytes | None]:
    """The draft to go on with, by its name and what it holds, or the name for a new one."""
    for name in (name for name in kept_here(app.store, "drafts").names() if name.startswith(DRAFT)):
        kept = _kept(app, name)
        if kept is None:
            continue
        say(f"A draft of {_when(json.loads(kept)['kept_at'], app.clock.now)} is here.")
        answer = click.prompt(
            "Go on with it (y), begin another form and keep it (n), or delete it (d)",
            type=click.Choice(["y", "n", "d"]), default="y", show_choices=False, err=True,
        )  # fmt: skip
        if answer == "y":
            return name, kept
        if answer == "d":
            kept_here(app.store, "drafts").forget(name)
    return DRAFT + secrets.token_hex(4), None


def _kept(app: App, name: str) -> bytes | None:
    """What a draft holds, where it can be opened and is of the form as it is today."""
    from cdr.forms import schema

    with suppress(NotAllowed, NotAuthentic, ValueError, KeyError, TypeError):
        kept = kept_here(app.store, "drafts").open(name)
        if kept is not None and json.loads(kept)["form"] == schema.current("form-a"):
            return kept
    say("A draft is here that cannot be opened any more; it is left where it is.")
    return None


def _when(kept_at: str, now: datetime) -> str:
    kept = datetime.fromisoformat(kept_at)
    return f"{kept.day} {kept:%B}{f' {kept.year}' if kept.year != now.year else ''}, {kept:%H:%M}"


def _others(app: App, body: Mapping[str, Any]) -> list[Problem]:
    """What other cases have to do with the child of a form that is still being asked for, as warnings."""
    from cdr.domain.rulebook.validation import problem

    same = "has the same number, or the same names and dates: is it this child? You are asked why not at the end"
    found = likely(app, body)
    like = [replace(problem("A-26", "child"), title="Child", message=f"the case {case} {same}") for case in found.same]
    return [*(replace(one, level="warning") for one in like), *found.alike]


def _why_not_a_duplicate(app: App, form: Form) -> str | None:
    like = likely(app, form.body).same
    if not like:
        return None
    say(f"This child seems to be known already: {', '.join(like)}.")
    return (
        str(click.prompt("Why is this another child (Enter: stop here)", default="", show_default=False, err=True))
        or None
    )


def _open_case(app: App, form: Form, not_a_duplicate: str | None) -> tuple[str, Sequence[Any], Form]:
    """The new case's reference, what must happen next, and the form with what other cases have to do with it."""
    from cdr.domain.case import case
    from cdr.domain.process import routes
    from cdr.store import layout
    from cdr.store.transaction import Change

    store, today = app.store, app.clock.today
    with store.writing():
        store.require_member()
        found = likely(app, form.body)
        like = found.same
        if like and not not_a_duplicate:
            raise already_known(like)
        form = replace(form, warnings=(*form.warnings, *found.alike))
        steps = routes.what_follows(form.body, app.configuration, app.policy, app.working_days, today)
        reference = layout.new_reference(_notified_on(form.body), store.references)
        reason = not_a_duplicate if like else None
        bodies = {"case": case.opened(today, form.body, steps, reason), "notification": form.body}
        documents = {store.place(reference, id_): body for id_, body in bodies.items()}
        texts = {store.place(reference, "notification"): form.raw}
        store.commit(Change("notify", documents, texts=texts))
    return reference, steps, form


def _notified_on(body: Mapping[str, Any]) -> date:
    return moments.day(body["notified_at"])
