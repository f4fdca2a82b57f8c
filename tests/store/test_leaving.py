"""Leaving again: with git, gpg and a member's key alone everything opens, and a case goes to somebody else as a folder with an index."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path

from conftest import EXAMPLES, People, Shell
from store.hands import git, gpg

FILE = b"%PDF- an invented scan"


def test_every_document_and_revision_opens_with_git_and_gpg_alone(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-12")
    cdr("return", sudi, "northshire-police", "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-06-01")
    cdr("contact", sudi, "--from", "-", stdin=b"A call.", as_of="2026-06-02")
    (tmp_path / "scan.pdf").write_bytes(FILE)
    cdr("attach", sudi, tmp_path / "scan.pdf", "--kind", "other", as_of="2026-06-02")
    bundle = tmp_path / "case.asc"
    cdr("disclose", sudi, "--for", people.member, "--all", "--from", "-", "-o", bundle, stdin=b"Handed over.")

    copy = tmp_path / "copy"
    git(tmp_path, "clone", "-q", str(cdr.store), str(copy))
    listed = git(copy, "log", "--all", "--pretty=format:%H", "--name-only", "--diff-filter=AM").split("\n\n")
    parts = [part.splitlines() for part in listed if part]
    revisions = [(part[0], path) for part in parts for path in part[1:] if path.endswith(".gpg")]
    documents = {path for _, path in revisions}
    assert len(documents) >= 6 and len(revisions) > len(documents)
    for commit, path in revisions:
        shown = subprocess.run(["git", "-C", copy, "show", f"{commit}:{path}"], capture_output=True, check=True)
        plain = gpg(people.home, "-d", data=shown.stdout)
        assert FILE in plain if "attachment" in path else b"schema" in plain, path

    with tarfile.open(fileobj=io.BytesIO(gpg(people.home, "-d", data=bundle.read_bytes()))) as tar:
        files = {one.name.partition("/")[2]: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    index = json.loads(files["manifest.json"])
    assert index["left_out"] == [] and FILE in files.values()
    assert {one["name"] for one in index["files"]} | {"MANIFEST.txt", "manifest.json", "readable.txt"} == files.keys()
    assert all(hashlib.sha256(files[one["name"]]).hexdigest() == one["sha256"] for one in index["files"])
    kept = {path.name.removesuffix(".gpg") for path in (copy / "cases" / sudi).iterdir()}
    assert {name for name in kept if name.endswith(".yaml")} <= files.keys() | {"prompts.yaml"}
