"""What the index keeps apart of a case, for one sort of question, answers that as the whole case does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import example, policy

from cdr import app, columns
from cdr.domain.asking.requests import answer, ask
from cdr.domain.case import dated
from cdr.domain.case.at_rest import AtRest
from cdr.domain.case.case import opened, with_review
from cdr.domain.case.duplicates import Identity, identity
from cdr.domain.case.facts import Facts, cases_of, void_cases_of
from cdr.domain.case.known_by import KnownBy
from cdr.domain.case.namesakes import called
from cdr.domain.case.people import Person
from cdr.domain.ncmd.ncmd_preflight import preflight
from cdr.domain.process import retention
from cdr.domain.process.listing import kept_row, listed, of_kept_row
from cdr.errors import NotAuthentic
from cdr.statistics.agency_answers import answers
from cdr.statistics.delays import year_delays
from cdr.statistics.facts import case_facts
from cdr.statistics.kept import counted_of, kept, last_year, passed_over_in
from cdr.statistics.panel_years import overridden
from cdr.statistics.planning import planning
from cdr.statistics.years import first_and_last_day, years_ending
from cdr.store.layout import ANALYSIS, NOTIFICATION

AREA = ("Northshire", "Southtown")
DAY, ON = date(2026, 1, 20), date(2027, 5, 1)
FORMS = ("form-a-sudi", "form-a-neonatal", "form-a-suicide")


def _case(name: str, **more: Any) -> Facts:
    form_a, form_c = example(name), example("form-c-sudi")
    case = {**with_review(opened(DAY, form_a, []), DAY, "ratified_cdop"), "status": "closed", **more}
    ledger = ask({"schema": "requests/1", "requests": []}, ["police", "school"], DAY)
    ledger = answer(answer(ledger, "school", "nil", DAY), "police", "waived", DAY)
    kinds = {
        "notification": app.extraction().facts(NOTIFICATION, form_a),
        "analysis": app.extraction().facts(ANALYSIS, {**form_c, "stage": "ratified_cdop"}),
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
    assert of_kept_row("2026-AAAA", _as_json(kept_row(facts))) == listed(facts, ON, policy())

    known = KnownBy.of(facts)
    again = KnownBy.from_dict(_as_json(known.to_dict()))
    assert again == known
    people = tuple(map(Person.from_dict, facts.kept_people))
    assert (again.people, again.identity, again.stage) == (
        people,
        Identity.from_dict(facts.kept_identity or {}),
        facts.stage,
    )

    counted, whole = _as_json(kept(facts)), case_facts(facts)
    assert whole is not None
    requests = tuple(replace(one, form=None, received=None) for one in whole.requests)
    assert counted_of("2026-AAAA", counted) == replace(whole, requests=requests)
    assert passed_over_in("2026-AAAA", counted) == overridden(facts)
    assert last_year(counted) == 2026  # that of the meeting in the analysis


def test_a_case_without_a_day_of_notification_is_told_as_before() -> None:
    with pytest.raises(NotAuthentic):
        of_kept_row("2026-AAAA", [None, *kept_row(_case(FORMS[0]))[1:]])


def test_what_is_asked_of_all_together_reads_as_it_was_written() -> None:
    known = AtRest(3, DAY, {"notifications": DAY})
    assert AtRest.from_dict(_as_json(known.to_dict())) == known
    assert AtRest.from_dict(_as_json(AtRest().to_dict())) == AtRest()


WHENS = (date(2022, 3, 31), date(2023, 4, 1), date(2024, 6, 1))


def _over_years() -> dict[str, dict[str, Any]]:
    """Cases that were asked about, reviewed, and closed without a review, in different years: what is kept of each, by reference."""
    made: dict[str, dict[str, Any]] = {}
    for number, (asked, reviewed, stage) in enumerate(product(WHENS, (None, *WHENS), ("ratified_cdop", "draft"))):
        form_a = {key: example(FORMS[0])[key] for key in ("schema", "child", "death")} | {"notified_at": "2022-03-01"}
        form_a["child"] = {**form_a["child"], "date_of_birth": "2021-02-27"}
        form_a["death"] = {"date": "2022-02-27"}
        case: dict[str, Any] = {**opened(date(2022, 3, 1), form_a, []), "status": "closed"}
        if reviewed:
            case["reviews"] = [{"on": reviewed.isoformat(), "stage": stage, "panel": None, "override": None}]
        else:
            case["closures"] = [{"on": asked.isoformat()}]
        ledger = answer(ask({"schema": "requests/1", "requests": []}, ["police"], asked), "police", "nil", asked)
        made[f"2022-{number:04}"] = {
            "notification": app.extraction().facts(NOTIFICATION, form_a),
            "case": case,
            "requests": ledger,
            "prompts": {"prompts": []},
        }
    return made


@pytest.mark.parametrize("year", ["2021/22", "2022/23", "2023/24", "2024/25", "2025/26"])
def test_a_question_about_a_year_needs_no_case_of_which_nothing_is_recorded_since(year: str) -> None:
    kept_of = _over_years()
    every = cases_of(kept_of)
    since = cases_of({case: one for case, one in kept_of.items() if columns._last_year_of_all(one) >= int(year[:4])})
    precedence, areas = policy().delays.precedence, ["Northshire", "Southtown"]
    assert year_delays(since, year, ON, precedence, AREA) == year_delays(every, year, ON, precedence, AREA)
    assert answers(since.values(), {}, areas, ON, policy(), year) == answers(
        every.values(), {}, areas, ON, policy(), year
    )
    asked = year, first_and_last_day(year), ON, app._minimum(), policy()
    assert preflight(since, *asked) == preflight(every, *asked)
    assert (len(every), len(since) < 24) == (24, year > "2021/22")


def test_a_case_that_was_never_reviewed_may_count_as_open_in_any_year() -> None:
    assert columns._last_year_of_all({"case": {"opened_on": "2022-03-01"}}) == columns.NO_LAST_YEAR


def test_what_only_looks_like_a_day_stops_nothing() -> None:
    reviews = [{"on": "2023-04-01", "stage": "ratified_cdop"}]
    assert (
        columns._last_year_of_all({"case": {"reviews": reviews, "imported": {"old_reference": "2019-99-99"}}}) == 2023
    )


VOID = {"status": "void", "voidings": [{"on": "2023-05-06", "why": "by_mistake", "was": "open"}]}
CLOSED_AGAIN = {
    "closures": [{"on": "2022-10-01"}, {"on": "2024-01-02"}],
    "reopenings": [{"on": "2023-01-01"}],
    "keepings": [{"until": "2044-01-01", "because": "B", "on": "2024-02-01", "by": "C"}],
    "contacts": [{"on": "2022-04-01", "recorded_on": "2022-04-01", "by": "C", "with": "mother", "how": "telephone"}],
}
FROM_A_REGISTER = {"imported": {"on": "2024-01-01", "old_reference": "R1"}}


def test_what_is_asked_of_days_alone_is_told_as_of_the_whole_case() -> None:
    kept_of = _over_years()
    for reference, more in zip(kept_of, (VOID, CLOSED_AGAIN, FROM_A_REGISTER, {"closures": []}, {}), strict=False):
        kept_of[reference]["case"] |= more
    kept_of["2022-0005"]["notification"]["facts"] |= {"jar": True, "hour_died": 0}
    kept_of["2022-0006"]["notification"]["facts"] |= {"jar": False, "counted": False}
    kept_of["2022-0007"] = {"case": {"status": "closed"}, "requests": {}, "prompts": {}}
    every, every_void = cases_of(kept_of), void_cases_of(kept_of)
    rows = _as_json({case: dated.kept_row(facts) for case, facts in {**every, **every_void}.items()})
    of_rows, void = dated.of_kept_rows(rows, void=False), dated.of_kept_rows(rows, void=True)
    assert of_rows.keys() == every.keys() and void.keys() == every_void.keys() == {"2022-0000"}
    for year in ("2021/22", "2022/23", "2023/24", "2024/25"):
        spans = years_ending(year, 3)
        assert planning(of_rows, spans, ON, AREA) == planning(every, spans, ON, AREA)
    of_agencies = [answers(cases.values(), {}, AREA, ON, policy()) for cases in (of_rows, every)]
    assert of_agencies[0] == of_agencies[1] != []
    for some, others in ((of_rows, every), (void, every_void)):
        until = [retention.kept([(one.reference, one.case) for one in cases.values()], 25) for cases in (some, others)]
        assert until[0] == until[1] != []
        assert [one.is_open for one in some.values()] == [others[case].is_open for case in some]


AWKWARD = (
    "Testcase", "TESTCASE", "Test case", "Test-case", "Tëstcase", "O'Testcase", "O’Testcase", "de Testcase", "Ọ̀ṣun-Testcase", "Osun Testcase",
    "Ŵyn Testcase", "Wyn-Testcase", "Ab Testcase", "Straße", "Strasse", "Łódź-Testcase", "Lodz Testcase", "  Testcase  ", "测试", "-", "",
)  # fmt: skip


def _row_of(names: Mapping[str, Any], **of_case: Any) -> Any:
    """A case in which the child is called that, as the index keeps it."""
    form_a = {**example(FORMS[0]), "child": {**example(FORMS[0])["child"], **names}}
    return {"notification": app.extraction().facts(NOTIFICATION, form_a), "case": of_case, "requests": {}}


@given(
    st.lists(st.tuples(st.sampled_from(AWKWARD) | st.text(max_size=9), st.booleans()), min_size=1, max_size=9),
    st.sampled_from(AWKWARD) | st.text(max_size=9),
)
@settings(max_examples=many(100))
def test_children_of_the_same_family_name_are_those_whose_whole_identity_has_that_name(
    others: list[tuple[str, bool]], family: str
) -> None:
    """Asked by the word, and of what stands under it alone: nobody is missed whom a look at every case finds."""
    mine = identity({"child": {"first_names": "Ann", "family_name": family}}).family
    kinds = {
        f"2026-{number:04}": _row_of(
            {"first_names": "Bo", "family_name": name, "known_as": f"Bobo{number}"}, status="void" if void else "open"
        )
        for number, (name, void) in enumerate(others)
    }
    [column] = [one for one in columns.columns() if one.name == columns.NAMESAKES]
    rows = {case: made for case, one in kinds.items() if (made := column.of(case, one)) is not None}
    assert column.word is not None
    under_it = {case: row for case, row in _as_json(rows).items() if column.word(row) == mine}
    every = {case: KnownBy.of(one).identity for case, one in cases_of(kinds).items()}
    wanted = [one for one in every.values() if one and mine and one.family == mine]
    names = [name for one in wanted for name in (f"{one.first} {one.family}", *one.also.split(",")) if name]
    assert [*called(under_it, mine, "")] == [*called(rows, mine, "")] == names


def test_a_child_is_not_named_in_its_own_papers_for_a_namesake() -> None:
    rows = {case: ["testcase", [f"ann testcase of {case}"]] for case in ("2026-AAAA", "2026-BBBB")}
    rows["2026-CCCC"] = ["testcase other", ["ann testcase other"]]
    assert called(rows, "testcase", "2026-AAAA") == ("ann testcase of 2026-BBBB",)
    [column] = [one for one in columns.columns() if one.name == columns.NAMESAKES]
    assert column.of("2026-AAAA", {"case": {}, "requests": {}}) is None
