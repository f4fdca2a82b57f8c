"""What has been done in a case, what that ends and sets going, and what is still called for (process sections 1.2 and 1.5).

On the case: `milestones: [{kind, on, recorded_on, by?, with?, type?, note?, attachment?, panel?}]`, `panel_found: [{what, on, with?, number?}]`
(see `panel_findings`) and `following: [{what, clock, due, who,
limit, edition, from, with?}]`, the steps that milestones and closed gates set going, with the rule that decided their day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from cdr.domain.asking.requests import was_anybody_asked
from cdr.domain.case.gates import CLOSED, OPEN, WAIVED, ended_with, gates_of, reopened
from cdr.domain.case.letters_made import LetterMade, final_letters
from cdr.domain.case.review import settled_on
from cdr.domain.process.clocks import Step
from cdr.domain.process.policy import FollowOn, Policy
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.forms.codelists import Code, code_list
from cdr.records import dataclass

KINDS = "milestone_kind"
MEETS = "panel_date"
REQUESTS_CLOCK = "T04"
GATE, PANEL = "gate:", "panel:"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Milestone:
    """Something that was done on a day; `party` is whom it was done with, `attachment` the number of its minutes.

    `panel` is the meeting of the panel that recorded it; empty where somebody did.
    """

    kind: str
    on: date
    party: str = ""
    type: str = ""
    note: str = ""
    by: str = ""
    attachment: int | None = None
    panel: str = ""

    @property
    def label(self) -> str:
        """What the milestone says."""
        return kind(self.kind).label


def kind(code: str) -> Code:
    """What is known of a kind of milestone. Raises: KeyError, which does not name it."""
    found = code_list(KINDS).get(code)
    if found is None:
        raise KeyError("not a kind of milestone")
    return found


def ends(code: str) -> tuple[str, ...]:
    """The clocks that a kind of milestone ends; nothing for a kind that is not known."""
    found = code_list(KINDS).get(code)
    return tuple(found.extra.get("ends", ())) if found else ()


@cache
def words_for(clock: str) -> tuple[str, ...]:
    """The kinds of milestone that end a clock, as they are typed; empty for one that ends otherwise."""
    return tuple(str(one.code) for one in code_list(KINDS).codes if clock in one.extra.get("ends", ()))


def milestones_of(case: Body) -> list[Milestone]:
    """All milestones of a case in the order in which they were recorded."""
    return [_milestone(item) for _, item in items_at(case, "milestones") if date_at(item, "on")]


def recorded(case: Body, milestone: Milestone, recorded_on: date, died: date | None, policy: Policy) -> dict[str, Any]:
    """The case with one more milestone, and with the steps that it sets going.

    Raises: ConditionsNotMet where it is recorded already and happens once, or lies before the death.
    """
    before = [one for one in milestones_of(case) if one.kind == milestone.kind]
    unmet = []
    if before and not kind(milestone.kind).extra.get("repeats"):
        unmet.append(f"It is recorded already, for {before[-1].on.isoformat()}.")
    if died and milestone.on < died:
        unmet.append("It lies before the child's death.")
    if unmet:
        hint = "Give the right day with --on DATE, or take a wrong one back first: cdr milestone REF KIND --undo"
        raise ConditionsNotMet("This milestone cannot be recorded; nothing was.", unmet, hint)
    listed = [dict(item) for _, item in items_at(case, "milestones")]
    changed = {**case, "milestones": [*listed, _item(milestone, recorded_on)]}
    if milestone.kind in policy.gates.closed_by:
        changed = ended_with(changed, policy.gates.closed_by[milestone.kind], milestone.on, milestone.kind)
    return with_following(changed, policy)


def undone(case: Body, code: str, policy: Policy) -> dict[str, Any]:
    """The case without its last milestone of a kind. Raises: ConditionsNotMet where there is none."""
    listed = [dict(item) for _, item in items_at(case, "milestones")]
    last = max((n for n, item in enumerate(listed) if item.get("kind") == code), default=None)
    if last is None:
        raise ConditionsNotMet(
            "There is nothing to take back.", ["No such milestone is recorded."], "See: cdr milestone REF"
        )
    changed = {**case, "milestones": listed[:last] + listed[last + 1 :]}
    if code in policy.gates.closed_by:
        changed = reopened(changed, policy.gates.closed_by[code], code)
    return with_following(changed, policy)


def with_following(case: Body, policy: Policy) -> dict[str, Any]:
    """The case with the steps that its milestones and closed gates set going; what was decided before stays as decided."""
    decided = {_identity(item): dict(item) for _, item in items_at(case, "following")}
    steps = [decided.get(_identity(item), item) for rule in policy.follow_ons for item in _begun(case, rule, policy)]
    following = {"following": steps} if steps or decided else {}
    return {**case, **following}


def still_called_for(case: Body, requests: Body, on: date, policy: Policy) -> list[Step]:
    """What a case still calls for on a day: by due day, those without one last.

    Asking the agencies is done once one was asked; a milestone, or the end of a process, ends the clocks that it names.
    A clock that an open process postpones (the perinatal review, by the maternity investigation) has no day meanwhile.
    Once a review is ratified, only what goes on after it is called for (an answer to a report to prevent future deaths).
    """
    begun = {text_at(item, "clock") for _, item in items_at(case, "following")}
    left = [item for clock in sorted(begun) for item in _unanswered(case, clock, on, policy)]
    done = _done(case, requests, on, policy) | begun
    called = [item for _, item in items_at(case, "next") if text_at(item, "clock") not in done] + left
    if settled_on(case):
        stays = {rule.clock for rule in policy.follow_ons if rule.after_review}
        called = [item for item in left if text_at(item, "clock") in stays]
    postponed = _postponed(case, policy)
    steps = [_step(item, policy, text_at(item, "clock") in postponed) for item in called]
    return sorted(steps, key=lambda step: (step.due is None, step.due or on, step.clock))


def step_item(step: Step) -> dict[str, Any]:
    """A step as the case document holds it, with the rule that decided its day."""
    due = step.due.isoformat() if step.due else None
    told = {"who": step.who, "limit": step.limit, "edition": step.edition}
    return {"what": step.what, "clock": step.clock, "due": due, **{key: text for key, text in told.items() if text}}


def _begun(case: Body, rule: FollowOn, policy: Policy) -> Iterator[dict[str, Any]]:
    """The steps that a rule sets going in a case, each with the day (and the party) from which it runs."""
    called = {text_at(item, "clock") for _, item in items_at(case, "next")}
    waiting = {gate.type for gate in gates_of(case) if gate.status == OPEN}
    if (rule.only_with and not called & set(rule.only_with)) or waiting & set(rule.not_while_open):
        return
    clock, starts = policy.clock(rule.clock), sorted(_starts(case, rule))
    for start, party in starts if rule.each else starts[-1:]:
        if clock.applies(start):
            item = step_item(clock.step(start, policy.working_days, policy.edition)) | {"from": start.isoformat()}
            yield item | ({"with": party} if party else {})


def _starts(case: Body, rule: FollowOn) -> Iterator[tuple[date, str]]:
    for milestone in milestones_of(case):
        if milestone.kind in rule.after:
            yield milestone.on, milestone.party if rule.each else ""
    for _, found in items_at(case, "panel_found"):
        day = date_at(found, "on")
        if PANEL + text_at(found, "what") in rule.after and day:
            yield day, text_at(found, "with") if rule.each else ""
    for gate in gates_of(case):
        if GATE + gate.type in rule.after and gate.status == CLOSED and gate.ended_on:
            yield gate.ended_on, ""


def _done(case: Body, requests: Body, on: date, policy: Policy) -> set[str]:
    """The clocks of the notification's list that have been ended by a day."""
    asked = {REQUESTS_CLOCK} if was_anybody_asked(requests) else set()
    return asked | {clock for clock, _, _ in _endings(case, on, policy)}


