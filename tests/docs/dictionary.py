"""docs/data-dictionary.md and .csv: every field, code and rule of the forms, made from the schemas, lists and tables themselves."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cdr import resources
from cdr.domain.rulebook.sentences import RULES
from cdr.forms import codelists, schema, schema_faults, yaml_faults
from cdr.forms.fields import Field, Named, every
from cdr.forms.schema_files import _target, expanded

FORMS = {
    "form-a": "Form A: child death notification",
    "form-b": "Form B: child death reporting, one for each agency",
    "form-c": "Form C: child death analysis",
    "letter-gate": "Letter gate",
    "report": "Report: the area's own words",
}
SHARED = {
    "professional": (
        "Professional",
        "Whoever works for an agency: one group of fields, wherever a professional is named.",
    ),
    "person": ("Person", "A parent, a carer, a brother or sister, or another member of the family or household."),
    "gestation": ("Gestation", "How long a pregnancy lasted."),
    "cause_of_death": (
        "Cause of death",
        "The lines of the medical certificate; the neonatal ones for a baby under 28 days.",
    ),
}
HIDDEN = ("events", "categories", "criteria", "places", "modes", "conditions", "within", "under_days", "needs_text")
EXTRAS = {
    "includes": "includes",
    "excludes": "does not include",
    "domain": "usual domain",
    "nhs": "NHS code",
    "before": "before 2018",
    "when": "called for when",
    "core": "sections it fills in",
    "if_held": "sections if it holds something",
    "told": "what it is told besides the names, dates and address",
    "supplementary": "usual supplementary forms",
}
RULE_TABLES = {"A": "Form A", "B": "Form B", "C": "Form C", "CASE": "All forms of a case together", "GRP": "Reporting groups", "REF": "Published figures",
               "REG": "The register of earlier years", "RPT": "The area's own words", "PUB": "Words to be published", "STORE": "cdr.yaml"}  # fmt: skip
INTRODUCTION = """\
Every field that cdr's forms have, every code that a field takes, and every rule that a form is held to. It is made from the schemas,
the code lists and the tables of rules by `tests/docs/test_generated.py`, and is not to be edited by hand. The same fields as a table
for a spreadsheet: [data-dictionary.csv](data-dictionary.csv). On the command line, `cdr explain child.sex` or `cdr explain A-02` says
the same of one field or rule.

The forms follow public descriptions of the statutory forms, in structure and in words. They are not a field-for-field copy. Where a
field comes from stands in its last column; "general knowledge" means that it is good practice and that nobody has compared it with the
form itself. Every code list is a file of its own in `schemas/codes`, so that somebody with the form in hand can put it right.

How to read the tables:

- **Field** is the key as a file has it. A dot leads into a group: `child.sex` is the field `sex` inside `child`.
- **Takes** says what may stand there. The name of a code list leads to its codes at the end of this page.
- **Needed** is empty for what may be left out. Where nobody knows, `not_known` is better than nothing: it shows that somebody asked.
  Every coded field that may be left out takes `not_known` and `not_applicable` as well."""


def anchor(heading: str) -> str:
    plain = "".join(letter for letter in re.sub(r"[`*]", "", heading) if letter.isalnum() or letter in "-_ ")
    return plain.casefold().strip().replace(" ", "-")


def cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]] | list[tuple[object, ...]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return [*lines, *(f"| {' | '.join(cell(part) for part in row)} |" for row in rows), ""]


def list_heading(known: codelists.CodeList) -> str:
    return f"`{known.id}`: {known.title}"


def takes(field: Field) -> str:
    """As the field says it, with a link where there is a code list or a shared group."""
    inner = field.item() if field.kind == "list" else field
    several = "a list of " if field.kind == "list" else ""
    group = shared(inner)
    if group:
        return f"{several}[{SHARED[group][0].lower()}](#{anchor(SHARED[group][0])})"
    name = inner.schema.get("x-codes")
    if not name:
        return field.takes
    also = [code for code in inner.schema["enum"] if code not in codelists.code_list(name)]
    known = codelists.code_list(name)
    link = f"[{known.title}](#{anchor(list_heading(known))})"
    return f"{several}{link}{''.join(f', or `{code}`' for code in also)}"


def shared(field: Field) -> str:
    """The shared group that a group is, if it is one."""
    found = [
        name
        for name in SHARED
        if field.schema.get("properties") == _target(f"cdr:common/1#/$defs/{name}", "")["properties"]
    ]
    return found[0] if found else ""


def source(field: Field) -> str:
    return dated(field.schema.get("x-source", ""), field.schema.get("x-since", ""))


def dated(words: str, since: str) -> str:
    return f"{words} (since {since})" if since else words


def field_rows(found: list[Named]) -> Iterator[tuple[object, ...]]:
    for one in found:
        yield (
            f"`{one.path}`",
            f"**{one.field.title}.** {one.field.help}",
            takes(one.field),
            one.needed,
            source(one.field),
        )


HEAD = ("Field", "What it is", "Takes", "Needed", "Source")


def shown(found: list[Named]) -> Iterator[Named]:
    """Without the fields of shared groups, which stand on their own, and of domains B to D, which are like A's."""
    hidden: tuple[str, ...] = ("domains.B.", "domains.C.", "domains.D.")
    for one in found:
        if one.path.startswith(hidden) or one.type:
            continue
        yield one
        if shared(one.field.item() if one.field.kind == "list" else one.field):
            hidden = (*hidden, f"{one.path}.")


