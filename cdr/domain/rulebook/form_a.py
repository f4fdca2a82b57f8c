"""The rules of the notification (Form A) that its schema cannot say: A-01 to A-44 of the table in `sentences`.

A rule is only asked where the parts that it needs are there and readable: what is missing is the schema's to tell.
A-26 and A-34 (the same child) are the command's, which knows the other cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cdr import nhs_numbers, written
from cdr.domain.case.places import OTHER_HOSPITAL, is_nearly_one_of, own_hospital
from cdr.domain.process.age import completed_years, days_old
from cdr.domain.process.clocks import UnknownHolidays, WorkingDays, as_date, notification_due
from cdr.domain.process.policy import Ages, Policy
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.order_of_times import CAN_BE_TRUE, Order, Rules, order_problems, time_problems
from cdr.domain.rulebook.validation import (
    NO,
    YES,
    at,
    coroner_told,
    date_at,
    found,
    gestation_days,
    informed,
    items_at,
    mentioned,
    moment_at,
    moment_of_birth,
    moment_of_death,
    number_at,
    problem,
    text_at,
    words_at,
)
from cdr.errors import Problem
from cdr.forms.codelists import code_list
from cdr.moments import Moment

HOSPITAL_PLACES = (
    "emergency_department", "paediatric_ward", "neonatal_unit", "intensive_care_unit", "delivery_suite", "theatre",
    "adult_ward", "hospital_other", "mental_health_inpatient",
)  # fmt: skip
ABROAD = "abroad"
EXTERNAL_EVENTS = ("apparent_homicide", "apparent_suicide")
NATIONAL_PANEL = "national_safeguarding_panel"
SAFEGUARDING_PARTIES = ("safeguarding_partners", NATIONAL_PANEL)
PAST = ("child.date_of_birth", "death.date", "death.date_found", "notified_at")


def problems(form: Mapping[str, Any], today: date, policy: Policy, working_days: WorkingDays) -> list[Problem]:
    """Everything that is wrong with a notification beyond its schema; never raises, whatever the form is."""
    return [
        *_identity(form),
        *_dates(form, today),
        *_scope(form, policy),
        *_timeliness(form, policy, working_days),
        *_joint_response(form, policy),
        *_certification(form, policy),
        *_newborn(form, policy),
        *_told(form, policy),
        *_needing_words(form),
    ]


def agency_problems(form: Mapping[str, Any], configuration: Configuration) -> list[Problem]:
    """What cdr.yaml does not name: the professionals' agencies (A-31), and an authority or a hospital that is nearly one of it (A-39, A-45, A-46)."""
    known = {agency.id for agency in configuration.agencies}
    named = [(n, text_at(item, "agency")) for n, item in items_at(form, "professionals")]
    strangers = [problem("A-31", f"professionals.{n}.agency") for n, agency in named if agency and agency not in known]
    home, hospital = text_at(form, "child.local_authority"), text_at(form, "death.hospital")
    is_plain = hospital == OTHER_HOSPITAL or own_hospital(hospital, configuration.hospitals)
    is_misspelt = not is_plain and is_nearly_one_of(hospital, configuration.hospitals)
    is_missing = bool(configuration.hospitals) and not hospital and text_at(form, "death.place") in HOSPITAL_PLACES
    return [
        *strangers,
        *([problem("A-45", "death.hospital")] if is_misspelt else []),
        *([problem("A-46", "death")] if is_missing else []),
        *([problem("A-39", "child.local_authority")] if is_nearly_one_of(home, configuration.authorities) else []),
    ]


def _identity(form: Mapping[str, Any]) -> list[Problem]:
    number, reason = text_at(form, "child.nhs_number"), text_at(form, "child.nhs_number_absent_reason")
    readable = isinstance(at(form, "child"), Mapping)
    postcode, ethnicity = text_at(form, "child.postcode"), text_at(form, "child.ethnicity")
    return found(
        (
            (bool(number) and not nhs_numbers.is_valid("".join(number.split())), "A-01", "child.nhs_number"),
            (readable and bool(number) == bool(reason), "A-02", "child.nhs_number"),
            (
                ethnicity == "S" and not text_at(form, "child.ethnicity_other_text"),
                "A-24",
                "child.ethnicity_other_text",
            ),
            (bool(postcode) and not written.is_postcode(postcode), "A-25", "child.postcode"),
            (not has_known_area(postcode), "A-43", "child.postcode"),
        )
    )


def has_known_area(postcode: str) -> bool:
    """Whether the letters that a postcode begins with are those of an area; so they count where the text is no postcode."""
    area = written.postcode_area(postcode)
    return not area or area in code_list("postcode_area")


