from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import within
from unit.domain_data import changed, example

from cdr.domain.case.duplicates import Identity, Likeness, alike_problems, close, distance, identity, same_child
from cdr.written import bare_name


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
    assert bare_name(one) == bare_name(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Idris", "Ifan"), ("Anna", "Hanna"), ("आरव", "आरवी")])
def test_different_names(one: str, other: str) -> None:
    assert bare_name(one) != bare_name(other)


@given(st.text())
def test_a_normal_name_stays_as_it_is(name: str) -> None:
    assert bare_name(bare_name(name).upper()) == bare_name(bare_name(name))


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


# ---- another case looks alike (A-34) ---------------------------------------------------------------------------------


def child(first: str = "Amara Grace", family: str = "Testcase", **changes: str) -> Identity:
    form: dict[str, Any] = {
        "child": {"first_names": first, "family_name": family, "date_of_birth": "2025-03-02"},
        "death": {"date": "2026-01-09"},
    }
    for key, value in changes.items():
        if key == "died":
            form["death"]["date"] = value
        elif key == "also":
            form["child"]["also_known_as"] = [value]
        else:
            form["child"][{"born": "date_of_birth", "number": "nhs_number"}.get(key, key)] = value
    return identity(form)


def alike(one: Identity, other: Identity) -> tuple[str, ...]:
    there, back = Likeness(one).to(other), Likeness(other).to(one)
    assert there == back
    return there


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (child("Mohammed", "Testcase"), child("Muhammad", "Testcase"), "first names spelled alike"),
        (child("Ọlábísí", "Adébáyọ̀"), child("Olabissi", "Adebayo"), "first names spelled alike"),
        (child("Zofia", "Świątek-Testcase"), child("Zofia", "Testcase"), "a part of the family name"),
        (child("Zofia", "Swiatekk"), child("Zofia", "Świątek"), "family names spelled alike"),
        (child("Đào", "Nguyễn"), child("Nguyen", "Dao"), "first and family names the other way round"),
        (child("Mary-Ann", "Test Case"), child("Maryann", "Testcase", died="2026-01-10"), "the same first names"),
        (child("Amara Grace"), child("Grace"), "one of the first names"),
        (child("Samuel"), child("Sam"), "a short form of the first name"),
        (child("Oluwaseun", known_as="Seun"), child("Seun"), "a name that the child is known by"),
        (child("Baby", known_as="Idris"), child("Idris"), "a name that the child is known by"),
        (child("İpek", "Yıldız"), child("Ipek", "Yildis"), "family names spelled alike"),
        (
            child(family="Brown", also="Amara Testcase"),
            child(family="Testcase", also="Amara Brown"),
            "a family name that the child is known by",
        ),
    ],
)
def test_names_that_may_be_one_childs(one: Identity, other: Identity, words: str) -> None:
    assert not same_child(one, other)
    assert words in alike(one, other)


@pytest.mark.parametrize(
    ("born", "words"),
    [
        ("2025-03-03", "dates of birth one day apart"),
        ("2025-03-01", "dates of birth one day apart"),
        ("2025-02-03", "dates of birth with day and month the other way round"),
        ("2024-03-02", "dates of birth one digit apart"),
        ("2025-03-22", "dates of birth one digit apart"),
    ],
)
def test_dates_that_may_be_one_date(born: str, words: str) -> None:
    assert words in alike(child(), child(born=born))


@pytest.mark.parametrize("born", ["2025-04-12", "2019-07-30", "", "unknown"])
def test_another_date_of_birth_is_another_child(born: str) -> None:
    assert alike(child(), child(born=born)) == ()


def test_the_turn_of_the_year_and_the_leap_day_are_a_day_apart() -> None:
    assert "dates of birth one day apart" in alike(child(born="2024-12-31"), child(born="2025-01-01"))
    assert "dates of birth one day apart" in alike(child(born="2024-02-29"), child(born="2024-03-01"))


@pytest.mark.parametrize(
    ("number", "words"),
    [("9990000078", "NHS numbers one digit apart"), ("9990000108", "NHS numbers with two digits the other way round")],
)
def test_a_slip_in_the_number(number: str, words: str) -> None:
    other = child("Elsewhere", "Another", number=number, died="2026-01-20")
    assert words in alike(child(number="9990000018"), other)
    assert alike(child(number="9990000018"), replace(other, born="2012-08-08")) == ()


def test_twins_raise_no_warning() -> None:
    one, other = child("Gwen", "Testcase-Hughes"), child("Nest", "Testcase-Hughes")
    assert alike(one, other) == ()
    assert alike(replace(one, nhs_number="9990000018"), replace(other, nhs_number="9990000026")) == ()
    assert alike(replace(one, nhs_number="9990000018"), other) == ()
    assert alike(child("Ada Grace"), child("Amara Grace")) == ()


