"""What the local index keeps of each document, and of which cases it keeps only what questions across cases ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdr.domain.ncmd.ncmd_minimum import Minimum
    from cdr.store.layout import Kind
    from cdr.store.parts import Kinds


def kinds() -> tuple[Kind, ...]:
    """The kinds of documents of which it keeps something."""
    from cdr.store import layout

    return layout.CASE, layout.NOTIFICATION, layout.REQUESTS, layout.PROMPTS, layout.ANALYSIS


def is_at_rest(kinds: Kinds) -> bool:
    """Whether nobody has anything to do in a case: it is void, or closed (as far as the key may read that), with every return in or not
    waited for, nothing to be sent, no action open and no letter held."""
    from cdr.domain.asking import requests, sending
    from cdr.domain.case import standing
    from cdr.domain.case.voiding import is_void
    from cdr.domain.letters.letter_holds import to_ask_about
    from cdr.domain.panel.actions import actions_of

    case = kinds.get("case", {})
    if is_void(case, kinds["requests"]):
        return True
    to_do = any(one.is_open for one in actions_of(case)) or to_ask_about(
        case, kinds.get("notification", {}).get("letters_to", 0)
    )
    is_open = standing.is_open(case) or bool(to_do)
    to_send = (
        *sending.unsent("", kinds["requests"], kinds["prompts"]),
        *sending.partly_refused("", kinds["requests"], kinds["prompts"]),
    )
    return not is_open and not requests.outstanding(kinds["requests"]) and not to_send


def facts_of(kind: Kind, body: Mapping[str, Any], minimum: Callable[[], Minimum]) -> dict[str, Any]:
    """What the index keeps of one document; `minimum` says what the national database asks for."""
    if kind.name == "notification":
        return _of_notification(body, minimum())
    if kind.name == "analysis":
        from cdr.domain.case import facts
        from cdr.domain.ncmd import ncmd_minimum

        return {**facts.analysis_of(body).to_dict(), "ncmd": ncmd_minimum.analysis_extract(body, minimum())}
    if kind.name == "requests":
        from cdr.domain.asking import requests

        return requests.for_index(body)
    if kind.name == "prompts":
        from cdr.domain.asking import said

        return said.without_words(body)
    if kind.name == "case":
        return _without_notes(body)
    return dict(body)


def _of_notification(body: Mapping[str, Any], minimum: Minimum) -> dict[str, Any]:
    from cdr.domain.anonymising import known_names
    from cdr.domain.case import duplicates, facts, people
    from cdr.domain.letters import people_written_to
    from cdr.domain.ncmd import ncmd_minimum

    identity, ncmd = duplicates.identity(body).to_dict(), ncmd_minimum.notification_extract(body, minimum)
    names, letters_to = known_names.family_names(body), len(people_written_to.people_of(body))
    told = {"identity": identity, "ncmd": ncmd, "names": names, "letters_to": letters_to}
    kept = {**told, "facts": facts.notification_of(body).to_dict()}
    return {**kept, "people": [one.to_dict() for one in people.people_of(body)]}


# What people wrote about a child or a family stays out of the index: these keys, in these lists of a case.
NARRATIVE = {
    "milestones": {"note"},
    "gates": {"note"},
    "contacts": {"text"},
    "questions": {"text", "answer"},
    "actions": {"text", "updates"},
    "disclosures": {"to", "authority"},
    "keepings": {"because"},
    "told": {"to"},
    "second_opinions": {"question", "answer"},
    "deferrals": {"text"},
}


def _without_notes(case: Mapping[str, Any]) -> dict[str, Any]:
    """The case document without what somebody wrote of a milestone, of another process, of a call, a question or an action, and of whom a wish is."""
    from cdr.domain.letters import wishes

    kept = {**case, **wishes.without_names(case)}
    listed = {key: kept.get(key) or [] for key in NARRATIVE if key in kept}
    return {
        **kept,
        **{
            key: [{k: v for k, v in item.items() if k not in NARRATIVE[key]} for item in items]
            for key, items in listed.items()
        },
    }
