from __future__ import annotations

from typing import Any

import pytest
from unit.checked_forms import NEONATAL, SUDI, SUICIDE, broken, check_a, check_b, check_c
from unit.domain_data import changed, configuration, example, ids

from cdr.domain.rulebook import form_a
from cdr.domain.rulebook.sentences import RULES


@pytest.mark.parametrize("name", [SUDI, NEONATAL, SUICIDE])
def test_the_example_notifications_are_right(name: str) -> None:
    assert check_a(example(name)) == []
    assert form_a.agency_problems(example(name), configuration()) == []


# Each rule of Form A: an example, what is changed, and where the problem stands; without the change the example is right.
BROKEN_A: list[tuple[str, str, dict[str, Any], str]] = [
    ("A-01", SUDI, {"child.nhs_number": "9990000001"}, "child.nhs_number"),
    ("A-02", SUDI, {"child.nhs_number": ...}, "child.nhs_number"),
    ("A-02", SUDI, {"child.nhs_number_absent_reason": "nhs_number_not_currently_available"}, "child.nhs_number"),
    ("A-03", SUDI, {"child.date_of_birth": "2026-01-10"}, "death.date"),
    ("A-03", NEONATAL, {"death.date": "2026-02-10", "death.time": "03:14"}, "death.date"),
    ("A-04", SUDI, {"notified_at": "2026-04-21T00:00"}, "notified_at"),
    ("A-33", SUDI, {"received_at": "2026-04-21T00:00"}, "received_at"),
    ("A-33", SUDI, {"family.siblings.0.date_of_birth": "2027-01-01"}, "family.siblings.0.date_of_birth"),
    ("A-33", SUDI, {"other_investigations.0.started": "2027-01-01"}, "other_investigations.0.started"),
    ("A-05", SUICIDE, {"child.date_of_birth": "2008-03-21"}, "death.date"),
    ("A-06", NEONATAL, {"child.birth_status": "lawful_termination"}, "child.birth_status"),
    ("A-07", NEONATAL, {"child.birth_status": "stillbirth_unattended"}, "child.birth_status"),
    ("A-08", NEONATAL, {"death.suspected_stillbirth_at_home": "yes"}, "death.suspected_stillbirth_at_home"),
    ("A-09", SUDI, {"notified_at": "2026-01-13T09:00", "received_at": "2026-01-13T09:01"}, "notified_at"),
    ("A-11", SUDI, {"jar.triggered": "no"}, "jar.triggered"),
    ("A-12", SUDI, {"jar.criteria": ["none"]}, "jar.criteria"),
    ("A-13", SUDI, {"informed.0.status": "not_informed"}, "informed"),
    ("A-14", SUDI, {"informed.0.party": "registrar"}, "certification.post_mortem.type"),
    ("A-15", NEONATAL, {"certification.cause_of_death": {"neonatal_c": "Labour"}}, "certification.cause_of_death"),
    (
        "A-16",
        SUDI,
        {"certification.mccd_issued": "yes", "certification.cause_of_death": {"Ia": "Unascertained"}},
        "certification.mccd_issued",
    ),
    ("A-17", NEONATAL, {"informed.1.party": "registrar"}, "informed"),
    ("A-18", SUICIDE, {"child.learning_disability": "yes"}, "informed"),
    ("A-19", SUICIDE, {"informed.3.party": "registrar"}, "informed"),
    ("A-20", SUDI, {"safeguarding_concern": "yes"}, "informed"),
    ("A-21", SUDI, {"child.gestation": ...}, "child.gestation"),
    ("A-22", NEONATAL, {"child.gestation": {"weeks": 15, "days": 6}}, "child.gestation.weeks"),
    ("A-22", NEONATAL, {"child.gestation": {"weeks": 45, "days": 0}}, "child.gestation.weeks"),
    ("A-23", NEONATAL, {"child.birth_weight_g": 199}, "child.birth_weight_g"),
    ("A-23", NEONATAL, {"child.birth_weight_g": 7001}, "child.birth_weight_g"),
    ("A-24", SUDI, {"child.ethnicity": "S"}, "child.ethnicity_other_text"),
    ("A-25", SUDI, {"child.postcode": "NR11"}, "child.postcode"),
    ("A-27", SUDI, {"notified_at": "2026-01-09T06:51"}, "notified_at"),
    ("A-28", SUDI, {"received_at": "2026-01-09T11:19"}, "received_at"),
    ("A-29", SUDI, {"jar.criteria": ["sudden_no_apparent_cause", "none"]}, "jar.criteria"),
    ("A-30", SUDI, {"informed.2.on": "2026-01-08"}, "informed.2.on"),
    ("A-32", SUDI, {"death.date_found": "2026-01-08"}, "death.date_found"),
    ("A-35", SUDI, {"family.parents": []}, "family.parents"),
    ("A-35", SUDI, {"family.parents": ..., "family.no_parents_reason": " "}, "family.parents"),
    ("A-36", SUDI, {"death.place_detail": ...}, "death.place_detail"),
    ("A-36", SUICIDE, {"death.place": "other", "death.place_detail": ...}, "death.place_detail"),
    ("A-37", SUDI, {"safeguarding_concern": "yes"}, "safeguarding_detail"),
    ("A-38", SUDI, {"ncmd_alert": {"alert": "yes"}}, "ncmd_alert.reason"),
    ("A-40", SUDI, {"death.date": "2025-10-26", "death.time": "01:20"}, "death.time"),
    ("A-40", SUDI, {"received_at": "2025-10-26T01:59"}, "received_at"),
    ("A-41", SUDI, {"death.date": "2025-03-30", "death.time": "01:30"}, "death.time"),
    ("A-41", NEONATAL, {"child.date_of_birth": "2025-03-30", "child.time_of_birth": "01:00"}, "child.time_of_birth"),
    ("A-42", SUDI, {"death.time": "06:52+01:00"}, "death.time"),
    ("A-42", SUDI, {"death.date": "2025-03-30", "death.time": "01:30+00:00"}, "death.time"),
    ("A-43", SUDI, {"child.postcode": "QQ1 1CC"}, "child.postcode"),
    ("A-44", SUDI, {"jar.criteria": ["none"], "jar.triggered": "no"}, "jar.criteria"),
    ("A-44", SUICIDE, {"jar.criteria": ["none"], "jar.triggered": "no", "death.expected": "not_known"}, "jar.criteria"),
    ("A-44", NEONATAL, {"death.suspected_events": ["apparent_homicide"]}, "jar.criteria"),
]
# The night of 26 October 2025, in which the hour from 01:00 came twice: what of birth, death and notification can be true.
NIGHT = {"child.date_of_birth": "2025-10-26", "death.date": "2025-10-26", "received_at": "2025-10-26T09:00"}
SUMMER, WINTER = "+01:00", "+00:00"
BACK = [
    ("01:50", "01:20", "09:00", {"A-03": "warning"}),
    ("01:50" + SUMMER, "01:20" + WINTER, "09:00", {}),
    ("01:50" + SUMMER, "01:20", "09:00", {"A-03": "warning"}),
    ("01:50", "01:20" + SUMMER, "09:00", {"A-03": "error", "A-40": "warning"}),
    ("01:50" + WINTER, "01:20" + SUMMER, "09:00", {"A-03": "error"}),
    ("01:50" + WINTER, "01:20" + WINTER, "09:00", {"A-03": "error"}),
    ("02:10", "01:50", "09:00", {"A-03": "error", "A-40": "warning"}),
    ("00:50", "01:20", "09:00", {"A-40": "warning"}),
    ("00:10", "01:55", "01:10", {"A-27": "warning"}),
    ("00:10", "01:55" + WINTER, "01:10", {"A-27": "error", "A-40": "warning"}),
    ("00:10", "01:55" + SUMMER, "01:10" + WINTER, {}),
]


