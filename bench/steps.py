"""Each step of the measurement: what is quick and asked most comes first, what takes long last, the smaller store before the larger one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import components
import others
import stores
import verbs
from measuring import Counting, Counts, Used, least, least_of, used
from results import Cost, Results
from stores import Built
from verbs import CLICK, FLOOR, LATER, TODAY, WRITE, Verb

CDR = [sys.executable, "-c", "from cdr.cli import main; main()"]
UPDATED = [sys.executable, "-c", "from cdr import app; app.EXTRACTION = 'another'; from cdr.cli import main; main()"]
TIMES, TIMES_OF_BASES = 5, 15
MOST_PROTECTED = 500  # documents: each takes a third of a second
MANY = 10  # cases that wait for five returns each


@dataclass(frozen=True)
class Step:
    """Something that is measured: its name, what it may take in seconds on a quiet machine, and what does it."""

    name: str
    seconds: float
    run: Callable[[], None]


def cdr(
    built: Built, words: Sequence[str], key: str = "", as_of: str = TODAY, program: Sequence[str] = CDR
) -> list[str]:
    """A command of cdr's as it is started."""
    return [*program, "--store", str(built.store), "--as", key or built.member, "--as-of", as_of, *words]


# ---- what commands are compared with -------------------------------------------------------------------------------------


def bases(built: Sequence[Built]) -> dict[str, float]:
    """Bare Python with one `gpg -d`; Python with click; two `gpg -e` with one signed commit by git: they know of no store, so the least beside any."""
    commands = {one.count: _of_bases(one) for one in built}
    runs: dict[str, list[float]] = {}
    for _ in range(TIMES_OF_BASES):
        for one in built:
            with stores.within(one):
                for name, (command, data) in commands[one.count].items():
                    runs.setdefault(name, []).append(used(command, data).processor)
    return _bases({name: min(took) for name, took in runs.items()})


def _of_bases(built: Built) -> dict[str, tuple[list[str], bytes]]:
    plain, sealed = built.folder / "repository", built.folder / "sealed.gpg"
    encrypting = [*others.GPG, "--trust-model", "always", "--recipient", built.member, "--encrypt"]
    who = ("user.name=bench", "user.email=bench@northshire.example", f"user.signingKey={built.member}")
    with stores.within(built):
        sealed.write_bytes(subprocess.run(encrypting, input=b"x" * 1000, capture_output=True, check=True).stdout)
    shutil.rmtree(plain, ignore_errors=True)
    subprocess.run(["git", "init", "-q", str(plain)], check=True)
    signing = [
        "git",
        "-C",
        str(plain),
        *(word for one in who for word in ("-c", one)),
        "commit",
        "-q",
        "-S",
        "--allow-empty",
        "-m",
        "bench",
    ]
    return {
        "python": ([sys.executable, "-c", "pass"], b""),
        "gpg -d": ([*others.GPG, "--decrypt", str(sealed)], b""),
        CLICK: ([sys.executable, "-c", "import click"], b""),
        "gpg -e": (encrypting, b"x" * 1000),
        "git commit -S": (signing, b""),
    }


def _bases(took: dict[str, float]) -> dict[str, float]:
    return {**took, FLOOR: took["python"] + took["gpg -d"], WRITE: took["git commit -S"] + 2 * took["gpg -e"]}


# ---- commands in turns ---------------------------------------------------------------------------------------------------


