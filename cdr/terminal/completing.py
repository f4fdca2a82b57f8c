"""What a shell offers while a command line is typed: cases, agencies, rules and kinds by what a word is called in the usage.

No key is used and nothing is opened: references are the names of folders, agencies stand in cdr.yaml. What cannot be found out
is not offered, and no mistake is told: the line is not finished yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from cdr.errors import CdrError

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_CDR_COMPLETE"
PROGRAM = "cdr"
FILES = frozenset({"FILE", "FILE.csv", "FILE.ics", "REGISTER"})
FOLDERS = frozenset({"DIR"})
EDITABLE = ("form-a", "form-c")

Offered = Iterable[tuple[str, str]]
Source = Callable[[Path], Offered]


def script(shell: str) -> str:
    """The completion script for one of `SHELLS`."""
    found = get_completion_class(shell)
    if found is None:
        raise AssertionError(f"no completion for {shell}")
    made = found(click.Command(PROGRAM), {}, PROGRAM, VARIABLE)
    return made.source_template % made.source_vars()


def answer(group: click.Group, instruction: str) -> str | None:
    """What the script of a shell is told (`bash_complete`), or the script itself (`bash_source`); None for anything else."""
    shell, _, what = instruction.partition("_")
    found = get_completion_class(shell) if shell in SHELLS else None
    if found is None or what not in ("source", "complete"):
        return None
    return script(shell) if what == "source" else found(group, {}, PROGRAM, VARIABLE).complete()


def prepare(command: click.Command, name: str) -> None:
    """Let the words of a command be completed by what its usage calls them (`REF`, `AGENCY`, `FILE`); `name` is empty for `cdr` itself."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            prepare(inner, name)
    for parameter in command.params:
        called = re.sub(r"[\[\]]|\.\.\.", "", parameter.metavar or "")
        source = SOURCES.get(f"{name} {called}") or SOURCES.get(called)
        if called in FOLDERS and not isinstance(parameter.type, Folder):
            parameter.type = Folder(parameter.type)
        elif called in FILES and parameter.type is click.STRING:
            parameter.type = click.Path()
        elif source is not None and not isinstance(parameter.type, click.Choice | Word):
            parameter.type = Word(source, parameter.type)


class Completed(click.ParamType[str]):
    """A word while it is completed; read as the command itself reads it."""

    name = "word"

    def __init__(self, read_as: click.ParamType[Any]) -> None:
        self.read_as = read_as

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word as the command's own type has it."""
        return self.read_as.convert(value, param, ctx)


class Folder(Completed):
    """The name of a folder."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """That the shell knows the folders itself."""
        return [CompletionItem(incomplete, type="dir")]


class Word(Completed):
    """A word that is one of some that are known."""

    def __init__(self, source: Source, read_as: click.ParamType[Any]) -> None:
        super().__init__(read_as)
        self.source = source

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """The known words that begin so, in small letters or capitals."""
        found: list[tuple[str, str]] = []
        with suppress(CdrError, OSError, ValueError):
            found = list(self.source(_store(ctx)))
        begun = incomplete.casefold()
        return [CompletionItem(word, help=text or None) for word, text in found if word.casefold().startswith(begun)]


def _store(ctx: click.Context) -> Path:
    """The store that the line is about; a folder that is none where there is none."""
    from cdr.store.finding import find

    with suppress(CdrError):
        return find(ctx.find_root().params.get("store"), Path.cwd)
    return Path("/nonexistent")


# ---- what is offered -----------------------------------------------------------------------------------------------


def _references(store: Path) -> Iterator[tuple[str, str]]:
    from cdr.store.layout import REFERENCE

    folders = sorted((path.name for path in (store / "cases").iterdir()), reverse=True)
    yield from ((name, "") for name in folders if REFERENCE.fullmatch(name))


def _meetings(store: Path) -> Iterator[tuple[str, str]]:
    names = sorted((path.name for path in (store / "panels").glob("*.yaml.gpg")), reverse=True)
    yield from ((name.removesuffix(".yaml.gpg"), "") for name in names)


def _fingerprints(store: Path) -> Iterator[tuple[str, str]]:
    yield from ((path.stem, "") for path in sorted((store / "keys").glob("*.asc")))


def _agencies(store: Path) -> list[tuple[str, str]]:
    from cdr import disk
    from cdr.store.kept import kept
    from cdr.store.layout import CONFIGURATION, LARGEST_IN_THE_OPEN

    raw = disk.read_regular(store / CONFIGURATION, LARGEST_IN_THE_OPEN)
    found: list[list[str]] = kept("completing", (raw,), lambda: _named_in(raw))
    return [(id_, name) for id_, name in found]


def _named_in(raw: bytes) -> list[list[str]]:
    """The agencies that a cdr.yaml names, right or not."""
    from cdr.forms import codec

    body: Any = codec.load(raw)
    listed = body.get("agencies") if isinstance(body, Mapping) else None
    each = [item for item in listed or () if isinstance(item, Mapping) and isinstance(item.get("id"), str)]
    return [[item["id"], str(item.get("name") or "")] for item in each]


def _forms(store: Path) -> Iterator[tuple[str, str]]:
    yield from ((form, "") for form in EDITABLE)
    yield from ((f"return:{id_}", name) for id_, name in _agencies(store))


def _codes(list_: str) -> Source:
    def listed(store: Path) -> Offered:
        from cdr.forms.codelists import code_list

        return [(str(code.code), code.label) for code in code_list(list_).codes]

    return listed


def _waits(store: Path) -> Iterator[tuple[str, str]]:
    yield from ((word, "") for word in ("returns", "requests", "panel", "closing"))
    yield from _codes("investigation_type")(store)


def _explained(store: Path) -> Iterator[tuple[str, str]]:
    """The ids of rules and clocks, the forms and the topics of `cdr explain`."""
    from cdr.app import NATIONAL_RULES, rules
    from cdr.domain.letters.letter_gate import QUESTIONS
    from cdr.domain.rulebook.sentences import RULES
    from cdr.forms import schema_faults, yaml_faults

    yield from (
        (word, "") for word in ("clocks", "gates", "milestones", "delays", "form-a", "form-b", "form-c", "store")
    )
    yield from ((id_, rule.sentence) for id_, rule in RULES.items())
    yield from (
        (id_, text) for meanings in (schema_faults.MEANINGS, yaml_faults.MEANINGS) for id_, text in meanings.items()
    )
    yield from ((question.id, question.text) for question in QUESTIONS)
    yield from ((str(clock["id"]), str(clock["what"])) for clock in rules(NATIONAL_RULES[0])["clocks"])
    yield from _codes("milestone_kind")(store)


SOURCES: Mapping[str, Source] = {
    "REF": _references,
    "AGENCY": _agencies,
    "WHO": _agencies,
    "FPR": _fingerprints,
    "agency ID": _agencies,
    "panel ID": _meetings,
    "review ID": _meetings,
    "edit form-a|form-c|return:AGENCY": _forms,
    "milestone KIND": _codes("milestone_kind"),
    "attach KIND": _codes("attachment_kind"),
    "gate TYPE": _codes("investigation_type"),
    "milestone TYPE": _codes("cdrm_type"),
    "list ID": _meetings,
    "list WHAT": _waits,
    "list FACTOR": _codes("factor"),
    "list THEME": _codes("learning_theme"),
    "explain RULE|FIELD|FORM|TOPIC": _explained,
}  # fmt: skip
