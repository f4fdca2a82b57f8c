"""Requests, prompts, escalations and thanks over a real mail server: recorded, handed over, marked; never lost, never twice."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cli.mail.mails import AMBULANCE, SIX, body_of, chaser, settings
from conftest import EXAMPLES, People, Shell, run
from mail_server import Server
from mail_store import new_store, smtp_words, store_text
from store.hands import git, gpg, head

from cdr.domain.case import facts
from cdr.domain.case.facts import cases_of

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def prompts(cdr: Shell, case: str, people: People) -> list[dict[str, Any]]:
    from ruamel.yaml import YAML

    plain = gpg(people.home, "--decrypt", str(cdr.store / "cases" / case / "prompts.yaml.gpg")).decode()
    return list(YAML(typ="safe", pure=True).load(plain)["prompts"])


def test_the_request_goes_out_and_the_main_job_goes_on(
    cdr: Shell, sudi: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = cdr("request", sudi, as_of="2026-01-09")
    assert len(server.mails) == SIX and answer.err.count("Sent: request for") == SIX
    assert not (cdr.store / "outbox").exists() or list((cdr.store / "outbox").iterdir()) == []
    chaser(people, monkeypatch)
    assert cdr("chase", "--overdue", as_of="2026-01-22").out == ""
    before = head(cdr.store)
    first = cdr("chase", "--overdue", "--json", as_of="2026-01-23").json
    assert len(first["items"]) == SIX and first["not_sent"] == first["others"] == []
    assert {tuple(item["sent"]) for item in first["items"]} == {("prompt-1",)}
    assert git(cdr.store, "rev-list", "--count", f"{before}..HEAD") == "2"
    assert git(cdr.store, "log", "-2", "--format=%s") == f"cdr: chase {sudi}\ncdr: chase {sudi}"
    assert len(server.mails) == 2 * SIX and max(server.ids.values()) == 1
    again = cdr("chase", "--overdue", as_of="2026-01-23")
    assert (again.out, again.err, len(server.mails)) == ("", "", 2 * SIX)
    assert not (cdr.store / ".git" / "cdr-mail-taken").exists()
    listed = cdr("chase", "--json", as_of="2026-01-24").json
    assert listed["mail"] == [] and {tuple(item["sent"]) for item in listed["items"]} == {("prompt-1",)}


def test_the_escalation_runs_from_the_day_on_which_the_third_prompt_was_taken(
    cdr: Shell, asked: str, server: Server
) -> None:
    for day in ("2026-01-23", "2026-02-06"):
        cdr("chase", "--overdue", as_of=day)
    server.mails.clear()
    server.mood.content = "451 later"
    failed = cdr("chase", "--overdue", as_of="2026-03-06", code=75)
    assert failed.out == "" and failed.err.count("Not sent: prompt-3") == SIX
    server.mood.content = ""
    assert cdr("chase", "--overdue", as_of="2026-03-13").out.count("Sent: prompt-3") == SIX
    [item] = [
        one for one in cdr("chase", "--json", as_of="2026-03-13").json["items"] if one["agency"] == "regional-ambulance"
    ]
    assert item["next"] == {"level": "escalation", "on": "2026-03-28"}
    assert cdr("chase", "--overdue", as_of="2026-03-27").out == ""
    server.mails.clear()
    cdr("chase", "--overdue", as_of="2026-03-28")
    to = {recipients for recipients, _ in server.mails}
    assert to == {
        ("chair@eastbury.example", "designated.doctor@eastbury.example"),
        ("chair@northshire.example", "designated.doctor@northshire.example"),
    }


def test_the_cases_are_made_before_sending_and_after_it_and_not_for_each_message(
    cdr: Shell, asked: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def counted(kept: Any) -> Any:
        made.append(kept)
        return cases_of(kept)

    monkeypatch.setattr(facts, "cases_of", counted)
    cdr("chase", "--overdue", as_of="2026-01-23")
    assert (len(server.mails), len(made)) == (SIX, 2)  # under the lock stands what was seen before it


def test_no_prompt_goes_before_its_request(cdr: Shell, sudi: str, server: Server) -> None:
    server.mood.recipients["*"] = "450 busy"
    cdr("request", sudi, "northshire-police", as_of="2026-01-09", code=75)
    server.mood.recipients.clear()
    assert [line.split(" for ")[0] for line in cdr("chase", "--overdue", as_of="2026-01-25").lines] == ["Sent: request"]
    assert [line.split(" for ")[0] for line in cdr("chase", "--overdue", as_of="2026-01-26").lines] == [
        "Sent: prompt-1"
    ]


@pytest.mark.parametrize("fault", ["4xx", "5xx", "down", "break"])
def test_what_a_server_does_not_take_waits_and_goes_with_the_next_run(
    cdr: Shell, asked: str, server: Server, fault: str, people: People
) -> None:
    if fault in ("4xx", "5xx"):
        server.mood.recipients["*"] = {"4xx": "450 busy", "5xx": "550 no"}[fault]
    elif fault == "break":
        server.mood.accept_then = "break"
    else:
        server.__exit__()
    failed = cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    assert failed.out == "" and len(failed.err.splitlines()) == SIX
    states = {item["status"] for item in prompts(cdr, asked, people) if item["level"] == "prompt-1"}
    assert states == ({"sending"} if fault == "break" else {"queued"})
    shown = cdr("chase", as_of="2026-01-23")
    assert shown.err.count("uncertain:" if fault == "break" else "not sent yet:") == SIX
    server.mood.recipients.clear()
    server.mood.accept_then = ""
    if fault == "down":
        server.__enter__()
    went = cdr("chase", "--overdue", as_of="2026-01-24")
    assert len(went.lines) == SIX and set(server.ids.values()) == {1} and len(server.mails) == SIX
    assert went.out.startswith("Sent again:" if fault == "break" else "Sent:")
    assert {item["sent_on"] for item in prompts(cdr, asked, people) if item["level"] == "prompt-1"} == {"2026-01-24"}
    assert {item["due_on"] for item in prompts(cdr, asked, people) if item["level"] == "prompt-1"} == {"2026-01-23"}
    if fault == "down":
        return
    assert cdr("chase", as_of="2026-01-24").err == ""


def test_one_refused_address_is_left_to_a_person_after_five_tries(
    cdr: Shell, asked: str, server: Server, people: People
) -> None:
    server.mood.recipients[AMBULANCE] = "550 no such user"
    assert len(cdr("chase", "--overdue", as_of="2026-01-23", code=75).lines) == SIX - 1
    for day in (24, 25, 26, 27):
        assert cdr("chase", "--overdue", as_of=f"2026-01-{day}", code=75).out == ""
    assert [item["status"] for item in prompts(cdr, asked, people) if item["agency"] == "regional-ambulance"][
        -1
    ] == "refused"
    silent = cdr("chase", "--overdue", as_of="2026-01-28")
    assert (silent.out, silent.err) == ("", "")
    assert (
        f"refused by the mail server: prompt-1 for {asked}, regional-ambulance, to {AMBULANCE}"
        in cdr("chase", as_of="2026-01-28").err
    )
    assert AMBULANCE in cdr("doctor", as_of="2026-01-28").out
    settings(cdr, lambda text: text.replace(AMBULANCE, "desk@regional-ambulance.example"), people)
    assert cdr("chase", "--overdue", as_of="2026-01-29").lines == [
        f"Sent: prompt-1 for {asked}, regional-ambulance, to desk@regional-ambulance.example"
    ]
    assert cdr("chase", as_of="2026-01-29").err == ""


def test_of_two_addresses_one_is_refused(cdr: Shell, asked: str, server: Server) -> None:
    for day in ("2026-01-23", "2026-02-06", "2026-03-06"):
        cdr("chase", "--overdue", as_of=day)
    server.mails.clear()
    server.mood.recipients["chair@eastbury.example"] = "550 no such user"
    said = cdr("chase", "--overdue", as_of="2026-03-21")
    [line] = [line for line in said.lines if "regional-ambulance" in line]
    assert line.endswith("to designated.doctor@eastbury.example; refused by the server for chair@eastbury.example")
    assert cdr("chase", "--overdue", as_of="2026-03-22").out == ""
    assert "to chair@eastbury.example; correct the address" in cdr("chase", as_of="2026-03-22").err


def test_a_server_that_takes_everything_and_never_says_so_is_not_flooded(
    cdr: Shell, asked: str, server: Server
) -> None:
    for agency in (
        "northtown-general",
        "high-street-surgery",
        "northshire-community",
        "northshire-police",
        "northshire-social-care",
    ):
        cdr("return", asked, agency, "--nil", as_of="2026-01-10")
    server.mood.accept_then = "drop"
    for day in range(23, 28):
        assert "Not known whether sent" in cdr("chase", "--overdue", as_of=f"2026-01-{day}", code=75).err
    assert cdr("chase", "--overdue", as_of="2026-01-28").err == ""
    assert len(server.mails) == 5 and len(server.ids) == 1
    assert "the server never said whether it has it" in cdr("chase", as_of="2026-01-28").err


def test_who_answers_meanwhile_is_left_alone(cdr: Shell, asked: str, server: Server) -> None:
    server.mood.recipients["*"] = "450 busy"
    cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    cdr("return", asked, "regional-ambulance", "--nil", as_of="2026-01-23")
    server.mood.recipients.clear()
    cdr("chase", "--overdue", as_of="2026-01-24")
    assert len(server.mails) == SIX - 1 and AMBULANCE not in {to for recipients, _ in server.mails for to in recipients}


def test_a_later_level_overtakes_what_waits(cdr: Shell, asked: str, server: Server, people: People) -> None:
    server.mood.recipients["*"] = "450 busy"
    cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    server.mood.recipients.clear()
    cdr("chase", "--overdue", as_of="2026-02-06")
    assert {mail["Message-ID"].split(".")[2] for mail in server.parsed} == {"prompt-2"} and len(server.mails) == SIX
    assert {item["level"] for item in prompts(cdr, asked, people)} == {"request", "prompt-2"}


def test_a_request_that_is_not_taken_waits_for_cron(
    cdr: Shell, sudi: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.mood.content = "451 later"
    said = cdr("request", sudi, "--json", as_of="2026-01-09", code=75)
    assert len(said.json["requests"]) == SIX and said.err.count("Not sent: request") == SIX
    server.mood.content = ""
    chaser(people, monkeypatch)
    went = cdr("chase", "--overdue", "--json", as_of="2026-01-10").json
    assert went["items"] == [] and len(went["others"]) == SIX and len(server.mails) == SIX
    assert cdr("chase", "--overdue", as_of="2026-01-10").out == ""


def test_by_secure_mail_the_form_names_the_child_and_the_chaser_cannot_send_it(
    cdr: Shell, sudi: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    domains = "mail: {secure_domains: [northshire.example, regional-ambulance.example], "
    routed = f"{AMBULANCE}, route: secure_mail"
    settings(cdr, lambda text: text.replace("mail: {", domains, 1).replace(AMBULANCE, routed), people)
    server.mood.content = "451 later"
    cdr("request", sudi, "regional-ambulance", as_of="2026-01-09", code=75)
    server.mood.content = ""
    with monkeypatch.context() as as_chaser:
        chaser(people, as_chaser)
        said = cdr("chase", "--overdue", as_of="2026-01-10", code=75)
        assert "Not sent: request" in said.err and server.mails == []  # its key opens no name
    cdr("chase", "--overdue", as_of="2026-01-10")
    [mail] = server.parsed
    [word] = mail.iter_attachments()
    body = mail.get_body()
    assert body and str(word.get_filename()).endswith(".docx") and "Testcase" not in body.get_content()
    with zipfile.ZipFile(io.BytesIO(word.get_content())) as document:
        assert "Testcase" in document.read("word/document.xml").decode()
    with monkeypatch.context() as as_chaser:
        chaser(people, as_chaser)
        cdr("chase", "--overdue", as_of="2026-01-24")  # a prompt says nothing of the child: cron sends it
    assert len(server.mails) == 2 and list(server.parsed[1].iter_attachments()) == []


def test_thanks_where_the_area_wants_them(
    tmp_path: Path, people: People, member: str, server: Server, authority: Path
) -> None:
    cdr = new_store(tmp_path, people, store_text(smtp_words(server, authority, thanks="yes")))
    case = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    cdr("request", case, as_of="2026-01-09")
    server.mails.clear()
    cdr("return", case, "regional-ambulance", "--nil", as_of="2026-01-20")
    [mail] = server.parsed
    assert mail["To"] == AMBULANCE and mail["Subject"] == f"Child death review {case}: thank you for your return"
    server.mood.content = "451 later"
    cdr("return", case, "northshire-police", "--nil", as_of="2026-01-20")
    cdr("return", case, "northshire-community", "--waive", "closed", as_of="2026-01-20")
    server.mood.content = ""
    server.mails.clear()
    assert cdr("chase", "--overdue", as_of="2026-01-21").lines == [
        f"Sent: thanks-for-return for {case}, northshire-police, to cdr@northshire-police.example"
    ]
    assert len(server.mails) == 1


def two_cases(cdr: Shell) -> list[str]:
    """Two cases of which the second was asked two weeks after the first."""
    found = []
    for day, more in (("2026-01-09", ()), ("2026-01-23", ("--not-a-duplicate", "twins"))):
        found.append(cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", *more, as_of=day).out.strip())
        cdr("request", found[-1], "northshire-police", "regional-ambulance", as_of=day)
    return found


def test_an_agencys_prompts_of_one_day_go_in_one_message(cdr: Shell, server: Server) -> None:
    one, two = two_cases(cdr)
    server.mails.clear()
    said = cdr("chase", "--overdue", "--json", as_of="2026-02-06").json
    assert sorted((item["case"], item["agency"], item["sent"]) for item in said["items"]) == sorted(
        (case, agency, [level])
        for case, level in ((one, "prompt-2"), (two, "prompt-1"))
        for agency in ("northshire-police", "regional-ambulance")
    )
    assert len(server.mails) == 2
    [mail] = [mail for mail in server.parsed if mail["To"] == AMBULANCE]
    text = body_of(mail)
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        f"{one}-regional-ambulance.html",
        f"{two}-regional-ambulance.html",
    ]
    assert f"{one}  Form B  asked on  9 January 2026, second prompt" in text
    assert f"{two}  Form B  asked on 23 January 2026, first prompt" in text
    assert "families are waiting" in " ".join(text.split()) and "16N" not in text
    assert max(len(line) for line in text.splitlines()) <= 76


def test_a_batch_of_which_one_part_is_answered_keeps_its_id(cdr: Shell, server: Server) -> None:
    _, two = two_cases(cdr)
    server.mails.clear()
    server.mood.accept_then = "drop"
    cdr("chase", "--overdue", as_of="2026-02-06", code=75)
    cdr("return", two, "regional-ambulance", "--nil", as_of="2026-02-06")
    server.mood.accept_then = ""
    cdr("chase", "--overdue", as_of="2026-02-07")
    assert set(server.ids.values()) == {2} and len(server.ids) == 2


def test_no_more_than_one_run_may_send(
    tmp_path: Path, people: People, member: str, server: Server, authority: Path
) -> None:
    cdr = new_store(tmp_path, people, store_text(smtp_words(server, authority, at_most="4")))
    case = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    cdr("request", case, as_of="2026-01-09")
    server.mails.clear()
    first = cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    assert len(first.lines) == 4 and "2 more messages are due" in first.err
    assert len(cdr("chase", "--overdue", as_of="2026-01-23").lines) == 2
    assert set(server.ids.values()) == {1} and len(server.mails) == SIX


def test_doctor_tries_the_mail_server(cdr: Shell, sudi: str, server: Server) -> None:
    assert "logged in as cdr" in cdr("doctor").out
    assert server.sessions == 0
    server.__exit__()
    assert "cannot be reached" in cdr("doctor", code=1).out


def test_nothing_of_the_child_leaves(cdr: Shell, asked: str, server: Server) -> None:
    for day in ("2026-01-23", "2026-02-06", "2026-03-06", "2026-03-21"):
        cdr("chase", "--overdue", as_of=day)
    form = (EXAMPLES / "form-a-sudi.yaml").read_text("utf-8")
    said = [line.strip().partition(":") for line in form.splitlines()]
    secret = [
        text.split(",")[0].strip(" \"'{}")
        for key, _, text in said
        if key.strip(" -{") in ("first_names", "family_name", "nhs_number")
    ]
    assert len(secret) >= 3
    sent = b"".join(raw for _, raw in server.mails).decode("ascii")
    assert len(server.mails) == 4 * SIX and all(word not in sent for word in secret)


def test_two_runs_at_once_send_nothing_twice(cdr: Shell, asked: str, server: Server) -> None:
    command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "--as-of", "2026-01-23", "chase", "--overdue"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) for _ in range(3)]
    codes = [one.wait(120) for one in runs]
    assert set(codes) <= {0, 75} and 0 in codes
    assert len(server.mails) == SIX and set(server.ids.values()) == {1}


def test_settings_that_cannot_be_are_told_before_anything_is_sent(tmp_path: Path, member: str, people: People) -> None:
    half = "mail: {transport: smtp, from: a@x.example"
    for mail, field in ((f"{half}}}", "mail.host"), (f"{half}, host: x, user: u}}", "mail.password_command")):
        (tmp_path / "store.yaml").write_text(store_text(mail), "utf-8")
        answer = run(["init", str(tmp_path / "s"), "--config", str(tmp_path / "store.yaml"), "--member", people.member])
        assert answer.code == 65 and f"{field}:" in answer.err and "STORE-08" in answer.err


def test_sendmail(tmp_path: Path, people: People, member: str) -> None:
    file = tmp_path / "sendmail"
    file.write_text(f"#!/bin/sh\ncat > {tmp_path}/$$.eml\nexit $(cat {tmp_path}/code)\n")
    file.chmod(0o700)
    (tmp_path / "code").write_text("0")
    mail = f"mail: {{transport: sendmail, from: cdop.manager@northshire.example, sendmail: '{file} -t -i'}}"
    cdr = new_store(tmp_path, people, store_text(mail))
    case = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    cdr("request", case, as_of="2026-01-09")
    assert len(list(tmp_path.glob("*.eml"))) == SIX
    (tmp_path / "code").write_text("75")
    cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    (tmp_path / "code").write_text("0")
    assert len(cdr("chase", "--overdue", as_of="2026-01-24").lines) == SIX
    assert "sendmail" in cdr("doctor").out


def test_what_the_server_took_is_shown_again_word_for_word(
    cdr: Shell, asked: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as as_cron:
        chaser(people, as_cron)
        cdr("chase", "--overdue", as_of="2026-01-23")
    went = {str(mail["Message-ID"]): body_of(mail).replace("\r\n", "\n") for mail in server.parsed}
    listed = [one for one in cdr("outbox", "show", asked, "--json").json["messages"] if one["level"] == "prompt-1"]
    assert len(listed) == len(went) == SIX and {one["how"] for one in listed} == {"sent on 2026-01-23"}
    for one in listed:
        words = cdr("outbox", "show", asked, str(one["number"]), "--json").json
        assert went[words["message_id"]] == words["text"] == cdr("outbox", "show", asked, str(one["number"])).out
