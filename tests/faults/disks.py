"""Which states of the files a recorded run can leave: the one after each call, where it is killed there, and those that a power cut makes of it.

A power cut keeps what was asked to be kept: the bytes that a file had at an `fsync` of it, the names that a folder had at an `fsync` of that
folder, and at its own those of what is new and of the new folders that lead to it. Each other change may be there or not, whatever became of the
ones around it: no real file system loses more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from faults.recording import COPY, CUT, END, MAKE, MOVE, NAME, ON, SEEK, START, SYNC, TAKE, WRITE, Call, Step

FOLDER, PIPE, LINK = b"\0folder", b"\0pipe", b"\0link:"  # the content of what is no plain file
Files = Mapping[str, bytes]
BYTES, NAMES = (WRITE, CUT), (MAKE, NAME, TAKE, MOVE)
NEVER = 1 << 60
RANDOM_ONES = 3


@dataclass(frozen=True)
class Act:
    """A step upon a file itself, which has a number: its bytes stay its own whatever name it has, or has no more."""

    call: Call
    what: str
    node: int
    path: str
    to: str = ""
    data: bytes = b""
    at: int = 0


@dataclass
class Disk:
    """The names below a folder, the files that they lead to, and what each of these holds."""

    root: str
    names: dict[str, int] = field(default_factory=dict)
    holds: dict[int, bytes] = field(default_factory=dict)

    @staticmethod
    def of(root: str, files: Files) -> Disk:
        """A disk on which these files stand."""
        names = {path: number for number, path in enumerate(files)}
        return Disk(root, names, {number: files[path] for path, number in names.items()})

    def copy(self) -> Disk:
        """The same once more."""
        return Disk(self.root, dict(self.names), dict(self.holds))

    def files(self) -> dict[str, bytes]:
        """What is to be seen: whatever has a name in a folder that is there."""
        found: dict[str, bytes] = {}
        for path in sorted(self.names):
            above = path.rpartition("/")[0]
            if above == self.root or found.get(above) == FOLDER:
                found[path] = self.holds[self.names[path]]
        return found

    def real(self, path: str, follow: bool = False) -> str:
        """The same place by a way without links; where it is one itself, that is followed or not."""
        parts = path.split("/")
        for number in range(2, len(parts) + follow):
            node = self.names.get("/".join(parts[:number]))
            if node is not None and self.holds[node].startswith(LINK):
                leads_to = os.fsdecode(self.holds[node].removeprefix(LINK))
                whole = Path("/".join(parts[: number - 1]), leads_to, *parts[number:])
                return self.real(os.path.normpath(whole), follow)
        return path

    def do(self, act: Act) -> None:
        """Let this happen."""
        held = self.holds.setdefault(act.node, b"")
        if act.what == MAKE:
            self.names[act.path] = act.node
            self.holds[act.node] = held or act.data
        elif act.what == WRITE:
            self.holds[act.node] = held[: act.at].ljust(act.at, b"\0") + act.data + held[act.at + len(act.data) :]
        elif act.what == CUT:
            self.holds[act.node] = held[: act.at].ljust(act.at, b"\0")
        elif act.what == NAME:
            self.names[act.to] = act.node
        elif act.what == TAKE:
            self.names.pop(act.path, None)
        elif act.what == MOVE:
            self._move(act)

    def _move(self, act: Act) -> None:
        below = f"{act.path}/"
        inner = {path: node for path, node in self.names.items() if path.startswith(below)}
        for path in (act.path, *inner):
            self.names.pop(path, None)
        self.names[act.to] = act.node
        self.names |= {f"{act.to}/{path.removeprefix(below)}": node for path, node in inner.items()}


class Reading:
    """Finds for each step upon a name the file that it was, and where in it the bytes went."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self._at: dict[int, int] = {}
        self._next = len(disk.names)

    def acts(self, steps: Iterable[Step]) -> Iterator[Act]:
        """The same steps, upon files."""
        for step in steps:
            opens = step.call.name == "openat"
            path, to = self.disk.real(step.path, opens), step.to and self.disk.real(step.to)
            act = self._act(replace(step, path=path, to=to))
            if act is not None:
                self.disk.do(act)
                yield act

    def _act(self, step: Step) -> Act | None:
        node = self.disk.names.get(step.path)
        if step.what == MAKE:
            return self._made(step, node)
        if step.what == COPY:
            return self._copied(step)
        if step.what == SYNC:
            return Act(step.call, SYNC, -1 if node is None else node, step.path)
        if node is None or (self.disk.holds[node] == PIPE and step.what in (WRITE, CUT, SEEK)):
            return None  # a name that it had no more, or nothing that stays
        if step.what == SEEK:
            places = {START: 0, END: len(self.disk.holds[node]), ON: self._at.get(node, 0) + step.at}
            self._at[node] = places.get(step.to, step.at)
            return None
        if step.what == WRITE:
            return self._written(step, node, step.data, step.at)
        return Act(step.call, step.what, node, step.path, step.to, at=step.at)

    def _made(self, step: Step, node: int | None) -> Act | None:
        if node is not None:  # it was there, and was only opened
            return None
        self._next += 1
        data = FOLDER if step.folder else PIPE if step.pipe else LINK + os.fsencode(step.link) if step.link else b""
        return Act(step.call, MAKE, self._next, step.path, data=data)

    def _written(self, step: Step, node: int, data: bytes, at: int) -> Act:
        if at < 0:
            at = self._at.get(node, 0)
            self._at[node] = at + len(data)
        return Act(step.call, WRITE, node, step.path, data=data, at=at)

    def _copied(self, step: Step) -> Act | None:
        node, source = self.disk.names.get(step.to), self.disk.names.get(step.path)
        if node is None:
            return None
        held = Path(step.path).read_bytes() if source is None else self.disk.holds[source]
        at = self._at.get(node, 0)
        return self._written(step, node, held[at : at + step.at], -1)


