"""With whom this copy of the store is exchanged, what they were last seen to hold, and the exchange itself as commits.

Which remote it is stands outside the store, where a person's own command put it: a folder that somebody prepared names none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdr.errors import NotAuthentic, WrongUsage
from cdr.store.objects import ID

if TYPE_CHECKING:
    from cdr.store.exchange import Remote
    from cdr.store.state import State
    from cdr.store.store import Store

SEEN, EXCHANGED = "remote", "exchange"
NAMED, FOUND = "named:", "found:"


def noted(store: Store) -> Remote | None:
    """The remote that this copy was exchanged with before, by a person's own command; None before the first time."""
    kept = (store.history.state.sealed(_exchanged(store.history.state)) or b"").decode("utf-8", "surrogateescape")
    for mark in (NAMED, FOUND):
        if kept.startswith(mark):
            from cdr.store.exchange import Remote

            return Remote(kept.removeprefix(mark), mark == NAMED)
    return None


def remote_of(store: Store, given: str | None, here: Path) -> Remote:
    """Where to exchange: what was given (a place, or a name that git knows), else as before, else git's origin. Raises: WrongUsage."""
    from cdr.store import exchange

    if given:
        url = store.git.setting(f"remote.{given}.url") if exchange.NAME.fullmatch(given) else ""
        if url and not (here / given).exists():
            return exchange.remote(url, store.folder)
        return exchange.remote(given, here)
    known = noted(store)
    if known:
        return known
    url = store.git.setting("remote.origin.url")
    if not url:
        raise WrongUsage(
            "This store is exchanged with nobody yet.",
            "Say where: cdr sync /path/to/cdr.git, or user@host:path/cdr.git",
        )
    return exchange.remote(url, store.folder, is_named=False)


def remember(store: Store, remote: Remote) -> None:
    """Keep that this copy and the remote are alike just now, and which remote that is."""
    head, _ = store.head
    remember_from(store.history.state, remote, head)


def remember_from(state: State, remote: Remote, head: str) -> None:
    """The same of a copy that was made from the remote just now, where that stood at `head`."""
    state.seal(_seen(state, remote.url), head.encode("ascii"))
    text = f"{NAMED if remote.is_named else FOUND}{remote.url}"
    state.seal(_exchanged(state), text.encode("utf-8", "surrogateescape"))


def fetched(store: Store, remote: Remote, *, may_be_older: bool) -> str | None:
    """The last commit of the remote, brought here and not judged yet; None where it has none.

    Raises: NotAuthentic where it does not hold any more what it was seen to hold, unless it `may_be_older`; as `exchange.fetch`.
    """
    from cdr.store import exchange

    theirs = exchange.fetch(store.git, remote, store.history.verified(store.progress).head)
    kept = (store.history.state.sealed(_seen(store.history.state, remote.url)) or b"").decode("ascii", "replace")
    if not ID.fullmatch(kept) or may_be_older:
        return theirs
    try:
        still = theirs is not None and store.git.is_ancestor(kept, theirs)
    except NotAuthentic:
        still = False
    if not still:
        raise NotAuthentic(
            f"{remote.shown} does not hold any more what was seen there before ({kept[:12]}): it was put back or written anew.",
            "Ask who looks after it. If it was restored from a backup, give it back what it lost: cdr sync --restored",
        )
    return theirs


def given(store: Store, remote: Remote, theirs: str | None) -> int | None:
    """Give the remote, which stands at `theirs`, what is recorded here: how many commits; None where it has moved meanwhile.

    Raises: as `exchange.push`.
    """
    from cdr.store import exchange

    head = store.history.verified(store.progress).head
    if theirs == head:
        return 0
    if not exchange.push(store.git, remote, head):
        return None
    since = store.git.since(theirs or store.root, head) or []
    return len(since) + (0 if theirs else 1)


def _exchanged(state: State) -> str:
    return f"{EXCHANGED}/{state.place_name}"


def _seen(state: State, url: str) -> str:
    from cdr.store.document import digest

    return f"{SEEN}/{state.place_name}-{digest(url.encode('utf-8', 'surrogateescape'))[:16]}"
