"""Other processes that a review waits for: they open, end, or are not waited for any more (process section 1.3).

On the case: `gates: [{type, status: open|closed|waived, opened_on, closed_on, expected_on?, owner?, reason?, waived_by?, waived_on?,
ended_by?, note?}]`; there may be several of one type, of which one at a time is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.forms.codelists import code_list
from cdr.records import dataclass

TYPES = "investigation_type"
OPEN, CLOSED, WAIVED = "open", "closed", "waived"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Gate:
    """One other process; `opened_on` and `ended_on` (closed or waived) are None where the day is not known."""

    type: str
    status: str
    opened_on: date | None
    ended_on: date | None
    expected_on: date | None = None
    owner: str = ""
    reason: str = ""
    waived_by: str = ""

    @property
    def words(self) -> str:
        """What the process is called in a sentence."""
        return words(self.type)


def words(type_: str) -> str:
    """A kind of process in a sentence: `inquest`, `patient-safety investigation`."""
    code = code_list(TYPES).get(type_)
    return str(code.extra["words"]) if code else type_.replace("_", " ")


def gates_of(case: Body) -> list[Gate]:
    """All gates of a case in its order."""
    return [_gate(item) for _, item in items_at(case, "gates")]


def opened(case: Body, type_: str, on: date, expected: date | None, owner: str) -> dict[str, Any]:
    """The case with one more process that its review waits for.

    Raises: ConditionsNotMet where one of that type is open, or its end is expected before its beginning.
    """
    unmet = [f"A process of that type is open already: {words(type_)}."] if _open(case, type_) is not None else []
    _refuse([*unmet, *_too_early(expected, on, "It is expected to end before it began.")])
    item: dict[str, Any] = {"type": type_, "status": OPEN, "opened_on": on.isoformat(), "closed_on": None}
    return {
        **case,
        "gates": [*_items(case), item | _given(expected_on=expected.isoformat() if expected else "", owner=owner)],
    }


def closed(case: Body, type_: str, on: date) -> dict[str, Any]:
    """The case with its open process of a type ended; one that a milestone ended takes this day instead.

    Raises: ConditionsNotMet where none is open, or it began later.
    """
    last: Body = next((gate for gate in reversed(_items(case)) if gate.get("type") == type_), {})
    if "ended_by" in last and _open(case, type_) is None:
        case = reopened(case, type_, str(last["ended_by"]))
    return _with(case, type_, on, {"status": CLOSED, "closed_on": on.isoformat()})


def ended_with(case: Body, type_: str, on: date, milestone: str) -> dict[str, Any]:
    """The case with its open process of a type ended by a milestone; unchanged where none is open, or it began later."""
    index = _open(case, type_)
    began = date_at(_items(case)[index], "opened_on") if index is not None else None
    if index is None or (began and on < began):
        return {**case}
    return _with(case, type_, on, {"status": CLOSED, "closed_on": on.isoformat(), "ended_by": milestone})


def reopened(case: Body, type_: str, milestone: str) -> dict[str, Any]:
    """The case with the process open again that this milestone had ended; unchanged where it ended none."""
    items = _items(case)
    for n, item in reversed(list(enumerate(items))):
        if item.get("type") == type_ and item.get("ended_by") == milestone:
            again = {key: value for key, value in item.items() if key != "ended_by"}
            items[n] = again | {"status": OPEN, "closed_on": None}
            return {**case, "gates": items}
    return {**case}


def taken_back(case: Body, type_: str) -> dict[str, Any]:
    """The case with the last thing that was recorded of a type's processes taken back.

    One that ended, or was not waited for, is open again; one that is open never was. Raises: ConditionsNotMet where there is none, or a
    milestone ended it: then that is taken back.
    """
    items = _items(case)
    index = max((n for n, item in enumerate(items) if item.get("type") == type_), default=None)
    if index is None:
        raise _refused([f"No process of that type is known: {words(type_)}."], "See: cdr gate REF")
    last = items[index]
    if ended := text_at(last, "ended_by"):
        raise _refused([f"It ended with the milestone {ended}."], f"Take that back: cdr milestone REF {ended} --undo")
    if last.get("status") == OPEN:
        return {**case, "gates": [*items[:index], *items[index + 1 :]]}
    again = {key: value for key, value in last.items() if key not in ("waived_on", "waived_by", "reason")}
    items[index] = again | {"status": OPEN, "closed_on": None}
    return {**case, "gates": items}


def waived(case: Body, type_: str, on: date, reason: str, by: str) -> dict[str, Any]:
    """The case with its open process of a type not waited for any more: who decided so, when and why.

    Raises: ConditionsNotMet where none is open, or it began later.
    """
    return _with(case, type_, on, {"status": WAIVED, "waived_on": on.isoformat(), "reason": reason, "waived_by": by})


def expected(case: Body, type_: str, day: date) -> dict[str, Any]:
    """The case with the day on which its open process of a type is expected to end. Raises: ConditionsNotMet."""
    return _with(case, type_, day, {"expected_on": day.isoformat()})


def opening_gates(form_a: Body) -> list[dict[str, Any]]:
    """The gates with which a case opens: the other processes that the notification says are open, each once.

    Shape: `[{type, status: open, opened_on, closed_on: null}]`, as the case document holds them.
    """
    found: dict[str, dict[str, Any]] = {}
    for _, item in items_at(form_a, "other_investigations"):
        kind, started = text_at(item, "type"), date_at(item, "started") or date_at(form_a, "notified_at")
        if kind and item.get("status") == OPEN:
            began = started.isoformat() if started else None
            found.setdefault(kind, {"type": kind, "status": OPEN, "opened_on": began, "closed_on": None})
    return list(found.values())


def renewed_gates(gates: Sequence[Body], before: Body, after: Body) -> list[dict[str, Any]]:
    """The gates after the notification was corrected: what the correction changed of a process is taken over, and no more.

    So a gate that was closed or waived by hand stays so when something else of the notification is put right.
    """
    renewed = [dict(gate) for gate in gates]
    starts = {gate["type"]: gate for gate in opening_gates(after)}
    said, says = _said(before), _said(after)
    for kind in says:
        if says[kind] == said.get(kind):
            continue
        last = next((gate for gate in reversed(renewed) if gate.get("type") == kind), None)
        if last is None:
            renewed += [starts[kind]] if kind in starts else []
        else:
            last |= _corrected(last, said.get(kind), says[kind], starts.get(kind))
    return renewed


def _corrected(gate: Body, said: Any, says: tuple[str, Any, Any], start: Body | None) -> dict[str, Any]:
    status, _, ended = says
    turned = said is None or said[0] != status
    if status == CLOSED and (turned or gate.get("status") == CLOSED):
        return {"status": CLOSED, "closed_on": ended}
    if start is not None and turned:
        return {"status": OPEN, "closed_on": None, "opened_on": gate.get("opened_on") or start["opened_on"]}
    return {"opened_on": start["opened_on"]} if start is not None and gate.get("status") == OPEN else {}


def _said(form_a: Body) -> dict[str, tuple[str, Any, Any]]:
    """What a notification says of each process: its state (open before any other), its beginning and its end."""
    found: dict[str, tuple[str, Any, Any]] = {}
    for _, item in items_at(form_a, "other_investigations"):
        kind, days = text_at(item, "type"), (date_at(item, "started"), date_at(item, "concluded"))
        if kind and (kind not in found or item.get("status") == OPEN != found[kind][0]):
            started, ended = (day.isoformat() if day else None for day in days)
            found[kind] = (text_at(item, "status"), started, ended)
    return found


def _with(case: Body, type_: str, on: date, change: dict[str, Any]) -> dict[str, Any]:
    index = _open(case, type_)
    if index is None:
        running = ", ".join(gate.words for gate in gates_of(case) if gate.status == OPEN) or "none"
        raise _refused([f"No process of that type is open: {words(type_)}."], f"Open are: {running}. See: cdr gate REF")
    items = _items(case)
    began = date_at(items[index], "opened_on")
    _refuse(_too_early(on, began, f"It began on {began}, which is after that day."))
    return {**case, "gates": [*items[:index], items[index] | change, *items[index + 1 :]]}


def _too_early(day: date | None, began: date | None, sentence: str) -> list[str]:
    return [sentence] if day and began and day < began else []


def _refuse(unmet: list[str]) -> None:
    if unmet:
        raise _refused(unmet, "Give the right day, or see how the processes stand: cdr gate REF")


def _refused(unmet: list[str], hint: str) -> ConditionsNotMet:
    return ConditionsNotMet("This cannot be recorded of another process; nothing was.", unmet, hint)


def _open(case: Body, type_: str) -> int | None:
    found = [n for n, item in enumerate(_items(case)) if item.get("type") == type_ and item.get("status") == OPEN]
    return found[-1] if found else None


def _items(case: Body) -> list[dict[str, Any]]:
    return [dict(item) for _, item in items_at(case, "gates")]


def _given(**values: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


def _gate(item: Body) -> Gate:
    ended = date_at(item, "waived_on" if item.get("status") == WAIVED else "closed_on")
    texts = (text_at(item, key) for key in ("owner", "reason", "waived_by"))
    days = date_at(item, "opened_on"), ended, date_at(item, "expected_on")
    return Gate(text_at(item, "type"), text_at(item, "status"), *days, *texts)
