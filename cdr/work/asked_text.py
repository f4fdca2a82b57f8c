"""A text about somebody: from a file, or typed on the terminal, and never an argument, which others on the machine can see."""

from __future__ import annotations

from cdr.errors import WrongUsage
from cdr.terminal.terminal import is_attended, lines
from cdr.work.taking_in import text, written


def asked_text(file: str | None, field: str, title: str) -> str:
    """What a file says, or what a person types, up to an empty line. Raises: WrongUsage where nobody can be asked; InvalidData."""
    if file is not None:
        return text(file, field, title)
    if not is_attended():
        raise WrongUsage(
            "The words come from a file, and nobody can be asked here.",
            "Give them with --from FILE; - is standard input.",
        )
    typed = "\n".join(lines(f"{title} (an empty line ends it): ", ()))
    if not typed:
        raise WrongUsage("Nothing was typed; nothing was recorded.")
    return written(typed, "what was typed", field, title)
