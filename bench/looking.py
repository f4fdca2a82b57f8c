"""A `cdr` that looks at the clock before and after each import, and writes down at its end what each part of it took, in milliseconds.

`components.py` starts it. It loads nothing itself that cdr might be the first to load.
"""

from __future__ import annotations

import atexit
import builtins
import os
import resource
import sys
import time

BEGAN = time.process_time()
sys.path[0] = ""  # where `python -c` looks, as the other scripts start cdr
import cdr  # noqa: E402, F401 - which says what is put off when click is loaded

# isort: split
import click  # noqa: E402, F401

LOADED = time.process_time()
FROM_HERE = "CDR_BENCH_COMPONENTS"
outermost: list[float] = []
under_way: list[float] = []
real = builtins.__import__


def timed(*arguments: object, **named: object) -> object:
    """An import, and how long the outermost of those under way took."""
    under_way.append(time.process_time())
    try:
        return real(*arguments, **named)  # type: ignore[arg-type]
    finally:
        start = under_way.pop()
        if not under_way:
            outermost.append(time.process_time() - start)


def told() -> None:
    """Write the parts down."""
    ended, importing = time.process_time(), sum(outermost)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    parts = (BEGAN, LOADED - BEGAN, importing, others.ru_utime + others.ru_stime, ended - LOADED - importing)
    with open(os.environ[FROM_HERE], "w", encoding="ascii") as stream:  # noqa: PTH123 - pathlib is one of the modules
        stream.write(" ".join(f"{1000 * part:.2f}" for part in parts))


if __name__ == "__main__":
    atexit.register(told)  # first of all, so that it is the last: git's reader has ended then
    builtins.__import__ = timed  # type: ignore[assignment]
    from cdr.cli import main

    main()
