"""The Word form: every box has a place in Form B, and what is written into a box comes back from it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from cli.word_forms import W, filled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdr.documents.return_form import return_docx, word_reading
from cdr.documents.return_form.return_boxes import LONGEST_TAG, boxes, tag
from cdr.documents.return_form.return_form import ReturnForm
from cdr.forms import fields, replies, schema
from cdr.forms.codelists import code_list

TYPES = [str(code.code) for code in code_list("agency_type").codes]
NUMBER = "0123456789abcdef0123456789abcdef"


def form(type_: str = "acute_hospital", **other: Any) -> ReturnForm:
    given = {"case": "2026-7K3M", "agency_id": "northtown-general", "agency_name": "Ysbyty’r Ŵyn & Sons <b>", "agency_type": type_,
             "requested_on": date(2026, 1, 9), "reply_by": date(2026, 1, 23), "organisation": "Northshire Child Death Review Team",
             "contact_name": "Robin Ashworth", "contact_email": "cdop.manager@northshire.example", "contact_phone": "01632 960001",
             "form": "form-b/1", "nonce": NUMBER, "identity": "LOCKED-IDENTITY", "keys": ("KEY",), "fingerprints": ("F" * 40,)}  # fmt: skip
    return ReturnForm(**{**given, **other})


RAW = return_docx.to_docx(form())
PLACES: dict[str, list[fields.Named]] = {}
for one in fields.every("form-b/1"):
    PLACES.setdefault(one.path, []).append(one)


def parts(raw: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


@pytest.mark.parametrize("type_", TYPES)
def test_every_box_has_a_place_in_form_b_and_a_tag_that_word_takes(type_: str) -> None:
    supplementary = [str(code.code) for code in code_list("supplementary_type").codes]
    for box in (box for box in boxes(type_) if box.kind != "heading"):
        head, _, rest = box.path.partition(".")
        path = f"supplementary.0.answers.{rest}" if head in supplementary else box.path
        places = PLACES.get(".".join(step for step in path.split(".") if not step.isdigit()), [])
        assert places, box.path
        if box.codes:
            known = {
                code
                for place in places
                for code, _ in (place.field.item() if place.field.kind == "list" else place.field).codes
            }
            assert {code for code, _ in box.codes} <= known, box.path
        tags = (
            [tag(box.path, code, n) for n, (code, _) in enumerate(box.codes)] if box.kind == "choices" else [box.path]
        )
        assert all(len(one) <= LONGEST_TAG for one in tags) and len(set(tags)) == len(tags)
        assert box.words


def test_the_document_is_the_same_each_time_and_carries_its_marks() -> None:
    assert return_docx.to_docx(form()) == RAW
    whole = parts(RAW)
    assert "LOCKED-IDENTITY" not in "".join(whole.values()) and NUMBER in whole["word/document.xml"]
    assert "Return form 2026-7K3M" in whole["docProps/core.xml"] and "en-GB" in whole["docProps/core.xml"]
    assert re.findall(r'<w:lang w:val="([^"]*)"', whole["word/styles.xml"])[0] == "en-GB"
    assert "Ysbyty’r Ŵyn &amp; Sons &lt;b&gt;" in whole["word/document.xml"]
    assert "<w:tbl>" not in whole["word/document.xml"] and "External" not in "".join(
        text for name, text in whole.items() if name.endswith(".rels")
    )
    headings = re.findall(r'<w:pStyle w:val="(Title|Heading[0-9])"', whole["word/document.xml"])
    levels = [0 if one == "Title" else int(one[-1]) for one in headings]
    assert levels[0] == 0 and all(after - before <= 1 for before, after in pairwise(levels))


def test_an_empty_form_says_only_what_it_is() -> None:
    fault, said = word_reading.read(RAW, "acute_hospital")
    assert fault is None
    assert said == {"case": "2026-7K3M", "agency": "northtown-general", "request": NUMBER, "schema": "form-b/1"}


LINES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, min_size=1, max_size=4), LINES)
def test_what_is_written_into_a_box_comes_back(lines: list[str], name: str) -> None:
    answers = {
        "circumstances.narrative": "\n".join(lines),
        "identifying.also_known_as": "\n".join(lines),
        "completed_by.name": name,
    }
    fault, said = word_reading.read(filled(RAW, answers), "acute_hospital")
    assert fault is None
    for field, answer in answers.items():
        assert said.get(field) in (answer, lines) or answer in (return_docx.WRITE, return_docx.CHOOSE, return_docx.PICK)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("9 January 2026", "2026-01-09"), ("09/01/2026", "2026-01-09"), ("2026-01-09", "2026-01-09"), ("9 January 2026 6:05", "2026-01-09T06:05"),
     ("09/01/2026, 23.59", "2026-01-09T23:59"), ("2026-01-09T05:43", "2026-01-09T05:43"), ("9 January 2026 at 05:43", "2026-01-09T05:43"),
     ("29 February 2024", "2024-02-29"), ("31/02/2026", "31/02/2026"), ("last week", "last week"), ("9 January 2026 24:00", "9 January 2026 24:00")],
)  # fmt: skip
def test_dates_as_people_write_them(written: str, meant: str) -> None:
    _, said = word_reading.read(filled(RAW, {"timeline.0.at": written, "timeline.0.event": "x"}), "acute_hospital")
    assert said["timeline.0.at"] == meant


def test_items_that_were_left_empty_are_none_and_numbers_are_numbers() -> None:
    answers = {
        "parents.2.age": "15",
        "parents.2.relationship": code_list("relationship").label("mother"),
        "child.weight_kg": "8.1",
        "mother.bmi": "31",
    }
    _, said = word_reading.read(filled(RAW, answers), "acute_hospital")
    body = replies.from_fields(said, "form-b")
    assert body["parents"] == [{"relationship": "mother", "age": 15}]
    assert body["child"] == {"weight_kg": 8.1} and body["mother"] == {"bmi": 31}
    assert {one.field for one in schema.problems(body, "form-b/1")} == {"response", "completed_by", "completed_on"}


def test_a_form_without_its_tags_is_read_by_the_order_of_its_boxes() -> None:
    def untagged(xml: bytes) -> bytes:
        return re.sub(rb"<w:tag [^>]*/>", b"", xml)

    answers = {"completed_by.name": "Dr Ẹ̀bùn", "timeline.1.event": "Seen", "circumstances.events_known#drowning": "x"}
    raw = filled(RAW, answers)
    bare = filled(RAW, answers, main=untagged)
    assert b"<w:tag" not in zipfile.ZipFile(io.BytesIO(bare)).read("word/document.xml")
    assert word_reading.read(bare, "acute_hospital") == word_reading.read(raw, "acute_hospital")
    assert word_reading.read(bare, "police")[0] is not None
    moved = filled(
        RAW, answers, main=lambda xml: untagged(xml).replace(b'w:alias w:val="Reference"', b'w:alias w:val="Other"')
    )
    assert word_reading.read(moved, "acute_hospital")[0] is not None


def test_what_a_correction_took_away_is_not_said() -> None:
    def struck(xml: bytes) -> bytes:
        kept = b"<w:t>Kept</w:t></w:r>"
        return xml.replace(
            kept, kept + b'<w:moveFrom w:id="1" w:author="x"><w:r><w:t>Struck</w:t></w:r></w:moveFrom>', 1
        )

    raw = filled(RAW, {"completed_by.name": "Kept"}, main=struck)
    assert (
        b"Struck" in zipfile.ZipFile(io.BytesIO(raw)).read("word/document.xml") and W in parts(raw)["word/document.xml"]
    )
    assert word_reading.read(raw, "acute_hospital")[1]["completed_by.name"] == "Kept"


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_damaged_document_is_refused_or_read_and_never_more(data: st.DataObject) -> None:
    raw = bytearray(RAW)
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for broken in (bytes(raw), bytes(raw[:cut])):
        fault, said = word_reading.read(broken, "acute_hospital")
        assert fault is not None or said
