"""The letters that a clock of the process calls for, by the rules as they ship: what a question about all steps asks of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def that_serve(
    rules: Mapping[str, Any], clock: str, marked_with: Collection[str], ends: Mapping[str, Collection[str]]
) -> list[str]:
    """How the letters are asked for that a clock calls for: the words behind `cdr letter REF`; `rules` are those of `rules/letters.yaml`.

    `ends` gives by kind the clocks that a final letter ends (`other`: every other kind); `marked_with` are the milestones that end this
    clock, one of which may be what a kind is followed by. The first letter to the family needs no word.
    """
    own = [
        kind
        for kind in rules["kinds"]
        if clock in ends.get(kind["kind"], ()) or {*kind.get("then", ())} & {*marked_with}
    ]
    first = [""] if clock in ends["other"] else []
    return [*first, *(f"--kind {kind['kind']}{' --from FILE' if kind.get('words') else ''}" for kind in own)]
