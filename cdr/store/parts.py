"""Parts of the local index: what one sort of question asks, kept apart, so that it reads nothing else of the other cases.

`not-at-rest` holds all that the index keeps of the cases in which somebody may still have something to do. Of the others, which
grow in number for ever, each column holds what one sort of question asks of them; one that is asked by years is in one file a year,
one that is asked by a word in a few files, of which a question opens that of its word.
A file is known by the ciphertexts that it was made from, which `not-at-rest` names: one that is stale, damaged or another's counts
as not there, and is made again from the whole index.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cdr.records import dataclass, field, replace
from cdr.store.sealing import Sealing

NOT_AT_REST = "not-at-rest"
WORDS = "words-at-work"  # of the same cases, what is asked of them by a word, and to chase
SINCE = "since"  # what was recorded since these were sealed
READS = "reads"  # that a case was opened, until a change notes it
BY_YEAR, BY_WORD = ".", "-of-"
SHARES = 16  # files of a column that is asked by a word: of 40,000 cases each has some 2,500, which are read in a millisecond
SUMMED = "summed-"
ANSWER = "answer-"  # with which the key of an answer begins (`answers`)
MOST_SUMMED = 8  # a person asks for a few sorts of tally
SUM_LENGTH = 32
STAMP_BYTES = 16
Kinds = Mapping[str, Mapping[str, Any]]
Kept = dict[str, dict[str, dict[str, Any]]]
Rows = dict[str, dict[str, Any]]  # by column, then by case; None where a column asks nothing of it


@dataclass(frozen=True)
class Column:
    """What one sort of question asks of each case: `of` makes plain JSON of what is kept of a case, None where it asks nothing of that.

    `year` says of what `of` made the last year with which the case has to do; then each year has a file of its own. `word` says of it the
    word under which alone it is ever asked for; then cases of one word stand in one file. `is_of_work`: it asks nothing of a case at rest.
    """

    name: str
    of: Callable[[str, Kinds], Any]
    year: Callable[[Any], int] | None = None
    word: Callable[[Any], str] | None = None
    is_of_work: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all that it holds of the cases at rest is in one file."""
        return not (self.year or self.word or self.is_of_work)

    @property
    def is_apart(self) -> bool:
        """Whether what it holds of the cases that are not at rest is kept apart from all else that is kept of these."""
        return bool(self.word) or self.is_of_work

    def has(self, file: str, since: int = 0) -> bool:
        """Whether a file is one of this column, and may hold a case that has to do with the year `since` or a later one."""
        if self.word:
            return file.startswith(f"{self.name}{BY_WORD}")
        name, _, year = file.partition(BY_YEAR)
        return name == self.name and (not year or (year.isdecimal() and int(year) >= since))


@dataclass(frozen=True)
class Asked:
    """Which of the files of a column a question opens: those of the year `since` and later ones, or that of a word."""

    column: str
    since: int = 0
    word: str = ""


@dataclass
class Part:
    """What is kept of some of the cases: those that were not at rest at the commit `base`, and those changed since.

    It is complete at the commit `at`; `removed` are the paths of documents taken away since `base`. Of the others, `at_rest` is what
    is asked of them all together, and `made_from` names the files of their columns with what each was made from. `rested` are those of the cases
    that came to rest since `base`; None where that was not kept. By its `stamp` what was recorded since it was sealed knows it (`since`).
    `rows` is what the columns that are kept apart hold of these cases, with all but the documents.
    """

    base: str
    at: str
    documents: dict[str, Any]
    removed: list[str] = field(default_factory=list)
    at_rest: dict[str, Any] = field(default_factory=dict)
    made_from: dict[str, str] = field(default_factory=dict)
    rested: list[str] | None = None
    stamp: str = ""
    rows: Rows = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Part | None:
        """A part as it was kept; None for anything else."""
        base, at, removed = kept.get("base"), kept.get("at"), kept.get("removed")
        at_rest, made_from = kept.get("at_rest"), kept.get("made_from")
        if not isinstance(base, str) or not isinstance(at, str) or not isinstance(removed, list):
            return None
        if not isinstance(at_rest, dict) or not isinstance(made_from, dict):
            return None
        documents = entries(kept.get("documents"), "facts")
        rested = kept.get("rested")
        known = [str(case) for case in rested] if isinstance(rested, list) else None
        stamp, rows = str(kept.get("stamp") or ""), kept.get("rows")
        own = rows if isinstance(rows, dict) else {}
        return cls(base, at, documents, [str(path) for path in removed], at_rest, made_from, known, stamp, own)

    def taken(self, new: Mapping[str, Any], removed: Iterable[str], at: str) -> Part:
        """The same, brought forward by what one commit changed."""
        gone = set(removed)
        documents = {path: one for path, one in {**self.documents, **new}.items() if path not in gone}
        return replace(self, documents=documents, removed=sorted({*self.removed, *gone} - new.keys()), at=at)


