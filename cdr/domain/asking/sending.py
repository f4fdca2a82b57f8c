"""How far the sending of each message is: written down before it is handed over, and marked after.

An item of a case's prompts has a `status` while a mail server is still to take it: `sending` (handed over, or about to be:
after a crash nobody knows), `queued` (not taken; it goes again with the next run) and `refused` (left to a person). One
without a status, or with `sent`, was sent on its `sent_on`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.asking.prompts_due import ESCALATION, SCHEMA
from cdr.domain.asking.requests import OUTSTANDING, requests_of
from cdr.domain.rulebook.validation import date_at, items_at, number_at, text_at, words_at
from cdr.errors import WrongConfiguration
from cdr.records import dataclass

QUEUED, SENDING, SENT, REFUSED = "queued", "sending", "sent", "refused"
REQUEST, THANKS, BOUNCE = "request", "thanks-for-return", "bounce"
AFTER_A_RETURN = (THANKS, BOUNCE)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Limits:
    """How many messages a run sends, about how many requests one is, how often it is tried, how many seconds a server may be silent."""

    messages_per_run: int
    requests_per_message: int
    tries: int
    seconds: int

    @staticmethod
    def of(rules: Body, mail: Body) -> Limits:
        """The limits of `rules/mail.yaml`, less what an area chose in cdr.yaml. Raises: WrongConfiguration."""
        try:
            most = int(mail.get("at_most") or rules["messages_per_run"])
            return Limits(most, *(int(rules[key]) for key in ("requests_per_message", "tries", "seconds")))
        except (KeyError, TypeError, ValueError):
            raise WrongConfiguration(
                "The rules of sending cannot be used.", "Put back the rules that came with cdr.", file="rules"
            ) from None


@dataclass(frozen=True)
class Prompt:
    """One message about one request: `level` is request, prompt-1 to prompt-3, escalation, thanks-for-return or bounce.

    A bounce names the titles of the fields that are `missing`, and counts those that the agency's own answers `opened`.
    """

    case: str
    agency: str
    level: str
    due_on: date
    requested_on: date
    missing: tuple[str, ...] = ()
    opened: int = 0

    @property
    def is_prompt(self) -> bool:
        """Whether it chases; the request and what answers a return do not."""
        return self.level not in (REQUEST, *AFTER_A_RETURN)


@dataclass(frozen=True)
class Unsent:
    """A message that is written down and not known to be sent; `refused` are the addresses that would not take it."""

    prompt: Prompt
    status: str
    tries: int
    to: tuple[str, ...]
    message_id: str
    refused: tuple[str, ...] = ()

    @property
    def is_given_up(self) -> bool:
        """Whether it is left to a person."""
        return self.status == REFUSED


def begun(prompts: Body, prompt: Prompt, to: Sequence[str], message_id: str) -> dict[str, Any]:
    """What was sent, with a message that is about to be handed over; it takes the place of an unsent one that it overtakes."""
    before = [item for _, item in items_at(prompts, "prompts")]
    again = [item for item in before if _is_same(item, prompt) and text_at(item, "message_id") == message_id]
    tries = max((_tries(item) for item in again if words_at(item, "to") == list(to)), default=0)
    item = {
        "agency": prompt.agency,
        "level": prompt.level,
        "due_on": prompt.due_on.isoformat(),
        "to": list(to),
        "message_id": message_id,
        "status": SENDING,
        "tries": tries + 1,
        **({"missing": list(prompt.missing), "opened": prompt.opened} if prompt.level == BOUNCE else {}),
    }
    kept = [dict(other) for other in before if not _is_overtaken(other, prompt)]
    return {**prompts, "schema": SCHEMA, "prompts": [*kept, item]}


def _is_same(item: Body, prompt: Prompt) -> bool:
    return text_at(item, "agency") == prompt.agency and text_at(item, "level") == prompt.level and is_unsent(item)


def _is_overtaken(item: Body, prompt: Prompt) -> bool:
    chases = prompt.is_prompt and text_at(item, "level") not in (REQUEST, *AFTER_A_RETURN)
    ours = text_at(item, "agency") == prompt.agency and is_unsent(item)
    return ours and (chases or text_at(item, "level") == prompt.level)


def is_unsent(item: Body) -> bool:
    """Whether an item of the prompts is not known to be sent."""
    return text_at(item, "status") not in ("", SENT)


def levels_of(prompts: Body, agency: str) -> list[str]:
    """The levels of every message about an agency's return, also of those that wait to be sent, in the ledger's order."""
    return [text_at(item, "level") for _, item in items_at(prompts, "prompts") if item.get("agency") == agency]


def unsent_ids(prompts: Body) -> list[str]:
    """The message ids of what is not known to be sent."""
    return [text_at(item, "message_id") for item in _unsent_items(prompts)]


def taken(prompts: Body, message_id: str, on: date, refused: Sequence[str] = ()) -> dict[str, Any]:
    """What was sent, with a message taken by the server on a day, by all of its addresses but those refused."""
    addresses = {"refused": list(refused)} if refused else {}
    return _with(prompts, message_id, {"status": SENT, "sent_on": on.isoformat(), **addresses})


def not_taken(prompts: Body, message_id: str, refused: Sequence[str], limits: Limits) -> dict[str, Any]:
    """What was sent, with a message that was not taken: queued, or after too many refusals left to a person."""
    found = [item for item in _unsent_items(prompts) if text_at(item, "message_id") == message_id]
    over = bool(refused) and any(_tries(item) >= limits.tries for item in found)
    addresses = {"refused": list(refused)} if refused else {}
    return _with(prompts, message_id, {"status": REFUSED if over else QUEUED, **addresses})


def _with(prompts: Body, message_id: str, change: Mapping[str, Any]) -> dict[str, Any]:
    items = [dict(item) for _, item in items_at(prompts, "prompts")]
    for item in items:
        if item.get("message_id") == message_id and is_unsent(item):
            item.pop("refused", None)
            item.update(change)
    return {**prompts, "schema": SCHEMA, "prompts": items}


def unsent(case: str, requests: Body, prompts: Body) -> Iterator[Unsent]:
    """The messages of a case that are still to go out: none to an agency that has answered, but for what answers its return."""
    waiting = [*_unsent_items(prompts)]
    asked = {request.agency: request for request in requests_of(requests)} if waiting else {}
    for item in waiting:
        request, due_on = asked.get(text_at(item, "agency")), date_at(item, "due_on")
        level = text_at(item, "level")
        if request is None or due_on is None or (request.status == OUTSTANDING) == (level in AFTER_A_RETURN):
            continue
        if level == THANKS or (due_on >= request.requested_on and (level != BOUNCE or request.sent_back)):
            missing, opened = tuple(words_at(item, "missing")), int(number_at(item, "opened") or 0)
            prompt = Prompt(case, request.agency, level, due_on, request.requested_on, missing, opened)
            words = [tuple(words_at(item, key)) for key in ("to", "refused")]
            yield Unsent(prompt, text_at(item, "status"), _tries(item), words[0], text_at(item, "message_id"), words[1])


def partly_refused(case: str, requests: Body, prompts: Body) -> Iterator[Unsent]:
    """Messages about outstanding requests that were sent, and that one of their addresses would not take."""
    asked = {request.agency: request for request in requests_of(requests) if request.status == OUTSTANDING}
    for _, item in items_at(prompts, "prompts"):
        request, due_on, refused = (
            asked.get(text_at(item, "agency")),
            date_at(item, "due_on"),
            words_at(item, "refused"),
        )
        if request and due_on and due_on >= request.requested_on and refused and not is_unsent(item):
            prompt = Prompt(case, request.agency, text_at(item, "level"), due_on, request.requested_on)
            to, message_id = tuple(words_at(item, "to")), text_at(item, "message_id")
            yield Unsent(prompt, SENT, _tries(item), to, message_id, tuple(refused))


def may_go(waiting: Unsent, to: Sequence[str], limits: Limits) -> bool:
    """Whether a message is handed over once more: not one given up, unless its addresses have changed since.

    One of which nobody knows whether it arrived goes out again too, under the same message id; but not for ever.
    """
    if tuple(to) != waiting.to:
        return True
    return waiting.status == QUEUED or (waiting.status == SENDING and waiting.tries < limits.tries)


def together(prompts: Sequence[Prompt], most: int) -> list[tuple[Prompt, ...]]:
    """The prompts of a run as messages: an agency's prompts in one, its escalations in one, at most so many; all else alone."""
    groups: dict[tuple[str, ...], list[Prompt]] = {}
    for prompt in prompts:
        alone = () if prompt.is_prompt else (prompt.case, prompt.level)
        groups.setdefault((prompt.agency, str(prompt.level == ESCALATION), *alone), []).append(prompt)
    return [tuple(group[start : start + most]) for group in groups.values() for start in range(0, len(group), most)]


def _unsent_items(prompts: Body) -> list[Body]:
    return [item for _, item in items_at(prompts, "prompts") if is_unsent(item)]


def _tries(item: Body) -> int:
    tries = item.get("tries")
    return tries if isinstance(tries, int) else 0
