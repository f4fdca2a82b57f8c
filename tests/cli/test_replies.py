"""What agencies send back: made with real keys as the return form and Word make it, and refused where it is not right."""

from __future__ import annotations

import copy
import email
import email.policy
import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest
import terminals
from conftest import EXAMPLES, People, Shell
from faults.test_canary import Watched
from store.hands import git, unchanged

from cdr.forms import codec, schema

AGENCIES = [
    "northtown-general",
    "high-street-surgery",
    "northshire-community",
    "northshire-police",
    "regional-ambulance",
    "northshire-social-care",
]
ASKED, CAME = "2026-01-09", "2026-01-20"
HOSPITAL, POLICE = "northtown-general", "northshire-police"
CANARY = ("Amara", "Testcase", "9990000018", "2025-03-02", "Example Street", "Efua", "Kwame", "Kofi")


@pytest.fixture
def asked(cdr: Shell, sudi: str) -> str:
    cdr("request", sudi, HOSPITAL, POLICE, as_of=ASKED)
    return sudi


def example(name: str = "form-b-hospital") -> dict[str, Any]:
    body, _ = schema.read((EXAMPLES / f"{name}.yaml").read_bytes(), name, "form-b")
    return body


def ledger(cdr: Shell, case: str) -> dict[str, dict[str, Any]]:
    shown = cdr("show", case, "--json", as_of=CAME).json["documents"]["requests"]["requests"]
    return {request["agency"]: request for request in shown}


def returns(cdr: Shell, case: str) -> dict[str, dict[str, Any]]:
    documents = cdr("show", case, "--json", as_of=CAME).json["documents"]
    return {id_: body for id_, body in documents.items() if id_.startswith("return-")}


def gpg(*arguments: str, data: bytes) -> bytes:
    return subprocess.run(
        ["gpg", "--batch", "--quiet", "--trust-model", "always", *arguments],
        input=data,
        capture_output=True,
        check=True,
    ).stdout


def sealed(data: bytes, *to: str, how: tuple[str, ...] = ("--armor",)) -> bytes:
    return gpg(*how, *(part for key in to for part in ("--recipient", key)), "--encrypt", data=data)


