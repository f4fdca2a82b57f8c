"""Messages that leave by hand: what was put into the outbox, what somebody says has left it, and what is lost.

An item of a case's prompts has `left_on` once somebody said that its message left; one that a mail server took has `sent`. Of an
outstanding request the last message counts (the request, a prompt, or what was sent back), and its escalation: a form goes with
each of the first, so what came before is overtaken and not missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.asking.prompts_due import ESCALATION, SCHEMA
from cdr.domain.asking.requests import Request, requests_of
from cdr.domain.asking.said import as_made
from cdr.domain.asking.sending import BOUNCE, REQUEST, SENT, THANKS, Prompt, is_unsent
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.records import dataclass, replace

TEST, ACTIONS = "test-", "actions-"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Outgoing:
    """A message for the outbox: the file's name there, the prompts it is about, and its id where the ledger has it.

    `left_on` is the day on which it left, None while nobody said so; `is_awaited` says whether its answer is still waited for and
    no later message has overtaken it.
    """

    name: str
    prompts: tuple[Prompt, ...]
    message_id: str = ""
    left_on: date | None = None
    is_awaited: bool = False


def file_name(prompts: Sequence[Prompt], message_id: str) -> str:
    """What the file of a message in the outbox is called: it says which message it is, and nothing about a child."""
    if len(prompts) > 1:
        return f"{message_id.strip('<>').rpartition('@')[0]}.eml"
    [one] = prompts
    day = one.due_on if one.level == BOUNCE else one.requested_on
    return f"{one.case}-{one.agency}-{one.level}-{day}.eml"


def name_of_test(agency: str, day: date) -> str:
    """What the file of a test is called: cdr request --test."""
    return f"{TEST}{agency}-{day}.eml"


def is_test(name: str) -> bool:
    """Whether a file of the outbox is a test, and so of no case."""
    return name.startswith(TEST)


def name_of_actions(who: str, day: date) -> str:
    """What the file of a message about somebody's actions is called: cdr action chase."""
    return f"{ACTIONS}{who}-{day}.eml"


def is_about_actions(name: str) -> bool:
    """Whether a file of the outbox asks about actions."""
    return name.startswith(ACTIONS)


def outgoing(cases: Mapping[str, tuple[Body, Body]]) -> list[Outgoing]:
    """Every message that was made for these cases (their requests and their prompts), by its file's name."""
    singles = [one for case, (requests, prompts) in cases.items() for one in _of_case(case, requests, prompts)]
    together: dict[str, list[Outgoing]] = {}
    for one in singles:
        together.setdefault(one.message_id or one.name, []).append(one)
    return sorted(map(_joined, together.values()), key=lambda one: one.name)


def _joined(parts: Sequence[Outgoing]) -> Outgoing:
    """One message about several requests; it is awaited while one of them is, and has left when it has for all."""
    prompts = tuple(prompt for part in parts for prompt in part.prompts)
    days = [part.left_on for part in parts if part.left_on]
    left_on = max(days) if len(days) == len(parts) else None
    name = file_name(prompts, parts[0].message_id)
    return Outgoing(name, prompts, parts[0].message_id, left_on, any(part.is_awaited for part in parts))


def _of_case(case: str, requests: Body, prompts: Body) -> Iterator[Outgoing]:
    items = [item for _, item in items_at(prompts, "prompts") if not is_unsent(item)]
    for request in requests_of(requests):
        own = [item for item in items if _is_about(item, request)]
        made = [_as_made(case, request, one, own) for one in _levels(request, own)]
        last = {prompt_of(one).level == ESCALATION: one for one in made if prompt_of(one).level != THANKS}
        yield from (replace(one, is_awaited=request.awaited and one in last.values()) for one in made)


def prompt_of(one: Outgoing) -> Prompt:
    """The first prompt of a message."""
    return one.prompts[0]


def _is_about(item: Body, request: Request) -> bool:
    due_on = date_at(item, "due_on")
    return text_at(item, "agency") == request.agency and due_on is not None and due_on >= request.requested_on


def _levels(request: Request, own: Sequence[Body]) -> list[tuple[str, date]]:
    """The messages that a request had, in their order: what the ledger tells, and the request, what was sent back and the thanks,
    which are recorded elsewhere while they leave by hand."""
    told = [(text_at(item, "level"), day) for item in own if (day := date_at(item, "due_on"))]
    prompts = [one for one in told if one[0] not in (REQUEST, BOUNCE, THANKS)]
    bounces = [(BOUNCE, one.on) for one in request.bounced]
    thanks = [(THANKS, day) for level, day in told if level == THANKS]
    return [(REQUEST, request.requested_on), *prompts, *bounces, *thanks]


def _as_made(case: str, request: Request, made: tuple[str, date], own: Sequence[Body]) -> Outgoing:
    level, due_on = made
    prompt = Prompt(case, request.agency, level, due_on, request.requested_on)
    item = next((one for one in own if text_at(one, "level") == level and date_at(one, "due_on") == due_on), {})
    left_on = date_at(item, "left_on") or (date_at(item, "sent_on") if text_at(item, "status") == SENT else None)
    return Outgoing(file_name([prompt], ""), (prompt,), text_at(item, "message_id"), left_on)


def lost(made: Iterable[Outgoing], there: Iterable[str]) -> list[Outgoing]:
    """The messages that are awaited, of which nobody said that they left, and that are not in the outbox (the names `there`)."""
    names = set(there)
    return [one for one in made if one.is_awaited and one.left_on is None and one.name not in names]


def mark_left(prompts: Body, prompt: Prompt, on: date, to: Sequence[str], message_id: str) -> dict[str, Any]:
    """What was sent, with one message marked as having left by hand; an item of its own where it had none."""
    items = [dict(item) for _, item in items_at(prompts, "prompts")]
    own = [one for one in items if (text_at(one, "agency"), text_at(one, "level")) == (prompt.agency, prompt.level)]
    found = [one for one in own if date_at(one, "due_on") == prompt.due_on]
    if not found:
        day = on.isoformat()
        to, message_id = as_made(prompts, prompt.agency, prompt.level, prompt.due_on) or (to, message_id)
        new = {"agency": prompt.agency, "level": prompt.level, "due_on": prompt.due_on.isoformat(), "sent_on": day}
        found = [{**new, "to": list(to), "message_id": message_id}]
        items += found
    found[-1]["left_on"] = on.isoformat()
    return {**prompts, "schema": SCHEMA, "prompts": items}
