"""A draft of the analysis (Form C) from what the case knows: each statement with its source, and nothing decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.case.family_questions import questions_of
from cdr.domain.case.milestones import milestones_of
from cdr.domain.panel.perinatal_review import PerinatalReview
from cdr.domain.rulebook.domains import DOMAINS
from cdr.domain.rulebook.validation import at, text_at
from cdr.forms import migrations
from cdr.forms.codelists import code_list
from cdr.forms.fields import named
from cdr.records import dataclass

FORM_A = "Form A"
NOT_DECIDED = 0  # the scale's "information not available": the meeting puts what it finds in its place
MEETINGS = ("cdrm", "final_case_discussion")
ANY = "any"
UNANSWERED = ("", "none", "not_known", "not_applicable", "0", "no")

Body = Mapping[str, Any]
Rules = Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """What the draft says, where the parts come from that have no room to say so themselves, and what the meeting still decides.

    `unread` is what is kept with the case and was not read for it.
    """

    body: dict[str, Any]
    sources: tuple[str, ...]
    undecided: tuple[str, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Suggested:
    code: str
    evidence: str


def draft(
    case: Body,
    form_a: Body,
    returns: Sequence[Body],
    names: Mapping[str, str],
    rules: Rules,
    reviews: Sequence[PerinatalReview] = (),
    unread: Sequence[str] = (),
) -> Draft:
    """The draft from the notification, the returns (`names` of agencies by id), perinatal reviews, the milestones and the family's questions."""
    sources: list[str] = []
    body: dict[str, Any] = {"schema": migrations.current("form-c"), "stage": "draft_cdrm"}
    held = [one for one in milestones_of(case) if one.kind in MEETINGS]
    if held:
        kind = {"type": held[-1].type} if held[-1].type else {}
        body["cdrm"] = {"date": held[-1].on.isoformat(), **kind}
        sources.append("cdrm: the milestone of the case")
    if cause := at(form_a, "certification.cause_of_death"):
        body["registered_cause"] = dict(cause)
        sources.append(f"registered_cause: {FORM_A}, certification")
    if circumstances := text_at(form_a, "death.circumstances"):
        body["case_summary"] = circumstances
        sources.append(f"case_summary: {FORM_A}, circumstances; as it was written, with whatever names it has")
    suggested = [*_suggested(returns, names, rules), *_of_reviews(reviews)]
    body["domains"] = _domains(suggested)
    body |= _words(case, returns, names, rules, reviews)
    undecided = ["the cause of death as understood", "the relevance of each domain and factor, and what can be modified",
                 "the category and why no other", "learning, and recommendations: who, what, by when"]  # fmt: skip
    if "case_summary" not in body:
        undecided.insert(0, "the summary of the case")
    return Draft(body, tuple(sources), tuple(undecided), tuple(unread))


def to_read(made: Draft) -> dict[str, Any]:
    """What the draft says without what nobody has decided yet, for whoever reads it and fills nothing in."""
    domains = {
        letter: {"factors": [{"code": one["code"], "evidence": one["evidence"]} for one in part["factors"]]}
        for letter, part in made.body["domains"].items()
        if part["factors"]
    }
    said = {key: value for key, value in made.body.items() if key not in ("stage", "case_summary", "domains")}
    return {**said, **({"domains": domains} if domains else {})}


def _domains(suggested: Iterable[_Suggested]) -> dict[str, Any]:
    """Each domain with the factors that are suggested, each once with all that says so."""
    groups: dict[str, dict[str, list[str]]] = {letter: {} for letter in DOMAINS}
    codes = code_list("factor")
    for one in suggested:
        found = codes.get(one.code)
        letter = str(found.extra["domain"]) if found else ""
        if letter in groups:
            groups[letter].setdefault(one.code, []).append(one.evidence)
    return {letter: {"relevance": NOT_DECIDED, "factors": _factors(found)} for letter, found in groups.items()}


