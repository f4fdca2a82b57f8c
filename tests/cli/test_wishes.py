"""A person's wish, from the shell: it lasts, for one person and every kind of letter, and nobody is nagged about it."""

from __future__ import annotations

from conftest import EXAMPLES, Shell

GATE = (EXAMPLES / "letter-gate.yaml").read_bytes()
NO = GATE.replace(b"contact_welcome: {answer: yes", b"contact_welcome: {answer: no")
DAY = "2026-04-17"


def test_one_person_is_not_written_to_and_the_others_letters_go_on(cdr: Shell, sudi: str) -> None:
    said = cdr(
        "wish", sudi, "mother", "no-contact", "--from", "-", "--json", stdin=b"The key worker rang us.", as_of=DAY
    )
    assert [(one["person"], one["wish"]) for one in said.json["wishes"]] == [(1, "no-contact"), (2, None)]
    assert "key worker" not in said.out + cdr("audit", "--json").out
    made = cdr("letter", sudi, "--gate", "-", stdin=GATE, as_of=DAY)
    assert "Dear Mr Testcase" in made.out and "Dear Ms Testcase" not in made.out
    assert "Letter 1 is not made" in made.err and "cdr wish" in made.err
    for kind in ("condolence", "before-review-meeting"):
        later = cdr("letter", sudi, "--kind", kind, "--draft", as_of="2026-08-01")
        assert "Dear Ms Testcase" not in later.out and "Dear Mr Testcase" in later.out
    refused = cdr("letter", sudi, "--to", "mother", "--draft", as_of=DAY, code=65)
    assert "contact_welcome" in refused.err and "Efua" not in refused.err
    assert not [task for task in cdr("today", "--json", as_of="2026-05-02").json["tasks"] if task["clock"] == "letter"]
    cdr("wish", sudi, "mother", "welcome", code=65)
    assert cdr("wish", sudi, "--json").json["wishes"][0]["wish"] == "no-contact"
    cdr("wish", sudi, "mother", "welcome", "--from", "-", stdin=b"She rang, and asked for it.", as_of=DAY)
    assert cdr("letter", sudi, "--draft", as_of=DAY).out.count("Dear M") == 2
    assert "is glad to have letters" in cdr("show", sudi).out
    cdr("wish", sudi, "4", "welcome", code=66)
    cdr("wish", sudi, "mother", "perhaps", code=2)
    cdr("wish", sudi, "mother", code=2)


def test_nobody_is_asked_again_where_nobody_wants_letters(cdr: Shell, sudi: str) -> None:
    refused = cdr("letter", sudi, "--gate", "-", stdin=NO, as_of=DAY, code=65)
    assert "the answers are kept" in refused.err and "ask again" not in refused.err
    for person in ("mother", "father"):
        assert cdr("wish", sudi, "--json").json["wishes"][0 if person == "mother" else 1]["by_gate"]
    told = cdr("today", "--json", as_of="2026-05-02").json
    assert not [one for one in told["tasks"] + told["blocked"] if sudi == one["case"] and "letter" in one["what"]]
    assert "contact_welcome" in cdr("letter", "--holds").out
    cdr("wish", sudi, "father", "by-telephone", as_of=DAY)
    assert "Ring them instead" in cdr("letter", sudi, "--to", "father", "--draft", as_of=DAY, code=65).err
    made = cdr(
        "letter", sudi, "--gate", "-", stdin=GATE, as_of=DAY
    )  # the gate takes back what the gate said, and no more
    assert "Dear Ms Testcase" in made.out and "Dear Mr Testcase" not in made.out
