"""YAML in and out; no other module knows it but `plain_yaml`, which reads what cdr wrote. What comes from outside is read as text, each with its line."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from cdr.errors import InvalidData, Problem
from cdr.expressions import expression
from cdr.forms import plain_yaml
from cdr.forms.text_in import NOT_IN_A_FILE, NOT_IN_TEXT, decoded, too_many_marks
from cdr.forms.yaml_faults import ALIAS, CONTROL, DIRECTIVE, HINTS, MARKS, SYNTAX, TAG
from cdr.records import dataclass, field

MAX_NODES = 20_000
HALVES = expression("[\ud800-\udbff][\udc00-\udfff]")
MAX_EXACT = 256 * 1024
MAX_DEPTH = 32

PLAUSIBLE_KEY = expression(r"[A-Za-z0-9_-]{1,40}")

REMARK = expression(r"(?m)(?:^|(?<=\s))#[^\n]*")
# Plain only where every reader of YAML, 1.1 or 1.2, sees the same text: so no digit, sign or dot first, and no such word.
PLAIN = expression(r"[^\W\d_](?:[\w\u0300-\u036f '()/,.;+&%!?=-]*[\w\u0300-\u036f)'.!?%])?")
WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"])


class Unreadable(ValueError):
    """A document of our own cannot be read; the message says nothing of what it holds."""


class Scalar(str):
    """Text as it was written; `unquoted` if it stood without quotation marks and not as a block."""

    unquoted: bool

    def __new__(cls, text: str, unquoted: bool = False) -> Scalar:
        scalar = super().__new__(cls, text)
        scalar.unquoted = unquoted
        return scalar


@dataclass(frozen=True)
class Source:
    """What a file says: dicts, lists and `Scalar`s, and the line (from 1) of each dotted path.

    `as_typed` are the paths of texts whose lines stand in the file as they are, each with the line of its first.
    """

    file: str
    data: Any
    lines: Mapping[str, int]
    as_typed: Mapping[str, int] = field(default_factory=dict)

    def line(self, field: str) -> int:
        """The line of a dotted path (`informed.0.party`), else of its nearest parent, else 0."""
        while field and field not in self.lines:
            field = field.rpartition(".")[0]
        return self.lines.get(field, 0)

    def line_in(self, field: str, row: int) -> int:
        """The line of the file that is the text's line `row`, from 0, where that can be told; else the line of the field."""
        return self.as_typed[field] + row if field in self.as_typed else self.line(field)


def shown_key(key: str) -> str:
    """A key as it may be printed: one that is not like a key may be somebody's data."""
    return key if PLAUSIBLE_KEY.fullmatch(key) else "(a key)"


def join(parent: str, key: object) -> str:
    """The dotted path of a key or an index below `parent`."""
    return f"{parent}.{key}" if parent else str(key)


@dataclass
class _Level:
    """A dict or list that is being filled; `keys` holds the line of each key, `key` the one that waits for its value."""

    box: Any
    path: str
    shown: str
    key: str | None = None
    keys: dict[str, int] = field(default_factory=dict)


def _fast_events(text: str) -> Iterator[Any]:
    from _ruamel_yaml import CParser  # type: ignore[import-not-found]

    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def _exact_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


class _TooMuch(Exception):
    """Reading stops here: the problem is already noted."""


