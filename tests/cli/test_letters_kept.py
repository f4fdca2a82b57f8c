"""What stays of a letter that was made: in the case, in the steps, and as the very same file."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cli.letters_asked import DAY, FULL, GATE
from conftest import EXAMPLES, Shell


def test_no_letter_and_no_name_is_left_in_the_store(cdr: Shell, tmp_path: Path) -> None:
    case = cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of="2026-03-23").out.strip()
    mother = cdr("letter", case, "--gate", "-", "--to", "mother", stdin=GATE, as_of=DAY).out
    father = cdr("letter", case, "--to", "father", as_of=DAY).out
    assert "Trial Lane" not in mother and "Eastbury" not in mother and "Lee" not in mother
    assert "Model Road" not in father and "Dana" not in father and "Casey" not in father + mother
    cdr("letter", case, "--draft", "--kind", "thanks", "--format", "docx", "-o", tmp_path / "drafts", as_of=DAY)
    git = ["git", "-C", str(cdr.store)]
    objects = subprocess.run(
        [*git, "rev-list", "--all", "--objects"], capture_output=True, text=True, check=True
    ).stdout
    blobs = b"".join(
        subprocess.run([*git, "cat-file", "-p", line.split()[0]], capture_output=True, check=True).stdout
        for line in objects.splitlines()
    )
    for secret in (b"Jordan", b"Dana", b"Trial Lane", b"9990000034", b"I am so sorry that"):
        assert secret not in blobs
    assert not [
        path
        for path in cdr.store.rglob("*")
        if path.suffix in (".pdf", ".docx") or path.name.endswith("condolence-1.txt")
    ]


def test_two_letters_about_two_babies_know_of_each_other(cdr: Shell) -> None:
    form = (EXAMPLES / "form-a-neonatal.yaml").read_bytes()
    first = form.replace(b"  siblings: []", b"  siblings: [{name: Twin 2, relationship: twin, has_died: yes}]")
    assert first != form
    second = (
        first.replace(b"known_as: Idris", b"known_as: Ivan")
        .replace(b"Twin 2", b"Twin 1")
        .replace(b"9990000026", b"9990000107")
    )
    assert second != first
    one = cdr("notify", "--from", "-", stdin=first, as_of="2026-03-02").out.strip()
    assert "review of their own" not in cdr("letter", one, "--draft", as_of=DAY).out
    two = cdr("notify", "--from", "-", "--not-a-duplicate", "Twins", stdin=second, as_of="2026-03-02").out.strip()
    for case, other in ((one, two), (two, one)):
        answer = cdr("letter", case, "--draft", as_of=DAY)
        said = " ".join(answer.out.split())
        assert "twin died too" in said and "Each child has a review of their own" in said
        assert other in answer.err


def test_looking_at_a_draft_changes_nothing(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    before = cdr("audit", "--json").out
    cdr("letter", sudi, "--draft", as_of=DAY)
    cdr("letter", sudi, "--draft", "--kind", "delay", "--format", "pdf", "-o", tmp_path / "drafts", as_of=DAY)
    assert cdr("audit", "--json").out == before
    cdr("letter", sudi, "--draft", "--gate", "-", stdin=GATE, as_of=DAY)
    kept = cdr("show", sudi, "--json").json["documents"]["case"]
    assert kept["letter_gates"] and kept["letters"] == []


def test_a_final_letter_can_be_had_again_byte_for_byte(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    made = cdr(
        "letter", sudi, "--gate", "-", "--format", "pdf", "-o", tmp_path / "made", "--json", stdin=GATE, as_of=DAY
    )
    assert [one["again"] for one in made.json["letters"]] == [1, 2]
    cdr("letter", sudi, "--kind", "delay", "--gate", "-", "--to", "father", stdin=GATE, as_of=DAY)
    cdr("gate", sudi, "open", "criminal", as_of=DAY)  # the same letter would say something else now
    for number, name in ((1, "mother"), (2, "father")):
        file = tmp_path / f"{name}.pdf"
        answer = cdr("letter", sudi, "--again", str(number), "-o", file, "--json", as_of="2028-01-01").json
        assert answer["letters"] == [{"number": number, "again": number, "file": str(file), "text": None}]
        assert file.read_bytes() == (tmp_path / "made" / f"{sudi}-condolence-{number}.pdf").read_bytes()
    assert "Dear Mr Testcase" in cdr("letter", sudi, "--again", "3", "-o", "-").out
    shown = cdr("show", sudi).out
    assert "Letter 3 (delay, final, text) to person 2" in shown and "Attachment" not in shown
    assert "condolence-1.pdf" not in str([*cdr.store.rglob("*")])


def test_a_letter_that_was_never_made_cannot_be_had_again(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    cdr("letter", sudi, "--again", "1", "-o", tmp_path / "x", code=66)
    cdr("letter", "--again", "1", "-o", tmp_path / "x", code=2)
    cdr("letter", sudi, "--again", "1", code=2)
    assert not (tmp_path / "x").exists()


def test_what_is_made_final_ends_the_step_that_asked_for_it(cdr: Shell, sudi: str) -> None:
    def called() -> set[str]:
        return {step["clock"] for step in cdr("milestone", sudi, "--json", as_of="2026-04-18").json["still_called_for"]}

    assert "R07" in called()
    cdr("letter", sudi, "--draft", as_of=DAY)
    assert "R07" in called()
    cdr("letter", sudi, "--gate", "-", stdin=GATE, as_of=DAY)
    assert "R07" not in called()


def test_a_second_letter_of_a_kind_to_one_person_is_told_and_not_refused(cdr: Shell, sudi: str) -> None:
    first = cdr("letter", sudi, "--to", "mother", "--gate", "-", stdin=FULL, as_of=DAY)
    assert "same person before" not in first.err
    again = cdr("letter", sudi, "--draft", as_of=DAY).err
    assert f"letter 1 of this kind went to the same person before, on {DAY}" in again and "letter 2 of" not in again
