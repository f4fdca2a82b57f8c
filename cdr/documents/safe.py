"""Text that does nothing but be read, wherever it is shown."""

from __future__ import annotations

import unicodedata

UNSAFE = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")
KEPT = "\u200c\u200d"  # joiners, without which some scripts are misspelt; they move nothing on a screen
IN_JSON = ("Cc", "Cf", "Zl", "Zp", "Cs")
KEPT_IN_JSON = KEPT + "\n"  # json.dumps has escaped every line's end but its own
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def visible(text: str, keep: str = KEPT) -> str:
    """The text with control characters and those that turn the direction of writing shown as their codes, so that they do nothing.

    `keep` are the characters of those kinds that stay as they are.
    """
    if text.isascii() and _is_printable(text, keep):  # most of what is shown; a long list is shown in half the time
        return text
    whole = unicodedata.normalize("NFC", text)
    if _is_printable(whole, keep):
        return whole
    return "".join(
        letter if letter in keep or unicodedata.category(letter) not in UNSAFE else _code(letter) for letter in whole
    )


def _is_printable(text: str, keep: str) -> bool:
    """Whether there is nothing to look for, letter by letter."""
    return (text.replace("\n", "") if "\n" in keep else text).isprintable()


def escaped(text: str) -> str:
    """JSON in which the same characters, and what is no text, stand as JSON escapes: what it says stays the same."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(
        _units(letter) if unicodedata.category(letter) in IN_JSON and letter not in KEPT_IN_JSON else letter
        for letter in text
    )


def _units(letter: str) -> str:
    raw = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[at : at + 2].hex()}" for at in range(0, len(raw), 2))


def _code(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def no_formula(text: str) -> str:
    """The text as a spreadsheet's cell that no spreadsheet takes for a formula."""
    bare = text.lstrip()
    return f"'{bare}" if text.startswith(FORMULA_STARTS) or bare.startswith(FORMULA_STARTS) else text