class _Composer:
    """Builds plain data from the parser's events without recursion, noting every fault on the way."""

    def __init__(self, max_nodes: float, max_depth: int) -> None:
        self.max_nodes = max_nodes
        self.max_depth = max_depth
        self.nodes = 0
        self.stack: list[_Level] = []
        self.roots: list[Any] = []
        self.lines: dict[str, int] = {}
        self.as_typed: dict[str, int] = {}
        self.problems: list[Problem] = []

    def note(self, rule: str, message: str, line: int, field: str = "") -> None:
        self.problems.append(Problem(field, "", message, rule, line))

    def read(self, text: str, events: Callable[[str], Iterator[Any]]) -> bool:
        """Takes the whole text in; faults go to `problems`. False where the layout itself was at fault."""
        from ruamel.yaml.error import YAMLError

        try:
            for event in events(text):
                self.take(event)
        except _TooMuch:
            return True
        except (YAMLError, ValueError, RecursionError, OverflowError) as error:
            self.note_syntax(error)
            return False
        return True

    def note_syntax(self, error: Exception) -> None:
        said = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
        # An open quotation mark is noticed at the end of the file, far from where it stands.
        mark = getattr(error, "context_mark" if "quoted scalar" in said else "problem_mark", None)
        rule, message = next(((rule, text) for part, rule, text in HINTS if part in said), ("YAML-SYNTAX", SYNTAX))
        self.note(rule, message, mark.line + 1 if mark else 0)

    def take(self, event: Any) -> None:
        kind, line = event.__class__.__name__, event.start_mark.line + 1
        if kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            self.check_properties(event, line)
        if kind == "ScalarEvent":
            self.scalar(event, line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self.open({} if kind[0] == "M" else [], line)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()
        elif kind == "AliasEvent":
            if not (self.stack and self.stack[-1].key == "<<"):
                self.note("YAML-ALIAS", ALIAS, line)
            self.scalar(None, line)
        elif kind == "DocumentStartEvent":
            self.start_document(event, line)

    def start_document(self, event: Any, line: int) -> None:
        if event.version or event.tags:
            self.note("YAML-DIRECTIVE", DIRECTIVE, line)
        if self.roots:
            self.note(
                "YAML-DOCUMENTS", "A file holds one document only. Delete the line --- and what follows it.", line
            )
            raise _TooMuch

    def check_properties(self, event: Any, line: int) -> None:
        for fault, rule, message in ((event.anchor, "YAML-ALIAS", ALIAS), (event.tag, "YAML-TAG", TAG)):
            if fault is not None:
                self.note(rule, message, line)

    def count(self, line: int) -> None:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            self.note("YAML-SIZE", f"The file has more than {MAX_NODES:,} parts. Split it, or attach it instead.", line)
            raise _TooMuch

    def open(self, box: Any, line: int) -> None:
        self.count(line)
        if len(self.stack) >= self.max_depth:
            self.note("YAML-DEPTH", f"More than {MAX_DEPTH} levels lie inside each other. Write it flatter.", line)
            raise _TooMuch
        level = self.stack[-1] if self.stack else None
        if level is not None and isinstance(level.box, dict) and level.key is None:
            self.note("YAML-KEY", "A list or a group cannot be a key. Write a word, then a colon.", line)
            level.key = ""
        shown = join(level.shown, len(level.box) if level.key is None else shown_key(level.key)) if level else ""
        self.stack.append(_Level(box, self.add(box, line), shown))

    def scalar(self, event: Any, line: int) -> None:
        self.count(line)
        level = self.stack[-1] if self.stack else None
        if level is not None and isinstance(level.box, dict) and level.key is None:
            self.key(level, event, line)
        else:
            path = self.add(None if event is None else self.value(event, line), line)
            if event is not None and event.style == "|":
                self.as_typed[path] = line + 1

    def value(self, event: Any, line: int) -> Any:
        """The data for a scalar of one of our own documents."""
        return event.value if event.style else plain_yaml.value(event.value)

    def key(self, level: _Level, event: Any, line: int) -> None:
        key = self.clean(event.value, line) if event is not None else ""
        path = join(level.shown, shown_key(key))
        if event is not None and key == "<<" and not event.style:
            self.note("YAML-MERGE", "Merge keys (<<) are not used. Write the fields out.", line)
        elif key in level.keys:
            self.note(
                "YAML-DUPLICATE", f"This is already given on line {level.keys[key]}. Keep one of the two.", line, path
            )
        level.keys.setdefault(key, line)
        level.key = key

    def clean(self, text: str, line: int) -> str:
        return text

    def add(self, value: Any, line: int) -> str:
        """Puts a value in its place; gives its path."""
        if not self.stack:
            self.roots.append(value)
            return ""
        level = self.stack[-1]
        key = len(level.box) if isinstance(level.box, list) else level.key or ""
        path = join(level.path, key)
        self.lines.setdefault(path, level.keys.get(str(key), line))
        if isinstance(level.box, list):
            level.box.append(value)
        else:
            level.box[key] = value
        level.key = None
        return path


class _SourceComposer(_Composer):
    """The same for what comes from outside: every scalar stays text, and the text is checked."""

    def value(self, event: Any, line: int) -> Any:
        return Scalar(self.clean(event.value, line), unquoted=not event.style)

    def clean(self, text: str, line: int) -> str:
        if text.isascii() and text.isprintable():
            return text
        if HALVES.search(text):  # JSON writes what lies beyond U+FFFF as two halves
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        if NOT_IN_TEXT.search(text):
            self.note("YAML-CONTROL", CONTROL, line)
        if too_many_marks(text):  # before normalising, which is slow for a long row of them
            self.note("YAML-CONTROL", MARKS, line)
            return text
        return unicodedata.normalize("NFC", text)


def read_source(raw: bytes, file: str) -> Source:
    """The data of a YAML file that somebody else wrote, every scalar as text, with the line of each path.

    Raises: InvalidData with every problem found, none of which quotes the file.
    """
    text = decoded(raw, file)
    composer = _compose(NOT_IN_A_FILE.sub("\ufffd", text))
    for number, line in enumerate(text.split("\n"), 1):
        if NOT_IN_A_FILE.search(line):
            composer.note("YAML-CONTROL", CONTROL, number)
    if not composer.problems and not (composer.roots and isinstance(composer.roots[0], dict)):
        composer.note(
            "YAML-SHAPE", "The file must hold fields, each with its key, a colon and what it says; see the examples.", 1
        )
    if composer.problems:
        raise InvalidData(sorted(composer.problems, key=lambda problem: problem.line), file)
    return Source(file, composer.roots[0], composer.lines, composer.as_typed)


def _compose(text: str) -> _SourceComposer:
    composer = _SourceComposer(MAX_NODES, MAX_DEPTH)
    if not composer.read(text, _fast_events) and composer.problems[-1].rule == "YAML-SYNTAX" and len(text) <= MAX_EXACT:
        # The C parser knows YAML 1.1 only, where {at: 2026-01-09T05:43} is a fault; 1.2 allows it.
        composer = _SourceComposer(MAX_NODES, MAX_DEPTH)
        composer.read(text, _exact_events)
    return composer


def remarks(text: str) -> list[str]:
    """The comments of a YAML text, in their order, each from its `#` to the end of its line."""
    bare, end = [], 0
    for event in parsed(text):
        if event.__class__.__name__ == "ScalarEvent":
            bare.append(text[end : event.start_mark.index])
            end = max(end, event.end_mark.index)
    return [found.rstrip() for found in REMARK.findall("\n".join([*bare, text[end:]]))]


def parsed(text: str) -> list[Any]:
    """What a parser of YAML tells of a text, piece by piece. Raises: YAMLError."""
    from ruamel.yaml.error import YAMLError

    try:
        return list(_fast_events(text))
    except YAMLError:
        return list(_exact_events(text))


def load(raw: bytes, most: float = math.inf) -> Any:
    """The data of one of our own documents, as JSON would have it; dates stay text, and so do yes and no; of at most so many parts.

    Raises: Unreadable.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Unreadable("the document is not text in UTF-8") from None
    if most == math.inf:
        with suppress(plain_yaml.Odd):
            return plain_yaml.read(text, 2 * MAX_DEPTH)
    composer = _Composer(most, 2 * MAX_DEPTH)
    composer.read(text, _fast_events)
    if composer.problems or not composer.roots:
        found = "".join(f": line {one.line} [{one.rule}]" for one in composer.problems[:1])
        raise Unreadable(f"the document is not YAML as cdr writes it{found}")
    return composer.roots[0]


def dump(data: Mapping[str, Any]) -> bytes:
    """A document as block YAML in UTF-8, keys in their order; `load` gives the same data back.

    Raises: ValueError for a number that is not finite, TypeError for what JSON could not hold either.
    """
    from io import BytesIO

    from _ruamel_yaml import CEmitter
    from ruamel.yaml import events

    stream = BytesIO()
    emitter = CEmitter(stream, encoding="utf-8", allow_unicode=True, width=2**31 - 1, indent=2)
    emitter.emit(events.StreamStartEvent(encoding="utf-8"))
    emitter.emit(events.DocumentStartEvent(explicit=False))
    for event in _node(data, events):
        emitter.emit(event)
    emitter.emit(events.DocumentEndEvent(explicit=False))
    emitter.emit(events.StreamEndEvent())
    return stream.getvalue()


def _node(value: Any, events: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield events.MappingStartEvent(None, None, True, flow_style=not value)
        for key, part in value.items():
            if not isinstance(key, str):
                raise TypeError("a key must be text")
            yield _text(key, events, block=False)
            yield from _node(part, events)
        yield events.MappingEndEvent()
    elif isinstance(value, (list, tuple)):
        yield events.SequenceStartEvent(None, None, True, flow_style=not value)
        for part in value:
            yield from _node(part, events)
        yield events.SequenceEndEvent()
    elif isinstance(value, str):
        yield _text(value, events, block=True)
    else:
        yield events.ScalarEvent(None, None, (True, True), _constant(value), style="")


def _constant(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number must be finite")
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError("a document holds text, numbers, yes/no, lists and groups only")


def _text(text: str, events: Any, block: bool) -> Any:
    style = _style(text, block)
    return events.ScalarEvent(None, None, (True, True), str(text), style=style)


def is_plain(text: str) -> bool:
    """Whether no reader of YAML could mistake a text that stands without quotation marks."""
    return PLAIN.fullmatch(text) is not None and text.lower() not in WORDS


def _style(text: str, block: bool) -> str:
    """Plain where no reader could mistake it, a block for text of several lines, else in double quotation marks."""
    if is_plain(text):
        return ""
    lines = text.split("\n")
    # What ends in empty lines would take the line ends behind the document (its padding) for its own.
    tidy = lines[-2:] != ["", ""] and all(line.isprintable() and line == line.rstrip() for line in lines)
    return "|" if block and len(lines) > 1 and tidy and text[:1].strip() else '"'
