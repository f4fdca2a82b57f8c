"""What an analysis or a return says that calls for something to be done: the case keeps it, and clocks start from it.

On the case: `panel_found: [{what, on, with?, number?}]`, `what` being abuse_to_refer (Working Together 2023: refer at once),
abuse_to_notify (the local authority tells the national panel) or recommendation (Children Act 2004 section 16M(5): tell
whoever should act), `on` the day of the review or the return that said so first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.case.milestones import milestones_of, with_following
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.form_a import NATIONAL_PANEL, SAFEGUARDING_PARTIES
from cdr.domain.rulebook.form_b import tells_of_abuse
from cdr.domain.rulebook.form_c import RATIFIED, is_of_abuse, referred_to, safeguarding_told
from cdr.domain.rulebook.validation import informed, items_at, text_at

TO_REFER, TO_NOTIFY, RECOMMENDATION = "abuse_to_refer", "abuse_to_notify", "recommendation"
REFERRAL_CLOCK, NOTICE_CLOCK = "R04", "T19"
SAFEGUARDING_TOLD, PANEL_TOLD = "safeguarding_told", "serious_incident_notified"

Body = Mapping[str, Any]


def with_findings(
    case: Body, form_a: Body, returns: Sequence[Body], form_c: Body, on: date, policy: Policy
) -> dict[str, Any]:
    """The case with what its returns and its analysis (empty where there is none) call for now, and the steps that this sets going.

    What was found before keeps its day. A draft may suspect abuse; only a ratified analysis recommends.
    """
    before = {_key(item): item for _, item in items_at(case, "panel_found")}
    found = [*_abuse(case, form_a, returns, form_c, policy), *_recommendations(form_c)]
    kept = [{**item, "on": text_at(before.get(_key(item)), "on") or on.isoformat()} for item in found]
    return with_following({**case, "panel_found": kept} if kept or before else case, policy)


def _abuse(case: Body, form_a: Body, returns: Sequence[Body], form_c: Body, policy: Policy) -> Iterator[dict[str, Any]]:
    """What abuse or neglect calls for that the notification did not call for and nobody has done.

    A return that tells of a concern calls for the referral; that the national panel is told needs a suspicion of the review.
    """
    suspected = is_of_abuse(form_c, policy) or referred_to(form_c, *SAFEGUARDING_PARTIES)
    done = {one.kind for one in milestones_of(case)}
    called = {text_at(item, "clock") for _, item in items_at(case, "next")}
    told = safeguarding_told(form_c, form_a)
    concern = suspected or any(tells_of_abuse(body, policy) for body in returns)
    if concern and not told and SAFEGUARDING_TOLD not in done and REFERRAL_CLOCK not in called:
        yield {"what": TO_REFER}
    noticed = referred_to(form_c, NATIONAL_PANEL) or informed(form_a, NATIONAL_PANEL)
    if suspected and not noticed and PANEL_TOLD not in done and NOTICE_CLOCK not in called:
        yield {"what": TO_NOTIFY}


def _recommendations(form_c: Body) -> Iterator[dict[str, Any]]:
    if text_at(form_c, "stage") != RATIFIED:
        return
    for n, item in items_at(form_c, "recommendations"):
        if to := text_at(item, "to"):
            yield {"what": RECOMMENDATION, "with": to, "number": n + 1}


def _key(item: Body) -> tuple[Any, ...]:
    return item.get("what"), item.get("with"), item.get("number")
