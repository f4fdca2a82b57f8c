"""Two cases of one child become one: what a case that is made void has goes over to the other, and goes back (docs/adr/0063).

Everything is read, put together and judged in memory; then one commit writes both cases. While somebody has to decide between two values
and nobody is there to ask, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.case import voiding
from cdr.domain.case.joining import Bodies, joined
from cdr.domain.case.standing import is_imported
from cdr.domain.merging.three_ways import MISSING, Clash, Id, Side, merged
from cdr.errors import ConditionsNotMet, InvalidData, Problem
from cdr.forms import schema
from cdr.records import dataclass, replace
from cdr.store import layout
from cdr.terminal.going_back import in_turn

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile
    from cdr.store.document import Document
    from cdr.store.layout import Place
    from cdr.store.snapshot import Snapshot

Deciding = Callable[["Question"], Side]
Choices = dict[str, dict[Id, Side]]

SAID_OTHERWISE = (
    "The two cases say the same fields otherwise; nothing was recorded, and both stand as they are.",
    "Run it at a terminal, where each is asked with both values; or let one case decide all of them: --take REF",
)
CHANGED_SINCE = (
    "What had gone over was changed there since; nothing was recorded.",
    "Run it at a terminal, where each is asked with both values.",
)
FORMS = ("case", "form-a", "requests", "prompts")  # what else is asked about is a return, `return:AGENCY`


@dataclass(frozen=True)
class Question:
    """One field that both cases say otherwise: which form it is in, its path, its title, and both values."""

    what: str
    title: str
    clash: Clash

    @property
    def told(self) -> str:
        """Which field it is, without what it says."""
        return ": ".join(part for part in (self.what, self.clash.field, self.title) if part)


class Undecided(Exception):
    """Nobody could be asked."""


@dataclass(frozen=True)
class CarriedOver:
    """What came of it: how many of each went over, by words; the agencies that hold two forms; and what a person decided."""

    over: Mapping[str, int]
    came: tuple[str, ...]
    asked_twice: tuple[str, ...]
    decided: tuple[Question, ...]


def question(what: str, clash: Clash) -> Question:
    """What a person is asked of a clash in one of a case's documents."""
    form = what if what in FORMS else "form-b"
    return Question(what, schema.title(schema.current(form), clash.field), clash)


def nobody(question: Question) -> Side:
    """Where nobody can be asked. Raises: Undecided."""
    raise Undecided


# ---- over -------------------------------------------------------------------------------------------------------------


def carry_over(
    app: App, theirs: CaseFile, ours: CaseFile, case: dict[str, Any], ledger: dict[str, Any], decide: Deciding
) -> CarriedOver:
    """Record the case `theirs` as void (`case` and `ledger` say so) and what it has in `ours`, in one commit. The caller holds the lock.

    Raises: ConditionsNotMet where somebody has to decide, or one of them is where nothing goes over; InvalidData where both cannot stand
    together; as `Store.commit`. Then nothing was recorded.
    """
    from cdr.store.transaction import Change
    from cdr.work.delivery import sends

    _refuse(theirs, ours)
    files, attachments = _files(app, theirs, ours)
    by_hand = not sends(app)

    def together(choices: Choices) -> tuple[Any, list[tuple[str, Clash]]]:
        found = joined(_bodies(ours), _bodies(theirs), theirs.reference, files, by_hand, choices)
        return found, found.clashes

    found, decided = _decided(together, decide, SAID_OTHERWISE)
    bodies = found.bodies
    _refuse_impossible(app, ours, bodies)
    written = _documents(app, ours, bodies)
    written |= {theirs.case.place: voiding.carried(case, app.clock.today), theirs.requests.place: ledger}
    app.store.commit(Change("void", written, attachments=attachments), [*ours, *theirs])
    return CarriedOver(_counted(ours, bodies), found.came, found.asked_twice, tuple(decided))


def _refuse(theirs: CaseFile, ours: CaseFile) -> None:
    from cdr.domain.case.case import refuse_closed
    from cdr.domain.case.review import ratified_reviews

    refuse_closed(ours.case.body)
    unmet = []
    if ratified_reviews(theirs.case.body):
        unmet.append(f"{theirs.reference} was reviewed: the panel's analysis is of that case.")
    if is_imported(theirs.case.body) != is_imported(ours.case.body):
        unmet.append("One of them came from a register of earlier years, which knows less than a notification.")
    if unmet:
        hint = "Make the other one void, or make this one void without --carry-over."
        raise ConditionsNotMet("Nothing goes over; nothing was recorded.", unmet, hint)


def _bodies(documents: CaseFile) -> Bodies:
    return Bodies(
        documents.case.body,
        documents.notification.body,
        documents.requests.body,
        documents.prompts.body,
        {agency: document.body for agency, document in documents.returns_by_agency.items()},
    )


