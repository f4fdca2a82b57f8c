"""NHS numbers: as they are written, kept and checked (modulus 11, NHS data dictionary)."""

from __future__ import annotations

from cdr.expressions import expression
from cdr.written import APOSTROPHES, DASHES

TEN_DIGITS = expression(r"[0-9]{10}")
MODULUS = 11


def read(text: str) -> str:
    """The ten digits of a number that was written with spaces, dashes, or the apostrophe of a spreadsheet. Raises: ValueError."""
    bare = text.strip().lstrip(APOSTROPHES)
    digits = "".join(letter for letter in bare if not letter.isspace() and letter not in DASHES)
    if not TEN_DIGITS.fullmatch(digits):
        raise ValueError("not ten digits")
    return digits


def is_valid(digits: str) -> bool:
    """Whether this is an NHS number: ten ASCII digits, not all the same, the last of them the check digit of the others."""
    return bool(TEN_DIGITS.fullmatch(digits)) and len(set(digits)) > 1 and digits[9] == check_digit(digits[:9])


def check_digit(nine: str) -> str:
    """The tenth digit that nine digits ask for; empty where they can be no number's."""
    weighed = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True))
    check = -weighed % MODULUS
    return "" if check == MODULUS - 1 else str(check)
