from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.timeline_cases import AGENCIES, RETURNS, example, form_a, made, told

from cdr import nhs_numbers
from cdr.documents.timeline.timeline import render
from cdr.domain.anonymising import words
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.anonymising.identifiers import days_words
from cdr.domain.anonymising.name_forms import forms_of
from cdr.domain.anonymising.words import ordinary_words, word_rules
from cdr.written import bare_name

SUDI = Anonymiser.from_documents(form_a(), RETURNS, AGENCIES)


def family(child: dict[str, Any], *parents: tuple[str, str], siblings: tuple[tuple[str, str], ...] = ()) -> Anonymiser:
    form = form_a()
    form["child"] |= child
    form["family"]["parents"] = [{"name": name, "relationship": relationship} for name, relationship in parents]
    form["family"]["siblings"] = [{"name": name, "relationship": relationship} for name, relationship in siblings]
    return Anonymiser.from_documents(form, [], AGENCIES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amara was cold", "[the child] was cold"),
        ("AMARA was cold", "[the child] was cold"),
        ("amara was cold", "[the child] was cold"),
        ("Amara's cot", "[the child]'s cot"),
        ("Amara’s cot", "[the child]’s cot"),
        ("Amara Grace Testcase was well", "[the child] was well"),
        ("amara grace was well", "[the child] was well"),
        ("Testcase, Amara", "[family name], [the child]"),
        ("the Testcases", "the [family name]"),
        ("Efua called", "[mother] called"),
        ("Ms Testcase called", "[a family member] called"),
        ("Mr Testcase called", "[a family member] called"),
        ("Ms E. Testcase called", "[mother] called"),
        ("his brother Kofi slept", "his [brother] slept"),
        ("Dr Priya Raman said", "[a professional] said"),
        ("dr raman said", "[a professional] said"),
        ("Jo Penrose rang", "[a professional] rang"),
        ("Health visitor Dee Marsh", "Health visitor [a professional]"),
        ("seen by DI Forde", "seen by [a professional]"),
        ("Kit Lowe wrote", "[a professional] wrote"),
        ("Dr Patel and PC Jones came", "[a professional] and [a professional] came"),
        ("Mrs Nobody-Known came", "[a person] came"),
    ],
)
def test_names_become_roles(text: str, expected: str) -> None:
    assert SUDI.text(text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Testcase", "the Testcases", "the [family name]"),
        ("Testcase", "the Testcases' home", "the [family name]' home"),
        ("Testcase", "the Testcases’ home", "the [family name]’ home"),
        ("Testcase", "TESTCASES and testcases", "[family name] and [family name]"),
        ("Jones", "the Joneses", "the [family name]"),
        ("Jones", "the Joneses' home", "the [family name]' home"),
        ("Jones", "Jones' home, Jones's home", "[family name]' home, [family name]'s home"),
        ("Ross", "the Rosses’ home", "the [family name]’ home"),
        ("Fox", "the Foxes", "the [family name]"),
        ("Cox", "the Coxes' home", "the [family name]' home"),
        ("Lee", "the Lees", "the [family name]"),
        ("Ali", "the Alis' home", "the [family name]' home"),
        ("Kelly", "the Kellys and the Kellies", "the [family name] and the [family name]"),
        ("O'Brien", "the O’Briens’ home", "the [family name]’ home"),
        ("Smith-Jones", "the Smith-Joneses and the Smith Joneses", "the [family name] and the [family name]"),
    ],
)
def test_a_family_in_the_plural(name: str, text: str, expected: str) -> None:
    of_the_name = family({"family_name": name}, (f"Efua {name}", "mother"), (f"Kwame {name}", "father"))
    assert of_the_name.text(text) == expected


def test_the_plural_of_a_name_of_two_letters_is_left_and_told() -> None:
    two_letters = family({"family_name": "Li"}, ("Efua Li", "mother"))
    assert two_letters.read("we saw the Lis").left == ("Lis",)


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("Testcases’", ("testcases", "testcase", "testcas")),
        ("Joneses", ("joneses", "jonese", "jones")),
        ("Jones's", ("joness", "jones", "jone")),
        ("Lees", ("lees", "lee")),
        ("Lis", ("lis",)),  # no plural of three letters: his, was, its
        ("Foxes", ("foxes", "foxe", "fox")),
        ("times", ("times", "time")),  # a Tim is not meant
        ("Testcase", ("testcase",)),
    ],
)
def test_the_forms_in_which_a_word_may_be_a_name(word: str, forms: tuple[str, ...]) -> None:
    assert forms_of(word) == forms


