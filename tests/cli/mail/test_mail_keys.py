"""Mail to an agency's own key, and the pass-phrases that go along with a form or do not."""

from __future__ import annotations

import email
import email.policy
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli.mail.mails import AMBULANCE, SIX, body_of, chaser, settings
from conftest import EXAMPLES, People, Shell
from mail_server import Server
from store.hands import git, gpg

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
NAMES = ("Testcase", "999000", "Sample")  # three digits alone stand in ciphertext by chance


def test_mail_to_a_key_is_encrypted_and_signed(
    cdr: Shell, asked: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agency's key is the second member's here: it is in the ring of whoever sends, and its secret part in another home."""
    settings(
        cdr,
        lambda text: text.replace("id: regional-ambulance,", f"id: regional-ambulance, key: {people.second},"),
        people,
    )
    chaser(people, monkeypatch)
    cdr("chase", "--overdue", as_of="2026-01-23")
    [(_, raw)] = [one for one in server.mails if one[0] == (AMBULANCE,)]
    [mail] = [one for one in server.parsed if one["To"] == AMBULANCE]
    assert mail["Subject"] == "..." and mail.get_content_type() == "multipart/encrypted"
    assert b"reporting form" not in raw and b"still to come" not in raw
    version, content = mail.iter_parts()
    assert version.get_content_type() == "application/pgp-encrypted" and b"Version: 1" in version.get_payload(
        decode=True
    )
    done = subprocess.run(
        ["gpg", "--homedir", people.second_home, "--batch", "--status-fd", "2", "--decrypt"],
        input=octets(content), capture_output=True, check=True,
    )  # fmt: skip
    assert b"GOODSIG" in done.stderr and people.chaser.encode() in done.stderr
    inside = email.message_from_bytes(done.stdout, policy=email.policy.default)
    assert inside["Subject"] == f"Child death review {asked}: your reporting form is still to come"
    assert inside["Message-ID"] == mail["Message-ID"]
    assert "reporting form (Form B)" in " ".join(body_of(inside).split())


def test_a_key_that_is_missing_stops_that_message_alone(cdr: Shell, asked: str, server: Server, people: People) -> None:
    settings(
        cdr, lambda text: text.replace("id: regional-ambulance,", f"id: regional-ambulance, key: {'A' * 40},"), people
    )
    said = cdr("chase", "--overdue", as_of="2026-01-23", code=75)
    assert len(said.lines) == SIX - 1 and "is not in GnuPG here" in said.err
    assert AMBULANCE not in {to for recipients, _ in server.mails for to in recipients}


HOSPITAL = "northtown-general"


def octets(part: Any) -> bytes:
    """What a part of a mail holds, as it was before it was encoded."""
    return bytes(part.get_payload(decode=True))


def parts(mail: Any) -> dict[str, bytes]:
    return {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}


def opened(raw: bytes, home: str) -> Any:
    """What stands inside an encrypted mail, for who holds the key."""
    _, content = email.message_from_bytes(raw, policy=email.policy.default).iter_parts()
    return email.message_from_bytes(gpg(home, "--decrypt", data=octets(content)), policy=email.policy.default)


def of(server: Server, address: str) -> list[bytes]:
    return [raw for recipients, raw in server.mails if recipients == (address,)]


def request_of(cdr: Shell, case: str, agency: str) -> dict[str, Any]:
    listed = cdr("show", case, "--json", as_of="2026-01-10").json["documents"]["requests"]["requests"]
    return next(one for one in listed if one["agency"] == agency)


def test_the_pass_phrase_goes_along_for_the_agencys_own_key_alone(
    cdr: Shell, sudi: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agency's key is the second member's here; whoever sends cannot open what goes to it."""
    settings(
        cdr,
        lambda text: text.replace("id: regional-ambulance,", f"id: regional-ambulance, key: {people.second},"),
        people,
    )
    asked = cdr("request", sudi, "--json", as_of="2026-01-09")
    told = {one["agency"]: one["passphrase"] for one in asked.json["requests"]}
    form, name = f"{sudi}-regional-ambulance.html", f"{sudi}-regional-ambulance-pass-phrase.asc"
    [raw] = of(server, AMBULANCE)
    inside = opened(raw, people.second_home)
    text = " ".join(body_of(inside).split())
    assert "The pass-phrase is in the second file" in text and "by telephone" not in text
    files = parts(inside)
    assert list(files) == [form, name]
    phrase = gpg(people.second_home, "--decrypt", data=files[name]).decode().strip()
    assert phrase == told["regional-ambulance"] and len(set(told.values())) == SIX
    gpg(people.home, "--decrypt", data=files[name], code=2)
    locked = request_of(cdr, sudi, "regional-ambulance")["form"]["locked"].encode()
    assert b"Testcase" in gpg(people.home, "--passphrase", phrase, "--decrypt", data=locked)
    for other in server.parsed:
        if other["To"] != AMBULANCE:
            assert [one.rpartition(".")[2] for one in parts(other)] == ["html"]
    sent = b"".join(mail for _, mail in server.mails).decode("ascii")
    history = git(cdr.store, "log", "--format=%B")
    assert all(words not in sent + history + asked.err and words.split()[0] not in history for words in told.values())
    server.mails.clear()
    chaser(people, monkeypatch)
    cdr("chase", "--overdue", as_of="2026-01-23")
    [raw] = of(server, AMBULANCE)
    again = parts(opened(raw, people.second_home))
    assert again[name] == files[name] and again[form] == files[form]


def test_a_new_pass_phrase_is_the_one_that_goes_along(
    cdr: Shell, asked: str, server: Server, people: People, tmp_path: Path
) -> None:
    settings(
        cdr,
        lambda text: text.replace("id: regional-ambulance,", f"id: regional-ambulance, key: {people.second},"),
        people,
    )
    anew = cdr(
        "form",
        asked,
        "regional-ambulance",
        "-o",
        tmp_path / "form.html",
        "--new-passphrase",
        "--json",
        as_of="2026-01-10",
    )
    cdr("chase", "--overdue", as_of="2026-01-23")
    [raw] = of(server, AMBULANCE)
    files = parts(opened(raw, people.second_home))
    sealed = files[f"{asked}-regional-ambulance-pass-phrase.asc"]
    assert gpg(people.second_home, "--decrypt", data=sealed).decode().strip() == anew.json["passphrase"]


def test_a_return_sent_back_waits_for_the_server_and_goes_once(
    cdr: Shell, asked: str, server: Server, people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    thin = (EXAMPLES / "form-b-hospital.yaml").read_text("utf-8").partition("\nsupplementary:")[0] + "\n"
    (tmp_path / "thin.yaml").write_text(thin, "utf-8")
    cdr("return", asked, HOSPITAL, "--from", tmp_path / "thin.yaml", as_of="2026-01-20")
    first = request_of(cdr, asked, HOSPITAL)["form"]["nonce"]
    server.mood.content = "451 later"
    said = cdr("bounce", asked, HOSPITAL, "--json", as_of="2026-01-21", code=75)
    assert said.err.count(f"Not sent: bounce for {asked}, {HOSPITAL}") == 1 and server.mails == []
    assert len(said.json["passphrase"].split()) == 6 and said.json["completeness"]["missing"]
    assert cdr("bounce", asked, HOSPITAL, as_of="2026-01-21", code=65).out == ""
    server.mood.content = ""
    with monkeypatch.context() as patch:
        chaser(people, patch)
        went = cdr("chase", "--overdue", as_of="2026-01-22")
        assert went.lines == [f"Sent: bounce for {asked}, {HOSPITAL}, to cdr@northtown-general.example"]
        assert cdr("chase", "--overdue", as_of="2026-01-22").out == ""
    [mail] = server.parsed
    text = " ".join(body_of(mail).split())
    form = request_of(cdr, asked, HOSPITAL)["form"]
    assert "The pass-phrase of the fresh form is a new one. We will give it to you by telephone." in text
    assert "Still to come:" in text and any(f"- {gap['title']}" in text for gap in said.json["completeness"]["missing"])
    assert form["nonce"] != first and form["nonce"].encode() in parts(mail)[f"{asked}-{HOSPITAL}.html"]
    whole = server.mails[0][1].decode("ascii") + text
    assert not any(word in whole for word in (*NAMES, "Amara", "Sudden", said.json["passphrase"]))
    assert b"Testcase" in gpg(
        people.home, "--passphrase", said.json["passphrase"], "--decrypt", data=form["locked"].encode()
    )
    cdr("return", asked, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", as_of="2026-01-23")
    assert request_of(cdr, asked, HOSPITAL)["bounced"] == [{"on": "2026-01-21", "answered_on": "2026-01-23"}]
