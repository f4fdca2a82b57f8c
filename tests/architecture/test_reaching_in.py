"""Facts are asked by name, nobody reaches into the store, and the way one case is changed stands once."""

from __future__ import annotations

import ast
import re

import pytest
from architecture.modules import Module, all_of, calls, parsed

# ---- one view of the cases ---------------------------------------------------------------------------------------
KEEPS_FACTS = {
    "app.py",
    "columns.py",
    "indexed.py",
    "store/store.py",
}  # where what the index keeps is JSON, for `cases_of` to read
READS_FACTS = "domain/case/facts.py"


def facts_by_string(module: Module) -> list[str]:
    """Where what the index keeps is asked for elsewhere than there, and where the facts of a case are looked up by a string."""
    if module.path in KEEPS_FACTS or module.path == READS_FACTS:
        return []
    asked = {("store", "kept"), ("index", "facts"), ("", "cases_of")}
    found = [line for line, before, name in calls(module) if (before, name) in asked]
    for node in module.nodes:
        if isinstance(node, ast.Subscript):
            of, key = node.value, node.slice
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            of, key = node.func.value, node.args[0]
        else:
            continue
        if isinstance(of, ast.Name) and of.id in ("kinds", "facts") and isinstance(getattr(key, "value", None), str):
            found.append(node.lineno)
    return [f"cdr/{module.path}:{line}: the facts of cases are `App.cases()`, and asked by name" for line in found]


def test_the_facts_of_cases_are_asked_by_name() -> None:
    assert all_of(facts_by_string) == []


# ---- size and names -------------------------------------------------------------------------------------------------
INSIDE_OF_THE_STORE = {"sealed", "snapshot", "index", "history", "git"}
MAY_LOOK_INSIDE = {"commands/doctor.py": {"git"}}  # whether the repository itself is sound is what it is asked
IDS = re.compile(r"(return|attachment)-|(notification|requests|prompts|analysis|case)$")


def reaches_into_the_store(module: Module) -> list[str]:
    """Where something asks for the store's inside, or for a case's documents by how their files are called."""
    if module.room == "store":
        return []
    inside = INSIDE_OF_THE_STORE - MAY_LOOK_INSIDE.get(module.path, set())
    found = []
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in inside and ast.unparse(node.value).endswith("store"):
            found.append(
                (node.lineno, f"asks for .{node.attr} of a store; give Store a method that says what is asked")
            )
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("documents") and is_an_id(node.slice):
            found.append((node.lineno, "asks for a document by its file; CaseFile has a name for it"))
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith(".startswith")
            and any(map(is_an_id, node.args))
        ):
            found.append((node.lineno, "looks at how an id begins; CaseFile has a name for it"))
    return [f"cdr/{module.path}:{line} {words}" for line, words in found]


def is_an_id(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and IDS.match(node.value) is not None


def test_nobody_reaches_into_the_store() -> None:
    assert all_of(reaches_into_the_store) == []


@pytest.mark.parametrize(
    "text",
    [
        "app.store.sealed.head",
        "store.snapshot.cases",
        "app.store.index.document(place)",
        "app.store.history.root",
        "store.git.setting",
        'documents["case"].body',
        'now.documents["return-01"]',
        '[d for id_, d in documents.items() if id_.startswith("return-")]',
    ],
)
def test_a_reach_into_the_store_is_seen(text: str) -> None:
    assert len(reaches_into_the_store(parsed("work/x.py", text))) == 1


CHANGES_A_CASE = "work/changing.py"


def changes_a_case(module: Module) -> list[str]:
    """Where the lock is held and one case read under it, but for the one place where that sequence stands."""
    if module.path == CHANGES_A_CASE or module.room == "store":
        return []
    found = []
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef):
            calls = {
                one.func.attr
                for one in ast.walk(node)
                if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
            }
            if {"writing", "case"} <= calls:
                found.append(f"cdr/{module.path}:{node.lineno} {node.name}: one case is changed by `work.changing`")
    return found


def test_the_way_one_case_is_changed_stands_once() -> None:
    assert all_of(changes_a_case) == []


def test_another_way_to_change_a_case_is_seen() -> None:
    text = "def f(app):\n    with app.store.writing():\n        documents = app.store.case(reference)"
    assert len(changes_a_case(parsed("commands/x.py", text))) == 1
    assert changes_a_case(parsed(CHANGES_A_CASE, text)) == []


@pytest.mark.parametrize(
    "text",
    [
        'day = kinds["notification"]["facts"]["notified_on"]',
        'kinds.get("case", {})',
        'facts["died"]',
        "app.store.kept()",
        "store.index.facts()",
        "cases_of({})",
    ],
)
def test_facts_by_string_are_seen(text: str) -> None:
    assert len(facts_by_string(parsed("work/x.py", text))) == 1
    assert facts_by_string(parsed(READS_FACTS, text)) == []


def test_facts_by_name_are_free() -> None:
    assert (
        facts_by_string(parsed("work/x.py", 'app.cases()[case].notification.died\nkinds[kind]\nrules["facts"]')) == []
    )


# ---- whether a case is open, closed, of a register ------------------------------------------------------------------
OF_A_CASE = {
    "imported",
    "opened_on",
    "closures",
    "reopenings",
    "reviews",
    "letters",
    "attachments",
    "disclosures",
    "handovers",
    "keepings",
}


def case_by_string(module: Module) -> list[str]:
    """Where a room above the domain looks into a document of a case by a string."""
    if module.room not in ("app", "columns", "commands", "work", "terminal", "documents", "statistics"):
        return []
    found = []
    for node in module.nodes:
        match node:
            case ast.Subscript(value=of, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                pass
            case ast.Call(func=ast.Attribute(value=of, attr="get"), args=[ast.Constant(value=str(key)), *_]):
                pass
            case _:
                continue
        said = ast.unparse(of)
        if (said.endswith("case.body") or said == "case") and (key in OF_A_CASE or key == "status"):
            found.append(f"cdr/{module.path}:{node.lineno}: {key} of a case; cdr/domain/case has a name for it")
    return found


def test_what_a_case_says_is_asked_by_name() -> None:
    assert all_of(case_by_string) == []


@pytest.mark.parametrize(
    "text",
    [
        'one.case.body["status"] == "open"',
        'documents.case.body.get("imported")',
        'case["letters"]',
        'len(case.get("attachments", ()))',
        'for given in case.get("disclosures", ()): pass',
    ],
)
def test_a_case_by_string_is_seen(text: str) -> None:
    assert len(case_by_string(parsed("work/x.py", text))) == 1
