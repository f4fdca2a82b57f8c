"""The shipped rules and the example documents for the domain's tests, with dates as strings."""

from __future__ import annotations

import copy
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cdr.domain.case.facts import Cases, Facts, cases_of
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.configuration import Configuration
from cdr.resources import folder

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"


def as_data(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_data(item) for item in value]
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


@cache
def _parsed(path: Path) -> Any:
    # The C parser is five times as fast, and refuses a time in a flow mapping (`{at: 2026-01-09T05:43}`), which people write.
    raw = path.read_bytes()
    try:
        return as_data(YAML(typ="safe").load(raw))
    except YAMLError:
        return as_data(YAML(typ="safe", pure=True).load(raw))


def load(path: Path) -> Any:
    """What a file holds, which the caller may change: what is parsed once is copied each time."""
    return copy.deepcopy(_parsed(path))


def example(name: str) -> Any:
    return load(EXAMPLES / f"{name}.yaml")


def rules() -> Any:
    return load(folder("rules") / "england-2018.yaml")


def bank_holidays() -> Any:
    return load(folder("rules") / "bank-holidays.yaml")


@cache
def policy() -> Policy:
    return Policy.from_rules(rules(), bank_holidays())


@cache
def configuration() -> Configuration:
    return Configuration.from_document(example("store"))


def changed(body: Any, path: str, value: Any) -> Any:
    """A copy of a document with one part set, or taken out with `...`."""
    body = copy.deepcopy(body)
    *way, last = path.split(".")
    part = body
    for key in way:
        part = part[int(key)] if isinstance(part, list) else part.setdefault(key, {})
    if value is ...:
        part.pop(last, None)
    elif isinstance(part, list):
        part[int(last)] = value
    else:
        part[last] = value
    return body


def ids(problems: Any) -> set[str]:
    return {problem.rule for problem in problems}


def cases(kept: dict[str, dict[str, Any]]) -> Cases:
    """The cases of what the index keeps, with as little of a notification and an analysis as a test is about."""
    ncmd = {"missing": [], "told": False, "told_on": None}
    least: dict[str, dict[str, Any]] = {
        "notification": {"facts": {}, "identity": {}, "names": [], "ncmd": ncmd},
        "analysis": {"ncmd": {"missing": []}},
    }
    return cases_of(
        {ref: {kind: {**least.get(kind, {}), **body} for kind, body in kinds.items()} for ref, kinds in kept.items()}
    )


def known(reference: str = "2026-AAAA", /, **kinds: Any) -> Facts:
    """One case of such; a kind that is None is not there."""
    return cases({reference: {kind: body for kind, body in kinds.items() if body is not None}})[reference]
