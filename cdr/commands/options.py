"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from pathlib import PurePath
from typing import Any, TypeVar

import click

from cdr.app import App
from cdr.clock import parse_date
from cdr.errors import ConditionsNotMet, WrongUsage

F = TypeVar("F", bound=Callable[..., Any])
# By these names programs know what is in a file; any other is a text's.
ENDINGS = ("csv", "doc", "docx", "html", "json", "md", "ods", "odt", "pdf", "png", "svg", "xls", "xlsx")
pass_app = click.make_pass_decorator(App)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout instead.")

short_for_json = click.option("--json", "as_json", is_flag=True, help="The same as --format json.")


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
    return lambda command: chosen(short_for_json(command))


def as_file(formats: Sequence[str], usual: str, what: str) -> Callable[[F], F]:
    """`-o` and `--format`, of those in which something is written; without it as the file's name says, else `usual`. And `--json`."""
    told = f"{what} Without it as the name of -o says, else {usual}."
    chosen = click.option("--format", "format_", type=click.Choice(formats), help=told)

    def shared(command: F) -> F:
        @wraps(command)
        def asked(*given: Any, format_: str | None, output: str | None, **named: Any) -> Any:
            return command(*given, format_=format_ or format_of(output, formats, usual), output=output, **named)

        return chosen(short_for_json(output_file(asked)))  # type: ignore[return-value]  # the same but for its --format

    return shared


def format_of(output: str | None, formats: Sequence[str], usual: str) -> str:
    """The format that a file's name says; `usual` where it says none. Raises: WrongUsage for one in which this is not written."""
    ending = "" if output in (None, "-") else PurePath(str(output)).suffix.casefold().removeprefix(".")
    if ending in formats:
        return ending
    if ending in ENDINGS:
        raise WrongUsage(
            f"This is not written as .{ending}, and a file of that name would not open.",
            f"Choose one of {', '.join(formats)}: let the name of -o end so, or say it with --format.",
        )
    return usual


case_reference = click.argument("reference", metavar="REF", type=Reference())
output_file = click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(dir_okay=True, path_type=str),
    help="Where it is written; - is stdout.",
)
