"""The forms that ship as examples, as text, and the names of the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdr.errors import InvalidData, Problem
from cdr.forms import schema

FOLDER = Path(__file__).resolve().parents[1] / "data" / "examples"


FORM_A = (FOLDER / "form-a-sudi.yaml").read_text()


CANARY = "Canary-Zażółć"


def found(text: str, form: str = "form-a") -> list[Problem]:
    try:
        schema.read(text.encode(), "given.yaml", form)
    except InvalidData as error:
        assert CANARY not in "\n".join(error.lines())
        return list(error.problems)
    return []


def changed(text: str, *changes: tuple[str, str]) -> str:
    for before, after in changes:
        assert text.count(before) >= 1, before
        text = text.replace(before, after, 1)
    return text


def rules(text: str, form: str = "form-a") -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in found(text, form)]


def parts(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, part in node.items():
            yield from parts(part, f"{path}/{key}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from parts(part, f"{path}/{number}")
