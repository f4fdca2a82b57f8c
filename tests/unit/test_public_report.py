"""The public report says of a hidden number that it is hidden, and its words are searched for what may point at a child."""

from __future__ import annotations

import pytest
from unit.test_report import AGENCIES, CHANCE, COMMIT, CONFIGURATION, DAY, RULES, WORDS, case

from cdr.app import rules
from cdr.documents.report.report import render
from cdr.documents.report.report_sections import Material, build, tables_needed
from cdr.domain.report import prose
from cdr.domain.report.public_words import Search
from cdr.statistics.public_counts import PUBLISHED
from cdr.statistics.public_tally import public_edition
from cdr.statistics.tally import Choice, tally


@pytest.mark.parametrize("format_", ["md", "html"])
def test_a_hidden_number_is_never_none_and_nothing_is_ranked_beside_it(format_: str) -> None:
    choice = Choice(tuple(one for one in tables_needed(RULES) if one in PUBLISHED), today=DAY)
    facts = [case(1, 2025), case(2, 2025, reviewed=True)]
    names = CONFIGURATION.area, CONFIGURATION.authorities, AGENCIES
    shown = public_edition(tally(facts, *names, "2025/26", 1, rules("bands"), choice)).tally
    made = build(Material(shown, CONFIGURATION, WORDS, {}, COMMIT, DAY, (), RULES, CHANCE, public=True))
    text = render(made, format_).decode()
    assert "Of the deaths notified in 2025/26 this is hidden" in text
    assert not [said for said in ("There were no", "There was one", "No deaths", "largest group is") if said in text]
    assert COMMIT[:12] not in text and "Not for publication" not in text


@pytest.mark.parametrize(
    ("text", "rules_"),
    [
        ("The panel met eight times with Northshire Police in 2025/26.", set()),
        ("A health visitor visited Hilltop Primary School.", {"PUB-02"}),
        ("It happened on 3 May.", {"PUB-03"}),
        ("We reviewed 23 deaths.", {"PUB-06"}),
        ("Some slept on a sofa.", {"PUB-04"}),
        ("Children with asthma need a plan.", {"PUB-05"}),
        ("The family of Amara came.", {"PUB-01"}),
        ("Call 0800 123 4567.", {"PUB-07"}),
    ],
)
def test_what_may_point_at_a_child_is_found(text: str, rules_: set[str]) -> None:
    search = Search(["Northshire Police"], frozenset({"Asthma"}), frozenset({"Epilepsy"}), rules("public-words"))
    assert {one.rule for one in search.findings({"thanks": text})} == rules_


@pytest.mark.parametrize(
    ("text", "rules_"),
    [
        ("The family of Am*el*ia came.", {"PUB-01"}),
        ("The family of **A**mara came.", {"PUB-01"}),
        ("A child d*rown*ed.", {"PUB-04"}),
        ("It happened on 3&nbsp;**M**ay.", {"PUB-03"}),
        ("![A drawing by Amara](fence.jpg)", {"PUB-01"}),
        ('![A drawing](fence.jpg "Amara in June")', {"PUB-01", "PUB-03"}),
        ("* who came\n* Amara's mother", {"PUB-01"}),
        ("| a | b |\n|---|---|\n| x | Amara came |", {"PUB-01"}),
        ("Ask [them](tel:08001234567).", {"PUB-07"}),
        ("Parents told us.\n\n> We waited for a call.\n> Nobody came.\n>\n> A father", {"PUB-09"}),
        ("Three things came up **again and again**, as *all* of us know.", set()),
    ],
)
def test_words_are_searched_as_a_reader_sees_them_whatever_marks_part_them(text: str, rules_: set[str]) -> None:
    search = Search([], frozenset(), frozenset(), rules("public-words"))
    assert {one.rule for one in search.findings({"sections": [{"title": "Voices", "text": text}]})} == rules_


def test_quotations_without_end_are_each_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood before each was read anew with each: a text of 50 KB would have taken an hour."""
    read, parts = [0], prose.parts

    def counted(text: str) -> tuple[prose.Part, ...]:
        read[0] += len(text)
        return parts(text)

    monkeypatch.setattr(prose, "parts", counted)
    text = "We [asked](https://a.example). And heard:\n\n" + "> a\n\nb\n\n" * 200 + "> Last"
    found = Search([], frozenset(), frozenset(), rules("public-words")).findings({"thanks": text})
    assert [one.sentence for one in found if one.rule == "PUB-09"] == [*range(3, 404, 2)]
    assert read[0] <= 2 * len(text)


@pytest.mark.parametrize(
    "words",
    [
        "The Lead Professional told us.",
        "Head of Midwifery and Director of Children's Services.",
        "We thank the Panel, the Designated Doctor and our School Nurses/Health Visitors.",
        "Child Death Review Manager and Perinatal Mortality Review Tool.",
    ],
)
def test_titles_and_roles_are_no_names(words: str) -> None:
    search = Search([], frozenset(), frozenset(), rules("public-words"))
    assert search.findings({"what_was_done": words}) == []


@pytest.mark.parametrize(
    "words",
    [
        "We thank Lead Professional Emma.",
        "Nurse Grace came.",
        "The Young family helped us.",
        "Mrs Head and Dr Panel.",
        "Chief Constable John Price.",
        "Emma Young Lead came.",
        "Hilltop Primary School helped.",
    ],
)
def test_a_name_beside_a_title_is_found(words: str) -> None:
    search = Search([], frozenset(), frozenset(), rules("public-words"))
    assert {one.rule for one in search.findings({"what_was_done": words})} & {"PUB-01", "PUB-02"}
