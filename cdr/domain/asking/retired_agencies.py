"""Agencies that are asked no more: what they were asked before still counts, and nothing new is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cdr.domain.case.facts import Cases
from cdr.domain.rulebook.configuration import Agency, Configuration
from cdr.errors import ConditionsNotMet


def is_retired(agency: Agency, on: date) -> bool:
    """Whether an agency is asked no more on a day."""
    return agency.retired_on is not None and on >= agency.retired_on


def refuse_retired(agencies: Sequence[str], on: date, configuration: Configuration) -> None:
    """Stop where one of these agencies is retired. Raises: ConditionsNotMet, NotFound for an agency that is not there."""
    found = [configuration.agency(agency) for agency in agencies]
    unmet = [f"{one.id} was retired on {one.retired_on}." for one in found if is_retired(one, on)]
    if unmet:
        raise ConditionsNotMet(
            "Not every agency can be asked; none was.",
            unmet,
            "Ask whoever has its notes now; an agency that is not in cdr.yaml is added with: cdr agency add ID",
        )


def owing(agency: str, cases: Cases) -> list[str]:
    """The cases in which an agency's return is outstanding."""
    return sorted(ref for ref, facts in cases.items() if any(request.agency == agency for request in facts.outstanding))


def quorum_parts(agency: str, configuration: Configuration) -> list[str]:
    """The parts of the panel's quorum that name an agency."""
    return [quorum.part for quorum in configuration.panel if agency in quorum.agencies]
