"""What is put off until it is asked for can be had then: expressions are compiled, and the fields of a class worked out."""

from __future__ import annotations

import dataclasses
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import cdr
from cdr import expressions
from cdr.records import names_of
from cdr.sought import kept_back, sought


def modules() -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(cdr.__path__, "cdr."):
        if not one.name.endswith("__main__"):
            yield import_module(one.name)


def values() -> Iterator[tuple[str, Any]]:
    for module in modules():
        for name, value in vars(module).items():
            yield f"{module.__name__}.{name}", value


def test_every_expression_can_be_compiled() -> None:
    later = {name: value for name, value in values() if type(value) in (expressions.expression, sought, kept_back)}
    assert len(later) > 100
    for name, value in later.items():
        assert re.compile(value.pattern, value.flags).pattern == value.pattern, name


def test_the_fields_of_every_class_can_be_worked_out() -> None:
    classes = {value for _, value in values() if isinstance(value, type) and dataclasses.is_dataclass(value)}
    assert len(classes) > 100
    for one in classes:
        if "__kw_only__" in vars(one):
            assert list(names_of(one)) == [field.name for field in dataclasses.fields(one)]
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
