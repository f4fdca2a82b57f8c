"""Real gpg, real git: a ring of throw-away keys for the run, and a store of its own for each test that asks for one."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import outputs
import pytest
from hypothesis import HealthCheck, settings
from turns import pytest_collection_modifyitems, pytest_report_header, pytest_runtest_logreport, pytest_sessionfinish

from cdr import cli
from cdr.store import crypto
from cdr.store.crypto import Gnupg
from cdr.store.git import Git
from cdr.store.history import History, silent

if TYPE_CHECKING:
    from faults.verbs import World
    from mail_server import Server

# Which of the long tests have their turn: hooks of pytest's.
__all__ = ["pytest_collection_modifyitems", "pytest_report_header", "pytest_runtest_logreport", "pytest_sessionfinish"]

DATA = Path(__file__).parent / "data"
EXAMPLES = DATA / "examples"
# The `cdr` that the tests run: that of the checkout, in this process; or another program (`make wheel-test`).
PROGRAM = os.environ.get("CDR_PROGRAM", "")

# cdr looks for rings of objects late, for a run is short. Here many runs share a process, and each store's reader of git ends with the store.
gc.set_threshold(10_000)

# Under nohup, or in the background of a shell without job control, these are ignored, and so they would be in all programs that tests
# start and send them to. Whoever starts one with a handler of their own hands on the usual way instead, and goes on ignoring them.
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda number, frame: None)

TIMES = float(os.environ.get("CDR_EXAMPLES", "1"))
ALL_STORES, ONE_OF = 10, 3


def many(examples: int) -> int:
    """How many inputs a property is tried on: so many, and times as many as CDR_EXAMPLES says (`make fuzz`: 10, `make fast`: 0.1)."""
    return max(1, round(examples * TIMES))


# A property is about what comes out; how long it took says something of the machine. `make test` tries the same inputs
# wherever it runs, so that it says the same of the same code; `make all` and `make fuzz` look for new ones.
settings.register_profile(
    "cdr",
    max_examples=many(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CDR_INPUTS") != "new",
)
settings.load_profile("cdr")


@dataclass(frozen=True)
class People:
    """Fingerprints by role, and the home folders of GnuPG that hold their secret keys."""

    home: str
    member: str
    second: str
    chaser: str
    stranger: str
    chaser_home: str
    second_home: str
    stranger_home: str


def _home() -> str:
    return tempfile.mkdtemp(prefix="cdr-", dir="/tmp")


def _make(home: str, user_id: str) -> str:
    os.environ["GNUPGHOME"] = home
    return Gnupg().make(user_id)


def _copy_public(source: str, target: str) -> None:
    keys = subprocess.run(["gpg", "--homedir", source, "--batch", "--export"], capture_output=True, check=True).stdout
    subprocess.run(
        ["gpg", "--homedir", target, "--batch", "--quiet", "--import"], input=keys, capture_output=True, check=True
    )


@pytest.fixture(scope="session")
def people() -> Iterator[People]:
    before = os.environ.get("GNUPGHOME")
    homes = [_home() for _ in range(4)]
    home, chaser_home, second_home, stranger_home = homes
    member = _make(home, "Robin Ashworth <cdop.manager@northshire.example>")
    chaser = _make(chaser_home, "Chaser <cron@northshire.example>")
    second = _make(second_home, "Sam Ó Briain-Łukasz <deputy@northshire.example>")
    stranger = _make(stranger_home, "Robin Ashworth <cdop.manager@northshire.example>")
    for source, targets in (
        (home, (chaser_home, second_home)),
        (chaser_home, (home, second_home)),
        (second_home, (home, chaser_home)),
    ):
        for target in targets:
            _copy_public(source, target)
    yield People(home, member, second, chaser, stranger, chaser_home, second_home, stranger_home)
    for folder in homes:
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)
    if before is None:
        os.environ.pop("GNUPGHOME", None)
    else:
        os.environ["GNUPGHOME"] = before


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Shell:
    """Runs `cdr` in this process, with a store and a clock."""

    def __init__(self, store: Path, as_of: str | None = None) -> None:
        self.store = store
        self.as_of = as_of

    def __call__(self, *arguments: str | Path, code: int = 0, stdin: bytes = b"", as_of: str | None = None) -> Answer:
        when = as_of or self.as_of
        given = ["--store", str(self.store), *(["--as-of", when] if when else []), *map(str, arguments)]
        answer = run(given, stdin)
        assert answer.code == code, f"ended with {answer.code}\n{answer.out}\n{answer.err}"
        return answer


def run(arguments: list[str], stdin: bytes = b"") -> Answer:
    """Run a command; what it answers as JSON is held to its schema."""
    if PROGRAM:
        # Nothing of the checkout is to be found by it: it is the installed one that is tried.
        there = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, check=False, env=there, cwd="/")
        return Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(arguments)
    finally:
        sys.stdin = before
    answer = Answer(code, out.getvalue(), err.getvalue())
    if ("--json" in arguments and answer.out.strip()) or answer.out.startswith(outputs.BEGINNING):
        outputs.check(answer.out)
    return answer


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("CDR_", "GIT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(autouse=True)
def few_guesses_cost_little(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass-phrase is stretched less in tests than for a child, but in those marked `stretched`: it would be half of the run."""
    if request.node.get_closest_marker("stretched") is None:
        monkeypatch.setattr(crypto, "LOCK", tuple("65536" if word == "65011712" else word for word in crypto.LOCK))