@pytest.mark.parametrize(("rule", "name", "changes", "field"), BROKEN_A)
def test_each_rule_of_the_notification(rule: str, name: str, changes: dict[str, Any], field: str) -> None:
    found = {(problem.rule, problem.field, problem.level) for problem in check_a(broken(name, changes))}
    assert (rule, field, RULES[rule].level) in found


@pytest.mark.parametrize(("born", "died", "notified", "told"), BACK)
def test_in_the_hour_that_came_twice_an_order_that_can_be_true_is_a_warning(
    born: str, died: str, notified: str, told: dict[str, str]
) -> None:
    form = broken(
        NEONATAL, NIGHT | {"child.time_of_birth": born, "death.time": died, "notified_at": f"2025-10-26T{notified}"}
    )
    about = ("A-03", "A-27", "A-28", "A-40", "A-41", "A-42")
    found = [problem for problem in check_a(form) if problem.rule in about]
    assert {problem.rule: problem.level for problem in found} == told
    assert all("came twice" in problem.message for problem in found if problem.level == "warning")


def test_a_time_of_elsewhere_is_right_where_the_child_died_abroad() -> None:
    form = broken(SUDI, {"death.place": "abroad", "death.time": "11:52+05:00"})
    assert not ids(check_a(form)) & {"A-27", "A-42"}
    assert "A-27" in ids(check_a(changed(form, "death.time", "11:52-05:00")))


