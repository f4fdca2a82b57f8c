"""Sending: what is about to go is recorded, handed over message by message, and marked with what came of it.

A crash between two steps leaves a message recorded as `sending`; the next run sends it again under the same message id, unless
the server's answer had been noted. One run sends at a time, and the store stays free meanwhile.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cdr import moments
from cdr.app import App, rules
from cdr.domain.asking import sending
from cdr.domain.asking.sending import Limits, Prompt, Unsent
from cdr.errors import DONE, TryAgain, WrongUsage
from cdr.mail.progress import Progress, Taken
from cdr.mail.transport import LATER, REFUSED, TAKEN, UNCERTAIN, Delivery, Envelope, Transport, configured
from cdr.records import dataclass, field
from cdr.store.document import Document
from cdr.store.layout import Place
from cdr.store.transaction import DEFERRED, Change, signals_deferred
from cdr.terminal.output import say
from cdr.work import messages
from cdr.work.messages import Letter

INTERRUPTED = "it was interrupted"


@dataclass(frozen=True)
class Sent:
    """One prompt of a message that was handed over, and what came of it; `again` when it may have gone out before."""

    prompt: Prompt
    to: tuple[str, ...]
    delivery: Delivery
    again: bool = False


@dataclass
class Ledgers:
    """The prompts of several cases while they are changed: as they stand, and as they will."""

    app: App
    current: dict[str, Document] = field(default_factory=dict)
    bodies: dict[Place, dict[str, Any]] = field(default_factory=dict)

    def body(self, case: str) -> Mapping[str, Any]:
        """A case's prompts with what was changed so far."""
        self.open([case])
        stands = self.current[case]
        body: Mapping[str, Any] = self.bodies.get(stands.place, stands.body)
        return body

    def open(self, cases: Iterable[str]) -> None:
        """Open the prompts of cases, together where they are several."""
        self.current |= self.app.store.prompts({case: None for case in cases if case not in self.current})

    def change(self, case: str, how: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
        """Change a case's prompts."""
        body = how(self.body(case))
        self.bodies[self.current[case].place] = body

    def commit(self, ready: Callable[[], Callable[[], None] | None] = lambda: None, verb: str = "chase") -> None:
        """Record what changed, in one commit. Raises: as `Store.commit`."""
        if self.bodies:
            self.app.store.commit(Change(verb, self.bodies), self.current.values(), ready)


def sends(app: App) -> bool:
    """Whether messages leave this machine; else they go to the outbox."""
    return app.configuration.sends


def limits(app: App) -> Limits:
    """How much is sent, and how often tried."""
    return Limits.of(rules("mail"), app.configuration.mail)


def transport(app: App) -> Transport:
    """The way of sending that cdr.yaml asks for. Raises: WrongConfiguration, WrongUsage for the outbox."""
    if not sends(app):
        raise WrongUsage("The outbox sends nothing.")
    return configured(app.configuration.mail, limits(app).seconds)


def written_down(app: App, prompts: Document, letters: Sequence[Letter]) -> dict[Place, dict[str, Any]]:
    """What a change of one case adds: the words of its letters, and that they are about to be handed over, where a server takes them."""
    if not letters:
        return {}
    leaves = sends(app)
    if leaves:
        transport(app).close()  # where cdr.yaml is wrong, it is told before anything is recorded
    body: Mapping[str, Any] = prompts.body
    for letter in letters:
        [prompt] = letter.prompts
        if leaves:
            body = sending.begun(body, prompt, letter.message.to, letter.message.message_id)
        body = messages.with_words(body, prompt, letter, app.clock.today)
    return {prompts.place: dict(body)}


def to_outbox(app: App, letters: Sequence[Letter]) -> Callable[[], None] | None:
    """Write letters to the outbox, where that is how mail leaves; what takes them out again. Raises: DiskFailed."""
    return None if sends(app) else messages.out(app, letters)


def note_what_was_taken(app: App, noted: Path, ledgers: Ledgers) -> None:
    """Mark what the server took in a run that was killed before it could record it."""
    taken = {one.message_id: one for one in Progress(noted).noted()}
    if not taken:
        return
    for case, facts in app.cases_not_at_rest().items():
        for message_id in sending.unsent_ids(facts.prompts):
            if message_id in taken:
                _take(ledgers, case, taken[message_id])


def _take(ledgers: Ledgers, case: str, one: Taken) -> None:
    ledgers.change(case, lambda body: sending.taken(body, one.message_id, moments.day(one.on), one.refused))


def deliver(
    app: App, noted: Path, letters: Sequence[Letter], before: Mapping[str, Unsent] = MappingProxyType({})
) -> list[Sent]:
    """Hand over messages that are recorded as about to be, and mark what came of them; the lock of sending is held.

    `before` holds by message id how those stood that were tried before. A signal stops it after the message under way: what
    has gone is marked, the rest waits for the next run.
    Raises: as `Store.commit`; then the next run goes on where this one stopped.
    """
    if not letters:
        _forget_what_was_taken(app, noted)
        return []
    with signals_deferred():
        deliveries = _handed_over(app, noted, letters, before)
        with app.store.writing():
            ledgers, most = Ledgers(app), limits(app)
            ledgers.open(prompt.case for letter in letters for prompt in letter.prompts)
            for letter, delivery in zip(letters, deliveries, strict=True):
                for case in {prompt.case for prompt in letter.prompts}:
                    _mark(ledgers, case, letter.message.message_id, delivery, app.clock.today, most)
            ledgers.commit()
        _forget_what_was_taken(app, noted)
    repeated = {message_id for message_id, one in before.items() if one.status == sending.SENDING}
    return [
        Sent(prompt, letter.message.to, delivery, letter.message.message_id in repeated)
        for letter, delivery in zip(letters, deliveries, strict=True)
        for prompt in letter.prompts
    ]


def _forget_what_was_taken(app: App, noted: Path) -> None:
    """Clear the notes of what the server took, unless a case that cannot be read now may have one that is not recorded yet."""
    if not app.store.left_out:
        Progress(noted).clear()


def _handed_over(app: App, noted: Path, letters: Sequence[Letter], before: Mapping[str, Unsent]) -> list[Delivery]:
    from cdr.documents.letters.message import sender

    way, progress, from_ = transport(app), Progress(noted), sender(app.configuration)
    last_tries = {message_id for message_id, one in before.items() if one.tries + 1 >= limits(app).tries}
    found: list[Delivery] = []
    try:
        for letter in letters:
            if signal.sigpending() & DEFERRED:
                found.append(Delivery(LATER, why=INTERRUPTED))
                continue
            is_last_try = letter.message.message_id in last_tries
            delivery = way.deliver(Envelope(from_, letter.message.to, letter.mail, is_last_try))
            found.append(delivery)
            if delivery.outcome == TAKEN:
                progress.note(Taken(letter.message.message_id, app.clock.today.isoformat(), delivery.refused))
    finally:
        way.close()
    return found


def _mark(ledgers: Ledgers, case: str, message_id: str, delivery: Delivery, today: date, most: Limits) -> None:
    if delivery.outcome == TAKEN:
        ledgers.change(case, lambda body: sending.taken(body, message_id, today, delivery.refused))
    elif delivery.outcome in (LATER, REFUSED):
        ledgers.change(case, lambda body: sending.not_taken(body, message_id, delivery.refused, most))


def deliver_now(app: App, letters: Sequence[Letter]) -> list[Sent]:
    """Hand over messages just recorded, unless another run sends at this moment: then they go with the next one.

    What was not sent waits. Raises: as `deliver`.
    """
    if not letters or not sends(app) or app.configuration.only_watches:
        return []
    with ExitStack() as stack:
        try:
            noted = stack.enter_context(app.store.sending(wait=0))
        except TryAgain:
            later = Delivery(LATER, why="another run is sending at this moment")
            return [Sent(prompt, letter.message.to, later) for letter in letters for prompt in letter.prompts]
        with app.store.writing():
            ledgers = Ledgers(app)
            note_what_was_taken(app, noted, ledgers)
            ledgers.commit()
        cases = {letter.prompts[0].case for letter in letters}
        unsent = {message_id for case in cases for message_id in sending.unsent_ids(app.facts_of(case).prompts)}
        return deliver(app, noted, [letter for letter in letters if letter.message.message_id in unsent])


def line(sent: Sent) -> str:
    """What came of one message, for cron's mail: no name in it."""
    about = f"{sent.prompt.level} for {sent.prompt.case}, {sent.prompt.agency}"
    delivery = sent.delivery
    if delivery.outcome == TAKEN:
        verb = "Sent again" if sent.again else "Sent"
        left_out = f"; refused by the server for {', '.join(delivery.refused)}" if delivery.refused else ""
        took = [address for address in sent.to if address not in delivery.refused]
        return f"{verb}: {about}, to {', '.join(took)}{left_out}"
    if delivery.outcome == UNCERTAIN:
        return f"Not known whether sent: {about}: {delivery.why}; it is sent again with the next run"
    return f"Not sent: {about}: {delivery.why}; it is tried again with the next run"


def deliver_and_tell(app: App, letters: Sequence[Letter]) -> int:
    """Hand over messages that were just recorded, and tell what came of them; the exit code."""
    if letters and not sends(app):
        count = "message is" if len(letters) == 1 else "messages are"
        say(f"{len(letters)} {count} in {app.store.outbox}, to be sent.")
    return told(deliver_now(app, letters))


def told(sent: Sequence[Sent]) -> int:
    """Tell what came of messages that were handed over just now; the exit code: 75 where one stays to be sent."""
    for one in sent:
        say(line(one))
    return DONE if all(one.delivery.outcome == TAKEN for one in sent) else TryAgain.exit_code


def send_at_once(app: App, letter: Letter) -> str:
    """Hand over a message that is about no case's prompts, or write it into the outbox: its name there, empty where it was sent.

    Raises: TryAgain where it was not taken; DiskFailed.
    """
    if not sends(app):
        messages.out(app, [letter])
        return letter.name
    from cdr.documents.letters.message import sender

    way = transport(app)
    try:
        came = way.deliver(Envelope(sender(app.configuration), letter.message.to, letter.mail, is_last_try=True))
    finally:
        way.close()
    if came.outcome != TAKEN:
        raise TryAgain(
            f"The message was not sent: {came.why}.",
            "Correct the address or the mail server in cdr.yaml, and try again.",
        )
    return ""
