"""The pass-phrase that a form is locked with: the one that its agency agreed, or a fresh one that nobody has yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.app import App
from cdr.domain.asking.agreed import Agreed, agreed_of
from cdr.domain.rulebook.agency_routes import ROUTE_IN_WORDS
from cdr.domain.rulebook.configuration import FORM
from cdr.domain.rulebook.validation import items_at, text_at
from cdr.records import dataclass


@dataclass(frozen=True)
class Told:
    """The words to tell, and the number to ring.

    Where the agency has the words already, since when; where it had others that are too old, until when. By another route than the
    form by mail nobody needs the words, and they are told to nobody.
    """

    words: str
    telephone: str
    agreed_on: date | None = None
    ended_on: date | None = None
    route: str = FORM

    @property
    def is_needed(self) -> bool:
        """Whether the agency opens its form with the words."""
        return self.route == FORM

    def as_shown(self) -> str:
        """What a table shows: what the agency has already is not shown again."""
        if not self.is_needed:
            return f"none: {self.route.replace('_', ' ')}"
        return f"as agreed on {self.agreed_on}" if self.agreed_on else self.words

    def in_line(self, agency: str) -> str:
        """The same on a line of its own, with the number."""
        return f"{agency}: {self.as_shown()}{f' (telephone {self.telephone})' if self.telephone else ''}"

    def hints(self, agency: str) -> list[str]:
        """What to do with it, a sentence each."""
        if not self.is_needed:
            return [f"{agency}: {ROUTE_IN_WORDS[self.route]}; no pass-phrase."]
        if self.agreed_on:
            return [f"{agency} has its pass-phrase; to see it: cdr agency passphrase {agency}"]
        number = f" ({self.telephone})" if self.telephone else ""
        told = f"Tell the agency this pass-phrase by telephone{number}. It is shown once and kept nowhere."
        return [told, *self.renewal(agency)]

    def renewal(self, agency: str) -> list[str]:
        """What to do where the agency had agreed words that are too old now."""
        ended = f"The pass-phrase that {agency} had agreed ended on {self.ended_on}; agree another: cdr agency passphrase {agency} --new"
        return [ended] if self.ended_on else []

    def to_json(self) -> dict[str, str | None]:
        """As every command has it that made a form."""
        on = self.agreed_on.isoformat() if self.agreed_on else None
        words = self.words if self.is_needed else None
        return {"passphrase": words, "telephone": self.telephone or None, "agreed_on": on}


def agreed(app: App) -> Mapping[str, Agreed]:
    """What was agreed, by agency. Raises: NotAllowed, NotAuthentic, TryAgain."""
    from cdr.store.passphrases import passphrases

    kept = passphrases(app.store)
    return agreed_of(kept.body if kept else None)


def record_told(app: App, agency: str, to: str) -> None:
    """Record who was told the words that an agency agreed, today, by whoever acts. Raises: ConditionsNotMet."""
    from cdr.domain.asking import agreed as agreeing
    from cdr.store.passphrases import passphrases, passphrases_place
    from cdr.store.transaction import Change

    with app.store.writing():
        kept = passphrases(app.store)
        body = agreeing.with_told(kept.body if kept else None, agency, app.clock.today, to, app.store.person.name)
        app.store.commit(Change("agency passphrase", {passphrases_place(): body}), [kept] if kept else [])


def record(app: App, agency: str, anew: bool) -> None:
    """Keep fresh words for all forms of an agency from today on, or (not `anew`) none any more. Raises: ConditionsNotMet."""
    from cdr.domain.asking import agreed as agreeing
    from cdr.domain.asking import passphrase
    from cdr.store.passphrases import passphrases, passphrases_place
    from cdr.store.transaction import Change

    with app.store.writing():
        kept = passphrases(app.store)
        before = kept.body if kept else None
        fresh = Agreed(passphrase.new(), app.clock.today)
        body = agreeing.with_agreed(before, agency, fresh) if anew else agreeing.without_agreed(before, agency)
        app.store.commit(Change("agency passphrase", {passphrases_place(): body}), [kept] if kept else [])


def for_form(
    app: App, agency: str, known: Mapping[str, Agreed], form_a: Mapping[str, Any], route: str | None = None
) -> Told:
    """The words for one more form of an agency; `known` is what was agreed, `route` another one than the agency's."""
    from cdr.domain.asking import passphrase

    own, number = known.get(agency), telephone(app, agency, form_a)
    way = route or app.configuration.agency(agency).route
    if way != FORM:
        return Told(passphrase.new(), number, route=way)
    if own and own.holds(app.clock.today):
        return Told(own.words, number, own.on)
    return Told(passphrase.new(), number, ended_on=own.until if own else None)


def telephone(app: App, agency: str, form_a: Mapping[str, Any]) -> str:
    """The number to ring: the agency's in cdr.yaml, else that of the professional whom Form A names; empty where none is known."""
    own = app.configuration.agency(agency).phone
    named = (text_at(item, "phone") for _, item in items_at(form_a, "professionals") if item.get("agency") == agency)
    return own or next(filter(None, named), "")
