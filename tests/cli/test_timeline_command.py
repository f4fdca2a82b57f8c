"""`cdr timeline` as a person gives it: anonymised by what cdr.yaml names too, with a list to check."""

from __future__ import annotations

from pathlib import Path

from conftest import EXAMPLES, Shell

AREA = "Moved to Southtown, seen by Dr Okafor in Eastbury; wrote to 1 Civic Square; Bradley came"


def returned(cdr: Shell, sudi: str, folder: Path) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    text = (EXAMPLES / "form-b-hospital.yaml").read_text()
    form = folder / "form-b.yaml"
    form.write_text(text.replace("timeline:\n", f'timeline:\n  - {{at: 2025-05-01, event: "{AREA}"}}\n', 1))
    cdr("return", sudi, "northtown-general", "--from", form, as_of="2026-01-20")


def test_what_the_configuration_names_is_replaced_and_what_to_check_is_said(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    returned(cdr, sudi, tmp_path)
    answer = cdr("timeline", sudi, "--json")
    assert not [word for word in ("Southtown", "Okafor", "Eastbury", "Civic") if word in answer.out]
    assert answer.json["left"] == [{"word": "Bradley", "entries": [2]}] and "Bradley" not in answer.err
    assert f"1 word left in it may be a name; to see which: cdr timeline {sudi} --check" in answer.err, (
        "what is said there may go into a log"
    )
    assert "Southtown" in cdr("timeline", sudi, "--identified").out


def test_the_list_to_check(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    returned(cdr, sudi, tmp_path)
    listed = cdr("timeline", sudi, "--check")
    assert "Southtown" in listed.out and "[a place]" in listed.out and "Bradley" in listed.out and listed.err == ""
    assert cdr("timeline", sudi, "--check", "--json").json["schema"] == "cdr-timeline-check/1"
    cdr("timeline", sudi, "--check", "--identified", code=2)
    cdr("timeline", sudi, "--check", "--format", "pdf", "-o", tmp_path / "x.pdf", code=2)
    assert not (tmp_path / "x.pdf").exists()
