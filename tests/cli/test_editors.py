"""Real editors at a real terminal: nothing of the text is left anywhere, whoever is killed when, and none goes on without cdr."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
import terminals
from conftest import EXAMPLES, Shell

from cdr import cli
from cdr.store import lock
from cdr.terminal import desk, guardian

CANARY = "Zzyxquorn"
SECONDS = 60
LOOKS = 2000
# What somebody has set who wants to lose nothing: copies, histories and undo files in their home.
WISHES = {
    ".vimrc": "set undofile undodir=~ backup backupdir=~ directory=~ viminfo='100,<100,h\nautocmd BufWritePost * silent! write! ~/copy\n",
    ".exrc": "set backup backupdir=~\n",
    ".nanorc": "set backup\nset historylog\nset positionlog\nset locking\nset backupdir ~\n",
    ".emacs": '(setq backup-directory-alist \'(("." . "~")) make-backup-files t) (savehist-mode 1) (save-place-mode 1) (desktop-save-mode 1)\n',
    ".config/nvim/init.vim": "set undofile backup backupdir=~\n",
}
VIM = ["iA\x1b", "u", "/" + CANARY + "\r", "yy", ":w\r", ":%!cat\r", ":wq!\r"]
EX = ["g/" + CANARY + "/p\r", "wq!\r"]
NANO = ["A", "\x08", "\x17" + CANARY + "\r", "\x0f", "\r", "\x18"]
EMACS = ["A", "\x7f", "\x0b\x19", "\x18\x13", "\x18\x03"]
KEYS = {
    **dict.fromkeys(("vim", "vi", "vim.basic", "vim.tiny", "view", "nvim"), VIM), "ex": EX, "nano": NANO, "pico": NANO, "emacs -nw": EMACS,
}  # fmt: skip
HERE = [name for name in KEYS if shutil.which(name.split()[0])]


@dataclass(frozen=True)
class Place:
    """A case whose child's name is the canary, and a person's home, from which `cdr edit` is started."""

    cdr: Shell
    case: str
    home: Path
    memory: Path

    def environment(self, editor: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("XDG_") and name not in ("VISUAL", "EDITOR")
        }
        own = {"HOME": str(self.home), "TMPDIR": str(self.home), "TERM": "xterm", "LC_ALL": "C.UTF-8", "EDITOR": editor}
        program = {"PYTHONPATH": str(Path(cli.__file__).parent.parent), "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"],
                   "XDG_RUNTIME_DIR": str(self.memory)}  # fmt: skip
        return {**kept, **own, **program} if editor else {**kept, **own, **program, "EDITOR": ""}

    def words(self, *words: str) -> list[str]:
        given = words or ("edit", self.case, "form-a")
        return ["-m", "cdr", "--store", str(self.cdr.store), "--as-of", "2026-02-01", *given]

    def at_a_terminal(self, editor: str) -> pexpect.spawn[bytes]:
        opened = pexpect.spawn(
            sys.executable,
            self.words(),
            timeout=SECONDS,
            dimensions=(40, 100),
            env=self.environment(editor),
            cwd=str(self.home),
        )
        opened.delaybeforesend = None
        return opened

    def without(self, editor: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, *self.words()], capture_output=True, stdin=subprocess.DEVNULL, env=self.environment(editor),
            cwd=self.home, check=False, timeout=SECONDS,
        )  # fmt: skip

    def other(self, *words: str) -> str:
        done = subprocess.run([sys.executable, *self.words(*words)], capture_output=True, text=True, env=self.environment("true"),
                              cwd=self.home, stdin=subprocess.DEVNULL, check=False)  # fmt: skip
        return done.stdout + done.stderr

    def left(self) -> list[str]:
        """Whatever holds the canary now, in any place that an editor could write to."""
        found = [path for path in self.home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
        return [str(path) for path in (*found, *self.home.rglob("*form-a.yaml*"), *self.desks())]

    def desks(self) -> list[Path]:
        """The desks on which this case lies."""
        return [path.parent for path in self.memory.glob(f"{desk.NAME}*/form-a.yaml")]


@pytest.fixture
def place(cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    form = (EXAMPLES / "form-a-sudi.yaml").read_text("utf-8").replace("Testcase", CANARY)
    case = cdr("notify", "--from", "-", stdin=form.encode(), as_of="2026-01-09").out.strip()
    home = tmp_path / "home"
    for name, wish in WISHES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(wish)
    memory = Path(tempfile.mkdtemp(prefix="cdr-test-", dir="/dev/shm"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    yield Place(cdr, case, home, memory)
    for folder in memory.iterdir():
        guardian.clear(folder)
    memory.rmdir()


def until(what: Callable[[], object]) -> None:
    """Look again and again; what counts is how often, and not how long a busy machine took over it."""
    for _ in range(LOOKS):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def opened(terminal: pexpect.spawn[bytes]) -> None:
    """Wait until the text stands on the screen and nothing more comes."""
    terminal.expect(b"schema|Ex mode")
    _quiet(terminal)


def _quiet(terminal: pexpect.spawn[bytes]) -> bytes:
    said = b""
    with suppress(pexpect.TIMEOUT, pexpect.EOF):
        while True:
            said += terminal.read_nonblocking(65536, timeout=0.3)
    return said


def _type(terminal: pexpect.spawn[bytes], keys: list[str]) -> None:
    for key in keys:
        terminal.send(key)
        _quiet(terminal)


@pytest.mark.parametrize("editor", HERE)
def test_an_editor_leaves_nothing(place: Place, editor: str) -> None:
    terminal = place.at_a_terminal(editor)
    opened(terminal)
    assert len(place.desks()) == 1
    _type(terminal, KEYS[editor])
    assert terminals.ended(terminal) == 0
    assert place.left() == []


@pytest.mark.parametrize("editor", [name for name in HERE if name in ("vim", "nano", "emacs -nw", "nvim")])
@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGHUP])
def test_an_editor_that_is_killed_leaves_nothing(place: Place, editor: str, what: signal.Signals) -> None:
    terminal = place.at_a_terminal(editor)
    opened(terminal)
    _type(terminal, KEYS[editor][:1])
    [folder] = place.desks()
    for process in guardian._at(folder):
        os.kill(process, what)
    terminal.expect(b"ended with an error; nothing was changed")
    assert terminals.ended(terminal) == 2
    assert place.left() == []


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_when_cdr_is_killed_the_editor_ends_and_the_text_goes(place: Place, what: signal.Signals) -> None:
    terminal = place.at_a_terminal("vim" if "vim" in HERE else HERE[0])
    opened(terminal)
    [folder] = place.desks()
    os.kill(terminal.pid, what)
    until(lambda: not folder.exists() and not list(guardian._at(folder)))
    terminals.killed(terminal)
    assert place.left() == []


@pytest.mark.parametrize("command", ["doctor", "verify", "edit"])
def test_what_is_left_all_the_same_is_taken_away_by_the_next_run_and_told(place: Place, command: str) -> None:
    (place.home / "slow").write_text("#!/bin/sh\nsleep 1000\n")
    (place.home / "slow").chmod(0o755)
    cdr = subprocess.Popen([sys.executable, *place.words()], env=place.environment(str(place.home / "slow")), stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place.home)  # fmt: skip
    until(lambda: any(list(guardian._at(folder)) for folder in place.desks()))
    [folder] = place.desks()
    words = [command] if command != "edit" else ["edit", place.case, "form-a"]
    assert desk.CLEARED not in place.other(*words) and folder.exists(), "a live one's"
    os.kill(_guardian_of(folder), signal.SIGKILL)
    cdr.kill()
    cdr.wait()
    assert folder.exists() and list(guardian._at(folder))
    assert desk.CLEARED in place.other(*words)
    assert not folder.exists()
    until(lambda: not list(guardian._at(folder)))
    assert desk.CLEARED not in place.other(*words)


def _guardian_of(folder: Path) -> int:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cmdline").read_bytes().endswith(b"guardian.py\0" + os.fsencode(folder) + b"\0"):
                return int(process.name)
    raise AssertionError("nobody watches")


def test_another_users_folder_and_a_link_are_left_alone(place: Place, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    link = place.memory / f"{desk.NAME}link"
    link.symlink_to(tmp_path / "mine")
    try:
        desk.sweep()
        assert (tmp_path / "mine").is_dir()
        assert link.is_symlink()
    finally:
        link.unlink()
    held = place.memory / f"{desk.NAME}held"
    held.mkdir()
    with lock.held(held / desk.LOCK):
        desk.sweep()
        assert held.is_dir()
    desk.sweep()
    assert not held.exists()


# ---- an editor that is not known -------------------------------------------------------------------------------------


def test_an_unknown_editor_is_asked_about_and_refused_by_enter(place: Place) -> None:
    (place.home / "wrapper").write_text(f'#!/bin/sh\ntouch {place.home}/started\nexec vi "$@"\n')
    (place.home / "wrapper").chmod(0o755)
    terminal = place.at_a_terminal(str(place.home / "wrapper"))
    terminal.expect(b"What wrapper keeps of a text .* is not known here")
    terminal.expect(rb"Vim,\s+Neovim,\s+Nano,\s+Emacs")
    terminal.expect(b"Open it in wrapper all the same")
    terminal.send("\r")
    terminal.expect(b"No editor was opened; nothing was changed")
    assert terminals.ended(terminal) == 2 and not (place.home / "started").exists()
    assert place.left() == []


def test_an_unknown_editor_that_a_person_wants_has_its_terminal(place: Place) -> None:
    (place.home / "own").write_text(
        '#!/bin/sh\necho "$TMPDIR" > "$HOME/where"; read answer; echo "# $answer" >> "$1"\n'
    )
    (place.home / "own").chmod(0o755)
    terminal = place.at_a_terminal(f"{place.home}/own")
    terminal.expect(b"all the same")
    terminal.send("y\r")
    until((place.home / "where").exists)
    terminal.send("as her mother says\r")
    terminal.expect(b"No field was changed")
    terminal.expect(pexpect.EOF)
    assert (place.home / "where").read_text().startswith(f"{place.memory}/{desk.NAME}")
    assert place.left() == []


def test_ctrl_c_is_the_editors(place: Place) -> None:
    (place.home / "own").write_text("#!/bin/sh\ntrap 'echo caught' INT\necho ready; sleep 3; sleep 1\n")
    (place.home / "own").chmod(0o755)
    terminal = place.at_a_terminal(f"{place.home}/own")
    terminal.expect(b"all the same")
    terminal.send("y\r")
    terminal.expect(b"ready")
    terminal.sendintr()
    terminal.expect(b"caught")
    terminal.expect(b"Nothing was changed")


# ---- no terminal -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "editor", ["", "vim", "nano", "emacs -nw", "sensible-editor", "emacsclient -t", "env EDITOR=x vi"]
)
def test_without_a_terminal_no_editor_is_started(place: Place, editor: str) -> None:
    if editor and not shutil.which(editor.rsplit(maxsplit=1)[-1] if "=" in editor else editor.split(maxsplit=1)[0]):
        pytest.skip("it is not installed here")
    done = place.without(editor)
    assert done.returncode == 2 and b"There is no terminal here" in done.stderr
    assert done.stdout == b"" and CANARY.encode() not in done.stderr
    assert place.left() == []


def test_a_program_that_needs_nobody_gets_the_text_and_no_channel(place: Place) -> None:
    done = place.without("cat")
    assert (done.returncode, done.stdout) == (0, b"Nothing was changed.\n") and CANARY.encode() not in done.stderr
    done = place.without(f'sh -c \'cat "$1" >&2; cat >> "{place.home}/read"; (sleep 1000; echo) & exit 0\' x')
    assert (done.returncode, done.stdout) == (0, b"Nothing was changed.\n") and CANARY.encode() not in done.stderr
    assert (place.home / "read").read_bytes() == b""
    assert place.left() == []
    done = place.without("sed -i 's/birth_weight_g: 2460/birth_weight_g: 2470/'")
    assert done.returncode == 0 and b"1 field changed" in done.stdout


def test_what_a_program_began_does_not_go_on_without_cdr(place: Place) -> None:
    (place.home / "slow").write_text("#!/bin/sh\nsleep 1000 &\nsleep 1000\n")
    (place.home / "slow").chmod(0o755)
    cdr = subprocess.Popen([sys.executable, *place.words()], env=place.environment(str(place.home / "slow")), stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place.home)  # fmt: skip
    until(lambda: any(len(list(guardian._at(folder))) == 3 for folder in place.desks()))
    [folder] = place.desks()
    cdr.kill()
    cdr.wait()
    until(lambda: not folder.exists() and not list(guardian._at(folder)))
    assert place.left() == []


@pytest.mark.parametrize("editor", ["vim 'x", "nosuchprogram", "false", "sh -c 'rm \"$1\"' x"])
def test_what_cannot_be_used_as_an_editor(place: Place, editor: str) -> None:
    done = place.without(editor)
    assert done.returncode == 2 and b"nothing was changed" in done.stderr
    assert place.left() == []


def test_the_memory_of_cdr_and_of_what_it_starts_stays_out_of_core_dumps(place: Place) -> None:
    (place.home / "peek").write_text(
        '#!/bin/sh\ncd /proc\ngrep -h "core file" $PPID/limits self/limits > "$HOME/peeked"\n'
        'cat $PPID/coredump_filter self/coredump_filter >> "$HOME/peeked"\n'
    )
    (place.home / "peek").chmod(0o755)
    assert place.without(str(place.home / "peek")).returncode == 0
    lines = (place.home / "peeked").read_text().splitlines()
    assert [line.split()[4:6] for line in lines[:2]] == [["0", "0"]] * 2
    assert [int(line, 16) for line in lines[2:]] == [0, 0]