def test_the_national_database_within_48_hours() -> None:
    told = {"party": "ncmd", "status": "informed", "on": "2026-01-11"}
    in_time = changed(example(SUDI), "informed", [*example(SUDI)["informed"], told])
    assert check_a(in_time) == []
    assert ids(check_a(changed(in_time, "informed.4.on", "2026-01-12"))) == {"A-10"}


# Changes at the very edge of a rule that leave the form right.
RIGHT_A: list[tuple[str, dict[str, Any]]] = [
    (SUDI, {"child.nhs_number": ..., "child.nhs_number_absent_reason": "child_non_resident_in_england"}),
    (SUDI, {"child.nhs_number": "999 000 0018"}),
    (SUDI, {"received_at": "2026-04-20T23:59"}),
    (SUDI, {"notified_at": "2026-01-12T17:00", "received_at": "2026-01-12T17:00"}),
    (SUICIDE, {"child.date_of_birth": "2008-03-22"}),
    (SUICIDE, {"death.date_found": "2026-03-23", "notified_at": "2026-03-24T08:00", "received_at": "2026-03-24T08:00"}),
    (SUDI, {"jar.triggered": "no", "jar.not_triggered_reason": "Declined after discussion with the coroner"}),
    (NEONATAL, {"child.gestation": {"weeks": 21, "days": 0}, "informed.1.party": "registrar"}),
    (NEONATAL, {"child.gestation": {"weeks": 16, "days": 0}, "child.birth_weight_g": 200}),
    (SUDI, {"child.gestation": {"weeks": 44, "days": 6}, "child.birth_weight_g": 7000}),
    (SUDI, {"child.ethnicity": "S", "child.ethnicity_other_text": "Kurdish"}),
    (SUDI, {"child.postcode": "ZZ99 3VZ"}),
    (SUDI, {"child.postcode": "nr11ab"}),
    (SUDI, {"child.postcode": "E1 6AN"}),
    (SUDI, {"death.time": "06:52+00:00"}),
    (SUICIDE, {"death.date_found": "2026-03-22", "notified_at": "2026-03-23T08:00"}),
    (SUDI, {"family.parents": [], "family.no_parents_reason": "The parents are not known"}),
    (SUICIDE, {"death.place_detail": ...}),
    (SUDI, {"safeguarding_detail": "Not a concern any more"}),
    (SUDI, {"ncmd_alert": {"alert": "no"}}),
    (SUDI, {"ncmd_alert": {"alert": "yes", "reason": "A product that is still sold"}}),
]


@pytest.mark.parametrize(("name", "changes"), RIGHT_A)
def test_forms_at_the_edge_of_a_rule_are_right(name: str, changes: dict[str, Any]) -> None:
    assert check_a(broken(name, changes)) == []


def test_an_unattended_stillbirth_is_looked_into_with_a_joint_response() -> None:
    form = broken(
        NEONATAL,
        {
            "child.birth_status": "stillbirth_unattended",
            "jar.criteria": ["unattended_stillbirth"],
            "jar.triggered": "yes",
        },
    )
    assert not ids(check_a(form)) & {"A-06", "A-07", "A-12"}


def test_a_child_born_on_29_february_is_17_until_1_march() -> None:
    form = broken(
        SUICIDE, {"child.date_of_birth": "2008-02-29", "death.date": "2026-02-28", "notified_at": "2026-03-01T09:00"}
    )
    assert "A-05" not in ids(check_a(form))
    assert "A-05" in ids(check_a(changed(form, "death.date", "2026-03-01")))


