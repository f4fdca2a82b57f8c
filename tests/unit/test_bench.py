"""The measurement of bench/: what is judged, what is kept when it is stopped, what a page of it tells; no time is asserted."""

from __future__ import annotations

import sys
from math import inf
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "bench"))

import given
import measuring
import pages
import scale
import steps
import verbs
from measuring import Counting, Used, used
from results import MEASURED, Cost, Results, Row
from stores import Built
from verbs import FLOOR, Target, Verb


def row(target: Target, **ratios: float) -> Row:
    """A command whose ratios are these, by `of_100` and so on."""
    costs = {int(name.removeprefix("of_")): Cost(ratio, 0.4, 30, 1.0, 4, 1) for name, ratio in ratios.items()}
    return Row("list", FLOOR, target, costs)


@pytest.mark.parametrize(
    ("target", "ratios", "met"),
    [
        (Target(), {"of_100": 9.0}, ""),
        (Target(5), {"of_100": 5.0, "of_5000": 4.0}, "yes"),
        (Target(5), {"of_100": 5.1}, "no: ratio"),
        (Target(5), {"of_10": 9.0}, ""),
        (Target(5), {"of_10": 9.0, "of_100": 4.0}, "yes"),
        (Target(8, beyond=20), {"of_5000": 8.0, "of_40000": 19.0}, "yes"),
        (Target(8, beyond=20), {"of_5000": 9.0, "of_40000": 19.0}, "no: ratio"),
        (Target(8, beyond=20), {"of_5000": 8.0, "of_40000": 21.0}, "no: ratio"),
        (Target(1.5, 1000), {"of_100": 9.0}, ""),
        (Target(1.5, 1000), {"of_100": 9.0, "of_1000": 1.4}, "yes"),
        (Target(equal=True), {"of_100": 5.0, "of_5000": 5.4}, "yes"),
        (Target(equal=True), {"of_100": 5.0, "of_5000": 5.6}, "no: equal"),
        (Target(equal=True), {"of_10": 2.0, "of_100": 5.0}, ""),
        (Target(processes=3, private=0, seconds=0.3, memory=20), {"of_100": 1.0}, "no: processes, private key, time, memory"),
        (Target(processes=4, private=1, seconds=0.5, memory=30), {"of_100": 1.0}, "yes"),
    ],
)  # fmt: skip
def test_a_target_is_met_or_not_and_the_page_says_which(target: Target, ratios: dict[str, float], met: str) -> None:
    assert row(target, **ratios).met == met


def measured() -> Results:
    found = Results([100, 1000], {"python": 0.01, FLOOR: 0.016})
    for count in found.counts:
        found.documents[count] = 3 * count
        found.put(verbs.CHASE, count, Cost(0.08, 0.1, 30, 0.016, 2, 0), FLOOR, Target(5, equal=True))
        found.put("list", count, Cost(0.2, 0.2, 40, 0.016, 4, 1), FLOOR, Target(8, beyond=inf))
        found.put(verbs.INDEX, count, Cost(6, 7, 60))
        found.put(verbs.MULTIFILE, count, Cost(3, 3, 10))
        found.parts["list"] = {count: [1.0, 2.0, 3.0, 4.0, 5.0]}
        found.readers["`pass show`"] = {count: 0.02}
    found.done = {"list": 2.0}
    return found


def test_what_was_measured_is_kept_and_goes_on_where_it_was(tmp_path: Path) -> None:
    measured().keep(tmp_path)
    assert Results.kept(tmp_path, [100, 1000]) == measured()


def test_what_was_measured_of_other_stores_or_damaged_counts_as_nothing(tmp_path: Path) -> None:
    measured().keep(tmp_path)
    assert Results.kept(tmp_path, [100]) == Results([100])
    (tmp_path / MEASURED).write_text("{", "utf-8")
    assert Results.kept(tmp_path, [100, 1000]) == Results([100, 1000])


def test_what_was_measured_with_another_cdr_counts_as_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured().keep(tmp_path)
    monkeypatch.setattr("cdr.resources.edition", lambda: b"another")
    assert Results.kept(tmp_path, [100, 1000]) == Results([100, 1000])


