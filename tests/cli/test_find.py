"""`cdr find`: from standard input and on a terminal, one private-key operation, and no name in what it says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import pytest
import terminals
from conftest import PROGRAM, Shell
from store.test_index import Counter

NAMES = ("Amara", "Testcase", "Efua", "9990000018")


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return counter


def test_a_parent_rings(cdr: Shell, sudi: str) -> None:
    assert cdr("find", "--json", stdin=b"Efua Testcase\n").json["matches"] == [
        {"case": sudi, "as": "parent", "exact": True}
    ]
    said = cdr("find", stdin="Amára Tastcase\n02/03/2025\n".encode())
    assert said.out.splitlines()[2].split()[:4] == [sudi, "child", "otherwise", "2026-01-09"]
    assert not any(name in said.out + said.err for name in NAMES)
    nobody = cdr("find", stdin=b"Nobody Else")
    assert nobody.out == "" and "No case" in nobody.err
    assert cdr("find", "--json", stdin=b"Nobody Else").json["matches"] == []


def test_what_is_no_clue_is_refused_and_never_told_again(cdr: Shell, sudi: str) -> None:
    said = cdr("find", "Efua", "Testcase", code=2)
    assert "Efua" not in said.err and "never an argument" in said.err
    assert "Line 2" in cdr("find", stdin=b"Efua\n??\n", code=65).err
    assert cdr("find", "--json", stdin=b"", code=65).json["exit"] == 65


@pytest.mark.skipif(bool(PROGRAM), reason="the program is counted in this process")
def test_it_costs_one_private_key_operation(cdr: Shell, sudi: str, counted: Counter) -> None:
    cdr("list")
    assert counted(lambda: cdr("find", "--json", stdin=b"Testcase")) == 1


def test_a_person_is_asked_on_a_terminal(cdr: Shell, sudi: str) -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "cdr", "--store", str(cdr.store), "find"], encoding="utf-8", timeout=terminals.PATIENCE
    )
    child.expect("a number: ")
    child.sendline("???")
    child.expect("one a line")
    child.sendline("efua testcase")
    child.expect("And ")
    child.sendline("")
    child.expect(f"{sudi}  +parent")
    assert terminals.ended(child) == 0
