"""Which stores took over from which when areas changed hands: one small file for each, in the open.

`areas/from-ROOT.yaml` stands in the store that took over, and says up to which commit of the other's history; `areas/to-ROOT.yaml` stands in
the one that was taken over, and closes it: it is read, and its cases are written no more. ROOT is the commit that made the other store.
See docs/adr/0051.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.errors import VERIFY, ConditionsNotMet, NotAuthentic
from cdr.forms import codec
from cdr.records import asdict, dataclass
from cdr.store import layout
from cdr.store.objects import Blob, Objects

SCHEMA = "areas/1"
FROM, TO = "from", "to"
OPEN_TO_CLOSED = frozenset({layout.READS})  # what is written in a store that was closed: who opened what


@dataclass(frozen=True)
class Taking:
    """Cases that were taken over in one step: on which day (ISO), by whose key, how far the history was that they were taken from.

    `anchor` is the line for `cdr anchor verify` in the store that was taken over; `renamed` are the cases that are called otherwise here, and all meetings.
    """

    on: str
    by: str
    head: str
    anchor: str
    cases: tuple[str, ...]
    renamed: Mapping[str, str]

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Taking:
        """As a file has it. Raises: KeyError, TypeError, AttributeError for anything else."""
        names = {str(key): str(value) for key, value in said["renamed"].items()}
        on, by, head, anchor = (str(said[name]) for name in ("on", "by", "head", "anchor"))
        return cls(on, by, head, anchor, tuple(map(str, said["cases"])), names)


@dataclass(frozen=True)
class Succession:
    """What was taken over from one store, or by one: its root, its area's name, and each taking."""

    way: str
    root: str
    area: str
    takings: tuple[Taking, ...]

    @property
    def path(self) -> str:
        """Where it stands."""
        return layout.succession_path(self.way, self.root)

    @property
    def cases(self) -> set[str]:
        """The cases that were taken over, as they were called there."""
        return {case for one in self.takings for case in one.cases}

    @property
    def renamed(self) -> dict[str, str]:
        """What cases that had to be called otherwise, and meetings, are called here, by what they were called there."""
        return {before: after for one in self.takings for before, after in one.renamed.items()}

    def with_one(self, taking: Taking) -> Succession:
        """The same with one taking more."""
        return Succession(self.way, self.root, self.area, (*self.takings, taking))

    def written(self) -> bytes:
        """The file that says so."""
        takings = [{**asdict(one), "cases": list(one.cases), "renamed": dict(one.renamed)} for one in self.takings]
        return codec.dump({"schema": SCHEMA, "way": self.way, "root": self.root, "area": self.area, "takings": takings})


def at(git: Objects, commit: str, way: str, root: str) -> Succession | None:
    """What a commit says of one other store; None where it says nothing. Raises: NotAuthentic."""
    return next((one for one in all_at(git, commit) if (one.way, one.root) == (way, root)), None)


def all_at(git: Objects, commit: str) -> list[Succession]:
    """Every store that this one took over from, or was taken over by. Raises: NotAuthentic where a file is none that cdr wrote."""
    return [_at(git, path, blob) for path, blob in _files(git, commit).items()]


def damaged(git: Objects, commit: str) -> list[str]:
    """The files about other stores that are none that cdr wrote: with one of them nothing is recorded."""
    found = []
    for path, blob in _files(git, commit).items():
        try:
            _at(git, path, blob)
        except NotAuthentic:
            found.append(path)
    return found


def _files(git: Objects, commit: str) -> dict[str, Blob]:
    files = git.files_in(commit, layout.AREAS)
    return {path: blob for path, blob in files.items() if layout.SUCCESSION_FILE.fullmatch(path) and blob.is_regular}


def _at(git: Objects, path: str, blob: Blob) -> Succession:
    return _read(git.contents([blob.digest], layout.LARGEST_IN_THE_OPEN)[0], path)


def _read(raw: bytes, path: str) -> Succession:
    try:
        body = codec.load(raw, codec.MAX_NODES)
        takings = tuple(Taking.from_dict(one) for one in body["takings"])
        found = Succession(str(body["way"]), str(body["root"]), str(body["area"]), takings)
        good = body["schema"] == SCHEMA and found.path == path and bool(takings)
    except (codec.Unreadable, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise NotAuthentic(f"{path} is damaged.", VERIFY)
    return found


def refuse_closed(git: Objects, commit: str, kinds: set[layout.Kind]) -> None:
    """Stop where documents of these kinds are to be written in a store that was taken over. Raises: ConditionsNotMet."""
    if not kinds - OPEN_TO_CLOSED:
        return
    to = [one for one in all_at(git, commit) if one.way == TO]
    if to:
        areas = " and ".join(sorted({one.area for one in to}))
        raise ConditionsNotMet(
            f"This store was taken over by {areas} on {max(one.takings[-1].on for one in to)}: it is read, and written no more.",
            [],
            f"Record it in the store of {areas}.",
        )
