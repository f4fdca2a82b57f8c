"""One case in the order of the national forms, field by field with who answered, for a person to type into the national database.

Source: forms sections 1 to 3 for the order (as data in rules/ncmd.yaml); GOV.UK data collection for what an open and a
reviewed case must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.asking.requests import requests_of
from cdr.domain.case.review import ratified_reviews, ratifying_review
from cdr.domain.case.standing import RATIFIED, is_closed
from cdr.domain.ncmd.ncmd_lines import Answer, Given, Line, Reading, Spot, lines
from cdr.domain.ncmd.ncmd_minimum import MISSING, Lacking, Minimum, of_analysis, of_notification, of_returns
from cdr.domain.ncmd.ncmd_words import NO_ANSWER, Schema, day, day_of, is_group
from cdr.domain.process.age import age_words
from cdr.domain.rulebook.validation import at, date_at, items_at, text_at
from cdr.forms.codelists import code_list
from cdr.records import dataclass, replace

FORM_A, FORM_B, FORM_C, CASE = "form-a", "form-b", "form-c", "case"
PARTS = ("notification", "reporting", "analysis")
OPEN_CASE, RATIFIED_CASE, CLOSED_CASE = "open", "ratified", "closed"
DERIVED: Mapping[str, Mapping[str, Any]] = {
    "age_at_death": {"title": "Age at death"},
    "sex": {"title": "Sex", "enum": [], "x-codes": "sex"},
    "ethnicity": {"title": "Ethnicity", "enum": [], "x-codes": "ethnicity"},
    "reviewed_on": {"title": "Date of review", "format": "date"},
}

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Documents:
    """What is known of a case: the bodies of its documents, returns in the order of their ids."""

    case: Body
    requests: Body
    notification: Body
    returns: Sequence[Body] = ()
    analysis: Body | None = None


@dataclass(frozen=True)
class Section:
    """Some lines of one part (notification, reporting, analysis) under a title."""

    part: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Crib:
    """A case to type in: `state` is open, ratified or closed; `sources` names each source's id; a review is due unless open."""

    case: str
    state: str
    notification: tuple[Lacking, ...]
    review: tuple[Lacking, ...]
    sections: tuple[Section, ...]
    sources: Mapping[str, str]

    @property
    def review_is_due(self) -> bool:
        """Whether the database waits for the review too."""
        return self.state != OPEN_CASE


def crib(
    reference: str,
    documents: Documents,
    schemas: Mapping[str, Schema],
    agencies: Mapping[str, str],
    rules: Mapping[str, Any],
) -> Crib:
    """The crib of a case; `schemas` has form-a, form-b and form-c with every reference followed, `agencies` names by id."""
    minimum = Minimum.from_rules(rules)
    state = state_of(documents.case, documents.analysis)
    notification = of_notification(documents.notification, minimum)
    review = [
        *of_returns(documents.requests, minimum),
        *of_analysis(documents.analysis, documents.case, minimum),
    ]
    needed = [*notification, *(review if state != OPEN_CASE else [])]
    maker = _Maker(documents, schemas, agencies, rules, frozenset(one.key for one in needed if one.why == MISSING))
    return Crib(
        reference,
        state,
        tuple(_titled(notification, schemas[FORM_A])),
        tuple(_titled(review, schemas[FORM_C], agencies)),
        tuple(section for section in maker.sections() if section.lines),
        {FORM_A: "Form A", FORM_C: "Form C", CASE: "this store", **_names(documents.returns, agencies)},
    )


def state_of(case: Body, analysis: Body | None) -> str:
    """Whether a case is open, reviewed with a ratified analysis, or closed."""
    if is_closed(case):
        return CLOSED_CASE
    ratified = bool(ratified_reviews(case)) and text_at(analysis, "stage") == RATIFIED
    return RATIFIED_CASE if ratified else OPEN_CASE


def title_of(schema: Schema, path: str) -> str:
    """The title of a form's field by its key; empty where there is none."""
    found: Any = schema
    for key in path.split("."):
        found = found.get("properties", {}).get(key, {})
    return str(found.get("title", ""))


def _titled(lacking: Iterable[Lacking], schema: Schema, agencies: Mapping[str, str] | None = None) -> Iterator[Lacking]:
    for one in lacking:
        agency = one.key.removeprefix("requests.")
        of = f" of {(agencies or {}).get(agency, agency)}" if agency != one.key else ""
        yield replace(one, title=f"{one.title or title_of(schema, one.key)}{of}")


def _names(returns: Sequence[Body], agencies: Mapping[str, str]) -> dict[str, str]:
    return {text_at(body, "agency"): agencies.get(text_at(body, "agency"), text_at(body, "agency")) for body in returns}


