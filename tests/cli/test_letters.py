"""Every letter by its command: what it says, to whom, and in which format."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.letters_asked import ACTION, DAY, FORM_C, FULL, GATE, ready_for, reviewed, text_in
from conftest import EXAMPLES, Shell


@pytest.mark.parametrize(
    "kind", ["condolence", "before-review-meeting", "after-review-meeting", "after-panel", "delay", "thanks"]
)
def test_each_letter_to_the_family_in_each_format(cdr: Shell, sudi: str, tmp_path: Path, kind: str) -> None:
    ready_for(cdr, sudi, kind)
    said = cdr("letter", sudi, "--kind", kind, "--gate", "-", stdin=FULL, as_of=DAY).out
    assert said.count("Dear Ms Testcase") == said.count("Dear Mr Testcase") == 1
    assert "9990000018" not in said and "Kofi" not in said
    for format_ in ("pdf", "docx"):
        cdr(
            "letter",
            sudi,
            "--kind",
            kind,
            "--to",
            "father",
            "--format",
            format_,
            "--large-print",
            "-o",
            tmp_path / f"his.{format_}",
            as_of=DAY,
        )
    assert (tmp_path / "his.pdf").read_bytes().startswith(b"%PDF")
    assert "Dear Mr Testcase" in text_in(tmp_path / "his.docx")
    letters = cdr("show", sudi, "--json").json["documents"]["case"]["letters"]
    assert [(letter["kind"], letter["to"], letter["format"], letter["send_on"]) for letter in letters] == [
        (kind, 1, "text", DAY), (kind, 2, "text", DAY), (kind, 2, "pdf", DAY), (kind, 2, "docx", DAY),
    ]  # fmt: skip


def test_what_a_kind_needs_is_said_at_once(cdr: Shell, sudi: str) -> None:
    answer = cdr("letter", sudi, "--kind", "after-panel", "--gate", "-", stdin=GATE, as_of=DAY, code=65)
    for wanted in ("has not ratified", "feedback_wanted", "learning_agreed"):
        assert wanted in answer.err
    reviewed(cdr, sudi, FORM_C)
    assert (
        "for_family" in cdr("letter", sudi, "--kind", "after-panel", "--gate", "-", stdin=FULL, as_of=DAY, code=65).err
    )
    assert cdr("letter", sudi, "--kind", "after-panel", "--draft", as_of=DAY).out.startswith("DRAFT")


def test_a_final_letter_says_only_what_is_so(cdr: Shell, sudi: str) -> None:
    def refused(kind: str) -> str:
        return cdr("letter", sudi, "--kind", kind, "--gate", "-", stdin=FULL, as_of=DAY, code=65).err

    assert "No meeting of those who knew the child" in refused("after-review-meeting")
    assert "nothing to thank for" in refused("thanks")
    reviewed(cdr, sudi)
    assert "met on 2026-04-14" in refused("before-review-meeting")
    cdr("close", sudi, "--override", "Nothing more can be done", as_of="2026-04-15")
    for kind in ("before-review-meeting", "delay"):
        assert "closed on 2026-04-15" in refused(kind)
        assert cdr("letter", sudi, "--kind", kind, "--draft", as_of=DAY).out.startswith("DRAFT")
    assert "We learned this" in cdr("letter", sudi, "--kind", "after-panel", "--gate", "-", stdin=FULL, as_of=DAY).out


def test_thanks_go_to_those_who_told_us(cdr: Shell, sudi: str) -> None:
    def thanks(*to: str, code: int = 0) -> str:
        answer = cdr("letter", sudi, "--kind", "thanks", *to, "--gate", "-", stdin=FULL, as_of=DAY, code=code)
        return answer.err if code else answer.out

    cdr("milestone", sudi, "family_views", "--on", "2026-03-02", as_of="2026-04-14")
    assert "Say who it was with --to" in thanks(code=65)
    cdr("milestone", sudi, "--undo", "family_views", as_of="2026-04-14")
    cdr("milestone", sudi, "family_views", "--on", "2026-03-02", "--with", "mother", as_of="2026-04-14")
    assert "family_views --on DATE --with 2" in thanks("--to", "father", code=65)
    said = thanks()
    assert "Dear Ms Testcase" in said and "Dear Mr Testcase" not in said


def test_the_letter_to_an_organisation(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    cdr("letter", sudi, "--kind", "action", "--draft", as_of=DAY, code=66)
    reviewed(cdr, sudi)
    assert "no_one_recognised" in cdr("letter", sudi, "--kind", "action", as_of=DAY, code=65).err
    said = cdr("letter", sudi, "--kind", "action", "--gate", "-", stdin=ACTION, as_of=DAY).out
    assert "Head of health visiting" in said and "Amara" not in said and sudi not in said
    cdr("letter", sudi, "--kind", "action", "--to", "2", as_of=DAY, code=66)
    cdr("letter", sudi, "--kind", "action", "--to", "1", "--format", "docx", "-o", tmp_path / "them.docx", as_of=DAY)
    assert "section 16M" in text_in(tmp_path / "them.docx")
    assert "the organisation of recommendation 1" in cdr("show", sudi).out


def test_the_statement_needs_no_case(cdr: Shell, tmp_path: Path) -> None:
    before = cdr("audit", "--json").out
    answer = cdr("letter", "--kind", "confidentiality", "--format", "pdf", "-o", tmp_path / "statement.pdf", "--json")
    assert answer.json["case"] is None and (tmp_path / "statement.pdf").read_bytes().startswith(b"%PDF")
    assert "Dr Leslie Okafor" in cdr("letter", "--kind", "confidentiality", "--to", "chair").out
    cdr("letter", "--kind", "confidentiality", "--to", "Dr Okafor", code=66)
    assert cdr("audit", "--json").out == before


def test_options_that_do_not_go_together(cdr: Shell, sudi: str) -> None:
    cdr("letter", code=2)
    cdr("letter", sudi, "--kind", "confidentiality", code=2)
    cdr("letter", sudi, "--draft", "--large-print", code=2)
    cdr("letter", sudi, "--draft", "--format", "docx", code=2)


def test_doctor_reads_the_areas_own_wordings(cdr: Shell) -> None:
    folder = cdr.store / "templates" / "letters"

    def found(text: str, name: str = "delay") -> set[tuple[str, str]]:
        path = folder / f"{name}.txt"
        path.write_text(text, "utf-8")
        checks = cdr("doctor", "--json", code=1 if "passed" in text or "child.age" in text else 0).json["checks"]
        path.unlink()
        return {(check["level"], check["message"]) for check in checks if check["what"] == "wordings"}

    assert found("{{ salutation }}\n\n{{ child.name }} died.") == {("ok", "templates/letters/delay.txt can be used.")}
    assert any(
        "passed away" in message
        for level, message in found("{{ salutation }}\n\n{{ child.name }} passed away.")
        if level == "error"
    )
    assert {level for level, _ in found("{{ child.age }}")} == {"error"}
    assert {level for level, _ in found("Dear all", "birthday")} == {"warning"}
    assert found("To {{ agency }}", "request") == set()


def test_local_help_from_cdr_yaml(cdr: Shell, sudi: str, member: str, tmp_path: Path) -> None:
    config = tmp_path / "area.yaml"
    config.write_text(
        (EXAMPLES / "store.yaml").read_text("utf-8")
        + "support:\n  - {name: Northshire Hearts, help: For families here., phone: 01632 960010}\n"
    )
    from conftest import run

    assert run(["init", str(tmp_path / "own"), "--config", str(config), "--member", member]).code == 0
    own = Shell(tmp_path / "own")
    case = own("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    assert "Northshire Hearts" in own("letter", case, "--draft", as_of=DAY).out
    assert "Northshire Hearts" not in cdr("letter", sudi, "--draft", as_of=DAY).out


def test_numbers_are_rung_twice_a_year_and_no_letter_warns_of_them(cdr: Shell, sudi: str) -> None:
    assert "ring" not in cdr("letter", sudi, "--draft", as_of=DAY).err.casefold()

    def calls(day: str) -> list[str]:
        return [task["due"] for task in cdr("today", "--json", as_of=day).json["area"] if task["clock"] == "support"]

    assert (calls("2026-02-01"), calls("2026-03-20"), calls("2026-04-20")) == ([], ["2026-04-01"], ["2026-04-01"])
    assert (calls("2026-05-20"), calls("2026-09-10")) == ([], ["2026-10-01"])
    checks = cdr("doctor", "--json").json["checks"]
    assert [one["level"] for one in checks if one["what"] == "support"] == ["warning"]


def test_colleagues_are_told_what_they_may_know(cdr: Shell, tmp_path: Path) -> None:
    form = (EXAMPLES / "form-a-suicide.yaml").read_bytes()
    case = cdr("notify", "--from", "-", stdin=form, as_of="2026-04-14").out.strip()
    answers = ("wording_agreed", "family_knows_of_it", "safe_way")
    gate = "schema: letter-gate/1\nanswers:\n"
    gate += "".join(f"  {id_}: {{answer: yes, by: Jo Penrose, on: {DAY}}}\n" for id_ in answers)
    gate_file = tmp_path / "gate.yaml"
    gate_file.write_text(gate + "proof_read_by: [Robin Ashworth, Jo Penrose]\n", "utf-8")
    refused = cdr("letter", case, "--kind", "school", as_of=DAY, code=65)
    assert "family_knows_of_it" in refused.err and "a colleague" in refused.err
    made = cdr("letter", case, "--kind", "school", "--gate", gate_file, as_of=DAY)
    assert "Step by Step" in made.out and case not in made.out and "school_told" in made.err
    urgent = ("letter", case, "--kind", "coroner", "--gate", gate_file)
    assert "--from FILE" in cdr(*urgent, as_of=DAY, code=65).err
    said = cdr(*urgent, "--from", "-", stdin=b"A message was found.", as_of=DAY).out
    assert "A message was found." in said and case in said
    cdr("letter", case, "--kind", "school", "--from", "-", stdin=b"x", as_of=DAY, code=2)
    shown = cdr("show", case).out
    assert "(school, final, text) to colleague 1" in shown and "(coroner, final, text) to colleague 1" in shown
    due = cdr("milestone", case, as_of=DAY).out
    assert "Step by Step" not in due and "Write to the parents" in due


def test_what_keeps_a_letter_is_said_before_that_it_has_nobody_to_go_to(cdr: Shell, sudi: str) -> None:
    def refused(kind: str, code: int = 65) -> str:
        return " ".join(cdr("letter", sudi, "--kind", kind, as_of=DAY, code=code).err.split())

    assert "suspects no suicide" in refused("school") and "school or college" in refused("school")
    assert "add them" not in refused("school").casefold(), (
        "nobody is to be added for a letter that is not for this death"
    )
    assert "has not ratified its analysis yet" in refused("action")
    assert "no final post-mortem result" in refused("further-meeting").casefold()
    cdr("milestone", sudi, "post_mortem_final", "--on", "2026-04-10", as_of=DAY)
    assert "cdr request" in refused("further-meeting", code=66)


def test_a_draft_tells_what_it_says_that_is_not_so(cdr: Shell, sudi: str) -> None:
    def told(kind: str) -> str:
        return cdr("letter", sudi, "--kind", kind, "--draft", as_of=DAY).err

    assert "please check: No meeting of those who knew the child" in told("after-review-meeting")
    assert "please check: The panel has not ratified" in told("after-panel")
    thanks = told("thanks")
    assert "nothing to thank for" in thanks and "which of them" not in thanks, "where nobody told us anything"
    assert "please check" not in told("condolence")


def test_prompts_that_say_that_a_ratified_review_waits_are_told(cdr: Shell, sudi: str) -> None:
    def ratified() -> str:
        form = ("review", sudi, "--from", "-", "--override", "No panel yet")
        return " ".join(cdr(*form, stdin=FORM_C, as_of="2026-04-14").err.split())

    cdr("request", sudi, "northshire-police", as_of="2026-04-01")
    assert f"cdr return {sudi} AGENCY --waive REASON" in ratified()
    cdr("return", sudi, "northshire-police", "--nil", as_of="2026-04-14")
    cdr("close", sudi, "--override", "x", as_of="2026-04-15")
    cdr("reopen", sudi, "--reason", "x", as_of="2026-04-15")
    assert "--waive" not in ratified()
