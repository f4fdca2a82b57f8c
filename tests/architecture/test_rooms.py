"""Who may import whom, what the pure rooms may not touch, and how long things may be: held by reading the code."""

from __future__ import annotations

import ast
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

from cdr import cli

PACKAGE = Path(cli.__file__).parent
# From the top down: a room may import those named after it, and no other.
BASE = frozenset({"errors", "clock", "resources", "disk", "programs", "moments", "written", "nhs_numbers", "records"})
PURE = frozenset({"errors", "resources", "moments", "written", "nhs_numbers", "records"})
MAY_IMPORT: dict[str, frozenset[str]] = {
    "__main__": frozenset({"cli"}),
    "cli": BASE | {"commands", "app", "terminal"},
    "commands": BASE
    | {"work", "terminal", "app", "demo", "documents", "mail", "store", "statistics", "domain", "forms", "columns"},
    "work": BASE | {"terminal", "app", "documents", "mail", "store", "statistics", "domain", "forms", "columns"},
    "terminal": BASE | {"app", "documents", "store", "domain", "forms"},
    "app": BASE | {"documents", "mail", "store", "statistics", "domain", "forms", "columns"},
    "columns": frozenset({"store", "statistics", "domain", "records"}),
    "store": BASE | {"forms"},
    "mail": BASE,
    "documents": BASE | {"statistics", "domain", "forms"},
    "statistics": PURE | {"domain", "forms"},
    "demo": PURE | {"domain", "forms"},
    "domain": PURE | {"forms"},
    "forms": PURE,
    "programs": frozenset({"records"}),
    "disk": frozenset({"errors"}),
    "clock": frozenset({"errors", "moments", "written", "records"}),
    "nhs_numbers": frozenset({"written"}),
    "written": frozenset({"moments"}),
    "moments": frozenset({"records"}),
    "resources": frozenset({"errors"}),
    "errors": frozenset({"records"}),
    "records": frozenset(),
    "__init__": frozenset(),
}
OUTSIDE = {
    "subprocess",
    "os",
    "pathlib",
    "shutil",
    "tempfile",
    "socket",
    "io",
    "glob",
    "time",
    "urllib",
    "http",
    "smtplib",
}
ONLY_IN = {
    "gnupg": {"store/keyring.py"},
    "subprocess": {"programs.py", "terminal/desk.py"},
    "ruamel": {"forms/codec.py", "forms/comments.py"},
    "_ruamel_yaml": {"forms/codec.py"},
    "smtplib": {"mail/smtp.py"},
    "fcntl": {"store/lock.py", "disk.py"},
}
CLOCKS = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"),
          ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "strftime")}  # fmt: skip
HEAVY = {
    "jsonschema",
    "tabulate",
    "typst",
    "jinja2",
    "smtplib",
    "ruamel",
    "gnupg",
    "dateutil",
    "docx",
    "lxml",
    "markdown_it",
    "PIL",
    "openpyxl",
    "icalendar",
    "duckdb",
    "highspy",
    "numpy",
}
NOT_OUR_WORDS = {"util", "utils", "helper", "helpers", "manager", "handler", "handlers", "misc", "common", "stats", "reminder",
                 "reminders", "outcome", "outcomes"}  # fmt: skip
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 12


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


def wrong_imports(module: Module) -> list[str]:
    found = []
    for line, name in imported(module):
        top, _, rest = name.partition(".")
        room = rest.split(".")[0]
        known = room in MAY_IMPORT
        if top == "cdr" and known and room != module.room and room not in MAY_IMPORT[module.room]:
            found.append(f"cdr/{module.path}:{line}: {module.room} may not import {name}")
    return found


def impurities(module: Module) -> list[str]:
    found = [
        f"cdr/{module.path}:{line}: imports {name}" for line, name in imported(module) if name.split(".")[0] in OUTSIDE
    ]
    found += [
        f"cdr/{module.path}:{line}: opens a file"
        for line, before, name in calls(module)
        if (before, name) == ("", "open")
    ]
    return found + clock_questions(module)


def clock_questions(module: Module) -> list[str]:
    asked = [
        f"cdr/{module.path}:{line}: {before}.{name}()"
        for line, before, name in calls(module)
        if (before, name) in CLOCKS
    ]
    taken = [
        f"cdr/{module.path}:{node.lineno}: from time import {alias.name}"
        for node in module.nodes
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if ("time", alias.name) in CLOCKS
    ]
    return asked + taken


def functions(module: Module) -> Iterator[tuple[str, int, int]]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            text = node.body[0] if ast.get_docstring(node) else None  # what `--help` says is no code
            said = (text.end_lineno or text.lineno) - text.lineno + 1 if text else 0
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1 - said


def all_of(check: object) -> list[str]:
    assert callable(check)
    return [finding for module in modules() for finding in check(module)]


# ---- who imports whom -----------------------------------------------------------------------------------------------


