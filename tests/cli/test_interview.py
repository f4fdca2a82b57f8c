"""`cdr notify` on a terminal: a person answers field by field."""

from __future__ import annotations

import sys

import pexpect
import pytest
from conftest import Shell

ANSWERS = {
    "First names": ["?", "Siân"],
    "Family name": ["Testcase", "Testcase-Ŵyn"],
    "Other names, one at a time": ["<", ""],
    "NHS number": ["9990000018"],
    "Date of birth": ["2025-03-02"],
    "Sex": ["girl", "female"],
    "Ethnicity": ["A"],
    "Home address, one at a time": ["12 Example Street"],
    "Home address, next (Enter ends)": ["Northtown"],
    "Postcode": ["NR1 1AB"],
    "Local authority": ["Northshire"],
    "Date of death": ["9 Jan", "2026-01-09"],
    "Place of death": ["paediatric_ward"],
    "Expected or not": ["expected"],
    "Suspected stillbirth at home": ["no"],
    "Circumstances": ["She died on the ward with her parents."],
    "Medical certificate of cause of death issued": ["no"],
    "Reasons for a joint agency response, one at a time": ["none"],
    "Joint agency response": ["no"],
    "Safeguarding concern": ["no"],
    "Give: Parents and carers": ["y"],
    "Relationship to the child": ["mother"],
    "Agency": ["northtown-general"],
    "Notified at": ["2026-01-09T10:00"],
    "Received at": ["2026-01-09T10:05"],
}
NAMES = ["Ms Carys Testcase", "Dr Hana Sato", "Sister Mel Bright"]


def test_a_person_answers_field_by_field(cdr: Shell) -> None:
    command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "--as-of", "2026-01-09", "notify"]
    terminal = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=20, dimensions=(50, 200))
    waiting = {title: list(answers) for title, answers in ANSWERS.items()}
    waiting["Name"] = list(NAMES)
    seen: list[str] = []
    while True:
        found = terminal.expect([r"(?m)^([^\r\n]+?): (?=$|\Z)", r"What must happen next", pexpect.EOF])
        if found:
            break
        question = terminal.match.group(1)
        seen.append(question)
        assert len(seen) < 400, seen[-5:]
        terminal.sendline(_answer(question, waiting))
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, seen[-5:]
    case = cdr("list", "--json").json["cases"][0]["case"]
    form = cdr("show", case, "--json").json["documents"]["notification"]
    assert form["child"]["first_names"] == "Siân"
    assert form["child"]["family_name"] == "Testcase-Ŵyn"
    assert form["child"]["address"] == ["12 Example Street", "Northtown"]
    assert form["family"]["parents"] == [{"name": "Ms Carys Testcase", "relationship": "mother"}]
    assert form["professionals"][0]["agency"] == "northtown-general"


def _answer(question: str, waiting: dict[str, list[str]]) -> str:
    title = question.removesuffix(" [y/N]").removesuffix(" [n]").removesuffix(" (y/n)").removesuffix(" (needed)")
    if title == "Is all of this right":
        return "y"
    title = title.replace("Another: ", "Give: ") if title.startswith("Another") and title.replace("Another: ", "Give: ") in waiting else title
    for name in (title, title.removeprefix("Give: ").removeprefix("Another: ")):
        if waiting.get(name):
            return waiting[name].pop(0)
    return ""


def test_without_a_terminal_nothing_is_asked(cdr: Shell) -> None:
    answer = cdr("notify", code=2)
    assert "--from FILE" in answer.err


@pytest.mark.parametrize("command", ["reopen"])
def test_a_reason_is_never_asked_for_without_a_terminal(cdr: Shell, sudi: str, command: str) -> None:
    assert "--reason" in cdr(command, sudi, code=2).err
