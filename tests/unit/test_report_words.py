"""What may stand in the area's own words for its report, and what next year's begin with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.app import rules
from cdr.domain.anonymising.known_names import family_names
from cdr.domain.report import prose
from cdr.domain.report.report_words import Names, follow_up, report_problems, starting_words, text_to_edit
from cdr.forms import codec, schema

FAMILIES = (
    "Ọlámidé Przykład-Ngọc", "Ọlámidé", "Przykład-Ngọc", "Grace May", "Grace", "May", "Ms Siân Gruffudd", "Okafor", "Derby", "Yıldız Ağaç",
)  # fmt: skip
ALLOWED = ("Dr Leslie Okafor", "Derby and Derbyshire", "Derby", "Northtown General Hospital")
NAMES = Names.of(FAMILIES, ALLOWED)
WORDS: dict[str, Any] = {"schema": "report/1", "year": "2025/26"}


def found(**parts: Any) -> list[tuple[str, str]]:
    return [(one.rule, one.field) for one in report_problems(WORDS | parts, "2025/26", NAMES)]


@pytest.mark.parametrize(
    "text",
    [
        "We remember Ọlámidé.", "OLAMIDE is remembered.", "The Przyklad family spoke.", "the death of grace may", "Siân's mother came", "Mrs Okafor asked us",
        "Yildiz told us", "Yıldız’s school", "all the Gruffudds",
    ],
)  # fmt: skip
def test_a_name_that_a_case_knows_is_refused_however_it_is_written(text: str) -> None:
    assert found(thanks=text) == [("RPT-02", "thanks")]


@pytest.mark.parametrize(
    "text",
    [
        "May was a hard month, and by the grace of many we went on.",
        "Dr Leslie Okafor thanks Dr Okafor's team.",
        "The panel of Derby and Derbyshire met in Derby.",
        "Northtown General Hospital", "In 2024-2025 we met twice; call 01632 960001.", "",
    ],
)  # fmt: skip
def test_ordinary_words_professionals_and_places_stay(text: str) -> None:
    assert found(thanks=text) == []


def test_professionals_stand_where_they_belong_under_any_name() -> None:
    parts = {
        "foreword": {"by": "Cllr Okafor", "text": "We met."},
        "membership": [{"role": "Chair", "name": "Grace May"}],
    }
    assert found(**parts, actions=[{"what": "Ask.", "owner": "Mx Gruffudd"}]) == []
    assert found(membership=[{"role": "Friend of Gruffudd"}]) == [("RPT-02", "membership.0.role")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("about 9990000018", "RPT-01"), ("about 999 000 0018.", "RPT-01"), ("about 999-000-0018", "RPT-01"), ("case 2026-7K3M", "RPT-03"),
    ],
)  # fmt: skip
def test_numbers_and_references_are_refused(text: str, rule: str) -> None:
    assert found(learning=[{"title": "A theme", "text": text}]) == [(rule, "learning.0.text")]


@pytest.mark.parametrize("text", ["9990000019 seen", "99900000181", "budget 1234567890123", "2026-2027", "in 2026"])
def test_other_numbers_stay(text: str) -> None:
    assert found(what_was_done=text) == []


def test_the_year_is_the_report_s_and_last_year_s_actions_are_followed_up() -> None:
    assert [p.rule for p in report_problems(WORDS, "2024/25", NAMES)] == ["RPT-04"]
    warned = report_problems(
        WORDS | {"earlier_actions": [{"what": "A"}, {"what": "B", "became": "Done."}]}, "2025/26", NAMES
    )
    assert [(one.rule, one.field, one.level) for one in warned] == [("RPT-05", "earlier_actions.0", "warning")]


def test_last_year_s_words_as_they_were_are_told() -> None:
    last = WORDS | {"effectiveness": "It went well.", "thanks": "To all."}
    same = report_problems(WORDS | {"effectiveness": "It went well.", "thanks": "To all."}, "2025/26", NAMES, last)
    assert [(one.rule, one.field, one.level) for one in same] == [("RPT-06", "effectiveness", "warning")]
    assert report_problems(WORDS | {"effectiveness": "It went better."}, "2025/26", NAMES, last) == []
    kept = WORDS | {
        "sections": [{"title": "Voices", "text": "One."}, {"title": "Words", "text": "CDOP.", "every_year": "yes"}]
    }
    assert [one.field for one in report_problems(kept, "2025/26", NAMES, kept)] == ["sections.0"]


def test_next_year_begins_with_last_year_s_words_and_its_actions_to_be_followed_up() -> None:
    last = WORDS | {
        "thanks": "To all.",
        "earlier_actions": [{"what": "Long ago"}],
        "actions": [{"what": "Train", "progress": "Begun."}, {"what": "Ask", "status": "open"}],
    }
    begun = starting_words("2026/27", last)
    assert begun["year"] == "2026/27" and begun["thanks"] == "To all." and "actions" not in begun
    assert begun["earlier_actions"] == [{"what": "Train", "became": "Begun."}, {"what": "Ask", "became": ""}]
    assert follow_up(None) == [] and starting_words("2026/27", None)["earlier_actions"] == []


@pytest.mark.parametrize("last", [None, WORDS | {"thanks": "To all.", "actions": [{"what": "Ask"}]}])
def test_what_the_editor_shows_first_is_valid_as_it_stands(last: dict[str, Any] | None) -> None:
    words = starting_words("2026/27", last)
    text = text_to_edit(
        words, {key: codec.dump({key: value}) for key, value in words.items()}, rules("report")["parts"]
    )
    body, _, problems = schema.examine(text, "words", "report")
    assert problems == [] and body["year"] == "2026/27"
    assert body.get("earlier_actions") in ([], None) if last is None else body["earlier_actions"] == [{"what": "Ask"}]


def test_the_names_of_a_family_are_those_of_its_form() -> None:
    form = {
        "child": {"first_names": "Ọlámidé", "family_name": "Ngọc", "known_as": "Ola"},
        "family": {"parents": [{"name": "Ms Siân Gruffudd", "relationship": "mother"}]},
        "professionals": [{"agency": "a", "name": "Dr Leslie Okafor"}],
    }
    assert set(family_names(form)) == {"Ọlámidé Ngọc", "Ọlámidé", "Ngọc", "Ola", "Ms Siân Gruffudd"}
    assert family_names({"child": {}}) == []


@given(
    st.recursive(
        st.none() | st.text(max_size=20) | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
    )
)
def test_whatever_the_words_are_they_are_only_judged(node: Any) -> None:
    report_problems({"foreword": node, "earlier_actions": node, "year": node}, "2025/26", NAMES, {"foreword": node})


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_full_name_is_found_in_any_text_that_stands_around_it(before: str, after: str) -> None:
    assert NAMES.is_in(f"{before} . Przykład-Ngọc . {after}")


# ---- Markdown -------------------------------------------------------------------------------------------------------

MARKED = """\
A <b>bold</b> word
and <javascript:alert(1)>.