class Parts:
    """The parts that one person keeps of one store."""

    def __init__(
        self,
        sealing: Sealing,
        columns: Sequence[Column],
        version: str,
        brought_forward: Callable[[Part], Part] = lambda part: part,
    ) -> None:
        """`brought_forward`: a part that was opened, with what was recorded since it was sealed."""
        self.sealing = sealing
        self.columns = {column.name: column for column in columns}
        self.version = version
        self.brought_forward = brought_forward
        self._opened: dict[str, Mapping[str, Any] | None] = {}
        self._part: Part | None = None
        self._apart_of = ""  # by the stamp of which part what is kept apart is known

    def not_at_rest(self, asked: Asked | None = None, summed: str = "") -> Part | None:
        """The part of the cases that are not at rest; None where it is not there, or not of this version.

        With what is asked of a column, the files of that are opened by the same run of GnuPG; with the key of what was made of a column, that is.
        """
        if self._part is None and NOT_AT_REST not in self._opened:
            more = self._asked(asked, self.sealing.names()) if asked else ()
            self._open([NOT_AT_REST, *more, *([_summed(summed)] if summed else ())])
            part = Part.read(self._opened[NOT_AT_REST] or {})
            self._part = self.brought_forward(part) if part else None
        return self._part

    def of_word(self, asked: Asked, head: str) -> dict[str, Any] | None:
        """What a column that is kept apart holds of every case at the commit `head` (of one that is asked by a word, of those of the word), and of
        no case more; None where that is not kept so."""
        if self._part is not None or not self.columns[asked.column].is_apart:
            return None
        self._open([WORDS, *self._asked(asked, self.sealing.names())])
        part = self._apart()
        part = self.brought_forward(part) if part else None
        at_rest = self.column(asked, part) if part and part.at == head and asked.column in part.rows else None
        return {**at_rest, **_those_asked(part.rows[asked.column])} if part and at_rest is not None else None

    def rows(self, by_case: Mapping[str, Kinds]) -> Rows:
        """What the columns that are kept apart hold of these cases."""
        apart = [column for column in self.columns.values() if column.is_apart]
        return {one.name: {case: one.of(case, kinds) for case, kinds in by_case.items()} for one in apart}

    def take(self, part: Part) -> None:
        """Go on from the part as it is now; what is sealed stays, and `brought_forward` makes this of it."""
        self._part = part

    def column(self, asked: Asked, part: Part) -> dict[str, Any] | None:
        """What a column holds of the cases at rest, by their references; None where a file is not what `part` says that it was made from."""
        wanted = self.files(asked, part)
        self._open([file for file in wanted if file not in self._opened])
        found: dict[str, Any] = {}
        for file in wanted:
            kept = self._opened[file]
            if kept is None or kept["made_from"] != wanted[file]:
                return None
            found |= kept["cases"]
        return found

    def files(self, asked: Asked, part: Part) -> dict[str, str]:
        """The files of a column, each with what it was made from."""
        return {file: part.made_from[file] for file in self._asked(asked, part.made_from)}

    def _asked(self, asked: Asked, there: Iterable[str]) -> list[str]:
        """Those of some files that are asked for."""
        column = self.columns[asked.column]
        if column.is_of_work:
            return []
        of_word = self._of_word(column, asked.word) if column.word else ""
        return [file for file in there if file == of_word or (not of_word and column.has(file, asked.since))]

    def _file(self, column: Column, made: Any) -> str:
        """The file in which what a column's `of` made belongs."""
        if column.word:
            return self._of_word(column, column.word(made))
        return f"{column.name}{BY_YEAR}{column.year(made)}" if column.year else column.name

    def _of_word(self, column: Column, word: str) -> str:
        """The file of a word: by a digest that only the owner can work out, so that its name tells nobody which words there are."""
        return f"{column.name}{BY_WORD}{self.sealing.share_of(word, SHARES)}"

    def summed(self, key: str, made_from: Mapping[str, str]) -> dict[str, Any] | None:
        """What was made of the files of a column together and kept under `key`; None where it was made from others."""
        if _summed(key) not in self._opened:
            self._open([_summed(key)])
        kept = self._opened[_summed(key)]
        return kept["made"] if kept is not None and kept["made_from"] == made_from else None

    def keep_summed(self, key: str, made_from: Mapping[str, str], made: Mapping[str, Any]) -> None:
        """Keep that; of what was kept under other keys no more than a few: a key begins with what it is of, as `counted-`."""
        alike = _summed(key).rpartition("-")[0]
        for other in [one for one in self.sealing.names() if one.rpartition("-")[0] == alike][MOST_SUMMED - 1 :]:
            self.sealing.forget(other)
        self._keep(_summed(key), {"made_from": {**made_from}, "made": {**made}}, is_whole=True)

    def forget_summed(self, beginning: str) -> None:
        """Keep nothing more of what was made and kept under keys that begin so."""
        for name in self.sealing.names():
            if name.startswith(_summed(beginning)):
                self.sealing.forget(name)
                self._opened.pop(name, None)

    def keep(self, part: Part, rows: Rows) -> Part:
        """Keep the part of the cases that are not at rest, and apart from it what columns ask that are kept so; it, as `keep_part` gives it."""
        kept = self.keep_part(part)
        self.keep_words(kept, rows, kept.stamp)
        return kept

    def keep_part(self, part: Part) -> Part:
        """Keep the part alone; it, with the stamp by which it is known from now on."""
        self._part = replace(part, stamp=new_stamp(), rows={})
        self._keep(NOT_AT_REST, vars(self._part), is_whole=True)
        return self._part

    def keep_words(self, part: Part, rows: Rows, stamp: str) -> None:
        """Keep apart what such columns ask of the cases of a part, under a stamp, which never names anything else."""
        self._apart_of = stamp
        words = replace(part, stamp=stamp, documents={}, removed=[], at_rest={}, rested=None, rows=rows)
        self._keep(WORDS, vars(words), is_whole=True)

    def stands_apart(self, stamp: str) -> bool:
        """Whether what is kept apart stands there, known by this stamp; it is looked at where this run has not opened it."""
        if not self._apart_of:
            self._open([WORDS])
            self._apart()
        return bool(stamp) and stamp == self._apart_of

    def _apart(self) -> Part | None:
        """What is kept apart, as it was opened; by which stamp it is known is noted."""
        part = Part.read(self._opened[WORDS] or {})
        self._apart_of = part.stamp if part and part.rows else ""
        return part

    def keep_columns(
        self, part: Part, at_rest: Kept, digests: Mapping[str, str], is_whole: bool
    ) -> dict[str, dict[str, Any]]:
        """Put the cases at rest into the files of the columns, and note in `part` from what each file was made; what the columns hold.

        `digests` tells of each case what it was read from: what was made of the same before is not made again, and a file that is
        right stays as it is. What is not whole is for this run and is not kept.
        """
        before, there = self.not_at_rest(), {*self.sealing.names()}
        stands = dict(before.made_from) if before else {}
        of_columns = {file for file in there if any(one.has(file) for one in self.columns.values())}
        for file in sorted(of_columns - self._opened.keys()) if before else ():
            self._open(
                [file]
            )  # one after the other, for together they are larger than the index; of another edition none is of use
        files, made = self._files(at_rest, digests)
        for file, cases in files.items():
            part.made_from[file] = made_from = _sum((case, digests[case]) for case in cases)
            kept = self._opened.get(file) or {}
            right = file in there and stands.get(file) == made_from == kept.get("made_from")
            if not right:
                read = "".join(
                    digests[case] for case in cases
                )  # one long text: it is read in no time, and seldom asked for
                self._keep(file, {"made_from": made_from, "cases": cases, "read": read}, is_whole)
        for file in of_columns - files.keys() | {one for one in there if one.startswith(SUMMED)} if is_whole else ():
            self.sealing.forget(file)
        return made

    def _files(
        self, at_rest: Kept, digests: Mapping[str, str]
    ) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        """The cases of each file, and what each column holds."""
        known = {name: self._known(column) for name, column in self.columns.items()}
        files: dict[str, dict[str, Any]] = {name: {} for name, column in self.columns.items() if column.is_whole}
        found: dict[str, dict[str, Any]] = {name: {} for name in self.columns}
        of_all = [(name, column) for name, column in self.columns.items() if not column.is_of_work]
        for case in sorted(at_rest):
            for name, column in of_all:
                read, made = known[name].get(case, ("", None))
                if read != digests[case]:
                    read, made = digests[case], column.of(case, at_rest[case])
                if made is not None:
                    files.setdefault(self._file(column, made), {})[case] = made
                    found[name][case] = made
        return files, found

    def _known(self, column: Column) -> dict[str, tuple[str, Any]]:
        """What was made of each case before, with what the case was read from."""
        opened = [kept for file, kept in self._opened.items() if kept and column.has(file)]
        return {
            case: (kept["read"][place * SUM_LENGTH : (place + 1) * SUM_LENGTH], made)
            for kept in opened
            for place, (case, made) in enumerate(kept["cases"].items())
        }

    def _open(self, files: Sequence[str]) -> None:
        for file, kept in zip(files, self.sealing.open_all(files, self.version), strict=True):
            is_of_this = kept is not None and kept.get("version") == self.version
            is_right = _is_sum if file.startswith(SUMMED) else _is_file
            self._opened[file] = kept if is_of_this and (file in (NOT_AT_REST, WORDS) or is_right(kept)) else None

    def _keep(self, file: str, content: Mapping[str, Any], is_whole: bool) -> None:
        kept = {"version": self.version, **content}
        if is_whole:
            self.sealing.keep_of_cases(file, kept)
        self._opened[file] = kept


