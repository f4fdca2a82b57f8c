"""`cdr report --public`: made of what is shown, its words held until a person has answered what was found in them."""

from __future__ import annotations

import re
from pathlib import Path

from cli.test_import_published import imported, published
from conftest import People, run
from register_rows import durham

WORDS = """\
schema: report/1
year: 2022/23
what_was_done: We met and talked with families. It was on 3 May at Hilltop Primary School.
thanks: We thank the families first.
"""


def test_the_words_are_answered_the_numbers_hidden_and_it_is_recorded(
    tmp_path: Path, people: People, member: str
) -> None:
    area = published("durham")
    store = imported(tmp_path, people, area, durham(area))
    (tmp_path / "words.yaml").write_text(WORDS)
    report = [*store, "report", "--year", "2022/23", "--years", "2"]
    assert run([*report, "--words", str(tmp_path / "words.yaml")]).code == 0
    place = tmp_path / "public.md"
    held = run([*report, "--public", "-o", str(place)])
    assert held.code == 65 and "[PUB-02]" in held.err and "[PUB-03]" in held.err and not place.exists()
    assert "Hilltop" not in held.err and run([*store, "release", "list", "--json"]).json["releases"] == []

    found = re.findall(r"finding ([0-9a-f]{8}), sentence 2", held.err)
    answers = "".join(f'  - {{finding: "{one}", answer: Read by the chair.}}\n' for one in found)
    (tmp_path / "answers.yaml").write_text(f"schema: release-answers/1\nanswers:\n{answers}")
    made = run([*report, "--public", "--answers", str(tmp_path / "answers.yaml"), "-o", str(place)])
    assert made.code == 0 and "release 1" in made.err, made.err
    text = place.read_text("utf-8")
    assert "For publication" in text and "Not for publication" not in text and "hidden" in text
    assert not re.search(r"\w[^\n]*\| [1-4](?: of \d+)?(?: \([\d.]+%\))? (?=\|)", text)
    assert "To be written" not in text and "Left out of this edition" in text

    # what was answered holds, the very same is published once, and members see the answers
    again = run([*report, "--public", "-o", str(tmp_path / "again.md")])
    assert again.code == 0 and "release 1" in again.err and (tmp_path / "again.md").read_text("utf-8") == text
    shown = run([*store, "release", "show", "1", "--json"]).json["releases"][0]
    assert shown["what"] == "report" and {one["finding"] for one in shown["answers"]} == set(found)
    (tmp_path / "wrong.yaml").write_text('schema: release-answers/1\nanswers: [{finding: "00000000", answer: No.}]\n')
    wrong = run([*report, "--public", "--answers", str(tmp_path / "wrong.yaml"), "-o", str(place)])
    assert wrong.code == 65 and "[PUB-08]" in wrong.err
