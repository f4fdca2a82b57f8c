"""The command `cdr`: a group that loads each command only when it is called, and the one place that prints errors."""

from __future__ import annotations

import atexit
import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cdr import __version__
from cdr.app import App
from cdr.errors import DONE, NOT_USED, RECORDED, TO_ACT_ON, CdrError, DiskFailed, NotFound
from cdr.verbs import COMMANDS, MODULES, OF_GIT, PARTS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PIPE = DiskFailed.exit_code
WRONG_USAGE = 2
NOT_DUMPABLE = 4  # PR_SET_DUMPABLE
RECORDED_ALL_THE_SAME = "cdr: what the command was to record is recorded: look with cdr audit, and do not run it again."
LOST = "     The pass-phrase that it was to show is lost; a form with another is made with: {}"


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports a command only to run it; `prepare` is called with each that is loaded."""

    prepare: Callable[[click.Command, str], None] | None = None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in (*COMMANDS, *OF_GIT):
            return None
        module = import_module(f"cdr.commands.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        if isinstance(command, click.Group):
            for part, name in PARTS.get(cmd_name, {}).items():
                command.add_command(import_module(f"cdr.commands.{name}").command, part)
        if self.prepare is not None:
            self.prepare(command, cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from cdr.usage import under_headings

        for heading, commands in under_headings(COMMANDS):
            with formatter.section(heading):
                formatter.write_dl(commands)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--store",
    metavar="DIR",
    envvar="CDR_STORE",
    help="The store's folder; else the nearest upwards that holds cdr.yaml.",
)
@click.option(
    "--as-of",
    metavar="WHEN",
    envvar="CDR_AS_OF",
    help="A date, or a date and time, to act as if it were then: for rehearsals and tests.",
)
@click.option("--as", "acting", metavar="FPR", envvar="CDR_AS", help="The fingerprint of the key to act with.")
@click.option(
    "--debug", is_flag=True, help="Where something fails inside cdr, show where (never what a document says)."
)
@click.option("-q", "--quiet", is_flag=True, help="Leave out the talk on stderr where all is well.")
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what was acted on, and what it took.")
@click.version_option(__version__, message="cdr %(version)s")
@click.pass_context
def cdr(
    ctx: click.Context,
    store: str | None,
    as_of: str | None,
    acting: str | None,
    debug: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Child death review from a shell: every case encrypted in plain files, every change signed in git."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    _stay_out_of_core_dumps()
    app: App = ctx.obj
    app.store_option, app.as_of, app.acting, app.debug = store, as_of, acting, debug
    app.quiet, app.verbose = quiet, verbose
    app.verb = ctx.invoked_subcommand or ""
    app.refuse_a_wrong_time()


def _stay_out_of_core_dumps() -> None:
    """Let neither this process nor what it starts (an editor, gpg) put its memory into a file where it crashes."""
    import ctypes
    import resource
    from pathlib import Path

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # what a program that takes the kernel's dumps is given, whatever it makes of the limit
        Path("/proc/self/coredump_filter").write_bytes(b"0")
    with suppress(AttributeError, OSError):  # not on Linux
        ctypes.CDLL(None).prctl(NOT_DUMPABLE, 0, 0, 0, 0)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and end with its exit code."""
    end = _End()
    atexit.register(end.now)  # before anything else is, so that it runs after all that is
    os.umask(0o077)
    _open_standard_channels()
    end.code = run(arguments)
    sys.exit(end.code)


class _End:
    """The end of the process, when all is done and said: memory goes back to the system as a whole, and not object by object."""

    code: int | None = None

    def now(self) -> None:
        """End here; where what was said cannot be passed on, or nothing ran, leave it to Python to say so."""
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            if self.code is not None:
                os._exit(self.code)


class _Closed(io.FileIO):
    """A stdout that is closed: what is said there is dropped, but for what follows from something that was recorded."""

    app: App | None = None

    def write(self, data: Any, /) -> int:
        if self.app is not None and self.app.has_written:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return len(data)


