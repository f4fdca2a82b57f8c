"""docs/json.md: every output of `--json` with its keys, made from the schemas in schemas/out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from docs.dictionary import anchor, list_heading, table

from cdr import resources
from cdr.forms import codelists

Schema = Mapping[str, Any]

INTRODUCTION = """\
What commands print with `--json`: one JSON object on stdout, whose `schema` says what it is. Made from the schemas in
[schemas/out](../schemas/out) by `tests/docs/test_generated.py`; not to be edited by hand. Every answer that the tests of the program
get is held to its schema.

- A date is `2026-11-20`. A count is a whole number. What nobody knows is `null`.
- A key stands there always, unless the last column says otherwise.
- A later version of the program may add keys, and changes or drops none: a script should pass over those that it does not know. The
  schemas list every key of their own version and allow no other, so that a mistake in one is seen.
- `left_out` lists cases that could not be read: they are not in the answer, and stderr says why. A question ends with 1 then.
- Where a command fails it prints `cdr-error/1`, and ends with a code of [exit-codes.md](exit-codes.md). Nothing follows an answer: what
  fails after it (a message that did not leave, 75) is told by the code and on stderr.
- A path leads into an object: `next.due` is the key `due` in `next`, `cases[].case` the key `case` of each item of `cases`, and `*` any key."""
PATTERNS = {
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "a date",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}": "a date, or a date and time",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+]00:00$": "a date and time in UTC",
    "^[0-9]{2}:[0-9]{2}$": "a time of day",
    "^[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}$": "the reference of a case",
    "^([0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}|P[0-9]{4}-[0-9]{2}-[0-9]{2}[a-z]?)$": "the reference of a case or the id of a meeting",
    "^[0-9]{4}/[0-9]{2}$": "a year, like `2025/26`",
    "^[a-z0-9][a-z0-9-]{1,62}$": "the id of an agency",
    "^[a-z0-9][a-z0-9_]*$": "a word",
    "^[a-z0-9][a-z0-9_-]*$": "a word",
    "^[a-z]+(-[a-z]+)*$": "a word",
    "^[a-z_]+[.][a-z_]+$": "the id of a table",
    "^form-b/[0-9]{1,4}$": "like `form-b/1`",
    "^form-[a-c]/[0-9]{1,4}$": "like `form-a/1`",
    "^[0-9A-F]{40}$": "a fingerprint",
    "^[0-9a-f]{40}$": "the id of a commit",
    "^[0-9a-f]{8}$": "8 digits, 0 to 9 and a to f",
    "^[0-9a-f]{40}(?:[0-9a-f]{24})?$": "the id of a commit",
    "^(?:[*]|[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4})$": "the reference of a case, or `*` for all",
    "^[0-9a-f]{64}$": "64 digits, 0 to 9 and a to f",
    "^A[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}$": "the id of an action",
    "^L[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}$": "the id of a briefing",
    "^P[0-9]{4}-[0-9]{2}-[0-9]{2}[b-z]?$": "the id of a meeting",
    "^cdr-anchor ": "a line that begins with `cdr-anchor`",
}
KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "object": "an object",
    "null": "`null`",
}
HEAD = ("Key", "What it is", "Takes", "Stands there")
ALWAYS, NOT_ALWAYS = "", "not always"


@cache
def schemas() -> dict[str, Schema]:
    """Every schema of an output by the output's name, like `cdr-list/1`."""
    found = [json.loads(resources.read_bytes("schemas", "out", file)) for file in resources.names("schemas", "out")]
    return {f"cdr-{body['$id'].removeprefix('cdr:out/')}": body for body in found}


def page() -> str:
    named = schemas()
    lines = ["# JSON", "", INTRODUCTION, ""]
    lines += table(
        ("Output", "What it is"),
        [(f"[`{name}`](#{anchor(heading(name))})", body["description"]) for name, body in named.items()],
    )
    for name in named:
        lines += output(name)
    return "\n".join(lines).rstrip("\n") + "\n"


def heading(name: str) -> str:
    return f"`{name}`: {schemas()[name]['title']}"


def output(name: str) -> Iterator[str]:
    body = schemas()[name]
    file = f"{name.removeprefix('cdr-').replace('/', '-')}.json"
    yield from (f"## {heading(name)}", "", body["description"], f"Schema: [{file}](../schemas/out/{file}).", "")
    if "oneOf" not in body:
        yield from table(HEAD, list(rows(body, body, "", {})))
        return
    yield from (f"It has one of these {len(body['oneOf'])} forms.", "")
    for form in body["oneOf"]:
        yield from (f"### `{name}`: {form['title'][:1].lower()}{form['title'][1:]}", "", form["description"], "")
        yield from table(HEAD, list(rows(body, form, "", {})))


def rows(whole: Schema, group: Schema, path: str, told: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """The keys of an object, each before those of what it holds; `told` are the shared parts that were told before, by where."""
    for key, one in {**group.get("properties", {}), **group.get("patternProperties", {})}.items():
        if key == "schema" and not path:
            continue
        plain = key if key in group["properties"] else "return-NN"
        stands = ALWAYS if key in group["required"] else NOT_ALWAYS
        yield from key_rows(whole, one, f"{path}{plain}", stands, told)


def key_rows(
    whole: Schema, one: Schema, path: str, stands: str, told: dict[str, str]
) -> Iterator[tuple[str, str, str, str]]:
    inner, where, again = within(whole, one, path, told)
    takes = type_in_words(whole, one) + (f", as in `{again}`" if again else "")
    yield f"`{path}`", one.get("description", ""), takes, stands
    if again:
        return
    for form in inner.get("oneOf", [inner]):
        if form is not inner:
            yield f"`{where}`", f"**{form['title']}.** {form['description']}", "an object", "one of these"
        yield from rows(whole, form, f"{where}.", told)


def within(whole: Schema, one: Schema, path: str, told: dict[str, str]) -> tuple[Schema, str, str]:
    """The object or objects that a key holds, the path that leads to it, and where a shared one was told before."""
    where, again = path, ""
    while True:
        if "$ref" in one:
            name = one["$ref"].rpartition("/")[2]
            again, one = told.get(name, ""), whole["$defs"][name]
            told.setdefault(name, where)
        elif "items" in one:
            one, where = one["items"], f"{where}[]"
        elif "anyOf" in one:
            [one] = [form for form in one["anyOf"] if form.get("type") != "null"]
        else:
            return one, where, again


def type_in_words(whole: Schema, one: Schema) -> str:
    """What may stand there."""
    if "$ref" in one:
        return type_in_words(whole, whole["$defs"][one["$ref"].rpartition("/")[2]])
    if "anyOf" in one:
        return " or ".join(
            type_in_words(whole, form) for form in sorted(one["anyOf"], key=lambda form: form.get("type") == "null")
        )
    if "oneOf" in one:
        return "an object"
    if "enum" in one:
        return " or ".join(f"`{value}`" for value in one["enum"])
    if "x-codes" in one:
        known = codelists.code_list(one["x-codes"])
        return f"a code of [{known.title}](data-dictionary.md#{anchor(list_heading(known))})"
    kinds = one.get("type", "anything")
    return " or ".join(kind_in_words(whole, one, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def kind_in_words(whole: Schema, one: Schema, kind: str) -> str:
    if kind == "array":
        return f"a list; each item {type_in_words(whole, one['items'])}"
    if kind == "object" and isinstance(one.get("additionalProperties"), dict):
        return f"an object; each value {type_in_words(whole, one['additionalProperties'])}"
    if kind == "string" and "pattern" in one:
        return PATTERNS[one["pattern"]]
    return KINDS.get(kind, kind)
