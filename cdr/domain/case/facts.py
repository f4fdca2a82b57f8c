"""A case as questions across cases see it: made in one place from what the local index keeps, and asked by name.

No name but `names`, `kept_identity` and `kept_people`, and no word of narrative. What is not known is None; of a document that is not there, or that the
acting key may not open, nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.requests import Request, ever_asked, outstanding, requests_of
from cdr.domain.case import standing
from cdr.domain.case.kept import Kept, kept_day
from cdr.domain.case.processes import NOT_TOLD, Told, national_database_told
from cdr.domain.case.voiding import is_void
from cdr.domain.rulebook.validation import (
    at,
    date_at,
    items_at,
    moment_of_death,
    read_date,
    text_at,
    whole_at,
    words_at,
)
from cdr.expressions import expression
from cdr.records import dataclass, field

if TYPE_CHECKING:  # what only some questions ask is loaded by those
    from cdr.domain.case.family_questions import Question
    from cdr.domain.case.gates import Gate
    from cdr.domain.panel.actions import Action

CONTRIBUTED = 2  # the relevance scale's "factors identified that may have contributed"
# forms 1.1: none of these is a child death, though a stillbirth that nobody attended is looked into
NOT_COUNTED = frozenset({"stillbirth_attended", "stillbirth_unattended", "late_foetal_loss", "lawful_termination"})
WITHOUT_CODE = "other"
FAMILY_BEFORE = ("informed_of_review", "leaflet_given", "key_worker", "follow_up_appointment")
FAMILY_AFTER = ("views_considered", "feedback_requested", "feedback_date", "letter_sent", "bereavement_support_offered")
# these say that it was done by being there, and a form that asks for them and has none says that it was not
BY_BEING_THERE = frozenset({"key_worker", "feedback_date"})
PROCESSES = "processes"
LISTS = ("contributory_factors", "modifiable_factors", "learning_themes")
FROM_REGISTER = "imported-"
BEGUN = ("open", "closed")
_CODE = expression(r"[a-z0-9_]{1,60}")
_YES_OR_NO = MappingProxyType({"yes": True, "no": False})

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Notification(Kept):
    """What lists and tables need of a notification (Form A): days, codes and numbers.

    `ethnicity` and `place` are codes of the form or already labels of a register, `hospital` is a name as the form has it; `counted` is
    False for what is no child death; `processes` are the other processes that the form names, `family` what was done for the family
    (`FAMILY_BEFORE`), and `unanswered_before` which of these nobody answered: of the family, or `PROCESSES` where the form does not ask for them.
    """

    notified_on: date | None = None
    born: date | None = None
    died: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    local_authority: str | None = None
    place: str | None = None
    hospital: str | None = None
    expected: str | None = None
    gestation_weeks: int | None = None
    jar: bool | None = None
    deprivation_decile: int | None = None
    counted: bool = True
    birth_weight_g: int | None = None
    multiple_birth: bool | None = None
    processes: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    unanswered_before: tuple[str, ...] = ()
    hour_died: int | None = None


def notification_of(form_a: Body) -> Notification:
    """What is taken of a notification (Form A)."""
    return Notification(
        notified_on=date_at(form_a, "notified_at"),
        born=date_at(form_a, "child.date_of_birth"),
        died=date_at(form_a, "death.date"),
        sex=_text(form_a, "child.sex"),
        ethnicity=_text(form_a, "child.ethnicity") or _text(form_a, "register.ethnicity"),
        local_authority=_text(form_a, "child.local_authority"),
        place=_text(form_a, "death.place") or _text(form_a, "register.place"),
        hospital=_text(form_a, "death.hospital"),
        expected=_text(form_a, "death.expected"),
        gestation_weeks=whole_at(form_a, "child.gestation.weeks"),
        jar=_YES_OR_NO.get(str(at(form_a, "jar.triggered"))),
        deprivation_decile=whole_at(form_a, "child.deprivation_decile"),
        counted=at(form_a, "child.birth_status") not in NOT_COUNTED,
        birth_weight_g=whole_at(form_a, "child.birth_weight_g"),
        multiple_birth=_YES_OR_NO.get(str(at(form_a, "child.multiple_birth"))),
        processes=_processes(form_a),
        family=tuple(name for name in FAMILY_BEFORE if _is_done(at(form_a, f"family.{name}"))),
        unanswered_before=tuple(_unanswered_before(form_a)),
        hour_died=died.hour if (died := moment_of_death(form_a)) else None,
    )


@dataclass(frozen=True)
class Analysis(Kept):
    """What lists and tables need of an analysis (Form C): its stage, codes and relevances (`domains` maps A to D to 0, 1 or 2).

    `family` is what was done for the family (`FAMILY_AFTER`), `unanswered_after` which of that, and which of the lists
    (`LISTS`), nobody answered.
    """

    stage: str | None = None
    category: int | None = None
    modifiable: str | None = None
    domains: Mapping[str, int] = field(default_factory=dict)
    contributory_factors: tuple[str, ...] = ()
    modifiable_factors: tuple[str, ...] = ()
    learning_themes: tuple[str, ...] = ()
    discussed_on: date | None = None
    family: tuple[str, ...] = ()
    unanswered_after: tuple[str, ...] = ()


def analysis_of(form_c: Body) -> Analysis:
    """What is taken of an analysis (Form C)."""
    relevances = _relevances(form_c)
    # a register's factors name no domain
    lists = (*(f"domains.{letter}.factors" for letter in relevances), "factors")
    factors = [item for path in lists for _, item in items_at(form_c, path)]
    themes = (point.get("theme") for _, point in items_at(form_c, "learning_points"))
    done = [name for name in FAMILY_AFTER if _is_done_on(at(form_c, f"family.{name}"))]
    found = {
        "contributory_factors": codes(f.get("code") for f in factors if f.get("relevance") == CONTRIBUTED),
        "modifiable_factors": codes(f.get("code") for f in factors if f.get("modifiable") == "yes"),
        "learning_themes": codes(filter(None, themes)),
    }
    return Analysis(
        stage=_text(form_c, "stage"),
        category=whole_at(form_c, "category.primary"),
        modifiable=_text(form_c, "modifiable_factors_identified"),
        domains={letter: relevance for letter, relevance in relevances.items() if relevance is not None},
        discussed_on=date_at(form_c, "cdrm.date"),
        family=tuple(done),
        unanswered_after=tuple(_unanswered_after(form_c, found)),
        **found,
    )


@dataclass(frozen=True)
class Facts:
    """One case. `case`, `requests` and `prompts` are the bodies of its document and its ledgers, without notes and reasons.

    `missing` and `review_missing` are the keys that the national database's minimum lacks in the notification and the analysis;
    `told_first` is what the notification says of that database; `letters_to` counts those who should have
    letters; `kept_identity` is None and `names` empty where there is no notification.
    """

    reference: str
    case: Body = field(default_factory=dict)
    requests: Body = field(default_factory=dict)
    prompts: Body = field(default_factory=dict)
    notification: Notification = Notification()
    analysis: Analysis | None = None
    kept_identity: Body | None = None
    names: tuple[str, ...] = ()
    kept_people: tuple[Body, ...] = ()
    missing: tuple[str, ...] = ("notification",)
    review_missing: tuple[str, ...] = ("analysis",)
    told_first: Told = NOT_TOLD
    letters_to: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the case is open."""
        return standing.is_open(self.case)

    @property
    def is_imported(self) -> bool:
        """Whether it came from a register of earlier years."""
        return standing.is_imported(self.case)

    @property
    def old_reference(self) -> str:
        """What that register called it; empty where it came from none."""
        known = standing.imported(self.case)
        return known.old_reference if known else ""

    @cached_property
    def asked(self) -> tuple[Request, ...]:
        """Every request, in the ledger's order."""
        return tuple(requests_of(self.requests))

    @cached_property
    def ever_asked(self) -> tuple[Request, ...]:
        """Every request that was ever made, also those that were waived before the agency was asked again."""
        return tuple(ever_asked(self.requests))

    @cached_property
    def outstanding(self) -> tuple[Request, ...]:
        """The requests neither returned nor nil nor waived; none of a case that is void."""
        return () if is_void(self.case, self.requests) else tuple(outstanding(self.requests))

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """The other processes and how each stands."""
        from cdr.domain.case.gates import gates_of

        return tuple(gates_of(self.case))

    @cached_property
    def open_questions(self) -> Mapping[int, Question]:
        """The family's questions that nobody has answered yet, by their numbers and without their words."""
        from cdr.domain.case.family_questions import open_questions

        return open_questions(self.case)

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What the panel asked somebody to do because of this death, without what it says."""
        from cdr.domain.panel.actions import actions_of

        return actions_of(self.case, case=self.reference)

    @property
    def ratified_on(self) -> date | None:
        """The day of the last review that was ratified."""
        from cdr.domain.case.review import ratifying_review

        review = ratifying_review(self.case)
        return review.on if review else None

    @property
    def told(self) -> Told:
        """Whether the national database was told, and when first."""
        return national_database_told(self.told_first, self.case)

    @cached_property
    def stage(self) -> str:
        """Where the case is, one of `case.STAGES`."""
        from cdr.domain.case import case as cases_

        return cases_.stage(*self._state)

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """What the case waits for, a few words each."""
        from cdr.domain.case import case as cases_

        return tuple(cases_.waiting_for(*self._state))

    @property
    def may_close(self) -> bool:
        """Whether nothing stands in the way of closing: a gate that the review passed over does not."""
        from cdr.domain.case.review import is_reviewed_elsewhere, settled_on, unmet_for_closing

        reviewed = settled_on(self.case) is not None or is_reviewed_elsewhere(self.case)
        return reviewed and not unmet_for_closing(*self._state)

    @property
    def _state(self) -> tuple[Body, Body, Body | None]:
        return self.case, self.requests, {"stage": self.analysis.stage} if self.analysis else None


Cases = Mapping[str, Facts]


def cases_of(kept: Mapping[str, Mapping[str, Body]]) -> Cases:
    """The cases of what the index keeps by case and kind's name, without those that are void; nobody changes them."""
    return _Cases({case: kinds for case, kinds in kept.items() if not _is_void(kinds)})


