"""An Excel workbook (.xlsx) as rows of text, read as a stream and within limits; nothing in it is ever run, fetched or believed.

A few thousand bytes can say that they are a sheet of seventeen thousand million cells. So the parts are unpacked only as far as a register
needs, their XML goes through the parser of Python's own library piece by piece, and reading stops at the first thing that no register
has. Strict Open XML has other names for the same parts and is read as well.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from cdr.documents.incoming.archives import Archive, Damaged, TooMuch
from cdr.documents.incoming.rows import MOST_IN_ALL, Book, Sheet, refused
from cdr.documents.incoming.xlsx_cells import EPOCH, EPOCH_1904, Cells, Meaning
from cdr.documents.incoming.xlsx_xml import DAMAGED, Named, Reader, Refused, Strings, Styles, parse
from cdr.records import dataclass

LARGEST_SAID, LARGEST_READ = 200_000_000, 48_000_000
MOST_TAGS, MOST_TAGS_BESIDE = 3_000_000, 200_000

LOCKED = "The workbook is damaged or locked with a password. Save it again as .xlsx, or as CSV."
FAR_TOO_MUCH = "Unpacked, the workbook is far larger than a register is. Save the register alone as CSV."
MACROS = "The workbook holds macros. Save it as an Excel workbook without them (.xlsx), or as CSV."
NO_WORKBOOK = "This is no Excel workbook (.xlsx). Save the register as .xlsx or as CSV."


def read(raw: bytes, file: str) -> Book:
    """The sheets of a workbook that are not hidden. Raises: InvalidData, which says what to do and quotes nothing."""
    try:
        archive = Archive(raw, LARGEST_READ)
        if archive.said_bytes > LARGEST_SAID:
            raise TooMuch
        return _Workbook(archive).book()
    except Damaged as error:
        raise refused(file, LOCKED) from error
    except TooMuch as error:
        raise refused(file, FAR_TOO_MUCH) from error
    except Refused as error:
        raise refused(file, error.why, error.row) from error


# ---- the package -----------------------------------------------------------------------------------------------------


@dataclass
class _Workbook:
    archive: Archive
    tags: int = 0

    def book(self) -> Book:
        names = self.archive.names
        if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise Refused(NO_WORKBOOK)
        types = self.archive.read("[Content_Types].xml")
        if any(name.endswith("vbaproject.bin") for name in names) or b"macroenabled" in types.lower():
            raise Refused(MACROS)
        if not types:
            raise Refused(DAMAGED)
        parse(types, Named([]))
        main = next(
            (to for kind, to in self.relations("", "_rels/.rels").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        listed = Named(["sheet", "workbookPr"])
        self.parse(main, listed)
        folder, name = posixpath.split(main)
        relations = self.relations(folder, f"{folder}/_rels/{name}.rels")
        meaning = self.meaning(relations, listed)
        visible = [one for one in listed.found["sheet"] if one.get("state", "visible") == "visible"]
        hidden = len(listed.found["sheet"]) - len(visible)
        found, notes = (
            [],
            [f"{hidden} hidden {'sheet was' if hidden == 1 else 'sheets were'} not read"] if hidden else [],
        )
        for one in visible:
            kind, part = relations.get(next((of for key, of in one.items() if key.endswith(":id")), ""), ("", ""))
            if kind == "worksheet":
                sheet = self.sheet(part, meaning)
                found.append(Sheet(one.get("name", ""), tuple(sheet.with_faults())))
                notes += sheet.notes()
        return Book(tuple(sheet for sheet in found if sheet.rows), tuple(notes))

    def relations(self, folder: str, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the file, by its id: the kind, and the path."""
        listed = Named(["Relationship"])
        self.parse(part, listed)
        return {
            one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], _path(folder, one.get("Target", "")))
            for one in listed.found["Relationship"]
            if one.get("TargetMode", "Internal") == "Internal"
        }

    def meaning(self, relations: Mapping[str, tuple[str, str]], listed: Named) -> Meaning:
        """What numbers of strings and styles stand for in this workbook."""
        parts = {kind: path for kind, path in relations.values()}
        strings, styles = Strings(), Styles()
        self.parse(parts.get("sharedStrings", "xl/sharedStrings.xml"), strings)
        self.parse(parts.get("styles", "xl/styles.xml"), styles)
        of_1904 = any(one.get("date1904", "0") in ("1", "true", "on") for one in listed.found["workbookPr"])
        return Meaning(strings.texts, styles.dates(), EPOCH_1904 if of_1904 else EPOCH)

    def sheet(self, part: str, meaning: Meaning) -> Cells:
        cells = Cells(meaning)
        self.parse(part, cells)
        return cells

    def parse(self, part: str, reader: Reader) -> None:
        """Gives a part to its reader. Raises: Refused, Damaged, TooMuch."""
        data = self.archive.read(part)
        tags = data.count(b"<")
        self.tags += tags
        if self.tags > MOST_TAGS or (tags > MOST_TAGS_BESIDE and not isinstance(reader, (Cells, Strings))):
            raise TooMuch
        if isinstance(reader, Cells) and data.count(b"<v>") + data.count(b"<is>") > MOST_IN_ALL:
            raise TooMuch
        if data:
            parse(data, reader)


def _path(folder: str, target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
