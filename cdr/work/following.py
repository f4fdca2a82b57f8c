"""What a case calls for once its notification says something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.app import App


def followed_by(app: App, case: dict[str, Any], before: Mapping[str, Any], form_a: Mapping[str, Any]) -> dict[str, Any]:
    """The case with what follows from its corrected notification; nothing new follows from a death of earlier years."""
    from cdr.domain.case.case import followed
    from cdr.domain.case.standing import is_imported, is_open, opened_on
    from cdr.domain.process.routes import what_follows

    if is_imported(case):
        return followed(case, before, form_a, (), app.policy) if is_open(case) else case
    opened = opened_on(case) or app.clock.today
    steps = what_follows(form_a, app.configuration, app.policy, app.working_days, opened)
    return followed(case, before, form_a, steps, app.policy)
