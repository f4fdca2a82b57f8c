"""The kinds of letter that there are (`rules/letters.yaml`), what each needs, and how long the answers of the letter gate are good for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from cdr import resources
from cdr.records import dataclass

FAMILY, ORGANISATION, MEMBER = "family", "organisation", "member"
CHAIR = "chair"
WORDS_FOR_FAMILY = "words_for_family"

Body = Mapping[str, Any]


@cache
def kind_names() -> tuple[str, ...]:
    """Their names, in the file's order, for a command that lists them before any file of rules is read as a whole."""
    return tuple(re.findall(r"(?m)^  - kind: ([a-z-]+)$", resources.read_bytes("rules", "letters.yaml").decode()))


@dataclass(frozen=True)
class Kind:
    """One kind of letter: to whom it goes, who signs it, its questions of the letter gate, and the facts of the case.

    `needs` names the facts that must be so for a final one, `forbids` those that must not (`letter_facts`); `only_who_told`: it goes
    to those alone whose views are recorded. `words` says what somebody writes for it themselves (empty: nothing), `may_know` what a colleague
    may read of the case, and `then` the milestone (or one of them) that is still to be recorded once it was talked over with them.
    """

    name: str
    title: str
    to: str
    signed_by: str
    needs: tuple[str, ...]
    forbids: tuple[str, ...]
    questions: tuple[str, ...]
    only_who_told: bool = False
    words: str = ""
    may_know: tuple[str, ...] = ()
    then: tuple[str, ...] = ()

    @property
    def tells_what_was_found(self) -> bool:
        """Whether this kind gives a family everything that the panel has for them."""
        return WORDS_FOR_FAMILY in self.needs


@dataclass(frozen=True)
class FactWords:
    """The sentences for a fact of a case: where a letter needs it and it is not so, and where it is so and forbids the letter.

    `after` names the fact without which this one cannot be so: while a letter lacks that one, nothing is said of this.
    """

    missing: str
    in_the_way: str
    after: str = ""


@dataclass(frozen=True)
class Addresses:
    """How an address is known for one of a prison or of a hospital: words anywhere in a line, and words at its end."""

    custody: tuple[str, ...]
    hospital: tuple[str, ...]

    def is_custody(self, lines: Sequence[str]) -> bool:
        """Whether somebody with this address is in custody."""
        return any(
            re.search(rf"(?<!\w){re.escape(words)}(?!\w)", line.casefold()) for line in lines for words in self.custody
        )

    def is_hospital(self, lines: Sequence[str]) -> bool:
        """Whether somebody with this address is in hospital."""
        return any(line.casefold().rstrip(" .,").endswith(self.hospital) for line in lines)


@dataclass(frozen=True)
class LetterRules:
    """The rules of letters; days are calendar days, `waits` says in plain words what a review waits for."""

    kinds: Mapping[str, Kind]
    good_for: Mapping[str, int]
    proof_reading_good_for: int
    ask_again_after: int
    waits: Mapping[str, str]
    facts: Mapping[str, FactWords]
    late_after: int
    of_late: int
    together_within: int
    addresses: Addresses
    of_every_kind: tuple[str, ...] = ()

    @staticmethod
    def from_rules(body: Body) -> LetterRules:
        """The rules of a file such as `rules/letters.yaml`."""
        kinds = [
            Kind(
                k["kind"], k["title"], k["to"], k["signed_by"],
                tuple(k.get("needs", ())), tuple(k.get("forbids", ())), tuple(k["questions"]),
                k.get("only_who_told", False), k.get("words", ""), tuple(k.get("may_know", ())), tuple(k.get("then", ())),
            )
            for k in body["kinds"]
        ]  # fmt: skip
        return LetterRules(
            kinds={kind.name: kind for kind in kinds},
            good_for=dict(body["answers_good_for_days"]),
            proof_reading_good_for=body["proof_reading_good_for_days"],
            ask_again_after=body["ask_again_after_days"],
            waits=dict(body["waits"]),
            facts={
                name: FactWords(words.get("missing", ""), words.get("in_the_way", ""), words.get("after", ""))
                for name, words in body["facts"].items()
            },
            late_after=body["late_after_days"],
            of_late=body["of_late_days"],
            together_within=body["died_together_within_days"],
            addresses=Addresses(tuple(body["addresses"]["custody"]), tuple(body["addresses"]["hospital"])),
            of_every_kind=tuple(body.get("of_every_kind", ())),
        )

    def ask_again(self, recorded_on: date) -> date:
        """The day to ask again about an answer that holds a letter, where nobody gave one."""
        return recorded_on + timedelta(days=self.ask_again_after)
