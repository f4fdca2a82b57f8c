"""The facts of a case: what is taken from the forms, what never is, and what counts as a review."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from unit.domain_data import known

from cdr.domain.case.facts import analysis_of, notification_of
from cdr.errors import WrongUsage
from cdr.statistics.facts import CaseFacts, RequestFacts, case_facts
from cdr.statistics.years import first_and_last_day, parse_year, year_of, years_ending

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
RATIFIED = {"reviews": [{"on": "2026-05-20", "stage": "ratified_cdop", "panel": "2026-05-20", "override": None}]}


def example(name: str) -> dict[str, Any]:
    def as_data(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: as_data(item) for key, item in value.items()}
        if isinstance(value, list):
            return [as_data(item) for item in value]
        return value.isoformat() if isinstance(value, (date, datetime)) else value

    body: dict[str, Any] = as_data(YAML(typ="safe", pure=True).load(EXAMPLES / name))
    return body


def notification_extract(form: dict[str, Any]) -> dict[str, Any]:
    return notification_of(form).to_dict()


def analysis_extract(form: dict[str, Any]) -> dict[str, Any]:
    return analysis_of(form).to_dict()


def counted(notification: Any, analysis: Any = None, requests: Any = None, **more: Any) -> CaseFacts | None:
    told = None if notification is None else {"facts": notification}
    return case_facts(known("2026-7K3M", notification=told, analysis=analysis, requests=requests, **more))


def every_text(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*(every_text(item) for item in value.values()), set())
    if isinstance(value, (list, tuple)):
        return set().union(*(every_text(item) for item in value), set())
    return {str(value)}


def test_a_notification_becomes_dates_codes_and_numbers() -> None:
    assert notification_extract(example("form-a-sudi.yaml")) == {
        "notified_on": "2026-01-09",
        "born": "2025-03-02",
        "died": "2026-01-09",
        "sex": "female",
        "ethnicity": "N",
        "local_authority": "Northshire",
        "place": "emergency_department",
        "hospital": None,
        "expected": "unexpected",
        "gestation_weeks": 36,
        "jar": True,
        "deprivation_decile": None,
        "counted": True,
        "birth_weight_g": 2460,
        "multiple_birth": None,
        "processes": ["inquest"],
        "family": ["leaflet_given", "key_worker"],
        "unanswered_before": ["informed_of_review", "follow_up_appointment"],
        "hour_died": 6,
    }


def test_what_a_notification_does_not_say_is_not_known() -> None:
    extract = notification_extract(example("form-a-suicide.yaml"))
    assert extract["gestation_weeks"] is None
    assert notification_extract(example("form-a-neonatal.yaml"))["jar"] is False
    empty = notification_extract({"notified_at": "2026-01-09T11:20"})
    assert empty["jar"] is None and empty["born"] is None and empty["sex"] is None


def test_an_analysis_becomes_codes_and_relevances() -> None:
    assert analysis_extract(example("form-c-sudi.yaml")) == {
        "stage": "ratified_cdop",
        "category": 10,
        "modifiable": "yes",
        "domains": {"A": 2, "B": 2, "C": 2, "D": 1},
        "contributory_factors": ["child_health_history", "acute_illness", "parental_smoking", "sleep_environment"],
        "modifiable_factors": ["parental_smoking", "sleep_environment"],
        "learning_themes": ["messages_to_families"],
        "discussed_on": "2026-04-14",
        "family": ["views_considered", "feedback_requested"],
        "unanswered_after": ["letter_sent", "bereavement_support_offered"],
    }


@pytest.mark.parametrize("name", ["form-a-sudi.yaml", "form-a-neonatal.yaml", "form-a-suicide.yaml"])
def test_no_name_number_address_or_narrative_is_taken_from_a_notification(name: str) -> None:
    form = example(name)
    taken = every_text(notification_extract(form))
    child = form["child"]
    personal = {child["first_names"], child["known_as"], child["family_name"], child["nhs_number"], child["postcode"]}
    personal |= every_text(form["family"]) | every_text(form["notifier"]) | every_text(form["professionals"])
    personal |= {form["death"]["circumstances"], form["death"]["place_detail"], *child["address"]}
    coded = {"yes", "no", "not_known", "None", child["local_authority"]}
    assert taken & personal <= coded
    assert json.loads(json.dumps(notification_extract(form))) == notification_extract(form)


def test_a_factor_or_theme_in_free_text_gives_nothing_of_its_words() -> None:
    factor = {"text": "Helped his uncle Gwilym with the lambing", "relevance": 2, "modifiable": "yes"}
    form = {
        "domains": {
            "B": {"relevance": 2, "narrative": "Gwilym", "factors": [factor, {"code": "Gwilym's farm", **factor}]}
        },
        "learning_points": [{"theme": "Ask Gwilym", "text": "Gwilym"}, {"text": "no theme"}],
    }
    extract = analysis_extract(form)
    assert extract["contributory_factors"] == ["other"]
    assert extract["modifiable_factors"] == ["other"]
    assert extract["learning_themes"] == ["other"]
    assert "Gwilym" not in json.dumps(extract)


def test_a_factor_counts_as_contributory_from_relevance_2_and_once_though_in_two_domains() -> None:
    smoking = {"code": "parental_smoking", "relevance": 2, "modifiable": "no"}
    damp = {"code": "overcrowding", "relevance": 1, "modifiable": "not_known"}
    extract = analysis_extract({"domains": {"A": {"factors": [smoking]}, "B": {"factors": [smoking, damp]}}})
    assert extract["contributory_factors"] == ["parental_smoking"]
    assert extract["modifiable_factors"] == []
    assert extract["domains"] == {}


@pytest.mark.parametrize(
    "status", ["stillbirth_unattended", "stillbirth_attended", "late_foetal_loss", "lawful_termination"]
)
def test_a_birth_without_a_sign_of_life_is_not_counted(status: str) -> None:
    form = example("form-a-neonatal.yaml")
    form["child"]["birth_status"] = status
    assert notification_extract(form)["counted"] is False


def test_a_live_birth_at_21_weeks_is_counted() -> None:
    form = example("form-a-neonatal.yaml")
    form["child"] |= {"birth_status": "live_birth", "gestation": {"weeks": 21, "days": 3}}
    extract = notification_extract(form)
    assert extract["counted"] is True
    assert extract["gestation_weeks"] == 21


def facts(case_body: dict[str, Any] | None, **analysis: Any) -> Any:
    notification = notification_extract(example("form-a-sudi.yaml"))
    found = analysis_extract({**example("form-c-sudi.yaml"), **analysis})
    return counted(notification, found, case=case_body)


def test_a_ratified_review_gives_its_date_and_its_findings() -> None:
    case = facts(RATIFIED)
    assert case.reviewed_on == date(2026, 5, 20)
    assert (case.category, case.modifiable, case.domains["D"]) == (10, "yes", 1)
    assert case.learning_themes == ("messages_to_families",)
    assert (case.born, case.died, case.notified_on) == (date(2025, 3, 2), date(2026, 1, 9), date(2026, 1, 9))


@pytest.mark.parametrize(
    "case_body",
    [
        None,
        {},
        {"reviews": []},
        {"reviews": [{"on": "2026-05-20", "stage": "draft_cdrm", "panel": None, "override": None}]},
    ],
)
def test_a_draft_is_not_a_review_and_nothing_of_it_counts(case_body: dict[str, Any] | None) -> None:
    case = facts(case_body)
    assert case.reviewed_on is None
    assert (case.category, case.modifiable, dict(case.domains), case.contributory_factors) == (None, None, {}, ())


def test_the_latest_ratified_review_gives_the_date_whatever_the_order() -> None:
    reviews = [
        {"on": "2026-09-01", "stage": "ratified_cdop"},
        {"on": "2026-05-20", "stage": "ratified_cdop"},
        {"on": "2026-11-01", "stage": "draft_cdrm"},
    ]
    assert facts({"reviews": reviews}).reviewed_on == date(2026, 9, 1)


def test_an_analysis_that_is_a_draft_again_keeps_the_review_and_gives_no_findings() -> None:
    case = facts(RATIFIED, stage="draft_cdrm")
    assert case.reviewed_on == date(2026, 5, 20)
    assert (case.category, case.modifiable, case.modifiable_factors) == (None, None, ())


def test_the_ledger_gives_its_requests() -> None:
    body = {
        "requests": [
            {
                "agency": "northshire-police",
                "requested_on": "2026-01-12",
                "status": "returned",
                "answered_on": "2026-02-03",
            },
            {
                "agency": "high-street-surgery",
                "requested_on": "2026-01-12",
                "status": "outstanding",
                "answered_on": None,
            },
        ]
    }
    case = counted({"notified_on": "2026-01-09"}, None, body)
    assert case is not None
    assert case.requests == (
        RequestFacts("northshire-police", date(2026, 1, 12), "returned", date(2026, 2, 3)),
        RequestFacts("high-street-surgery", date(2026, 1, 12), "outstanding", None),
    )


def test_without_a_notification_there_are_no_facts() -> None:
    assert counted(None, analysis_extract(example("form-c-sudi.yaml")), case=RATIFIED) is None
    assert counted({"notified_on": None}) is None


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2024, 3, 31), "2023/24"),
        (date(2024, 4, 1), "2024/25"),
        (date(2024, 2, 29), "2023/24"),
        (date(1999, 4, 1), "1999/00"),
        (date(2023, 12, 31), "2023/24"),
    ],
)
def test_a_year_runs_from_1_april_to_31_march(day: date, label: str) -> None:
    assert year_of(day) == label
    first, last = first_and_last_day(label)
    assert first <= day <= last
    assert (first.month, first.day, last.month, last.day) == (4, 1, 3, 31)


@pytest.mark.parametrize("text", ["2023/24", " 2023/24 ", "1999/00", "2009/10"])
def test_a_year_as_the_interface_writes_it_is_taken(text: str) -> None:
    assert parse_year(text) == text.strip()


@pytest.mark.parametrize(
    "text", ["2023/25", "2023/23", "2023-24", "23/24", "2023/2024", "2023", "", "٢٠٢٣/٢٤", "2023/24x", "0001/02"]
)
def test_any_other_year_is_wrong_usage(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_year(text)


def test_years_end_with_the_one_named_oldest_first() -> None:
    assert years_ending("2001/02", 3) == ("1999/00", "2000/01", "2001/02")
    assert years_ending("2023/24", 1) == ("2023/24",)


@pytest.mark.parametrize("n", [0, -1, 51])
def test_a_number_of_years_that_cannot_be_is_wrong_usage(n: int) -> None:
    with pytest.raises(WrongUsage):
        years_ending("2023/24", n)


def test_a_case_tells_what_it_waits_for_and_which_processes_there_were() -> None:
    form = example("form-a-neonatal.yaml")
    form["other_investigations"] += [{"type": "mnsi", "status": "not_started"}, {"type": "cspr", "status": "closed"}]
    form["informed"] += [{"party": "leder", "status": "informed"}]
    gates = [{"type": "inquest", "status": "open"}, {"type": "pmrt", "status": "closed"}]
    body = {"status": "open", "gates": gates, "reviews": []}
    case = counted(notification_extract(form), case=body)
    assert case is not None
    assert case.processes == ("pmrt", "cspr", "leder", "inquest")
    assert case.open_processes == ("inquest",)
    assert case.is_open
    closed = counted(notification_extract(form), case={"status": "closed"})
    assert closed is not None and not closed.is_open and closed.open_processes == ()


def test_an_escalated_request_is_known_by_what_was_sent() -> None:
    asked = {"agency": "northshire-police", "requested_on": "2026-01-09", "status": "outstanding", "answered_on": None}
    ledger = {"requests": [asked, {**asked, "agency": "high-street-surgery"}]}
    days = {"due_on": "2026-04-01", "sent_on": "2026-04-01"}
    sent = {
        "prompts": [{"agency": "northshire-police", "level": level, **days} for level in ("prompt-3", "escalation")]
    }
    sent["prompts"].append({"agency": "high-street-surgery", "level": "prompt-3", **days})
    notification = notification_extract(example("form-a-sudi.yaml"))
    case = counted(notification, None, ledger, prompts=sent)
    assert case is not None
    assert [request.escalated for request in case.requests] == [True, False]


def test_what_was_done_for_the_family_is_a_list_of_codes() -> None:
    form = {
        "family": {
            "views_considered": "yes",
            "feedback_requested": "no",
            "feedback_date": "2026-06-01",
            "voice_of_child": "Gwilym",
        }
    }
    assert analysis_extract(form)["family"] == ["views_considered", "feedback_date"]
    assert notification_extract({"family": {"leaflet_given": "not_known", "key_worker": {"name": "Jo"}}})["family"] == [
        "key_worker"
    ]
