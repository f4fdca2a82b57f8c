"""What a document may say: types, codes and formats by the shipped JSON Schemas, every fault at once in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from cdr.errors import InvalidData, Problem
from cdr.expressions import expression
from cdr.forms import migrations
from cdr.forms.as_kept import as_kept
from cdr.forms.codec import Scalar, Source, read_source, shown_key
from cdr.forms.formats import FORMATS
from cdr.forms.schema_faults import OTHERWISE, RANGES, RULES, TYPES, UNKNOWN, WEIGHT
from cdr.forms.schema_files import Schema, expanded
from cdr.records import replace
from cdr.written import folded, invisible

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

NULLS = ("null", "~", "")
WHOLE = expression(r"-?[0-9]{1,15}")
DECIMAL = expression(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
MAX_CODES = 12
MAX_GUESSES = 20
LONGEST_FOR_PATTERN = 2000
UNSEEN = "An invisible character ({}) stands in this. Delete it, or type the whole again."
TOO_NEW = "This was made by a newer cdr. Bring cdr up to date on this machine, then read it again."


def name_of(data: Any) -> str | None:
    """The schema that a document says it follows: `form-a/1`."""
    name = data.get("schema") if isinstance(data, Mapping) else None
    return str(name) if isinstance(name, str) else None


def current(form: str) -> str:
    """The newest version of a form's schema: `form-a/1` for `form-a`, `cdr-store/1` for `store`."""
    return migrations.current(form)


def read(raw: bytes, file: str, form: str) -> tuple[dict[str, Any], Source]:
    """A form that somebody wrote, as plain data of the schema's types, and where each field stands.

    Raises: InvalidData with every problem, in the order of the lines.
    """
    data, source, found = examine(raw, file, form)
    if found:
        raise InvalidData(found, file)
    return data, source


def examine(raw: bytes, file: str, form: str) -> tuple[dict[str, Any], Source, list[Problem]]:
    """The same with the schema's problems beside it, for who has more rules to add to them; an older version is migrated.

    Raises: InvalidData when it cannot be read at all, or says that it is another form or a newer version.
    """
    source = _migrated(read_source(raw, file), form)
    name = current(form)
    found = _version_problem(source, name)
    if found and name_of(source.data) is not None:
        raise InvalidData([found], file)
    data = coerce(source.data, name)
    unseen = [*_unseen(data, name, source.line)]
    told = {problem.field for problem in unseen} | ({"schema"} if found else set())
    others = [problem for problem in problems(data, name, source.line) if problem.field not in told]
    return data, source, sorted([*([found] if found else []), *unseen, *others], key=lambda problem: problem.line)


def _unseen(data: Any, name: str, line: Callable[[str], int], field: str = "") -> Iterator[Problem]:
    """The fields with a character that takes no place on the page, and which it is."""
    for key, part in data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ():
        path = f"{field}.{key}" if field else str(key)
        what = invisible(part) if isinstance(part, str) else ""
        if what:
            shown = _shown(path.split("."))
            yield Problem(shown, title(name, path), UNSEEN.format(what), "YAML-CONTROL", line(path))
        else:
            yield from _unseen(part, name, line, path)


def _migrated(source: Source, form: str) -> Source:
    try:
        return replace(source, data=migrations.migrated(source.data, form))
    except migrations.TooNew:
        line = source.line("schema")
        raise InvalidData([Problem("schema", "Schema", TOO_NEW, "SCHEMA-VERSION", line)], source.file) from None


def _version_problem(source: Source, name: str) -> Problem | None:
    if name_of(source.data) == name:
        return None
    what = f"{title(name, '')} is expected here. Write schema: {name} if that is what the file holds."
    return Problem("schema", "Schema", what, "SCHEMA-VERSION", source.line("schema"))


def coerce(data: Any, schema_name: str) -> Any:
    """Plain data of what somebody wrote: text in the form in which its field keeps it (`as_kept`).

    What `read_source` gave becomes a number, a truth or nothing only where the schema asks for one; a key with nothing after
    it is left out where nothing is not a possible answer.
    """
    return _coerce(data, [expanded(schema_name)])


def coerce_value(value: Any, schema: Schema) -> Any:
    """The same for one value of a form, by its own schema."""
    return _coerce(value, [schema])


