"""What `cdr chase --overdue` reads of a case apart from all else says on every day what its ledgers say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import policy

from cdr import indexed
from cdr.columns import CHASED, columns
from cdr.domain.asking import sending
from cdr.domain.asking.chased import kept_row, of_kept_rows
from cdr.domain.asking.prompts_due import chase_item, levels
from cdr.domain.asking.requests import as_ledger, outstanding
from cdr.domain.case.facts import cases_of
from cdr.domain.process.chasing_rules import ChasingRules, as_kept, of_kept
from cdr.domain.process.clocks import Closure, UnknownHolidays
from cdr.domain.process.policy import Policy
from cdr.work.quiet_days import DAYS_AHEAD, _last_quiet

AGENCIES = ("police", "school", "surgery")
LEVELS = ("request", *levels(policy()), "bounce", "thanks-for-return")
FIRST = date(2025, 9, 1)  # so that the days have the night on which the clocks go back, Christmas and Easter among them
DAYS = st.integers(0, 240).map(lambda ahead: FIRST + timedelta(days=ahead))
WAY_BEYOND = date(policy().working_days.last_year, 12, 20)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, Any]:
    """What the index keeps of a case: requests in every state, and what was sent, or not, about some."""
    requests, prompts = [], []
    for agency in draw(st.lists(st.sampled_from(AGENCIES), unique=True)):
        asked, status = draw(DAYS), draw(st.sampled_from(("outstanding", "outstanding", "returned", "nil", "waived")))
        item: dict[str, Any] = {"agency": agency, "requested_on": _text(asked), "status": status}
        item |= (
            {} if status == "outstanding" else {"answered_on": _text(asked + timedelta(days=draw(st.integers(0, 60))))}
        )
        item |= {"hold": {"until": _text(draw(DAYS))}} if draw(st.booleans()) else {}
        item |= {"bounced": [{"on": _text(draw(DAYS))}]} if status == "returned" and draw(st.booleans()) else {}
        item |= {"earlier": [{"requested_on": _text(draw(DAYS))}]} if draw(st.booleans()) else {}
        item |= {"gone": {"on": _text(draw(DAYS))}} if draw(st.integers(0, 5)) == 0 else {}
        requests.append(item)
    for _ in range(draw(st.integers(0, 5))):
        due_on = draw(DAYS)
        status = draw(st.sampled_from(("", "", "", sending.SENT, sending.QUEUED, sending.SENDING, sending.REFUSED)))
        item = {
            "agency": draw(st.sampled_from(AGENCIES)),
            "level": draw(st.sampled_from(LEVELS)),
            "due_on": _text(due_on),
        }
        item |= {"status": status, "message_id": "<1@x.example>", "to": ["a@x.example"]} if status else {}
        is_sent = status in ("", sending.SENT)
        prompts.append(
            item | ({"sent_on": _text(due_on + timedelta(days=draw(st.integers(0, 20))))} if is_sent else {})
        )
    case: dict[str, Any] = {"status": draw(st.sampled_from(("open", "open", "closed", "void")))}
    return {"case": case, "requests": {"requests": requests}, "prompts": {"prompts": prompts}}


@st.composite
def rules_in_force(draw: st.DrawFn) -> Policy:
    """The rules that ship, or an area's own; with agencies that are closed, and some of which nobody confirmed that what is sent arrives."""
    chasing = {"prompt_weeks": draw(st.sampled_from(([1], [1, 3], [2, 4, 8]))), "escalation_working_days": 5}
    changes: dict[str, Any] = {"chasing": chasing | {"since": _text(draw(DAYS))}} if draw(st.booleans()) else {}
    changes |= {"bank_holidays": [_text(draw(DAYS)) for _ in range(draw(st.integers(0, 3)))]}
    closures = {
        agency: tuple(
            Closure(first, first + timedelta(days=draw(st.integers(0, 30))))
            for first in draw(st.lists(DAYS, max_size=2))
        )
        for agency in draw(st.lists(st.sampled_from(AGENCIES), unique=True))
    }
    unconfirmed = frozenset(draw(st.lists(st.sampled_from(AGENCIES))))
    own = policy().for_area(changes)
    return replace(own, closures=closures, unconfirmed=unconfirmed, confirm_arrival=draw(st.booleans()))


