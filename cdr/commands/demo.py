"""`cdr demo`: the whole job on an invented area with throw-away keys."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdr import disk, programs
from cdr.app import App, progress
from cdr.commands.options import as_json, pass_app
from cdr.errors import CdrError, WrongUsage
from cdr.records import dataclass
from cdr.terminal.output import put, put_json, say

if TYPE_CHECKING:
    from cdr.demo.synthetic import SyntheticCase

MARK = ".cdr-demo"
LONGEST_HOME = 70
FIRST_DEATH, LAST_DEATH = date(2022, 4, 1), date(2025, 12, 31)
FROM_FORMS = date(2025, 4, 1)  # deaths before are in the register of earlier years
EACH_YEAR = 16
REPORT = "report-2025-26"
LATE = "regional-ambulance"
RETURNS = {
    "northshire-social-care": "2026-01-12",
    "high-street-surgery": "2026-01-16",
    "northtown-general": "2026-01-20",
    "northshire-community": "2026-01-21",
    "northshire-police": "2026-01-22",
}
DONE_EARLY = (
    ("The coroner is given our address", "milestone", "our_address_given", "2026-01-09"),
    ("Police and health visit the home together", "milestone", "home_visit", "2026-01-09"),
    ("The notification goes to the national database", "milestone", "ncmd_told", "2026-01-10"),
    ("All agencies meet for the first time", "milestone", "initial_meeting", "2026-01-11"),
)
DONE_LATER = (
    (
        "The lead health professional's report was sent in time",
        "milestone",
        "lead_report",
        "--on",
        "2026-02-04",
        "2026-03-26",
    ),
    ("The coroner's office says when it expects the inquest", "gate", "expect", "inquest", "2026-06-15", "2026-03-26"),
    ("The final case discussion is held", "milestone", "final_case_discussion", "2026-03-30"),
)
QUORUM = ("northtown-general", "northshire-community", "northshire-social-care")
FORMS = ("form-a", "form-c", "letter-gate", f"form-b-{LATE}", *(f"form-b-{agency}" for agency in tuple(RETURNS)[1:]))


@dataclass(frozen=True)
class Place:
    """Where the demonstration stands: its folder, its store, its forms, the home of its keys, and what runs a command."""

    folder: Path
    keys: Path
    run: Callable[[list[str]], int]

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def forms(self) -> Path:
        return self.folder / "forms"


@click.command("demo")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("cdr-demo"))
@as_json
@pass_app
def command(app: App, folder: Path, as_json: bool) -> None:
    """Run the whole job on an invented area: three earlier years, one case from notification to review, the annual report.

    Everything is in DIR (cdr-demo without it) and may be deleted. No child, family or professional in it is real.

    Examples:

    \b
    cdr demo
    cdr demo ~/cdr-demo
    """
    if app.run is None:
        raise WrongUsage("The demonstration is started from the command line.")
    # the story is talk where the result is an object for a script
    with redirect_stdout(sys.stderr) if as_json else nullcontext(), _prepared(folder, app.run) as place:
        member, chaser = _keys()
        _store(place, member, chaser)
        _earlier_years(place)
        reference = _one_case(place, chaser)
        _results(place, reference)
    if as_json:
        made = {"folder": place.folder, "store": place.store, "keys": place.keys, "state": place.folder / "state"}
        put_json({"schema": "cdr-demo/1", "case": reference, **{name: str(path) for name, path in made.items()}})


@contextmanager
def _prepared(folder: Path, run: Callable[[list[str]], int]) -> Iterator[Place]:
    """An empty folder with GnuPG and the local state inside it, for this run alone."""
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise WrongUsage("That folder holds something else.", "Give a new folder for the demonstration.")
    home = folder / "keys"
    _refuse_without_tools(folder)
    with _environment(GNUPGHOME=str(home), XDG_STATE_HOME=str(folder / "state")):
        shutil.rmtree(folder, ignore_errors=True)
        disk.private_folder(folder / "forms")
        (folder / MARK).touch()
        # gpg-agent's socket lies in GnuPG's home, and a socket's path may not be long
        is_long = len(str(home)) > LONGEST_HOME
        keys = Path(tempfile.mkdtemp(prefix="cdr-demo-")) if is_long else disk.private_folder(home)
        os.environ["GNUPGHOME"] = str(keys)
        try:
            yield Place(folder, keys, run)
        finally:
            from cdr.store.crypto import Gnupg

            Gnupg().end_agent()


@contextmanager
def _environment(**own: str) -> Iterator[None]:
    """These variables, and none that says who acts when and where, until the demonstration is over."""
    kept = {name: os.environ.pop(name, None) for name in (*own, "CDR_AS", "CDR_AS_OF", "CDR_STORE")}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _refuse_without_tools(folder: Path) -> None:
    """Stop before anything is made where gpg or git is missing or too old. Raises: ToolMissing."""
    from cdr.store import gpg
    from cdr.store.git import Git

    with tempfile.TemporaryDirectory() as nobodys, _environment(GNUPGHOME=nobodys):
        gpg.binary()
        _ = Git(folder).binary


def _keys() -> tuple[str, str]:
    from cdr.store.crypto import Gnupg

    say("Making throw-away keys for a coordinator and for cron ...")
    return Gnupg().make("Robin Ashworth <cdop.manager@northshire.example>"), Gnupg().make(
        "Chaser <cron@northshire.example>"
    )


def _store(place: Place, member: str, chaser: str) -> None:
    from cdr import resources

    config = place.forms / "store.yaml"
    config.write_bytes(resources.read_bytes("templates", "demo", "store.yaml"))
    _tell(
        "A store for the invented area of Northshire and Southtown",
        "init",
        str(place.store),
        "--config",
        str(config),
        "--member",
        member,
        "--chaser",
        chaser,
        place=place,
    )


def _earlier_years(place: Place) -> None:
    """Three years from a register, as most teams have them, and what there is of the fourth case by case."""
    from cdr.demo.synthetic import cases

    invented = list(cases(FIRST_DEATH, LAST_DEATH, EACH_YEAR))
    earlier = [case for case in invented if case.form_a["death"]["date"] < FROM_FORMS.isoformat()]
    register = _register(place, earlier)
    _tell("Three earlier years are brought in from a register", "import", register, place=place, day="2026-01-02")
    latest = invented[len(earlier) :]
    say(f"{len(latest)} invented cases of this year go through the whole job ...")
    for number in progress([str(number) for number in range(len(latest))], "This year"):
        _go_through(place, int(number), latest[int(number)])


def _register(place: Place, earlier: Sequence[SyntheticCase]) -> str:
    import csv

    from cdr.demo.synthetic import register_row

    rows = [register_row(case, number) for number, case in enumerate(earlier, 1)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    path = place.forms / "register.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def _go_through(place: Place, number: int, case: SyntheticCase) -> None:
    day = case.notified_on.isoformat()
    form = _form(place, f"this-year-{number:03}-form-a", case.form_a)
    reference = _cdr(place, day, "notify", "--from", form).strip()
    _cdr(place, day, "request", reference)
    for answer in case.returns:
        form = _form(place, f"this-year-{number:03}-form-b-{answer['agency']}", answer)
        _cdr(place, answer["completed_on"], "return", reference, answer["agency"], "--from", form)
    if case.gate:
        type_, began, ended = case.gate
        _cdr(place, began.isoformat(), "gate", reference, "open", type_)
        if ended:
            _cdr(place, ended.isoformat(), "gate", reference, "close", type_)
    for kind, done in case.milestones:
        _cdr(place, done.isoformat(), "milestone", reference, kind)
    if case.form_c and case.reviewed_on:
        day = case.reviewed_on.isoformat()
        form = _form(place, f"this-year-{number:03}-form-c", case.form_c)
        _cdr(place, day, "review", reference, "--from", form, "--override", "A demonstration has no panel")
        _cdr(place, day, "close", reference, "--override", "A demonstration tells nobody")


def _one_case(place: Place, chaser: str) -> str:
    """One case, told step by step."""
    forms = {name: _shipped(place, name) for name in FORMS}
    reference = _tell(
        "A child dies; the hospital notifies", "notify", "--from", forms["form-a"], place=place, day="2026-01-09"
    ).strip()
    _tell("Every agency that the notification names is asked", "request", reference, place=place, day="2026-01-09")
    for heading, *words, day in DONE_EARLY:
        _tell(heading, words[0], reference, *words[1:], place=place, day=day)
    for agency, day in RETURNS.items():
        answer = ("--from", forms[f"form-b-{agency}"]) if f"form-b-{agency}" in forms else ("--nil",)
        _tell(f"{agency} answers", "return", reference, agency, *answer, place=place, day=day)
    for day in ("2026-01-23", "2026-02-06", "2026-03-06", "2026-03-21"):
        heading = f"cron runs on {day}, with a key that opens requests and prompts and nothing else"
        _tell(heading, "--as", chaser, "chase", "--overdue", place=place, day=day)
    late = ("return", reference, LATE, "--from", forms[f"form-b-{LATE}"])
    _tell("The ambulance service answers after all", *late, place=place, day="2026-03-26")
    for heading, *words, day in DONE_LATER:
        _tell(heading, words[0], reference, *words[1:], place=place, day=day)
    _tell("The timeline for the panel, anonymised", "timeline", reference, place=place, day="2026-04-01")
    panel = _tell("A meeting of the panel", "panel", "new", "2026-04-14", place=place, day="2026-03-27").strip()
    override = ("--override", "The inquest is open, and the coroner agrees")
    steps: Sequence[tuple[str, str, tuple[str, ...]]] = (
        (
            "The case is put on its agenda, though it is not ready",
            "2026-03-31",
            ("assign", panel, reference, *override),
        ),
        ("Its agenda, two weeks before", "2026-03-31", ("agenda", panel, "-o", "-")),
        ("The panel meets, with a quorum", "2026-04-14", ("attend", panel, *QUORUM)),
        ("The meeting is over", "2026-04-14", ("close", panel)),
    )
    for heading, day, doing in steps:
        _tell(heading, "panel", *doing, place=place, day=day)
    ratify = ("review", reference, "--from", forms["form-c"], "--panel", panel, *override)
    _tell("Its analysis is ratified with the meeting", *ratify, place=place, day="2026-04-14")
    letters = (
        "letter",
        reference,
        "--gate",
        forms["letter-gate"],
        "--format",
        "pdf",
        "-o",
        str(place.folder / "letters"),
    )
    _tell("A letter to each parent, after the gate's answers", *letters, place=place, day="2026-04-17")
    _tell("The mother's letter, as text", "letter", reference, "--to", "mother", place=place, day="2026-04-17")
    return reference


def _results(place: Place, reference: str) -> None:
    _tell("Where every open case stands", "list", "--open", place=place, day="2026-04-17")
    _tell("The coordinator's day: what is due and who moves next", "today", place=place, day="2026-04-17")
    _tell("What the days of this review waited for", "delays", reference, place=place, day="2026-04-17")
    text = _cdr(place, "2026-04-17", "tally", "--year", "2025/26", "--years", "4")
    tally = place.folder / "tally-2025-26.txt"
    tally.write_text(text, "utf-8")
    put(f"\n## Four years side by side (the first tables; all of them are in {tally})\n")
    put("\n\n\n".join(text.split("\n\n\n")[:4]))
    _cdr(
        place,
        "2026-04-17",
        "tally",
        "--year",
        "2025/26",
        "--years",
        "4",
        "--format",
        "html",
        "-o",
        str(place.folder / "tally-2025-26.html"),
    )
    _report(place)
    _cdr(place, "2026-04-17", "timeline", reference, "--format", "pdf", "-o", str(place.folder / "timeline.pdf"))
    put(
        f"\n## What is left to look at\n\n  letters    {place.folder / 'letters'}\n  timeline   {place.folder / 'timeline.pdf'}"
    )
    put(f"  tallies    {place.folder / 'tally-2025-26.html'}\n  report     {place.folder / REPORT}.pdf, .html, .docx")
    put(f"  outbox     {place.store / 'outbox'}")
    put("\nTo go on by hand:\n")
    keys, state = (programs.as_typed(path) for path in (place.keys, place.folder / "state"))
    put(f"  export GNUPGHOME={keys} XDG_STATE_HOME={state}")
    put(f"  {programs.as_typed(sys.argv[0], '--store', place.store, 'show', reference)}")


def _report(place: Place) -> None:
    """The area's own words of last year and this, and the report in each format."""
    for year in ("2024/25", "2025/26"):
        words = _shipped(place, f"report-{year.replace('/', '-')}")
        _cdr(place, "2026-04-17", "report", "--year", year, "--words", words)
    for ending in ("html", "docx"):
        _cdr(place, "2026-04-17", "report", "--year", "2025/26", "-o", str(place.folder / f"{REPORT}.{ending}"))
    made = ("report", "--year", "2025/26", "-o", str(place.folder / f"{REPORT}.pdf"))
    _tell("The annual report, with the area's own words", *made, place=place, day="2026-04-17")


