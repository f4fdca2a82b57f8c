"""A process that has read all of cdr and waits: it splits in two for each command that it is told of, so that none has to begin from nothing.

Asked on stdin with a line of JSON: the words of the command, the environment, and the file that takes what is said. Answers with a line for the
process that will run it, which stands still until it is let go on, and with another for how that one ended.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import sys
from importlib import import_module

import cdr
from cdr import cli, resources

# What cdr reads only where it is needed, but for what begins threads of its own.
LATER = (
    "jsonschema",
    "jsonschema.validators",
    "referencing",
    "ruamel.yaml",
    "jinja2.sandbox",
    "markdown_it",
    "tabulate",
    "docx",
    "PIL.Image",
    "lxml.etree",
    "pikepdf",
    "email.message",
    "tempfile",
)


def _told_to(words: list[str], environment: dict[str, str], said: str) -> int:
    """In the process of its own: stand still, and then be `cdr`."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for number, (path, flags) in enumerate((("/dev/null", os.O_RDONLY), (said, os.O_WRONLY), (said, os.O_WRONLY))):
        descriptor = os.open(path, flags | os.O_APPEND)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.kill(os.getpid(), signal.SIGSTOP)
    return cli.run(words)


def _waits() -> None:
    for module in pkgutil.walk_packages(cdr.__path__, "cdr."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in LATER:
        import_module(name)
    resources.edition()
    while asked := os.read(0, 1 << 20):
        process = os.fork()
        if not process:
            sys.exit(_told_to(*json.loads(asked)))
        os.write(1, f"{process}\n".encode())
        _, status = os.waitpid(process, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    _waits()
