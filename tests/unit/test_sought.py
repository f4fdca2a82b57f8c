"""An expression that is not compiled for a text would have found nothing in it: what decides that is right, and nothing reads otherwise for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from conftest import many
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.needed_words import needed
from unit.test_loaded_later import modules
from unit.timeline_cases import rules

from cdr import resources
from cdr.domain.anonymising.anonymise import INITIALS, may_have_initials
from cdr.domain.anonymising.around_names import collar_number
from cdr.domain.anonymising.name_forms import SPACED, may_stand_apart
from cdr.domain.anonymising.unknown_places import SAINT, may_name_a_saint
from cdr.domain.anonymising.words import NEAR_BEFORE, opens_a_sentence
from cdr.sought import as_sought, has_what_it_needs, kept_back, sought

UPDATE = bool(os.environ.get("CDR_UPDATE_DOCS"))
RULES = ("patterns", "not", "surely", "unless")
EXTRA = "ŻÒówẹ̀ Llŷr Siân İstanbul ıſK éÉ ‘’ʼ`´ ٣² ß Σς \u200b\n\r\t.,:;/-–_@#[]()0123456789"
Pattern = tuple[str, int]


def _of_rules(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from value if key in RULES else _of_rules(value)
    elif isinstance(node, list):
        for item in node:
            yield from _of_rules(item)


def _all(value: Any) -> Iterator[Pattern]:
    if type(value) is sought:
        yield value.pattern, int(value._flags)
    elif isinstance(value, tuple):
        for one in value:
            yield from _all(one)


@cache
def patterns() -> list[Pattern]:
    """Every expression that is sought: those of modules, those made of rules, those of the rules for a timeline."""
    of_modules = {one for module in modules() for value in vars(module).values() for one in _all(value)}
    of_rules = {(pattern, int(re.IGNORECASE)) for pattern in _of_rules(rules())}
    return sorted(of_modules | of_rules | {*_all(collar_number())})


def test_what_is_kept_of_each_expression_is_what_follows_from_it() -> None:
    """`CDR_UPDATE_DOCS=1` writes it again."""
    wanted = {pattern: needed(pattern, flags) for pattern, flags in patterns()}
    assert not [pattern for pattern, lists in wanted.items() if not lists], "nothing is needed: `expression` is enough"
    path = resources.folder("rules") / "sought.json"
    if UPDATE:
        lines = (f"  {json.dumps(one)}: {json.dumps(lists)}" for one, lists in wanted.items())
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    assert json.loads(path.read_text("utf-8")) == wanted, (
        "stale; run: CDR_UPDATE_DOCS=1 pytest tests/unit/test_sought.py"
    )


@pytest.mark.parametrize("number", range(len(patterns())))
@given(data=st.data())
@settings(
    deadline=None, max_examples=many(20), suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_whatever_an_expression_finds_has_what_it_needs(number: int, data: st.DataObject) -> None:
    pattern, flags = patterns()[number]
    assert has_what_it_needs(pattern, data.draw(st.from_regex(re.compile(pattern, flags))))


def test_what_is_taken_for_a_letter_of_ascii_is_folded_to_it() -> None:
    every = "".join(map(chr, (one for one in range(sys.maxunicode + 1) if not 0xD800 <= one < 0xE000)))
    for number in range(128):
        letter = chr(number)
        same = re.findall(re.escape(letter), every, re.IGNORECASE)
        assert letter in same
        assert {as_sought(one) for one in same} == {letter.lower()}


WORDS = sorted({word for lists in map(lambda one: needed(*one), patterns()) for words in lists for word in words})
TEXTS = st.lists(
    st.sampled_from(WORDS) | st.sampled_from([word.upper() for word in WORDS]) | st.sampled_from([" ", " ", " ", ", "]) | st.text(EXTRA, max_size=3),
    max_size=12,
).map("".join)  # fmt: skip


@given(TEXTS)
@settings(deadline=None, max_examples=many(30))
def test_a_text_is_found_the_same_in_whether_an_expression_was_compiled_or_not(text: str) -> None:
    for pattern, flags in patterns():
        compiled = re.compile(pattern, flags)
        assert _first(sought(pattern, flags).search(text)) == _first(compiled.search(text)), pattern
        assert _first(sought(pattern, flags).search(text, 2)) == _first(compiled.search(text, 2)), pattern
        assert _first(sought(pattern, flags).match(text, 1)) == _first(compiled.match(text, 1)), pattern
        assert sought(pattern, flags).findall(text) == compiled.findall(text), pattern
        assert [*map(_first, sought(pattern, flags).finditer(text))] == [*map(_first, compiled.finditer(text))], pattern
        assert sought(pattern, flags).sub("-", text) == compiled.sub("-", text), pattern
        assert sought(pattern, flags).split(text) == compiled.split(text), pattern


KEPT_BACK = (
    (SAINT, may_name_a_saint, "Saintse.'’ _9\n\u2009Kilda"),
    (SPACED, may_stand_apart, "abŻ. -_·*9\n²"),
    (INITIALS, may_have_initials, "ABŻ. -\nb9"),
)


@pytest.mark.parametrize(("pattern", "may_find", "letters"), KEPT_BACK)
@given(data=st.data())
@settings(deadline=None, max_examples=many(300))
def test_no_text_is_kept_back_in_which_names_are_sought(
    pattern: re.Pattern[str], may_find: Callable[[str], bool], letters: str, data: st.DataObject
) -> None:
    found = st.from_regex(re.compile(pattern.pattern, pattern.flags))
    text = data.draw(st.text(letters, max_size=14) | st.tuples(st.text(letters, max_size=5), found).map("".join))
    assert may_find(text) or re.search(pattern.pattern, text, pattern.flags) is None


@pytest.mark.parametrize("may_find", [may_find for _, may_find, _ in KEPT_BACK])
def test_in_plain_words_none_of_these_is_sought(may_find: Callable[[str], bool]) -> None:
    assert not may_find("First seen at home by a midwife; it was the last of six visits. All was well")


OPENS = re.compile(r"(?:^|[.!?:;(\n]\s*|[\"“]\s*)$")


@given(st.text(" .!?:;(\n\t\"“”\u2028\x85aA'", max_size=16))
@settings(deadline=None, max_examples=many(300))
def test_a_sentence_begins_where_an_expression_would_say_so(before: str) -> None:
    assert opens_a_sentence(f"{before}It", len(before)) == (OPENS.search(before[-NEAR_BEFORE:]) is not None)


def _first(match: re.Match[str] | None) -> tuple[tuple[int, int], str] | None:
    return match and (match.span(), match[0])


def test_it_is_compiled_for_the_first_text_that_has_its_words_and_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    compiling = re.compile
    monkeypatch.setattr(re, "compile", lambda pattern, flags=0: made.append(pattern) or compiling(pattern, flags))  # type: ignore[func-returns-value]
    inquest = sought(r"\binquest\b", re.IGNORECASE)
    assert inquest.search("Seen at home") is None
    assert not made
    assert inquest.search("The Inqueſt") is not None
    assert inquest.search("Seen at home") is None
    assert inquest.sub("-", "an inquest") == "an -"
    assert made == [r"\binquest\b"]
    assert inquest.flags & re.IGNORECASE


def test_what_keeps_an_expression_back_is_asked_until_it_is_compiled() -> None:
    asked: list[str] = []
    inquest = kept_back(lambda text: asked.append(text) is None and "q" in text, "inquest")  # type: ignore[func-returns-value]
    assert [inquest.search("home"), inquest.sub("-", "the home"), inquest.findall("home")] == [None, "the home", []]
    assert inquest.sub("-", "the inquest") == "the -"
    assert inquest.search("home") is None
    assert asked == ["home", "the home", "home", "the inquest"]


COUNTED = """
import re
from unit.timeline_cases import made, told
compiling, compiled = re.compile, []
re.compile = lambda pattern, flags=0: compiled.append(pattern) or compiling(pattern, flags)
made(None, [told("northtown-general", ("2025-11-20", "Weighed at home by the midwife"))], identified=False)
re.compile = compiling
from unit.test_sought import patterns
print(len({*compiled} & {pattern for pattern, _ in patterns()}), len(patterns()))
"""


def test_a_timeline_of_plain_words_compiles_few() -> None:
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", COUNTED]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    compiled, all_of_them = map(int, ended.stdout.split())
    assert all_of_them > 120
    assert compiled < 12, compiled
