"""What agencies send back: made with real keys as the return form and Word make it, and refused where it is not right."""

from __future__ import annotations

import copy
import email
import email.policy
import errno
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pexpect
import pytest
import terminals
from cli.agency_replies import (
    AGENCIES,
    ASKED,
    CAME,
    CANARY,
    HOSPITAL,
    POLICE,
    Post,
    example,
    gpg,
    ledger,
    returns,
    sealed,
)
from conftest import EXAMPLES, People, Shell
from faults.test_canary import Watched
from store.hands import git, unchanged


# ---- asking ---------------------------------------------------------------------------------------------------------
def test_a_request_tells_each_pass_phrase_once_and_it_opens_who_the_child_is(
    cdr: Shell, sudi: str, people: People
) -> None:
    answer = cdr("request", sudi, "--json", as_of=ASKED)
    told = {request["agency"]: request["passphrase"] for request in answer.json["requests"]}
    assert list(told) == AGENCIES and len(set(told.values())) == 6
    assert all(re.fullmatch(r"[a-z]{4,7}( [a-z]{4,7}){5}", phrase) for phrase in told.values())
    told_besides = {  # brothers' and sisters' names, and the NHS number: by what each type finds its papers with
        "northtown-general": (False, True), "northtown-maternity": (False, True), "northshire-police": (True, False),
        "northshire-social-care": (True, False), "high-street-surgery": (True, True), "northshire-community": (True, True),
        "regional-ambulance": (False, True),
    }  # fmt: skip
    for agency, request in ledger(cdr, sudi).items():
        form = request["form"]
        assert form["form"] == "form-b/1" and re.fullmatch(r"[0-9a-f]{32}", form["nonce"])
        opened = gpg(
            "--pinentry-mode", "loopback", "--passphrase", told[agency], "--decrypt", data=form["locked"].encode()
        )
        identity = json.loads(opened)
        assert (identity["case"], identity["nonce"]) == (sudi, form["nonce"])
        assert identity["child"]["first_names"] == "Amara Grace" and identity["child"]["date_of_death"] == "2026-01-09"
        assert [parent["relationship"] for parent in identity["parents"]] == ["mother", "father"]
        siblings, by_number = told_besides[agency]
        assert identity["siblings"] == ([{"name": "Kofi Testcase"}] if siblings else [])
        assert ("nhs_number" in identity["child"]) == by_number
        assert identity["events"] == ["sudi_sudc"]
    everything = cdr("show", sudi, "--json").out + git(cdr.store, "log", "--format=%B") + answer.err
    everything += "".join(path.read_text("latin-1") for path in (cdr.store / "outbox").iterdir())
    assert not any(phrase in everything for phrase in told.values())


