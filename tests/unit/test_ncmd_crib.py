"""The crib for the national database: its order, its words, who gave an answer, where they differ, and how it is written."""

from __future__ import annotations

import csv
import html.parser
import io
import json
from typing import Any

import pytest
from unit.domain_data import changed, example
from unit.ncmd_cases import REVIEWED, asked, line, made, returns, whole

from cdr.documents.tables.ncmd import FORMATS, render, to_json
from cdr.domain.ncmd.ncmd import FORM_A, FORM_C, Crib
from cdr.domain.ncmd.ncmd_lines import DIFFER, SEVERAL
from cdr.domain.ncmd.ncmd_words import day
from cdr.errors import WrongUsage


def keys(found: Crib) -> list[str]:
    return [line.key for section in found.sections for line in section.lines]


def words(found: Crib, key: str) -> list[str]:
    return [answer.words for answer in line(found, key).answers]


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