def _coerce(value: Any, schemas: Sequence[Schema]) -> Any:
    schemas = [branch for schema in schemas for branch in _branches(schema, value)]
    if isinstance(value, Mapping):
        parts = ((str(key), part, _parts(schemas, key)) for key, part in value.items())
        return {key: _coerce(part, below) for key, part, below in parts if not _left_out(part, below)}
    if isinstance(value, list):
        below = [schema["items"] for schema in schemas if "items" in schema]
        return [_coerce(part, below) for part in value]
    if not isinstance(value, str):
        return value
    kept = as_kept(value, schemas)
    return _scalar(Scalar(kept, value.unquoted), _types(schemas)) if isinstance(value, Scalar) else kept


def _branches(schema: Schema, value: Any) -> Iterator[Schema]:
    yield schema
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _branches(part, value)
    if "if" in schema:
        branch = schema.get("then" if _holds(schema["if"], value) else "else")
        yield from _branches(branch, value) if branch else ()


def _holds(condition: Schema, value: Any) -> bool:
    parts = condition.get("properties", {})
    return isinstance(value, Mapping) and all(
        key in value and folded(str(value[key])) == folded(part["const"]) for key, part in parts.items()
    )


def _parts(schemas: Iterable[Schema], key: str) -> list[Schema]:
    found = [schema["properties"][key] for schema in schemas if key in schema.get("properties", {})]
    others = [
        schema["additionalProperties"] for schema in schemas if isinstance(schema.get("additionalProperties"), dict)
    ]
    return found or others


def _types(schemas: Iterable[Schema]) -> set[str]:
    named = [schema["type"] for schema in schemas if "type" in schema]
    return {kind for kinds in named for kind in ([kinds] if isinstance(kinds, str) else kinds)}


def _left_out(value: Any, schemas: Sequence[Schema]) -> bool:
    empty = isinstance(value, Scalar) and value.unquoted and value == ""
    return empty and bool(schemas) and "null" not in _types(schemas)


def _scalar(value: Scalar, types: set[str]) -> Any:
    text = str(value)
    if not value.unquoted:
        return text
    if "null" in types and text in NULLS:
        return None
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if types & {"integer", "number"} and WHOLE.fullmatch(text):
        return int(text)
    return float(text) if "number" in types and DECIMAL.fullmatch(text) else text


def problems(data: Any, schema_name: str, line: Callable[[str], int] = lambda field: 0) -> list[Problem]:
    """Everything that the schema finds wrong, one problem a fault, in words of ours that quote no value.

    `line` gives the line of a dotted path, as `Source.line` does.
    """
    form = title(schema_name, "")
    found: dict[tuple[Any, ...], Problem] = {}
    misspelt: set[str] = set()
    for error in sorted(_validator(schema_name).iter_errors(data), key=_weight):
        for path, problem, meant in _translate(error, form):
            misspelt.update(meant)
            found.setdefault(tuple(path), replace(problem, line=line(".".join(map(str, path)))))
    kept = [one for one in found.values() if not (one.rule == "SCHEMA-REQUIRED" and one.field in misspelt)]
    return sorted(kept, key=lambda problem: problem.line)


def _weight(error: ValidationError) -> int:
    return WEIGHT.index(str(error.validator)) if error.validator in WEIGHT else len(WEIGHT)


def value_problems(value: Any, schema: Schema) -> list[Problem]:
    """What one value's own schema finds wrong with it."""
    return [problem for error in _strict(schema).iter_errors(value) for _, problem, _ in _translate(error, "")]


Found = tuple[list[Any], Problem, list[str]]


def _translate(error: ValidationError, form: str) -> Iterator[Found]:
    path = list(error.absolute_path)
    schema: Any = error.schema
    if error.validator == "required":
        yield from _missing(path, error, schema)
    elif error.validator == "additionalProperties" and error.validator_value is False:
        yield from _unknown(path, error, schema, form)
    else:
        rule, message = _words(error, schema, path)
        yield path, Problem(_shown(path), schema.get("title", ""), message, rule), []


def _shown(path: Iterable[Any]) -> str:
    return ".".join(shown_key(str(step)) for step in path)


def _missing(path: list[Any], error: ValidationError, schema: Any) -> Iterator[Found]:
    for key in schema["required"]:
        if key not in cast(Any, error.instance):
            name = schema.get("properties", {}).get(key, {}).get("title", key)
            words = name if name[1:2].isupper() else name[:1].lower() + name[1:]
            yield [*path, key], Problem(_shown([*path, key]), name, f"Enter {words}.", "SCHEMA-REQUIRED"), []


