"""What people write for a date, a time, a code, an NHS number or a postcode, made into the one form in which it is kept.

And the two ways in which writings are compared: a code or a heading as `folded`, a name as `bare_name`.

Forms, registers, answers on a terminal, Word files and options ask here, so that what one of them reads the others read too. Nothing is
guessed: what could mean two things is no date. What comes from elsewhere is never quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache

from cdr import moments
from cdr.expressions import expression

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SHORTEST_MONTH = 3
FIRST_YEAR, LAST_YEAR = 1900, 2199
ISO = expression(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
STROKES = expression(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
DAY_IN_WORDS = expression(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]{3,9})\.?[ ,-] ?(?P<year>[0-9]{4})")
YEAR_OR_MONTH = expression(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
MONTH_IN_WORDS = expression(r"(?P<month>[a-z]{3,9})\.? (?P<year>[0-9]{4})")
TIME = expression(
    r"(?P<hour>[0-9]{1,2}(?=[:.])|[0-9]{1,2}(?=[0-9]{2}(?![0-9])))[:.]?(?P<minute>[0-9]{2})(?:[:.][0-5][0-9](?:\.[0-9]+)?)?(?P<zone>\D.*|)"
)
LONGEST_MOMENT = 100  # letters; a text of a megabyte is looked at from each of its spaces otherwise
BETWEEN = expression(r"T|,? at |,? ", re.IGNORECASE)
SHIFT = expression(r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?")
ZONES = {
    moments.WINTER: ("z", "utc", "gmt", "winter time", "greenwich mean time"),
    moments.SUMMER: ("bst", "summer time", "british summer time"),
}
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
APOSTROPHES = "'\u2018\u2019\u02bc`\u00b4"
# What may stand between the digits of one number in a text.
BETWEEN_DIGITS = rf"[ \u00a0\u2007\u2009\u202f().{re.escape(DASHES)}/]"
POSTCODE = expression(r"(?P<outward>(?P<area>[A-Z]{1,2})[0-9][A-Z0-9]?) ?(?P<inward>[0-9][A-Z]{2})")
# Letters that Unicode does not take apart into a letter and an accent.
WHOLE_LETTERS: Mapping[str, str] = {
    "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "ə": "e"
}  # fmt: skip
_LETTERS_APART = str.maketrans(dict(WHOLE_LETTERS))
JOINERS = "\u200c\u200d"  # they shape letters of Persian, Hindi and others, and put pictures together
VOWEL_SIGNS = ("Mn", "Mc")  # accents too, and those alone have a class by which they are put in order
VARIANTS = expression("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
LATIN_ENDS = "\u0250"
# What takes no place on the page and is not of the class of format characters.
UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0"
TURNS = expression("[\u202a-\u202e\u2066-\u2069]")  # they turn the text round, and are refused wherever text comes in
SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
NAMES: Mapping[str, str] = {
    "\u00ad": "soft hyphen",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u200e": "mark of the direction of text",
    "\u200f": "mark of the direction of text",
    "\u2060": "word joiner",
    "\ufeff": "byte order mark",
}


def trimmed(text: str) -> str:
    """A text on one line, without spaces around it and with a single one between its words; a no-break space is a space."""
    return " ".join(text.split())


def folded(text: str) -> str:
    """A code or a heading as they are compared: without case, and with one space for all that is no letter and no digit."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold())) or text.strip().casefold()


