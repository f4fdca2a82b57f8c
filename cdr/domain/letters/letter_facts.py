"""What is so of a case on the day of a letter: what a kind of letter needs, what forbids it, and what its sentences follow.

The names of the facts, which kind needs or forbids which, and the sentence for each stand in `rules/letters.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.requests import RETURNED, outstanding, requests_of
from cdr.domain.case import processes
from cdr.domain.case.deferrals import standing_deferral
from cdr.domain.case.family_questions import open_questions, questions_of
from cdr.domain.case.gates import CLOSED, OPEN, gates_of
from cdr.domain.case.letters_made import LetterMade, final_letters
from cdr.domain.case.milestones import milestones_of
from cdr.domain.case.review import open_gates, ratified_reviews, settled_on
from cdr.domain.case.standing import RATIFIED, closures_of, is_closed, opened_again_on
from cdr.domain.letters.letter_gate import one_line
from cdr.domain.letters.people_written_to import WHOLE_FAMILY, Recipient, meant_by, people_of, recipients
from cdr.domain.rulebook.domains import DOMAINS
from cdr.domain.rulebook.validation import YES, date_at, items_at, number_at, text_at, words_at
from cdr.records import dataclass, field
from cdr.written import bare_name

if TYPE_CHECKING:
    from cdr.domain.letters.letter_kinds import Kind, LetterRules

DISCUSSED = "final_case_discussion"
REVIEW_MEETINGS = ("cdrm", DISCUSSED)  # a joint agency response ends in the meeting that is the review's
VIEWS, PANEL_DATE, LETTER_SENT = "family_views", "panel_date", "letter_sent"
TOLD, HELD, APART, OVER = (
    "told",
    "open",
    "apart",
    "over",
)  # the coroner's part, from hearing of the death to the inquest's end
RETURNS = "returns"
DEFERRED = "deferred"  # the fact, and the code of what is waited for
LEARNED, RECOMMENDED = "learning_points", "recommendations"
FAMILY = "family"
POST_MORTEM = "post_mortem_final"
NOT_LONG_AGO, VIEWS_RECORDED = "not_long_ago", "views_recorded"
HARM, SUICIDE = 1, 2  # the categories of death

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """A question of the family with its answer, or with why it cannot be known.

    `is_for` are the numbers of those who read it: what one parent asked is nobody else's, and what nobody said who asked is everyone's.
    """

    question: str
    answer: str
    is_for: frozenset[int]


@dataclass(frozen=True)
class Standing:
    """How a case stands on one day: the facts that are so, each with the day of it in ISO or empty.

    `inquest` is `told` (the coroner knows), `open`, `apart` (open, and the review does not wait for it), `over`, or empty; `papers` is
    `asked` or `in` where agencies were asked what they know, or empty; `long_ago` is whether the child died so long ago that a first
    letter is late. `written_to` are the numbers of those who had a letter, None where that may be everyone; `told_us` those whose
    views are recorded, None where nobody recorded whose they are, and `told_since` those who told us only after the review. `met_on` is the
    day of the review's meeting where that is not of late; `opened_again` is whether a review was ratified, and the case opened again since;
    `harm` is whether somebody was looked into for the death, whatever came of it, or it was ever thought, or found, that harm was done to the child.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    inquest: str = ""
    papers: str = ""
    long_ago: bool = False
    written_to: frozenset[int] | None = frozenset()
    told_us: frozenset[int] | None = None
    told_since: frozenset[int] = frozenset()
    met_on: date | None = None
    opened_again: bool = False
    harm: bool = False
    criminal: bool = False
    views_shared: bool = False
    learning: tuple[str, ...] = ()
    asked_for: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()

    def is_first_for(self, number: int) -> bool:
        """Whether a letter now would be the first that somebody has of us."""
        return self.written_to is not None and number not in self.written_to

    def __contains__(self, fact: str) -> bool:
        return fact in self.facts


