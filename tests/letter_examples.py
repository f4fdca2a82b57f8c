"""The example documents as bodies, and letters made from them."""

from __future__ import annotations

import copy
import dataclasses
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from unit.domain_data import policy

from cdr import resources
from cdr.documents.letters.wording import Rules
from cdr.domain.case import gates
from cdr.domain.letters import letter_facts, letters, organisations, support
from cdr.domain.letters.letter_facts import Standing
from cdr.domain.letters.letter_kinds import LetterRules
from cdr.domain.letters.letters import Letter, Recipient
from cdr.domain.rulebook.configuration import Configuration

FOLDER = Path(__file__).parent / "data" / "examples"
CASES = ("sudi", "neonatal", "suicide")
ON = date(2026, 4, 17)
REFERENCE = "2026-7K3M"


class _DatesAsText(SafeConstructor):
    """Dates stay the strings that they are in a document's body."""


_DatesAsText.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


@cache
def _loaded(text: bytes) -> Any:
    try:
        return _yaml(pure=False).load(text)
    except YAMLError:  # the fast parser refuses a time in a flow mapping, which people write
        return _yaml(pure=True).load(text)


def _yaml(pure: bool) -> YAML:
    yaml = YAML(typ="safe", pure=pure)
    yaml.Constructor = _DatesAsText
    return yaml


def _read(text: bytes) -> dict[str, Any]:
    """A document's body, which the caller may change: what is read once is copied each time."""
    return dict(copy.deepcopy(_loaded(text)))


def rules(name: str) -> dict[str, Any]:
    """One of the shipped files of rules."""
    return _read(resources.read_bytes("rules", f"{name}.yaml"))


AGES = policy().ages
ORGANISATIONS = organisations.organisations(rules("support-organisations"))
LETTER_RULES = LetterRules.from_rules(rules("letters"))
WORDS = Rules.from_document(rules("forbidden-words"))


def example(name: str) -> dict[str, Any]:
    return _read((FOLDER / f"{name}.yaml").read_bytes())


def form_a(name: str) -> dict[str, Any]:
    return example(f"form-a-{name}")


def changed(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with `child__sex="female"` set at child.sex."""
    result = copy.deepcopy(body)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = result
        for key in parents:
            place = place.setdefault(key, {})
        place[last] = value
    return result


def configuration() -> Configuration:
    return Configuration.from_document(example("store"))


def from_case(body: dict[str, Any], case: dict[str, Any] | None = None, **told: Any) -> Standing:
    """How a case stands that was opened with this notification, or as `case` has it; `told` is put in its place."""
    opened = {"gates": gates.opening_gates(body), **(case or {})}
    found = letter_facts.standing(body, opened, {"requests": []}, None, ON, LETTER_RULES)
    return dataclasses.replace(found, **told)


def letter_for(
    body: dict[str, Any], recipient: Recipient | None = None, draft: bool = False, store: Any = None
) -> Letter:
    return letters.compose(
        body,
        store or configuration(),
        recipient or letters.recipients(body)[0],
        ON,
        support.choose(body, ORGANISATIONS, AGES),
        AGES,
        draft=draft,
        reference=REFERENCE,
        case=from_case(body),
    )
