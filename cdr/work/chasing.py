"""What `cdr chase` sends: the messages that are due, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.app import App
from cdr.domain.asking import prompts_due, sending
from cdr.domain.asking.prompts_due import ChaseItem, Due
from cdr.domain.asking.requests import Request
from cdr.domain.asking.sending import Prompt, Unsent
from cdr.errors import CdrError, NotAllowed, NotFound, WrongConfiguration
from cdr.mail.transport import TAKEN
from cdr.records import dataclass, replace
from cdr.work import delivery, messages
from cdr.work.delivery import Ledgers, Sent
from cdr.work.messages import Letter
from cdr.work.outstanding import Chased, as_chased, outstanding, waiting_to_go


@dataclass(frozen=True)
class Found:
    """What a run did: the requests whose message went out, other messages that did, what did not, and words for each."""

    chased: tuple[Chased, ...] = ()
    others: tuple[Sent, ...] = ()
    not_sent: tuple[Sent, ...] = ()
    lines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The messages of a run, those among them that were tried before by message id, and what cannot be made or must wait."""

    letters: tuple[Letter, ...]
    before: Mapping[str, Unsent]
    warnings: tuple[str, ...]


# ---- what is said of a message ------------------------------------------------------------------------------------------


def sentence(app: App, one: Unsent) -> str:
    """What is the matter with a message, and what to do."""
    about = f"{one.prompt.level} for {one.prompt.case}, {one.prompt.agency}"
    if one.refused and one.status in (sending.REFUSED, sending.SENT):
        return f"refused by the mail server: {about}, to {', '.join(one.refused)}; correct the address in cdr.yaml, or ring."
    if one.status == sending.SENDING and not sending.may_go(one, one.to, delivery.limits(app)):
        return f"uncertain: {about}: tried {one.tries} times, and the server never said whether it has it; ask {', '.join(one.to)}."
    if one.status == sending.SENDING:
        return f"uncertain: {about}: a run was interrupted, and it may have gone out; the next run sends it again."
    return f"not sent yet: {about}, tried {one.tries} {'time' if one.tries == 1 else 'times'}; the next run sends it."


# ---- to the outbox ------------------------------------------------------------------------------------------------------


def would_send(app: App, references: tuple[str, ...]) -> Found:
    """What a run would send, and nothing sent."""
    today = app.clock.today
    due = [chased for chased in outstanding(app, references, today) if chased.item.due]
    verb = "Would be sent" if delivery.sends(app) else "Would be written"
    return Found(tuple(due), lines=tuple(_words(chased, verb) for chased in due))


def to_outbox(app: App, references: tuple[str, ...]) -> Found:
    """Write the messages that are due, then record them all in one commit.

    The messages are written when all is ready to be recorded, and before it is: none goes out that cannot be recorded,
    and after a crash in between the same message is written again.
    """
    today, store = app.clock.today, app.store
    with store.writing():
        ledgers = Ledgers(app)
        due = {(one.case, one.item.agency): one for one in outstanding(app, references, today) if one.item.due}
        letters, warnings = _made(app, _groups(app, [_prompt(chased) for chased in due.values()]))
        went = [due[prompt.case, prompt.agency] for letter in letters for prompt in letter.prompts]
        ledgers.open(prompt.case for letter in letters for prompt in letter.prompts)
        for letter in letters:
            for prompt in letter.prompts:
                _mark_sent(ledgers, prompt, letter, today)
        ledgers.commit(lambda: messages.out(app, letters))
    chased = tuple(_after(app, one, ledgers.body(one.case), today) for one in went)
    return Found(chased, lines=tuple(_words(one, "In the outbox") for one in chased), warnings=warnings)


def _mark_sent(ledgers: Ledgers, prompt: Prompt, letter: Letter, today: date) -> None:
    due, message = Due(prompt.level, prompt.due_on), letter.message

    def marked(body: Mapping[str, Any]) -> dict[str, Any]:
        body = prompts_due.mark_sent(body, prompt.agency, due, today, message.to, message.message_id)
        return messages.with_words(body, prompt, letter, today)

    ledgers.change(prompt.case, marked)


def _words(chased: Chased, verb: str) -> str:
    level = chased.item.due.level if chased.item.due else ""
    return f"{verb}: {level} for {chased.case}, {chased.item.agency}, to {', '.join(chased.to)}"


# ---- by a mail server ---------------------------------------------------------------------------------------------------


def send(app: App, references: tuple[str, ...]) -> Found:
    """Record what is about to go, hand it over, and mark what came of it. Raises: WrongConfiguration, as `deliver`."""
    delivery.transport(app).close()
    today, store = app.clock.today, app.store
    with store.sending() as noted:
        with store.writing():
            ledgers = Ledgers(app)
            delivery.note_what_was_taken(app, noted, ledgers)
            due = {
                (one.case, one.item.agency): one for one in outstanding(app, references, today, ledgers) if one.item.due
            }
            plan = _plan(app, references, [_prompt(chased) for chased in due.values()], ledgers)
            ledgers.open(prompt.case for letter in plan.letters for prompt in letter.prompts)
            for letter in plan.letters:
                for prompt in letter.prompts:
                    _begin(ledgers, prompt, letter, today)
            ledgers.commit()
        sent = delivery.deliver(app, noted, plan.letters, plan.before)
    return _found(app, due, sent, plan)


