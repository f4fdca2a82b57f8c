from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import changed, example

from cdr.domain.duplicates import Identity, identity, normal, same_child


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ọlábísí Adébáyọ̀", "olabisi adebayo"),
        ("Łucja Świątek", "LUCJA SWIATEK"),
        ("İpek Yıldız", "ipek yildiz"),
        ("Nguyễn Thị Đào", "NGUYEN THI DAO"),
        ("Siân ap Gwyn", "sian apgwyn"),
        ("Mary-Ann", "Mary Ann"),
        ("O\u2019Testcase", "O'Testcase"),
        ("Strau\u00df", "STRAUSS"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("  Zo\u00eb\u00a0Test ", "zoe test"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normal(one) == normal(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Idris", "Ifan"), ("Anna", "Hanna"), ("आरव", "आरवी")])
def test_different_names(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(st.text())
def test_a_normal_name_stays_as_it_is(name: str) -> None:
    assert normal(normal(name).upper()) == normal(normal(name))


def test_the_same_nhs_number_is_the_same_child_whatever_the_names() -> None:
    form = example("form-a-sudi")
    other = changed(changed(form, "child.family_name", "Elsewhere"), "child.nhs_number", "999 000 0018")
    assert same_child(identity(form), identity(other))


def test_the_same_names_and_dates_are_the_same_child_also_without_a_number() -> None:
    form = changed(example("form-a-sudi"), "child.nhs_number", ...)
    assert same_child(identity(form), identity(changed(form, "child.first_names", "amara  GRÁCE")))
    assert not same_child(identity(form), identity(changed(form, "child.date_of_birth", "2025-03-03")))
    assert not same_child(identity(form), identity(changed(form, "death.date", "2026-01-10")))


def test_twins_are_two_children() -> None:
    form = changed(example("form-a-neonatal"), "child.first_names", "Gwen")
    twin = changed(changed(form, "child.first_names", "Nest"), "child.nhs_number", "9990000042")
    assert not same_child(identity(form), identity(twin))


def test_without_a_name_or_a_number_nothing_is_a_duplicate() -> None:
    nameless = Identity("", "", "2025-03-02", "2026-01-09")
    assert not same_child(nameless, nameless)
    assert not same_child(Identity("", "a b", "", "2026-01-09"), Identity("", "a b", "", "2026-01-09"))
    only_family = changed(changed(example("form-a-sudi"), "child.first_names", ...), "child.nhs_number", ...)
    assert identity(only_family).names == ""


def test_an_identity_goes_through_json() -> None:
    child = identity(example("form-a-suicide"))
    assert Identity.from_dict(json.loads(json.dumps(child.to_dict()))) == child
    assert Identity.from_dict({}) == Identity("", "", "", "")
