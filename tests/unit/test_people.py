"""Who is meant by a name, a date or a number: accents, titles, order and slips of the pen, and never another family."""

from __future__ import annotations

import pytest
from unit.domain_data import changed, example

from cdr.domain.case import people
from cdr.domain.case.people import CHILD, OTHER, PARENT, SIBLING, Match, Person, clues_of, matches, people_of

SUDI = example("form-a-sudi")
CASE = "2026-7K3M"


def found(*lines: str, form: object = SUDI, references: tuple[str, ...] = ("7/2019",)) -> list[tuple[str, bool]]:
    told = people_of(form)  # type: ignore[arg-type]
    again = [Person.from_dict(one.to_dict()) for one in told]
    assert again == told
    return [(one.kind, one.exact) for one in matches(clues_of(lines), {CASE: (again, references)})]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Amara Grace Testcase", [(CHILD, True)]),
        ("testcase, AMARA", [(CHILD, True)]),
        ("Amàra Tèstcase", [(CHILD, True)]),
        ("Test-case Amara", [(CHILD, False)]),
        ("Amarah Testcaise", [(CHILD, False)]),
        ("Amara Louise Testcase", [(CHILD, False)]),
        ("Mrs Efua Testcase", [(PARENT, True)]),
        ("Kofi Testcase", [(SIBLING, True)]),
        ("Testcase", [(CHILD, True), (PARENT, True), (SIBLING, True)]),
        ("Jo Penrose", []),
        ("Amara Bloggs", []),
        ("Aisha Testcase", []),
        ("999 000 0018", [(CHILD, True)]),
        ("999-000-0081", [(CHILD, False)]),
        ("nc/0113/26", [(CHILD, True)]),
        ("7/2019", [(CHILD, True)]),
        (CASE.lower(), [(CHILD, True)]),
        ("2 March 2025", [(CHILD, True)]),
        ("09/01/2026", [(CHILD, True)]),
        ("14/06/2021", [(SIBLING, True)]),
        ("2025-03-03", []),
        ("Amara Testcase 02/03/2025", [(CHILD, True)]),
        ("Amara Testcase 03/03/2025", [(CHILD, False)]),
        ("Efua Testcase, 9 January 2026", [(PARENT, True)]),
        ("Amara Testcase 9990000018", [(CHILD, True)]),
    ],
)
def test_who_is_meant(line: str, expected: list[tuple[str, bool]]) -> None:
    assert found(line) == expected


def test_all_clues_must_fit_the_case() -> None:
    assert found("Efua Testcase", "2025-03-02") == [(PARENT, True)]
    assert found("Efua Testcase", "2019-11-30") == []
    assert found("2025-03-02", "9990000018") == [(CHILD, True)]


def test_a_household_and_letters_that_are_not_of_england() -> None:
    family: dict[str, object] = {"parents": [{"name": "Łukasz", "relationship": "father", "phone": "+44 7700 900123"}]}
    family |= {"others": [{"name": "Noor Begum", "relationship": "grandparent"}], "carer_at_death": "Ola Müller"}
    form = changed(changed(SUDI, "family", family), "child.family_name", "Żółć")
    assert found("lukasz zolc", form=form) == [(PARENT, True)]
    assert found("07700 900123", form=form) == [(PARENT, True)]
    assert found("Noor Begum", form=form) == [(OTHER, True)]
    assert found("Ola Mueller", form=form) == [(OTHER, False)]


def test_who_fits_no_date_or_number_is_not_compared_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def noted(_: str, word: str) -> bool:
        compared.append(word)
        return False

    monkeypatch.setattr(people, "close", noted)
    assert not found("Nobody Else", "1999-01-01") and not found("Nobody Else", "07700 900999")
    assert not compared
    assert not found("Nobody Else") and compared


def test_what_is_spelt_the_same_stands_first_and_nothing_is_no_clue() -> None:
    other = changed(changed(SUDI, "child.first_names", "Amaro"), "child.known_as", None)
    cases = {"2026-AAAA": (people_of(other), ()), "2026-BBBB": (people_of(SUDI), ())}
    assert matches(clues_of(["Amara Testcase"]), cases) == [
        Match("2026-BBBB", CHILD, True),
        Match("2026-AAAA", CHILD, False),
    ]
    assert clues_of(["", "  "]).count == 0
    with pytest.raises(ValueError, match="2"):
        clues_of(["Amara", "?!"])
