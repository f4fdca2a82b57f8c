"""How each person wants to hear from us: a wish is one person's, and stands until somebody lifts it.

On the case: `wishes: [{person, relationship, name, wish, on, by, reason?, after_gates}]`, `person` being the number of `letters.people_of`.
The letter gate asks too whether contact is welcome (`contact_welcome`): its no is the wish of everyone it was asked for (`to` of the gate,
without it all of the family), also where an earlier version recorded it. A later yes of the gate takes back what a gate said, and never what
somebody recorded as a person's own wish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.letters.letter_gate import answer_of
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.records import dataclass
from cdr.written import bare_name

if TYPE_CHECKING:
    from cdr.domain.letters.letters import Recipient

NO_CONTACT, BY_TELEPHONE, WELCOME = "no-contact", "by-telephone", "welcome"
WISHES = (NO_CONTACT, BY_TELEPHONE, WELCOME)
QUESTION = "contact_welcome"
OF_GATE = {"no": NO_CONTACT, "yes": WELCOME}
WISH_IN_WORDS = {
    NO_CONTACT: "does not want to hear from us",
    BY_TELEPHONE: "wants to be rung and not written to",
    WELCOME: "is glad to have letters",
}

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Wish:
    """What one person wants, since when; `by_gate` says that an answer of the letter gate said so."""

    wish: str
    since: date | None
    by_gate: bool = False

    @property
    def no_letters(self) -> bool:
        """Whether no letter of any kind goes to this person."""
        return self.wish != WELCOME


@dataclass(frozen=True)
class Whom:
    """Whom of the family something was said of; the name is empty where the case, or the index, has none."""

    number: int | None
    relationship: str
    name: str = ""

    def is_person(self, person: Recipient, everyone: Sequence[Recipient]) -> bool:
        """Whether it is this person: by the name; where nobody bears it any more, by the number or the relationship."""
        name = bare_name(self.name)
        if name and name in {bare_name(one.name) for one in everyone}:
            alike = [one for one in everyone if bare_name(one.name) == name]
            return person in alike and (len(alike) == 1 or self.relationship == person.relationship)
        return self.number == person.number or self.relationship == person.relationship


@dataclass(frozen=True)
class Said:
    """What was said once, and of whom; of nobody in particular is of all the family."""

    of: tuple[Whom, ...]
    wish: Wish


def wish_of(case: Body, person: Recipient, everyone: Sequence[Recipient]) -> Wish | None:
    """What a person wants now; None where nobody ever said."""
    return _last(everything_said(case), lambda one: one.is_person(person, everyone))


def asked_of(gate: Body, people: Sequence[Recipient], everyone: Sequence[Recipient]) -> bool:
    """Whether the answers of a gate are of all these people: of nobody in particular is of all the family."""
    of = [_whom(key) for _, key in items_at(gate, "to")]
    return not of or all(any(whom.is_person(person, everyone) for whom in of) for person in people)


def nobody_to_write_to(case: Body, people: int) -> bool:
    """Whether not one of so many people, by their numbers from 1, wants letters; False where there is nobody."""
    said = everything_said(case)
    wishes = [_last(said, _of_number(number)) for number in range(1, people + 1)]
    return bool(wishes) and all(wish is not None and wish.no_letters for wish in wishes)


def _of_number(number: int) -> Callable[[Whom], bool]:
    return lambda one: one.number == number


def everything_said(case: Body) -> tuple[Said, ...]:
    """What the case has of wishes, in the order in which it was said: recorded by themselves, and by answers of the letter gate."""
    gates = [_of_gate(gate) for gate in _gates(case)]
    recorded: dict[int, list[Said]] = {}
    for _, item in items_at(case, "wishes"):
        wish = Wish(text_at(item, "wish"), date_at(item, "on"))
        recorded.setdefault(item["after_gates"], []).append(Said((_whom(item),), wish))
    found = [one for number, gate in enumerate(gates) for one in (*recorded.get(number, ()), *([gate] if gate else ()))]
    return (*found, *recorded.get(len(gates), ()))


def _of_gate(gate: Body) -> Said | None:
    wish = OF_GATE.get(answer_of(gate.get("answers") or {}, QUESTION))
    of = tuple(_whom(key) for _, key in items_at(gate, "to"))
    return Said(of, Wish(wish, date_at(gate, "recorded_on"), by_gate=True)) if wish else None


def _whom(key: Body) -> Whom:
    number = key.get("person")
    return Whom(number if isinstance(number, int) else None, text_at(key, "relationship"), text_at(key, "name"))


def _last(said: Sequence[Said], fits: Callable[[Whom], bool]) -> Wish | None:
    now: Wish | None = None
    for one in said:
        if one.of and not any(fits(whom) for whom in one.of):
            continue
        if one.wish.by_gate and now is not None and now.no_letters and not now.by_gate:
            continue  # a gate's answer takes the place of no wish that is the person's own
        now = one.wish
    return now


# ---- how the case keeps it ------------------------------------------------------------------------------------------


def key_of(person: Recipient) -> dict[str, Any]:
    """A person as the case keeps them beside a wish: known again by the name, also where Form A counts otherwise later."""
    name = {"name": person.name} if person.name else {}
    return {"person": person.number, "relationship": person.relationship, **name}


def with_wish(case: Body, person: Recipient, wish: str, on: date, by: str, reason: str) -> dict[str, Any]:
    """The case with what one person wants from now on."""
    item = {**key_of(person), "wish": wish, "on": on.isoformat(), "by": by, "after_gates": len(_gates(case))}
    listed = [dict(one) for _, one in items_at(case, "wishes")]
    return {**case, "wishes": [*listed, item | ({"reason": reason} if reason else {})]}


def without_names(case: Body) -> dict[str, Any]:
    """The wishes, the gates and the letters of a case without anybody's name or reason, for the index."""
    wishes = [{k: v for k, v in item.items() if k not in ("name", "reason")} for _, item in items_at(case, "wishes")]
    gates = [{**item, "to": [_nameless(key) for key in item["to"]]} if "to" in item else item for item in _gates(case)]
    letters = {"letters": [_nameless(item) for _, item in items_at(case, "letters")]} if "letters" in case else {}
    return {
        **letters,
        **({"wishes": wishes} if wishes else {}),
        **({"letter_gates": gates} if "letter_gates" in case else {}),
    }


def _nameless(key: Body) -> dict[str, Any]:
    return {k: v for k, v in key.items() if k != "name"}


def _gates(case: Body) -> list[Body]:
    return [gate for _, gate in items_at(case, "letter_gates")]
