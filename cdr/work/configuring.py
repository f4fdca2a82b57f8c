"""Changes of cdr.yaml that commands make: whole, valid, one signed commit each, and every other character stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.errors import OWN_CHANGE, ConditionsNotMet, InvalidData
from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.store.store import Store

Agencies = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Changed:
    """cdr.yaml with a change: its bytes, and which fields of the agency are different."""

    raw: bytes
    fields: tuple[str, ...]


def agency_with(raw: bytes, agencies: Agencies, agency: str, new: Mapping[str, str]) -> Changed:
    """cdr.yaml with new values of an agency's fields, those that say something else."""
    from cdr.forms.comments import with_fields

    number = next(n for n, item in enumerate(agencies) if item["id"] == agency)
    different = {key: value for key, value in new.items() if agencies[number].get(key) != value}
    return Changed(with_fields(raw, "agencies", number, different) if different else raw, tuple(different))


def record(app: App, change: Callable[[bytes, Agencies], Changed]) -> tuple[str, ...]:
    """Change the recorded cdr.yaml, whole and valid; the fields that are different. Raises: InvalidData."""
    from cdr.store import layout
    from cdr.store.transaction import Change

    store = app.store
    with store.writing():
        store.require_member()
        raw = store.configuration()
        refuse_unrecorded(store)
        changed = change(raw, read(app, raw)["agencies"])
        if changed.raw != raw:
            read(app, changed.raw)
            store.commit(Change("agency", open_files={layout.CONFIGURATION: changed.raw}))
    for kept in ("configuration", "configuration_document", "policy"):
        app.__dict__.pop(kept, None)  # what was read before the change is not so any more
    return changed.fields


def refuse_unrecorded(store: Store) -> None:
    """Stop where somebody is changing cdr.yaml by hand: what they have written would be lost. Raises: ConditionsNotMet."""
    from cdr.store import layout

    if (store.folder / layout.CONFIGURATION).is_file() and store.changed_files(layout.CONFIGURATION):
        raise ConditionsNotMet(
            "cdr.yaml was changed by hand and not recorded; nothing was changed.",
            [],
            f"{OWN_CHANGE} first: git commit -S cdr.yaml. Else put back what was recorded, from a copy that you trust.",
        )


def read(app: App, raw: bytes) -> dict[str, Any]:
    """What a cdr.yaml says, valid as a whole. Raises: InvalidData with every problem."""
    from cdr.forms import schema
    from cdr.store import layout

    body, source, found = schema.examine(raw, layout.CONFIGURATION, "store")
    wrong = {problem.field for problem in found}
    ruled = schema.placed(app.configuration_problems(body), schema.current("store"), source)
    problems = [*found, *(problem for problem in ruled if problem.field not in wrong)]
    if problems:
        raise InvalidData(problems, layout.CONFIGURATION)
    return body
