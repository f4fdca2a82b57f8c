"""Who may import whom, what the pure rooms may not touch, and how long things may be: held by reading the code."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from architecture.modules import Module, all_of, calls, imported, modules, parsed

from cdr import verbs

# From the top down: a room may import those named after it, and no other.
BASE = frozenset(
    {
        "errors",
        "clock",
        "resources",
        "disk",
        "programs",
        "moments",
        "written",
        "nhs_numbers",
        "records",
        "expressions",
        "sought",
    }
)
PURE = frozenset({"errors", "resources", "moments", "written", "nhs_numbers", "records", "expressions", "sought"})
MAY_IMPORT: dict[str, frozenset[str]] = {
    "__main__": frozenset({"cli"}),
    "verbs": frozenset(),
    "cli": BASE | {"commands", "app", "terminal", "usage", "verbs"},
    "usage": frozenset(),
    "commands": BASE
    | {"work", "terminal", "app", "demo", "documents", "mail", "store", "statistics", "domain", "forms", "columns"},
    "work": BASE | {"terminal", "app", "documents", "mail", "store", "statistics", "domain", "forms", "columns"},
    "terminal": BASE | {"app", "documents", "store", "domain", "forms"},
    "app": BASE | {"documents", "mail", "store", "statistics", "domain", "forms", "columns", "indexed"},
    "columns": frozenset({"store", "statistics", "domain", "records", "expressions"}),
    "indexed": frozenset({"store", "domain"}),
    "store": BASE | {"forms"},
    "mail": BASE,
    "documents": BASE | {"statistics", "domain", "forms"},
    "statistics": PURE | {"domain", "forms"},
    "demo": PURE | {"domain", "forms"},
    "domain": PURE | {"forms"},
    "forms": PURE,
    "programs": frozenset({"records"}),
    "disk": frozenset({"errors", "expressions"}),
    "clock": frozenset({"errors", "moments", "written", "records"}),
    "nhs_numbers": frozenset({"written", "expressions"}),
    "written": frozenset({"moments", "expressions"}),
    "moments": frozenset({"records", "expressions"}),
    "resources": frozenset({"errors"}),
    "errors": frozenset({"records"}),
    "records": frozenset(),
    "expressions": frozenset(),
    "sought": frozenset({"resources"}),
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
    "dataclasses": {"records.py"},
    "gnupg": {"store/keyring.py"},
    "subprocess": {"programs.py", "terminal/desk.py"},
    "ruamel": {"forms/codec.py", "forms/comments.py", "forms/plain_yaml.py"},
    "_ruamel_yaml": {"forms/codec.py", "forms/plain_yaml.py"},
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
        "cdr.commands.options",
        "cdr.commands.publishing",
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
    own = {name for name in found if name.startswith("cdr.")} - {"cdr.usage"}  # the headings of the list of commands
    assert own == {"cdr.app", "cdr.cli", "cdr.errors", "cdr.records", "cdr.verbs"}, (
        "who asks for the version waits for nothing else"
    )


def test_no_commands_help_loads_anything_heavy() -> None:
    for command in verbs.COMMANDS:
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
