"""YAML from outside is read as text with its lines, or refused with every fault; our own comes back as it went."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import within

from cdr.errors import InvalidData
from cdr.forms import codec, text_in

CANARY = "Adébáyọ̀-Canary"


def refused(raw: bytes | str) -> list[tuple[str, int]]:
    data = raw.encode() if isinstance(raw, str) else raw
    with pytest.raises(InvalidData) as caught:
        codec.read_source(data, "given.yaml")
    assert caught.value.problems
    assert CANARY not in "\n".join(caught.value.lines())
    return [(problem.rule, problem.line) for problem in caught.value.problems]


def data(text: str) -> Any:
    return codec.read_source(text.encode(), "given.yaml").data


@pytest.mark.parametrize(
    "word",
    [
        "Null",
        "True",
        "No",
        "Yes",
        "no",
        "1e5",
        "1E5",
        "0x1F",
        "~",
        "null",
        "0434765919",
        "07700900123",
        "943 476 5919",
        "2026-02-30",
        "12:30",
        "1_000",
        "9" * 5000,
        "1e999",
        ".nan",
        ".inf",
        "=",
    ],
)
def test_every_scalar_stays_as_it_was_written(word: str) -> None:
    read = data(f"a: {word}\n")["a"]
    assert read == word
    assert isinstance(read, codec.Scalar) and read.unquoted


@pytest.mark.parametrize("written", ["'12'", '"12"', "|-\n  12", ">-\n  12"])
def test_quoted_text_and_blocks_are_not_plain(written: str) -> None:
    read = data(f"a: {written}\n")["a"]
    assert read == "12" and not read.unquoted


def test_lines_of_keys_items_and_their_parents() -> None:
    source = codec.read_source(
        b"child:\n  name: x\n\n  age: >-\n    long\n    text\ninformed:\n  - {party: gp,\n     on: never}\n  - party: coroner\n",
        "f",
    )
    assert source.line("child.name") == 2
    assert source.line("child.age") == 4
    assert source.line("informed.0.on") == 9
    assert source.line("informed.1.party") == 10
    assert source.line("child.missing.deeper") == 1
    assert source.line("missing") == 0


def test_windows_line_ends_and_a_byte_order_mark_are_taken() -> None:
    source = codec.read_source(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n", "f")
    assert source.data == {"a": "1", "b": "x\ny\n"}
    assert source.line("b") == 2


def test_times_in_curly_brackets_are_text() -> None:
    assert data("at: {on: 2026-01-09T05:43, site: http://example.org}\n") == {
        "at": {"on": "2026-01-09T05:43", "site": "http://example.org"}
    }


def test_text_is_put_into_one_form_of_unicode() -> None:
    assert data("e\u0301: Tọ\u0301pẹ\u0301 e\u0301\n") == {"é": "Tọ́pẹ́ é"}
    assert refused("e\u0301: 1\né: 2\n") == [("YAML-DUPLICATE", 2)]


def test_names_of_many_languages_are_taken() -> None:
    for name in (
        "Adébáyọ̀ Tọ́pẹ́",
        "Siân Ffrŵd",
        "Żółć",
        "İpek Çığ",
        "Nguyễn Thị Ánh",
        "O’Brien",
        "محمد",
        "สมชาย",
        "👩‍👧",
    ):
        assert data(f"name: {name}\n")["name"] == name


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a: &x 1\nb: *x\nc: *x\n", [("YAML-ALIAS", 1), ("YAML-ALIAS", 2), ("YAML-ALIAS", 3)]),
        ("a: 1\n<<: {b: 1}\n", [("YAML-MERGE", 2)]),
        (
            "a: !!python/object:os.system {}\nb: !!set {x}\nc: !!binary aGk=\nd: ! 5\n",
            [("YAML-TAG", n) for n in (1, 2, 3, 4)],
        ),
        ("%YAML 1.1\n---\na: 1\n", [("YAML-DIRECTIVE", 1)]),
        ("%TAG ! x\n---\na: 1\n", [("YAML-DIRECTIVE", 1)]),
        ("%OTHER\n---\na: 1\n", [("YAML-DIRECTIVE", 1)]),
        ("a: 1\nb: 2\na: 3\na: 4\n", [("YAML-DUPLICATE", 3), ("YAML-DUPLICATE", 4)]),
        ("1: a\n'1': b\n", [("YAML-DUPLICATE", 2)]),
        ("a: 1\n---\nb: 2\n", [("YAML-DOCUMENTS", 2)]),
        ("", [("YAML-SHAPE", 1)]),
        ("# only a comment\n", [("YAML-SHAPE", 1)]),
        ("just words\n", [("YAML-SHAPE", 1)]),
        ("- a\n- b\n", [("YAML-SHAPE", 1)]),
        ("? [a]\n: 1\n", [("YAML-KEY", 1)]),
        ("a: b: c\n", [("YAML-SYNTAX", 1)]),
        ("a: 1\nb: 'open\nc: 2\n", [("YAML-SYNTAX", 2)]),
        ("a:\n\t- b\n", [("YAML-SYNTAX", 2)]),
        ("a: [1, 2\nb: 3\n", [("YAML-SYNTAX", 2)]),
        ('a: "\\ud800"\n', [("YAML-CONTROL", 1)]),
        (
            'a: "\\0"\nb: "\\e"\nc: "\\x85"\nd: "\\uFFFE"\ne: "\\U0001FFFF"\n',
            [("YAML-CONTROL", n) for n in (1, 2, 3, 4, 5)],
        ),
        ("a: \x07\nb: 1\nc: \x1b[31m\nd: x\u0085y\n", [("YAML-CONTROL", n) for n in (1, 3, 4)]),
        ("a: safe\u202eefas\nb: \u2066x\n", [("YAML-CONTROL", 1), ("YAML-CONTROL", 2)]),
        ("a: x\u2028y\n", [("YAML-CONTROL", 1)]),
        ("a: o" + "\u0301" * 9 + "\nb: o" + "\u0301" * 8 + "\n", [("YAML-CONTROL", 1)]),
        ("a: o" + "\u0301" * 200 + "\n", [("YAML-CONTROL", 1)]),
        (
            "a: &x 1\na: 2\nb: \x01\nc: !t 1\n",
            [("YAML-ALIAS", 1), ("YAML-DUPLICATE", 2), ("YAML-CONTROL", 3), ("YAML-TAG", 4)],
        ),
    ],
)
def test_every_fault_is_named_with_its_line(raw: str, expected: list[tuple[str, int]]) -> None:
    assert refused(raw) == expected


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("a: é\n".encode("utf-16"), 0),
        ("a: plain\nb: text\n".encode("utf-16-le"), 0),
        ("a: 1\nb: é\n".encode("latin-1"), 2),
        (b"\x00" * 100, 0),
    ],
)
def test_other_encodings_are_refused_with_what_to_do(raw: bytes, line: int) -> None:
    assert refused(raw) == [("YAML-ENCODING", line)]
    with pytest.raises(InvalidData, match="put right") as caught:
        codec.read_source(raw, "f")
    assert "UTF-8" in caught.value.problems[0].message


def test_the_limits_themselves_are_allowed() -> None:
    depth = codec.MAX_DEPTH - 1
    assert data("a: " + "[" * depth + "]" * depth)
    assert refused("a: " + "[" * (depth + 1) + "]" * (depth + 1)) == [("YAML-DEPTH", 1)]
    items = codec.MAX_NODES - 3
    assert len(data("a:\n" + "- 1\n" * items)["a"]) == items
    assert refused("a:\n" + "- 1\n" * (items + 1)) == [("YAML-SIZE", items + 2)]
    full = text_in.MAX_BYTES - 3
    assert len(data("a: " + "x" * full)["a"]) == full
    assert refused("a: " + "x" * (full + 1)) == [("YAML-SIZE", 0)]


BOMBS = {
    "aliases": "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 200)),
    "merges": "a0: &a0 {k: 1}\n"
    + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n  k{n}: 1\n" for n in range(1, 400)),
    "brackets": "[" * 100_000,
    "brackets a line": "a:\n" + "".join(" " * n + "[\n" for n in range(900)),
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "colons": "a:" * 300_000,
    "depth 1,000": "a: " + "[" * 1000 + "]" * 1000,
    "many keys": "".join(f"k{n}: 1\n" for n in range(60_000)),
    "duplicates": "k: 1\n" * 9_000,
    "digits and a fault": "a: " + "9" * 200_000 + "\nb: {c:d, e: 2026-01-09T05:43\n",
    "comments and a fault": "#" * 250_000 + "\nb: {c:d\n",
    "marks": 'a: "x' + "\\u0301\\u0327" * 80_000 + '"\n',
    "raw marks": "a: x" + "\u0301\u0327" * 200_000 + "\n",
    "quotes": "a: '" + "''" * 500_000 + "\n",
    "50 MB": "a: " + "x" * 50_000_000,
    "controls": "a: |\n" + " \x01\n" * 60_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(name: str) -> None:
    raw = BOMBS[name].encode()
    with within(1):
        refused(raw)


def test_nothing_of_the_file_is_quoted() -> None:
    for fault in (
        "a: {0}: {0}\n",
        "a: '{0}\n",
        "'{0} x': 1\n'{0} x': 2\n",
        "{0} x:\n  a: 1\n  a: 2\n",
        "x. {0} x:\n  - b: 1\n    b: 2\n",
        "a: *{0}\n",
        "a: !{0} x\n",
        "&{0} a: 1\n",
        "a: {0}\x01\n",
        "%{0}\n---\na: 1\n",
        "{0}\n",
        "- {0}\n",
        "a: [{0}\n",
        "@{0}: 1\n",
        "a: @{0}\n",
        'a: "\\q{0}"\n',
        "? [{0}]\n: {0}\n",
    ):
        refused(fault.format(CANARY))


def test_a_key_that_is_no_key_is_not_shown() -> None:
    with pytest.raises(InvalidData) as caught:
        codec.read_source(b"child:\n  nhs: 1\n  nhs: 2\n'Jo Test':\n  'Mr. X Y': 1\n  'Mr. X Y': 2\n", "f")
    assert [problem.field for problem in caught.value.problems] == ["child.nhs", "(a key).(a key)"]


AWKWARD = [
    "no",
    "Null",
    "null",
    "~",
    "true",
    "1e5",
    "0123",
    "-",
    "- a",
    "2026-01-09",
    "2026-01-09T05:43",
    "12:30",
    "",
    " lead",
    "trail ",
    "a: b",
    "a #b",
    "# x",
    "😀",
    "one\ntwo",
    "one\ntwo\n",
    "\n",
    "\n\nx",
    "x\n\n",
    " x\ny",
    "x\n  y\nz",
    "x \ny",
    "\ty",
    "x\u0085y",
    "x\u2028y",
    "\ufeff",
    "%x",
    "@x",
    "`x",
    "&x",
    "*x",
    "!x",
    "|",
    ">",
    "{",
    "[a]",
    "'",
    '"',
    "\\n",
    "=",
    "<<",
    "y",
    "N",
    "...",
    "---",
    "--- x",
    "? x",
    "x:",
    ":x",
    "\x00\x1b",
    "😀\nx",
    "k" * 2000,
    "word " * 400,
    "Tọ́pẹ́",
]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_survives(text: str) -> None:
    document = {"a": text, "list": [text, [text]], "deep": {"b": [{"c": text}]}, text: "as a key"}
    assert codec.load(codec.dump(document)) == document


PART = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(AWKWARD),
    lambda parts: (
        st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=8) | st.sampled_from(AWKWARD), parts, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), PART, max_size=5))
def test_what_is_dumped_is_loaded_again(document: dict[str, Any]) -> None:
    back = codec.load(codec.dump(document))
    assert back == document
    assert repr(back) == repr(document)  # the order of keys, 1 and not 1.0 and not True
    assert codec.dump(back) == codec.dump(document)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs", "Cf", "Mn", "Mc", "Me"])),
        max_size=5,
    )
)
def test_text_that_is_dumped_is_read_as_a_source_too(document: dict[str, str]) -> None:
    if document:
        from unicodedata import normalize

        assert codec.read_source(codec.dump(document), "f").data == {
            key: normalize("NFC", value) for key, value in document.items()
        }


def test_documents_look_as_a_person_would_write_them() -> None:
    document = {
        "schema": "form-a/1",
        "name": "Amara Grace",
        "dates": ["2026-01-09"],
        "age": 3,
        "bmi": 31.2,
        "none": None,
        "yes": True,
        "story": "one\ntwo\n",
        "empty": [],
        "answer": "no",
    }
    assert codec.dump(document).decode() == (
        'schema: form-a/1\nname: Amara Grace\ndates:\n- "2026-01-09"\nage: 3\nbmi: 31.2\n"none": null\n'
        '"yes": true\nstory: |\n  one\n  two\nempty: []\nanswer: "no"\n'
    )
    assert b"\n" not in codec.dump({"a": "word " * 1000}).strip()


def test_words_of_yaml_11_are_text_and_so_are_dates() -> None:
    assert codec.load(b"a: no\nb: on\nc: 2026-02-30\nd: 12:30\ne: 0123\nf: Null\ng: 0x1F\nh: 1_000\ni: 1e999\n") == {
        "a": "no",
        "b": "on",
        "c": "2026-02-30",
        "d": "12:30",
        "e": "0123",
        "f": "Null",
        "g": "0x1F",
        "h": "1_000",
        "i": "1e999",
    }
    assert codec.load(b"a: 12\nb: -1.5\nc: true\nd: null\ne:\n") == {
        "a": 12,
        "b": -1.5,
        "c": True,
        "d": None,
        "e": None,
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"a: 1\na: 2\n",
        b"a: &x 1\n",
        b"a: *x\n",
        b"a: !!set {x}\n",
        b"a: 1\n---\nb: 1\n",
        b"\xff\xfe",
        b"a: '",
        b"[" * 5000,
        b"a: " + b"9" * 5000,
    ],
)
def test_our_own_documents_are_refused_when_they_are_not_as_we_write_them(raw: bytes) -> None:
    with pytest.raises(codec.Unreadable):
        codec.load(raw)


def test_an_unreadable_document_is_not_quoted() -> None:
    with pytest.raises(codec.Unreadable) as caught:
        codec.load(f"a: {CANARY}\na: {CANARY}\n".encode())
    assert CANARY not in str(caught.value) and "line 2" in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_yaml_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        codec.dump({"a": value})


@pytest.mark.parametrize("value", [{1: "a"}, object(), {"a": {1, 2}}, b"x"])
def test_what_json_could_not_hold_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        codec.dump({"a": value})
