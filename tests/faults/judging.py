"""What must hold of every state that a run can leave, and how a state is put there and tried."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from conftest import run as told
from faults import points, recording, standing
from faults.disks import Act, Disk, Files, Reading
from faults.kinds import Kind, Kinds
from faults.test_every_verb import acting, in_the_open, settled, verified
from faults.verbs import KEPT, Verb, World
from store.hands import git, head

PLACES = (*KEPT, "temporary", "home")


@dataclass(frozen=True)
class Recording:
    """A run of a verb: what stood there before, all that it did, and the commits that the store may be at on the way."""

    world: World
    verb: Verb
    command: list[str]
    start: Disk
    acts: list[Act]
    heads: list[str]

    @property
    def branch(self) -> str:
        """The file that says at which commit the store is."""
        return str(self.world.store / ".git/refs/heads/main")


def recorded(world: World, verb: Verb) -> Recording:
    """Run a verb once and write down what it does; what follows from that is what then stands there, byte for byte."""
    command, log, before = world.command(verb), world.folder / "log", head(world.store)
    start = Disk.of(str(world.folder), standing.read(world.folder, PLACES))
    with pytest.MonkeyPatch.context() as patch:
        acting(world, verb, patch)
        ended = points.run(command, world.folder, recording.options(log))
    assert ended.code == verb.code, ended.said
    disk = start.copy()
    acts = [*Reading(disk).acts(recording.steps(log, world.folder))]
    log.unlink()
    places = tuple(f"{world.folder / place}{end}" for place in PLACES for end in ("", "/"))
    followed = {path: held for path, held in disk.files().items() if path in places or path.startswith(places[1::2])}
    there = standing.read(world.folder, PLACES)
    wrong = [path for path in {*there, *followed} if there.get(path) != followed.get(path)]
    assert wrong == [], "what was written down is not all that was done"
    between = git(world.store, "rev-list", "--reverse", f"{before}..HEAD").split()
    return Recording(world, verb, command, start, acts, [before, *between])


class Judge:
    """Tries states of one run; what came out the same in the end is given the same command again only once."""

    def __init__(self, run: Recording) -> None:
        self.run = run
        self.kinds = Kinds(run.start, run.acts)
        self._ended_as: set[Kind] = set()

    def holds(self, name: str, state: Files, is_acknowledged: bool = False) -> None:
        """Put a state there, and see what the next command makes of it. Raises: AssertionError."""
        world = self.run.world
        standing.put(standing.read(world.folder, PLACES), state)
        stands = state.get(self.run.branch, b"").decode().strip()
        assert stands in self.run.heads, "the store is at none of its commits"
        assert stands == self.run.heads[-1] or not is_acknowledged, "what was acknowledged is lost"
        settled(world, points.Point(name, "", 0, ""))
        ended_as = self._without_objects(self.kinds.of(standing.read(world.folder, PLACES)))
        if ended_as not in self._ended_as:
            self._again(stands == self.run.heads[0])
            verified(world)
            self._ended_as.add(ended_as)

    def _again(self, is_as_before: bool) -> None:
        world, verb = self.run.world, self.run.verb
        with pytest.MonkeyPatch.context() as patch:
            acting(world, verb, patch)
            again = told(self.run.command)
        if is_as_before and verb.records:
            assert again.code == verb.code, f"again: {again.code} {again.err}"
            assert head(world.store) != self.run.heads[0], f"again: {again.err}"
        assert again.code != 70, f"again: {again.err}"
        assert git(world.store, "status", "--porcelain", "--untracked-files=all") == "", "again"
        assert in_the_open(world) == [], "again"

    @staticmethod
    def _without_objects(kind: Kind) -> Kind:
        return frozenset(one for one in kind if "/objects/" not in one[0])
