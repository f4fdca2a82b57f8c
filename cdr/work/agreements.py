"""Who signed the statement of confidentiality, as verbs show it and warn where a signature is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cdr.app import App
from cdr.domain.panel.agreements import Agreement, agreements_of, unsigned
from cdr.terminal.output import put, put_json, table


def agreements(app: App) -> list[Agreement]:
    """Every signature."""
    from cdr.store.panels import panel_file

    kept = panel_file(app.store).agreements
    return agreements_of(kept.body if kept else None)


def record_agreement(app: App, who: str, on: date, until: date | None) -> None:
    """Record that somebody signed. Raises: NotFound for who is neither a member nor an agency."""
    from cdr.domain.panel.agreements import signed
    from cdr.domain.panel.people import refuse_strangers
    from cdr.store.panels import agreements_place, panel_file
    from cdr.store.transaction import Change

    with app.store.writing():
        refuse_strangers([who], app.configuration)
        kept = panel_file(app.store).agreements
        body = signed(kept.body if kept else None, Agreement(who, on, until))
        app.store.commit(Change("panel", {agreements_place(): body}), [kept] if kept else [])


def take_back(app: App, who: str, on: date) -> None:
    """Record that somebody did not sign on a day after all. Raises: ConditionsNotMet where that was not recorded."""
    from cdr.domain.panel.agreements import not_signed
    from cdr.store.panels import agreements_place, panel_file
    from cdr.store.transaction import Change

    with app.store.writing():
        kept = panel_file(app.store).agreements
        body = not_signed(kept.body if kept else None, who, on)
        app.store.commit(Change("panel", {agreements_place(): body}), [kept] if kept else [])


def unsigned_on(app: App, people: Sequence[str], day: date) -> list[str]:
    """Those members of the panel among these of whom no signature holds on a day; an agency's id stands for whoever came, and signs nothing."""
    members = {member.id for member in app.configuration.members}
    return unsigned([who for who in people if who in members], agreements(app), day)


def show_agreements(app: App, as_json: bool) -> None:
    """Show every signature and whether it holds, for a person or as JSON."""
    found, today = agreements(app), app.clock.today
    if as_json:
        listed = [
            {
                "who": one.who,
                "on": one.on.isoformat(),
                "until": one.until.isoformat() if one.until else None,
                "holds": one.holds(today),
            }
            for one in found
        ]
        put_json({"schema": "cdr-agreements/1", "agreements": listed})
    elif found:
        rows = [(one.who, one.on, one.until or "-", "yes" if one.holds(today) else "no") for one in found]
        put(table(rows, ["who", "signed on", "until", "holds"]))
    else:
        put("Nobody's signature is recorded yet: cdr panel agreement WHO")
