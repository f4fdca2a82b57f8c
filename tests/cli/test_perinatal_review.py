"""What a perinatal mortality review found, written out beside its report: it is in the draft of the analysis and in the panel's papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell

from cdr.forms import codec

DAY = "2026-04-14"
FOUND = """\
schema: perinatal-review/1
report_on: 2026-04-02
grades:
  before_birth: C
  after_birth: A
factors:
  - code: antenatal_care_late
    text: The first appointment was at 19 weeks.
  - text: No interpreter was booked.
good_practice:
  - The parents were asked for their views twice.
actions:
  - text: Book interpreters with the first appointment
    to: Head of midwifery
    due: 2026-09-01
"""
SOURCE = "perinatal mortality review of 2026-04-02 (attachment 2)"


@pytest.fixture
def newborn(cdr: Shell) -> str:
    """A newborn's case, with the report of the review as a PDF."""
    case = cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-02-17").out.strip()
    cdr("attach", case, "-", "--kind", "pmrt", stdin=b"%PDF-1.7 nobody reads this here", as_of=DAY)
    return case


def found(tmp_path: Path, text: str = FOUND) -> Path:
    file = tmp_path / "found.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_report_that_nobody_read_is_named_in_the_draft(cdr: Shell, newborn: str) -> None:
    head = cdr("review", newborn, "--draft", as_of=DAY).out
    assert "# Kept with the case and not read for this draft; what it says is for you to enter:\n" in head
    assert "# - Perinatal mortality review report (attachment 1); its grades, factors and actions can be given" in head


def test_what_the_review_found_is_in_the_draft_each_with_its_source(cdr: Shell, newborn: str, tmp_path: Path) -> None:
    cdr("attach", newborn, found(tmp_path), "--kind", "pmrt", as_of=DAY)
    text = cdr("review", newborn, "--draft", as_of=DAY).out
    body = codec.load(text.encode())
    [late] = [one for one in body["domains"]["B"]["factors"] if one["code"] == "antenatal_care_late"]
    assert late["evidence"] == f"{SOURCE}: The first appointment was at 19 weeks."
    assert (late["relevance"], late["modifiable"]) == (0, "not_known"), "nothing is decided"
    assert body["issues_identified"] == [f"No interpreter was booked. ({SOURCE})"]
    assert body["good_practice"] == [f"The parents were asked for their views twice. ({SOURCE})"]
    note = body["note"]
    assert f"Care up to the birth: C, issues with care that may have made a difference ({SOURCE})" in note
    action = "Book interpreters with the first appointment (Head of midwifery, by 2026-09-01)"
    assert f"Action of the hospital, no recommendation of the panel: {action} ({SOURCE})" in note
    assert "recommendations" not in body
    assert "# - Perinatal mortality review report (attachment 1)\n" in text, "the report itself was not read"


def test_a_file_that_does_not_follow_the_form_is_not_kept(cdr: Shell, newborn: str, tmp_path: Path) -> None:
    wrong = cdr(
        "attach", newborn, found(tmp_path, FOUND.replace("C\n", "E\n", 1)), "--kind", "pmrt", as_of=DAY, code=65
    )
    assert "found.yaml:4: grades.before_birth" in wrong.err
    other = cdr("attach", newborn, found(tmp_path, f"{FOUND}case: 2026-AAAA\n"), "--kind", "pmrt", as_of=DAY, code=65)
    assert "another case" in other.err
    assert "attachment 2" not in cdr("show", newborn, as_of=DAY).out.lower()
    assert "2" in cdr("attach", newborn, found(tmp_path, "a: b\n"), "--kind", "other", as_of=DAY).out
