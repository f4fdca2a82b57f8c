"""Which editor would run, and how it is started so that it keeps nothing of the text: no copies, histories, swap or undo files.

What counts is the program that really runs, behind links, alternatives, `env` and sensible-editor. What each editor here leaves with
these options was looked at with strace, also where it is killed; `tests/cli/test_editors.py` holds it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cdr.errors import NotFound, WrongUsage
from cdr.expressions import expression
from cdr.records import dataclass, field

CHOOSER = "sensible-editor"
USUAL = ("editor", "nano", "nano-tiny", "vi")
SELECTED = expression(r"^\s*(?:export\s+)?SELECTED_EDITOR=(.*)$", re.MULTILINE)
ASSIGNMENT = expression(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
CHOOSE = "Say which one to use: export EDITOR=nano"

_OFF = "set nobackup nowritebackup noswapfile noundofile nomodeline"
_VIM = ("-n", "-i", "NONE", "--clean", "--noplugin")
_EMACS = " ".join(
    f"{name} nil"
    for name in (
        "make-backup-files", "auto-save-default", "auto-save-list-file-prefix", "create-lockfiles", "enable-local-variables",
        "enable-local-eval", "enable-dir-local-variables", "native-comp-deferred-compilation", "native-comp-jit-compilation",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """An editor that can be started so that it leaves nothing: its name, what its program is called, and the options for that.

    They come after a person's own, for the last one counts. `{desk}` is the folder that the text is in.
    """

    name: str
    program: re.Pattern[str]
    options: tuple[str, ...]


KNOWN = (
    Known(
        "Vim",
        re.compile(r"vi|view|ex|[gr]?vim|[gr]view|g?vimdiff|vim[.-][a-z0-9.]+"),
        # -f: one with windows does not go on by itself
        ("-f", *_VIM, "--cmd", f"{_OFF} viminfo=", "-c", f"{_OFF} viminfo="),
    ),
    Known("Neovim", re.compile(r"nvim"), (*_VIM, "--cmd", f"{_OFF} shada=", "-c", f"{_OFF} shada=")),
    Known("Nano", re.compile(r"r?nano(-tiny)?"), ("--ignorercfiles", "--backupdir={desk}")),
    Known("Emacs", re.compile(r"emacs([-.]?[0-9][0-9.]*)?(-[a-z0-9+.]+)*"), ("-Q", "--eval", f"(setq {_EMACS})")),
    Known(
        "Micro",
        re.compile(r"micro"),
        ("-backup", "false", "-permbackup", "false", "-savehistory", "false", "-savecursor", "false", "-saveundo", "false",
         "-autosave", "0", "-clipboard", "internal"),
    ),
    Known("vi of BusyBox", re.compile(r"busybox"), ()),
)  # fmt: skip
# Editors for a person, whose copies cannot be turned off, or not by what they are started with: without a terminal they would wait for ever.
FOR_A_PERSON = frozenset((
    "ed", "red", "joe", "jmacs", "jpico", "jstar", "rjoe", "emacsclient", "code", "code-insiders", "codium", "cursor", "zed", "subl",
    "gedit", "gnome-text-editor", "kate", "kwrite", "mousepad", "pluma", "xed", "geany", "atom", "kak", "hx", "helix", "mcedit", "mg",
    "ne", "jed", "zile", "nvi", "elvis", "vile", "vis", "xdg-open", "open", "less", "more", "pico", "select-editor",
))  # fmt: skip


@dataclass(frozen=True)
class Editor:
    """The program that will run, with a person's own arguments, and what `env` set for it; `known` is None for any other."""

    words: tuple[str, ...]
    known: Known | None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What to call it."""
        return Path(self.words[0]).name

    @property
    def needs_a_person(self) -> bool:
        """Whether it is an editor for a terminal or a desktop, and no program that changes a text by itself."""
        return self.known is not None or bool({self.name, Path(self.words[0]).resolve().name} & FOR_A_PERSON)

    def command(self, text: Path) -> list[str]:
        """The command line that opens a text."""
        options = self.known.options if self.known else ()
        return [*self.words, *(option.replace("{desk}", str(text.parent)) for option in options), str(text)]

    def environment(self, desk: Path) -> dict[str, str]:
        """What it is started with: its temporary files are on the desk; a known one has its home there too."""
        kept = {**os.environ, **self.variables, "TMPDIR": str(desk)}
        if self.known is None:
            return kept
        homes = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        return {**kept, **_of_the_terminal(kept), **dict.fromkeys(homes, str(desk))}


def chosen() -> Editor | None:
    """The editor that a person named (`$VISUAL`, else `$EDITOR`), or that Debian's sensible-editor would take; None where none is named.

    Raises: WrongUsage for one that is not there or cannot be read as a command.
    """
    given = [name for name in ("VISUAL", "EDITOR") if os.environ.get(name, "").strip()]
    for name in given:
        found = _found(os.environ[name])
        if found is None:
            words = f"The editor that {name} names is not on this machine; nothing was changed."
            raise WrongUsage(words, CHOOSE)
        if Path(found.words[0]).resolve().name != CHOOSER:
            return found
    return None


def usual() -> Editor:
    """The editor that is used where none is named: the one chosen with select-editor, else the system's.

    Raises: NotFound where there is none, WrongUsage.
    """
    for line in (*_selected(), *USUAL):
        found = _found(line)
        if found and Path(found.words[0]).resolve().name != CHOOSER:
            return found
    raise NotFound("No editor is known.", CHOOSE)


def names() -> str:
    """The editors that cdr can keep from leaving anything."""
    *most, last = dict.fromkeys(known.name for known in KNOWN)
    return f"{', '.join(most)} and the {last}"


def _found(line: str) -> Editor | None:
    """The program behind a command line, None where it is not there. Raises: WrongUsage."""
    try:
        variables, words = _without_env(shlex.split(line))
    except ValueError:
        raise WrongUsage(
            "The editor in VISUAL or EDITOR cannot be read: a quote in it is not closed; nothing was changed.", CHOOSE
        ) from None
    path = shutil.which(words[0]) if words else None
    if path is None:
        return None
    program = str(Path(path).absolute())
    return Editor((program, *words[1:]), _known(Path(program), words[1:]), variables)


def _without_env(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """What `env` sets, and the command that it runs; with options of its own it stays what it is, and is nobody's editor."""
    if not words or Path(words[0]).name != "env":
        return {}, list(words)
    variables, rest = {}, list(words[1:])
    while rest and (match := ASSIGNMENT.fullmatch(rest[0])):
        variables[match[1]] = match[2]
        rest.pop(0)
    return (variables, rest) if rest and not rest[0].startswith("-") else ({}, list(words))


