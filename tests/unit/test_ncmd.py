"""What the national database needs of a case, by key; every answer in the forms' order with who gave it; what 31 March asks for."""

from __future__ import annotations

import copy
import csv
import html.parser
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest
from unit.domain_data import cases as cases_
from unit.domain_data import changed, example, policy

from cdr.app import rules
from cdr.documents.tables.ncmd import FORMATS, render, to_json
from cdr.documents.tables.ncmd_preflight import text as preflight_text
from cdr.documents.tables.ncmd_preflight import to_json as preflight_json
from cdr.domain.ncmd.ncmd import CASE, FORM_A, FORM_B, FORM_C, Crib, Documents, crib, title_of
from cdr.domain.ncmd.ncmd_lines import DIFFER, SEVERAL, Line
from cdr.domain.ncmd.ncmd_minimum import (
    MISSING,
    NOT_KNOWN,
    Minimum,
    Needed,
    analysis_extract,
    notification_extract,
    of_analysis,
    of_notification,
    of_returns,
)
from cdr.domain.ncmd.ncmd_preflight import LATE, NO_DATE, NOT_PASSED_ON, Preflight, preflight
from cdr.domain.ncmd.ncmd_words import day
from cdr.errors import WrongUsage
from cdr.forms.schema_files import expanded

RULES = rules("ncmd")
MINIMUM = Minimum.from_rules(RULES)
FORMS_A = ("sudi", "neonatal", "suicide")
FORMS_B = ("hospital", "police", "ambulance")
AGENCIES = {agency["id"]: agency["name"] for agency in example("store")["agencies"]}
REVIEWED = {
    "status": "open",
    "gates": [],
    "reviews": [{"stage": "ratified_cdop", "on": "2026-04-14"}],
    "reopenings": [],
}
OPENED = {"status": "open", "gates": [], "reviews": [], "reopenings": []}
YEAR = (date(2025, 4, 1), date(2026, 3, 31))


@cache
def schemas() -> Mapping[str, Any]:
    return {form: expanded(f"{form}/1") for form in (FORM_A, FORM_B, FORM_C)}


def made(form_a: Any = None, returns: Any = (), form_c: Any = None, case: Any = None, requests: Any = None) -> Crib:
    documents = Documents(
        case or OPENED, requests or {"requests": []}, form_a or example("form-a-sudi"), list(returns), form_c
    )
    return crib("2026-7K3M", documents, schemas(), AGENCIES, RULES)


def whole() -> Crib:
    return made(returns=[example(f"form-b-{name}") for name in FORMS_B], form_c=example("form-c-sudi"), case=REVIEWED)


def line(found: Crib, key: str) -> Line:
    [one] = [line for section in found.sections for line in section.lines if line.key == key]
    return one


def keys(found: Crib) -> list[str]:
    return [line.key for section in found.sections for line in section.lines]


def words(found: Crib, key: str) -> list[str]:
    return [answer.words for answer in line(found, key).answers]


def asked(**status: str) -> dict[str, Any]:
    answered = {"outstanding": None}
    return {
        "requests": [
            {
                "agency": agency.replace("_", "-"),
                "requested_on": "2026-01-12",
                "status": one,
                "answered_on": answered.get(one, "2026-01-20"),
            }
            for agency, one in status.items()
        ]
    }


# ---- what is missing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMS_A)
def test_the_examples_notifications_are_complete(name: str) -> None:
    assert [one for one in of_notification(example(f"form-a-{name}"), MINIMUM) if one.why == MISSING] == []


@pytest.mark.parametrize("needed", MINIMUM.notification, ids=lambda needed: needed.key)
def test_a_field_of_the_notification_is_missing_only_without_an_answer(needed: Needed) -> None:
    form = example("form-a-sudi")
    for key in needed.keys:
        form = changed(form, key, ...)
    expected = [(needed.key, MISSING)]
    assert [(one.key, one.why) for one in of_notification(form, MINIMUM)] == expected
    nothings: list[Any] = ["", "  ", None, [], {}]
    for nothing in nothings:
        if not (nothing == {} and needed.key == "notifier"):
            assert [
                (one.key, one.why) for one in of_notification(changed(form, needed.key, nothing), MINIMUM)
            ] == expected
    for key in needed.keys:
        answered = changed(form, key, "2026-01-09" if "date" in key else {"x": "y"} if "cause" in key else "answer")
        assert needed.key not in [one.key for one in of_notification(answered, MINIMUM)], key


