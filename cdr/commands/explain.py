"""`cdr explain`: what a rule, a field or a question means, and what there is to explain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.domain.case.gates import words
from cdr.domain.process.policy import ClockRule, Policy
from cdr.errors import CdrError, NotFound
from cdr.expressions import expression
from cdr.forms.codelists import code_list
from cdr.forms.law import NOT_CHECKED
from cdr.terminal.output import put, put_json

FORMS = {
    "form-a": "Form A",
    "form-b": "Form B",
    "form-c": "Form C",
    "letter-gate": "Letter gate",
    "perinatal-review": "Perinatal review",
    "store": "cdr.yaml",
    "groups": "Reporting groups",
}
LEVELS = {
    "error": "An error: nothing is recorded until it is put right.",
    "warning": "A warning: it is recorded, and should be looked at.",
    "question": "A question of the letter gate: no letter is made final without its answer.",
    "step": "A step that a case goes through.",
    "milestone": "A milestone: cdr milestone REF KIND says that it was reached.",
    "law": "The law and the guidance, as forms and letters say them.",
    "process": "Another process: cdr gate REF says that it began, ended, or is not waited for.",
    "order": "The order in which causes of delay take a day on which several were open.",
}
UNITS = {"h": "hours", "d": "days", "wd": "working days", "m": "months"}
TOPICS = ("clocks", "gates", "milestones", "delays", "law")
SECTION = expression(r"16[M-Q]", re.IGNORECASE)
CLOCK = expression(r"[TR][0-9]{2}(-[A-Za-z]+)?")


@click.command("explain")
@click.argument("what", metavar="[RULE|FIELD|FORM|TOPIC]", required=False)
@as_json
@pass_app
def command(app: App, what: str | None, as_json: bool) -> None:
    """Say what a rule (A-01) or a field (child.nhs_number, or form-b:child.gestation) means, and what may stand there.

    With the name of a form (form-a) it lists the form's fields, and without anything all that can be explained. It also explains
    a clock (T14), and in a store what the area changed of it; a milestone (home_visit); another process (inquest); and lists
    all clocks, gates, milestones, the order of delays, and what the law says (law, or a section: 16N).

    Examples:

    \b
    cdr explain child.sex
    cdr explain T14
    cdr explain milestones
    """
    found = [*_everything()] if what is None else [*_named(app, what.strip())]
    if not found and what is not None:
        raise NotFound("There is no rule, field or form of that name.", _hint(what))
    if as_json:
        put_json({"schema": "cdr-explain/1", "found": found})
        return
    short = what is None or what in FORMS or what in TOPICS
    put("\n".join(_overview(found)) if short else "\n\n".join("\n".join(_lines(one)) for one in found))


def _named(app: App, what: str) -> list[dict[str, Any]]:
    """All that goes by this name."""
    if what in FORMS:
        return [*_fields_of(what)]
    if what in TOPICS:
        return [*_topic(app, what)]
    known = [*_rules(app, what)] or [*_fields(what, exactly=True)]
    asked = what.lower().replace("-", "_")
    known = known or [
        one for one in _law() if one["rule"] == asked or (SECTION.fullmatch(what) and what.upper() in one["source"])
    ]
    return known or [one for one in _courses(app) if one["rule"] == asked] or [*_fields(what, exactly=False)]


def _policy(app: App) -> Policy:
    """The rules of the store's area; outside a store, and where its cdr.yaml cannot be used, those that ship."""
    try:
        return app.policy
    except CdrError:
        return app.national_policy


def _topic(app: App, what: str) -> Iterator[dict[str, Any]]:
    policy = _policy(app)
    if what == "law":
        yield from _law()
    elif what == "clocks":
        yield from (_clock(policy, clock) for clock in policy.clocks.values())
    elif what == "delays":
        words = ", then ".join(name.replace("_", " ") for name in policy.delays.precedence)
        yield _rule("delays", f"A day goes to the first of these that was open: {words}; a day after all of them to the panel meeting.",
                    "order", policy.delays.source, policy.delays.since.isoformat())  # fmt: skip
    else:
        level = "process" if what == "gates" else "milestone"
        yield from (one for one in _courses(app) if one["level"] == level)


