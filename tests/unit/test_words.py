from __future__ import annotations

import itertools

import pytest
from letter_examples import CASES, WORDS, changed, form_a, letter_for

from cdr.documents.letters import letter as document
from cdr.documents.letters.wording import blocks, lint, reading_age, syllables, wording
from cdr.domain.letters import letters

BODY = form_a("sudi")
GOOD = "Dear Ms Testcase\n\nI am so sorry that Amara died.\n"


def found(text: str, **changes: object) -> list[str]:
    return lint(text, letter_for(changed(BODY, **changes)), WORDS)


def test_a_plain_sentence_is_well() -> None:
    assert found(GOOD) == []


@pytest.mark.parametrize("name", CASES)
def test_every_letter_of_the_examples_passes(name: str) -> None:
    body = form_a(name)
    for recipient in letters.recipients(body):
        letter = letter_for(body, recipient)
        text = document.as_text(letter, wording("condolence"))
        assert lint(text, letter, WORDS, letters.private_words(body, recipient)) == []


def test_every_kind_of_letter_passes_and_can_be_read_at_eleven() -> None:
    sexes, places, relations = (
        ("male", "female", "not_known", "indeterminate"),
        ("abroad", "home_normal_residence"),
        ("mother", "other"),
    )
    for name, sex, place, relation in itertools.product(CASES, sexes, places, relations):
        body = changed(form_a(name), child__sex=sex, death__place=place)
        body["family"]["parents"][0]["relationship"] = relation
        letter = letter_for(body)
        text = document.as_text(letter, wording("condolence"))
        assert lint(text, letter, WORDS, letters.private_words(body, letter.recipient)) == []
        assert 6 < reading_age(text) <= WORDS.reading_age == 11


def test_a_long_name_does_not_make_a_letter_hard_to_read() -> None:
    body = changed(BODY, child__known_as="Oluwatóbilọ́ba")
    body["family"]["parents"][0]["name"] = "Ms Tọ́pẹ́ Oluwafúnmiláyọ̀ Adébáyọ̀-Ọlánrewájú"
    letter = letter_for(body)
    assert lint(document.as_text(letter, wording("condolence")), letter, WORDS) == []


@pytest.mark.parametrize("phrase", [phrase for phrase, _ in WORDS.phrases])
def test_every_phrase_is_found_in_any_case_and_over_a_line_break(phrase: str) -> None:
    assert found(f"{GOOD}\nNow {phrase.upper().replace(' ', chr(10), 1)} here.")
    assert not any(f"“{phrase}”" in finding for finding in found(f"{GOOD}\nThe un{phrase}ly here."))


@pytest.mark.parametrize(
    "text",
    [
        "The CDOP meets.",
        "The JAR is over.",
        "The N.H.S. helps.",
        "She was 3 months old.",
        "Amara was aged 10.",
        "Ring {{ phone }}.",
        "Write to TBC.",
        "We know that he was loved.",
    ],
)
def test_what_must_not_stand_in_a_letter(text: str) -> None:
    assert found(f"{GOOD}\n{text}\n")


def test_initialisms_of_an_address_and_the_draft_mark_are_not_the_letters_words() -> None:
    body = changed(BODY)
    body["family"]["parents"][0]["address"] = ["RAF Sample", "PO Box 1", "NR1 1AB"]
    letter = letter_for(body, draft=True)
    assert lint(document.as_text(letter, wording("condolence")), letter, WORDS) == []


def test_the_wrong_pronoun_and_any_where_the_sex_is_not_known() -> None:
    assert found(f"{GOOD}\nTell us about her.") == []
    assert found(f"{GOOD}\nTell us about him.")
    assert found(f"{GOOD}\nTell us about her.", child__sex="not_known")


def test_the_persons_name_and_the_childs_in_the_first_sentence() -> None:
    assert found("Dear Parent\n\nI am so sorry that Amara died.")
    assert found("Dear Ms Testcase\n\nI am so sorry. Amara died.")


def test_what_is_private_is_found_however_it_is_spaced_and_not_quoted() -> None:
    body = form_a("sudi")
    letter = letter_for(body)
    private = letters.private_words(body, letter.recipient)
    for secret in ("999 000 0018", "9990000018", "Kofi\nTestcase"):
        findings = lint(f"{GOOD}\nIt says {secret} here.", letter, WORDS, private)
        assert len(findings) == 1 and secret not in findings[0]


def test_the_other_parents_address_is_private_and_a_town_of_the_senders_is_not() -> None:
    body = form_a("suicide")
    mother, father = letters.recipients(body)
    assert "3 Trial Lane" in letters.private_words(body, mother)
    assert "3 Trial Lane" not in letters.private_words(body, father)
    letter = letter_for(body, father)
    text = document.as_text(letter, wording("condolence"))
    assert "Northtown" in text
    assert lint(text, letter, WORDS, letters.private_words(body, father)) == []


def test_reading_age_grows_with_long_words_and_sentences() -> None:
    easy = reading_age("We are sad. He was a dear boy. We met him.")
    hard = reading_age(
        "The multidisciplinary consideration of contributory circumstances facilitates identification of organisational improvements."
    )
    assert easy < 6 < 11 < hard
    assert reading_age("") == 0


def test_reading_age_is_the_formula() -> None:
    # 10 words, 2 sentences, 12 syllables
    text = "The cat sat on it. The happy dog ran away."
    assert [syllables(word) for word in text.replace(".", "").split()] == [1, 1, 1, 1, 1, 1, 2, 1, 1, 2]
    assert reading_age(text) == pytest.approx(0.39 * 5 + 11.8 * 1.2 - 15.59 + 5)


@pytest.mark.parametrize(
    ("word", "count"),
    [("died", 1), ("baby", 2), ("people", 2), ("services", 3), ("learned", 1), ("little", 2), ("care", 1), ("a", 1)],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_blocks() -> None:
    kinds = [
        (block.kind, block.texts)
        for block in blocks("# Head\nText\ngoes on\n\n- one\\\ntwo\n- three\n\n[sign here]\n\n[new page]\n")
    ]
    assert kinds == [
        ("heading", ("Head",)),
        ("paragraph", ("Text goes on",)),
        ("item", ("one", "two")),
        ("item", ("three",)),
        ("sign", ()),
        ("page", ()),
    ]