@lru_cache(maxsize=8192)
def bare_name(name: str) -> str:
    """A name as it is compared, and never shown: without case, accents, spaces, hyphens, apostrophes and other signs.

    The vowel signs of Hindi and others are no accents: they stay. (A heading keeps its accents and its words apart: `folded`.)
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(filter(_is_of_a_name, apart)).translate(_LETTERS_APART)


def _is_of_a_name(letter: str) -> bool:
    kind = unicodedata.category(letter)
    if kind in VOWEL_SIGNS:
        return not unicodedata.combining(letter) and not VARIANTS.match(letter) and letter not in UNSEEN
    return kind[0] in "LN" and kind != "Lm" and letter not in UNSEEN


# ---- dates and times -----------------------------------------------------------------------------------------------


def day(text: str) -> date:
    """The date in `2026-11-21`, `21/11/2026`, `21 November 2026`, `21 Nov 2026` or `21-Nov-2026`.

    Raises: ValueError, also for a year before 1900 or after 2199.
    """
    typed = trimmed(text).lower()
    found = ISO.fullmatch(typed) or STROKES.fullmatch(typed) or DAY_IN_WORDS.fullmatch(typed)
    if found is None:
        raise ValueError("not a date")
    month = found["month"]
    read = date(int(found["year"]), int(month) if month.isdigit() else _month(month), int(found["day"]))
    if not is_of_our_time(read):
        raise ValueError("not a date of these times")
    return read


def is_of_our_time(day: date) -> bool:
    """Whether a day lies in the years 1900 to 2199: before, two digits were left out (0023-05-01); after, it means "no end known"."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def long_date(day: date) -> str:
    """A day as letters, forms and reports tell it: `17 April 2026`."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def partial_date(text: str) -> str:
    """A date, a month (`2026-01`, `January 2026`) or a year as forms keep them. Raises: ValueError."""
    typed = trimmed(text).lower()
    if YEAR_OR_MONTH.fullmatch(typed):
        return typed
    found = MONTH_IN_WORDS.fullmatch(typed)
    return f"{found['year']}-{_month(found['month']):02}" if found else day(text).isoformat()


def clock(text: str) -> str:
    """A time of 24 hours as forms keep it: `06:52` from `6.52`, `0652` or `06:52:30`; with `01:20+00:00` from `01:20 GMT`.

    Seconds are left out. Raises: ValueError.
    """
    found = TIME.fullmatch(trimmed(text))
    if found is None or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise ValueError("not a time")
    return f"{int(found['hour']):02}:{found['minute']}{_offset(found['zone'])}"


def moment(text: str) -> str:
    """A date and a time as forms keep them, `2026-11-21T06:52`, from a date and a time that are read here, with a space, comma or `at`.

    A time that carries its offset is told as London's, and keeps it only where that time came twice. Raises: ValueError.
    """
    typed = trimmed(text)
    for between in BETWEEN.finditer(typed) if len(typed) <= LONGEST_MOMENT else ():
        try:
            found = day(typed[: between.start()]), clock(typed[between.end() :])
        except ValueError:
            continue
        said = f"{found[0].isoformat()}T{found[1]}"
        return said if len(found[1]) == 5 else moments.in_london(datetime.fromisoformat(said))
    raise ValueError("not a date and a time")


def moment_or_day(text: str) -> str:
    """A date, or a date and a time, as forms keep them. Raises: ValueError."""
    try:
        return day(text).isoformat()
    except ValueError:
        return moment(text)


def _month(word: str) -> int:
    name = "sep" if word == "sept" else word
    found = [number for number, month in enumerate(MONTHS, 1) if name in (month, month[:SHORTEST_MONTH])]
    if not found:
        raise ValueError("not a month")
    return found[0]


def _offset(zone: str) -> str:
    said = zone.strip().lower().removeprefix("(").removesuffix(")").strip()
    if not said:
        return ""
    found = SHIFT.fullmatch(said)
    known = next((offset for offset, words in ZONES.items() if said in words), "")
    offset = f"{found['sign']}{found['hours']}:{found['minutes'] or '00'}" if found else known
    if not moments.CLOCK.fullmatch(f"00:00{offset}") or not offset:
        raise ValueError("not a time")
    return moments.WINTER if offset == "-00:00" else offset


# ---- numbers and codes ---------------------------------------------------------------------------------------------


def bare_fingerprint(text: str) -> str:
    """A key's fingerprint as it is kept, in capitals without spaces and `0x`: so compared with others, never checked."""
    return text.replace(" ", "").upper().removeprefix("0X")


def postcode(text: str) -> str:
    """A full postcode in capitals with one space, `SO1 2CD`, from one in any case, with spaces anywhere or none. Raises: ValueError."""
    found = POSTCODE.fullmatch("".join(text.strip().lstrip(APOSTROPHES).upper().split()))
    if found is None:
        raise ValueError("not a postcode")
    return f"{found['outward']} {found['inward']}"


def is_postcode(text: str) -> bool:
    """Whether this reads as a full postcode."""
    with suppress(ValueError):
        return bool(postcode(text))
    return False


def postcode_area(text: str) -> str:
    """The letters with which a postcode begins, `SO`; empty where the text is none."""
    found = POSTCODE.fullmatch(text)
    return found["area"] if found else ""


# ---- what cannot be seen -------------------------------------------------------------------------------------------


def invisible(text: str) -> str:
    """What the first invisible character is, one that takes no place on the page, in words; empty where there is none.

    A joiner between letters that it shapes, or between pictures, is part of the writing.
    """
    if text.isascii():
        return ""
    for place, letter in enumerate(text):
        if _is_unseen(text, place, letter):
            return NAMES.get(letter, f"U+{ord(letter):04X}")
    return ""


def seen(text: str) -> str:
    """The text without those characters."""
    if text.isascii():
        return text
    return "".join(letter for place, letter in enumerate(text) if not _is_unseen(text, place, letter))


def _is_unseen(text: str, place: int, letter: str) -> bool:
    if letter < "\u00ad" or letter in SEEN:
        return False
    if letter in JOINERS:
        around = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
        return len(around) < 2 or any(one < LATIN_ENDS or one.isspace() for one in around)
    return letter in UNSEEN or (unicodedata.category(letter) == "Cf" and not TURNS.match(letter))


def counted(number: int, word: str) -> str:
    """So many of something: `1 page`, `1,204 pages`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
