"""Every step of a write fails once, one after the other: an error, or a kill just before or just after the step."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, Shell, many, run
from store.hands import findings, git, head

from cdr import programs

FORM = str(EXAMPLES / "form-a-sudi.yaml")


class Killed(BaseException):
    """The process ends here: nothing after it runs but what `finally` would not do either."""


class Fault:
    """Fails at the k-th of these calls: os.fsync, os.replace, Path.replace, Path.unlink, Path.mkdir, and each git or gpg."""

    def __init__(self, at: int, mode: str, patch: pytest.MonkeyPatch) -> None:
        self.at, self.mode, self.count, self.dead = at, mode, 0, False
        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir")):
            patch.setattr(owner, name, self.wrap(getattr(owner, name)))
        patch.setattr(programs, "run", self.wrap(programs.run))

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if self.dead:
                raise Killed
            self.count += 1
            if self.count != self.at:
                return real(*arguments, **options)
            if self.mode == "full":
                raise OSError(errno.ENOSPC, "No space left on device")
            self.dead = True
            if self.mode == "killed after":
                real(*arguments, **options)
            raise Killed

        return step


@contextmanager
def failing(at: int, mode: str) -> Iterator[Fault]:
    with pytest.MonkeyPatch.context() as patch:
        yield Fault(at, mode, patch)


def _all_points(cdr: Shell, command: list[str], mode: str, every: int, start: int) -> int:
    """Goes through the fault points of a command until one run completes; how many there were."""
    for at in range(start, 400, every):
        before = head(cdr.store)
        code: int | None = None
        with failing(at, mode) as fault, suppress(Killed):
            code = _run(cdr, *command)
        now = head(cdr.store)
        if mode == "full":
            assert code in (0, 73, 74, 75) and (code in (0, 73)) == (now != before), f"ended with {code} at point {at}"
        if now != before:
            assert git(cdr.store, "rev-parse", "HEAD^") == before
        _next_start(cdr, at)
        if fault.count < at:
            assert code == 0
            return at
    raise AssertionError("it never completes")


def _run(cdr: Shell, *arguments: str) -> int:
    return run(["--store", str(cdr.store), "--as-of", "2026-01-10", *arguments]).code


def _next_start(cdr: Shell, at: int) -> None:
    assert _run(cdr, "list") == 0, f"the next command, after point {at}"
    status = git(cdr.store, "status", "--porcelain", "--untracked-files=all")
    assert status == "", f"after point {at}: {status}"


@pytest.mark.parametrize(
    ("mode", "step", "every", "start"),
    [
        ("killed before", "milestone", 7, 1),
        ("killed after", "milestone", 7, 3),
        ("full", "milestone", 7, 5),
        ("killed before", "notify", 11, 3),
        ("killed after", "notify", 11, 1),
        ("full", "notify", 11, 2),
    ],
)
def test_every_point(cdr: Shell, sudi: str, mode: str, step: str, every: int, start: int) -> None:
    notify = ["notify", "--from", FORM, "--not-a-duplicate", "x"]
    every = max(1, every // many(1))  # all of them with `make fuzz`
    points = _all_points(
        cdr, notify if step == "notify" else ["milestone", sudi, "support_offered"], mode, every, start
    )
    assert points > 20
    cdr(*notify, as_of="2026-01-10")
    git(cdr.store, "fsck", "--no-progress", "--no-dangling")
    assert findings(cdr, code=0) == set()
    assert list(cdr.store.rglob("cases/**/.cdr-*")) + list((cdr.store / ".git").glob(".cdr-*")) == []
