"""Meetings of the panel as verbs read and change them: the lock, the meeting as it stands, what is decided, one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from cdr.app import App
from cdr.domain.case.standing import is_open
from cdr.domain.panel.meeting import Meeting, document_of, meeting_of
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass
from cdr.terminal.output import put, put_json

if TYPE_CHECKING:
    from datetime import date

    from cdr.documents.panel.meetings import Shown
    from cdr.domain.case.facts import Facts
    from cdr.domain.case.review import PanelMeeting
    from cdr.domain.process.due import Task
    from cdr.domain.process.policy import Policy
    from cdr.store.case_file import CaseFile
    from cdr.store.document import Document

Saying: TypeAlias = "Callable[[Mapping[str, Any], Mapping[str, Any], Meeting, date, str, Policy], dict[str, Any]]"


@dataclass(frozen=True)
class ChangingMeeting:
    """A meeting that nobody else changes meanwhile, and the others that there are."""

    app: App
    document: Document
    others: tuple[Meeting, ...]

    @property
    def meeting(self) -> Meeting:
        """The meeting as it stands."""
        return meeting_of(self.document.body)

    def record(
        self,
        made: Meeting,
        write: Callable[[], Callable[[], None] | None] = lambda: None,
        cases: Sequence[tuple[Document, Mapping[str, Any]]] = (),
    ) -> Meeting:
        """Record what the meeting is from now on, and with it what it changes in `cases`, in one commit; nothing where all say so already.

        `write` as in `Changing.record`. Raises: as `Store.commit`.
        """
        self.record_document(document_of(made, self.document.body), write, cases)
        return made

    def record_document(
        self,
        body: Mapping[str, Any],
        write: Callable[[], Callable[[], None] | None] = lambda: None,
        cases: Sequence[tuple[Document, Mapping[str, Any]]] = (),
    ) -> None:
        """The same of the document as a whole, its actions too."""
        from cdr.store.transaction import Change

        said = [(self.document, body), *cases]
        changed = {document.place: dict(now) for document, now in said if now != document.body}
        if changed:
            self.app.store.commit(Change("panel", changed), [document for document, _ in said], write)

    def in_cases(
        self, references: Iterable[str], change: Callable[[CaseFile], Mapping[str, Any]]
    ) -> list[tuple[Document, Mapping[str, Any]]]:
        """What the meeting changes in the case documents of these, of which a case that is closed or void keeps what it says."""
        files = [self.app.store.case(reference) for reference in references]
        return [(one.case, change(one)) for one in files if is_open(one.case.body)]


@contextmanager
def changing_meeting(app: App, id_: str, *, also_over: bool = False) -> Iterator[ChangingMeeting]:
    """Hold the store's lock and read a meeting. Raises: NotFound; ConditionsNotMet where it is over, unless `also_over`."""
    from cdr.store.panels import panel_file

    with app.store.writing():
        found = panel_file(app.store).whole()
        document = found.meeting(id_)
        if not also_over:
            from cdr.domain.panel.ending import refuse_over

            meeting = meeting_of(document.body)
            refuse_over(meeting, lambda: ratified_cases(app, meeting))
        yield ChangingMeeting(app, document, tuple(meeting_of(one.body) for one in found.meetings.values()))


def said_in_case(app: App, say: Saying, meeting: Meeting, documents: CaseFile) -> dict[str, Any]:
    """A case with what a meeting says in it today, in the name of whoever works here."""
    case, form_a = documents.case.body, documents.notification.body
    return say(case, form_a, meeting, app.clock.today, app.store.person.name, app.policy)


def ratified_cases(app: App, meeting: Meeting) -> list[str]:
    """The cases of a meeting that were ratified with it."""
    from cdr.domain.panel.readiness import ratified_by

    cases = app.cases_with(meeting.references)
    return [case for case in meeting.references if ratified_by(cases.get(case), meeting)]


def facts_for_panel(app: App, reference: str) -> Facts:
    """One case. Raises: NotFound, ConditionsNotMet for a void one, and what keeps it from being read."""
    found = app.cases().get(reference)
    if found is None:
        app.store.case(reference)
        raise ConditionsNotMet(
            "The case is void; nothing was recorded.", [f"{reference} is void."], "See: cdr void --help"
        )
    return found


def meetings(app: App) -> tuple[Meeting, ...]:
    """Every meeting, in the order of their days."""
    from cdr.store.panels import panel_file

    return tuple(meeting_of(one.body) for one in panel_file(app.store).meetings.values())


def panel_tasks(app: App) -> list[Task]:
    """What is due for meetings that are not over, and the open actions that belong to no case."""
    from cdr.domain.panel.actions import actions_of
    from cdr.domain.panel.meeting_days import meeting_tasks
    from cdr.domain.process.due import action_tasks
    from cdr.store.panels import panel_file

    bodies, on = [one.body for one in panel_file(app.store).meetings.values()], app.clock.today
    actions = [action for body in bodies for action in actions_of(body, panel=str(body["id"]))]
    return [*meeting_tasks(map(meeting_of, bodies), on), *action_tasks(actions, on)]


def raise_in_case(app: App, id_: str, reference: str, what: str) -> Meeting:
    """Record in a case what a meeting raised, and what that sets going from its day on; the meeting. Raises: NotFound."""
    from cdr.domain.case.panel_findings import with_findings, with_raised
    from cdr.domain.panel.meeting import refuse_without
    from cdr.store.panels import panel_file
    from cdr.work.changing import changing

    meeting = meeting_of(panel_file(app.store).meeting(id_).body)
    refuse_without(meeting, reference)
    day = min(meeting.on, app.clock.today)
    with changing(app, reference) as now:
        kept, form_a, returns = now.documents.case, now.documents.notification.body, now.documents.return_bodies
        raised = with_raised(kept.body, what, meeting.id, day)
        found = with_findings(raised, form_a, returns, now.documents.analysis_body or {}, day, app.policy)
        now.record("panel", {kept.place: found})
    return meeting


def meeting_for_review(app: App, id_: str, reference: str) -> PanelMeeting:
    """What a review needs to know of the meeting that had its case. Raises: NotFound."""
    from cdr.domain.case.review import PanelMeeting
    from cdr.domain.panel.people import missing
    from cdr.store.panels import panel_file

    meeting = meeting_of(panel_file(app.store).meeting(id_).body)
    lacks = missing(meeting.attended, app.configuration)
    return PanelMeeting(
        meeting.id,
        meeting.on,
        reference in meeting.references,
        not lacks,
        tuple(lacks),
        meeting.is_over,
        meeting.deferred.get(reference),
    )


def shown_meeting(app: App, meeting: Meeting) -> Shown:
    """A meeting with what is shown of it beside."""
    from cdr.documents.panel.meetings import Shown, there
    from cdr.work.agreements import unsigned_on

    people = unsigned_on(app, there(meeting), meeting.on)
    return Shown(meeting, app.cases(), app.configuration, app.clock.today, tuple(people))


def tell_meeting(app: App, meeting: Meeting, as_json: bool, sentence: str) -> None:
    """Say what was done with a meeting, in a sentence or as JSON."""
    if as_json:
        show_meeting(app, meeting, as_json)
    else:
        put(sentence)


def show_meeting(app: App, meeting: Meeting, as_json: bool, minutes: bool = False) -> None:
    """Show a meeting, for a person (with its `minutes` or without) or as JSON."""
    from cdr.documents.panel.meetings import lines, to_json

    shown = shown_meeting(app, meeting)
    if as_json:
        put_json(to_json(shown))
    else:
        put("\n".join(lines(shown, minutes)))
