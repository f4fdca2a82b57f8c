"""Which questions a form still calls for, by the rules of `rules/questions-form-a.yaml` and the answers so far.

Answers are kept flat, by the step that asked for them, so that going back, leaving out and taking up again need nothing else.
The form is made from them at any time; what no longer belongs to it, because an earlier answer changed, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from cdr.domain.case.places import lived_elsewhere
from cdr.domain.process.age import days_old
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.form_a import (
    HOSPITAL_PLACES,
    age_at_death,
    has_learning_disability,
    is_newborn,
    is_of_school_age,
    needs_perinatal_review,
)
from cdr.domain.rulebook.validation import NO, YES, at, date_at, gestation_days, text_at, words_at
from cdr.records import dataclass, field

EMPTY, GIVEN = "empty", "given"
Answers = Mapping[str, Any]
When = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Question:
    """One question: the field that it fills (`.name` within a list), when it is asked, and how it differs from the field."""

    field: str
    when: When = ()
    words: str = ""
    next: str = ""
    help: str = ""
    wrong: str = ""
    offer: str = ""
    default: str = ""
    otherwise: str = ""
    needed: bool = False
    short: bool = False
    more: bool = False
    items: tuple[Question, ...] = ()
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True)
class Party:
    """Somebody who should be informed, and when; `reference`: they give one that is worth keeping."""

    party: str
    when: When = ()
    reference: bool = False


@dataclass(frozen=True)
class Hint:
    """A line below a part's heading."""

    text: str
    when: When = ()


