"""Whether something that came in is from whom it says: a person says so, or nothing is recorded."""

from __future__ import annotations

import click

from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import speak_up
from cdr.terminal.terminal import is_attended


def refuse_unless_confirmed(what: str, whom: str, yes: bool) -> None:
    """Ask whether `what` holds, unless that is said already. Raises: WrongUsage where nobody can be asked; ConditionsNotMet."""
    if yes:
        return
    if not is_attended():
        raise WrongUsage(
            f"Nobody can be asked here whether {what}; nothing was recorded.",
            "Make sure of it (ring them where in doubt), then give --yes.",
        )
    speak_up()
    if not click.confirm("Is this from them? Record it?", default=False, err=True):
        raise ConditionsNotMet("Nothing was recorded.", [], f"Ring {whom}, and ask whether they sent this.")
