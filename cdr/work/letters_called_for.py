"""The rules of letters in force, and which letters a step of the process calls for, as they are typed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from cdr.app import App, rules

if TYPE_CHECKING:
    from cdr.domain.letters.letter_kinds import LetterRules


@cache
def letter_rules() -> LetterRules:
    """The rules of letters in force; made once in a run, so nobody changes them."""
    from cdr.domain.letters.letter_kinds import LetterRules

    return LetterRules.from_rules(rules("letters"))


def letters_to_type(app: App, steps: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The commands of the letters that steps (a case and a clock) call for, as they are typed; none for one that calls for no letter."""
    wanted = list(dict.fromkeys(steps))
    words = {clock: _that_serve(app, clock) for clock in {clock for _, clock in wanted}}
    return {(case, clock): tuple(f"cdr letter {case} {one}".rstrip() for one in words[clock]) for case, clock in wanted}


def _that_serve(app: App, clock: str) -> list[str]:
    from cdr.domain.case.milestones import words_for
    from cdr.domain.letters.called_for import that_serve

    return that_serve(rules("letters"), clock, words_for(clock), app.policy.letter_ends)
