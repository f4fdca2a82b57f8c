"""What no file of the repository may hold: a machine's paths, a package registry's host, an address that may be somebody's."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import turns

from cdr import cli

ROOT = Path(cli.__file__).parent.parent
HOMES = ("home", "root", "work", "Users")
MACHINE_PATH = re.compile(rf"(?<![\w.~$}}-])/(?:{'|'.join(HOMES)})(?:/|\b(?=[\"'\s`]))|\.\./\.?{'shared'}\b")
REGISTRY_HOST = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|anaconda|npmjs|artifactory|crates)\.(?:org|com|io)\b|--(?:extra-)?index-url"
)
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
NOBODYS = re.compile(r"(?:^|\.)(?:example|invalid|test|localhost)$|(?:^|\.)example\.(?:com|org|net)$")
NHS_NUMBER = re.compile(r"(?<![0-9.])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9.])")
PUBLISHED_EXAMPLES = {"9434765919"}  # the worked example of the check digit, given to nobody
NO_TEXT = {".ttf", ".pdf", ".png", ".jpg", ".gz", ".xlsx"}


@cache
def texts() -> dict[str, str]:
    """Every file that is or would be committed, by its path."""
    try:
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-coz", "--exclude-standard"], capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a checkout")
    paths = [path for path in listed.stdout.decode().split("\0") if path and Path(path).suffix not in NO_TEXT]
    return {path: (ROOT / path).read_text("utf-8") for path in paths if (ROOT / path).is_file()}


def found(pattern: re.Pattern[str], skip: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path}:{number}: {match.group()}"
        for path, text in texts().items()
        if not path.startswith(skip)
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]


HERE = "tests/architecture/test_repository.py"
VENDORED = "templates/offline-form/openpgp.min.js"


def test_the_repository_is_read() -> None:
    assert {"pyproject.toml", "README.md", "cdr/cli.py", HERE} <= texts().keys()


def test_no_file_knows_a_machine() -> None:
    assert found(MACHINE_PATH, (HERE,)) == []


def test_no_file_names_a_registry() -> None:
    assert found(REGISTRY_HOST, (HERE,)) == []


def test_every_address_is_nobodys() -> None:
    skip = (HERE, "templates/fonts/", VENDORED)
    lines = found(ADDRESS, skip)
    assert [line for line in lines if not NOBODYS.search(line.rpartition("@")[2].casefold())] == []


def test_every_number_with_the_shape_of_an_nhs_number_is_of_the_test_range() -> None:
    """A number whose check digit is right and which does not begin with 999 may be a living person's."""
    skip = ("requirements/", "templates/fonts/", "cdr/rules/support-organisations.yaml", HERE, VENDORED)
    lines = found(NHS_NUMBER, skip)
    assert [line for line in lines if may_be_somebodys(line.rpartition(": ")[2])] == []


def may_be_somebodys(text: str) -> bool:
    digits = [int(letter) for letter in text if letter.isdigit()]
    check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    if "".join(map(str, digits)) in PUBLISHED_EXAMPLES:
        return False
    return digits[:3] != [9, 9, 9] and len(set(digits)) > 1 and digits[0] != 0 and check % 11 == digits[9]


@pytest.mark.parametrize(
    ("pattern", "wrong", "right"),
    [
        (MACHINE_PATH, "see /home/robin/store", "see ~/store"),
        (MACHINE_PATH, "cd /root/", "cases/REF/root/x"),
        (MACHINE_PATH, f"{'/'}work/main", "social/work/main"),
        (REGISTRY_HOST, "https://pypi.org/simple", "https://www.example.org/"),
        (ADDRESS, "robin@nhs.net", "robin at the NHS"),
    ],
)
def test_the_patterns_see_and_spare(pattern: re.Pattern[str], wrong: str, right: str) -> None:
    assert pattern.search(wrong)
    assert not pattern.search(right)


def test_the_number_check_sees_and_spares() -> None:
    assert may_be_somebodys("943 476 5870")
    assert not may_be_somebodys("943 476 5871")
    assert not may_be_somebodys("9990000018")


# ---- what cdr tells a person to do must be something that cdr can do -------------------------------------------------


def strings(path: Path) -> list[tuple[int, str]]:
    """What a person may be told: every text of a module; its docstrings only where they are help."""
    tree = ast.parse(path.read_text("utf-8"))
    remarks = (
        {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        if path.parent.name != "commands"
        else set()
    )
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, str(node.value)) for node in texts if id(node) not in remarks]


def test_every_command_that_a_message_names_is_there() -> None:
    import click

    context, wrong = click.Context(cli.cdr), []
    advice = re.compile(r"(?:`|: |See |with |run |first: |Run |then )cdr ([a-z][a-z-]+)(?: ([a-z]+)(?![\w-]))?")
    for path in sorted((ROOT / "cdr").rglob("*.py")):
        for line, text in strings(path):
            for match in advice.finditer(text):
                name, second = match.groups()
                command = cli.cdr.get_command(context, name)
                known = command is not None and (
                    not isinstance(command, click.Group) or second is None or second in command.commands
                )
                if not known and text not in ("cdr: init",):
                    wrong.append(f"{path.relative_to(ROOT)}:{line}: {match.group().strip('`: ')}")
    assert wrong == []


@cache
def _test_functions(path: Path) -> set[str]:
    """The test functions of a module, those of a class after its name."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        before = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found.update(f"{before}{one.name}" for one in inside if isinstance(one, ast.FunctionDef))
    return found


def test_each_long_test_is_there() -> None:
    for name in sorted(turns.long_ones()):
        module, function = name.split("::", 1)
        assert function in _test_functions(ROOT / module), f"{name} is no test: make times"


def test_each_test_has_its_turn() -> None:
    spread = [
        [turn for turn in range(turns.OF) if turns.is_due(f"tests/some.py::test_it[{number}]", turn)]
        for number in range(200)
    ]
    assert {len(one) for one in spread} == {1} and {one[0] for one in spread} == set(range(turns.OF))


def test_what_takes_far_longer_than_the_mean_is_long() -> None:
    short = [(f"tests/a.py::test_short_{number}", 1.0) for number in range(50)]
    spent = [
        *short,
        ("tests/a.py::test_long[x]", 20.0),
        ("tests/a.py::test_long[x]", 1.0),
        ("tests/cli/test_main_job.py::test_it", 90.0),
    ]
    assert turns.longest(spent) == ["tests/a.py::test_long"]
