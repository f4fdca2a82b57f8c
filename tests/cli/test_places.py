"""`-o`: `-` is stdout everywhere, a folder is a folder, and a file is what its name says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import terminals
from conftest import EXAMPLES, Shell

from cdr import cli

POLICE = "northshire-police"
DAY = "2026-04-17"
ONE_FILE = {
    "timeline": (["timeline", "REF"], b"Timeline"),
    "timeline as a PDF": (["timeline", "REF", "--format", "pdf"], b"%PDF"),
    "delays": (["delays", "REF"], b"Days of waiting"),
    "delays as a PDF": (["delays", "REF", "--format", "pdf"], b"%PDF"),
    "tally": (["tally", "--year", "2025/26", "--format", "csv"], b"table"),
    "ncmd": (["ncmd", "REF"], b""),
    "ncmd as JSON": (["ncmd", "REF", "--json"], b'{\n  "schema": "cdr-ncmd/1"'),
    "ncmd --preflight": (["ncmd", "--preflight", "2025/26"], b""),
    "calendar": (["calendar"], b"BEGIN:VCALENDAR"),
    "extract": (["extract", "REF", "1"], b"\x00\xffany"),
    "report": (["report", "--year", "2025/26"], b"# "),
    "form": (["form", "REF", POLICE], b"<!doctype html>"),
    "letter": (["letter", "REF", "--draft", "--to", "mother"], b""),
    "letter as a PDF": (["letter", "REF", "--draft", "--to", "mother", "--format", "pdf"], b"%PDF"),
    "letters": (["letter", "REF", "--draft"], b""),
    "statement": (["letter", "--kind", "confidentiality", "--format", "docx"], b"PK"),
    "import --guess": (["import", "REGISTER", "--guess"], b""),
}  # fmt: skip


@pytest.fixture
def case(cdr: Shell, sudi: str, tmp_path: Path) -> str:
    cdr("request", sudi, POLICE, as_of="2026-01-09")
    (tmp_path / "any").write_bytes(b"\x00\xffany")
    cdr("attach", sudi, tmp_path / "any", "--kind", "other", as_of="2026-01-09")
    return sudi


def test_a_dash_is_stdout_for_every_command_that_writes_one_file(cdr: Shell, case: str, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("Ref,Date of death\n1,2020-01-02\n")
    (tmp_path / "here").mkdir()
    wrong = {}
    for name, (words, begins) in ONE_FILE.items():
        given = [word.replace("REF", case).replace("REGISTER", str(tmp_path / "register.csv")) for word in words]
        command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "--as-of", DAY, *given, "-o", "-"]
        environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
        done = subprocess.run(command, capture_output=True, cwd=tmp_path / "here", env=environment, check=False)
        if done.returncode or not done.stdout or not done.stdout.lower().startswith(begins.lower()):
            wrong[name] = (done.returncode, done.stdout[:40], done.stderr[-200:])
    assert wrong == {}
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["extract", "REF", "1"], ["form", "REF", POLICE], ["calendar"], ["report", "--year", "2025/26"],
        ["letter", "REF", "--draft", "--to", "mother", "--format", "pdf"],
    ],
)  # fmt: skip
def test_stdout_takes_one_thing(cdr: Shell, case: str, words: list[str]) -> None:
    given = [word.replace("REF", case) for word in words]
    assert "both go to stdout" in cdr(*given, "-o", "-", "--json", as_of=DAY, code=2).err


def test_the_pass_phrase_goes_its_own_way(cdr: Shell, case: str) -> None:
    answer = cdr("form", case, POLICE, "--new-passphrase", "-o", "-", as_of=DAY)
    [told] = [line.removeprefix(f"{POLICE}: ") for line in answer.err.splitlines() if line.startswith(f"{POLICE}: ")]
    assert len(told.split()) == 6 and told not in answer.out and answer.out.casefold().startswith("<!doctype html>")


def test_letters_as_json_and_as_text_on_stdout(cdr: Shell, case: str) -> None:
    texts = [one["text"] for one in cdr("letter", case, "--draft", "--json", "-o", "-", as_of=DAY).json["letters"]]
    said = cdr("letter", case, "--draft", "-o", "-", as_of=DAY).out
    assert len(texts) == 2 and all(text.strip() in said for text in texts)
    answer = cdr("letter", case, "--draft", "--format", "pdf", "-o", "-", as_of=DAY, code=2)
    assert "2 letters" in answer.err and "stdout takes one" in answer.err


def test_a_folder_and_a_file_for_letters(cdr: Shell, case: str, tmp_path: Path) -> None:
    """With --to the name is the letter's; a slash or a folder that is there makes it a folder all the same."""
    one = ("letter", case, "--draft", "--to", "mother", "-o")
    name = f"{case}-condolence-1"
    cdr(*one, f"{tmp_path}/new/deep/", as_of=DAY)
    assert [path.name for path in (tmp_path / "new" / "deep").iterdir()] == [f"{name}.txt"]
    (tmp_path / "there").mkdir()
    cdr(*one, tmp_path / "there", "--format", "pdf", as_of=DAY)
    assert (tmp_path / "there" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    cdr(*one, tmp_path / "hers", as_of=DAY)
    assert (tmp_path / "hers").read_text("utf-8")
    cdr(*one, tmp_path / "hers.PDF", as_of=DAY)
    assert (tmp_path / "hers.PDF").read_bytes().startswith(b"%PDF"), "the name says what it is"
    cdr(*one, tmp_path / "hers.docx", as_of=DAY)
    assert (tmp_path / "hers.docx").read_bytes().startswith(b"PK")
    cdr(*one, tmp_path / "no" / "hers.txt", as_of=DAY, code=66)
    assert "ends in .docx" in cdr(*one, tmp_path / "other.docx", "--format", "pdf", as_of=DAY, code=2).err
    assert not (tmp_path / "other.docx").exists()


def test_several_letters_go_into_a_folder(cdr: Shell, case: str, tmp_path: Path) -> None:
    before = cdr("audit", case).out
    for place in ("both.pdf", "both.txt"):
        assert "is one file" in cdr("letter", case, "--draft", "-o", tmp_path / place, as_of=DAY, code=2).err
        assert not (tmp_path / place).exists()
    (tmp_path / "file").write_text("x")
    cdr("letter", case, "--draft", "-o", tmp_path / "file", as_of=DAY, code=2)
    assert cdr("audit", case).out == before
    cdr("letter", case, "--draft", "-o", tmp_path / "letters", as_of=DAY)
    assert len(list((tmp_path / "letters").iterdir())) == 2


def test_a_name_that_ends_in_a_slash_is_no_file(cdr: Shell, case: str, tmp_path: Path) -> None:
    assert "is a folder" in cdr("timeline", case, "-o", f"{tmp_path}/out/", as_of=DAY, code=2).err
    assert "is a folder" in cdr("extract", case, "1", "-o", f"{tmp_path}/out/", code=2).err
    assert not (tmp_path / "out").exists()


def test_a_pipe_under_any_name_is_written_to(cdr: Shell, case: str) -> None:
    line = f"{sys.executable} -m cdr --store {cdr.store} timeline {case} -o /dev/stdout | cat; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith(b"Timeline")


def test_what_is_no_text_does_not_go_to_a_terminal(cdr: Shell, case: str, tmp_path: Path) -> None:
    before = cdr("audit", case).out
    for words in (["letter", case, "--draft", "--to", "mother", "--format", "pdf"], ["extract", case, "1"]):
        given = ["-m", "cdr", "--store", str(cdr.store), "--as-of", DAY, *words, "-o", "-"]
        terminal = pexpect.spawn(sys.executable, given, encoding="utf-8", timeout=terminals.PATIENCE)
        terminal.expect("It is no text, and stdout is a terminal")
        assert terminals.ended(terminal) == 2
    assert cdr("audit", case).out == before
    hostile = tmp_path / "hostile.txt"
    hostile.write_text((EXAMPLES / "store.yaml").name + "\x1b]0;x\x07\r\nsecond\n")
    cdr("attach", case, hostile, "--kind", "other")
    given = ["-m", "cdr", "--store", str(cdr.store), "extract", case, "2", "-o", "-"]
    terminal = pexpect.spawn(sys.executable, given, encoding="utf-8", timeout=terminals.PATIENCE)
    terminal.expect("second")
    assert "\x1b]0" not in terminal.before
    terminal.expect(pexpect.EOF)