def test_a_death_on_a_bank_holiday_is_notified_in_time_on_the_next_working_day() -> None:
    form = broken(
        SUDI, {"death.date": "2026-04-03", "notified_at": "2026-04-07T16:00", "received_at": "2026-04-07T16:01"}
    )
    assert "A-09" not in ids(check_a(form))
    assert "A-09" in ids(check_a(changed(form, "notified_at", "2026-04-08T09:00")))


def test_an_agency_that_cannot_be_asked_is_a_warning() -> None:
    found = form_a.agency_problems(changed(example(SUDI), "professionals.2.agency", "no-such"), configuration())
    assert [(p.rule, p.field, p.level) for p in found] == [("A-31", "professionals.2.agency", "warning")]


def test_the_example_returns_are_right() -> None:
    for name, agency in (
        ("ambulance", "regional-ambulance"),
        ("hospital", "northtown-general"),
        ("police", "northshire-police"),
    ):
        assert check_b(example(f"form-b-{name}"), agency=agency) == []


BROKEN_B: list[tuple[str, dict[str, Any], str]] = [
    ("B-01", {"agency": "high-street-surgery"}, "agency"),
    ("B-02", {"identifying.family_name": "Testcase-Hughes"}, "identifying.family_name"),
    ("B-03", {"identifying.date_of_birth": "2025-02-03"}, "identifying.date_of_birth"),
    ("B-04", {"identifying.nhs_number": "9990000026"}, "identifying.nhs_number"),
    ("B-05", {"identifying.date_of_death": "2026-01-08"}, "identifying.date_of_death"),
    ("B-06", {"contact.first": "2026-01-10"}, "contact.last"),
    ("B-07", {"timeline.3.at": "2026-01-21T00:01"}, "timeline.3.at"),
    ("B-07", {"contact.last": "2026-01-21"}, "contact.last"),
    ("B-08", {"completed_on": "2026-01-08"}, "completed_on"),
    (
        "B-09",
        {"supplementary": [{"type": "cardiac"}, {"type": "epilepsy"}, {"type": "cardiac"}]},
        "supplementary.2.type",
    ),
    ("B-10", {"response": "nil"}, "response"),
    ("B-14", {"response": "declined"}, "response"),
    ("B-15", {"identifying": ...}, "identifying"),
    ("B-11", {"child.gestation.days": 5}, "child.gestation"),
    ("B-12", {"child.birth_weight_g": 2640}, "child.birth_weight_g"),
    ("B-13", {"service.bereavement_support_detail": ""}, "service.bereavement_support_detail"),
    ("B-16", {"identifying.sex": "male"}, "identifying.sex"),
    ("B-17", {"circumstances.place_of_death": "home_normal_residence"}, "circumstances.place_of_death"),
    ("B-18", {"identifying.postcode": "NR2 3EF"}, "identifying.postcode"),
    ("B-19", {"identifying.first_names": "Ama"}, "identifying.first_names"),
    ("B-20", {"child.status": {"child_protection_plan": "past"}}, "child.abuse_categories"),
    ("B-21", {"child.status": {"looked_after": "current"}}, "child.legal_status"),
    ("B-27", {"completed_on": "2026-04-21"}, "completed_on"),
    ("B-28", {"timeline.3.at": "2025-10-26T01:20"}, "timeline.3.at"),
    ("B-29", {"timeline.3.at": "2025-03-30T01:20"}, "timeline.3.at"),
]
# What two agencies may write in two ways, and what nobody knows, is no fault.
RIGHT_B: list[dict[str, Any]] = [
    {"identifying.sex": "female"},
    {"identifying.sex": "not_known", "circumstances.place_of_death": "not_known"},
    {"identifying.postcode": "nr11ab"},
    {"identifying.first_names": "AMÁRA"},
    {"identifying.first_names": "Grace Abena"},
    {"identifying.first_names": "Baby"},
    {"child.status": {"child_protection_plan": "never", "looked_after": "past"}},
    {"child.status": {"child_protection_plan": "current"}, "child.abuse_categories": ["neglect"]},
    {"child.status": {"looked_after": "current"}, "child.legal_status": ["none"]},
]


