"""Agencies of which nobody confirmed that mail arrives, those that are retired, who was told a pass-phrase, and who may read the papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.domain_data import cases, configuration, policy

from cdr.domain.asking import arrival, retired_agencies, telling
from cdr.domain.asking.requests import requests_of
from cdr.domain.asking.telling import Telling
from cdr.domain.panel import agreements, learning
from cdr.domain.panel.agreements import Agreement
from cdr.domain.panel.learning import Briefing
from cdr.errors import ConditionsNotMet, NotFound
from cdr.forms import schema

ON, NEXT = date(2026, 3, 1), date(2026, 3, 2)
AGENCY = configuration().agencies[0]


def test_an_address_is_confirmed_as_it_is_now_by_the_route_that_is_now_taken() -> None:
    sure = replace(AGENCY, arrived_on=ON, arrived_at=AGENCY.email, arrived_by=AGENCY.route)
    assert arrival.is_confirmed(sure)
    for other in (
        replace(sure, arrived_on=None),
        replace(sure, arrived_at="elsewhere@northshire.example"),
        replace(sure, arrived_by="another"),
    ):
        assert not arrival.is_confirmed(other)
    area = replace(configuration(), agencies=(sure, replace(AGENCY, id="other", arrived_on=None)))
    assert arrival.unconfirmed(area) == {"other"}


def test_a_request_waits_only_where_the_area_asks_for_it_and_nobody_confirmed() -> None:
    asks = replace(policy(), confirm_arrival=True, unconfirmed=frozenset({"gp"}))
    assert arrival.has_to_wait("gp", asks) and not arrival.has_to_wait("police", asks)
    assert not arrival.has_to_wait("gp", replace(asks, confirm_arrival=False))


def test_requests_wait_since_their_first_day_until_they_are_made() -> None:
    case = arrival.with_waiting({"status": "open"}, ["gp"], ON, [])
    case = arrival.with_waiting(case, ["gp", "police"], NEXT, [])
    assert arrival.waiting(case) == {"gp": ON, "police": NEXT}
    assert arrival.waiting(arrival.with_waiting(case, [], NEXT, ["gp"])) == {"police": NEXT}
    assert arrival.with_waiting(case, [], NEXT, ["gp", "police"]) == {"status": "open"}
    assert arrival.waiting({"waiting_requests": [{"agency": "gp"}]}) == {}


def test_an_agency_is_retired_from_its_day_on_and_is_asked_no_more() -> None:
    gone = replace(AGENCY, id="gone", retired_on=ON)
    assert not retired_agencies.is_retired(gone, date(2026, 2, 28)) and retired_agencies.is_retired(gone, ON)
    assert not retired_agencies.is_retired(replace(gone, retired_on=None), NEXT)
    area = replace(configuration(), agencies=(AGENCY, gone))
    retired_agencies.refuse_retired([AGENCY.id, "gone"], date(2026, 2, 28), area)
    with pytest.raises(ConditionsNotMet) as caught:
        retired_agencies.refuse_retired([AGENCY.id, "gone"], ON, area)
    assert caught.value.unmet == ("gone was retired on 2026-03-01.",)


def one_request(agency: str = "gp", status: str = "outstanding", on: str = "2026-03-01") -> dict[str, Any]:
    return {"requests": [{"agency": agency, "requested_on": on, "status": status, "answered_on": None}]}


def test_a_retired_agency_still_owes_what_is_outstanding() -> None:
    known = cases(
        {
            "2026-CCCC": {"case": {"status": "open"}, "requests": one_request()},
            "2026-AAAA": {"case": {"status": "open"}, "requests": one_request()},
            "2026-BBBB": {"case": {"status": "open"}, "requests": one_request("police")},
            "2026-DDDD": {"case": {"status": "open"}, "requests": one_request(status="returned")},
        }
    )
    assert retired_agencies.owing("gp", known) == ["2026-AAAA", "2026-CCCC"]
    for quorum in configuration().panel:
        for agency in quorum.agencies:
            assert quorum.part in retired_agencies.quorum_parts(agency, configuration())
    assert retired_agencies.quorum_parts("nobody", configuration()) == []


def told(on: date = ON, to: str = "Sam", agency: str = "gp") -> Telling:
    return Telling(agency, on, "phone", to, "Robin")


def test_whoever_was_told_is_kept_and_a_mistake_is_taken_back() -> None:
    [request] = requests_of(one_request())
    case = telling.with_telling({}, request, told())
    assert telling.tellings_of(case) == [told()] and telling.is_told(case, request)
    again = telling.with_telling(case, request, told(NEXT, ""))
    assert "to" not in again["told"][1]
    back, last = telling.without_telling(again, "gp", NEXT)
    assert last == told(NEXT, "") and telling.tellings_of(back) == [told()]
    back, last = telling.without_telling(back, "gp", NEXT)
    assert last == told() and not telling.is_told(back, request)
    assert [item["taken_back_on"] for item in back["told"]] == ["2026-03-02", "2026-03-02"]
    for agency in ("gp", "police"):
        with pytest.raises(ConditionsNotMet):
            telling.without_telling(back, agency, NEXT)


def test_nobody_is_told_before_the_agency_was_asked() -> None:
    [request] = requests_of(one_request())
    for asked, on in ((None, ON), (request, date(2026, 2, 28))):
        with pytest.raises(ConditionsNotMet):
            telling.with_telling({}, asked, told(on))
    [later] = requests_of(one_request(on="2026-03-02"))
    assert not telling.is_told(telling.with_telling({}, request, told()), later), "that was for an earlier request"
    [other] = requests_of(one_request("police"))
    assert not telling.is_told(telling.with_telling({}, request, told()), other)


@pytest.mark.parametrize(
    ("day", "until", "holds"),
    [
        (date(2026, 2, 28), NEXT, False),
        (ON, NEXT, True),
        (NEXT, NEXT, True),
        (date(2026, 3, 3), NEXT, False),
        (date(2036, 1, 1), None, True),
    ],
)
def test_a_signature_holds_from_its_day_to_its_last(day: date, until: date | None, holds: bool) -> None:
    assert Agreement("chair", ON, until).holds(day) is holds
    assert agreements.unsigned(["chair", "gp", "gp"], [Agreement("chair", ON, until)], day) == (
        ["gp"] if holds else ["chair", "gp"]
    )


def test_signatures_are_kept_once_each_and_taken_back() -> None:
    one, other = Agreement("chair", ON, NEXT), Agreement("gp", ON, None)
    body = agreements.signed(agreements.signed(agreements.signed(None, one), other), one)
    assert agreements.agreements_of(body) == [other, one] and schema.problems(body, body["schema"]) == []
    assert agreements.agreements_of(agreements.not_signed(body, "gp", ON)) == [one]
    for who, on in (("gp", NEXT), ("nobody", ON)):
        with pytest.raises(ConditionsNotMet):
            agreements.not_signed(body, who, on)
    assert agreements.agreements_of(agreements.signed(None, Agreement("gp", ON, ON))) == [Agreement("gp", ON, ON)]
    with pytest.raises(ConditionsNotMet):
        agreements.signed(None, Agreement("gp", NEXT, ON))


def test_a_briefing_keeps_whom_it_went_to_on_which_day_once() -> None:
    first = Briefing("L1", ON, "Sleep", ("2026-AAAA", "2026-BBBB"))
    body = learning.with_briefing(learning.with_briefing(None, first), Briefing("L2", NEXT, "Water", ()))
    body = learning.with_readers(body, "L1", ["gp", "schools"], NEXT)
    body = learning.with_readers(body, "L1", ["gp"], NEXT)
    one, two = learning.briefings_of(body)
    assert (one.id, one.made_on, one.title, one.cases) == ("L1", ON, "Sleep", ("2026-AAAA", "2026-BBBB"))
    assert one.sent == ((NEXT, "gp"), (NEXT, "schools")) and (two.id, two.sent) == ("L2", ())
    with pytest.raises(NotFound):
        learning.with_readers(body, "L3", ["gp"], NEXT)


def test_whoever_got_a_fresh_form_has_to_be_told_again_since_it_was_sent_back_last() -> None:
    bounced = [{"on": "2026-03-02", "answered_on": "2026-03-04"}, {"on": "2026-03-06", "answered_on": None}]
    [request] = requests_of({"requests": [one_request(status="returned")["requests"][0] | {"bounced": bounced}]})
    [asked] = requests_of(one_request())
    for day, is_told in ((ON, False), (date(2026, 3, 5), False), (date(2026, 3, 6), True)):
        assert telling.is_told(telling.with_telling({}, asked, told(day)), request) is is_told
