"""`cdr receive`: take in a case, or an answer, from the review team of another area."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import ConditionsNotMet
from cdr.terminal.output import given, put, put_json, say
from cdr.written import counted

if TYPE_CHECKING:
    from cdr.domain.case.handovers import Bundle
    from cdr.work.handing_over import Received


@click.command("receive")
@click.argument("file", metavar="FILE")
@click.option("--accept", metavar="FPR", help="Take it in although cdr.yaml does not name the key that signed it.")
@as_json
@pass_app
def command(app: App, file: str, accept: str | None, as_json: bool) -> None:
    """Open a bundle that cdr handover made elsewhere, say who signed it and what it holds, ask, and take it in.

    It opens a new case, or keeps the analysis that was asked for with the case that was handed over. Where cdr.yaml names the signer
    under the area that it comes from, nobody is asked; else a person at a terminal is, or --accept names the key. Prints the case's reference.

    Example: cdr receive from-eastbury.asc
    """
    from cdr.work.handing_over import opened, take_in

    app.store.require_member()
    found = opened(app, given(file))
    for line in _told(found):
        say(line)
    if not found.is_known and not _is_accepted(found.signer, accept):
        raise ConditionsNotMet(
            "It was not taken in.",
            [f"cdr.yaml does not name the key {found.signer} under that area."],
            f"Compare it with them by telephone, then: cdr receive FILE --accept {found.signer}",
        )
    reference = take_in(app, found)
    bundle = found.bundle
    if as_json:
        put_json(
            {
                "schema": "cdr-receive/1",
                "case": reference,
                "from": bundle.sender,
                "their_case": bundle.case,
                "signer": found.signer,
                "answers": bool(bundle.answers),
                "asked": [one.to_dict() for one in bundle.asked],
            }
        )
        return
    put(reference)
    if bundle.asks_for_analysis:
        say(f'They ask for the completed analysis (Form C): cdr handover {reference} --to "{bundle.sender}" -o FILE')


def _told(found: Received) -> list[str]:
    bundle = found.bundle
    parts = ["the notification", counted(len(bundle.returns), "return"), *(["an analysis"] if bundle.analysis else [])]
    whose = f"{found.name}, " if found.name else ""
    return [
        f"From {bundle.sender}, made on {bundle.made_on}, their case {bundle.case}.",
        f"Signed by {whose}key {found.signer}.",
        f"It holds {', '.join(parts)}.",
        *([f"They asked agencies there for their returns: {_came_of(bundle)}."] if bundle.asked else []),
    ]


def _came_of(bundle: Bundle) -> str:
    """How many agencies of the other area answered, and how."""
    found = Counter(one.status for one in bundle.asked)
    return ", ".join(f"{n} {status}" for status, n in found.items())


def _is_accepted(signer: str, accept: str | None) -> bool:
    from cdr.terminal.terminal import is_attended

    if accept is not None:
        return accept.replace(" ", "").upper() == signer
    return is_attended() and click.confirm("cdr.yaml does not name this key. Take it in all the same?", err=True)
