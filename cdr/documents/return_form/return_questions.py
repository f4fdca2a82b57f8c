"""What the return form asks an agency: Form B's fields in the order and the words of `rules/return-form.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cdr import resources
from cdr.forms import migrations
from cdr.forms.codelists import Code, code_list
from cdr.forms.schema_files import shipped
from cdr.records import dataclass

FORM = "form-b"
ALWAYS, CORE, HELD = "always", "core", "held"
ALSO = "yes_no_not_known_not_applicable"
COMMON = "common/1"
SHARED = f"cdr:{COMMON}#/$defs/"
LISTS = "cdr:codes/"
OWN = "#/$defs/"
NUMBERS = ("integer", "number")
PEOPLE, PREGNANCY = "professional", "gestation"
BY_LIST = {"yes_no": "yes_no", "yes_no_not_known": "yes_no_not_known", ALSO: ALSO}


@dataclass(frozen=True)
class Question:
    """One field of the form.

    `kind` is line, text, date, date_or_date_time, partial_date, number, choice, choices, lines, email, phone, postcode,
    nhs_number, group or list; `path` is dotted and without positions; `codes` names a list of `Questions.codes`; `when` holds
    the earlier paths and the codes of which one must be chosen; `most` counts
    characters or items, `longest` the characters of one line; `heading` stands above it; `title` is the schema's, for what is said of the field.
    `from_months` and `below_months` are the ages at death, in completed months, that it fits; 0 is no limit.
    """

    path: str
    kind: str
    words: str
    title: str
    missing: str = ""
    heading: str = ""
    help: str = ""
    codes: str = ""
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False
    needed: bool = False
    short: bool = False
    compact: bool = False
    today: bool = False
    one: str = ""
    add: str = ""
    most: int = 0
    longest: int = 0
    pattern: str = ""
    only_in: tuple[str, ...] = ()
    needed_in: tuple[str, ...] = ()
    items: tuple[Question, ...] = ()
    from_months: int = 0
    below_months: int = 0

    @property
    def key(self) -> str:
        """The last step of the path: the name of the field in its own object."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Section:
    """One part of the form; `asked` is always, core (this agency's own) or held (only if the agency says that it holds it); ages as in `Question`."""

    id: str
    title: str
    help: str
    asked: str
    questions: tuple[Question, ...]
    from_months: int = 0
    below_months: int = 0


@dataclass(frozen=True)
class Supplementary:
    """One supplementary form, and the answers of circumstances that call for it; ages as in `Question`."""

    type: str
    title: str
    events: tuple[str, ...]
    modes: tuple[str, ...]
    questions: tuple[Question, ...]
    from_months: int = 0
    below_months: int = 0


@dataclass(frozen=True)
class Questions:
    """All of the form for one type of agency; `codes` maps a list's name to its codes and labels in their order."""

    form: str
    sections: tuple[Section, ...]
    supplementary: tuple[Supplementary, ...]
    codes: Mapping[str, tuple[tuple[str, str], ...]]
    exclusive: tuple[str, ...]
    most_radios: int


@cache
def for_agency(agency_type: str) -> Questions:
    """The questions for a type of agency, a code of the list `agency_type`; the supplementary forms are the same for all.

    Raises: KeyError, where there is no such type.
    """
    known = code_list("agency_type").get(agency_type)
    if known is None:
        raise KeyError("no such type of agency")
    rules, schema = _rules(), shipped(migrations.current(FORM))
    sections = tuple(_section(section, known, schema["properties"]) for section in rules["sections"])
    supplementary = tuple(_supplementary(kind, schema["$defs"]) for kind in code_list("supplementary_type").codes)
    chosen = tuple(section for section in sections if section.asked)
    codes = {name: codes_of(name) for name in sorted(set(_lists(chosen, supplementary)))}
    form = str(schema["properties"]["schema"]["const"])
    return Questions(form, chosen, supplementary, codes, tuple(rules["exclusive"]), rules["most_radios"])


@cache
def _rules() -> Mapping[str, Any]:
    rules: Mapping[str, Any] = json.loads(resources.read_bytes("rules", "return-form.json"))
    return rules


def _section(rules: Mapping[str, Any], agency: Code, properties: Mapping[str, Any]) -> Section:
    held = tuple(key for key in rules["parts"] if key in properties and key != "supplementary")
    made = tuple(question(key, properties[key], _rules()) for key in held)
    title, help = rules["title"], rules.get("help", "")
    top = made[0].items if len(made) == 1 and made[0].kind == "group" else made
    return Section(rules["id"], title, help, _asked(rules, agency), top, **_ages(rules))


def _asked(rules: Mapping[str, Any], agency: Code) -> str:
    """Whether this type of agency is asked a section: "" for never; a type without sections of its own may hold any."""
    if not rules.get("by_type"):
        return ALWAYS
    if rules["id"] in agency.extra.get("core", ()):
        return CORE
    return HELD if "core" not in agency.extra or rules["id"] in agency.extra.get("if_held", ()) else ""


