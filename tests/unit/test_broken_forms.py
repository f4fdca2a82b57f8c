"""No form is too broken for the rules: they name what is wrong and never raise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.checked_forms import JUNK, NEONATAL, SUDI, SUICIDE, broken, check_a, check_b, check_c
from unit.domain_data import changed, configuration, example, ids

from cdr.domain.rulebook import form_a


def paths(body: Any, way: str = "") -> list[str]:
    if isinstance(body, dict):
        pairs: Any = body.items()
    elif isinstance(body, list):
        pairs = enumerate(body)
    else:
        return []
    here = [f"{way}.{key}".lstrip(".") for key, _ in pairs]
    return here + [
        path
        for key, value in (body.items() if isinstance(body, dict) else enumerate(body))
        for path in paths(value, f"{way}.{key}".lstrip("."))
    ]


@pytest.mark.parametrize("name", [SUDI, NEONATAL, SUICIDE, "form-b-hospital", "form-c-sudi"])
@given(st.data())
def test_no_form_is_too_broken_for_the_rules(name: str, data: st.DataObject) -> None:
    form = example(name)
    form = changed(form, data.draw(st.sampled_from(paths(form))), data.draw(JUNK))
    check_a(form)
    check_b(form)
    check_b(example("form-b-hospital"), form)
    check_c(form)
    check_c(example("form-c-sudi"), form)


@given(JUNK)
def test_nothing_at_all_is_no_reason_to_raise(body: Any) -> None:
    check_a(body)
    check_b(body)
    check_c(body)


def test_a_date_at_the_end_of_time_is_no_reason_to_raise() -> None:
    form = broken(SUDI, {"death.date": "9999-12-31", "notified_at": "9999-12-31T23:59"})
    assert "A-04" in ids(check_a(form))


@pytest.mark.parametrize(
    ("written", "expected"), [("Northshire", []), ("northshire", []), ("Nortshire", ["A-39"]), ("Elsewhere", [])]
)
def test_an_authority_that_is_nearly_one_of_the_area(written: str, expected: list[str]) -> None:
    form = broken(SUDI, {"child.local_authority": written})
    assert sorted(ids(form_a.agency_problems(form, configuration()))) == expected
