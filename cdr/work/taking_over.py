"""An area's change of hands: this store takes over the cases of another, all of them or those of some authorities.

Two areas join where a store takes over both; one is split where two stores take over their share of it. What comes is encrypted to who reads
here, in one signed commit; what it came from is named with its last commit, closed, and stays to be read and verified. See docs/adr/0051.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from cdr.app import App
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.places import own_authority
from cdr.domain.merging.renaming import Names, named, renamed
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.mail import outbox
from cdr.moments import day
from cdr.records import dataclass, field
from cdr.statistics.years import year_of
from cdr.store import anchors, erasing, layout, remotes, taken_over
from cdr.store.document import Document
from cdr.store.layout import Place
from cdr.store.successions import FROM, TO, Succession, Taking
from cdr.store.transaction import Change
from cdr.work import papers_taken_over, syncing
from cdr.work.known import known

VERB = "take-over"
MOST_TOLD = 100


@dataclass(frozen=True)
class Wanted:
    """What is asked for: the other store's folder; the authorities whose children's cases come (none: all), and whether those of children of
    no authority of that area come along; what agencies and people are called here, by what they are called there."""

    folder: Path
    authorities: tuple[str, ...] = ()
    others: bool = False
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TakenOver:
    """What came of it: the other store's root and area, the anchor of its history, cases and meetings by what they were called there.

    `late` are cases that were written there after they had been taken over; `years` the cases notified and reviewed by year: here before, what
    came, and here now.
    """

    root: str
    area: str
    anchor: str
    cases: Mapping[str, str]
    meetings: Mapping[str, str]
    late: tuple[str, ...]
    years: Mapping[str, tuple[tuple[int, int, int], tuple[int, int, int]]]
    left: int

    @property
    def adds_up(self) -> bool:
        """Whether every year counts here what it counted, and what came."""
        return all(before + came == now for pair in self.years.values() for before, came, now in pair)


@dataclass
class _Plan:
    """What is to be written: by the places that things will have here."""

    names: Names
    documents: dict[Place, dict[str, Any]] = field(default_factory=dict)
    texts: dict[Place, bytes] = field(default_factory=dict)
    attachments: dict[Place, bytes] = field(default_factory=dict)
    current: list[Document] = field(default_factory=list)

    def put(self, document: Document, place: Place) -> None:
        """A document of the other store at its place here, in its own words where nothing in it is called otherwise."""
        body = renamed(document.body, self.names)
        self.documents[place] = body
        if body == document.body and document.text is not None:
            self.texts[place] = document.text


def take_over(app: App, wanted: Wanted, *, dry_run: bool = False) -> TakenOver:
    """Take over what is asked for in one commit here, and close the other store; what was stopped goes on with the same call.

    Raises: ConditionsNotMet with everything that stands in the way, WrongUsage, NotAllowed, NotAuthentic, TryAgain; then nothing was recorded.
    """
    there = App(store_option=str(wanted.folder), as_of=app.as_of, acting=app.acting, debug=app.debug)
    app.store.require_member()
    there.store.require_member()
    if there.store.root == app.store.root:
        raise WrongUsage("That is a copy of this store.", "Give the folder of the other: cdr take-over FOLDER")
    _refuse_unknown(there, wanted)
    if remotes.noted(there.store) and (error := syncing.quietly(there)):
        raise error
    with there.store.writing(), app.store.writing():
        before = taken_over.taken_from(app.store, there.store.root)
        chosen = _chosen(there, wanted)
        new = sorted(chosen.keys() - (before.cases if before else set()))
        late = taken_over.late(there.store, before) if before else ()
        names = _names(app, there, new, before, wanted)
        counts = _counts(app.cases())
        unmet = [*_unmet_there(there), *_unmet_here(app, there, chosen, new, names)]
        if unmet:
            more = [f"and {len(unmet) - MOST_TOLD} more"] if len(unmet) > MOST_TOLD else []
            raise ConditionsNotMet("Nothing was taken over.", [*unmet[:MOST_TOLD], *more], "Put these right first.")
        taking = _taking(app, there, new, names)
        if new and not dry_run:
            _record_here(app, there, _plan(app, there, new, names, wanted), before, taking)
        if not dry_run:
            _close_there(app, there)
    meetings = {one: other for one, other in names.panels.items() if before is None or one not in before.renamed}
    return TakenOver(
        there.store.root,
        there.configuration.area,
        taking.anchor,
        {case: names.cases.get(case, case) for case in new},
        meetings,
        late,
        _years(counts, _counts({case: chosen[case] for case in new if case in there.cases()}), app, dry_run),
        len(taken_over.left(there.store, chosen)),
    )


# ---- which cases, and what they are called -----------------------------------------------------------------------------


def _refuse_unknown(there: App, wanted: Wanted) -> None:
    known_there = there.configuration.authorities
    wrong = [name for name in wanted.authorities if own_authority(name, known_there) is None]
    if wrong:
        raise WrongUsage(f"That area has no authority {wrong[0]}.", f"Its authorities are: {', '.join(known_there)}")
    if wanted.others and not wanted.authorities:
        raise WrongUsage("--others belongs to --authority.", "Without either, all cases are taken over.")
    people = {one.id for one in there.configuration.agencies} | {one.id for one in there.configuration.members}
    if strange := sorted(wanted.people.keys() - people):
        raise WrongUsage(f"That store knows nobody called {strange[0]}.", "--rename THERE=HERE, as in its cdr.yaml")


def _chosen(there: App, wanted: Wanted) -> dict[str, Facts]:
    """The cases that are asked for, with those that are void, by reference."""
    every = {**there.cases(), **there.void_cases()}
    if not wanted.authorities:
        return every
    of_area = there.configuration.authorities

    def is_wanted(facts: Facts) -> bool:
        lived = facts.notification.local_authority
        if own_authority(lived, wanted.authorities) is not None:
            return True
        return wanted.others and own_authority(lived, of_area) is None

    return {case: facts for case, facts in every.items() if is_wanted(facts)}


def _names(app: App, there: App, new: Collection[str], before: Succession | None, wanted: Wanted) -> Names:
    """What is called otherwise here. A reference or a meeting's id stays what it is, where nothing here is called so."""
    known_names = before.renamed if before else {}
    taken = {*app.store.references, *new}
    cases = {old: made for old, made in known_names.items() if layout.REFERENCE.fullmatch(old)}
    for case in new:
        if case in app.store.references:
            cases[case] = layout.new_reference(day(f"{case[:4]}-07-01"), taken)
            taken.add(cases[case])
    panels = {old: made for old, made in known_names.items() if old not in cases}
    panels |= papers_taken_over.meeting_names(app.store, there.store, new, wanted.authorities, panels)
    return Names(cases, panels, wanted.people)