@pytest.mark.parametrize("needed", MINIMUM.review, ids=lambda needed: needed.key)
def test_a_field_of_the_review_is_missing_only_without_an_answer(needed: Needed) -> None:
    form = example("form-c-sudi")
    assert of_analysis(form, REVIEWED, MINIMUM) == []
    if needed.when:
        form = changed(form, needed.when[0], needed.when[1][0])
    bare = changed(form, needed.key, ...)
    case = OPENED if needed.key == "panel.date" else REVIEWED
    lacking = [one.key for one in of_analysis(bare, case, MINIMUM)]
    assert needed.key in lacking and lacking == [
        key for key in lacking if key.startswith(needed.key.rpartition(".")[0])
    ]
    answers: dict[str, Any] = {"stage": "ratified_cdop", "learning_points": []}
    full = changed(bare, needed.key, answers.get(needed.key, [{"code": "x"}] if needed.when else 1))
    assert needed.key not in [one.key for one in of_analysis(full, case, MINIMUM)]


@pytest.mark.parametrize(
    ("born", "died", "infant"),
    [
        ("2025-03-02", "2026-03-01", True),
        ("2025-03-02", "2026-03-02", False),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-03-01", False),
        ("2026-01-09", "2026-01-09", True),
    ],
)
def test_gestation_and_weight_are_asked_for_infants(born: str, died: str, infant: bool) -> None:
    form = changed(changed(example("form-a-suicide"), "child.date_of_birth", born), "death.date", died)
    found = {one.key for one in of_notification(form, MINIMUM)} & {"child.gestation", "child.birth_weight_g"}
    assert found == ({"child.gestation", "child.birth_weight_g"} if infant else set())


@pytest.mark.parametrize("letter", "ABCD")
@pytest.mark.parametrize(("relevance", "missing"), [(0, False), (1, False), (2, True)])
def test_factors_are_asked_for_where_a_domain_may_have_contributed(letter: str, relevance: int, missing: bool) -> None:
    form = changed(
        changed(example("form-c-sudi"), f"domains.{letter}.relevance", relevance), f"domains.{letter}.factors", []
    )
    found = [(one.key, one.why) for one in of_analysis(form, REVIEWED, MINIMUM)]
    assert ((f"domains.{letter}.factors", MISSING) in found) is missing
    assert ((f"domains.{letter}.relevance", NOT_KNOWN) in found) is (relevance == 0)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("child.ethnicity", "99", NOT_KNOWN),
        ("child.ethnicity", "Z", NOT_KNOWN),
        ("child.ethnicity", "A", ""),
        ("child.sex", "not_known", NOT_KNOWN),
        ("death.expected", "not_known", NOT_KNOWN),
        ("death.suspected_events", ["none"], MISSING),
        ("death.suspected_events", ["not_known"], NOT_KNOWN),
        ("death.suspected_events", ["none", "fall"], ""),
        ("jar.triggered", "no", ""),
        ("jar.criteria", ["none"], ""),
    ],
)
def test_an_answer_that_nobody_knew_is_not_missing(key: str, value: Any, why: str) -> None:
    found = {one.key: one.why for one in of_notification(changed(example("form-a-sudi"), key, value), MINIMUM)}
    assert found == ({key: why} if why else {})


def test_another_of_the_keys_is_enough() -> None:
    form = changed(changed(example("form-a-sudi"), "death.suspected_events", ["none"]), "death.suspected_category", 8)
    assert of_notification(form, MINIMUM) == []
    form = changed(
        changed(example("form-a-sudi"), "child.nhs_number", ...),
        "child.nhs_number_absent_reason",
        "child_non_resident_in_england",
    )
    assert of_notification(form, MINIMUM) == []


def test_a_return_is_missing_while_it_is_outstanding() -> None:
    ledger = asked(police="outstanding", gp="returned", school="nil", regional_ambulance="waived")
    assert [one.key for one in of_returns(ledger, MINIMUM)] == ["requests.police"]


def test_a_draft_is_not_a_ratified_review() -> None:
    draft = changed(example("form-c-sudi"), "stage", "draft_cdrm")
    assert [one.key for one in of_analysis(draft, REVIEWED, MINIMUM)] == ["stage"]
    assert [one.key for one in of_analysis(None, OPENED, MINIMUM)] == [
        one.key for one in MINIMUM.review if one.when is None
    ]
    assert made(form_c=draft, case=REVIEWED).state == "open"


