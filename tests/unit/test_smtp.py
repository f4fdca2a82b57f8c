"""Every way in which a mail server answers or fails, over a real connection with real certificates."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from mail_server import PASSWORD, USER, Server, free_port

from cdr.errors import TryAgain, WrongConfiguration
from cdr.mail import smtp
from cdr.mail.progress import Progress, Taken
from cdr.mail.sendmail import Sendmail
from cdr.mail.smtp import STARTTLS, TLS, Smtp
from cdr.mail.transport import LATER, REFUSED, TAKEN, UNCERTAIN, Delivery, Envelope

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
MAIL = b"From: a@x.example\r\nTo: b@y.example\r\nMessage-ID: <1@x>\r\n\r\nOne\r\n.\r\n..two\r\n"


def way(server: Server, authority: Path, **changed: Any) -> Smtp:
    say = f"{shlex.quote(sys.executable)} -c \"print('{PASSWORD}')\""
    usual = smtp.Server("localhost", server.port, STARTTLS, USER, say, str(authority), "x.example", 5)
    return Smtp(dataclasses.replace(usual, **changed))


def deliver(transport: Smtp, *to: str, last: bool = False) -> Delivery:
    try:
        return transport.deliver(Envelope("a@x.example", to or ("b@y.example",), MAIL, last))
    finally:
        transport.close()


def test_a_message_arrives_as_it_is(server: Server, authority: Path) -> None:
    assert deliver(way(server, authority)) == Delivery(TAKEN)
    [(to, raw)] = server.mails
    assert to == ("b@y.example",) and raw == MAIL


def test_over_tls_from_the_first_byte(authority: Path) -> None:
    with Server(authority.parent, implicit_tls=True) as server:
        assert deliver(way(server, authority, security=TLS)) == Delivery(TAKEN)
        assert "logged in as cdr" in way(server, authority, security=TLS).test()


def test_a_certificate_of_a_stranger_is_refused(server: Server, authority: Path) -> None:
    unknown = deliver(way(server, authority, ca_file=""))
    assert unknown.outcome == LATER and "certificate" in unknown.why
    other_name = deliver(way(server, authority, host="127.0.0.1"))
    assert other_name.outcome == LATER and "certificate" in other_name.why
    assert server.mails == [] and server.sessions == 0


def test_nothing_is_ever_said_in_the_open(authority: Path) -> None:
    with Server(authority.parent, offer_tls=False) as server:
        found = deliver(way(server, authority))
        assert found.outcome == LATER and "encryption" in found.why
        assert server.sessions == 0 and server.mails == []


def test_a_wrong_password(server: Server, authority: Path) -> None:
    found = deliver(way(server, authority, password_command="echo wrong"))
    assert found.outcome == LATER and "password" in found.why and "wrong" not in found.why
    with pytest.raises(TryAgain):
        way(server, authority, password_command="false").test()
    with pytest.raises(WrongConfiguration):
        way(server, authority, password_command="echo 'open").test()
    with pytest.raises(WrongConfiguration):
        way(server, authority, ca_file="/nowhere/ca.pem").test()


def test_the_password_command_has_no_shell(server: Server, authority: Path, tmp_path: Path) -> None:
    deliver(way(server, authority, password_command=f"echo x; touch {tmp_path}/made"))
    assert list(tmp_path.iterdir()) == []


def test_one_address_of_two_is_refused(server: Server, authority: Path) -> None:
    server.mood.recipients["no@y.example"] = "550 no such user"
    assert deliver(way(server, authority), "b@y.example", "no@y.example") == Delivery(TAKEN, ("no@y.example",))
    assert [to for to, _ in server.mails] == [("b@y.example",)]


def test_all_are_refused(server: Server, authority: Path) -> None:
    server.mood.recipients["*"] = "550 no"
    found = deliver(way(server, authority), "b@y.example", "c@y.example")
    assert (found.outcome, found.refused) == (REFUSED, ("b@y.example", "c@y.example"))


def test_an_address_that_is_greylisted_holds_the_message_back_until_the_last_try(
    server: Server, authority: Path
) -> None:
    server.mood.recipients["slow@y.example"] = "450 greylisted"
    assert deliver(way(server, authority), "b@y.example", "slow@y.example").outcome == LATER
    assert server.mails == []
    assert deliver(way(server, authority), "b@y.example", "slow@y.example", last=True) == Delivery(
        TAKEN, ("slow@y.example",)
    )
    assert deliver(way(server, authority), "slow@y.example", last=True).outcome == LATER


@pytest.mark.parametrize(("content", "outcome"), [("451 later", LATER), ("554 spam", REFUSED), ("", TAKEN)])
def test_the_content_is_judged(server: Server, authority: Path, content: str, outcome: str) -> None:
    server.mood.content = content
    assert deliver(way(server, authority)).outcome == outcome


def test_the_sender_is_not_accepted(server: Server, authority: Path) -> None:
    server.mood.sender = "550 who are you"
    assert deliver(way(server, authority)).outcome == LATER


def test_it_breaks_off_before_it_says_that_it_has_the_message(server: Server, authority: Path) -> None:
    server.mood.accept_then = "drop"
    transport = way(server, authority)
    envelope = Envelope("a@x.example", ("b@y.example",), MAIL)
    assert transport.deliver(envelope).outcome == UNCERTAIN
    server.mood.accept_then = ""
    assert transport.deliver(envelope).outcome == TAKEN  # over a new connection
    transport.close()
    assert len(server.mails) == 2


def test_it_is_silent(server: Server, authority: Path) -> None:
    server.mood.accept_then = "hang"
    transport = way(server, authority, seconds=1)
    assert transport.deliver(Envelope("a@x.example", ("b@y.example",), MAIL)).outcome == UNCERTAIN
    assert transport.deliver(Envelope("a@x.example", ("b@y.example",), MAIL)).outcome == LATER
    assert server.sessions == 1  # it was not asked, and not waited for, again


def test_nobody_is_there(authority: Path) -> None:
    server = Server(authority.parent, port=free_port())
    found = deliver(way(server, authority))
    assert found.outcome == LATER and found.why.endswith("cannot be reached")
    with pytest.raises(TryAgain):
        way(server, authority).test()


# ---- a program of this machine -----------------------------------------------------------------------------------------


def program(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "sendmail"
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    file.chmod(0o700)
    return str(file)


@pytest.mark.parametrize(("code", "outcome"), [(0, TAKEN), (75, LATER), (67, REFUSED), (1, REFUSED)])
def test_what_a_program_ends_with(tmp_path: Path, code: int, outcome: str) -> None:
    command = program(tmp_path, f"cat > {tmp_path}/mail", f'echo "$@" > {tmp_path}/words', f"exit {code}")
    found = Sendmail(f"{command} -t -i", 5).deliver(Envelope("a@x.example", ("b@y.example",), MAIL))
    assert found.outcome == outcome
    assert (tmp_path / "mail").read_bytes() == MAIL
    assert (tmp_path / "words").read_text() == "-t -i -f a@x.example\n"


def test_without_t_the_addresses_follow_a_double_dash(tmp_path: Path) -> None:
    command = program(tmp_path, "cat > /dev/null", f'echo "$@" > {tmp_path}/words')
    assert Sendmail(command, 5).deliver(Envelope("a@x.example", ("b@y.example", "c@y.example"), MAIL)) == Delivery(
        TAKEN
    )
    assert (tmp_path / "words").read_text() == "-f a@x.example -- b@y.example c@y.example\n"


def test_a_program_that_hangs_is_missing_or_is_killed(tmp_path: Path) -> None:
    envelope = Envelope("a@x.example", ("b@y.example",), MAIL)
    for number in (9, 1):
        assert Sendmail(program(tmp_path, f"kill -{number} $$"), 5).deliver(envelope) == Delivery(
            UNCERTAIN, why="the mail program was stopped"
        )
    hangs = Sendmail(program(tmp_path, "sleep 600\nexit 0"), 0.3)  # a child of its own has its output, and outlives it
    assert [hangs.deliver(envelope).outcome for _ in range(3)] == [UNCERTAIN, LATER, LATER]
    missing = Sendmail("/nowhere/sendmail -t", 5)
    assert missing.deliver(envelope).outcome == LATER
    with pytest.raises(WrongConfiguration):
        missing.test()
    assert "sendmail" in Sendmail(program(tmp_path, "true"), 5).test()


# ---- what was taken, noted ----------------------------------------------------------------------------------------------


def test_what_was_taken_is_noted_and_a_torn_line_is_none(tmp_path: Path) -> None:
    noted = Progress(tmp_path / "taken")
    assert noted.noted() == []
    one, two = Taken("<1@x>", "2026-01-23"), Taken("<2@x>", "2026-01-23", ("a@x.example",))
    noted.note(one)
    noted.note(two)
    assert noted.noted() == [one, two]
    with noted.path.open("ab") as file:
        file.write(b'["<3@x>", "2026')
    assert noted.noted() == [one, two]
    assert noted.path.stat().st_mode & 0o777 == 0o600
    noted.clear()
    noted.clear()
    assert noted.noted() == []
