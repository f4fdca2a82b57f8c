"""`cdr report` as a person runs it: the formats, the area's own words, who may, and what never stands in it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from conftest import EXAMPLES, People, Shell, run

from cdr.clock import real_now

DAY = "2026-05-01"
YEAR = ("report", "--year", "2025/26")
WORDS = """\
schema: report/1
year: 2025/26
foreword: {by: "Dr Leslie Okafor, Chair", text: We thank the families.}   # kept as it is
actions:
  - {what: Ask every family., owner: Northshire Police, due: 2026-09-30, status: open}
"""
NEVER = ("Amara", "Testcase", "9990000018", "999 000 0018", "2025-03-02", "prone", "bedding")


def words(folder: Path, text: str = WORDS) -> str:
    (folder / "words.yaml").write_text(text, "utf-8")
    return str(folder / "words.yaml")


def text_of(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".pdf":
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(raw)).split())
    if path.suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return " ".join(
                packed.read(name).decode("utf-8", "replace") for name in packed.namelist() if name.endswith(".xml")
            )
    return raw.decode()


def editor(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = folder / "editor.sh"
    path.write_text(f'#!/bin/sh\ncp "$1" "{folder}/seen"\n{script}\n', "utf-8")
    path.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(path))


@pytest.mark.parametrize("ending", ["pdf", "html", "docx", "md"])
def test_no_name_number_reference_or_narrative_is_in_any_format(
    cdr: Shell, sudi: str, tmp_path: Path, ending: str
) -> None:
    form = EXAMPLES / "form-c-sudi.yaml"
    cdr("review", sudi, "--from", form, "--override", "No panel yet", "--on", "14 April 2026", as_of=DAY)
    cdr(*YEAR, "--words", words(tmp_path), as_of=DAY)
    out, again = tmp_path / f"report.{ending}", tmp_path / f"again.{ending}"
    answer = cdr("report", "--year", "2026/27", "--years", "2", "-o", out, as_of=DAY)
    assert answer.out == "" and "Not for publication" in answer.err and "still to be written: Foreword" in answer.err
    assert "the report is of 2026/27" in answer.err, "the figures of England are of another year"
    text = text_of(out)
    assert not [word for word in (*NEVER, sudi) if word in text + answer.err]
    assert "Not for publication" in text and "Ask every family." in text, "last year's action is followed up"
    cdr("report", "--year", "2026/27", "--years", "2", "-o", again, as_of=DAY)
    assert out.read_bytes() == again.read_bytes()


def test_the_words_are_kept_for_members_alone_and_in_their_writer_s_way(
    cdr: Shell, tmp_path: Path, people: People
) -> None:
    answer = cdr(*YEAR, "--words", words(tmp_path), "-o", tmp_path / "r.md", as_of=DAY)
    assert "recorded" in answer.err and "We thank the families." in (tmp_path / "r.md").read_text("utf-8")
    kept = cdr.store / "reports" / "2025-26.yaml.gpg"
    assert kept.is_file() and b"families" not in kept.read_bytes()
    assert cdr("audit").out.count("report") >= 1
    cdr("verify")
    assert "Nothing was changed." in cdr(*YEAR, "--words", words(tmp_path), as_of=DAY).err
    cdr(*YEAR, "--words", words(tmp_path, WORDS.replace("We thank", "We deeply thank")), as_of=DAY)
    cdr("verify")
    for extra in (("-o", str(tmp_path / "x.md")), ("--words", words(tmp_path)), ("--json",)):
        refused = run(["--store", str(cdr.store), "--as", people.chaser, *YEAR, *extra])
        assert refused.code == 77 and "families" not in refused.out + refused.err
        assert refused.json["schema"] == "cdr-error/1" if extra == ("--json",) else refused.out == ""
    assert not (tmp_path / "x.md").exists()


def test_a_document_of_words_that_was_changed_by_hand_is_refused(cdr: Shell, tmp_path: Path) -> None:
    cdr(*YEAR, "--words", words(tmp_path), as_of=DAY)
    (cdr.store / "reports" / "2025-26.yaml.gpg").write_bytes(b"something else")
    cdr(*YEAR, "-o", tmp_path / "x.md", code=76, as_of=DAY)
    cdr("verify", code=1)
    (cdr.store / "reports" / "2024-25.yaml").write_text("plain", "utf-8")
    cdr("verify", "--repair", code=1)
    (cdr.store / "reports" / "2024-25.yaml").unlink(missing_ok=True)
    cdr(*YEAR, "-o", tmp_path / "x.md", as_of=DAY)


def test_names_numbers_and_references_are_refused_by_section_without_being_quoted(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    wrong = (
        WORDS
        + f"thanks: Thanks to the Testcases.\neffectiveness: See {sudi}, Amara's, and 999 000 0018.\npriorites: [x]\n"
    )
    answer = cdr(*YEAR, "--words", words(tmp_path, wrong), code=65, as_of=DAY)
    assert {line.split(": ")[1] for line in answer.err.splitlines() if "[RPT" in line} == {"thanks", "effectiveness"}
    assert all(f"[RPT-0{n}]" in answer.err for n in (1, 2, 3)) and "[SCHEMA-UNKNOWN]" in answer.err
    assert not [word for word in ("Amara", "Testcase", sudi, "0018") if word in answer.err]
    assert not (cdr.store / "reports").exists()
    cdr("report", "--year", "2024/25", "--words", words(tmp_path), code=65, as_of=DAY)


def test_the_editor_begins_with_last_year_s_words_and_asks_what_became_of_its_actions(
    cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr(*YEAR, "--words", words(tmp_path), as_of=DAY)
    editor(tmp_path, monkeypatch, """sed -i 's/^  became:.*/  became: Done./; s/^thanks:.*/thanks: To all./' "$1" """)
    answer = cdr("report", "--year", "2026/27", "--edit", as_of=DAY)
    seen = (tmp_path / "seen").read_text("utf-8")
    assert "We thank the families." in seen and "Ask every family." in seen and "became:" in seen
    assert "[RPT-06]" in answer.err and "[RPT-05]" not in answer.err
    cdr("report", "--year", "2026/27", "-o", tmp_path / "r.md", as_of=DAY)
    assert "| Ask every family. | Done. |" in (tmp_path / "r.md").read_text("utf-8")
    assert "Nothing was changed." in cdr("report", "--year", "2026/27", "--edit", as_of=DAY).err
    assert "To all." in (tmp_path / "seen").read_text("utf-8")
    editor(tmp_path, monkeypatch, """echo 'nonsense: 1' >> "$1" """)
    cdr("report", "--year", "2026/27", "--edit", code=65, as_of=DAY)


def test_letters_that_the_fonts_lack_are_said_and_a_page_has_them(cdr: Shell, tmp_path: Path) -> None:
    cdr(*YEAR, "--words", words(tmp_path, WORDS.replace("We thank", "ধন্যবাদ we thank")), as_of=DAY)
    answer = cdr(*YEAR, "-o", tmp_path / "r.pdf", as_of=DAY)
    assert "the fonts for paper lack U+09A7, " in answer.err and (tmp_path / "r.pdf").exists()
    cdr(*YEAR, "-o", tmp_path / "r.html", as_of=DAY)
    assert "ধন্যবাদ we thank" in (tmp_path / "r.html").read_text("utf-8")


def test_json_holds_the_figures_and_says_what_it_was_made_from(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    body = cdr(*YEAR, "--json", "-o", tmp_path / "r.html", as_of=DAY).json
    assert body["schema"] == "cdr-report/1" and body["years"][-1] == "2025/26" and len(body["years"]) == 4
    assert len(body["commit"]) == 40 and body["as_of"] == "2026-05-01" and body["output"].endswith("r.html")
    assert body["key_figures"][0].startswith("1 death of a child")
    assert body["to_be_written"][0] == "Foreword"
    assert sudi not in json.dumps(body)
    assert body["commit"][:12] in (tmp_path / "r.html").read_text("utf-8")
    assert len(cdr(*YEAR, "--years", "2", "--json", as_of=DAY).json["years"]) == 2


def test_without_a_clock_the_day_is_that_of_the_commit(cdr: Shell, tmp_path: Path) -> None:
    body = cdr(*YEAR, "--json").json
    assert abs((real_now().date() - date.fromisoformat(body["as_of"])).days) <= 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--answers", "a", "-o", "r.md"], 2),
        (["--public", "--edit", "-o", "r.md"], 2),
        ([], 2), (["-o", "r.odt"], 2), (["--edit", "--words", "w"], 2),
        (["--years", "9", "-o", "r.md"], 2),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(cdr: Shell, options: list[str], code: int) -> None:
    assert cdr(*YEAR, *options, code=code).out == ""
    cdr("report", "--year", "2025/27", "-o", "r.md", code=2)
    assert not Path("r.md").exists()


def test_pictures_beside_the_words_are_kept_with_them_and_what_may_not_stand_there_is_told_by_its_line(
    cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    beside = tmp_path / "beside"
    beside.mkdir()
    Image.new("RGB", (300, 200), "green").save(beside / "garden.png")
    (beside / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    own = (
        WORDS
        + "thanks: |-\n  To <b>all</b>.\n\n  ![A garden](garden.png)\n\n  ![Gone](gone.png)\n\n  ![Broken](broken.jpg)\n  [here](file:///x)\n"
    )
    answer = cdr(*YEAR, "--words", words(beside, own), code=65, as_of=DAY)
    told = [(line.split(":")[1], line[-8:]) for line in answer.err.splitlines() if "[RPT" in line]
    assert told == [("7", "[RPT-07]"), ("11", "[RPT-11]"), ("13", "[RPT-09]"), ("13", "[RPT-12]"), ("14", "[RPT-08]")]
    good = WORDS + "thanks: |-\n  To all.\n\n  ![A garden](garden.png)\n"
    cdr(*YEAR, "--words", words(beside, good), as_of=DAY)
    assert (cdr.store / "reports" / "2025-26-pictures.yaml.gpg").is_file()
    (beside / "garden.png").unlink()
    assert "Nothing was changed." in cdr(*YEAR, "--words", words(beside, good), as_of=DAY).err
    cdr(*YEAR, "--words", words(beside, good.replace("To all", "To all of them")), as_of="2026-03-01")
    cdr(*YEAR, "--words", words(beside, good), as_of=DAY)
    monkeypatch.chdir(tmp_path)
    editor(tmp_path, monkeypatch, """sed -i 's/To all/To everybody/' "$1" """)
    cdr("report", "--year", "2026/27", "--edit", as_of=DAY)
    cdr("report", "--year", "2026/27", "-o", tmp_path / "r.html", as_of=DAY)
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "To everybody" in page and 'alt="A garden" width="300"' in page
    cdr(*YEAR, "--words", words(beside, WORDS), as_of=DAY)
    cdr("verify")


def test_a_finished_year_that_is_not_any_more_what_its_report_was_written_beside_says_so(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    cdr(*YEAR, "--words", words(tmp_path), as_of=DAY)
    assert "revisions" not in cdr("tally", "--year", "2025/26", "--json", as_of="2027-05-01").json
    cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-06-01")
    [sex] = [
        one
        for one in cdr("tally", "--year", "2025/26", "--json", as_of="2027-05-01").json["revisions"]
        if one["table"] == "notifications.sex"
    ]
    assert (sex["release"], sex["reported_on"], sex["rows"][-1]) == (None, DAY, {"row": "Total", "was": 1, "now": 2})
    assert [one["what"] for one in sex["causes"]] == ["notify"]
    answer = cdr("report", "--year", "2026/27", "--years", "2", "-o", tmp_path / "r.md", as_of="2027-05-01")
    assert "please check: 2025/26 changed since it was reported" in answer.err
    text = (tmp_path / "r.md").read_text("utf-8")
    assert "2025/26 has changed since its report was written on 1 May 2026" in text and "a death notified" in text
    again = cdr(*YEAR, "--json", as_of="2027-05-01")
    assert "revisions" not in again.json, "it is being written"
