"""Text about a child as somebody gives it: from a file, from standard input, or answered on the terminal; never an argument."""

from __future__ import annotations

import sys

from cdr.errors import InvalidData, Problem, WrongUsage
from cdr.terminal.output import file_name, given

LONGEST = 500_000


def text_from(file: str | None, what: str, longest: int = LONGEST) -> str:
    """The text of a file (`-` is standard input), or what is answered on a terminal where no file is named.

    `what` is what it is, as a title ("The minutes"). Raises: NotFound, InvalidData, WrongUsage without a file and a terminal.
    """
    if file is None and not sys.stdin.isatty():
        raise WrongUsage(f"{what}: give it in a file with --from FILE (- is standard input).")
    raw = given(file) if file is not None else _asked(what)
    name = file_name(file) if file is not None else "the answer"
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").strip()
    except UnicodeDecodeError:
        text, right = "", "this is no plain text; save it as text (UTF-8), or keep the file with: cdr attach"
    else:
        right = f"write up to {longest:,} characters" if text else "there is nothing in it"
    if not text or len(text) > longest or "\0" in text:
        raise InvalidData([Problem("", what, right, "TEXT")], name)
    return text


def _asked(what: str) -> bytes:
    from cdr.terminal.terminal import line

    return line(f"{what} (on one line): ").encode()
