"""A bar for work that is no list."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cdr.app import is_watched


@contextmanager
def how_far(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal for what is no list: what it gives is told how many of how many are done, and may be told less again."""
    import click

    if not is_watched():
        yield lambda done, of: None
        return
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        yield lambda done, of: bar.update(max(0, 100 * done // max(of, 1) - bar.pos))
