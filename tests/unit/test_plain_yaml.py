"""What is read in one go is what the reader that names every fault makes of it; whatever that would refuse is left to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdr.forms import codec, plain_yaml
from cdr.store.layout import document_path, place
from cdr.store.plaintext import _header, _written, encode

DEPTH = 2 * codec.MAX_DEPTH
PIECES = (
    "a", "b: ", "- ", "\n", "  ", "&x ", "*x", "!t ", "<<: ", "{", "}", "[", "]", ",", "'", '"', "|", "#", "---\n", "...\n",
    "%YAML 1.1\n", "1", "1e5", "0x1", "null", "~", "true", "yes", "?", ":", "2026-01-09", "é", "\t", "\0", "-", "9" * 5000,
)  # fmt: skip
REFUSED = (
    "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "a: &x 1\n", "&x a: 1\n", "a: &x {}\nb: *x\n", "a: !t 1\n", "!t {a: 1}\n", "a: !!str 1\n",
    "<<: {a: 1}\n", "%YAML 1.1\n---\na: 1\n", "a: 1\n---\nb: 2\n", "{a: 1}: 2\n", "[1]: 2\n", "a: 'x\n", "a: [1\n",
    f"a: {'9' * 5000}\n", f"{'{a: ' * 80}1{'}' * 80}\n", "a: 1\n b: 2\n", "%TAG ! x:\n---\na: 1\n",
)  # fmt: skip


def slowly(text: str) -> tuple[Any, bool]:
    """The data, and whether nothing is wrong with it."""
    composer = codec._Composer(1e9, DEPTH)
    composer.read(text, codec._fast_events)
    return composer.roots[:1], not composer.problems and bool(composer.roots)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("a: 1\nb: [x, {c: null}]\n")
def test_both_readers_say_the_same(text: str) -> None:
    try:
        found = plain_yaml.read(text, DEPTH)
    except plain_yaml.Odd:
        return
    assert slowly(text)[1]
    assert repr(found) == repr(slowly(text)[0][0])


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_plain_yaml_is_not_read_in_one_go(text: str) -> None:
    with pytest.raises(plain_yaml.Odd):
        plain_yaml.read(text, DEPTH)
    with pytest.raises(codec.Unreadable):
        codec.load(text.encode())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5))
def test_what_is_written_is_read_in_one_go(data: dict[str, Any]) -> None:
    try:
        raw = codec.dump(data)
    except UnicodeEncodeError:
        return
    assert codec.load(raw) == slowly(raw.decode())[0][0]
    if "<<" not in json.dumps(data):
        assert repr(plain_yaml.read(raw.decode(), DEPTH)) == repr(slowly(raw.decode())[0][0])


@given(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["case", "no", "requests"]),
            "case": st.from_regex(r"[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}", fullmatch=True) | st.none() | st.text(max_size=4),
            "id": st.sampled_from(["return-01", "null", "-", "_", "1e5", "True", "é", 'a"b']),
            "revision": st.integers(0, 10**6) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
            "previous": st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        }
    )
)
def test_a_header_is_written_as_everything_is(header: dict[str, Any]) -> None:
    try:
        meant = codec.dump({"document": header})
    except UnicodeEncodeError:
        return
    assert _written(header) == meant


def test_the_header_of_a_document_needs_no_writer_of_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    there = place(document_path("2026-7K3M", "case"))
    assert there
    from cdr.store.document import Document

    document = Document(there, 3, "0" * 64, {"schema": "case/1"})
    right = codec.dump({"document": _header(document)})
    monkeypatch.setattr(codec, "dump", None)
    assert _written(_header(document)) == right
    monkeypatch.undo()
    assert encode(document).plain.startswith(right)
