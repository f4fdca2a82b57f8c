"""What is given to whoever has a right to it: one file that gpg and tar open, with its authority, its hashes, and what it lacks."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

from conftest import EXAMPLES, People, Shell
from store.hands import gpg

ORDER = b"Order of the coroner for Northshire, number 12 of 2026; decided by the data protection officer."


def opened(plain: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        return {one.name.partition("/")[2]: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def test_a_bundle_for_an_office_and_one_for_a_key(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-12")
    form_b = EXAMPLES / "form-b-police.yaml"
    cdr("return", sudi, "northshire-police", "--from", form_b, as_of="2026-06-01")
    (tmp_path / "notes.txt").write_text("A note.")
    cdr("attach", sudi, tmp_path / "notes.txt", "--kind", "other")
    made = tmp_path / "bundle.asc"
    answer = cdr("disclose", sudi, "--for", "coroner", "--from", "-", "-o", made, "--json", stdin=ORDER)
    told = answer.json["passphrase"]
    assert len(told.split()) == 6 and answer.json["sha256"] == hashlib.sha256(made.read_bytes()).hexdigest()
    for way in (["--passphrase", told], []):  # the pass-phrase; and the key of whoever made it
        plain = gpg(people.home if not way else people.stranger_home, *way, "-d", data=made.read_bytes())
        files = opened(plain)
    assert {
        "MANIFEST.txt",
        "manifest.json",
        "readable.txt",
        "notification.yaml",
        "return-01.yaml",
        "attachment-01.txt",
    } == files.keys()
    manifest = json.loads(files["manifest.json"])
    assert manifest["authority"].encode() == ORDER and manifest["to"] == "coroner"
    hashes = {one["name"]: one["sha256"] for one in manifest["files"]}
    assert hashes == {
        name: hashlib.sha256(data).hexdigest()
        for name, data in files.items()
        if name.casefold().partition(".")[0] != "manifest"
    }
    assert all(f"{digest}  {name}".encode() in files["MANIFEST.txt"] for name, digest in hashes.items())
    assert {"case", "requests"} <= {one["name"] for one in manifest["left_out"]} <= {"case", "requests", "prompts"}
    assert b"What the record holds and is not here" in files["MANIFEST.txt"] and b"Amara" in files["readable.txt"]
    assert "coroner" in cdr("audit", "--reads").out and "coroner" not in cdr("audit", "--json").out
    told_of = cdr("show", sudi).out
    assert "to coroner, by " in told_of and "number 12 of 2026" in told_of and "left out: case, " in told_of
    assert "coroner" in cdr("show", sudi, "--json").out and cdr("verify", "--json").json["findings"] == []

    again = cdr(
        "disclose", sudi, "--for", people.second, "--leave-out", "return-01", "--from", "-", "-o", made, stdin=ORDER
    )
    assert again.out == "" and "left out: return-01" in again.err
    assert "return-01.yaml" not in opened(gpg(people.second_home, "-d", data=made.read_bytes()))
    cdr("disclose", sudi, "--for", people.second, "--all", "--from", "-", "-o", made, stdin=ORDER)
    everything = opened(gpg(people.second_home, "-d", data=made.read_bytes()))
    assert {"case.yaml", "requests.yaml"} <= everything.keys()
    assert json.loads(everything["manifest.json"])["left_out"] == []
    cdr(
        "disclose",
        sudi,
        "--for",
        "coroner",
        "--leave-out",
        "return-07",
        "--from",
        "-",
        "-o",
        made,
        stdin=ORDER,
        code=66,
    )
    cdr("disclose", sudi, "--for", "coroner", "--from", "-", "-o", made, stdin=b" ", code=65)
    cdr("disclose", sudi, "--for", "coroner", "--from", "-", "-o", tmp_path / "no" / "such", stdin=ORDER, code=66)
