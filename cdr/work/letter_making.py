"""How letters are made: what holds them is found first, then they are written, and then it is kept that they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet
from cdr.terminal.output import say
from cdr.work.changing import changing
from cdr.work.taking_in import take_in

if TYPE_CHECKING:
    from cdr.documents.letters.letter import AnyLetter
    from cdr.domain.letters.letter_facts import Standing
    from cdr.domain.letters.letter_kinds import Kind, LetterRules
    from cdr.domain.letters.letters import Letter
    from cdr.store.case_file import CaseFile


@dataclass(frozen=True)
class Wanted:
    """The letters that were asked for; `gate` is the file of its answers, and `find_places` says where they may go."""

    reference: str
    kind: str
    to: str | None
    gate: str | None
    draft: bool
    format: str
    send_on: date
    large_print: bool
    find_places: Callable[[Sequence[int]], None]


@dataclass(frozen=True)
class _Case:
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
        source = self.documents.notification if self.kind.to == "family" else self.documents.analysis
        return source.revision if source else 0


def _standing(documents: CaseFile, on: date, rules: LetterRules) -> Standing:
    from cdr.domain.letters import letter_facts

    form_a, case, requests = documents.notification.body, documents.case.body, documents.requests.body
    return letter_facts.standing(form_a, case, requests, documents.analysis_body, on, rules)


def letter_rules() -> LetterRules:
    """The rules of letters in force."""
    from cdr.domain.letters.letter_kinds import LetterRules

    return LetterRules.from_rules(rules("letters"))


def statement(app: App, wanted: Wanted) -> dict[int, bytes]:
    """The statement of confidentiality, which belongs to no case, so that nothing is kept of it.

    Raises: NotFound, WrongConfiguration.
    """
    from cdr.domain.letters import professional_letters

    letter = professional_letters.statement(
        app.configuration, wanted.to, wanted.send_on, large_print=wanted.large_print
    )
    files = {1: _render(letter, _wording(app, wanted.kind), wanted.format, ())}
    wanted.find_places([1])
    return files


def letters(app: App, wanted: Wanted) -> dict[int, bytes]:
    """The letters' files by the number of whom they are to, once it is kept with the case that they were made.

    Raises: ConditionsNotMet, NotFound, WrongConfiguration, and what keeping raises.
    """
    from cdr.domain.letters.letter_holds import kept, last_gate

    today, found = app.clock.today, letter_rules()
    with changing(app, wanted.reference, also_closed=True) as now:
        document = now.documents.case
        standing = _standing(now.documents, wanted.send_on, found)
        case = _Case(found.kinds[wanted.kind], found, now.documents, standing)
        answers = take_in(wanted.gate, "letter-gate", lambda body: [], wanted.reference) if wanted.gate else None
        gate = kept(answers.body, wanted.kind, today, found.ask_again(today)) if answers else None
        if answers:
            answers.warn()
        current = gate or last_gate(document.body, wanted.kind, found.of_every_kind)
        composed = _composed(app, wanted, case)
        held = _held(app, wanted, case, current, composed)
        if held:
            if gate:  # an answer that holds the letters must not be forgotten at the next try
                now.record("letter", {document.place: _with_gate(document.body, gate)})
            raise _not_final(held, gate, case.kind)
        _advise(wanted, case, composed, current)
        wording = _wording(app, wanted.kind)
        anyway = f"{wording}\n{_own_words(app)}"
        files = {
            one.recipient.number: _render(one, wording, wanted.format, _private(case, one, anyway)) for one in composed
        }
        wanted.find_places(list(files))
        body = _with_gate(document.body, gate) if gate else document.body
        now.record("letter", {document.place: _with_letters(body, wanted, case, files, today)})
    return files


def _with_gate(case: Mapping[str, Any], gate: Mapping[str, Any]) -> dict[str, Any]:
    from cdr.domain.case.case import with_letter_gate

    return with_letter_gate(case, gate)


def _with_letters(
    body: Mapping[str, Any], wanted: Wanted, case: _Case, numbers: Iterable[int], today: date
) -> dict[str, Any]:
    from cdr.domain.case.case import with_letter

    result = dict(body)
    for number in numbers:
        result = with_letter(
            result, kind=wanted.kind, to=number, made_on=today, format=wanted.format,
            status="draft" if wanted.draft else "final", from_revision=case.revision, send_on=wanted.send_on,
        )  # fmt: skip
    return result


# ---- what holds a letter ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Held:
    """What keeps a letter from being final, a sentence each: what the case and the gate lack, and the day it would arrive."""

    answers: tuple[str, ...] = ()
    day: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.answers or self.day)


def _held(
    app: App, wanted: Wanted, case: _Case, gate: Mapping[str, Any] | None, composed: Sequence[AnyLetter]
) -> _Held:
    """Everything that keeps a letter from being final; a draft is held by nothing, and its day is only spoken of."""
    from cdr.domain.case import processes
    from cdr.domain.letters import letter_facts, letter_gate, letter_odds, letters, professional_letters
    from cdr.domain.letters.professional_letters import ProfessionalLetter

    of_day = _day(app, wanted, case, gate)
    named = [
        sentence
        for letter in composed
        if isinstance(letter, ProfessionalLetter)
        for sentence in professional_letters.recognisable(letter, case.form_a)
    ]
    if wanted.draft:
        for sentence in (*named, *of_day):
            say(f"please check: {sentence}")
        return _Held()
    questions = case.kind.questions
    live = processes.is_live(case.documents.case.body, app.policy.gates.waits_at_panel)
    everyone = letters.people_of(case.form_a)
    people = {one.recipient.number: everyone.get(one.recipient.number, {}) for one in composed}
    found = [
        *named,
        *letter_facts.unmet(case.kind, case.standing, case.rules),
        *letter_gate.unanswered(gate, case.form_a, app.clock.today, questions),
        *letter_odds.at_odds(
            gate, case.form_a, people, wanted.send_on, questions, case.rules.addresses,
            live_process=live, criminal=case.standing.criminal,
        ),
        *letter_gate.hold_reasons(gate, questions),
        *letter_gate.too_old(gate, wanted.send_on, questions, case.rules.good_for, case.rules.proof_reading_good_for),
    ]  # fmt: skip
    return _Held(tuple(dict.fromkeys(found)), tuple(of_day))


def _day(app: App, wanted: Wanted, case: _Case, gate: Mapping[str, Any] | None) -> list[str]:
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


def _not_final(held: _Held, gate: Mapping[str, Any] | None, kind: Kind) -> ConditionsNotMet:
    again = f"; ask again on {gate['review_on']}" if gate and "review_on" in gate else ""
    done = "nothing was recorded" if gate is None else f"the answers are kept, and no letter was made{again}"
    whom = "an organisation" if kind.to == "organisation" else "a family"
    answers = (
        "Write the answers into a file and give it with --gate FILE (cdr letter --help shows one); "
        "--draft makes a marked draft."
    )
    return ConditionsNotMet(
        f"A letter to {whom} cannot be made final yet; {done}.",
        [*held.answers, *held.day],
        answers if held.answers else "Give the day on which it will be posted with --send-on DATE.",
    )


# ---- what goes into it -----------------------------------------------------------------------------------------------


def _composed(app: App, wanted: Wanted, case: _Case) -> Sequence[AnyLetter]:
    if case.kind.to == "family":
        return _to_family(app, wanted, case)
    from cdr.domain.letters import professional_letters

    return [
        professional_letters.action_letter(
            item, number, app.configuration, wanted.send_on, draft=wanted.draft, large_print=wanted.large_print
        )
        for number, item in professional_letters.recommendations(case.analysis or {}, wanted.to)
    ]


def _to_family(app: App, wanted: Wanted, case: _Case) -> list[Letter]:
    from cdr.domain.case.siblings import cases_of_siblings
    from cdr.domain.letters import letter_kinds, letters, support

    listed = (*support.organisations(rules("support-organisations")), *support.local(app.configuration.support))
    organisations = support.choose(case.form_a, listed, app.policy.ages)
    people = letters.choose(letters.recipients(case.form_a), wanted.to)
    unchecked = support.to_check(organisations, app.clock.real_today)
    if unchecked:
        say(
            f"please check: ring {', '.join(unchecked)} before the letter goes out; nobody has noted that the number still answers."
        )
    siblings = cases_of_siblings(wanted.reference, case.form_a, app.cases())
    if siblings:
        say(
            f"please check: {', '.join(siblings)} is about a brother or sister; let the letters about both be read and sent together."
        )
    return [
        letters.compose(
            case.form_a, app.configuration, person, wanted.send_on, organisations, app.policy.ages, draft=wanted.draft,
            reference=wanted.reference, case=case.standing, signed_by_chair=case.kind.signed_by == letter_kinds.CHAIR,
            others_died=bool(siblings), large_print=wanted.large_print,
        )
        for person in people
    ]  # fmt: skip


def _advise(wanted: Wanted, case: _Case, composed: Sequence[AnyLetter], gate: Mapping[str, Any] | None) -> None:
    """What a person should see to before a letter goes out."""
    from cdr.domain.letters import letter_gate
    from cdr.domain.letters.greeting import names_two
    from cdr.domain.letters.letters import Letter, to_hand_over, twin_to_ask_about

    if case.kind.to != "family":
        return
    for number in to_hand_over([one for one in composed if isinstance(one, Letter)]):
        say(f"please check: no address is known for letter {number}; it is to be handed over in person.")
    if twin_to_ask_about(case.form_a):
        say(
            "please check: the letter speaks of no twin. Form A names none (family.siblings), or does not say whether the twin is alive."
        )
    for number in [one.recipient.number for one in composed if names_two(one.recipient.name)]:
        say(
            f"please check: letter {number} is to two people in one; in Form A each has an entry of their own, for a letter each."
        )
    if letter_gate.needs_more_than_a_letter(gate) and not (wanted.large_print and letter_gate.needs_large_print(gate)):
        say(
            "please check: the gate names a language or a form that this letter does not have; arrange it before the letter goes."
        )


# ---- how it is written -----------------------------------------------------------------------------------------------


def own_wordings(app: App) -> dict[str, str]:
    """This area's own wordings by name, as they are recorded in the store."""
    from cdr.documents.letters.wording import PIECES
    from cdr.domain.letters.letter_kinds import KINDS

    found = {name: app.store.template(f"{name}.txt") for name in (*KINDS, *PIECES)}
    return {name: raw.decode("utf-8", "replace") for name, raw in found.items() if raw is not None}


