"""An offline form: one HTML file that somebody fills in with a browser, without a network, and that saves encrypted to the members.

What every such form has stands in `templates/offline-form`: its fields, how it looks, checks and saves. A form has its own layout and scripts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cdr import resources
from cdr.documents.web_page import Keep, as_it_is, filled
from cdr.records import dataclass, field

FOLDER = "offline-form"
SCRIPTS = ("fields", "page")
BLOCK = 4


@dataclass(frozen=True)
class OfflinePage:
    """What one form's page is made of.

    `folder` of `templates` has its `form.html` and its `scripts`, `on_paper` stands at the foot of each printed page, `form` and `values`
    are what the layout tells, `fingerprints` those of the members' keys, and `data` what the scripts work with, as `inert` gives it.
    """

    folder: str
    scripts: tuple[str, ...]
    title: str
    on_paper: str
    form: object
    fingerprints: tuple[str, ...]
    data: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_html(self, keep: Keep | None = None) -> bytes:
        """The whole file; the same page gives the same bytes. `keep` has again what is the same in every one."""
        style = _text(FOLDER, "form.css").replace("REFERENCE", _in_css(self.on_paper))
        openpgp, script = _text(FOLDER, "openpgp.min.js"), _script(self.folder, self.scripts)
        values = {
            **self.values,
            "form": vars(self.form),
            "title": self.title,
            "fingerprints": [in_blocks(one) for one in self.fingerprints],
            "openpgp": as_it_is(openpgp),
            "script": as_it_is(script),
            "data": as_it_is(self.data),
        }
        return filled(self.folder, "form.html", values, style, (openpgp, script), keep).encode()


@cache
def _script(folder: str, names: tuple[str, ...]) -> str:
    parts = [*(_text(FOLDER, f"{name}.js") for name in SCRIPTS), *(_text(folder, f"{name}.js") for name in names)]
    return "(() => {\n" + "\n".join(parts) + "})();\n"


def _text(folder: str, name: str) -> str:
    return resources.read_bytes("templates", folder, name).decode()


def in_blocks(fingerprint: str) -> str:
    """A fingerprint as it is read out: in blocks of four."""
    return " ".join(fingerprint[at : at + BLOCK] for at in range(0, len(fingerprint), BLOCK))


def _in_css(text: str) -> str:
    """The text inside a quoted CSS string, with everything escaped that is no letter, digit, space or hyphen."""
    return "".join(one if one.isascii() and (one.isalnum() or one in " -") else f"\\{ord(one):06x}" for one in text)


def inert(page: dict[str, Any]) -> str:
    """A page's data as JSON in which nothing can end the element that holds it."""
    text = json.dumps(page, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def for_script(value: Any) -> Any:
    """What the scripts need of a form's questions: without what is empty, and with the last step of each question's path beside it."""
    if isinstance(value, list | tuple):
        return [for_script(part) for part in value]
    if not isinstance(value, dict):
        return value
    kept = {key: for_script(part) for key, part in value.items() if not _empty(part)}
    if "questions" in value or "asked" in value:
        kept.setdefault("questions", [])
    return kept | ({"key": value["path"].rpartition(".")[2]} if "path" in value else {})


def _empty(value: Any) -> bool:
    return value is None or value is False or value in ("", ())
