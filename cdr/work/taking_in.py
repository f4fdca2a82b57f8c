"""How a command takes in a file that somebody wrote: read, checked against its schema and its rules, all problems at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from cdr.errors import InvalidData, Problem, as_told
from cdr.records import dataclass
from cdr.terminal.output import file_name, given, say

TEXT_LIMIT = 50_000

Rules = Callable[[Mapping[str, Any]], list[Problem]]


@dataclass(frozen=True)
class Form:
    """A file that is valid: what it is called, its bytes, what it says, and the warnings about it."""

    name: str
    raw: bytes
    body: dict[str, Any]
    warnings: tuple[Problem, ...]

    def warn(self) -> None:
        """Tell the warnings on stderr."""
        for warning in as_told(self.warnings, self.name):
            say(f"please check: {warning}")

    def warnings_json(self) -> list[dict[str, str]]:
        """The warnings as the interface's JSON has them."""
        return [{"rule": warning.rule, "field": warning.field, "message": warning.message} for warning in self.warnings]


def take_in(file: str, form: str, rules: Rules, case: str = "") -> Form:
    """Read and check a file (`-` is standard input). Raises: NotFound, InvalidData with every problem of schema and rules."""
    return check(given(file), file_name(file), form, rules, case)


def text(file: str, field: str, title: str) -> str:
    """Plain text from a file (`-` is standard input): a note, a question. Raises: NotFound, InvalidData, WrongUsage."""
    from cdr.forms.text_in import decoded

    name = file_name(file)
    return written(decoded(given(file), name), name, field, title)


def written(text: str, name: str, field: str, title: str) -> str:
    """A text as it is kept, held to what a text in a form is held to; `name` is that of its file. Raises: InvalidData."""
    from cdr.forms.text_in import letters_wrong, with_plain_ends

    found = with_plain_ends(text)
    wrong = [Problem(field, title, said, "YAML-CONTROL", line) for line, said in letters_wrong(found)]
    found = found.strip()
    if not 0 < len(found) <= TEXT_LIMIT:
        wrong = [Problem(field, title, f"Give 1 to {TEXT_LIMIT:,} characters.", "SCHEMA-LENGTH")]
    if wrong:
        raise InvalidData(wrong, name)
    return unicodedata.normalize("NFC", found)


def check(raw: bytes, name: str, form: str, rules: Rules, case: str = "") -> Form:
    """The same for bytes that are at hand; `case` is the case that the form is given for, where there is one.

    Raises: InvalidData.
    """
    found, errors = examine(raw, name, form, rules, case)
    if errors:
        raise InvalidData(errors, name)
    return found


def examine(raw: bytes, name: str, form: str, rules: Rules, case: str = "") -> tuple[Form, list[Problem]]:
    """The form with the errors that its schema and its rules find, by line. Raises: InvalidData when it cannot be read."""
    from cdr.forms import schema
    from cdr.forms.text_in import without_end_mark

    body, source, found = schema.examine(raw, name, form)
    ruled = schema.placed([*rules(body), *about_another_case(body, case)], schema.current(form), source)
    wrong = {problem.field for problem in found}
    errors = [*found, *(problem for problem in ruled if problem.level == "error" and problem.field not in wrong)]
    warnings = tuple(problem for problem in ruled if problem.level != "error")
    return Form(name, without_end_mark(raw), body, warnings), sorted(errors, key=lambda problem: problem.line)


def about_another_case(body: Mapping[str, Any], case: str) -> list[Problem]:
    """What is wrong with the reference that a form gives of itself (CASE-01)."""
    named = body.get("case")
    if named is None or named == case:
        return []
    right = (
        "this is about another case; give what belongs to this one"
        if case
        else "leave this out; a case gets its reference when it is opened"
    )
    return [Problem("case", "", right, "CASE-01")]
