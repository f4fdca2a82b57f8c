"""Why an agency was not waited for, where two people's work comes together: a reason goes with the answer that it explains.

The answer stands in one document and the reason in another. Where both recorded an answer, each otherwise, the one that does not stand
takes its reason along: that stays in the history and in no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.asking.requests import kept_in
from cdr.domain.rulebook.validation import items_at

Body = Mapping[str, Any]
Waiver = tuple[str, str]


def that_stand(case: Body, before: Body, ledger: Body, sides: Sequence[tuple[Body, Body]]) -> dict[str, Any]:
    """What two people made of a case, without the waivers of theirs that did not come to stand.

    `before` is the case that both began with, `ledger` what their requests were put together to, `sides` each one's case and requests.
    """
    known = set(_waivers(before))
    fallen = {waiver for own, asked in sides for waiver in _fallen(set(_waivers(own)) - known, asked, ledger)}
    if not fallen:
        return dict(case)
    return {**case, "waivers": [item for _, item in items_at(case, "waivers") if _waiver(item) not in fallen]}


def _fallen(recorded: set[Waiver], asked: Body, ledger: Body) -> Iterator[Waiver]:
    """Of the waivers that one of them recorded, those whose agency is said to have answered otherwise than they said."""
    own, joint = kept_in(asked), kept_in(ledger)
    for agency, on in recorded:
        one, stands = own.get(agency), joint.get(agency)
        if one is None or stands is None or (one.status, one.answered_on) == (stands.status, stands.answered_on):
            continue
        if not any(str(earlier.answered_on) == on for earlier in stands.earlier):
            yield agency, on


def _waivers(case: Body) -> Iterator[Waiver]:
    return (_waiver(item) for _, item in items_at(case, "waivers"))


def _waiver(item: Body) -> Waiver:
    return str(item.get("agency")), str(item.get("on"))
