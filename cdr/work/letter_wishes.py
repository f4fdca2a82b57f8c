"""Who of a family is written to: everyone who should have a letter and does not wish otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdr.errors import ConditionsNotMet
from cdr.terminal.output import say

if TYPE_CHECKING:
    from cdr.domain.letters.letters import Recipient
    from cdr.domain.letters.wishes import Wish
    from cdr.work.letters_held import LetterCase, Wanted

FAMILY = "family"


class NobodyToWriteTo(ConditionsNotMet):
    """Not one of those who were chosen wants a letter."""


@dataclass(frozen=True)
class WrittenTo:
    """Those who have a letter, the sentences about those who have none, and the questions of the gate that are still to be answered."""

    people: tuple[Recipient, ...]
    skipped: tuple[str, ...]
    questions: tuple[str, ...]


def written_to(wanted: Wanted, case: LetterCase, body: Mapping[str, Any], gate: Mapping[str, Any] | None) -> WrittenTo:
    """Whom the letters that are asked for go to; `body` is the case with the answers `gate` that were given now.

    Raises: NobodyToWriteTo, NotFound.
    """
    from cdr.domain.letters import letters, wishes

    if case.kind.to != FAMILY:
        return WrittenTo((), (), case.kind.questions)
    everyone = letters.recipients(case.form_a)
    chosen = letters.choose(everyone, wanted.to)
    known = {person.number: wishes.wish_of(body, person, everyone) for person in chosen}
    skipped = [_skipped(wanted.reference, number, wish) for number, wish in known.items() if wish and wish.no_letters]
    people = [person for person in chosen if not ((wish := known[person.number]) and wish.no_letters)]
    if not people:
        again = f"; ask again on {gate['review_on']}" if gate and "review_on" in gate else ""
        done = "nothing was recorded" if gate is None else f"the answers are kept{again}"
        raise NobodyToWriteTo(f"Nobody who was chosen wants this letter; {done}.", skipped)
    not_asked = all(known[person.number] for person in people) and not _is_not_known(gate)
    questions = [id_ for id_ in case.kind.questions if not (not_asked and id_ == wishes.QUESTION)]
    return WrittenTo(tuple(people), tuple(skipped), tuple(questions))


def asked_of(wanted: Wanted, case: LetterCase) -> list[dict[str, Any]]:
    """Of whom the answers of the gate are, as the case keeps them; nobody in particular where no one was chosen."""
    from cdr.domain.letters import letters, wishes

    if case.kind.to != FAMILY or wanted.to is None:
        return []
    people: Sequence[Recipient] = letters.choose(letters.recipients(case.form_a), wanted.to)
    return [wishes.key_of(person) for person in people]


def tell_skipped(found: WrittenTo) -> None:
    """Say on stderr who has no letter, and why."""
    for sentence in found.skipped:
        say(f"please note: {sentence}")


def _skipped(reference: str, number: int, wish: Wish) -> str:
    from cdr.domain.letters.wishes import BY_TELEPHONE, IN_WORDS, QUESTION

    since = f" (recorded on {wish.since})" if wish.since else ""
    do = "Ring them instead. " if wish.wish == BY_TELEPHONE else ""
    lift = f"When that changes: cdr wish {reference} {number} welcome --from FILE"
    return f"Letter {number} is not made: this person {IN_WORDS[wish.wish]}{since}. {do}{lift} [{QUESTION}]"


def _is_not_known(gate: Mapping[str, Any] | None) -> bool:
    from cdr.domain.letters.letter_gate import answer_of
    from cdr.domain.letters.wishes import QUESTION

    return answer_of((gate or {}).get("answers") or {}, QUESTION) == "not_known"
