"""The register of actions: what the panel asked somebody to do, by when, and what became of it.

In a case or a meeting: `actions: [{id, to, owner?, due, status: open|done|not_taken_up, added_on, number?, text, updates: [{on, what, text?}],
ended_on?}]`; `number` is that of the recommendation in Form C.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.form_c import RATIFIED
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet

CLOCK = "R11"
OPEN, DONE, NOT_TAKEN_UP = "open", "done", "not_taken_up"
OF_FORM_C = {"complete": DONE, "not_accepted": NOT_TAKEN_UP}

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Action:
    """One action; `case` or `panel` is where it is from, and the other is empty."""

    id: str
    case: str
    panel: str
    to: str
    due: date
    status: str
    owner: str = ""
    added_on: date | None = None
    number: int | None = None
    ended_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor refused."""
        return self.status == OPEN

    def is_overdue(self, on: date) -> bool:
        """Whether it is open on a day after the one by which it should be done."""
        return self.is_open and self.due < on


def actions_of(body: Body, *, case: str = "", panel: str = "") -> tuple[Action, ...]:
    """The actions of a case or of a meeting, in the order in which they came."""
    return tuple(
        _action(item, due, case, panel) for _, item in items_at(body, "actions") if (due := date_at(item, "due"))
    )


def _action(item: Body, due: date, case: str, panel: str) -> Action:
    number, texts = item.get("number"), (text_at(item, key) for key in ("id", "to", "status", "owner"))
    id_, to, status, owner = texts
    days = date_at(item, "added_on"), date_at(item, "ended_on")
    return Action(
        id_, case, panel, to, due, status, owner, days[0], number if isinstance(number, int) else None, days[1]
    )


def added(body: Body, id_: str, to: str, due: date, text: str, on: date) -> dict[str, Any]:
    """A case or a meeting with one more action."""
    item = {"id": id_, "to": to, "due": due.isoformat(), "status": OPEN, "added_on": on.isoformat(), "text": text}
    return {**body, "actions": [*_listed(body), item]}


def updated(
    body: Body, id_: str, on: date, *, text: str = "", due: date | None = None, to: str = "", reopened: bool = False
) -> dict[str, Any]:
    """The same with how an action went on: what was heard, another day, other hands, or opened again.

    Raises: ConditionsNotMet where one that is over would get another day or other hands, or one that is open is opened again.
    """
    item = _found(body, id_)
    is_open = item["status"] == OPEN
    if (reopened and is_open) or ((due or to) and not is_open and not reopened):
        raise ConditionsNotMet(
            "The action cannot be changed like that; nothing was recorded.",
            ["It is open already." if reopened else f"It is {words(item['status'])}."],
            "" if reopened else f"Open it again first: cdr action update {id_} --reopen",
        )
    changes = {"due": due.isoformat() if due else item["due"], "to": to or item["to"]}
    told = [f"due {due}" if due else "", f"now with {to}" if to else "", "opened again" if reopened else ""]
    status = {"status": OPEN} if reopened else {}
    left = {key: value for key, value in item.items() if not (reopened and key == "ended_on")}
    return _with(body, {**left, **changes, **status}, on, "; ".join(filter(None, told)) or "asked", text)


def ended(body: Body, id_: str, on: date, text: str, *, taken_up: bool = True) -> dict[str, Any]:
    """The same with an action that was done, or not taken up, and what shows it. Raises: ConditionsNotMet where it is over already."""
    item = _found(body, id_)
    status = DONE if taken_up else NOT_TAKEN_UP
    if item["status"] != OPEN:
        raise ConditionsNotMet(
            "The action is over already; nothing was recorded.",
            [f"It is {words(item['status'])} since {item.get('ended_on', 'then')}."],
            f"Where that was a mistake: cdr action update {id_} --reopen",
        )
    return _with(body, {**item, "status": status, "ended_on": on.isoformat()}, on, words(status), text)


def words(status: str) -> str:
    """A state in words."""
    return status.replace("_", " ")


def of_recommendations(case: Body, form_c: Body, on: date, policy: Policy, new_id: Callable[[], str]) -> dict[str, Any]:
    """The case with an action for each recommendation of its ratified analysis; what somebody has worked on stays as it is.

    A recommendation that names nobody is nobody's action. One without a day is asked about after the limit of the rules.
    """
    if text_at(form_c, "stage") != RATIFIED:
        return dict(case)
    before = {(item.get("number"), item["to"]): item for item in _listed(case)}
    asked = {(n + 1, to): item for n, item in items_at(form_c, "recommendations") if (to := text_at(item, "to"))}
    fresh = []
    for key, item in asked.items():
        known = before.get(key)
        if known is None or not _is_worked_on(known):
            begun = date_at(known, "added_on") or on
            fresh.append(_of_form_c(key[0], item, begun, policy, str(known["id"]) if known else new_id()))
    replaced = {item["id"] for item in fresh}
    kept = [
        item
        for item in _listed(case)
        if item["id"] not in replaced
        and (item.get("number") is None or (item["number"], item["to"]) in asked or _is_worked_on(item))
    ]
    actions = [*kept, *fresh]
    return {**case, "actions": actions} if actions or "actions" in case else dict(case)


def _of_form_c(number: int, item: Body, on: date, policy: Policy, id_: str) -> dict[str, Any]:
    due = date_at(item, "due") or policy.clock(CLOCK).step(on, policy.working_days, policy.edition).due or on
    status = OF_FORM_C.get(text_at(item, "status"), OPEN)
    texts = {key: text for key in ("owner", "text") if (text := text_at(item, key))}
    ended = {"ended_on": (date_at(item, "closed_on") or on).isoformat()} if status != OPEN else {}
    made = {"id": id_, "to": text_at(item, "to"), "due": due.isoformat(), "status": status}
    return {**made, "added_on": on.isoformat(), "number": number, **texts, **ended}


def _is_worked_on(item: Body) -> bool:
    return bool(item.get("updates"))


def _listed(body: Body) -> list[dict[str, Any]]:
    return [dict(item) for _, item in items_at(body, "actions")]


def _found(body: Body, id_: str) -> dict[str, Any]:
    return next(item for item in _listed(body) if item["id"] == id_)


def _with(body: Body, item: Body, on: date, what: str, text: str) -> dict[str, Any]:
    update = {"on": on.isoformat(), "what": what, **({"text": text} if text else {})}
    changed = {**item, "updates": [*item.get("updates", ()), update]}
    return {**body, "actions": [changed if one["id"] == changed["id"] else one for one in _listed(body)]}
