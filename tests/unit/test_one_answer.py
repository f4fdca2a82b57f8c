"""A question about a case has one answer, whoever asks it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from unit.domain_data import cases, configuration, example, known, policy

from cdr import nhs_numbers, written
from cdr.documents.report import report_sections
from cdr.domain.anonymising import words
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.asking import prompts_due
from cdr.domain.asking.requests import requests_of
from cdr.domain.case import duplicates, gates, milestones, panel_findings, places, processes
from cdr.domain.case.letters_made import with_letter
from cdr.domain.letters import letter_gate, support
from cdr.domain.process import listing, routes
from cdr.domain.register import register_map, register_read
from cdr.domain.register.register import RowRead
from cdr.domain.report import report_words
from cdr.domain.rulebook import form_a, form_b, questions, validation
from cdr.statistics import agency_answers, cautions, facts
from cdr.statistics.labels import Labels
from cdr.written import bare_name

OURS = ["Stockton-on-Tees", "Bath and North East Somerset", "Ynys Môn"]


@pytest.mark.parametrize(
    ("given", "ours"),
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
def test_a_child_lived_here_for_all_or_for_none(given: str | None, ours: str | None) -> None:
    from dataclasses import replace

    area = replace(configuration(), authorities=tuple(OURS))
    elsewhere = bool(given) and ours is None
    child: dict[str, Any] = {"child": {"local_authority": given or ""}, "death": {}}
    case = facts.CaseFacts(case="2026-AAAA", notified_on=date(2026, 1, 1), local_authority=given)
    assert places.own_authority(given, OURS) == ours
    assert places.lived_elsewhere(given, OURS) is elsewhere
    assert Labels(tuple(OURS), {}, {}).authority(case) == ours  # tables
    assert (
        questions.FACTS["lived_elsewhere"](child, questions.Area(policy(), tuple(OURS))) is elsewhere
    )  # the interview
    assert ("R03" in set(routes._elsewhere(child, area))) is elsewhere  # what follows
    row = RowRead(1, {"local_authority": given or ""})
    assert register_read.elsewhere([row], area)[1] == elsewhere  # the import
    assert [one for one in form_a.agency_problems(child, area) if one.rule == "A-39"] == []
    if given:
        named = listing.authorities_named(given, area)
        assert (places.same_place(ours) in named) if ours else named == (places.same_place(given),)
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
    went_out = [one.agency for one in requests_of(asked) if prompts_due.is_escalated(one, prompts)]
    case = known(
        requests=asked,
        prompts=prompts,
        notification={"facts": {"notified_on": "2026-03-01", "local_authority": "Northshire"}},
    )
    counted = facts.case_facts(case)
    assert counted is not None
    table = agency_answers.answers([case], {}, ["Northshire"], date(2026, 6, 1), policy())
    assert went_out == ["school"]
    assert [one.agency for one in counted.requests if one.escalated] == went_out
    assert [one.agency for one in table if one.escalated] == went_out


CASE: dict[str, Any] = {"status": "open", "opened_on": "2026-01-09", "next": []}


@pytest.mark.parametrize(
    ("of_notification", "done", "told"),
    [
        ({"told": False, "told_on": None}, [], (False, None)),
        ({"told": True, "told_on": "2026-01-12"}, [], (True, "2026-01-12")),
        ({"told": True, "told_on": None}, [], (True, None)),
        ({"told": False, "told_on": None}, ["2026-01-11"], (True, "2026-01-11")),
        ({"told": True, "told_on": "2026-01-12"}, ["2026-01-11"], (True, "2026-01-11")),
        ({"told": True, "told_on": None}, ["2026-01-11"], (True, "2026-01-11")),
    ],
)
def test_the_national_database_was_told_by_whichever_document_says_so(
    of_notification: dict[str, Any], done: list[str], told: tuple[bool, str | None]
) -> None:
    from cdr.domain.ncmd.ncmd_minimum import Minimum
    from cdr.domain.ncmd.ncmd_preflight import preflight

    noted = [{"kind": "ncmd_told", "on": day, "recorded_on": day} for day in done]
    case = {**CASE, "milestones": noted}
    kinds = {
        "case": case,
        "notification": {"facts": {"notified_on": "2026-01-09"}, "ncmd": {"missing": [], **of_notification}},
    }
    found = known(**kinds).told
    assert (found.is_told, found.on.isoformat() if found.on else None) == told
    year = (date(2025, 4, 1), date(2026, 3, 31))
    said = preflight(cases({"2026-AAAA": kinds}), "2025/26", year, date(2026, 3, 1), Minimum((), (), "", 1), policy())
    assert said.open[0].passed_on is told[0]
    why = "late" if told[1] else "no_date" if told[0] else "not_passed_on"
    assert [one.why for one in said.slow] == ([] if told[1] == "2026-01-11" else [why])


def test_an_inquest_that_ended_is_over_for_the_letters_too() -> None:
    form = example("form-a-sudi")
    case = {**CASE, "gates": gates.opening_gates(form)}
    types = [gate.type for gate in gates.gates_of(case)]
    assert types and processes.is_live(case, policy().gates.waits_at_panel)
    for type_ in types:
        case = gates.closed(case, type_, date(2026, 6, 1))
    live = processes.is_live(case, policy().gates.waits_at_panel)
    answers = {"answers": {"wording_agreed": {"answer": "not_applicable", "by": "x", "on": "2026-01-20"}}}
    assert not live and letter_gate.unanswered(answers, form, questions=["wording_agreed"]) == []
    assert processes.coroner_knows(form, case), "an inquest that is over was one all the same"


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("pmrt_report", "pmrt"), ("rapid_review_done", "rapid_review"), ("post_mortem_final", "post_mortem")],
)
def test_a_process_whose_report_is_in_is_over(kind: str, type_: str) -> None:
    case = gates.opened(CASE, type_, date(2026, 1, 9), None, "")
    done = milestones.recorded(case, milestones.Milestone(kind, date(2026, 3, 1)), date(2026, 3, 2), None, policy())
    (gate,) = gates.gates_of(done)
    assert (gate.status, gate.ended_on) == ("closed", date(2026, 3, 1))
    (again,) = gates.gates_of(milestones.undone(done, kind, policy()))
    assert (again.status, again.ended_on) == ("open", None)
    (corrected,) = gates.gates_of(gates.closed(done, type_, date(2026, 2, 27)))
    assert (corrected.status, corrected.ended_on) == ("closed", date(2026, 2, 27))


def test_one_that_was_closed_by_hand_stays_so_when_its_milestone_is_taken_back() -> None:
    case = gates.closed(gates.opened(CASE, "pmrt", date(2026, 1, 9), None, ""), "pmrt", date(2026, 2, 1))
    done = milestones.recorded(
        case, milestones.Milestone("pmrt_report", date(2026, 3, 1)), date(2026, 3, 2), None, policy()
    )
    (gate,) = gates.gates_of(milestones.undone(done, "pmrt_report", policy()))
    assert gate.ended_on == date(2026, 2, 1)


def called(case: dict[str, Any], on: date = date(2026, 12, 1)) -> list[tuple[str, str | None]]:
    return [
        (step.clock, step.due.isoformat() if step.due else None)
        for step in milestones.still_called_for(case, {}, on, policy())
    ]


@pytest.mark.parametrize(("status", "left"), [("final", []), ("draft", [("R07", None)])])
def test_a_final_letter_is_a_letter_written(status: str, left: list[tuple[str, None]]) -> None:
    case: dict[str, Any] = {**CASE, "next": [{"what": "Write", "clock": "R07", "due": None}]}
    letter = {"to": 1, "made_on": date(2026, 2, 1), "format": "pdf", "status": status, "from_revision": 1}
    assert called(with_letter(case, kind="condolence", **letter)) == left  # type: ignore[arg-type]
    assert called(with_letter(case, kind="action", **letter)) == [("R07", None)]  # type: ignore[arg-type]


ABUSE = {"stage": "draft_cdrm", "category": {"primary": 1}}


def test_abuse_that_the_panel_suspects_starts_the_clocks_of_a_referral() -> None:
    form, on = {"safeguarding_concern": "no"}, date(2026, 6, 1)
    found = panel_findings.with_findings(CASE, form, (), ABUSE, on, policy())
    assert called(found) == [("R04", "2026-06-01"), ("T19", "2026-06-08")]
    later = panel_findings.with_findings(
        found, form, (), {**ABUSE, "stage": "ratified_cdop"}, date(2026, 9, 1), policy()
    )
    assert called(later) == called(found), "the day on which it was found first"
    told = milestones.recorded(later, milestones.Milestone("safeguarding_told", date(2026, 6, 2)), on, None, policy())
    assert called(told) == [("T19", "2026-06-08")]
    assert called(panel_findings.with_findings(told, form, (), {"stage": "draft_cdrm"}, on, policy())) == []


@pytest.mark.parametrize(
    ("form_b", "clocks"),
    [
        ({"household": {"abuse_neglect_concern": "yes"}}, ["R04"]),
        ({"household": {"abuse_neglect_concern": "not_known"}}, []),
        ({"supplementary": [{"type": "violent_maltreatment", "answers": {}}]}, ["R04"]),
        ({"supplementary": [{"type": "suicide_self_harm", "answers": {"abuse": "yes"}}]}, ["R04"]),
        ({"supplementary": [{"type": "suicide_self_harm", "answers": {"abuse": "no"}}]}, []),
    ],
)
def test_abuse_that_a_return_tells_of_starts_the_clock_of_the_referral(
    form_b: dict[str, Any], clocks: list[str]
) -> None:
    on = date(2026, 3, 2)
    found = panel_findings.with_findings(CASE, {"safeguarding_concern": "no"}, [{}, form_b], {}, on, policy())
    assert [clock for clock, _ in called(found)] == clocks
    told = {"informed": [{"party": "safeguarding_partners", "status": "informed"}]}
    assert called(panel_findings.with_findings(CASE, told, [form_b], {}, on, policy())) == []


def test_a_referral_that_is_written_down_is_made_and_the_national_panel_is_still_to_be_told() -> None:
    referred = {"stage": "draft_cdrm", "category": {"primary": 5}, "referrals": [{"body": "safeguarding_partners"}]}
    assert called(panel_findings.with_findings(CASE, {}, (), referred, date(2026, 6, 1), policy())) == [
        ("T19", "2026-06-08")
    ]


def test_what_the_notification_called_for_keeps_its_day() -> None:
    case = {
        **CASE,
        "next": [
            {"what": "Refer", "clock": "R04", "due": "2026-01-09"},
            {"what": "Tell", "clock": "T19", "due": "2026-01-16"},
        ],
    }
    assert called(panel_findings.with_findings(case, {}, (), ABUSE, date(2026, 6, 1), policy())) == [
        ("R04", "2026-01-09"),
        ("T19", "2026-01-16"),
    ]


def test_whoever_should_act_on_a_recommendation_is_to_be_told() -> None:
    said = [
        {"text": "a", "level": "local", "to": "Northtown General"},
        {"text": "b", "level": "local"},
        {"text": "c", "level": "local", "to": "the council"},
    ]
    review = {"stage": "ratified_cdop", "recommendations": said}
    assert (
        called(
            panel_findings.with_findings(CASE, {}, (), {**review, "stage": "draft_cdrm"}, date(2026, 6, 1), policy())
        )
        == []
    )
    case = panel_findings.with_findings(CASE, {}, (), review, date(2026, 6, 1), policy())
    assert called(case) == [("R10", None), ("R10", None)]
    letter = {"made_on": date(2026, 6, 9), "format": "pdf", "status": "final", "from_revision": 1}
    written = with_letter(case, kind="action", to=3, **letter)  # type: ignore[arg-type]
    (left,) = [item for item in milestones.still_called_for(written, {}, date(2026, 12, 1), policy())]
    assert left.clock == "R10" and case["following"][0]["with"] == "Northtown General"
    passed = milestones.Milestone("recommendation_passed_on", date(2026, 6, 10), party="northtown general")
    assert called(milestones.recorded(written, passed, date(2026, 6, 10), None, policy())) == []


def test_a_newborn_is_one_for_the_letter_the_support_and_the_interview() -> None:
    for day, is_one in (("2026-01-28", True), ("2026-01-29", False), ("2025-12-31", False)):
        form = {"child": {"date_of_birth": "2026-01-01"}, "death": {"date": day}}
        assert form_a.is_newborn(form, policy().ages) is is_one
        assert ("newborn" in support.needs(form, policy().ages)) is is_one
        assert questions.FACTS["newborn"](form, questions.Area(policy(), ())) is is_one


def test_a_brother_or_sister_is_a_child_until_the_age_of_the_rules() -> None:
    for born, is_one in (("2008-03-02", True), ("2008-03-01", False), (None, True)):
        sibling = {"relationship": "sister", **({"date_of_birth": born} if born else {})}
        form = {"child": {}, "death": {"date": "2026-03-01"}, "family": {"siblings": [sibling]}}
        assert ("siblings" in support.needs(form, policy().ages)) is is_one


@pytest.mark.parametrize(
    "other", ["O\u2019Neill", "O\u02bcNeill", "O\u00b4Neill", "o neill", "O\u2011NEILL", "ONeill\ufe0f"]
)
def test_one_name_in_two_spellings_is_one_name_for_all(other: str) -> None:
    assert bare_name(other) == bare_name("O'Neill")
    assert words.words_of(other.replace(" ", "").replace("\u2011", "")) == ["oneill"]
    one, two = ({"child": {"first_names": "Testa", "family_name": name}} for name in ("O'Neill", other))
    assert duplicates.identity(one).names == duplicates.identity(two).names
    assert form_b._family_name_agrees({"identifying": {"family_name": other}}, one)


@pytest.mark.parametrize(
    ("one", "other"), [("\u018fliyeva", "Eliyeva"), ("\u018fliyeva", "\u0259liyeva"), ("\u0166oma", "Toma")]
)
def test_a_letter_that_is_not_taken_apart_is_one_letter_for_all(one: str, other: str) -> None:
    assert bare_name(one) == bare_name(other)
    assert words.words_of(one) == words.words_of(other)


def test_a_vowel_sign_is_no_accent_for_anybody() -> None:
    boy, girl = "\u0906\u0930\u0935", "\u0906\u0930\u0935\u0940"
    family = "\u0917\u0941\u092a\u094d\u0924\u093e"
    assert bare_name(boy) != bare_name(girl)
    assert words.words_of(boy) != words.words_of(girl)
    names = report_words.Names.of([f"{boy} {family}"], [])
    assert names.is_in(f"{boy} {family}") and not names.is_in(f"{girl} {family}")


@pytest.mark.parametrize(
    ("written_as", "day"),
    [
        ("2026-01-09", date(2026, 1, 9)),
        ("2026-01-09T05:43", date(2026, 1, 9)),
        ("20260109", None),
        ("2026-W02-5", None),
        ("2026-02-30", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_that_is_kept_is_one_date_for_all(written_as: str | None, day: date | None) -> None:
    assert validation.read_date(written_as) == day
    ledger = {"requests": [{**_asked("police"), "answered_on": written_as}]}
    assert requests_of(ledger)[0].answered_on == day
    gate: dict[str, Any] = {"answers": {}, "recorded_on": written_as}
    aged = letter_gate.too_old(gate, date(2027, 1, 1), [], {}, 30)
    assert bool(aged) is (day is not None)
    near = duplicates.Likeness(duplicates.Identity("", "", written_as or "", "")).births
    assert bool(near) is (day is not None)
    assert RowRead(1, {"date_of_birth": written_as}).day("date_of_birth") == day
    assert report_sections._day(written_as or "") == (written.long_date(day) if day else written_as or "")


@pytest.mark.parametrize("text", ["01.05.0023", "20230501", "2023-W18-1", "01.05.2200"])
def test_a_day_of_no_year_of_ours_is_none_in_any_layout_of_a_register(text: str) -> None:
    with pytest.raises(ValueError):
        register_map.date_reader(register_map.RegisterMap(date_format="dd.mm.yyyy"))(text)


def test_dates_that_are_kept_are_read_in_one_place() -> None:
    """`moments` reads them; what keeps what cdr itself wrote beside the store, and the format's own check, are the only others."""
    known = {"moments.py", "forms/formats.py", "domain/case/kept.py", "store/quiet_days.py"}
    room = Path(written.__file__).parent
    found = {
        path.relative_to(room).as_posix()
        for path in room.rglob("*.py")
        if re.search(r"(?<!\w)date\.fromisoformat", path.read_text("utf-8"))
    }
    assert found == known


