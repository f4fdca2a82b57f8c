"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from cdr.app import App
from cdr.clock import parse_date
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.statistics.threshold import FEWEST

F = TypeVar("F", bound=Callable[..., Any])
pass_app = click.make_pass_decorator(App)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout instead.")


class Day(click.ParamType[date]):
    """A date as people write it."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_date(value)
        except WrongUsage as error:
            self.fail(error.message, param, ctx)


class Reference(click.ParamType[str]):
    """A case reference; letters may be small."""

    name = "REF"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from cdr.store.layout import REFERENCE

        reference = str(value).strip().upper()
        if ctx is not None and param is not None and param.name == "reference" and REFERENCE.fullmatch(reference):
            ctx.ensure_object(App).about = reference  # and nothing else that somebody typed in its place
        return reference


def on(what: str) -> Callable[[F], F]:
    """`--on DATE`, the day that something happened."""
    return click.option("--on", "on", type=Day(), help=f"The day {what}; today without it.")


def happened(app: App, on: date | None) -> date:
    """The day given with `--on`, else today. Raises: ConditionsNotMet for a day that is still to come."""
    today = app.clock.today
    if on is not None and on > today:
        raise ConditionsNotMet(
            "The day given with --on is still to come; nothing was recorded.", [], "Give the day on which it happened."
        )
    return on or today


def as_format(formats: Sequence[str], usual: str, what: str) -> Callable[[F], F]:
    """`--format`, of those in which something is written; `usual` without it, and `--json` for the one that scripts read."""
    chosen = click.option(
        "--format", "format_", type=click.Choice(formats), default=usual, show_default=True, help=what
    )
    short = click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
    return lambda command: chosen(short(command))


case_reference = click.argument("reference", metavar="REF", type=Reference())
threshold = click.option(
    "--threshold",
    default=FEWEST,
    show_default=True,
    metavar="N",
    type=click.IntRange(FEWEST, 1000),
    help="With --public: the smallest count that is shown, but for none.",
)
dry_run = click.option(
    "-n",
    "--dry-run",
    is_flag=True,
    help="With --public: look at the edition first; nothing is recorded, and nothing of it may be published.",
)


def refuse_preview_of_nothing(dry_run: bool, public: bool) -> None:
    """Stop where a preview is asked for and nothing is to be published. Raises: WrongUsage."""
    if dry_run and not public:
        raise WrongUsage("A preview is of what would be published.", "Give --public too.")


output_file = click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(dir_okay=True, path_type=str),
    help="Where it is written; - is stdout.",
)