def _endings(case: Body, on: date, policy: Policy) -> Iterator[tuple[str, date | None, str]]:
    """Each clock that was ended by a day, with the day and the party; of what is due before a meeting, that meeting's day."""
    for milestone in milestones_of(case):
        if milestone.on <= on:
            for clock in ends(milestone.kind):
                ahead = clock in policy.clocks and policy.clock(clock).before
                yield clock, _meeting_of(case, milestone) if ahead else milestone.on, milestone.party
    for gate in gates_of(case):
        if gate.status != OPEN and (gate.ended_on is None or gate.ended_on <= on):
            yield from ((clock, gate.ended_on, "") for clock in policy.gates.ends.get(gate.type, ()))
        if gate.status != WAIVED and (gate.opened_on is None or gate.opened_on <= on):
            yield from ((clock, gate.opened_on, "") for clock in policy.gates.told_by.get(gate.type, ()))
    for letter in final_letters(case):
        if letter.made_on is None or letter.made_on <= on:
            clocks = policy.letter_ends.get(letter.kind, policy.letter_ends["other"])
            yield from ((clock, letter.made_on, _written_to(case, letter)) for clock in clocks)


def _written_to(case: Body, letter: LetterMade) -> str:
    """Who should act on the recommendation that a letter passed on; empty for a letter to a family."""
    numbered = [item for _, item in items_at(case, "panel_found") if item.get("number") is not None]
    return next((text_at(item, "with") for item in numbered if item["number"] == letter.to), "")


