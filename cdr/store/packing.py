"""Packing a repository: of thousands of small files one large one is made, which git reads faster and a disk holds in less room.

Nothing is lost at whatever moment it is stopped: a pack is made aside from the objects that lie alone, read through, and put in place;
only then do those go, one by one, that it was seen to hold. Nobody waits for it, it holds no lock that a writer wants, and it takes
nothing for superfluous: what no branch leads to is packed like all else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cdr import disk, programs
from cdr.errors import CdrError
from cdr.store import lock
from cdr.store.git import Git
from cdr.store.objects import ID
from cdr.store.store import Store

LOCK = "cdr-pack.lock"
WAIT_SECONDS = 60.0
WORTH_IT = 4096  # objects that lie alone
MOST_PACKS = 20  # which git looks through one after another
SAMPLE, FOLDERS = "17", 256  # ids are spread evenly over so many folders, so that one of them tells
PARTS = (
    ".rev",
    ".idx",
    ".pack",
)  # in this order: git takes them for a pack when all are there, and the last holds the files
OF_A_PACK = (".rev", ".bitmap", ".idx")  # what stands beside one that goes
ALONE = "import sys; sys.path.insert(0, sys.argv[1]); from cdr.store import packing; packing.alone(sys.argv[2])"


def after(store: Store, is_waited_for: bool) -> None:
    """Pack what has come together, where that is worth it: at once, or where somebody waits in a process of its own."""
    with suppress(CdrError, OSError):
        git = store.git
        if not is_worth_it(git):
            return
        if is_waited_for:
            package = Path(__file__).parents[2]
            programs.leave([sys.executable, "-I", "-c", ALONE, str(package), str(git.folder)])
        else:
            pack(git)


def alone(folder: str) -> None:
    """What the process of its own does: it gives way to all others, and tells nobody."""
    os.nice(10)
    with suppress(CdrError, OSError):
        pack(Git(Path(folder)))


def is_worth_it(git: Git) -> bool:
    """Whether many objects lie alone, by one folder of them, or there are many packs."""
    folder = git.repository.objects / SAMPLE
    many_alone = folder.is_dir() and sum(1 for _ in folder.iterdir()) * FOLDERS >= WORTH_IT
    return many_alone or len(_packs(git.repository.objects)) > MOST_PACKS


def pack(git: Git) -> int:
    """Pack the objects that lie alone, and make one of packs where these are many; how many lay alone, 0 also where the copy is no whole one.

    Raises: what keeps a change from being recorded in this folder; GitFailed, DiskFailed. Then nothing was taken away.
    """
    git.repository.refuse_writing()
    git.repository.refuse_odd_objects()
    if git.repository.lacking() or git.repository.borrows():
        return 0
    with alone_at(git, 0):
        objects = git.repository.objects
        if (objects / "pack").is_symlink():
            return 0
        ids = sorted(_alone_in(objects))
        packed, _ = _packed(git, objects, ids) if ids else (set[str](), "")
        for id_ in packed.intersection(ids):
            (objects / id_[:2] / id_[2:]).unlink(missing_ok=True)
        for index in (objects / "pack").glob("pack-*.idx"):  # left by one who was stopped while a pack went
            if not index.with_suffix(".pack").exists():
                index.unlink()
        if len(_packs(objects)) > MOST_PACKS:
            _combine(git, objects)
        return len(packed)


def _packs(objects: Path) -> list[Path]:
    """The packs that may be put together, the smallest first: none that somebody marked to be kept."""
    found = [path for path in (objects / "pack").glob("pack-*.pack") if path.with_suffix(".idx").exists()]
    free = [path for path in found if not path.with_suffix(".keep").exists()]
    return sorted(free, key=lambda path: (path.stat().st_size, path.name))


def _combine(git: Git, objects: Path) -> None:
    """Put the packs together, but for such as are twice as large as all the smaller ones: so none is written anew often.

    As with objects that lie alone, a pack goes only when another is in place that was read through and holds all of it. Its `.pack` goes
    first: git takes an index alone for nothing.
    """
    there, sizes = _packs(objects), 0
    some: list[Path] = []
    for pack_ in there:
        if some and pack_.stat().st_size > 2 * sizes:
            break
        some.append(pack_)
        sizes += pack_.stat().st_size
    if len(some) < 2:
        return
    listed = {pack_: _listed(git, pack_) for pack_ in some}
    made, name = _packed(git, objects, sorted(set().union(*listed.values())))
    for pack_, ids in listed.items():
        if pack_.stem != name and ids <= made:
            for part in (".pack", *OF_A_PACK):
                pack_.with_suffix(part).unlink(missing_ok=True)


def _listed(git: Git, pack_: Path) -> set[str]:
    said = git.run("show-index", data=pack_.with_suffix(".idx").read_bytes(), long=True)
    return {line.split()[1] for line in said.decode("ascii").splitlines()}


@contextmanager
def alone_at(git: Git, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Nobody packs meanwhile, and nothing is left of one who was stopped at it. Raises: TryAgain, as `lock.held`."""
    with lock.held(git.repository.shared / LOCK, wait, "packing"):
        disk.sweep(git.repository.objects)
        yield


def _alone_in(objects: Path) -> Iterator[str]:
    for number in range(FOLDERS):
        folder = objects / f"{number:02x}"
        there = folder.iterdir() if folder.is_dir() and not folder.is_symlink() else ()
        yield from (id_ for path in there if ID.fullmatch(id_ := folder.name + path.name))


def _packed(git: Git, objects: Path, ids: list[str]) -> tuple[set[str], str]:
    """The objects that a pack was made of, which is in place and was read through, and what it is called."""
    with disk.aside(objects) as there:
        data = "".join(f"{id_}\n" for id_ in ids).encode()
        name = git.run("pack-objects", "--quiet", "--threads=1", str(there / "pack"), data=data, long=True)
        made = there / f"pack-{name.decode('ascii').strip()}"
        git.run("verify-pack", str(made.with_suffix(".idx")), long=True)
        holds = _listed(git, made.with_suffix(".pack"))
        folder = disk.private_folder(objects / "pack")
        for part in PARTS:
            if made.with_suffix(part).exists():
                disk.move(made.with_suffix(part), folder / f"{made.name}{part}")
    return holds, made.name
