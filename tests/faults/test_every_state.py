"""Every state that a writing verb can leave where it is killed, and where the power goes: from one run of each, whose every call is written down.

What is the same in kind as a state that was tried already counts as tried. `make faults` goes through all verbs; CDR_STATES names some.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

import pytest
from conftest import run as told_by
from faults import disks, points, standing
from faults.disks import Act, Files
from faults.judging import PLACES, Judge, Recording, recorded
from faults.kinds import Kind, shape
from faults.test_every_verb import acting, world
from faults.verbs import DAY, VERBS, World

__all__ = ["world"]
pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CDR_TOOLS"),
    reason="needs strace (Debian, Ubuntu: apt install strace)",
)
CHOSEN = os.environ.get("CDR_STATES", "")
NAMES = [*VERBS] if CHOSEN == "all" else CHOSEN.split(",") if CHOSEN else ["contact"]
OF_ALL = None if CHOSEN else 6  # so many of a verb's states
BY_CHANCE = 3  # so many moments of one verb, at which any of what was not asked to last is lost
AS_WELL = 50  # of the states of a known kind one in so many
QUESTIONS = (("list", "--json"), ("today", "--all"), ("chase", "--json"))
OF_A_FOLDER = ("mkdir", "openat", "fsync")
ELSEWHERE = ("shared.git", "other")  # another machine, which has power

Case = tuple[str, Files, bool]


class Known:
    """The kinds that were tried with any verb, by what they were left by."""

    def __init__(self) -> None:
        self.kinds: set[Kind] = set()

    def new(self, judge: Judge, cases: Iterable[Case], number: Counter[str]) -> Iterator[Case]:
        """Those of a kind that was not tried yet, and some of the others; how many there are is counted."""
        seen: set[int] = set()
        for name, state, is_acknowledged in cases:
            number["points"] += 1
            same = hash(frozenset(state.items()))
            if same in seen:
                continue
            seen.add(same)
            number["states"] += 1
            kind = judge.kinds.of(state)
            if kind not in self.kinds or crc32(name.encode()) % AS_WELL == 0:
                yield name, state, is_acknowledged
                self.kinds.add(kind)


KNOWN = {"killed": Known(), "power": Known()}
ASKED: set[Kind] = set()


def killed(run: Recording) -> Iterator[Case]:
    for number, state in disks.killed(run.start, run.acts):
        yield f"killed after {number} changes", state, number == len(run.acts)


def without_power(run: Recording) -> Iterator[Case]:
    elsewhere = [str(run.world.folder / name) for name in ELSEWHERE]
    chance = random.Random(len(run.acts))
    by_chance = {chance.randrange(len(run.acts)) for _ in range(BY_CHANCE)}
    for lost, number, state in disks.cut(run.start, run.acts, elsewhere):
        if lost != "some" or number in by_chance:
            yield f"power cut after {number} changes, {lost} lost", state, number == len(run.acts)


def found(judge: Judge, what: str, cases: Iterable[Case]) -> tuple[Counter[str], list[str]]:
    """How much there was, and what is wrong."""
    number, wrong = Counter[str](), list[str]()
    new = [*KNOWN[what].new(judge, cases, number)]
    chosen = new if OF_ALL is None else new[:: max(1, len(new) // OF_ALL)]
    number["tried"] = len(chosen)
    for name, state, is_acknowledged in chosen:
        try:
            judge.holds(name, state, is_acknowledged and judge.run.verb.records)
        except AssertionError as error:
            wrong.append(f"{name}: {error}")
            KNOWN[what].kinds.discard(judge.kinds.of(state))
    number["wrong"] = len(wrong)
    return number, wrong


@pytest.mark.parametrize("name", NAMES)
def test_killed_anywhere_or_without_power(world: World, name: str) -> None:
    world.prepare(VERBS[name])
    judge = Judge(recorded(world, VERBS[name]))
    wrong = []
    for what, cases in (("killed", killed), ("power", without_power)):
        number, more = found(judge, what, cases(judge.run))
        print(
            f"{name}\t{what}\t" + "\t".join(f"{number[one]} {one}" for one in ("points", "states", "tried", "wrong")),
            flush=True,
        )
        wrong += more
    wrong += told_otherwise(judge, name)
    wrong += as_in_earnest(judge.run, name)
    assert wrong == []


def told_otherwise(judge: Judge, name: str) -> list[str]:
    """Where what is kept beside the store answers something else than the store itself: once for each kind of what is kept and of the branch."""
    cases: list[tuple[str, Files]] = []
    for what, state, _ in (*killed(judge.run), *without_power(judge.run)):
        kind = judge.kinds.of_kept(state)
        if kind not in ASKED:
            ASKED.add(kind)
            cases.append((what, state))
    chosen = cases if OF_ALL is None else cases[:: max(1, len(cases) // OF_ALL)]
    wrong = [what for what, state in chosen if not is_truth_told(judge.run, state)]
    print(f"{name}\tasked\t{len(chosen)} tried\t{len(wrong)} wrong", flush=True)
    return [f"{what}: what is kept answers something else" for what in wrong]


def is_truth_told(run: Recording, state: Files) -> bool:
    """Whether questions are answered in this state as they are where nothing is kept but the secret."""
    standing.put(standing.read(run.world.folder, PLACES), state)
    told = answers(run.world)
    for path in (run.world.folder / "state" / "cdr").glob(f"*/{run.world.people.member}/**/*"):
        if path.is_file() and path.name != "key":
            path.unlink()
    return told == answers(run.world)


def answers(world: World) -> list[str]:
    found = [told_by(["--store", str(world.store), "--as-of", DAY, *words]) for words in QUESTIONS]
    assert [answer.code for answer in found] == [0] * len(found), [answer.err for answer in found]
    return [answer.out for answer in found]


def as_in_earnest(run: Recording, name: str) -> list[str]:
    """Where a run that is really killed leaves something else than what is told of it."""
    own = same_in_each_run(run.acts)
    call, number = random.Random(crc32(name.encode())).choice(sorted(own))
    told_of = run.start.copy()
    for act in run.acts[: own[call, number]]:
        told_of.do(act)
    stood = really_killed(run, points.Point(points.MAIN, call, number, points.MODES[0]))
    really, said = (shape(run.start.root, run.start.files(), state) for state in (stood, told_of.files()))
    return [] if really == said else [f"really killed at {call} {number}: {sorted(really ^ said)}"]


def same_in_each_run(acts: Sequence[Act]) -> dict[tuple[str, int], int]:
    """cdr's own calls that have the same number in each run, and after how many acts each of them comes.

    Ids are others each time, and two objects share a folder or do not: the calls that a folder needs are more or fewer.
    """
    return {
        (act.call.name, act.call.number): at
        for at, act in reversed([*enumerate(acts)])
        if act.call.program == points.MAIN and act.call.name not in OF_A_FOLDER
    }


def really_killed(run: Recording, point: points.Point) -> dict[str, bytes]:
    standing.put(standing.read(run.world.folder, PLACES), run.start.files())
    with pytest.MonkeyPatch.context() as patch:
        acting(run.world, run.verb, patch)
        options = ["-o", os.devnull, "-e", f"trace={point.call}", "-e", point.fault]
        assert points.run(run.command, run.world.folder, options).code == points.KILLED
    return standing.read(run.world.folder, PLACES)
