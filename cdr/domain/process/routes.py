"""What follows from a notification, for whom and by when.

No step names a person or a place: the list is shown where names have no business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cdr.domain.asking.requests import to_ask
from cdr.domain.case.places import died_elsewhere, lived_elsewhere
from cdr.domain.process.age import days_old
from cdr.domain.process.clocks import Step, WorkingDays
from cdr.domain.process.policy import ClockRule, Policy
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.form_a import (
    ABROAD,
    HOSPITAL_PLACES,
    NATIONAL_PANEL,
    SAFEGUARDING_PARTIES,
    has_learning_disability,
    is_of_school_age,
    needs_perinatal_review,
)
from cdr.domain.rulebook.validation import (
    YES,
    at,
    coroner_told,
    date_at,
    gestation_days,
    informed,
    items_at,
    mentioned,
    moment_at,
    moment_of_death,
    number_at,
    text_at,
    words_at,
)
from cdr.moments import Moment
from cdr.records import replace

SETTLED = (YES, "not_applicable")
LOOKED_AFTER_PLACES = ("foster_home", "residential_care")
SUICIDE_EVENT = "apparent_suicide"


def what_follows(
    form_a: Mapping[str, Any], configuration: Configuration, policy: Policy, working_days: WorkingDays, on: date
) -> list[Step]:
    """The steps that a notification calls for and does not say are done, by due day, those without one last.

    `on` is the day of opening, from which runs what runs from receipt when the form does not say when it was received.
    Raises: UnknownHolidays.
    """
    received = moment_at(form_a, "received_at") or Moment(on)
    told = moment_at(form_a, "notified_at") or received
    starts = {"death": moment_of_death(form_a) or received, "notified": told}
    clocks = (
        *_for_all(form_a),
        *_coroner(form_a, policy),
        *_joint_response(form_a, policy),
        *_family(form_a),
        *_newborn(form_a, policy),
        *_child(form_a, policy),
        *_elsewhere(form_a, configuration),
    )
    rules = [policy.clock(clock) for clock in dict.fromkeys(clocks)]
    begun = [(rule, told if _runs_from_notice(rule, form_a) else starts.get(rule.trigger, received)) for rule in rules]
    steps = [rule.step(start, working_days, policy.edition) for rule, start in begun if rule.applies(start)]
    return sorted(_worded(form_a, steps, policy), key=lambda step: (step.due is None, step.due or on, step.clock))


def _runs_from_notice(rule: ClockRule, form_a: Mapping[str, Any]) -> bool:
    """Whether a step of the first hours after a death runs from the notification: nobody here can visit or meet before they hear of one abroad."""
    return rule.trigger == "death" and rule.unit == "h" and text_at(form_a, "death.place") == ABROAD


def _worded(form_a: Mapping[str, Any], steps: list[Step], policy: Policy) -> list[Step]:
    """The steps with what this notification adds to their words."""
    count = len(to_ask(form_a, {}))
    agencies = f"{count} {'agency is' if count == 1 else 'agencies are'} named in the notification"
    added = {"T04": f": {agencies}"}
    if _responding(form_a, policy):
        added["T14"] = "; in a joint agency response it is the final case discussion"
    return [replace(step, what=step.what + added.get(step.clock, "")) for step in steps]


def _for_all(form_a: Mapping[str, Any]) -> Iterator[str]:
    yield "T04" if to_ask(form_a, {}) else "R08"
    if not informed(form_a, "ncmd"):
        yield "T03"
    yield "T14"


def _coroner(form_a: Mapping[str, Any], policy: Policy) -> Iterator[str]:
    coronial = text_at(form_a, "certification.post_mortem.type") == "coroner"
    unexpected = text_at(form_a, "death.expected") == "unexpected" or _responding(form_a, policy)
    if coroner_told(form_a):
        yield "R02"
    elif unexpected or coronial:
        yield "R01"
    elif not informed(form_a, "medical_examiner"):
        yield "T27"


def _met(form_a: Mapping[str, Any], policy: Policy) -> list[str]:
    return [criterion for criterion in words_at(form_a, "jar.criteria") if criterion != policy.jar.none]


def _responding(form_a: Mapping[str, Any], policy: Policy) -> bool:
    """Whether there is a joint agency response, or one is called for and no reason against it is given."""
    triggered = text_at(form_a, "jar.triggered") == YES
    declined = bool(text_at(form_a, "jar.not_triggered_reason"))
    return triggered or (bool(_met(form_a, policy)) and not declined)


def _joint_response(form_a: Mapping[str, Any], policy: Policy) -> Iterator[str]:
    if policy.jar.detention in _met(form_a, policy):
        yield "R06"
    if not _responding(form_a, policy):
        return
    if text_at(form_a, "jar.triggered") != YES:
        yield "T01"
    if not at(form_a, "jar.initial_meeting_on"):
        yield "T08"
    if not at(form_a, "jar.home_visit_on"):
        yield "T09"
    if not at(form_a, "jar.initial_meeting_on"):
        yield "T10"
    yield from ("T12", "T13")


def _family(form_a: Mapping[str, Any]) -> Iterator[str]:
    if not at(form_a, "family.key_worker"):
        yield from ("T15-name", "T15")
    if text_at(form_a, "family.leaflet_given") not in SETTLED:
        yield "T16"
    yield "R07"


def _newborn(form_a: Mapping[str, Any], policy: Policy) -> Iterator[str]:
    if needs_perinatal_review(form_a, policy):
        if not _told_or_settled(form_a, "pmrt_mbrrace"):
            yield "T24"
        yield from ("T24-start", "T24-draft", "T24-report")
    born, died, gestation = (
        date_at(form_a, "child.date_of_birth"),
        date_at(form_a, "death.date"),
        gestation_days(form_a),
    )
    if born is None or died is None or gestation is None:
        return
    term = gestation >= policy.birth.maternity_investigation_from_days
    early = 0 <= days_old(born, died) < policy.ages.early_neonatal_under_days
    if term and early and not _told_or_settled(form_a, "mnsi"):
        yield "T25"


def _child(form_a: Mapping[str, Any], policy: Policy) -> Iterator[str]:
    if text_at(form_a, "safeguarding_concern") == YES:
        if not informed(form_a, *SAFEGUARDING_PARTIES):
            yield "R04"
        if not informed(form_a, NATIONAL_PANEL):
            yield "T19"
    if _looked_after(form_a) and not informed(form_a, "ofsted"):
        yield "T21"
    if has_learning_disability(form_a, policy) and not _told_or_settled(form_a, "leder"):
        yield "T26"
    if _may_be_suicide(form_a, policy):
        if not _told_or_settled(form_a, "school_nursery"):
            yield "T28"
        yield from ("T28-rtss", "T28-lead")
        if is_of_school_age(form_a, policy) or mentioned(form_a, "school_nursery"):
            yield "T28-support"


def _may_be_suicide(form_a: Mapping[str, Any], policy: Policy) -> bool:
    suspected = number_at(form_a, "death.suspected_category") == policy.analysis.suicide_category
    return suspected or SUICIDE_EVENT in words_at(form_a, "death.suspected_events")


def _looked_after(form_a: Mapping[str, Any]) -> bool:
    told = text_at(form_a, "child.looked_after") in (YES, "current")
    return told or any(text_at(form_a, f"death.{key}") in LOOKED_AFTER_PLACES for key in ("place", "place_of_event"))


def _elsewhere(form_a: Mapping[str, Any], configuration: Configuration) -> Iterator[str]:
    if lived_elsewhere(text_at(form_a, "child.local_authority"), configuration.authorities):
        if not informed(form_a, "cdop_of_residence"):
            yield "R03"
        yield "R03-copy"
    elif died_elsewhere(text_at(form_a, "death.review_area"), configuration.area):
        if not informed(form_a, "cdop_of_death"):
            yield "R15"
        if text_at(form_a, "death.place") in HOSPITAL_PLACES:
            yield "R15-learning"
    if text_at(form_a, "death.place") == ABROAD and not informed(form_a, "fcdo"):
        yield "R05"


def _told_or_settled(form_a: Mapping[str, Any], party: str) -> bool:
    """Whether a party was informed, or the form says that it need not be."""
    settled = ("informed", "not_applicable")
    return any(i.get("party") == party and i.get("status") in settled for _, i in items_at(form_a, "informed"))