@dataclass(frozen=True)
class _Maker:
    documents: Documents
    schemas: Mapping[str, Schema]
    agencies: Mapping[str, str]
    rules: Mapping[str, Any]
    needed: frozenset[str]

    def sections(self) -> Iterator[Section]:
        for part in PARTS:
            planned = [section for section in self.rules["sections"] if section["part"] == part]
            for section in planned:
                yield Section(part, str(section["title"]), tuple(self._lines(section)))
            for form in dict.fromkeys(section["form"] for section in planned if section["form"] != CASE):
                rest = [path for path in self._unnamed(self.schemas[form], form, "")]
                yield Section(part, "Other answers", tuple(self._lines({"form": form, "fields": rest})))

    def _lines(self, section: Mapping[str, Any]) -> Iterator[Line]:
        form = str(section["form"])
        if form == CASE:
            yield from (line for name in section["fields"] for line in self._of_case(str(name)))
        elif section.get("by") == "agency":
            yield from self._by_agency(section)
        else:
            found = [*self._fields(section["fields"], form, self._bodies(form), Spot(""))]
            yield from _without_heading(found) if len(section["fields"]) == 1 else found

    def _fields(self, paths: Sequence[str], form: str, bodies: Given, spot: Spot, joint: bool = True) -> Iterator[Line]:
        for path in paths:
            own, schema = self._own(form, path), self._schema(form, path)
            given = [(source, _without(at(body, path), own)) for source, body in bodies]
            schema = {**schema, "properties": _without(schema.get("properties", {}), own)} if own else schema
            if form == FORM_B and all(value in NO_ANSWER for _, value in given):
                continue
            yield from lines(schema, given, replace(spot, key=path), self._reading(form, path if joint else ""))

    def _by_agency(self, section: Mapping[str, Any]) -> Iterator[Line]:
        for agency, body in self._bodies(FORM_B):
            name = self.agencies.get(agency, agency)
            inner = [*self._fields(section["fields"], FORM_B, [(agency, body)], Spot("", 1, (name,)), joint=False)]
            if inner:
                yield Line("", name, 0)
                yield from (replace(line, key=f"{agency}.{line.key}") for line in inner)

    def _bodies(self, form: str) -> Given:
        documents = self.documents
        if form == FORM_B:
            return [(text_at(body, "agency"), body) for body in documents.returns]
        body = {FORM_A: documents.notification, FORM_C: documents.analysis, CASE: self._derived()}[form]
        return [(form, body)] if body else []

    def _reading(self, form: str, path: str) -> Reading:
        others = {}
        for same in self.rules["same"]:
            if path and same.get(form) == path:
                asked = [(other, where) for other, where in same.items() if other != form]
                others[path] = [(src, at(body, where)) for other, where in asked for src, body in self._bodies(other)]
        needed = self.needed if form != FORM_B else frozenset()
        return Reading(form, self.agencies, needed, self.rules["together"], frozenset(self.rules["one_line"]), others)

    def _schema(self, form: str, path: str) -> Schema:
        found: Any = self.schemas[form]
        for key in path.split("."):
            found = found["properties"][key]
        return dict(found)

    def _own(self, form: str, path: str) -> set[str]:
        """The fields of a group that have a place of their own."""
        return {p.removeprefix(f"{path}.").partition(".")[0] for p in self._named(form) if p.startswith(f"{path}.")}

    def _named(self, form: str) -> set[str]:
        named = {
            str(path) for section in self.rules["sections"] if section["form"] == form for path in section["fields"]
        }
        return named | {left.removeprefix(f"{form}.") for left in self.rules["left_out"] if left.startswith(f"{form}.")}

    def _unnamed(self, schema: Schema, form: str, above: str) -> Iterator[str]:
        named = self._named(form)
        for key, part in schema.get("properties", {}).items():
            path = f"{above}{key}"
            within = is_group(part) and any(name.startswith(f"{path}.") for name in named)
            if path not in named and within:
                yield from self._unnamed(part, form, f"{path}.")
            elif path not in named:
                yield path

    # ---- what no form says itself --------------------------------------------------------------------------------

    def _derived(self) -> dict[str, Any]:
        form_a, review = self.documents.notification, ratifying_review(self.documents.case)
        born, died = date_at(form_a, "child.date_of_birth"), date_at(form_a, "death.date")
        return {
            "age_at_death": age_words(born, died) if born and died else None,
            "sex": at(form_a, "child.sex"),
            "ethnicity": at(form_a, "child.ethnicity"),
            "reviewed_on": review.on.isoformat() if review and review.on else None,
        }

    def _of_case(self, name: str) -> Iterator[Line]:
        if name == "returns":
            yield from self._returns()
        elif name == "gates":
            yield from self._gates()
        elif self.documents.analysis is not None:
            reading = Reading(CASE, self.agencies)
            yield from lines(DERIVED[name], [(FORM_A, self._derived()[name])], Spot(f"case.{name}"), reading)

    def _returns(self) -> Iterator[Line]:
        for one in requests_of(self.documents.requests):
            words = code_list("request_status").label(one.status)
            told = f"{words}, {day_of(one.answered_on)}" if one.answered_on else words
            said = Answer(one.status, f"{told} (asked {day_of(one.requested_on)})", (CASE,))
            key, title = f"requests.{one.agency}", self.agencies.get(one.agency, one.agency)
            yield Line(key, title, 0, answers=(said,), needed=key in self.needed)

    def _gates(self) -> Iterator[Line]:
        gates = items_at(self.documents.case, "gates") if self.documents.analysis is not None else []
        for number, gate in gates:
            status, closed = text_at(gate, "status"), day(text_at(gate, "closed_on"))
            words = status.capitalize() + (f", {closed}" if closed else "")
            known = code_list("investigation_type").get(text_at(gate, "type"))
            title = known.label if known else text_at(gate, "type")
            yield Line(f"case.gates.{number}", title, 0, answers=(Answer(status, words, (CASE,)),))


def _without(value: Any, keys: set[str]) -> Any:
    """A group without some of its fields; anything else as it is."""
    return {key: part for key, part in value.items() if key not in keys} if isinstance(value, Mapping) else value


def _without_heading(found: Sequence[Line]) -> Iterator[Line]:
    """The lines of a section that has one group: the section's title is its heading."""
    if not found or not found[0].is_heading:
        yield from found
        return
    yield from (replace(line, depth=line.depth - 1, trail=line.trail[1:]) for line in found[1:])