# ---- the rules are about fields that there are -----------------------------------------------------------------------


def has(schema: Mapping[str, Any], path: str) -> bool:
    found: Any = schema
    for key in path.split("."):
        found = found.get("properties", {}).get(key)
        if found is None:
            return False
    return True


def test_every_key_of_the_rules_is_a_field() -> None:
    for form, needed in ((FORM_A, MINIMUM.notification), (FORM_C, MINIMUM.review)):
        assert [
            key for one in needed for key in one.keys if not has(schemas()[form], key) and not key.startswith("case.")
        ] == []
        assert [one.key for one in needed if not (one.title or title_of(schemas()[form], one.key))] == []
    placed = [
        (section["form"], path)
        for section in RULES["sections"]
        for path in section["fields"]
        if section["form"] != CASE
    ]
    assert [path for form, path in placed if not has(schemas()[form], path)] == []
    assert len(set(placed)) == len(placed)
    same = [(form, path) for one in RULES["same"] for form, path in one.items() if form != CASE]
    assert [path for form, path in same if not has(schemas()[form], path)] == []
    kinds = [*RULES["together"], *RULES["one_line"]]
    assert [kind for kind in kinds if not has(schemas()[kind.partition(".")[0]], kind.partition(".")[2])] == []


def values(body: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(body, Mapping) and set(body) - {"weeks", "days"}:
        for key, inner in body.items():
            yield from values(inner, f"{path}.{key}" if path else key)
    elif isinstance(body, list) and any(isinstance(one, Mapping) for one in body):
        for one in body:
            yield from values(one, path)
    elif body not in (None, ""):
        yield path, body


def test_nothing_that_a_form_says_is_left_out() -> None:
    shown = {
        json.dumps(value)
        for section in whole().sections
        for line in section.lines
        for a in line.answers
        for _, value in values(a.value)
    }
    forms = [example("form-a-sudi"), *(example(f"form-b-{name}") for name in FORMS_B), example("form-c-sudi")]
    left_out = ("schema", "agency", "response", "relationship", "type")
    for form in forms:
        lost = [
            path
            for path, value in values(form)
            if json.dumps(value) not in shown and path.rpartition(".")[2] not in left_out
        ]
        assert lost == []
    assert "Other answers" not in {section.title for section in whole().sections}


def test_a_field_that_no_section_names_comes_last() -> None:
    fewer: dict[str, Any] = copy.deepcopy(dict(RULES))
    fewer["sections"] = [section for section in fewer["sections"] if section["title"] != "Joint agency response"]
    documents = Documents(OPENED, {"requests": []}, example("form-a-sudi"))
    last = [
        section
        for section in crib("2026-7K3M", documents, schemas(), AGENCIES, fewer).sections
        if section.part == "notification"
    ][-1]
    assert last.title == "Other answers" and "jar.triggered" in [line.key for line in last.lines]


# ---- the crib --------------------------------------------------------------------------------------------------------


def test_the_order_is_that_of_the_forms() -> None:
    found = keys(whole())
    wanted = [
        "child.first_names", "child.nhs_number", "child.date_of_birth", "death.date", "child.sex", "child.postcode", "child.gestation",
        "family.parents.1.name", "death.place", "death.expected", "certification.mccd_issued", "jar.triggered", "informed.1",
        "professionals.1.name", "family.key_worker.name", "notified_at", "circumstances.mode_of_death", "child.weight_kg",
        "parents.father.smoking", "environment.overcrowding", "service.good_practice", "case.age_at_death", "stage", "panel.date",
        "case_summary", "domains.A.relevance", "category.primary", "learning_points.1",
    ]  # fmt: skip
    places = [found.index(key) for key in wanted if key != "child.gestation"]
    assert places == sorted(places)
    assert [section.part for section in whole().sections] == sorted(
        (s.part for s in whole().sections), key=("notification", "reporting", "analysis").index
    )


def test_answers_are_in_words() -> None:
    found = whole()
    assert words(found, "child.nhs_number") == ["999 000 0018"]
    assert words(found, "child.date_of_birth") == ["02/03/2025"]
    assert words(found, "child.ethnicity") == ["African (N)"]
    assert words(found, "notified_at") == ["09/01/2026 11:20"]
    assert words(found, "category.primary") == ["Sudden unexpected, unexplained death (10)"]
    assert words(found, "professionals.1.agency") == ["Northtown General Hospital"]
    assert words(found, "case.age_at_death") == ["10 months"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-02-28", "28/02/2026"),
        ("2026-02", "02/2026"),
        ("2026", "2026"),
        ("2026-01-09T05:43", "09/01/2026 05:43"),
        ("05:43", "05:43"),
        ("soon", "soon"),
    ],
)
def test_a_date_is_typed_by_day_month_and_year(text: str, wanted: str) -> None:
    assert day(text) == wanted


