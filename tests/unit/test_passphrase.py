from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cdr.domain.asking.passphrase import WORDS, as_locked, new, words

# A sample of what no pass-phrase may hold: words that sound like another, and words that hurt.
HOMOPHONES = {"flour", "flower", "pear", "pair", "plane", "plain", "bear", "bare", "hare", "hair", "sail", "sale", "beach", "beech", "deer", "dear",
              "peace", "piece", "steel", "steal", "root", "route", "night", "knight", "weather", "whether", "berry", "bury", "thyme", "time", "medal",
              "meddle", "cereal", "serial", "cellar", "seller", "pedal", "peddle", "current", "muscle", "mussel", "whale", "stair", "stare"}  # fmt: skip
HURTFUL = {"dead", "death", "die", "grave", "coffin", "funeral", "knife", "sword", "gun", "blood", "skull", "angel", "heaven", "church", "prayer",
           "baby", "cradle", "infant", "nappy", "mother", "father", "nurse", "doctor", "poison", "drown", "crash", "fire", "burn", "heart"}  # fmt: skip
NAMES = {
    "amber",
    "daisy",
    "hazel",
    "heather",
    "holly",
    "jasmine",
    "ruby",
    "robin",
    "rosemary",
    "willow",
    "olive",
    "violet",
    "poppy",
    "lily",
    "grace",
}


def test_the_list_is_long_enough_and_every_word_can_be_spoken() -> None:
    assert len(words()) >= 1024 and len(set(words())) == len(words()) and list(words()) == sorted(words())
    assert all(re.fullmatch(r"[a-z]{4,7}", word) for word in words())
    assert not set(words()) & (HOMOPHONES | HURTFUL | NAMES)


def test_no_two_words_differ_by_one_letter_alone() -> None:
    holes: dict[str, str] = {}
    for word in words():
        for position in range(len(word)):
            hole = f"{word[:position]}?{word[position + 1 :]}"
            assert holes.setdefault(hole, word) == word, (holes[hole], word)


def test_a_pass_phrase_is_six_words_and_never_the_same() -> None:
    made = {new() for _ in range(50)}
    assert len(made) == 50 and all(len(phrase.split(" ")) == WORDS == 6 for phrase in made)
    assert all(set(phrase.split()) <= set(words()) and as_locked(phrase) == phrase for phrase in made)
    assert new(lambda listed: listed[0]) == " ".join([words()[0]] * 6)


@given(
    st.lists(st.sampled_from(words()), min_size=6, max_size=6),
    st.sampled_from([" ", "  ", "-", ", ", "\n", " - "]),
    st.booleans(),
)
def test_how_it_was_written_down_does_not_matter(phrase: list[str], between: str, loud: bool) -> None:
    heard = between.join(phrase)
    assert as_locked(f"  {heard.upper() if loud else heard.title()} ") == " ".join(phrase)