@pytest.mark.parametrize(("rule", "changes", "field"), BROKEN_B)
def test_each_rule_of_a_return(rule: str, changes: dict[str, Any], field: str) -> None:
    found = {(problem.rule, problem.field, problem.level) for problem in check_b(broken("form-b-hospital", changes))}
    assert (rule, field, RULES[rule].level) in found


@pytest.mark.parametrize("changes", RIGHT_B)
def test_returns_at_the_edge_of_a_rule_are_right(changes: dict[str, Any]) -> None:
    assert check_b(broken("form-b-hospital", changes)) == []


def test_a_baby_may_be_named_after_the_notification() -> None:
    reply = changed(example("form-b-hospital"), "identifying.first_names", "Thị Hương")
    assert check_b(reply, changed(changed(example(SUDI), "child.first_names", "Baby"), "child.known_as", ...)) == []
    assert ids(check_b(reply)) == {"B-19"}


@pytest.mark.parametrize(
    ("notified", "returned"),
    [("Świątek-Nowak", "SWIATEK NOWAK"), ("Ọládélé", "Oladele"), ("Yıldız", "YILDIZ"), ("O'Testcase", "O’TESTCASE")],
)
def test_a_name_may_be_spelt_another_way(notified: str, returned: str) -> None:
    notification = changed(example(SUDI), "child.family_name", notified)
    reply = changed(example("form-b-hospital"), "identifying.family_name", returned)
    assert check_b(reply, notification) == []
    assert "B-02" in ids(check_b(changed(reply, "identifying.family_name", "Testcase"), notification))


def test_another_name_that_the_notification_gives_is_the_childs_too() -> None:
    notification = changed(example(SUDI), "child.also_known_as", ["Amara Mensah"])
    reply = changed(example("form-b-hospital"), "identifying.family_name", "Mensah")
    assert check_b(reply, notification) == []


def test_events_of_the_last_day_and_a_short_nil_return_are_right() -> None:
    assert check_b(broken("form-b-hospital", {"timeline.3.at": "2026-01-20T23:59"})) == []
    nil = {"agency": "northtown-general", "response": "nil", "completed_on": "2026-01-20", "timeline": []}
    assert check_b(nil) == []


def test_the_example_analysis_is_right() -> None:
    assert check_c(example("form-c-sudi")) == []


FACTOR = {"code": "x", "relevance": 2, "modifiable": "yes"}
BROKEN_C: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("C-01", {"category.secondary": [3]}, {}, "category.secondary.0"),
    ("C-01", {"category.secondary": [10]}, {}, "category.secondary.0"),
    ("C-02", {"category.primary": 3, "category.secondary": [5, 5]}, {}, "category.secondary.1"),
    (
        "C-03",
        {"domains.B.factors.0.modifiable": "no", "domains.C.factors.0.modifiable": "no"},
        {},
        "modifiable_factors_identified",
    ),
    ("C-04", {"modifiable_factors_identified": "no"}, {}, "modifiable_factors_identified"),
    ("C-04", {"modifiable_factors_identified": "inadequate_information"}, {}, "modifiable_factors_identified"),
    ("C-05", {"domains.C.factors.1.modifiable": "yes"}, {}, "domains.C.factors.1.relevance"),
    ("C-06", {"domains.A.relevance": 1}, {}, "domains.A.relevance"),
    ("C-07", {"domains.D.relevance": 0, "domains.D.factors": [FACTOR]}, {}, "domains.D.relevance"),
    ("C-08", {"category.primary": 9}, {"death.date": "2025-03-08"}, "category.primary"),
    ("C-09", {"category.primary": 2}, {"child.date_of_birth": "2016-01-10"}, "category.primary"),
    ("C-10", {"domains.A.factors.0.code": "chronic_illness_epilepsy"}, {}, "category.primary"),
    ("C-11", {"registered_cause": {"Ia": "Acute asthma"}}, {}, "registered_cause"),
    ("C-12", {"category.primary": 1}, {}, "referrals"),
    ("C-13", {"category.primary": 1}, {"safeguarding_concern": ...}, "referrals"),
    ("C-14", {}, {"safeguarding_concern": "yes"}, "referrals"),
    ("C-15", {"domains.B.narrative": " "}, {}, "domains.B.narrative"),
    ("C-16", {"cdrm.date": "2026-04-21"}, {}, "cdrm.date"),
    ("C-16", {"cdrm.date": "2026-01-08"}, {}, "cdrm.date"),
    ("C-17", {}, {"death.date": "2026-04-21"}, ""),
    ("C-18", {}, {"other_investigations.0.concluded": "2026-04-21"}, "other_investigations.0.concluded"),
    ("C-19", {"other_investigations": [{"type": "inquest", "status": "open"}]}, {}, "other_investigations.0.status"),
    ("C-20", {"domains.D.relevance": ...}, {}, "domains.D.relevance"),
    ("C-21", {"category.primary": ...}, {}, "category.primary"),
    ("C-22", {"modifiable_factors_identified": ...}, {}, "modifiable_factors_identified"),
    ("C-23", {"domains.A.factors": []}, {}, "domains.A.factors"),
    ("C-24", {"domains.A.factors.0.code": ...}, {}, "domains.A.factors.0.text"),
    ("C-24", {"domains.A.factors.1": {"code": "other", "text": " ", "relevance": 2}}, {}, "domains.A.factors.1.text"),
    ("C-25", {"refer_further": "yes"}, {}, "referrals"),
    ("C-26", {"panel": {"date": "2026-04-21"}}, {}, "panel.date"),
    ("C-26", {"panel": {"date": "2026-01-08"}}, {}, "panel.date"),
]


