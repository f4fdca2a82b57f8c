"""A request about a person: a planted mother is found in every form, also where she was corrected since."""

from __future__ import annotations

from conftest import EXAMPLES, Shell

PLANTED = b"Wilhelmina Planted"
FORM_A = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
FORM_B = (EXAMPLES / "form-b-police.yaml").read_bytes()


def test_a_planted_mother_is_found_in_every_form_and_earlier_revision(cdr: Shell) -> None:
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