@pytest.mark.parametrize(
    "text",
    ["Amarra", "Amra", "Amaar", "Amaro", "Tetscase", "Testcse", "Kwaem", "Whitfeild", "penrise", "Nortthown", "Rahman"],
)
def test_names_with_one_letter_wrong_are_found(text: str) -> None:
    assert re.fullmatch(r"\[[a-z ]+\]", SUDI.text(text))


@pytest.mark.parametrize(
    "text",
    [
        "by the grace of God", "marsh land", "in March she was well", "the raven", "force", "health visitor", "Kit was ready".replace("Kit", "kite"),
        "First crew on scene, no signs of life", "Joint home visit with the lead nurse", "special care for 5 days", "DC cardioversion",
        "Born at 36+4 by emergency caesarean section", "BP 120/80, sats 98%, 2/7 history", "2460 g, temp 38.5, 10 ml at 06:25", "category 1",
        "Parents stayed throughout; a single nurse supported them",
    ],
)  # fmt: skip
def test_what_is_no_name_stays(text: str) -> None:
    assert SUDI.text(text) == text or text.startswith("in March")


def test_a_name_that_is_an_ordinary_word_goes_only_with_a_capital_and_is_listed_otherwise() -> None:
    will = family({"first_names": "Hope"}, ("Will Testcase", "father"))
    assert (
        will.text("Hope was fed; we hope so. Will held her, he will stay")
        == "[the child] was fed; we hope so. [father] held her, he will stay"
    )
    assert will.read("we hope so").left == ("hope",)


def test_words_that_may_be_names_are_left_for_a_person_to_look_at() -> None:
    assert SUDI.read("There Bradley Tanner called the GP").left == ("Bradley", "Tanner")
    assert SUDI.read("Arrived in the emergency department").left == ()


def test_two_brothers_are_told_apart() -> None:
    two = family({}, siblings=(("Kofi Testcase", "brother"), ("Yaw Testcase", "brother")))
    assert two.text("Kofi and Yaw") == "[brother 1] and [brother 2]"


def test_a_name_that_two_bear_is_a_family_member() -> None:
    lee = Anonymiser.from_documents(form_a("suicide"), [], AGENCIES)
    assert lee.text("Lee said") == "[a family member] said"
    assert lee.text("Jordan Lee said") == "[the child] said"
    assert lee.text("Mr Lee Testcase said") == "[father] said"


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        ("Tọ́pẹ́", "Adébáyọ̀", ["Tọ́pẹ́", "Tope", "TỌ́PẸ́", "Adebayo", "Adébáyọ̀'s", "Adebyao"]),
        ("Siân Ŵyn", "Llŷr-ap-Gwilym", ["Siân", "sian", "Gwilym", "Llyr", "GWILYM'S"]),
        ("Nguyễn Thị Đào", "Trần", ["Nguyễn", "nguyen", "Dao", "Đào", "Tran", "Nguyn"]),
        ("Łucja", "Wiśniewska", ["Łucja", "lucja", "Wisniewska", "wiśniewskas"]),
        ("İpek", "Yıldız", ["İpek", "ipek", "IPEK", "Yildiz", "YILDIZ", "Yıldız'ın"]),
        ("Aoife", "O'Brien", ["O'Brien", "O’Brien", "OBrien", "O Brien", "o'brien's", "Brien"]),
        (
            "Baby",
            "Testcase-Hughes",
            ["Testcase-Hughes", "Testcase Hughes", "Hughes", "Hughes'", "testcasehughes", "Baby Hughes"],
        ),
        ("A.* (x+", "B[ackq]slz\\ashq$", ["slz\\ashq", "ackq", "Slz"]),
    ],
)
def test_names_of_many_languages(first: str, last: str, texts: list[str]) -> None:
    anonymiser = family({"first_names": first, "known_as": first, "family_name": last})
    for text in texts:
        for form in ("NFC", "NFD"):
            result = anonymiser.text(unicodedata.normalize(form, f"seen: {text}, well"))
            assert not set(re.findall(r"\w{3,}", bare_name(text))) & set(re.findall(r"\w{3,}", result.lower())), result
            assert "[" in result


