"""The return form as a row of boxes to fill in, each with its place in the form: what the Word and the text form are made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache

from cdr import resources
from cdr.documents.return_form.return_questions import HELD, Question, Questions, Section, for_agency
from cdr.forms.codelists import code_list
from cdr.records import dataclass, replace

LONGEST_TAG = 64  # Word takes no longer one
RESPONSE = "response"
SKIPPED = "supplementary"


@dataclass(frozen=True)
class Box:
    """One thing to fill in, or (`kind` heading) a heading over those that follow at `depth`.

    `path` is the dotted place in Form B, `codes` the codes and labels of a choice, `only_if` in words when it is asked.
    """

    path: str
    kind: str
    words: str
    help: str
    depth: int
    codes: tuple[tuple[str, str], ...] = ()
    only_if: str = ""


def boxes(agency_type: str) -> list[Box]:
    """Every box of the form for this type of agency, in the form's order; the supplementary forms come last."""
    asked = for_agency(agency_type)
    known = _by_path(asked)
    found = [_response()]
    for section in asked.sections:
        if section.id != SKIPPED:
            found += [_heading(section), *_all(section.questions, asked, known, 2)]
    found.append(
        Box(SKIPPED, "heading", "Questions for some kinds of death", "Fill in only what fits; most stay empty.", 1)
    )
    for kind in asked.supplementary:
        found.append(Box(kind.type, "heading", f"Only for: {kind.title}", "", 2))
        found += _all(kind.questions, asked, known, 3)
    return found


def tag(path: str, code: str, position: int) -> str:
    """The name of the tick box of one code of a list."""
    whole = f"{path}#{code}"
    return whole if len(whole) <= LONGEST_TAG else f"{path}#{position}"


def _response() -> Box:
    codes = tuple(
        (str(one.code), one.label) for one in code_list("response_type").codes if one.code in ("full", "nil_return")
    )
    help = "A nil return is one where your agency was not involved; then fill in only who completed the form, and what was searched."
    return Box(RESPONSE, "choice", "Kind of return", help, 1, codes)


def _heading(section: Section) -> Box:
    help = "Leave this part empty if you hold nothing about it." if section.asked == HELD else section.help
    return Box(section.id, "heading", section.title, help, 1)


def _all(
    questions: tuple[Question, ...], asked: Questions, known: Mapping[str, Question], depth: int, at: str = ""
) -> Iterator[Box]:
    for question in questions:
        path = f"{at}.{question.key}" if at else question.path
        if question.kind == "group":
            yield Box(path, "heading", question.words, question.help, depth)
            yield from _all(question.items, asked, known, depth + 1, path)
        elif question.kind == "list":
            for number in range(_places(question.path)):
                yield Box(f"{path}.{number}", "heading", f"{question.words}: {number + 1}", "", depth)
                below = _all(question.items, asked, known, depth + 1, f"{path}.{number}")
                yield from below if number == 0 else (replace(box, help="") for box in below)
        else:
            codes = asked.codes[question.codes] if question.codes else ()
            yield Box(
                path, question.kind, question.words, question.help, depth, codes, _only_if(question, asked, known)
            )


def _only_if(question: Question, asked: Questions, known: Mapping[str, Question]) -> str:
    said = [
        f"“{known[path].words}” is {' or '.join(_label(asked, known[path], code) for code in codes)}"
        for path, codes in question.when
        if path in known
    ]
    return f"Only if {' and '.join(said)}." if said else ""


def _label(asked: Questions, question: Question, code: str) -> str:
    return f"“{dict(asked.codes.get(question.codes, ())).get(code, code)}”"


def _by_path(asked: Questions) -> dict[str, Question]:
    tops = [*(section.questions for section in asked.sections), *(kind.questions for kind in asked.supplementary)]
    return {question.path: question for top in tops for one in top for question in _below(one)}


def _below(question: Question) -> Iterator[Question]:
    yield question
    for item in question.items:
        yield from _below(item)


@cache
def _places(path: str) -> int:
    places = json.loads(resources.read_bytes("rules", "return-word.json"))["places"]
    return int(places.get(path, 1))