def _supplementary(kind: Code, definitions: Mapping[str, Any]) -> Supplementary:
    form = question(str(kind.code), definitions[str(kind.code)], _rules())
    events, modes = (tuple(kind.extra.get(key, ())) for key in ("events", "modes"))
    ages = _ages(_rules()["supplementary_ages"].get(kind.code, {}))
    return Supplementary(str(kind.code), kind.label, events, modes, form.items, **ages)


def _ages(rules: Mapping[str, Any]) -> dict[str, int]:
    return {key: rules[key] for key in ("from_months", "below_months") if key in rules}


def question(path: str, part: Mapping[str, Any], form: Mapping[str, Any], shared: str = "") -> Question:
    """A field of a schema and all below it, as the rules of a form (`questions`, `leave_out`) ask it.

    Within what several fields share (`professional.name`) the words are the shared ones'.
    """
    rules = form["questions"].get(path, {}) or (form["questions"].get(shared, {}) if shared else {})
    target = str(part.get("$ref", ""))
    kind, whole = _kind(part)
    below = {**shared_part(target), **part}
    return Question(
        path=path,
        kind=kind,
        words=_printed(rules.get("words", below.get("title", ""))),
        title=_printed(below.get("title", "")),
        help=_printed(rules.get("help", below.get("description", ""))),
        codes=_list_of(part),
        when=tuple((earlier, tuple(codes)) for earlier, codes in rules.get("when", {}).items()),
        low=below.get("minimum"),
        high=below.get("maximum"),
        whole=whole,
        most=int(below.get("maxItems", below.get("maxLength", 0))),
        longest=_longest(below.get("items", {})),
        pattern=below.get("pattern", "") if kind != "line" else "",
        items=tuple(_below(path, below, form, target.removeprefix(SHARED) if target.startswith(SHARED) else "")),
        **_as_told(rules),
    )


def _longest(item: Mapping[str, Any]) -> int:
    """How many characters one line of a list may have."""
    return int({**shared_part(str(item.get("$ref", ""))), **item}.get("maxLength", 0))


def _printed(words: str) -> str:
    return words.replace("'", "’")


def _as_told(rules: Mapping[str, Any]) -> dict[str, Any]:
    taken_over = (
        "needed",
        "missing",
        "heading",
        "short",
        "compact",
        "today",
        "one",
        "add",
        "from_months",
        "below_months",
    )
    several = ("only_in", "needed_in")
    return {key: rules[key] for key in taken_over if key in rules} | {
        key: tuple(rules[key]) for key in several if key in rules
    }


def _kind(part: Mapping[str, Any]) -> tuple[str, bool]:
    """How a field is asked, and whether its number is a whole one."""
    target, kind = str(part.get("$ref", "")), part.get("type", "")
    name = target.removeprefix(SHARED)
    if target.startswith(LISTS) or name in BY_LIST:
        return "choice", False
    if kind == "array":
        items = part["items"]
        if str(items.get("$ref", "")).startswith(LISTS):
            return "choices", False
        return ("list" if "properties" in items else "lines"), False
    if name in (PEOPLE, PREGNANCY) or kind == "object":
        return "group", False
    if kind in NUMBERS:
        return "number", kind == "integer"
    return {"address": "lines"}.get(name, name), False


def shared_part(target: str) -> Mapping[str, Any]:
    """What a reference to the shared schema stands for; nothing for any other."""
    if not target.startswith(SHARED):
        return {}
    found: Mapping[str, Any] = shipped(COMMON)["$defs"][target.removeprefix(SHARED)]
    return found


def _below(path: str, part: Mapping[str, Any], form: Mapping[str, Any], shared: str) -> Iterator[Question]:
    items = part.get("items", {})
    properties = part.get("properties", items.get("properties", {}))
    out = form["leave_out"]
    for key, below in properties.items():
        if f"{path}.{key}" not in out and f"{shared}.{key}" not in out:
            yield question(f"{path}.{key}", below, form, f"{shared}.{key}" if shared else "")


def _list_of(part: Mapping[str, Any]) -> str:
    target = str(part.get("$ref", part.get("items", {}).get("$ref", "")))
    name = target.removeprefix(SHARED)
    return target.removeprefix(LISTS) if target.startswith(LISTS) else BY_LIST.get(name, "")


def codes_of(name: str) -> tuple[tuple[str, str], ...]:
    """A list's codes and labels; `place_of_death+not_applicable` adds that answer, as the schemas do."""
    own, *also = name.split("+")
    known = code_list(own)
    more = [code for code in also if code not in known]
    return (
        *((str(code.code), code.label) for code in known.codes if code.until is None),
        *((code, code_list(ALSO).label(code)) for code in more),
    )


def _lists(sections: tuple[Section, ...], supplementary: tuple[Supplementary, ...]) -> Iterator[str]:
    parts: tuple[Section | Supplementary, ...] = (*sections, *supplementary)
    for part in parts:
        yield from (name for asked in part.questions for name in codes_named(asked))


def codes_named(asked: Question) -> Iterator[str]:
    """The lists of codes that a question and those below it choose from."""
    if asked.codes:
        yield asked.codes
    yield from (name for below in asked.items for name in codes_named(below))
