"""The modules of cdr, parsed, and what they import, call and define: what the tests of the architecture ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from cdr import cli

PACKAGE = Path(cli.__file__).parent


@dataclass(frozen=True)
class Module:
    """One file of the package: where it is (`store/git.py`), its text and what it is made of."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: many checks look at all of them."""
        return tuple(ast.walk(self.tree))

    @property
    def room(self) -> str:
        return self.path.split("/")[0].removesuffix(".py")


def parsed(path: str, text: str) -> Module:
    return Module(path, text, ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    found = sorted(PACKAGE.rglob("*.py"))
    return tuple(parsed(path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")) for path in found)


def imported(module: Module) -> Iterator[tuple[int, str]]:
    """Every import, lazy ones and those for types too, as a line and a dotted name."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"cdr/{module.path}:{node.lineno}: imports are absolute"
            names = [f"cdr.{alias.name}" for alias in node.names] if node.module == "cdr" else [str(node.module)]
            yield from ((node.lineno, name) for name in names)


def calls(module: Module) -> Iterator[tuple[int, str, str]]:
    """Every call as a line, the name before the dot (empty without one) and the name after it."""
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, "", node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            before = node.func.value
            name = before.id if isinstance(before, ast.Name) else getattr(before, "attr", "")
            yield node.lineno, name, node.func.attr


def functions(module: Module) -> Iterator[tuple[str, int, int]]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            text = node.body[0] if ast.get_docstring(node) else None  # what `--help` says is no code
            said = (text.end_lineno or text.lineno) - text.lineno + 1 if text else 0
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1 - said


def all_of(check: object) -> list[str]:
    assert callable(check)
    return [finding for module in modules() for finding in check(module)]
