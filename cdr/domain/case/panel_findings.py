"""What an analysis or a return says that calls for something to be done: the case keeps it, and clocks start from it.

On the case: `panel_found: [{what, on, with?, number?}]`, `what` being abuse_to_refer (Working Together 2023: refer at once),
abuse_to_notify (the local authority tells the national panel), recommendation (Children Act 2004 section 16M(5): tell
whoever should act), for_the_coroner or for_public_health (protocol sections 7 and 8), `on` the day of the review, the return or the
meeting that said so first. What a meeting raised: `raised: [{what: abuse|coroner|public_health, panel, on}]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.case.milestones import milestones_of, with_following
from cdr.domain.case.standing import RATIFIED
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.form_a import NATIONAL_PANEL, SAFEGUARDING_PARTIES
from cdr.domain.rulebook.form_b import tells_of_abuse
from cdr.domain.rulebook.form_c import is_of_abuse, referred_to, safeguarding_told
from cdr.domain.rulebook.validation import informed, items_at, text_at

TO_REFER, TO_NOTIFY, RECOMMENDATION = "abuse_to_refer", "abuse_to_notify", "recommendation"
# what a meeting may raise, with what that calls for
RAISED = {"abuse": (TO_REFER, TO_NOTIFY), "coroner": ("for_the_coroner",), "public_health": ("for_public_health",)}
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
    raised = [*_raised(case)]
    known = {item["what"] for item in raised}
    abuse = [item for item in _abuse(case, form_a, returns, form_c, policy) if item["what"] not in known]
    found = [*abuse, *raised, *_recommendations(form_c)]
    kept = [{"on": on.isoformat(), **item, **_day_of(before.get(_key(item)))} for item in found]
    return with_following({**case, "panel_found": kept} if kept or before else case, policy)


def with_raised(case: Body, what: str, panel: str, on: date) -> dict[str, Any]:
    """The case with what a meeting raised in it, one of `RAISED`: it calls for what it calls for, whoever was told of something before."""
    item = {"what": what, "panel": panel, "on": on.isoformat()}
    listed = [dict(one) for _, one in items_at(case, "raised")]
    same = [one for one in listed if (one["what"], one["panel"]) == (what, panel)]
    return {**case, "raised": listed if same else [*listed, item]}


def _raised(case: Body) -> Iterator[dict[str, Any]]:
    """What the meetings of a case raised, each thing since the first of them."""
    for what, calls_for in RAISED.items():
        days = [text_at(item, "on") for _, item in items_at(case, "raised") if item.get("what") == what]
        if days:
            yield from ({"what": one, "on": min(days)} for one in calls_for)


def _day_of(item: Body | None) -> dict[str, str]:
    """The day that something keeps which was found before."""
    return {"on": text_at(item, "on")} if item else {}


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