def _factors(found: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [
        {"code": code, "relevance": NOT_DECIDED, "modifiable": "not_known", "evidence": "; ".join(dict.fromkeys(said))}
        for code, said in found.items()
    ]


def _suggested(returns: Sequence[Body], names: Mapping[str, str], rules: Rules) -> Iterator[_Suggested]:
    for form_b in returns:
        said = list(_answers(form_b))
        who = names.get(text_at(form_b, "agency"), "an agency")
        for rule in rules["factors"]:
            for value in (value for field, value in said if field == rule["field"]):
                if value in rule["is"] or (ANY in rule["is"] and value not in UNANSWERED):
                    words = value if ANY in rule["is"] else value.replace("_", " ")
                    yield _Suggested(rule["factor"], f"{who}: {_title(rule['field'])}: {words}")


def _of_reviews(reviews: Sequence[PerinatalReview]) -> Iterator[_Suggested]:
    for one in reviews:
        yield from (_Suggested(code, f"{one.source}: {text}") for code, text in one.factors if code)


def _words(
    case: Body, returns: Sequence[Body], names: Mapping[str, str], rules: Rules, reviews: Sequence[PerinatalReview]
) -> dict[str, Any]:
    """What agencies, perinatal reviews and the family wrote, each with who said it."""
    found: dict[str, list[str]] = {part: [] for part in rules["words"]}
    for form_b in returns:
        who = names.get(text_at(form_b, "agency"), "an agency")
        said = list(_answers(form_b))
        for part, fields in rules["words"].items():
            found[part] += [
                f"{value} ({who}, {_title(field)})"
                for field, value in said
                if field in fields and value not in UNANSWERED
            ]
    for one in reviews:
        found["issues_identified"] += [f"{text} ({one.source})" for code, text in one.factors if not code]
        found["good_practice"] += [f"{text} ({one.source})" for text in one.good_practice]
        found["note"] += [f"{text} ({one.source})" for text in one.grades]
        found["note"] += [
            f"Action of the hospital, no recommendation of the panel: {text} ({one.source})" for text in one.actions
        ]
    found["note"] += [f"The family asks: {question.text}" for question in questions_of(case).values() if question.text]
    texts: dict[str, Any] = {
        part: said for part, said in found.items() if said and part not in ("note", "learning_points")
    }
    if found["learning_points"]:
        texts["learning_points"] = [{"theme": "other", "text": text} for text in found["learning_points"]]
    return {**texts, **({"note": "\n".join(found["note"])} if found["note"] else {})}


def _answers(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every answer of a form by its field, items of a list without their numbers."""
    if isinstance(part, Mapping):
        for key, inner in part.items():
            yield from _answers(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(part, list):
        for inner in part:
            yield from _answers(inner, path)
    elif part is not None and not isinstance(part, bool):
        yield path, str(part)


def _title(field: str) -> str:
    """What Form B calls a field, in a sentence; supplementary forms that share one call it the same."""
    found = named(migrations.current("form-b"), field)
    title = found[0].field.title if found else field.rpartition(".")[2].replace("_", " ")
    return title if title[:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def text_of(made: Draft, dumped: bytes) -> bytes:
    """The draft as a person edits it: what is still to be decided and where parts come from, above the form."""
    head = [
        "Draft of the analysis from what is known. It is not kept: complete it, then take it in with cdr review --from."
    ]
    head += ["Nothing in it is decided: 0 as a relevance stands for that. Still to be decided by the meeting:"]
    head += [f"- {one}" for one in made.undecided]
    head += ["Where it comes from (factors say so themselves, in evidence):", *(f"- {one}" for one in made.sources)]
    if made.unread:
        head += ["Kept with the case and not read for this draft; what it says is for you to enter:"]
        head += [f"- {one}" for one in made.unread]
    return "".join(f"# {line}\n" for line in head).encode() + dumped
