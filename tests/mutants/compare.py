"""Tries small changes of cdr/domain and cdr/statistics and compares those that no test noticed with two lists that may only shrink.

`survivors.txt` holds those that somebody looked at and that make no difference to anybody; `to_look_at.txt` those at which nobody
has looked yet. A survivor in neither is an error; one that is noticed now, or that cannot be made any more, is taken out.

Without a word a fixed sample is tried; `--all` tries every change, a module or a folder those in it. A run that was cut short goes on
where it was; any other begins from the start, but for a module, of which only what no test noticed is tried again. `--record` writes
new survivors down as to be looked at.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from mutants.changes import Change, Wanted, function, made
from mutants.trying import NO_TEST, SURVIVED, run

ROOT = Path(__file__).parent.parent.parent
MUTANTS = ROOT / "mutants"
ENDED = MUTANTS / "ended"
SEEN, UNSEEN = (Path(__file__).parent / name for name in ("survivors.txt", "to_look_at.txt"))


def codes() -> dict[str, int | None]:
    """What came of each change, by mutmut's name."""
    notes = (json.loads(path.read_text("utf-8")) for path in (MUTANTS / "cdr").rglob("*.py.meta"))
    return {name: code for one in notes for name, code in one["exit_code_by_key"].items()}


def forget_half_written() -> None:
    """Takes away the notes that a run did not get to the end of writing, so that their module is changed and tried anew."""
    for notes in list(MUTANTS.rglob("*.py.meta")):
        try:
            json.loads(notes.read_text("utf-8"))
        except json.JSONDecodeError:
            notes.unlink()
            notes.with_suffix("").unlink(missing_ok=True)


def told(change: Change, code: int | None) -> str:
    """The line of a change that no test noticed; of a function that no test reaches one for all."""
    return f"{change.module}: {function(change.name)}: *" if code == NO_TEST else change.line


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


def main(words: list[str]) -> int:
    """0 where nothing new survived."""
    modules = tuple(word for word in words if not word.startswith("--"))
    wanted = Wanted(modules, every="--all" in words)
    if ENDED.exists() and not modules:
        shutil.rmtree(MUTANTS)
    ENDED.unlink(missing_ok=True)
    forget_half_written()
    run(lambda: {change.name for change in made(ROOT) if wanted.holds(change)}, again=bool(modules))
    came_of, changes = codes(), list(made(ROOT))
    not_tried = [change for change in changes if wanted.holds(change) and came_of[change.name] is None]
    if not_tried:
        print(f"{len(not_tried)} changes were not tried. Run it again: it goes on there.", file=sys.stderr)
        return 1
    ENDED.touch()
    return compare(changes, came_of, record="--record" in words)


def compare(changes: list[Change], came_of: dict[str, int | None], record: bool) -> int:
    """Takes out of the lists what is noticed now, and says what is new."""
    tried = [change for change in changes if came_of[change.name] is not None]
    found = {told(change, came_of[change.name]) for change in tried if came_of[change.name] in (SURVIVED, NO_TEST)}
    could_be, looked_into = (set(named(some)) for some in (changes, tried))
    new = sorted(found - {*lines(SEEN), *lines(UNSEEN)})
    for path, more in ((SEEN, []), (UNSEEN, new if record else [])):
        left = {line for line in lines(path) if line in found or line in could_be - looked_into}
        path.write_text("".join(f"{line}\n" for line in sorted({*left, *more})), "utf-8")
    print(
        f"{len(tried):,} changes were tried; {len(found):,} are noticed by no test, {len(new):,} of them in neither list."
    )
    for line in new:
        print(f"  {line}")
    return 1 if new and not record else 0


def named(changes: list[Change]) -> Iterator[str]:
    """Each line that may stand in a list for these."""
    for change in changes:
        yield change.line
        yield told(change, NO_TEST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
