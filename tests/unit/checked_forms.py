"""The rules of a form, asked of what a test gives."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from unit.domain_data import changed, example, policy

from cdr.domain.rulebook import form_a, form_b, form_c

TODAY = date(2026, 4, 20)
SUDI, NEONATAL, SUICIDE = "form-a-sudi", "form-a-neonatal", "form-a-suicide"


def check_a(form: Any, today: date = TODAY) -> list[Any]:
    return form_a.problems(form, today, policy(), policy().working_days)


def check_b(form: Any, notification: Any = None, agency: str = "northtown-general") -> list[Any]:
    return form_b.problems(form, notification or example(SUDI), agency, TODAY)


def check_c(form: Any, notification: Any = None, on: date = TODAY) -> list[Any]:
    return form_c.problems(form, notification or example(SUDI), on, policy())


def broken(name: str, changes: dict[str, Any]) -> Any:
    form = example(name)
    for path, value in changes.items():
        form = changed(form, path, value)
    return form


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["9999-12-31", "yes", "2026-02-30"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
