"""Other areas' tallies, read from the files that their `cdr tally --json` wrote."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cdr import resources
from cdr.errors import InvalidData, Problem, WrongUsage
from cdr.terminal.output import file_name, given

if TYPE_CHECKING:
    from cdr.statistics.tables import Tally

WRITTEN_BY = "give what cdr tally --json wrote, as it is"
MOST_PARTS = 2_000_000  # every table of many years, each cell in some ten parts


def tallies_in(files: Sequence[str]) -> list[Tally]:
    """The tallies of these files, which can be added up. Raises: NotFound, InvalidData with everything that is wrong, WrongUsage."""
    from cdr.statistics.merging import merge_problems
    from cdr.statistics.tally_json import from_json

    if len(files) < 2:
        raise WrongUsage("Which tallies are to be added up?", "Name two files or more: cdr tally --merge a.json b.json")
    if len(set(files)) < len(files):
        raise WrongUsage("A file is named twice.", "Each area counts once.")
    found: dict[str, Tally] = {}
    problems: list[tuple[str, Problem]] = []
    for file in files:
        body, wrong = _read(file)
        problems += [(file_name(file), one) for one in wrong]
        if not wrong:
            found[file_name(file)] = from_json(body)
    if found and not problems:
        problems = [(name, Problem("", "Tally", words, "TALLY-MERGE")) for name, words in merge_problems(found)]
    if problems:
        first = problems[0][0]
        told = [
            one if name == first else Problem(f"{name}: {one.field}".rstrip(": "), one.title, one.message, one.rule)
            for name, one in problems
        ]
        raise InvalidData(told, first, "The tallies cannot be added up; nothing was written")
    return list(found.values())


def _read(file: str) -> tuple[Any, list[Problem]]:
    from cdr.forms.replies import read_json

    try:
        body = read_json(
            given(file).removeprefix(BOM_UTF8), file, f"it is no JSON: {WRITTEN_BY}", MOST_PARTS, "TALLY-FILE"
        )
    except InvalidData as error:
        return None, [*error.problems]
    return body, list(_problems(body))


def _problems(body: object) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    checked = Draft202012Validator(json.loads(resources.read_bytes("schemas", "out", "tally-1.json")))
    for error in checked.iter_errors(body):
        place = ".".join(map(str, error.absolute_path))
        yield Problem(place, "Tally", f"this is not as a tally has it: {WRITTEN_BY}", "TALLY-FILE")
