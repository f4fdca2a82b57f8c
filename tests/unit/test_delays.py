"""Every day between a death and its review is attributed to exactly one cause, whatever the history."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import cases, known, policy

from cdr.documents.delays import delays as shown
from cdr.documents.delays.delays_rows import case_page, year_page
from cdr.documents.delays.formats import FORMATS
from cdr.domain.case.facts import Cases
from cdr.forms.codelists import code_list
from cdr.statistics.delays import CaseDelays, Cause, YearDelays, case_delays, year_delays

AREA = ("Northshire", "Southtown")
DIED = date(2024, 2, 29)
ORDER = policy().delays.precedence
GATES = [str(code.code) for code in code_list("investigation_type").codes]
NAMES = {"police": "Northshire Police", "gp": "High Street Surgery"}
DAYS = st.dates(date(2024, 2, 1), date(2027, 12, 31))
MAYBE = st.none() | DAYS


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ledger(*rows: tuple[str, str | None, str | None]) -> dict[str, Any]:
    return {"requests": [
        {"agency": agency, "requested_on": asked, "status": "returned" if back else "outstanding", "answered_on": back} for agency, asked, back in rows
    ]}  # fmt: skip


def counted(
    case: dict[str, Any], requests: dict[str, Any], notified: str = "2024-03-04", on: date = date(2024, 12, 31)
) -> CaseDelays:
    told = {"facts": {"died": "2024-02-29", "notified_on": notified}}
    facts = known("2024-7K3M", notification=told, requests=requests, case={"status": "open", **case})
    found = case_delays(facts, on, ORDER)
    assert found is not None
    return found


def days(found: CaseDelays) -> dict[str, tuple[int, int]]:
    return {
        " ".join(filter(None, (c.kind, c.which))): (found.open_days(c), found.attributed_days(c)) for c in found.causes
    }


def reviewed(on: str) -> dict[str, Any]:
    return {"reviews": [{"on": on, "stage": "ratified_cdop"}]}


requests = st.lists(
    st.tuples(st.sampled_from(["police", "gp", "ambulance", "school"]), DAYS, MAYBE),
    max_size=4,
    unique_by=lambda row: row[0],
)
gates = st.lists(
    st.tuples(st.sampled_from(GATES), MAYBE, st.sampled_from(["open", "closed", "waived"]), MAYBE), max_size=5
)
milestones = st.lists(
    st.tuples(st.sampled_from(["cdrm", "final_case_discussion", "post_mortem_interim", "post_mortem_final"]), DAYS),
    max_size=4,
)


@settings(max_examples=many(400), deadline=None)
@given(requests, gates, milestones, DAYS, MAYBE, DAYS, st.booleans())
def test_every_day_is_attributed_once(
    rows: Any, processes: Any, done: Any, notified: date, review: date | None, on: date, called: bool
) -> None:
    case = {
        "status": "open",
        "next": [{"clock": "T14"}] if called else [],
        "gates": [
            {"type": t, "opened_on": iso(a), "status": s, "closed_on": iso(b), "waived_on": iso(b)}
            for t, a, s, b in processes
        ],
        "milestones": [{"kind": kind, "on": iso(day), "recorded_on": iso(day)} for kind, day in done],
        "reviews": [{"on": iso(review), "stage": "ratified_cdop"}] if review else [],
    }
    told = {"facts": {"died": iso(DIED), "notified_on": iso(notified)}}
    asked = ledger(*((a, iso(b), iso(c)) for a, b, c in rows))
    found = case_delays(known("2024-7K3M", notification=told, requests=asked, case=case), on, ORDER)
    assert found is not None
    assert sum(found.attributed_days(cause) for cause in found.causes) == found.days >= 0
    taken = [
        DIED + timedelta(n)
        for s in found.stretches
        if s.attributed
        for n in range((s.start - DIED).days, (s.end - DIED).days)
    ]
    assert sorted(taken) == [DIED + timedelta(n) for n in range(found.days)]
    for cause in found.causes:
        mine = sorted((s.start, s.end) for s in found.stretches if s.cause == cause)
        assert all(a[1] <= b[0] for a, b in pairwise(mine))
        assert 0 <= found.attributed_days(cause) <= found.open_days(cause) <= found.days


def test_a_case_from_death_to_review() -> None:
    case = {
        "gates": [
            {"type": "inquest", "status": "closed", "opened_on": "2024-03-10", "closed_on": "2024-09-10"},
            {
                "type": "criminal",
                "status": "waived",
                "opened_on": "2024-04-01",
                "closed_on": None,
                "waived_on": "2024-05-01",
            },
        ],
        "milestones": [{"kind": "cdrm", "on": "2024-09-20"}, {"kind": "post_mortem_final", "on": "2024-03-20"}],
        **reviewed("2024-10-20"),
    }
    found = counted(case, ledger(("police", "2024-03-08", "2024-03-15"), ("gp", "2024-03-08", "2024-09-12")))
    assert found.reviewed and found.days == 234
    assert days(found) == {
        "notification": (4, 4),
        "gate post_mortem": (20, 12),  # the notification and the asking took its first eight days
        "requests": (4, 4),
        "return police": (7, 0),
        "return gp": (188, 2),
        "gate inquest": (184, 144),
        "gate criminal": (30, 30),
        "cdrm": (200, 8),
        "panel": (30, 30),
    }


def test_the_first_asked_takes_the_day_among_returns() -> None:
    found = counted(
        reviewed("2024-05-01"), ledger(("gp", "2024-03-10", "2024-04-01"), ("police", "2024-03-08", "2024-03-20"))
    )
    assert days(found)["return police"] == (12, 12) and days(found)["return gp"] == (22, 12)
    both = counted(
        reviewed("2024-05-01"), ledger(("police", "2024-03-08", "2024-03-20"), ("gp", "2024-03-08", "2024-04-01"))
    )
    assert days(both)["return gp"] == (24, 24) and days(both)["return police"] == (12, 0)


def test_an_open_case_is_counted_to_the_day_and_waits_for_its_meeting() -> None:
    found = counted({"next": [{"clock": "T14"}]}, ledger(("gp", "2024-03-04", "2024-03-05")), on=date(2024, 3, 10))
    assert not found.reviewed and found.end == date(2024, 3, 10)
    assert days(found) == {"notification": (4, 4), "return gp": (1, 1), "cdrm": (6, 5)}


def test_days_of_which_nothing_is_known_are_said_to_be_so() -> None:
    silent = counted(reviewed("2024-05-01"), {})
    assert days(silent) == {"notification": (4, 4), "not_known": (58, 58)}
    between = counted(
        {
            "gates": [{"type": "inquest", "status": "closed", "opened_on": "2024-04-01", "closed_on": "2024-04-11"}],
            **reviewed("2024-05-01"),
        },
        {},
    )
    assert days(between) == {"notification": (4, 4), "between": (28, 28), "gate inquest": (10, 10), "panel": (20, 20)}


def test_a_process_of_unknown_end_is_left_out_and_named() -> None:
    gate = {"type": "inquest", "status": "closed", "opened_on": "2024-03-10", "closed_on": None}
    found = counted({"gates": [gate], **reviewed("2024-05-01")}, {})
    assert found.unclear == ("inquest",) and "gate inquest" not in days(found)
    assert "Not counted" in case_page(found, {}).charts[0].notes[0]


def test_a_review_after_the_day_has_not_happened_and_one_before_the_death_leaves_no_days() -> None:
    assert not counted(reviewed("2025-01-01"), {}).reviewed
    assert counted(reviewed("2024-12-31"), {}).reviewed
    assert counted({}, {}, on=date(2024, 1, 1)).days == 0


def test_a_case_that_was_opened_again_is_open() -> None:
    case = {**reviewed("2024-05-01"), "reopenings": [{"on": "2024-06-01", "reason": "x"}]}
    assert not counted(case, {}).reviewed


def year() -> Cases:
    def one(died: str, case: dict[str, Any], requests: dict[str, Any], **facts: Any) -> dict[str, Any]:
        told = {"died": died, "notified_on": died, "counted": True, "local_authority": "Southtown", **facts}
        return {"notification": {"facts": told}, "requests": requests, "case": {"status": "open", **case}}

    found = {
        "2024-AAAA": one("2024-05-01", reviewed("2025-03-31"), ledger(("gp", "2024-05-01", "2024-06-01"))),
        "2024-BBBB": one("2024-05-01", reviewed("2025-04-01"), ledger(("gp", "2024-05-01", "2024-06-01"))),
        "2024-CCCC": one("2024-05-01", {}, ledger(("gp", "2024-05-01", None))),
        "2024-DDDD": one("2024-05-01", reviewed("2024-06-01"), {}),
        "2024-EEEE": one("2025-04-01", {}, {}),
        "2024-FFFF": one("2024-05-01", {}, {}, counted=False),
        "2024-HHHH": one("2024-05-01", reviewed("2025-03-31"), {}, local_authority="Elsewhereshire"),
        "2024-JJJJ": one("2024-05-01", {}, {}, local_authority=None),
        "2023-GGGG": one("2023-05-01", {"status": "closed", "closures": [{"on": "2023-06-01"}]}, {}),
    }
    return cases(found)


def test_a_year_has_its_reviews_and_what_was_open_at_its_end_whenever_it_is_asked() -> None:
    for today in (date(2025, 3, 31), date(2027, 1, 1)):
        found = year_delays(year(), "2024/25", today, ORDER, AREA)
        assert [one.case for one in found.reviewed] == ["2024-AAAA", "2024-DDDD"]
        assert [one.case for one in found.still_open] == ["2024-BBBB", "2024-CCCC"]
        assert found.counted_to == date(2025, 3, 31)
    early = year_delays(year(), "2024/25", date(2024, 7, 1), ORDER, AREA)
    assert [one.case for one in early.still_open] == ["2024-AAAA", "2024-BBBB", "2024-CCCC"]
    assert early.counted_to == date(2024, 7, 1)


def test_the_sums_of_a_year() -> None:
    page = year_page(year_delays(year(), "2024/25", date(2027, 1, 1), ORDER, AREA), "Northshire", NAMES)
    for chart in page.charts:
        assert sum(bar.attributed_days for bar in chart.bars) == chart.total
    assert "Not known: 1 case" in page.charts[0].notes[0]
    [gp] = [bar for bar in page.charts[1].bars if bar.cause == Cause("return", "gp")]
    assert (gp.cases, gp.label) == (2, "Return: High Street Surgery")


# ---- how it is shown --------------------------------------------------------------------------------------------------

CASE = counted(
    {
        "gates": [{"type": "inquest", "status": "closed", "opened_on": "2024-03-10", "closed_on": "2024-09-10"}],
        **reviewed("2024-10-20"),
    },
    ledger(("police", "2024-03-08", "2024-03-15"), ("gp", "2024-03-08", "2024-09-12")),
)
AWKWARD = {
    "police": '=HYPERLINK("x")|<b>&\x1b[31m',
    "gp": "Meddygfa Tŷ'r Felin, Pen-y-bont ar Ogwr, canolfan iechyd y gogledd a'r de",
}


@pytest.mark.parametrize("width", [40, 60, 80, 120, 300])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_picture_in_the_terminal_keeps_to_its_width(width: int, ascii_only: bool) -> None:
    text = str(shown.render(CASE, "Northshire", AWKWARD, "table", width, ascii_only))
    assert max(map(len, text.splitlines())) <= max(60, min(160, width))
    assert "Inquest" in text and "\x1b" not in text
    if ascii_only:
        bars = [line for line in text.splitlines() if line.startswith(("Inquest", "Panel"))]
        assert all("#" in line for line in bars) and "".join(bars).isascii()


def test_every_format_says_the_same_numbers() -> None:
    made = {format: shown.render(CASE, "Northshire", AWKWARD, format) for format in FORMATS}
    body = json.loads(made["json"])
    assert body["schema"] == "cdr-delays/1" and body["groups"][0]["days"] == CASE.days
    assert sum(cause["attributed_days"] for cause in body["groups"][0]["causes"]) == CASE.days
    assert "'=HYPERLINK" not in str(made["csv"]) and "Return: =HYPERLINK" in str(made["csv"])
    assert "<b>" not in str(made["html"]) and "&lt;b&gt;" in str(made["html"])
    assert "\\|" in str(made["md"])
    assert isinstance(made["pdf"], bytes) and made["pdf"].startswith(b"%PDF")


def test_the_svg_has_a_title_a_description_and_real_text() -> None:
    for found in (CASE, year_delays(year(), "2024/25", date(2027, 1, 1), ORDER, AREA)):
        root = ElementTree.fromstring(str(shown.render(found, "Northshire", AWKWARD, "svg")))
        space = "{http://www.w3.org/2000/svg}"
        assert root.find(f"{space}title") is not None and "days open" in " ".join(root.itertext())
        description = root.findtext(f"{space}desc") or ""
        assert "attributed" in description and root.attrib["role"] == "img"
        ids = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
        assert len(ids) == len(set(ids))


def test_an_empty_year_is_written_in_every_format() -> None:
    empty = year_delays({}, "2024/25", date(2027, 1, 1), ORDER, AREA)
    for format in FORMATS:
        assert shown.render(empty, "Northshire", {}, format)


def test_a_year_without_a_review_has_no_empty_page_and_a_label_at_the_end_stands_clear() -> None:
    import pypdfium2

    inquest = {"gates": [{"type": "inquest", "status": "open", "opened_on": "2024-03-01"}]}
    one = counted(inquest, ledger(("gp", "2024-03-04", None)))
    body = shown.render(YearDelays("2024/25", date(2025, 3, 31), (), (one,)), "Northshire", NAMES, "pdf")
    document = pypdfium2.PdfDocument(body)
    first = document[0].get_textpage().get_text_bounded()
    assert len(document) == 1 and "No case." in first and "Inquest" in first
    drawn = str(
        shown.render(counted({}, ledger(("gp", "2024-03-04", None)), on=date(2025, 3, 1)), "Northshire", NAMES, "svg")
    )
    assert "Mar 2024<" in drawn and "Mar 2025<" not in drawn  # it would stand in the words "all days"


@settings(deadline=None, max_examples=many(60))
@given(st.lists(st.tuples(DAYS, MAYBE), max_size=6), DAYS)
def test_a_year_has_of_all_cases_those_that_were_reviewed_in_it_and_those_still_open(
    told: list[tuple[date, date | None]], today: date
) -> None:
    each = {}
    for n, (died, review) in enumerate(told):
        facts = {"facts": {"died": iso(died), "notified_on": iso(died), "local_authority": "Northshire"}}
        case = {"status": "closed", **reviewed(str(review))} if review else {"status": "open"}
        each[f"2024-{n:04}"] = known(f"2024-{n:04}", notification=facts, case=case)
    first, to = date(2025, 4, 1), min(date(2026, 3, 31), today)
    found = year_delays(each, "2025/26", today, ORDER, AREA)
    ledgers = [
        one
        for facts in each.values()
        if facts.notification.died and facts.notification.died <= to and (one := case_delays(facts, to, ORDER))
    ]
    assert [*found.reviewed] == [one for one in ledgers if one.reviewed and first <= one.end <= to]
    assert {one.case for one in found.still_open} == {one.case for one in ledgers if not one.reviewed}