def _files(app: App, theirs: CaseFile, ours: CaseFile) -> tuple[dict[int, int], dict[Place, bytes]]:
    """The number that each attached file has in the case that stays, and the files that it has not yet, by their places there."""
    from cdr.domain.case.attachments import attachments_of
    from cdr.work.attaching import kept_file

    there = {file.sha256: file.number for file in attachments_of(ours.case.body)}
    own = attachments_of(theirs.case.body)
    new = [file for file in own if file.sha256 not in there]
    places = app.store.free_places(ours.reference, layout.ATTACHMENT, len(new))
    contents = {}
    for file, place in zip(new, places, strict=True):
        contents[place] = kept_file(app, theirs.reference, file)
        there[file.sha256] = int(place.id.rpartition("-")[2])
    return {file.number: there[file.sha256] for file in own}, contents


def _documents(app: App, ours: CaseFile, bodies: Bodies) -> dict[Place, dict[str, Any]]:
    """What is to be written of the case that stays."""
    from cdr.domain.case.panel_findings import with_findings
    from cdr.work.following import followed_by

    form_a, returns = dict(bodies.form_a), {key: dict(body) for key, body in bodies.returns.items()}
    case = followed_by(app, dict(bodies.case), ours.notification.body, form_a)
    if not is_imported(case):
        case = with_findings(
            case, form_a, list(returns.values()), ours.analysis_body or {}, app.clock.today, app.policy
        )
    said: dict[Place, tuple[Any, dict[str, Any]]] = {
        ours.case.place: (ours.case.body, case),
        ours.notification.place: (ours.notification.body, form_a),
        ours.requests.place: (ours.requests.body, dict(bodies.requests)),
        ours.prompts.place: (ours.prompts.body, dict(bodies.prompts)),
    }
    kept = {agency: document for agency in returns if (document := ours.kept_return(agency))}
    new = [agency for agency in returns if agency not in kept]
    free = app.store.free_places(ours.reference, layout.RETURN, len(new))
    for agency, place in [*((one, document.place) for one, document in kept.items()), *zip(new, free, strict=True)]:
        before = kept[agency].body if agency in kept else None
        said[place] = (before, returns[agency])
    return {place: body for place, (before, body) in said.items() if body != before}


def _refuse_impossible(app: App, ours: CaseFile, bodies: Bodies) -> None:
    """Stop where what both say is wrong together, and was not so before. Raises: InvalidData."""
    from cdr.domain.rulebook import form_a

    def wrong(body: Mapping[str, Any]) -> list[Problem]:
        found = form_a.problems(body, app.clock.today, app.policy, app.working_days)
        return [one for one in found if one.level == "error"]

    before = {(one.rule, one.field) for one in wrong(ours.notification.body)}
    new = [one for one in wrong(bodies.form_a) if (one.rule, one.field) not in before]
    if new:
        name = schema.current("form-a")
        titled = [replace(one, title=one.title or schema.title(name, one.field)) for one in new]
        raise InvalidData(
            titled,
            "form-a",
            hint="What both say cannot stand together: correct one of them first, with cdr edit REF form-a.",
        )


def _counted(ours: CaseFile, bodies: Bodies) -> dict[str, int]:
    """How many more there are of each now."""
    before = _bodies(ours)
    lists = ("contacts", "questions", "wishes", "milestones", "letters", "attachments", "gates", "actions")
    more = {key: len(bodies.case.get(key, ())) - len(before.case.get(key, ())) for key in lists}
    more["returns"] = len(bodies.returns) - len(before.returns)
    more["requests"] = len(bodies.requests["requests"]) - len(before.requests["requests"])
    more["messages"] = len(bodies.prompts["prompts"]) - len(before.prompts["prompts"])
    return more


def _decided(
    together: Callable[[Choices], tuple[Any, list[tuple[str, Clash]]]], decide: Deciding, words: tuple[str, str]
) -> tuple[Any, list[Question]]:
    """What comes of both once every question that it takes is answered. Raises: ConditionsNotMet where one is not."""
    found, clashes = together({})
    questions = [question(what, clash) for what, clash in clashes]
    choices: Choices = {}
    try:
        for one, side in zip(questions, in_turn(questions, decide), strict=True):
            choices.setdefault(one.what, {})[one.clash.id] = side
    except Undecided:
        raise ConditionsNotMet(words[0], [one.told for one in questions], words[1]) from None
    if questions:
        found, left = together(choices)
        if left:
            raise AssertionError("a question that was answered was asked again")
    return found, questions


# ---- back -------------------------------------------------------------------------------------------------------------


