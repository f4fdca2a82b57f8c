"""Letters that an answer of the letter gate holds: which, since when, and when to ask again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr.domain.case.letters_made import final_letters
from cdr.domain.letters import wishes
from cdr.domain.letters.letter_gate import BY_ID, held_questions, one_line, reason_of
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.records import dataclass

Body = Mapping[str, Any]
CLOCK = "letter"
ONCE_BY_ITSELF = timedelta(days=14)  # the day to ask again that earlier versions gave where nobody did


@dataclass(frozen=True)
class Hold:
    """A kind of letter that waits: the questions whose answers hold it, since when, and the day to ask again, if known."""

    kind: str
    since: date
    questions: tuple[str, ...]
    ask_again_on: date | None

    @property
    def whom(self) -> str:
        """Whom to ask again, in a few words."""
        return "; ".join(dict.fromkeys(BY_ID[id_].ask for id_ in self.questions))

    def what_to_do(self) -> str:
        """What to do, in a sentence that names nobody."""
        return f"Ask again whether the letter ({self.kind}) may go: {', '.join(self.questions)}"


def holds(case: Body) -> list[Hold]:
    """The letters on hold: the last answers of a kind say no, and no letter of it has been made final since."""
    last = {text_at(gate, "kind"): gate for _, gate in items_at(case, "letter_gates")}
    return [hold for kind, gate in last.items() for hold in _hold(case, kind, gate)]


def to_ask_about(case: Body, people: int) -> list[Hold]:
    """The holds about which somebody should ask; `people` counts those who should have letters.

    A wish stands until it is lifted, so that nobody asks about it but on a day that was named; and where not one of them wants
    letters, nobody asks about anything else either.
    """
    on_hold = holds(case)
    nobody = bool(on_hold) and wishes.nobody_to_write_to(case, people)
    return [hold for hold in on_hold if (hold.ask_again_on if _is_a_wish(hold) else not nobody)]


def _is_a_wish(hold: Hold) -> bool:
    return hold.questions == (wishes.QUESTION,)


def _hold(case: Body, kind: str, gate: Body) -> Iterator[Hold]:
    questions, since = held_questions(gate), date_at(gate, "recorded_on")
    if questions and since is not None and not _gone_since(case, kind, since):
        again = date_at(gate, "review_on")
        by_itself = questions == (wishes.QUESTION,) and again == since + ONCE_BY_ITSELF
        yield Hold(kind, since, questions, None if by_itself else again)


def _gone_since(case: Body, kind: str, since: date) -> bool:
    """Whether a final letter of this kind was made on a later day; on the same day the last answers count."""
    return any(one.kind == kind and (one.made_on or since) > since for one in final_letters(case))


def last_gate(
    case: Body, kind: str, of_every_kind: Sequence[str] = (), asked_of: Callable[[Body], bool] = lambda gate: True
) -> Body | None:
    """The last answers that were given for a kind of letter.

    One that stands for a reason (because) counts for those of whom it was asked alone: `asked_of` says whether these are they.
    To the questions `of_every_kind` (whether a parent is suspected, whether the family wants to hear from us ...) an answer
    that holds, given later for another kind, counts for this one too, until it is answered again.
    """
    gates = [gate for _, gate in items_at(case, "letter_gates")]
    own = max((n for n, gate in enumerate(gates) if text_at(gate, "kind") == kind), default=None)
    if own is None:
        return None
    later: dict[str, Any] = {}
    for gate in gates[own + 1 :]:
        held = held_questions(gate)
        for id_ in of_every_kind:
            if id_ in held:
                later[id_] = gate["answers"].get(id_)
            elif id_ in gate["answers"]:
                later.pop(id_, None)
    answers = {**gates[own]["answers"], **later}
    if not asked_of(gates[own]):
        answers = {id_: answer for id_, answer in answers.items() if id_ in later or not reason_of(answers, id_)}
    return {**gates[own], "answers": answers}


def kept(answers: Body, kind: str, recorded_on: date, ask_again_on: date, to: Sequence[Body] = ()) -> dict[str, Any]:
    """The answers as the case keeps them; where one holds the letter, with the day to ask again; `to` is of whom it was asked.

    That somebody wants no letters is asked again on a day that was given, and on no other.
    """
    body = {key: value for key, value in answers.items() if key not in ("schema", "case")}
    asked = {"to": [dict(key) for key in to]} if to else {}
    held = held_questions(answers)
    day = one_line(answers.get("review_on")) or (ask_again_on.isoformat() if set(held) - {wishes.QUESTION} else "")
    again = {"review_on": day} if held and day else {}
    return {"recorded_on": recorded_on.isoformat(), "kind": kind, **asked, **body, **again}
