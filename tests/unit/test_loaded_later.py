"""What is put off until it is asked for can be had then: expressions are compiled, and the fields of a class worked out."""

from __future__ import annotations

import dataclasses
import gettext
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cdr
from cdr import expressions, later, programs


def modules() -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(cdr.__path__, "cdr."):
        if not one.name.endswith("__main__"):
            yield import_module(one.name)


def values() -> Iterator[tuple[str, Any]]:
    for module in modules():
        for name, value in vars(module).items():
            yield f"{module.__name__}.{name}", value


def test_every_expression_can_be_compiled() -> None:
    later = {name: value for name, value in values() if type(value) is expressions.expression}
    assert len(later) > 100
    for name, value in later.items():
        assert re.compile(value.pattern, value.flags).pattern == value.pattern, name


def test_the_fields_of_every_class_can_be_worked_out() -> None:
    classes = {value for _, value in values() if isinstance(value, type) and dataclasses.is_dataclass(value)}
    assert len(classes) > 100
    for one in classes:
        assert {field.name for field in dataclasses.fields(one)} >= vars(one).get("__annotations__", {}).keys() - {
            name for name, kind in vars(one).get("__annotations__", {}).items() if "ClassVar" in str(kind)
        }, one


def test_an_expression_is_compiled_once_and_when_it_is_asked() -> None:
    wrong = expressions.expression("(")
    assert wrong.pattern == "("
    with pytest.raises(re.error):
        wrong.search("")
    right = expressions.expression("B", re.IGNORECASE)
    assert right.sub("-", "abc") == "a-c"
    assert right.sub is right.sub


@pytest.mark.parametrize("name", later.STANDING_IN)
def test_a_module_that_stands_in_has_what_the_real_one_has(name: str) -> None:
    asked = f"""
import sys, cdr
assert type(sys.modules[{name!r}]).__name__ == "StandingIn"
import {name} as first
has = {{*vars(first)}} - {{"__name__", "__doc__", "__package__", "__loader__", "__spec__"}}
assert not hasattr(first, "__path__") and type(sys.modules[{name!r}]).__name__ == "StandingIn"
assert first.__file__.endswith(".py")
import {name} as second
assert second is not first and second is sys.modules[{name!r}] and type(second).__name__ == "module"
assert has <= {{*vars(second)}}
assert all(getattr(first, name) is value for name, value in vars(second).items() if not name.startswith("__") and name not in has)
"""
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_what_is_loaded_already_stays() -> None:
    asked = "import inspect, cdr, sys; assert sys.modules['inspect'] is inspect and inspect.signature"
    subprocess.run([sys.executable, "-c", asked], check=True)


@pytest.mark.parametrize(
    "text", ["", "A", "  A\n  B\n    C\n\n", "\n\n\tA\n\tB\n", "A\n\n  B\n \n   C", " \n ", "A\n  B\n C"]
)
def test_indentation_goes_as_the_library_takes_it_away(text: str) -> None:
    assert later.cleandoc(text) == inspect.cleandoc(text)


def test_words_that_nobody_translated_stay() -> None:
    assert later.as_written("Usage:") == gettext.NullTranslations().gettext("Usage:")
    for count in range(4):
        assert later.one_or_more("one", "more", count) == gettext.NullTranslations().ngettext("one", "more", count)


def test_a_program_is_found_as_the_library_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, mode in (("one", 0o644), ("two", 0o755)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").write_text("", "ascii")
        (tmp_path / folder / "tool").chmod(mode)
    (tmp_path / "one" / "folder").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/none:{tmp_path}/one:{tmp_path}/two")
    for name in ("tool", "folder", "none", f"{tmp_path}/one/tool", f"{tmp_path}/two/tool"):
        assert programs.path_of(name) == shutil.which(name), name