@pytest.mark.parametrize(("rule", "changes", "notification", "field"), BROKEN_C)
def test_each_rule_of_the_analysis(
    rule: str, changes: dict[str, Any], notification: dict[str, Any], field: str
) -> None:
    problems = check_c(broken("form-c-sudi", changes), broken(SUDI, notification))
    assert (rule, field, RULES[rule].level) in {(problem.rule, problem.field, problem.level) for problem in problems}


@pytest.mark.parametrize(
    ("changes", "notification"),
    [
        ({"category.primary": 9}, {"death.date": "2025-03-09"}),
        ({"category.primary": 2}, {"child.date_of_birth": "2016-01-09"}),
        ({"category.primary": 3, "category.secondary": [5, 10]}, {}),
        ({"category.primary": 1, "referrals": [{"body": "safeguarding_partners", "date": "2026-02-01"}]}, {}),
        ({"cdrm.date": "2026-04-20"}, {}),
        ({"panel": {"date": "2026-04-20"}}, {}),
        ({"domains.A.factors.0": {"text": "A long journey to hospital", "relevance": 2, "modifiable": "no"}}, {}),
        ({"domains.A.factors.0": {"code": "other", "text": "A long journey", "relevance": 2, "modifiable": "no"}}, {}),
        ({"refer_further": "yes", "referrals": [{"body": "coroner"}]}, {}),
        ({"refer_further": "no"}, {}),
        ({"stage": "draft_cdrm", "domains.D": ..., "category": ...}, {}),
        ({}, {"other_investigations.0.concluded": "2026-04-20"}),
        ({"registered_cause": {"Ia": "Sudden Infant Death Syndrome"}}, {}),
        ({"domains.D.factors": [{"code": "x", "relevance": 1, "modifiable": "no"}]}, {}),
    ],
)
def test_analyses_at_the_edge_of_a_rule_are_right(changes: dict[str, Any], notification: dict[str, Any]) -> None:
    assert check_c(broken("form-c-sudi", changes), broken(SUDI, notification)) == []


OF_REPLIES = {"B-22", "B-23", "B-24", "B-25", "B-26"}  # broken in tests/cli/test_replies_refused.py


def test_every_rule_of_the_three_forms_is_broken_somewhere_here() -> None:
    tried = (
        {rule for rule, *_ in (*BROKEN_A, *BROKEN_B, *BROKEN_C)}
        | {"A-10", "A-26", "A-31", "A-34", "A-39", "A-45", "A-46", "C-00"}
        | {"C-27", "C-28", "C-29"}  # of recommendations: test_recommendations.py
        | OF_REPLIES
    )
    assert tried == {rule for rule in RULES if rule[:2] in ("A-", "B-", "C-")}


def test_no_rule_quotes_a_value_and_each_has_a_source() -> None:
    for rule in RULES.values():
        assert rule.sentence
        assert rule.source
        assert rule.level in ("error", "warning")
