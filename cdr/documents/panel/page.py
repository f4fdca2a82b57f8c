"""A paper for the panel as one page for a browser: read on a tablet, or by a screen reader; locked, it opens with a pass-phrase.

What it says comes in as data and is put into the page as text, never as markup, by the page's own script; nothing is asked of any network.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cdr import resources
from cdr.documents.offline_page import inert
from cdr.documents.panel.paper import Paper, to_data
from cdr.documents.web_page import as_it_is, web_page

SCHEMA = "cdr-papers/1"


def to_html(paper: Paper) -> bytes:
    """The page, which anybody can read who has it."""
    return _page(paper.title, {"paper": to_data(paper)}, ())


def to_locked_html(paper: Paper, meeting: str, lock: Callable[[bytes], bytes]) -> bytes:
    """The page with everything locked but its meeting's id: not whose papers they are, and no case; `lock` makes an armoured message."""
    told = json.dumps({"schema": SCHEMA, "paper": to_data(paper)}, ensure_ascii=False).encode()
    openpgp = resources.read_bytes("templates", "offline-form", "openpgp.min.js").decode()
    return _page(
        f"Papers for the panel, {meeting}", {"locked": lock(told).decode("ascii"), "schema": SCHEMA}, (openpgp,)
    )


def _page(title: str, data: dict[str, Any], others: tuple[str, ...]) -> bytes:
    style, script = _text("papers.css"), _text("papers.js")
    scripts = (*others, script)
    values = {"title": title, "data": as_it_is(inert(data)), "scripts": [as_it_is(one) for one in scripts]}
    return web_page("panel", "papers.html", values, style, scripts).encode()


def _text(name: str) -> str:
    return resources.read_bytes("templates", "panel", name).decode()
