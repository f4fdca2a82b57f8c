"""Who opened what: a line for each run that opened cases, without a private-key operation more than the opening took.

A line is sealed beside the store for whoever opened something (`Sealing`), and goes into it with the first change of a later day, as a
document that every member reads (`reads/ID.yaml.gpg`, by its own digest: two copies that meet have both). Each line holds the digest of the
line before, so that one which is cut out is missed. What gpg alone opens leaves no line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cdr.records import dataclass
from cdr.store import layout
from cdr.store.reads_waiting import Line, digest, folded, waiting

if TYPE_CHECKING:
    from cdr.store.store import Store
    from cdr.store.transaction import Change

EVERY_CASE = "*"
OWN_READING = "own-reading"


@dataclass(frozen=True)
class Read:
    """One run: when (ISO, real time), by whom, which command, which cases (`*` is all of them), and what for where it was asked."""

    at: str
    by: str
    fingerprint: str
    what: str
    cases: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Log:
    """Every line, newest first; `cut` are those whose line before is nowhere, `begun` counts the lines that have none before them."""

    reads: tuple[Read, ...]
    cut: tuple[Read, ...]
    begun: int


def kept_aside(store: Store) -> dict[str, Any]:
    """What is kept of the acting person's own reading, beside the store and for them alone; empty before anything is. Raises: TryAgain."""
    return store.index.sealing.open(OWN_READING) or {}


def keep_aside(store: Store, content: Mapping[str, Any]) -> None:
    """Keep that; it goes into no store. Raises: TryAgain, DiskFailed."""
    store.index.sealing.keep(OWN_READING, content)


def fold_now(store: Store, verb: str = "reads") -> bool:
    """Record the lines that wait, in a commit of their own, as when copies are about to meet; whether there were any.

    The caller holds the store's lock. Raises: as `Store.commit`.
    """
    from cdr.store.transaction import Change

    change, forget = _with_waiting(store, Change(verb), now=True)
    if change.documents:
        store.commit(change)
    forget()
    return bool(change.documents)


def _with_waiting(store: Store, change: Change, *, now: bool = False) -> tuple[Change, Callable[[], None]]:
    return folded(store.person, store.index.sealing, lambda path: store.sealed.blob(path) is not None, change, now=now)


def record_due(store: Store) -> None:
    """Record the lines that wait since another day, before copies meet. Raises: as `Store.commit`."""
    from cdr.store.transaction import Change

    if not _with_waiting(store, Change("reads"))[0].documents:
        return
    with store.writing():
        change, _ = _with_waiting(store, Change("reads"))
        if change.documents:
            store.commit(Change("reads"))


def log(store: Store, reference: str | None = None) -> Log:
    """Every line that a member may read, of one case where a reference is given, and where one is missing.

    Raises: NotFound, NotAllowed, NotAuthentic, TryAgain.
    """
    store.require_member()
    if reference:
        store.sealed.case(reference)
    lines = {digest(line): line for line in _all(store)}
    cut = [line for line in lines.values() if line["previous"] and line["previous"] not in lines]
    begun = sum(not line["previous"] for line in lines.values())
    of_case = layout.reference(reference) if reference else ""
    shown = [line for line in lines.values() if not of_case or {of_case, EVERY_CASE} & set(line["cases"])]
    newest = sorted(
        map(_read, shown[::-1]), key=lambda read: read.at, reverse=True
    )  # of one second, the later line first
    return Log(tuple(newest), tuple(map(_read, cut)), begun)


def _all(store: Store) -> Iterator[Line]:
    store.sealed.refuse_taken_out(layout.READS.name)
    for path in sorted(store.snapshot.below(layout.READS.name)):
        found = layout.place(path)
        if found is not None:
            yield from store.snapshot.read(found).body["reads"]
    with waiting(store.index.sealing) as (kept, _):
        yield from kept["reads"]


def _read(line: Line) -> Read:
    return Read(line["at"], line["by"], line["fingerprint"], line["what"], tuple(line["cases"]), line.get("for", ""))