def _tell(heading: str, *arguments: str, place: Place, day: str = "") -> str:
    put(f"\n## {heading}\n\n$ cdr {_shown(arguments)}")
    out, talk = _run(place, day, *arguments)
    put("\n".join(part.rstrip("\n") for part in (out, talk) if part))
    return out


def _shown(arguments: tuple[str, ...]) -> str:
    words = [Path(word).name if word.startswith("/") else word for word in arguments]
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def _cdr(place: Place, day: str, *arguments: str) -> str:
    return _run(place, day, *arguments)[0]


def _run(place: Place, day: str, *arguments: str) -> tuple[str, str]:
    """Run one command as a person would, on the demonstration's store; what it prints on stdout and on stderr.

    Raises: CdrError when it fails, for a demonstration that fails is a bug.
    """
    given = ["--store", str(place.store), *(["--as-of", day] if day else []), *arguments]
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = place.run(given)
    if code:
        raise CdrError(f"The demonstration stopped at `cdr {_shown(arguments)}` ({code}).", err.getvalue())
    return out.getvalue(), err.getvalue()


def _form(place: Place, name: str, body: dict[str, Any]) -> str:
    from cdr.forms import codec

    path = place.forms / f"{name}.yaml"
    path.write_bytes(codec.dump(body))
    return str(path)


def _shipped(place: Place, name: str) -> str:
    from cdr import resources

    path = place.forms / f"{name}.yaml"
    path.write_bytes(resources.read_bytes("templates", "demo", f"{name}.yaml"))
    return str(path)