def form_page(form: str) -> Iterator[str]:
    name = schema.current(form)
    found = list(shown(list(every(name))))
    tops = [one for one in found if "." not in one.path]
    sections = [one for one in tops if any(other.path.startswith(f"{one.path}.") for other in found)]
    single = [one for one in tops if one not in sections]
    yield from (
        f"## {FORMS[form]}",
        "",
        expanded(name)["description"],
        "",
        f"A file of this form begins with `schema: {name}`.",
        "",
    )
    if single:
        yield from ("### Fields of the form itself", "", *table(HEAD, field_rows(single)))
    for section in sections:
        yield from (
            f"### {FORMS[form].split(':')[0]}: {section.field.title}",
            "",
            f"`{section.path}`: {section.field.help}",
        )
        notes = "There may be several. " if section.field.kind == "list" else ""
        yield from (f"{notes}Needed: {section.needed or 'no'}.", "")
        below = [one for one in found if one.path.startswith(f"{section.path}.")]
        yield from table(HEAD, field_rows(below))
        if section.path == "domains":
            yield from ("Domains B, C and D have the same fields as domain A.", "")
        if section.path == "supplementary":
            yield from supplementary(list(every(name)))


def supplementary(found: list[Named]) -> Iterator[str]:
    yield from ("The questions of each supplementary form follow; their keys stand below `supplementary.answers`.", "")
    for kind in codelists.code_list("supplementary_type").codes:
        yield from (
            f"#### Supplementary form: {kind.label}",
            "",
            f"`type: {kind.code}`. When it is called for: {kind.extra['when']}.",
            "",
        )
        asked = [one for one in found if one.type == kind.code]
        hidden = tuple(f"{one.path}." for one in asked if shared(one.field))
        below = [
            replace(one, path=one.path.removeprefix("supplementary.answers."))
            for one in asked
            if not one.path.startswith(hidden or ("-",))
        ]
        yield from table(HEAD, field_rows(below))


def shared_page() -> Iterator[str]:
    yield from ("## Groups that several forms share", "")
    for name, (title, words) in SHARED.items():
        group = Field(name, title, words, "group", True, (), _target(f"cdr:common/1#/$defs/{name}", ""))
        rows = [Named(part.key, part, "always" if part.required else "") for part in group.fields()]
        yield from (f"### {title}", "", words, "", *table(HEAD, field_rows(rows)))


def lists_in_use() -> list[str]:
    return [file.removesuffix(".json") for file in resources.names("schemas", "codes")]


def lists_page() -> Iterator[str]:
    yield from (
        "## Code lists",
        "",
        "A code is written as it stands in the first column; people are shown its label.",
        "",
    )
    for name in lists_in_use():
        known = codelists.code_list(name)
        yield from (f"### {list_heading(known)}", "", f"Source: {known.source}.", "")
        extras = [key for key in EXTRAS if any(code.extra.get(key) for code in known.codes)]
        columns = [key for key in ("group", "since", "until") if any(getattr(code, key) for code in known.codes)]
        head = ("Code", "Label", *(key.capitalize() for key in columns), *(EXTRAS[key].capitalize() for key in extras))
        yield from table(
            head, [(f"`{code.code}`", code.label, *code_cells(code, columns, extras)) for code in known.codes]
        )


def code_cells(code: codelists.Code, columns: list[str], extras: list[str]) -> Iterator[str]:
    yield from (getattr(code, key) or "" for key in columns)
    for key in extras:
        value = code.extra.get(key)
        yield ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def rules_page() -> Iterator[str]:
    yield from (
        "## Rules",
        "",
        "An error is refused and nothing is recorded; a warning is recorded and should be looked at.",
        "",
    )
    for prefix, title in RULE_TABLES.items():
        found = [(id_, rule) for id_, rule in RULES.items() if id_.rpartition("-")[0] == prefix]
        rows: list[tuple[object, ...]] = [
            (id_, rule.sentence, rule.level, dated(rule.source, rule.since)) for id_, rule in found
        ]
        yield from (f"### Rules: {title}", "", *table(("Rule", "What is right", "Level", "Source"), rows))
    for title, meanings in (
        ("what the schema of a form holds", schema_faults.MEANINGS),
        ("how a file is written", yaml_faults.MEANINGS),
    ):
        yield from (
            f"### Rules: {title}",
            "",
            "Each of these is an error.",
            "",
            *table(("Rule", "What it means"), list(meanings.items())),
        )


def page() -> str:
    sections = [*FORMS.values(), "Groups that several forms share", "Rules", "Code lists"]
    contents = [f"- [{title}](#{anchor(title)})" for title in sections]
    lines = ["# Data dictionary", "", INTRODUCTION, "", "On this page:", "", *contents, ""]
    for form in FORMS:
        lines += form_page(form)
    lines += [*shared_page(), *rules_page(), *lists_page()]
    return "\n".join(lines).rstrip("\n") + "\n"


def csv_rows() -> Iterator[dict[str, Any]]:
    for form in FORMS:
        name = schema.current(form)
        for one in every(name):
            inner = one.field.item() if one.field.kind == "list" else one.field
            yield {
                "form": name, "field": one.path, "supplementary_form": one.type, "title": one.field.title, "help": one.field.help,
                "takes": one.field.takes, "needed": one.needed, "code_list": inner.schema.get("x-codes", ""),
                "codes": "; ".join(f"{code}={label}" for code, label in inner.codes), "source": one.field.schema.get("x-source", ""),
                "since": one.field.schema.get("x-since", ""),
            }  # fmt: skip


def table_file() -> str:
    rows = list(csv_rows())
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
