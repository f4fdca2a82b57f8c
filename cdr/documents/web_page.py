"""Web pages as cdr writes them: one file with a strict policy, which lets in its own style and scripts and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr import resources
from cdr.expressions import expression

if TYPE_CHECKING:
    from markupsafe import Markup

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