def _known(program: Path, arguments: Sequence[str]) -> Known | None:
    """The editor that a program is, by what its links lead to; a script is none, whatever it is called."""
    real = program.resolve()
    for known in KNOWN:
        if known.program.fullmatch(real.name) and not _is_script(real):
            is_vi = "vi" in (program.name, *arguments[:1])
            return known if real.name != "busybox" or is_vi else None
    return None


def _is_script(program: Path) -> bool:
    try:
        with program.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def _selected() -> Iterator[str]:
    """What select-editor wrote down."""
    try:
        written = (Path.home() / ".selected_editor").read_text("utf-8", "replace")
    except (OSError, RuntimeError):
        return
    yield from (match[1] for match in SELECTED.finditer(written))


def _of_the_terminal(environment: Mapping[str, str]) -> dict[str, str]:
    """What a home folder holds that a terminal or a screen needs, where the editor does not see that folder."""
    home, found = Path(environment.get("HOME") or "/"), {}
    if (home / ".terminfo").is_dir():
        found["TERMINFO_DIRS"] = f"{home / '.terminfo'}:{environment.get('TERMINFO_DIRS', '')}"
    if (home / ".Xauthority").is_file():
        found["XAUTHORITY"] = environment.get("XAUTHORITY") or str(home / ".Xauthority")
    return found