def _dates(form: Mapping[str, Any], today: date) -> list[Problem]:
    born, died = moment_of_birth(form), moment_of_death(form)
    notified, received = moment_at(form, "notified_at"), moment_at(form, "received_at")
    orders = order_problems(
        (
            Order(died, born, "A-03", "death.date"),
            Order(notified, died, "A-27", "notified_at"),
            Order(received, notified, "A-28", "received_at"),
            Order(moment_at(form, "death.date_found"), died, "A-32", "death.date_found"),
        )
    )
    checks = [(_after(date_at(form, path), today), "A-04", path) for path in PAST]
    checks += [(_after(date_at(form, path), today), "A-33", path) for path in _usually_past(form)]
    on_day = as_date(died) if died else None
    told = [(n, date_at(item, "on")) for n, item in items_at(form, "informed") if item.get("status") == "informed"]
    checks += [(bool(on and on_day and on < on_day), "A-30", f"informed.{n}.on") for n, on in told]
    times = {"child.time_of_birth": born, "death.time": died, "notified_at": notified, "received_at": received}
    return [*orders, *found(checks), *_times(form, times, any(one.message == CAN_BE_TRUE for one in orders))]


def _times(form: Mapping[str, Any], times: Mapping[str, Moment | None], is_told: bool) -> Iterator[Problem]:
    """What is told of the nights in which the clocks change; that an hour came twice only once."""
    abroad = text_at(form, "death.place") == ABROAD
    rules = Rules("" if is_told else "A-40", "A-41", "" if abroad else "A-42")
    yield from time_problems(times.items(), rules)


def _usually_past(form: Mapping[str, Any]) -> Iterator[str]:
    """Where dates stand that seldom lie in the future: a notification is completed while things go on."""
    yield "received_at"
    for place, keys in (
        ("informed", ("on",)),
        ("other_investigations", ("started", "concluded")),
        ("family.parents", ("date_of_birth",)),
        ("family.siblings", ("date_of_birth",)),
    ):
        value = at(form, place)
        if isinstance(value, list):
            yield from (f"{place}.{n}.{key}" for n in range(len(value)) for key in keys)


def _after(day: date | None, today: date) -> bool:
    return day is not None and day > today


def _scope(form: Mapping[str, Any], policy: Policy) -> list[Problem]:
    born, died = date_at(form, "child.date_of_birth"), date_at(form, "death.date")
    status = text_at(form, "child.birth_status") or text_at(form, "birth_status")
    field = "child.birth_status" if text_at(form, "child.birth_status") else "birth_status"
    responded = text_at(form, "jar.triggered") == YES and policy.jar.stillbirth in words_at(form, "jar.criteria")
    at_home = text_at(form, "death.suspected_stillbirth_at_home") == YES
    elsewhere = text_at(form, "death.place") in HOSPITAL_PLACES
    known = born is not None and died is not None
    return found(
        (
            (bool(born and died and completed_years(born, died) >= policy.ages.adult_years), "A-05", "death.date"),
            (status in policy.birth.out_of_scope, "A-06", field),
            (status == policy.birth.unattended and not responded, "A-07", field),
            (at_home and ((known and born != died) or elsewhere), "A-08", "death.suspected_stillbirth_at_home"),
        )
    )


def _timeliness(form: Mapping[str, Any], policy: Policy, working_days: WorkingDays) -> list[Problem]:
    known = date_at(form, "death.date_found") or date_at(form, "death.date")
    notified = date_at(form, "notified_at")
    try:
        late = bool(known and notified and notified > notification_due(known, working_days))
        made = moment_at(form, "notified_at")
        limit = policy.clock("T03").due(made, working_days) if made else None
    except (UnknownHolidays, OverflowError):  # A date so far off is wrong for a reason that another rule gives.
        return []
    told = [(n, date_at(item, "on")) for n, item in items_at(form, "informed") if item.get("party") == "ncmd"]
    slow = [(bool(on and limit and on > limit), "A-10", f"informed.{n}.on") for n, on in told]
    return found([(late, "A-09", "notified_at"), *slow])


def _joint_response(form: Mapping[str, Any], policy: Policy) -> list[Problem]:
    named = words_at(form, "jar.criteria")
    met = [criterion for criterion in named if criterion != policy.jar.none]
    triggered = text_at(form, "jar.triggered")
    reason = text_at(form, "jar.not_triggered_reason")
    return found(
        (
            (bool(met) and triggered == NO and not reason, "A-11", "jar.triggered"),
            (triggered == YES and not met, "A-12", "jar.criteria"),
            (bool(met) and policy.jar.none in named, "A-29", "jar.criteria"),
            (named == [policy.jar.none] and _calls_for_a_response(form), "A-44", "jar.criteria"),
        )
    )


def _calls_for_a_response(form: Mapping[str, Any]) -> bool:
    """Whether what is known of the death seldom goes with no criterion at all: it was not expected, or may be by suicide or violence."""
    events = words_at(form, "death.suspected_events")
    return text_at(form, "death.expected") == "unexpected" or any(event in EXTERNAL_EVENTS for event in events)


