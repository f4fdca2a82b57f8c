"""To whom nothing is sent: an address that is no longer in cdr.yaml, a domain that is not allowed, a case that is held."""

from __future__ import annotations

import pytest
from cli.mail.mails import AMBULANCE, SIX, settings
from conftest import EXAMPLES, People, Shell
from mail_server import Server
from store.hands import git, gpg

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_an_address_taken_from_cdr_yaml_gets_nothing(cdr: Shell, asked: str, server: Server, people: People) -> None:
    server.mood.recipients["*"] = "450 busy"
    cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    server.mood.recipients.clear()
    settings(
        cdr, lambda text: "\n".join(line for line in text.split("\n") if "id: regional-ambulance" not in line), people
    )
    said = cdr("chase", "--overdue", as_of="2026-01-24", code=75)
    assert (
        len(said.lines) == SIX - 1
        and f"Not sent: prompt-1 for {asked}, regional-ambulance: There is no agency" in said.err
    )
    assert AMBULANCE not in {to for recipients, _ in server.mails for to in recipients}


def test_only_allowed_domains(cdr: Shell, asked: str, server: Server, people: People) -> None:
    settings(
        cdr,
        lambda text: text.replace(
            "mail: {", "mail: {allowed_domains: [northshire-police.example, northshire-csc.example], "
        ),
        people,
    )
    said = cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    assert len(said.lines) == 2 and said.err.count("must not go to") == SIX - 2
    assert {to for recipients, _ in server.mails for to in recipients} == {
        "cdr@northshire-police.example",
        "cdr@northshire-csc.example",
    }


def test_holds_and_closures(
    cdr: Shell, asked: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--hold", asked, "regional-ambulance", "--until", "2026-02-16", "their records office is flooded")
    assert cdr("chase", *words, as_of="2026-01-20").err == ""
    settings(
        cdr,
        lambda text: text.replace(
            "id: northshire-police,", "id: northshire-police, closed: [{from: 2026-01-20, until: 2026-01-30}],"
        ),
        people,
    )
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    assert len(cdr("chase", "--overdue", as_of="2026-01-23").lines) == SIX - 2
    listed = {item["agency"]: item for item in cdr("chase", "--json", as_of="2026-01-23").json["items"]}
    assert listed["regional-ambulance"]["held_until"] == "2026-02-16" and listed["regional-ambulance"]["due"] == []
    assert listed["northshire-police"]["next"] == {"level": "prompt-1", "on": "2026-01-23"}
    assert "(on hold until 2026-02-16)" in cdr("chase", as_of="2026-01-23").out
    assert cdr("chase", "--overdue", as_of="2026-01-30").out == ""
    [item] = cdr("chase", "--overdue", "--json", as_of="2026-01-31").json["items"]
    assert (item["agency"], item["due"]) == ("northshire-police", [{"level": "prompt-1", "on": "2026-01-23"}])
    assert "regional-ambulance" not in cdr("chase", "--overdue", as_of="2026-02-15").out
    assert cdr("chase", "--overdue", as_of="2026-02-16").lines == [
        f"Sent: prompt-2 for {asked}, regional-ambulance, to {AMBULANCE}"
    ]


def test_a_hold_is_lifted_and_its_reason_stays_in_the_case(cdr: Shell, asked: str, people: People) -> None:
    words = ("--hold", asked, "regional-ambulance", "--until", "2026-02-16")
    warned = cdr("chase", *words, "Idris's crew chief is away", as_of="2026-01-20")
    ledger = gpg(people.chaser_home, "--decrypt", str(cdr.store / "cases" / asked / "requests.yaml.gpg")).decode()
    assert "until" in ledger and "crew" not in ledger
    assert "crew" in gpg(people.home, "--decrypt", str(cdr.store / "cases" / asked / "case.yaml.gpg")).decode()
    assert "crew" not in git(cdr.store, "log", "--format=%B") + warned.out + warned.err
    assert cdr("chase", "--release", asked, "regional-ambulance", "--json", as_of="2026-01-21").json["until"] is None
    assert len(cdr("chase", "--overdue", as_of="2026-01-23").lines) == SIX
    cdr("chase", "--release", asked, "regional-ambulance", as_of="2026-01-21", code=65)
    cdr("chase", *words, as_of="2026-01-20", code=2)
    cdr("chase", *words, "x", "--overdue", as_of="2026-01-20", code=2)
    cdr("chase", *words, "x", as_of="2026-02-16", code=65)
    cdr("chase", "--hold", asked, "nobody", "--until", "2026-02-16", "x", as_of="2026-01-20", code=66)
    cdr("chase", "--until", "2026-02-16", as_of="2026-01-20", code=2)


def test_a_reason_that_names_the_child_is_warned_about(cdr: Shell, asked: str) -> None:
    form = (EXAMPLES / "form-a-sudi.yaml").read_text("utf-8")
    family = (
        next(line for line in form.splitlines() if "family_name:" in line)
        .split("family_name:")[1]
        .split(",")[0]
        .strip(" \"'")
    )
    words = ("--hold", asked, "regional-ambulance", "--until", "2026-02-16")
    assert "please check" in cdr("chase", *words, f"the {family} file is with the coroner", as_of="2026-01-20").err
    assert cdr("chase", *words, "the file is with the coroner", as_of="2026-01-20").err == ""
