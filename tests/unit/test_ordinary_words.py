"""An ordinary word is found as in a set of all of them."""

from __future__ import annotations

import json
import re

from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr import resources
from cdr.domain.anonymising.words import OrdinaryWords, ordinary_words, word_rules

LINES = [line for line in resources.read_bytes("rules", "ordinary-words.txt").decode().split("\n") if line]
WORDS = [line for line in LINES if not line.startswith("#")]
WORD = st.text("abcö\n-'", max_size=4)


def test_the_words_stand_in_their_order_after_what_is_said_of_them() -> None:
    assert WORDS == sorted(WORDS) == LINES[-len(WORDS) :] and len(WORDS) > 30_000


def test_every_word_is_found_and_none_that_is_nearly_one() -> None:
    known = {*WORDS, *word_rules()["clinical"]}
    words = ordinary_words()
    assert all(word in words for word in known)
    for word in WORDS[::23]:
        for other in (
            word[:-1],
            word[1:],
            f"{word}x",
            f"{word}\n",
            f"{word[:-1]}{chr(ord(word[-1]) + 1)}",
            word.upper(),
        ):
            assert (other in words) == (other in known), other


@given(st.sets(st.text("abcö-'", min_size=1, max_size=4)), st.frozensets(WORD), st.lists(WORD))
@settings(max_examples=many(300))
def test_what_is_found_by_halving_is_what_a_set_has(lines: set[str], more: frozenset[str], asked: list[str]) -> None:
    words = OrdinaryWords("".join(f"{line}\n" for line in sorted(lines)), more)
    for word in (*asked, *asked, *lines, ""):
        assert (word in words) == (word in lines or word in more)


def test_the_words_of_feasts_are_all_that_stands_in_them() -> None:
    feasts = json.loads(resources.read_bytes("rules", "anonymise.json"))["feasts"]
    assert word_rules()["feast_words"] == {word.lower() for one in feasts for word in re.findall(r"[\w'’-]+", one)}