class Measurement:
    """What is measured of some stores, and where it goes."""

    def __init__(self, built: Sequence[Built], found: Results, folder: Path) -> None:
        self.built = built
        self.found = found
        self.counting = Counting(folder)
        self.bases = bases(built)
        found.bases = found.bases or self.bases
        found.documents = {one.count: len(others.documents(one)) for one in built}

    def in_turns(self, asked: Sequence[tuple[Built, Verb]], name: str = "") -> None:
        """The same command at every store, one after the other and again: the least of several runs of each."""
        runs: dict[int, list[Used]] = {}
        for turn in range(TIMES + 1):
            for built, verb in asked:
                if verb.once and not turn:
                    continue  # what changes the store is never the same again, so that nothing is warmed
                verb.before()
                with stores.within(built):
                    taken = used(self._command(built, verb), verb.data, verb.ends_with)
                runs.setdefault(built.count, []).extend([taken] if turn else [])
        for built, verb in asked:
            with stores.within(built):
                counts = self.counting.of(lambda: self._command(built, verb), verb.data, verb.before)  # noqa: B023
            base = self.bases[verb.base]
            self.found.put(
                name or verb.name,
                built.count,
                Cost.of(least_of(runs[built.count]), base, counts),
                verb.base,
                verb.target,
            )

    def _command(self, built: Built, verb: Verb) -> list[str]:
        return cdr(built, verb.words(), built.chaser if verb.by_chaser else built.member)

    def steps(self) -> Iterator[Step]:
        """All of them, the dear ones by what they take."""
        sizes = [one.count for one in self.built]
        asked = [verbs.questions(one) for one in self.built]
        for verbs_of_one in zip(*asked, strict=True):
            first = verbs_of_one[0]
            pairs = [*zip(self.built, verbs_of_one, strict=True)]
            yield Step(first.name, sum(2 + count / 4000 for count in sizes), lambda pairs=pairs: self.in_turns(pairs))  # type: ignore[misc]
        dear = [
            Step("writing and messages", sum(90 + count / 100 for count in sizes), self.writing),
            Step("packed stores", sum(25 + count / 100 for count in sizes), self.packed),
            Step("of what a question consists", sum(8 + count / 1000 for count in sizes), self.parts),
            Step("a key with a pass-phrase", sum(8 + count / 1000 for count in sizes), self.by_protected_key),
            *(step for one in self.built for step in self._of_one_store(one)),
        ]
        yield from sorted(dear, key=lambda step: step.seconds)

    def _of_one_store(self, one: Built) -> list[Step]:
        count, documents = one.count, self.found.documents[one.count]

        def step(name: str, seconds: float, run: Callable[[Built], None]) -> Step:
            return Step(f"{name}, {count:,} cases", seconds, lambda: run(one))

        protected = step("first index with a pass-phrase", documents * 0.4 + 20, self.first_index_protected)
        return [
            step("registers", 2 + count / 200, self.registers),
            step("other programs", 15, self.readers),
            step("first index, index after an update", 2 + documents / 120, self.first_index),
            step("verify", 3 + documents / 160, self.verified),
            step("import", 2 + count / 70, self.imported),
            *([protected] if documents <= MOST_PROTECTED else []),
        ]

    # ---- questions elsewhere -------------------------------------------------------------------------------------------

    def packed(self) -> None:
        """Some questions of the same stores packed."""
        with stores.copies(self.built) as others_:
            for one in others_:
                with stores.within(one):
                    stores.packed(one)
                    used(cdr(one, ["list"]))
            for asked in zip(*map(verbs.also_packed, others_), strict=True):
                self.in_turns([*zip(others_, asked, strict=True)], f"{asked[0].name}; packed")

    def by_protected_key(self) -> None:
        """Some questions with a key that has a pass-phrase."""
        with ExitStack() as stack:
            others_ = [stack.enter_context(stores.protected(one)) for one in self.built]
            for asked in zip(*map(verbs.also_protected, others_), strict=True):
                self.in_turns([*zip(others_, asked, strict=True)], f"{asked[0].name}; key with a pass-phrase")

    def parts(self) -> None:
        """Of what some questions consist, in milliseconds."""
        for one in self.built:
            for name, took in parts(one):
                self.found.parts.setdefault(name, {})[one.count] = took

    # ---- writing -------------------------------------------------------------------------------------------------------

    def writing(self) -> None:
        """What records something, in copies of the stores; and then messages."""
        with stores.copies(self.built) as copied:
            for one in copied:
                with stores.within(one):
                    used(cdr(one, ["list"]))
            forms = [stores.forms(one.folder) for one in copied]
            asked = [verbs.writes(one, given) for one, given in zip(copied, forms, strict=True)]
            for together in zip(*asked, strict=True):
                self.in_turns([*zip(copied, together, strict=True)])
            for one, given in zip(copied, forms, strict=True):
                with stores.within(one):
                    self.messages(one, given)
            for one in copied:
                new = (f"2031-{number:04}" for number in range(100))
                with stores.within(one):  # the last that is asked of this store, which holds no case there
                    self._put(verbs.BY_HAND, one, least(lambda: others.by_hand(one, next(new))))  # noqa: B023

    def messages(self, one: Built, forms: Iterator[Path]) -> None:
        """One message, nine in one run and fifty in one run, about cases that are new."""
        new = verbs.new_cases(one)
        for _ in range(MANY + 3):
            used(cdr(one, verbs.notifying(next(forms))))
        single, first, second, *many = new()
        some, whole = [(single, 1), (first, 5), (second, 4)], len(verbs.AGENCIES)
        for case, agencies in (*some, *((case, whole) for case in many)):
            used(cdr(one, ["request", case, *verbs.AGENCIES[:agencies]]))
        for name, cases in ((verbs.ONE, [single]), (verbs.NINE, [first, second]), (verbs.FIFTY, many)):
            taken, counts = self.counting.used(cdr(one, ["chase", *cases, "--overdue"], as_of=LATER), ends_with=(0, 75))
            self.found.put(name, one.count, Cost.of(taken, counts=counts))

    # ---- one store at a time -------------------------------------------------------------------------------------------

    def first_index(self, one: Built) -> None:
        """With nothing kept; what gpg alone takes for the same documents; and anew from what was opened, as after an update."""
        with stores.fresh(one) as fresh:
            first, counts = self.counting.used(cdr(fresh, ["list"]))
            self._put(verbs.INDEX, one, first, Counts(counts.processes, 0), is_private_known=False)
            self._put(verbs.MULTIFILE, one, others.multifile(one.folder, others.documents(one)))
            self._put(verbs.ANEW, one, *self.counting.used(cdr(fresh, ["list"], program=UPDATED)))

    def first_index_protected(self, one: Built) -> None:
        """The same where the key has a pass-phrase: so much as one store, for a third of a second goes by for each document."""
        with stores.protected(one) as other, stores.fresh(other) as fresh:
            first, counts = self.counting.used(cdr(fresh, ["list"]))
            self._put(verbs.INDEX_PROTECTED, one, first, Counts(counts.processes, 0), is_private_known=False)
            files = others.documents(one)
            alone = others.multifile(one.folder, files[:50])
            many = len(files) / len(files[:50])
            self._put(verbs.MULTIFILE_PROTECTED, one, Used(alone.processor * many, alone.wall * many, alone.memory))

    def verified(self, one: Built) -> None:
        """The first time and the second time."""
        with stores.fresh(one) as fresh:
            first, counts = self.counting.used(cdr(fresh, ["verify"]))
            self._put(verbs.VERIFY, one, first, counts, is_private_known=False)
            self._put(verbs.VERIFY_AGAIN, one, *self.counting.used(cdr(fresh, ["verify"])))

    def imported(self, one: Built) -> None:
        """A register of as many rows brought into an empty store."""
        folder = one.folder / "imported"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        stores.register(folder / "register.csv", one.count)
        with stores.within(replace(one, folder=folder)) as there:
            config = str(one.folder / "store.yaml")
            used([*CDR, "init", str(there.store), "--config", config, "--member", one.member])
            self._put(verbs.IMPORT, one, used(cdr(there, ["import", str(folder / "register.csv")], as_of="2028-03-01")))
        shutil.rmtree(folder)

    def registers(self, one: Built) -> None:
        """Reading a register of as many cases."""
        for name, taken in others.registers(one):
            self._put(name, one, taken)

    def readers(self, one: Built) -> None:
        """Other programs reading the same documents."""
        with stores.within(one):
            for name, seconds in others.readers(one):
                self.found.readers.setdefault(name, {})[one.count] = seconds

    def _put(
        self, name: str, one: Built, taken: Used, counts: Counts | None = None, is_private_known: bool = True
    ) -> None:
        cost = Cost.of(taken, counts=counts)
        self.found.put(name, one.count, cost if is_private_known else replace(cost, private=None))


def parts(one: Built) -> list[tuple[str, list[float]]]:
    """Of what some questions consist, in milliseconds."""
    asked = [verb for verb in verbs.questions(one) if verb.name in verbs.TAKEN_APART]
    with stores.within(one):
        return [(verb.name, components.of(cdr(one, verb.words())[len(CDR) :], one.folder)) for verb in asked]
