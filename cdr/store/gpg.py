"""Running GnuPG: the options that it always gets, its status lines beside what it prints, and what is wrong where it fails as a whole."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path

from cdr import disk, programs
from cdr.errors import MEND, CdrError, DiskFailed, NotAllowed, NotAuthentic, ToolMissing, TryAgain
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store import kept

UNATTENDED_SECONDS = 45.0
ATTENDED_SECONDS = 300.0  # a person looks for a passphrase, or for a card
OPERATION_SECONDS = 5.0  # more for each further use of a private key in one run
OLDEST = (2, 2, 17)
VERSION = expression(rb"\bgpg \(GnuPG[^)]*\) ([0-9]+(?:\.[0-9]+)+)")
OPTIONS = (
    "--no-options", "--batch", "--no-tty", "--yes", "--trust-model", "always", "--no-auto-key-locate",
    "--no-auto-key-retrieve", "--no-auto-check-trustdb", "--disable-dirmngr", "--display-charset", "utf-8",
)  # fmt: skip
NO_TRUST = (
    "--trustdb-name",
    "/dev/null/none",
)  # whom GnuPG trusts is not asked, so a damaged list of that stops nothing
ANY_TIME = (
    "--ignore-time-conflict",
    "--ignore-valid-from",
)  # what counts is the order of the history, not this machine's clock
NO_LOCKS = ("--lock-never",)  # for a ring that only cdr makes, and never changes once it is made
AGENT_HINT = "If it goes on so, end its agent (pkill -KILL gpg-agent); it starts anew by itself. Then try again."
UNLOCK_HINT = "Unlock it once in a terminal (for example: gpg --clear-sign /dev/null) and try again."
AGAIN = "Run the command again."
WHERE = "GNUPGHOME says where that is, else it is ~/.gnupg."
WHOSE = f"See whose it is (ls -la), and work as that user. {WHERE}"
INSTALL = "Install GnuPG anew (Debian, Ubuntu: apt install --reinstall gnupg); `gpg --version` shows whether it runs."
LOCKED = {
    11: "the passphrase was wrong",
    62: "nobody typed the passphrase in time",
    85: "nobody could be asked for the passphrase here",
    99: "the question for the passphrase was cancelled",
    177: "nobody could be asked for the passphrase here",
    198: "the question for the passphrase was cancelled",
    32854: "the agent ran out of secure memory",
    32870: "there is no terminal to ask for the passphrase",
}
CANCELLED = {code for code, why in LOCKED.items() if "cancelled" in why}
ASKING = "asking for a passphrase"  # what is given up where somebody cancels it
FAILED = ("ERROR ", "FAILURE ")
ASKED_OF_THE_AGENT = ("ERROR pkdecrypt_failed ", "FAILURE sign")
# There is no agent, it failed, it hung up; errors of the talk with it; errors of the system that it met.
FAILED_AGENT = (77, 78, 16383, *range(256, 300), *range(32768, 33000))

Trouble = tuple[type[CdrError], str, str]
DISK_IS_FULL: Trouble = (
    DiskFailed,
    "The disk is full: GnuPG could not write.",
    "Nothing was recorded. Make room, also for GnuPG's own folder.",
)
# What GnuPG says where nothing comes of anything, and what that means.
TROUBLES: tuple[tuple[tuple[bytes, ...], Trouble], ...] = (
    (programs.DISK_IS_FULL, DISK_IS_FULL),
    ((b"Cannot allocate memory", b"out of core"), (TryAgain, "GnuPG had not enough memory.", AGAIN)),
    ((b"Permission denied",), (NotAllowed, "GnuPG may not read or write its own folder.", WHOSE)),
    ((b"Read-only file system",), (DiskFailed, "GnuPG cannot write to its own folder: the disk is read-only.", WHERE)),
    ((b"Input/output error",), (DiskFailed, "GnuPG could not read or write a file: the disk failed.", WHERE)),
    ((b"connect to the agent", b"No agent running"), (TryAgain, "GnuPG's agent cannot be reached.", AGENT_HINT)),
)


@dataclass(frozen=True)
class Answer:
    """What GnuPG made of a call: its status lines, what it printed, its exit code, and its talk, which nobody is shown."""

    status: tuple[str, ...]
    out: bytes
    ended: programs.Ended

    @property
    def code(self) -> int:
        """The exit code; of one that a signal ended, below zero."""
        return self.ended.code

    def count(self, word: str) -> int:
        """How many status lines begin with this word."""
        return self._words[word]

    @cached_property
    def _words(self) -> Counter[str]:
        return Counter(line.split(" ", 1)[0] for line in self.status)

    def line(self, word: str) -> str:
        """The first status line that begins with this word; empty without one."""
        return next((line for line in self.status if line.split(" ", 1)[0] == word), "")


def binary() -> str:
    """The path of a GnuPG that is new enough, with a folder of its own. Raises: ToolMissing, TryAgain, NotAllowed."""
    found = programs.found("gpg")
    if found is None:
        raise ToolMissing("GnuPG is not installed.", "Install it (Debian, Ubuntu: apt install gnupg) and try again.")
    if version_of(found) < OLDEST:
        raise ToolMissing("GnuPG is too old.", f"cdr needs {'.'.join(map(str, OLDEST))} or newer.")
    _ensure_home()
    return found


@cache
def version_of(path: str) -> tuple[int, ...]:
    """Which GnuPG a program is. Raises: ToolMissing where it is none, or cannot be run; TryAgain."""
    of = kept.about(Path(path), Path(path).resolve())
    if of is None:
        return _version_of(path)
    return tuple(kept.kept("gpg-version", (of,), lambda: [*_version_of(path)]))


def _version_of(path: str) -> tuple[int, ...]:
    try:
        ended = programs.run([path, "--version"], seconds=UNATTENDED_SECONDS, environment=environment())
    except programs.OverTime:
        raise silent(UNATTENDED_SECONDS) from None
    except OSError as error:
        raise not_started(error) from None
    found = VERSION.search(ended.out)
    if found is None:
        raise _as_a_whole(ended) or ToolMissing(
            "What is called gpg on this machine is not GnuPG, or does not run.", INSTALL
        )
    return tuple(map(int, found[1].split(b".")))


def call(
    options: Sequence[str], data: bytes, descriptors: Sequence[int] = (), *, may_ask: bool = False, operations: int = 1
) -> Answer:
    """Call GnuPG with `data` on its standard input; `may_ask`: the agent may ask a person for a passphrase.

    `operations`: how often it will use a private key, which takes a slow or busy machine longer than one alone.

    Raises: TryAgain where it is silent for too long, ToolMissing where it cannot be started.
    """
    seconds = patience(may_ask) + OPERATION_SECONDS * (operations - 1)
    status_in, status_out = os.pipe()
    command = _command(options, status_out)
    told: list[bytes] = []
    # Read beside it: a crafted message has gpg say more than a pipe holds, and wait for ever.
    reading = threading.Thread(target=_drain, args=(status_in, told), daemon=True)
    reading.start()
    try:
        ended = programs.run(
            command, data, seconds=seconds, environment=environment(), descriptors=(status_out, *descriptors)
        )
    except programs.OverTime:
        raise silent(seconds) from None
    except OSError as error:
        raise not_started(error) from None
    finally:
        os.close(status_out)
    reading.join(UNATTENDED_SECONDS)
    lines = b"".join(told).decode("utf-8", "replace").splitlines()
    answer = Answer(status_lines(lines), ended.out, ended)
    if not CANCELLED.isdisjoint(_codes(answer, FAILED)):
        programs.given_up.add(ASKING)
    return answer


def begin(options: Sequence[str], descriptors: Sequence[int]) -> tuple[programs.Process, int]:
    """Start a GnuPG that is given its work bit by bit; the process, and where its status lines can be read.

    Raises: TryAgain, ToolMissing where it cannot be started.
    """
    status_in, status_out = os.pipe()
    try:
        command = _command(options, status_out)
        return programs.start(command, environment=environment(), descriptors=(status_out, *descriptors)), status_in
    except programs.OverTime:
        os.close(status_in)
        raise silent(UNATTENDED_SECONDS) from None
    except OSError as error:
        os.close(status_in)
        raise not_started(error) from None
    finally:
        os.close(status_out)


def patience(may_ask: bool) -> float:
    """For how many seconds GnuPG is waited for, where it may ask a person for something, or for nothing."""
    return ATTENDED_SECONDS if may_ask and is_attended() else UNATTENDED_SECONDS


def _command(options: Sequence[str], status: int) -> list[str]:
    return [binary(), *OPTIONS, *_whom_to_ask(), "--status-fd", str(status), *options]


def _whom_to_ask() -> Sequence[str]:
    """How GnuPG comes by a pass-phrase: from nobody without a terminal, and not once more where the question was cancelled in this run."""
    if not is_attended():
        return ("--pinentry-mode", "error")
    return ("--pinentry-mode", "cancel") if ASKING in programs.given_up else ()


def status_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """The status lines among what came where they come, each from its keyword on."""
    return tuple(line[9:] for line in lines if line.startswith("[GNUPG:] "))


def is_attended() -> bool:
    """Whether somebody sits there who can be asked for a passphrase."""
    return sys.stdin is not None and sys.stdin.isatty()


def environment() -> dict[str, str]:
    """What GnuPG runs in: its words in English, and the terminal on which a person can be asked."""
    found = {**os.environ, "LC_ALL": "C.UTF-8"}
    if is_attended():
        found.setdefault("GPG_TTY", os.ttyname(sys.stdin.fileno()))
    return found


# ---- what is wrong where it failed ------------------------------------------------------------------------------------


def why_locked(answer: Answer) -> str:
    """Why the agent did not use a key, in words that follow `is locked:`; empty where that is not the cause."""
    return next((LOCKED[code] for code in _codes(answer, FAILED) if code in LOCKED), "")


def cause(answer: Answer) -> CdrError | None:
    """What is wrong with this machine, where a call failed for that and not for what it was given."""
    found = _as_a_whole(answer.ended)
    if found is None and any(code in FAILED_AGENT for code in _codes(answer, ASKED_OF_THE_AGENT)):
        return TryAgain("GnuPG's agent did not do what it was asked to.", AGENT_HINT)
    return found


def why_not_opened(answer: Answer, what: str) -> CdrError:
    """Why a message was not opened; damage is told only where nothing else explains it."""
    if answer.count("BADMDC"):
        return NotAuthentic(f"{_begun(what)} is damaged: it is not what was encrypted.", MEND)
    locked = why_locked(answer)
    if locked:
        return TryAgain(f"The key that opens {what} is locked: {locked}.", UNLOCK_HINT)
    why = None if answer.count("NODATA") else cause(answer)
    if why:
        return why
    if answer.count("NO_SECKEY") and not answer.count("PLAINTEXT"):
        return NotAllowed(
            f"{_begun(what)} cannot be opened with a key that is here.", "A member can see who may with: cdr keys list"
        )
    return NotAuthentic(f"{_begun(what)} is damaged or is not an encrypted document.", MEND)


def _begun(what: str) -> str:
    """What is told of at the beginning of a sentence; a path stays as it is."""
    return f"T{what[1:]}" if what.startswith("the ") else what


def not_started(error: OSError) -> CdrError:
    """What to tell where GnuPG could not be started."""
    why = os.strerror(error.errno or 0)
    if error.errno in disk.FULL:
        return _told(DISK_IS_FULL)
    if error.errno in programs.SHORT:
        return TryAgain(f"GnuPG could not be started just now: {why}.", AGAIN)
    return ToolMissing(f"GnuPG cannot be started: {why}.", INSTALL)


def cause_of(code: int, said: bytes) -> CdrError | None:
    """The same for a call of which only the exit code and the talk are known."""
    return _as_a_whole(programs.Ended(code, b"", said))


def _as_a_whole(ended: programs.Ended) -> CdrError | None:
    import signal

    if ended.code in programs.NOT_THERE:
        return ToolMissing("What is called gpg on this machine cannot be run.", INSTALL)
    if ended.signal == signal.SIGXFSZ:
        return _told(DISK_IS_FULL)
    if ended.signal:
        name = f"signal {ended.signal}"
        return TryAgain(f"GnuPG was stopped before it was done ({name}), perhaps for want of memory.", AGAIN)
    return next((_told(trouble) for words, trouble in TROUBLES if any(word in ended.said for word in words)), None)


def _told(trouble: Trouble) -> CdrError:
    kind, message, hint = trouble
    return kind(message, hint)


def _codes(answer: Answer, beginnings: tuple[str, ...]) -> list[int]:
    told = [line.split() for line in answer.status if line.startswith(beginnings)]
    return [int(words[2]) & 0xFFFF for words in told if len(words) > 2 and words[2].isdigit()]


def silent(seconds: float) -> TryAgain:
    """What to tell where GnuPG did not end within its limit of time."""
    return TryAgain(f"GnuPG did not answer within {seconds:g} seconds.", AGENT_HINT)


def home() -> Path:
    """GnuPG's own folder."""
    named = os.environ.get("GNUPGHOME")
    return Path(named) if named else disk.home() / ".gnupg"


def _ensure_home() -> None:
    """Make GnuPG's own folder, which it does not make itself with `--no-options`, and without which it checks nothing.

    Raises: NotAllowed where GNUPGHOME names one that is not there.
    """
    named = os.environ.get("GNUPGHOME")
    if named and not Path(named).is_dir():
        raise NotAllowed(
            "GNUPGHOME names a folder that is not there, so there is no key.", "Correct or unset GNUPGHOME."
        )
    if not named:
        disk.private_folder(disk.home() / ".gnupg")


def _drain(descriptor: int, told: list[bytes]) -> None:
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        while part := stream.read(65536):
            told.append(part)
