"""Modules of Python's library that are loaded when somebody first uses them, and not because a library that is loaded names them.

Click names `inspect` for one short function, `uuid` asks `platform` one question, `pathlib` names `ipaddress` for addresses that cdr never has:
together with what these load that was a quarter of the time that click takes to load. Until one is used, a module stands in its place
that has what is asked of it while others load; whatever else is asked of it loads the real one, and that takes its place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

NO_PACKAGE = "__path__"


def put_off() -> None:
    """Put what stands in for them where Python looks; what was loaded already stays as it is."""
    for name, has in STANDING_IN.items():
        if name not in sys.modules:
            sys.modules[name] = StandingIn(name, has)


class StandingIn(ModuleType):
    """A module that is not loaded yet."""

    def __init__(self, name: str, has: Mapping[str, object]) -> None:
        super().__init__(name, None)
        vars(self).update(has)

    def __getattr__(self, asked: str) -> object:
        if asked == NO_PACKAGE:  # Python asks it of each module from which one name is taken
            raise AttributeError(asked)
        name = self.__name__
        if sys.modules.get(name) is self:
            del sys.modules[name]
        found: object = getattr(import_module(name), asked)
        return found


def cleandoc(text: str) -> str:
    """What `inspect.cleandoc` makes of a text: without the indentation that its lines have in common, and without empty lines around it."""
    first, *others = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip()) for line in others if line.lstrip()), default=0)
    lines = [first.lstrip(), *(line[margin:] for line in others)]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines)


def as_written(text: str) -> str:
    """What `gettext.gettext` makes of a text where there are no translations: cdr speaks English, and so does what it is built on."""
    return text


def one_or_more(one: str, more: str, count: int) -> str:
    """The same of `gettext.ngettext`."""
    return one if count == 1 else more


STANDING_IN: Mapping[str, Mapping[str, object]] = {
    "inspect": {"cleandoc": cleandoc},
    "platform": {"system": lambda: os.uname().sysname},
    "gettext": {"gettext": as_written, "ngettext": one_or_more},
    "ipaddress": {},
    "ntpath": {},
    "fnmatch": {},
    "locale": {},
    "shutil": {},
    "shlex": {},
}