def identities_of(kept: Mapping[str, Mapping[str, Body]]) -> dict[str, Body]:
    """Who the child of each of the same cases is (`Facts.kept_identity`), where there is a notification; nothing else is made of a case."""
    told = {case: form_a for case, kinds in kept.items() if (form_a := kinds.get("notification"))}
    return {case: one["identity"] for case, one in told.items() if not _is_void(kept[case])}


def void_cases_of(kept: Mapping[str, Mapping[str, Body]]) -> Cases:
    """The cases that are void, and so counted nowhere."""
    return _Cases({case: kinds for case, kinds in kept.items() if _is_void(kinds)})


def _is_void(kinds: Mapping[str, Body]) -> bool:
    return is_void(kinds.get("case", {}), kinds.get("requests", {}))


class _Cases(Mapping[str, Facts]):
    """Each case is made when it is first asked for: most questions ask of few."""

    def __init__(self, kept: Mapping[str, Mapping[str, Body]]) -> None:
        self._kept = kept
        self._made: dict[str, Facts] = {}

    def __getitem__(self, reference: str) -> Facts:
        if reference not in self._made:
            self._made[reference] = _facts(reference, self._kept[reference])
        return self._made[reference]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _facts(reference: str, kinds: Mapping[str, Body]) -> Facts:
    known: dict[str, Any] = {kind: kinds[kind] for kind in ("case", "requests", "prompts") if kind in kinds}
    if form_a := kinds.get("notification"):
        ncmd = form_a["ncmd"]
        known["notification"] = Notification.from_dict(form_a["facts"])
        known["kept_identity"], known["names"] = form_a["identity"], tuple(form_a["names"])
        known["kept_people"] = tuple(form_a.get("people", ()))
        known["letters_to"] = form_a.get("letters_to", 0)
        known["missing"], known["told_first"] = tuple(ncmd["missing"]), Told(ncmd["told"], kept_day(ncmd["told_on"]))
    if form_c := kinds.get("analysis"):
        known["analysis"], known["review_missing"] = Analysis.from_dict(form_c), tuple(form_c["ncmd"]["missing"])
    return Facts(reference, **known)