class Post:
    """Makes replies to the requests of one case, as the form of an agency would."""

    def __init__(self, cdr: Shell, case: str, people: People, folder: Path) -> None:
        self.cdr, self.case, self.people, self.folder = cdr, case, people, folder

    def reply(self, agency: str = HOSPITAL, body: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
        nonce = ledger(self.cdr, self.case)[agency]["form"]["nonce"]
        said = {"agency": agency, "case": self.case} | (example() if body is None else body)
        return {"schema": "cdr-reply/1", "case": self.case, "agency": agency, "nonce": nonce, "form": "form-b/1",
                "saved_at": "2026-01-20T14:05:00+00:00", "body": said} | other  # fmt: skip

    def file(self, content: Any, name: str = "reply.asc", seal: Callable[[bytes], bytes] | None = None) -> Path:
        raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        path = self.folder / name
        path.write_bytes(seal(raw) if seal else sealed(raw, self.people.member, self.people.second))
        return path

    def refused(self, path: Path, agency: str = HOSPITAL, code: int = 65) -> str:
        """What is said of a file that is refused; the store stays as it was, and nothing of the child is said."""
        before = git(self.cdr.store, "rev-parse", "HEAD")
        answer = self.cdr("return", self.case, agency, "--from", path, "--yes", as_of=CAME, code=code)
        assert git(self.cdr.store, "rev-parse", "HEAD") == before
        assert not answer.out and not any(word in answer.err for word in CANARY)
        return answer.err


@pytest.fixture
def post(cdr: Shell, asked: str, people: People, tmp_path: Path) -> Post:
    return Post(cdr, asked, people, tmp_path)


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


def _full(*_: object) -> None:
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


# ---- replies that are not -------------------------------------------------------------------------------------------


def test_what_is_not_the_answer_to_this_request_is_refused(cdr: Shell, asked: str, post: Post) -> None:
    other: dict[str, Any] = {"case": "2026-ZZZZ"}
    assert "[B-23]" in post.refused(post.file(post.reply(**other)))
    assert "[B-24]" in post.refused(post.file(post.reply(POLICE)))
    assert "[B-25]" in post.refused(post.file(post.reply(nonce="0" * 32)))
    assert "[B-26]" in post.refused(post.file(post.reply(form="form-b/0")))
    assert "[B-22]" in post.refused(post.file(post.reply(schema="cdr-reply/2")))
    assert "[B-22]" in post.refused(post.file({"schema": "cdr-reply/1"}))
    assert "[CASE-01]" in post.refused(post.file(post.reply(body={**example(), "case": "2026-ZZZZ"})))
    assert "[B-01]" in post.refused(post.file(post.reply(body={**example(), "agency": POLICE})))
    assert "[SCHEMA-VERSION]" in post.refused(post.file(post.reply(body={**example(), "schema": "form-b/9"})))


def test_everything_that_is_wrong_is_told_at_once(cdr: Shell, asked: str, post: Post) -> None:
    body = example()
    body |= {"completed_on": "yesterday", "surprise": 1, "note": "seen\u202egnihton"}
    body["identifying"] |= {"family_name": "Otherwise", "nhs_number": "9990000026"}
    said = post.refused(post.file(post.reply(body=body, nonce="f" * 32)))
    for rule in ("B-25", "SCHEMA-DATE", "SCHEMA-UNKNOWN", "YAML-CONTROL", "B-02", "B-04"):
        assert f"[{rule}]" in said, said
    assert "Otherwise" not in said and "9990000026" not in said and "surprise" in said


def test_an_answered_request_and_a_closed_case_take_no_reply(cdr: Shell, asked: str, post: Post) -> None:
    path, police = post.file(post.reply()), post.file(post.reply(POLICE, example("form-b-police")), "police.asc")
    cdr("return", asked, HOSPITAL, "--from", path, "--yes", as_of=CAME)
    assert "has sent its return" in post.refused(path)
    cdr("return", asked, POLICE, "--nil", as_of=CAME)
    cdr(
        "review",
        asked,
        "--from",
        EXAMPLES / "form-c-sudi.yaml",
        "--override",
        "The inquest may take years",
        as_of="2026-04-14",
    )
    cdr("close", asked, "--override", "Nothing more can be done", as_of="2026-04-15")
    assert "closed" in post.refused(police, POLICE)


def test_what_cannot_be_opened_is_refused(cdr: Shell, asked: str, post: Post, people: People) -> None:
    right = json.dumps(post.reply()).encode()
    whole = sealed(right, people.member)
    assert "[REPLY-DAMAGED]" in post.refused(post.file(whole[: len(whole) // 2], seal=lambda raw: raw))
    broken = bytearray(sealed(right, people.member, how=()))
    broken[-10] ^= 1  # in the digest at the end; a length before it may be wrong without harm
    assert "[REPLY-DAMAGED]" in post.refused(post.file(bytes(broken), seal=lambda raw: raw))
    assert "not encrypted to you" in post.refused(post.file(right, seal=lambda raw: sealed(raw, people.chaser)))
    signed = post.file(right, seal=lambda raw: gpg("--armor", "--local-user", people.member, "--sign", data=raw))
    assert "[REPLY-DAMAGED]" in post.refused(signed)
    locked = ("--armor", "--pinentry-mode", "loopback", "--passphrase", "x", "--symmetric")
    assert "[REPLY-DAMAGED]" in post.refused(post.file(right, seal=lambda raw: gpg(*locked, data=raw)))
    key = post.file(gpg("--armor", "--export", people.member, data=b""), seal=lambda raw: raw)
    assert "[REPLY-DAMAGED]" in post.refused(key)
    page = post.file(b"<!DOCTYPE html><title>x</title>", "form.html", seal=lambda raw: raw)
    assert "empty form" in post.refused(page)


def test_what_is_something_else_is_told_as_what_it_is(cdr: Shell, asked: str, post: Post, people: People) -> None:
    def given(name: str, raw: bytes) -> str:
        return post.refused(post.file(raw, name, seal=lambda raw: raw))

    whole = sealed(json.dumps(post.reply()).encode(), people.member)
    mail = b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHello\r\n" + whole
    for name, raw in (
        ("reply.eml", mail),
        ("reply.txt", mail),
        ("reply.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)),
    ):
        assert "a whole e-mail" in given(name, raw)
    for name, raw in (("printed.pdf", b"%PDF-1.7\n%\xe2\xe3"), ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(99))):
        assert "a PDF or a picture" in given(name, raw)
    locked = gpg("--armor", "--pinentry-mode", "loopback", "--passphrase", "x", "--symmetric", data=b"{}")
    assert "a draft" in given(f"{asked}-{HOSPITAL}-draft.asc", locked)
    pasted = post.file(b"Dear Robin,\r\n\r\n" + whole.replace(b"\n", b"\r\n"), "pasted.txt", seal=lambda raw: raw)
    cdr("return", asked, HOSPITAL, "--from", pasted, "--yes", as_of=CAME)


OUTSIDE = {
    "winmail.dat": (b"\x78\x9f\x3e\x22" + bytes(40), "winmail.dat, into which Outlook"),
    "reply.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), "an archive"),
    "smime.p7m": (bytes.fromhex("3082010006092a864886f70d010703") + bytes(40), "S/MIME"),
    "smime.txt": (b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n", "S/MIME"),
    "IMG_0001.HEIC": (b"\0\0\0\x18ftypheic" + bytes(40), "a PDF or a picture"),
    "reply.rtf": (b"{\\rtf1\\ansi Hello}", "rich text"),
    "voice.m4a": (b"\0\0\0\x18ftypM4A " + bytes(40), "a recording"),
    "mail.html": (
        b"<html><head><title>RE: your request</title></head><body>Hello</body></html>",
        "a mail that was saved as a page",
    ),
    "mail.mht": (
        b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>",
        "a mail that was saved as a page",
    ),
    "empty.asc": (b"\r\n", "The file is empty"),
    "link.url": (b"[InternetShortcut]\r\nURL=https://trust.example/x\r\n", "a link to a file"),
    "._reply.asc": (b"\0\x05\x16\x07\0\x02\0\0" + bytes(40), "beside a file"),
    "reply.pub": (b"-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n", "a signature"),
}


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def test_a_wrong_kind_of_file_is_named_for_what_it_is(cdr: Shell, asked: str, post: Post, people: People) -> None:
    right = json.dumps(post.reply()).encode()
    more = {
        "key.asc": (gpg("--armor", "--export", people.member, data=b""), "a public key"),
        "key.gpg": (gpg("--export", people.member, data=b""), "a public key"),
        "signed.asc": (
            gpg("--armor", "--local-user", people.member, "--clearsign", data=right),
            "signed and not encrypted",
        ),
        "reply.zip": (zipped("reply.asc"), "an archive"),
        "table.xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), "a spreadsheet"),
        "reply.odt": (zipped("mimetype", "content.xml"), "OpenDocument"),
        "reply.pages": (zipped("Index/Document.iwa"), "Apple's"),
    }
    for name, (raw, words) in (OUTSIDE | more).items():
        said = post.refused(post.file(raw, name, seal=lambda raw: raw))
        assert words in said and "[REPLY-" in said, name
        assert words in post.refused(post.file(raw, "x.bin", seal=lambda raw: raw)), f"{name}, whatever it is called"


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "with a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "in UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "in UTF-16 of the other end": lambda raw: raw.decode().encode("utf-16-be"),
    "without its checksum": lambda raw: re.sub(rb"(?m)^=[^\n]{4}\n", b"", raw),
    "quoted in a mail": lambda raw: (
        b"Dear Robin,\r\n\r\n" + b"".join(b"> " + line + b"\r\n" for line in raw.split(b"\n"))
    ),
    "with headers and spaces behind": lambda raw: raw.replace(
        b"MESSAGE-----\n\n", b"MESSAGE-----  \nVersion: X 1.0\nComment: y\n\n"
    ).replace(b"\n", b" \n"),
    "with empty lines between": lambda raw: raw.replace(b"\n", b"\r\n\r\n"),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_intact_reply_opens_whatever_was_done_to_its_armour(cdr: Shell, asked: str, post: Post, way: str) -> None:
    whole = post.file(post.reply()).read_bytes()
    assert WAYS[way](whole) != whole
    cdr(
        "return",
        asked,
        HOSPITAL,
        "--from",
        post.file(WAYS[way](whole), "reply.asc", seal=lambda raw: raw),
        "--yes",
        as_of=CAME,
    )


def test_two_messages_in_one_file_are_not_guessed_between(cdr: Shell, asked: str, post: Post) -> None:
    whole = post.file(post.reply()).read_bytes()
    assert "[REPLY-DAMAGED]" in post.refused(post.file(whole + whole, seal=lambda raw: raw))


def test_a_reply_that_hides_its_recipients_opens_with_the_key_that_is_not_locked(
    cdr: Shell, asked: str, post: Post, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="cdr-", dir="/tmp") as folder:
        home = Path(folder) / "h"
        shutil.copytree(people.home, home, ignore=shutil.ignore_patterns("S.*"))
        locked = ("--pinentry-mode", "loopback", "--passphrase", "x")
        for name in ("Aa Locked", "Zz Locked"):
            subprocess.run(
                ["gpg", "--homedir", home, "--batch", "--quiet", *locked, "--quick-generate-key", f"{name} <{name[:2]}@locked.example>",
                 "future-default", "default", "1y"], check=True, capture_output=True,
            )  # fmt: skip
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)
        monkeypatch.setenv("GNUPGHOME", str(home))
        hidden = (
            "--armor",
            "--hidden-recipient",
            "aa@locked.example",
            "--hidden-recipient",
            people.member,
            "--hidden-recipient",
            "zz@locked.example",
        )
        reply = json.dumps(post.reply()).encode()
        try:
            for data, code in ((bytes(20 * 1024 * 1024), 65), (reply, 0)):
                path = post.file(data, seal=lambda raw: gpg(*hidden, "--encrypt", data=raw))
                answer = cdr("return", asked, HOSPITAL, "--from", path, "--yes", as_of=CAME, code=code)
                assert ("[REPLY-DAMAGED]" in answer.err) == (code == 65)
            only = gpg("--armor", "--hidden-recipient", "aa@locked.example", "--encrypt", data=reply)
            assert "your key is locked" in post.refused(post.file(only, seal=lambda raw: raw), POLICE)
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)


def test_what_is_too_large_is_not_read(cdr: Shell, asked: str, post: Post, people: People) -> None:
    large = post.folder / "large.asc"
    with large.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    assert "[REPLY-SIZE]" in post.refused(large)
    bomb = gpg(
        "--armor",
        "--compress-algo",
        "zlib",
        "-z",
        "9",
        "--recipient",
        people.member,
        "--encrypt",
        data=bytes(300 * 1024 * 1024),
    )
    assert len(bomb) < 1024 * 1024
    assert "[REPLY-DAMAGED]" in post.refused(post.file(bomb, seal=lambda raw: raw))
    answer = cdr("return", asked, HOSPITAL, "--from", "-", "--yes", stdin=b"x" * (3 * 1024 * 1024), as_of=CAME, code=65)
    assert "[REPLY-SIZE]" in answer.err


NO_JSON = [
        b"", b"null", b"[1]", b'"text"', b"{", b'{"schema": "cdr-reply/1"', b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}',
        b'{"a": 1, "a": 2}', b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"a": [' + b"1," * 50_000 + b"1]}", b"\xff\xfe{\x00}\x00",
        b'{"a": ' + b"9" * 6000 + b"}", b'{"a": 1} {"b": 2}',
]  # fmt: skip


def test_what_is_no_json_of_a_form_is_refused(post: Post) -> None:
    for raw in NO_JSON:
        assert "[REPLY-SHAPE]" in post.refused(post.file(raw)), raw[:40]


# ---- Word and YAML --------------------------------------------------------------------------------------------------

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"


def filled(
    raw: bytes, answers: dict[str, str], extra: dict[str, bytes] | None = None, main: Callable[[bytes], bytes] = bytes
) -> bytes:
    """A Word form with answers put into its controls as Word does it (lists and labels as they are shown)."""
    from lxml import etree

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                root: Any = etree.fromstring(data)
                left = set(answers)
                for control in root.iter(f"{{{W}}}sdt"):
                    properties = control.find(f"{{{W}}}sdtPr")
                    tag = properties.find(f"{{{W}}}tag").get(f"{{{W}}}val")
                    if tag in answers:
                        left.discard(tag)
                        _write(control, properties, answers[tag])
                assert left == set()
                data = main(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
            new.writestr(name, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def _write(control: Any, properties: Any, answer: str) -> None:
    from lxml import etree

    tick = properties.find(f"{{{W14}}}checkbox")
    if tick is not None:
        tick.find(f"{{{W14}}}checked").set(f"{{{W14}}}val", "1")
        return
    for empty in properties.findall(f"{{{W}}}showingPlcHdr"):
        properties.remove(empty)
    content = control.find(f"{{{W}}}sdtContent")
    for child in list(content):
        content.remove(child)
    run = etree.SubElement(content, f"{{{W}}}r")
    for number, line in enumerate(answer.split("\n")):
        if number:
            etree.SubElement(run, f"{{{W}}}br")
        etree.SubElement(run, f"{{{W}}}t").text = line


ANSWERS = {
    "response": "Full response", "identifying.family_name": "Testcase", "identifying.date_of_birth": "2 March 2025", "identifying.nhs_number": "999 000 0018",
    "contact.last": "09/01/2026", "circumstances.mode_of_death": "LABEL", "circumstances.narrative": "One.\nTwo: Ẹ̀bùn & <b>",
    "timeline.0.at": "9 January 2026 06:25",
    "timeline.0.event": "Arrived", "timeline.2.at": "2025-07-18", "timeline.2.event": "Seen", "child.gestation.weeks": "36", "child.weight_kg": "8.1",
    "circumstances.events_known#sudi_sudc": "x", "completed_by.name": "Dr Priya Raman", "completed_by.role": "Consultant", "completed_on": "20 January 2026",
    "records_searched": "EPR\nPaper notes", "sudden_unexpected_death.recent_illness": "Cold for two days",
}  # fmt: skip


@pytest.fixture
def word(cdr: Shell, asked: str, tmp_path: Path) -> bytes:
    cdr("form", asked, HOSPITAL, "-o", tmp_path / "form.docx", as_of=ASKED)
    return (tmp_path / "form.docx").read_bytes()


def answers() -> dict[str, str]:
    from cdr.forms.codelists import code_list

    labels = {
        "response": code_list("response_type").label("full"),
        "circumstances.mode_of_death": code_list("mode_of_death").label("found_dead_collapsed"),
    }
    return {**ANSWERS, **labels}


def test_a_word_form_comes_back(cdr: Shell, asked: str, post: Post, word: bytes) -> None:
    path = post.file(filled(word, answers()), "back.docx", seal=lambda raw: raw)
    cdr("return", asked, HOSPITAL, "--from", path, as_of=CAME, code=2)
    answer = cdr("return", asked, HOSPITAL, "--from", path, "--yes", "--json", as_of=CAME)
    assert answer.json["received"]["how"] == "docx"
    kept = returns(cdr, asked)["return-01"]
    assert "request" not in kept and kept["case"] == asked
    assert kept["identifying"] == {"family_name": "Testcase", "date_of_birth": "2025-03-02", "nhs_number": "9990000018"}
    assert kept["circumstances"] == {
        "mode_of_death": "found_dead_collapsed",
        "narrative": "One.\nTwo: Ẹ̀bùn & <b>",
        "events_known": ["sudi_sudc"],
    }
    assert kept["timeline"] == [{"at": "2026-01-09T06:25", "event": "Arrived"}, {"at": "2025-07-18", "event": "Seen"}]
    assert kept["child"] == {"gestation": {"weeks": 36}, "weight_kg": 8.1} and kept["records_searched"] == [
        "EPR",
        "Paper notes",
    ]
    assert kept["supplementary"] == [
        {"type": "sudden_unexpected_death", "answers": {"recent_illness": "Cold for two days"}}
    ]


def _relation(target: str, kind: str = "image") -> dict[str, bytes]:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="r1" Type="{kinds}/{kind}" Target="{target}" TargetMode="External"/>'
    spaces = "http://schemas.openxmlformats.org/package/2006/relationships"
    text = f'<?xml version="1.0"?><Relationships xmlns="{spaces}">{one}</Relationships>'
    return {"word/_rels/footer9.xml.rels": text.encode()}


DTD = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document'


def test_word_documents_that_do_more_than_hold_text_are_refused(
    cdr: Shell, asked: str, post: Post, word: bytes
) -> None:
    def back(raw: bytes) -> str:
        return post.refused(post.file(raw, "back.docx", seal=lambda raw: raw))

    said = answers()
    assert "macros" in back(filled(word, said, {"word/vbaProject.bin": b"x"}))
    assert "macros" in back(filled(word, said, {"word/embeddings/a.bin": b"x"}))
    assert "[WORD-SAFE]" in back(filled(word, said, _relation("http://evil.example/x.png")))
    assert "[WORD-SAFE]" in back(filled(word, said, _relation("file:///x.dotm", "attachedTemplate")))
    assert "document type" in back(filled(word, said, main=lambda xml: xml.replace(b"<w:document", DTD, 1)))
    assert "far more" in back(filled(word, said, {"word/media/x.bin": bytes(40 * 1024 * 1024)}))
    assert "far more" in back(filled(word, said, {f"word/{n}.xml": b"x" for n in range(600)}))
    twice = filled(word, said, main=lambda xml: xml.replace(b'w:val="completed_by.role"', b'w:val="completed_by.name"'))
    assert "twice" in back(twice)
    assert "password" in back(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert "[WORD-SHAPE]" in back(b"not a zip at all")
    assert "[WORD-SHAPE]" in back(word[: len(word) // 2])
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "[WORD-SHAPE]" in back(empty.getvalue())
    assert "[B-25]" in back(filled(word, {**said, "request": "0" * 32}))
    assert "[B-25]" in back(
        filled(word, said, main=lambda xml: xml.replace(b'w:tag w:val="request"', b'w:tag w:val="mine"'))
    )
    assert "[B-27]" in back(filled(word, {**said, "completed_on": "2026-01-21"}))
    assert "[CASE-01]" in back(filled(word, {**said, "case": "2026-ZZZZ"}))
    assert "[B-01]" in back(filled(word, {**said, "agency": POLICE}))
    assert "[SCHEMA-CODE]" in back(filled(word, {**said, "circumstances.mode_of_death": "Struck by lightning"}))


def test_a_link_in_word_that_only_waits_to_be_clicked_is_no_harm(
    cdr: Shell, asked: str, post: Post, word: bytes
) -> None:
    raw = filled(word, answers(), _relation("mailto:a@b.example", "hyperlink"))
    cdr("return", asked, HOSPITAL, "--from", post.file(raw, "back.docx", seal=lambda raw: raw), "--yes", as_of=CAME)


def test_a_text_form_comes_back_with_its_number(cdr: Shell, asked: str, post: Post) -> None:
    path = post.folder / "form.yaml"
    cdr("form", asked, HOSPITAL, "-o", path, as_of=ASKED)
    empty = path.read_text("utf-8")
    assert "SCHEMA-REQUIRED" in post.refused(path)
    full = empty.replace("response:\n", "response: full\n", 1)
    full = re.sub(r"^(completed_by:\n(?:  ##.*\n)*  name:)$", r"\1 Dr Priya Raman", full, flags=re.MULTILINE)
    full = re.sub(r"^completed_on:$", "completed_on: 2026-01-20", full, flags=re.M)
    full = full.replace("  # narrative:\n", "  narrative: Brought by ambulance\n").replace(
        "  # family_name:\n", "  family_name: Testcase\n"
    )
    nonce = ledger(cdr, asked)[HOSPITAL]["form"]["nonce"]
    path.write_text(full.replace(nonce, "f" * 32), "utf-8")
    assert "[B-25]" in post.refused(path)
    path.write_text(full, "utf-8")
    answer = cdr("return", asked, HOSPITAL, "--from", path, "--json", as_of=CAME)
    kept = returns(cdr, asked)["return-01"]
    assert answer.json["received"]["how"] == "yaml" and "request" not in kept
    assert kept["circumstances"] == {"narrative": "Brought by ambulance"}


@pytest.mark.parametrize("agency", ["northtown-maternity", POLICE, "northtown-academy"])
def test_every_line_of_a_text_form_is_a_field_once_its_mark_is_taken_away(
    cdr: Shell, sudi: str, tmp_path: Path, agency: str
) -> None:
    cdr("request", sudi, agency, as_of=ASKED)
    cdr("form", sudi, agency, "-o", tmp_path / "form.yaml", as_of=ASKED)
    text = (tmp_path / "form.yaml").read_text("utf-8")
    bare = re.sub(r"^(\s*)# (?!#)", r"\1", text, flags=re.M)
    source = codec.read_source(bare.encode(), "form")
    data = schema.coerce(source.data, "form-b/1")
    unknown = [p for p in schema.problems(data, "form-b/1") if p.rule == "SCHEMA-UNKNOWN"]
    assert unknown == []
    assert len(source.data["supplementary"]) == 18 and {"at", "event"} <= source.data["timeline"][0].keys()


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
