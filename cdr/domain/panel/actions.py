"""The register of actions: what the panel asked somebody to do, by when, and what became of it.

In a case or a meeting: `actions: [{id, to, owner?, due, status: open|done|not_taken_up, added_on, asked_on?, number?, text?,
updates?: [{on, what, text?}], ended_on?}]`; `number` is that of the recommendation in Form C. What somebody wrote of it (`text`, `updates`)
is in the document alone: an `Action` may come from the index and tells nothing of it, an `ActionInFull` comes from the document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr.domain.case.standing import RATIFIED
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass, names_of, replace

CLOCK = "R11"
ASKED_AGAIN = timedelta(weeks=4)
OPEN, DONE, NOT_TAKEN_UP = "open", "done", "not_taken_up"
OF_FORM_C = {"complete": DONE, "not_accepted": NOT_TAKEN_UP}

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Action:
    """One action as the register lists it; `case` or `panel` is where it is from, and the other is empty."""

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
    asked_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor refused."""
        return self.status == OPEN

    def is_overdue(self, on: date) -> bool:
        """Whether it is open on a day after the one by which it should be done."""
        return self.is_open and self.due < on

    def is_to_be_asked(self, on: date) -> bool:
        """Whether its owner is asked how it stands: it is overdue, and nobody was asked since it was due or for four weeks."""
        asked_since = self.asked_on is not None and self.due < self.asked_on and on < self.asked_on + ASKED_AGAIN
        return self.is_overdue(on) and not asked_since


@dataclass(frozen=True)
class Update:
    """How an action went on: on which day, what changed, and what was heard."""

    on: date
    what: str
    text: str = ""


@dataclass(frozen=True)
class ActionInFull(Action):
    """One action with what is to be done, and how it went on; what nobody wrote is empty."""

    text: str = ""
    updates: tuple[Update, ...] = ()

    @property
    def recommended(self) -> tuple[int | None, str]:
        """By which recommendation of Form C, to whom."""
        return self.number, self.to

    def went_on(self, on: date, what: str, text: str) -> ActionInFull:
        """The action with one more thing that was heard of it."""
        return replace(self, updates=(*self.updates, Update(on, what, text)))


def actions_of(body: Body, *, case: str = "", panel: str = "") -> tuple[Action, ...]:
    """The actions of a case or of a meeting, in the order in which they came; of a document, or of what the index keeps of it."""
    found = in_full(body, case=case, panel=panel)
    return tuple(Action(**{name: getattr(one, name) for name in names_of(Action)}) for one in found)


def in_full(body: Body, *, case: str = "", panel: str = "") -> tuple[ActionInFull, ...]:
    """The same of a document, with what somebody wrote."""
    return tuple(
        _action(item, due, case, panel) for _, item in items_at(body, "actions") if (due := date_at(item, "due"))
    )


def _action(item: Body, due: date, case: str, panel: str) -> ActionInFull:
    number = item.get("number")
    return ActionInFull(
        id=text_at(item, "id"),
        case=case,
        panel=panel,
        to=text_at(item, "to"),
        due=due,
        status=text_at(item, "status"),
        owner=text_at(item, "owner"),
        added_on=date_at(item, "added_on"),
        number=number if isinstance(number, int) else None,
        ended_on=date_at(item, "ended_on"),
        asked_on=date_at(item, "asked_on"),
        text=str(item.get("text") or ""),
        updates=tuple(
            Update(day, text_at(one, "what"), str(one.get("text") or ""))
            for _, one in items_at(item, "updates")
            if (day := date_at(one, "on"))
        ),
    )


# ---- how they are changed -------------------------------------------------------------------------------------------


def added(body: Body, id_: str, to: str, due: date, text: str, on: date) -> dict[str, Any]:
    """A case or a meeting with one more action."""
    return _with(body, (*in_full(body), ActionInFull(id_, "", "", to, due, OPEN, added_on=on, text=text)))


def updated(
    body: Body, id_: str, on: date, *, text: str = "", due: date | None = None, to: str = "", reopened: bool = False
) -> dict[str, Any]:
    """The same with how an action went on: what was heard, another day, other hands, or opened again.

    Raises: ConditionsNotMet where one that is over would get another day or other hands, or one that is open is opened again.
    """
    one = _found(body, id_)
    if (reopened and one.is_open) or ((due or to) and not one.is_open and not reopened):
        raise ConditionsNotMet(
            "The action cannot be changed like that; nothing was recorded.",
            ["It is open already." if reopened else f"It is {words(one.status)}."],
            "" if reopened else f"Open it again first: cdr action update {id_} --reopen",
        )
    told = [f"due {due}" if due else "", f"now with {to}" if to else "", "opened again" if reopened else ""]
    changed = replace(one, due=due or one.due, to=to or one.to)
    if reopened:
        changed = replace(changed, status=OPEN, ended_on=None)
    return _changed(body, changed.went_on(on, "; ".join(filter(None, told)) or "asked", text))