def test_invisible_letters_do_not_hide_a_name() -> None:
    assert SUDI.text("Am\u200bara and Te\u00adstcase") == "[the child] and [family name]"


@pytest.mark.parametrize("text", ["9990000018", "999 000 0018", "999-000-0018", "999 0000018"])
def test_nhs_numbers(text: str) -> None:
    assert SUDI.text(f"NHS {text}.") == "NHS [NHS number]."


@pytest.mark.parametrize(
    "text", ["01632 960002", "(01632) 960 002", "+44 1632 960002", "07700 900123", "07700-900-123", "0044 1632 960002"]
)
def test_telephone_numbers(text: str) -> None:
    assert SUDI.text(f"rang {text}, no answer") == "rang [telephone number], no answer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NR1 1AB", "[postcode]"), ("nr11ab", "[postcode]"), ("NR1", "[postcode]"), ("a.b@c-d.example",
        "[e-mail address]"), ("https://x.example/y", "[web address]"),
        ("NC/0113/26", "[reference]"), ("nc 0113 26", "[reference]"), ("crew N214", "crew [reference]"),
        ("MRN 1234567", "MRN [reference]"), ("H1234567", "[reference]"),
        ("AB12 CDE", "[vehicle]"), ("12 Example Street, Northtown", "[an address], [a place]"), ("12, example st",
        "[an address]"), ("Example Street", "[an address]"),
        ("4 Nowhere Close", "[an address]"), ("Northtown General Hospital", "[acute hospital]"), ("northtown general", "[acute hospital]"),
        ("Northshire Police", "[police]"), ("Northshire Children’s Social Care", "[childrens social care]"), ("High Street Surgery", "[primary care gp]"),
        ("Northshire", "[a place]"), ("high street", "high street"),
    ],
)  # fmt: skip
def test_numbers_places_and_organisations(text: str, expected: str) -> None:
    assert SUDI.text(f"seen {text} then") == f"seen {expected} then"


@pytest.mark.parametrize(
    "text",
    ["2 March 2025", "2nd March 2025", "2nd of March 2025", "2 Mar 2025", "2 Mar 25", "March 2, 2025", "March 2nd 2025", "2025-03-02", "02/03/2025", "2/3/25",
     "2.3.2025", "02-03-25", "Sunday 2 March 2025", "Sun, 2nd March 2025", "2025/03/02", "20250302", "02032025", "020325", "02-Mar-2025", "2MAR2025"],
)  # fmt: skip
def test_dates_become_days_before_the_death(text: str) -> None:
    assert SUDI.text(f"born {text}, well") == "born [313 days before the death], well"


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday 3rd",
        "Tuesday the 3rd",
        "12 March",
        "12th of March",
        "the 12th of March",
        "March 12th",
        "March 2025",
        "03/2025",
        "31/02/2025",
    ],
)
def test_dates_that_cannot_be_reckoned(text: str) -> None:
    assert SUDI.text(f"on {text}, well") == "on [a date], well"


def test_a_weekday_within_a_word_and_measures_are_no_dates() -> None:
    assert SUDI.text("Reviewed 17 July 2025 by GP") == "Reviewed [176 days before the death] by GP"
    assert SUDI.text("Followed 3 May 25 breaths per minute") == "Followed [a date] 25 breaths per minute"
    assert SUDI.text("Dose 2.5.25 mg") == "Dose 2.5.25 mg"
    assert SUDI.text("Seen on Thu 17 July 2025") == "Seen on [176 days before the death]"


def test_years_months_and_times() -> None:
    assert SUDI.text("in 2019 and since March") == "in [a year] and since [a month]"
    assert SUDI.text("2026-01-09T06:25 arrived") == "[the day of the death] 06:25 arrived"
    assert SUDI.text("12 March 06:25") == "[a date] 06:25"
    assert SUDI.text("born 2 Mar 25. Well") == "born [313 days before the death]. Well"
    assert (
        SUDI.text("Amara-02.03.25/02 March 2025")
        == "[the child]-[313 days before the death]/[313 days before the death]"
    )
    assert SUDI.text("weight of 2010 g; she may have; 3 may be") == "weight of 2010 g; she may have; 3 may be"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "[the day of the death]"), (-1, "[1 day before the death]"), (2, "[2 days after the death]")],
)
def test_days_words(days: int, expected: str) -> None:
    assert days_words(days) == expected


