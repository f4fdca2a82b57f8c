"""Return forms in Word and as text: they come back, and what does more than hold text is refused."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from cli.agency_replies import ASKED, CAME, HOSPITAL, POLICE, Post, ledger, returns
from cli.word_forms import filled
from conftest import Shell

from cdr.forms import codec, schema

# ---- Word and YAML --------------------------------------------------------------------------------------------------


ANSWERS = {
    "response": "Full response", "identifying.family_name": "Testcase", "identifying.date_of_birth": "2 March 2025", "identifying.nhs_number": "999 000 0018",
    "contact.last": "09/01/2026", "circumstances.mode_of_death": "LABEL", "circumstances.narrative": "One.\nTwo: Ẹ̀bùn & <b>",
    "timeline.0.at": "9 January 2026 06:25",
    "timeline.0.event": "Arrived", "timeline.2.at": "2025-07-18", "timeline.2.event": "Seen", "child.gestation.weeks": "36", "child.weight_kg": "8.1",
    "circumstances.events_known#sudi_sudc": "x", "completed_by.name": "Dr Priya Raman", "completed_by.role": "Consultant", "completed_on": "20 January 2026",
    "records_searched": "EPR\nPaper notes", "sudden_unexpected_death.recent_illness": "Cold for two days",
}  # fmt: skip


def answers() -> dict[str, str]:
    from cdr.forms.codelists import code_list

    labels = {
        "response": code_list("response_type").label("full"),
        "circumstances.mode_of_death": code_list("mode_of_death").label("found_dead_collapsed"),
    }
    return {**ANSWERS, **labels}


def test_a_word_form_comes_back(cdr: Shell, asked: str, post: Post, word: bytes) -> None:
    path = post.file(filled(word, answers()), "back.docx", seal=lambda raw: raw)
    cdr("return", asked, HOSPITAL, "--from", path, as_of=CAME, code=2)
    answer = cdr("return", asked, HOSPITAL, "--from", path, "--yes", "--json", as_of=CAME)
    assert answer.json["received"]["how"] == "docx"
    kept = returns(cdr, asked)["return-01"]
    assert "request" not in kept and kept["case"] == asked
    assert kept["identifying"] == {"family_name": "Testcase", "date_of_birth": "2025-03-02", "nhs_number": "9990000018"}
    assert kept["circumstances"] == {
        "mode_of_death": "found_dead_collapsed",
        "narrative": "One.\nTwo: Ẹ̀bùn & <b>",
        "events_known": ["sudi_sudc"],
    }
    assert kept["timeline"] == [{"at": "2026-01-09T06:25", "event": "Arrived"}, {"at": "2025-07-18", "event": "Seen"}]
    assert kept["child"] == {"gestation": {"weeks": 36}, "weight_kg": 8.1} and kept["records_searched"] == [
        "EPR",
        "Paper notes",
    ]
    assert kept["supplementary"] == [
        {"type": "sudden_unexpected_death", "answers": {"recent_illness": "Cold for two days"}}
    ]


def _relation(target: str, kind: str = "image") -> dict[str, bytes]:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="r1" Type="{kinds}/{kind}" Target="{target}" TargetMode="External"/>'
    spaces = "http://schemas.openxmlformats.org/package/2006/relationships"
    text = f'<?xml version="1.0"?><Relationships xmlns="{spaces}">{one}</Relationships>'
    return {"word/_rels/footer9.xml.rels": text.encode()}


DTD = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document'


def test_word_documents_that_do_more_than_hold_text_are_refused(
    cdr: Shell, asked: str, post: Post, word: bytes
) -> None:
    def back(raw: bytes) -> str:
        return post.refused(post.file(raw, "back.docx", seal=lambda raw: raw))

    said = answers()
    assert "macros" in back(filled(word, said, {"word/vbaProject.bin": b"x"}))
    assert "macros" in back(filled(word, said, {"word/embeddings/a.bin": b"x"}))
    assert "[WORD-SAFE]" in back(filled(word, said, _relation("http://evil.example/x.png")))
    assert "[WORD-SAFE]" in back(filled(word, said, _relation("file:///x.dotm", "attachedTemplate")))
    assert "document type" in back(filled(word, said, main=lambda xml: xml.replace(b"<w:document", DTD, 1)))
    assert "far more" in back(filled(word, said, {"word/media/x.bin": bytes(40 * 1024 * 1024)}))
    assert "far more" in back(filled(word, said, {f"word/{n}.xml": b"x" for n in range(600)}))
    twice = filled(word, said, main=lambda xml: xml.replace(b'w:val="completed_by.role"', b'w:val="completed_by.name"'))
    assert "twice" in back(twice)
    assert "password" in back(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert "[WORD-SHAPE]" in back(b"not a zip at all")
    assert "[WORD-SHAPE]" in back(word[: len(word) // 2])
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "[WORD-SHAPE]" in back(empty.getvalue())
    assert "[B-25]" in back(filled(word, {**said, "request": "0" * 32}))
    assert "[B-25]" in back(
        filled(word, said, main=lambda xml: xml.replace(b'w:tag w:val="request"', b'w:tag w:val="mine"'))
    )
    assert "[B-27]" in back(filled(word, {**said, "completed_on": "2026-01-21"}))
    assert "[CASE-01]" in back(filled(word, {**said, "case": "2026-ZZZZ"}))
    assert "[B-01]" in back(filled(word, {**said, "agency": POLICE}))
    assert "[SCHEMA-CODE]" in back(filled(word, {**said, "circumstances.mode_of_death": "Struck by lightning"}))


def test_a_link_in_word_that_only_waits_to_be_clicked_is_no_harm(
    cdr: Shell, asked: str, post: Post, word: bytes
) -> None:
    raw = filled(word, answers(), _relation("mailto:a@b.example", "hyperlink"))
    cdr("return", asked, HOSPITAL, "--from", post.file(raw, "back.docx", seal=lambda raw: raw), "--yes", as_of=CAME)


def test_a_text_form_comes_back_with_its_number(cdr: Shell, asked: str, post: Post) -> None:
    path = post.folder / "form.yaml"
    cdr("form", asked, HOSPITAL, "-o", path, as_of=ASKED)
    empty = path.read_text("utf-8")
    assert "SCHEMA-REQUIRED" in post.refused(path)
    full = empty.replace("response:\n", "response: full\n", 1)
    full = re.sub(r"^(completed_by:\n(?:  ##.*\n)*  name:)$", r"\1 Dr Priya Raman", full, flags=re.MULTILINE)
    full = re.sub(r"^completed_on:$", "completed_on: 2026-01-20", full, flags=re.M)
    full = full.replace("  # narrative:\n", "  narrative: Brought by ambulance\n").replace(
        "  # family_name:\n", "  family_name: Testcase\n"
    )
    nonce = ledger(cdr, asked)[HOSPITAL]["form"]["nonce"]
    path.write_text(full.replace(nonce, "f" * 32), "utf-8")
    assert "[B-25]" in post.refused(path)
    path.write_text(full, "utf-8")
    answer = cdr("return", asked, HOSPITAL, "--from", path, "--json", as_of=CAME)
    kept = returns(cdr, asked)["return-01"]
    assert answer.json["received"]["how"] == "yaml" and "request" not in kept
    assert kept["circumstances"] == {"narrative": "Brought by ambulance"}


@pytest.mark.parametrize("agency", ["northtown-maternity", POLICE, "northtown-academy"])
def test_every_line_of_a_text_form_is_a_field_once_its_mark_is_taken_away(
    cdr: Shell, sudi: str, tmp_path: Path, agency: str
) -> None:
    cdr("request", sudi, agency, as_of=ASKED)
    cdr("form", sudi, agency, "-o", tmp_path / "form.yaml", as_of=ASKED)
    text = (tmp_path / "form.yaml").read_text("utf-8")
    bare = re.sub(r"^(\s*)# (?!#)", r"\1", text, flags=re.M)
    source = codec.read_source(bare.encode(), "form")
    data = schema.coerce(source.data, "form-b/1")
    unknown = [p for p in schema.problems(data, "form-b/1") if p.rule == "SCHEMA-UNKNOWN"]
    assert unknown == []
    assert len(source.data["supplementary"]) == 18 and {"at", "event"} <= source.data["timeline"][0].keys()
