"""`cdr agency` keeps cdr.yaml right; `cdr agencies` counts what each agency answered."""

from __future__ import annotations

import pytest
from conftest import People, Shell
from store.hands import git, sign_commit

POLICE = "northshire-police"


def configuration(cdr: Shell) -> str:
    return (cdr.store / "cdr.yaml").read_text("utf-8")


def commits(cdr: Shell) -> list[str]:
    return git(cdr.store, "log", "--format=%s").splitlines()


def test_an_agency_is_added_corrected_and_asked(cdr: Shell, sudi: str) -> None:
    before = configuration(cdr)
    words = ["--name", "Tŷ Hafan: hosbis plant", "--type", "hospice_palliative", "--email", "cdr@ty-hafan.example"]
    assert cdr("agency", "add", "ty-hafan", *words).out == "ty-hafan is added.\n"
    after = configuration(cdr)
    assert [line for line in after.splitlines() if line not in before.splitlines()] == [
        '  - {id: ty-hafan, name: "Tŷ Hafan: hosbis plant", type: hospice_palliative, area: Northshire and Southtown, email: cdr@ty-hafan.example}'
    ]
    assert all(line in after for line in before.splitlines()), "nothing else is touched"
    assert commits(cdr)[0] == "cdr: agency"
    cdr("request", sudi, "ty-hafan", as_of="2026-01-12")
    changed = cdr(
        "agency", "edit", "ty-hafan", "--phone", "01632 960003", "--email", "cdr@ty-hafan.example", "--json"
    ).json
    assert changed["changed"] == ["phone"], "what is as it was is not changed"
    shown = cdr("agency", "ty-hafan", "--json").json
    assert shown["phone"] == "01632 960003" and shown["outstanding"] == [sudi]
    assert sudi in cdr("agency", "show", "ty-hafan").out
    count = len(commits(cdr))
    assert "nothing was changed" in cdr("agency", "edit", "ty-hafan", "--phone", "01632 960003").out
    assert len(commits(cdr)) == count
    assert cdr("verify", "--json").json["findings"] == []


def test_every_problem_at_once_and_nothing_written(cdr: Shell) -> None:
    before = configuration(cdr), commits(cdr)
    answer = cdr(
        "agency",
        "add",
        POLICE,
        "--name",
        "",
        "--type",
        "circus",
        "--email",
        "no address",
        "--area",
        "Atlantis",
        code=65,
    )
    for rule in ("STORE-01", "STORE-02", "SCHEMA-CODE", "SCHEMA-EMAIL", "SCHEMA-LENGTH"):
        assert f"[{rule}]" in answer.err
    assert "circus" not in answer.err and "no address" not in answer.err and "Atlantis" not in answer.err
    for field in ("name", "type", "email"):
        assert f".{field}: " in cdr("agency", "add", "new-one", code=65).err
    cdr("agency", "edit", POLICE, "--email", "nowhere", code=65)
    cdr("agency", "edit", "nobody", "--email", "a@b.example", code=66)
    cdr("agency", "edit", POLICE, code=2)
    cdr("agency", "nobody", code=66)
    assert (configuration(cdr), commits(cdr)) == before


def test_what_somebody_is_writing_by_hand_is_not_lost(cdr: Shell) -> None:
    file = cdr.store / "cdr.yaml"
    mine = file.read_text("utf-8") + "# my note\n"
    file.write_text(mine, "utf-8")
    assert "by hand" in cdr("agency", "edit", POLICE, "--phone", "01632 960003", code=65).err
    assert file.read_text("utf-8") == mine


def test_a_retired_agency_is_asked_no_more_and_still_counts(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, POLICE, as_of="2026-01-12")
    answer = cdr("agency", "retire", POLICE, as_of="2026-01-20")
    assert sudi in answer.err and "2026-01-20" in answer.out
    assert "retired_on" in configuration(cdr) and POLICE in configuration(cdr)
    refused = cdr("agency", "retire", POLICE, code=65, as_of="2026-02-01")
    assert "2026-01-20" in refused.err
    rows = {row["agency"]: row for row in cdr("agencies", "--json", as_of="2026-02-01").json["agencies"]}
    assert (rows[POLICE]["outstanding"], rows[POLICE]["overdue"]) == (1, 1)
    chased = {item["agency"] for item in cdr("chase", "--json", as_of="2026-01-26").json["items"]}
    assert POLICE in chased, "what it was asked is still waited for"


def test_the_day_of_retiring_decides(cdr: Shell, sudi: str) -> None:
    cdr("agency", "retire", POLICE, "--on", "2026-01-20", as_of="2026-01-09")
    refused = cdr("request", sudi, POLICE, "northtown-academy", code=65, as_of="2026-01-20")
    assert "retired on 2026-01-20" in refused.err and "none was" in refused.err
    asked = cdr("request", sudi, "--json", as_of="2026-01-20")
    assert POLICE not in {one["agency"] for one in asked.json["requests"]} and len(asked.json["requests"]) == 5
    assert f"not asked: {POLICE} is retired" in asked.err
    cdr("request", sudi, POLICE, "--on", "2026-01-19", as_of="2026-01-20")


def test_who_stands_in_the_quorum_is_told(cdr: Shell) -> None:
    warnings = cdr("agency", "retire", "northshire-social-care", "--json").json["warnings"]
    assert len(warnings) == 1 and "social care" in warnings[0]
    assert cdr("agency", "retire", "northtown-academy", "--json").json["warnings"] == []


def test_the_chaser_counts_and_changes_nothing(
    cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("request", sudi, as_of="2026-01-12")
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    assert len(cdr("agencies", "--json").json["agencies"]) == 6
    cdr("agency", "retire", POLICE, code=77)
    cdr("agency", "add", "new-one", "--name", "N", "--type", "police", "--email", "a@b.example", code=77)


def test_an_agency_that_is_gone_from_the_file_still_counts(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, "northtown-academy", as_of="2026-01-12")
    kept = [line for line in configuration(cdr).splitlines() if "id: northtown-academy" not in line]
    (cdr.store / "cdr.yaml").write_text("\n".join(kept) + "\n", "utf-8")
    sign_commit(cdr.store, people.home, people.member)
    rows = cdr("agencies", "--json", "--year", "2025/26").json["agencies"]
    assert [(row["agency"], row["asked"]) for row in rows] == [("northtown-academy", 1)]
    assert cdr("agencies", "--year", "2019/20").out == "No agency has been asked.\n"
    cdr("agencies", "--year", "2025", code=2)