def _law() -> Iterator[dict[str, Any]]:
    """What the law and the guidance in force say, and whether somebody read the source."""
    from cdr.forms.law import law

    for name, duty in law().items():
        yield _rule(name, duty.words, "law", f"{duty.source}; {duty.checked}")


def _courses(app: App) -> Iterator[dict[str, Any]]:
    """Every kind of other process and of milestone, with the clocks that it ends and sets going."""
    policy = _policy(app)
    for id_, level in (("investigation_type", "process"), ("milestone_kind", "milestone")):
        known = code_list(id_)
        for code in known.codes:
            name = f"gate:{code.code}" if level == "process" else str(code.code)
            ends = policy.gates.ends.get(str(code.code), ()) if level == "process" else code.extra["ends"]
            begins = [rule.clock for rule in policy.follow_ons if name in rule.after]
            told = [
                f" It {word} {', '.join(clocks)}."
                for word, clocks in (("ends", ends), ("sets going", begins))
                if clocks
            ]
            yield _rule(str(code.code), f"{code.label}.{''.join(told)}", level, known.source, code.since or "")


def _every_rule() -> dict[str, dict[str, Any]]:
    """Every rule that a message can name, by its id, and the questions of the letter gate."""
    from cdr.domain.letters.letter_gate import QUESTIONS
    from cdr.domain.rulebook.sentences import RULES
    from cdr.forms import schema_faults, yaml_faults

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
        policy = _policy(app)
        clock = policy.clocks.get(what[:1].upper() + what[1:])
        if clock:
            yield _clock(policy, clock)


def _clock(policy: Policy, clock: ClockRule) -> dict[str, Any]:
    """A clock with its limit, who acts, what ends it, and what the area changed of it."""
    limit = "" if clock.number is None else f" {_limit(clock, clock.number)}."
    kinds = [str(code.code) for code in code_list("milestone_kind").codes if clock.id in code.extra["ends"]]
    kinds += [f"the end of {words(kind)}" for kind, clocks in policy.gates.ends.items() if clock.id in clocks]
    ended = f" Ended by: {', '.join(kinds)}." if kinds else ""
    area = clock.area
    own = (
        f" In this area, since {area.since}: {_limit(clock, area.number).lower()}, because: {area.why}." if area else ""
    )
    who = clock.who[:1].upper() + clock.who[1:]
    said = f"{clock.what}.{limit} Who acts: {who}.{ended}{own}"
    return _rule(clock.id, said, "step", clock.source, clock.since.isoformat())


def _limit(clock: ClockRule, number: int) -> str:
    unit = UNITS[clock.unit].removesuffix("s" if number == 1 else "")
    return (
        f"{number} {unit} before: {clock.trigger}" if clock.before else f"Within {number} {unit} from: {clock.trigger}"
    )


def _fields(what: str, exactly: bool) -> Iterator[dict[str, Any]]:
    """The fields of a path, `form-b:child.gestation` of one form only; if not exactly, those whose path ends so."""
    from cdr.forms import schema
    from cdr.forms.fields import named

    form, _, path = what.rpartition(":")
    for name in [form] if form in FORMS else FORMS:
        same: dict[tuple[str, str, str], dict[str, Any]] = {}
        for one in named(schema.current(name), path, exactly):
            said = same.setdefault((one.path, one.field.title, one.field.help), _field(name, one))
            said["supplementary"] += [one.form] if one.form else []
        yield from same.values()


def _field(form: str, one: Any) -> dict[str, Any]:
    from cdr.forms import schema

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
    known = code_list(field.schema["x-codes"]).codes if "x-codes" in field.schema else ()
    dates = {str(code.code): (code.since, code.until) for code in known}
    rows = ((code, label, *dates.get(code, (None, None))) for code, label in field.codes)
    return [{"code": code, "label": label, "since": since, "until": until} for code, label, since, until in rows]


def _everything() -> Iterator[dict[str, Any]]:
    yield from _every_rule().values()
    for form in FORMS:
        yield from _fields_of(form)


def _fields_of(form: str) -> Iterator[dict[str, Any]]:
    from cdr.forms import schema
    from cdr.forms.fields import every

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
        unread = f" ({NOT_CHECKED})" if one.get("source", "").endswith(NOT_CHECKED) else ""
        yield f"  {name:<24}  {meaning}{unread}{''.join(f' ({form})' for form in one.get('supplementary', ()))}"


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
