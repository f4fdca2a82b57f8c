"""`cdr reconcile`: lists as spreadsheets give them, every problem at once, a letter of query, and no name in what it says."""

from __future__ import annotations

from pathlib import Path

from conftest import Shell

LIST = """Deaths registered in January 2026
Entry,Forename(s),SURNAME,Date of Birth,Date of Death
101,Amara Grace,TESTCASE,02/03/2025,09/01/2026
102,Peter,EXAMPLEBY,01/02/2020,12/01/2026
"""


def test_a_list_is_compared_with_the_cases(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    found = cdr("reconcile", tmp_path / "list.csv", "--json").json
    assert found["matched"] == [{"row": 3, "case": sudi, "exact": True}]
    assert found["never_notified"] == [{"row": 4, "perhaps": []}] and found["not_in_list"] == []
    pasted = "Name\tDied\nTestcase, Amarah\t9 January 2026\n"
    said = cdr("reconcile", "-", stdin=pasted.encode())
    assert "1 death listed: 1 with a case (1 spelt otherwise)" in said.out and sudi in said.out
    assert "estcase" not in said.out + said.err
    missing = cdr("reconcile", "-", "--json", stdin=b"Name,Died\nPeter Exampleby,2026-01-30\n").json
    assert missing["not_in_list"] == [sudi]
    letter = tmp_path / "query.txt"
    cdr("reconcile", tmp_path / "list.csv", "--query", letter)
    text = letter.read_text("utf-8")
    assert "- Peter EXAMPLEBY, born 1 February 2020, died 12 January 2026 (row 4 of the list)" in text
    assert "Amara" not in text and "We found none for:\n\n- Peter" in text


def test_every_problem_is_told_at_once(cdr: Shell, sudi: str) -> None:
    said = cdr("reconcile", "-", stdin=b"Name,Date of death,Born\nA B,soon,\n,2026-01-09,31/02/2020\n", code=65)
    assert [line.split(": ")[:3] for line in said.err.splitlines() if "[" in line] == [
        ["standard input:2", "date_of_death", "Date of death"],
        ["standard input:3", "date_of_birth", "Date of birth"],
        ["standard input:3", "name", "Name"],
    ]
    assert "Date of death" in cdr("reconcile", "-", stdin=b"a,b\n1,2\n", code=65).err
    cdr("reconcile", "nothing.csv", code=66)
