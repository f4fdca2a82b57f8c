"""Letters of every kind, from the shell: the gate, the day, holds, Word and large print, and what must not be anywhere."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import docx
import pytest
from conftest import EXAMPLES, Shell

GATE = (EXAMPLES / "letter-gate.yaml").read_bytes()
MORE = b"""  someone_to_meet: {answer: yes, by: Jo Penrose, on: 2026-04-17}
  feedback_wanted: {answer: yes, by: Jo Penrose, on: 2026-04-17}
  learning_agreed: {answer: yes, by: Dr Leslie Okafor, on: 2026-04-17}
proof_read_by"""
FULL = GATE.replace(b"proof_read_by", MORE)
ACTION = b"""schema: letter-gate/1
answers:
  wording_agreed: {answer: yes, by: Jo Penrose, on: 2026-04-17}
  no_one_recognised: {answer: yes, by: Dr Sam Whitfield, on: 2026-04-17}
proof_read_by: [Robin Ashworth, Jo Penrose]
"""
DAY = "2026-04-17"
FORM_C = (EXAMPLES / "form-c-sudi.yaml").read_bytes()
PLAIN = b", for_family: The advice was given once. Now it will be given twice.}"
FOR_FAMILY = FORM_C.replace(b"after the six-week contact.}", b"after the six-week contact." + PLAIN)


def reviewed(cdr: Shell, case: str, form: bytes = FOR_FAMILY) -> str:
    cdr("review", case, "--from", "-", "--override", "No panel yet", stdin=form, as_of="2026-04-14")
    return case


def ready_for(cdr: Shell, case: str, kind: str) -> None:
    """What a kind of letter says is made so."""
    if kind == "after-review-meeting":
        cdr("milestone", case, "cdrm", "--on", "2026-04-14", as_of="2026-04-14")
    if kind == "thanks":
        cdr("milestone", case, "family_views", "--on", "2026-03-02", "--with", "family", as_of="2026-04-14")
    if kind == "after-panel":
        reviewed(cdr, case)


def text_in(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(path.read_bytes())).paragraphs)


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
    assert (
        "These are things that we learned"
        in cdr("letter", sudi, "--kind", "after-panel", "--gate", "-", stdin=FULL, as_of=DAY).out
    )


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


def test_no_delay_without_something_to_wait_for(cdr: Shell, tmp_path: Path) -> None:
    form = (
        (EXAMPLES / "form-a-neonatal.yaml")
        .read_bytes()
        .replace(b"{type: pmrt, status: open,", b"{type: pmrt, status: closed, concluded: 2026-03-01,")
    )
    case = cdr("notify", "--from", "-", stdin=form, as_of="2026-03-02").out.strip()
    assert (
        "no delay to explain"
        in cdr("letter", case, "--kind", "delay", "--gate", "-", stdin=GATE, as_of=DAY, code=65).err
    )
    cdr("request", case, "northtown-maternity", as_of="2026-03-02")
    said = " ".join(cdr("letter", case, "--kind", "delay", as_of=DAY).out.split())
    assert "some of the services to tell us what they know" in said


def test_a_bad_day_names_the_next_good_one(cdr: Shell, sudi: str) -> None:
    funeral = GATE + b"funeral_on: 2026-04-21\nnote: They asked for a Friday.\n"
    refused = cdr("letter", sudi, "--gate", "-", stdin=funeral, as_of=DAY, code=65)
    assert "the funeral" in refused.err and "--send-on 2026-04-23" in refused.err and "2026-04-21" not in refused.err
    for day in ("2026-04-17", "2026-04-22"):
        cdr("letter", sudi, "--send-on", day, as_of=DAY, code=65)
    assert "23 April 2026" in cdr("letter", sudi, "--to", "mother", "--send-on", "2026-04-23", as_of=DAY).out
    cdr(
        "letter", sudi, "--kind", "thanks", "--gate", "-", stdin=GATE, as_of=DAY, code=65
    )  # the funeral is known to every kind
    assert "the funeral" in cdr("letter", sudi, "--draft", as_of=DAY).err
    cdr("letter", sudi, "--draft", "--send-on", "2026-04-16", as_of=DAY, code=65)
    assert "to be sent on 2026-04-23" in cdr("show", sudi).out


def test_no_letter_on_a_birthday_and_the_day_is_not_told(cdr: Shell, sudi: str) -> None:
    gate = GATE.replace(b"2026-04-17", b"2027-02-25")
    refused = cdr("letter", sudi, "--gate", "-", stdin=gate, as_of="2027-02-25", code=65)
    assert "the child’s birthday" in refused.err and "2 March" not in refused.err and "2025" not in refused.err


def test_answers_grow_old(cdr: Shell, sudi: str) -> None:
    cdr("letter", sudi, "--gate", "-", stdin=GATE, as_of=DAY)
    cdr("letter", sudi, as_of="2026-05-01")
    refused = cdr("letter", sudi, as_of="2026-05-05", code=65)
    assert "address_safe.on" in refused.err and "all_parents_told" not in refused.err
    assert "proof_read_by" in refused.err
    cdr("letter", sudi, "--send-on", "2026-05-05", as_of="2026-04-30", code=65)


def test_a_held_letter_is_seen_everywhere_until_the_answer_changes(cdr: Shell, sudi: str) -> None:
    assert cdr("letter", "--holds").out == "No letter is on hold.\n"
    held = GATE.replace(b"contact_welcome: {answer: yes", b"contact_welcome: {answer: no") + b"review_on: 2026-06-01\n"
    refused = cdr("letter", sudi, "--gate", "-", stdin=held, as_of=DAY, code=65)
    assert "the answers are kept; ask again on 2026-06-01" in refused.err
    assert "do not run it again" not in refused.err, "with other answers it is run again"
    assert (
        f"{sudi}  condolence: on hold since {DAY} (contact_welcome); ask again on 2026-06-01"
        in cdr("letter", "--holds").out
    )
    hold = {
        "case": sudi,
        "kind": "condolence",
        "since": DAY,
        "questions": ["contact_welcome"],
        "ask_again_on": "2026-06-01",
    }
    assert cdr("letter", sudi, "--holds", "--json").json == {"schema": "cdr-letter-holds/1", "holds": [hold]}
    assert "Letter (condolence) on hold since" in cdr("show", sudi).out
    tasks = [task for task in cdr("today", "--json", as_of="2026-05-28").json["tasks"] if task["clock"] == "letter"]
    assert [(task["due"], task["when"]) for task in tasks] == [("2026-06-01", "this week")]
    assert not [task for task in cdr("today", "--json", as_of="2026-05-20").json["tasks"] if task["clock"] == "letter"]
    cdr("letter", sudi, "--gate", "-", stdin=GATE, as_of=DAY)
    assert cdr("letter", "--holds", "--json").json["holds"] == []
    assert "on hold" not in cdr("show", sudi).out


def test_without_a_day_the_rules_say_when_to_ask_again(cdr: Shell, sudi: str) -> None:
    held = GATE.replace(b"parent_suspected: {answer: no", b"parent_suspected: {answer: yes")
    cdr("letter", sudi, "--gate", "-", stdin=held, as_of=DAY, code=65)
    assert cdr("letter", "--holds", "--json").json["holds"][0]["ask_again_on"] == "2026-05-01"


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


def test_a_recommendation_that_names_the_child_is_held(cdr: Shell, sudi: str) -> None:
    reviewed(
        cdr, sudi, FORM_C.replace(b"Repeat the safer sleep conversation", b"Repeat what was said to Efua Testcase")
    )
    refused = cdr("letter", sudi, "--kind", "action", "--gate", "-", stdin=ACTION, as_of=DAY, code=65)
    assert "recognised" in refused.err and "Efua" not in refused.err


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


def test_what_form_a_knows_is_set_against_the_gate(cdr: Shell) -> None:
    form = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
    young = form.replace(b"{name: Mr Kwame Testcase,", b"{name: Mr Kwame Testcase, age: 15,")
    case = cdr("notify", "--from", "-", stdin=young, as_of="2026-01-09").out.strip()
    refused = cdr("letter", case, "--gate", "-", stdin=GATE, as_of=DAY, code=65).err
    assert "letter 2 goes to may be under 18" in refused and "Kwame" not in refused
    cdr("letter", case, "--to", "mother", "--gate", "-", stdin=GATE, as_of=DAY)
    able = b"recipients_able: {answer: yes, because: His youth worker reads it with him.,"
    cdr("letter", case, "--gate", "-", stdin=GATE.replace(b"recipients_able: {answer: yes,", able), as_of=DAY)


def test_a_parent_who_has_died_too_has_no_letter_and_is_not_forgotten(cdr: Shell) -> None:
    form = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
    died = form.replace(b"{name: Ms Efua Testcase,", b"{name: Ms Efua Testcase, has_died: yes,")
    case = cdr("notify", "--from", "-", stdin=died, as_of="2026-01-09").out.strip()
    made = cdr("letter", case, "--draft", as_of=DAY)
    assert "Efua" not in made.out + made.err and "Dear Mr Testcase" in made.out
    assert "Form A says that the mother has died, and the letter does not speak of it" in made.err


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


def test_letters_on_hold_stand_in_today_and_in_the_list(cdr: Shell, sudi: str) -> None:
    reviewed(cdr, sudi)
    cdr("close", sudi, "--override", "Nothing more can be done", as_of="2026-04-15")
    held = (
        FULL.replace(b"feedback_wanted: {answer: yes", b"feedback_wanted: {answer: no") + b"\nreview_on: 2026-06-01\n"
    )
    cdr("letter", sudi, "--kind", "after-panel", "--gate", "-", stdin=held, as_of=DAY, code=65)
    for day, due in (("2026-04-18", []), ("2026-05-28", ["2026-06-01"])):
        found = cdr("today", "--json", as_of=day).json
        [waits] = [one for one in found["blocked"] if one["kind"] == "letter"]
        assert (waits["what"], waits["since"], waits["until"]) == ("letter (after-panel) on hold", DAY, "2026-06-01")
        assert [task["due"] for task in found["tasks"] if task["clock"] == "letter"] == due
    assert "letter (after-panel) on hold since 2026-04-17, ask again on 2026-06-01" in " ".join(
        cdr("today", "--all", as_of="2026-04-18").out.split()
    )
    assert cdr("list", "--json").json["cases"][0]["letters_on_hold"] == ["after-panel"]
    assert "letter (after-panel) on" in " ".join(cdr("list").out.split())


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


def test_a_draft_tells_what_it_says_that_is_not_so(cdr: Shell, sudi: str) -> None:
    def told(kind: str) -> str:
        return cdr("letter", sudi, "--kind", kind, "--draft", as_of=DAY).err

    assert "please check: No meeting of those who knew the child" in told("after-review-meeting")
    assert "please check: The panel has not ratified" in told("after-panel")
    thanks = told("thanks")
    assert "nothing to thank for" in thanks and "which of them" not in thanks, "where nobody told us anything"
    assert "please check" not in told("condolence")


def test_a_refusal_says_what_to_do_about_it(cdr: Shell, sudi: str) -> None:
    def refused(kind: str, gate: bytes) -> str:
        return cdr("letter", sudi, "--kind", kind, "--gate", "-", stdin=gate, as_of=DAY, code=65).err

    of_the_record = refused("after-review-meeting", FULL)
    assert "Record what is so" in of_the_record and "--gate FILE" not in of_the_record
    assert "--gate FILE" in refused("after-review-meeting", GATE), "an answer is missing too"


def test_a_second_letter_of_a_kind_to_one_person_is_told_and_not_refused(cdr: Shell, sudi: str) -> None:
    first = cdr("letter", sudi, "--to", "mother", "--gate", "-", stdin=FULL, as_of=DAY)
    assert "same person before" not in first.err
    again = cdr("letter", sudi, "--draft", as_of=DAY).err
    assert f"letter 1 of this kind went to the same person before, on {DAY}" in again and "letter 2 of" not in again