@pytest.fixture
def member(people: People, monkeypatch: pytest.MonkeyPatch) -> str:
    """Act as the member who makes the store."""
    monkeypatch.setenv("GNUPGHOME", people.home)
    return people.member


@dataclass(frozen=True)
class Begun:
    """A store that was made once for all tests of this process, and the same with a first case; each test has a copy of its own."""

    empty: Path
    with_sudi: Path
    sudi: str


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a throw-away authority, beside that of a mail server."""
    from mail_server import certificates

    return certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(authority: Path) -> Iterator[Server]:
    """A mail server that is running."""
    from mail_server import Server

    with Server(authority.parent) as running:
        yield running


@contextlib.contextmanager
def as_member(people: People, state: Path) -> Iterator[None]:
    """Act as the member who makes the store, with a memory of their own, outside of a test's own surroundings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("CDR_", "GIT_"))]:
            patch.delenv(name)
        patch.setenv("GNUPGHOME", people.home)
        patch.setenv("XDG_STATE_HOME", str(state))
        yield


@pytest.fixture(scope="session")
def begun(people: People, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    empty, with_sudi = (tmp_path_factory.mktemp(name) for name in ("empty", "sudi"))
    keys = ["--member", people.member, "--member", people.second, "--chaser", people.chaser]
    with as_member(people, empty / "state"):
        made = run(["init", str(empty / "store"), "--config", str(EXAMPLES / "store.yaml"), *keys])
        assert made.code == 0, made.err
    copied(empty, with_sudi)
    with as_member(people, with_sudi / "state"):
        case = ["notify", "--from", str(EXAMPLES / "form-a-sudi.yaml")]
        notified = run(["--store", str(with_sudi / "store"), "--as-of", "2026-01-09", *case])
        assert notified.code == 0, notified.err
    for folder in (empty, with_sudi):
        opens_without_help(folder / "store", people, folder)
    return Begun(empty, with_sudi, notified.out.strip())


@pytest.fixture(scope="session")
def begun_work(begun: Begun, people: People, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The store that every verb can begin from, made once."""
    from faults.verbs import begun_in

    return begun_in(tmp_path_factory.mktemp("work"), begun, people)


def _stands(store: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in a store's folder: its kind and mode, and what it holds."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(store):
        for path in (Path(folder, name) for name in (*folders, *files)):
            mode = path.lstat().st_mode
            link, regular = stat.S_ISLNK(mode), stat.S_ISREG(mode)
            try:
                held = os.fsencode(path.readlink()) if link else path.read_bytes() if regular else b""
            except PermissionError:
                held = b"not to be read any more"
            found[str(path.relative_to(store))] = (mode, held)
    return found


def copied(begun: Path, place: Path) -> None:
    """Put a store that was begun, and what was kept beside it, into a folder in place of those that are there."""
    for folder in ("store", "state"):
        if (place / folder).exists():
            shutil.rmtree(place / folder)
        shutil.copytree(begun / folder, place / folder, symlinks=True)


@pytest.fixture
def cdr(tmp_path: Path, people: People, member: str, begun: Begun, request: pytest.FixtureRequest) -> Iterator[Shell]:
    """A store of the example area, with two members and a chaser; whole at the end, but for tests marked `hurt`.

    Looking through a whole store takes a fifth of a test's time, so it is done after every third test, the same ones each time; with
    `make fuzz` after all.
    """
    store = tmp_path / "store"
    source = begun.with_sudi if "sudi" in request.fixturenames else begun.empty
    copied(source, tmp_path)
    before = _stands(source / "store")
    seen(store)
    yield Shell(store)
    # A store that nothing was changed in is, byte for byte, one that was looked through when it was begun.
    is_looked_at = TIMES >= ALL_STORES or crc32(request.node.nodeid.encode()) % ONE_OF == 0
    if is_looked_at and request.node.get_closest_marker("hurt") is None and _stands(store) != before:
        opens_without_help(store, people, tmp_path)


def seen(store: Path) -> None:
    """A store's history was seen in the place where it is now, as after `init`."""
    History(Git(store)).verified(silent)


def opens_without_help(store: Path, people: People, folder: Path) -> None:
    """Nothing is wrong with a store, and all of it opens for who has nothing but the store and a key: no cache is why it reads."""
    with as_member(people, folder / "nothing-kept"):
        answer = run(["--store", str(store), "verify"])
    assert answer.code == 0, f"the store does not open without what was kept beside it:\n{answer.out}{answer.err}"


@pytest.fixture
def sudi(cdr: Shell, begun: Begun) -> str:
    """The reference of the case of form-a-sudi.yaml, notified on 9 January 2026."""
    if (cdr.store / "cases" / begun.sudi).is_dir():
        return begun.sudi
    return cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
