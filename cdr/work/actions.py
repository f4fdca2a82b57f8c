"""The register of actions over all cases and meetings: read, looked up by id, and opened by what an analysis recommends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.app import App
from cdr.columns import ACTED
from cdr.domain.panel.actions import Action, actions_of, of_recommendations
from cdr.domain.panel.recommendations import Earlier
from cdr.errors import NotFound

MARK = "A"


def actions(app: App) -> list[Action]:
    """Every action of every case and meeting, the nearest day first."""
    from cdr.store.panels import panel_file

    of_cases = [one for case, kept in app.column(ACTED).items() for one in actions_of(kept, case=case)]
    of_panels = [
        one for id_, meeting in panel_file(app.store).meetings.items() for one in actions_of(meeting.body, panel=id_)
    ]
    return sorted([*of_cases, *of_panels], key=lambda one: (one.due, one.id))


def action(app: App, id_: str) -> Action:
    """One action; its id may be given in small letters. Raises: NotFound."""
    wanted = id_.strip().upper()
    found = next((one for one in actions(app) if one.id == wanted), None)
    if found is None:
        raise NotFound("There is no such action in this store.", "See: cdr action list")
    return found


def new_action_id(app: App, taken: set[str]) -> str:
    """An id that no action has: `A2026-7K3M`; it says nothing but the year. It is added to `taken`."""
    from cdr.store import layout

    made = MARK + layout.new_reference(app.clock.today, {one.removeprefix(MARK) for one in taken})
    taken.add(made)
    return made


def with_recommendations(app: App, case: Mapping[str, Any], form_c: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The case with an action for each recommendation of its analysis, where that is ratified."""
    taken = {one.id for one in actions(app)}
    return of_recommendations(case, form_c, on, app.policy, lambda: new_action_id(app, taken))


def said_in(app: App, reference: str) -> list[Earlier]:
    """The learning points and recommendations of a case's analysis, with what became of each recommendation."""
    from cdr.domain.panel.actions import words
    from cdr.domain.rulebook.validation import items_at, text_at
    from cdr.statistics.years import year_of

    documents, facts = app.store.case(reference), app.facts_of(reference)
    analysis, day = documents.analysis_body or {}, facts.ratified_on
    year = year_of(day) if day else "not ratified"
    became = {one.number: words(one.status) for one in facts.actions}
    learning = [
        Earlier(reference, year, "Learning point", text_at(item, "text"))
        for _, item in items_at(analysis, "learning_points")
    ]
    asked = [
        Earlier(reference, year, "Recommendation", text_at(item, "text"), became.get(n + 1, ""))
        for n, item in items_at(analysis, "recommendations")
    ]
    return [one for one in (*learning, *asked) if one.text]


def said_before(app: App, but: str) -> list[Earlier]:
    """What was said in every other case that was reviewed; each is opened for it."""
    from cdr.app import progress

    reviewed = [ref for ref, facts in app.cases().items() if facts.ratified_on and ref != but]
    return [one for ref in progress(reviewed, "Reading what was said before") for one in said_in(app, ref)]