def standing(form_a: Body, case: Body, requests: Body, analysis: Body | None, on: date, rules: LetterRules) -> Standing:
    """How a case stands on the day on which a letter would go, from its documents."""
    people = people_of(form_a)
    facts = {
        **dict(_facts(case, requests, analysis or {}, on)),
        **dict(_questions(case, people)),
        **dict(_of_the_death(form_a, case, on, rules)),
    }
    return Standing(
        facts=facts,
        inquest=_inquest(form_a, case),
        papers=_papers(requests),
        long_ago=NOT_LONG_AGO not in facts and date_at(form_a, "death.date") is not None,
        written_to=_written_to(case, rules, form_a),
        told_us=_told_us(case, people),
        told_since=_told_since(case, people),
        met_on=_met_long_ago(case, analysis or {}, on, rules),
        opened_again=_opened_again(case),
        harm=_harm(form_a, case, analysis),
        criminal=processes.is_live(case, [processes.CRIMINAL]),
        views_shared=text_at(analysis, "family.views_considered") == "yes",
        learning=for_family(analysis, LEARNED),
        asked_for=for_family(analysis, RECOMMENDED),
        waits=waits(case, requests, rules),
        answers=tuple(
            Answered(one_line(one.text), one_line(one.answer), readers)
            for one in questions_of(case).values()
            if one.answer and (readers := _readers(one.asked_by, people))
        ),
    )


def unmet(kind: Kind, so: Standing, rules: LetterRules) -> list[str]:
    """Why a final letter of this kind would say what is not so: a sentence for each fact that is missing or in the way."""
    lacking = [fact for fact in kind.needs if fact not in so]
    missing = [rules.facts[fact].missing for fact in lacking if rules.facts[fact].after not in lacking]
    in_the_way = [rules.facts[fact].in_the_way.format(day=so.facts[fact]) for fact in kind.forbids if fact in so]
    return [*missing, *in_the_way]


def _facts(case: Body, requests: Body, analysis: Body, on: date) -> Iterator[tuple[str, str]]:
    settled = settled_on(case)
    planned = _planned(case)
    if is_closed(case):
        closings = [one.on.isoformat() for one in closures_of(case) if one.on]
        day = closings[-1] if closings else ""
        yield "closed", day
        if not settled:
            yield "closed_unreviewed", day
    if settled:
        yield "reviewed", settled.isoformat()
        yield "review_over", settled.isoformat()  # the same to colleagues, whose letters speak of no review
    if text_at(analysis, "stage") == RATIFIED:
        yield "ratified", ""
    if held := _meeting_held(case, analysis, on):
        yield "review_meeting_held", held.isoformat()
    put_off = standing_deferral(case)
    if put_off:
        yield DEFERRED, put_off.on.isoformat()
    elif planned and max(planned) < on and not settled:
        yield "panel_day_past", max(planned).isoformat()
    if put_off or open_gates(case) or outstanding(requests):
        yield "waits", ""
    if text_at(analysis, "family.views_considered") == "yes" or any(one.kind == VIEWS for one in milestones_of(case)):
        yield VIEWS_RECORDED, ""
    if for_family(analysis) or found_nothing(analysis):
        yield "words_for_family", ""
    if text_at(analysis, "family.feedback_requested") == "no":
        yield "feedback_refused", ""


def _opened_again(case: Body) -> bool:
    """Whether a case was opened again on or after the day on which a review of it was ratified."""
    ratified = [review.on for review in ratified_reviews(case) if review.on]
    return any(day and day >= min(ratified) for day in opened_again_on(case)) if ratified else False


