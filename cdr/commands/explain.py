"""`cdr explain`: what a rule or a field means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import put, put_json
from cdr.errors import NotFound

FORMS = {
    "form-a": "Form A",
    "form-b": "Form B",
    "form-c": "Form C",
    "letter-gate": "the letter gate",
    "store": "cdr.yaml",
}


@click.command("explain")
@click.argument("what", metavar="RULE|FIELD")
@as_json
@pass_app
def command(app: App, what: str, as_json: bool) -> None:
    """Say what a rule (A-01) or a field (child.nhs_number, or form-b:child.gestation) means, and what may stand there.

    Example: cdr explain child.sex
    """
    found = [*_rules(what), *_fields(what)]
    if not found:
        raise NotFound(
            "There is no rule and no field of that name.", "A rule looks like A-01, a field like child.nhs_number."
        )
    if as_json:
        put_json({"schema": "cdr-explain/1", "found": found})
        return
    put("\n\n".join("\n".join(_lines(one)) for one in found))


def _rules(what: str) -> Iterator[dict[str, Any]]:
    from cdr.domain.validation import RULES

    rule = RULES.get(what.upper())
    if rule:
        yield {"rule": what.upper(), "meaning": rule.sentence, "level": rule.level, "source": rule.source}


def _fields(what: str) -> Iterator[dict[str, Any]]:
    from cdr.store import schema
    from cdr.store.fields import field

    form, _, path = what.rpartition(":")
    for name in [form] if form in FORMS else FORMS:
        found = field(schema.current(name), path)
        if found:
            yield {
                "form": name,
                "field": path,
                "title": found.title,
                "help": found.help,
                "needed": found.required,
                "kind": {"group": "a group of fields", "list": "a list"}.get(found.kind, "one answer"),
                "codes": [{"code": code, "label": label} for code, label in found.codes],
                "source": found.schema.get("x-source"),
            }


def _lines(found: dict[str, Any]) -> Iterator[str]:
    if "rule" in found:
        yield f"{found['rule']}: {found['meaning']}"
        yield f"  {'An error: nothing is recorded.' if found['level'] == 'error' else 'A warning: please check.'}"
        yield f"  Source: {found['source']}"
        return
    yield f"{FORMS[found['form']]}: {found['field']}: {found['title']}"
    yield f"  {found['help']}"
    yield f"  It is {found['kind']}{', and it is needed' if found['needed'] else ''}."
    if found["codes"]:
        width = max(len(code["code"]) for code in found["codes"])
        yield "  Choose one of:"
        yield from (f"    {code['code']:<{width}}  {code['label']}".rstrip() for code in found["codes"])
    if found["source"]:
        yield f"  Source: {found['source']}"
