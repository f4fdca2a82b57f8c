"""What goes on beside and after a meeting: a second opinion, what members said of the papers, learning that is sent out, the quarter's report."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from cli.test_panel import DAY, QUORUM, pdf_text, ready  # noqa: F401
from conftest import EXAMPLES, People, Shell

from cdr.store.crypto import Gnupg

QUESTION = "Was Amara Testcase's death a sudden unexpected death (10) or of a medical cause (7)?\n"


def configured(cdr: Shell, people: People, old: str, new: str) -> None:
    """The store's cdr.yaml with one thing changed, as a member commits it."""
    path = cdr.store / "cdr.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    commit = ["git", "-C", str(cdr.store), "-c", f"user.signingkey={people.member}", "-c", "user.name=Robin"]
    commit += ["-c", "user.email=cdop.manager@northshire.example", "commit", "-q", "-S", "-m", "changed", "cdr.yaml"]
    subprocess.run(commit, check=True, capture_output=True)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def head_of(cdr: Shell) -> bytes:
    return subprocess.run(["git", "-C", cdr.store, "rev-parse", "HEAD"], capture_output=True, check=True).stdout


def held(cdr: Shell, reference: str, day: str = DAY) -> str:
    """A quorate meeting that had the case and is over."""
    panel = cdr("panel", "new", day, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, reference, as_of="2026-04-01")
    cdr("panel", "attend", panel, *QUORUM, "--observer", "northshire-police", as_of=day)
    cdr("panel", "close", panel, as_of=day)
    return panel


