"""No false alarm: a history of so many honest commits, by two members and the chaser, and what `cdr verify` says of it with nothing kept.

python bench/honest.py 10000

Half way a third member comes in and goes again, so that all is encrypted anew, a key is renewed, and two members erase a case; every tenth change
is made on two lines of work and merged. Commits of one round are made as cdr makes them, with `Git.commit`'s own pieces, but that GnuPG encrypts
the documents of a round in one run and objects are written without a git for each: or it would take a day.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from measuring import Counting
from stores import Built, standing, within

from cdr.app import extraction
from cdr.store import transaction
from cdr.store.crypto import Gnupg
from cdr.store.document import Document, digest
from cdr.store.folders import stored
from cdr.store.git import Git, with_signature
from cdr.store.layout import Place
from cdr.store.objects import EMPTY_TREE, object_id
from cdr.store.plaintext import encode
from cdr.store.store import Store

CASES, CHASED, MERGED = 100, 8, 10
AUTHORS = ("Robin Ashworth", "Sam Testcase", "Chaser")


@dataclass(frozen=True)
class Hands:
    """Who works in the store: fingerprints."""

    first: str
    second: str
    chaser: str


class Line:
    """A line of work that is built on the store's, published at its end."""

    def __init__(self, store: Store, hands: Hands) -> None:
        self.git, self.hands = Git(store.folder), hands
        self.head = str(self.git.repository.tip())
        self.count = 0

    def commit(self, files: Mapping[str, bytes], by: int, on: str, merged: str = "") -> str:
        """A signed commit with these files on `on`; its id."""
        ids = {path: self._object("blob", data) for path, data in files.items()}
        tree, folders = self.git.rewritten(on or EMPTY_TREE, {**ids})
        for folder in folders.values():
            self._object("tree", stored(folder))
        author = transaction.author_line(f"hand{by}@northshire.example", AUTHORS[by])
        parents = "".join(f"parent {one}\n" for one in (on, merged) if one)
        payload = f"tree {tree}\n{parents}author {author}\ncommitter {author}\n\ncdr: milestone\n".encode()
        key = (self.hands.first, self.hands.second, self.hands.chaser)[by]
        self.count += 1
        return self._object("commit", with_signature(payload, Gnupg().sign(payload, key)))

    def _object(self, kind: str, raw: bytes) -> str:
        id_ = object_id(kind, raw)
        path = self.git.repository.objects / id_[:2] / id_[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(f"{kind} {len(raw)}\0".encode() + raw, 1))
        return id_

    def publish(self, store: Store) -> None:
        """The branch moves, and the folder follows it, as after a pull."""
        subprocess.run(["git", "-C", str(store.folder), "reset", "-q", "--hard", self.head], check=True)


