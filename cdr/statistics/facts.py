"""What the tables count: the facts of a case, without a name and without a word of narrative."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from cdr.domain.asking.prompts_due import is_escalated
from cdr.domain.asking.requests import Request
from cdr.domain.case.facts import Analysis, Facts, Notification, codes
from cdr.domain.case.gates import OPEN
from cdr.domain.case.review import ratified_reviews
from cdr.domain.case.standing import RATIFIED
from cdr.records import dataclass

CONTRIBUTORY, MODIFIABLE = "contributory_factors", "modifiable_factors"  # lists that nobody may have filled in


@dataclass(frozen=True)
class RequestFacts(Request):
    """A request, and whether an escalation of it went out."""

    escalated: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseFacts(Notification, Analysis):
    """What one case adds to the tables. What the panel found is there only once its review is ratified.

    `processes` are the other processes that Form A or the case names (`inquest`, `cspr`, `leder`), `open_processes` those that an
    open case waits for, `family` what was done for the family by either form, `reviews` how many were ratified.
    """

    case: str
    notified_on: date
    reviewed_on: date | None = None
    requests: tuple[RequestFacts, ...] = ()
    open_processes: tuple[str, ...] = ()
    reviews: int = 0
    is_open: bool = False
    imported: bool = False

    @property
    def factors_are_known(self) -> bool:
        """Whether it is known which factors were found: a register may lack the list, or leave it empty where something was found."""
        silent = self.unanswered_after
        return CONTRIBUTORY not in silent and (MODIFIABLE not in silent or bool(self.contributory_factors))


def case_facts(facts: Facts) -> CaseFacts | None:
    """The facts of a case as the tables count them; None where it is not known when it was notified.

    A draft is not a review: without a ratified one nothing of the analysis is taken, nor from an analysis that has
    become a draft again.
    """
    known, reviews = facts.notification, _ratified(facts)
    if known.notified_on is None:
        return None
    found = facts.analysis if reviews and facts.analysis and facts.analysis.stage == RATIFIED else Analysis()
    more: dict[str, Any] = {
        "processes": codes([*known.processes, *(gate.type for gate in facts.gates)]),
        "open_processes": codes(gate.type for gate in facts.gates if gate.status == OPEN),
        "family": (*known.family, *found.family),
    }
    return CaseFacts(
        case=facts.reference,
        reviewed_on=reviewed_on(facts),
        requests=tuple(request_facts(facts)),
        reviews=len(reviews),
        is_open=facts.is_open,
        imported=facts.is_imported,
        **vars(found) | vars(known) | more,
    )


def request_facts(facts: Facts) -> Iterator[RequestFacts]:
    """Every request of a case that was ever made, in the ledger's order."""
    return (RequestFacts(**vars(one), escalated=is_escalated(one, facts.prompts)) for one in facts.ever_asked)


def reviewed_on(facts: Facts) -> date | None:
    """The day of the last ratified review, by which a case counts; None before one."""
    return max(_ratified(facts), default=None)


def _ratified(facts: Facts) -> list[date]:
    """The days of the ratified reviews, of which a case counts by the latest and once."""
    return [review.on for review in ratified_reviews(facts.case) if review.on]
