from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import changed, configuration, example, policy

from cdr.domain.case.gates import opening_gates
from cdr.domain.process.clocks import Step
from cdr.domain.process.routes import what_follows

ON = date(2026, 4, 1)


def steps(form: Any) -> list[Step]:
    return what_follows(form, configuration(), policy(), policy().working_days, ON)


def clocks(form: Any) -> dict[str, date | None]:
    return {step.clock: step.due for step in steps(form)}


def test_a_sudden_death() -> None:
    assert clocks(example("form-a-sudi")) == {
        "R02": date(2026, 1, 9),
        "T09": date(2026, 1, 10),
        "T03": date(2026, 1, 11),
        "T10": date(2026, 1, 11),
        "T04": date(2026, 1, 16),
        "T12": date(2026, 2, 6),
        "T13": date(2026, 4, 3),
        "T14": date(2026, 4, 9),
        "R07": None,
        "T08": None,
    }
    following = steps(example("form-a-sudi"))
    assert "6 agencies are named" in next(step.what for step in following if step.clock == "T04")
    assert "final case discussion" in next(step.what for step in following if step.clock == "T14")


def test_a_newborn() -> None:
    due = clocks(example("form-a-neonatal"))
    assert "T24" not in due  # the form says that it was told
    assert due["T24-report"] == date(2026, 8, 14)
    assert due["T15"] == date(2026, 2, 16)
    assert due["T14"] == date(2026, 5, 14)
    assert not set(due) & {"R01", "R02", "T09", "T16", "T27"}
    untold = changed(example("form-a-neonatal"), "informed", [])
    assert clocks(untold)["T24"] == date(2026, 2, 24)
    assert clocks(untold)["T27"] is None
    assert "T24" not in clocks(changed(untold, "child.gestation", {"weeks": 21, "days": 6}))


def test_a_suspected_suicide() -> None:
    due = clocks(example("form-a-suicide"))
    assert {"T28", "T28-support", "T16", "R02", "T10"} <= set(due)
    assert due["T04"] == date(2026, 3, 30)
    told = clocks(changed(example("form-a-suicide"), "informed.3.status", "informed"))
    assert "T28" not in told
    assert "T28-support" in told


def test_steps_come_by_due_day_with_the_open_ended_last() -> None:
    dates = [step.due for step in steps(example("form-a-suicide"))]
    dated = [day for day in dates if day]
    assert dated == sorted(dated)
    assert all(day is None for day in dates[len(dated) :])


@pytest.mark.parametrize(
    ("path", "value", "clock"),
    [
        ("child.local_authority", "Eastshire", "R03"),
        ("child.local_authority", "Eastshire", "R03-copy"),
        ("death.place", "abroad", "R05"),
        ("safeguarding_concern", "yes", "R04"),
        ("safeguarding_concern", "yes", "T19"),
        ("child.looked_after", "yes", "T21"),
        ("death.suspected_category", 2, "T28"),
        ("death.place", "foster_home", "T21"),
        ("jar.criteria", ["custody_or_mha_detention"], "R06"),
        ("informed.0.status", "not_informed", "R01"),
        ("jar.triggered", "no", "T01"),
        ("family.key_worker", ..., "T15"),
        ("family.leaflet_given", "no", "T16"),
        ("professionals", [], "R08"),
        ("professionals", ..., "R08"),
        ("death.review_area", "Eastbury", "R15"),
        ("death.review_area", "Eastbury", "R15-learning"),
    ],
)
def test_special_routes(path: str, value: Any, clock: str) -> None:
    form = example("form-a-sudi")
    assert clock not in clocks(form)
    assert clock in clocks(changed(form, path, value))


def test_a_coroner_who_holds_an_inquest_was_told_where_the_form_says_nothing_else() -> None:
    form = changed(example("form-a-sudi"), "informed", [])
    assert "R02" in clocks(form) and "R01" not in clocks(form)
    assert "R01" in clocks(changed(form, "other_investigations", []))
    assert "R01" in clocks(changed(form, "other_investigations", [{"type": "inquest", "status": "not_started"}]))


