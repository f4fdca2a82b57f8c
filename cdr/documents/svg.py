"""Pictures of a page as SVG with real text: elements, and the head by which a picture says in words what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def element(name: str, content: str | None = None, /, **attributes: object) -> str:
    """One element; `content` is SVG already, and a name in Python's letters (`class_`, `font_size`) becomes SVG's."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{said}/>" if content is None else f"<{name}{said}>{content}</{name}>"


def text(words: str, /, **attributes: object) -> str:
    """A line of text, escaped."""
    return element("text", escape(words, quote=False), **attributes)


def picture(
    id_: str, title: str, description: str, body: Iterable[str], between: str = "", /, **attributes: object
) -> str:
    """A whole picture: whoever cannot see it hears its title and the same in words; `id_` is its own on the page."""
    heard = f"{id_}-title {id_}-desc"
    head = [
        element("title", escape(title, quote=False), id=f"{id_}-title"),
        element("desc", escape(description, quote=False), id=f"{id_}-desc"),
    ]
    inside = between.join(["", *head, *body, ""])
    return element("svg", inside, xmlns="http://www.w3.org/2000/svg", **attributes, role="img", aria_labelledby=heard)
