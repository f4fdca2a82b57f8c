"""A file of rows as the tests read it, and workbooks that they make."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from cdr.documents.incoming import sheets
from cdr.errors import InvalidData


def rows(raw: bytes) -> list[tuple[int, tuple[str, ...]]]:
    (sheet,) = sheets.read(raw, "register").sheets
    return [(row.number, row.cells) for row in sheet.rows]


def refused(raw: bytes) -> str:
    with pytest.raises(InvalidData) as error:
        sheets.read(raw, "register")
    assert [problem.rule for problem in error.value.problems] == ["REG-FILE"]
    return error.value.problems[0].message


def book(fill: Callable[[Any], object]) -> bytes:
    made = Workbook()
    fill(made.active)
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
