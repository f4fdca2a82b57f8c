"""Options that what is published has in common."""

from __future__ import annotations

import click

from cdr.errors import WrongUsage
from cdr.statistics.threshold import FEWEST

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