def _begin(ledgers: Ledgers, prompt: Prompt, letter: Letter, today: date) -> None:
    message = letter.message

    def begun(body: Mapping[str, Any]) -> dict[str, Any]:
        body = sending.begun(body, prompt, message.to, message.message_id)
        return messages.with_words(body, prompt, letter, today)

    ledgers.change(prompt.case, begun)


def _plan(app: App, references: tuple[str, ...], due: Sequence[Prompt], ledgers: Ledgers) -> Plan:
    """The messages of this run: those tried before under their ids, then what is newly due; no more than one run may send."""
    most = delivery.limits(app)
    waiting = {_key(one.prompt): one for one in waiting_to_go(app, references, ledgers)}
    wanted = {_key(prompt): prompt for prompt in due if not _is_before_its_request(prompt, waiting, most)}
    wanted |= {key: one.prompt for key, one in waiting.items() if not one.prompt.is_prompt}
    old: dict[str, list[Prompt]] = {}
    for key, prompt in list(wanted.items()):
        one = waiting.get(key)
        to = _recipients(app, prompt)
        if one is None or (to is not None and to != one.to):
            continue
        del wanted[key]
        if sending.may_go(one, one.to, most):
            old.setdefault(one.message_id, []).append(prompt)
    again = [(tuple(prompts), message_id) for message_id, prompts in old.items()]
    groups = [*again, *_groups(app, list(wanted.values()))]
    letters, warnings = _made(app, groups[: most.messages_per_run])
    if len(groups) > most.messages_per_run:
        rest = len(groups) - most.messages_per_run
        warnings = (
            *warnings,
            f"{rest} more messages are due: one run sends at most {most.messages_per_run}; the next goes on.",
        )
    before = {one.message_id: one for one in waiting.values() if one.message_id in old}
    return Plan(letters, before, warnings)


def _is_before_its_request(
    prompt: Prompt, waiting: Mapping[tuple[str, str, str], Unsent], limits: sending.Limits
) -> bool:
    """Whether the request itself is still to go: then it goes, and the prompt with a later run."""
    request = waiting.get((prompt.case, prompt.agency, sending.REQUEST))
    return request is not None and sending.may_go(request, request.to, limits)


def _key(prompt: Prompt) -> tuple[str, str, str]:
    return prompt.case, prompt.agency, prompt.level


def _recipients(app: App, prompt: Prompt) -> tuple[str, ...] | None:
    try:
        return prompts_due.recipients(prompt.level, prompt.agency, app.configuration)
    except NotFound:
        return None


def _found(app: App, due: Mapping[tuple[str, str], Chased], sent: Sequence[Sent], plan: Plan) -> Found:
    today = app.clock.today
    went = [one for one in sent if one.delivery.outcome == TAKEN]
    failed = tuple(one for one in sent if one.delivery.outcome != TAKEN)
    chased = []
    for one in went:
        before = due.get((one.prompt.case, one.prompt.agency)) if one.prompt.is_prompt else None
        if before:
            chased.append(replace(_after(app, before, app.facts_of(before.case).prompts, today), to=one.to))
    return Found(
        tuple(chased),
        tuple(one for one in went if not one.prompt.is_prompt),
        failed,
        tuple(delivery.line(one) for one in went),
        (*(delivery.line(one) for one in failed), *plan.warnings),
    )


# ---- both ---------------------------------------------------------------------------------------------------------------


def _prompt(chased: Chased) -> Prompt:
    due = chased.item.due or Due("", chased.item.requested_on)
    return Prompt(chased.case, chased.item.agency, due.level, due.on, chased.item.requested_on)


def _groups(app: App, prompts: Sequence[Prompt]) -> list[tuple[tuple[Prompt, ...], str]]:
    usual = "yes" if delivery.sends(app) else "no"
    if app.configuration.mail.get("together", usual) != "yes":
        return [((prompt,), "") for prompt in prompts]
    return [(group, "") for group in sending.together(prompts, delivery.limits(app).requests_per_message)]


def _made(app: App, groups: Sequence[tuple[tuple[Prompt, ...], str]]) -> tuple[tuple[Letter, ...], tuple[str, ...]]:
    """The letters, and words for those that cannot be made.

    Raises: WrongConfiguration, where none can because of cdr.yaml; NotAllowed for a member's key that cannot be used.
    """
    if groups:
        app.store.public_keys_of_members()  # where one cannot be used nothing can be recorded: told once, not once a message
    letters: list[Letter] = []
    warnings: list[str] = []
    errors: list[CdrError] = []
    for prompts, message_id in groups:
        try:
            letters.append(messages.letter(app, prompts, message_id))
        except (NotFound, NotAllowed, WrongConfiguration) as error:
            errors.append(error)
            about = ", ".join(f"{prompt.level} for {prompt.case}" for prompt in prompts)
            warnings.append(f"Not sent: {about}, {prompts[0].agency}: {error.message} {error.hint}".rstrip())
    if errors and not letters and all(isinstance(error, WrongConfiguration) for error in errors):
        raise errors[0]
    return tuple(letters), tuple(warnings)


def _after(app: App, chased: Chased, prompts: Mapping[str, Any], today: date) -> Chased:
    """The same request once its message is sent: the message stays `due`, so that it is told what this run sent."""
    request = Request(chased.item.agency, chased.item.requested_on, "outstanding")
    now = as_chased(app, chased.case, request, prompts, today).item
    return replace(chased, item=ChaseItem(now.agency, now.requested_on, chased.item.due, now.next, now.sent))
