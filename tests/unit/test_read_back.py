"""Whatever is accepted opens again, behind its header and filled up, and says the same: in every layout of YAML and JSON."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.errors import InvalidData
from cdr.forms import codec, plain_yaml, text_in
from cdr.store import layout
from cdr.store.document import Document
from cdr.store.plaintext import decode, encode, salvaged

PLACE = next(filter(None, [layout.place("cases/2026-7K3M/notification.yaml.gpg")]))

LETTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("#:-?{}[],&*!|>'\"%@` \n\t\\/ẸọŵÓłﬁ")
SAID = (
    st.text(LETTERS, max_size=40)
    | st.text("ab #:\n", max_size=12)
    | st.sampled_from([
        "", "null", "~", "yes", "No", "0434765919", "1e5", "2026-01-09", "2026-01-09T05:43", "...", "---", "a\n\n", "a\n\n\n",
        " a", "a ", "# a", "- a", "? a", "a: b", "x #y", "'", '"', "\\x41", "<<", "=", "12:30", "Ẹ̀bùn Ọlá", "Siân O’Brien–Łukasz",
    ])
)  # fmt: skip
KEY = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
PART = st.recursive(
    SAID | st.integers(-(10**14), 10**14) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)
BODY = st.dictionaries(KEY.filter(lambda key: key != "document"), PART, min_size=1, max_size=5)


def kept(text: bytes, body: dict[str, Any]) -> Document:
    """What a reader finds of a text that was accepted as meaning `body`."""
    encoded = encode(Document(PLACE, 1, None, body, text))
    assert len(encoded.plain) % 4096 == 0
    read = decode(encoded.plain, PLACE)
    assert json.dumps(read.body) == json.dumps(body)  # of the same types, too, and in the same order
    there = Counter(codec.remarks((read.text or b"").decode()))
    assert Counter(codec.remarks(text.decode("utf-8-sig"))) <= there  # no comment is lost
    return read


# ---- how large it is -------------------------------------------------------------------------------------------------


def size_of(letters: int) -> tuple[int, int]:
    """How large a document with a text of so many letters is, without what fills it up and with it."""
    plain = encode(Document(PLACE, 1, None, {"text": "x" * letters})).plain
    return len(plain.rstrip(b"\n")) + 1, len(plain)


def test_a_document_fills_whole_blocks_and_no_more() -> None:
    bare, _ = size_of(1)
    fits = 1 + 4096 - bare  # so many letters fill the first block to its last byte
    assert size_of(fits) == (4096, 4096)
    assert size_of(fits + 1) == (4097, 8192)
    assert size_of(fits - 1) == (4095, 4096)
    assert size_of(fits + 4096) == (8192, 8192)
    assert size_of(fits + 4097) == (8193, 12288)


@given(st.integers(0, 20_000))
def test_a_size_tells_only_how_many_blocks_there_are(letters: int) -> None:
    bare, filled = size_of(letters)
    assert filled % 4096 == 0 and 0 <= filled - bare < 4096


def test_short_documents_are_of_one_size() -> None:
    """An answer of one word, a nil, a page: whoever sees the file cannot tell which."""
    bodies = (
        {"nil": True},
        {"nil": False},
        {"text": "yes"},
        {"text": "no"},
        {"text": "A page of words. " * 150, "more": [1, 2, 3]},
    )
    assert {len(encode(Document(PLACE, 1, None, body)).plain) for body in bodies} == {4096}


# ---- what cdr writes itself ------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=many(200))
@given(BODY)
def test_a_body_of_ours_is_read_back(body: dict[str, Any]) -> None:
    try:
        encoded = encode(Document(PLACE, 3, "0" * 64, body))
    except InvalidData as error:
        assert any(text_in.NOT_IN_TEXT.search(text) for text in texts(body)), error
        return
    assert json.dumps(decode(encoded.plain, PLACE).body) == json.dumps(body)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, part in value.items() for text in (key, *texts(part))]
    return [text for part in value for text in texts(part)] if isinstance(value, list) else [str(value)]


@pytest.mark.parametrize("said", ["a\n\n", "a\n\n\n\n", "\n\n", "a\n \n"])
def test_a_last_line_that_ends_in_empty_lines_does_not_take_the_padding_for_its_own(said: str) -> None:
    body = {"schema": "form-a/1", "circumstances": said}
    assert decode(encode(Document(PLACE, 1, None, body)).plain, PLACE).body == body


# ---- what people write -----------------------------------------------------------------------------------------------


class Writer:
    """Writes plain data as YAML, each part in a layout of its own choice."""

    def __init__(self, chance: Random) -> None:
        self.choice = chance.choice

    def choose(self, *of: Any) -> Any:
        return self.choice(of)

    def remark(self) -> str:
        return self.choose("", "", "", " # a note", "  # {not: read}", ' # don\'t "quote"')

    def file(self, body: dict[str, Any]) -> str:
        start = self.choose(
            "", "", "", "---\n", "# first\n", "# first\n---\n", "\n\n", "  # indented\n", "--- # why\n", "# - a\n#b\n\n"
        )
        dumped = (json.dumps(body), json.dumps(body, indent=2))
        whole = self.choose(
            self.block(body, 0), self.block(body, 2), *(f"{one}\n" for one in (self.flow(body), *dumped))
        )
        end = self.choose("", "", "\n\n\n", "# last\n", "...\n", "...\n# after\n")
        return str(start + whole + end)

    def block(self, part: Any, indent: int) -> str:
        before = " " * indent
        if isinstance(part, dict) and part:
            return "".join(f"{before}{self.key(key)}:{self.below(value, indent)}" for key, value in part.items())
        return "".join(f"{before}-{self.item(value, indent)}" for value in part)

    def key(self, key: str) -> str:
        return str(self.choose(key, key, f'"{key}"', f"'{key}'"))

    def below(self, value: Any, indent: int) -> str:
        if isinstance(value, (dict, list)) and value and self.choose(True, True, False):
            return f"{self.remark()}\n{self.block(value, indent + self.choose(1, 2, 4))}"
        return (
            f" {self.leaf(value, indent)}{self.remark()}\n" if not isinstance(value, str) else self.text(value, indent)
        )

    def item(self, value: Any, indent: int) -> str:
        return self.below(value, indent + 1)

    def text(self, value: str, indent: int) -> str:
        style = self.choose("quoted", "quoted", "block", "folded", "single")
        lines = value.split("\n")
        tidy = value and all(line.isprintable() and line.strip() == line for line in lines) and lines[0]
        if style == "block" and tidy:
            mark = "|+" if value.endswith("\n\n") else "|" if value.endswith("\n") else "|-"
            body = lines[:-1] if value.endswith("\n") else lines
            return f" {mark}{self.remark()}\n" + "".join(
                f"{' ' * (indent + 2)}{line}\n" if line else "\n" for line in body
            )
        if style == "folded" and tidy and len(lines) == 1:
            return f" >-{self.remark()}\n{' ' * (indent + 2)}{value}\n"
        if style == "single" and "\n" not in value and value.isprintable():
            return " '" + value.replace("'", "''") + f"'{self.remark()}\n"
        return f" {json.dumps(value, ensure_ascii=self.choose(True, False))}{self.remark()}\n"

    def leaf(self, value: Any, indent: int) -> str:
        return self.flow(value) if isinstance(value, (dict, list)) else "null" if value is None else json.dumps(value)

    def flow(self, part: Any) -> str:
        gap = self.choose(" ", "\n   ", " # in it\n   ")
        if isinstance(part, dict):
            return "{" + f",{gap}".join(f"{self.key(key)}: {self.flow(value)}" for key, value in part.items()) + "}"
        if isinstance(part, list):
            return "[" + f",{gap}".join(self.flow(value) for value in part) + "]"
        return "null" if part is None else json.dumps(part, ensure_ascii=self.choose(True, False))


@st.composite
def written(draw: st.DrawFn) -> bytes:
    raw = Writer(draw(st.randoms(use_true_random=False))).file(draw(BODY)).encode("utf-8", "surrogatepass")
    ends = draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"]))
    return draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"])) + raw.replace(b"\n", ends)


def as_data(value: Any) -> Any:
    """What a form's schema might make of a source: its texts, as plain data."""
    if isinstance(value, dict):
        return {str(key): as_data(part) for key, part in value.items()}
    return [as_data(part) for part in value] if isinstance(value, list) else str(value)


