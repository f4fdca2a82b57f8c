"""Web pages as cdr writes them: one file with a strict policy, which lets in its own style and scripts and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr import resources
from cdr.expressions import expression

if TYPE_CHECKING:
    from markupsafe import Markup

# How what was worked out once is had again: by a name, by what it was worked out from, and how it is.
Keep = Callable[[str, Iterable[bytes], Callable[[], Any]], Any]
SLOT = "\ue000{}\ue001"
SLOTS = expression("\ue000(.*?)\ue001")
STYLE = expression(r"<style>(.*?)</style>", re.DOTALL)
ALWAYS = "default-src 'none'; connect-src 'none'; img-src 'none'; form-action 'none'; base-uri 'none'"
TRUSTED = "require-trusted-types-for 'script'; trusted-types 'none'"


def web_page(
    folder: str,
    name: str,
    values: Mapping[str, Any],
    style: str | None = None,
    scripts: Sequence[str] = (),
    pictures: bool = False,
) -> str:
    """A layout of `templates` with its values, each of them escaped; `{{ head }}` in it is what every page begins with. It may extend another.

    The style stands in the layout as it is, or is given and stands at `{{ style }}`; `scripts` are those that the layout
    takes in. Both are known by their digests, so that nothing else that looks like one does anything. `pictures` may stand in the
    page itself, and come from nowhere else.
    """
    layout = resources.read_bytes("templates", folder, name).decode()
    found = STYLE.search(layout)
    written = style if style is not None else found[1] if found else ""
    given = {**values, "head": as_it_is(head([written], scripts, pictures))}
    text: str = (
        _environment().from_string(layout).render(given if style is None else {**given, "style": as_it_is(style)})
    )
    return text


def filled(
    folder: str, name: str, values: Mapping[str, Any], style: str, scripts: Sequence[str], keep: Keep | None = None
) -> str:
    """The same of a layout that does nothing with its values but say them: its words are put together once, and its values put in between.

    `keep` has those words again in a later run, so that they are not put together for each page.
    """
    from markupsafe import escape

    given = {**values, "head": as_it_is(head([style], scripts)), "style": as_it_is(style)}
    said = dict(_said(given))

    def between() -> list[str]:
        layout = resources.read_bytes("templates", folder, name).decode()
        return SLOTS.split(_environment().from_string(layout).render(_with_slots(given)))

    known_by = ("\0".join([folder, name, *sorted(said)]).encode(), resources.edition_of_documents())
    parts = keep("page", known_by, between) if keep else between()
    return "".join(str(escape(said[part])) if number % 2 else part for number, part in enumerate(parts))


def _said(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in values, groups and lists, by its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping | list | tuple):
        for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _said(part, f"{path}.{key}")


def _with_slots(value: Any, path: str = "") -> Any:
    """The same values with a slot in place of each text; what is no text is left out, so that no layout can say it."""
    if isinstance(value, Mapping):
        parts = {key: _with_slots(part, f"{path}.{key}") for key, part in value.items()}
        return {key: part for key, part in parts.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_with_slots(part, f"{path}.{number}") for number, part in enumerate(value)]
    return as_it_is(SLOT.format(path)) if isinstance(value, str) else None


def head(styles: Sequence[str], scripts: Sequence[str] = (), pictures: bool = False) -> str:
    """The first lines of a page's head: its letters, its policy, and that it is passed on to nobody."""
    return "\n".join(
        [
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(styles, scripts, pictures)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="robots" content="noindex">',
        ]
    )


def as_it_is(text: str) -> Markup:
    """Our own text, or text that is escaped already, to be put in as it is."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704


def _policy(styles: Sequence[str], scripts: Sequence[str], pictures: bool) -> str:
    kinds = ((kind, parts) for kind, parts in (("script-src", scripts), ("style-src", styles)) if parts)
    allowed = [f"{kind} {' '.join(map(_digest, parts))}" for kind, parts in kinds]
    always = ALWAYS.replace("img-src 'none'", "img-src data:") if pictures else ALWAYS
    return "; ".join([always, *allowed, TRUSTED])


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _environment() -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(_layout),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _layout(name: str) -> str:
    """A layout that another one extends, by its folder and name."""
    return resources.read_bytes("templates", *name.split("/")).decode()
