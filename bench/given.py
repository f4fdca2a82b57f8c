"""What `notify` cannot do without, each part alone, against five times what writing is compared with: no line of it works out anything of cdr's.

python bench/given.py CASES --keep DIR        (a store that `bench/scale.py --keep DIR` left there)

What is loaded is a process each, with one more in it than in the one before. The programs are started by the functions with which cdr does, on
as much as a notification is, and their own processor time is counted. Of each the least of several runs.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring import used
from stores import Built

from cdr.app import extraction
from cdr.store import encrypting, git_files, layout
from cdr.store.parts import NOT_AT_REST
from cdr.store.store import Store
from cdr.store.unsealing import Unsealing

TIMES = 10
MOST = 5  # times its base, which was to be reached
LOADED = (
    ("Python", "pass"),
    ("click", "import click"),
    ("the reader of YAML", "import ruamel.yaml"),
    ("jsonschema", "from jsonschema import Draft202012Validator, FormatChecker; from referencing import Registry"),
)
ENDS = "import os; os._exit(0)"  # as cdr does
DOCUMENTS = (b"x" * 1200, b"x" * 3000)  # a case and a notification, as text
SECRET = "0" * 64
SINCE = 30_000  # bytes of what was recorded since: half of what there may be


def loaded() -> Iterator[tuple[str, float]]:
    """What each takes more than those before it, in milliseconds."""
    before, lines = 0.0, ["import cdr"]  # which puts off looking for rings of objects
    for name, line in LOADED:
        lines.append(line)
        command = [sys.executable, "-c", "; ".join([*lines, ENDS])]
        took = 1000 * min(used(command).processor for _ in range(TIMES))
        yield name, took - before
        before = took


def programs(built: Built) -> Iterator[tuple[str, float]]:
    """What each program takes that a notification starts, in milliseconds; `built` may be changed."""
    store = Store(built.store, extraction(), built.member)
    gnupg, head, git = store.snapshot.keys.gnupg, store.sealed.head, store.git
    readers = store.sealed.keys.registry.readers(layout.CASE)
    at_work = store.history.state.sealed(f"{built.member}/{NOT_AT_REST}") or b""
    kept = [gnupg.seal(b"x" * size, SECRET) for size in (len(at_work), SINCE)]
    secret = gnupg.encrypt(SECRET.encode(), [built.member])
    path, blob = next((path, blob) for path, blob in git.tree(head).items() if path.startswith("cases/"))

    def unsealed() -> None:
        opening = Unsealing(gnupg)
        opening.secret_in(secret)
        for one in kept:
            assert opening.open(one)
        opening.end()

    started: tuple[tuple[str, Callable[[], object]], ...] = (
        ("gpg: the secret of what is kept (private key), and what is kept and asked", unsealed),
        ("gpg: two documents encrypted to the members", lambda: encrypting.encrypted(gnupg, DOCUMENTS, readers)),
        ("gpg: the signature (private key)", lambda: gnupg.sign(b"x" * 400, built.member)),
        ("git: its index", lambda: git_files.stage(git, {path: blob}, head)),
        ("gpg: what was recorded, sealed", lambda: gnupg.seal(b"x" * SINCE, SECRET)),
    )
    for name, start in started:
        yield name, min(_of_children(start) for _ in range(TIMES))


def _of_children(start: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def table(parts: list[tuple[str, float]], started: list[tuple[str, float]], base: float) -> list[str]:
    """Each part in milliseconds and as a multiple of the base (in milliseconds too), and what is left of what was to be reached."""
    lines = ["| given | ms | times the base |", "|---|---|---|"]
    together = sum(took for _, took in (*parts, *started))
    sums = [
        ("all of it together", together),
        (f"{MOST} times the base", MOST * base),
        ("left for cdr", MOST * base - together),
    ]
    for name, took in (*parts, *started, *sums):
        lines.append(f"| {name} | {took:.1f} | {took / base:.1f} |")
    return lines


def main() -> None:
    """Measure a store that is kept, and print."""
    import steps
    import stores
    import verbs

    count, keep = int(sys.argv[1]), Path(sys.argv[3])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with stores.standing([count], keep) as built, stores.copies(built) as [copy], stores.within(copy):
        used(steps.cdr(copy, ["list"]))  # so that there is a part of the cases at work to open
        base = 1000 * steps.bases(built)[verbs.WRITE]
        print(f"{count:,} cases; two `gpg -e` and one `git commit -S`: {base:.1f} ms\n")
        print("\n".join(table([*loaded()], [*programs(copy)], base)))


if __name__ == "__main__":
    main()
