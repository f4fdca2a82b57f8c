"""`cdr notify`: open a case from a notification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from cdr.app import App
from cdr.commands.forms import Form, check, examine, take_in
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import put, put_json, say
from cdr.errors import ConditionsNotMet, Problem, WrongUsage


@click.command("notify")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="Form A as YAML; - is standard input. Without it, on a terminal, field by field.",
)
@click.option(
    "--not-a-duplicate", metavar="REASON", help="Why this is another child, where one who is known looks like the same."
)
@as_json
@pass_app
def command(app: App, file: str | None, not_a_duplicate: str | None, as_json: bool) -> None:
    """Open a case: keep Form A, print the case's reference, and say what must happen next and by when.

    Example: cdr notify --from form-a.yaml
    """
    form = take_in(file, "form-a", _rules(app)) if file else _asked(app)
    reference, steps = _open_case(app, form, not_a_duplicate)
    if as_json:
        following = [{"what": s.what, "clock": s.clock, "due": s.due.isoformat() if s.due else None} for s in steps]
        put_json({"schema": "cdr-notify/1", "case": reference, "warnings": form.warnings_json(), "next": following})
        return
    put(reference)
    form.warn()
    say("What must happen next:")
    for step in steps:
        say(f"  {f'by {step.due}' if step.due else 'no date':<13}  {step.what}")


def _rules(app: App) -> Any:
    from cdr.domain import form_a

    def rules(body: Mapping[str, Any]) -> list[Problem]:
        known = form_a.problems(body, app.clock.today, app.policy, app.working_days)
        return [*known, *form_a.agency_problems(body, app.configuration)]

    return rules


def _asked(app: App) -> Form:
    from cdr.commands.interview import interview, is_attended

    if not is_attended():
        raise WrongUsage(
            "There is no form: give it with --from FILE (or - for standard input).",
            "On a terminal, cdr notify asks field by field.",
        )
    app.store.require_member()  # told before an hour of typing
    raw = interview("form-a", lambda given: examine(given, "the form", "form-a", _rules(app))[1])
    return check(raw, "the form", "form-a", _rules(app))


def _open_case(app: App, form: Form, not_a_duplicate: str | None) -> tuple[str, Sequence[Any]]:
    from cdr.domain import case, routes
    from cdr.store import layout
    from cdr.store.transaction import Change

    store, today = app.store, app.clock.today
    with store.writing():
        store.require_member()
        like = _duplicates(app, form.body)
        if like and not not_a_duplicate:
            raise _already_known(like)
        steps = routes.what_follows(form.body, app.configuration, app.policy, app.working_days, today)
        reference = layout.new_reference(_notified_on(form.body), set(store.snapshot.cases))
        reason = not_a_duplicate if like else None
        bodies = {
            "case": case.opened(today, form.body, steps, reason),
            "notification": form.body,
            "requests": {"schema": "requests/1", "requests": []},
            "prompts": {"schema": "prompts/1", "prompts": []},
        }
        documents = {store.place(reference, id_): body for id_, body in bodies.items()}
        texts = {store.place(reference, "notification"): form.text()}
        store.commit(Change("notify", documents, texts=texts), {reference: {}})
    return reference, steps


def _duplicates(app: App, body: Mapping[str, Any]) -> list[str]:
    """The cases that seem to be the same child's."""
    from cdr.domain.duplicates import Identity, identity, same_child

    new = identity(body)
    facts = app.store.facts()
    known = {case: kinds["notification"]["identity"] for case, kinds in facts.items() if "notification" in kinds}
    return [case for case, kept in known.items() if same_child(new, Identity.from_dict(kept))]


def _already_known(like: list[str]) -> ConditionsNotMet:
    return ConditionsNotMet(
        "This child seems to be known already; nothing was recorded.",
        [f"The case {case} has the same number, or the same names and dates [A-26]" for case in like],
        "If this is another child, say why: --not-a-duplicate REASON",
    )


def _notified_on(body: Mapping[str, Any]) -> Any:
    from datetime import date

    return date.fromisoformat(str(body["notified_at"])[:10])
