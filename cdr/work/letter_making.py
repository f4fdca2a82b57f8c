"""How letters are made: what holds them is found first, then they are written, and then a final one is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App, rules
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.records import dataclass
from cdr.terminal.output import say
from cdr.work.changing import changing
from cdr.work.letter_wishes import NobodyToWriteTo, WrittenTo, asked_of, tell_skipped, written_to
from cdr.work.letters_held import HeldBack, LetterCase, Wanted, case_of, held_by, nobody_to_have_it, not_final
from cdr.work.taking_in import take_in

if TYPE_CHECKING:
    from cdr.documents.letters.letter import AnyLetter
    from cdr.domain.case.letters_made import LetterMade
    from cdr.domain.letters.letters import Letter, Recipient
    from cdr.store.layout import Place
    from cdr.store.store import Store

SUFFIXES = {"text": ".txt", "pdf": ".pdf", "docx": ".docx"}


@dataclass(frozen=True)
class Made:
    """A letter: its bytes, and the number under which a final one can be had again."""

    data: bytes
    number: int | None
    name: str = ""  # of one of the family


def words_for(kind: str, file: str | None) -> str:
    """What a file says for a kind of letter that somebody writes words for. Raises: WrongUsage for any other kind; as `text`."""
    from cdr.work.letters_called_for import letter_rules
    from cdr.work.taking_in import text

    if file is None:
        return ""
    title = letter_rules().kinds[kind].words
    if not title:
        raise WrongUsage(f"Nobody writes words for a letter of the kind {kind}.", "Leave --from out.")
    return text(file, "letter", title)


def statement(app: App, wanted: Wanted) -> dict[int, Made]:
    """The statement of confidentiality, which belongs to no case, so that nothing is kept of it.

    Raises: NotFound, WrongConfiguration.
    """
    from cdr.domain.letters import professional_letters

    letter = professional_letters.statement(
        app.configuration, wanted.to, wanted.send_on, large_print=wanted.large_print
    )
    made = Made(_render(letter, _wording(app, wanted.kind), wanted.format, ()), None)
    wanted.find_places([1])
    return {1: made}


def letters(app: App, wanted: Wanted) -> dict[int, Made]:
    """The letters by the number of whom they are to; a final one is kept with the case, and a draft is only looked at.

    Raises: ConditionsNotMet, NotFound, WrongConfiguration, and what keeping raises.
    """
    if wanted.draft and not wanted.gate:
        return _written(app, wanted, case_of(app.store.case(wanted.reference), wanted), None)
    today = app.clock.today
    with changing(app, wanted.reference, also_closed=True) as now:
        case, document = case_of(now.documents, wanted), now.documents.case
        gate = _answers(wanted, case, today)
        body = _with_gate(document.body, gate) if gate else document.body
        try:
            made = _written(app, wanted, case, gate)
        except (HeldBack, NobodyToWriteTo):
            if gate:  # an answer that holds the letters must not be forgotten at the next try
                now.record("letter", {document.place: body})
            raise
        files: dict[Place, bytes] = {}
        if not wanted.draft:
            body, files = _kept(app.store, wanted, case, made, body, today)
        now.record("letter", {document.place: body}, attachments=files)
    return made


def again(app: App, reference: str, number: int) -> tuple[LetterMade, bytes]:
    """A letter that was made final before, by its number in the case: what the case says of it, and its very bytes.

    Raises: NotFound, NotAuthentic, NotAllowed, TryAgain.
    """
    from cdr.domain.case.attachments import attachment
    from cdr.domain.case.letters_made import final_letters
    from cdr.work.attaching import kept_file

    body = app.store.case(reference).case.body
    letter = next((one for one in final_letters(body) if one.number == number), None)
    if letter is None:
        raise NotFound("The case has no final letter of that number.", "See them with: cdr show REF")
    kept = attachment(body, letter.attachment)
    if kept is None:
        raise NotFound(
            "That letter was made by an earlier version, which kept none.",
            "Its date, kind and format are in: cdr show REF",
        )
    return letter, kept_file(app, reference, kept, f"Letter {number}")


def _answers(wanted: Wanted, case: LetterCase, today: date) -> Mapping[str, Any] | None:
    """The answers of the gate that were given now, as the case keeps them."""
    from cdr.domain.letters.letter_holds import kept

    if not wanted.gate:
        return None
    answers = take_in(wanted.gate, "letter-gate", lambda body: [], wanted.reference)
    answers.warn()
    return kept(answers.body, wanted.kind, today, case.rules.ask_again(today), asked_of(wanted, case))


def _written(app: App, wanted: Wanted, case: LetterCase, gate: Mapping[str, Any] | None) -> dict[int, Made]:
    """The letters, once nothing holds them and there is a place for each."""
    from cdr.domain.case.letters_made import letters_made
    from cdr.domain.letters import letters, wishes
    from cdr.domain.letters.letter_holds import last_gate

    body = case.documents.case.body
    to = written_to(wanted, case, _with_gate(body, gate) if gate else body, gate)
    everyone = letters.recipients(case.form_a)
    current = gate or last_gate(
        body, wanted.kind, case.rules.of_every_kind, lambda given: wishes.asked_of(given, to.people, everyone)
    )
    try:
        composed = _composed(app, wanted, case, to, current)
    except NotFound as nobody:
        told = nobody_to_have_it(wanted, case, nobody)
        raise not_final(told, gate, case.kind) if told else nobody from nobody
    held = held_by(app, wanted, case, current, composed, to.questions, to.unclear)
    if held:
        raise not_final(held, gate, case.kind)
    tell_skipped(to)
    _advise(app, wanted, case, composed, current)
    wording = _wording(app, wanted.kind)
    anyway = f"{wording}\n{_own_words(app)}"
    files = {
        one.recipient.number: _render(
            one, wording, wanted.format, _private(case, one, anyway), in_full=case.kind.tells_what_was_found
        )
        for one in composed
    }
    wanted.find_places(list(files))
    first = len(letters_made(body)) + 1
    names = {one.recipient.number: one.recipient.name for one in composed if case.kind.to == "family"}
    return {
        number: Made(data, None if wanted.draft else first + n, names.get(number, ""))
        for n, (number, data) in enumerate(files.items())
    }


def _kept(
    store: Store, wanted: Wanted, case: LetterCase, made: Mapping[int, Made], body: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], dict[Place, bytes]]:
    """The case with its final letters, and their files by the places where they are kept."""
    from cdr.domain.case.attachments import LETTER, with_attachment
    from cdr.domain.case.letters_made import FINAL, with_letter
    from cdr.store import layout

    result, files = dict(body), dict[Any, bytes]()
    places = store.free_places(wanted.reference, layout.ATTACHMENT, len(made))
    for place, (to, letter) in zip(places, made.items(), strict=True):
        number = int(place.id.rpartition("-")[2])
        files[place] = letter.data
        result = with_attachment(
            result, number=number, kind=LETTER, name=f"{wanted.kind}-{to}{SUFFIXES[wanted.format]}", size=len(letter.data),
            sha256=hashlib.sha256(letter.data).hexdigest(), added_on=today,
        )  # fmt: skip
        result = with_letter(
            result, kind=wanted.kind, to=to, made_on=today, format=wanted.format, status=FINAL,
            from_revision=case.revision, send_on=wanted.send_on, attachment=number, name=letter.name,
        )  # fmt: skip
    return result, files


def _with_gate(case: Mapping[str, Any], gate: Mapping[str, Any]) -> dict[str, Any]:
    from cdr.domain.case.case import with_letter_gate

    return with_letter_gate(case, gate)


# ---- what goes into it -----------------------------------------------------------------------------------------------


def _composed(
    app: App, wanted: Wanted, case: LetterCase, to: WrittenTo, gate: Mapping[str, Any] | None
) -> Sequence[AnyLetter]:
    if case.kind.to == "family":
        return _to_family(app, wanted, case, to.people, gate)
    if case.kind.may_know:
        return _to_colleagues(app, wanted, case)
    from cdr.domain.letters import professional_letters

    return [
        professional_letters.action_letter(
            item, number, app.configuration, wanted.send_on, draft=wanted.draft, large_print=wanted.large_print
        )
        for number, item in professional_letters.recommendations(case.analysis or {}, wanted.to)
    ]


def _to_colleagues(app: App, wanted: Wanted, case: LetterCase) -> Sequence[AnyLetter]:
    from cdr.domain.letters.colleague_letters import Source, compose
    from cdr.work import helping

    source = Source(
        wanted.reference, case.form_a, case.documents.requests.body, app.configuration, helping.everyone(app)
    )
    words = re.split(r"\n[ \t]*\n", wanted.words)
    return compose(
        case.kind, source, wanted.to, wanted.send_on, words, draft=wanted.draft, large_print=wanted.large_print
    )


def _to_family(
    app: App, wanted: Wanted, case: LetterCase, people: Sequence[Recipient], gate: Mapping[str, Any] | None
) -> list[Letter]:
    from cdr.domain.case import siblings
    from cdr.domain.letters import letter_gate, letter_kinds, letters, support
    from cdr.domain.letters.organisations import Organisation
    from cdr.work import helping, known

    others = siblings.cases_of_siblings(case.form_a, known.others(app, wanted.reference))
    facts = app.cases_with([wanted.reference, *others]) if others else {}
    new = siblings.of_the_same_time(others, wanted.reference, facts, case.rules.together_within)
    if new:
        say(
            f"please check: {', '.join(new)} is about a brother or sister; let the letters about both be read and sent together."
        )
    by_number = letters.people_of(case.form_a)

    def in_custody(person: Recipient) -> bool:
        return case.rules.addresses.is_custody(person.address_lines)

    def who_can_help(person: Recipient) -> Sequence[Organisation]:
        return support.choose(
            case.form_a, helping.everyone(app), app.policy.ages, analysis=case.analysis, inquest=case.standing.inquest,
            to=by_number[person.number], on=wanted.send_on, in_custody=in_custody(person),
        )  # fmt: skip

    return [
        letters.compose(
            case.form_a, app.configuration, person, wanted.send_on, who_can_help(person), app.policy.ages, draft=wanted.draft,
            reference=wanted.reference, case=case.standing, signed_by_chair=case.kind.signed_by == letter_kinds.CHAIR,
            other_cases=len(others), new_cases=len(new), meet_with=letter_gate.who_agreed(gate, "someone_to_meet"),
            in_custody=in_custody(person), large_print=wanted.large_print,
        )
        for person in people
    ]  # fmt: skip


def _advise(
    app: App, wanted: Wanted, case: LetterCase, composed: Sequence[AnyLetter], gate: Mapping[str, Any] | None
) -> None:
    """What a person should see to before a letter goes out."""
    from cdr.domain.letters import colleague_letters, letter_facts, letter_gate, professional_letters
    from cdr.domain.letters.greeting import names_two
    from cdr.domain.letters.letters import Letter, to_hand_over, twin_to_ask_about

    for one in composed:
        if sent := letter_facts.sent_before(case.documents.case.body, wanted.kind, one.recipient):
            say(f"please check: letter {one.recipient.number} of this kind went to the same person before, on {sent}.")
        if isinstance(one, professional_letters.ProfessionalLetter):
            for sentence in professional_letters.to_check(one, case.documents.case.body):
                say(f"please check: {sentence}")
    if follows := colleague_letters.what_follows(
        case.kind, case.documents.case.body, wanted.reference, draft=wanted.draft
    ):
        say(follows)
    if case.kind.to != "family":
        return
    for number in to_hand_over([one for one in composed if isinstance(one, Letter)]):
        say(f"please check: no address is known for letter {number}; it is to be handed over in person.")
    if twin_to_ask_about(case.form_a):
        say(
            "please check: the letter speaks of no twin. Form A names none (family.siblings), or does not say whether the twin is alive."
        )
    _advise_of_the_family(app, wanted.reference, case, {one.recipient.number for one in composed})
    for number in [one.recipient.number for one in composed if names_two(one.recipient.name)]:
        say(
            f"please check: letter {number} is to two people in one; in Form A each has an entry of their own, for a letter each."
        )
    if letter_gate.needs_more_than_a_letter(gate) and not (wanted.large_print and letter_gate.needs_large_print(gate)):
        say(
            "please check: the gate names a language or a form that this letter does not have; arrange it before the letter goes."
        )


def _advise_of_the_family(app: App, reference: str, case: LetterCase, written_to: Collection[int]) -> None:
    """What of the family should be seen to: whose it is, what it told us, a parent who died too, a name in small letters."""
    from cdr.domain.letters import letter_advice
    from cdr.domain.letters.greeting import with_capitals
    from cdr.domain.letters.letter_gate import one_line
    from cdr.domain.letters.people_written_to import parents_who_died, people_of
    from cdr.forms.codelists import code_list

    told = letter_advice.of_what_was_told(reference, case.form_a, case.documents.case.body, written_to)
    for sentence in (
        *letter_advice.of_another_area(reference, case.form_a, app.configuration.authorities),
        *letter_advice.of_birth_parents(case.form_a, written_to),
        *(told if case.kind.only_who_told else ()),
    ):
        say(f"please check: {sentence}")
    for relationship in parents_who_died(case.form_a):
        who = code_list("relationship").label(relationship).lower() if relationship else "a parent"
        say(
            f"please check: Form A says that the {who} has died, and the letter does not speak of it. Where that is not long ago, add a word by hand."
        )
    for number, person in people_of(case.form_a).items():
        typed = one_line(person.get("name"))
        if number in written_to and not person.get("letter_name") and with_capitals(typed) != typed:
            say(
                f"please check: the name of letter {number} is typed in small letters in Form A, and the letter writes it with capitals."
            )


# ---- how it is written -----------------------------------------------------------------------------------------------


def own_wordings(app: App) -> dict[str, str]:
    """This area's own wordings by name, as they are recorded in the store."""
    from cdr.documents.letters.wording import PIECES
    from cdr.domain.letters.letter_kinds import kind_names

    found = {name: app.store.template(f"{name}.txt") for name in (*kind_names(), *PIECES)}
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


