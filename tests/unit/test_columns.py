"""What the index keeps apart of a case, for one sort of question, answers that as the whole case does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.domain_data import example, policy

from cdr import app
from cdr.domain.asking.requests import answer, ask
from cdr.domain.case.at_rest import AtRest
from cdr.domain.case.case import opened, with_review
from cdr.domain.case.facts import Facts, cases_of
from cdr.domain.case.known_by import KnownBy
from cdr.domain.process.listing import kept_row, listed, of_kept_row
from cdr.errors import NotAuthentic
from cdr.statistics.facts import case_facts
from cdr.statistics.kept import counted_of, kept, last_year, passed_over_in
from cdr.statistics.panel_years import overridden
from cdr.store.layout import ANALYSIS, NOTIFICATION

DAY, ON = date(2026, 1, 20), date(2027, 5, 1)
FORMS = ("form-a-sudi", "form-a-neonatal", "form-a-suicide")


def _case(name: str, **more: Any) -> Facts:
    form_a, form_c = example(name), example("form-c-sudi")
    case = {**with_review(opened(DAY, form_a, []), DAY, "ratified_cdop"), "status": "closed", **more}
    ledger = ask({"schema": "requests/1", "requests": []}, ["police", "school"], DAY)
    ledger = answer(answer(ledger, "school", "nil", DAY), "police", "waived", DAY)
    kinds = {
        "notification": app._facts(NOTIFICATION, form_a),
        "analysis": app._facts(ANALYSIS, {**form_c, "stage": "ratified_cdop"}),
        "case": case,
        "requests": ledger,
        "prompts": {"prompts": [{"agency": "police", "level": "escalation", "due_on": "2026-02-20", "status": "sent"}]},
    }
    return cases_of({"2026-AAAA": kinds})["2026-AAAA"]


def _as_json(made: Any) -> Any:
    return json.loads(json.dumps(made))


OVERRIDDEN = [{"on": "2026-03-02", "stage": "ratified_cdop", "panel": None, "override": {"unmet": ["One.", "Two."]}}]
SORTS: list[tuple[str, dict[str, Any]]] = [(name, {}) for name in FORMS] + [
    (FORMS[0], {"reviews": OVERRIDDEN}),
    (FORMS[0], {"imported": {"old_reference": "7"}}),
]


@pytest.mark.parametrize(("name", "more"), SORTS)
def test_a_column_says_of_a_case_what_the_case_says(name: str, more: dict[str, Any]) -> None:
    facts = _case(name, **more)
    assert of_kept_row("2026-AAAA", _as_json(kept_row(facts)), ON) == listed(facts, ON, policy())

    known = KnownBy.of(facts)
    again = KnownBy.from_dict(_as_json(known.to_dict()))
    assert again == known
    assert (again.people, again.identity, again.stage) == (facts.people, facts.identity, facts.stage)

    counted, whole = _as_json(kept(facts)), case_facts(facts)
    assert whole is not None
    requests = tuple(replace(one, form=None, received=None) for one in whole.requests)
    assert counted_of("2026-AAAA", counted) == replace(whole, requests=requests)
    assert passed_over_in("2026-AAAA", counted) == overridden(facts)
    assert last_year(counted) == 2026  # that of the meeting in the analysis


def test_a_case_without_a_day_of_notification_is_told_as_before() -> None:
    row = {**kept_row(_case(FORMS[0])), "notified_on": None}
    with pytest.raises(NotAuthentic):
        of_kept_row("2026-AAAA", row, ON)


def test_what_is_asked_of_all_together_reads_as_it_was_written() -> None:
    known = AtRest(3, DAY, {"notifications": DAY})
    assert AtRest.from_dict(_as_json(known.to_dict())) == known
    assert AtRest.from_dict(_as_json(AtRest().to_dict())) == AtRest()
