"""What a letter is made from, and what keeps it from being final: the case, the answers of the gate, and the day it would arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet, NotFound
from cdr.records import dataclass
from cdr.terminal.output import say
from cdr.work.letters_called_for import letter_rules

if TYPE_CHECKING:
    from cdr.documents.letters.letter import AnyLetter
    from cdr.domain.letters.letter_facts import Standing
    from cdr.domain.letters.letter_kinds import Kind, LetterRules
    from cdr.store.case_file import CaseFile


VOID = "The case is void, and no letter of it is made final. Which case stands, if one does: cdr show REF"


@dataclass(frozen=True)
class Wanted:
    """The letters that were asked for; `gate` is the file of its answers, `find_places` says where they may go, `words` what somebody wrote for it."""

    reference: str
    kind: str
    to: str | None
    gate: str | None
    draft: bool
    format: str
    send_on: date
    large_print: bool
    find_places: Callable[[Sequence[int]], None]
    words: str = ""


class HeldBack(ConditionsNotMet):
    """A letter cannot be made final: the case, an answer or the day holds it."""

    tells_what_is_recorded = True


@dataclass(frozen=True)
class LetterCase:
    """One case as a letter reads it."""

    kind: Kind
    rules: LetterRules
    documents: CaseFile
    standing: Standing

    @property
    def form_a(self) -> Mapping[str, Any]:
        return self.documents.notification.body

    @property
    def analysis(self) -> Mapping[str, Any] | None:
        return self.documents.analysis_body

    @property
    def revision(self) -> int:
        """The revision of the form that the letter is made from."""
        source = self.documents.analysis if self.kind.to == "organisation" else self.documents.notification
        return source.revision if source else 0


def case_of(documents: CaseFile, wanted: Wanted) -> LetterCase:
    """The case as the letters that are asked for read it."""
    found = letter_rules()
    return LetterCase(found.kinds[wanted.kind], found, documents, _standing(documents, wanted.send_on, found))


def _standing(documents: CaseFile, on: date, rules: LetterRules) -> Standing:
    from cdr.domain.letters import letter_facts

    form_a, case, requests = documents.notification.body, documents.case.body, documents.requests.body
    return letter_facts.standing(form_a, case, requests, documents.analysis_body, on, rules)


@dataclass(frozen=True)
class Held:
    """What keeps a letter from being final, a sentence each: what is not so of the case, what the gate lacks, and the day it would arrive."""

    facts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    day: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.answers or self.day)

    @property
    def hint(self) -> str:
        """What to do about it."""
        draft = "--draft makes a marked draft"
        if self.answers:
            return f"Write the answers into a file and give it with --gate FILE (cdr letter --help shows one); {draft}."
        if self.facts:
            return f"Record what is so, or choose the letter that says it; {draft}."
        return "Give the day on which it will be posted with --send-on DATE."


def held_by(
    app: App,
    wanted: Wanted,
    case: LetterCase,
    gate: Mapping[str, Any] | None,
    composed: Sequence[AnyLetter],
    questions: Sequence[str],
    unclear: Sequence[str],
) -> Held:
    """Everything that keeps a letter from being final, `questions` being those of its gate that are to be answered, and `unclear` whose it is.

    A draft is held by nothing: what it says that is not so, and its day, are only spoken of.
    """
    from cdr.domain.case import processes, voiding
    from cdr.domain.letters import letter_facts, letter_gate, letter_odds, letters, professional_letters
    from cdr.domain.letters.professional_letters import ProfessionalLetter

    of_day = _day(app, wanted, case, gate)
    named = [
        sentence
        for letter in composed
        if isinstance(letter, ProfessionalLetter)
        for sentence in professional_letters.recognisable(letter, case.form_a)
    ]
    facts = [*named, *unclear, *letter_facts.unmet(case.kind, case.standing, case.rules)]
    if wanted.draft:
        void = [VOID] if voiding.is_void(case.documents.case.body, case.documents.requests.body) else []
        for sentence in (*void, *facts, *of_day):
            say(f"please check: {sentence}")
        return Held()
    live = processes.is_live(case.documents.case.body, app.policy.gates.waits_at_panel)
    everyone = letters.people_of(case.form_a)
    people = {one.recipient.number: everyone.get(one.recipient.number, {}) for one in composed}
    if case.kind.words and not wanted.words:
        facts.append("Nobody wrote yet what this letter is to say: --from FILE")
    answers = [
        *letter_gate.unanswered(gate, case.form_a, app.clock.today, questions),
        *letter_odds.at_odds(
            gate, case.form_a, people, wanted.send_on, questions, case.rules.addresses,
            live_process=live, criminal=case.standing.criminal,
        ),
        *(letter_gate.hold_reasons(gate, questions) if questions else ()),
        *letter_gate.too_old(gate, wanted.send_on, questions, case.rules.good_for, case.rules.proof_reading_good_for),
    ]  # fmt: skip
    return Held(tuple(dict.fromkeys(facts)), tuple(dict.fromkeys(answers)), tuple(of_day))


def nobody_to_have_it(wanted: Wanted, case: LetterCase, nobody: NotFound) -> Held:
    """What of the case keeps a final letter that would have nobody to go to: that there is nobody is then no news, and its hint no help."""
    from cdr.domain.letters import letter_facts

    if wanted.draft:
        return Held()
    facts = letter_facts.unmet(case.kind, case.standing, case.rules)
    return Held((*facts, nobody.message)) if facts else Held()


def _day(app: App, wanted: Wanted, case: LetterCase, gate: Mapping[str, Any] | None) -> list[str]:
    """What the letter would arrive close to, with the next good day to send it."""
    from cdr.domain.letters import letter_days
    from cdr.domain.rulebook.validation import items_at
    from cdr.written import long_date

    if case.kind.to != "family":
        return []
    day_rules = letter_days.DayRules.from_rules(rules("letter-days"))
    gates = [*(item for _, item in items_at(case.documents.case.body, "letter_gates")), *([gate] if gate else [])]
    found = letter_days.calendar(case.form_a, gates, wanted.send_on, day_rules, app.working_days)
    if letter_days.festivals_not_known(case.form_a, wanted.send_on, day_rules):
        say("please check: the festivals of that year are not known here; ask the key worker whether the day is good.")
    near = found.in_the_way(wanted.send_on)
    if not near:
        return []
    good = found.next_good_day(wanted.send_on)
    hint = (
        f"The next good day to send it is {long_date(good)}: --send-on {good}"
        if good
        else "Ask the key worker when it may come."
    )
    return [f"It would arrive close to: {', '.join(near)}. {hint}"]


def not_final(held: Held, gate: Mapping[str, Any] | None, kind: Kind) -> HeldBack:
    """Why the letters are not made; `gate` is what was given now and is kept."""
    again = f"; ask again on {gate['review_on']}" if gate and "review_on" in gate else ""
    done = "nothing was recorded" if gate is None else f"the answers are kept, and no letter was made{again}"
    whom = {"family": "a family", "organisation": "an organisation"}.get(kind.to, "a colleague")
    return HeldBack(
        f"A letter to {whom} cannot be made final yet; {done}.", [*held.facts, *held.answers, *held.day], held.hint
    )
