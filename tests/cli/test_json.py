"""Every output of `--json` is met once by a real answer: one case from its notification to its end, and all that is asked on the way.

That an answer is as its schema says is seen by whoever runs a command (`outputs.check`); here none is left out.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import outputs
import pytest
from conftest import EXAMPLES, People, Shell, run

from cdr import resources

HOSPITAL, POLICE, AMBULANCE = "northtown-general", "northshire-police", "regional-ambulance"
OTHERS = ("high-street-surgery", "northshire-community", "northshire-social-care", AMBULANCE)
ROW = {"old_reference": "15/01", "notified_on": "2019-05-07", "date_of_birth": "2019-03-02", "date_of_death": "2019-05-06", "sex": "female",
       "ethnicity": "N", "local_authority": "Northshire", "place": "Hospital", "reviewed_on": "2020-05-06"}  # fmt: skip


class Asked:
    """Runs commands with `--json` and keeps what they answered, by the name of the output."""

    def __init__(self, cdr: Shell) -> None:
        self.cdr = cdr
        self.met: dict[str, list[Any]] = {}

    def __call__(self, *words: object, on: str, code: int = 0) -> Any:
        body = self.cdr(*map(str, words), "--json", as_of=on, code=code).json
        self.met.setdefault(body["schema"].removeprefix("cdr-"), []).append(body)
        return body


# Outputs whose verbs have a story of their own: the file that lives it, where every answer is held to its schema as here.
MET_ELSEWHERE = {
    "actions-1.json": ("action", "cli/test_panel.py"),
    "agreements-1.json": ("agreement", "cli/test_panel.py"),
    "anchor-1.json": ("anchor", "store/test_backup.py"),
    "arrival-1.json": ("--arrived", "cli/test_arrival.py"),
    "told-1.json": ("--told", "cli/test_agency_routes.py"),
    "anchor-verify-1.json": ("anchor", "store/test_backup.py"),
    "audit-reads-1.json": ("--reads", "store/test_reads.py"),
    "backup-1.json": ("backup", "store/test_backup.py"),
    "check-tables-1.json": ("check-tables", "cli/test_check_tables.py"),
    "config-1.json": ("config", "cli/test_config.py"),
    "disclose-1.json": ("disclose", "cli/test_disclose.py"),
    "export-1.json": ("export", "cli/test_export.py"),
    "find-1.json": ("find", "cli/test_find.py"),
    "find-everywhere-1.json": ("--everywhere", "cli/test_find_everywhere.py"),
    "form-blank-1.json": ("--blank", "cli/test_shell.py"),
    "governance-1.json": ("governance", "cli/test_governance.py"),
    "held-1.json": ("--everywhere", "cli/test_find_everywhere.py"),
    "handover-1.json": ("handover", "cli/test_handover.py"),
    "help-1.json": ("help", "cli/test_shell.py"),
    "outbox-1.json": ("outbox", "cli/test_outbox.py"),
    "outbox-show-1.json": ("outbox", "cli/test_said.py"),
    "pack-1.json": ("pack", "cli/test_panel.py"),
    "panel-1.json": ("panel", "cli/test_panel.py"),
    "panels-1.json": ("panel", "cli/test_panel.py"),
    "planning-1.json": ("planning", "cli/test_planning.py"),
    "action-before-1.json": ("action", "cli/test_panel.py"),
    "action-chase-1.json": ("action", "cli/test_panel.py"),
    "readings-1.json": ("reading", "cli/test_panel.py"),
    "assurance-1.json": ("assurance", "cli/test_panel_after.py"),
    "learning-1.json": ("learning", "cli/test_panel_after.py"),
    "second-opinions-1.json": ("question", "cli/test_panel_after.py"),
    "reading-agreement-1.json": ("reading", "cli/test_panel.py"),
    "receive-1.json": ("receive", "cli/test_handover.py"),
    "reconcile-1.json": ("reconcile", "cli/test_reconcile.py"),
    "release-1.json": ("release", "cli/test_release.py"),
    "take-over-1.json": ("take-over", "store/test_taking_over.py"),
    "restore-1.json": ("restore", "store/test_backup.py"),
    "retention-1.json": ("retention", "unit/test_retention.py"),
    "erase-1.json": ("erase", "store/test_erasing.py"),
    "sync-1.json": ("sync", "store/test_sync.py"),
    "theme-1.json": ("theme", "cli/test_theme.py"),
    "wish-1.json": ("wish", "cli/test_wishes.py"),
}
MET_NOWHERE = {"demo-1.json"}  # a whole demonstration takes a minute; no test runs one with --json


@pytest.mark.parametrize(("verb", "path"), sorted({*MET_ELSEWHERE.values()}))
def test_an_output_that_is_met_elsewhere_is_met_there(verb: str, path: str) -> None:
    text = (Path(__file__).parents[1] / path).read_text("utf-8")
    assert f'"{verb}"' in text and ("--json" in text or ".json" in text)


@pytest.fixture
def asked(cdr: Shell) -> Asked:
    return Asked(cdr)


def test_every_output_is_met(asked: Asked, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = begin(asked, people, tmp_path)
    returns(asked, case, tmp_path)
    course(asked, case, tmp_path)
    end(asked, case, tmp_path, monkeypatch)
    across(asked, case, tmp_path)
    files = resources.names("schemas", "out")
    met = {f"{name.replace('/', '-')}.json" for name in asked.met}
    assert met | MET_ELSEWHERE.keys() | MET_NOWHERE == set(files) and not met & MET_NOWHERE
    every_form_of_each(asked)


def begin(asked: Asked, people: People, folder: Path) -> str:
    made = run(
        ["init", str(folder / "another"), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member, "--json"]
    )
    assert made.code == 0, made.err
    asked.met["init/1"] = [made.json]
    case = str(asked("notify", "--from", EXAMPLES / "form-a-sudi.yaml", on="2026-01-09")["case"])
    assert len(asked("request", case, on="2026-01-09")["requests"]) == 6
    return case


def returns(asked: Asked, case: str, folder: Path) -> None:
    asked("form", case, POLICE, "-o", folder / "form.html", on="2026-01-10")
    assert asked("form", case, POLICE, "-o", folder / "form.html", "--new-passphrase", on="2026-01-10")["passphrase"]
    asked("chase", "--hold", case, POLICE, "--until", "2026-01-25", "The unit is being moved", on="2026-01-10")
    assert any("held_until" in item for item in asked("chase", on="2026-01-12")["items"])
    assert asked("today", on="2026-01-12")["tasks"]
    asked("chase", "--release", case, POLICE, on="2026-01-20")
    assert asked("return", case, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", on="2026-01-20")[
        "completeness"
    ]["missing"]
    asked("bounce", case, HOSPITAL, "--dry-run", on="2026-01-21")
    asked("bounce", case, HOSPITAL, on="2026-01-21")
    asked("return", case, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", on="2026-01-22")
    assert asked("chase", "--overdue", "--dry-run", on="2026-01-23")["items"]
    assert asked("chase", "--overdue", on="2026-01-23")["items"]
    asked("return", case, POLICE, "--waive", "It was not there", on="2026-01-24")
    for agency in OTHERS:
        asked("return", case, agency, "--nil", on="2026-01-24")


def course(asked: Asked, case: str, folder: Path) -> None:
    asked(
        "gate",
        case,
        "open",
        "cspr",
        "--on",
        "2026-01-12",
        "--expected",
        "2026-09-01",
        "--owner",
        "The partnership",
        on="2026-01-24",
    )
    asked("gate", case, "waive", "cspr", "--reason", "The partnership decided against one", on="2026-01-25")
    (folder / "minutes.txt").write_text("Who was there.\n", "utf-8")
    asked(
        "milestone", case, "initial_meeting", "--on", "2026-01-11", "--minutes", folder / "minutes.txt", on="2026-01-25"
    )
    assert asked("milestone", case, on="2026-01-25")["still_called_for"]
    number = asked("attach", case, folder / "minutes.txt", "--kind", "other", on="2026-01-25")["number"]
    asked("extract", case, number, "-o", folder / "again.txt", on="2026-01-25")
    assert asked("timeline", case, on="2026-01-26")["entries"][0]["at"] is None
    assert asked("timeline", case, "--identified", on="2026-01-26")["entries"][0]["at"]
    asked("timeline", case, "--check", on="2026-01-26")
    assert asked("delays", case, on="2026-01-26")["stretches"]
    assert asked("ncmd", case, on="2026-01-26")["missing"]
    asked("calendar", "-o", folder / "cdr.ics", on="2026-01-26")


def end(asked: Asked, case: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = folder / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/birth_weight_g: 2460/birth_weight_g: 2470/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    assert asked("edit", case, "form-a", on="2026-02-01")["changed"] == [
        {"field": "child.birth_weight_g", "how": "changed"}
    ]
    assert asked("edit", case, "form-a", on="2026-02-01")["changed"] == []
    assert asked("review", case, "--from", EXAMPLES / "form-c-sudi.yaml", on="2026-04-14", code=65)["problems"]
    assert asked(
        "review", case, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "It may take years", on="2026-04-14"
    )["overridden"]
    gate = (EXAMPLES / "letter-gate.yaml").read_text("utf-8")
    (folder / "held.yaml").write_text(
        gate.replace("parent_suspected: {answer: no", "parent_suspected: {answer: yes"), "utf-8"
    )
    asked("letter", case, "--gate", folder / "held.yaml", on="2026-04-17", code=65)
    assert asked("letter", "--holds", on="2026-04-17")["holds"]
    assert asked("letter", case, "--draft", on="2026-04-17")["letters"][0]["text"]
    assert asked("letter", "--kind", "confidentiality", "-o", folder / "statement.txt", on="2026-04-17")["letters"][0][
        "file"
    ]
    (folder / "words.txt").write_text("Why was she cold?", encoding="utf-8")
    asked("contact", case, "--with", "mother", "--from", folder / "words.txt", on="2026-04-18")
    asked("question", case, "add", "--by", "mother", "--from", folder / "words.txt", on="2026-04-18")
    asked("close", case, "--override", "Nothing more can be done", on="2026-04-20")
    asked("reopen", case, "--reason", "A late finding", on="2026-04-21")
    assert asked("show", case, on="2026-04-21")["documents"]["analysis"]
    asked("void", case, "--by-mistake", on="2026-04-21")
    asked("reopen", case, "--reason", "It was none", on="2026-04-21")


def across(asked: Asked, case: str, folder: Path) -> None:
    with (folder / "register.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(ROW))
        writer.writeheader()
        writer.writerow(ROW)
    asked("import", folder / "register.csv", "--guess", on="2026-04-21")
    asked("import", folder / "register.csv", "--dry-run", on="2026-04-21")
    asked("import", folder / "register.csv", on="2026-04-21")
    assert len(asked("list", on="2026-04-21")["cases"]) == 2
    asked("agencies", on="2026-04-21")
    asked("agency", POLICE, on="2026-04-21")
    asked("agency", "edit", POLICE, "--phone", "01632 960009", on="2026-04-21")
    asked("agency", "passphrase", POLICE, "--new", on="2026-04-21")
    asked("delays", "--year", "2026/27", on="2026-04-21")
    asked("ncmd", "--preflight", "2026/27", on="2026-04-21")
    tables = asked("tally", "--tables", on="2026-04-21")["tables"]
    found = asked("tally", "--year", "2026/27", "--years", "2", "--all", on="2026-04-21")["tables"]
    assert (
        len(tables) - len(found) <= 2
    )  # without the live births there is no rate of infants, and without hospitals no table of them
    assert asked("tally", "--year", "2025/26", "--trace", "notifications.sex", "Total", "2025/26", on="2026-04-21")[
        "n"
    ] == [case]
    asked("report", "--year", "2026/27", on="2026-04-21")
    asked("audit", on="2026-04-21")
    asked("verify", on="2026-04-21")
    asked("doctor", on="2026-04-21")
    assert "_cdr_completion" in asked("completion", "bash", on="2026-04-21")["script"]
    keys = asked("keys", "list", on="2026-04-21")["keys"]
    assert "commit" in asked("keys", "refresh", keys[0]["fingerprint"], on="2026-04-21")
    for words in (
        (),
        ("form-a",),
        ("child.sex",),
        ("A-01",),
        ("T14",),
        ("home_visit",),
        ("inquest",),
        ("delays",),
        ("parent_suspected",),
    ):
        assert asked("explain", *words, on="2026-04-21")["found"]


def every_form_of_each(asked: Asked) -> None:
    """Where an output has several forms, each was met."""
    for name, bodies in asked.met.items():
        schema = outputs.validator(name).schema
        forms = [] if isinstance(schema, bool) else schema.get("oneOf", [])
        for form in forms:
            assert any(outputs.validator(name).evolve(schema=form).is_valid(body) for body in bodies), (
                f"{name}: {form['title']}"
            )
