"""Learning as the verb makes a briefing of it and records to whom it went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cdr.app import App
from cdr.domain.panel.learning import Briefing, briefings_of, with_briefing, with_readers
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.documents.panel.briefing import Learning
    from cdr.documents.panel.paper import Paper

MARK = "L"


@dataclass(frozen=True)
class Made:
    """A briefing that was made: as it is recorded, how many points had no room, and how many words a person should look at."""

    briefing: Briefing
    left: int
    doubtful: int


def make(app: App, of: Sequence[str], title: str, write: Callable[[Paper], Callable[[], None] | None]) -> Made:
    """Make a briefing from ratified reviews (references, or meetings with all theirs), give it to `write`, and record it.

    Raises: NotFound; ConditionsNotMet where one is not ratified, or none of them has anything to learn.
    """
    from cdr.documents.panel.briefing import briefing
    from cdr.store import layout
    from cdr.store.panels import learning_place, panel_file
    from cdr.store.transaction import Change

    with app.store.writing():
        cases = _cases(app, of)
        learning, doubtful = _learning(app, cases)
        paper, left = briefing(learning, title, app.configuration.area)
        kept = panel_file(app.store).learning
        taken = {one.id.removeprefix(MARK) for one in briefings_of(kept.body if kept else None)}
        made = Briefing(MARK + layout.new_reference(app.clock.today, taken), app.clock.today, title, tuple(cases))
        body = with_briefing(kept.body if kept else None, made)
        app.store.commit(Change("learning", {learning_place(): body}), [kept] if kept else [], lambda: write(paper))
    return Made(made, left, doubtful)


def _cases(app: App, of: Sequence[str]) -> list[str]:
    """The cases that are named, and of the meetings that are those that are ratified. Raises: NotFound, ConditionsNotMet."""
    from cdr.domain.panel.meeting import meeting_of
    from cdr.store.panels import panel_file

    known = app.cases()
    ratified = {one for one, facts in known.items() if facts.ratified_on}
    named: list[str] = []
    unmet: list[str] = []
    for one in of:
        if one.upper().startswith("P"):
            of_meeting = meeting_of(panel_file(app.store).meeting(one).body).references
            named += [case for case in of_meeting if case in ratified]
            unmet += [] if ratified & {*of_meeting} else [f"{one}: none of its cases is ratified."]
        else:
            case = app.store.case(one).reference
            named.append(case)
            unmet += [] if case in ratified else [f"{case}: its review is not ratified."]
    if unmet:
        raise ConditionsNotMet("Only what the panel has ratified is sent out; nothing was made.", unmet)
    return [*dict.fromkeys(named)]


def _learning(app: App, cases: Sequence[str]) -> tuple[Learning, int]:
    """What these reviews say, without names, and how many words may still be names. Raises: ConditionsNotMet where there is nothing."""
    from cdr.documents.panel.briefing import Learning, Point
    from cdr.domain.panel.people import name_of
    from cdr.domain.rulebook.validation import items_at, text_at
    from cdr.forms.codelists import code_list
    from cdr.work.timelines import anonymiser_of

    learn: list[Point] = []
    asked: list[Point] = []
    doubtful = 0
    for reference in cases:
        documents = app.store.case(reference)
        anonymiser, form_c = anonymiser_of(app, documents), documents.analysis_body or {}
        for kind, into in (("learning_points", learn), ("recommendations", asked)):
            for _, item in items_at(form_c, kind):
                read = anonymiser.read(" ".join(text_at(item, "text").split()))
                doubtful += len(read.left)
                theme = code_list("learning_theme").label(text_at(item, "theme")) if into is learn else ""
                into.append(
                    Point(theme or name_of(text_at(item, "to"), app.configuration) or "Nobody named", read.text)
                )
    if not learn and not asked:
        raise ConditionsNotMet("There is nothing to send out; nothing was made.", ["No review has a learning point."])
    return Learning(
        len(cases), tuple(one for one in learn if one.words), tuple(one for one in asked if one.words)
    ), doubtful


def sent(app: App, id_: str, readers: Sequence[str], on: date) -> Briefing:
    """Record to whom a briefing went on a day. Raises: NotFound."""
    from cdr.store.panels import learning_place, panel_file
    from cdr.store.transaction import Change

    app.store.require_member()
    with app.store.writing():
        kept, wanted = panel_file(app.store).learning, id_.strip().upper()
        body = with_readers(kept.body if kept else None, wanted, [" ".join(one.split()) for one in readers], on)
        if kept and body != kept.body:
            app.store.commit(Change("learning", {learning_place(): body}), [kept])
    return next(one for one in briefings_of(body) if one.id == wanted)


def briefings(app: App) -> tuple[Briefing, ...]:
    """Every briefing that was made."""
    from cdr.store.panels import panel_file

    kept = panel_file(app.store).learning
    return briefings_of(kept.body if kept else None)