def typed(value: Any) -> Any:
    """The same with numbers, truths and nothing where a schema might ask for them."""
    if isinstance(value, dict):
        return {str(key): typed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [typed(part) for part in value]
    words = {"null": None, "true": True, "false": False}
    if isinstance(value, codec.Scalar) and value.unquoted:
        return int(value) if plain_yaml.INTEGER.fullmatch(value) else words.get(value, str(value))
    return str(value)


@settings(deadline=None, max_examples=many(300))
@given(written(), st.sampled_from([as_data, typed]))
def test_whatever_is_accepted_is_read_back(text: bytes, coerce: Any) -> None:
    try:
        body = coerce(codec.read_source(text, "form").data)
        kept(text, body)
    except InvalidData:  # refused, with every problem, and nothing kept
        return


@settings(deadline=None, max_examples=many(100))
@given(written())
def test_what_was_kept_can_be_edited_and_kept_again(text: bytes) -> None:
    try:
        body = as_data(codec.read_source(text, "form").data)
        once = kept(text, body)
    except InvalidData:
        return
    assert once.text is not None
    again = as_data(codec.read_source(once.text, "form").data)
    assert kept(once.text, again).body == body


# ---- layouts that were kept so that nobody could open them ------------------------------------------------------------

FLOW = b'{schema: form-a/1, child: {first_names: Testa, born: "2015-01-01"}, informed: [gp, police]}\n'
BODY_OF_FLOW = {
    "schema": "form-a/1",
    "child": {"first_names": "Testa", "born": "2015-01-01"},
    "informed": ["gp", "police"],
}
HEADER = b'document:\n  kind: notification\n  case: "2026-7K3M"\n  id: notification\n  revision: 1\n  previous: null\n'


@pytest.mark.parametrize("text", [FLOW, b"# a note\n" + FLOW, json.dumps(BODY_OF_FLOW).encode(), b"--- # why\n" + FLOW])
def test_a_form_in_curly_brackets_is_kept_a_field_a_line(text: bytes) -> None:
    encoded = encode(Document(PLACE, 1, None, BODY_OF_FLOW, text))
    assert not encoded.as_written and b"\nschema: form-a/1\n" in encoded.plain
    assert kept(text, BODY_OF_FLOW).text is not None


@pytest.mark.parametrize("text", [b"schema: x/1 # why\na: b\n", b"# a\n\nschema: x/1\n# b\na: b # c\n# d\n"])
def test_own_words_that_can_stay_stay(text: bytes) -> None:
    encoded = encode(Document(PLACE, 1, None, {"schema": "x/1", "a": "b"}, text))
    assert encoded.as_written and encoded.document.text == text


def test_what_an_earlier_version_kept_unreadable_is_found_in_it_again() -> None:
    stored = HEADER + FLOW
    with pytest.raises(Exception, match="is not the document"):
        decode(stored, PLACE)
    assert salvaged(stored, PLACE).body == BODY_OF_FLOW
    elsewhere = stored.replace(b"2026-7K3M", b"2026-7K3N")
    with pytest.raises(Exception, match="is not the document"):
        salvaged(elsewhere, PLACE)


def test_a_text_that_no_document_can_hold_is_refused_by_its_field() -> None:
    with pytest.raises(InvalidData) as refused:
        encode(Document(PLACE, 1, None, {"schema": "form-a/1", "child": {"first_names": "a\ud800"}}))
    assert [(one.field, one.rule) for one in refused.value.problems] == [("child.first_names", "STORE-READ")]