# ---- what stands in the way --------------------------------------------------------------------------------------------


def _unmet_there(there: App) -> Iterator[str]:
    store = there.store
    for case in sorted(store.left_out):
        yield f"{case} cannot be read there: cdr verify --repair [AREA-01]"
    if outbox.names(store.outbox):
        yield "Messages wait there to be sent: cdr outbox [AREA-02]"
    for case in sorted(erasing.asked_for(store)):
        yield f"{case} is to be erased there and nobody has confirmed it: confirm it, or take that back [AREA-03]"


def _unmet_here(app: App, there: App, chosen: Mapping[str, Facts], new: Collection[str], names: Names) -> Iterator[str]:
    ours, theirs = app.configuration, there.configuration
    others = [one for root, one in taken_over.takers(there.store).items() if root != app.store.root]
    gone = {case for one in others for case in one.cases}
    for case in sorted({*new} & gone):
        yield f"{case} was taken over by another store already [AREA-04]"
    for case in new:
        lived = chosen[case].notification.local_authority
        if own_authority(lived, theirs.authorities) and own_authority(lived, ours.authorities) is None:
            yield f"{case}: its authority is none of area.authorities here, so no table would count it [AREA-05]"
    yield from _same_children(app, there, new)
    yield from _unknown_people(app, there, new, names)


def _same_children(app: App, there: App, new: Collection[str]) -> Iterator[str]:
    from cdr.domain.case.duplicates import same_child

    here = {case: one.identity for case, one in known(app).items() if one.identity}
    for case, one in known(there).items():
        if case in new and one.identity:
            for other, identity in here.items():
                if same_child(one.identity, identity):
                    yield f"{case} there and {other} here seem to be the same child's: make one of them void (cdr void) [AREA-06]"


