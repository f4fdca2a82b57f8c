"""The case of form-a-sudi.yaml from its notification to the year's tally, as a coordinator and cron would do it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell

ASKED = [
    "northtown-general",
    "high-street-surgery",
    "northshire-community",
    "northshire-police",
    "regional-ambulance",
    "northshire-social-care",
]


@pytest.fixture
def asked(cdr: Shell, sudi: str) -> str:
    answer = cdr("request", sudi, "--json", as_of="2026-01-09").json
    assert [request["agency"] for request in answer["requests"]] == ASKED
    assert answer["requests"][0]["prompts"] == ["2026-01-23", "2026-02-06", "2026-03-06"]
    return sudi


def test_the_whole_job(cdr: Shell, asked: str, people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cdr("return", asked, "northtown-general", "--from", EXAMPLES / "form-b-hospital.yaml", as_of="2026-01-20")
    cdr("return", asked, "northshire-police", "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-02-03")
    for agency in ("high-street-surgery", "northshire-community", "northshire-social-care"):
        cdr("return", asked, agency, "--nil", as_of="2026-01-21")

    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    for day, level, to in (
        ("2026-01-23", "prompt-1", ["cdr@regional-ambulance.example"]),
        ("2026-02-06", "prompt-2", ["cdr@regional-ambulance.example"]),
        ("2026-03-06", "prompt-3", ["cdr@regional-ambulance.example"]),
        ("2026-03-21", "escalation", ["chair@eastbury.example", "designated.doctor@eastbury.example"]),
    ):
        assert cdr("chase", "--overdue", "--json", as_of=day).json["items"] == [
            {
                "case": asked,
                "agency": "regional-ambulance",
                "requested_on": "2026-01-09",
                "due": [{"level": level, "on": day}],
                "next": {"prompt-1": {"level": "prompt-2", "on": "2026-02-06"}, "prompt-2": {"level": "prompt-3", "on": "2026-03-06"},
                         "prompt-3": {"level": "escalation", "on": "2026-03-21"}, "escalation": None}[level],
                "sent": ["prompt-1", "prompt-2", "prompt-3", "escalation"][: ["prompt-1", "prompt-2", "prompt-3", "escalation"].index(level) + 1],
                "to": to,
            }
        ]  # fmt: skip
        again = cdr("chase", "--overdue", as_of=day)
        assert (again.out, again.err) == ("", "")
    cdr("show", asked, code=77)
    cdr("list", code=77)

    monkeypatch.setenv("GNUPGHOME", people.home)
    cdr("return", asked, "regional-ambulance", "--from", EXAMPLES / "form-b-ambulance.yaml", as_of="2026-03-26")
    timeline = cdr("timeline", asked, "--identified", "--json").json
    arrivals = [i for i, entry in enumerate(timeline["entries"]) if "rrived" in entry["event"]]
    assert [entry["at"] for entry in timeline["entries"] if "rrived" in entry["event"]] == [
        "2026-01-09T06:25",
        "2026-01-09T06:31",
    ]
    assert [conflict["entries"] for conflict in timeline["conflicts"]] == [arrivals]

    form_c = EXAMPLES / "form-c-sudi.yaml"
    refused = cdr("review", asked, "--from", form_c, as_of="2026-04-14", code=65)
    assert "inquest" in refused.err and "panel" in refused.err
    cdr("review", asked, "--from", form_c, "--override", "The inquest may take years", as_of="2026-04-14")

    cdr("letter", asked, as_of="2026-04-17", code=65)
    cdr(
        "letter",
        asked,
        "--gate",
        EXAMPLES / "letter-gate.yaml",
        "--format",
        "pdf",
        "-o",
        tmp_path / "letters",
        as_of="2026-04-17",
    )
    assert sorted(path.name for path in (tmp_path / "letters").iterdir()) == [
        f"{asked}-condolence-1.pdf",
        f"{asked}-condolence-2.pdf",
    ]

    tally = cdr("tally", "--year", "2026/27", "--years", "2", "--json", as_of="2026-04-17").json
    tables = {table["id"]: table for table in tally["tables"]}
    assert [cell["n"] for cell in tables["notifications.age_band"]["total"]] == [1, 0]
    assert [cell["n"] for cell in tables["reviews.category"]["total"]] == [0, 1]
    closed = cdr("close", asked, as_of="2026-04-20")
    for left in ("still open: inquest", "national database", "recommendation", "in the outbox"):
        assert left in closed.err
    assert not list((cdr.store / "outbox").glob(f"{asked}-*"))
    assert cdr("list", "--json").json["cases"][0]["stage"] == "closed"
    assert cdr("verify", "--json").json["findings"] == []