def test_it_says_who_gave_an_answer() -> None:
    found = whole()
    assert line(found, "child.first_names").answers[0].sources == (FORM_A,)
    assert line(found, "child.nhs_number").answers[0].sources == (FORM_A, "northtown-general")
    assert line(found, "circumstances.mode_of_death").answers[0].sources == ("northtown-general", "regional-ambulance")
    assert line(found, "cause_of_death_understood").answers[0].sources == (FORM_C,)
    assert found.sources["northtown-general"] == "Northtown General Hospital"


def returns(path: str, *answers: Any) -> list[Any]:
    agencies = ("northtown-general", "northshire-police", "regional-ambulance")
    bare = {"schema": "form-b/1", "response": "full"}
    return [
        changed({**bare, "agency": agency}, path, answer) for agency, answer in zip(agencies, answers, strict=False)
    ]


@pytest.mark.parametrize(
    ("path", "answers", "mark", "count"),
    [
        ("circumstances.mode_of_death", ("witnessed_event", "witnessed_event"), "", 1),
        ("circumstances.mode_of_death", ("witnessed_event", "found_dead_collapsed"), DIFFER, 2),
        ("circumstances.resuscitation_attempted", ("yes", "no", "yes"), DIFFER, 2),
        ("circumstances.resuscitation_attempted", ("yes", "not_known"), "", 2),
        ("circumstances.resuscitation_attempted", ("not_known", "not_applicable"), "", 2),
        ("child.weight_kg", (8.1, 8.2), DIFFER, 2),
        ("child.measured_on", ("2026-01-09", "2026-01-08"), DIFFER, 2),
        ("circumstances.narrative", ("Found at home", "found  at HOME"), "", 1),
        ("circumstances.narrative", ("Found at home", "Found in the garden"), SEVERAL, 2),
        ("child.known_conditions", (["none"], ["asthma"]), DIFFER, 2),
        ("child.known_conditions", (["epilepsy"], ["asthma"]), SEVERAL, 2),
        ("child.known_conditions", (["epilepsy", "asthma"], ["asthma", "epilepsy"]), "", 1),
        ("child.gestation", ({"weeks": 36, "days": 4}, {"weeks": 36, "days": 4}), "", 1),
        ("child.gestation", ({"weeks": 36, "days": 4}, {"weeks": 35, "days": 4}), DIFFER, 2),
    ],
)
def test_where_agencies_disagree_both_are_shown_and_marked(
    path: str, answers: tuple[Any, ...], mark: str, count: int
) -> None:
    form = changed(example("form-a-sudi"), path, ...)
    found = [
        one
        for s in made(form, returns(path, *answers)).sections
        if s.part == "reporting"
        for one in s.lines
        if one.key == path
    ]
    assert [(one.mark, len(one.answers)) for one in found] == [(mark, count)]


def test_form_a_and_a_return_may_disagree_too() -> None:
    other = returns("child.birth_weight_g", 2640)
    both = [one for s in made(returns=other).sections for one in s.lines if one.key == "child.birth_weight_g"]
    assert [(one.mark, [answer.words for answer in one.answers]) for one in both] == [
        (DIFFER, ["2460", "2640"]),
        (DIFFER, ["2640", "2460"]),
    ]


def test_what_form_a_lacks_a_return_may_tell() -> None:
    bare = changed(example("form-a-sudi"), "child.gestation", ...)
    nobody, somebody = made(bare), made(bare, [example("form-b-hospital")])
    assert line(nobody, "child.gestation").needed and line(nobody, "child.gestation").answers == ()
    first = next(one for s in somebody.sections for one in s.lines if one.key == "child.gestation")
    assert first.needed and first.answers[0].sources == ("northtown-general",)
    assert "child.gestation (not in Form A; told by Northtown General Hospital)" in render(somebody, "text", 140)
    assert "told by" not in render(nobody, "text", 140)