def _unknown(path: list[Any], error: ValidationError, schema: Any, form: str) -> Iterator[Found]:
    import difflib

    instance = cast(Mapping[str, Any], error.instance)
    known = schema.get("properties", {})
    free = [key for key in known if key not in instance]
    for number, key in enumerate(key for key in instance if key not in known):
        likely = difflib.get_close_matches(key.lower().replace("-", "_")[:60], free, 1) if number < MAX_GUESSES else []
        hint = (
            f"; did you mean {likely[0]}?" if likely else ". Delete it, or move what it says to a field that there is."
        )
        problem = Problem(_shown([*path, key]), "", f"This is not a field of {form} here{hint}", UNKNOWN)
        yield [*path, key], problem, [_shown([*path, one]) for one in likely]


def _words(error: ValidationError, schema: Any, path: list[Any]) -> tuple[str, str]:
    rule, wanted = str(error.validator), cast(Any, error.validator_value)
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return "SCHEMA-TYPE", next(TYPES[kind] for kind in kinds if kind != "null")
    if rule == "format":
        return FORMATS[wanted][1:]
    if rule in ("enum", "const"):
        return "SCHEMA-CODE", _choice(wanted if rule == "enum" else [wanted], path)
    if rule in ("minLength", "minItems") and wanted == 1:
        return (
            "SCHEMA-LENGTH",
            "Enter at least one." if rule == "minItems" else "Enter something, or leave the field out.",
        )
    if rule in RANGES:
        return ("SCHEMA-LENGTH" if rule[3:] in ("Length", "Items") else "SCHEMA-RANGE"), RANGES[rule].format(wanted)
    return RULES.get(rule, "SCHEMA-CHOICE"), schema.get("x-message", OTHERWISE.get(rule, OTHERWISE["pattern"]))


def _choice(codes: Sequence[Any], path: Iterable[Any]) -> str:
    if len(codes) == 1:
        return f"Write {codes[0]}."
    listed = ", ".join(str(code) for code in codes[:MAX_CODES])
    if len(codes) <= MAX_CODES:
        return f"Choose one of: {listed}."
    return f"Choose one of: {listed}, ..., see `cdr explain {_shown(step for step in path if isinstance(step, str))}`."


def title(schema_name: str, field: str) -> str:
    """What a person calls a field (`child.nhs_number`); of the form itself for an empty path, and "" for what is unknown."""
    schemas: list[Schema] = [expanded(schema_name)]
    for step in field.split(".") if field else ():
        branches = [branch for schema in schemas for branch in _every_branch(schema)]
        items = [branch["items"] for branch in branches if "items" in branch] if step.isdigit() else []
        schemas = items or _parts(branches, step)
    return next((schema["title"] for schema in schemas if schema.get("title")), "")


def _every_branch(schema: Schema) -> Iterator[Schema]:
    yield schema
    for part in schema.get("allOf", ()):
        yield from _every_branch(part.get("then", part))


def placed(problems: Iterable[Problem], schema_name: str, source: Source) -> list[Problem]:
    """The same problems with their fields' titles and lines, where they lack them, in the order of the lines."""
    filled = [
        replace(
            one, title=one.title or title(schema_name, one.field), line=one.line or source.line_in(one.field, one.row)
        )
        for one in problems
    ]
    return sorted(filled, key=lambda problem: problem.line)


@cache
def _validator(schema_name: str) -> Validator:
    return _strict(expanded(schema_name))


def _strict(schema: Schema) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend
    from referencing import Registry

    strict: Any = extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique})  # type: ignore[no-untyped-call]
    validator: Validator = strict(schema, registry=Registry(), format_checker=_formats())
    return validator


def _formats() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, (holds, _, _) in FORMATS.items():
        checker.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
    return checker


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    """As the standard's, but the end is the end (Python's $ lets a line break pass) and the time is bounded."""
    from jsonschema import ValidationError

    if isinstance(value, str) and (len(value) > LONGEST_FOR_PATTERN or not _compiled(pattern).search(value)):
        yield ValidationError("pattern")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _unique(validator: Any, wanted: bool, value: Any, schema: Any) -> Iterator[ValidationError]:
    """As the standard's, in linear time."""
    from jsonschema import ValidationError

    if wanted and isinstance(value, list) and len({json.dumps(part, sort_keys=True) for part in value}) < len(value):
        yield ValidationError("uniqueItems")
