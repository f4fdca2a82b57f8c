"""A folder that somebody else prepared: other bytes under an id, pipes, what has no end, and how much of everything is read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import document, findings, git, head, unchanged
from store.prepared import SECRET, git_object, pend

from cdr.documents.letters import wording_check
from cdr.store import git_locks


# ---- bytes ---------------------------------------------------------------------------------------------------------
def swapped(store: Path, id_: str, raw: bytes, kind: str = "blob") -> None:
    """Other bytes under an object's id: git reads them without a word."""
    loose = store / ".git" / "objects" / id_[:2] / id_[2:]
    loose.chmod(0o600)
    loose.write_bytes(zlib.compress(f"{kind} {len(raw)}\0".encode() + raw))


@pytest.mark.hurt
def test_other_bytes_under_the_same_id(cdr: Shell, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"cases/{asked}/requests.yaml.gpg"
    cdr("return", asked, "northshire-police", "--nil", as_of="2026-01-10")
    now, before = git(cdr.store, "rev-parse", f"HEAD:{path}"), git(cdr.store, "rev-parse", f"HEAD~1:{path}")
    old = subprocess.run(["git", "-C", cdr.store, "cat-file", "blob", before], capture_output=True, check=True).stdout
    swapped(cdr.store, now, old)
    assert git(cdr.store, "cat-file", "-s", now) == str(len(old))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "empty"))
    with unchanged(cdr.store):
        cdr("show", asked, code=76)
        assert f"the case {asked} is left out" in cdr("list", code=1).err
    there = (cdr.store / path).read_bytes()
    (cdr.store / path).unlink()
    assert "new clone" in cdr("verify", code=1).out
    assert "new clone" in cdr("verify", "--repair", code=76).err  # and not an older revision in its place
    (cdr.store / path).write_bytes(there)  # what the folder still has is given back to the repository
    assert f"Put back: {path}" in cdr("verify", "--repair").err
    assert git(cdr.store, "cat-file", "-s", now) == str(len(there))
    cdr("show", asked)


@pytest.mark.hurt
@pytest.mark.parametrize("which", ["commit", "tree"])
def test_another_commit_or_tree_under_the_same_id(cdr: Shell, asked: str, which: str) -> None:
    what = {"commit": "{}", "tree": "{}^{{tree}}"}[which]
    now, before = (git(cdr.store, "rev-parse", what.format(commit)) for commit in ("HEAD", "HEAD~1"))
    old = subprocess.run(["git", "-C", cdr.store, "cat-file", which, before], capture_output=True, check=True).stdout
    swapped(cdr.store, now, old, which)
    cdr("show", asked, code=76)
    cdr("list", code=76)
    assert cdr("verify", code=1).out


