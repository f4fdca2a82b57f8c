"""Three cases with returns as awkward as life, searched in every format for everything that the case knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.timeline_cases import AGENCIES, form_a, rules, told

from cdr.documents.timeline.timeline import FORMATS, render
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.anonymising.known_names import Around
from cdr.domain.timeline.timeline import Timeline, timeline
from cdr.written import bare_name

DATA = Path(__file__).parents[1] / "data"
AROUND = Around(
    places=(
        "Northshire",
        "Southtown",
        "Northshire and Southtown",
        "Eastbury",
        "Child Death Review Team",
        "1 Civic Square",
        "Northtown",
        "NR1 1AA",
    ),
    people=(
        "Robin Ashworth",
        "Dr Leslie Okafor",
        "Dr Sam Whitfield",
        "Jo Penrose",
        "Dr Ruth Calder",
        "Dr Imran Siddiq",
        "Chris Doyle",
    ),
    organisations=("Northshire and Southtown Child Death Review Team",),
)
SPELLINGS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d.%m.%y",
    "%-d %B %Y",
    "%B %-d, %Y",
    "%A %-d %B",
    "%d%m%Y",
    "%-d %b",
    "%-d/%-m/%y",
    "%A, %-d %B %Y",
)


@dataclass(frozen=True)
class Case:
    """A case, the words that may stand in no timeline of it, the identifiers that may not, and the dates that may not."""

    form: dict[str, Any]
    returns: tuple[dict[str, Any], ...]
    words: frozenset[str]
    identifiers: tuple[str, ...]
    dates: tuple[str, ...]

    def made(self) -> Timeline:
        return timeline("2026-7K3M", self.form, self.returns, AGENCIES, rules(), False, AROUND)


def told_all(agency: str, day: str, lines: str, **more: Any) -> dict[str, Any]:
    return told(agency, *((day, line) for line in lines.strip().splitlines()), **more)


AREA_WORDS = {
    "northshire",
    "southtown",
    "northtown",
    "eastbury",
    "civic",
    "ashworth",
    "okafor",
    "leslie",
    "whitfield",
    "penrose",
    "calder",
    "siddiq",
    "doyle",
    "robin",
}
SAID_DATES = "\n".join(
    f"Seen {date.fromisoformat(day).strftime(style)}, well"
    for day, style in product(("2025-03-02", "2026-01-09"), SPELLINGS)
)


def hope() -> Case:
    form = form_a(
        child__first_names="Hope Temitọ́pẹ́",
        child__known_as="Tọ́pẹ́",
        child__family_name="Adébáyọ̀-O'Brien",
        child__address=["12 Hope Street", "Northtown"],
        child__postcode="NR1 1AB",
        child__local_authority="Southtown",
    )
    form["family"]["parents"] = [
        {
            "name": "Ms Siân Gwenllian Adébáyọ̀",
            "relationship": "mother",
            "address": ["12 Hope Street", "Northtown", "NR1 1AB"],
        },
        {
            "name": "Mr Pádraig Ó Briain",
            "relationship": "father",
            "address": ["Flat 3, 9 Wern Fawr Road", "Caerdydd", "CF10 3AT"],
        },
    ]
    form["family"]["siblings"] = [
        {"name": "Summer Adébáyọ̀-O'Brien", "relationship": "sister"},
        {"name": "Will Ó Briain", "relationship": "half-brother"},
    ]
    form["professionals"] = [
        {"agency": "high-street-surgery", "name": "Dr Grace Young", "role": "GP"},
        {"agency": "northshire-community", "name": "May Rose", "role": "Health visitor"},
        {"agency": "northshire-police", "name": "PC Bill Parker-Mark", "role": "Officer"},
    ]
    surgery = """
        Hope was brought by Siân; we hope she will be well in summer
        TOPE ADEBAYO weighed 8.1 kg, Temitope's red book seen, Tópé smiled
        Hope's mum, Ms Adebayo, and Mr O'Briain rang; Ó Briain, O Briain, OBriain, O’Briain and O'Brien all in the notes
        Adebayo-O'Brien, Hope. Adébáyọ̀ O’Brien family; the Adebayos; the O'Briens' home; OBrien household
        Temitpe seen, Adebaio, Adebayoo and Abebayo are one family, Padriag held her; Pádraig's van
        Dr Young saw her; Grace Young wrote; Dr. G. Young; Dr G Young; Dr GY; letter to Dr Young's secretary
        May Rose visited, May's note says Rose May called twice; Summer slept, Will cried
        Lives at 12 Hope Street, 12 hope st., Hope St, flat 3 Wern Fawr Rd, NR1 1AB, nr11ab, CF10, moved from Caerdydd
        Wedi symud o Gaerdydd; yng Nghaerdydd; Caerdydd a Chaerdydd; aeth Siân â Gwenllian Adebayo i Southtown, i Gwenllian
        H.T.A. was well; H.A. too; H A slept; HTAO seen; discussed with S.G.A. and P.O.B.
        Southtown council, Southtowns, SOUTHTOWN; referred to Eastbury; Robin Ashworth, Leslie and Dr Okafor, Chris Doyle told
    """
    police = """
        Crime ref 42NR/012345/26, log 0143 of 9/1, CAD 1234 09JAN26, PNC 26/123456A, incident no 55 1234, custody record NR/00123/26
        Coroner NC/0113/26, nc 0113 26, NC-0113-26; hospital no H1234567, hosp no. 123 456 7, MRN: 445566, K123456, K 123456, 7654321
        NHS 999 000 0018, 9990000018, 999-000-0018, NHS No: 9990000018.
        Rang 01632 960002, (01632) 960 002, +44 1632 960002, 07700 900123, 07700900123, 0044 7700 900 123 and 01632-960-002
        Wrote to hope.adebayo@mail.example, tope_o'brien@x.example; profile https://pics.example/hope.adebayo, www.hope.example/12, @tope_a
        Car AB12 CDE; national insurance QQ 12 34 56 C
        PC Parker-Mark, Bill Parker, PC Mark and Parker Mark attended; PC 1234 Parker attended; PC W123
        Due on the third of March, last Tuesday, 3rd March; on the 3rd; Fri 9/1; 09/01; w/c 5/1; Christmas Day; New Year's Eve 2025; March '25
    """
    returns = (
        told_all("high-street-surgery", "2025-05-01", surgery, completed_by={"name": "Grace Young", "role": "GP"}),
        told_all("northshire-police", "2025-06-02", police, completed_by={"name": "Bill Parker-Mark", "role": "PC"}),
        told_all("northtown-general", "2025-07-18", SAID_DATES, identifying={"also_known_as": ["Tope O'Brien"]}),
    )
    words = {
        "temitope",
        "tope",
        "adebayo",
        "obrien",
        "brien",
        "obriain",
        "briain",
        "sian",
        "gwenllian",
        "padraig",
        "padriag",
        "temitpe",
        "adebaio",
        "adebayoo",
        "abebayo",
        "adebayos",
        "obriens",
        "parker",
        "wern",
        "fawr",
        "caerdydd",
        "gaerdydd",
        "nghaerdydd",
        "chaerdydd",
        "southtowns",
        *AREA_WORDS,
    }
    identifiers = (
        "42nr",
        "012345",
        "0143of9",
        "26/123456",
        "551234",
        "00123",
        "nc/0113",
        "nc0113",
        "nc-0113",
        "h1234567",
        "1234567",
        "445566",
        "k123456",
        "7654321",
        "9990000018",
        "01632960002",
        "441632",
        "07700900123",
        "447700",
        ".example",
        "://",
        "www",
        "ab12cde",
        "qq123456",
        "nr11ab",
        "cf10",
        "w123",
        "pc1234",
        "4567",
        "christmasday",
        "newyear",
    )
    return Case(form, returns, frozenset(words), identifiers, ("2025-03-02", "2026-01-09"))


def carys() -> Case:
    form = form_a("neonatal")
    form["family"]["parents"].append(
        {"name": "Mr Gethin ap Rhys", "relationship": "father", "address": ["4 Sample Court", "Southtown", "SO1 2CD"]}
    )
    unit = """
        Baby Hughes admitted to the neonatal unit, baby Testcase-Hughes stable; Testcase Hughes; Hughes' cot; Hughes, baby
        Carys held her; mum Carys Hughes and Gethin ap Rhys; Gethin's mother; Mr ap Rhys; i Garys; gan Gethin a Charys; Caryss; Cayrs
        Dr Sato and Hana reviewed; Mel Bright, Sister Bright and M Bright told; bright red bleeding, brighter later; Dr Ellery rang
        Cranial ultrasound showed grade 3 haemorrhage; ventilated, FiO2 0.45, lactate 8.2; antibiotics on day 2; 2/7 later 3/7 course
        Lives at 4 Sample Court, Southtown SO1 2CD; 4, Sample Ct; blood sample sent to court of protection
        m.bright@northtown-maternity.example; bleep 4321; NHS 999 000 0026
    """
    words = {
        "hughes",
        "carys",
        "caryss",
        "cayrs",
        "garys",
        "charys",
        "gethin",
        "rhys",
        "sato",
        "hana",
        "ellery",
        *AREA_WORDS,
    }
    dates = (form["child"]["date_of_birth"], form["death"]["date"])
    said = "\n".join(
        f"Reviewed {date.fromisoformat(day).strftime(style)}, stable" for day, style in product(dates, SPELLINGS)
    )
    returns = (told_all("northtown-maternity", "2026-02-12", unit + said),)
    return Case(form, returns, frozenset(words), ("so12cd", ".example", str(form["child"]["nhs_number"])), dates)


def jordan() -> Case:
    form = form_a(
        "suicide", child__first_names="Jordan Lee Đức", child__known_as="Jordy", child__family_name="Trần-Wiśniewski"
    )
    form["family"]["parents"] = [
        {
            "name": "Mrs Łucja Wiśniewska",
            "relationship": "mother",
            "address": ["88 Model Road", "Northtown", "NR2 3EF"],
        },
        {"name": "Mr Nguyễn Trần", "relationship": "father", "address": ["3 Trial Lane", "Eastbury", "EB4 5GH"]},
    ]
    form["family"]["siblings"] = [{"name": "İpek Yıldız", "relationship": "stepsister"}]
    school = """
        Jordan and Lee's friends; JORDAN LEE; Jordy texted; Jordys mates; Duc, Đức and Đuc; Jordn absent; Jodran late
        Wisniewski, Wiśniewskiego, Trần-Wiśniewski, tran wisniewski; Mrs Wisniewska; Lucja Wisniewska; pani Łucja; Łucji; Nguyen Tran; Mr Tran
        Ipek, İpek, IPEK, İPEK'in, Yildiz, Yıldız'ın and YILDIZ came
        Ms Crane and Ada rang; a crane fell; Head of year Ada Crane; DS Wen Li; DS Li; D.S. Li; Pat Quill; Pat's letter; pat on the back
        Northtown Academy, the Academy, Northtown academy's head, Northshire CAMHS, CAMHS, High Street Surgery, in the high street
        Instagram @jordy.tran09 and snapchat jordy_lee; https://insta.example/jordylee; jordan.lee@academy.example; UPN A123456789012
        Turned 16 on 30 November; birthday 30/11/2009; aged 16 years; 88 Model Road NR2 3EF, NHS 999 000 0034, a model pupil;
        3 Trial Ln EB4 5GH; 12-14 Model Road; NR2-3EF; trial of sertraline
        Was not brought to CAMHS; DNA x 3; clinic cancelled by the service
    """
    words = {
        "jordan",
        "jordy",
        "jordys",
        "jordn",
        "jodran",
        "duc",
        "wisniewski",
        "wisniewska",
        "wisniewskiego",
        "tran",
        "nguyen",
        "lucja",
        "lucji",
        "ipek",
        "yildiz",
        "quill",
        "wen",
        "ada",
        *AREA_WORDS,
    }
    dates = (form["child"]["date_of_birth"], form["death"]["date"])
    said = "\n".join(
        f"Seen {date.fromisoformat(day).strftime(style)}, well" for day, style in product(dates, SPELLINGS)
    )
    returns = (
        told_all("northtown-academy", "2025-11-03", school + said),
        told("northshire-camhs", ("2026-03-01", "DNA"), ("2026-03-20T21:00", "Letter about Jordan to Dr Ellery")),
    )
    return Case(
        form, returns, frozenset(words), (".example", "://", "a123456789012", "nr23ef", "eb45gh", "9990000034"), dates
    )


CASES = {"hope": hope, "carys": carys, "jordan": jordan}


def written(made: Timeline, format: str) -> str:
    made_as = render(made, format)
    if isinstance(made_as, bytes):
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made_as))
    return made_as


def found_in(text: str, case: Case) -> set[str]:
    """What of the case stands in a text."""
    text = unicodedata.normalize("NFC", text)
    words = {bare_name(word) for word in re.findall(r"[^\W\d_][\w\u0300-\u036f'’]*", text)} | {
        bare_name(word) for word in re.findall(r"[^\W\d_]+", text)
    }
    found = words & case.words
    plain = re.sub(r"[\s()]|(?<=\d)-", "", text).lower()
    found |= {code for code in case.identifiers if code in plain}
    for day, style in product(case.dates, SPELLINGS):
        said = date.fromisoformat(day).strftime(style)
        found |= {said} if re.search(rf"(?<!\d){re.escape(said)}(?!\d)", text, re.IGNORECASE) else set()
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("format", FORMATS)
def test_nothing_that_the_case_knows_is_in_any_format(name: str, format: str) -> None:
    case = CASES[name]()
    assert found_in(written(case.made(), format), case) == set()


@pytest.mark.parametrize("name", CASES)
def test_the_search_finds_every_word_identifier_and_date_before_anything_is_replaced(name: str) -> None:
    case = CASES[name]()
    told_of = " ".join(item["event"] for form_b in case.returns for item in form_b["timeline"])
    area = AREA_WORDS - found_in(told_of, case)
    assert (case.words | set(case.identifiers)) - found_in(told_of, case) - area == set()


ORDINARY = (DATA / "ordinary-narrative.txt").read_text().splitlines()


@pytest.mark.parametrize("name", CASES)
def test_ordinary_words_are_not_shredded(name: str) -> None:
    case = CASES[name]()
    anonymiser = Anonymiser.from_documents(case.form, case.returns, AGENCIES, AROUND)
    changed = [pair for line in ORDINARY for pair in anonymiser.read(line).pairs]
    assert changed == [("In March", "In [a month]")]
    flagged = [word for line in ORDINARY for word in anonymiser.read(line).left]
    assert len(flagged) <= 12 and all(word.islower() or word.isupper() for word in flagged)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hope was asleep", "[the child] was asleep"),
        ("saw hope's cot", "saw [the child]'s cot"),
        ("no hope was left; the summer was hot; we hope she is well", None),
        ("hope she slept", None),
        ("Will be seen next week; may be discharged. May have been cold", None),
        ("Will was seen, Will slept", "[half brother] was seen, [half brother] slept"),
        ("it will have to wait; she may have; the will was read", None),
    ],
)
def test_a_name_in_small_letters_goes_only_where_a_person_must_be_meant(text: str, expected: str | None) -> None:
    case = hope()
    assert Anonymiser.from_documents(case.form, case.returns, AGENCIES, AROUND).text(text) == (expected or text)


@pytest.mark.parametrize("text", ["AP was seen by ED", "Moved to Southtown", "BP 120/80, HR 90, PR 88"])
def test_the_area_goes_and_abbreviations_stay(text: str) -> None:
    form = form_a()
    form["professionals"].append({"agency": "northtown-general", "name": "Dr Brian Pike", "role": "Registrar"})
    plain = Anonymiser.from_documents(form, [], AGENCIES)
    read = Anonymiser.from_documents(form, [], AGENCIES, AROUND).read(text)
    assert read.text == text.replace("Southtown", "[a place]")
    assert plain.text("Moved to Southtown") == "Moved to Southtown"
    assert ("BP" in read.left) == ("BP" in text)


number = st.integers(0, 99999).map("{:05d}".format)
injected = st.one_of(
    number.map(lambda n: f"07700 9{n}"),
    number.map(lambda n: f"+44 1632 9{n}"),
    number.map(lambda n: f"NC/{n}/26"),
    number.map(lambda n: f"crime ref 42AB/{n}/26"),
    number.map(lambda n: f"H12{n}"),
    number.map(lambda n: f"MRN {n}"),
    number.map(lambda n: f"a.b{n}@c-d.example"),
    number.map(lambda n: f"https://x.example/{n}"),
    st.sampled_from(["NR1 1AB", "nr11ab", "SW1A 2AA", "EB4 5GH", "so1 2cd"]),
    st.sampled_from(["999 000 0018", "9990000018", "999-000-0026"]),
    st.tuples(st.dates(date(2009, 1, 1), date(2026, 12, 31)), st.sampled_from(SPELLINGS)).map(
        lambda pair: pair[0].strftime(pair[1])
    ),
)
prose = st.sampled_from([" ".join(line.split()[start : start + 6]) for line in ORDINARY for start in (0, 6)])
ends = st.sampled_from([" ", ", ", ". ", " (", "; ", ": ", "\n"])
SUDI = Anonymiser.from_documents(form_a(), [], AGENCIES, AROUND)


@settings(max_examples=250, deadline=None)
@given(prose, ends, injected, ends, prose)
def test_no_injected_identifier_stays_whatever_is_around_it(
    before: str, gap: str, identifier: str, after: str, rest: str
) -> None:
    said = SUDI.text(f"{before}{gap}{identifier}{after}{rest}")
    assert identifier.lower() not in said.lower()
    digits = [part for part in re.findall(r"\d{5,}", identifier) if part not in before + rest]
    assert not any(part in said for part in digits)


@settings(max_examples=150, deadline=None)
@given(
    prose,
    st.sampled_from(["Amara", "Testcase", "Efua", "Kwame", "Kofi", "Penrose", "Whitfield", "Southtown", "Okafor"]),
    st.data(),
)
def test_no_name_stays_with_one_letter_wrong_in_any_case(before: str, name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(name) - 2))
    letter = data.draw(st.sampled_from("bcdfgkmpvwxz"))
    wrong = (
        name[:at] + letter + name[at + data.draw(st.sampled_from([0, 1])) :]
        if len(name) > 4 and data.draw(st.booleans())
        else name
    )
    ways: list[Callable[[str], str]] = [str, str.upper, lambda text: f"{text}'s", lambda text: f"{text}’s"]
    written_as = data.draw(st.sampled_from(ways))(wrong)
    said = SUDI.text(f"{before} and {written_as} too")
    assert bare_name(wrong) not in {bare_name(word) for word in re.findall(r"[^\W\d_]+", said)}