def killed(start: Disk, acts: list[Act]) -> Iterator[tuple[int, dict[str, bytes]]]:
    """After how many acts a run is killed, and what stands there then; once for each call."""
    disk = start.copy()
    yield 0, disk.files()
    for number, act in enumerate(acts, 1):
        disk.do(act)
        if act.what != SYNC:
            yield number, disk.files()


def cut(start: Disk, acts: list[Act], elsewhere: Sequence[str] = ()) -> Iterator[tuple[str, int, dict[str, bytes]]]:
    """What is lost, after how many acts the power goes, and what stands there then; what is `elsewhere` has power."""
    kept = lasting(acts, elsewhere)
    chance = random.Random(len(acts))
    for number, act in enumerate(acts, 1):

        def left(*others: str, by_chance: float = 0.0, number: int = number) -> dict[str, bytes]:
            return _left(
                start,
                acts[:number],
                lambda at: kept[at] < number or acts[at].what in others or chance.random() < by_chance,
            )

        if act.what == SYNC or number == len(acts):
            yield "all", number, left()
        if act.what != WRITE or number == len(acts) or acts[number].what != WRITE:
            yield "names", number, left(*BYTES)
            yield "bytes", number, left(*NAMES)
            for _ in range(RANDOM_ONES):
                yield "some", number, left(by_chance=0.5)


def _left(start: Disk, acts: Sequence[Act], stays: Callable[[int], bool]) -> dict[str, bytes]:
    disk = start.copy()
    for at, act in enumerate(acts):
        if act.what != SYNC and stays(at):
            disk.do(act)
    return disk.files()


def lasting(acts: Sequence[Act], elsewhere: Sequence[str] = ()) -> list[int]:
    """For each act the number of the one from which on no power cut takes it back."""
    found, files, folders, led_to = [NEVER] * len(acts), dict[int, int](), dict[str, int](), dict[str, int]()
    everything = NEVER
    for at in range(len(acts) - 1, -1, -1):
        act = acts[at]
        if act.path.startswith(tuple(elsewhere)):
            found[at] = at
        elif act.what == SYNC and not act.path:
            everything = at
        elif act.what == SYNC:
            files[act.node] = folders[act.path] = at
            led_to |= {str(above): at for above in Path(act.path).parents}
        else:
            own = files.get(act.node, NEVER) if act.what in (*BYTES, MAKE) else NEVER
            way = led_to.get(act.path, NEVER) if act.what == MAKE else NEVER
            name = folders.get((act.to or act.path).rpartition("/")[0], NEVER) if act.what in NAMES else NEVER
            found[at] = min(own, way, name, everything)
    return found
