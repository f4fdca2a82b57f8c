"""What was answered is given again: to the same question, on the same day, while nothing is recorded and the program is the same.

Kept is what was written and what was said beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cdr import resources
from cdr.store import answers
from cdr.terminal.output import say

if TYPE_CHECKING:
    from cdr.app import App


def answered(app: App, question: Sequence[Any], make: Callable[[Callable[[str], None]], str]) -> str:
    """The answer to a question of which `question` is every word, as it was kept; else as `make` writes it, which is given by what it says something.

    Raises: NotAllowed, and as `make`.
    """
    app.store.require_member()
    told = [*_when(app), resources.edition_of_documents().hex(), *question]
    kept = answers.kept(app.store, told)
    if kept is not None:
        app.goes_by_configuration = True  # which the answer was worked out by
        for sentence in kept["said"]:
            say(sentence)
        return str(kept["text"])
    said: list[str] = []

    def tell(sentence: str) -> None:
        said.append(sentence)
        say(sentence)

    text = make(tell)
    answers.keep(app.store, told, {"text": text, "said": said})
    return text


def _when(app: App) -> tuple[str, bool]:
    """The day of the question, and whether that is past, which an answer says."""
    from cdr.work.counting import looks_back

    return app.clock.today.isoformat(), looks_back(app)