def main(count: int) -> None:
    """Build the history, and verify it with nothing kept."""
    with standing([CASES], None) as [built], within(built):
        second = Gnupg().make("Sam Testcase <deputy@northshire.example>")
        hands = Hands(built.member, second, built.chaser)
        cdr(built, "keys", "add", str(_key(built, second)))
        start = time.perf_counter()
        made = rounds(built, hands, count // 2)
        events(built, hands)
        made += rounds(built, hands, count - made)
        print(f"{_commits(built):,} commits ({made:,} in rounds) in {time.perf_counter() - start:,.0f} s", flush=True)
        verified(built)


def rounds(built: Built, hands: Hands, count: int) -> int:
    """At least so many commits; how many."""
    store = Store(built.store, extraction(), hands.first)
    line = Line(store, hands)
    standing_now = dict(_documents(store))
    number = 0
    while line.count < count:
        number += 1
        standing_now = one_round(store, line, standing_now, number)
        print(f"  {line.count:,}", file=sys.stderr, flush=True)
    line.publish(store)
    return line.count


def _documents(store: Store) -> Iterator[tuple[Place, tuple[Document, bytes]]]:
    """The documents that change: each case, and the prompts of some."""
    for number, reference in enumerate(sorted(store.references)):
        for id_ in ("case", *(("prompts",) if number % CHASED == 0 else ())):
            place = store.place(reference, id_)
            if store.sealed.blob(place.path):
                yield place, (store.snapshot.read(place), store.sealed.raw(place.path))


def one_round(
    store: Store, line: Line, now: Mapping[Place, tuple[Document, bytes]], number: int
) -> dict[Place, tuple[Document, bytes]]:
    """Every document changes once, each in a commit of its own."""
    changed = {place: _next(one, raw, number) for place, (one, raw) in now.items()}
    sealed = encrypted(store, {place: encode(document).plain for place, document in changed.items()})
    waiting = ""
    for nth, (place, data) in enumerate(sealed.items()):
        by = 2 if place.kind.chaser_writes else nth % 2
        if waiting:
            theirs = line.commit({place.path: data}, by, waiting)
            line.head, waiting = line.commit({place.path: data}, 0, line.head, theirs), ""
        elif nth % MERGED == 0 and by != 2:
            waiting = line.head  # the next change begins where this one did
            line.head = line.commit({place.path: data}, by, line.head)
        else:
            line.head = line.commit({place.path: data}, by, line.head)
    return {place: (document, sealed[place]) for place, document in changed.items()}


def _next(one: Document, raw: bytes, number: int) -> Document:
    """What it says next: another day of opening; prompts stay as they are."""
    day = f"20{10 + number // 300 % 10:02}-{number // 25 % 12 + 1:02}-{number % 25 + 1:02}"
    body = one.body if one.place.kind.chaser_writes else {**one.body, "opened_on": day}
    return replace(one, revision=one.revision + 1, previous=digest(raw), body=body, text=None)


def encrypted(store: Store, plain: Mapping[Place, bytes]) -> dict[Place, bytes]:
    """Each document encrypted to those who may read its kind: one run of GnuPG for all with the same readers."""
    by_readers: dict[tuple[str, ...], list[Place]] = {}
    for place in plain:
        by_readers.setdefault(tuple(store.sealed.keys.registry.readers(place.kind)), []).append(place)
    found: dict[Place, bytes] = {}
    for readers, places in by_readers.items():
        with tempfile.TemporaryDirectory() as folder:
            names = [Path(folder, str(nth)) for nth in range(len(places))]
            for name, place in zip(names, places, strict=True):
                name.write_bytes(plain[place])
            to = [part for one in readers for part in ("-r", one)]
            options = ["--no-options", "--batch", "--quiet", "--trust-model", "always", "--compress-algo", "none"]
            subprocess.run(["gpg", *options, "--set-filename", "", *to, "--multifile", "--encrypt", *map(str, names)], check=True)  # fmt: skip
            found |= {place: name.with_name(f"{name.name}.gpg").read_bytes() for name, place in zip(names, places, strict=True)}  # fmt: skip
    return {place: found[place] for place in plain}


# ---- what cdr itself does between ----------------------------------------------------------------------------------------


def events(built: Built, hands: Hands) -> None:
    """A third member comes and goes, a key is renewed, and two erase a case."""
    third = Gnupg().make("Pat Testcase <third@northshire.example>")
    cdr(built, "keys", "add", str(_key(built, third)))
    cdr(built, "keys", "remove", third, "--reason", "Left")
    subprocess.run(["gpg", "--batch", "--quiet", "--quick-set-expire", hands.second, "3y"], check=True)
    cdr(built, "keys", "refresh", hands.second)
    case = sorted(path.name for path in (built.store / "cases").iterdir() if path.is_dir())[0]
    cdr(built, "erase", case, "--because", "order")
    cdr(built, "erase", case, acting=hands.second)


def cdr(built: Built, *words: str, acting: str = "") -> None:
    """One command of cdr's, as somebody types it."""
    command = [sys.executable, "-m", "cdr", "--store", str(built.store), "--as", acting or built.member, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"cdr {words[0]} ended with {done.returncode}:\n{done.stderr}")


def _key(built: Built, fingerprint: str) -> Path:
    path = built.folder / f"{fingerprint}.asc"
    path.write_bytes(
        subprocess.run(["gpg", "--armor", "--export", fingerprint], capture_output=True, check=True).stdout
    )
    return path


def _commits(built: Built) -> int:
    counted = subprocess.run(
        ["git", "-C", str(built.store), "rev-list", "--count", "HEAD"], capture_output=True, check=True
    )
    return int(counted.stdout)


def verified(built: Built) -> None:
    """What `verify` says, and takes, where nothing is kept of the store."""
    counting = Counting(built.folder)
    shutil.rmtree(built.folder / "state")
    counting.log.write_text("")
    path = f"{counting.folder}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "cdr", "--store", str(built.store), "--as", built.member, "verify"]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False)
    took, processes = time.perf_counter() - start, len(counting.log.read_text().split())
    print(
        f"verify ended with {done.returncode} after {took:,.0f} s and {processes:,} processes\n{done.stdout}{done.stderr}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
