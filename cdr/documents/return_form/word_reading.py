"""Reading a Word form that came back: the content controls of its text, and nothing else of a file that does nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr import written
from cdr.documents.incoming.docx import ODD_PART, Fault, Refused, W, main_part
from cdr.documents.return_form.return_boxes import Box, boxes, tag
from cdr.documents.return_form.return_docx import CHOOSE, PICK, W14, WRITE, controls
from cdr.documents.return_form.return_questions import for_agency

OWN = ("case", "agency", "request", "schema")
LINE_ENDS = {"br": "\n", "cr": "\n", "p": "\n", "tab": " "}
STRUCK_OUT = (f"{W}del", f"{W}moveFrom")
MOST_NESTED = 5


TWICE = Fault("A box of the form stands in it twice. Delete the copy, and save it again.")
NOTHING = Fault("None of the form's boxes is in it. Ask for the document that cdr made, filled in.")


def read(raw: bytes, agency_type: str) -> tuple[Fault | None, dict[str, str | list[str]]]:
    """The answers of a form for this type of agency by their dotted paths, or why it is not read; never raises."""
    try:
        root = main_part(raw)
    except Refused as refused:
        return refused.fault, {}
    if any(_boxes_around(control) > MOST_NESTED for control in root.iter(f"{W}sdt")):
        return ODD_PART, {}
    found = [(name, said) for name, said in _controls(root, agency_type) if said]
    names = [name for name, _ in found]
    if len(set(names)) < len(names):
        return TWICE, {}
    if not {"case", "agency"} & set(names):
        return NOTHING, {}
    return None, _answers(dict(found), agency_type)


def _controls(root: Any, agency_type: str) -> Iterator[tuple[str, str]]:
    """The tag and the text of each content control.

    LibreOffice takes the tags away when it saves. Then the controls are known by their order, where they are as many as the
    form has and each that has a title has the right one.
    """
    found = [(control.find(f"{W}sdtPr"), control.find(f"{W}sdtContent")) for control in root.iter(f"{W}sdt")]
    whole = [(properties, content) for properties, content in found if properties is not None and content is not None]
    names = [_named(properties, "tag") for properties, _ in whole]
    if not any(names):
        names = _by_order([_named(properties, "alias") for properties, _ in whole], agency_type)
    for name, (properties, content) in zip(names, whole, strict=True):
        if name:
            yield name, _said(properties, content)


def _boxes_around(control: Any) -> int:
    return sum(1 for _ in control.iterancestors(f"{W}sdt"))


def _is_struck_out(node: Any) -> bool:
    return next(node.iterancestors(*STRUCK_OUT), None) is not None


def _named(properties: Any, kind: str) -> str:
    named = properties.find(f"{W}{kind}")
    return "" if named is None else str(named.get(f"{W}val", ""))


def _by_order(titles: list[str], agency_type: str) -> list[str]:
    known = controls(agency_type)
    same = len(known) == len(titles) and all(
        not said or said == title for said, (_, title) in zip(titles, known, strict=True)
    )
    return [name for name, _ in known] if same else [""] * len(titles)


def _said(properties: Any, content: Any) -> str:
    box = properties.find(f"{{{W14}}}checkbox")
    if box is not None:
        checked = box.find(f"{{{W14}}}checked")
        return "1" if checked is not None and checked.get(f"{{{W14}}}val") in ("1", "true") else ""
    if properties.find(f"{W}showingPlcHdr") is not None:
        return ""
    text = _text(content)
    if text in (WRITE, CHOOSE, PICK):
        return ""
    listed = {item.get(f"{W}displayText"): item.get(f"{W}value") for item in properties.iter(f"{W}listItem")}
    return str(listed.get(text) or text)


def _text(content: Any) -> str:
    """The words as they are read: without what a correction took away, with the line ends."""
    parts: list[str] = []
    waiting = [] if _is_struck_out(content) else [content]
    while waiting:
        node = waiting.pop()
        name = str(node.tag).removeprefix(W)
        if node.tag in STRUCK_OUT:
            continue
        if name == "t":
            parts.append(node.text or "")
        elif name in LINE_ENDS:
            parts.append(LINE_ENDS[name])
        waiting += reversed(node)
    return "".join(parts).strip()


def _answers(said: Mapping[str, str], agency_type: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {name: said[name] for name in OWN if name in said}
    types = [kind.type for kind in for_agency(agency_type).supplementary]
    for box in (box for box in boxes(agency_type) if box.kind != "heading"):
        answer = _answer(box, said)
        if answer:
            found[_place(box.path, types, found)] = answer
    return found


def _answer(box: Box, said: Mapping[str, str]) -> str | list[str]:
    if box.kind == "choices":
        return [code for position, (code, _) in enumerate(box.codes) if said.get(tag(box.path, code, position))]
    text = said.get(box.path, "")
    if box.kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if box.kind in ("date", "date_or_date_time", "partial_date"):
        return _iso(text)
    return text


def _place(path: str, types: list[str], found: dict[str, str | list[str]]) -> str:
    """Where an answer of a supplementary form stands in Form B: each form that has one is an item of its own."""
    kind, _, rest = path.partition(".")
    if kind not in types:
        return path
    place = f"supplementary.{types.index(kind)}"
    found[f"{place}.type"] = kind
    return f"{place}.answers.{rest}"


def _iso(text: str) -> str:
    """A date, or a date and time, as Form B has it; what is neither stays as it is, to be told by the schema."""
    try:
        return written.moment_or_day(text)
    except ValueError:
        return text
