"""How each person wants to hear from us: a wish is one person's, and stands until somebody lifts it.

On the case: `wishes: [{person, relationship, name, wish, on, by, reason?, after_gates}]`, `person` being the number of `letters.people_of`.
The letter gate asks too whether contact is welcome (`contact_welcome`): its no is the wish of everyone it was asked for (`to` of the gate,
without it all of the family), also where an earlier version recorded it. A later yes of the gate takes back what a gate said, and never what
somebody recorded as a person's own wish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.letters.letter_gate import answer_of
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.written import bare_name

if TYPE_CHECKING:
    from cdr.domain.letters.letters import Recipient

NO_CONTACT, BY_TELEPHONE, WELCOME = "no-contact", "by-telephone", "welcome"
WISHES = (NO_CONTACT, BY_TELEPHONE, WELCOME)
QUESTION = "contact_welcome"
OF_GATE = {"no": NO_CONTACT, "yes": WELCOME}
IN_WORDS = {
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


def wish_of(case: Body, person: Recipient, everyone: Sequence[Recipient]) -> Wish | None:
    """What a person wants now; None where nobody ever said."""
    return _last(case, lambda key: _is(key, person, everyone))


def nobody_to_write_to(case: Body, people: int) -> bool:
    """Whether not one of so many people, by their numbers from 1, wants letters; False where there is nobody."""
    wishes = [_last(case, lambda key, n=number: key.get("person") == n) for number in range(1, people + 1)]
    return bool(wishes) and all(wish is not None and wish.no_letters for wish in wishes)


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
    """The wishes and the gates of a case without anybody's name or reason, for the index."""
    wishes = [{k: v for k, v in item.items() if k not in ("name", "reason")} for _, item in items_at(case, "wishes")]
    gates = [{**item, "to": [_nameless(key) for key in item["to"]]} if "to" in item else item for item in _gates(case)]
    return {**({"wishes": wishes} if wishes else {}), **({"letter_gates": gates} if "letter_gates" in case else {})}


def _nameless(key: Body) -> dict[str, Any]:
    return {k: v for k, v in key.items() if k != "name"}


def _last(case: Body, fits: Any) -> Wish | None:
    now: Wish | None = None
    for keys, said in _said(case):
        if keys and not any(fits(key) for key in keys):
            continue
        if said.by_gate and now is not None and now.no_letters and not now.by_gate:
            continue  # a gate's answer takes the place of no wish that is the person's own
        now = said
    return now


def _said(case: Body) -> Iterator[tuple[Sequence[Body], Wish]]:
    """Everything that was said in its order, with whom it concerns; nobody in particular is everyone."""
    wishes, gates = [item for _, item in items_at(case, "wishes")], _gates(case)
    for number, gate in enumerate(gates):
        yield from _recorded(wishes, number)
        if found := OF_GATE.get(answer_of(gate.get("answers") or {}, QUESTION)):
            yield gate.get("to") or (), Wish(found, date_at(gate, "recorded_on"), by_gate=True)
    yield from _recorded(wishes, len(gates))


def _recorded(wishes: Sequence[Body], after_gates: int) -> Iterator[tuple[Sequence[Body], Wish]]:
    for item in wishes:
        if item["after_gates"] == after_gates:
            yield (item,), Wish(text_at(item, "wish"), date_at(item, "on"))


def _gates(case: Body) -> list[Body]:
    return [gate for _, gate in items_at(case, "letter_gates")]


def _is(key: Body, person: Recipient, everyone: Sequence[Recipient]) -> bool:
    """Whether a wish is this person's: by the name; where nobody bears it any more, by the number or the relationship."""
    name = bare_name(text_at(key, "name"))
    if name and name in {bare_name(one.name) for one in everyone}:
        alike = [one for one in everyone if bare_name(one.name) == name]
        return person in alike and (len(alike) == 1 or key.get("relationship") == person.relationship)
    return key.get("person") == person.number or key.get("relationship") == person.relationship
