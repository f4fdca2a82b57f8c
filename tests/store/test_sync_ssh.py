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
from conftest import People, Shell, run
from store.hands import git, head, program

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
