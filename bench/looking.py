"""A `cdr` that looks at the clock before and after each import, and writes down at its end what each part of it took, in milliseconds.

`components.py` starts it. It loads nothing itself that cdr might be the first to load.
"""

from __future__ import annotations

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
leave = os._exit


def timed(*arguments: object, **named: object) -> object:
    """An import, and how long the outermost of those under way took."""
    under_way.append(time.process_time())
    try:
        return real(*arguments, **named)  # type: ignore[arg-type]
    finally:
        start = under_way.pop()
        if not under_way:
            outermost.append(time.process_time() - start)


def ended(code: int) -> None:
    """Write the parts down, and end."""
    ended, importing = time.process_time(), sum(outermost)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    parts = (BEGAN, LOADED - BEGAN, importing, others.ru_utime + others.ru_stime, ended - LOADED - importing)
    with open(os.environ[FROM_HERE], "w", encoding="ascii") as stream:  # noqa: PTH123 - pathlib is one of the modules
        stream.write(" ".join(f"{1000 * part:.2f}" for part in parts))
    leave(code)


if __name__ == "__main__":
    os._exit = ended  # type: ignore[assignment]  # which is the last that cdr does: git's reader has ended then
    builtins.__import__ = timed  # type: ignore[assignment]
    from cdr.cli import main

    main()
