"""Tagged PDF from a layout and data, in memory: nothing readable is put on a disk on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from cdr import resources
from cdr.documents.printed import Printed, printable
from cdr.errors import ConditionsNotMet

STANDARD = "ua-1"  # PDF/UA-1: headings, lists, title and language are there for a screen reader


def make_pdf(layout: bytes, data: Mapping[str, Any], on: date, pictures: Mapping[str, bytes] | None = None) -> Printed:
    """A PDF/UA-1 document; the same layout, data and date give the same bytes.

    `data` reaches the layout as JSON (`json(bytes(sys.inputs.data))`) and is never read as markup. A letter that the fonts
    lack stands there as its code. `pictures` reach it by their names, as lists of bytes
    (`sys.inputs.pictures`). Raises: ConditionsNotMet where the text cannot be set.
    """
    result = _compile(layout, data, on, pictures, format="pdf", pdf_standards=[STANDARD])
    return Printed.of(result if isinstance(result, bytes) else result[0], data)


def make_pictures(layout: bytes, data: Mapping[str, Any], on: date, dots_per_inch: int = 72) -> list[bytes]:
    """The same pages as PNG pictures, to look at."""
    result = _compile(layout, data, on, format="png", ppi=dots_per_inch)
    return [result] if isinstance(result, bytes) else list(result)


def _compile(
    layout: bytes, data: Mapping[str, Any], on: date, pictures: Mapping[str, bytes] | None = None, **how: Any
) -> Any:
    import typst

    moment = datetime.combine(on, time(12), tzinfo=UTC)
    try:
        return typst.compile(
            layout,
            root=str(resources.folder("templates") / "letters"),
            sys_inputs={
                "data": json.dumps(printable(data), ensure_ascii=False),
                "pictures": json.dumps({name: list(raw) for name, raw in (pictures or {}).items()}),
            },
            font_paths=[str(resources.folder("templates") / "fonts")],
            ignore_system_fonts=True,
            timestamp=int(moment.timestamp()),
            **how,
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise RuntimeError("the layout of a PDF is not right") from None  # its own message quotes the data
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # which has no better name: the setter itself stumbled
            raise
    raise ConditionsNotMet(
        "The PDF cannot be made.",
        ["A text in it cannot be set: it may be one letter or sign many thousand times over."],
        "Make it in another format, and look for that text; or print it from a browser or a word processor.",
    )