def _harm(form_a: Body, case: Body, analysis: Body | None) -> bool:
    """Whether no letter may say of somebody that they knew the child best: who that was may have been decided, and nobody says it here."""
    looked_into = any(gate.type == processes.CRIMINAL for gate in gates_of(case))
    suspected = "apparent_homicide" in words_at(form_a, "death.suspected_events")
    concern = text_at(form_a, "safeguarding_concern") == YES
    categories = (number_at(form_a, "death.suspected_category"), number_at(analysis or {}, "category.primary"))
    return looked_into or suspected or concern or HARM in categories


def _planned(case: Body) -> list[date]:
    """The days set for the panel; of a case that was opened again those since, for the panel did meet before."""
    opened = max((day for day in opened_again_on(case) if day), default=None)
    days = [one.on for one in milestones_of(case) if one.kind == PANEL_DATE]
    return [day for day in days if not opened or day >= opened]


def _of_the_death(form_a: Body, case: Body, on: date, rules: LetterRules) -> Iterator[tuple[str, str]]:
    """What of a death calls for letters to colleagues, and whether it is too early to speak of a long wait."""
    died = date_at(form_a, "death.date")
    if died and (on - died).days <= rules.late_after:
        yield NOT_LONG_AGO, died.isoformat()
    suspected = "apparent_suicide" in words_at(form_a, "death.suspected_events")
    if suspected or number_at(form_a, "death.suspected_category") == SUICIDE:
        yield "suicide_suspected", ""
    if text_at(form_a, "jar.triggered") == YES:
        yield "joint_response", ""
    if _inquest(form_a, case) == OVER:
        yield "inquest_over", ""
    results = [one.on for one in milestones_of(case) if one.kind == POST_MORTEM]
    if results:
        yield "post_mortem_known", max(results).isoformat()
        met = [one.on for one in milestones_of(case) if one.kind == DISCUSSED and max(results) <= one.on <= on]
        if met:
            yield "met_since_result", max(met).isoformat()


def _questions(case: Body, people: Mapping[int, Body]) -> Iterator[tuple[str, str]]:
    """What of the family's questions keeps a letter that answers them: those that are open, and those that would stand in nobody's."""
    if asked := open_questions(case):
        yield "questions_open", ", ".join(map(str, asked))
    nobodys = [n for n, one in questions_of(case).items() if not _readers(one.asked_by, people)]
    if nobodys:
        yield "questions_of_nobody", ", ".join(map(str, nobodys))


def _readers(asked_by: str, people: Mapping[int, Body]) -> frozenset[int]:
    """Who reads the answer to a question: everyone where nobody said who asked; nobody where a word means two of them, or none."""
    meant = meant_by(asked_by, people)
    return meant if len(meant) == 1 or asked_by in WHOLE_FAMILY else frozenset()


def _meeting_held(case: Body, analysis: Body, on: date) -> date | None:
    """The last day, to this one, on which those who knew the child met."""
    met = [one.on for one in milestones_of(case) if one.kind in REVIEW_MEETINGS]
    met += [day] if (day := date_at(analysis, "cdrm.date")) else []
    return max((day for day in met if day <= on), default=None)


def _met_long_ago(case: Body, analysis: Body, on: date, rules: LetterRules) -> date | None:
    held = _meeting_held(case, analysis, on)
    return held if held and (on - held).days > rules.of_late else None


def _told_us(case: Body, people: Mapping[int, Body]) -> frozenset[int] | None:
    """Whose views are recorded: the parties of the milestone `family_views`; None where one was recorded of nobody in particular."""
    meant = [meant_by(one.party, people) if one.party else None for one in milestones_of(case) if one.kind == VIEWS]
    known = [one for one in meant if one is not None]
    return frozenset().union(*known) if known and len(known) == len(meant) else None


def _told_since(case: Body, people: Mapping[int, Body]) -> frozenset[int]:
    """Those who told us something after the review was ratified and nothing before: its panel did not have it before them."""
    settled = settled_on(case)
    if not settled:
        return frozenset()
    views = [one for one in milestones_of(case) if one.kind == VIEWS]
    before, since = (
        frozenset().union(*(meant_by(one.party, people) for one in views if (one.on > settled) is later))
        for later in (False, True)
    )
    return since - before


