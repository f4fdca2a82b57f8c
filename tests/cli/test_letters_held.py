"""Letters that are not made: a day, an answer or a fact holds them, and what is told of that."""

from __future__ import annotations

from pathlib import Path

from cli.letters_asked import ACTION, DAY, FORM_C, FULL, GATE, reviewed
from conftest import EXAMPLES, Shell


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
    assert "one or more of the services to tell us what they know" in said


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


def test_a_reason_that_was_given_for_one_person_sends_nothing_to_another(cdr: Shell, sudi: str) -> None:
    cdr("gate", sudi, "open", "criminal", as_of=DAY)
    hers = GATE.replace(b"{answer: no, by", b"{answer: no, because: She was at work that night., by")
    cdr("letter", sudi, "--to", "mother", "--gate", "-", stdin=hers, as_of=DAY)
    for to in (["--to", "father"], []):
        refused = cdr("letter", sudi, *to, as_of=DAY, code=65)
        assert "parent_suspected" in refused.err and "address_safe" not in refused.err
    cdr("letter", sudi, "--to", "1", as_of=DAY)


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


def test_a_recommendation_that_names_the_child_is_held(cdr: Shell, sudi: str) -> None:
    reviewed(
        cdr, sudi, FORM_C.replace(b"Repeat the safer sleep conversation", b"Repeat what was said to Efua Testcase")
    )
    refused = cdr("letter", sudi, "--kind", "action", "--gate", "-", stdin=ACTION, as_of=DAY, code=65)
    assert "recognised" in refused.err and "Efua" not in refused.err


def test_a_parent_who_has_died_too_has_no_letter_and_is_not_forgotten(cdr: Shell) -> None:
    form = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
    died = form.replace(b"{name: Ms Efua Testcase,", b"{name: Ms Efua Testcase, has_died: yes,")
    case = cdr("notify", "--from", "-", stdin=died, as_of="2026-01-09").out.strip()
    made = cdr("letter", case, "--draft", as_of=DAY)
    assert "Efua" not in made.out + made.err and "Dear Mr Testcase" in made.out
    assert "Form A says that the mother has died, and the letter does not speak of it" in made.err


def test_what_form_a_knows_is_set_against_the_gate(cdr: Shell) -> None:
    form = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
    young = form.replace(b"{name: Mr Kwame Testcase,", b"{name: Mr Kwame Testcase, age: 15,")
    case = cdr("notify", "--from", "-", stdin=young, as_of="2026-01-09").out.strip()
    refused = cdr("letter", case, "--gate", "-", stdin=GATE, as_of=DAY, code=65).err
    assert "letter 2 goes to may be under 18" in refused and "Kwame" not in refused
    cdr("letter", case, "--to", "mother", "--gate", "-", stdin=GATE, as_of=DAY)
    able = b"recipients_able: {answer: yes, because: His youth worker reads it with him.,"
    cdr("letter", case, "--gate", "-", stdin=GATE.replace(b"recipients_able: {answer: yes,", able), as_of=DAY)


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


def test_a_refusal_says_what_to_do_about_it(cdr: Shell, sudi: str) -> None:
    def refused(kind: str, gate: bytes) -> str:
        return cdr("letter", sudi, "--kind", kind, "--gate", "-", stdin=gate, as_of=DAY, code=65).err

    of_the_record = refused("after-review-meeting", FULL)
    assert "Record what is so" in of_the_record and "--gate FILE" not in of_the_record
    assert "--gate FILE" in refused("after-review-meeting", GATE), "an answer is missing too"