def take_back(
    app: App, theirs: CaseFile, ours: CaseFile, case: dict[str, Any], ledger: dict[str, Any], decide: Deciding
) -> bool:
    """Record the case `theirs` as it was before (`case` and `ledger` say so), and `ours` without what had come over from it, in one commit.

    What was changed in `ours` since stays there; where the very same field was changed, it is asked about. False where the history does
    not tell what came over. The caller holds the lock. Raises: ConditionsNotMet, NotAllowed; as `Store.commit`.
    """
    from cdr.domain.case.case import refuse_closed
    from cdr.store import incoming
    from cdr.store.transaction import Change

    voiding.refuse_void(ours.case.body)
    refuse_closed(ours.case.body)
    acts = _acts(app, theirs.reference, ours.reference)
    now: Mapping[Place, Mapping[str, Any]] = {document.place: document.body for document in ours}
    for commit, before in acts:
        now = _without(
            app, now, incoming.snapshot_at(app.store, commit), incoming.snapshot_at(app.store, before), decide
        )
    written = {document.place: dict(now[document.place]) for document in ours if now[document.place] != document.body}
    written |= {theirs.case.place: case, theirs.requests.place: ledger}
    app.store.commit(Change("reopen", written), [*ours, *theirs])
    return bool(acts)


def _acts(app: App, one: str, other: str) -> list[tuple[str, str]]:
    """The commits that carried something over and were not taken back, newest first, each with the one before it."""
    from cdr.store.audit import acts_on_both

    found = []
    for commit, before, verb in acts_on_both(app.store, one, other):
        if verb == "reopen":
            break
        if verb == "void":
            found.append((commit, before))
    return found


def _without(
    app: App, now: Mapping[Place, Mapping[str, Any]], after: Snapshot, before: Snapshot, decide: Deciding
) -> dict[Place, Mapping[str, Any]]:
    """The documents of a case without what one commit had brought into them: the same, put together the other way round."""
    left = dict(now)
    changed = {place: (_at(after, place), _at(before, place)) for place in now}
    changed = {place: pair for place, pair in changed.items() if pair[0] and _body(pair[0]) != _body(pair[1])}
    for place, (was, earlier) in changed.items():
        if was is None or earlier is None:
            continue

        def together(choices: Choices, place: Place = place, was: Document = was, earlier: Document = earlier) -> Any:
            base, here, there = _with_lists(was.body, now[place], earlier.body)
            found = merged(base, here, there, was.form, choices.get(_what(was)))
            lists = {key for key, value in found.body.items() if value == [] and key not in earlier.body}
            body = {key: value for key, value in found.body.items() if key not in lists}
            return body, [(_what(was), clash) for clash in found.clashes]

        left[place], _ = _decided(together, decide, CHANGED_SINCE)
    return _marked(app, now, left, changed)


def _with_lists(*bodies: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The same bodies, in which a list that only some of them have is an empty one in the others."""
    lists: dict[str, Any] = {key: [] for body in bodies for key, value in body.items() if isinstance(value, list)}
    return tuple({**body, **{key: body.get(key, empty) for key, empty in lists.items()}} for body in bodies)


def _marked(
    app: App,
    now: Mapping[Place, Mapping[str, Any]],
    left: dict[Place, Mapping[str, Any]],
    changed: Mapping[Place, tuple[Document | None, Document | None]],
) -> dict[Place, Mapping[str, Any]]:
    """What no commit takes away is marked: returns and files that came over stay where they are, and count no more."""
    from cdr.domain.asking.requests_joined import gone_back
    from cdr.domain.case.joining import files_gone_back

    today = app.clock.today.isoformat()
    for place, (was, earlier) in changed.items():
        if place.kind is layout.CASE and was and earlier:
            left[place] = files_gone_back(was.body, earlier.body, left[place], today)
    came = [
        now[place]["agency"] for place, (_, earlier) in changed.items() if place.kind is layout.RETURN and not earlier
    ]
    [ledger] = [place for place in left if place.kind is layout.REQUESTS]
    if came:
        asked = {item["agency"] for item in left[ledger]["requests"]}
        answered = {item["agency"] for item in left[ledger]["requests"] if item["status"] == "returned"}
        agencies = {agency: agency not in asked for agency in came if agency not in answered}
        left[ledger] = gone_back(now[ledger], left[ledger], agencies, today)
    return left


def _at(side: Snapshot, place: Place) -> Document | None:
    """A document as a commit has it; a ledger in which nobody had written is an empty one."""
    from cdr.store.incoming import document_at

    found = document_at(side, place)
    return side.unwritten(place) if found is None and place.kind.ledger else found


def _body(document: Document | None) -> Any:
    return document.body if document else MISSING


def _what(document: Document) -> str:
    names = {layout.CASE: "case", layout.NOTIFICATION: "form-a", layout.REQUESTS: "requests", layout.PROMPTS: "prompts"}
    return names.get(document.place.kind) or f"return:{document.body.get('agency')}"
