"""The annual report and the timeline as pages on a small screen: nothing lies outside it, and nobody is shut out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from browser.driving import drive
from unit.test_report import SOME, WORDS, made
from unit.timeline_cases import RETURNS, told
from unit.timeline_cases import made as made_timeline

from cdr.documents.report.report import render
from cdr.documents.timeline.timeline import render as render_timeline

LONG = """\
## Whatwassaidbytheparentswhosechildrendiedintheyearandbytheirbrothersandsisters

A page: <https://example.org/a/very/long/address/that/nobody/would/type/by/hand/and/that/has/no/space/in/it.html>

* One
    * Two
        * Three
            1. Four: incomprehensibilitiesincomprehensibilitiesincomprehensibilities

| What | Before | Now | Next year, as far as anybody can tell today |
|------|-------:|----:|---------------------------------------------|
| Key worker named | 12 | 31 | incomprehensibilities incomprehensibilities |
"""


def test_nothing_lies_outside_a_small_screen(tmp_path: Path) -> None:
    some = [replace(one, jar=None) if n % 3 == 1 else one for n, one in enumerate(SOME)]
    report = made(some, WORDS | {"what_was_done": LONG, "sections": [{"title": "Voices", "text": LONG}]}, years=8)
    timeline = made_timeline(None, [*RETURNS, told("high-street-surgery", ("2025-05-01", "Seen " + "x" * 90))], True)
    pages = {"report": render(report, "html"), "timeline": str(render_timeline(timeline, "html")).encode()}
    files = {name: str(tmp_path / f"{name}.html") for name in pages}
    for name, raw in pages.items():
        Path(files[name]).write_bytes(raw)
    seen = drive("small", files=files, folder=str(tmp_path))
    assert seen["over"] == {"report": [], "timeline": []}
    assert all(found == [] for found in seen["axe"].values()), seen["axe"]