def test_an_address_of_brackets_and_marks_in_the_text_is_harmless() -> None:
    assert SUDI.text("[mother] \U000f0000\U000f0001 Amara") == "[mother]  [the child]"


def test_a_case_that_knows_next_to_nothing() -> None:
    bare = Anonymiser.from_documents({"child": {}, "death": {}}, [{}], {})
    assert bare.text("Well on 2025-03-02") == "Well on [a date]"


@pytest.mark.parametrize(
    ("digits", "holds"),
    [("9990000018", True), ("9990000026", True), ("9990000001", False), ("999000001", False), ("99900000١8", False)],
)
def test_nhs_number_check(digits: str, holds: bool) -> None:
    assert nhs_numbers.is_valid(digits) is holds


# What no anonymised timeline may hold, in any of its formats.

NAMES = (
    "Amara",
    "Efua",
    "Kwame",
    "Kofi",
    "Tọ́pẹ́",
    "Siân",
    "Nguyễn",
    "Łucja",
    "İpek",
    "O'Brien",
    "Adébáyọ̀",
    "Ffion",
    "Zsófia",
    "Testcase-Hughes",
    "Grace",
    "Will",
)
CODES = (
    "9990000018",
    "999 000 0018",
    "01632 960002",
    "NR1 1AB",
    "nr1 1ab",
    "NC/0113/26",
    "p.raman@northtown-general.example",
    "12 Example Street",
)
STYLES = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y", "%d %B %Y", "%B %d, %Y", "%A %d %B %Y", "%d %b %y", "%d%m%Y")


def canaries(form: dict[str, Any], returns: list[dict[str, Any]]) -> set[str]:
    """The folded words of every name, and the numbers, that the documents hold; ordinary words of them aside."""
    found: set[str] = set()

    def walk(node: Any, key: str = "") -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                walk(value, name)
        elif isinstance(node, list):
            for value in node:
                walk(value, key)
        elif isinstance(node, str) and key in ("name", "first_names", "known_as", "family_name", "also_known_as"):
            found.update(bare_name(part) for part in re.split(r"[\s-]+", node))

    walk([form, *returns])
    others = set(word_rules()["generic"]) | set(word_rules()["titles"])
    return {word for word in found if len(word) > 2 and word not in others and word not in ordinary_words()}