def _wording(app: App, kind: str) -> str:
    from cdr.documents.letters.wording import wording

    own = own_wordings(app)
    return wording(kind, own.get(kind), own)


def _own_words(app: App) -> str:
    """The names of the area, its people and its organisations, which stand in a letter whoever it is to."""
    found = app.configuration
    people = [text for person in found.people.values() for text in (person.name, person.role)]
    helpers = [str(text) for item in found.support for text in item.values()]
    return "\n".join(
        [found.area, *found.authorities, found.letterhead.organisation, *found.letterhead.address, *people, *helpers]
    )


def _private(case: _Case, letter: AnyLetter, said_anyway: str) -> list[str]:
    """What this letter must not say; what an organisation is told was judged by `recognisable` before."""
    from cdr.domain.letters.letters import Letter, private_words

    return private_words(case.form_a, letter.recipient, said_anyway) if isinstance(letter, Letter) else []


def _render(letter: AnyLetter, wording: str, format_: str, private: Sequence[str]) -> bytes:
    from cdr.documents.letters.letter import as_pdf, as_text

    text = as_text(letter, wording)
    wrong = _lint(text, letter, private)
    if wrong and not letter.draft:
        raise ConditionsNotMet(
            f"Letter {letter.recipient.number} has words that nobody should read; nothing was recorded.", wrong,
            "Correct the wording in templates/letters, or the field of the form it comes from; --draft makes a marked draft meanwhile.",
        )  # fmt: skip
    for sentence in wrong:
        say(f"please check letter {letter.recipient.number}: {sentence}")
    if format_ == "docx":
        from cdr.documents.letters.letter_docx import as_docx

        return as_docx(letter, wording)
    return as_pdf(letter, wording) if format_ == "pdf" else text.encode("utf-8")


def _lint(text: str, letter: AnyLetter, private: Sequence[str]) -> list[str]:
    from cdr.documents.letters.wording import Rules, lint, lint_professional
    from cdr.domain.letters.letters import Letter

    words = Rules.from_document(rules("letter-words"))
    if isinstance(letter, Letter):
        return lint(text, letter, words, private)
    return lint_professional(text, words)