def asked(body: Body, ids: Collection[str], on: date) -> dict[str, Any]:
    """The same with those actions of which a message asked on a day how they stand."""
    return _with(body, [replace(one, asked_on=on) if one.id in ids else one for one in in_full(body)])


def ended(body: Body, id_: str, on: date, text: str, *, taken_up: bool = True) -> dict[str, Any]:
    """The same with an action that was done, or not taken up, and what shows it. Raises: ConditionsNotMet where it is over already."""
    one = _found(body, id_)
    status = DONE if taken_up else NOT_TAKEN_UP
    if not one.is_open:
        raise ConditionsNotMet(
            "The action is over already; nothing was recorded.",
            [f"It is {words(one.status)} since {one.ended_on or 'then'}."],
            f"Where that was a mistake: cdr action update {id_} --reopen",
        )
    return _changed(body, replace(one, status=status, ended_on=on).went_on(on, words(status), text))


def words(status: str) -> str:
    """A state in words."""
    return status.replace("_", " ")


def of_recommendations(case: Body, form_c: Body, on: date, policy: Policy, new_id: Callable[[], str]) -> dict[str, Any]:
    """The case with an action for each recommendation of its ratified analysis; what somebody has worked on stays as it is.

    A recommendation that names nobody is nobody's action. One without a day is asked about after the limit of the rules.
    """
    if text_at(form_c, "stage") != RATIFIED:
        return dict(case)
    before = {one.recommended: one for one in in_full(case)}
    asked = {(n + 1, to): item for n, item in items_at(form_c, "recommendations") if (to := text_at(item, "to"))}
    fresh = []
    for key, item in asked.items():
        known = before.get(key)
        if known is None or not known.updates:
            begun = (known.added_on if known else None) or on
            fresh.append(_of_form_c(key[0], item, begun, policy, known.id if known else new_id()))
    replaced = {one.id for one in fresh}
    kept = [
        one
        for one in in_full(case)
        if one.id not in replaced and (one.number is None or one.recommended in asked or one.updates)
    ]
    actions = (*kept, *fresh)
    return _with(case, actions) if actions or "actions" in case else dict(case)


def _of_form_c(number: int, item: Body, on: date, policy: Policy, id_: str) -> ActionInFull:
    due = date_at(item, "due") or policy.clock(CLOCK).step(on, policy.working_days, policy.edition).due or on
    status = OF_FORM_C.get(text_at(item, "status"), OPEN)
    ended_on = None if status == OPEN else date_at(item, "closed_on") or on
    to, owner, text = (text_at(item, key) for key in ("to", "owner", "text"))
    return ActionInFull(id_, "", "", to, due, status, owner, on, number, ended_on, text=text)


def _found(body: Body, id_: str) -> ActionInFull:
    return next(one for one in in_full(body) if one.id == id_)


def _changed(body: Body, action: ActionInFull) -> dict[str, Any]:
    return _with(body, [action if one.id == action.id else one for one in in_full(body)])


def _with(body: Body, actions: Sequence[ActionInFull]) -> dict[str, Any]:
    return {**body, "actions": [_item(one) for one in actions]}


def _item(one: ActionInFull) -> dict[str, Any]:
    """An action as documents keep it; what there is not has no key."""
    updates = [
        {"on": each.on.isoformat(), "what": each.what} | ({"text": each.text} if each.text else {})
        for each in one.updates
    ]
    item: dict[str, Any] = {
        "id": one.id,
        "to": one.to,
        "due": one.due.isoformat(),
        "status": one.status,
        "added_on": one.added_on.isoformat() if one.added_on else None,
        "number": one.number,
        "owner": one.owner or None,
        "text": one.text or None,
        "updates": updates or None,
        "ended_on": one.ended_on.isoformat() if one.ended_on else None,
        "asked_on": one.asked_on.isoformat() if one.asked_on else None,
    }
    return {key: value for key, value in item.items() if value is not None}
