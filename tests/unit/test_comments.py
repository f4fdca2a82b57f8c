"""cdr.yaml is changed in place: one agency more, or other words for one, and every other character as it was."""

from __future__ import annotations

import difflib
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from unit.domain_data import EXAMPLES

from cdr.forms.codec import read_source
from cdr.forms.comments import with_fields, with_item

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
