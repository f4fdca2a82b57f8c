"""Modules have one job, functions are short, names use the field's words, and every public thing says what it is."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

from architecture.modules import Module, all_of, functions, modules, parsed

NOT_OUR_WORDS = {"util", "utils", "helper", "helpers", "manager", "handler", "handlers", "misc", "common", "stats", "reminder",
                 "reminders", "outcome", "outcomes"}  # fmt: skip
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 12


def test_no_module_has_two_jobs() -> None:
    lengths = {f"cdr/{module.path}": module.text.count("\n") for module in modules()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_long() -> None:
    found = [
        f"cdr/{m.path}:{line}: {name} has {length} lines"
        for m in modules()
        for name, line, length in functions(m)
        if length > LONGEST_FUNCTION
    ]
    assert found == []


def test_most_functions_are_short() -> None:
    assert statistics.median(length for module in modules() for _, _, length in functions(module)) < MEDIAN_FUNCTION


def test_names_use_the_fields_words() -> None:
    found = []
    for module in modules():
        found += [module.path for word in words(Path(module.path).stem) if word in NOT_OUR_WORDS]
        for node in module.nodes:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and NOT_OUR_WORDS & set(words(node.name)):
                found.append(f"cdr/{module.path}:{node.lineno}: {node.name}")
    assert found == []


def words(name: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def test_every_public_thing_says_what_it_is() -> None:
    found = []
    for module in modules():
        defined = [node for node in module.nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        public = [
            node for node in module.tree.body if node in defined and not getattr(node, "name", "_").startswith("_")
        ]
        found += [
            f"cdr/{module.path}:{node.lineno}: {getattr(node, 'name', '')}"
            for node in public
            if not ast.get_docstring(node)
        ]
        if not ast.get_docstring(module.tree) and module.text.strip():
            found.append(f"cdr/{module.path}:1")
    assert found == []


def says_nothing_of_what(module: Module) -> list[str]:
    """Where something is called by how it is put, and not by what it is; `plain` is a variable for what was encrypted, and nothing else."""
    found = []
    for node in module.nodes:
        is_function = isinstance(node, ast.FunctionDef) and node.name in ("in_words", "plain")
        if is_function or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "IN_WORDS"):
            found.append(f"cdr/{module.path}: {ast.unparse(node).splitlines()[0]}: say of what")
    return found


def test_what_is_put_in_words_says_of_what() -> None:
    assert all_of(says_nothing_of_what) == []
    for text in ("def in_words(one): ...", "def plain(text): ...", "IN_WORDS = {}"):
        assert len(says_nothing_of_what(parsed("work/x.py", text))) == 1
