"""`cdr notify` on a terminal: a person answers field by field."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
import terminals
from conftest import EXAMPLES, Shell

from cdr.forms.fields import field

PROMPT = re.compile(r"(?:^|[\r\n])([^\r\n]*(?::|\))) \Z")
QUIET = 0.02
NARRATIVE = "He died in his mother's arms."


def title(path: str) -> str:
    found = field("form-a/1", path)
    assert found is not None
    return found.title


class Typist:
    """A person at a terminal of their own, who answers by the question and presses Enter to all others."""

    def __init__(self, store: Path, as_of: str, command: list[str] | None = None) -> None:
        program, *given = command or [sys.executable, "-m", "cdr", "--store", str(store), "--as-of", as_of, "notify"]
        environment = {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.terminal = pexpect.spawn(
            program, given, encoding="utf-8", timeout=terminals.PATIENCE, dimensions=(50, 160), env=environment
        )
        self.terminal.delaybeforesend = None
        self.asked: list[str] = []
        self.shown = self.open = ""

    def question(self) -> str | None:
        """The next question without its choices, once nothing more is written; None where the command has ended."""
        said, ready = "", None
        while True:
            try:
                said += self.terminal.read_nonblocking(4096, timeout=QUIET if ready else terminals.PATIENCE)
            except pexpect.EOF:
                self.shown += said
                terminals.ended(self.terminal)
                return None
            except pexpect.TIMEOUT:
                assert ready, said[-1500:]
                break
            ready = PROMPT.search(said)
        self.shown, self.open = self.shown + said, ready.group(1)
        self.asked.append(re.split(r"\*| \(| \[|:|\?", self.open)[0].strip())
        assert len(self.asked) < 300, self.shown[-1500:]
        return self.asked[-1]

    def type(self, text: str) -> None:
        self.terminal.sendline(text)
        if "an empty line ends it" in self.open and text not in ("", "<", "?", "-"):
            self.terminal.sendline("")

    def answer(self, answers: dict[str, list[str]], until: str = "") -> int | None:
        """Answer from the lists, one after another, until a question that is to stay open, or the end; the exit code."""
        while True:
            name = self.question()
            if name is None:
                return self.terminal.exitstatus
            if name == until and not answers.get(name):
                return None
            self.type(answers[name].pop(0) if answers.get(name) else "")


def newborn() -> dict[str, list[str]]:
    return {
        title("child.first_names"): ["?", "Baby"],
        title("child.family_name"): ["Testcase", "Testcase-Ŵyn"],
        "Known as, if by another name": ["<", "Siôn"],
        title("child.date_of_birth"): ["10 Feb", "2/10/2026", "10/02/2026"],
        title("death.date"): ["9 January 2026", "14 February 2026"],
        title("child.nhs_number"): ["999 000 0027", "999 000 0026"],
        title("child.sex"): ["ma"],
        title("child.ethnicity"): ["a"],
        title("child.gestation"): ["early", "23+5"],
        title("child.birth_weight_g"): ["0.59 kg", "590"],
        title("child.multiple_birth"): ["n"],
        "Home address, with commas": ["4 Sample Court, Southtown"],
        title("child.postcode"): ["so12cd"],
        title("child.local_authority"): ["south"],
        title("death.time"): ["7.5", "1930"],
        title("death.place"): ["ward", "neonatal"],
        "Which hospital, ward or site": ["Northtown Maternity Unit"],
        title("death.expected"): ["1"],
        title("death.circumstances"): [NARRATIVE],
        "Certificate of cause of death issued": ["y"],
        "Cause a": ["Bilateral haemorrhage"],
        "Reasons for a joint agency response": ["none"],
        title("safeguarding_concern"): ["no"],
        "Medical examiner": ["yesterday"],
        "Perinatal Mortality Review Tool and MBRRACE-UK": ["y"],
        "Others who were informed": ["registrar"],
        "Name of a parent or carer, with title": ["Mrs Carys Testcase"],
        "Next parent or carer, with title": ["Mr Ifan Testcase"],
        title("family.parents.relationship"): ["mother", "father"],
        title("family.parents.lives_with_child"): ["y", "n"],
        "Address, with commas; needed for letters": ["7 Elsewhere Road, Southtown"],
        "Name of a professional or team that knew the child": ["Dr Hana Sato"],
        "Next professional or team": ["Dr Tom Ellery"],
        title("professionals.agency"): ["northtown", "northtown mat", "high-street-surgery"],
        "Who notifies (name)": [],
        "Who notifies": ["Sister Mel Bright"],
        title("notified_at"): ["16/2/2026", "16/2/2026 9:40"],
        "Is all of this right": ["y"],
    }


def notification(cdr: Shell) -> Any:
    (case,) = cdr("list", "--json").json["cases"]
    return cdr("show", case["case"], "--json").json["documents"]["notification"]


def test_a_newborn(cdr: Shell) -> None:
    person, answers = Typist(cdr.store, "2026-02-16 10:00"), newborn()
    assert person.answer(answers) == 0, person.shown[-2000:]
    assert {name: left for name, left in answers.items() if left} == {}
    form = notification(cdr)
    assert form["child"]["family_name"] == "Testcase-Ŵyn"
    assert form["child"]["known_as"] == "Siôn"
    assert form["child"]["nhs_number"] == "9990000026"
    assert form["child"]["gestation"] == {"weeks": 23, "days": 5}
    assert form["child"]["address"] == ["4 Sample Court", "Southtown"]
    assert form["child"]["postcode"] == "SO1 2CD"
    assert form["death"]["time"] == "19:30"
    assert form["death"]["circumstances"] == NARRATIVE
    assert form["death"]["suspected_stillbirth_at_home"] == "no"
    assert form["certification"]["cause_of_death"] == {"neonatal_a": "Bilateral haemorrhage"}
    assert form["jar"] == {"criteria": ["none"], "triggered": "no"}
    assert form["informed"] == [
        {"party": "medical_examiner", "status": "informed", "on": "2026-02-15"},
        {"party": "pmrt_mbrrace", "status": "informed"},
        {"party": "registrar", "status": "informed"},
    ]
    first, second = form["family"]["parents"]
    assert first["address"] == ["4 Sample Court", "Southtown", "SO1 2CD"]
    assert second["address"] == ["7 Elsewhere Road", "Southtown"]
    assert [p["agency"] for p in form["professionals"]] == ["northtown-maternity", "high-street-surgery"]
    assert (form["notified_at"], form["received_at"]) == ("2026-02-16T09:40", "2026-02-16T10:00")
    assert "Why there is no NHS number" not in person.asked
    assert not {"Cause Ia", "Was a joint agency response begun", "School or nursery"} & {*person.asked}
    for words in (
        "Part 1 of 9: The child",
        "Part 9 of 9:",
        "That may be 2",
        "The death cannot be before the birth",
        "must pass its check",
    ):
        assert words in person.shown
    assert list(Path(os.environ["XDG_STATE_HOME"]).rglob("drafts/*")) == []


def test_a_teenager(cdr: Shell) -> None:
    person = Typist(cdr.store, "2026-03-10 10:00")
    answers = {
        title("child.first_names"): ["Ọlábísí"],
        title("child.family_name"): ["Testcase"],
        title("child.date_of_birth"): ["29/02/2012"],
        title("death.date"): ["2026-03-08"],
        title("child.nhs_number_absent_reason"): ["", "2"],
        title("child.sex"): ["2"],
        title("child.ethnicity"): ["S"],
        title("child.ethnicity_other_text"): ["", "Yorùbá and Kurdish"],
        title("child.learning_disability"): ["n"],
        "Home address, with commas": ["12 Example Street, Northtown"],
        title("child.postcode"): ["NR1 1AB"],
        title("child.local_authority"): ["Elsewhereshire"],
        title("death.place"): ["home"],
        title("death.expected"): ["unexp"],
        title("death.suspected_events"): ["apparent suicide, not known", "8"],
        title("death.circumstances"): ["She was found in her room."],
        "Certificate of cause of death issued": ["n"],
        title("certification.post_mortem.status"): ["1"],
        title("certification.post_mortem.type"): ["", "coroner"],
        "Reasons for a joint agency response": ["1, 6", "1"],
        "Was a joint agency response begun": ["n"],
        "Why not": ["", "The police lead."],
        title("safeguarding_concern"): ["y"],
        "What the concern is": ["A younger child."],
        "Another process, like an inquest": ["inq"],
        "Coroner": ["", "9/3/2026"],
        "Their reference, if they gave one": ["NC/0200/26"],
        "School or nursery": ["n"],
        "Local safeguarding partners": ["today"],
        "Name of a professional or team that knew the child": ["Head of year"],
        title("professionals.agency"): ["9"],
        title("family.no_parents_reason"): ["", "They cannot be traced yet."],
        "Who notifies": ["PC Al Forde"],
        "Is all of this right": ["9", "y"],
        "Next professional or team": ["", "Duty team"],
    }
    assert person.answer(answers, until="never") == 0, person.shown[-2000:]
    form = notification(cdr)
    assert form["child"]["ethnicity_other_text"] == "Yorùbá and Kurdish"
    assert form["child"]["local_authority"] == "Elsewhereshire"
    assert form["child"]["nhs_number_absent_reason"] == "nhs_number_not_currently_available"
    assert form["jar"] == {
        "criteria": ["external_causes"],
        "triggered": "no",
        "not_triggered_reason": "The police lead.",
    }
    assert {"party": "coroner", "status": "informed", "on": "2026-03-09", "reference": "NC/0200/26"} in form["informed"]
    assert {"party": "school_nursery", "status": "not_informed"} in form["informed"]
    assert form["other_investigations"] == [{"type": "inquest", "status": "open"}]
    assert [p["name"] for p in form["professionals"]] == ["Head of year", "Duty team"]
    assert form["family"] == {"no_parents_reason": "They cannot be traced yet."}
    assert not {title("child.gestation"), "Cause a", title("death.suspected_stillbirth_at_home")} & {*person.asked}
    assert "name the school too" in person.shown
    assert "Child Death Overview Panel where the child lived" in person.asked


def test_what_a_part_is_not_happy_with_leads_back_to_its_field(cdr: Shell) -> None:
    person, answers = Typist(cdr.store, "2026-02-16 10:00"), newborn()
    answers[title("certification.post_mortem.status")] = ["required"]
    answers[title("certification.post_mortem.type")] = ["coroner"]
    answers["Coroner"] = ["n", "today"]
    answers["GP"] = ["", ""]
    assert person.answer(answers) == 0, person.shown[-2000:]
    assert person.asked.count("Coroner") == 2
    assert {"party": "coroner", "status": "informed", "on": "2026-02-16"} in notification(cdr)["informed"]


def test_an_interrupted_form_is_taken_up_again(cdr: Shell) -> None:
    answers = newborn()
    first = Typist(cdr.store, "2026-02-16 09:55")
    held = answers.pop("Medical examiner")
    assert first.answer(answers, until="Medical examiner") is None, first.shown[-6000:]
    first.terminal.sendintr()
    first.terminal.expect("kept, encrypted")
    assert terminals.ended(first.terminal) == 130
    assert cdr("list", "--json").json["cases"] == []
    second = Typist(cdr.store, "2026-02-16 10:00")
    assert second.answer({**answers, "Medical examiner": held}) == 0, second.shown[-2000:]
    assert "A draft of 16 February, 09:" in second.shown
    assert title("child.first_names") not in second.asked
    assert notification(cdr)["child"]["known_as"] == "Siôn"
    assert drafts() == []


def drafts() -> list[Path]:
    return [path for path in Path(os.environ["XDG_STATE_HOME"]).rglob("drafts/*") if path.is_file()]


@pytest.mark.parametrize("ending", ["hang up", "signal", "terminate", "end of input"])
def test_a_terminal_that_is_closed_loses_nothing(cdr: Shell, tmp_path: Path, ending: str) -> None:
    person = Typist(cdr.store, "2026-02-16 10:00")
    answers = newborn()
    while person.question() != title("child.sex"):
        person.type(answers[person.asked[-1]].pop(0) if answers.get(person.asked[-1]) else "")
    if ending == "hang up":
        terminals.hung_up(person.terminal)
    elif ending == "end of input":
        person.terminal.sendeof()
    else:
        os.kill(person.terminal.pid, signal.SIGHUP if ending == "signal" else signal.SIGTERM)
    terminals.ended(person.terminal)
    (kept,) = drafts()
    assert b"Testcase" not in kept.read_bytes()
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert "Testcase-Ŵyn".encode() not in path.read_bytes(), path
    again = Typist(cdr.store, "2026-02-17 10:00")
    while again.question() != title("child.sex"):
        again.type("")
    assert title("child.family_name") not in again.asked
    terminals.killed(again.terminal)


def test_a_draft_may_be_left_or_deleted(cdr: Shell) -> None:
    begin_and_stop(cdr, [])
    begin_and_stop(cdr, ["n"])
    assert len(drafts()) == 2
    begin_and_stop(cdr, ["d", "d"])
    assert len(drafts()) == 1


def begin_and_stop(cdr: Shell, about_drafts: list[str]) -> None:
    person = Typist(cdr.store, "2026-02-16 10:00")
    answers = {"Go on with it": about_drafts, title("child.first_names"): ["Amara"]}
    assert person.answer(answers, until=title("child.family_name")) is None
    assert about_drafts == []
    person.terminal.sendintr()
    terminals.ended(person.terminal)


def test_a_pasted_text_with_empty_lines_stays_one_answer(cdr: Shell) -> None:
    person, answers = Typist(cdr.store, "2026-02-16 10:00"), newborn()
    answers[title("death.circumstances")] = []
    assert person.answer(answers, until=title("death.circumstances")) is None
    person.terminal.send("First line.\nSecond line.\n\nAnother paragraph.\n\n")
    assert person.answer(answers) == 0, person.shown[-2000:]
    assert notification(cdr)["death"]["circumstances"] == "First line.\nSecond line.\n\nAnother paragraph."


def test_a_child_who_is_known_is_told_of_at_once(cdr: Shell, sudi: str) -> None:
    person = Typist(cdr.store, "2026-01-12 10:00")
    answers = {
        title("child.first_names"): ["Amarah Grace"],
        title("child.family_name"): ["Testcase"],
        title("child.date_of_birth"): ["3/3/2025"],
        title("death.date"): ["9/1/2026"],
        title("child.nhs_number_absent_reason"): ["2"],
        title("child.sex"): ["f"],
        title("child.ethnicity"): ["N"],
        title("child.gestation"): ["36+4"],
    }
    assert person.answer(answers, until="Enter goes on; < goes back to it") is None
    assert sudi in person.shown
    assert "dates of birth one day apart" in " ".join(person.shown.split())
    terminals.killed(person.terminal)


def test_only_the_reference_goes_to_stdout(cdr: Shell, tmp_path: Path) -> None:
    script = f'{sys.executable} -m cdr --store "{cdr.store}" --as-of "2026-02-16 10:00" notify > "{tmp_path}/said"'
    person = Typist(cdr.store, "2026-02-16 10:00", command=["bash", "-c", script])
    assert person.answer(newborn()) == 0, person.shown[-2000:]
    (case,) = cdr("list", "--json").json["cases"]
    assert (tmp_path / "said").read_text() == f"{case['case']}\n"


def test_the_second_notification_of_a_child_needs_a_reason(cdr: Shell) -> None:
    assert Typist(cdr.store, "2026-02-16 10:00").answer(newborn()) == 0
    stopped = Typist(cdr.store, "2026-02-16 10:00")
    assert stopped.answer(newborn()) == 65
    assert len(drafts()) == 1
    again = Typist(cdr.store, "2026-02-16 10:00")
    assert (
        again.answer(
            {"Why is this another child": ["A twin with the same number by mistake"], "Is all of this right": ["y"]}
        )
        == 0
    )
    assert len(cdr("list", "--json").json["cases"]) == 2


def test_without_a_terminal_nothing_is_asked(cdr: Shell) -> None:
    answer = cdr("notify", code=2)
    assert "--from FILE" in answer.err


@pytest.mark.parametrize("command", ["reopen"])
def test_a_reason_is_never_asked_for_without_a_terminal(cdr: Shell, sudi: str, command: str) -> None:
    assert "--reason" in cdr(command, sudi, code=2).err


def test_a_case_that_looks_alike_is_a_warning_and_no_hindrance(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    text = (
        (EXAMPLES / "form-a-sudi.yaml").read_text().replace("Amara Grace", "Amarah").replace("9990000018", "9990000034")
    )
    (tmp_path / "again.yaml").write_text(text)
    answer = cdr("notify", "--from", tmp_path / "again.yaml", "--json", as_of="2026-01-09")
    (found,) = (warning for warning in answer.json["warnings"] if warning["rule"] == "A-34")
    assert sudi in found["message"]
    assert "a twin?" in found["message"]
    assert "Amara" not in found["message"]
    assert (
        subprocess.run(
            ["git", "-C", cdr.store, "log", "--format=%B"], capture_output=True, text=True, check=True
        ).stdout.count("Amara")
        == 0
    )
