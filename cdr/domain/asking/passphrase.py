"""Pass-phrases that are told by telephone: plain words, each from a list, with single spaces between them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from functools import cache

from cdr import resources

WORDS = 6  # of more than 1,024 words: over 60 bits, and each guess costs a stretched key (general knowledge)


@cache
def words() -> tuple[str, ...]:
    """The words to choose from: gentle, of four to seven letters, unmistakable when they are spoken."""
    return tuple(resources.read_bytes("rules", "passphrase-words.txt").decode().split())


def new(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A fresh pass-phrase of six words in small letters; `choose` takes one of them."""
    return " ".join(choose(words()) for _ in range(WORDS))


def as_locked(text: str) -> str:
    """A pass-phrase as it was locked with, from how somebody wrote it down: capitals, hyphens and spaces do not matter.

    No `written.bare_name`: the words stay apart, and no later way of comparing names may change what a form was locked with.
    """
    return " ".join(re.findall(r"[a-z]+", text.lower()))
