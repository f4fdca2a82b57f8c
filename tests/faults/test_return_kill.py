"""Asking, answering, sending back and locking a form anew, with a fault at every step: the store stands before or after."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from cli.agency_replies import AGENCIES, Post, example, ledger
from conftest import EXAMPLES, People, Shell, many, run
from faults.test_fault_points import Killed, failing
from store.hands import findings, git, head

HOSPITAL, POLICE = AGENCIES[0], AGENCIES[3]
DAY = "2026-01-20"


@pytest.fixture
def asked(cdr: Shell, sudi: str, tmp_path: Path) -> str:
    """One agency is asked, and one has sent a return that is not whole."""
    cdr("request", sudi, HOSPITAL, POLICE, as_of="2026-01-09")
    thin = (
        (EXAMPLES / "form-b-police.yaml")
        .read_text("utf-8")
        .replace("completed_on: 2026-02-03", "completed_on: 2026-01-19")
    )
    (tmp_path / "thin.yaml").write_text(thin, "utf-8")
    cdr("return", sudi, POLICE, "--from", tmp_path / "thin.yaml", as_of="2026-01-19")
    for name in ("store", "state"):
        shutil.copytree(tmp_path / name, tmp_path / f"{name}-before", symlinks=True)
    return sudi


def _as_before(folder: Path) -> None:
    for name in ("store", "state"):
        shutil.rmtree(folder / name)
        shutil.copytree(folder / f"{name}-before", folder / name, symlinks=True)


@pytest.mark.parametrize(
    ("mode", "every", "start"), [("killed before", 29, 5), ("killed after", 29, 4), ("full", 17, 1)]
)
@pytest.mark.parametrize("step", ["request", "return", "form", "bounce"])
def test_every_point(
    cdr: Shell, asked: str, people: People, tmp_path: Path, step: str, mode: str, every: int, start: int
) -> None:
    post, written = Post(cdr, asked, people, tmp_path), tmp_path / "form.html"
    reply = post.file(post.reply(body=example()))
    command = {
        "request": ["request", asked, "regional-ambulance"],
        "return": ["return", asked, HOSPITAL, "--from", str(reply), "--yes"],
        "form": ["form", asked, HOSPITAL, "-o", str(written), "--new-passphrase"],
        "bounce": ["bounce", asked, POLICE],
    }[step]
    told = ["--store", str(cdr.store), "--as-of", DAY, *command]
    before, waiting = head(cdr.store), sorted((cdr.store / "outbox").iterdir())
    for at in range(start, 400, max(1, every // many(1))):  # all of them with `make fuzz`
        _as_before(tmp_path)
        written.unlink(missing_ok=True)
        code: int | None = None
        with failing(at, mode) as fault, suppress(Killed):
            code = run(told).code
        now = head(cdr.store)
        assert now == before or git(cdr.store, "rev-parse", "HEAD^") == before
        if mode == "full":
            assert code in (0, 73, 74, 75) and (code in (0, 73)) == (now != before), f"{code} at {at}"
            if now == before:
                assert sorted((cdr.store / "outbox").iterdir()) == waiting, f"a message that nobody recorded, at {at}"
        cdr("list", as_of=DAY)
        assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == "", f"after {at}"
        if now == before:
            assert run(told).code == 0, f"again, after {at}"
        if fault.count < at:
            assert code == 0
            break
    assert at > 20 and findings(cdr, code=0) == set()
    if step == "form":  # the answers to the form that went out first are still taken in
        assert ledger(cdr, asked)[HOSPITAL]["form"]["nonce"].encode() in written.read_bytes()
        cdr("return", asked, HOSPITAL, "--from", reply, "--yes", as_of=DAY)
