"""cdr.yaml is changed in place: one agency more, or other words for one, and every other character as it was."""

from __future__ import annotations

import difflib
from contextlib import suppress
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from unit.domain_data import EXAMPLES

from cdr.forms import codec
from cdr.forms.codec import read_source
from cdr.forms.comments import Words, _stands_as_it_is, with_comments, with_fields, with_item

SHIPPED = (EXAMPLES / "store.yaml").read_bytes()
BLOCK = b"""\
# the area's own
agencies:            # all of them
- id: one            # the first
  name: 'One'
  # a note about one
- id: two
  name: Two          # the second

# about the panel
panel: {health: [one]}
"""
FLOW = b"a: 1  # kept\nagencies: [{id: one, name: One}, {id: two, name: Two}]  # also kept\nb: 2\n"
LAST = b"agencies:\n  - {id: one, name: One}\n  - {id: two, name: Two}"
LAYOUTS = [SHIPPED, BLOCK, FLOW, LAST, BLOCK.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + BLOCK]
TEXT = (
    st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


def added(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    lines = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
    told = list(lines)
    return [line[2:] for line in told if line[0] == "-"], [line[2:] for line in told if line[0] == "+"]


def test_one_agency_more_is_one_line_more() -> None:
    gone, new = added(
        SHIPPED, with_item(SHIPPED, "agencies", {"id": "x-y", "name": "Ysbyty: Ŵyn #1", "area": "Eastbury"})
    )
    assert gone == [] and new == ['  - {id: x-y, name: "Ysbyty: Ŵyn #1", area: Eastbury}']
    gone, new = added(BLOCK, with_item(BLOCK, "agencies", {"id": "three", "name": "no"}))
    assert gone == [] and new == ["- id: three", '  name: "no"']


def test_other_words_change_no_other_line() -> None:
    gone, new = added(BLOCK, with_fields(BLOCK, "agencies", 0, {"name": "Eins", "retired_on": "2026-01-01"}))
    assert gone == ["  name: 'One'"] and new == ["  name: Eins", '  retired_on: "2026-01-01"']
    assert b"# a note about one" in with_fields(BLOCK, "agencies", 1, {"name": "Zwei"})
    gone, new = added(SHIPPED, with_fields(SHIPPED, "agencies", 3, {"email": "new@b.example"}))
    assert len(gone) == len(new) == 1 and "new@b.example" in new[0]


@pytest.mark.parametrize("text", LAYOUTS)
@settings(deadline=None, max_examples=25)
@given(name=TEXT, phone=TEXT)
@example(name="?0", phone="? x")
def test_whatever_the_layout_it_reads_as_it_should(text: bytes, name: str, phone: str) -> None:
    before = read_source(text, "").data
    more = read_source(with_item(text, "agencies", {"id": "new", "name": name}), "").data
    assert {**more, "agencies": more["agencies"][:-1]} == before
    assert more["agencies"][-1] == {"id": "new", "name": normalize("NFC", name)}
    changed = read_source(with_fields(text, "agencies", 1, {"name": name, "phone": phone}), "").data
    assert changed["agencies"][0] == before["agencies"][0] and {**changed, "agencies": 0} == {**before, "agencies": 0}
    assert changed["agencies"][1] == {
        **before["agencies"][1],
        "name": normalize("NFC", name),
        "phone": normalize("NFC", phone),
    }


@pytest.mark.parametrize("text", [SHIPPED, BLOCK, FLOW, LAST])
def test_comments_stay_in_every_layout(text: bytes) -> None:
    for after in (with_item(text, "agencies", {"id": "new"}), with_fields(text, "agencies", 0, {"phone": "1"})):
        assert all(line.split(b"#")[1] in after for line in text.splitlines() if b"#" in line)


ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers(-10**9, 10**9) | st.sampled_from([0.5, -2.25, 8.1]) | TEXT | st.just("two\nlines"),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), part, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), ANSWERS, min_size=1, max_size=5),
    st.text("x# :-[]{},'\"&*!", max_size=9),
)
def test_what_cdr_itself_would_write_stays_as_it_is(data: dict[str, Any], remark: str) -> None:
    """With a person's own comments in it; and what is let stand, every reader of YAML has as cdr has it."""
    text = b"# " + remark.encode() + b"\n" + codec.dump(data)
    words = with_comments(text, data)
    assert words.as_written and codec.load(words.text) == data
    if _stands_as_it_is(text, data):
        assert words.text == text.rstrip(b"\n") + b"\n"
        for kind in (YAML(typ="safe", pure=True), YAML(typ="safe")):
            assert kind.load(text.decode()) == data


@pytest.mark.parametrize(
    "text",
    [
        "a: one\nb: [two, three, 4]\nc: {d: null, e: true}\n", "a:\n   - one\n   -   two # three\n\n\nb: 'it''s'\n", "a: []\nb: {}\n",
        "# first\na: |\n  two\n  lines\nb: 2.5", '"a": "2026-01-09"\n',
    ],
)  # fmt: skip
def test_a_layout_that_nobody_could_mistake_is_kept_to_the_letter(text: str) -> None:
    data = codec.load(text.encode())
    assert _stands_as_it_is(text.encode(), data)
    assert with_comments(text.encode(), data) == Words(text.rstrip("\n").encode() + b"\n", as_written=True)


@pytest.mark.parametrize(
    "text",
    [
        "a: 2026-01-09\n", "a: yes\n", "a: 0123\n", "a: 1_000\n", "a: 06:52\n", "a: ~\n", "a:\n", "{a: one}\n", "  a: one\n", "---\na: one\n",
        "a: one\n...\n", "a: &b one\nc: *b\n", "a: !!str one\n", "a: one\r\n", "a: [?0]\n", "a: [at:5]\n", "a: 1e3\n", "a: |+\n  one\n\n",
        "a:\tone\n", "\ufeffa: one\n", "a: '\u2028'\n", "a: NaN\n", "no: one\n", "1: one\n2: [n]\n",
    ],
)  # fmt: skip
def test_a_layout_that_could_be_mistaken_is_looked_at(text: str) -> None:
    data = {"a": "one"}
    with suppress(codec.Unreadable):
        data = codec.load(text.encode())
    assert not _stands_as_it_is(text.encode(), data)


@pytest.mark.parametrize(
    ("text", "data"), [("a: 1\n", {"a": True}), ("a: 1\nb: 2\n", {"b": 2, "a": 1}), ("a: one\n", {"a": "two"})]
)
def test_a_text_that_says_another_thing_does_not_stand(text: str, data: dict[str, Any]) -> None:
    assert not _stands_as_it_is(text.encode(), data)
