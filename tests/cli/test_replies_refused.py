"""Replies that are not taken in: what is not the answer, cannot be opened, is something else, or is too large."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.agency_replies import CAME, HOSPITAL, POLICE, Post, example, gpg, sealed
from conftest import EXAMPLES, People, Shell


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
