"""The same exchange over ssh, with a real sshd on this machine: nothing is asked, and what keeps it from working is told."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import git, head, on_the_path, program
from store.test_erasing import _files_of, _held
from store.test_sync import Hand

SSHD = "/usr/sbin/sshd"


def _missing() -> bool:
    missing = not (Path(SSHD).exists() and shutil.which("ssh"))
    assert not (missing and os.environ.get("CDR_TOOLS") == "required"), "openssh-server is not installed"
    return missing


pytestmark = pytest.mark.skipif(_missing(), reason="openssh-server is not installed")


@dataclass(frozen=True)
class Server:
    """A machine that ssh reaches: its port, and the folder with the bare repository."""

    port: int
    bare: Path
    options: Path

    @property
    def url(self) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{self.bare}"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    there = tmp_path / "server"
    there.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(there / name)], check=True)
    port = _free_port()
    host = (there / "host.pub").read_text().split()[:2]
    (there / "known").write_text(f"[127.0.0.1]:{port} {' '.join(host)}\n")
    (there / "sshd").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {there}/host\nAuthorizedKeysFile {there}/user.pub\nPidFile none\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
    )
    (there / "options").write_text(
        f"IdentityFile {there}/user\nIdentitiesOnly yes\nUserKnownHostsFile {there}/known\nStrictHostKeyChecking yes\n"
    )
    bare = there / "cdr.git"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", str(bare)], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with (there / "log").open("wb") as log:
        daemon = subprocess.Popen([SSHD, "-D", "-e", "-f", str(there / "sshd")], stderr=log)
    try:
        _await(port)
        with program(tmp_path / "bin", "ssh", f'exec REAL -F {there}/options "$@"'):
            yield Server(port, bare, there / "options")
    finally:
        daemon.terminate()
        daemon.wait()


def _await(port: int) -> None:
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("sshd did not start")


def test_two_machines_over_ssh(
    cdr: Shell, sudi: str, people: People, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cdr("sync", server.url, "--json").json["sent"] == 2
    with monkeypatch.context() as patch:
        patch.setenv("GIT_SSH_COMMAND", f"ssh -F {server.options}")
        git(tmp_path, "clone", "-q", str(server.bare), str(tmp_path / "sam"))
    git(tmp_path / "sam", "config", "remote.origin.url", server.url)
    with monkeypatch.context() as patch:
        patch.setenv("GNUPGHOME", people.second_home)
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "sam.state"))
        sam = Shell(tmp_path / "sam", "2026-01-20")
        sam("verify", "--root", people.member)
        sam("milestone", sudi, "ncmd_told", "--on", "2026-01-12")
        assert sam("sync", "--json").json["sent"] == 1
    cdr("milestone", sudi, "support_offered", "--on", "2026-01-12", as_of="2026-01-20")
    assert cdr("sync", "--json").json["received"] == 1
    assert git(server.bare, "rev-parse", "main") == head(cdr.store)
    assert cdr("verify", "--json").json["findings"] == []


def test_what_keeps_it_from_working_is_told(cdr: Shell, sudi: str, server: Server) -> None:
    before = server.options.read_text()
    server.options.write_text(before.replace("IdentityFile", "#IdentityFile"))
    assert "did not let you in" in cdr("sync", server.url, code=75).err
    server.options.write_text(before.replace("/known", "/nobody"))
    assert "does not know the machine" in cdr("sync", server.url, code=75).err
    server.options.write_text(before)
    assert "no repository" in cdr("sync", server.url + "-wrong", code=66).err
    assert cdr("sync", f"ssh://127.0.0.1:{_free_port()}/cdr.git", code=75)
    assert run(["--store", str(cdr.store), "sync", server.url]).code == 0


def test_a_case_is_erased_over_ssh_and_new_machines_start_from_there(
    cdr: Shell, sudi: str, people: People, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/server.md sets it up: both hooks, and filters. Nobody's hand is needed on the server."""
    monkeypatch.setenv("PATH", os.environ["PATH"])
    on_the_path(tmp_path / "programs")
    for name, more in (("pre-receive", ""), ("post-receive", "--done ")):
        hook = server.bare / "hooks" / name
        hook.write_text(
            f"#!/bin/sh\nexport XDG_STATE_HOME={tmp_path}/server.state PATH={os.environ['PATH']}\n"
            f"exec cdr check-push {more}--root {people.member}\n"
        )
        hook.chmod(0o700)
    robin = Hand(people.home, tmp_path / "state", cdr.store)
    sam, late = (Hand(people.second_home, tmp_path / f"{name}.state", tmp_path / name) for name in ("sam", "late"))
    robin("sync", server.url)
    for hand in (sam, late):
        hand("restore", server.url, hand.store, "--root", people.member)
    other = sam("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2027-01-21").out.strip()
    sam("sync")
    robin("sync")
    robin("milestone", sudi, "ncmd_told", "--on", "2026-01-12")  # which `late` has not seen when it is gone
    robin("erase", sudi, "--because", "order")
    robin("sync")
    sam("sync")
    assert sam("erase", sudi, "--json").json["destroyed"]
    files = _files_of(sam.store, sudi)
    assert not _held(server.bare, files) and not _held(sam.store, files)

    new = Hand(people.second_home, tmp_path / "new.state", tmp_path / "new")
    told = new("restore", server.url, new.store, "--root", people.member, code=75).err
    assert "uploadpack.allowFilter" in told and not new.store.exists()
    assert "uploadpack.allowFilter" in late("sync", code=75).err
    git(server.bare, "config", "uploadpack.allowFilter", "true")
    # ssh passes on no version of git's protocol unless a machine is told to, and the old one hands out no file by its name
    assert "uploadpack.allowAnySHA1InWant" in late("sync", code=75).err
    git(server.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    new("restore", server.url, new.store, "--root", people.member)
    for hand in (robin, late, new):
        assert hand("sync", "--json").json["erased"] == [sudi]
        assert not _held(hand.store, files) and [one["case"] for one in hand("list", "--json").json["cases"]] == [other]
        hand.verified()
    new("milestone", other, "ncmd_told", "--on", "2027-01-22", as_of="2027-01-22")
    assert new("sync", "--json").json["sent"] == 1 and late("sync", "--json").json["received"] == 1
