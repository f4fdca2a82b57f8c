"""What a wording may ask of the template engine: fields, conditions, and loops over the lists that it is given.

Nothing else of that engine's language is taken in. What makes lists out of lists, calls or reckons can be asked for more work than
a lifetime has in one step, which no limit on time interrupts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from cdr.forms.text_in import NOT_IN_TEXT
from cdr.forms.yaml_faults import CONTROL

if TYPE_CHECKING:
    from jinja2 import Template, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

PARTS = frozenset(
    {
        "Template", "Output", "TemplateData", "Name", "Getattr", "Getitem", "Const", "If", "For", "CondExpr", "Compare", "Operand",
        "And", "Or", "Not", "Concat", "Assign", "Filter", "Test",
    }
)  # fmt: skip
FILTERS = frozenset(
    {"capitalize", "default", "first", "join", "last", "length", "lower", "replace", "title", "trim", "upper"}
)

MORE = "a wording has fields, conditions and loops over lists, and nothing else; see the notes at its top"


class NotOfAWording(Exception):
    """It asks for more than a wording has, or holds letters that act on a screen: what to do, and the line."""

    def __init__(self, words: str, line: int) -> None:
        super().__init__(words)
        self.words, self.line = words, line


@cache
def template(text: str, finalize: Callable[[Any], Any]) -> Template:
    """A wording, ready to be filled in. Raises: NotOfAWording, TemplateSyntaxError."""
    environment = _environment(finalize)
    parsed = environment.parse(text)
    for part in _every(parsed):
        if not _is_of_a_wording(part):
            raise NotOfAWording(MORE, part.lineno)
        said = getattr(part, "data", getattr(part, "value", ""))
        if isinstance(said, str) and (found := NOT_IN_TEXT.search(said)):
            raise NotOfAWording(CONTROL, part.lineno + said.count("\n", 0, found.start()))
    return environment.from_string(parsed)


@cache
def _environment(finalize: Callable[[Any], Any]) -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=False,  # the result is plain text, and the PDF's layout takes it as data
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    return environment


def _every(parsed: nodes.Template) -> Iterator[nodes.Node]:
    from jinja2 import nodes

    return parsed.find_all(nodes.Node)


def _is_of_a_wording(part: nodes.Node) -> bool:
    from jinja2 import nodes

    if isinstance(part, nodes.List | nodes.Tuple):  # `in ("open", "over")`
        return all(isinstance(item, nodes.Const) for item in part.items)
    if isinstance(part, nodes.Filter):
        return part.name in FILTERS
    return type(part).__name__ in PARTS
