"""cdr's dataclasses are those of the standard library in all that cdr asks of them, and are made when they are first needed."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from typing import Any

import pytest

from cdr.records import asdict, dataclass, field, names_of, replace


@dataclass(frozen=True)
class Point:
    """A place."""

    x: int
    y: int = 2
    seen: list[int] = field(default_factory=list, compare=False)
    secret: str = field(default="s", repr=False)


@dataclass(frozen=True)
class Named(Point):
    name: str = "a"


@dataclass(frozen=True, kw_only=True)
class Told:
    word: str


@dataclass
class Open:
    x: int
    self_: int = 0


def test_it_takes_its_fields_by_place_and_by_name_and_fills_in_the_rest() -> None:
    assert vars(Point(1)) == {"x": 1, "y": 2, "seen": [], "secret": "s"}
    assert vars(Named(1, 3, [4], name="b")) == {"x": 1, "y": 3, "seen": [4], "secret": "s", "name": "b"}
    assert Point(1).seen is not Point(1).seen
    assert Told(word="a").word == "a"


@pytest.mark.parametrize("arguments", [(), (1, 2, [], "s", 5)])
def test_what_is_missing_or_too_much_is_refused_each_time(arguments: tuple[Any, ...]) -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Point\.__init__\(\)"):
            Point(*arguments)
    with pytest.raises(TypeError, match=r"Told\.__init__\(\)"):
        Told("a")  # type: ignore[call-arg]


def test_equal_are_those_of_one_class_with_equal_fields() -> None:
    assert Point(1, seen=[1]) == Point(1)
    assert Point(1) != Point(2)
    assert Point(1) != Named(1)
    assert Point(1) != (1, 2, "s")  # type: ignore[comparison-overlap]
    assert Open(1) == Open(1)


def test_frozen_ones_are_hashed_by_what_is_compared_and_open_ones_are_not() -> None:
    assert {Point(1, seen=[1]), Point(1), Named(1)} == {Point(1), Named(1)}
    with pytest.raises(TypeError, match="unhashable"):
        hash(Open(1))


def test_nobody_changes_a_frozen_one() -> None:
    one = Named(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.x = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    open_ = Open(1)
    open_.x = 2
    assert open_ == Open(2)


def test_it_is_shown_as_the_standard_librarys_are() -> None:
    assert repr(Point(1)) == "Point(x=1, y=2, seen=[])"


def test_what_the_standard_library_does_with_them_it_does_with_these() -> None:
    one = Point(1, seen=[3])
    assert replace(one, y=5) == dataclasses.replace(one, y=5) == Point(1, 5)
    assert replace(one, y=5).seen is one.seen
    assert asdict(one) == {"x": 1, "y": 2, "seen": [3], "secret": "s"}
    assert [each.name for each in dataclasses.fields(Named)] == ["x", "y", "seen", "secret", "name"]
    assert copy.deepcopy(one) == one == pickle.loads(pickle.dumps(one))


@dataclass(frozen=True)
class Own:
    x: int

    def __repr__(self) -> str:
        return "own"

    def _compared(self) -> int:
        return self.x


def test_what_a_class_has_itself_stays() -> None:
    assert (repr(Own(1)), Own(1)._compared(), Own(1) == Own(1)) == ("own", 1, True)


def test_what_a_class_says_of_a_field_the_standard_library_reads() -> None:
    told = {one.name: (one.default, one.compare, one.repr) for one in dataclasses.fields(Point)}
    nothing = dataclasses.MISSING
    assert told == {
        "x": (nothing, True, True), "y": (2, True, True), "seen": (nothing, False, True), "secret": ("s", True, False)
    }  # fmt: skip
    assert dataclasses.fields(Point)[2].default_factory is list
    assert list(names_of(Named)) == [one.name for one in dataclasses.fields(Named)]


def test_a_field_that_there_is_not_is_not_replaced() -> None:
    for one in (Point(1), Point(1, 3)):
        with pytest.raises(TypeError, match="z"):
            replace(one, z=1)  # type: ignore[call-arg]


LOADS = "import sys, cdr.work.outstanding, cdr.work.timelines, cdr.store.store, cdr.domain.process.listing; print('dataclasses' in sys.modules)"


def test_loading_what_a_question_needs_compiles_no_function_of_a_class() -> None:
    said = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"  # with the standard library's own decorator there were 600


def test_the_first_objects_and_the_later_ones_are_made_alike() -> None:
    @dataclass(frozen=True)
    class Some(Named):
        more: tuple[int, ...] = ()
        told: dict[str, int] = field(default_factory=dict, kw_only=True)

    made = [Some(1, 3, [4], name="b", told={"a": number}) for number in range(20)]
    assert [list(vars(one)) for one in made] == [["x", "y", "seen", "secret", "name", "more", "told"]] * 20
    assert [one.told["a"] for one in made] == list(range(20))
    assert Some(1) == Some(1)
    assert Some(1).seen is not Some(1).seen
    assert [one.name for one in dataclasses.fields(Some)] == list(vars(made[0]))
    assert replace(made[0], x=2) == replace(made[19], x=2, told={"a": 0})


@pytest.mark.parametrize("wrong", [{"x": 1, "z": 2}, {"y": 1}])
def test_what_is_wrong_is_refused_of_the_first_and_of_the_later_ones(wrong: dict[str, int]) -> None:
    @dataclass
    class Some:
        x: int
        y: int = 0

    for number in range(20):
        with pytest.raises(TypeError, match=r"Some\.__init__\(\)"):
            Some(**wrong)
        with pytest.raises(TypeError, match=r"Some\.__init__\(\)"):
            Some(1, x=1)  # type: ignore[misc]
        assert vars(Some(number)) == {"x": number, "y": 0}


def test_a_name_that_there_is_not_is_refused_of_the_first_too_where_each_field_has_its_place() -> None:
    @dataclass(frozen=True)
    class Some:
        x: int

    @dataclass(frozen=True)
    class Nothing:
        pass

    with pytest.raises(TypeError, match="z"):
        Some(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="z"):
        replace(Nothing(), z=2)  # type: ignore[call-arg]
