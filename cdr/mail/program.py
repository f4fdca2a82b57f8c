"""The programs that cdr.yaml names for sending: their words, without a shell."""

from __future__ import annotations

import shlex

from cdr.errors import WrongConfiguration


def words(command: str) -> list[str]:
    """A command line's words, as a shell would part them. Raises: WrongConfiguration."""
    try:
        found = shlex.split(command)
    except ValueError:
        found = []
    if not found:
        raise WrongConfiguration(
            "A command under mail in cdr.yaml cannot be read.", "Write a program and its options, quotes closed."
        )
    return found
