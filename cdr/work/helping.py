"""The organisations that letters name: those that ship, with the days on which the area rang them, and the area's own."""

from __future__ import annotations

from datetime import date

from cdr.app import App, rules
from cdr.domain.letters import organisations

LIST = "support-organisations"


def national(app: App) -> tuple[organisations.Organisation, ...]:
    """The organisations that ship, with the day on which the area last rang each."""
    return organisations.organisations(rules(LIST), app.configuration.support_checked)


def everyone(app: App) -> tuple[organisations.Organisation, ...]:
    """All organisations that a letter may name."""
    return (*national(app), *organisations.local(app.configuration.support))


def calls_to_make(app: App) -> tuple[date, list[str]] | None:
    """The round of calls that is near, and the organisations not yet rung for it."""
    return organisations.to_ring(everyone(app), rules(LIST)["ask_on"], app.clock.today)
