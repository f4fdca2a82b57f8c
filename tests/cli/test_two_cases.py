"""A child who was notified twice: two cases become one, and become two again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.agency_replies import Post, example
from conftest import EXAMPLES, People, Shell

HOSPITAL, POLICE, SOCIAL = "northtown-general", "northshire-police", "northshire-social-care"
DAY = "2026-01-21"
Say = Callable[[str], Path]


def body(cdr: Shell, case: str, name: str) -> Any:
    return cdr("show", case, "--json", as_of=DAY).json["documents"][name]


def asked(cdr: Shell, case: str) -> dict[str, dict[str, Any]]:
    return {one["agency"]: one for one in body(cdr, case, "requests")["requests"]}


def counted(cdr: Shell) -> dict[str, Any]:
    tally = cdr("tally", "--year", "2025/26", "--json", as_of="2026-02-01").json
    return {table["id"]: [table["rows"], table["total"]] for table in tally["tables"]}


@pytest.fixture
def say(tmp_path: Path) -> Say:
    def written(text: str) -> Path:
        path = tmp_path / f"said {len(list(tmp_path.iterdir()))}.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def twice(cdr: Shell, sudi: str, tmp_path: Path, say: Say) -> str:
    """A second case of the same child, by somebody who knew less of one thing and more of another."""
    form = (EXAMPLES / "form-a-sudi.yaml").read_text(encoding="utf-8")
    for one, other in (
        ("postcode: NR1 1AB", "postcode: NR1 1AD"),
        ('nhs_number: "9990000018"', "nhs_number_absent_reason: nhs_number_not_currently_available"),
        ('time: "06:52"', 'time: "06:50"'),
        ("  birth_weight_g: 2460\n", ""),
        ("Ms Efua Testcase, relationship: mother", "Ms Efua Testcase, phone: 01632 960099, relationship: mother"),
        ("{agency: high-street-surgery, name: Dr Tom Ellery, role: GP}", "{name: Sal Brook, role: Nursery teacher}"),
        ("notified_at: 2026-01-09T11:20", "notified_at: 2026-01-10T09:00"),
        ("received_at: 2026-01-09T11:25", "received_at: 2026-01-10T09:05"),
    ):
        assert one in form
        form = form.replace(one, other)
    path = tmp_path / "form a.yaml"
    path.write_text(form, encoding="utf-8")
    second = cdr("notify", "--from", path, "--not-a-duplicate", "Two rang", as_of="2026-01-10").out.strip()
    cdr("request", sudi, HOSPITAL, POLICE, as_of="2026-01-09")
    cdr("request", second, HOSPITAL, SOCIAL, POLICE, as_of="2026-01-10")
    cdr("return", second, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", as_of="2026-01-20")
    cdr("milestone", sudi, "ncmd_told", "--on", "2026-01-09", as_of="2026-01-10")
    cdr("milestone", second, "ncmd_told", "home_visit", "--on", "2026-01-10", as_of="2026-01-10")
    cdr("question", sudi, "add", "--by", "mother", "--from", say("Why was she cold?"), as_of="2026-01-14")
    cdr("question", second, "add", "--by", "father", "--from", say("Who was with her?"), as_of="2026-01-12")
    cdr("contact", second, "--with", "mother", "--how", "telephone", "--from", say("She rang."), as_of="2026-01-12")
    cdr("attach", sudi, say("one paper"), "--kind", "other", as_of="2026-01-12")
    cdr("attach", second, say("another paper"), "--kind", "other", as_of="2026-01-12")
    cdr("attach", second, say("one paper"), "--kind", "other", as_of="2026-01-12")
    return second


def test_what_the_second_case_has_goes_over_and_every_number_counts_one_child(
    cdr: Shell, sudi: str, twice: str, tmp_path: Path
) -> None:
    before = {name: body(cdr, twice, name) for name in ("notification", "prompts")}
    refused = cdr("void", twice, "--same-as", sudi, "--carry-over", as_of=DAY, code=65)
    assert "form-a: death.time: Time" in refused.err and "case: milestones.0.on" in refused.err
    assert "06:5" not in refused.err and "NR1" not in refused.err
    assert cdr("list", "--stage", "void", "--json", as_of=DAY).json["cases"] == []
    commits = len(cdr("audit").lines)

    made = cdr("void", twice, "--same-as", sudi, "--carry-over", "--take", sudi, "--json", as_of=DAY).json
    assert len(cdr("audit").lines) == commits + 1
    assert "What follows from the notification" not in cdr("show", twice, as_of=DAY).out, (
        "nothing is called for of a void case"
    )
    assert (
        f"please check: The case is void, and no letter of it is made final. Which case stands, if one does: cdr show {twice}"
        in (cdr("letter", twice, "--draft", as_of=DAY).err)
    )
    assert {key: count for key, count in made["carried_over"].items() if count} == {
        "contacts": 1, "questions": 1, "milestones": 1, "attachments": 1, "returns": 1, "requests": 1,
    }  # fmt: skip
    assert {one["field"] for one in made["decided"]} == {"child.postcode", "death.time", "milestones.0.on"}
    assert made["asked_twice"] == [POLICE]

    form_a = body(cdr, sudi, "notification")
    assert (form_a["child"]["postcode"], form_a["child"]["nhs_number"]) == ("NR1 1AB", "9990000018")
    assert "nhs_number_absent_reason" not in form_a["child"]
    assert form_a["notified_at"] == "2026-01-09T11:20"
    assert [one.get("phone") for one in form_a["family"]["parents"]] == ["01632 960099", None]
    assert [one["name"] for one in form_a["professionals"]][-1] == "Sal Brook" and len(form_a["professionals"]) == 7
    ledger = asked(cdr, sudi)
    assert {agency: one["status"] for agency, one in ledger.items()} == {
        HOSPITAL: "returned", POLICE: "outstanding", SOCIAL: "outstanding",
    }  # fmt: skip
    assert (ledger[POLICE]["requested_on"], ledger[SOCIAL]["requested_on"]) == ("2026-01-09", "2026-01-10")
    case = body(cdr, sudi, "case")
    assert [(one["kind"], one["on"]) for one in case["milestones"]] == [
        ("ncmd_told", "2026-01-09"), ("home_visit", "2026-01-10"),
    ]  # fmt: skip
    assert [one["text"] for one in case["questions"]] == ["Why was she cold?", "Who was with her?"]
    assert [one["number"] for one in case["attachments"]] == [1, 2]
    cdr("extract", sudi, "2", "-o", tmp_path / "out", as_of=DAY)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "another paper"
    assert len(cdr("timeline", sudi, "--json", as_of=DAY).json["entries"]) > 3

    assert {name: body(cdr, twice, name) for name in before} == before  # the void case keeps what it had
    assert f"to which what it had went over on {DAY}" in cdr("show", twice, as_of=DAY).out
    assert sudi in cdr("return", twice, SOCIAL, "--nil", as_of=DAY, code=65).err
    due = cdr("chase", "--json", as_of="2026-01-24").json["items"]
    assert [(one["case"], one["agency"], one["due"][0]["on"]) for one in due] == [
        (sudi, POLICE, "2026-01-23"), (sudi, SOCIAL, "2026-01-24"),
    ]  # fmt: skip
    tables = counted(cdr)
    assert tables["notifications.age_band"][1][0]["n"] == 1 and tables["returns.agency"][1][0]["of"] == 3
    assert cdr("verify", as_of=DAY).out == ""

    again = cdr("void", twice, "--same-as", sudi, "--carry-over", "--json", "--take", sudi, as_of=DAY).json
    assert not any(again["carried_over"].values())


def test_reopen_makes_them_two_again_and_keeps_what_was_recorded_since(
    cdr: Shell, sudi: str, twice: str, say: Say
) -> None:
    names = ("case", "notification", "requests", "prompts")
    before = {case: {name: body(cdr, case, name) for name in names} for case in (sudi, twice)}
    numbers = counted(cdr)
    cdr("void", twice, "--same-as", sudi, "--carry-over", "--take", twice, as_of=DAY)
    assert body(cdr, sudi, "notification")["child"]["postcode"] == "NR1 1AD"
    cdr("contact", sudi, "--with", "father", "--how", "telephone", "--from", say("He rang."), as_of=DAY)

    said = cdr("reopen", twice, "--reason", "They are twins", as_of=DAY)
    assert f"{sudi} is without it again" in said.err
    assert counted(cdr) == numbers
    for name in ("notification", "prompts"):
        assert body(cdr, sudi, name) == before[sudi][name]
    assert {agency: one for agency, one in asked(cdr, sudi).items() if "gone" not in one} == {
        one["agency"]: one | ({"set_aside": {"on": DAY}} if one["agency"] == HOSPITAL else {})
        for one in before[sudi]["requests"]["requests"]
    }
    case, was = body(cdr, sudi, "case"), before[sudi]["case"]
    assert [one["text"] for one in case.pop("contacts")] == ["He rang."]
    assert [one.get("taken_back_on") for one in case.pop("attachments")] == [None, DAY]
    assert case == {key: value for key, value in was.items() if key != "attachments"}
    assert {key: value for key, value in body(cdr, twice, "case").items() if key != "voidings"} == before[twice]["case"]
    assert asked(cdr, twice) == {one["agency"]: one for one in before[twice]["requests"]["requests"]}
    assert HOSPITAL not in cdr("show", sudi, as_of=DAY).out.partition("Return (Form B)")[2]
    assert SOCIAL not in cdr("chase", sudi, as_of=DAY).out
    assert cdr("verify", as_of=DAY).out == ""

    cdr("request", sudi, SOCIAL, as_of=DAY)
    assert asked(cdr, sudi)[SOCIAL]["requested_on"] == DAY
    cdr("return", sudi, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", as_of=DAY)
    assert "set_aside" not in asked(cdr, sudi)[HOSPITAL]
    cdr("void", twice, "--same-as", sudi, "--carry-over", "--take", sudi, as_of=DAY)
    assert counted(cdr)["returns.agency"][1][0]["of"] == 3


def test_what_was_changed_in_the_case_that_stays_is_asked_about_before_it_goes_back(
    cdr: Shell, sudi: str, twice: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cdr("void", twice, "--same-as", sudi, "--carry-over", "--take", twice, as_of=DAY)
    editor = tmp_path / "editor.sh"
    editor.write_text("#!/bin/sh\nsed -i 's/NR1 1AD/NR1 1AE/' \"$1\"\n", encoding="utf-8")
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))
    cdr("edit", sudi, "form-a", as_of=DAY)
    refused = cdr("reopen", twice, "--reason", "They are twins", as_of=DAY, code=65)
    assert "child.postcode" in refused.err and "NR1" not in refused.err
    assert body(cdr, twice, "case")["status"] == "void"


def test_what_cannot_be_carried_over_is_refused(cdr: Shell, sudi: str, twice: str) -> None:
    cdr("void", twice, "--by-mistake", "--carry-over", as_of=DAY, code=2)
    cdr("void", twice, "--same-as", sudi, "--take", sudi, as_of=DAY, code=2)
    cdr("void", twice, "--same-as", sudi, "--carry-over", "--take", "2026-ZZZZ", as_of=DAY, code=2)
    cdr("void", twice, "--same-as", twice, "--carry-over", as_of=DAY, code=65)
    cdr("void", twice, "--by-mistake", as_of=DAY)
    cdr("void", twice, "--same-as", sudi, "--carry-over", as_of=DAY, code=65)
    cdr("void", sudi, "--same-as", twice, "--carry-over", as_of=DAY, code=65)
    assert asked(cdr, sudi).keys() == {HOSPITAL, POLICE}


def test_an_agency_answers_with_the_form_of_the_void_case(
    cdr: Shell, sudi: str, twice: str, people: People, tmp_path: Path
) -> None:
    post = Post(cdr, twice, people, tmp_path)
    said = post.file(post.reply(SOCIAL, example() | {"agency": SOCIAL}))
    other = post.file(post.reply(SOCIAL, example() | {"agency": SOCIAL}, case="2026-ZZZZ"), "other.asc")
    cdr("void", twice, "--same-as", sudi, "--carry-over", "--take", sudi, as_of=DAY)
    cdr("return", sudi, SOCIAL, "--from", other, "--yes", as_of=DAY, code=65)
    cdr("return", sudi, SOCIAL, "--from", said, "--yes", as_of=DAY)
    assert asked(cdr, sudi)[SOCIAL]["status"] == "returned"
    documents = cdr("show", sudi, "--json", as_of=DAY).json["documents"]
    returns = [one for name, one in documents.items() if name.startswith("return") and one["agency"] == SOCIAL]
    assert [one["case"] for one in returns] == [sudi]