@pytest.mark.parametrize("between", [" ", "-", "\u2011", "\u2013", "\u2212", ".", "\u00a0", "\u202f", ""])
def test_an_nhs_number_is_one_however_its_digits_are_parted(between: str) -> None:
    said = between.join(("999", "000", "0018"))
    names = report_words.Names.of([], [])
    assert "RPT-01" in {
        one.rule for one in report_words._problems({"learning": [{"text": f"It was {said}."}]}, "", names)
    }
    assert "[NHS number]" in Anonymiser.from_documents({}, [], {}).text(f"It was {said}.")
    if between != ".":
        assert nhs_numbers.read(said) == "9990000018"


@pytest.mark.parametrize("number", ["0000000000", "9999999999", "999000001", "9990000019"])
def test_what_is_no_nhs_number_is_none_for_all(number: str) -> None:
    names = report_words.Names.of([], [])
    assert not nhs_numbers.is_valid(number)
    assert list(report_words._problems({"learning": [{"text": number}]}, "", names)) == []
    assert "[NHS number]" not in Anonymiser.from_documents({}, [], {}).text(number)
    assert "A-01" in {one.rule for one in form_a._identity({"child": {"nhs_number": number}})}


@pytest.mark.parametrize("code", ["zz99 1zz", "ZZ991ZZ", "ZZ99 1ZZ", "ZZ99  1ZZ"])
def test_a_postcode_is_one_however_it_is_written(code: str) -> None:
    assert written.postcode(code) == "ZZ99 1ZZ"
    told = Anonymiser.from_documents({"child": {"postcode": code}}, [], {}).text("A house in ZZ99 was empty.")
    assert told == "A house in [postcode] was empty."
    assert "A-25" not in {one.rule for one in form_a._identity({"child": {"postcode": code}})}


def test_half_a_postcode_that_a_form_has_hides_itself_and_nothing_else() -> None:
    told = Anonymiser.from_documents({"child": {"postcode": "ZZ9"}}, [], {}).text("A house in ZZ9 was empty.")
    assert told == "A house in [postcode] was empty."


@pytest.mark.parametrize("status", ["not_applicable", "not_started"])
def test_an_inquest_that_never_was_told_no_coroner(status: str) -> None:
    assert not processes.coroner_knows({"other_investigations": [{"type": "inquest", "status": status}]}, {})
    assert processes.coroner_knows({"other_investigations": [{"type": "inquest", "status": "open"}]}, {})


def test_words_are_the_same_whether_a_text_has_an_accent_somewhere_or_none() -> None:
    letters = "aZ'`_-9 .\n\t\"&" + "".join(map(chr, range(32, 127)))
    texts = [letters[start : start + 9] + letters[start // 2 :: 7] for start in range(len(letters))]
    with_an_accent = [words.words_of(f"{text} \u00e9")[:-1] for text in texts]
    assert [words.words_of(text) for text in texts] == with_an_accent
