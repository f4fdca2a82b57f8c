"""Who of a family is written to: everyone who should have a letter and does not wish otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr.errors import ConditionsNotMet
from cdr.records import dataclass
from cdr.terminal.output import say

if TYPE_CHECKING:
    from cdr.domain.letters.letters import Recipient
    from cdr.domain.letters.wishes import Wish
    from cdr.work.letters_held import LetterCase, Wanted

FAMILY = "family"
SEVERAL = 2


class NobodyToWriteTo(ConditionsNotMet):
    """The letter is for not one of those who were chosen: they want none, or it thanks for what somebody else told us."""

    tells_what_is_recorded = True


@dataclass(frozen=True)
class WrittenTo:
    """Those who have a letter, the sentences about those who have none, and the questions of the gate that are still to be answered.

    `unclear` says what to ask where nobody knows whose the letter is.
    """

    people: tuple[Recipient, ...]
    skipped: tuple[str, ...]
    questions: tuple[str, ...]
    unclear: tuple[str, ...] = ()


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
    if case.kind.only_who_told and case.standing.told_us is not None:
        silent = [person for person in people if person.number not in case.standing.told_us]
        skipped += [_silent(wanted.reference, person) for person in silent]
        people = [person for person in people if person not in silent]
    if not people:
        again = f"; ask again on {gate['review_on']}" if gate and "review_on" in gate else ""
        done = "nothing was recorded" if gate is None else f"the answers are kept{again}"
        raise NobodyToWriteTo(f"This letter is for nobody who was chosen; {done}.", skipped)
    not_asked = all(known[person.number] for person in people) and not _is_not_known(gate)
    questions = [id_ for id_ in case.kind.questions if not (not_asked and id_ == wishes.QUESTION)]
    return WrittenTo(tuple(people), tuple(skipped), tuple(questions), tuple(_whose_views(wanted, case, people)))


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
    from cdr.domain.letters.wishes import BY_TELEPHONE, QUESTION, WISH_IN_WORDS

    since = f" (recorded on {wish.since})" if wish.since else ""
    do = "Ring them instead. " if wish.wish == BY_TELEPHONE else ""
    lift = f"When that changes: cdr wish {reference} {number} welcome --from FILE"
    return f"Letter {number} is not made: this person {WISH_IN_WORDS[wish.wish]}{since}. {do}{lift} [{QUESTION}]"


def _silent(reference: str, person: Recipient) -> str:
    """Why somebody has no thanks: the views that are recorded are another's."""
    return (
        f"Letter {person.number} is not made: the views that are recorded are not this person's. If they told us something too: "
        f"cdr milestone {reference} family_views --on DATE --with {person.number}"
    )


def _whose_views(wanted: Wanted, case: LetterCase, people: Sequence[Recipient]) -> list[str]:
    """What to ask before several are thanked: nobody recorded whose the views were, and who said nothing is not thanked for it."""
    from cdr.domain.letters.letter_facts import VIEWS_RECORDED

    if (
        not case.kind.only_who_told
        or VIEWS_RECORDED not in case.standing
        or case.standing.told_us is not None
        or wanted.to is not None
        or len(people) < SEVERAL
    ):
        return []
    return [
        "Several people could have this letter, and nobody recorded which of them told us something. Say who it was with --to, "
        f"or record it: cdr milestone {wanted.reference} family_views --on DATE --with NUMBER"
    ]


def _is_not_known(gate: Mapping[str, Any] | None) -> bool:
    from cdr.domain.letters.letter_gate import answer_of
    from cdr.domain.letters.wishes import QUESTION

    return answer_of((gate or {}).get("answers") or {}, QUESTION) == "not_known"