[a page](https://example.org/a?b=1) [here](notes.html) [us](mailto:a@b.example)

![](garden.png)

![A garden](https://example.org/garden.png)

Words ![A garden](garden.png) around it.

![A garden](../garden.png "In May")

<!-- hidden -->
1 < 2 & 3 > 2"""


def test_what_may_not_stand_in_markdown_is_told_by_the_line_of_its_text() -> None:
    assert [(one.rule, one.row) for one in prose.faults(MARKED)] == [
        ("RPT-07", 0), ("RPT-08", 1), ("RPT-08", 3), ("RPT-10", 5), ("RPT-09", 7), ("RPT-09", 9), ("RPT-09", 11), ("RPT-07", 13),
    ]  # fmt: skip
    good = "# A\n\n* b\n    1. c\n\n> d\n\n![A garden](garden.png)\n\n| e | f |\n|---|--:|\n| g | 1 < 2 |\n\n<https://example.org>"
    assert prose.faults(good) == []


WIDE = f"|{'a|' * 50}\n|{'-|' * 50}\n"


@pytest.mark.parametrize(
    ("endless", "long"), [("![" * 1001, "[" * 1000), (WIDE + "a\n" * 20_000, WIDE + "a\n" * 190), ("|a|\n|-|\n" + "|\n" * 12_000, "a\n" * 20_000)]
)  # fmt: skip
def test_brackets_and_cells_without_end_are_told_and_not_read(
    monkeypatch: pytest.MonkeyPatch, endless: str, long: str
) -> None:
    """Each bracket would be tried as the beginning of a link, and each row has all cells: a file of a megabyte took a minute and a half."""
    body = {"schema": "report/1", "year": "2025/26", "what_was_done": endless, "thanks": long}
    assert [(one.field, one.rule) for one in report_problems(body, "2025/26", NAMES)] == [("what_was_done", "RPT-13")]

    def read(text: str) -> tuple[()]:
        assert not prose.is_without_end(text)
        return ()

    monkeypatch.setattr(prose, "parts", read)
    monkeypatch.setattr(prose, "faults", read)
    assert [one.rule for one in report_problems(body, "2025/26", NAMES)] == ["RPT-13"]


def test_a_fault_stands_in_the_line_of_the_file_where_its_text_is_as_typed() -> None:
    raw = b"schema: report/1\nyear: 2025/26\nlearning:\n- title: A\n  text: |-\n    One.\n\n    Two <b>.\nthanks: >-\n  We thank\n  <i>all</i>.\n"
    body, source, wrong = schema.examine(raw, "words.yaml", "report")
    found = schema.placed(report_problems(body, "2025/26", NAMES), schema.current("report"), source)
    assert (wrong, [(one.line, one.field, one.rule) for one in found]) == (
        [],
        [(8, "learning.0.text", "RPT-07"), (9, "thanks", "RPT-07")],
    )


def test_a_name_is_found_whatever_marks_part_it() -> None:
    for text in (
        "Ọlám**idé** is",
        "Mrs Ok&#97;for",
        "[Gruff](https://example.org)udd",
        "999 **000** 0018",
        "![Siân](a.png)",
    ):
        rules_ = {rule for rule, _ in found(sections=[{"title": "Voices", "text": text}])}
        assert rules_ & {"RPT-01", "RPT-02"}, text


def test_markdown_is_read_as_parts_in_their_order_and_no_heading_is_more_than_one_deeper() -> None:
    text = "#### A\n\n# B\n\n### C\n\n3. one\n   - two\n\n     more\n4. three\n\n> # D\n> said\n\n    as it is  \nhere"
    read = prose.parts(text)
    assert [(part.depth, prose.without_marks([part])) for part in read if isinstance(part, prose.SubHeading)] == [
        (1, "A"), (1, "B"), (2, "C"),
    ]  # fmt: skip
    listed, quoted, last = read[3:]
    assert isinstance(listed, prose.Listed) and listed.start == 3 and len(listed.items) == 2
    inner = listed.items[0][1]
    assert isinstance(inner, prose.Listed) and inner.start is None and len(inner.items[0]) == 2
    assert quoted == prose.Quotation(
        (prose.Paragraph((prose.Run("D", strong=True),)), prose.Paragraph((prose.Run("said"),)))
    )
    assert last == prose.Paragraph((prose.Run("as it is"), prose.Run("", turn=True), prose.Run("here")))


def test_html_and_dangerous_links_are_words_where_they_were_recorded_before() -> None:
    (one,) = prose.parts("[A *page*](javascript:alert) and <b>this</b> &amp; [that](https://example.org/a).")
    assert isinstance(one, prose.Paragraph)
    assert [(run.text, run.link) for run in one.runs] == [
        ("A ", ""), ("page", ""), (" and <b>this</b> & ", ""), ("that", "https://example.org/a"), (".", ""),
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_any_text_is_read_and_judged(text: str) -> None:
    prose.without_marks(prose.parts(text))
    assert all(0 <= one.row <= text.count("\n") + text.count("\r") for one in prose.faults(text))
