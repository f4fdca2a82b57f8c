"""What people write for dates, times, numbers and postcodes is read in one place, and what could mean two things is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr import moments, nhs_numbers, resources, written
from cdr.forms.codelists import code_list

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
SPACE = st.sampled_from(["", " ", "\u00a0", "  ", "\u202f"])
ANY = st.text(max_size=30) | st.text("0123456789/-. :TZabcdefghijklmnopqrstuvwxyzé\u00a0\u0661", max_size=24)
READERS = [
    written.day,
    written.partial_date,
    written.clock,
    written.moment,
    written.moment_or_day,
    nhs_numbers.read,
    written.postcode,
]


def ways(day: date) -> list[str]:
    return [
        day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day:%Y}", f"{day.day} {day:%B %Y}", f"{day:%d %b %Y}",
        f"{day.day} {day:%b} {day:%Y}".upper(), f"{day:%d-%b-%Y}", f"{day.day}th {day:%B %Y}", f"{day.day} {day:%B}, {day:%Y}",
    ]  # fmt: skip


@settings(max_examples=many(200))
@given(DAYS, SPACE, SPACE)
def test_a_day_is_read_however_people_write_it(day: date, before: str, behind: str) -> None:
    for text in ways(day):
        assert written.day(before + text + behind) == day
        assert written.partial_date(text) == day.isoformat()
        assert written.day(text.replace(" ", "\u00a0")) == day


@settings(max_examples=many(200))
@given(
    DAYS,
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["T", " ", ", ", " at ", "\u00a0"]),
    st.sampled_from(":."),
    st.sampled_from(["", ":07"]),
)
def test_a_date_and_a_time_are_read_and_kept_in_one_form(
    day: date, hour: int, minute: int, between: str, colon: str, seconds: str
) -> None:
    kept = f"{day.isoformat()}T{hour:02}:{minute:02}"
    for text in ways(day):
        assert written.moment(f"{text}{between}{hour}{colon}{minute:02}{seconds}") == kept
    assert written.moment(kept) == kept and written.clock(f"{hour:02}{minute:02}") == kept[11:]


@settings(max_examples=many(200))
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2035, 12, 31)),
    st.sampled_from(["Z", " GMT", "+00:00", " BST", " summer time", " (winter time)", "+0530", "-11:00"]),
)
def test_a_time_with_its_offset_is_told_as_london_s_and_stays_what_it_was(wall: datetime, zone: str) -> None:
    kept = written.moment(f"{wall:%Y-%m-%dT%H:%M}{zone}")
    assert written.moment(kept) == kept
    given_ = datetime.fromisoformat(f"{wall:%Y-%m-%dT%H:%M}{written.clock('00:00' + zone)[5:]}")
    assert len(moments.of(kept).readings) == 1 and moments.of(kept).first == given_.astimezone(UTC).replace(tzinfo=None)


@settings(max_examples=many(500))
@given(st.sampled_from(READERS), ANY)
def test_whatever_is_written_is_read_or_refused_and_never_anything_else(
    reader: Callable[[str], object], text: str
) -> None:
    try:
        found = str(reader(text))
    except ValueError:
        return
    assert found.isascii() and str(reader(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May",
        "2026",
        "21/11/26",
        "11/21/2026",
        "31 February 2026",
        "21 Novembre 2026",
        "1.2.2026",
        "20261121",
        "٢١/١١/2026",
        "21 Nov",
        "2026/11/21",
    ],
)
def test_what_is_no_date_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        written.day(text)


@pytest.mark.parametrize(
    "text", ["24:00", "6:5", "65", "66:52", "06:60", "06:52 am", "06:52 CET", "06:52+15:00", "noon", "06:52+", "٠٦:٥٢"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        written.clock(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("01:20 GMT", "01:20+00:00"), ("01:20Z", "01:20+00:00"), ("1.20 BST", "01:20+01:00"), ("01:20 (British Summer Time)", "01:20+01:00"),
     ("01:20 Winter time", "01:20+00:00"), ("0120+01", "01:20+01:00"), ("01:20-00:00", "01:20+00:00"), ("01:20:30 UTC", "01:20+00:00")],
)  # fmt: skip
def test_a_time_keeps_which_of_two_it_is(text: str, kept: str) -> None:
    assert written.clock(text) == kept == written.clock(kept)


NUMBER = st.integers(0, 999_999_999).map(lambda n: f"{n:09}")


@settings(max_examples=many(200))
@given(
    NUMBER,
    st.lists(st.sampled_from(["", " ", "-", "\u00a0", "\u2011", "\u2013"]), min_size=9, max_size=9),
    st.sampled_from(["", "'", "\u2019", "`"]),
)
def test_an_nhs_number_is_its_digits_and_one_check_digit_at_most_is_right(
    nine: str, between: list[str], mark: str
) -> None:
    right = [digit for digit in "0123456789" if nhs_numbers.is_valid(nine + digit)]
    assert len(right) <= 1
    digits = nine + (right or ["0"])[0]
    text = mark + "".join(map("".join, zip(digits, [*between, ""], strict=True)))
    assert nhs_numbers.read(text) == digits
    for place in range(10) if right else ():  # a single wrong digit is always noticed
        wrong = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
        assert not nhs_numbers.is_valid(wrong)


@pytest.mark.parametrize(
    "text", ["0000000000", "1111111111", "9990000001", "999000001", "99900000180", "99900000١8", ""]
)
def test_what_is_no_nhs_number(text: str) -> None:
    assert not nhs_numbers.is_valid(text)


@settings(max_examples=many(200))
@given(
    st.from_regex(r"[A-Z]{1,2}[0-9][A-Z0-9]?", fullmatch=True), st.from_regex(r"[0-9][A-Z]{2}", fullmatch=True), SPACE
)
def test_a_postcode_is_kept_in_capitals_with_one_space(outward: str, inward: str, space: str) -> None:
    kept = f"{outward} {inward}"
    assert written.postcode(kept) == kept == written.postcode(f" {outward}{space}{inward} ".lower())


def test_the_areas_of_postcodes() -> None:
    areas = [str(code.code) for code in code_list("postcode_area").codes]
    assert len(areas) == 128 and sorted(areas) == areas and {"E", "NR", "ZZ", "BT", "ZE", "GY"} <= set(areas)
    assert "QQ" not in areas and all(area.isalpha() and area.isupper() and len(area) <= 2 for area in areas)


@pytest.mark.parametrize("name", [file.removesuffix(".json") for file in resources.names("schemas", "codes")])
def test_no_two_codes_of_a_list_are_read_as_one(name: str) -> None:
    codes = [written.folded(str(code.code)) for code in code_list(name).codes]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    "letter", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u200d", "\u200c", "\u200e", "\u3164", "\u180e"]
)
def test_what_cannot_be_seen_is_named(letter: str) -> None:
    for text in (f"Al{letter}pha", f"{letter}Alpha", f"Alpha{letter}"):
        assert written.invisible(text) and written.seen(text) == "Alpha"


@pytest.mark.parametrize(
    "text",
    [
        "Zoë",
        "👩\u200d👧 ❤️",
        "نمی\u200cخواهم",
        "क\u094d\u200dष",
        "a\u00a0b",
        "Ọláwálé Ẹ̀bùn",
        "Llŷr",
        "שלום",
        "line\nline\t",
    ],
)
def test_what_belongs_to_the_writing_stays(text: str) -> None:
    assert written.invisible(text) == "" and written.seen(text) == text


@pytest.mark.parametrize("text", ["0023-05-01", "1899-12-31", "31/12/1899", "2200-01-01", "31 December 9999"])
def test_a_day_of_no_year_of_ours_is_none(text: str) -> None:
    for reader in (written.day, written.moment_or_day):
        with pytest.raises(ValueError, match="not a date"):
            reader(text)
