"""`cdr erase`: end a case beyond recovery; one member asks for it, another confirms."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import DONE, TO_ACT_ON, ConditionsNotMet
from cdr.records import asdict
from cdr.terminal.output import put, put_json, say

if TYPE_CHECKING:
    from cdr.store.erasures import Erasure
    from cdr.work.erasing import Step

WHY, NOT_SAID = ("retention", "mistake", "order", "moved"), "not_said"
STAYS = (
    "What this does not reach: backups and copies of the disk made before, copies that never sync again, printed papers, files that were "
    "written out, messages that were sent, and what a panel's minutes, a briefing or published tables say. Delete the backups when their time comes."
)
OF_MEETINGS = (
    "What {} keeps about it stays, for it is part of a meeting and not of the case: that it was there, why, what two members "
    "wrote when they read it, actions, minutes."
)


@click.command("erase")
@case_reference
@click.option(
    "--because",
    type=click.Choice(WHY),
    help="Why, for the first of the two; known by itself where the case's time is over or it is void, and asked for at a terminal. "
    "Without a terminal and without it the record says that no reason was given.",
)
@click.option("--withdraw", is_flag=True, help="Take back what was asked for and is not confirmed yet.")
@as_json
@pass_app
def command(app: App, reference: str, because: str | None, withdraw: bool, as_json: bool) -> int:
    """End a case beyond recovery, here and in every copy that syncs. It takes two members: one asks, another confirms.

    The first call asks for it and changes nothing else. When another member gives the same command, the case's files are destroyed: the
    newest and all earlier ones, attached files and kept letters, and what is kept of it beside the store. The signed history stays and
    is verified as before; the reference, the two names and the days stand in the open. Nothing brings the case back. It ends with 1
    where files are still here because the others could not be told: cdr sync does the rest.

    Example: cdr erase 2014-7K3M --because retention
    """
    from cdr.work import erasing
    from cdr.work.erasing import Step

    if withdraw:
        said = erasing.withdraw(app, reference)
        if as_json:
            put_json(_json(Step(said, erasing.meetings_with(app, said.case)), "withdrawn"))
        else:
            put(f"{said.case} is not to be erased any more.")
        return DONE
    _ask_whether_sure(app, reference)
    step = erasing.next_step(app, reference, because or _reason(app, reference))
    if as_json:
        put_json(_json(step, "erased" if step.erasure.is_confirmed else "asked"))
    else:
        _tell(step)
    return TO_ACT_ON if step.erasure.is_confirmed and not step.is_destroyed else DONE


def _ask_whether_sure(app: App, reference: str) -> None:
    """At a terminal, whoever confirms types the reference once more. Raises: ConditionsNotMet."""
    from cdr.terminal import terminal
    from cdr.work import erasing

    said = erasing.asked_for(app).get(reference)
    if said is None or said.asked_by == app.store.person.fingerprint or not terminal.is_attended():
        return
    say(f"{_asked(said)} Nothing brings a case back.")
    if terminal.line(f"Type {reference} to destroy it: ").strip().upper() != reference:
        raise ConditionsNotMet(
            "Nothing was changed.", [], f"To take back what was asked: cdr erase {reference} --withdraw"
        )


def _reason(app: App, reference: str) -> str:
    """Why the first of the two asks for it: as the store knows it, else as they choose at a terminal. Raises: ConditionsNotMet."""
    from cdr.store.erasures import REASONS
    from cdr.terminal import answers, terminal
    from cdr.work import erasing

    known = erasing.reason_known(app, reference)
    if known or not terminal.is_attended() or not erasing.is_first_to_ask(app, reference):
        return known or NOT_SAID
    for number, word in enumerate(WHY, 1):
        say(f"{number} {word}: {REASONS[word]}")
    while typed := terminal.line("Why is it to go? (Enter: stop, and nothing is asked for) ").strip():
        with suppress(answers.Wrong):
            return answers.choose(typed, tuple((word, word) for word in WHY))
        say("Type one of the numbers or words.")
    raise ConditionsNotMet("Nothing was changed.", [], f"A reason by option: cdr erase {reference} --because retention")


def _asked(said: Erasure) -> str:
    from cdr.store.erasures import REASONS

    why = f"; {REASONS[said.because]}" if said.because == NOT_SAID else f", because {REASONS[said.because]}"
    return f"It was asked for on {said.asked_on}{why}."


def _tell(step: Step) -> None:
    said = step.erasure
    if not said.is_confirmed:
        put(f"{said.case} is to be erased; nothing is gone yet.")
        say(f"{_asked(said)} Another member confirms, after a sync: cdr erase {said.case}")
        _tell_of_meetings(step)
        if said.because == NOT_SAID:
            say(f"To give a reason, ask again: cdr erase {said.case} --withdraw; cdr erase {said.case} --because WHY")
        return
    if step.is_destroyed:
        put(f"{said.case} is erased: this copy holds none of its files any more.")
    else:
        put(f"{said.case} is erased for every reader; its files are still on this disk.")
        say(f"{step.waits} They are destroyed when the others know: cdr sync".strip())
    _tell_of_meetings(step)
    say(STAYS)


def _tell_of_meetings(step: Step) -> None:
    if step.meetings:
        say(OF_MEETINGS.format(", ".join(step.meetings)))


def _json(step: Step, state: str) -> dict[str, object]:
    told = {key: value or None for key, value in asdict(step.erasure).items()}
    return {
        "schema": "cdr-erase/1",
        "state": state,
        **told,
        "destroyed": step.is_destroyed,
        "meetings": [*step.meetings],
    }