def new_stamp() -> str:
    """What no other part is known by."""
    return os.urandom(STAMP_BYTES).hex()


def _sum(made_from: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for case, read in sorted(made_from):
        digest.update(f"{case} {read}\n".encode())
    return digest.hexdigest()


def case_of(path: str) -> str:
    """The case of a document, by its path."""
    return path.split("/")[1]


def digests_of(kept: Mapping[str, Any]) -> dict[str, str]:
    """What each case was read from: a digest of the ids of the ciphertexts of its documents, in the order of their paths."""
    found: dict[str, list[str]] = {}
    for path in sorted(kept):
        found.setdefault(case_of(path), []).append(f"{path} {kept[path]['digest']}")
    return {case: hashlib.sha256("\n".join(read).encode()).hexdigest()[:SUM_LENGTH] for case, read in found.items()}


def entries(kept: Any, content: str) -> dict[str, Any]:
    """What was kept of documents by path, as far as it is what this version of cdr keeps; the rest is opened again."""
    return {
        path: entry for path, entry in (kept if isinstance(kept, dict) else {}).items() if _is_entry(entry, content)
    }


def _is_file(kept: Any) -> bool:
    """Whether this is a file of a column: made from something, with cases, and from what each of these is."""
    cases, read = kept.get("cases"), kept.get("read")
    is_of_cases = isinstance(cases, dict) and isinstance(read, str) and len(read) == SUM_LENGTH * len(cases)
    return is_of_cases and isinstance(kept.get("made_from"), str)


def _is_sum(kept: Any) -> bool:
    """Whether this is what was made of a column together: from something."""
    return isinstance(kept, dict) and isinstance(kept.get("made_from"), dict) and isinstance(kept.get("made"), dict)


def _those_asked(rows: Mapping[str, Any]) -> dict[str, Any]:
    return {case: made for case, made in rows.items() if made is not None}


def _summed(key: str) -> str:
    return f"{SUMMED}{key}"


def _is_entry(entry: Any, content: str) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("digest"), str):
        return False
    previous = entry.get("previous")
    return (
        type(entry.get("revision")) is int
        and isinstance(entry.get(content), dict)
        and (previous is None or isinstance(previous, str))
    )