def test_twins_whose_names_are_spelled_alike_are_told_as_what_they_may_be() -> None:
    one, other = child("Amelia", number="9990000018"), child("Amelie", number="9990000026")
    assert alike(one, other)[-1] == "a twin?"
    assert "a twin?" not in alike(replace(one, nhs_number=""), other)


def test_a_baby_without_a_name_may_be_the_one_who_has_one_now() -> None:
    assert "one has no first name yet" in alike(child("Baby"), child("Idris"))
    assert "one has no first name yet" in alike(child("Baby boy", died=""), child("Idris"))
    assert alike(child("Baby", born="2025-03-03"), child("Idris")) == ()
    assert alike(child("Baby", number="9990000018"), child("Idris", number="9990000026")) == ()
    assert alike(child("Twin 1"), child("Idris", "Elsewhere")) == ()


def test_another_family_name_with_everything_else_the_same() -> None:
    assert alike(child(family="Testcase"), child(family="Bello")) == (
        "the same first names",
        "the same date of birth",
        "the same date of death",
    )
    assert alike(child(family="Testcase"), child(family="Bello", died="2026-01-10")) == ()
    assert alike(child("Baby", "Testcase"), child("Baby", "Bello")) == ()


def test_a_date_of_death_far_off_needs_all_else_to_be_the_same() -> None:
    assert alike(child(), child(died="2025-06-30"))
    assert alike(child(), child("Amarah Grace", died="2025-06-30")) == ()


def test_two_different_numbers_leave_room_for_one_slip() -> None:
    one = child(number="9990000018")
    assert alike(one, child(number="9990000026", born="2025-03-03"))
    assert alike(one, child(number="9990000026", born="2025-03-03", died="2026-01-10")) == ()


def test_what_is_surely_the_same_is_not_told_again() -> None:
    assert alike(child(), child()) == ()
    assert alike(child(number="9990000018"), child("Elsewhere", "Another", number="9990000018")) == ()


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [("idris", "idirs", 1), ("anna", "hanna", 1), ("", "abc", 3), ("gwen", "nest", 4), ("ca", "abc", 3)],
)
def test_how_far_names_are_apart(a: str, b: str, apart: int) -> None:
    assert distance(a, b, 9) == distance(b, a, 9) == apart


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_distance_is_one(a: str, b: str) -> None:
    apart = distance(a, b, 6)
    assert (apart == 0) == (a == b)
    assert abs(len(a) - len(b)) <= apart == distance(b, a, 6) <= max(len(a), len(b))
    assert all(min(distance(a, b, most), most + 1) == min(apart, most + 1) for most in range(6))


@given(st.text("abcdę測", max_size=9), st.text("abcdę測", max_size=9))
def test_names_that_are_close_are_as_few_letters_apart_as_may_be(a: str, b: str) -> None:
    may_be = {0: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 1}.get(min(len(a), len(b)), 2)
    assert close(a, b) == (bool(a) if a == b else distance(a, b, 9) <= may_be)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_no_name_is_too_odd_to_be_compared(first: str, family: str, also: str) -> None:
    alike(child(first, family, also=also), child(family, first, known_as=also))


def test_a_warning_names_the_case_and_no_value() -> None:
    new = child("Amarah Grace", born="2025-03-03", number="9990000018")
    known = {"2026-AAAA": child(), "2026-BBBB": child("Idris", "Elsewhere", born="2011-01-01")}
    (found,) = alike_problems(new, known)
    assert (found.rule, found.level, found.field) == ("A-34", "warning", "child")
    assert "2026-AAAA" in found.message
    for value in ("mara", "Testcase", "testcase", "2025", "999"):
        assert value not in found.message


def test_five_thousand_cases_are_compared_at_once() -> None:
    known = {
        f"2026-{n:04}": child(f"Name{n}", f"Family{n % 70}", born=f"20{n % 20 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}")
        for n in range(5000)
    }
    with within(1):
        alike_problems(child("Name5", "Family5", number="9990000018"), known)


NUMBERS = st.sampled_from(["", "9990000018", "9990000019", "9990000081", "9991110000"])
DAYS = st.sampled_from(["", "not_known", "2025-03-02", "2025-03-03", "2025-02-03", "2025-03-12", "2024-11-30"])
NAMES = st.sampled_from(["", "amara", "amaro", "baby", "testcase"])


@st.composite
def identities(draw: st.DrawFn) -> Identity:
    first, family = draw(NAMES), draw(NAMES)
    names = f"{first} {family}" if first and family else ""
    return Identity(draw(NUMBERS), names, draw(DAYS), draw(DAYS), first, family, draw(NAMES))


@given(identities(), identities())
def test_nobody_who_is_the_same_or_looks_alike_is_passed_over_at_first_sight(one: Identity, other: Identity) -> None:
    likeness = Likeness(one)
    if same_child(one, other) or likeness.to(other):
        assert likeness.may_be(other)
