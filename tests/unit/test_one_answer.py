"""A question about a case has one answer, whoever asks it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import configuration, policy

from cdr.domain import chase, form_a, listing, places, questions, register_read, routes
from cdr.domain.requests import requests_of
from cdr.statistics import agencies, cautions, facts
from cdr.statistics.labels import Labels

OURS = ["Stockton-on-Tees", "Bath and North East Somerset", "Ynys Môn"]


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("Stockton on Tees", "Stockton-on-Tees"),
        ("STOCKTON-ON-TEES ", "Stockton-on-Tees"),
        ("Bath & North East Somerset", "Bath and North East Somerset"),
        ("Ynys Mon", "Ynys Môn"),
        ("Middlesbrough", None),
        ("", None),
        (None, None),
    ],
)
def test_a_child_lived_here_for_all_or_for_none(written: str | None, ours: str | None) -> None:
    from dataclasses import replace

    area = replace(configuration(), authorities=tuple(OURS))
    elsewhere = bool(written) and ours is None
    child: dict[str, Any] = {"child": {"local_authority": written or ""}, "death": {}}
    case = facts.CaseFacts("2026-AAAA", date(2026, 1, 1), local_authority=written)
    assert places.own_authority(written, OURS) == ours
    assert places.lived_elsewhere(written, OURS) is elsewhere
    assert Labels(tuple(OURS), {}, {}).authority(case) == ours  # tables
    assert questions.FACTS["lived_elsewhere"](child, questions.Area(policy(), tuple(OURS))) is elsewhere  # the interview
    assert ("R03" in set(routes._elsewhere(child, area))) is elsewhere  # what follows
    row = register_read.RowRead(1, {"local_authority": written or ""})
    assert register_read.elsewhere([row], area)[1] == elsewhere  # the import
    assert [one for one in form_a.agency_problems(child, area) if one.rule == "A-39"] == []
    if written:
        named = listing.authorities_named(written, area)
        assert (places.same_place(ours) in named) if ours else named == (places.same_place(written),)
    told = cautions.cautions([case], OURS, ["2025/26"])
    assert any("No death was notified" in sentence for sentence in told) is (ours is None)


def _asked(agency: str) -> dict[str, Any]:
    return {"agency": agency, "requested_on": "2026-03-01", "status": "outstanding", "answered_on": None}


def test_an_escalation_counts_once_it_went_out_and_for_its_own_request() -> None:
    asked = {"requests": [_asked(agency) for agency in ("police", "hospital", "school")]}
    prompts = {
        "prompts": [
            {"agency": "police", "level": "escalation", "due_on": "2026-05-20", "sent_on": None, "status": "sending"},
            {"agency": "hospital", "level": "escalation", "due_on": "2026-02-01", "sent_on": "2026-02-01"},
            {"agency": "school", "level": "escalation", "due_on": "2026-05-20", "sent_on": "2026-05-20"},
        ]
    }
    went_out = [one.agency for one in requests_of(asked) if chase.is_escalated(one, prompts)]
    known = facts.case_facts("2026-AAAA", {"notified_on": "2026-03-01"}, None, asked, {}, prompts)
    assert known is not None
    table = agencies.answers([{"requests": asked, "prompts": prompts}], {}, date(2026, 6, 1), policy())
    assert went_out == ["school"]
    assert [one.agency for one in known.requests if one.escalated] == went_out
    assert [one.agency for one in table if one.escalated] == went_out