def test_another_panel_is_asked_without_names_and_its_answer_is_waited_for(
    cdr: Shell,
    ready: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    panel, question = held(cdr, ready), written(tmp_path, "question.txt", QUESTION)
    ask = ("panel", "question", "ask", ready, "--from", question, "--to")
    cdr(*ask, "Nowhere", "-o", tmp_path / "out", as_of=DAY, code=66)
    cdr(*ask, "Eastbury", "-o", cdr.store / "out", as_of=DAY, code=2)
    assert cdr("panel", "question", "list", "--json", as_of=DAY).json["questions"] == []
    asked = cdr(*ask, "Eastbury", "-o", tmp_path / "out", "--json", as_of=DAY)
    assert [(one["n"], one["to"], one["status"]) for one in asked.json["questions"]] == [(1, "Eastbury", "awaited")]
    (paper,) = (tmp_path / "out").iterdir()
    assert paper.name == f"{ready}-question-1.pdf"
    pikepdf = pytest.importorskip("pikepdf")
    opened = io.BytesIO()
    with pikepdf.open(paper, password=asked.json["passphrase"]) as document:
        document.save(opened, encryption=False)
    text = pdf_text(opened.getvalue())
    assert "a sudden unexpected death (10) or of a medical cause (7)?" in " ".join(text.split())
    assert not [word for word in ("Amara", "Testcase", "Efua", "9990000018", "Raman", "2025-03-02") if word in text]

    assert "second opinion of Eastbury" in cdr("list", "--json", as_of=DAY).json["cases"][0]["waiting_for"]
    sentence = "The second opinion of Eastbury is awaited (question 1)."
    assert f"{ready}: {sentence}" in cdr("panel", "show", panel, "--json", as_of=DAY).json["not_done"]
    review = ("review", ready, "--from", EXAMPLES / "form-c-sudi.yaml", "--panel", panel)
    assert sentence in cdr(*review, as_of=DAY, code=65).err

    answer = written(tmp_path, "answer.txt", "We would say 10.\n")
    to_it = ("panel", "question", "answer", ready)
    cdr(*to_it, "2", "--from", answer, as_of="2026-05-01", code=65)
    cdr(*to_it, "1", "--from", answer, "--on", "2026-04-01", as_of="2026-05-01", code=65)
    assert "answered" in cdr(*to_it, "1", "--from", answer, as_of="2026-05-01").out
    assert "We would say 10." in cdr("panel", "question", "list", ready, as_of="2026-05-01").out
    assert "We would say 10." in cdr("show", ready, as_of="2026-05-01").out
    everywhere = cdr("panel", "question", "list", "--json", as_of="2026-05-01").json["questions"]
    assert [(one["status"], one["question"], one["answer"]) for one in everywhere] == [("answered", None, None)]
    assert cdr(*review, "--json", as_of="2026-05-02").json["overridden"] == []


def test_a_question_to_an_area_with_keys_is_for_these_keys(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(cdr, people, "cdop@eastbury.example", f"cdop@eastbury.example, key: {people.second}")
    question = written(tmp_path, "question.txt", QUESTION)
    cdr("panel", "question", "ask", sudi, "--to", "Eastbury", "--from", question, "-o", tmp_path / "out", as_of=DAY)
    paper = tmp_path / "out" / f"{sudi}-question-1.pdf.gpg"
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    assert sudi in pdf_text(Gnupg().decrypt(paper.read_bytes(), "the question"))
    monkeypatch.setenv("GNUPGHOME", people.home)
    why = written(tmp_path, "why.txt", "They have no panel before the summer.\n")
    cdr("panel", "question", "answer", sudi, "1", "--none", "--from", why, as_of="2026-05-01")
    listed = cdr("panel", "question", "list", sudi, "--json", as_of="2026-05-01").json["questions"]
    assert listed[0]["status"] == "not_answered"


def test_what_members_said_of_the_papers_and_who_came_is_told_for_the_year(
    cdr: Shell,
    ready: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    panel = held(cdr, ready)
    cdr("panel", "survey", panel, as_of=DAY, code=2)
    cdr("panel", "survey", "P2030-01-01", "--in-time", "1", as_of=DAY, code=66)
    cdr("panel", "survey", panel, "--in-time", "1", as_of=DAY)
    words = written(tmp_path, "words.txt", "Eight cases are too many.\n")
    told = cdr(
        "panel", "survey", panel, "--in-time", "5", "--in-part", "2", "--not-in-time", "1", "--from", words, as_of=DAY
    )
    assert "5 of 8" in told.out
    said = {"in_time": 5, "in_part": 2, "not_in_time": 1}
    assert cdr("panel", "show", panel, "--json", as_of=DAY).json["survey"] == said
    before, year = cdr("tally", "--year", "2026/27", "--years", "2", "--json", as_of=DAY).json["meetings"]
    assert (before["attendance"], before["papers_read"]) == ([], None), "nobody was asked, which is no nought"
    assert year["papers_read"] == {"meetings": 1, **said} and year["observed"] == 1
    came = {one["organisation"]: (one["there"], one["of"]) for one in year["attendance"]}
    assert came == dict.fromkeys(QUORUM, (1, 1))
    report = cdr("report", "--year", "2026/27", "-o", "-", as_of=DAY).out
    assert "of 8 answers after 1 meeting of 1, 5 read all papers in time, 2 in part, 1 could not" in report
    assert "Northtown General Hospital: at 1 of 1" in report and "Observers: at 1 of 1" in report


def test_who_reads_many_hard_cases_is_told_on_their_own_machine_alone(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.domain.case.hard_reading.MANY", 1)
    told = "A word to you alone"
    assert told not in cdr("show", sudi, as_of=DAY).err, "nobody is there to read it"
    monkeypatch.setattr("cdr.app.is_watched", lambda: True)
    before = head_of(cdr)
    cdr("list", as_of=DAY)
    first = cdr("show", sudi, as_of=DAY)
    assert told in first.err and told not in first.out and "1 hard cases" in first.err
    assert told not in cdr("show", sudi, as_of=DAY).err, "once in seven days"
    assert head_of(cdr) == before
    assert "alone" not in cdr("audit", "--reads", as_of=DAY).out


def test_learning_goes_out_on_one_page_without_names_and_its_readers_are_recorded(
    cdr: Shell,
    ready: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    panel, brief = held(cdr, ready), ("learning", "brief", "--title", "Safer sleep", "-o")
    assert "not ratified" in cdr(*brief, tmp_path / "early.pdf", ready, as_of=DAY, code=65).err
    assert (
        f"{panel}: none of its cases is ratified." in cdr(*brief, tmp_path / "early.pdf", panel, as_of=DAY, code=65).err
    )
    assert not (tmp_path / "early.pdf").exists() and cdr("learning", "list", "--json").json["briefings"] == []
    cdr("review", ready, "--from", EXAMPLES / "form-c-sudi.yaml", "--panel", panel, as_of=DAY)
    made = cdr(*brief, tmp_path / "brief.pdf", panel, as_of="2026-05-01")
    id_ = made.out.strip()
    text = pdf_text((tmp_path / "brief.pdf").read_bytes())
    assert "Safer sleep" in text and "From one review" in text and "one review alone" in made.err
    assert not [word for word in ("Amara", "Testcase", ready) if word in text]
    cdr("learning", "sent", "L2026-0000", "--to", "northshire-community", code=66)
    cdr(
        "learning",
        "sent",
        id_.lower(),
        "--to",
        "northshire-community",
        "--to",
        "All  health visitors",
        as_of="2026-05-04",
    )
    (kept,) = cdr("learning", "list", "--json").json["briefings"]
    assert [one["to"] for one in kept["sent"]] == ["northshire-community", "All health visitors"]
    assert (kept["cases"], kept["made_on"]) == ([ready], "2026-05-01")
    assert "All health visitors (2026-05-04)" in cdr("learning", "list").out


def test_the_chair_assures_the_partners_of_a_quarter(
    cdr: Shell,
    ready: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, ready, as_of="2026-04-01")
    cdr("panel", "agenda", panel, "-o", tmp_path / "agenda.txt", as_of="2026-04-01")
    cdr("panel", "attend", panel, *QUORUM[:3], as_of=DAY)
    cdr("panel", "refer", panel, ready, as_of=DAY)
    cdr("panel", "survey", panel, "--in-time", "2", "--not-in-time", "1", as_of=DAY)
    cdr("panel", "close", panel, as_of=DAY)
    form_c = EXAMPLES / "form-c-sudi.yaml"
    cdr("review", ready, "--from", form_c, "--panel", panel, "--override", "Agreed by telephone", as_of=DAY)
    text = written(tmp_path, "action.txt", "Write it down.\n")
    cdr("action", "add", panel, "--to", "northshire-police", "--due", "2026-05-01", "--from", text, as_of=DAY)
    told = cdr("assurance", "--quarter", "2026/27-Q1", "--json", as_of="2026-07-02").json
    assert (told["from"], told["until"], told["notified"], told["reviewed"]) == ("2026-04-01", "2026-06-30", 0, 1)
    assert told["raised"] == {"abuse": 1, "coroner": 0, "public_health": 0} and told["median_days"] > 0
    assert len(told["passed_over"]) == 1 and "not quorate" in told["passed_over"][0]["unmet"][0]
    assert {"to": "northshire-police", "count": 1} in told["actions_overdue"]
    assert cdr("assurance", "--json", as_of="2026-07-02").json["quarter"] == "2026/27 Q1", "the last that is over"
    before = cdr("assurance", "--quarter", "2025/26 q4", "--json", as_of="2026-07-02").json
    assert (before["notified"], before["reviewed"], before["median_days"]) == (1, 0, None)
    said = cdr("assurance", as_of="2026-07-02").out
    assert f"| {panel} | 1 | 0 | yes | no: northshire-social-care | 13 days before | not made | 2 of 3 |" in said
    assert ready not in said and "Amara" not in said
    cdr("assurance", "-o", tmp_path / "assurance.pdf", as_of="2026-07-02")
    assert "What the chair says" in pdf_text((tmp_path / "assurance.pdf").read_bytes())
    cdr("assurance", "--quarter", "2026/27-Q5", as_of="2026-07-02", code=2)
    cdr("assurance", "-o", tmp_path / "assurance.docx", as_of="2026-07-02", code=2)


def test_a_meeting_without_a_quorum_says_where_its_cases_went(cdr: Shell, ready: str) -> None:  # noqa: F811
    first, second = (cdr("panel", "new", day, as_of="2026-03-20").out.strip() for day in (DAY, "2026-05-19"))
    cdr("panel", "assign", first, ready, as_of="2026-04-01")
    cdr("panel", "attend", first, *QUORUM[:3], as_of=DAY)
    cdr("panel", "close", first, as_of=DAY)
    left = cdr("panel", "show", first, "--json", as_of=DAY).json["not_done"]
    assert (
        f"{ready} is not ratified: the meeting was not quorate; put it before another: cdr panel assign ID {ready}"
        in left
    )
    cdr("panel", "assign", second, ready, as_of="2026-04-20")
    assert not [one for one in cdr("panel", "show", first, "--json", as_of=DAY).json["not_done"] if ready in one]
    assert f"{ready}  moved to {second}" in cdr("panel", "show", first, as_of=DAY).out
    cdr("panel", "attend", second, *QUORUM, as_of="2026-05-19")
    cdr("panel", "close", second, as_of="2026-05-19")
    (year,) = cdr("tally", "--year", "2026/27", "--json", as_of="2026-05-20").json["meetings"]
    assert (year["held"], year["quorate"], year["cases"]) == (2, 1, 1), "it came before both, and is one case"
