"""Whether what is sent to an agency arrives: a test, its confirmation, and what waits or is told until then."""

from __future__ import annotations

from conftest import People, Shell
from store.hands import sign_commit

POLICE, HOSPITAL = "northshire-police", "northtown-general"
DAY = "2026-01-12"


def test_a_test_is_sent_and_its_arrival_recorded(cdr: Shell, sudi: str) -> None:
    asked = cdr("request", sudi, POLICE, as_of=DAY)
    assert f"Nobody has confirmed that what we send arrives at {POLICE}" in asked.err and "Nobody" not in asked.out
    assert f"arrives at {POLICE}" in cdr("today", "--all", as_of=DAY).out
    assert cdr("chase", "--json", as_of=DAY).json["items"][0].get("confirmed") is None

    cdr("request", "--arrived", POLICE, as_of=DAY, code=65)
    cdr("request", "--test", "nobody", as_of=DAY, code=66)
    cdr("request", sudi, "--test", POLICE, as_of=DAY, code=2)
    cdr("request", as_of=DAY, code=2)
    sent = cdr("request", "--test", POLICE, "--json", as_of=DAY).json
    assert (sent["tested_on"], sent["arrived_on"], len(sent["passphrase"].split())) == (DAY, None, 6)
    name = f"test-{POLICE}-{DAY}.eml"
    eml = (cdr.store / "outbox" / name).read_text()
    assert "about no child" in eml and 'filename="test-northshire-police.html"' in eml
    assert sudi not in eml and "Nobody" not in eml
    assert "a test: waits to be sent" in cdr("outbox", as_of=DAY).out
    cdr("outbox", "sent", name, as_of=DAY)

    assert "arrives, as confirmed on" in cdr("request", "--arrived", POLICE, as_of="2026-01-13").out
    assert "2026-01-13" in cdr("agency", POLICE, as_of="2026-01-13").out
    assert cdr("today", "--json", as_of="2026-01-13").json["unconfirmed"] == []
    assert cdr("chase", "--json", as_of="2026-01-13").json["items"][0]["confirmed"] is True
    cdr("agency", "edit", POLICE, "--email", "other@northshire-police.example", as_of="2026-01-14")
    assert cdr("today", "--json", as_of="2026-01-14").json["unconfirmed"] == [POLICE]  # another address is another way
    assert cdr("verify", "--json").json["findings"] == []


def test_an_escalation_by_a_way_that_nobody_confirmed_goes_and_says_so(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, POLICE, as_of=DAY)
    assert "Did it arrive?" in _written(cdr, sudi, "prompt-1", "2026-01-26")
    cdr("chase", "--overdue", as_of="2026-03-09")
    said = cdr("chase", "--overdue", as_of="2026-03-24")
    assert "escalation" in said.out and "nobody has confirmed that what we send arrives there" in said.err


def test_where_the_area_wants_it_a_request_and_an_escalation_wait(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, POLICE, as_of=DAY)
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + "\nconfirm_arrival: yes\n")
    sign_commit(cdr.store, people.home, people.member)

    cdr("request", "--test", HOSPITAL, as_of=DAY)
    cdr("request", "--arrived", HOSPITAL, as_of=DAY)
    waits = cdr("request", sudi, HOSPITAL, "northshire-camhs", "--json", as_of=DAY).json
    assert [one["agency"] for one in waits["requests"]] == [HOSPITAL] and waits["waiting"] == ["northshire-camhs"]
    shown = cdr("today", "--all", as_of=DAY).out
    assert "request to northshire-camhs waits" in " ".join(shown.split())

    cdr("chase", "--overdue", as_of="2026-03-09")  # prompts go on: they ask whether anything arrived
    assert POLICE not in cdr("chase", "--overdue", as_of="2026-03-24").out
    assert f"escalation for {POLICE} waits" in " ".join(cdr("today", "--all", as_of="2026-03-24").out.split())
    cdr("request", "--test", POLICE, as_of="2026-03-24")
    cdr("request", "--arrived", POLICE, as_of="2026-03-24")
    assert f"escalation for {sudi}, {POLICE}" in cdr("chase", "--overdue", as_of="2026-03-24").out

    cdr("request", "--test", "northshire-camhs", as_of="2026-03-24")
    cdr("request", "--arrived", "northshire-camhs", as_of="2026-03-24")
    assert "ask now: cdr request" in " ".join(cdr("today", "--all", as_of="2026-03-24").out.split())
    asked = cdr("request", sudi, "--json", as_of="2026-03-24").json
    assert "northshire-camhs" in [one["agency"] for one in asked["requests"]]
    assert "camhs waits" not in " ".join(cdr("today", "--all", as_of="2026-03-24").out.split())


def _written(cdr: Shell, case: str, level: str, day: str) -> str:
    cdr("chase", "--overdue", as_of=day)
    [path] = (cdr.store / "outbox").glob(f"{case}-*-{level}-*.eml")
    return path.read_text()


def test_no_mail_tries_a_way_that_is_no_mail(cdr: Shell) -> None:
    agency = "northshire-camhs"
    cdr("agency", "edit", agency, "--route", "paper", "--route-to", "1 School Lane, Northtown", as_of=DAY)
    told = " ".join(cdr("request", "--test", agency, as_of=DAY, code=65).err.split())
    assert "printed form that names the child, by post or by hand: 1 School Lane, Northtown" in told
    assert f"cdr request --arrived {agency}" in told and not list((cdr.store / "outbox").glob("*.eml"))
    said = cdr("request", "--arrived", agency, as_of=DAY).out
    assert "1 School Lane, Northtown" in said and "@" not in said
    assert cdr("agency", agency, "--json").json["arrived_by"] == "paper"