def test_a_death_in_the_own_area_or_of_a_child_from_elsewhere_tells_no_area_of_death() -> None:
    form = example("form-a-sudi")
    assert "R15" not in clocks(changed(form, "death.review_area", configuration().area.upper()))
    away = changed(changed(form, "death.review_area", "Eastbury"), "child.local_authority", "Eastshire")
    assert "R03" in clocks(away) and "R15" not in clocks(away)
    told = changed(form, "informed.1", {"party": "cdop_of_death", "status": "informed", "on": "2026-01-09"})
    assert "R15" not in clocks(changed(told, "death.review_area", "Eastbury"))


def test_learning_disability_from_four_years() -> None:
    form = changed(example("form-a-suicide"), "child.learning_disability", "yes")
    assert "T26" in clocks(form)
    assert "T26" not in clocks(changed(form, "child.date_of_birth", "2022-06-01"))
    told = changed(form, "informed.1", {"party": "leder", "status": "informed", "on": "2026-03-22"})
    assert "T26" not in clocks(told)


def test_a_term_baby_who_died_in_the_first_week() -> None:
    form = changed(example("form-a-neonatal"), "child.gestation", {"weeks": 37, "days": 0})
    assert "T25" in clocks(form)
    assert "T25" not in clocks(changed(form, "child.date_of_birth", "2026-02-07"))
    assert "T25" not in clocks(changed(form, "child.gestation", {"weeks": 36, "days": 6}))


def test_a_baby_of_two_months_who_never_left_the_neonatal_unit() -> None:
    form = changed(changed(example("form-a-neonatal"), "child.date_of_birth", "2025-12-10"), "informed", [])
    assert "T24" in clocks(form)
    assert "T24" not in clocks(changed(form, "death.place", "home_normal_residence"))


def test_a_reason_against_a_joint_response_ends_its_steps() -> None:
    form = changed(changed(example("form-a-sudi"), "jar.triggered", "no"), "jar.not_triggered_reason", "Agreed at once")
    assert not set(clocks(form)) & {"T01", "T09", "T10", "T12", "T13"}


def test_a_death_before_medical_examiners_is_not_held_to_them() -> None:
    form = changed(changed(example("form-a-neonatal"), "informed", []), "death.date", "2024-09-08")
    assert "T27" not in clocks(changed(form, "child.date_of_birth", "2024-09-01"))


def test_what_follows_a_death_abroad_in_hours_runs_from_the_notification() -> None:
    late = changed(
        changed(example("form-a-sudi"), "notified_at", "2026-01-20T11:00"), "received_at", "2026-01-20T11:05"
    )
    here, abroad = clocks(late), clocks(changed(late, "death.place", "abroad"))
    assert (here["T09"], here["T10"]) == (date(2026, 1, 10), date(2026, 1, 11))
    assert (abroad["T09"], abroad["T10"]) == (date(2026, 1, 21), date(2026, 1, 22))
    assert abroad["T14"] == here["T14"]


def test_without_a_time_of_receipt_the_day_of_opening_counts() -> None:
    assert clocks(changed(example("form-a-sudi"), "received_at", ...))["T04"] == date(2026, 4, 10)


@pytest.mark.parametrize("name", ["form-a-sudi", "form-a-neonatal", "form-a-suicide"])
def test_no_step_names_anybody(name: str) -> None:
    text = " ".join(step.what for step in steps(example(name)))
    for word in ("Amara", "Idris", "Jordan", "Testcase", "Moore", "Northshire", "Southtown", "Penrose", "Whitfield"):
        assert word not in text


