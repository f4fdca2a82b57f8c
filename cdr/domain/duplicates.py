"""Whether two notifications are about the same child."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cdr.domain.validation import text_at

# Letters that Unicode does not take apart into a letter and an accent.
WHOLE_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
IGNORED = ("Z", "P", "C", "S", "Lm")


@dataclass(frozen=True)
class Identity:
    """What tells one child from another: NHS number, names in `normal`'s spelling, ISO dates; empty if not known."""

    nhs_number: str
    names: str
    born: str
    died: str

    def to_dict(self) -> dict[str, str]:
        """The identity as JSON has it."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Identity:
        """The identity that `to_dict` wrote."""
        return Identity(*(str(values.get(key) or "") for key in ("nhs_number", "names", "born", "died")))


def normal(name: str) -> str:
    """A name without accents, case, spaces, hyphens and apostrophes, for comparing and never for showing."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    letters = (character for character in apart if not unicodedata.combining(character))
    kept = (letter for letter in letters if not unicodedata.category(letter).startswith(IGNORED))
    return "".join(kept).translate(WHOLE_LETTERS)


def identity(form_a: Mapping[str, Any]) -> Identity:
    """What identifies the child of a notification."""
    first, family = (normal(text_at(form_a, f"child.{key}")) for key in ("first_names", "family_name"))
    number = "".join(text_at(form_a, "child.nhs_number").split())
    names = f"{first} {family}" if first and family else ""
    return Identity(number, names, text_at(form_a, "child.date_of_birth"), text_at(form_a, "death.date"))


def same_child(a: Identity, b: Identity) -> bool:
    """Whether two identities are one child's: the same NHS number, or the same names and dates of birth and death."""
    if a.nhs_number and a.nhs_number == b.nhs_number:
        return True
    known = all((a.names, a.born, a.died))
    return known and (a.names, a.born, a.died) == (b.names, b.born, b.died)