def test_every_room_is_known() -> None:
    assert {module.room for module in modules()} <= MAY_IMPORT.keys()
    assert {"commands", "work", "terminal", "domain", "forms", "statistics", "documents", "mail", "store", "demo"} <= {
        module.room for module in modules()
    }


def test_imports_go_downwards() -> None:
    assert all_of(wrong_imports) == []


def test_the_pure_rooms_touch_no_file_no_process_and_no_clock() -> None:
    assert [f for module in modules() if module.room in ("domain", "statistics") for f in impurities(module)] == []


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_one_module_knows(library: str) -> None:
    found = {module.path for module in modules() for _, name in imported(module) if name.split(".")[0] == library}
    assert found <= ONLY_IN[library]


def test_only_the_clock_asks_the_time() -> None:
    assert [f for module in modules() if module.path != "clock.py" for f in clock_questions(module)] == []
    assert clock_questions(next(module for module in modules() if module.path == "clock.py"))


def test_only_commands_and_the_terminal_know_click() -> None:
    found = {module.room for module in modules() for _, name in imported(module) if name.split(".")[0] == "click"}
    assert found <= {"cli", "app", "commands", "terminal", "work"}


def test_no_verb_imports_another() -> None:
    """What two verbs need stands in `work` or `terminal`."""
    verbs = {f"cdr.commands.{Path(module.path).stem}" for module in modules() if module.room == "commands"} - {
        "cdr.commands.options"
    }
    found = [
        f"{module.path}: {name}"
        for module in modules()
        if module.room == "commands"
        for _, name in imported(module)
        if whose(name) in verbs
    ]
    assert found == []


def whose(name: str) -> str:
    """The module of an imported name: `cdr.commands.tally.facts` is `cdr.commands.tally`'s."""
    return ".".join(name.split(".")[:3])


def test_no_module_is_imported_in_a_ring() -> None:
    """A module that needs itself, through whatever others, however late and for types alone, cannot be understood on its own."""
    names = {
        "cdr." + module.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): module
        for module in modules()
    }
    needs = {name: {n for n in all_imports(module) if n in names and n != name} for name, module in names.items()}
    while True:
        free = [name for name, needed in needs.items() if not needed & needs.keys()]
        if not free:
            break
        for name in free:
            del needs[name]
    assert sorted(needs) == []


def all_imports(module: Module) -> Iterator[str]:
    """Every import, lazy ones and those that only types need too."""
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# ---- one view of the cases ---------------------------------------------------------------------------------------

KEEPS_FACTS = {
    "app.py",
    "columns.py",
    "store/store.py",
    "store/index.py",
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


# ---- start-up -------------------------------------------------------------------------------------------------------

LOADED = "import json, sys; from cdr.cli import run; code = run(sys.argv[1:]); print(json.dumps([code, *sys.modules]), file=sys.stderr)"


def loaded(*arguments: str) -> set[str]:
    """The packages in memory after `cdr ARGUMENTS` in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True)
    code, *names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return {name.split(".")[0] for name in names} | {name for name in names if name.startswith("cdr.")}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_start_loads_nothing_heavy_and_no_room(option: str) -> None:
    found = loaded(option)
    assert found & HEAVY == set()
    assert {name for name in found if name.startswith("cdr.")} == {"cdr.app", "cdr.cli", "cdr.errors", "cdr.records"}, (
        "who asks for the version waits for nothing else"
    )


def test_no_commands_help_loads_anything_heavy() -> None:
    for command in cli.COMMANDS:
        assert (command, loaded(command, "--help") & HEAVY) == (command, set())


# ---- that the checks can fail ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("store/x.py", "from cdr.domain import case"),
        ("store/x.py", "def f():\n    import cdr.documents.pdf"),
        ("domain/x.py", "from cdr import disk"),
        ("domain/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from cdr.store.git import Git"),
        ("documents/x.py", "from cdr.store import git"),
        ("work/x.py", "from cdr.commands import options"),
        ("forms/x.py", "from cdr.store import git"),
        ("errors.py", "from cdr import clock"),
        ("commands/x.py", "from cdr.cli import run"),
    ],
)
def test_an_import_upwards_is_seen(path: str, text: str) -> None:
    assert len(wrong_imports(parsed(path, text))) == 1


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


@pytest.mark.parametrize(
    "text",
    ["from cdr.store import codec", "from cdr import disk, errors", "import click", "from cdr import __version__"],
)
def test_an_import_downwards_is_free(text: str) -> None:
    assert wrong_imports(parsed("commands/x.py", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from pathlib import Path",
        "open('x')",
        "datetime.now()",
        "datetime.date.today()",
        "import time\ntime.time()",
        "from time import time",
    ],
)
def test_an_impurity_is_seen(text: str) -> None:
    assert impurities(parsed("domain/x.py", text))


def test_what_is_pure_is_free() -> None:
    assert impurities(parsed("domain/x.py", "from datetime import date\nday = date(2026, 1, 9)\nbook.open()")) == []
