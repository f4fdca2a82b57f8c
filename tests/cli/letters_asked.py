"""The answers of a gate, and the analysis, with which the tests of letters make them; and what a letter says."""

from __future__ import annotations

import io
from pathlib import Path

import docx
from conftest import EXAMPLES, Shell

GATE = (EXAMPLES / "letter-gate.yaml").read_bytes()
MORE = b"""  someone_to_meet: {answer: yes, by: Jo Penrose, on: 2026-04-17}
  feedback_wanted: {answer: yes, by: Jo Penrose, on: 2026-04-17}
  learning_agreed: {answer: yes, by: Dr Leslie Okafor, on: 2026-04-17}
proof_read_by"""
FULL = GATE.replace(b"proof_read_by", MORE)
ACTION = b"""schema: letter-gate/1
answers:
  wording_agreed: {answer: yes, by: Jo Penrose, on: 2026-04-17}
  no_one_recognised: {answer: yes, by: Dr Sam Whitfield, on: 2026-04-17}
proof_read_by: [Robin Ashworth, Jo Penrose]
"""
DAY = "2026-04-17"
FORM_C = (EXAMPLES / "form-c-sudi.yaml").read_bytes()
PLAIN = b", for_family: The advice was given once. Now it will be given twice.}"
FOR_FAMILY = FORM_C.replace(b"after the six-week contact.}", b"after the six-week contact." + PLAIN)


def reviewed(cdr: Shell, case: str, form: bytes = FOR_FAMILY) -> str:
    cdr("review", case, "--from", "-", "--override", "No panel yet", stdin=form, as_of="2026-04-14")
    return case


def ready_for(cdr: Shell, case: str, kind: str) -> None:
    """What a kind of letter says is made so."""
    if kind == "after-review-meeting":
        cdr("milestone", case, "cdrm", "--on", "2026-04-14", as_of="2026-04-14")
    if kind == "thanks":
        cdr("milestone", case, "family_views", "--on", "2026-03-02", "--with", "family", as_of="2026-04-14")
    if kind == "after-panel":
        reviewed(cdr, case)


def text_in(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(path.read_bytes())).paragraphs)
