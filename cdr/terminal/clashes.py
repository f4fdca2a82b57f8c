"""Two values of one field, of which a person says which stands."""

from __future__ import annotations

from typing import Any

from cdr.domain.merging.three_ways import MISSING, Clash, Side
from cdr.forms import codec
from cdr.terminal import terminal
from cdr.terminal.going_back import BACK, Back
from cdr.terminal.output import say


def which(told: str, clash: Clash, first: str, second: str, has_before: bool = False) -> Side | None:
    """Show a field with both its values and ask which stands; None where nobody wants to say now.

    `first` and `second` call the two; each begins with the number that is typed. Raises: Back, for the question before.
    """
    before = [("before", clash.base)] if has_before else []
    width = max(len(first), len(second)) + 1
    say(f"\n{told}")
    for name, value in (*before, (first, clash.ours), (second, clash.theirs)):
        say(terminal.wrapped(f"{name:<{width}} {_shown(value)}", "  "))
    while True:
        try:
            typed = terminal.line(f"Which stands, 1 or 2? (Enter: stop, and decide later; {BACK}: the one before) ")
        except EOFError:
            typed = ""
        if typed == BACK:
            raise Back
        if not typed:
            return None
        if typed in ("1", "2"):
            return Side.OURS if typed == "1" else Side.THEIRS


def _shown(value: Any) -> str:
    if value is MISSING:
        return "(not there)"
    if isinstance(value, (dict, list)):
        return codec.dump({"": value}).decode("utf-8").partition(":")[2].strip()
    return "(nothing)" if value is None else str(value)
