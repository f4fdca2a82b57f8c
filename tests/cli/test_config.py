"""`cdr config`: every setting and where it comes from; it needs no key and, for what holds anywhere, no store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Shell, run


def settings(answer: Any) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in answer.json["settings"]}


def test_each_setting_says_where_it_comes_from(cdr: Shell, member: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "vim -n")
    found = settings(cdr("config", "--json", as_of="2026-01-09"))
    assert found["store"] == {"name": "store", "value": str(cdr.store), "from": "option", "by": "--store"}
    assert found["as_of"]["value"] == "2026-01-09" and found["as_of"]["by"] == "--as-of"
    assert found["as"] == {"name": "as", "value": member, "from": "default", "by": None}
    assert found["editor"] == {"name": "editor", "value": "vim -n", "from": "environment", "by": "VISUAL"}
    assert found["gnupg_home"]["from"] == "environment"
    assert found["area.name"] == {
        "name": "area.name",
        "value": "Northshire and Southtown",
        "from": "cdr.yaml",
        "by": None,
    }
    assert found["agencies.northshire-police.email"]["from"] == "cdr.yaml"
    assert found["mail.transport"]["value"] == "outbox" and found["mail.host"]["value"] is None
    assert (found["chasing.prompt_weeks"]["value"], found["chasing.prompt_weeks"]["from"]) == ("2, 4, 8", "default")
    assert found["clocks.T14"]["value"] == "3 months from: death"
    assert len(found) == len(cdr("config", "--json").json["settings"])
    monkeypatch.setenv("CDR_STORE", str(cdr.store))
    assert settings(run(["config", "--json"]))["store"]["by"] == "CDR_STORE"


def test_away_from_a_store_and_without_a_key(cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(["config"])
    assert answer.code == 0 and "no store here" in answer.err and "gnupg_home" in answer.out
    assert run(["--store", str(tmp_path / "none"), "config"]).code == 66
    (tmp_path / "keys").mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "keys"))
    found = settings(cdr("config", "--json"))
    assert found["as"]["value"] is None and found["area.name"]["value"]


def test_a_change_that_is_not_in_force_yet_is_told_once_by_whatever_reads_the_settings(cdr: Shell) -> None:
    assert "not recorded" not in cdr("today").err
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + "\nworking_hours: unknown\n")
    for words in (("config",), ("today",), ("agencies",)):
        told = cdr(*words).err
        assert told.count("cdr.yaml has changes that are not recorded and not used.") == 1
        assert told.rstrip().endswith("Whether it is right: cdr doctor")
    assert "not recorded and not used" not in cdr("--quiet", "today").err
    assert "Whether it is right" not in cdr("doctor", code=1).err