def by_ledgers(cases: Mapping[str, Any], day: date, rules: Policy) -> bool:
    """Whether anything is to go on a day, asked of whole ledgers as a list of what is outstanding asks them."""
    for name, one in cases_of(cases).items():
        for request in one.outstanding:
            closed = rules.closures.get(request.agency, ())
            if chase_item(request, one.prompts, day, rules, rules.working_days, closed).due:
                return True
        if any(sending.unsent(name, one.requests, one.prompts)):
            return True
    return False


def rows_of(cases: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of these cases apart, as it comes back from a file."""
    [column] = [one for one in columns() if one.name == CHASED]
    made = {name: column.of(name, kinds) for name, kinds in cases.items()}
    rows: dict[str, Any] = json.loads(json.dumps({name: row for name, row in made.items() if row is not None}))
    return rows


def again(rules: ChasingRules) -> ChasingRules:
    """The rules of chasing as they come back from a file."""
    return of_kept(json.loads(json.dumps(as_kept(rules))))


@given(st.lists(ledgers(), max_size=3), rules_in_force(), DAYS)
@settings(max_examples=many(300), deadline=None)
def test_what_is_kept_apart_says_of_every_day_what_the_ledgers_say(
    kept: Sequence[dict[str, Any]], rules: Policy, first: date
) -> None:
    cases = {f"2026-AAA{number}": kinds for number, kinds in enumerate(kept)}
    rows, ahead = rows_of(cases), [*of_kept_rows(rows_of(cases), again(rules))]
    waits = any(row["waits"] for row in rows.values())
    days = [first + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
    found = [waits or any(one.is_due(day) for one in ahead) for day in days]
    assert found == [by_ledgers(cases, day, rules) for day in days]
    if not found[0]:
        quiet = days[: found.index(True)] if True in found else days
        assert _last_quiet(ahead, first) == quiet[-1]


@given(ledgers())
@settings(max_examples=many(300), deadline=None)
def test_of_a_case_in_which_nothing_is_to_be_done_nothing_is_kept_so(kinds: dict[str, Any]) -> None:
    if indexed.is_at_rest(kinds):
        assert rows_of({"2026-AAAA": kinds}) == {}


def test_nothing_is_kept_of_a_form_of_what_was_said_or_of_an_agency_that_has_answered() -> None:
    form = {"nonce": "0" * 32, "form": "form-b/1", "locked": "locked"}
    ledger = {
        "requests": [
            {
                "agency": "police",
                "requested_on": "2026-01-12",
                "status": "outstanding",
                "form": form,
                "hold": {"until": "2026-02-01"},
            },
            {"agency": "school", "requested_on": "2026-01-12", "status": "nil", "answered_on": "2026-01-13"},
        ]
    }
    sent = {"level": "prompt-1", "due_on": "2026-01-26", "sent_on": "2026-01-27", "to": ["a@x.example"]}
    prompts = {"prompts": [{"agency": agency, **sent} for agency in AGENCIES], "said": ["nothing of this"]}
    kept = kept_row(ledger, prompts)
    assert kept == {"waits": False, "asked": [["police", "2026-01-12", "2026-02-01", {"prompt-1": "2026-01-27"}]]}
    assert kept_row({"requests": ledger["requests"][1:]}, prompts) is None
    assert kept_row(as_ledger(outstanding(ledger)), {"prompts": []}) is not None


def test_a_year_whose_holidays_are_not_known_is_told_here_too() -> None:
    sent = {
        "level": levels(policy())[-2],
        "due_on": _text(WAY_BEYOND),
        "sent_on": _text(WAY_BEYOND + timedelta(days=10)),
    }
    asked = {"agency": "police", "requested_on": _text(WAY_BEYOND - timedelta(weeks=8)), "status": "outstanding"}
    kinds = {"case": {}, "requests": {"requests": [asked]}, "prompts": {"prompts": [{"agency": "police", **sent}]}}
    with pytest.raises(UnknownHolidays):
        by_ledgers({"2026-AAAA": kinds}, WAY_BEYOND, policy())
    with pytest.raises(UnknownHolidays):
        list(of_kept_rows(rows_of({"2026-AAAA": kinds}), again(policy())))
