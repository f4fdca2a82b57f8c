"""Every setting of an area: what its cdr.yaml says, and what holds where that says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.process.policy import ClockRule, Policy
from cdr.forms.schema_files import shipped
from cdr.records import dataclass

OPTION, ENVIRONMENT, CONFIGURATION, DEFAULT = "option", "environment", "cdr.yaml", "default"
UNITS: Mapping[str, str] = {"h": "hours", "d": "days", "wd": "working days", "m": "months"}
# What holds where a key of mail may be left out and is; for the others nothing does. The rules of mail stand in rules/mail.yaml.
MAIL_WITHOUT: Mapping[str, str] = {"transport": "outbox", "security": "starttls", "only_watch": "no", "thanks": "no"}


@dataclass(frozen=True)
class Setting:
    """One setting: its dotted name, its value as text (None for none), where it comes from, and by which option or variable."""

    name: str
    value: str | None
    source: str
    by: str = ""

    def to_dict(self) -> dict[str, str | None]:
        """The setting as `cdr-config/1` has it."""
        return {"name": self.name, "value": self.value, "from": self.source, "by": self.by or None}


def settings_of(body: Mapping[str, Any], policy: Policy, mail: Mapping[str, Any]) -> list[Setting]:
    """The settings of a cdr.yaml (`body`), then what holds where it says nothing: of mail, chasing and the limits of the process."""
    own = [Setting(name, value, CONFIGURATION) for name, value in _leaves(body) if name != "schema"]
    named = {setting.name for setting in own}
    others = [*_of_mail(body, mail), *_of_chasing(policy), *_of_clocks(policy)]
    return [*own, *(setting for setting in others if setting.name not in named)]


def _leaves(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key))
    elif isinstance(node, list) and any(isinstance(item, Mapping) for item in node):
        for number, item in enumerate(node, 1):
            yield from _leaves(item, f"{name}.{_label(item, number)}")
    elif isinstance(node, list):
        yield name, ", ".join(map(str, node))
    elif node is not None:
        yield name, str(node)


def _label(item: Mapping[str, Any], number: int) -> str:
    return str(item.get("id") or number)


def _of_mail(body: Mapping[str, Any], rules: Mapping[str, Any]) -> Iterator[Setting]:
    transport = (body.get("mail") or {}).get("transport", MAIL_WITHOUT["transport"])
    without: dict[str, str | None] = {
        **MAIL_WITHOUT,
        "from": ((body.get("people") or {}).get("manager") or {}).get("email"),
        "together": "no" if transport == "outbox" else "yes",
        "at_most": str(rules["messages_per_run"]),
    }
    for key in shipped("store/1")["properties"]["mail"]["properties"]:
        yield Setting(f"mail.{key}", without.get(key), DEFAULT)


def _of_chasing(policy: Policy) -> Iterator[Setting]:
    chasing = policy.chasing
    yield Setting("chasing.prompt_weeks", ", ".join(map(str, chasing.prompt_weeks)), DEFAULT)
    yield Setting("chasing.escalation_working_days", str(chasing.escalation_working_days), DEFAULT)


def _of_clocks(policy: Policy) -> Iterator[Setting]:
    for id_, clock in policy.clocks.items():
        if clock.area is None:
            yield Setting(f"clocks.{id_}", _limit(clock), DEFAULT)


def _limit(clock: ClockRule) -> str | None:
    if clock.number is None:
        return None
    return f"{clock.number} {UNITS[clock.unit]} {'before' if clock.before else 'from'}: {clock.trigger}"