def test_a_pass_phrase_is_in_no_argument_and_no_environment(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    run = Watched(cdr.store, tmp_path)
    [request] = json.loads(run("request", sudi, POLICE, "--json").out)["requests"]
    calls = run.log.read_text("utf-8")
    assert "--passphrase-fd" in calls and request["passphrase"] not in calls


@pytest.mark.stretched
def test_a_wrong_pass_phrase_opens_nothing_and_the_lock_is_a_strong_one(cdr: Shell, asked: str) -> None:
    locked = ledger(cdr, asked)[HOSPITAL]["form"]["locked"].encode()
    with pytest.raises(subprocess.CalledProcessError):
        gpg("--pinentry-mode", "loopback", "--passphrase", "apple pear plum fig date lime", "--decrypt", data=locked)
    packets = gpg("--list-packets", "--list-only", data=locked).decode()
    assert "cipher 9" in packets and "hash 10" in packets and "count 65011712 (255)" in packets and "s2k 3" in packets


def test_the_message_carries_the_form_and_nothing_of_the_child(cdr: Shell, asked: str) -> None:
    [path] = (cdr.store / "outbox").glob(f"*-{HOSPITAL}-request-*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    [attached] = mail.iter_attachments()
    assert attached.get_filename() == f"{asked}-{HOSPITAL}.html" and attached.get_content_type() == "text/html"
    body = mail.get_body()
    assert body is not None
    page, text = attached.get_content(), body.get_content()
    assert not any(word in page + text for word in CANARY)
    assert "give you the pass-phrase by telephone" in " ".join(text.split())
    assert re.search(
        r"^Date of this request: 9 January 2026\r\nPlease reply by: 23 January 2026\r\n", text, re.MULTILINE
    )
    assert ledger(cdr, asked)[HOSPITAL]["form"]["nonce"] in page


# ---- the form -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("suffix", ["html", "docx", "yaml"])
def test_a_form_is_written_for_an_agency_that_was_asked(cdr: Shell, asked: str, tmp_path: Path, suffix: str) -> None:
    before = git(cdr.store, "rev-parse", "HEAD")
    path = tmp_path / f"form.{suffix}"
    answer = cdr("form", asked, POLICE, "-o", path, "--json", as_of="2026-01-10")
    assert answer.json == {
        "schema": "cdr-form/1",
        "case": asked,
        "agency": POLICE,
        "file": str(path),
        "form": "form-b/1",
    }
    assert git(cdr.store, "rev-parse", "HEAD") == before and path.stat().st_mode & 0o777 == 0o600
    first = path.read_bytes()
    cdr("form", asked, POLICE, "-o", path, as_of="2026-01-11")
    assert path.read_bytes() == first
    texts = (
        first
        if suffix != "docx"
        else b"".join(zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist())
    )
    assert ledger(cdr, asked)[POLICE]["form"]["nonce"].encode() in texts
    assert not any(word.encode() in texts for word in CANARY)


def test_where_there_is_no_form_to_make(cdr: Shell, asked: str, tmp_path: Path) -> None:
    assert "cdr request" in cdr("form", asked, "northtown-academy", "-o", tmp_path / "x.html", code=65).err
    cdr("form", asked, "no-such-agency", "-o", tmp_path / "x.html", code=66)
    cdr("form", "2026-0000", POLICE, "-o", tmp_path / "x.html", code=66)
    cdr("form", asked, POLICE, "-o", tmp_path / "x.pdf", code=2)
    cdr("form", asked, POLICE, code=2)
    cdr("return", asked, POLICE, "--nil", as_of=CAME)
    assert "cdr request" in cdr("form", asked, POLICE, "-o", tmp_path / "x.html", code=65).err
    assert list(tmp_path.glob("x.*")) == []


def test_a_new_pass_phrase_locks_the_same_request_anew(cdr: Shell, asked: str, tmp_path: Path, post: Post) -> None:
    before = ledger(cdr, asked)[HOSPITAL]["form"]
    answer = cdr("form", asked, HOSPITAL, "-o", tmp_path / "form.html", "--new-passphrase", as_of="2026-01-10")
    agency, _, phrase = answer.out.strip().partition(": ")
    after = ledger(cdr, asked)[HOSPITAL]["form"]
    assert agency == HOSPITAL and after["nonce"] == before["nonce"] and after["locked"] != before["locked"]
    assert b"Amara" in gpg(
        "--pinentry-mode", "loopback", "--passphrase", phrase, "--decrypt", data=after["locked"].encode()
    )
    assert git(cdr.store, "log", "-1", "--format=%s").strip() == f"cdr: form {asked}"
    cdr("return", asked, HOSPITAL, "--from", post.file(post.reply()), "--yes", as_of=CAME)


def test_a_form_that_cannot_be_written_takes_no_pass_phrase_away(
    cdr: Shell, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unchanged(cdr.store):
        cdr("form", asked, POLICE, "-o", tmp_path / "no" / "form.html", "--new-passphrase", code=66)
        (tmp_path / "form.html").mkdir()
        cdr("form", asked, POLICE, "-o", tmp_path / "form.html", "--new-passphrase", code=2)
        with monkeypatch.context() as patch:
            patch.setattr("cdr.disk._write", _full)
            assert "No space" in cdr("form", asked, POLICE, "-o", tmp_path / "x.html", "--new-passphrase", code=74).err
    assert not (tmp_path / "x.html").exists()


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_chasers_key_makes_the_same_form(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cdr.app import App
    from cdr.domain.asking.requests import request_of
    from cdr.work import return_forms as form

    cdr("form", asked, POLICE, "-o", tmp_path / "form.html", as_of=ASKED)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    app = App(store_option=str(cdr.store), as_of=ASKED)
    request = request_of(app.store.snapshot.read(app.store.place(asked, "requests")).body, POLICE)
    assert request is not None
    assert form.made(app, asked, request, ".html") == (tmp_path / "form.html").read_bytes()


def test_the_chasers_key_neither_makes_a_form_nor_takes_a_return(
    cdr: Shell, asked: str, post: Post, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, form = post.file(post.reply()), tmp_path / "form.html"
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    with unchanged(cdr.store):
        cdr("form", asked, HOSPITAL, "-o", form, as_of=CAME, code=77)
        cdr("form", asked, HOSPITAL, "-o", form, "--new-passphrase", as_of=CAME, code=77)
        for how in (("--from", reply, "--yes"), ("--from", EXAMPLES / "form-b-hospital.yaml"), ("--nil",)):
            cdr("return", asked, HOSPITAL, *how, as_of=CAME, code=77)
        cdr("bounce", asked, HOSPITAL, as_of=CAME, code=77)
    assert not form.exists()


def test_several_who_take_in_the_same_reply_at_once_record_it_once(cdr: Shell, asked: str, post: Post) -> None:
    before, reply = git(cdr.store, "rev-parse", "HEAD"), post.file(post.reply())
    words = ["--store", str(cdr.store), "--as-of", CAME, "return", asked, HOSPITAL, "--from", str(reply), "--yes"]
    runs = [subprocess.Popen([sys.executable, "-m", "cdr", *words], stderr=subprocess.PIPE) for _ in range(3)]
    said = [one.communicate(timeout=120)[1] for one in runs]
    assert sorted(one.returncode for one in runs) == [0, 65, 65]
    assert sum(b"has sent its return" in one for one in said) == 2
    assert git(cdr.store, "rev-parse", "HEAD^") == before and list(returns(cdr, asked)) == ["return-01"]


# ---- replies that are right -----------------------------------------------------------------------------------------
def test_the_six_agencies_answer(cdr: Shell, asked: str, post: Post) -> None:
    cdr("request", asked, as_of=ASKED)
    examples = {HOSPITAL: "form-b-hospital", POLICE: "form-b-police", "regional-ambulance": "form-b-ambulance"}
    for agency in AGENCIES:
        body = example(examples[agency]) if agency in examples else _nil(agency)
        path = post.file(post.reply(agency, body), f"{asked}-{agency}.asc")
        answer = cdr("return", asked, agency, "--from", path, "--yes", "--json", as_of="2026-03-26")
        assert answer.json["status"] == ("returned" if agency in examples else "nil")
        assert answer.json["received"]["how"] == "html" and len(answer.json["received"]["sha256"]) == 64
        assert (answer.json["completeness"] is None) == (agency not in examples)
        assert body["completed_by"]["name"] in answer.err
    kept = {body["agency"]: body for body in returns(cdr, asked).values()}
    assert kept[HOSPITAL] == {"agency": HOSPITAL, "case": asked} | example()
    assert {r["status"] for r in ledger(cdr, asked).values()} == {"returned", "nil"}
    assert ledger(cdr, asked)[POLICE]["received"]["how"] == "html"
    assert cdr("verify").code == 0


def _nil(agency: str) -> dict[str, Any]:
    by = {"name": "Siân ap Rhŷs", "role": "Practice manager", "organisation": "Meddygfa’r Ŵyl"}
    return {
        "schema": "form-b/1",
        "agency": agency,
        "response": "nil_return",
        "completed_by": by,
        "completed_on": "2026-01-19",
    }


def test_a_reply_may_be_binary_and_packed_and_is_open_to_any_member(
    cdr: Shell, asked: str, post: Post, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = (people.member, people.second)
    binary = post.file(post.reply(), "a.gpg", seal=lambda raw: sealed(raw, *to, how=("--compress-algo", "zlib")))
    armoured = post.file(post.reply(POLICE, example("form-b-police")), seal=lambda raw: sealed(raw, *to))
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    cdr("return", asked, HOSPITAL, "--from", binary, "--yes", as_of=CAME)
    cdr("return", asked, POLICE, "--from", armoured, "--yes", as_of="2026-02-03")


HOSTILE = [
    "</script><img src=x onerror=alert(1)>", "{{7*7}} {% raw %}", "'; DROP TABLE children; --", '"quoted" \\ `back` $(id)', "# no comment: here",
    "- not an item", "yes", "null", "0123", "1e9", "2026-01-09", "Ọláwálé Ẹ̀bùn Adébáyọ̀", "Nguyễn Thị Ngọc Ánh", "İpek Şahin", "Łucja Żółć",
    "Llŷr ap Siôn", "שלום مرحبا", "👩‍👧 ❤️", "x" * 20_000, "first line\n\n  second, indented\n\ttab\nlast", "trailing space \nx", "é" * 3000,
]  # fmt: skip


def test_what_is_written_is_kept_exactly(cdr: Shell, asked: str, post: Post) -> None:
    body = example()
    body["circumstances"]["narrative"] = HOSTILE[0]
    body["timeline"] = [{"at": "2026-01-09", "event": text} for text in HOSTILE]
    cdr("return", asked, HOSPITAL, "--from", post.file(post.reply(body=body)), "--yes", as_of=CAME)
    kept = returns(cdr, asked)["return-01"]
    assert kept["circumstances"]["narrative"] == HOSTILE[0] and [item["event"] for item in kept["timeline"]] == HOSTILE


def test_without_a_terminal_somebody_has_to_vouch_for_it(cdr: Shell, asked: str, post: Post) -> None:
    path = post.file(post.reply())
    before = git(cdr.store, "rev-parse", "HEAD")
    answer = cdr("return", asked, HOSPITAL, "--from", path, as_of=CAME, code=2)
    assert "Dr Priya Raman" in answer.err and "full return" in answer.err and "--yes" in answer.err
    assert git(cdr.store, "rev-parse", "HEAD") == before
    cdr("return", asked, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", as_of=CAME)


@pytest.mark.parametrize(
    ("typed", "code", "status"), [("n", 65, "outstanding"), ("", 65, "outstanding"), ("y", 0, "returned")]
)
def test_on_a_terminal_somebody_is_asked(
    cdr: Shell, asked: str, post: Post, typed: str, code: int, status: str
) -> None:
    given = [
        "-m",
        "cdr",
        "--store",
        str(cdr.store),
        "--as-of",
        CAME,
        "return",
        asked,
        HOSPITAL,
        "--from",
        str(post.file(post.reply())),
    ]
    terminal = pexpect.spawn(sys.executable, given, encoding="utf-8", timeout=terminals.PATIENCE)
    terminal.expect("Dr Priya Raman")
    terminal.expect(re.escape("Record it? [y/N]"))
    terminal.sendline(typed)
    assert (terminals.ended(terminal), ledger(cdr, asked)[HOSPITAL]["status"]) == (code, status)


def test_a_full_return_may_follow_a_nil_one_and_takes_its_place(cdr: Shell, asked: str, post: Post) -> None:
    cdr("return", asked, HOSPITAL, "--from", post.file(post.reply(body=_nil(HOSPITAL))), "--yes", as_of=CAME)
    cdr("return", asked, HOSPITAL, "--from", post.file(post.reply()), "--yes", as_of=CAME)
    assert [body["response"] for body in returns(cdr, asked).values()] == ["full"]
    assert ledger(cdr, asked)[HOSPITAL]["status"] == "returned"


# ---- bouncing -------------------------------------------------------------------------------------------------------
def _thin() -> dict[str, Any]:
    body = copy.deepcopy(example())
    del body["supplementary"], body["mother"], body["child"]["weight_kg"]
    return body


def mail_of(cdr: Shell, case: str) -> Any:
    [path] = (cdr.store / "outbox").glob(f"{case}-*-bounce-*.eml")
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_a_thin_return_is_sent_back_and_the_fuller_one_takes_its_place(cdr: Shell, asked: str, post: Post) -> None:
    first = cdr(
        "return", asked, HOSPITAL, "--from", post.file(post.reply(body=_thin())), "--yes", "--json", as_of=CAME
    ).json
    fields = {gap["field"]: gap["title"] for gap in first["completeness"]["missing"]}
    assert fields["mother.age_at_birth"].startswith("Mother and pregnancy: ")
    assert (
        "supplementary" in fields
        and first["completeness"]["answered"] + len(first["completeness"]["missing"]) == first["completeness"]["asked"]
    )
    before, old = git(cdr.store, "rev-parse", "HEAD"), post.reply()
    shown = cdr("bounce", asked, HOSPITAL, "--dry-run", as_of="2026-01-21").out
    assert git(cdr.store, "rev-parse", "HEAD") == before and not list((cdr.store / "outbox").glob("*bounce*"))
    assert fields["mother.age_at_birth"] in shown
    answer = cdr("bounce", asked, HOSPITAL, "--json", as_of="2026-01-21").json
    assert answer["completeness"] == first["completeness"]
    mail = mail_of(cdr, asked)
    text, [attached] = mail.get_body().get_content(), list(mail.iter_attachments())
    flat = " ".join(text.split())
    assert all(
        title in flat
        for field, title in fields.items()
        if field not in ("supplementary", "circumstances.resuscitation_by")
    )
    assert "Resuscitation by" not in flat and "2 parts that your own answers call for" in flat
    assert not any(word in flat + attached.get_content() for word in (*CANARY, answer["passphrase"]))
    assert "Sudden" not in flat and "returned, sent back on 2026-01-21" in cdr("show", asked, as_of="2026-01-22").out
    request = ledger(cdr, asked)[HOSPITAL]
    assert request["bounced"] == [{"on": "2026-01-21", "answered_on": None}] and request["status"] == "returned"
    assert request["form"]["nonce"] != old["nonce"] and request["form"]["nonce"] in attached.get_content()
    assert "[B-25]" in post.refused(post.file(old))
    cdr("bounce", asked, HOSPITAL, as_of="2026-01-22", code=65)
    cdr("return", asked, HOSPITAL, "--from", post.file(post.reply()), "--yes", as_of="2026-01-25")
    assert ledger(cdr, asked)[HOSPITAL]["bounced"] == [{"on": "2026-01-21", "answered_on": "2026-01-25"}]
    assert ledger(cdr, asked)[HOSPITAL]["answered_on"] == CAME
    assert list(returns(cdr, asked)) == ["return-01"] and "mother" in returns(cdr, asked)["return-01"]
    assert "has sent its return" in post.refused(post.file(post.reply()))
    assert cdr("verify").code == 0


def test_what_cannot_be_sent_back(cdr: Shell, asked: str) -> None:
    cdr("bounce", asked, "northtown-academy", as_of=CAME, code=65)
    assert "has not answered" in cdr("bounce", asked, HOSPITAL, as_of=CAME, code=65).err
    cdr("return", asked, POLICE, "--nil", as_of=CAME)
    assert "nil return" in cdr("bounce", asked, POLICE, as_of=CAME, code=65).err
    cdr("request", asked, "regional-ambulance", as_of=ASKED)
    cdr("return", asked, "regional-ambulance", "--waive", "The crew has left", as_of=CAME)
    cdr("bounce", asked, "regional-ambulance", as_of=CAME, code=65)
    cdr("bounce", asked, "no-such-agency", code=66)


def test_an_older_request_without_a_form_gets_one(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    from cdr.app import App
    from cdr.store.transaction import Change

    app = App(store_option=str(cdr.store))
    with app.store.writing():
        documents = app.store.case(sudi)
        old = {"agency": POLICE, "requested_on": ASKED, "status": "outstanding", "answered_on": None}
        body = {"schema": "requests/1", "requests": [old]}
        app.store.commit(Change("request", {documents.requests.place: body}), documents)
    answer = cdr("form", sudi, POLICE, "-o", tmp_path / "form.html", "--json", as_of=CAME).json
    form = ledger(cdr, sudi)[POLICE]["form"]
    assert b"Amara" in gpg(
        "--pinentry-mode", "loopback", "--passphrase", answer["passphrase"], "--decrypt", data=form["locked"].encode()
    )
    assert ledger(cdr, sudi)[POLICE]["requested_on"] == ASKED