def _open_standard_channels() -> None:
    """Put nothing where a channel is closed, so that no pipe to gpg or git ever gets its number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for name, mode in (("stdin", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123 - for the life of the process
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed(1, "w", closefd=False)), encoding="utf-8")


def run(arguments: list[str] | None = None) -> int:
    """Run one command, or answer a shell that completes one; its exit code."""
    if instruction := os.environ.get("_CDR_COMPLETE"):
        return _completed(instruction)
    given = sys.argv[1:] if arguments is None else arguments
    app = App(run=run)
    out = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(out, _Closed):
        out.app = app
    if "cdr.programs" in sys.modules:  # by an earlier run in this process: what was silent then is asked again now
        sys.modules["cdr.programs"].begin()
    try:
        answer = cdr.main(args=given, prog_name="cdr", standalone_mode=False, obj=app)
        sys.stdout.flush()
        code = _with_the_rest(app, answer if isinstance(answer, int) else DONE)
    except SystemExit:  # click's answer to a reader that has gone
        code = _ended(app, BrokenPipeError(), given)
    except (Exception, KeyboardInterrupt) as error:
        code = _ended(app, error, given)
    with suppress(OSError):
        _told_more(app, code)
    return code


def _told_more(app: App, code: int) -> None:
    """What was held back as talk, where all is not well; a change that is not in force; and what was acted on, where that is asked for."""
    if code and app.held_back:
        _tell(app.held_back, code)
    if (code or not app.quiet) and app.verb != "doctor":  # which finds it by itself
        with suppress(CdrError):
            if app.is_configured_otherwise():
                _tell([f"please check: {NOT_USED} Whether it is right: cdr doctor"], code)
    if app.verbose:
        from cdr.terminal.account import account

        _tell(account(app, code), code)


def _completed(instruction: str) -> int:
    """Answer a shell that completes a line, or that asks for its script; the exit code."""
    from cdr.terminal import completing

    cdr.prepare = completing.prepare
    completing.prepare(cdr, "")
    try:
        answer = completing.answer(cdr, instruction)
        print(answer or "", end="\n" if answer else "", flush=True)  # noqa: T201 - for the shell, which reads it as it is
    except BrokenPipeError:
        return _ended(App(), BrokenPipeError(), [])
    finally:
        cdr.prepare = None
    return DONE if answer is not None else WRONG_USAGE


def _with_the_rest(app: App, code: int) -> int:
    """Tell what a command had no place for: what had to be kept otherwise, and the cases and meetings that it could not read.

    A question whose answer lacks a case ends with 1; a change to another case is whole without it.
    """
    store = app.opened  # where no command opened one, there is nothing to tell
    if store is None:
        return code
    app.note_reads()
    left_out = [
        f"cdr: the {what} {one} is left out: {error.message} {error.hint}"
        for what, several in (("case", store.left_out), ("meeting", store.meetings_left_out))
        for one, error in sorted(several.items())
    ]
    _tell([*store.notices, *left_out, *_ending(app)], code)
    store.keep_what_was_asked()
    if store.has_written:
        app.pack(is_waited_for=sys.stdin.isatty() or sys.stderr.isatty())
    return code or (TO_ACT_ON if left_out and not store.has_written else DONE)


def _ending(app: App) -> list[str]:
    """After something was recorded: whose key ends within sixty days. A key that has ended is told where it stands in the way."""
    if not app.has_written or app.opened is None:
        return []
    with suppress(CdrError):
        standings = app.opened.standings(app.clock.real_today)
        return [f"cdr: {one.words} {one.advice}" for one in standings if one.ends]
    return []


def _ended(app: App, error: BaseException, given: list[str]) -> int:
    """Tell what ended a command, and whether something was recorded before it; the exit code."""
    code = PIPE
    if isinstance(error, click.UsageError):
        from cdr.usage import without_what_was_typed

        error = click.UsageError(without_what_was_typed(error.format_message()), error.ctx)
    if isinstance(error, CdrError) and app.about:
        error.fill_in(app.about)
    with suppress(Exception):  # what ended the command is told, whatever else cannot be done
        app.note_reads()
    with suppress(OSError):  # where even stderr cannot be written, the code still tells
        code = _told(error, app.debug)
    if isinstance(error, OSError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - so that nothing more is tried at the end
    if app.has_written:
        recorded = [] if isinstance(error, CdrError) and error.tells_what_is_recorded else [RECORDED_ALL_THE_SAME]
        with suppress(OSError):
            _tell([*recorded, *(LOST.format(command) for command in app.shown_once)], code)
        code = RECORDED if code == PIPE else code
    if code and "--json" in given and not app.has_answered:
        return _for_a_script(error, code)
    return code


def _for_a_script(error: BaseException, code: int) -> int:
    """The failure as an object on stdout, beside what stderr says; the exit code."""
    from cdr.terminal.output import put_object

    told = error if isinstance(error, CdrError) else CdrError(_message_of(error))
    answer = {"message": told.message, "hint": told.hint, "problems": told.problems_told()}
    with suppress(OSError):
        put_object({"schema": "cdr-error/1", "exit": code, **answer})
        sys.stdout.flush()
    return code


def _message_of(error: BaseException) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return "interrupted"
    if isinstance(error, OSError):
        return os.strerror(error.errno or 0)
    return f"something is wrong inside cdr ({type(error).__name__})"


def _told(error: BaseException, debug: bool) -> int:
    if isinstance(error, CdrError):
        return _tell(error.lines(), error.exit_code)
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.ClickException):
        from cdr.usage import advice

        error.show()
        return _tell(advice(error.format_message()), WRONG_USAGE)
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return _tell(["cdr: interrupted."], 130)
    if isinstance(error, OSError):
        return _disk_or_pipe(error)
    return _bug(error, debug)


def _disk_or_pipe(error: OSError) -> int:
    if isinstance(error, BrokenPipeError):
        return PIPE
    if (
        isinstance(error, FileNotFoundError) and error.filename is None
    ):  # what asks for the folder one is in, and there is none
        return _tell(
            ["cdr: The folder that you are in is gone.", "     Go to one that is there, and try again."],
            NotFound.exit_code,
        )
    if error.filename is not None:
        return _tell([f"cdr: {os.fsdecode(error.filename)}: {os.strerror(error.errno or 0)}."], PIPE)
    return _tell([f"cdr: what it had to say could not be written: {os.strerror(error.errno or 0)}."], PIPE)


def _tell(lines: list[str], code: int) -> int:
    from cdr.terminal.output import say_line

    for line in lines:
        say_line(line)
    return code


def _bug(error: BaseException, debug: bool) -> int:
    import traceback

    places = [
        f"     {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    hint = "Run it again with --debug before the command, and report what that shows: it holds nothing of any case."
    lines = [f"cdr: something is wrong inside cdr ({type(error).__name__}).", *(places if debug else [f"     {hint}"])]
    return _tell(lines, 70)


if __name__ == "__main__":
    main()