def _processes(form_a: Body) -> tuple[str, ...]:
    begun = [item.get("type") for _, item in items_at(form_a, "other_investigations") if item.get("status") in BEGUN]
    told = [(item.get("party"), item.get("status")) for _, item in items_at(form_a, "informed")]
    return codes([*begun, *(["leder"] if ("leder", "informed") in told else [])])


def _unanswered_before(form_a: Body) -> Iterator[str]:
    """What a notification says nothing of; a register asks for neither the family nor other processes."""
    yield from _unanswered(form_a, FAMILY_BEFORE)
    if _is_from_register(form_a) and not _processes(form_a):
        yield PROCESSES


def _unanswered_after(form_c: Body, found: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What an analysis says nothing of. A form has every list, which may be empty; a register may not have the column.

    Where a register says that something was modifiable, or may have contributed, and the list is empty, nobody wrote what it was.
    """
    yield from _unanswered(form_c, FAMILY_AFTER)
    if not _is_from_register(form_c):
        return
    has = set(words_at(form_c, "lists"))
    identified = at(form_c, "modifiable_factors_identified")
    if identified == "no":
        has.add("modifiable_factors")
    if identified == "yes":
        has.discard("modifiable_factors")
    if CONTRIBUTED in _relevances(form_c).values():
        has.discard("contributory_factors")
    yield from (name for name in LISTS if name not in has and not found[name])


def _relevances(form_c: Body) -> dict[str, int | None]:
    from cdr.domain.rulebook.domains import DOMAINS

    return {letter: whole_at(form_c, f"domains.{letter}.relevance") for letter in DOMAINS}


def _unanswered(form: Body, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        said = at(form, f"family.{name}")
        by_being_there = name in BY_BEING_THERE and not _is_from_register(form)
        if not (said == "no" or _is_done(said) or _is_done_on(said) or by_being_there):
            yield name


def _is_from_register(form: Body) -> bool:
    return text_at(form, "schema").startswith(FROM_REGISTER)


def _is_done(said: object) -> bool:
    return said == "yes" or (isinstance(said, Mapping) and bool(said))


def _is_done_on(said: object) -> bool:
    return said == "yes" or read_date(said) is not None


def _text(body: Body, path: str) -> str | None:
    value = at(body, path)
    return value if isinstance(value, str) and value else None


def codes(values: Iterable[object]) -> tuple[str, ...]:
    """Codes as they are counted, each once; a factor may be free text, and that may name the child to those who knew the family."""
    return tuple(
        dict.fromkeys(one if isinstance(one, str) and _CODE.fullmatch(one) else WITHOUT_CODE for one in values)
    )