def test_one_parent_of_whom_several_agencies_tell_stands_once() -> None:
    father = [{"relationship": "father", "smoking": "yes"}]
    both = returns(
        "parents", father, [{"relationship": "father", "smoking": "no"}, {"relationship": "father", "smoking": "yes"}]
    )
    found = made(returns=both)
    assert line(found, "parents.father.smoking").mark == DIFFER
    assert words(found, "parents.father-2.smoking") == ["Yes"]
    assert line(found, "parents.father-2").title.endswith("(2)")


def test_supplementary_forms_of_one_type_are_gathered() -> None:
    found = whole()
    surface = line(found, "supplementary.sudden_unexpected_death.answers.sleep_surface")
    assert surface.answers[0].sources == ("northtown-general", "northshire-police") and surface.title == "Sleep surface"


def test_the_timeline_is_in_order_of_time() -> None:
    times = [one.answers[0].value["at"] for s in whole().sections for one in s.lines if one.key.startswith("timeline.")]
    assert len(times) == 9 and times == sorted(times)


def test_an_open_case_needs_its_notification_only() -> None:
    open_case, reviewed = (
        made(requests=asked(police="outstanding")),
        made(case=REVIEWED, form_c=example("form-c-sudi"), requests=asked(police="outstanding")),
    )
    assert not open_case.review_is_due and not line(open_case, "requests.police").needed
    assert reviewed.review_is_due and line(reviewed, "requests.police").needed
    assert made(case={**REVIEWED, "status": "closed"}, form_c=example("form-c-sudi")).state == "closed"
    assert "not needed before the panel has ratified it" in render(open_case, "text")
    assert "Missing for a complete review: 1 field." in render(reviewed, "text")


# ---- how it is written -----------------------------------------------------------------------------------------------

HARD = {
    "child.first_names": "Tọ́pẹ́ <b>&amp;</b> İpek",
    "child.family_name": '=HYPERLINK("x")',
    "death.circumstances": "Łucja | Siân\n\x1b[31mred\u202eback\n" + "a word " * 90,
}


def hard() -> Crib:
    form = example("form-a-sudi")
    for key, value in HARD.items():
        form = changed(form, key, value)
    return made(form, [example("form-b-hospital"), example("form-b-ambulance")])


@pytest.mark.parametrize("width", [40, 72, 100, 140])
@pytest.mark.parametrize("which", [hard, whole, made])
def test_text_fits_the_terminal(which: Any, width: int) -> None:
    written = render(which(), "text", width)
    assert max(map(len, written.splitlines())) <= max(72, width)
    assert "\x1b" not in written and "\u202e" not in written


def test_text_says_first_what_is_missing() -> None:
    written = render(made(changed(example("form-a-sudi"), "child.birth_weight_g", ...)), "text", 100).splitlines()
    missing = written.index("Missing for a complete notification: 1 field.")
    assert written[missing + 1].split("  ")[1:] and written[missing + 1].endswith("child.birth_weight_g")
    assert missing < written.index("NOTIFICATION (FORM A)")
    assert any(text.startswith("? Birth weight in grams") and text.endswith("(missing)") for text in written)


def test_differences_are_marked_in_every_format() -> None:
    assert "! Bereavement support offered" in render(whole(), "text")
    for format in ("md", "csv", "html"):
        assert "The answers differ" in render(whole(), format)
        assert "The answers differ" not in render(made(), format)
    assert [f["key"] for s in to_json(whole())["sections"] for f in s["fields"] if f["differ"]] == [
        "service.bereavement_support_offered"
    ]


