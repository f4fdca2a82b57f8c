"""Exchanging what was recorded with another copy of the store: fetched, judged, put together, given back.

What two people did to one document is put together in memory (`domain/merging`). Only what both changed otherwise is asked about, one
field at a time; while nobody has decided, nothing changes: what was recorded here stands here, and theirs on the remote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cdr.app import App
from cdr.domain.merging import numbers, waivers
from cdr.domain.merging.three_ways import MISSING, Clash, Id, Side, merged
from cdr.errors import CdrError, ConditionsNotMet, InvalidData, TryAgain
from cdr.forms import codec, schema
from cdr.records import dataclass, field, replace
from cdr.store import anew, erasures, incoming, layout, reads, remotes
from cdr.store.document import Document, digest
from cdr.store.exchange import NotShared, Remote
from cdr.store.incoming import Incoming, Joint, Sides
from cdr.store.layout import Place
from cdr.store.registry import Registry
from cdr.store.snapshot import Snapshot
from cdr.terminal.going_back import in_turn
from cdr.work import carrying_out, made_here, meetings_apart

MOST_OPENED = 200  # of what came in; the rest is opened when it is asked for
TIMES = 5  # somebody else may push meanwhile
WHOLE = "the whole file"
ANEW = (
    "A case in which you had recorded something was erased meanwhile: that is dropped. "
    "What else you recorded since the last exchange is one change now, in your name."
)

Deciding = Callable[["Question"], Side]


@dataclass(frozen=True)
class Question:
    """One field of one file that both changed, each otherwise: its title, and its value before, here and there."""

    path: str
    field: str
    title: str
    clash: Clash

    @property
    def told(self) -> str:
        """Which field it is, without what it says."""
        return ": ".join(part for part in (self.path, self.field, self.title) if part)


class Undecided(Exception):
    """Nobody could be asked."""


@dataclass
class Synced:
    """What came of it: how many commits came in and went out, what was put together, what was decided, what `verify` would say."""

    remote: str
    received: int = 0
    sent: int = 0
    merged: tuple[str, ...] = ()
    decided: list[Question] = field(default_factory=list)
    encrypted: int = 0
    faults: tuple[tuple[str, str], ...] = ()
    erased: tuple[str, ...] = ()


# ---- the whole exchange -----------------------------------------------------------------------------------------------


def sync(app: App, remote: Remote, decide: Deciding, *, may_be_older: bool = False) -> Synced:
    """Take in what is new on the remote, put it together with what is new here, and give that to the remote.

    Raises: NotAuthentic where what came does not verify, or the remote was put back (unless it `may_be_older`); ConditionsNotMet where
    somebody has to decide and cannot be asked; NotFound, TryAgain, NotAllowed.
    """
    done, store = Synced(remote.shown), app.store
    reads.record_due(store)
    for _ in range(TIMES):
        theirs = _received(app, remote, decide, done, may_be_older)
        try:
            sent = remotes.given(store, remote, theirs)
        except NotShared as error:
            store.notices.append(f"{error.message} Nothing was given back. {error.hint}")
            if remotes.noted(store) is None:
                done.erased = tuple(carrying_out.carry_out(app))
            return done
        if sent is not None:
            done.sent += sent
            remotes.remember(store, remote)
            done.erased = tuple(carrying_out.carry_out(app, remote, was_put_back=may_be_older))
            return done
    raise TryAgain(f"Others kept changing {remote.shown} meanwhile.", "Run the command again.")


def _received(app: App, remote: Remote, decide: Deciding, done: Synced, may_be_older: bool) -> str | None:
    store = app.store
    store.require_accepted()
    store.person  # noqa: B018 - who has no key here has nothing to exchange
    theirs = remotes.fetched(store, remote, may_be_older=may_be_older)
    if theirs is None:
        return None
    with store.writing():
        found = incoming.judged(store, theirs)
        if found.is_ours_already:
            return theirs
        both = incoming.sides(store, found)
        done.faults = tuple(incoming.faults(store, found, both.theirs, MOST_OPENED))
        if found.is_ahead:
            incoming.take_over(store, found)
        else:
            _put_together(app, found, both, decide, done)
        done.received += len(found.new)
    return theirs


# ---- putting together -------------------------------------------------------------------------------------------------


def _put_together(app: App, found: Incoming, both: Sides, decide: Deciding, done: Synced) -> None:
    incoming.refuse_stranger(both, app.store.person)
    _refuse_two_children(app, both)
    joining = _Joining(app, both, decide)
    joint, registry = joining.all()
    if anew.is_called_for(app.store, found):
        anew.record(app.store, found, both, joint, registry)
        app.store.notices.append(ANEW)
    else:
        done.encrypted = incoming.join(app.store, found, both, joint, registry)
    done.merged = tuple(sorted({*joint.files, *(place.path for place in (*joint.documents, *joint.attachments))}))
    done.decided += joining.decided
    made_here.called_otherwise(app, joining.names.panels)
    app.store.notices += meetings_apart.told(joining.names)
    app.store.notices += [f"{at.case}: {one}." for at, several in joining.renumbered.items() for one in several]


def _refuse_two_children(app: App, both: Sides) -> None:
    """Stop where each side opened a case and both were given one reference: put together they would be one child. Raises: ConditionsNotMet.

    One child's case may stand on both sides as well: both took over the same cases of another area's store.
    """
    from cdr.domain.case.duplicates import Likeness, identity, same_child

    found = []
    for case in sorted((both.ours.references & both.theirs.references) - both.base.references):
        place = app.store.place(case, layout.NOTIFICATION.name)
        one, other = (incoming.document_at(side, place) for side in (both.ours, both.theirs))
        if one is not None and other is not None:
            ours, theirs = identity(one.body), identity(other.body)
            if not same_child(ours, theirs) and not Likeness(ours).to(theirs):
                found.append(f"{case}: two children [SYNC-02]")
    if found:
        raise ConditionsNotMet(
            "A case that was opened here and another on the remote were given one reference; nothing was put together, and both stand where they are.",
            found,
            "Have a new copy of the remote (cdr restore), open the child of this copy there anew (cdr notify), and enter what was recorded "
            "here since the last exchange; keep this copy until that is done.",
        )


class _Joining:
    """Everything that both sides changed, put together; the questions that it takes are asked when all of them are known."""

    def __init__(self, app: App, both: Sides, decide: Deciding) -> None:
        self.app = app
        self.both = both
        self.decide = decide
        self.joint = Joint()
        self.decided: list[Question] = []
        self.choices: dict[str, dict[Id, Side]] = {}
        self.questions: list[Question] = []
        self.renumbered: dict[Place, list[str]] = {}
        self.names = meetings_apart.new_names(both)
        self.moved: dict[
            tuple[str, Side], dict[int, int]
        ] = {}  # by case and side: its numbers that are others' from now on

    def all(self) -> tuple[Joint, Registry]:
        """What comes of it, and who reads and writes from then on. Raises: ConditionsNotMet where questions stay open."""
        self._once()
        if self.questions:
            self._ask()
            self.joint, self.questions, self.moved = Joint(), [], {}
            self._once()
        return self.joint, self._registry()

    def _ask(self) -> None:
        asked = self.questions
        try:
            for question, side in zip(asked, in_turn(asked, self.decide), strict=True):
                self.choices.setdefault(question.path, {})[question.clash.id] = side
        except Undecided:
            raise ConditionsNotMet(
                "The same was changed here and on the remote, each otherwise; nothing was put together, and both stand where they are.",
                [f"{question.told} [SYNC-01]" for question in asked],
                "A member decides, a field at a time, at a terminal: cdr sync. Or all in favour of one side: cdr sync --take here (or there)",
            ) from None
        self.decided += asked

    def _once(self) -> None:
        erased = incoming.erased(self.both)
        apart = meetings_apart.paths(self.names)
        paths = [
            path for path in self.both.changed_by_both() if erasures.case_of(path) not in erased and path not in apart
        ]
        self.joint.files |= dict.fromkeys(incoming.brought_back(self.both))
        places = {path: place for path in paths if (place := layout.place(path))}
        for path in sorted(places, key=lambda one: places[one].kind is not layout.ATTACHMENT):
            if places[path].kind is layout.ATTACHMENT:
                self._attachment(places[path])
            else:
                self._document(places[path])
        for path in paths:
            if path not in places:
                self._file_in_the_open(path)
        for place in [place for place in self.joint.documents if place.kind is layout.REQUESTS]:
            self._reasons_for(place)
        meetings_apart.apart(self.joint, self.both, self.names)

    # ---- documents ---------------------------------------------------------------------------------------------

    def _document(self, place: Place) -> None:
        base, ours, theirs = (
            incoming.document_at(side, place) for side in (self.both.base, self.both.ours, self.both.theirs)
        )
        ours = meetings_apart.with_names(ours, self.names)
        if ours is None or theirs is None:  # taken out on one side: what the other wrote stays
            self._kept_of_one(place, ours, theirs)
        elif base is None and place.kind is layout.RETURN and ours.body.get("agency") != theirs.body.get("agency"):
            self._both_added(place, ours, theirs)
        else:
            body = self._merged(place, base.body if base else MISSING, ours, theirs)
            text = max(filter(None, (one.text for one in (ours, theirs) if one.body == body)), default=ours.text)
            revision = max(ours.revision, theirs.revision) + 1
            previous = self.both.ours.replaced_by_next(place.path)
            self.joint.documents[place] = self._valid(Document(place, revision, previous, body, text))

    def _kept_of_one(self, place: Place, ours: Document | None, theirs: Document | None) -> None:
        if ours is None and theirs is None:
            return
        side = self.both.ours if ours is not None else self.both.theirs
        self.joint.files[place.path] = side.blob(place.path)

    def _merged(self, place: Place, base: Any, ours: Document, theirs: Document) -> dict[str, Any]:
        here, there = ours.body, theirs.body
        if place.kind is layout.CASE:
            here, there = (
                numbers.moved(body, self.moved.get((place.case, side), {}))
                for body, side in ((here, Side.OURS), (there, Side.THEIRS))
            )
        found = merged(base, here, there, ours.form, self.choices.get(place.path))
        name = schema.current(ours.form)
        self.questions += [Question(place.path, one.field, schema.title(name, one.field), one) for one in found.clashes]
        body: dict[str, Any] = found.body
        self.renumbered[place] = [*numbers.changed(ours.form, here, body)]
        return body

    def _valid(self, document: Document) -> Document:
        wrong = [] if self.questions else schema.problems(document.body, schema.current(document.form))
        if wrong:
            raise InvalidData(
                wrong,
                document.place.path,
                hint="What both did cannot stand together: correct it on one side, and sync again.",
            )
        return document

    def _reasons_for(self, ledger: Place) -> None:
        """Take out of the case why an agency was not waited for, where another answer of it came to stand."""
        place = self.app.store.place(ledger.case, layout.CASE.name)
        base, *both = (incoming.document_at(side, place) for side in (self.both.base, self.both.ours, self.both.theirs))
        joint = self.joint.documents.get(place)
        now = joint or next((one for one in both if one != base), None)
        if base is None or now is None:
            return
        asked = (incoming.document_at(side, ledger) for side in (self.both.ours, self.both.theirs))
        sides = [(case.body, own.body) for case, own in zip(both, asked, strict=True) if case and own]
        body = waivers.that_stand(now.body, base.body, self.joint.documents[ledger].body, sides)
        if body != now.body and joint:
            self.joint.documents[place] = replace(joint, body=body, text=None)
        elif body != now.body:
            self.joint.added[place] = now.successor(body, None)

    # ---- what both gave the same name ---------------------------------------------------------------------------

    def _both_added(self, place: Place, ours: Document, theirs: Document) -> None:
        """Two returns under one number: each keeps its own words, the later by its agency's id in a new place."""
        first, second = sorted((ours, theirs), key=lambda one: str(one.body.get("agency")))
        revision, previous = max(ours.revision, theirs.revision) + 1, self.both.ours.replaced_by_next(place.path)
        self.joint.documents[place] = replace(first, revision=revision, previous=previous)
        free = self._free(place)
        self.joint.added[free] = replace(second, place=free, revision=1, previous=None)

    def _attachment(self, place: Place) -> None:
        sides = (self.both.ours, self.both.theirs)
        ours, theirs = (incoming.attachment_at(side, place) for side in sides)
        if ours is None or theirs is None or ours == theirs:
            side = sides[0] if ours is not None else sides[1]
            self.joint.files[place.path] = side.blob(place.path)
            return
        first, second = sorted((ours, theirs), key=digest)
        side = sides[0] if first is ours else sides[1]
        self.joint.files[place.path] = side.blob(place.path)
        free = self._free(place)
        self.joint.added[free] = second
        mover = Side.THEIRS if first is ours else Side.OURS
        self.moved.setdefault((place.case, mover), {})[_number(place)] = _number(free)

    def _free(self, place: Place) -> Place:
        """The next number that neither side has given."""
        taken = [
            _number(one)
            for side in (self.both.ours, self.both.theirs)
            for one in side.documents_of(place.case)
            if one.kind is place.kind
        ] + [_number(one) for one in self.joint.added if one.kind is place.kind and one.case == place.case]
        return self.app.store.place(place.case, f"{place.kind.name}-{max(taken) + 1:02}")

    # ---- what stands in the open --------------------------------------------------------------------------------

    def _file_in_the_open(self, path: str) -> None:
        base, ours, theirs = (
            incoming.open_file_at(side, path) for side in (self.both.base, self.both.ours, self.both.theirs)
        )
        if erasures.is_of_erasure(path):
            self.joint.files[path] = incoming.erasure_joined(self.both, path)
        elif path == layout.REGISTRY:
            self.joint.files[path] = incoming.registry_file(self._registry())
        elif ours is None or theirs is None:
            self.joint.files[path] = None if layout.KEY_FILE.fullmatch(path) else theirs if ours is None else ours
        elif layout.KEY_FILE.fullmatch(path):
            fingerprint = path.partition("/")[2].removesuffix(".asc")
            self.joint.files[path] = incoming.keys_together(ours, theirs, fingerprint)
        else:
            self.joint.files[path] = self._text(path, base or b"", ours, theirs)

    def _text(self, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes:
        together = incoming.lines_together(self.app.store, base, ours, theirs)
        if together is not None and (path != layout.CONFIGURATION or self._is_configuration(together)):
            return together
        clash = Clash((WHOLE,), "", *(one.decode("utf-8", "replace") for one in (base, ours, theirs)))
        choice = self.choices.get(path, {}).get(clash.id)
        if choice is None:
            self.questions.append(Question(path, "", WHOLE, clash))
        return theirs if choice is Side.THEIRS else ours

    def _is_configuration(self, raw: bytes) -> bool:
        try:
            body, _ = schema.read(raw, layout.CONFIGURATION, "store")
        except InvalidData:
            return False
        return not self.app.configuration_problems(body)

    def _registry(self) -> Registry:
        bodies = [_body_of_registry(side) for side in (self.both.base, self.both.ours, self.both.theirs)]
        found = merged(bodies[0], bodies[1], bodies[2], "registry", _ours_first(bodies))
        people = Registry.read(codec.dump(found.body))
        if not any(person.role == "member" for person in people.people):
            raise ConditionsNotMet(
                "Each side took out the other's last member.", [], "Add a member's key on one side, and sync again."
            )
        return people


def _body_of_registry(side: Snapshot) -> dict[str, Any]:
    return side.keys.registry.body()


def _ours_first(bodies: Sequence[Mapping[str, Any]]) -> dict[Id, Side]:
    """Two entries of the registry about one key differ in a name or a day at most: the first in the alphabet stands."""
    found = merged(bodies[0], bodies[1], bodies[2], "registry")
    return {one.id: Side.OURS if str(one.ours) <= str(one.theirs) else Side.THEIRS for one in found.clashes}


def _number(place: Place) -> int:
    return int(place.id.rpartition("-")[2])


def nobody(question: Question) -> Side:
    """Where nobody can be asked. Raises: Undecided."""
    raise Undecided


def quietly(app: App) -> CdrError | None:
    """An exchange before or after something else, where the store is exchanged with somebody; what kept it from being done."""
    remote = remotes.noted(app.store)
    if remote is None:
        return None
    try:
        sync(app, remote, nobody)
    except CdrError as error:
        return error
    return None
