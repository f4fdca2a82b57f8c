"""What a run acted on and what it took, for whoever asks with `-v`: no name of a child or a family is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cdr import programs
from cdr.errors import CdrError

if TYPE_CHECKING:
    from cdr.app import App


def account(app: App, code: int) -> list[str]:
    """The lines, after a command that ended with a code."""
    return [f"cdr: {line}" for line in _lines(app, code)]


def _lines(app: App, code: int) -> Iterator[str]:
    if app.opened is not None:
        yield f"the store is {app.opened.folder}"
        with suppress(CdrError):
            yield f"the key is {app.opened.person.fingerprint} ({app.opened.person.role})"
        with suppress(CdrError):
            yield f"{'it is now' if app.has_written else 'it is'} at commit {app.opened.head[0]}"
    if app.as_of:
        yield f"the clock was set to {app.clock.now:%Y-%m-%d %H:%M}"
    started = ", ".join(f"{Path(name).name} {count}" for name, count in sorted(programs.started.items()))
    yield f"programs started: {started or 'none'}; processor time {time.process_time():.1f} s; ended with {code}"