def _unanswered(case: Body, clock: str, on: date, policy: Policy) -> list[Body]:
    """The steps of one clock that were set going and not done since; an answer belongs to the same party's, else to the first."""
    left = [item for _, item in items_at(case, "following") if item.get("clock") == clock]
    for id_, day, party in _endings(case, on, policy):
        if id_ == clock:
            ahead = policy.clock(clock).before
            begun = [item for item in left if (_begins_on(day, item) if ahead else _is_after(day, item))]
            same = [item for item in begun if party and text_at(item, "with").casefold() == party.casefold()]
            answered = next(iter(same or begun), None)
            left = [item for item in left if item is not answered]
    return left


def _meeting_of(case: Body, milestone: Milestone) -> date | None:
    """The day of the meeting to which something belongs that is done before one; None where no meeting is recorded.

    It is the one that the milestone names, else the next from its day on, else (done when it was over) the last.
    """
    meetings = [one for one in milestones_of(case) if one.kind == MEETS]
    named = [one.on for one in meetings if milestone.panel and one.panel == milestone.panel]
    days = sorted(one.on for one in meetings)
    return next(iter([*named, *(day for day in days if day >= milestone.on), *days[-1:]]), None)


def _begins_on(day: date | None, item: Body) -> bool:
    return day is None or date_at(item, "from") == day


def _is_after(day: date | None, item: Body) -> bool:
    began = date_at(item, "from")
    return day is None or began is None or day >= began


def _identity(item: Body) -> tuple[str, ...]:
    return tuple(text_at(item, key) for key in ("clock", "from", "with"))


def _postponed(case: Body, policy: Policy) -> set[str]:
    """The clocks that wait for the end of a process which is open."""
    running = [gate.type for gate in gates_of(case) if gate.status == OPEN]
    return {clock for type_ in running for clock in policy.gates.postpones.get(type_, ())}


def _step(item: Body, policy: Policy, is_postponed: bool) -> Step:
    id_ = text_at(item, "clock")
    clock = policy.clocks.get(id_)
    who = text_at(item, "who") or (clock.who if clock else "")
    due = None if is_postponed else date_at(item, "due")
    what, party = text_at(item, "what"), text_at(item, "with")
    return Step(f"{what} ({party})" if party else what, id_, due, who, text_at(item, "limit"), text_at(item, "edition"))


def _milestone(item: Body) -> Milestone:
    on, number = date_at(item, "on"), item.get("attachment")
    if on is None:
        raise AssertionError("a milestone without a day")
    party, type_, note, by, panel = (text_at(item, key) for key in ("with", "type", "note", "by", "panel"))
    kept_as = number if isinstance(number, int) else None
    return Milestone(text_at(item, "kind"), on, party, type_, note, by, kept_as, panel)


def _item(milestone: Milestone, recorded_on: date) -> dict[str, Any]:
    item: dict[str, Any] = {
        "kind": milestone.kind,
        "on": milestone.on.isoformat(),
        "recorded_on": recorded_on.isoformat(),
    }
    told = {"by": milestone.by, "with": milestone.party, "type": milestone.type, "note": milestone.note}
    told |= {"panel": milestone.panel}
    item |= {key: text for key, text in told.items() if text}
    return item | ({"attachment": milestone.attachment} if milestone.attachment else {})
