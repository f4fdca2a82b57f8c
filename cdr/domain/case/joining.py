"""Two cases of one child made one: what the case that stays (`ours`) says once what the other (`theirs`) has went over (docs/adr/0063).

What both say, each otherwise, is a clash for a person; what is not known gives way. The case that stays keeps what it is: its state, its
meetings and reviews, the numbers of its contacts, questions and files. Of two notifications the earlier counts as the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.asking.requests import RETURNED, kept_in
from cdr.domain.asking.requests_joined import prompts_joined, requests_joined
from cdr.domain.case.duplicates import close
from cdr.domain.case.milestones import kind
from cdr.domain.merging import numbers
from cdr.domain.merging.identities import Names
from cdr.domain.merging.into_one import Same, into_one
from cdr.domain.merging.three_ways import Clash, Id, Side
from cdr.domain.rulebook.validation import items_at, text_at
from cdr.records import dataclass, field
from cdr.written import bare_name

# What a case is, and what was decided in it: that stays its own. `next` and `following` are worked out anew.
STAYS = frozenset(
    {"schema", "opened_on", "status", "not_a_duplicate", "imported", "next", "following", "panel_found", "reviews", "closures", "reopenings",
     "voidings", "waiting_requests"}
)  # fmt: skip
OF_REQUESTS = ("waivers", "holds")  # they belong to a request, and come with it
# Who notified, and when: of two notifications the earlier was the first.
FIRST = ("notifier", "notified_at", "received_at")
REASONS = (("child", "nhs_number", "nhs_number_absent_reason"), ("family", "parents", "no_parents_reason"))
OWN_NAME = frozenset({"schema", "case", "request"})

Body = Mapping[str, Any]
Choices = Mapping[str, Mapping[Id, Side]]


@dataclass(frozen=True)
class Bodies:
    """The documents of one case as they go into another: the returns that count by agency."""

    case: Body
    form_a: Body
    requests: Body
    prompts: Body
    returns: Mapping[str, Body]


@dataclass
class Joined:
    """What the case that stays says then. `clashes` are by document (`case`, `form-a`, `return:AGENCY`): while there are any it is not used."""

    bodies: Bodies
    asked_twice: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    clashes: list[tuple[str, Clash]] = field(default_factory=list)


def joined(
    ours: Bodies, theirs: Bodies, their_case: str, files: Mapping[int, int], by_hand: bool, choices: Choices
) -> Joined:
    """Both as one. `files` gives each file of `theirs` that goes over its number here; `by_hand` says that mail leaves by the outbox."""
    clashes: list[tuple[str, Clash]] = []

    def together(what: str, form: str, one: Any, other: Any) -> dict[str, Any]:
        found = into_one(one, other, form, choices.get(what), SAME)
        clashes.extend((what, clash) for clash in found.clashes)
        return {**found.body}

    asked = requests_joined(ours.requests, theirs.requests, their_case)
    case = together("case", "case", *_cases(ours.case, theirs.case, files, asked.came))
    form_a = _without_reasons(together("form-a", "form-a", *_notifications(ours.form_a, theirs.form_a)))
    returns = dict(ours.returns)
    for agency, body in theirs.returns.items():
        other = {key: value for key, value in body.items() if key not in OWN_NAME}
        schema = {"schema": body["schema"]}
        if agency not in returns or (agency in asked.came and not _both_full(agency, ours, theirs)):
            returns[agency] = schema | other
        else:
            returns[agency] = together(f"return:{agency}", "form-b", returns[agency], other)
    prompts = prompts_joined(ours.prompts, theirs.prompts, asked.came, by_hand)
    bodies = Bodies(case, form_a, asked.ledger, prompts, returns)
    return Joined(bodies, asked.asked_twice, asked.came, clashes)


def _both_full(agency: str, ours: Bodies, theirs: Bodies) -> bool:
    ledgers = (kept_in(ours.requests), kept_in(theirs.requests))
    return all(agency in ledger and ledger[agency].status == RETURNED for ledger in ledgers)


def _notifications(ours: Body, theirs: Body) -> tuple[dict[str, Any], dict[str, Any]]:
    is_later = text_at(ours, "notified_at") <= text_at(theirs, "notified_at")
    later, first = (theirs, ours) if is_later else (ours, theirs)
    kept = {key: first[key] for key in FIRST if key in first}
    without = {key: value for key, value in later.items() if key not in FIRST}
    mine, other = (ours, without) if is_later else ({**without, **kept}, theirs)
    return dict(mine), {key: value for key, value in other.items() if key not in OWN_NAME}


def _without_reasons(form_a: dict[str, Any]) -> dict[str, Any]:
    """The notification without why something is not known that the other one knew."""
    kept = {part: dict(form_a[part]) for part in ("child", "family") if isinstance(form_a.get(part), Mapping)}
    for part, known, reason in REASONS:
        if kept.get(part, {}).get(known):
            kept[part].pop(reason, None)
    return {**form_a, **kept}


def _cases(
    ours: Body, theirs: Body, files: Mapping[int, int], came: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    kept = {int(item["number"]) for _, item in items_at(ours, "attachments")}
    other = numbers.moved({key: value for key, value in theirs.items() if key not in STAYS}, files)
    if "attachments" in other:
        here = set(files.values()) - kept
        other["attachments"] = [item for item in other["attachments"] if item["number"] in here]
    for key in OF_REQUESTS:
        other[key] = [item for _, item in items_at(other, key) if item["agency"] in came]
    mine = dict(ours)
    other = {key: value for key, value in other.items() if value or key in mine}
    if gates := [dict(item) for _, item in items_at(other, "gates")]:
        own = [dict(item) for _, item in items_at(ours, "gates")]
        other["gates"], mine["gates"] = list(_begun_first(gates, own)), list(_begun_first(own, gates))
    return mine, other


def _begun_first(gates: list[dict[str, Any]], others: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Processes that began when the first of the two cases says so: a slip of a day there is no question for anybody."""
    for gate in gates:
        days = [gate["opened_on"], *(one["opened_on"] for one in others if one["type"] == gate["type"])]
        yield gate | {"opened_on": min(filter(None, days), default=None)}