@dataclass(frozen=True)
class Section:
    """One part of the form."""

    id: str
    title: str
    hints: tuple[Hint, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Questions:
    """All parts in their order; `later` names the field that settles a rule whose own field comes too early for it."""

    form: str
    sections: tuple[Section, ...]
    later: Mapping[str, str]

    @staticmethod
    def from_rules(rules: Mapping[str, Any]) -> Questions:
        """The questions of a document of `rules/`."""
        return Questions(rules["form"], tuple(_section(part) for part in rules["sections"]), dict(rules["later"]))


@dataclass(frozen=True)
class Step:
    """One thing to ask now. `kind`: field, first (the first question of a list's next item), party, parties, or more.

    Its answer is kept under `id` and belongs to the form's `path`.
    """

    id: str
    path: str
    kind: str
    section: int
    question: Question
    number: int = 0


@dataclass
class Walk:
    """Everything that the answers call for: the steps in order, the form that the answers make, and where each part came from."""

    steps: list[Step] = field(default_factory=list)
    form: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def step(self, id: str) -> Step | None:
        """The step of this id, where it is called for."""
        return next((step for step in self.steps if step.id == id), None)

    def step_of(self, path: str) -> Step | None:
        """The step whose answer a problem's field is about: the nearest, from the field itself outwards, then inwards."""
        known: dict[str, str] = {}
        for step in (step for step in self.steps if step.kind != "more"):
            known.setdefault(step.path, step.id)
        known |= self.places
        keys = path.split(".")
        outwards = (".".join(keys[:length]) for length in range(len(keys), 0, -1))
        inwards = (place for place in known if place.startswith(f"{path}."))
        found = next((place for place in (*outwards, *inwards) if place in known), "")
        return self.step(known[found]) if found else None


@dataclass(frozen=True)
class Area:
    """What the questions need to know beside the answers: the rules in force and the area's local authorities."""

    policy: Policy
    authorities: tuple[str, ...]
    hospitals: tuple[str, ...] = ()


def walk(questions: Questions, answers: Answers, area: Area) -> Walk:
    """The steps that the answers so far call for, and the form that they make."""
    found = _Walking(answers, area)
    for number, section in enumerate(questions.sections):
        found.section(number, section)
    return found.walk


def hints(section: Section, form: Mapping[str, Any], area: Area) -> list[str]:
    """The lines that belong below a part's heading."""
    return [hint.text for hint in section.hints if holds(hint.when, form, area)]


def without_item(answers: Answers, path: str, number: int) -> dict[str, Any]:
    """The answers without one item of a list; those after it move up."""
    kept: dict[str, Any] = {}
    for id, value in answers.items():
        prefix, _, rest = id.partition(f"{path}.")
        count, _, key = rest.partition(".")
        if prefix not in ("", "more:") or not count.isdecimal() or int(count) < number:
            kept[id] = value
        elif int(count) > number:
            kept[f"{prefix}{path}.{int(count) - 1}" + (f".{key}" if key else "")] = value
    return kept


def holds(when: When, form: Mapping[str, Any], area: Area, item: str = "") -> bool:
    """Whether one of the groups holds (or there is none); `item` is the path from which fields like `.name` count."""
    return not when or any(
        all(_is(form, area, item + k if k[0] == "." else k, v) for k, v in group.items()) for group in when
    )


def _is(form: Mapping[str, Any], area: Area, key: str, wanted: object) -> bool:
    if key in FACTS:
        return (YES if FACTS[key](form, area) else NO) == wanted
    value = at(form, key)
    if wanted in (EMPTY, GIVEN):
        return (value in (None, "", [], {})) == (wanted == EMPTY)
    codes = wanted if isinstance(wanted, list) else [wanted]
    return any(one in codes for one in value) if isinstance(value, list) else value in codes


# ---- facts of the child that questions hang on ------------------------------------------------------------------------


def _days(form: Mapping[str, Any]) -> int | None:
    born, died = date_at(form, "child.date_of_birth"), date_at(form, "death.date")
    return days_old(born, died) if born and died and born <= died else None


def _under_years(form: Mapping[str, Any], years: int) -> bool:
    age = age_at_death(form)
    return age is not None and 0 <= age < years


def _under_days(form: Mapping[str, Any], days: int) -> bool:
    old = _days(form)
    return old is not None and old < days


def _asks_learning_disability(form: Mapping[str, Any], area: Area) -> bool:
    age = age_at_death(form)
    return age is not None and age >= area.policy.ages.learning_disability_from_years


def _lived_elsewhere(form: Mapping[str, Any], area: Area) -> bool:
    return lived_elsewhere(text_at(form, "child.local_authority"), area.authorities)


def _maternity_investigation(form: Mapping[str, Any], area: Area) -> bool:
    gestation = gestation_days(form)
    term = gestation is not None and gestation >= area.policy.birth.maternity_investigation_from_days
    return term and _under_days(form, area.policy.ages.early_neonatal_under_days)


FACTS = {
    "infant": lambda form, area: _under_years(form, area.policy.ages.infant_under_years),
    "newborn": lambda form, area: is_newborn(form, area.policy.ages),
    "same_day": lambda form, area: _under_days(form, 1),
    "under_school_age": lambda form, area: _under_years(form, area.policy.ages.school_from),
    "school_age": lambda form, area: is_of_school_age(form, area.policy),
    "in_hospital": lambda form, area: text_at(form, "death.place") in HOSPITAL_PLACES,
    "has_hospitals": lambda form, area: bool(area.hospitals),
    "criteria_met": lambda form, area: any(one != area.policy.jar.none for one in words_at(form, "jar.criteria")),
    "perinatal_review": lambda form, area: needs_perinatal_review(form, area.policy),
    "maternity_investigation": _maternity_investigation,
    "learning_disability": lambda form, area: has_learning_disability(form, area.policy),
    "learning_disability_asked": _asks_learning_disability,
    "lived_elsewhere": _lived_elsewhere,
}


# ---- walking through the parts ----------------------------------------------------------------------------------------


class _Walking:
    """Goes through the parts once, from the first to the last: a question hangs on earlier answers only."""

    def __init__(self, answers: Answers, area: Area) -> None:
        self.answers = answers
        self.area = area
        self.walk = Walk()
        self.number = 0

    def section(self, number: int, section: Section) -> None:
        self.number = number
        self._group(section.questions, section.id, "")

    def _group(self, questions: Sequence[Question], name: str, item: str) -> None:
        for question in (question for question in questions if not question.more):
            self._question(question, item)
        more = [question for question in questions if question.more and self._holds(question.when, item)]
        if not more:
            return
        about = ", ".join(question.words or question.field for question in more)
        opening = self._step(
            f"more:{name}", item or more[0].field, "more", Question(item, words=about, items=tuple(more))
        )
        if self.answers.get(opening.id) == YES:
            for question in (question for question in questions if question.more):
                self._question(question, item)

    def _question(self, question: Question, item: str) -> None:
        path = item + question.field if question.field[0] == "." else question.field
        if not self._holds(question.when, item):
            if question.otherwise:
                self._put(path, question.otherwise)
        elif question.items:
            self._list(question, path)
        elif question.parties:
            self._parties(question, path)
        else:
            self._answered(self._step(path, path, "field", question))

    def _list(self, question: Question, path: str) -> None:
        first, *others = question.items
        number = 0
        while True:
            item = f"{path}.{number}"
            step = self._step(item + first.field, item + first.field, "first", question, number)
            if not self._answered(step):
                return
            self._group(others, item, item)
            number += 1

    def _parties(self, question: Question, path: str) -> None:
        expected = [party for party in question.parties if self._holds(party.when, "")]
        for party in expected:
            self._party(question, path, party)
        others = self._step(f"{path}:others", path, "parties", question)
        known = [party.party for party in expected]
        for party in question.parties:
            if party.party not in known and party.party in (self.answers.get(others.id) or ()):
                self._party(question, path, party)
                known.append(party.party)
        for name in self.answers.get(others.id) or ():
            if name not in known:
                self._party(question, path, Party(name))

    def _party(self, question: Question, path: str, party: Party) -> None:
        step = self._step(f"{path}:{party.party}", path, "party", question)
        told = self.answers.get(step.id)
        if not told:
            return
        number = len(self.walk.form.get(path, ()))
        self._put(f"{path}.{number}", {"party": party.party, **told})
        self.walk.places[f"{path}.{number}"] = step.id
        if party.reference and told.get("status") == "informed":
            reference = f"{path}:{party.party}.reference"
            words = Question(f"{path}.{number}.reference", words="Their reference, if they gave one")
            self._answered(self._step(reference, f"{path}.{number}.reference", "field", words))

    def _holds(self, when: When, item: str) -> bool:
        return holds(when, self.walk.form, self.area, item)

    def _step(self, id: str, path: str, kind: str, question: Question, number: int = 0) -> Step:
        step = Step(id, path, kind, self.number, question, number)
        self.walk.steps.append(step)
        return step

    def _answered(self, step: Step) -> bool:
        value = self.answers.get(step.id)
        if value in (None, "", [], {}):
            return False
        self._put(step.path, value)
        return True

    def _put(self, path: str, value: Any) -> None:
        keys = path.split(".")
        last = keys[-1]
        part: Any = self.walk.form
        for key, following in pairwise(keys):
            if isinstance(part, list):
                if int(key) == len(part):
                    part.append({})
                part = part[int(key)]
            else:
                part = part.setdefault(key, [] if following.isdecimal() else {})
        if isinstance(part, list):
            part.append(value)
        else:
            part[last] = value


# ---- from the rules ---------------------------------------------------------------------------------------------------


def _section(part: Mapping[str, Any]) -> Section:
    below = tuple(Hint(hint["text"], _when(hint)) for hint in part.get("hints", ()))
    return Section(part["id"], part["title"], below, tuple(map(_question, part["questions"])))


def _question(part: Mapping[str, Any]) -> Question:
    texts = {
        key: str(part[key])
        for key in ("words", "next", "help", "wrong", "offer", "default", "otherwise")
        if key in part
    }
    return Question(
        field=part["field"],
        when=_when(part),
        needed=part.get("needed") == YES,
        short=part.get("short") == YES,
        more=part.get("more") == YES,
        items=tuple(map(_question, part.get("items", ()))),
        parties=tuple(Party(one["party"], _when(one), one.get("reference") == YES) for one in part.get("parties", ())),
        **texts,
    )


def _when(part: Mapping[str, Any]) -> When:
    when = part.get("when")
    return () if when is None else tuple(when) if isinstance(when, list) else (when,)


def every_question(questions: Questions) -> Iterator[tuple[str, Question]]:
    """Every question with its field's path without numbers, for who wants to know what can be asked."""
    for section in questions.sections:
        yield from _every(section.questions, "")


def _every(questions: Sequence[Question], above: str) -> Iterator[tuple[str, Question]]:
    for question in questions:
        path = above + question.field
        yield path, question
        yield from _every(question.items, path)
