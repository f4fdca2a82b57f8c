"""A request about a person: a planted mother is found in every form, also where she was corrected since."""

from __future__ import annotations

from pathlib import Path

from conftest import EXAMPLES, Shell

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
