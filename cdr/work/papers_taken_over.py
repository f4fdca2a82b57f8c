"""What goes along with cases that are taken over and is of no case: meetings of the panel, who signed, agreed pass-phrases, what was published.

An area's own words for a report and the lines of who opened what stay where they were written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cdr.domain.merging.renaming import Names, of_some_cases, renamed
from cdr.domain.panel.meeting import new_id
from cdr.moments import day
from cdr.records import replace
from cdr.statistics.release import release_of
from cdr.store import panels, passphrases, releases
from cdr.store.document import Document
from cdr.store.layout import Place
from cdr.store.store import Store


def meeting_names(
    here: Store, there: Store, cases: Collection[str], authorities: Collection[str], given: Mapping[str, str]
) -> dict[str, str]:
    """The meetings that come along and were not `given` a name here before, each with its own or, where one here has that, the next of its day."""
    taken = {*panels.panel_file(here).whole().meetings}
    found: dict[str, str] = {}
    for id_, document in panels.panel_file(there).whole().meetings.items():
        if id_ not in given and _comes(document, cases, whole=not authorities):
            found[id_] = new_id(day(str(document.body["date"])), taken) if id_ in taken else id_
            taken.add(found[id_])
    return found


def papers(
    here: Store, there: Store, cases: Collection[str], names: Names, *, whole: bool
) -> Iterator[tuple[Document, Place]]:
    """Each paper as it comes, in the words of the other store, with its place here. Raises: NotAllowed, NotAuthentic, TryAgain."""
    ours, theirs = panels.panel_file(here).whole(), panels.panel_file(there).whole()
    for id_, document in theirs.meetings.items():
        if _comes(document, cases, whole=whole):
            called = names.panels[id_]
            body = {**of_some_cases(document.body, {*cases}), "id": called}
            yield _of(document, _with_those_here(body, ours.meetings.get(called), names)), panels.meeting_place(called)
    if theirs.agreements:
        yield from _joined(theirs.agreements, ours.agreements, "agreements", ("who", "on", "until"), names)
    agreed, ours_agreed = passphrases.passphrases(there), passphrases.passphrases(here)
    if agreed:
        yield from _joined(agreed, ours_agreed, "agreed", ("agency",), names)
    yield from _published(here, there)


def replaced(here: Store, documents: Mapping[Place, Any]) -> list[Document]:
    """The documents of this store that these come in place of."""
    of_panel = panels.panel_file(here).whole()
    known = [*of_panel.meetings.values(), of_panel.agreements, passphrases.passphrases(here)]
    return [one for one in known if one is not None and one.place in documents]


def _comes(document: Document, cases: Collection[str], *, whole: bool) -> bool:
    of_meeting = {one["case"] for one in document.body["cases"]}
    return bool(of_meeting & {*cases}) or (whole and not of_meeting)


def _of(document: Document, body: Mapping[str, Any]) -> Document:
    return replace(document, body=dict(body), text=None)


def _with_those_here(body: dict[str, Any], known: Document | None, names: Names) -> dict[str, Any]:
    """A meeting of which some cases were taken over before, with those too."""
    if known is None:
        return body
    body = dict(renamed(body, names))
    for name in ("cases", "conflicts", "readings"):
        before = known.body.get(name, [])
        new = [one for one in body.get(name, []) if one not in before]
        if before or new:
            body[name] = [*before, *new]
    return body


def _joined(
    theirs: Document, ours: Document | None, name: str, known_by: Iterable[str], names: Names
) -> Iterator[tuple[Document, Place]]:
    """Their list behind ours; an entry about the same stands as it does here."""
    before = ours.body[name] if ours else []
    keys = [tuple(one.get(key) for key in known_by) for one in before]
    new = [one for one in renamed(theirs.body, names)[name] if tuple(one.get(key) for key in known_by) not in keys]
    if new:
        yield _of(theirs, {**theirs.body, name: [*before, *new]}), theirs.place


def _published(here: Store, there: Store) -> Iterator[tuple[Document, Place]]:
    """What was published there, with the next numbers of this register: what is published later is held against it."""
    known = [release_of(one.body) for one in releases.releases(here)]
    same = {(one.on, one.text) for one in known}
    theirs = [(one, release_of(one.body)) for one in releases.releases(there)]
    new = [document for document, one in theirs if (one.on, one.text) not in same]
    for number, one in enumerate(new, len(known) + 1):
        yield _of(one, {**one.body, "number": number}), releases.release_place(number)
