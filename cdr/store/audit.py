"""The history as people read it: one line a commit, with who signed it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cdr import clock, moments
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store import erasures, layout
from cdr.store.objects import EMPTY_TREE, Commit
from cdr.store.registry import Person
from cdr.store.store import Store

DRILL_DAYS = 366  # a drill is asked for once in so many days
ERASE = "erase"
DRILL = "drill"  # a key was tried, by opening a document with it
VERB = expression(rf"cdr: ([a-z-]+)(?: ({layout.REFERENCE.pattern}))?")


@dataclass(frozen=True)
class Recorded:
    """One change: its commit, when (ISO, by the writer's machine), whose key signed it, what it was and which files."""

    commit: str
    at: str
    by: str
    fingerprint: str
    what: str
    paths: tuple[str, ...]


def changes(store: Store, reference: str | None) -> list[Recorded]:
    """Every change since the store was made, newest first; of one case, where a reference is given, also of one that was erased.

    Raises: NotFound, NotAuthentic.
    """
    from cdr.store import erasures

    store.git.ask_itself()
    sealed, case = store.sealed, layout.reference(reference) if reference else ""
    folder = f"cases/{case}" if case else ""
    if case and erasures.at(sealed.git, sealed.head, case) is None:
        sealed.case(case)
    history, git = store.history, store.git
    commits = [*git.commits([history.root]), *(git.since(history.root, store.sealed.head) or [])]
    shown = [commit for commit in commits[::-1] if not folder or _touches(store, commit, folder)]
    return [_recorded(store, *one, folder) for one in zip(shown, history.by_each(shown), strict=True)]


def acts_since(store: Store, commit: str) -> list[tuple[date, str, str]]:
    """What was recorded after a commit: the day, the verb, and the case where it was about one; empty for work put together by hand.

    A case is erased once, when a second member confirms it; asking for it changes nothing. Raises: NotAuthentic.
    """
    found = [(one, VERB.match(one.title)) for one in store.git.since(commit, store.sealed.head) or []]
    acts = [(clock.day_of(one.seconds), verb[1], verb[2] or "") for one, verb in found if verb]
    if not any(verb == ERASE for _, verb, _ in acts):
        return acts
    before = erasures.erased_at(store.git, commit)
    gone = [one for case, one in erasures.erased_at(store.git, store.sealed.head).items() if case not in before]
    erased = [(moments.day(one.confirmed_on), ERASE, one.case) for one in gone]
    return [*(act for act in acts if act[1] != ERASE), *erased]


def last_acts(store: Store) -> dict[str, tuple[str, str]]:
    """The last change that each key signed, by its fingerprint: its day, and the command without the case it was about.

    Raises: NotAuthentic.
    """
    history, git = store.history, store.git
    found: dict[str, tuple[str, str]] = {}
    commits = [*git.commits([history.root]), *(git.since(history.root, store.sealed.head) or [])]
    for commit, person in zip(commits, history.by_each(commits), strict=True):
        verb = VERB.match(commit.title)
        day = clock.day_of(commit.seconds).isoformat()
        found[person.fingerprint] = (day, verb[1] if verb else "by hand")
    return found


def last_drill(store: Store) -> Recorded | None:
    """The last time that a member's key was tried, other than the one key that signed everything else; None where there was none.

    Raises: NotAuthentic.
    """
    history, git = store.history, store.git
    commits = [*git.commits([history.root]), *(git.since(history.root, store.sealed.head) or [])]
    signers = [*zip(commits, history.by_each(commits), strict=True)]
    for commit, signer in reversed(signers):
        if commit.title.startswith(f"cdr: {DRILL}") and any(other != signer for _, other in signers):
            return _recorded(store, commit, signer, "")
    return None


def drill_within_a_year(store: Store, today: date) -> Recorded | None:
    """The last drill, where it is no older than a year. Raises: NotAuthentic."""
    tried = last_drill(store)
    return tried if tried and (today - moments.day(tried.at[:10])).days <= DRILL_DAYS else None


def _touches(store: Store, commit: Commit, folder: str) -> bool:
    """Whether a commit made a folder what it was on no side before."""
    made = store.git.subtree(commit.id, folder)
    return all(store.git.subtree(parent, folder) != made for parent in commit.parents or (EMPTY_TREE,))


def _recorded(store: Store, commit: Commit, person: Person, folder: str) -> Recorded:
    before = commit.parents[0] if commit.parents else EMPTY_TREE
    paths = [path for path in store.git.changed(before, commit.id) if not folder or path.startswith(f"{folder}/")]
    at = datetime.fromtimestamp(commit.seconds, UTC).isoformat(timespec="seconds")
    return Recorded(commit.id, at, person.name, person.fingerprint, commit.title, tuple(paths))


def acts_on_both(store: Store, one: str, other: str) -> list[tuple[str, str, str]]:
    """The changes that wrote in both cases, newest first: the commit, the one before it, and the verb. Raises: NotAuthentic."""
    folders = (f"cases/{one}", f"cases/{other}")
    found = [
        (commit.id, commit.parents[0], verb[1])
        for commit in store.git.since(store.history.root, store.sealed.head) or []
        if (verb := VERB.match(commit.title)) and len(commit.parents) == 1
        if all(_touches(store, commit, folder) for folder in folders)
    ]
    return found[::-1]
