"""The papers of governance: nothing of a child, nothing blank, the same bytes for the same state and day."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import EXAMPLES, PROGRAM, People, Shell
from store.hands import sign_commit
from store.test_index import Counter

from cdr.documents.letters.wording import reading_age

COMPLETE = """governance:
  controller: Northshire Council
  partners: [Northshire Council, Southtown Council, Invented Integrated Care Board]
  data_protection_officer: {name: Kim Invented, email: dpo@northshire.example}
  privacy_notice: northshire.example/privacy
  lawful_basis: UK GDPR article 6(1)(e) and article 9(2)(g), (h) and (i)
  complaints: complaints@northshire.example
  review_on: 2027-04-01
"""


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_papers_of_a_new_store_and_of_one_that_says_all(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    other = cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of="2026-06-01").out.strip()
    first = cdr("governance", "-o", tmp_path / "one", "--json", code=1, as_of="2026-07-01")
    titles = [gap["title"] for gap in first.json["gaps"]]
    assert "The controller" in titles and all(gap["papers"] for gap in first.json["gaps"])
    assert "**MISSING: The controller**" in (tmp_path / "one/impact-assessment.md").read_text()
    assert "The controller" in (tmp_path / "one/gaps.md").read_text()
    cdr("governance", "-o", tmp_path / "two", code=1, as_of="2026-07-01")
    assert written(tmp_path / "one") == written(tmp_path / "two")

    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + COMPLETE)
    sign_commit(cdr.store, people.home, people.member)
    assert "missing" not in cdr("config").err
    done = cdr("governance", "-o", tmp_path / "three", "--json", as_of="2026-07-01").json
    assert done["gaps"] == []
    files = written(tmp_path / "three")
    assert len(files) == 12 and b"MISSING" not in b"".join(files.values())
    everything = b"".join(files.values()).decode()
    for secret in (sudi, other, "Amara", "Efua", "Testcase", "9990000018", "999 000"):
        assert secret not in everything
    for words in (
        "Why not less",
        "within 72 hours",
        "Likely",
        "form by mail, the child under lock",
        "find --everywhere -o",
    ):
        assert words in files["impact-assessment.md"].decode()
    for words in ("`cdr erase`", "backups and disk images", "legal hold"):
        assert words in files["retention.md"].decode()
    assert "stays in the history and in every copy" not in everything  # `cdr erase` ends that
    assert people.member in files["access-review.md"].decode()
    assert "notify" in (tmp_path / "one/access-review.md").read_text()
    assert reading_age(files["privacy-notice-families.md"].decode()) <= 11
    cdr("governance", "-o", path, code=2)


@pytest.mark.skipif(bool(PROGRAM), reason="the program is counted in this process")
def test_no_case_is_opened_for_the_papers(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing of a child can stand in them, however many cases there are: the private key is not used at all."""
    counted = Counter(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert counted(lambda: cdr("governance", "-o", tmp_path / "papers", code=1)) == 0
    assert counted(lambda: cdr("list")) == 1
