"""Numbers, dates and codes in a narrative that point at a person: found by their shape, replaced by what they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache

from cdr import nhs_numbers
from cdr.domain.anonymising.accounts import (
    LED_ACCOUNT,
    LETTERS_AND_DIGITS,
    OFFICERS_NUMBER,
    PLATE,
    UNDERSCORED,
    accounts,
    mixed_said,
    officer_said,
    plate_said,
    underscored_said,
    username_said,
)
from cdr.domain.anonymising.words import word_rules
from cdr.expressions import expression
from cdr.records import dataclass, field
from cdr.sought import as_sought, sought
from cdr.written import BETWEEN_DIGITS

GENERAL_ADDRESS = sought(
    r"\b\d+[a-z]?,?\s+(?:[^\W\d_][\w'’-]*\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Close|Drive|Court|Crescent|Terrace|Way|Gardens|Grove|Square|Mews)\b\.?"
    r"|\b(?:[A-Z][\w'’-]{1,60}+\s+){1,2}(?:Street|Road|Avenue|Lane|Crescent|Terrace|Mews|Gardens|Grove)\b"
)
HOUSE_NUMBER = sought(r"\b\d+[a-z]?(?:\s?[-–/]\s?\d+[a-z]?)?,? (?=\[an address\])")
FIRST_MARK = 0xF0000
MARKS = sought(r"[\U000F0000-\U000FFFFD]")
PHONE_DIGITS = (9, 15)
OLDEST_YEAR, LATEST_YEAR = 1900, 2100
DAYS_OF_ALL = ("day", "bank holiday")  # what each feast has that is not in `feasts`
LONGEST_DATE, MOST_TIMES_OVER, STROKES = 60, 12, ("/", ".")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?-i:May|MAY|may(?=,?\s*(?:19|20)\d\d))|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![^\W\d_])\.?"
)
_FULL_MONTH = r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December)"
_WEEKDAY = r"(?<!\w)(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b,?\s+)"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_TH = r"(?:\s?(?:st|nd|rd|th))"
_YEAR = r"(?:,?\s*(?P<year>(?:19|20)\d\d|['’]?\d\d(?!\d|[:./]\d|\s?(?:breaths|beats|bpm|per|hrs?|hours?|am|pm|mls?|mg|g|kg|weeks?|days?|months?|years?|%))))"

_IN_WORDS = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth"
    r"|twentieth|twenty[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirtieth|thirty[- ]first)"
)
_UNIT = r"(?:mg|mcg|g|kg|mls?|l|litres?|cm|mm|mmol|kpa|breaths|beats|hours?|minutes?|hrs?|mins?|%)\b"
_LED_BY = r"\b(?P<led>(?:on|since|dated|due|until|by|week of|w/c|w/e|dob|dod)[\s:.]+)"
_SHORT = r"(?:0?[1-9]|[12]\d|3[01])(?P<s>[/.-])(?:0?[1-9]|1[0-2])"
_DATES = tuple(
    sought(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:(?P<t>T)(?=\d)|(?!\d))",
        rf"{_WEEKDAY}?(?<!\d)(?P<day>\d{{1,2}})\s?(?P<s>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=s)\s?(?P<year>(?:19|20)\d\d)(?!\d)",
        rf"{_WEEKDAY}?(?<!\d)(?<!\d\.)(?:the\s+)?{_DAY}{_TH}?(?:\s+of)?[\s./-]*{_MONTH}(?:[-/.]?{_YEAR})?",
        rf"{_WEEKDAY}?\b{_MONTH}\s+(?:the\s+)?{_DAY}(?:{_TH}\b{_YEAR}?|,?\s+(?P<year2>(?:19|20)\d\d|['’]\d\d)\b|\b(?![:.\d/%]|\s?(?:doses|weeks?|days?|months?|years?|hours?)))",
        rf"{_WEEKDAY}?(?<!\d)(?<!\d\.)(?P<day>\d{{1,2}})\s?(?P<s>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=s)\s?(?P<year>\d\d)(?!\d|\s?(?:mg|mcg|g|kg|mls?|l|cm|mm)\b)",
        rf"{_WEEKDAY}?\b(?:the\s+)?{_IN_WORDS}(?:\s+day)?(?:\s+of)?\s+{_MONTH}(?:[-/.]?{_YEAR})?",
        rf"{_WEEKDAY}(?<!\d){_SHORT}(?![\d/])",
        rf"{_LED_BY}{_SHORT}(?![\d/%]|\.\d|\s?{_UNIT})",
        r"(?<![\d/.,])(?:0[1-9]/(?:0[1-9]|1[0-2])|(?:[12]\d|3[01])/0[1-9]|0[1-9]/2\d)(?![\d/])",
        rf"{_WEEKDAY}(?:the\s+)?{_DAY}(?:{_TH}\b|\b(?![:.]\d))",
        rf"\b{_MONTH}[\s-]*(?P<year>(?:19|20)\d\d|['’]\d\d)\b",
        r"(?<!\d)(?<!\d/)(?P<month>0?[1-9]|1[0-2])/(?P<year>20\d\d)(?!\d)(?!/\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<!\d)(?P<day>0[1-9]|[12]\d|3[01])(?P<month>0[1-9]|1[0-2])(?P<year>(?:19|20)\d\d)(?!\d)",
        rf"\b(?<=\b(?:on|by) )(?:the\s+)?{_DAY}{_TH}\b(?=\s*(?:[.,;:)]|$|(?:at|he|she|they|when|and|the|with|in|of)\b))",
        rf"(?<=\bthe ){_DAY}{_TH}\b(?=\s*(?:[.,;:)]|$|(?:at|when)\b))",
    )
)
_MONTH_ALONE = sought(
    rf"\b(?:in|by|of|since|until|from|early|late|mid|last|during)[\s-]+(?P<it>{_FULL_MONTH})\b", re.IGNORECASE
)
_YEAR_ALONE = sought(
    r"(?<!\d )\b(?:born|q[1-4]|in|since|during|from|until|by|before|after|of|to|spring|summer|autumn|winter"
    r"|early|late|mid|christmas|easter|year)[\s-]+(?P<it>(?:19|20)\d\d)\b"
    r"(?!\s?(?:g|grams?|ml|mls|hrs?|hours?|h|mg)\b)",
    re.IGNORECASE,
)
_SPAN_OF_YEARS = sought(r"(?<![\w/.-])20[0-4]\d[/-]\d\d(?![\w/-])")
# Every run of letters that may begin an address, so that none is read twice: only one with a domain is an address.
_EMAIL = expression(r"[^\s<>@,;:()\[\]]++(?P<domain>@[^\s<>@,;:()\[\]]+\.[^\W\d_]{2,})?")
_WEB = sought(r"\b(?:https?://|www\.)[^\s<>()]+|(?<![\w@])@[\w.]{2,}\w", re.IGNORECASE)
_DIGITS = sought(rf"(?<![\w+])(?:\+|\((?=\+?\d{{2,5}}\)))?\d(?:{BETWEEN_DIGITS}{{0,2}}\d){{8,14}}(?!\d)")
# Wider than `written.postcode`: in a story a code that is none costs less than one that stays.
_POSTCODE = sought(
    r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d(?!(?-i:st|nd|rd|th|mg|ml|kg|cm|mm|am|pm)\b)[A-Z]{2})\b",
    re.IGNORECASE,
)
_INSURANCE = sought(r"\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b")
_REFERENCE = sought(
    r"\b[A-Z] ?\d{5,9}\b|(?<![\w.,/])\d{6,8}(?![\w,/]|\.\d|\s?(?:mls?|g|mg|per|cells|units|copies|platelets|iu)\b)|"
    r"\b[A-Z]{1,6}[/-]\d{2,}(?:[/-][A-Z0-9]+)*\b|\b[A-Z]{1,5}\d{4,}[A-Z0-9/-]*\b"
    r"|\b\d{1,6}/\d{4,}(?:/\d+)?\b|\b[A-Z0-9]{2,}(?:/[A-Z]{1,4})?/\d{3,}/\d{2,4}\b"
)
_LED_REFERENCE = sought(
    r"\b(?:ref(?:erence)?|(?:case|crime|hosp(?:ital)?|log|incident|patient|unit|record|passport|custody|NHS)\s+(?:ref(?:erence)?|no|number|id)"
    r"|log|incident|ext|extension|bleep|MRN|CAD|URN|UPN|RiO|PNC)"
    r"\.?\s*+(?:no\.?|number)?\s*+[:#]?\s*+(?P<it>[A-Z]{0,5}[-/ ]?\d[\w/-]*(?: \d+(?![\w:/-]|[.,]\d))*(?:\s+of\s+\d{1,2}[/.]\d{1,2}\b)?)",
    re.IGNORECASE,
)


@dataclass
class Reading:
    """One narrative while it is read: what was replaced stands in it as one private character, so that no later rule reads it."""

    text: str
    said: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def mark(self, words: str, kind: str, original: str) -> str:
        """The character that stands for `words` from now on, in place of the `original`."""
        self.pairs.append((MARKS.sub(lambda match: self.pairs[ord(match[0]) - FIRST_MARK][0], original), words))
        self.said.append(words)
        self.counts[kind] += 1
        return chr(FIRST_MARK + len(self.said) - 1)

    def replace(self, pattern: re.Pattern[str], said: Callable[[re.Match[str]], tuple[str, str] | None]) -> None:
        """Replaces what the pattern finds by what `said` answers for it (words, kind), and leaves it where the answer is None."""
        self.text = pattern.sub(lambda match: self._said(match, said(match)), self.text)

    def finished(self) -> str:
        """The text with the words in place of the characters."""
        return MARKS.sub(lambda match: self.said[ord(match[0]) - FIRST_MARK], self.text)

    def _said(self, match: re.Match[str], answer: tuple[str, str] | None) -> str:
        return match[0] if answer is None else self.mark(*answer, match[0])


def days_words(days: int) -> str:
    """A day as the panel reads it: `[313 days before the death]`, `[the day of the death]`."""
    if days == 0:
        return "[the day of the death]"
    counted = "1 day" if abs(days) == 1 else f"{abs(days):,} days"
    return f"[{counted} {'before' if days < 0 else 'after'} the death]"


def replace_identifiers(
    reading: Reading, died: date | None, known_codes: Iterable[str], known_dates: Iterable[date]
) -> None:
    """Replaces addresses of the net, dates, numbers, postcodes and references, in the order in which they cannot hide each other."""
    if "@" in reading.text:
        reading.replace(_EMAIL, lambda match: ("[e-mail address]", "e-mail addresses") if match["domain"] else None)
    reading.replace(_WEB, lambda _: ("[web address]", "web addresses"))
    for pattern, said, kind in accounts(reading.text):
        reading.replace(pattern, lambda _, answer=(said, kind): answer)  # type: ignore[misc]
    reading.replace(UNDERSCORED, underscored_said)
    reading.replace(LED_ACCOUNT, username_said)
    reading.replace(OFFICERS_NUMBER, officer_said)
    reading.replace(_POSTCODE, lambda _: ("[postcode]", "postcodes"))
    for code in sorted({code for code in known_codes if code}, key=len, reverse=True):
        if has_each(reading.text, _parts_of_code(code)):
            reading.replace(_known_code(code), lambda _: ("[reference]", "references"))
    _replace_dates(reading, died)
    for day in known_dates:
        if (digits := f"{day:%d%m%y}") in reading.text:
            reading.replace(re.compile(rf"(?<!\d){digits}(?!\d)"), lambda _, day=day: (_day_said(day, died), "dates"))  # type: ignore[misc]
    if _may_name_a_feast(reading.text):
        reading.replace(_feasts(), lambda _: ("[a date]", "dates"))
    reading.replace(_DIGITS, _digits_said)
    reading.replace(_INSURANCE, lambda _: ("[number]", "numbers"))
    reading.replace(PLATE, plate_said)
    reading.replace(_LED_REFERENCE, lambda match: (_led(match, "[reference]"), "references"))
    reading.replace(_REFERENCE, lambda _: ("[reference]", "references"))
    reading.replace(_MONTH_ALONE, lambda match: (_led(match, "[a month]"), "dates"))
    reading.replace(LETTERS_AND_DIGITS, mixed_said)
    reading.replace(_SPAN_OF_YEARS, lambda _: ("[a year]", "dates"))
    reading.replace(_YEAR_ALONE, lambda match: (_led(match, "[a year]"), "dates"))


def _may_name_a_feast(text: str) -> bool:
    """Whether `_feasts` may find something; where a letter is none of English, it always may."""
    folded = text.lower()
    named = (*DAYS_OF_ALL, *(feast.lower() for feast in word_rules()["feasts"]))
    return not text.isascii() or any(name in folded for name in named)


@cache
def _feasts() -> re.Pattern[str]:
    """Feasts and days that all know, with their day or season and the year; what is a verb or a season too only with a capital."""
    names = "|".join(sorted((re.escape(feast) for feast in word_rules()["feasts"]), key=len, reverse=True))
    small = "|".join(
        re.escape(feast.lower()) for feast in word_rules()["feasts"] if len(feast) > 5 and feast != "Advent"
    )
    saints = r"\b(?:St\.?|Saint) (?:David|George|Andrew|Patrick|Valentine|Nicholas|Stephen|Swithun)['’]?s Day"
    others = r"\b(?:Mother|Father|Valentine)['’]?s?['’]? Day|\b(?:(?:May Day|spring|summer|August) )?bank holiday(?: Monday)?"
    after = r"(?:['’]s)?(?:[ -]al[ -](?:Fitr|Adha))?(?: (?:Day|Eve|Night|Morning|Sunday|Monday|Saturday|weekend|week|holidays?|break))?"
    return re.compile(
        rf"{saints}|{others}|\b(?-i:{names})\b{after}(?:,?\s+(?:(?:19|20)\d\d)\b)?"
        rf"|\b(?:{small})\b{after}(?:,?\s+(?:19|20)\d\d\b)?",
        re.IGNORECASE,
    )


def _replace_dates(reading: Reading, died: date | None) -> None:
    """Replaces dates until none is left that another one hid; a row of dates (`1.2.25/2.2.25/3.2.25`) takes one going over."""
    for _ in range(MOST_TIMES_OVER):
        before = reading.text
        for pattern in _DATES:
            reading.text = "".join(_without_dates(reading, pattern, died))
        if reading.text == before:
            return


def _without_dates(reading: Reading, pattern: re.Pattern[str], died: date | None) -> Iterator[str]:
    """The text in pieces, with a mark for each date of the pattern and for those that follow it in a row."""
    text, at = reading.text, 0
    while match := pattern.search(text, at):
        yield text[at : match.start()]
        yield reading.mark(*_date_said(match, died), match[0])
        at = match.end()
        while after := _next_of_a_row(text, at):
            yield after.string[1 : after.start()]
            yield reading.mark(*_date_said(after, died), after[0])
            at += after.end() - 1
    yield text[at:]


def _next_of_a_row(text: str, at: int) -> re.Match[str] | None:
    """The date, of any pattern, that only a stroke parts from the one that ends here, read as if that one were gone."""
    if text[at : at + 1] not in STROKES or not text[at + 1 : at + 2].isalnum():
        return None
    near = chr(FIRST_MARK) + text[at : at + 2 * LONGEST_DATE]
    found = (match for pattern in _DATES if (match := pattern.match(near, 2)) and match.end() <= LONGEST_DATE)
    return next(found, None)


def _parts_of_code(code: str) -> list[str]:
    return [part for part in re.split(r"[\s/\-.]+", code) if part]


def has_each(text: str, parts: Iterable[str]) -> bool:
    """Whether each part of what a case knows may stand in a text, in any letter case: one with a letter that is none of ASCII always may."""
    known = as_sought(text)
    return all(not part.isascii() or as_sought(part) in known for part in parts)


def _known_code(code: str) -> re.Pattern[str]:
    loose = r"[\s/\-.]*".join(map(re.escape, _parts_of_code(code)))
    return re.compile(rf"(?<!\w){loose}(?!\w)", re.IGNORECASE)


def _led(match: re.Match[str], said: str) -> str:
    return match[0][: match.start("it") - match.start()] + said


def _digits_said(match: re.Match[str]) -> tuple[str, str] | None:
    digits = re.sub(r"\D", "", match[0])
    if nhs_numbers.is_valid(digits):
        return "[NHS number]", "NHS numbers"
    if digits.startswith(("0", "44")) and PHONE_DIGITS[0] <= len(digits) <= PHONE_DIGITS[1]:
        return "[telephone number]", "telephone numbers"
    return "[number]", "numbers"


def _date_said(match: re.Match[str], died: date | None) -> tuple[str, str]:
    parts = match.groupdict()
    year, month, day = parts.get("year") or parts.get("year2"), parts.get("month"), parts.get("day")
    spaced = " " if parts.get("t") else ""
    if not (year and month and day):
        return (parts.get("led") or "") + "[a date]" + spaced, "dates"
    found = _as_date(_full_year(year, died), _month_number(month), int(day))
    return _day_said(found, died) + spaced, "dates"


def _day_said(found: date | None, died: date | None) -> str:
    return "[a date]" if found is None or died is None else days_words((found - died).days)


def _full_year(year: str, died: date | None) -> int:
    digits = int(re.sub(r"\D", "", year))
    if digits >= OLDEST_YEAR:
        return digits
    latest = (died.year + 10) % 100 if died else 99
    return digits + (2000 if digits <= latest else 1900)


def _month_number(month: str) -> int:
    return int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1


def _as_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