def test_the_page_tells_each_ratio_its_target_and_whether_it_is_met() -> None:
    page = pages.markdown(measured())
    assert (
        "| `chase --overdue`, nothing due, on a quiet day | 5.0 | 5.0 | 5, equal | yes | 2 | 0 | 100 ms | 30 MB |"
        in page
    )
    assert "| `list` | 12.5 | 12.5 | 8, up to 5,000 cases | no: ratio | 4 | 1 | 200 ms | 40 MB |" in page
    assert (
        "| first index | `gpg --multifile` of the same | 2 (6.00 s) | 2 (6.00 s) | 1.5, from 1,000 cases on | no: ratio |"
        in page
    )
    assert "- list: ratio\n- first index, against `gpg --multifile` of the same: ratio\n" in page
    assert "| `pass show` |  | 20.0 |" in page
    assert "with 1,000 cases, in milliseconds" in page


def test_the_chart_draws_what_was_measured_at_each_store() -> None:
    found = measured()
    found.put("today", 100, Cost(0.1, 0.1, 30, 0.016))
    assert "list 12.5x" in pages.drawn(found)
    assert "today" not in pages.drawn(found)
    assert not pages.drawn(Results([100]))


def test_the_time_that_is_left_follows_what_the_steps_took() -> None:
    found = Results([100], done={"a": 20.0})
    todo = [steps.Step(name, seconds, lambda: None) for name, seconds in (("a", 10), ("b", 10), ("c", 20))]
    assert scale.left(todo, found) == "some 60 s left"
    found.done["b"] = 100.0
    assert scale.left(todo, found) == "some 2 minutes left"


def test_a_step_that_does_not_come_to_its_end_is_told_and_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    found, runs = measured(), iter([SystemExit("cdr list ended with 75"), None])

    def run() -> None:
        if error := next(runs):
            raise error

    scale.done(steps.Step("verify", 10, run), found)
    assert found.failed == ["verify"] and "verify" not in found.done
    assert "verify: cdr list ended with 75" in capsys.readouterr().err
    assert "did not come to its end:\n\n- verify" in pages.markdown(found)
    scale.done(steps.Step("verify", 10, run), found)
    assert not found.failed and "verify" in found.done


def test_stores_are_asked_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noted(command: list[str], *_: object, **__: object) -> Used:
        asked.append(command[command.index("--store") + 1])
        return Used(len(asked), 1, 1)

    monkeypatch.setattr(measuring, "used", noted)
    monkeypatch.setattr(steps, "used", noted)
    monkeypatch.setattr(steps, "bases", lambda built: {FLOOR: 1.0})
    built = [Built(tmp_path / name, count, "A", "B", tmp_path) for count, name in ((1, "one"), (2, "two"))]
    measurement = steps.Measurement(built, Results([1, 2]), tmp_path)
    measurement.in_turns([(one, Verb("list", lambda: ["list"])) for one in built])
    one, two = (str(one.store) for one in built)
    assert asked == [one, two] * (steps.TIMES + 1) + [one, one, two, two]
    assert measurement.found.costs["list"][1].processor == 3  # the least but for the first, which warms


def test_memory_is_that_of_the_command_and_not_of_the_one_that_measures() -> None:
    weight = bytearray(60_000_000)
    assert used([sys.executable, "-c", "pass"]).memory < 40
    assert used([sys.executable, "-c", "bytearray(60_000_000)"]).memory > 60
    assert weight[0] == 0


def test_a_command_that_does_not_end_as_expected_ends_the_measurement() -> None:
    with pytest.raises(SystemExit, match="ended with 3:\nno"):
        used([sys.executable, "-c", "import sys; sys.stderr.write(sys.stdin.read()); sys.exit(3)"], b"no")
    used([sys.executable, "-c", "import sys; sys.exit(3)"], ends_with=(0, 3))


def test_what_a_command_starts_is_counted(tmp_path: Path) -> None:
    _, counts = Counting(tmp_path).used(["sh", "-c", "git --version && git --version"])
    assert counts == measuring.Counts(3, 0)


def test_what_is_given_is_told_together_and_against_what_was_to_be_reached() -> None:
    told = given.table([("Python", 10.0), ("click", 30.0)], [("gpg", 20.0)], 10.0)
    assert told[-3:] == [
        "| all of it together | 60.0 | 6.0 |",
        "| 5 times the base | 50.0 | 5.0 |",
        "| left for cdr | -10.0 | -1.0 |",
    ]