def leaks(text: str, form: dict[str, Any], returns: list[dict[str, Any]]) -> set[str]:
    words = {
        bare_name(word)
        for word in re.findall(
            r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*(?:['’][^\W\d_]+)?", unicodedata.normalize("NFC", text)
        )
    }
    found = words & canaries(form, returns)
    plain = re.sub(r"[\s-]", "", text)
    found |= {
        code
        for code in (str(form["child"]["nhs_number"]), "NR11AB", "01632960002", "NC/0113/26")
        if code.lower() in plain.lower()
    }
    for day in (form["child"]["date_of_birth"], form["death"]["date"]):
        found |= {style for style in STYLES if date.fromisoformat(day).strftime(style) in text}
    return found


def formats(form: dict[str, Any], returns: list[dict[str, Any]]) -> dict[str, str]:
    timeline = made(form, returns, identified=False)
    return {format: str(render(timeline, format)) for format in ("json", "text", "md", "csv", "html")}


@pytest.mark.parametrize("name", ["sudi", "neonatal", "suicide"])
def test_no_example_leaks(name: str) -> None:
    form = example(f"form-a-{name}")
    for format, text in formats(form, RETURNS if name == "sudi" else []).items():
        assert leaks(text, form, RETURNS) == set(), format


def case_of(names: list[str], story: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    first, second, mother, doctor = names
    form = form_a(
        child__first_names=f"{first} {second}", child__known_as=first, child__family_name=f"{second}-Testcase"
    )
    form["family"]["parents"] = [{"name": f"Ms {mother} {second}", "relationship": "mother"}]
    form["professionals"] = [{"agency": "high-street-surgery", "name": f"Dr {doctor}", "role": "GP"}]
    return form, [told("high-street-surgery", ("2025-05-01", story))]


pieces = st.one_of(
    st.integers(0, 3).map(lambda n: f"{{{n}}}"),
    st.sampled_from(
        [*CODES, "was seen by", "and", "with her", "at", "Dr", "Ms", "on", ",", ".", "'s", "(", ")", "\n", "-"]
    ),
    st.sampled_from(STYLES).map(lambda style: date(2025, 3, 2).strftime(style)),
    st.sampled_from(STYLES).map(lambda style: date(2026, 1, 9).strftime(style)),
)
ways = st.sampled_from(
    [str, str.upper, str.lower, str.title, lambda name: name + "'s", lambda name: unicodedata.normalize("NFD", name)]
)


@settings(max_examples=many(150), deadline=None)
@given(
    st.lists(st.sampled_from(NAMES), min_size=4, max_size=4),
    st.lists(st.tuples(pieces, ways), min_size=1, max_size=12),
    st.sampled_from([" ", "  ", ", ", "/", "-"]),
)
def test_no_story_leaks(names: list[str], parts: list[tuple[str, Any]], between: str) -> None:
    story = between.join(way(names[int(piece[1])]) if piece.startswith("{") else piece for piece, way in parts)
    form, returns = case_of(names, story or "x")
    if not story.strip():
        return
    for format, text in formats(form, returns).items():
        assert leaks(text, form, returns) == set(), format


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mar 2 '25", "[313 days before the death]"), ("the second of March 2025", "[a date]"), ("Fri 9/1", "[a date]"),
        ("on 9/1 at 10:00", "on [a date] at 10:00"), ("02/03", "[a date]"), ("Christmas Day", "[a date]"), ("New Year’s Eve 2025", "[a date]"),
        ("last Tuesday, 3rd March", "last [a date]"), ("school year 2025/26", "school year [a year]"), ("born 2021", "born [a year]"),
        ("for 2/7, then 3/52 and 6/12", "for 2/7, then 3/52 and 6/12"), ("risk of 1 in 2000", "risk of 1 in 2000"), ("3/6 murmur", "3/6 murmur"),
        ("log 0143 of 9/1", "log [reference]"), ("hosp no. 123 456 7, seen", "hosp no. [reference], seen"), ("K 123456", "[reference]"),
        ("PC 1234 and PC W123", "[a professional] and [a professional]"), ("DC cardioversion 150J", "DC cardioversion 150J"),
        ("SO1 2CD", "[postcode]"), ("NR1-1AB", "[postcode]"), ("B12 3rd dose", "B12 3rd dose"), ("bleep 4321", "bleep [reference]"),
        ("12a Example Street", "[an address]"), ("12-14 Example St", "[an address]"), ("platelets 150000 per", "platelets 150000 per"),
        ("A.G.T. and AGT slept", "[the child] and [the child] slept"), ("seen AT home", "seen AT home"), ("ED and GP", "ED and GP"),
    ],
)  # fmt: skip
def test_more_ways_of_writing(text: str, expected: str) -> None:
    assert SUDI.text(f"then {text}") == f"then {expected}"


EVERY_MARK = words.word_pattern("".join(map(chr, range(0x300, 0xFE30))))
MARKED = "a\u0301e\u0327\u0300\u0915\u093f\u0924\u093e\u05d1\u05b0ŷ\u0301-'’ 1_\U000f0001"


@given(st.text(st.sampled_from(MARKED)))
def test_words_are_the_same_with_the_marks_that_a_text_has_and_with_every_mark(text: str) -> None:
    whole = unicodedata.normalize("NFC", text)
    assert words.word_pattern(whole).findall(whole) == EVERY_MARK.findall(whole)


def test_a_surname_that_is_an_ordinary_word_goes_with_its_title_and_first_name() -> None:
    one = Anonymiser.from_documents({"death": {"date": "2026-01-09"}}, [], {})
    assert one.text("Resuscitated by Mr Ossian Fell, the lifeguard; Mr Fell fell.").count("Fell") == 0
    assert one.text("Dr Ossian Consultant wrote") == "[a professional] Consultant wrote"
