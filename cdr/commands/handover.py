"""`cdr handover`: give a case to the review team of another area."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.terminal.output import STDOUT, put_json, refuse_two_results, say, to_file


@click.command("handover")
@case_reference
@click.option("--to", "to", metavar="AREA", required=True, help="The area, as cdr.yaml calls it under areas.")
@click.option("-o", "--output", "output", metavar="FILE", required=True, help="Where the bundle goes; - is stdout.")
@as_json
@pass_app
def command(app: App, reference: str, to: str, output: str, as_json: bool) -> None:
    """Make a bundle for the area where the child lived (or died): notification, returns, and the analysis where there is one.

    It is signed by you and encrypted to the keys of that area's people in cdr.yaml, and asks for their completed Form C. Where they
    handed the case over to us, it answers theirs. That it went is recorded with the case.

    What went to another area cannot be taken back: ask them to delete it, and note that with cdr contact. A bundle that was not sent: delete
    the file; the record stays, and cdr contact says so.

    Example: cdr handover 2026-7K3M --to Eastbury -o for-eastbury.asc
    """
    from cdr.work.handing_over import area, hand_over

    refuse_two_results(output, as_json)
    other = area(app, to)

    def write(message: bytes) -> Callable[[], None] | None:
        there = output == STDOUT or Path(output).exists()
        to_file(output, message)
        return None if there else lambda: Path(output).unlink(missing_ok=True)

    hand_over(app, reference, other, write)
    if as_json:
        put_json({"schema": "cdr-handover/1", "case": reference, "to": other.name, "file": output})
    else:
        say(f"Send it to {other.manager.email or other.chair.email}. They take it in with: cdr receive FILE")
