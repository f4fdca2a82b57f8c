"""The example cases as JSON would have them, agencies, rules, and small changes of them."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.resolver import VersionedResolver

from cdr import resources
from cdr.domain.timeline.timeline import Timeline, timeline

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"
HOSPITAL, POLICE, AMBULANCE, GP, SCHOOL = (
    "northtown-general",
    "northshire-police",
    "regional-ambulance",
    "high-street-surgery",
    "northtown-academy",
)


class _NoDates(VersionedResolver):
    def add_version_implicit_resolver(self, version: Any, tag: Any, regexp: Any, first: Any) -> None:
        if not str(tag).endswith(":timestamp"):
            super().add_version_implicit_resolver(version, tag, regexp, first)


@cache
def _read(text: str) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _NoDates
    return json.dumps(yaml.load(text))


def example(name: str) -> dict[str, Any]:
    return dict(json.loads(_read((EXAMPLES / f"{name}.yaml").read_text())))


def rules() -> dict[str, Any]:
    return dict(json.loads(_read(resources.read_bytes("rules", "timeline.yaml").decode())))


AGENCIES = {
    agency["id"]: (agency["name"], agency["type"], agency["type"].replace("_", " ").capitalize())
    for agency in example("store")["agencies"]
}
RETURNS = [example(f"form-b-{name}") for name in ("ambulance", "hospital", "police")]


def form_a(name: str = "sudi", **changes: Any) -> dict[str, Any]:
    form = copy.deepcopy(example(f"form-a-{name}"))
    for path, value in changes.items():
        *above, last = path.split("__")
        place = form
        for key in above:
            place = place[key]
        place[last] = value
    return form


def told(agency: str, *events: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "schema": "form-b/1",
        "agency": agency,
        "response": "full",
        "timeline": [{"at": at, "event": event} for at, event in events],
        **more,
    }


def made(
    form: dict[str, Any] | None = None,
    returns: list[dict[str, Any]] | None = None,
    identified: bool = True,
    **more: Any,
) -> Timeline:
    given = RETURNS if returns is None else returns
    return timeline("2026-7K3M", form or form_a(), given, AGENCIES, rules(), identified, **more)


def whys(form: dict[str, Any] | None = None, *returns: dict[str, Any]) -> list[str]:
    return [conflict.why for conflict in made(form, list(returns)).conflicts]
