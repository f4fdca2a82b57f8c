"""Regular expressions that are compiled when they are first used: a command loads some two hundred of them and uses a few.

`expression` stands for `re.compile` where a module is loaded; compiling there was as much processor time as loading ten modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["expression"]

if TYPE_CHECKING:
    from re import compile as expression
else:
    import re

    class expression:  # noqa: N801 - it is called as `re.compile` is
        """What a compiled expression has, found when it is asked for and kept from then on."""

        def __init__(self, written, flags=0):
            self.pattern = written
            self._flags = flags

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            found = getattr(re.compile(self.pattern, self._flags), name)
            setattr(self, name, found)
            return found