# ---- by what entries are known ------------------------------------------------------------------------------------


def _same_name(one: Body, other: Body) -> bool:
    names = [bare_name(text_at(item, "name")) for item in (one, other)]
    return close(*names) if all(names) else False


def _same_parent(one: Body, other: Body) -> bool:
    return _same_name(one, other) or text_at(one, "relationship") == text_at(other, "relationship")


def _same_professional(one: Body, other: Body) -> bool:
    if text_at(one, "name") and text_at(other, "name"):
        return _same_name(one, other)
    return all(text_at(one, key) == text_at(other, key) for key in ("agency", "role", "organisation"))


def _same_milestone(one: Body, other: Body) -> bool:
    alike = text_at(one, "kind") == text_at(other, "kind")
    once = alike and not kind(text_at(one, "kind")).extra.get("repeats")
    return alike and (once or all(one.get(key) == other.get(key) for key in ("on", "with")))


def _same_type(one: Body, other: Body) -> bool:
    return text_at(one, "type") == text_at(other, "type")


SAME: Mapping[Names, Same] = {
    ("form-a", "family", "parents"): _same_parent,
    ("form-a", "family", "siblings"): _same_name,
    ("form-a", "family", "others"): _same_name,
    ("form-a", "professionals"): _same_professional,
    ("form-a", "other_investigations"): _same_type,
    ("case", "gates"): _same_type,
    ("case", "milestones"): _same_milestone,
    ("form-b", "parents"): _same_parent,
}


# ---- back ---------------------------------------------------------------------------------------------------------


def files_gone_back(was: Body, earlier: Body, now: Body, on: str) -> dict[str, Any]:
    """The case without the files that had come over between `earlier` and `was`: they stay where they are, marked as taken back."""
    before = {item["number"] for _, item in items_at(earlier, "attachments")}
    came = [dict(item) for _, item in items_at(was, "attachments") if item["number"] not in before]
    here = [dict(item) for _, item in items_at(now, "attachments")]
    numbers_here = {item["number"] for item in here}
    gone = [item | {"taken_back_on": on} for item in came if item["number"] not in numbers_here]
    return {**now, "attachments": [*here, *gone]} if gone else {**now}