def sent_before(case: Body, kind: str, person: Recipient) -> str:
    """The day of the last final letter of a kind to somebody, in ISO; empty where there was none."""
    found = [one.dated for one in final_letters(case) if one.kind == kind and _is_to(one, person)]
    return max((day.isoformat() for day in found if day), default="")


def _is_to(letter: LetterMade, person: Recipient) -> bool:
    """Whether a letter went to somebody: known by the name, and by the number where no name was kept."""
    return bare_name(letter.name) == bare_name(person.name) if letter.name else letter.to == person.number


def _inquest(form_a: Body, case: Body) -> str:
    """The coroner's part as it stands: the case's own list of processes, and before it what the notification said."""
    states = [gate.status for gate in gates_of(case) if gate.type == processes.INQUEST]
    if OPEN in states:
        return HELD
    if states:
        return OVER if states[-1] == CLOSED else APART
    said = [
        text_at(item, "status")
        for _, item in items_at(form_a, "other_investigations")
        if text_at(item, "type") == processes.INQUEST
    ]
    if OPEN in said or CLOSED in said:
        return HELD if OPEN in said else OVER
    return TOLD if processes.coroner_knows(form_a, case) else ""


def _papers(requests: Body) -> str:
    asked = requests_of(requests)
    if not asked:
        return ""
    is_in = not outstanding(requests) and any(request.status == RETURNED for request in asked)
    return "in" if is_in else "asked"


def _written_to(case: Body, rules: LetterRules, form_a: Body) -> frozenset[int] | None:
    """Who had a final letter to the family before, by number; None where one went otherwise, and so may have gone to anyone.

    A person is known again by the name, since Form A may count otherwise by now; by the number where no name was kept.
    """
    kinds = {name for name, kind in rules.kinds.items() if kind.to != FAMILY}
    final = [one for one in final_letters(case) if one.kind not in kinds]
    if any(one.kind == LETTER_SENT for one in milestones_of(case)) or not all(one.to for one in final):
        return None
    names = {person.number: bare_name(person.name) for person in recipients(form_a)}
    named = {bare_name(one.name) for one in final} - {""}
    numbers = {one.to for one in final if not one.name}
    return frozenset(number for number, name in names.items() if name in named or number in numbers)


def waits(case: Body, requests: Body, rules: LetterRules) -> tuple[str, ...]:
    """What a review waits for in plain words, each once; empty where nothing holds it up."""
    kinds = [*open_gates(case), *([RETURNS] if outstanding(requests) else [])]
    kinds += [DEFERRED] if standing_deferral(case) else []
    return tuple(dict.fromkeys(rules.waits.get(kind, rules.waits["other"]) for kind in kinds))


def for_family(analysis: Body | None, *paths: str) -> tuple[str, ...]:
    """What the panel chose to tell the family that it learned or asks for (or only what stands at `paths`), in the plain words of Form C."""
    items = [item for path in paths or (LEARNED, RECOMMENDED) for _, item in items_at(analysis or {}, path)]
    return tuple(" ".join(text.split()) for text in (text_at(item, "for_family") for item in items) if text)


def found_nothing(analysis: Body | None) -> bool:
    """Whether the panel looked and found nothing that could be otherwise: no learning, no recommendation, no modifiable factor.

    An answer that nobody gave, or that there was not enough to know, is not a no.
    """
    form_c = analysis or {}
    lists = (*(f"domains.{letter}.factors" for letter in DOMAINS), "factors")
    factors = [item for path in lists for _, item in items_at(form_c, path)]
    return (
        text_at(form_c, "modifiable_factors_identified") == "no"
        and not any(item.get("modifiable") == "yes" for item in factors)
        and not items_at(form_c, LEARNED)
        and not items_at(form_c, RECOMMENDED)
    )
