"""docs/commands.md, exit-codes.md, json.md and data-dictionary.* follow from the code; `CDR_UPDATE_DOCS=1 pytest tests/docs` writes them again."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import click
import pytest

from cdr import cli, errors, verbs
from cdr.domain.rulebook.sentences import RULES
from cdr.errors import EXIT_CODES
from cdr.forms import codelists, schema, schema_faults, yaml_faults
from cdr.forms.fields import every
from cdr.terminal import environment
from docs import dictionary, json_page

UPDATE = bool(os.environ.get("CDR_UPDATE_DOCS"))
WIDTH = 96
EVERY = (0, 2, 70, 130)
STORE = (66, 69, 74, 75, 76, 77, 78)
RECORDS = (65, 73, *STORE)
# What a command ends with beside 0, 2, 70 and 130.
ENDS: Mapping[str, tuple[int, ...]] = {
    "init": (65, 66, 69, 73, 74, 75, 77, 78),
    "doctor": (1, 74),
    "config": STORE,
    "notify": RECORDS,
    "import": RECORDS,
    "list": STORE,
    "find": (65, *STORE),
    "reconcile": (65, *STORE),
    "show": STORE,
    "today": STORE,
    "calendar": (65, *STORE),
    "agencies": STORE,
    "agency": RECORDS,
    "request": RECORDS,
    "form": RECORDS,
    "return": RECORDS,
    "bounce": RECORDS,
    "chase": (1, *RECORDS),
    "outbox": (1, *RECORDS),
    "gate": RECORDS,
    "milestone": RECORDS,
    "delays": (65, *STORE),
    "timeline": STORE,
    "letter": RECORDS,
    "action": RECORDS,
    "learning": RECORDS,
    "handover": RECORDS,
    "receive": RECORDS,
    "take-over": (1, *RECORDS),
    "panel": RECORDS,
    "reading": RECORDS,
    "review": RECORDS,
    "close": RECORDS,
    "reopen": RECORDS,
    "void": RECORDS,
    "contact": RECORDS,
    "question": RECORDS,
    "planning": STORE,
    "tally": RECORDS,
    "report": RECORDS,
    "assurance": (65, *STORE),
    "theme": (65, *STORE),
    "release": RECORDS,
    "check-tables": (1, 65, 66, 74),
    "export": (65, *STORE),
    "wish": RECORDS,
    "disclose": RECORDS,
    "governance": (1, 65, *STORE),
    "ncmd": (1, 65, *STORE),
    "edit": RECORDS,
    "attach": RECORDS,
    "extract": STORE,
    "explain": (66,),
    "help": (66, 74),
    "verify": (1, 66, 69, 73, 74, 75, 76, 78),
    "audit": (1, 66, 69, 74, 75, 76, 78),
    "keys": (1, *RECORDS),
    "retention": STORE,
    "erase": (1, *RECORDS),
    "sync": (1, *RECORDS),
    "anchor": (65, *STORE),
    "backup": (65, *STORE),
    "restore": (1, 65, 66, 69, 73, 74, 75, 76, 77, 78),
    "completion": (74,),
    "demo": (69, 70, 74),
}


def command(name: str) -> tuple[click.Context, click.Command]:
    top = click.Context(cli.cdr, info_name="cdr")
    found = cli.cdr.get_command(top, name)
    assert found is not None
    return click.Context(found, info_name=name, parent=top, max_content_width=WIDTH), found


def parts(name: str) -> Iterator[tuple[str, click.Context, click.Command]]:
    """A command, and after a group its commands."""
    context, found = command(name)
    yield f"cdr {name}", context, found
    if isinstance(found, click.Group):
        for inner, sub in found.commands.items():
            yield f"cdr {name} {inner}", click.Context(sub, info_name=inner, parent=context), sub


def help_and_examples(found: click.Command) -> tuple[list[str], list[str]]:
    """The paragraphs of a help text, and the command lines of its paragraphs that begin with `Example:`."""
    paragraphs, examples = [], []
    text = re.sub(r"Examples:\n\n *\x08\n?", "Examples:\n", found.help or "").replace("\b\n", "\b")
    for paragraph in text.split("\n\n"):
        if paragraph.strip().startswith(("Example:", "Examples:")):
            lines = paragraph.split(":", 1)[1].strip("\b\n ")
            examples += [
                line.strip()
                for line in (
                    lines.splitlines() if "\n" in lines and lines.count("cdr ") > 1 else [" ".join(lines.split())]
                )
            ]
        else:
            paragraphs.append(paragraph)
    return paragraphs, examples


def as_markdown(paragraph: str) -> str:
    if "\b" in paragraph:  # click's mark for lines that are to stay as they are
        return f"```yaml\n{dedent(paragraph.replace(chr(8), '')).strip()}\n```"
    return " ".join(paragraph.split()).replace("<", "&lt;")


def options(found: click.Command) -> list[str]:
    rows = []
    for option in (
        parameter for parameter in found.params if isinstance(parameter, click.Option) and not parameter.hidden
    ):
        names, text = option.get_help_record(click.Context(found)) or ("", "")
        rows.append(f"| `{escaped(names)}` | {escaped(text)} |")
    return ["| option | what it is |", "|---|---|", *rows] if rows else []


def escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def examples_of(name: str) -> list[str]:
    """The examples in the help of a command, and of the commands of a group."""
    return list(dict.fromkeys(one for _, _, found in parts(name) for one in help_and_examples(found)[1]))


def commands_page() -> str:
    lines = [
        "# Commands", "",
        "Made from the help texts by `tests/docs/test_generated.py`; not to be edited by hand.", "",
        "```", *cli.cdr.get_usage(click.Context(cli.cdr, info_name="cdr")).splitlines(), "```", "",
        "These options stand before the command:", "", *options(cli.cdr), "",
        "Every command takes `-h` and `--help`. What the exit codes mean: [exit-codes.md](exit-codes.md). What `--json` gives: [json.md](json.md).", "",
        "| command | what it does |", "|---|---|",
        *(f"| [`{name}`](#cdr-{name}) | {text} |" for name, text in verbs.COMMANDS.items()), "",
    ]  # fmt: skip
    for name in verbs.COMMANDS:
        for title, context, found in parts(name):
            paragraphs, _ = help_and_examples(found)
            lines += [
                f"{'###' if title.count(' ') > 1 else '##'} {title}",
                "",
                "```",
                found.get_usage(context).removeprefix("Usage: "),
                "```",
                "",
            ]
            lines += [line for paragraph in paragraphs for line in (as_markdown(paragraph), "")]
            table = options(found)
            lines += [*table, ""] if table else []
        lines += ["```console", *(f"$ {example}" for example in examples_of(name)), "```", ""]
        codes = sorted({*EVERY, *ENDS[name]})
        lines += [f"Ends with {', '.join(map(str, codes))}.", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def exit_codes_page() -> str:
    lines = [
        "# Exit codes", "",
        "Made from `cdr.errors` by `tests/docs/test_generated.py`; not to be edited by hand.", "",
        "Every command ends with one of these; a later version may add codes and does not change one.", "",
        "With `--json` a failure is one object on stdout too, [`cdr-error/1`](json.md#cdr-error1-failure), beside the words on stderr.", "",
        "| code | meaning | commands |", "|---|---|---|",
    ]  # fmt: skip
    for code, meaning in EXIT_CODES:
        using = [name for name in verbs.COMMANDS if code in (*EVERY, *ENDS[name])]
        lines.append(
            f"| {code} | {meaning} | {'every one' if len(using) == len(verbs.COMMANDS) else ', '.join(using)} |"
        )
    lines += ["", "What to do after 75, 76 and 77: [security.md](security.md#what-to-do-when-cdr-refuses).", ""]
    return "\n".join(lines)


def environment_page() -> str:
    return "\n".join([
        "# Environment variables", "",
        "Made from `cdr/terminal/environment.py` by `tests/docs/test_generated.py`; not to be edited by hand.", "",
        "An option goes before a variable, and both go before what is found. `cdr config` shows what is in force and where it comes from.", "",
        "| variable | what it is |", "|---|---|",
        *(f"| `{name.replace(', ', '`, `')}` | {text} |" for name, text in environment.VARIABLES), "",
        "Variables of git (`GIT_...`) are not heeded: cdr runs git with settings of its own.", "",
    ])  # fmt: skip


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "environment.md": environment_page,
    "data-dictionary.csv": dictionary.table_file,
    "data-dictionary.md": dictionary.page,
    "exit-codes.md": exit_codes_page,
    "json.md": json_page.page,
}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_as_the_code_has_it(name: str, root: Path) -> None:
    path, wanted = root / "docs" / name, PAGES[name]()
    if UPDATE:
        path.write_text(wanted, "utf-8")
    assert path.read_text("utf-8") == wanted, f"docs/{name} is stale; run: CDR_UPDATE_DOCS=1 pytest tests/docs"


def test_the_man_pages_are_as_the_code_has_them(root: Path) -> None:
    from docs import manual

    folder, wanted = root / "packaging" / "man", manual.pages()
    if UPDATE:
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, "utf-8")
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == wanted, (
        "packaging/man is stale: make docs"
    )


def test_the_dictionary_has_every_field_code_and_rule(root: Path) -> None:
    text = (root / "docs" / "data-dictionary.md").read_text("utf-8")
    shown = set(re.findall(r"`([A-Za-z0-9_.-]+)`", text))
    fields = {one.path for form in dictionary.FORMS for one in every(schema.current(form))}
    hidden = {path for path in fields - shown if not path.startswith(("domains.B.", "domains.C.", "domains.D."))}
    short = {path: {path.removeprefix("supplementary.answers."), path.rpartition(".")[2]} for path in hidden}
    assert [path for path in hidden if not short[path] & shown] == [], (
        "a field of a shared group stands under its own key"
    )
    assert {str(code.code) for name in dictionary.lists_in_use() for code in codelists.code_list(name).codes} <= shown
    assert all(
        f"| {rule} |" in text for rule in (*RULES, *schema_faults.MEANINGS, *yaml_faults.MEANINGS) if rule != "wording"
    )


def test_the_page_of_json_has_every_key_and_no_other(root: Path) -> None:
    text = (root / "docs" / "json.md").read_text("utf-8")
    for name, body in json_page.schemas().items():
        part = text.split(f"\n## {json_page.heading(name)}\n")[1].split("\n## ")[0]
        shown = {
            path.rpartition(".")[2].removesuffix("[]") for path in re.findall(r"^\| `([^`]+)`", part, re.MULTILINE)
        }
        assert shown - {"return-NN"} == keys(body) - {"schema"}, name


def keys(node: Any) -> set[str]:
    """The keys of all objects of a schema."""
    if isinstance(node, list):
        return {key for one in node for key in keys(one)}
    if not isinstance(node, dict):
        return set()
    own = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
    return own | {key for one in node.values() for key in keys(one)}


@pytest.mark.parametrize("page", ["data-dictionary.md", "json.md"])
def test_the_headings_of_a_page_are_told_apart(root: Path, page: str) -> None:
    text = (root / "docs" / page).read_text("utf-8")
    headings = [dictionary.anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")]
    linked = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert [one for one in linked if headings.count(one) != 1] == []


# ---- what a person may expect of every help text ---------------------------------------------------------------------


@pytest.mark.parametrize("name", verbs.COMMANDS)
def test_every_command_says_what_it_is_for(name: str) -> None:
    for title, _, found in parts(name):
        assert found.help and found.help.strip(), title
        paragraphs, examples = help_and_examples(found)
        assert paragraphs[0].strip().endswith("."), title
        assert all(example.startswith("cdr ") for example in examples), title
    assert command(name)[1].name == name


@pytest.mark.parametrize("name", verbs.COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    silent = [
        f"{title} {'/'.join(parameter.opts)}"
        for title, _, found in [*parts(name), ("cdr", None, cli.cdr)]
        for parameter in found.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []


@pytest.mark.parametrize("name", verbs.COMMANDS)
def test_every_command_has_an_example_that_it_takes(name: str, words_of: Any, words_trouble: Any) -> None:
    examples = examples_of(name)
    assert examples
    for example in examples:
        [words] = words_of(example)
        named = [word for word in words if word in verbs.COMMANDS]
        assert named[:1] == [name], example
        plain = tuple("0" * 40 if "..." in word else word for word in words)
        assert words_trouble(plain) == "", example


def test_tables_of_this_test_name_commands_that_are_there() -> None:
    assert ENDS.keys() == verbs.COMMANDS.keys()


# ---- exit codes ------------------------------------------------------------------------------------------------------

KINDS = {
    kind.__name__: kind.exit_code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.CdrError)
}


def raised_in(module: str) -> set[int]:
    """The codes of the errors that a command's own module raises, and 1 where it returns it."""
    path = Path(cli.__file__).parent / "commands" / f"{module}.py"
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = (
            node.exc.func.id
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
            else ""
        )
        found |= {KINDS[name]} if name in KINDS else set()
        found |= {1} if isinstance(node, ast.Name) and node.id == "TO_ACT_ON" else set()
    return found


