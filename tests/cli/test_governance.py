"""The papers of governance: nothing of a child, nothing blank, the same bytes for the same state and day."""

from __future__ import annotations

import csv
import io
import os
import re
from datetime import date
from pathlib import Path

import pytest
from conftest import EXAMPLES, PROGRAM, People, Shell
from store.hands import sign_commit
from store.test_index import Counter

from cdr import resources
from cdr.demo import synthetic
from cdr.documents.letters.wording import reading_age
from cdr.forms.law import law

COMPLETE = """governance:
  controller: Northshire Council
  partners: [Northshire Council, Southtown Council, Invented Integrated Care Board]
  data_protection_officer: {name: Kim Invented, email: dpo@northshire.example}
  privacy_notice: northshire.example/privacy
  lawful_basis: UK GDPR article 6(1)(e) and article 9(2)(g), (h) and (i)
  complaints: complaints@northshire.example
  review_on: 2027-04-01
  hosting: The Council's own machines in Northtown, by its own people
  log_review: Kim Invented, every quarter
  consulted: The parents' group on 2026-05-01, who wanted it shorter; all agencies by letter; the officer on 2026-05-20
"""
TEMPLATES = {
    name: resources.read_bytes("templates", "governance", name).decode()
    for name in resources.names("templates", "governance")
}


def _complete(cdr: Shell, people: People, papers: Path) -> None:
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + COMPLETE)
    assert "not recorded and not used" in cdr("governance", "-o", papers, code=1).err
    sign_commit(cdr.store, people.home, people.member)


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_papers_of_a_new_store_and_of_one_that_says_all(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of="2026-06-01").out.strip()
    first = cdr("governance", "-o", tmp_path / "one", "--json", code=1, as_of="2026-07-01")
    titles = [gap["title"] for gap in first.json["gaps"]]
    assert "The controller" in titles and all(gap["papers"] for gap in first.json["gaps"])
    assert "**MISSING: The controller**" in (tmp_path / "one/impact-assessment.md").read_text()
    assert "The controller" in (tmp_path / "one/gaps.md").read_text()
    cdr("governance", "-o", tmp_path / "two", code=1, as_of="2026-07-01")
    assert written(tmp_path / "one") == written(tmp_path / "two")

    _complete(cdr, people, tmp_path / "before")
    assert "missing" not in cdr("config").err
    [untried] = cdr("governance", "-o", tmp_path / "untried", "--json", code=1, as_of="2026-07-01").json["gaps"]
    assert untried["title"] == "A drill"
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    cdr("--as", people.second, "keys", "drill")
    monkeypatch.setenv("GNUPGHOME", people.home)
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
        "Who can read what",
        "opened a case on",
        "the controller decides",
        "How this was tested",
        "Counts from 1 to 4 are hidden",
    ):
        assert words in files["impact-assessment.md"].decode()
    for words in ("`cdr erase`", "backups and disk images", "legal hold"):
        assert words in files["retention.md"].decode()
    assert "stays in the history and in every copy" not in everything  # `cdr erase` ends that
    assert people.member in files["access-review.md"].decode()
    assert "notify" in (tmp_path / "one/access-review.md").read_text()
    assert reading_age(files["privacy-notice-families.md"].decode()) <= 11
    cdr("governance", "-o", cdr.store / "cdr.yaml", code=2)
    [late] = cdr("governance", "-o", tmp_path / "late", "--json", code=1, as_of="2027-04-02").json["gaps"]
    assert late["title"] == "To be looked at again since 2027-04-01" and late["papers"] == ["impact-assessment.md"]
    cdr("governance", "-o", tmp_path / "late", as_of="2027-04-01")


@pytest.mark.skipif(bool(PROGRAM), reason="the program is counted in this process")
def test_no_case_is_opened_for_the_papers(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing of a child can stand in them, however many cases there are: the private key is not used at all."""
    counted = Counter(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert counted(lambda: cdr("governance", "-o", tmp_path / "papers", code=1)) == 0
    assert counted(lambda: cdr("list")) == 1


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:03}")


def test_a_hundred_cases_leave_nothing_of_a_child_in_any_paper(cdr: Shell, people: People, tmp_path: Path) -> None:
    made = [*synthetic.cases(date(2022, 4, 1), date(2025, 12, 31), each_year=28)][:100]
    rows = [
        synthetic.register_row(case, number)
        | {"first_names": f"Zq{_letters(number)}", "family_name": f"Xw{_letters(number)}", "old_reference": f"OLD-{number:05}"}
        for number, case in enumerate(made)
    ]  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, [*dict.fromkeys(key for row in rows for key in row)], restval="")
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "register.csv").write_text(out.getvalue(), "utf-8")
    cdr("import", tmp_path / "register.csv", as_of="2026-01-10")
    _complete(cdr, people, tmp_path / "before")
    references = [one["case"] for one in cdr("list", "--json", as_of="2026-01-10").json["cases"]]
    assert len(references) == 100
    cdr("governance", "-o", tmp_path / "papers", code=1, as_of="2026-07-01")  # the drill is missing
    everything = b"".join(written(tmp_path / "papers").values()).decode()
    secret = {
        row[key] for row in rows for key in ("first_names", "family_name", "old_reference", "nhs_number", "postcode")
    }
    secret |= {*references, *(row["date_of_birth"] for row in rows), *(row["date_of_death"] for row in rows)} - {""}
    assert len(secret) > 600
    assert [word for word in secret if word and word in everything] == []
    assert not re.search(r"\b999[ -]?\d{3}[ -]?\d{4}\b", everything)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_what_the_law_says_has_one_source(name: str) -> None:
    """A paper cites no article or section by itself: what nobody has read is marked, and comes into `gaps.md`."""
    assert not re.search(r"[Aa]rticles? \d|[Ss]ection \d\d|16[MN]|Act \d{4}", TEMPLATES[name])


def test_a_sentence_of_the_law_that_nobody_has_read_says_so_wherever_it_stands(cdr: Shell, tmp_path: Path) -> None:
    cdr("governance", "-o", tmp_path / "papers", code=1)
    files = {name: data.decode() for name, data in written(tmp_path / "papers").items()}
    gaps = files.pop("gaps.md")
    for duty in law().values():
        if duty.checked_on is None:
            assert duty.words in gaps
            for text in files.values():
                assert text.count(duty.words) == text.count(f"{duty.words} (not checked)")
