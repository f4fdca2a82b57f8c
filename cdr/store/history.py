"""The signed history: every commit from the one that made the store must be by someone who might make it.

A commit is judged by the registry of its parent: what counts is the order of the history, not the clock. The last commit
that was checked is remembered outside the repository, so that only what is new is checked, and a rollback is noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cdr.errors import VERIFY, CdrError, NotAuthentic, NotFound
from cdr.store import layout, state
from cdr.store.crypto import Gnupg, Signer, UnknownKey
from cdr.store.git import Git
from cdr.store.objects import Blob, Changes, Commit
from cdr.store.registry import CHASER, MEMBER, Person, Registry
from cdr.store.state import State, Verified

if TYPE_CHECKING:
    from cdr.store.keyring import Key, Part

Progress = Callable[[Sequence[str], str], Iterable[str]]
ANOTHER = "Another store stands in this folder than the one seen here before."
GIVEN_UP = "given-up"


def silent(items: Sequence[str], label: str) -> Iterable[str]:
    """No progress shown."""
    return items


class Keys:
    """One version of the registry: who is in it, and GnuPG looking only at their public keys.

    `ever` gives GnuPG with every subkey that the history up to a commit knows of.
    """

    def __init__(self, registry: Registry, gnupg: Gnupg, ever: Callable[[str], Gnupg]) -> None:
        self.registry = registry
        self.gnupg = gnupg
        self.ever = ever


class History:
    """The history of one repository, with what is remembered of it."""

    def __init__(self, git: Git, accepted_root: str | None = None) -> None:
        """`accepted_root` is the fingerprint of the key that made the store, as a person gave it for a first clone."""
        self.git = git
        self.accepted_root = accepted_root
        self.taken_up: tuple[bytes, ...] = ()  # public keys that a member brings, which the next commit will hold
        self._keys: dict[str, Keys] = {}
        self.is_accepted = False  # until then nothing of the store is looked at beyond the keys that it began with
        self.root = self._root()
        self.state = State(self.root, git.folder)

    # ---- what is asked of it -----------------------------------------------------------------------------------

    def verified(self, progress: Progress) -> Verified:
        """How far the history is authentic: always the branch's tip. Raises: NotAuthentic."""
        tip = self.git.repository.tip()
        if tip is None:
            raise NotFound("This store has no history yet.", "Make one with: cdr init")
        known, *others = (self._instead_of(one, tip) for one in self._known())
        new = self._since(known, tip)
        for other in others:
            self._since(other, tip)
        if not new:
            return known
        commits = {commit.id: commit for commit in new}
        for id_ in progress(list(commits), "Checking the history"):
            self.check(commits[id_])
        found = Verified(tip, known.count + len(new), self.git.subtree(tip, layout.KEYS))
        return found if self.taken_up else self.remember(found.head, found.count)

    def _instead_of(self, known: Verified, tip: str) -> Verified:
        """What to go on from: all is checked anew where one's own work was recorded anew on what the others had (`give_up`)."""
        said = (self.state.sealed(f"{GIVEN_UP}/{self.state.place_name}") or b"").decode("ascii", "replace").split()
        if len(said) != 2 or said[0] != known.head or tip == known.head or not self.git.is_ancestor(said[1], tip):
            return known
        return Verified(self.root, 1, self.git.subtree(self.root, layout.KEYS))

    def give_up(self, old: str, new: str) -> None:
        """Keep that a commit which follows no other's may give way to this one: the one reason is in `anew`."""
        self.state.seal(f"{GIVEN_UP}/{self.state.place_name}", f"{old} {new}".encode("ascii"))

    def _since(self, known: Verified, tip: str) -> list[Commit]:
        """What was added to a history that was seen; every commit of it is checked, whichever line of work it is on."""
        new = self.git.since(known.head, tip)
        if new is None and self._first(tip) != self.root:
            raise self._not_accepted(ANOTHER)
        if new is None:
            from cdr.store import way_back

            raise way_back.not_as_seen(self.git, known.head, tip)
        return new

    def remember(self, tip: str, count: int) -> Verified:
        """Keep that everything up to `tip` is authentic."""
        verified = Verified(tip, count, self.git.subtree(tip, layout.KEYS))
        self.state.remember(verified)
        return verified

    def keys_at(self, commit: str) -> Keys:
        """The registry as it stood at a commit, with its key ring."""
        tree = self.git.subtree(commit, layout.KEYS)
        if tree not in self._keys:
            self._keys[tree] = self._read_keys(commit, tree)
        return self._keys[tree]

    def check(self, commit: Commit) -> Person:
        """Who made this commit, after making sure that they might. Raises: NotAuthentic."""
        try:
            return (
                self._check_merge(commit) if len(commit.parents) > 1 else self._check_change(commit, commit.parents[0])
            )
        except IndexError:
            raise self._refused(commit, "has no history before it") from None

    def by(self, commit: Commit) -> Person:
        """Whose key signed a commit of the history. Raises: NotAuthentic."""
        return self._signer(commit, commit.id if commit.id == self.root else commit.parents[0])

    def by_each(self, commits: Sequence[Commit]) -> list[Person]:
        """The same of several commits that were found authentic; what was found once is kept, for who signed a commit never changes."""
        from cdr.store import signers

        known = signers.kept(self.state)
        found = [self._as_known(commit, known.get(commit.id, "")) or self.by(commit) for commit in commits]
        now = {commit.id: person.fingerprint for commit, person in zip(commits, found, strict=True)}
        if not now.items() <= known.items():
            signers.keep(self.state, {**known, **now})
        return found

    def _as_known(self, commit: Commit, signer: str) -> Person | None:
        """The person with this key, of those whom the registry named when the commit was made."""
        parent = commit.id if commit.id == self.root else commit.parents[0]
        return self.keys_at(parent).registry.person(signer) if signer else None

    def accept_root(self, fingerprint: str) -> None:
        """Take the store as begun by this key: from now on its history is remembered here. Raises: NotAuthentic."""
        commit = self.git.commits([self.root])[0]
        keys = self.keys_at(self.root)
        signer = keys.gnupg.signer(commit.payload, commit.signature).primary if commit.signature else ""
        person = keys.registry.person(signer)
        if person is None or person.role != MEMBER or person.fingerprint != fingerprint.replace(" ", "").upper():
            raise NotAuthentic(
                "This store was not begun by the key that was given.", "Ask a member for the whole fingerprint again."
            )
        if not self.state.verified():
            self.remember(self.root, 1)
        self.state.remember_place()

    def accept(self, fingerprint: str | None) -> None:
        """The same by the key that was given, else by the root's own where its secret part is here. Raises: NotAuthentic."""
        self.accept_root(fingerprint or self._own_root(moved=False))

    # ---- how it is judged --------------------------------------------------------------------------------------

    def _known(self) -> list[Verified]:
        expected = state.roots_at(self.git.folder)
        moved = bool(expected - {self.root})
        known = self.state.verified()
        if self.accepted_root or moved or not self.state.is_known:
            self.accept_root(self.accepted_root or self._own_root(moved))
            known = self.state.verified()
        elif not expected:
            self.state.remember_place()
        self.is_accepted = True
        return known or [Verified(self.root, 1, self.git.subtree(self.root, layout.KEYS))]

    def _own_root(self, moved: bool) -> str:
        """The root's key, where this machine has reason to trust it: its secret key was here before anything of the store was looked at."""
        here = {key.fingerprint for key in Gnupg().listed(secret=True)}
        keys = self.keys_at(self.root)
        commit = self.git.commits([self.root])[0]
        signer = keys.gnupg.signer(commit.payload, commit.signature).primary if commit.signature else ""
        if signer and not moved and signer in here:
            return signer
        raise self._not_accepted(ANOTHER if moved else "This copy of the store has not been checked here yet.")

    def _not_accepted(self, why: str) -> NotAuthentic:
        return NotAuthentic(
            why,
            "Ask a member, not over the network, for the fingerprint of the key that made the store; then: cdr verify --root FINGERPRINT",
        )

    def _check_change(self, commit: Commit, parent: str) -> Person:
        from cdr.store import erasures

        person = self._signer(commit, parent)
        changes = self.git.changed(parent, commit.id)
        self._may(person, commit, changes)
        erasures.check(self.git, commit, changes, person.fingerprint)
        return person

    def _check_merge(self, commit: Commit) -> Person:
        """A path changed on one side must equal that side; one changed on both needs someone who may write it."""
        from cdr.store import erasures

        if len(commit.parents) != 2:
            raise self._refused(commit, "merges more than two lines of work")
        ours, theirs = commit.parents
        people = {self._signer(commit, parent) for parent in commit.parents}
        base = self.git.merge_base(ours, theirs)
        one, other = self.git.changed(base, ours), self.git.changed(base, theirs)
        against_ours, against_theirs = self.git.changed(ours, commit.id), self.git.changed(theirs, commit.id)
        erased = erasures.erased_at(self.git, commit.id)
        written = {
            path
            for path in one.keys() & other.keys()
            if (path in against_ours or path in against_theirs) and erasures.case_of(path) not in erased
        }
        dropped = (one.keys() - other.keys()) & against_ours.keys() | (
            other.keys() - one.keys()
        ) & against_theirs.keys()
        dropped = {path for path in dropped if erasures.case_of(path) not in erased}
        untouched = (against_ours.keys() & against_theirs.keys()) - one.keys() - other.keys()
        if dropped or untouched:
            raise self._refused(commit, "is a merge that changes what neither side changed, or drops a change")
        changes = {path: against_ours.get(path) or against_theirs[path] for path in written}
        for person in people:
            self._may(person, commit, changes)
        erasures.check_merge(self.git, commit, base, {**one, **other})
        return people.pop()

    def _signer(self, commit: Commit, parent: str) -> Person:
        """Who made a commit, of the people whom the registry of its parent names."""
        if not commit.signature:
            raise self._refused(commit, "is not signed")
        keys = self.keys_at(parent)
        try:
            signer = keys.gnupg.signer(commit.payload, commit.signature)
        except UnknownKey:
            signer = self._by_a_new_subkey(commit, parent)
        except NotAuthentic:
            raise self._by_nobody(commit) from None
        person = keys.registry.person(signer.primary)
        if person is None:
            raise self._by_nobody(commit)
        return person

    def _by_a_new_subkey(self, commit: Commit, parent: str) -> Signer:
        """Who signed with a subkey that the registry before did not hold: a primary key speaks for its subkeys, whenever they came.

        One that the history knew before counts only where its primary key has certified it anew: it may have been taken out.
        Raises: NotAuthentic.
        """
        before, since = self.ever(parent), self.ever(self.git.repository.tip() or commit.id, self.taken_up)
        try:
            signer = since.signer(commit.payload, commit.signature)
        except UnknownKey as unknown:
            raise self._not_taken_up(commit, parent, unknown) from None
        then, now = (_certified(ring.key(signer.primary), signer.signing) for ring in (before, since))
        if then == now:
            raise self._by_nobody(commit)
        return signer

    def _not_taken_up(self, commit: Commit, parent: str, unknown: UnknownKey) -> NotAuthentic:
        """What to tell of a commit by a key that no registry holds: it may be a subkey of a member's that is new."""
        person, refresh = None, "cdr keys refresh"
        with suppress(CdrError):
            signer = Gnupg().signer(commit.payload, commit.signature)
            person = self.keys_at(parent).registry.person(signer.primary)
            if person is None:
                return self._by_nobody(commit)
        if person:
            return NotAuthentic(
                f"The commit {commit.id[:12]} is signed with a subkey of {person.name}'s key that the store does not hold yet.",
                f"Take it up, and the commit counts: {refresh} {person.fingerprint}",
            )
        from cdr.store import way_back

        return NotAuthentic(
            f"The commit {commit.id[:12]} is signed with a key that this store does not hold ({unknown.key_id}).",
            f"If it is a new subkey of a member's key, that member takes it up ({refresh} FINGERPRINT), and the commit counts. "
            f"If not: {way_back.ASK}",
        )

    def _by_nobody(self, commit: Commit) -> NotAuthentic:
        return self._refused(commit, "is not by anyone who may write to this store")

    def _refused(self, commit: Commit, why: str) -> NotAuthentic:
        from cdr.store import way_back

        return NotAuthentic(f"The commit {commit.id[:12]} {why}.", way_back.sign_again(self.git, commit))

    def _may(self, person: Person, commit: Commit, changes: Changes) -> None:
        if person.role == CHASER:
            wrong = [path for path, (_, new) in changes.items() if new is None or not layout.chaser_may_write(path)]
            if wrong:
                raise self._refused(commit, "is by the chaser's key, and changes more than prompts")
        if any(path.startswith("keys/") for path in changes):
            self.keys_at(commit.id)  # refuses a registry that cannot be read or names no member

    # ---- where it begins, and the keys of a moment -------------------------------------------------------------

    def _root(self) -> str:
        """The commit that made the store: as it was seen in this folder before, or else as the history has it."""
        tip, seen = self.git.repository.tip(), state.roots_at(self.git.folder)
        if tip is None and seen:
            heads = [head for root in seen for head in State(root, self.git.folder).verified()[:1]]
            from cdr.store import way_back

            raise way_back.branch_gone(self.git, heads[0].head if len(heads) == 1 else "")
        if tip is None:
            raise NotFound("This folder's repository is not a store.", "Make one with: cdr init")
        if len(seen) == 1 and not self.accepted_root:
            with suppress(NotAuthentic):  # it is not in this repository
                return self.git.commits([*seen])[0].id
        return self._first(tip)

    def _first(self, tip: str) -> str:
        """The commit with which the history of a store began: the first that has a registry."""
        if not self._has_registry(tip):
            raise NotFound("This folder's repository is not a store.", "Make one with: cdr init")
        root = tip
        while before := next(filter(self._has_registry, self.git.parents(root)), None):
            root = before
        return root

    def _has_registry(self, commit: str) -> bool:
        return bool(self.git.subtree(commit, layout.REGISTRY))

    def _read_keys(self, commit: str, tree: str) -> Keys:
        files = self.git.files_in(commit, layout.KEYS)
        if layout.REGISTRY not in files:
            raise NotAuthentic("The store has no registry of keys.", VERIFY)
        registry = Registry.read(self.git.often(files[layout.REGISTRY].digest, layout.LARGEST_REGISTRY))
        if not any(person.role == MEMBER for person in registry.people):
            raise NotAuthentic("The store's registry of keys names no member.", VERIFY)
        there = _key_files(registry, files)
        return Keys(registry, self._ring(tree, there.values(), there.keys()), self.ever)

    def keys_with(self, commit: str, armoured: Mapping[str, bytes], registry: Registry | None = None) -> Keys:
        """The registry at a commit (or one that is to follow it), with these public keys by fingerprint in the place of those that it holds."""
        registry = registry or self.keys_at(commit).registry
        others = {
            f: digest
            for f, digest in _key_files(registry, self.git.files_in(commit, layout.KEYS)).items()
            if f not in armoured
        }
        name = _named(others.values(), armoured.values())
        ring = self._ring(name, others.values(), {*others, *armoured}, armoured.values())
        return Keys(registry, ring, self.ever)

    def ever(self, commit: str, known: Iterable[bytes] = ()) -> Gnupg:
        """GnuPG with every key that a registry up to a commit ever held, with all their subkeys, and with `known` files beside."""
        commits = [*self.git.commits([self.root]), *(self.git.since(self.root, commit) or [])]
        versions = {self.git.subtree(one.id, layout.KEYS): one.id for one in commits}
        digests = {
            blob.digest
            for version in versions.values()
            for path, blob in self.git.files_in(version, layout.KEYS).items()
            if layout.KEY_FILE.fullmatch(path) and blob.is_regular
        }
        more = tuple(known)
        return self._ring(_named(digests, more), sorted(digests), (), more)

    def _ring(self, name: str, digests: Iterable[str], needed: Collection[str], known: Iterable[bytes] = ()) -> Gnupg:
        """A ring of these key files, kept under a name that says what is in it; `needed` are fingerprints without which it is not whole."""

        def make(ring: Path) -> bool:
            made = Gnupg(ring)
            made.add(self._files_of_keys(digests))
            made.add(known)
            return {key.fingerprint for key in made.listed()}.issuperset(needed)

        return Gnupg(self.state.ring(name, make))

    def _files_of_keys(self, digests: Iterable[str]) -> Iterator[bytes]:
        """These files, each once and one after the other. Raises: NotAuthentic for more than a store's keys can be."""
        left = layout.LARGEST_KEYS
        for digest in dict.fromkeys(digests):
            [raw] = self.git.contents([digest], layout.LARGEST_KEY)
            left -= len(raw)
            if left < 0:
                raise NotAuthentic("The files in keys/ are larger than a store's keys can be.", VERIFY)
            yield raw


def _key_files(registry: Registry, files: Mapping[str, Blob]) -> dict[str, str]:
    """The ids of the public keys that are there, by whose they are."""
    paths = {person.fingerprint: layout.key_path(person.fingerprint) for person in registry.people}
    return {fingerprint: files[path].digest for fingerprint, path in paths.items() if path in files}


def _named(digests: Iterable[str], known: Iterable[bytes]) -> str:
    return hashlib.sha256("\n".join(sorted(digests)).encode() + b"\0".join(known)).hexdigest()[:40]


def _certified(key: Key | None, fingerprint: str) -> Part | None:
    """What a primary key says of one of its subkeys."""
    parts = key.parts if key else ()
    return next((part for part in parts if fingerprint.endswith(part.id)), None)