@pytest.mark.parametrize("name", verbs.COMMANDS)
def test_a_commands_own_errors_are_among_its_codes(name: str) -> None:
    assert raised_in(verbs.MODULES.get(name, name)) <= {*EVERY, *ENDS[name]}


def test_every_kind_of_error_has_a_code_that_is_told() -> None:
    told = {code for code, _ in EXIT_CODES}
    assert set(KINDS.values()) <= told
    assert {code for codes in ENDS.values() for code in codes} <= told


def test_codes_are_told_once_and_in_order() -> None:
    codes = [code for code, _ in EXIT_CODES]
    assert codes == sorted(set(codes))


def test_each_code_that_is_told_is_used() -> None:
    used = {code for codes in ENDS.values() for code in codes} | set(EVERY)
    assert used == {code for code, _ in EXIT_CODES}


def whole_commands() -> list[tuple[str, click.Command]]:
    """Every command that does something by itself, also those of a group."""
    found = [(name, one) for outer in cli.cdr.list_commands(click.Context(cli.cdr)) for name, _, one in parts(outer)]
    return [(name, one) for name, one in found if not isinstance(one, click.Group) or one.invoke_without_command]


@pytest.mark.parametrize(("name", "found"), whole_commands(), ids=lambda one: one if isinstance(one, str) else "")
def test_every_command_has_an_example_and_json(name: str, found: click.Command) -> None:
    words = name.removeprefix("cdr ")
    examples = help_and_examples(found)[1]
    assert any(f" {words}" in f" {one}".replace("cdr ", " ") for one in examples), f"{name} --help has no example of it"
    assert "--json" in [option for one in found.params for option in one.opts], f"{name} has no --json"
