"""Which states are of one kind: the same files are as before, gone, whole, empty or cut in all of them, whatever their names end with.

What cdr keeps for itself outside of the store, and may lose at any time, makes no difference where it is whole.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from faults.disks import SYNC, Act, Disk, Files
from faults.recording import MAKE, MOVE, NAME

PLAIN = (
    (re.compile(r"\.cdr-[a-z0-9_]{8}\.part"), ".cdr-*.part"),
    (re.compile(r"tmp_(obj|pack|idx)_\w{6}"), r"tmp_\1_*"),
    (re.compile(r"tmp_objdir-incoming-\w{6}"), "tmp_objdir-incoming-*"),
    (re.compile(r"/objects/[0-9a-f]{2}(?=/|$)"), "/objects/*"),
    (re.compile(r"(cdr-aside/)[a-z0-9_]{8}"), r"\1*"),
    (re.compile(r"/cdr-[a-z0-9_]{8}(?=/|$)"), "/cdr-*"),
    (re.compile(r"^temporary/.*"), "temporary/*"),
    (re.compile(r"(?<=/)20\d\d-[A-Z0-9]{4}\b"), "REF"),
    (re.compile(r"(?<=cases/REF/)[^.]*"), "*"),
    (re.compile(r"[0-9a-fA-F]{16,64}"), "*"),
)
Kind = frozenset[tuple[str, str, str]]
OBJECT = "/objects/*/*"
REMEMBERED = "verified.json"
KEPT = ("state/", "store/.git/refs/heads/main")
GONE, WHOLE, EARLIER, EMPTY, PART, OTHER = "gone", "whole", "whole, not the last", "empty", "a part", "something else"


def plain(path: str) -> str:
    """A path without what is another one in each run."""
    for expression, instead in PLAIN:
        path = expression.sub(instead, path)
    return path


def shape(root: str, before: Files, state: Files) -> set[tuple[str, bool, int]]:
    """Which files are other ones than before, without what is another one in each run: also two runs leave the same at the same place."""
    other = (path for path in {*before, *state} if before.get(path) != state.get(path))
    counted = Counter((plain(path.removeprefix(f"{root}/")), path in state) for path in other)
    return {(*one, number) for one, number in counted.items() if not one[0].endswith("/objects/*")}


class Kinds:
    """Tells the kind of each state that a run can leave."""

    def __init__(self, start: Disk, acts: Sequence[Act]) -> None:
        self.before = start.files()
        self.root = f"{start.root}/"
        end = start.copy()
        named: defaultdict[str, list[int]] = defaultdict(list)
        for act in acts:
            if act.what != SYNC:
                end.do(act)
            if act.what in (MAKE, NAME, MOVE):
                named[act.to or act.path].append(act.node)
        self.whole = {path: [end.holds[node] for node in nodes] for path, nodes in named.items()}
        self.after = end.files()
        changed = {path for path, content in self.after.items() if self.before.get(path) != content}
        self.of_all = Counter(map(self._where, changed))
        self.touched = {*named, *(path for act in acts for path in (act.path, act.to) if path)}

    def of(self, state: Files) -> Kind:
        """For each name, without what is another one in each run, what is the matter with the files that bear it."""
        found: Counter[tuple[str, str]] = Counter()
        for path in {*self.touched, *(path for path in self.before if path not in state)}:
            how = self._how(path, state.get(path))
            where = self._where(path) if how else ""
            if where and (how not in (WHOLE, EARLIER) or not where.startswith("state/") or where.endswith(REMEMBERED)):
                found[where, how] += 1
        return frozenset((where, how, self._how_many(where, how, count)) for (where, how), count in found.items())

    def of_kept(self, state: Files) -> Kind:
        """The same of what is kept outside of the store alone, where also what is whole makes a difference, and of the branch."""
        told = ((self._where(path), self._how(path, state.get(path))) for path in self.touched)
        return frozenset((where, how, "") for where, how in told if how and where.startswith(KEPT))

    def _how_many(self, where: str, how: str, count: int) -> str:
        return "all" if how == WHOLE and count == self.of_all[where] else "some" if count > 1 else ""

    def _where(self, path: str) -> str:
        name = plain(path.removeprefix(self.root))
        return f"{name} {self._sort(path)}" if name.endswith(OBJECT) else name

    def _sort(self, path: str) -> str:
        """Whether an object of git's is a file, a folder or a commit."""
        held = (self.whole.get(path) or [self.before.get(path, b"")])[-1]
        try:
            return zlib.decompressobj().decompress(held, 6).split(b" ")[0].decode()
        except zlib.error:
            return ""

    def _how(self, path: str, content: bytes | None) -> str:
        if content == self.before.get(path):
            return ""
        if content is None:
            return GONE
        wholes = self.whole.get(path) or [self.after.get(path, b"")]
        if content == wholes[-1]:
            return WHOLE
        if content in wholes:
            return EARLIER
        if not content:
            return EMPTY
        return PART if any(whole.startswith(content) for whole in wholes) else OTHER