def test_open_processes_become_gates_and_concluded_ones_do_not() -> None:
    form = example("form-a-sudi")
    form["other_investigations"] += [
        {"type": "cspr", "status": "concluded", "started": "2026-01-13"},
        {"type": "criminal", "status": "open"},
        {"type": "inquest", "status": "open", "started": "2026-02-01"},
    ]
    assert opening_gates(form) == [
        {"type": "inquest", "status": "open", "opened_on": "2026-01-12", "closed_on": None},
        {"type": "criminal", "status": "open", "opened_on": "2026-01-09", "closed_on": None},
    ]
    assert opening_gates({}) == []
    assert all(gate["type"] in policy().gates.types for gate in opening_gates(form))


def test_what_runs_from_the_notification_does_not_run_from_its_receipt() -> None:
    form = changed(
        changed(example("form-a-sudi"), "notified_at", "2026-01-09T11:00"), "received_at", "2026-01-12T09:00"
    )
    from_notice = {rule.id for rule in policy().clocks.values() if rule.trigger == "notified"}
    early, late = clocks(form), clocks(changed(form, "notified_at", "2026-01-12T09:00"))
    assert from_notice & early.keys()
    for clock in from_notice & early.keys():
        assert early[clock] != late[clock]


def test_a_post_mortem_of_the_coroners_calls_for_the_coroner_though_the_death_was_expected() -> None:
    form = changed(
        changed(example("form-a-neonatal"), "informed", []), "certification.post_mortem", {"type": "coroner"}
    )
    assert "R01" in clocks(form) and "T27" not in clocks(form)
    assert "R01" not in clocks(changed(form, "certification.post_mortem", {"type": "hospital"}))


def test_a_visit_and_a_meeting_that_took_place_are_called_for_no_more() -> None:
    form = example("form-a-sudi")
    assert "T09" not in clocks(changed(form, "jar.home_visit_on", "2026-01-09T15:00"))
    met = clocks(changed(form, "jar.initial_meeting_on", "2026-01-10T10:00"))
    assert not {"T08", "T10"} & met.keys() and "T09" in met


@pytest.mark.parametrize(
    ("path", "value", "party", "clock"),
    [
        ("safeguarding_concern", "yes", "safeguarding_partners", "R04"),
        ("safeguarding_concern", "yes", "national_safeguarding_panel", "T19"),
        ("child.looked_after", "yes", "ofsted", "T21"),
        ("child.local_authority", "Eastshire", "cdop_of_residence", "R03"),
        ("death.place", "abroad", "fcdo", "R05"),
    ],
)
def test_whoever_was_told_need_not_be_told_again_and_nobody_elses_telling_counts(
    path: str, value: Any, party: str, clock: str
) -> None:
    form = changed(example("form-a-sudi"), path, value)

    def told(whom: str, status: str) -> dict[str, date | None]:
        return clocks(changed(form, "informed.1", {"party": whom, "status": status, "on": "2026-01-09"}))

    assert clock in clocks(form) and clock in told("leder", "informed") and clock in told(party, "not_informed")
    assert clock not in told(party, "informed")


def test_a_term_baby_who_died_on_the_day_of_the_birth_and_one_of_whom_the_investigation_was_told() -> None:
    form = changed(example("form-a-neonatal"), "child.gestation", {"weeks": 37, "days": 0})
    same_day = changed(form, "child.date_of_birth", form["death"]["date"])
    assert "T25" in clocks(same_day)
    for status in ("informed", "not_applicable"):
        told = changed(form, "informed.1", {"party": "mnsi", "status": status, "on": "2026-02-14"})
        assert "T25" not in clocks(told)


def test_a_school_is_helped_where_the_child_was_of_school_age_or_the_notification_speaks_of_a_school() -> None:
    form = changed(example("form-a-suicide"), "informed", [])
    assert "T28-support" in clocks(form)
    small = changed(form, "child.date_of_birth", "2023-06-01")
    assert "T28-support" not in clocks(small)
    spoken_of = changed(small, "informed", [{"party": "school_nursery", "status": "not_informed"}])
    assert "T28-support" in clocks(spoken_of)