def test_csv_is_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(render(hard(), "csv"))))
    by_key = {row["key"]: row for row in reversed(rows)}
    assert by_key["child.family_name"]["answer"].startswith("'=") and by_key["child.family_name"]["value"].startswith(
        "'="
    )
    assert by_key["child.nhs_number"]["value"] == "9990000018"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_whole_safe_and_can_be_found_one_s_way_in() -> None:
    reader = _Reader()
    reader.feed(render(hard(), "html"))
    tags = [tag for tag, _ in reader.seen]
    assert "b" not in tags and "script" not in tags and HARD["child.first_names"] in reader.text
    assert not [
        attrs for _, attrs in reader.seen if {"src", "onclick"} & attrs.keys() or str(attrs.get("href", "#"))[0] != "#"
    ]
    assert reader.seen[0] == ("html", {"lang": "en-GB"}) and tags.count("h1") == 1
    assert all(attrs.get("scope") or attrs.get("colspan") for tag, attrs in reader.seen if tag == "th")
    ids = [attrs["id"] for _, attrs in reader.seen if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {str(attrs["href"])[1:] for tag, attrs in reader.seen if tag == "a"} <= set(ids)


def test_markdown_keeps_its_columns() -> None:
    rows = [row for row in render(hard(), "md").splitlines() if row.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {4}


def test_json_has_what_the_documents_have() -> None:
    content = json.loads(json.dumps(to_json(whole())))
    fields = {field["key"]: field for section in reversed(content["sections"]) for field in section["fields"]}
    assert content["schema"] == "cdr-ncmd/1" and content["case"] == "2026-7K3M" and content["state"] == "ratified"
    assert content["missing"] == {"notification": [], "review": []}
    assert fields["child.date_of_birth"]["answers"][0]["value"] == "2025-03-02"
    assert fields["family.parents.1.name"]["below"] == ["Parents and carers", "1 of 2"]


def test_there_is_no_other_format() -> None:
    assert all(render(made(), format) for format in FORMATS)
    with pytest.raises(WrongUsage):
        render(made(), "pdf")


# ---- 31 March --------------------------------------------------------------------------------------------------------


def facts(notified: str = "2026-01-09", reviewed: str = "", **more: Any) -> dict[str, Any]:
    case = {
        "status": more.get("status", "open"),
        "reviews": [{"stage": "ratified_cdop", "on": reviewed}] if reviewed else [],
    }
    case["reopenings"] = [{"on": on} for on in more.get("reopened", ())]
    ncmd = {
        "missing": more.get("missing", []),
        "told": more.get("told", True),
        "told_on": more.get("told_on", notified),
    }
    kinds = {
        "case": case,
        "notification": {"facts": {"notified_on": notified}, "ncmd": ncmd},
        "requests": more.get("requests", {"requests": []}),
    }
    return kinds | (
        {"analysis": {"stage": "ratified_cdop", "ncmd": {"missing": more.get("analysis", [])}}} if reviewed else {}
    )


def found(as_of: str = "2026-02-20", **cases: dict[str, Any]) -> Preflight:
    return preflight(cases_(cases), "2025/26", YEAR, date.fromisoformat(as_of), MINIMUM, policy())


@pytest.mark.parametrize(
    ("reviewed", "reviews", "opened", "later"),
    [
        ("2025-03-31", [], [], 0),
        ("2025-04-01", ["x"], [], 0),
        ("2026-03-31", ["x"], [], 0),
        ("2026-04-01", [], ["x"], 1),
        ("", [], ["x"], 0),
    ],
)
def test_a_review_belongs_to_the_year_in_which_it_was_ratified(
    reviewed: str, reviews: list[str], opened: list[str], later: int
) -> None:
    preflight = found(x=facts("2024-12-02", reviewed))
    assert ([one.case for one in preflight.reviews], [one.case for one in preflight.open]) == (reviews, opened)
    assert preflight.reviewed_later == later


@pytest.mark.parametrize(("notified", "opened", "later"), [("2026-03-31", 1, 0), ("2026-04-01", 0, 1)])
def test_who_was_notified_later_can_wait(notified: str, opened: int, later: int) -> None:
    preflight = found(x=facts(notified))
    assert (len(preflight.open), preflight.notified_later) == (opened, later)
    assert ("1 case notified after 2026-03-31" in preflight_text(preflight, {})) is bool(later)


@pytest.mark.parametrize(
    ("more", "reviews", "opened"),
    [
        ({"reopened": ["2026-03-01"]}, 0, 1),
        ({"reopened": ["2026-03-31"]}, 0, 1),
        ({"reopened": ["2026-04-01"]}, 1, 0),
        ({"reopened": ["2026-03-01"], "status": "closed"}, 1, 0),
        ({"reopened": ["2025-09-01"]}, 1, 0),
    ],
)
def test_a_case_that_was_opened_again_is_open(more: Any, reviews: int, opened: int) -> None:
    preflight = found(x=facts("2025-05-05", "2026-01-20", **more))
    assert (len(preflight.reviews), len(preflight.open)) == (reviews, opened)


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({}, ()),
        ({"missing": ["child.sex"]}, ("child.sex",)),
        ({"analysis": ["domains.A.relevance"]}, ("domains.A.relevance",)),
        ({"requests": asked(police="outstanding")}, ("requests.police",)),
        ({"requests": asked(police="waived")}, ()),
    ],
)
def test_a_review_of_the_year_is_complete_or_to_do(more: Any, missing: tuple[str, ...]) -> None:
    preflight = found(x=facts("2025-05-05", "2026-01-20", **more))
    assert preflight.reviews[0].missing == missing and preflight.to_do == bool(missing)


