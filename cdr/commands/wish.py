"""`cdr wish`: how one person of the family wants to hear from us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.domain.letters.wishes import WELCOME, WISH_IN_WORDS, WISHES
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import put, put_json
from cdr.work.changing import changing
from cdr.work.taking_in import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdr.domain.letters.letters import Recipient


@click.command("wish")
@case_reference
@click.argument("person", metavar="[PERSON]", required=False)
@click.argument("wish", metavar="[no-contact|by-telephone|welcome]", required=False, type=click.Choice(WISHES))
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="What was said, and who told us; - is standard input. Needed to lift a wish.",
)
@as_json
@pass_app
def command(app: App, reference: str, person: str | None, wish: str | None, file: str | None, as_json: bool) -> None:
    """Record how one person wants to hear from us: no-contact, by-telephone (rung, not written to) or welcome.

    PERSON is as in cdr letter --to: mother, father, or the number of the letter. It stands for every kind of letter until somebody lifts it
    (welcome, with the reason in FILE); the letters to others go on. A closed case takes one too. Without PERSON the wishes are shown.

    Examples:

    \b
    cdr wish 2026-7K3M mother no-contact --from said.txt
    cdr wish 2026-7K3M 2 by-telephone
    cdr wish 2026-7K3M
    cdr wish 2026-7K3M mother welcome --from said.txt
    """
    if person is None:
        documents = app.store.case(reference)
        return _show(reference, documents.notification.body, documents.case.body, as_json)
    if wish is None:
        raise WrongUsage(f"Say what the person wants: {', '.join(WISHES)}.")
    reason = text(file, "reason", "Reason") if file is not None else ""
    form_a, body = _record(app, reference, person, wish, reason)
    return _show(reference, form_a, body, as_json)


def _record(app: App, reference: str, to: str, wish: str, reason: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    from cdr.domain.letters import letters, wishes

    with changing(app, reference, also_closed=True) as now:
        form_a, kept = now.documents.notification.body, now.documents.case
        everyone = letters.recipients(form_a)
        one = _one(letters.choose(everyone, to), to)
        before = wishes.wish_of(kept.body, one, everyone)
        reason = reason or _asked(before is not None and before.no_letters and wish == WELCOME, reference)
        body = wishes.with_wish(kept.body, one, wish, app.clock.today, app.store.person.name, reason)
        now.record("wish", {kept.place: body})
    return form_a, body


def _one(found: Sequence[Recipient], to: str) -> Recipient:
    if len(found) > 1:
        numbers = " or ".join(str(person.number) for person in found)
        raise WrongUsage(f"More than one person is meant by {to.strip().casefold()}.", f"Give the number: {numbers}.")
    return found[0]


def _asked(is_lifted: bool, reference: str) -> str:
    """The reason for lifting a wish, from the person at the terminal. Raises: ConditionsNotMet where there is none."""
    from cdr.terminal import terminal

    if not is_lifted:
        return ""
    said = (
        " ".join(terminal.lines("Why may we write to this person again, and who told us? ", ()))
        if terminal.is_attended()
        else ""
    )
    if not said.strip():
        raise ConditionsNotMet(
            "A wish is lifted with its reason; nothing was recorded.",
            ["Say who told us that this person may be written to again, and when."],
            f"Write it into a file: cdr wish {reference} PERSON welcome --from FILE",
        )
    return said.strip()


def _show(reference: str, form_a: Mapping[str, Any], case: Mapping[str, Any], as_json: bool) -> None:
    from cdr.domain.letters import letters, wishes

    everyone = letters.recipients(form_a)
    known = [(person, wishes.wish_of(case, person, everyone)) for person in everyone]
    if as_json:
        listed = [
            {
                "person": person.number,
                "relationship": person.relationship,
                "wish": wish.wish if wish else None,
                "since": wish.since.isoformat() if wish and wish.since else None,
                "by_gate": bool(wish and wish.by_gate),
            }
            for person, wish in known
        ]
        put_json({"schema": "cdr-wish/1", "case": reference, "wishes": listed})
        return
    for person, wish in known:
        said = f"{WISH_IN_WORDS[wish.wish]} (since {wish.since})" if wish else "has not said how"
        put(f"{reference}: person {person.number} ({person.relationship.replace('_', ' ')}) {said}")
