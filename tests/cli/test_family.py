"""What a family asks and what is said with it, kept from the first letter to the last, as a coordinator does it."""

from __future__ import annotations

from pathlib import Path

from conftest import EXAMPLES, Shell

ASKED = "Could Amara feel anything? And why did the ambulance take so long?\n"
DAY = "2026-02-03"


def test_questions_from_the_first_letter_to_the_end(cdr: Shell, sudi: str) -> None:
    added = cdr(
        "question", sudi, "add", "--from", "-", "--by", "mother", "--to", "coroner", stdin=ASKED.encode(), as_of=DAY
    )
    assert added.out == "1\n"
    assert cdr("question", sudi, "add", "--from", "-", stdin=b"Who will tell her brother?", as_of=DAY).out == "2\n"
    listed = cdr("question", sudi, "list", "--json", as_of=DAY).json["questions"]
    assert [(one["n"], one["asked_on"], one["status"], one["to"]) for one in listed] == [
        (1, DAY, "open", "coroner"), (2, DAY, "open", None),
    ]  # fmt: skip
    blocked = cdr("today", "--json", as_of="2026-02-10").json["blocked"]
    assert ("question", "question 1 of the family", "coroner") in [(b["kind"], b["what"], b["who"]) for b in blocked]
    assert "answers to the family" in cdr("list", "--json", as_of=DAY).json["cases"][0]["waiting_for"]
    assert sudi in cdr("list", "--waiting-for", "answers", as_of=DAY).out
    for arguments, code in (
        (("answer", "--from", "-"), 2), (("answer", "3", "--from", "-"), 65), (("add",), 2), (("give", "1"), 2),
        (("add", "--from", "-", "--by", "the neighbour"), 66), (("answer", "1", "--from", "-", "--on", "2026-01-01"), 65),
    ):  # fmt: skip
        cdr("question", sudi, *arguments, stdin=b"x", as_of=DAY, code=code)

    cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "No panel", as_of="2026-04-14")
    panel = ("letter", sudi, "--kind", "after-panel")
    gate = EXAMPLES / "letter-gate.yaml"
    assert "these are open: 1, 2" in cdr(*panel, "--gate", gate, as_of="2026-04-17", code=65).err
    assert "Questions of the family are open: 1, 2." in cdr("close", sudi, as_of="2026-04-20", code=65).err
    cdr("request", sudi, "northshire-police", as_of="2026-04-14")
    refused = cdr("close", sudi, "--override", "It will not come", as_of="2026-04-20", code=65)
    assert "northshire-police is outstanding" in refused.err and "--waive" in refused.err
    cdr("return", sudi, "northshire-police", "--waive", "It has nothing", as_of="2026-04-20")
    cdr("question", sudi, "answer", "1", "--from", "-", stdin=b"She felt no pain.", as_of="2026-04-20")
    cdr("question", sudi, "cannot-be-known", "2", "--from", "-", stdin=b"They moved.", as_of="2026-04-20")
    assert cdr("question", sudi, "list", "--json").json["questions"][1]["status"] == "cannot_be_known"
    assert "  -> She felt no pain." in cdr("show", sudi).out
    draft = " ".join(cdr(*panel, "--to", "mother", "--draft", as_of="2026-04-20").out.split())
    assert "why did the ambulance take so long? She felt no pain." in draft and "They moved." in draft
    asked = [entry for entry in cdr("timeline", sudi, "--json").json["entries"] if entry["source"] == "family"]
    assert [entry["day"] for entry in asked] == [25, 25] and "Amara" not in asked[0]["event"]
    taken = cdr("question", sudi, "take-back", "2", as_of="2026-04-21")
    assert taken.out == f"{sudi}: question 2 is open.\n"
    assert cdr("question", sudi, "take-back", "2", as_of="2026-04-21").out == f"{sudi}: question 2 is taken back.\n"
    assert "Amara" not in cdr("audit", sudi).out + taken.err


def test_the_log_of_contact(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    assert "No contact is recorded" in cdr("contact", sudi).out
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Robin, ...")
    said = cdr(
        "contact", sudi, "--with", "Mother", "--how", "telephone", "--on", "2026-02-01", "--from", "-",
        stdin=b"Efua asked when Amara's clothes come back.", as_of=DAY,
    )  # fmt: skip
    assert said.out == f"{sudi}: contact 1 is recorded.\n" and said.err == ""
    cdr(
        "contact",
        sudi,
        "--with",
        "northshire-police",
        "--how",
        "letter",
        "--from",
        "-",
        "--attach",
        letter,
        stdin=b"The clothes.",
        as_of=DAY,
    )
    cdr("contact", sudi, "--with", "nobody-known", "--from", "-", stdin=b"x", as_of=DAY, code=66)
    cdr("contact", sudi, "--with", "mother", as_of=DAY, code=2)
    cdr("contact", sudi, "--from", "-", stdin=b"", as_of=DAY, code=65)
    first, second = cdr("contact", sudi, "--json", as_of=DAY).json["contacts"]
    assert (first["n"], first["on"], first["with"], first["how"]) == (1, "2026-02-01", "mother", "telephone")
    assert (second["with"], second["how"], second["attachment"]) == ("northshire-police", "letter", 1)
    assert "Attachment 1: correspondence" in cdr("show", sudi).out
    cdr("contact", sudi, "--undo", "1", as_of=DAY)
    assert [one["n"] for one in cdr("contact", sudi, "--json", as_of=DAY).json["contacts"]] == [2]
