"""A paper for the panel as one page for a browser: read on a tablet, or by a screen reader; locked, it opens with a pass-phrase.

What it says comes in as data and is put into the page as text, never as markup, by the page's own script; nothing is asked of any network.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from typing import Any

from cdr import resources
from cdr.documents.offline_page import inert
from cdr.documents.panel.paper import Paper, Sheets, alone, to_data
from cdr.documents.web_page import as_it_is, web_page

SCHEMA = "cdr-papers/1"


def to_html(paper: Paper, on: date) -> bytes:
    """The page, which anybody can read who has it. Raises: as `to_pdf`, for what is read as it came."""
    return _page(paper.title, {"paper": _data(paper, on)}, ())


def to_locked_html(paper: Paper, meeting: str, on: date, lock: Callable[[bytes], bytes]) -> bytes:
    """The page with everything locked but its meeting's id: not whose papers they are, and no case; `lock` makes an armoured message."""
    told = json.dumps({"schema": SCHEMA, "paper": _data(paper, on)}, ensure_ascii=False).encode()
    openpgp = resources.read_bytes("templates", "offline-form", "openpgp.min.js").decode()
    return _page(
        f"Papers for the panel, {meeting}", {"locked": lock(told).decode("ascii"), "schema": SCHEMA}, (openpgp,)
    )


def _data(paper: Paper, on: date) -> dict[str, Any]:
    """What the page shows; what is read as it came lies in it as PDFs, marked as the paper is."""
    files = [b64encode(alone(paper, part, on)).decode() for part in paper.parts if isinstance(part, Sheets)]
    return {**to_data(paper), "files": files}


def _page(title: str, data: dict[str, Any], others: tuple[str, ...]) -> bytes:
    style, script = _text("papers.css"), _text("papers.js")
    scripts = (*others, script)
    values = {"title": title, "data": as_it_is(inert(data)), "scripts": [as_it_is(one) for one in scripts]}
    return web_page("panel", "papers.html", values, style, scripts).encode()


def _text(name: str) -> str:
    return resources.read_bytes("templates", "panel", name).decode()
