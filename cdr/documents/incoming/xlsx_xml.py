"""The XML parts of a workbook, read piece by piece through the parser of Python's own library, and never deeper or longer than Excel writes them."""

from __future__ import annotations

import re
from xml.parsers import expat

from cdr.expressions import expression

PIECE, LONGEST_TAG, DEEPEST = 65_536, 1_048_576, 64
LONGEST_FORMAT = 255  # of the letters that Excel takes for the look of a number
ESCAPED = expression(r"_x([0-9A-Fa-f]{4})_")
QUOTED = expression(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\[\]]*\]', re.IGNORECASE)
DATE_LETTERS = expression(r"[dmyhs]", re.IGNORECASE)
DATE_IDS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))

DAMAGED = "The workbook is damaged, or is no spreadsheet. Save it again as .xlsx, or as CSV."
ODD = "The workbook holds something that Excel does not write. Save it again as .xlsx, or as CSV."


class Refused(Exception):
    """Reading stops: why, and the row where there is one."""

    def __init__(self, why: str, row: int = 0) -> None:
        super().__init__(why)
        self.why, self.row = why, row


class Reader:
    """Takes the tags of a part in; names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def parse(data: bytes, reader: Reader) -> None:
    """Gives every tag and text of a part to its reader. Raises: Refused where Excel would not write such a part."""
    depth, told = 0, 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, told
        depth, told = depth + 1, told + 1
        if depth > DEEPEST:
            raise Refused(ODD)
        reader.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth, told
        depth, told = depth - 1, told + 1
        reader.end(name.rpartition(":")[2])

    def text(said: str) -> None:
        nonlocal told
        told += 1
        reader.text(said)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        quiet = 0
        for place in range(0, len(data), PIECE):
            before = told
            parser.Parse(data[place : place + PIECE], False)
            quiet = quiet + 1 if told == before else 0
            if quiet * PIECE > LONGEST_TAG:  # each piece would be looked through again from its tag's beginning
                raise Refused(ODD)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused(DAMAGED) from error


def _no_document_type(*of: object) -> None:
    raise Refused(ODD)


class Named(Reader):
    """The attributes of the tags with some names, in their order."""

    def __init__(self, names: list[str]) -> None:
        self.found: dict[str, list[dict[str, str]]] = {name: [] for name in names}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in self.found:
            self.found[name].append(attributes)


class Strings(Reader):
    """The shared strings, each with its runs put together and without the reading aids of Japanese (`rPh`)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.wanted = self.aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.aside = self.aside or name == "rPh"
        self.wanted = name == "t" and not self.aside

    def end(self, name: str) -> None:
        self.wanted = False
        if name == "rPh":
            self.aside = False
        elif name == "si":
            self.texts.append(unescaped("".join(self.parts)))
            self.parts.clear()

    def text(self, text: str) -> None:
        if self.wanted:
            self.parts.append(text)


class Styles(Reader):
    """Which styles of cells show a number as a date or a time."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.used: list[str] = []
        self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        self.inside = self.inside and name != "cellXfs"

    def dates(self) -> frozenset[str]:
        """The numbers of those styles, as cells name them."""
        known = {one: self._is_date(one) for one in set(self.used)}
        return frozenset(str(number) for number, one in enumerate(self.used) if known[one])

    def _is_date(self, number: str) -> bool:
        code = self.formats.get(number)
        if code is None:
            return number.isdigit() and int(number) in DATE_IDS
        return bool(DATE_LETTERS.search(QUOTED.sub("", code.partition(";")[0][:LONGEST_FORMAT])))


def unescaped(text: str) -> str:
    """Excel's way to write a letter that XML cannot hold: `_x000D_`, and `_x005F_` for the line that begins such a word."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
