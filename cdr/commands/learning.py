"""`cdr learning`: a briefing of one page from several reviews, and to whom it went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, happened, on, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import STDOUT, put, put_json, refuse_two_results, say, table, to_file
from cdr.written import counted

if TYPE_CHECKING:
    from cdr.documents.panel.paper import Paper
    from cdr.domain.panel.learning import Briefing


@click.group("learning")
def command() -> None:
    """Learning that goes somewhere: a briefing of one page from several reviews, recorded with those to whom it went.

    A briefing tells of no case and of no child, as far as the program could tell. Read it through before you send it.
    """


@command.command("brief")
@click.argument("of", metavar="REF|ID...", nargs=-1, required=True)
@click.option("--title", metavar="TEXT", required=True, help="What it is about, without anything about a child.")
@click.option(
    "-o", "--output", "output", required=True, metavar="FILE", help="A .pdf, .md or .txt file; - is stdout, as text."
)
@as_json
@pass_app
def brief(app: App, of: tuple[str, ...], title: str, output: str, as_json: bool) -> None:
    """Make a briefing from ratified reviews: those of cases (REF), and all those of a meeting (ID). Prints its id.

    The learning points by theme, and what the panel asked of whom. What a page has no room for is left out, and said.

    Example: cdr learning brief 2026-7K3M 2026-9XQ2 --title "Safer sleep" -o safer-sleep.pdf
    """
    from cdr.documents.panel.paper import to_pdf, to_text
    from cdr.work import learning

    refuse_two_results(output, as_json)
    ending = "txt" if output == STDOUT else output.rpartition(".")[2].lower()
    if ending not in ("pdf", "md", "txt"):
        raise WrongUsage("Name a file that ends in .pdf, .md or .txt with -o.")

    def write(paper: Paper) -> Callable[[], None] | None:
        there = output == STDOUT or Path(output).exists()
        to_file(output, to_pdf(paper, app.clock.today) if ending == "pdf" else to_text(paper))
        return None if there else lambda: Path(output).unlink(missing_ok=True)

    made = learning.make(app, of, " ".join(title.split()), write)
    if as_json:
        _print_json([made.briefing])
    elif output != STDOUT:
        put(made.briefing.id)
    if made.left:
        say(
            f"please check: {counted(made.left, 'point')} had no room on the page; make a second briefing of fewer reviews."
        )
    if made.doubtful:
        say(f"please check: {counted(made.doubtful, 'word')} in it may be a name.")
    if made.briefing.cases[1:] == ():
        say("please check: it comes from one review alone, and who knows of the death will know whose.")
    say(f"When it has gone out: cdr learning sent {made.briefing.id} --to WHO")


@command.command("sent")
@click.argument("id_", metavar="BRIEFING")
@click.option(
    "--to", "readers", metavar="WHO", multiple=True, required=True, help="A member, an agency, or readers in words."
)
@on("it was sent")
@as_json
@pass_app
def sent(app: App, id_: str, readers: tuple[str, ...], on: date | None, as_json: bool) -> None:
    """Record to whom a briefing went.

    Example: cdr learning sent L2026-7K3M --to northshire-community --to "All health visitors"
    """
    from cdr.work import learning

    made = learning.sent(app, id_, readers, happened(app, on))
    if as_json:
        _print_json([made])
    else:
        put(f"{made.id} went to {len({to for _, to in made.sent})} readers.")


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the briefings: from how many reviews, when, and to whom each went.

    Example: cdr learning list
    """
    from cdr.work import learning

    found = learning.briefings(app)
    if as_json:
        _print_json(found)
    elif found:
        rows = [(one.id, one.made_on, one.title, len(one.cases), _readers(one)) for one in found]
        put(table(rows, ["briefing", "made on", "about", "reviews", "went to"]))
    else:
        put("No briefing was made yet: cdr learning brief REF... --title TEXT -o FILE")


def _readers(one: Briefing) -> str:
    return "; ".join(f"{to} ({on})" for on, to in one.sent) or "nobody yet"


def _print_json(several: Sequence[Briefing]) -> None:
    from cdr.domain.panel.learning import as_data

    put_json({"schema": "cdr-learning/1", "briefings": as_data(several)})