def _unknown_people(app: App, there: App, new: Collection[str], names: Names) -> Iterator[str]:
    """Agencies and people whom the cases name, and who are not in cdr.yaml here, or are somebody else."""
    theirs = {one.id: one for one in there.configuration.agencies}
    ours = {one.id: one for one in app.configuration.agencies}
    used = set().union(*(named(there.store.case(case).requests.body, theirs) for case in new), set())
    used |= {agency for case in new for agency in there.store.case(case).returns_by_agency if agency in theirs}
    for id_ in sorted(used):
        here = ours.get(names.people.get(id_, id_))
        if here is None:
            yield f"{id_} is not among agencies of cdr.yaml here: add it, or say how it is called here (--rename {id_}=ID) [AREA-07]"
        elif id_ not in names.people and (here.name, here.type) != (theirs[id_].name, theirs[id_].type):
            yield f"{id_} is another agency here: name its id here (--rename {id_}=ID) [AREA-08]"
    members = {one.id: one.name for one in app.configuration.members}
    for one in there.configuration.members:
        if one.id not in names.people and members.get(one.id, one.name) != one.name:
            yield f"{one.id} is another member of the panel here: --rename {one.id}=ID [AREA-08]"


# ---- recording ---------------------------------------------------------------------------------------------------------


def _taking(app: App, there: App, new: Collection[str], names: Names) -> Taking:
    anchor = anchors.now(there.store)
    return Taking(
        app.clock.today.isoformat(),
        app.store.person.fingerprint,
        anchor.commit,
        anchor.text(app.clock.real_today),
        tuple(new),
        {one: other for known_names in (names.cases, names.panels) for one, other in known_names.items()},
    )


def _plan(app: App, there: App, new: Collection[str], names: Names, wanted: Wanted) -> _Plan:
    plan = _Plan(names)
    for case in there.store.progress(list(new), "Reading the other store"):
        called = names.cases.get(case, case)
        file = there.store.case(case)
        for document in file:
            if document.revision:
                plan.put(document, app.store.place(called, document.place.id))
        for id_, data in taken_over.attachments(there.store, case):
            plan.attachments[app.store.place(called, id_)] = data
    whole = not wanted.authorities
    for document, place in papers_taken_over.papers(app.store, there.store, new, names, whole=whole):
        plan.put(document, place)
    plan.current += papers_taken_over.replaced(app.store, plan.documents)
    return plan


def _record_here(app: App, there: App, plan: _Plan, before: Succession | None, taking: Taking) -> None:
    root, area = there.store.root, there.configuration.area
    said = before.with_one(taking) if before else Succession(FROM, root, area, (taking,))
    change = Change(VERB, plan.documents, plan.texts, plan.attachments, {said.path: said.written()})
    app.store.commit(change, plan.current)
    app.store.look_again()


def _close_there(app: App, there: App) -> None:
    """Say in the other store what was taken over; also where that was stopped before."""
    here = taken_over.taken_from(app.store, there.store.root)
    if here is None:
        return
    said = Succession(TO, app.store.root, app.configuration.area, here.takings)
    if taken_over.takers(there.store).get(app.store.root) != said:
        there.store.commit(Change(VERB, open_files={said.path: said.written()}))


# ---- counting ----------------------------------------------------------------------------------------------------------


def _counts(cases: Cases) -> tuple[Counter[str], Counter[str]]:
    notified = (one.notification.notified_on for one in cases.values())
    reviewed = (one.ratified_on for one in cases.values())
    return Counter(year_of(on) for on in notified if on), Counter(year_of(on) for on in reviewed if on)


def _years(
    before: tuple[Counter[str], Counter[str]], came: tuple[Counter[str], Counter[str]], app: App, dry_run: bool
) -> dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]]:
    now = tuple(one + other for one, other in zip(before, came, strict=True)) if dry_run else _counts(app.cases())
    years = sorted({year for pair in (before, came, now) for counter in pair for year in counter})
    return {
        year: (
            (before[0][year], came[0][year], now[0][year]),
            (before[1][year], came[1][year], now[1][year]),
        )
        for year in years
    }