@pytest.mark.parametrize(
    ("told", "missing", "to_do"), [(True, [], 0), (False, [], 1), (True, ["child.sex"], 1), (False, ["child.sex"], 1)]
)
def test_an_open_case_is_in_or_to_do(told: bool, missing: list[str], to_do: int) -> None:
    assert found(x=facts(told=told, missing=missing)).to_do == to_do


@pytest.mark.parametrize(
    ("more", "as_of", "why"),
    [
        ({"told_on": "2026-01-11"}, "2026-02-20", ""),
        ({"told_on": "2026-01-12"}, "2026-02-20", LATE),
        ({"told": False, "told_on": None}, "2026-02-20", NOT_PASSED_ON),
        ({"told": False, "told_on": None}, "2026-01-12", NOT_PASSED_ON),
        ({"told": False, "told_on": None}, "2026-01-11", ""),
        ({"told": True, "told_on": None}, "2026-02-20", NO_DATE),
    ],
)
def test_the_limit_of_48_hours(more: Any, as_of: str, why: str) -> None:
    assert [one.why for one in found(as_of, x=facts("2026-01-09", **more)).slow] == ([why] if why else [])


@pytest.mark.parametrize(("notified", "count"), [("2025-03-31", 0), ("2025-04-01", 1)])
def test_the_limit_is_looked_at_for_the_year_s_notifications(notified: str, count: int) -> None:
    assert len(found(x=facts(notified, told=False, told_on=None)).slow) == count


def test_the_text_says_what_to_do_what_to_check_and_what_can_wait() -> None:
    preflight = found(
        a=facts("2025-05-05", "2026-01-20", analysis=["category.primary"]), b=facts("2025-05-05", "2026-01-20"),
        c=facts(told=False, told_on=None), d=facts(),
    )  # fmt: skip
    written = preflight_text(preflight, {"category.primary": "Primary category"})
    to_do, to_check = written.split("To check there")
    assert "To do: 2 cases" in to_do and "Can wait" in to_check and "39 days from today" in to_do
    assert "category.primary  Primary category" in to_check and max(map(len, written.splitlines())) <= 125
    assert preflight_json(preflight)["to_do"] == 2
    assert "1 day from today" in preflight_text(found("2026-03-30"), {}) and "has passed" in preflight_text(
        found("2026-04-01"), {}
    )
    assert "Nothing that this store can tell." in preflight_text(found(), {})


def canaries(body: Any) -> Any:
    """The same document in which every text is one that would be recognised anywhere."""
    if isinstance(body, Mapping):
        kept = ("date", "on", "status", "party", "stage", "notified_at", "date_of_birth")
        return {
            key: value if key in kept and isinstance(value, str) else canaries(value) for key, value in body.items()
        }
    return [canaries(one) for one in body] if isinstance(body, list) else "CANARY" if isinstance(body, str) else body


def test_the_index_keeps_keys_and_no_value() -> None:
    form = {
        **canaries(example("form-a-sudi")),
        "informed": [{"party": "ncmd", "status": "informed", "on": "2026-01-10", "person": "CANARY"}],
    }
    kept = notification_extract(form, MINIMUM)
    assert kept == {"missing": [], "told": True, "told_on": "2026-01-10"}
    assert notification_extract(changed(form, "child.sex", ...), MINIMUM)["missing"] == ["child.sex"]
    for status in ("not_informed", "not_known"):
        told = [{"party": "ncmd", "status": status, "on": "2026-01-10"}, {"party": "gp", "status": "informed"}]
        assert notification_extract({**form, "informed": told}, MINIMUM) == {
            "missing": [],
            "told": False,
            "told_on": None,
        }
    draft = changed(canaries(example("form-c-sudi")), "learning_points", ...)
    assert analysis_extract(draft, MINIMUM) == {"missing": ["learning_points"]}
