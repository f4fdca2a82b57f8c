"""Vehicles, accounts of the net, computers and officers' numbers in a narrative: found by their shape, or by the word beside them."""

from __future__ import annotations

import re
from functools import cache

from cdr.domain.anonymising.words import ordinary_words, word_rules
from cdr.sought import sought

AROUND_A_VEHICLE = 34  # characters: so near stands the word that says that it is one
SHORTEST_USERNAME = 4

_PLATE = sought(
    r"(?<![\w-])(?:(?P<first>[A-Z]{2})(?P<gap>[ .-]?)\d{2}[ .-]?(?P<last>[A-Z]{3})"
    r"|[A-Z](?P<digits>\d{1,3})[ .-]?(?P<after>[A-Z]{3})|(?P<before>[A-Z]{3})[ .-]?(?P<number>\d{1,3})[A-Z]"
    r"|(?P<irish>(?:[A-Z][IZ][A-Z]?|[A-Z]{2}[IZ])[ .-]?\d{3,4})|(?P<old>[A-Z]{1,3} ?\d{1,4}|\d{1,4} ?[A-Z]{1,3}))(?![\w-])",
    re.IGNORECASE,
)
_PLATE_SPACED = sought(r"(?<!\w)[A-Z] [A-Z] \d ?\d [A-Z] [A-Z] [A-Z](?!\w)", re.IGNORECASE)
_VEHICLE_WORDS = sought(
    r"\b(?:cars?|vans?|vehicles?|registrations?|reg|regs|number ?plates?|plates?|vrm|index|motorbike|motorcycle|moped|scooter|lorry|taxi"
    r"|bmw|ford|vauxhall|audi|fiesta|corsa|golf|driv(?:ing|es|er|en)|drove)\b",
    re.IGNORECASE,
)
_PLATFORM = (
    r"(?:snapchat|snap|instagram|insta|tik ?tok|facebook|fb|messenger|discord|whatsapp|roblox|fortnite|minecraft|xbox|psn|playstation"
    r"|steam|twitch|telegram|kik|twitter|youtube|reddit|bereal)"
)
_NAMED = r"(?:user ?name|user ?id|user|screen ?name|gamer ?tag|handle|log-?in|account(?: name)?|profile(?: name)?|alias|id|name|tag)"
_LED_ACCOUNT = sought(
    rf"\b(?:{_PLATFORM}(?: {_NAMED})?|user ?name|user ?id|screen ?name|gamer ?tag|handle|log-?in|account name|profile name)"
    r"(?P<sign>\s{0,2}[:=]\s{0,2}|\s(?:is|was|as|of)\s|\s)[\"“‘'(]?(?P<it>[^\W_][\w.\-]{2,40})",
    re.IGNORECASE,
)
_UNDERSCORED = sought(r"(?<![\w@./\\])(?=[\d_]{0,40}[^\W\d_])\w{1,40}_\w{0,40}(?!\w)")
_LETTERS_AND_DIGITS = sought(
    r"(?<![\w@./\\-])(?P<stem>[^\W\d_]{3,30})(?:\d{1,6}[^\W\d_]{1,20}\w{0,20}|\d{2,6})(?![\w/-])"
)
_PATH = sought(r"(?:\b[A-Za-z]:\\|\\\\)[^\s\"<>|]+|(?<![\w/])/(?:home|Users|mnt|media)/[^\s\"<>|]+")
_FILE = sought(
    r"(?<!\w)[\w-]{1,80}+\.(?:docx?|pdf|xlsx?|pptx?|jpe?g|png|heic|mp4|mov|msg|eml|txt)(?!\w)", re.IGNORECASE
)
_COMPUTER = sought(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", re.IGNORECASE)
_POINT = sought(r"///\w+\.\w+\.\w+|(?<![\d.])-?\d{1,2}\.\d{3,},\s?-?\d{1,3}\.\d{3,}(?!\.?\d)")
_OFFICERS_NUMBER = sought(
    r"\b(?P<led>(?:(?:collar|shoulder|warrant|badge|epaulettes?|force|staff|employee)\s+(?:no\.?|numbers?|num|id)|officer\s+(?:no\.?|number)"
    r"|(?:collar|shoulder|epaulette)|officer(?=\s+\d{3,6}\b)|constable(?=\s+\d{2,6}\b)|sergeant(?=\s+\d{2,6}\b)|inspector(?=\s+\d{2,6}\b))"
    r"[\s:#]{1,3})(?P<it>[A-Z]{0,2}\d{2,6})\b|(?<![\w./])(?P<before>\d{2,5})(?=\s+(?:PC|DC|PS|DS|PCSO|Sgt)\b)",
    re.IGNORECASE,
)


def accounts(text: str) -> list[tuple[re.Pattern[str], str, str]]:
    """Patterns without a context, each with what stands for it and its kind."""
    return [
        (_PATH, "[file]", "files"),
        (_FILE, "[file]", "files"),
        (_COMPUTER, "[computer address]", "web addresses"),
        (_POINT, "[a place]", "places"),
        (_PLATE_SPACED, "[vehicle]", "vehicles"),
    ]


def username_said(match: re.Match[str]) -> tuple[str, str] | None:
    """`Snapchat: [username]` for what stands after a platform or the word for a name on it; an ordinary word only after a colon."""
    it = match["it"]
    ordinary = it.isalpha() and it.islower() and (it in ordinary_words() or len(it) < SHORTEST_USERNAME)
    if ordinary or (it.isalpha() and not set(match["sign"]) & set(":=") and not _unusual(it)):
        return None
    return match[0][: match.start("it") - match.start()] + "[username]", "usernames"


def underscored_said(match: re.Match[str]) -> tuple[str, str] | None:
    """`[username]` for a word with a line under it; made of ordinary words alone (`not_known`) it is left."""
    parts = [part.lower() for part in match[0].split("_") if part]
    return None if all(part in ordinary_words() for part in parts) else ("[username]", "usernames")


def mixed_said(match: re.Match[str]) -> tuple[str, str] | None:
    """`[username]` for letters with digits in or after them (`sumzx0x`, `tyzz17`), where the letters are no word (`covid19`, `step2`)."""
    stem = match["stem"].lower()
    if match[0].isupper() or stem in ordinary_words() or stem in word_rules()["clinical"] or stem in _measures():
        return None
    return "[username]", "usernames"


def plate_said(match: re.Match[str]) -> tuple[str, str] | None:
    """`[vehicle]` for a registration in any spelling; one that could be a measure only where a word for a vehicle stands near it."""
    return ("[vehicle]", "vehicles") if _is_plate(match) or _is_near_a_vehicle(match) else None


def officer_said(match: re.Match[str]) -> tuple[str, str]:
    """`collar number [a professional]`."""
    return (match["led"] or "") + "[a professional]", "numbers"


LED_ACCOUNT, LETTERS_AND_DIGITS, PLATE, OFFICERS_NUMBER = _LED_ACCOUNT, _LETTERS_AND_DIGITS, _PLATE, _OFFICERS_NUMBER
UNDERSCORED = _UNDERSCORED


def _is_plate(match: re.Match[str]) -> bool:
    if match["old"]:
        return False
    if match["irish"]:
        return match[0].isupper() and len(match[0]) > 5
    letters = match["last"] or match["after"] or match["before"]
    if match["last"]:
        return not _is_a_word(letters) and (not match["gap"] or (match[0].isupper() and not _is_a_word(match["first"])))
    digits = len(match["digits"] or match["number"])
    return match[0].isupper() and (
        (digits > 1 and not _is_a_word(letters)) or (digits > 2 and letters.lower() not in _measures())
    )


def _is_near_a_vehicle(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - AROUND_A_VEHICLE) : match.start()]
    after = match.string[match.end() : match.end() + AROUND_A_VEHICLE // 2]
    near = _VEHICLE_WORDS.search(re.split(r"[.;\n]", before)[-1]) or _VEHICLE_WORDS.search(
        re.split(r"[.;\n]", after)[0]
    )
    letters = re.findall(r"[A-Za-z]+", match[0])
    digits = re.sub(r"\D", "", match[0])
    telling = match["old"] is None or (match[0].isupper() and len(digits) > 1)
    return bool(near) and telling and not any(_is_a_word(word) for word in letters)


def _is_a_word(letters: str) -> bool:
    return (
        letters.lower() in ordinary_words()
        or letters.upper() in word_rules()["abbreviations"]
        or letters.lower() in _measures()
    )


def _unusual(word: str) -> bool:
    return word.lower() not in ordinary_words() and not word[:1].isupper()


@cache
def _measures() -> frozenset[str]:
    return frozenset(word_rules()["measures"])