def _certification(form: Mapping[str, Any], policy: Policy) -> list[Problem]:
    issued = text_at(form, "certification.mccd_issued") == YES
    cause = any(text_at(form, f"certification.cause_of_death.{line}") for line in ("Ia", "neonatal_a"))
    coroner = informed(form, "coroner")
    forensic = text_at(form, "certification.post_mortem.type") == "coroner"
    looking = any(
        item.get("type") in policy.gates.coroner and item.get("status") == "open"
        for _, item in items_at(form, "other_investigations")
    )
    return found(
        (
            (text_at(form, "death.expected") == "unexpected" and not coroner_told(form), "A-13", "informed"),
            (forensic and not coroner, "A-14", "certification.post_mortem.type"),
            (issued and not cause, "A-15", "certification.cause_of_death"),
            (issued and looking, "A-16", "certification.mccd_issued"),
        )
    )


def _newborn(form: Mapping[str, Any], policy: Policy) -> list[Problem]:
    born, died = date_at(form, "child.date_of_birth"), date_at(form, "death.date")
    gestation, weight = gestation_days(form), number_at(form, "child.birth_weight_g")
    shortest, longest = policy.birth.gestation_days
    lightest, heaviest = policy.birth.weight_g
    infant = bool(born and died and 0 <= completed_years(born, died) < policy.ages.infant_under_years)
    return found(
        (
            (needs_perinatal_review(form, policy) and not mentioned(form, "pmrt_mbrrace"), "A-17", "informed"),
            (infant and gestation is None, "A-21", "child.gestation"),
            (gestation is not None and not shortest <= gestation <= longest, "A-22", "child.gestation.weeks"),
            (weight is not None and not lightest <= weight <= heaviest, "A-23", "child.birth_weight_g"),
        )
    )


def is_newborn(form: Mapping[str, Any], ages: Ages) -> bool:
    """Whether the child died in the first weeks of life (the tables' first band); not so where a date is not known."""
    born, died = date_at(form, "child.date_of_birth"), date_at(form, "death.date")
    return born is not None and died is not None and 0 <= days_old(born, died) < ages.neonatal_under_days


def is_infant(form: Mapping[str, Any], ages: Ages) -> bool:
    """Whether the child died before the first birthday; not so where a date is not known."""
    born, died = date_at(form, "child.date_of_birth"), date_at(form, "death.date")
    return born is not None and died is not None and completed_years(born, died) < ages.infant_under_years


def needs_perinatal_review(form: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the perinatal mortality review looks at this death (protocol glossary).

    It does for babies old enough at birth who died as newborns, or later in a neonatal unit.
    """
    born, died, gestation = date_at(form, "child.date_of_birth"), date_at(form, "death.date"), gestation_days(form)
    if born is None or died is None or gestation is None:
        return False
    infant = 0 <= completed_years(born, died) < policy.ages.infant_under_years
    never_home = infant and text_at(form, "death.place") == "neonatal_unit"
    return (is_newborn(form, policy.ages) or never_home) and gestation >= policy.birth.perinatal_review_from_days


def age_at_death(form: Mapping[str, Any]) -> int | None:
    """Completed years at death; None where a date is not known."""
    born, died = date_at(form, "child.date_of_birth"), date_at(form, "death.date")
    return completed_years(born, died) if born and died else None


def has_learning_disability(form: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the notification tells of a learning disability in a child old enough for LeDeR (general knowledge)."""
    age = age_at_death(form)
    conditions = words_at(form, "child.known_conditions")
    told = text_at(form, "child.learning_disability") == YES or "learning_disability" in conditions
    return told and age is not None and age >= policy.ages.learning_disability_from_years


def is_of_school_age(form: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the child was of school age at death."""
    age = age_at_death(form)
    return age is not None and policy.ages.school_from <= age <= policy.ages.school_to


def _told(form: Mapping[str, Any], policy: Policy) -> list[Problem]:
    concern = text_at(form, "safeguarding_concern") == YES
    return found(
        (
            (has_learning_disability(form, policy) and not mentioned(form, "leder"), "A-18", "informed"),
            (is_of_school_age(form, policy) and not mentioned(form, "school_nursery"), "A-19", "informed"),
            (concern and not informed(form, *SAFEGUARDING_PARTIES), "A-20", "informed"),
        )
    )


def _needing_words(form: Mapping[str, Any]) -> list[Problem]:
    """Answers that need a reason or a few words beside them."""
    family = at(form, "family")
    unnamed = isinstance(family, Mapping) and not family.get("parents")
    place, concern = text_at(form, "death.place"), text_at(form, "safeguarding_concern")
    alert = text_at(form, "ncmd_alert.alert")
    return found(
        (
            (unnamed and not text_at(form, "family.no_parents_reason"), "A-35", "family.parents"),
            (
                place in (*HOSPITAL_PLACES, "other") and not text_at(form, "death.place_detail"),
                "A-36",
                "death.place_detail",
            ),
            (concern == YES and not text_at(form, "safeguarding_detail"), "A-37", "safeguarding_detail"),
            (alert == YES and not text_at(form, "ncmd_alert.reason"), "A-38", "ncmd_alert.reason"),
        )
    )