@pytest.mark.hurt
@pytest.mark.parametrize("path", ["config", "shallow", "info/attributes", "objects/info/commit-graph", "cdr-mail.lock"])
def test_a_pipe_in_place_of_a_file_holds_nothing_up(cdr: Shell, asked: str, path: str) -> None:
    pipe = cdr.store / ".git" / path
    pipe.parent.mkdir(exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    cdr("list")
    cdr("show", asked)
    cdr("verify")
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")


@pytest.mark.hurt
@pytest.mark.parametrize(
    ("path", "reading"),
    [("packed-refs", 0), ("index", 0), ("objects/info/alternates", 78), ("HEAD", 78), ("cdr-pending", 0)],
)
def test_a_pipe_in_place_of_a_file_that_matters_is_told(cdr: Shell, asked: str, path: str, reading: int) -> None:
    pipe = cdr.store / ".git" / path
    pipe.parent.mkdir(exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    cdr("list", code=reading)
    cdr("show", asked, code=reading)
    cdr("verify", code=1 if reading else 0)
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=0 if path == "cdr-pending" else reading or 78)


@contextmanager
def ends_soon(seconds: int = 120) -> Iterator[None]:
    """What waits for ever is ended here, and not by whoever runs the tests."""

    def over(number: int, frame: object) -> None:
        raise AssertionError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _put(place: Path, what: str) -> None:
    """Something in place of a file that is no such file, or has no end."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(place)
    elif what == "link":
        place.symlink_to("/dev/zero")
    else:
        with place.open("wb") as stream:
            stream.truncate(1 << 40)  # nearly nothing on the disk, and more than any memory


@pytest.mark.hurt
@pytest.mark.parametrize("what", ["pipe", "link", "large"])
@pytest.mark.parametrize(
    "name",
    [
        ".git/cdr-pending",
        ".git/index",
        ".git/index.lock",
        ".git/refs/heads/main.lock",
        "CASE",
        "templates/letters/x.txt",
        "cdr.yaml",
    ],
)
def test_what_has_no_end_is_not_waited_for(
    cdr: Shell, asked: str, monkeypatch: pytest.MonkeyPatch, name: str, what: str
) -> None:
    real = git_locks._until
    monkeypatch.setattr(git_locks, "_until", lambda is_done, locks, wait: real(is_done, locks, 0.2))
    place = document(cdr.store, asked, "requests") if name == "CASE" else cdr.store / name
    with ends_soon():
        if name != ".git/cdr-pending":
            pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
        _put(place, what)
        cdr("list")
        ended = {command: run(["--store", str(cdr.store), command]) for command in ("verify", "doctor", "list")}
        assert ended["list"].code == 0 and {one.code for one in ended.values()} <= {0, 1}
        if name.endswith(("cdr.yaml", "x.txt")):
            assert f"{place} is not there, may not be read, or is no plain file" in ended["doctor"].out
        if name.endswith(".lock"):
            assert str(place) in cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=75).err


@pytest.mark.hurt
def test_a_list_of_other_folders_without_end(cdr: Shell, asked: str) -> None:
    _put(cdr.store / ".git" / "objects" / "info" / "alternates", "large")
    with ends_soon():
        assert "alternates is too large" in cdr("list", code=76).err


@pytest.mark.hurt
@pytest.mark.parametrize("command", ["list", "verify", "doctor", "milestone"])
@pytest.mark.parametrize(
    "says", ["gitdir: a\0b", "gitdir: " + "a/" * 2500, "gitdir: loop", "a\0b", "loop", "a/" * 2500, "branch"]
)
def test_a_repository_that_is_said_to_be_nowhere(cdr: Shell, asked: str, command: str, says: str) -> None:
    own = cdr.store / ".git"
    if says == "branch":
        (own / "HEAD").write_text(f"ref: refs/heads/{'a' * 5000}\n")
    elif says.startswith("gitdir"):
        shutil.move(own, cdr.store / "kept")
        own.write_text(says)
        (cdr.store / "loop").symlink_to("loop")
    else:
        (own / "loop").symlink_to("loop")
        (own / "commondir").write_text(says)
    answer = run(["--store", str(cdr.store), command, *([asked, "ncmd_told"] if command == "milestone" else [])])
    assert answer.code == {"verify": 1, "doctor": 1}.get(command, 78) or (command, answer.code) == ("verify", 78)
    assert "a" * 500 not in answer.out + answer.err and "a/" * 250 not in answer.out + answer.err


def _down(folder: Path, name: str = "d", levels: int = 1200) -> None:
    """A file, so many folders down."""
    folder.mkdir(parents=True, exist_ok=True)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        here, above = os.open(name, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.fixture
def deep(cdr: Shell) -> Iterator[Shell]:
    """A store whose folder is taken away by a program that can: other tests' folders are kept for a while."""
    yield cdr
    subprocess.run(["rm", "-rf", str(cdr.store)], check=True)


@pytest.mark.hurt
@pytest.mark.parametrize(
    ("where", "name"),
    [("cases", "d"), ("", "d"), ("", "d" * 200), (".git/objects", "d"), (".git/.cdr-a0b1_c2d.part", "d")],
)
def test_folders_below_each_other_without_end(deep: Shell, asked: str, where: str, name: str) -> None:
    _down(deep.store / where, name)
    if where == ".git/objects":
        blob = git(deep.store, "rev-parse", "HEAD^{tree}")
        loose = deep.store / ".git" / "objects" / blob[:2] / blob[2:]
        loose.chmod(0o600)
        loose.write_bytes(b"x")
    deep("list", code=76 if where == ".git/objects" else 0)
    found = findings(deep, code=0 if "part" in where else 1)
    assert where.startswith(".git") or ("work-tree", "") in found


@pytest.mark.hurt
def test_folders_below_each_other_that_were_recorded(cdr: Shell, asked: str, people: People) -> None:
    mode, id_ = "100644", git(cdr.store, "hash-object", "-w", "--stdin", data=b"x")
    for _ in range(1200):
        id_ = git(cdr.store, "mktree", data=f"{mode} {'tree' if mode == '040000' else 'blob'} {id_}\td\n".encode())
        mode = "040000"
    git(cdr.store, "read-tree", "--prefix=cases/deep/", id_)
    git(cdr.store, "commit", "-q", f"-S{people.member}", "-m", "by hand", home=people.home)
    cdr("list")
    assert {"file-name", "work-tree"} <= {check for check, _ in findings(cdr)}


# ---- trust ---------------------------------------------------------------------------------------------------------
@pytest.mark.hurt
def test_a_folder_does_not_say_of_itself_that_it_was_accepted(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(cdr.store, "config", "cdr.root", people.member)
    git(cdr.store, "config", "cdr.store", git(cdr.store, "rev-list", "--max-parents=0", "HEAD"))
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    with unchanged(cdr.store):
        cdr("list", code=76)
    cdr("verify", "--root", people.member)
    cdr("list")


def test_where_a_store_begins_is_not_what_its_settings_say(cdr: Shell, asked: str) -> None:
    git(cdr.store, "config", "cdr.store", head(cdr.store))
    cdr("show", asked)
    assert findings(cdr, code=0) == set()
    assert document(cdr.store, asked).exists()


# ---- how much ------------------------------------------------------------------------------------------------------

# Its own peak since it was started, and that of the programs that it started in turn.
MEASURED = """
import re, resource, sys
from pathlib import Path
from cdr import cli
code = cli.run(sys.argv[1:])
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
sys.stderr.write(f"{max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024}")
sys.exit(code)
"""


MOST_MEGABYTES = 150


def in_little_memory(store: Path, *words: str, code: int) -> str:
    """What a command says, of which no process needed much memory."""
    command = [sys.executable, "-c", MEASURED, "--store", str(store), *words]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=120)
    talk, _, megabytes = done.stderr.rpartition("\n")
    assert done.returncode == code, done.stderr
    assert int(megabytes) < MOST_MEGABYTES
    return done.stdout + talk


def _many_files(folder: bytes) -> bytes:
    """A folder of 64 MB that packs well."""
    return b"".join(b"100644 %s%07d\0" % (folder, number) + bytes(19) + b"x" for number in range(1_800_000))


@pytest.mark.parametrize("what", ["registry of nothing", "registry of lists", "one key for all", "folders", "members"])
def test_a_strangers_store_takes_little_memory(
    people: People, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Refused before it is unpacked: nobody has said that it is to be trusted."""
    store = tmp_path / "theirs"
    monkeypatch.setenv("GNUPGHOME", people.stranger_home)
    assert run(["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.stranger]).code == 0
    registry = store / "keys" / "registry.yaml"
    if what == "registry of nothing":
        os.truncate(registry, 200_000_000)
    elif what == "registry of lists":
        registry.write_bytes(b"- []\n" * 4_000_000)
    elif what == "members":
        registry.write_bytes(b"members:\n" + b"- {fingerprint: x, name: x, since: x}\n" * 5_000 + b"chasers: []\n")
    elif what == "one key for all":
        others = [f"{number:040X}" for number in range(4)]
        lines = "".join(f'- fingerprint: "{one}"\n  name: x\n  since: "2026-01-01"\n' for one in others)
        registry.write_text(registry.read_text().replace("members:\n", f"members:\n{lines}"))
        for one in others:
            (store / "keys" / f"{one}.asc").touch()
            os.truncate(store / "keys" / f"{one}.asc", 100_000_000)
    if what == "folders":
        raw = subprocess.run(
            ["git", "-C", store, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True
        ).stdout
        ids = [git_object(store, "tree", _many_files(name)) for name in (b"a", b"b")]
        tree = git_object(
            store,
            "tree",
            raw + b"".join(b"40000 zz%d\0" % number + bytes.fromhex(id_) for number, id_ in enumerate(ids)),
        )
        git(
            store,
            "update-ref",
            "refs/heads/main",
            git(store, "commit-tree", tree, "-p", "HEAD", f"-S{people.stranger}", "-m", "x"),
        )
    else:
        git(store, "add", "-A")
        git(store, "commit", "-q", "--amend", f"-S{people.stranger}", "-m", "cdr: init", home=people.stranger_home)
    for command in (["list"], ["verify", "--root", people.stranger]):
        monkeypatch.setenv("GNUPGHOME", people.home)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
        said = in_little_memory(store, *command, code=1 if command[0] == "verify" else 76)
        if what != "folders":
            assert "too large" in said or "is damaged" in said
        elif command[0] == "verify":
            assert "too large for a folder of a store" in said


@pytest.mark.hurt
def test_doctor_fills_in_no_wording_of_a_store_that_was_not_accepted(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = cdr.store / "templates" / "letters"
    letters.mkdir(parents=True, exist_ok=True)
    (letters / "condolence.txt").write_text("{{ not.a.field }}\n")
    assert "templates/letters/condolence.txt" in cdr("doctor", code=1).out
    monkeypatch.setattr(wording_check, "problems", lambda *_: pytest.fail("it is filled in"))
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    said = cdr("doctor", code=1).out
    assert "templates/letters" not in said and "has not been checked here yet" in said


@pytest.mark.hurt
def test_doctor_reads_no_wording_from_behind_a_link(cdr: Shell, asked: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(SECRET)
    letters = cdr.store / "templates" / "letters"
    (letters / "condolence.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(letters / "signature.txt")
    (letters / "who-to-ask.txt").write_bytes(b"x" * 2_000_000)
    said = cdr("doctor", code=1).out
    assert said.count("is no plain file of at most 1 MB") == 3
