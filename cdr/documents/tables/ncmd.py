"""The crib for the national database as a terminal, a word processor, a spreadsheet, a program or a browser wants it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cdr.documents.fitting import in_lines
from cdr.documents.safe import no_formula, visible
from cdr.domain.ncmd.ncmd import CLOSED_CASE, OPEN_CASE, PARTS, RATIFIED_CASE, Crib
from cdr.domain.ncmd.ncmd_lines import DIFFER, SEVERAL, Answer, Line
from cdr.domain.ncmd.ncmd_minimum import MISSING, NOT_KNOWN, Lacking
from cdr.errors import WrongUsage

FORMATS = ("text", "md", "csv", "html")
SCHEMA = "cdr-ncmd/1"
WIDTHS = (72, 140)
USUAL_WIDTH = 100
TITLE_WIDTH, SOURCE_WIDTH, LONG = 32, 22, 2.5
CSV_COLUMNS = ("part", "section", "below", "field", "key", "answer", "value", "source", "mark")

PART_TITLES = {
    "notification": "Notification (Form A)",
    "reporting": "Reporting (Form B of all agencies)",
    "analysis": "Analysis (Form C)",
}
EMPTY_PARTS = {
    "notification": "There is nothing here.",
    "reporting": "No agency has been asked yet.",
    "analysis": "There is no analysis yet.",
}
NOTES = (
    "Confidential: this names the child, the family and professionals. Delete it once the case is typed in.",
    "Type from top to bottom: the order is that of the national forms, as far as they are published. A field that is not here has no "
    "answer. Dates are day/month/year. The last column says who gave the answer; an agency stands for its return (Form B).",
)
STATES = {
    OPEN_CASE: "The case is open: the database waits for its notification; the review follows once the panel has ratified it.",
    RATIFIED_CASE: "The review is ratified: the database waits for all three parts, then mark the case complete and finalised there.",
    CLOSED_CASE: "The case is closed: all three parts should be in the database, marked complete and finalised.",
}
MARKS = {
    DIFFER: ("!", "The answers differ", "the answers differ; find out which is right before you type it"),
    SEVERAL: ("+", "Several accounts", "told in different words; join them or choose"),
    MISSING: ("?", "Missing", "missing, and the database needs it"),
}
NOT_GIVEN = "(missing)"


def render(crib: Crib, format: str, width: int = USUAL_WIDTH) -> str:
    """The crib in one of FORMATS; `width` is the terminal's, in columns. Raises: WrongUsage where there is no such format."""
    if format == "text":
        return "\n".join(_text(crib, max(WIDTHS[0], min(WIDTHS[1], width)))) + "\n"
    writers = {"md": _markdown, "csv": _csv, "html": _html}
    if format not in writers:
        raise WrongUsage(f"There is no such format. Choose one of {', '.join(FORMATS)}.")
    return writers[format](crib)


def to_json(crib: Crib) -> dict[str, Any]:
    """The crib for a script: `missing` and `not_known` by key, and each field with its answers as the documents have them and in words."""
    return {
        "schema": SCHEMA,
        "case": crib.case,
        "state": crib.state,
        "review_is_due": crib.review_is_due,
        "missing": _lacking_json(crib, MISSING),
        "not_known": _lacking_json(crib, NOT_KNOWN),
        "sections": [
            {
                "part": section.part,
                "title": section.title,
                "fields": [_line_json(line) for line in section.lines if not line.is_heading],
            }
            for section in crib.sections
        ],
        "sources": dict(crib.sources),
    }


def _lacking_json(crib: Crib, why: str) -> dict[str, list[dict[str, str]]]:
    parts = {"notification": crib.notification, "review": crib.review}
    return {
        part: [{"key": one.key, "title": one.title} for one in lacking if one.why == why]
        for part, lacking in parts.items()
    }


def _line_json(line: Line) -> dict[str, Any]:
    answers = [{"value": one.value, "words": one.words, "sources": list(one.sources)} for one in line.answers]
    told = {"key": line.key, "title": line.title, "below": list(line.trail), "answers": answers}
    return told | {"differ": line.mark == DIFFER, "missing": line.needed}


# ---- what every form shows -------------------------------------------------------------------------------------------


def heading(crib: Crib) -> str:
    """The crib's title."""
    return f"Case {crib.case} for the National Child Mortality Database"


