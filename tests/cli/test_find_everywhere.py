"""A request about a person: a planted mother is found in every form, also where she was corrected since."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, Answer, Begun, People, Shell, run
from faults.verbs import DAY, POLICE, World, begin

PLANTED = b"Wilhelmina Planted"
FORM_A = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
FORM_B = (EXAMPLES / "form-b-police.yaml").read_bytes()


def test_a_planted_mother_is_found_in_every_form_and_earlier_revision(cdr: Shell, tmp_path: Path) -> None:
    case = cdr(
        "notify", "--from", "-", stdin=FORM_A.replace(b"Ms Efua Testcase", b"Ms " + PLANTED), as_of="2026-01-12"
    ).out.strip()
    cdr("request", case, "northshire-police", as_of="2026-01-12")
    with_her = FORM_B.replace(b"Joint home visit", b"Wilhelmina (Mrs Planted) was there at a joint visit", 1)
    assert with_her != FORM_B
    cdr("return", case, "northshire-police", "--from", "-", stdin=with_her, as_of="2026-06-01")
    cdr("return", case, "northshire-police", "--undo", as_of="2026-06-02")  # and corrected: she is not there any more
    cdr("return", case, "northshire-police", "--from", "-", stdin=FORM_B, as_of="2026-06-02")
    cdr("contact", case, "--with", "mother", "--from", "-", stdin=b"Wilhelmina Planted rang us.", as_of="2026-06-02")
    answer = cdr("find", "--everywhere", "--json", stdin=b"wilhelmina planted\n")
    found = {(one["document"], one["current"]) for one in answer.json["traces"]}
    assert found >= {("notification", True), ("return-01", False), ("case", True)}
    assert ("return-01", True) not in found
    [named] = [one for one in answer.json["traces"] if one["field"] == "family.parents.0.name"]
    assert named["as"] == "parent" and "Wilhelmina" not in answer.out + answer.err
    assert "earlier" in cdr("find", "--everywhere", stdin=b"Planted Wilhelmina\n").out
    assert cdr("find", "--everywhere", "--json", stdin=b"Nobody Such\n").json["traces"] == []
    assert [read["what"] for read in cdr("audit", "--reads", "--json").json["reads"]] == ["find"] * 3

    written = tmp_path / "held.txt"
    told = cdr("find", "--everywhere", "-o", written, "--json", stdin=b"wilhelmina planted\n", as_of="2026-06-03").json
    paper = written.read_text()
    assert told["passages"] > 3 and "Wilhelmina (Mrs Planted) was there at a joint visit" in paper
    assert "family.parents.0.relationship: mother" in paper and "earlier one" in paper
    cdr("find", "-o", written, stdin=b"wilhelmina planted\n", code=2)


def test_what_a_person_says_is_wrong_stands_beside_the_field_wherever_it_goes(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    words = ("contact", sudi, "--with", "mother", "--from", "-")
    field = "form-a:child.sex"
    cdr(*words, "--disagrees-with", "form-a:child.nothing", stdin=b"No.", as_of="2026-02-01", code=65)
    cdr(*words, "--disagrees-with", "child.sex", stdin=b"No.", as_of="2026-02-01", code=2)
    said = cdr(*words, "--disagrees-with", field, "--json", stdin=b"That was never so.", as_of="2026-02-01").json
    assert said["contacts"][-1]["disagrees_with"] == field
    note = "mother disagrees with what the notification (Form A) says under “Sex”: That was never so."
    assert note in cdr("show", sudi).out
    assert "That was never so." in " ".join(cdr("timeline", sudi, "--format", "md").out.split())
    bundle = cdr(
        "disclose", sudi, "--for", "coroner", "--from", "-", "-o", tmp_path / "b.asc", "--json", stdin=b"An order"
    ).json
    assert "disagreements.txt" in [one["name"] for one in bundle["files"]]
    cdr("contact", sudi, "--undo", "1", as_of="2026-02-02")
    assert "disagrees" not in cdr("show", sudi).out
    assert cdr("verify", "--json").json["findings"] == []


VARIANTS = {
    "contact": "Wilhelmena Plantid rang us.",  # slips
    "question": "Asked by Planted, Wilhelmina: was she in pain?",  # the other way round
    "answer": "W. Planted was told on the telephone.",  # an initial
    "action": "Ring Wilhelmina Former before the letter goes.",  # her name before she married
    "milestone": "Mrs Planted and a friend came.",  # the name that she shares with the child
    "wish": "WILHELMINA PLÁNTED told the nurse.",
    "minutes": "The panel thanked Ms Wilhelmina Jane Planted.",
    "disclose": "Asked for by Wilhelmina (Mrs Planted), by her solicitor.",
    "reading": "Wilhelmina was heard late.",
}


@pytest.fixture
def world(begun: Begun, people: People, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return begin(begun, people, tmp_path)


def test_she_is_found_in_whatever_was_written_however_she_was_called(world: World, tmp_path: Path) -> None:
    """Contact, question, action, milestone, wish, minutes, disclosure and a file's name; a case that is closed, handed over, void."""

    def told(*words: str, day: str = DAY) -> Answer:
        answer = run(["--store", str(world.store), "--as-of", day, *world.words(words)])
        assert answer.code == 0, f"{words} ended with {answer.code}: {answer.err}"
        return answer

    def kept(name: str) -> str:
        (tmp_path / "in" / name).write_text(VARIANTS[name], "utf-8")
        return f"IN/{name}"

    planted = tmp_path / "in/planted.yaml"
    planted.write_bytes(
        FORM_A.replace(b"Ms Efua Testcase", b"Ms Wilhelmina Pl\xc3\xa1nted").replace(b"Testcase", b"Planted")
    )
    cases = [told("notify", "--from", str(planted), "--not-a-duplicate", "x").out.strip() for _ in range(3)]
    lived, handed, void = cases
    told("contact", lived, "--with", "mother", "--from", kept("contact"))
    told("question", lived, "add", "--by", "mother", "--from", kept("question"))
    told("question", lived, "answer", "1", "--from", kept("answer"))
    told("action", "add", lived, "--to", POLICE, "--due", "2026-06-01", "--from", kept("action"))
    told("milestone", lived, "family_views", "--with", "mother", "--note", kept("milestone"))
    told("wish", lived, "mother", "by-telephone", "--from", kept("wish"))
    told("disclose", lived, "--for", "coroner", "--from", kept("disclose"), "-o", "OUT/bundle.asc")
    paper = tmp_path / "in/letter_from_wilhelmina_planted.txt"
    paper.write_text("Nobody looks in here.", "utf-8")
    told("attach", lived, str(paper), "--kind", "correspondence")
    told("panel", "assign", "PANEL", lived, "--override", "x", day="2026-04-13")
    (tmp_path / "in/reading.yaml").write_text(
        f"schema: reading/1\ncategory: 10\nmodifiability: 'yes'\nreason: {VARIANTS['reading']}\n"
    )
    told("reading", "seal", "PANEL", lived, "pat-keyed", "--from", "IN/reading.yaml", day="2026-04-13")
    told("panel", "minutes", "PANEL", "--from", kept("minutes"))
    told("handover", handed, "--to", "Eastbury", "-o", "OUT/handover.asc")
    told("void", void, "--by-mistake")
    told("review", lived, "--from", str(EXAMPLES / "form-c-sudi.yaml"), "--override", "x")
    told("close", lived, "--override", "x")

    found = run(["--store", str(world.store), "find", "--everywhere", "--json"], b"wilhelmina planted\n").json["traces"]
    assert {one["case"] for one in found} == {*cases, None}
    there = {(one["case"], one["field"]): one["exact"] for one in found if one["case"] != world.case}
    spelt = {
        "contacts.0.text": False, "questions.0.text": True, "questions.0.answer": False, "actions.0.text": False, "milestones.0.note": False,
        "wishes.0.reason": True, "attachments.0.name": True, "disclosures.0.authority": True,
    }  # fmt: skip
    assert spelt.items() <= {field: exact for (case, field), exact in there.items() if case == lived}.items()
    assert there[None, "minutes.text"] and not there[None, "readings.0.reason"]
    for case in (handed, void):
        assert there[case, "family.parents.0.name"]
