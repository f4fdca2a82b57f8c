"""`cdr explain`: what a rule, a field or a question means, and what there is to explain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
    "letter-gate": "Letter gate",
    "store": "cdr.yaml",
}
LEVELS = {
    "error": "An error: nothing is recorded until it is put right.",
    "warning": "A warning: it is recorded, and should be looked at.",
    "question": "A question of the letter gate: no letter is made final without its answer.",
    "step": "A step that a case goes through.",
}
UNITS = {"h": "hours", "d": "days", "wd": "working days", "m": "months"}
CLOCK = re.compile(r"[TR][0-9]{2}(-[A-Za-z]+)?")


@click.command("explain")
@click.argument("what", metavar="[RULE|FIELD|FORM]", required=False)
@as_json
@pass_app
def command(app: App, what: str | None, as_json: bool) -> None:
    """Say what a rule (A-01) or a field (child.nhs_number, or form-b:child.gestation) means, and what may stand there.

    With the name of a form (form-a) it lists the form's fields, and without anything all that can be explained.

    Example: cdr explain child.sex
    """
    found = [*_everything()] if what is None else [*_named(app, what.strip())]
    if not found and what is not None:
        raise NotFound("There is no rule, field or form of that name.", _hint(what))
    if as_json:
        put_json({"schema": "cdr-explain/1", "found": found})
        return
    short = what is None or what in FORMS
    put("\n".join(_overview(found)) if short else "\n\n".join("\n".join(_lines(one)) for one in found))


def _named(app: App, what: str) -> list[dict[str, Any]]:
    """All that goes by this name."""
    if what in FORMS:
        return [*_fields_of(what)]
    return [*_rules(app, what)] or [*_fields(what, exactly=True)] or [*_fields(what, exactly=False)]


def _every_rule() -> dict[str, dict[str, Any]]:
    """Every rule that a message can name, by its id, and the questions of the letter gate."""
    from cdr.domain.letter_gate import QUESTIONS
    from cdr.domain.validation import RULES
    from cdr.store import schema_faults, yaml_faults

    found = {id_: _rule(id_, one.sentence, one.level, one.source, one.since) for id_, one in RULES.items()}
    for meanings in (schema_faults.MEANINGS, yaml_faults.MEANINGS):
        found |= {id_: _rule(id_, text, "error", "the form") for id_, text in meanings.items()}
    for question in QUESTIONS:
        meaning = f"{question.text} Ask {question.ask}."
        found[question.id] = _rule(question.id, meaning, "question", "general knowledge") | {"holds": question.held}
    return found


def _rule(id_: str, meaning: str, level: str, source: str, since: str = "") -> dict[str, Any]:
    return {"rule": id_, "meaning": meaning, "level": level, "source": source, "since": since or None}


def _rules(app: App, what: str) -> Iterator[dict[str, Any]]:
    known = _every_rule()
    if what.upper() in known or what.lower() in known:
        yield known.get(what.upper()) or known[what.lower()]
    elif CLOCK.fullmatch(what[:1].upper() + what[1:]):
        clock = app.policy.clocks.get(what[:1].upper() + what[1:])
        if clock:
            unit = UNITS[clock.unit].removesuffix("s" if clock.number == 1 else "")
            limit = "" if clock.number is None else f" Within {clock.number} {unit} from: {clock.trigger}."
            yield _rule(clock.id, f"{clock.what}.{limit}", "step", clock.source, clock.since.isoformat())


def _fields(what: str, exactly: bool) -> Iterator[dict[str, Any]]:
    """The fields of a path, `form-b:child.gestation` of one form only; if not exactly, those whose path ends so."""
    from cdr.store import schema
    from cdr.store.fields import named

    form, _, path = what.rpartition(":")
    for name in [form] if form in FORMS else FORMS:
        same: dict[tuple[str, str, str], dict[str, Any]] = {}
        for one in named(schema.current(name), path, exactly):
            said = same.setdefault((one.path, one.field.title, one.field.help), _field(name, one))
            said["supplementary"] += [one.form] if one.form else []
        yield from same.values()


def _field(form: str, one: Any) -> dict[str, Any]:
    from cdr.store import schema

    field = one.field
    return {
        "form": form,
        "field": one.path,
        "title": field.title,
        "help": field.help,
        "supplementary": [],
        "takes": field.takes,
        "fields": [f"{one.path}.{part.key}" for part in _parts(field)],
        "codes": _codes(field.item() if field.kind == "list" else field),
        "needed": one.needed or None,
        "source": field.schema.get("x-source"),
        "version": schema.current(form),
        "since": field.schema.get("x-since"),
    }


def _parts(field: Any) -> list[Any]:
    group = field.item() if field.kind == "list" else field
    return list(group.fields()) if group.kind == "group" else []


def _codes(field: Any) -> list[dict[str, Any]]:
    from cdr.codelists import code_list

    known = code_list(field.schema["x-codes"]).codes if "x-codes" in field.schema else ()
    dates = {str(code.code): (code.since, code.until) for code in known}
    rows = ((code, label, *dates.get(code, (None, None))) for code, label in field.codes)
    return [{"code": code, "label": label, "since": since, "until": until} for code, label, since, until in rows]


def _everything() -> Iterator[dict[str, Any]]:
    yield from _every_rule().values()
    for form in FORMS:
        yield from _fields_of(form)


def _fields_of(form: str) -> Iterator[dict[str, Any]]:
    from cdr.store import schema
    from cdr.store.fields import every

    for one in every(schema.current(form)):
        yield {
            "form": form,
            "field": one.path,
            "title": one.field.title,
            "supplementary": [one.form] if one.form else [],
        }


def _hint(what: str) -> str:
    """Names that look like this one."""
    import difflib

    _, _, path = what.rpartition(":")
    names = {one.get("field") or one["rule"] for one in _everything()}
    ends: dict[str, str] = {}
    for name in sorted(names):
        ends.setdefault(name.rpartition(".")[2].lower(), name)
        ends.setdefault(name.lower(), name)
    close = difflib.get_close_matches(path.lower().replace("-", "_") if "." in path else path.lower(), ends, 3, 0.6)
    likely = " or ".join(dict.fromkeys(ends[one] for one in close))
    return (f"Did you mean {likely}? " if likely else "") + "To see all that there is: cdr explain"


def _overview(found: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each rule, and for each field below the name of its form."""
    above = ""
    for one in found:
        heading = FORMS[one["form"]] if "form" in one else "Rules and questions"
        if heading != above:
            yield from ([""] if above else [])
            yield heading
            above = heading
        name, meaning = (one["field"], one["title"]) if "form" in one else (one["rule"], one["meaning"])
        yield f"  {name:<24}  {meaning}{''.join(f' ({form})' for form in one.get('supplementary', ()))}"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    if "rule" in found:
        yield f"{found['rule']}: {found['meaning']}"
        yield f"  {LEVELS[found['level']]}"
        if found.get("holds"):
            yield f"  Where the answer holds a letter back: {found['holds']}"
        yield f"  Source: {found['source']}{_since(found)}"
        return
    yield f"{FORMS[found['form']]}: {found['field']}: {found['title']}"
    yield f"  {found['help']}"
    if found["supplementary"]:
        yield f"  In the supplementary form: {'; '.join(found['supplementary'])}."
    yield f"  It takes {found['takes']}. Needed: {found['needed'] or 'no'}."
    if found["fields"]:
        yield "  Its fields:"
        yield from (f"    {path}" for path in found["fields"])
    if found["codes"]:
        width = max(len(code["code"]) for code in found["codes"])
        yield "  Its codes:"
        yield from (
            f"    {code['code']:<{width}}  {code['label']}{_in_brackets(_since(code))}".rstrip()
            for code in found["codes"]
        )
    yield f"  Source: {found['source'] or 'this product’s own'}; in {found['version']}{_since(found)}"


def _since(found: Mapping[str, Any]) -> str:
    return "".join(f", {word} {found[word]}" for word in ("since", "until") if found.get(word))


def _in_brackets(text: str) -> str:
    return f" ({text.lstrip(', ')})" if text else ""
