"""Messages that leave by hand: which wait, which are lost; marked as sent and put away, or made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from cdr.app import App
from cdr.domain.asking import leaving, said
from cdr.domain.asking.leaving import Outgoing
from cdr.domain.asking.said import Said, Told
from cdr.domain.asking.sending import BOUNCE
from cdr.errors import CdrError, NotFound
from cdr.mail import outbox
from cdr.records import dataclass, replace
from cdr.work import gaps, messages
from cdr.work.delivery import Ledgers, sends
from cdr.work.messages import Letter

SUFFIX = ".eml"


@dataclass(frozen=True)
class Standing:
    """How the outbox stands: the messages in it by name (None for one of which no case knows any more), and what is lost."""

    waiting: Mapping[str, Outgoing | None]
    lost: tuple[Outgoing, ...]


def standing(app: App) -> Standing:
    """What is in the outbox, and what should be there and is not; nothing is lost where mail leaves by itself."""
    there = outbox.names(app.store.outbox)
    made = _made(app, every=bool(there))
    by_name = {one.name: one for one in made}
    missing = () if sends(app) else tuple(leaving.lost(made, there))
    return Standing({name: by_name.get(name) for name in there}, missing)


def _made(app: App, every: bool) -> list[Outgoing]:
    cases = app.cases() if every else app.cases_not_at_rest()
    return leaving.outgoing({case: (facts.requests, facts.prompts) for case, facts in cases.items()})


def sent(app: App, files: Sequence[str], on: date) -> list[str]:
    """Record that these messages left by hand (by their files or their names), and take them out of the outbox; their names.

    Raises: NotFound where one is neither in the outbox nor known of any case; then nothing was changed.
    """
    wanted = list(dict.fromkeys(map(_name, files)))
    with app.store.writing():
        there, by_name = set(outbox.names(app.store.outbox)), {one.name: one for one in _made(app, every=True)}
        unknown = [name for name in wanted if name not in there and name not in by_name]
        if unknown:
            raise NotFound(f"There is no such message: {', '.join(unknown)}.", "See what there is with: cdr outbox")
        ledgers = Ledgers(app)
        leaving_now = [by_name[name] for name in wanted if name in by_name and by_name[name].left_on is None]
        ledgers.open(prompt.case for one in leaving_now for prompt in one.prompts)
        for one in leaving_now:
            _mark(app, ledgers, one, on)
        ledgers.commit(verb="outbox")
    outbox.put_away(app.store.outbox, wanted)
    return wanted


def _name(file: str) -> str:
    name = Path(file).name
    return name if name.endswith(SUFFIX) else f"{name}{SUFFIX}"


def _mark(app: App, ledgers: Ledgers, one: Outgoing, on: date) -> None:
    from cdr.documents.letters.message import message_id, sender
    from cdr.domain.asking.prompts_due import recipients

    domain = sender(app.configuration).rpartition("@")[2]
    for prompt in one.prompts:
        to = recipients(prompt.level, prompt.agency, app.configuration)
        day = prompt.due_on if prompt.level == BOUNCE else prompt.requested_on
        id_ = one.message_id or message_id(prompt.case, prompt.agency, prompt.level, day, domain=domain)
        ledgers.change(
            prompt.case,
            lambda body, prompt=prompt, to=to, id_=id_: leaving.mark_left(body, prompt, on, to, id_),  # type: ignore[misc]
        )


def again(app: App, references: Sequence[str]) -> tuple[list[str], list[str]]:
    """Make lost messages again, or of some cases each that is awaited and not in the outbox; their names, and why some were not made.

    A form in it is made from the ledger, with the pass-phrase that it had. Raises: NotFound, DiskFailed.
    """
    there = outbox.names(app.store.outbox)
    made = _made(app, every=bool(references))
    wanted = leaving.lost(made, there)
    if references:
        cases = app.cases()
        for reference in references:
            if reference not in cases:
                raise app.store.left_out.get(reference) or NotFound(
                    "There is no such case in this store.", "See: cdr list"
                )
        wanted = [replace(one, left_on=None) for one in made if {p.case for p in one.prompts} & set(references)]
        wanted = leaving.lost(wanted, there)
    letters: dict[str, Letter] = {}
    why: list[str] = []
    for one in wanted:
        try:
            letters[one.name] = _letter(app, one)
        except CdrError as error:
            why.append(f"Not made: {one.name}: {error.message} {error.hint}".rstrip())
    _write(app, letters)
    return list(letters), why


def _write(app: App, letters: Mapping[str, Letter]) -> None:
    """Write messages into the outbox that were there before; where their words are others now, those are kept too."""

    def write() -> Callable[[], None]:
        return outbox.write_all(app.store.outbox, {name: letter.mail for name, letter in letters.items()})

    with app.store.writing():
        ledgers = Ledgers(app)
        ledgers.open(prompt.case for letter in letters.values() for prompt in letter.prompts)
        for letter in letters.values():
            for prompt in letter.prompts:
                before = ledgers.body(prompt.case)
                now = messages.with_words(before, prompt, letter, app.clock.today)
                if now != before:
                    ledgers.change(prompt.case, lambda _, now=now: now)  # type: ignore[misc]
        if ledgers.bodies:
            ledgers.commit(write, "outbox")
        else:
            write()


def _letter(app: App, one: Outgoing) -> Letter:
    prompts = one.prompts
    if prompts[0].level == BOUNCE:
        [bounced] = prompts
        documents = app.store.case(bounced.case)
        given = documents.return_of(bounced.agency)
        complete = gaps.of_return(app, bounced.agency, given.body if given else {})
        about = (bounced.case, bounced.agency, bounced.due_on, complete, documents.requests.body)
        prompts = (gaps.to_send_back(*about),)
    return messages.letter(app, prompts, one.message_id)


def told(app: App, reference: str) -> list[Told]:
    """Every message about a case to an agency, in the order of its days. It opens the case. Raises: as `Store.case`."""
    documents = app.store.case(reference)
    requests = {} if app.configuration.only_watches else documents.requests.body
    return said.told(requests, documents.prompts.body)


def told_words(app: App, reference: str, number: int) -> Said:
    """What one message of a case said, by its number in that list. Raises: NotFound; as `told`."""
    found = told(app, reference)
    if not 1 <= number <= len(found):
        raise NotFound("There is no such message of this case.", f"See: cdr outbox show {reference}")
    words = found[number - 1].words
    if words is None:
        raise NotFound("What this message said was not kept: it is from before words were kept.", "")
    return words
