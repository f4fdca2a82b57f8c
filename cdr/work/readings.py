"""The readings before the talk as the verb records and counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr.app import App
from cdr.domain.panel.meeting import Meeting, meeting_of
from cdr.domain.panel.readings import Reading, opened, pairs, readings_of, refuse_reader, sealed
from cdr.errors import WrongUsage
from cdr.work.meetings import changing_meeting

if TYPE_CHECKING:
    from cdr.statistics.agreement import Agreement

FORM = "reading"


def seal(app: App, id_: str, case: str, who: str, file: str | None) -> str:
    """Seal one member's reading, from a file or as a person types it; the meeting's id. Raises: NotFound, InvalidData, ConditionsNotMet."""
    from cdr.terminal.output import file_name, given
    from cdr.work.taking_in import check

    with changing_meeting(app, id_) as now:
        refuse_reader(now.document.body, now.meeting, case, who, app.configuration)
        raw, name = (_typed(), "-") if file is None else (given(file), file_name(file))
        form = check(raw, name, FORM, lambda _: [], case)
        now.record_document(sealed(now.document.body, case, who, form.body, app.clock.today))
        return now.meeting.id


def leave(app: App, id_: str, case: str, who: str, *, taken_back: bool = False) -> tuple[Meeting, bool]:
    """Record that somebody leaves for a case, or does not after all; the meeting, and whether their sealed reading went with that.

    Raises: NotFound, ConditionsNotMet.
    """
    from cdr.domain.panel.meeting import document_of, in_conflict
    from cdr.domain.panel.people import refuse_strangers
    from cdr.domain.panel.readings import withdrawn

    with changing_meeting(app, id_) as now:
        refuse_strangers([who], app.configuration)
        body = document_of(in_conflict(now.meeting, case, who, taken_back=taken_back), now.document.body)
        changed = body if taken_back else withdrawn(body, case, who)
        now.record_document(changed)
        return meeting_of(changed), len(readings_of(changed)) < len(readings_of(body))


def _typed() -> bytes:
    """What a person answers, as the form has it. Raises: WrongUsage where nobody can be asked."""
    from cdr.forms import codec, migrations
    from cdr.terminal.terminal import is_attended, line

    if not is_attended():
        raise WrongUsage(
            "A reading comes from a file, and nobody can be asked here.",
            "Give it with --from FILE; - is standard input.",
        )
    category = line("Category of death, 1 to 10: ")
    modifiability = line("Factors that could be changed: yes, no or inadequate_information: ")
    reason = line("Why (Enter for nothing): ")
    said = {"category": int(category) if category.isdecimal() else category, "modifiability": modifiability}
    return codec.dump({"schema": migrations.current(FORM), **said, **({"reason": reason} if reason else {})})


def open_both(app: App, id_: str, case: str) -> tuple[str, list[Reading]]:
    """Open both readings of a case together, also once the meeting is over; its id and the two. Raises: NotFound, ConditionsNotMet."""
    from cdr.domain.panel.meeting import refuse_without

    with changing_meeting(app, id_, also_over=True) as now:
        refuse_without(now.meeting, case)
        app.store.cases_opened.add(case)  # what they say of it is read, though its own documents are not opened
        body = opened(now.document.body, case, app.clock.today)
        now.record_document(body)
        meeting = now.meeting.id
    return meeting, [one for one in readings_of(body) if one.case == case]


def agreed(app: App, year: str | None) -> tuple[Agreement, Agreement]:
    """How far two readers agreed on the category, and on what could be changed, over the meetings of a year, or of all."""
    from cdr.statistics.agreement import agreement
    from cdr.statistics.years import year_of
    from cdr.store.panels import panel_file

    bodies = [one.body for one in panel_file(app.store).meetings.values()]
    of_year = [body for body in bodies if year is None or year_of(meeting_of(body).on) == year]
    both = [pair for body in of_year for pair in pairs(readings_of(body))]
    return (
        agreement([(first.category, second.category) for first, second in both]),
        agreement([(first.modifiability, second.modifiability) for first, second in both]),
    )