def mark_of(line: Line) -> str:
    """The one mark that a line is shown with: that it is missing comes first."""
    return MISSING if line.needed else line.mark


def sources_of(answer: Answer, crib: Crib) -> str:
    """Who gave an answer, in words."""
    return ", ".join(visible(crib.sources.get(source, source)) for source in answer.sources)


def sources_in_short(answer: Answer, crib: Crib) -> str:
    """The same for a narrow column: agencies by their ids, and what Form A says and returns repeat by their number."""
    first, *others = answer.sources
    if first == "form-a" and len(others) > 1:
        return f"Form A, {len(others)} returns"
    return ", ".join(source if _is_agency(source) else crib.sources[source] for source in answer.sources)


def findings(crib: Crib) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What is missing, under a sentence each: (title, key with what is to be said of it)."""
    parts = [("notification", crib.notification)] + ([("review", crib.review)] if crib.review_is_due else [])
    for part, lacking in parts:
        missing = [(visible(one.title), _key_words(one, crib)) for one in lacking if one.why == MISSING]
        yield f"Missing for a complete {part}: {_counted(len(missing))}", missing
    if not crib.review_is_due:
        yield "For a complete review: not needed before the panel has ratified it", []
    asked = [(visible(one.title), one.key) for _, lacking in parts for one in lacking if one.why != MISSING]
    if asked:
        yield "Answered, but nobody knew; ask again where somebody may know now", asked


def _counted(fields: int) -> str:
    return f"{fields} field{'' if fields == 1 else 's'}" if fields else "nothing"


def _key_words(lacking: Lacking, crib: Crib) -> str:
    lines = [line for section in crib.sections for line in section.lines if line.key == lacking.key]
    held = {source for line in lines for answer in line.answers for source in answer.sources if _is_agency(source)}
    told = ", ".join(sorted(visible(crib.sources[source]) for source in held))
    return f"{lacking.key} (not in Form A; told by {told})" if told else lacking.key


def _is_agency(source: str) -> bool:
    return source not in ("form-a", "form-c", "case")


def _used_marks(crib: Crib) -> list[tuple[str, str, str]]:
    used = {mark_of(line) for section in crib.sections for line in section.lines}
    return [words for mark, words in MARKS.items() if mark in used]


# ---- text ------------------------------------------------------------------------------------------------------------


def _text(crib: Crib, width: int) -> Iterator[str]:
    title = heading(crib)
    yield from (title, "=" * len(title), "")
    for note in (*NOTES, STATES[crib.state]):
        yield from (*_wrapped(note, width), "")
    for sentence, lacking in findings(crib):
        yield f"{sentence}."
        yield from (line for name, key in lacking for line in _columns("  ", (name, key, ""), (44, width - 48, 0)))
    used = _used_marks(crib)
    yield from (["", "Marks:"] if used else [])
    yield from (f"  {sign} {meaning}" for sign, _, meaning in used)
    for part in PARTS:
        yield from ("", "", PART_TITLES[part].upper(), "=" * len(PART_TITLES[part]))
        sections = [section for section in crib.sections if section.part == part]
        yield from ([] if sections else ["", EMPTY_PARTS[part]])
        for section in sections:
            yield from ("", section.title, "-" * len(section.title))
            yield from (text for line in section.lines for text in _text_line(line, crib, width))


def _text_line(line: Line, crib: Crib, width: int) -> Iterator[str]:
    mark = mark_of(line)
    margin = f"{MARKS[mark][0]} " if mark else "  "
    title, room = f"{'  ' * line.depth}{visible(line.title)}", width - 2 - TITLE_WIDTH - SOURCE_WIDTH - 4
    widths = (TITLE_WIDTH, room, SOURCE_WIDTH)
    if not line.answers:
        yield from _columns(margin, (title, NOT_GIVEN if line.needed else "", ""), widths)
    for number, answer in enumerate(line.answers):
        name = title if number == 0 else ""
        start = margin if number == 0 or mark else "  "
        if len(answer.words) > LONG * room or "\n" in answer.words:
            yield from _columns(start, (name, "", sources_in_short(answer, crib)), widths)
            yield from _block(answer.words, width, 4 + 2 * line.depth)
        else:
            yield from _columns(start, (name, visible(answer.words), sources_in_short(answer, crib)), widths)


def _block(words: str, width: int, indent: int) -> Iterator[str]:
    """A long answer on lines of its own."""
    for paragraph in words.split("\n"):
        yield from (f"{' ' * indent}{line}" for line in _wrapped(visible(paragraph), width - indent - 2))


def _columns(margin: str, cells: tuple[str, str, str], widths: tuple[int, int, int]) -> Iterator[str]:
    indent = len(cells[0]) - len(cells[0].lstrip())
    first = [" " * indent + line for line in _wrapped(cells[0].strip(), widths[0] - indent)]
    wrapped = (first, _wrapped(cells[1], widths[1]), _wrapped(cells[2], widths[2]) if widths[2] else [])
    for number in range(max(map(len, wrapped))):
        row = [column[number] if number < len(column) else "" for column in wrapped]
        yield (margin if number == 0 else "  ") + "  ".join(
            cell.ljust(size) for cell, size in zip(row, widths, strict=True)
        ).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    return in_lines(text, width)


# ---- Markdown, CSV, HTML ---------------------------------------------------------------------------------------------


def _markdown(crib: Crib) -> str:
    parts = [f"# {_md(heading(crib))}", *(f"*{_md(note)}*" for note in NOTES), _md(STATES[crib.state])]
    for sentence, lacking in findings(crib):
        listed = [f"- {_md(name)} ({_md(key)})" for name, key in lacking]
        parts.append("\n".join([f"**{_md(sentence)}**", *([""] if listed else []), *listed]))
    for part in PARTS:
        sections = [section for section in crib.sections if section.part == part]
        parts += [f"## {PART_TITLES[part]}", *([] if sections else [EMPTY_PARTS[part]])]
        for section in sections:
            rows = [row for line in section.lines for row in _md_rows(line, crib)]
            parts += [f"### {_md(section.title)}", "\n".join(["| Field | Answer | From |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _md_rows(line: Line, crib: Crib) -> Iterator[str]:
    title, mark = f"{'– ' * line.depth}{_md(line.title)}", mark_of(line)
    marked = f" **{MARKS[mark][1]}**" if mark else ""
    if line.is_heading:
        yield f"| **{title}** | | |"
    elif not line.answers:
        yield f"| {title}{marked} | | |"
    for number, answer in enumerate(line.answers):
        yield f"| {title if number == 0 else ''}{marked if number == 0 else ''} | {_md(answer.words)} | {_md(sources_of(answer, crib))} |"


def _md(text: str) -> str:
    return re.sub(r"([\\`*_|<>#\[\]~])", r"\\\1", " ".join(visible(text, "\n").split())).replace("&", "&amp;")


def _csv(crib: Crib) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for section in crib.sections:
        for line in (line for line in section.lines if not line.is_heading):
            about = (section.part, section.title, " > ".join(line.trail), line.title, line.key)
            mark = mark_of(line)
            for answer in line.answers or (Answer("", "", ()),):
                told = (answer.words, _as_kept(answer.value), sources_of(answer, crib), MARKS[mark][1] if mark else "")
                writer.writerow([no_formula(visible(cell, "\n")) for cell in (*about, *told)])
    return out.getvalue()


def _as_kept(value: Any) -> str:
    """An answer as the documents have it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _html(crib: Crib) -> str:
    from cdr.documents.web_page import web_page

    return web_page("ncmd", "ncmd.html", _context(crib))


def _context(crib: Crib) -> Mapping[str, Any]:
    return {
        "title": heading(crib),
        "notes": NOTES,
        "state": STATES[crib.state],
        "findings": [*findings(crib)],
        "parts": [
            {
                "id": part,
                "title": PART_TITLES[part],
                "empty": EMPTY_PARTS[part],
                "sections": [
                    {"title": section.title, "rows": [row for line in section.lines for row in _html_rows(line, crib)]}
                    for section in crib.sections
                    if section.part == part
                ],
            }
            for part in PARTS
        ],
    }


def _html_rows(line: Line, crib: Crib) -> Iterator[Mapping[str, Any]]:
    mark = mark_of(line)
    common = {
        "mark": MARKS[mark][1] if mark else "",
        "kind": mark,
        "depth": min(line.depth, 4),
        "heading": line.is_heading,
    }
    span = max(1, len(line.answers))
    for number, answer in enumerate(line.answers or (Answer("", "", ()),)):
        told = {"answer": visible(answer.words, "\n"), "source": sources_of(answer, crib)}
        yield {
            **common,
            **told,
            "title": visible(line.title) if number == 0 else "",
            "span": span if number == 0 else 0,
        }