def _private(case: LetterCase, letter: AnyLetter, said_anyway: str) -> list[str]:
    """What this letter must not say; what an organisation is told was judged by `recognisable` before."""
    from cdr.domain.letters.colleague_letters import ColleagueLetter, may_not_know
    from cdr.domain.letters.letters import Letter, private_words

    if isinstance(letter, Letter):
        return private_words(case.form_a, letter.recipient, said_anyway)
    return may_not_know(case.kind, case.form_a, letter, said_anyway) if isinstance(letter, ColleagueLetter) else []


def _render(letter: AnyLetter, wording: str, format_: str, private: Sequence[str], *, in_full: bool = False) -> bytes:
    from cdr.documents.letters.letter import as_pdf, as_text

    text = as_text(letter, wording)
    wrong = _lint(text, letter, private, in_full=in_full)
    if wrong and not letter.draft:
        raise ConditionsNotMet(
            f"Letter {letter.recipient.number} has words that nobody should read, or lacks some that are for them; nothing was recorded.", wrong,
            "Correct the wording in templates/letters, or the field of the form it comes from; --draft makes a marked draft meanwhile.",
        )  # fmt: skip
    for sentence in wrong:
        say(f"please check letter {letter.recipient.number}: {sentence}")
    if format_ == "docx":
        from cdr.documents.letters.letter_docx import as_docx

        return as_docx(letter, wording)
    return as_pdf(letter, wording) if format_ == "pdf" else text.encode("utf-8")


def _lint(text: str, letter: AnyLetter, private: Sequence[str], *, in_full: bool) -> list[str]:
    from cdr.documents.letters.wording import Rules, left_out, lint, lint_professional
    from cdr.domain.letters.letters import Letter

    words = Rules.from_document(rules("forbidden-words"))
    if isinstance(letter, Letter):
        return [*lint(text, letter, words, private), *(left_out(text, letter) if in_full else ())]
    return lint_professional(text, words, private)
